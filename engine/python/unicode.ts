// What CPython 3.13 knows about characters: categories, the predicates behind `str.isalpha()` and its kin, case.
//
// V8 may know a newer Unicode than CPython's 15.1, so nothing here asks V8 which characters exist. Its case
// mappings are used because Unicode promises that they are stable, less the characters that got a partner later.
import { runAt } from "../unicode/runs.ts";
import {
  CATEGORY_CODES,
  CATEGORY_NAMES,
  CATEGORY_RUNS,
  FOLDS,
  ID_CONTINUE_FLIPPED,
  ID_START_FLIPPED,
  OTHER_DIGITS,
  OTHER_LOWERCASE,
  OTHER_NUMERIC,
  OTHER_SPACE,
  OTHER_UPPERCASE,
  TITLES,
} from "./unicode-tables.ts";

const names = CATEGORY_NAMES.split(" ");

/** First code point of each run of one category, and which. */
const runs = readRuns();
function readRuns(): { starts: Uint32Array; kinds: Uint8Array } {
  const starts: number[] = [];
  const kinds: number[] = [];
  let at = 0;
  for (const [, code = "", length] of CATEGORY_RUNS.matchAll(/([^0-9a-z])([0-9a-z]*)/g)) {
    starts.push(at);
    kinds.push(CATEGORY_CODES.indexOf(code));
    at += length === "" ? 1 : Number.parseInt(length as string, 36);
  }
  return { starts: Uint32Array.from(starts), kinds: Uint8Array.from(kinds) };
}

/** The general category of a code point: `Lu`, `Nd`, `Cn` … */
export function category(point: number): string {
  return names[runs.kinds[runAt(runs.starts, point)] as number] as string;
}

function readRanges(text: string): Set<number> {
  const points = new Set<number>();
  let last = 0;
  for (const range of text.split(" ")) {
    const [gap = "0", more = "0"] = range.split("+");
    last += Number.parseInt(gap, 36);
    points.add(last);
    for (let n = Number.parseInt(more, 36); n > 0; n--) points.add(++last);
  }
  return points;
}
function readMap(text: string): Map<string, string> {
  const map = new Map<string, string>();
  for (const entry of text.split("|")) {
    const [key] = entry;
    if (key !== undefined) map.set(key, entry.slice(key.length));
  }
  return map;
}

const otherLower = readRanges(OTHER_LOWERCASE);
const otherUpper = readRanges(OTHER_UPPERCASE);
const otherDigits = readRanges(OTHER_DIGITS);
const otherNumeric = readRanges(OTHER_NUMERIC);
const otherSpace = readRanges(OTHER_SPACE);
const startFlipped = readRanges(ID_START_FLIPPED);
const continueFlipped = readRanges(ID_CONTINUE_FLIPPED);
const folds = readMap(FOLDS);
const titles = readMap(TITLES);

/** A predicate on code points, with the answers for Latin-1 remembered. */
function predicate(decide: (point: number, category: string) => boolean): (point: number) => boolean {
  const latin = Uint8Array.from({ length: 256 }, (_, point) => (decide(point, category(point)) ? 1 : 0));
  return (point) => (point < 256 ? latin[point] === 1 : decide(point, category(point)));
}

export const isAlpha = predicate((_, c) => c[0] === "L");
export const isDecimal = predicate((_, c) => c === "Nd");
export const isDigit = predicate((p, c) => c === "Nd" || otherDigits.has(p));
export const isNumeric = predicate((p, c) => c[0] === "N" || otherNumeric.has(p));
export const isAlnum = predicate((p, c) => c[0] === "L" || c[0] === "N" || otherNumeric.has(p));
export const isSpace = predicate((p, c) => c === "Zs" || otherSpace.has(p));
export const isLower = predicate((p, c) => c === "Ll" || otherLower.has(p));
export const isUpper = predicate((p, c) => c === "Lu" || otherUpper.has(p));
export const isTitle = predicate((_, c) => c === "Lt");
/** May `repr` show it as it is? */
export const isPrintable = predicate((p, c) => p === 0x20 || (c[0] !== "C" && c[0] !== "Z"));
const isIdStart = predicate((p, c) => p === 0x5f || /^(?:L|Nl)/.test(c) !== startFlipped.has(p));
const isIdContinue = predicate((p, c) => /^(?:L|Nl|Nd|Mn|Mc|Pc)/.test(c) !== continueFlipped.has(p));

/** `str.isidentifier()`. */
export function isIdentifier(text: string): boolean {
  let first = true;
  for (const char of text) {
    const point = char.codePointAt(0) as number;
    if (!(first ? isIdStart(point) : isIdContinue(point))) return false;
    first = false;
  }
  return !first;
}

