// Strings by code point: Python counts code points, JavaScript UTF-16 units; they agree while there are no surrogates.
//
// Strings without surrogates (nearly all) take the fast path: an index is an index. For others the unit offset of
// every 64th code point is computed once and kept for the few strings seen last, so that a loop over `s[i]` is linear.
// A lone surrogate is one code point, as in Python. The one difference that remains: a high surrogate put next to
// a low one becomes one character here and stays two in CPython.
import { type NormalForm, normalize } from "../unicode/normalize.ts";
import { allocate, charge } from "./state.ts";
import { isPrintable, mapCharacters } from "./unicode.ts";

const SURROGATE = /[\ud800-\udfff]/;
const STRIDE = 64;

interface Table {
  readonly text: string;
  /** Unit offsets of the code points 0, 64, 128 …; null when every unit is a code point. */
  readonly marks: Uint32Array | null;
  readonly length: number;
}

/** The strings looked at last; only those that are long enough for a look to cost something. */
let recent: Table[] = [];

/** Forgets the strings looked at last, for the next evaluation. */
export function resetText(): void {
  if (recent.length > 0) recent = [];
}

/** Is it the first half of a pair? One that stands alone is a character of its own. */
export function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
/** Is it the second half of a pair? */
export function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
/** Units of the character that starts at `at`. */
function width(text: string, at: number): 1 | 2 {
  return isHigh(text.charCodeAt(at)) && isLow(text.charCodeAt(at + 1)) ? 2 : 1;
}

function makeTable(text: string): Table {
  // All of it is looked at, and put together before that where it was made of pieces.
  charge(text.length >> 6);
  if (!SURROGATE.test(text)) return { text, marks: null, length: text.length };
  const marks = new Uint32Array(Math.ceil(text.length / STRIDE) + 1);
  let count = 0;
  for (let at = 0; at < text.length; at += width(text, at)) {
    if (count % STRIDE === 0) marks[count / STRIDE] = at;
    count += 1;
  }
  return count === text.length ? { text, marks: null, length: count } : { text, marks, length: count };
}

function tableOf(text: string): Table {
  const known = recent[0];
  if (known !== undefined && known.text === text) return known;
  return otherTable(text);
}
function otherTable(text: string): Table {
  if (text.length < 16) return makeTable(text);
  for (let i = 1; i < recent.length; i++) {
    const table = recent[i] as Table;
    if (table.text.length === text.length && table.text === text) {
      recent.splice(i, 1);
      recent.unshift(table);
      return table;
    }
  }
  const table = makeTable(text);
  recent.unshift(table);
  if (recent.length > 4) recent.pop();
  return table;
}

/** Longest string that V8 makes, in units. */
const MAX_UNITS = 2 ** 29 - 25;

/** Asks for the memory of a string of so many units before it is made. */
export function allocateText(units: number): void {
  allocate(units > MAX_UNITS ? Number.POSITIVE_INFINITY : units * 2);
}

/** The parts in a row. Parts may be one string many times over, so their sum is asked for. */
export function joinParts(parts: readonly string[], separator = ""): string {
  let units = separator.length * Math.max(0, parts.length - 1);
  for (const part of parts) units += part.length;
  allocateText(units);
  return parts.join(separator);
}

/** Texts up to this length are looked through each time; that costs less than to remember them. */
const SHORT = 256;
function isShortAndPlain(text: string): boolean {
  if (text.length > SHORT) return false;
  if (text.length > 16) return !SURROGATE.test(text);
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) & 0xf800) === 0xd800) return false;
  return true;
}

/** `len(text)`. */
export function textLength(text: string): number {
  return isShortAndPlain(text) ? text.length : tableOf(text).length;
}

/** Does every code point take one unit? Then JavaScript's own indexes are Python's. */
export function isPlain(text: string): boolean {
  return isShortAndPlain(text) || tableOf(text).marks === null;
}

/** The unit offset of code point `index` (0 to the length). */
export function unitOffset(text: string, index: number): number {
  const { marks, length } = tableOf(text);
  if (marks === null) return index;
  if (index >= length) return text.length;
  const mark = Math.floor(index / STRIDE);
  let at = marks[mark] as number;
  for (let i = mark * STRIDE; i < index; i++) at += width(text, at);
  return at;
}

/** The code point index of unit offset `unit`. */
export function pointIndex(text: string, unit: number): number {
  const { marks, length } = tableOf(text);
  if (marks === null) return unit;
  if (unit >= text.length) return length;
  let low = 0;
  let high = Math.ceil(length / STRIDE) - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((marks[middle] as number) <= unit) low = middle;
    else high = middle - 1;
  }
  let index = low * STRIDE;
  for (let at = marks[low] as number; at < unit; at += width(text, at)) index += 1;
  return index;
}

/** `text[index]` for an index within the length. */
export function charAt(text: string, index: number): string {
  const at = unitOffset(text, index);
  return text.slice(at, at + width(text, at));
}

/** `text[start:stop]` for bounds within the length, `start <= stop`. */
export function sliceText(text: string, start: number, stop: number): string {
  if (isPlain(text)) return text.slice(start, stop);
  return text.slice(unitOffset(text, start), unitOffset(text, stop));
}

/** A normal form of `text`, paid for. */
export function normalizeText(text: string, form: NormalForm): string {
  charge(text.length >> 3);
  allocate(text.length * 8);
  return normalize(text, form);
}

/** The characters of `text`. */
export function characters(text: string): string[] {
  allocate(text.length * 24);
  return isPlain(text) ? text.split("") : Array.from(text);
}

const SHORT_ESCAPES: { readonly [char: string]: string } = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\\": "\\\\",
};
const SAFE = /^[ !#-&(-[\]-~]*$/;

function escapePoint(point: number): string {
  if (point < 0x100) return `\\x${point.toString(16).padStart(2, "0")}`;
  if (point < 0x10000) return `\\u${point.toString(16).padStart(4, "0")}`;
  return `\\U${point.toString(16).padStart(8, "0")}`;
}

/** `repr(text)`: single quotes unless it holds some and no double ones; what is not printable is escaped. */
export function reprString(text: string): string {
  if (SAFE.test(text)) return `'${text}'`;
  charge(text.length >> 2);
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = mapCharacters(text, (char) => {
    if (char === quote) return `\\${char}`;
    const point = char.codePointAt(0) as number;
    return SHORT_ESCAPES[char] ?? (isPrintable(point) ? char : escapePoint(point));
  });
  return quote + body + quote;
}

/** Escapes everything beyond ASCII, as `ascii()` and the error handler `backslashreplace` do. */
export function escapeNonAscii(text: string): string {
  return mapCharacters(text, (char) => {
    const point = char.codePointAt(0) as number;
    return point < 0x80 ? char : escapePoint(point);
  });
}
