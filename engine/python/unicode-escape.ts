// The codec `unicode_escape`: text as the inside of a Python literal, in ASCII bytes.
import { ByteSink, type TextSink } from "./byte-sink.ts";

const SHORT: { readonly [letter: string]: number } = {
  "\\": 92,
  "'": 39,
  '"': 34,
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
};

/** `text.encode("unicode_escape")`. */
export function encodeUnicodeEscape(text: string): Uint8Array {
  const sink = new ByteSink(text.length);
  const write = (ascii: string) => {
    for (let i = 0; i < ascii.length; i++) sink.push(ascii.charCodeAt(i));
  };
  for (const char of text) {
    const point = char.codePointAt(0) as number;
    if (char === "\\") write("\\\\");
    else if (char === "\n") write("\\n");
    else if (char === "\r") write("\\r");
    else if (char === "\t") write("\\t");
    else if (point >= 0x20 && point < 0x7f) sink.push(point);
    else if (point < 0x100) write(`\\x${point.toString(16).padStart(2, "0")}`);
    else if (point < 0x10000) write(`\\u${point.toString(16).padStart(4, "0")}`);
    else write(`\\U${point.toString(16).padStart(8, "0")}`);
  }
  return sink.finish();
}

type OnError = (codec: string, start: number, end: number, reason: string) => number;

const SIZES: { readonly [letter: string]: number } = { x: 2, u: 4, U: 8 };
const TRUNCATED: { readonly [letter: string]: string } = {
  x: "truncated \\xXX escape",
  u: "truncated \\uXXXX escape",
  U: "truncated \\UXXXXXXXX escape",
};

/** `bytes.decode("unicode_escape")`. */
export function decodeUnicodeEscape(bytes: Uint8Array, out: TextSink, onError: OnError): void {
  const codec = "unicodeescape";
  for (let i = 0; i < bytes.length; ) {
    const byte = bytes[i] as number;
    if (byte !== 92) {
      out.unit(byte);
      i += 1;
      continue;
    }
    if (i + 1 >= bytes.length) {
      i = onError(codec, i, bytes.length, "\\ at end of string");
      continue;
    }
    const letter = String.fromCharCode(bytes[i + 1] as number);
    const short = SHORT[letter];
    const size = SIZES[letter];
    if (letter === "\n") i += 2;
    else if (short !== undefined) {
      out.unit(short);
      i += 2;
    } else if (letter >= "0" && letter <= "7") {
      let value = 0;
      let at = i + 1;
      for (; at < i + 4 && at < bytes.length; at++) {
        const digit = (bytes[at] as number) - 48;
        if (digit < 0 || digit > 7) break;
        value = value * 8 + digit;
      }
      out.unit(value);
      i = at;
    } else if (size !== undefined) i = hexEscape(bytes, i, size, TRUNCATED[letter] as string, out, onError);
    else if (letter === "N") i = onError(codec, i, i + 2, "names of characters are not available");
    else {
      out.unit(92);
      out.unit(bytes[i + 1] as number);
      i += 2;
    }
  }
}

function hexEscape(
  bytes: Uint8Array,
  start: number,
  size: number,
  truncated: string,
  out: TextSink,
  onError: OnError,
): number {
  let value = 0;
  let at = start + 2;
  for (; at < start + 2 + size && at < bytes.length; at++) {
    const digit = Number.parseInt(String.fromCharCode(bytes[at] as number), 16);
    if (Number.isNaN(digit)) break;
    value = value * 16 + digit;
  }
  if (at < start + 2 + size) return onError("unicodeescape", start, at, truncated);
  if (value > 0x10ffff) return onError("unicodeescape", start, at, "illegal Unicode character");
  out.point(value);
  return at;
}