/** The value of a decimal digit of any script; -1 for anything else. */
export function decimalValue(point: number): number {
  if (point < 0x80) return point >= 0x30 && point <= 0x39 ? point - 0x30 : -1;
  const run = runAt(runs.starts, point);
  if (names[runs.kinds[run] as number] !== "Nd") return -1;
  // Digits come in whole sets of ten, zero first.
  return (point - (runs.starts[run] as number)) % 10;
}

// Characters that have a case partner in V8's Unicode and had none in 15.1.
const LATER_LOWER =
  /[\u1c89\ua7cb\ua7cc\ua7ce\ua7d2\ua7d4\ua7da\ua7dc\u{10d50}-\u{10d65}\u{16ea0}-\u{16eb8}]/u;
const LATER_UPPER =
  /[\u019b\u0264\u1c8a\ua7cd\ua7cf\ua7d3\ua7d5\ua7db\u{10d70}-\u{10d85}\u{16ebb}-\u{16ed3}]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the ASCII range.
const ASCII = /^[\x00-\x7f]*$/;

/** Texts up to this length are looked through here: V8's expressions are quicker only beyond it. */
const SHORT = 32;
/** Is every character ASCII? */
export function isAscii(text: string): boolean {
  if (text.length > SHORT) return ASCII.test(text);
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

/**
 * `text` with every character replaced. Strings that grow by the character are chains of pieces in V8, many times
 * the size of the text: a chain is never left to grow beyond a few thousand.
 */
export function mapCharacters(text: string, map: (char: string, at: number) => string): string {
  const chunks: string[] = [];
  let chunk = "";
  let at = 0;
  for (const char of text) {
    chunk += map(char, at);
    at += char.length;
    if (chunk.length > 4096) {
      // Reading it with an expression makes it one piece.
      ASCII.test(chunk);
      chunks.push(chunk);
      chunk = "";
    }
  }
  chunks.push(chunk);
  return chunks.join("");
}

function around(text: string, later: RegExp, map: (part: string) => string): string {
  if (!later.test(text)) return map(text);
  const parts = text.split(new RegExp(`(${later.source})`, "u"));
  return parts.map((part, i) => (i % 2 === 0 ? map(part) : part)).join("");
}

/** `str.lower()`. */
export function lower(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  return around(text, LATER_LOWER, (part) => part.toLowerCase());
}
/** `str.upper()`. */
export function upper(text: string): string {
  if (isAscii(text)) return text.toUpperCase();
  return around(text, LATER_UPPER, (part) => part.toUpperCase());
}
/** `str.casefold()`. */
export function casefold(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  return mapCharacters(text, (char) => folds.get(char) ?? lower(char));
}
/** A character's title case: `ǆ` becomes `ǅ`, `ß` becomes `Ss`. */
export function titleOf(char: string): string {
  return titles.get(char) ?? upper(char);
}
/** `str.capitalize()`. */
export function capitalize(text: string): string {
  const first = text.codePointAt(0);
  if (first === undefined) return "";
  const char = String.fromCodePoint(first);
  return titleOf(char) + lowerAfter(text, char.length, text.length);
}
/** `text[from:to].lower()`, where a final sigma sees what stands around it. */
function lowerAfter(text: string, from: number, to: number): string {
  const part = text.slice(from, to);
  if (!part.includes("Σ")) return lower(part);
  return mapCharacters(part, (char, at) => (char === "Σ" ? sigma(text, from + at) : lower(char)));
}
/** The sigma at `at`: final when a cased character stands before it and none after, ignorable ones aside. */
function sigma(text: string, at: number): string {
  // Lower-casing the whole would be right too, but changes lengths on the way.
  const before = text.slice(Math.max(0, at - 64), at);
  const after = text.slice(at + 1, at + 65);
  const lowered = `${before}Σ${after}`.toLowerCase();
  const index = before.toLowerCase().length;
  return lowered[index] as string;
}
/** `str.title()`. */
export function title(text: string): string {
  let inWord = false;
  return mapCharacters(text, (char, at) => {
    const point = char.codePointAt(0) as number;
    const first = !inWord;
    inWord = isLower(point) || isUpper(point) || isTitle(point);
    if (first) return titleOf(char);
    return char === "Σ" ? sigma(text, at) : lower(char);
  });
}
/** `str.swapcase()`. */
export function swapcase(text: string): string {
  return mapCharacters(text, (char, at) => {
    const point = char.codePointAt(0) as number;
    if (isUpper(point)) return char === "Σ" ? sigma(text, at) : lower(char);
    return isLower(point) ? upper(char) : char;
  });
}
