// The codec `utf-7` (RFC 2152): ASCII, and stretches of UTF-16 in base 64 between `+` and `-`.
import { ByteSink, type TextSink } from "./byte-sink.ts";

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const isBase64 = (byte: number): boolean => byte < 0x80 && BASE64.includes(String.fromCharCode(byte));
const DIRECT = /[A-Za-z0-9'(),\-./:?!"#$%&*;<=>@[\]^_`{|} \t\r\n]/;
const isDirect = (unit: number): boolean => unit < 0x80 && DIRECT.test(String.fromCharCode(unit));
const MINUS = 0x2d;
const PLUS = 0x2b;

/** `text.encode("utf-7")`; everything can be encoded, lone surrogates too. */
export function encodeUtf7(text: string): Uint8Array {
  const out = new ByteSink(text.length);
  let shifted = false;
  let bits = 0;
  let buffer = 0;
  const sextet = (value: number): void => out.push(BASE64.charCodeAt(value & 0x3f));
  const flush = (): void => {
    if (bits > 0) sextet(buffer << (6 - bits));
    bits = 0;
    buffer = 0;
  };
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (isDirect(unit)) {
      if (shifted) {
        flush();
        shifted = false;
        // What is no base 64 ends the stretch by itself.
        if (isBase64(unit) || unit === MINUS) out.push(MINUS);
      }
      out.push(unit);
      continue;
    }
    if (!shifted) {
      out.push(PLUS);
      if (unit === PLUS) {
        out.push(MINUS);
        continue;
      }
      shifted = true;
    }
    buffer = (buffer << 16) | unit;
    bits += 16;
    while (bits >= 6) {
      bits -= 6;
      sextet(buffer >>> bits);
    }
    buffer &= (1 << bits) - 1;
  }
  flush();
  if (shifted) out.push(MINUS);
  return out.finish();
}

/** `bytes.decode("utf-7")`. */
export function decodeUtf7(
  bytes: Uint8Array,
  out: TextSink,
  onError: (codec: string, start: number, end: number, reason: string) => number,
): void {
  let i = 0;
  let start = 0;
  let shifted = false;
  let bits = 0;
  let buffer = 0;
  /** A high surrogate that waits for its low one. */
  let high = 0;
  const wide = (unit: number): void => {
    if (high !== 0) out.unit(high);
    const pair = high !== 0 && unit >= 0xdc00 && unit < 0xe000;
    high = 0;
    if (!pair && unit >= 0xd800 && unit < 0xdc00) high = unit;
    else out.unit(unit);
  };
  const fail = (end: number, reason: string): void => {
    i = onError("utf7", start, end, reason);
  };
  for (;;) {
    while (i < bytes.length) {
      const byte = bytes[i] as number;
      if (shifted && isBase64(byte)) {
        buffer = (buffer << 6) | BASE64.indexOf(String.fromCharCode(byte));
        bits += 6;
        i += 1;
        if (bits >= 16) {
          bits -= 16;
          wide(buffer >>> bits);
          buffer &= (1 << bits) - 1;
        }
      } else if (shifted) {
        shifted = false;
        if (bits >= 6) fail(i + 1, "partial character in shift sequence");
        else if (bits > 0 && buffer !== 0) fail(i + 1, "non-zero padding bits in shift sequence");
        else {
          if (high !== 0 && byte < 0x80 && byte !== PLUS) out.unit(high);
          high = 0;
          if (byte === MINUS) i += 1;
        }
      } else if (byte === PLUS) {
        start = i;
        const next = bytes[i + 1];
        if (next === MINUS) {
          out.unit(PLUS);
          i += 2;
        } else if (next !== undefined && !isBase64(next)) fail(i + 2, "ill-formed sequence");
        else {
          i += 1;
          shifted = true;
          high = 0;
          bits = 0;
          buffer = 0;
        }
      } else if (byte < 0x80) {
        out.unit(byte);
        i += 1;
      } else {
        start = i;
        fail(i + 1, "unexpected special character");
      }
    }
    const open = shifted && (high !== 0 || bits >= 6 || (bits > 0 && buffer !== 0));
    shifted = false;
    if (!open) return;
    fail(bytes.length, "unterminated shift sequence");
    if (i >= bytes.length) return;
  }
}
