// The codec `punycode` (RFC 3492): the ASCII characters, and where between them the others go.

import { PyBytes } from "./bytes.ts";
import { PyException, pyError, raise, UnicodeDecodeError, UnicodeError } from "./exceptions.ts";
import { charge } from "./state.ts";
import { characters } from "./text.ts";

const DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789";

/** The threshold of digit `j` of a number. */
function threshold(j: number, bias: number): number {
  return Math.min(26, Math.max(1, 36 * (j + 1) - bias));
}
function adapt(given: number, first: boolean, count: number): number {
  let delta = Math.floor(given / (first ? 700 : 2));
  delta += Math.floor(delta / count);
  let divisions = 0;
  while (delta > 455) {
    delta = Math.floor(delta / 35);
    divisions += 36;
  }
  return divisions + Math.floor((36 * delta) / (delta + 38));
}

/** `text.encode("punycode")`. */
export function encodePunycode(text: string): Uint8Array {
  const points = characters(text).map((char) => char.codePointAt(0) as number);
  const base = points.filter((point) => point < 0x80);
  const others = [...new Set(points.filter((point) => point >= 0x80))].sort((a, b) => a - b);
  let out = String.fromCharCode(...base);
  if (base.length > 0) out += "-";
  let bias = 72;
  let delta = 0;
  let handled = base.length;
  let previous = 0x7f;
  for (const point of others) {
    delta += (point - previous - 1) * (handled + 1);
    for (const other of points) {
      charge(1);
      if (other < point) delta += 1;
      if (other !== point) continue;
      let rest = delta;
      for (let j = 0; ; j++) {
        const t = threshold(j, bias);
        if (rest < t) break;
        out += DIGITS[t + ((rest - t) % (36 - t))];
        rest = Math.floor((rest - t) / (36 - t));
      }
      out += DIGITS[rest];
      bias = adapt(delta, handled === base.length, handled + 1);
      delta = 0;
      handled += 1;
    }
    delta += 1;
    previous = point;
  }
  return Uint8Array.from(out, (char) => char.charCodeAt(0));
}

/** `bytes.decode("punycode")`; `errors` is `strict`, `replace` or `ignore`. */
export function decodePunycode(bytes: Uint8Array, errors: string): string {
  if (errors !== "strict" && errors !== "replace" && errors !== "ignore") {
    throw pyError(UnicodeError, `Unsupported error handling: ${errors}`);
  }
  const fail = (codec: string, start: number, end: number, reason: string): PyException =>
    raise(new PyException(UnicodeDecodeError, [codec, new PyBytes(bytes), start, end, reason]));
  const cut = bytes.lastIndexOf(0x2d);
  const out: string[] = [];
  for (let i = 0; i < cut; i++) {
    const byte = bytes[i] as number;
    if (byte < 0x80) out.push(String.fromCharCode(byte));
    else if (errors === "strict") throw fail("ascii", i, i + 1, "ordinal not in range(128)");
    else if (errors === "replace") out.push("\ufffd");
  }
  let bias = 72;
  let point = 0x80;
  let at = -1;
  for (let i = cut + 1; i < bytes.length; ) {
    const first = i === cut + 1;
    let delta = 0;
    let weight = 1;
    for (let j = 0; ; j++) {
      const byte = bytes[i];
      if (byte === undefined) {
        if (errors === "strict") throw fail("punycode", i, i + 1, "incomplete punycode string");
        return out.join("");
      }
      const digit = DIGITS.indexOf(String.fromCharCode(byte).toLowerCase());
      if (digit < 0 || byte >= 0x80) {
        if (errors === "strict") {
          const shown = byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte;
          throw fail("punycode", i, i + 1, `Invalid extended code point '${shown}'`);
        }
        return out.join("");
      }
      i += 1;
      const t = threshold(j, bias);
      delta += digit * weight;
      if (digit < t) break;
      weight *= 36 - t;
    }
    const size = out.length + 1;
    at += delta + 1;
    point += Math.floor(at / size);
    if (point > 0x10ffff) {
      if (errors === "strict") {
        throw fail("punycode", cut + at, cut + 1 + at, `Invalid character U+${point.toString(16)}`);
      }
      point = 0x3f;
    }
    at %= size;
    charge(size >> 4);
    out.splice(at, 0, String.fromCodePoint(point));
    bias = adapt(delta, first, out.length);
  }
  return out.join("");
}
