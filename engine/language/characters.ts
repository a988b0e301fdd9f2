// What a character may be in Python source: part of a name, a digit, printable.

const NAME_START = 1;
const NAME_PART = 2;
const DIGIT = 4;
const HEX_DIGIT = 8;

const ASCII = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(char)) ASCII[code] |= NAME_START | NAME_PART;
  if (/[0-9]/.test(char)) ASCII[code] |= NAME_PART | DIGIT;
  if (/[0-9A-Fa-f]/.test(char)) ASCII[code] |= HEX_DIGIT;
}

/** May a name begin with this UTF-16 unit? Everything beyond ASCII is taken first and checked as a whole. */
export function startsName(code: number): boolean {
  return code < 128 ? (ASCII[code] & NAME_START) !== 0 : code >= 128;
}

/** May a name go on with this UTF-16 unit? `NaN` (past the end) is no part of anything. */
export function continuesName(code: number): boolean {
  return code < 128 ? (ASCII[code] & NAME_PART) !== 0 : code >= 128;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isHexDigit(code: number): boolean {
  return code < 128 && (ASCII[code] & HEX_DIGIT) !== 0;
}

const IDENTIFIER = /^[\p{XID_Start}_]\p{XID_Continue}*$/u;
const IDENTIFIER_START = /^[\p{XID_Start}_]$/u;
const IDENTIFIER_PART = /^\p{XID_Continue}$/u;
const UNPRINTABLE = /^[\p{C}\p{Z}]$/u;

/** UTF-16 index of the first character that keeps `name` from being an identifier, or -1 (PEP 3131). */
export function firstBadCharacter(name: string): number {
  if (IDENTIFIER.test(name)) return -1;
  let index = 0;
  for (const char of name) {
    if (!(index === 0 ? IDENTIFIER_START : IDENTIFIER_PART).test(char)) return index;
    index += char.length;
  }
  return -1;
}

/** `str.isprintable` of one character. */
export function isPrintable(char: string): boolean {
  return char === " " || !UNPRINTABLE.test(char);
}

/** A code point as error messages write it: `U+00A0`. */
export function codePointName(char: string): string {
  return `U+${(char.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0")}`;
}
