// Where a number literal ends, and what is wrong with one that does not.
//
// The scanner only finds the end; the value is read from the text by `number-literal.ts`.

import { continuesName, isDigit, isHexDigit } from "./characters.ts";

/** A literal that is not a number: CPython's text, and the UTF-16 range it marks. */
export interface BadNumber {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** Words that may stand right after a number (`1if x else 2`): CPython warns, but accepts. */
const GLUED_KEYWORDS = ["and", "else", "for", "if", "in", "is", "not", "or"];

/** Those of them that may run into a longer name, as CPython has it. */
const TWO_LETTERS = new Set(["if", "in", "is"]);

/** A failure of the tokenizer that marks the last character it read. */
function at(message: string, cursor: number): BadNumber {
  return { message, start: cursor - 1, end: cursor - 1 };
}

/** End of the digits that start at `from`, with single underscores between them; or what is wrong. */
function digits(text: string, from: number, accepts: (code: number) => boolean): number {
  let index = from;
  for (;;) {
    while (accepts(text.charCodeAt(index))) index++;
    if (text.charCodeAt(index) !== 95) return index;
    if (!accepts(text.charCodeAt(index + 1))) return -(index + 1);
    index++;
  }
}

/** A number must not run into a name: `1a`. */
function ended(text: string, end: number, kind: string): number | BadNumber {
  const code = text.charCodeAt(end);
  if (!(code < 128) || !continuesName(code)) return end;
  for (const word of GLUED_KEYWORDS) {
    if (
      text.startsWith(word, end) &&
      (TWO_LETTERS.has(word) || !continuesName(text.charCodeAt(end + word.length)))
    )
      return end;
  }
  return at(`invalid ${kind} literal`, end);
}

function radix(
  text: string,
  start: number,
  kind: string,
  accepts: (code: number) => boolean,
): number | BadNumber {
  let index = start + 2;
  if (text.charCodeAt(index) === 95) index++;
  const bad = (cursor: number): BadNumber => {
    const code = text.charCodeAt(cursor);
    if (kind !== "hexadecimal" && isDigit(code)) {
      return at(`invalid digit '${text[cursor]}' in ${kind} literal`, cursor + 1);
    }
    return at(`invalid ${kind} literal`, cursor);
  };
  if (!accepts(text.charCodeAt(index))) return bad(index);
  const end = digits(text, index, accepts);
  if (end < 0) return bad(-end);
  if (kind !== "hexadecimal" && isDigit(text.charCodeAt(end))) return bad(end);
  return ended(text, end, kind);
}

/** Fraction, exponent and `j` after the integer part. */
function tail(text: string, from: number): number | BadNumber {
  let index = from;
  if (text.charCodeAt(index) === 46) {
    index++;
    if (isDigit(text.charCodeAt(index))) {
      index = digits(text, index, isDigit);
      if (index < 0) return at("invalid decimal literal", -index);
    }
  }
  const exponent = text.charCodeAt(index) | 32;
  if (exponent === 101) {
    const sign = text.charCodeAt(index + 1);
    const signed = sign === 43 || sign === 45;
    const first = index + (signed ? 2 : 1);
    if (isDigit(text.charCodeAt(first))) {
      index = digits(text, first, isDigit);
      if (index < 0) return at("invalid decimal literal", -index);
    } else if (signed) {
      return at("invalid decimal literal", first);
    } else {
      return ended(text, index, "decimal");
    }
  }
  if ((text.charCodeAt(index) | 32) === 106) return ended(text, index + 1, "imaginary");
  return ended(text, index, "decimal");
}

/**
 * End offset (exclusive) of the number literal at `start`, or what is wrong with it.
 * `start` stands on a digit, or on a `.` that a digit follows.
 */
export function scanNumber(text: string, start: number): number | BadNumber {
  const first = text.charCodeAt(start);
  if (first === 46) return tail(text, start);
  if (first !== 48) {
    const end = digits(text, start, isDigit);
    return end < 0 ? at("invalid decimal literal", -end) : tail(text, end);
  }
  switch (text.charCodeAt(start + 1) | 32) {
    case 120:
      return radix(text, start, "hexadecimal", isHexDigit);
    case 111:
      return radix(text, start, "octal", (code) => code >= 48 && code <= 55);
    case 98:
      return radix(text, start, "binary", (code) => code === 48 || code === 49);
  }
  const zeros = digits(text, start, (code) => code === 48);
  if (zeros < 0) {
    if (!isDigit(text.charCodeAt(-zeros))) return at("invalid decimal literal", -zeros);
  }
  const zerosEnd = Math.abs(zeros);
  if (!isDigit(text.charCodeAt(zerosEnd))) return tail(text, zerosEnd);
  const end = digits(text, zerosEnd, isDigit);
  if (end < 0) return at("invalid decimal literal", -end);
  const next = text.charCodeAt(end);
  if (next === 46 || (next | 32) === 101 || (next | 32) === 106) return tail(text, end);
  return {
    message:
      "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
    start,
    end: zerosEnd,
  };
}
