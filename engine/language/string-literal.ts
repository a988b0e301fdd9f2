// What a string or bytes literal says: prefixes, quotes, escapes.

import { lookupUnicodeName } from "../unicode/names.ts";

/** An escape that cannot be read; the message is CPython's. */
export class EscapeError extends Error {
  override readonly name = "EscapeError";
}

/** A literal taken apart. */
export interface LiteralParts {
  /** Text between the quotes, as written. */
  readonly body: string;
  readonly bytes: boolean;
  readonly raw: boolean;
}

/** Separates prefix, quotes and body of a literal token. */
export function literalParts(text: string, start: number, end: number): LiteralParts {
  let index = start;
  let bytes = false;
  let raw = false;
  for (;;) {
    const code = text.charCodeAt(index) | 32;
    if (code === 98) bytes = true;
    else if (code === 114) raw = true;
    else if (code !== 117) break;
    index++;
  }
  const quote = text.charCodeAt(index);
  const triple =
    end - index >= 6 && text.charCodeAt(index + 1) === quote && text.charCodeAt(index + 2) === quote;
  const size = triple ? 3 : 1;
  return { body: unifyLineBreaks(text.slice(index + size, end - size)), bytes, raw };
}

/** Every line break of a literal's source counts as `\n`. */
export function unifyLineBreaks(source: string): string {
  return source.includes("\r") ? source.replace(/\r\n?/g, "\n") : source;
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** Digits that each numeric escape takes. */
const ESCAPE_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function hexDigits(text: string, from: number, most: number): number {
  let count = 0;
  while (count < most && /[0-9A-Fa-f]/.test(text.charAt(from + count))) count++;
  return count;
}

function octalDigits(text: string, from: number): number {
  let count = 0;
  while (count < 3 && text[from + count] >= "0" && text[from + count] <= "7") count++;
  return count;
}

/** Bytes that precede `index` in the form in which CPython hands a literal to its decoder. */
function decoderPosition(body: string, index: number): number {
  let position = 0;
  for (const char of body.slice(0, index)) position += char < "\x80" ? 1 : 10;
  // A backslash before a character beyond ASCII is itself handed over as `\u005c`.
  for (const match of body.slice(0, index).matchAll(/\\(?:[\0-\x7f]|(?=[^\0-\x7f]))/g)) {
    if (match[0].length === 1) position += 5;
  }
  return position;
}

/**
 * Resolves the escapes of a `str` literal's body; an unknown escape stays as it is written.
 * @throws EscapeError with CPython's text
 */
export function decodeText(body: string): string {
  let slash = body.indexOf("\\");
  if (slash < 0) return body;
  let out = "";
  let from = 0;
  const fail = (at: number, length: number, reason: string): never => {
    const first = decoderPosition(body, at);
    const where =
      length === 1 ? `byte 0x5c in position ${first}` : `bytes in position ${first}-${first + length - 1}`;
    throw new EscapeError(`(unicode error) 'unicodeescape' codec can't decode ${where}: ${reason}`);
  };
  while (slash >= 0) {
    out += body.slice(from, slash);
    const letter = body.charAt(slash + 1);
    const simple = SIMPLE_ESCAPES[letter];
    from = slash + 2;
    if (letter === "") {
      fail(slash, 1, "\\ at end of string");
    } else if (simple !== undefined) {
      out += simple;
    } else if (letter >= "0" && letter <= "7") {
      const count = octalDigits(body, slash + 1);
      out += String.fromCodePoint(Number.parseInt(body.slice(slash + 1, slash + 1 + count), 8));
      from = slash + 1 + count;
    } else if (letter === "x" || letter === "u" || letter === "U") {
      const size = ESCAPE_DIGITS[letter];
      const count = hexDigits(body, from, size);
      if (count < size) fail(slash, 2 + count, `truncated \\${letter}${"X".repeat(size)} escape`);
      const value = Number.parseInt(body.slice(from, from + size), 16);
      if (value > 0x10ffff) fail(slash, 2 + size, "illegal Unicode character");
      out += String.fromCodePoint(value);
      from += size;
    } else if (letter === "N") {
      const close = body.charAt(from) === "{" ? body.indexOf("}", from) : -1;
      if (close <= from + 1) {
        const seen =
          body.charAt(from) !== "{"
            ? 2
            : close < 0
              ? decoderPosition(body, body.length) - decoderPosition(body, slash)
              : 3;
        fail(slash, seen, "malformed \\N character escape");
      }
      const char = lookupUnicodeName(body.slice(from + 1, close));
      if (char === undefined) {
        fail(
          slash,
          decoderPosition(body, close) - decoderPosition(body, slash) + 1,
          "unknown Unicode character name",
        );
      }
      out += char;
      from = close + 1;
    } else {
      out += `\\${letter}`;
    }
    slash = body.indexOf("\\", from);
  }
  return out + body.slice(from);
}

/**
 * Resolves the escapes of a `bytes` literal's body, which is ASCII.
 * @throws EscapeError with CPython's text
 */
export function decodeBytes(body: string, raw: boolean): Uint8Array {
  const out = new Uint8Array(body.length);
  let length = 0;
  for (let index = 0; index < body.length; index++) {
    const code = body.charCodeAt(index);
    if (code !== 92 || raw) {
      out[length++] = code;
      continue;
    }
    const letter = body.charAt(index + 1);
    const simple = SIMPLE_ESCAPES[letter];
    if (letter === "") throw new EscapeError("(value error) Trailing \\ in string");
    if (simple !== undefined) {
      if (simple !== "") out[length++] = simple.charCodeAt(0);
      index++;
    } else if (letter >= "0" && letter <= "7") {
      const count = octalDigits(body, index + 1);
      out[length++] = Number.parseInt(body.slice(index + 1, index + 1 + count), 8) & 0xff;
      index += count;
    } else if (letter === "x") {
      if (hexDigits(body, index + 2, 2) < 2) {
        throw new EscapeError(`(value error) invalid \\x escape at position ${index}`);
      }
      out[length++] = Number.parseInt(body.slice(index + 2, index + 4), 16);
      index += 3;
    } else {
      out[length++] = 92;
    }
  }
  return out.slice(0, length);
}
