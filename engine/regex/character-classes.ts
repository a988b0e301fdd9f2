// Which characters `\d`, `\w`, `\s` and a case-insensitive literal or set stand for, as CPython sees them.
import {
  DIGIT_RANGES,
  EXTRA_CASES,
  LOWER_RUNS,
  SPACE_RANGES,
  UPPER_EXCEPTIONS,
  WORD_RANGES,
} from "./character-tables.ts";
import {
  type CodePointSet,
  complement,
  contains,
  decodeRanges,
  intersection,
  pairsOf,
  setOf,
  union,
} from "./code-point-set.ts";
import type { Category, SetItem } from "./syntax-tree.ts";

/** What a character class and case mean: Unicode's tables, ASCII, or a bytes pattern's C locale. */
export type Alphabet = "unicode" | "ascii" | "locale";

const BMP: CodePointSet = [0, 0xffff];
const ASCII_WORD: CodePointSet = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
const ASCII_DIGIT: CodePointSet = [0x30, 0x39];
const ASCII_SPACE: CodePointSet = [9, 13, 32, 32];
/** Every set we make for text that is ASCII throughout stays in here. */
export const ASCII: CodePointSet = [0, 0x7f];
export const NEWLINE: CodePointSet = [10, 10];

function decodeRuns(text: string): Map<number, number> {
  const map = new Map<number, number>();
  for (const run of text.split(" ")) {
    const [start, count, step, delta] = run.split(",").map((number) => Number.parseInt(number, 36));
    for (let index = 0; index < count; index++) map.set(start + index * step, start + index * step + delta);
  }
  return map;
}

/** A value made at its first use, then kept. */
function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const unicodeWord = lazy(() => decodeRanges(WORD_RANGES));
const unicodeDigit = lazy(() => decodeRanges(DIGIT_RANGES));
const unicodeSpace = lazy(() => decodeRanges(SPACE_RANGES));
const lowerMap = lazy(() => decodeRuns(LOWER_RUNS));
const asciiLowerMap = lazy(
  () => new Map(Array.from({ length: 26 }, (_, index): [number, number] => [65 + index, 97 + index])),
);
const extraCases = lazy(() => {
  const map = new Map<number, number[]>();
  for (const entry of EXTRA_CASES.split(" ")) {
    const [code, ...others] = entry.split(",").map((number) => Number.parseInt(number, 36));
    map.set(code, others);
  }
  return map;
});
/** Characters that lower-casing leaves alone, and for each result the characters that become it. */
const inverses = {
  unicode: lazy(() => invert(lowerMap())),
  ascii: lazy(() => invert(asciiLowerMap())),
};

function invert(map: ReadonlyMap<number, number>): { unchanged: CodePointSet; from: Map<number, number[]> } {
  const from = new Map<number, number[]>();
  for (const [code, lower] of map) {
    const known = from.get(lower);
    if (known === undefined) from.set(lower, [code]);
    else known.push(code);
  }
  return { unchanged: complement(setOf([...map.keys()].map((code) => [code, code]))), from };
}

const upperMap = lazy(() => {
  const map = decodeRuns(UPPER_EXCEPTIONS);
  for (const [lower, codes] of inverses.unicode().from) {
    if (codes.length === 1 && !map.has(lower)) map.set(lower, codes[0]);
  }
  return map;
});

/** Lower case of one character, by CPython's simple mapping. */
export function lowerCase(code: number, alphabet: Alphabet): number {
  return (alphabet === "unicode" ? lowerMap() : asciiLowerMap()).get(code) ?? code;
}

/** The characters of `\w`. */
export function wordSet(alphabet: Alphabet): CodePointSet {
  return alphabet === "unicode" ? unicodeWord() : ASCII_WORD;
}

export function categorySet(category: Category, alphabet: Alphabet): CodePointSet {
  const unicode = alphabet === "unicode";
  switch (category) {
    case "digit":
      return unicode ? unicodeDigit() : ASCII_DIGIT;
    case "space":
      return unicode ? unicodeSpace() : ASCII_SPACE;
    case "word":
      return wordSet(alphabet);
    case "not digit":
      return complement(categorySet("digit", alphabet));
    case "not space":
      return complement(categorySet("space", alphabet));
    case "not word":
      return complement(categorySet("word", alphabet));
  }
}

/** `{ c : lower(c) ∈ set }` */
function lowersInto(set: CodePointSet, alphabet: "unicode" | "ascii"): CodePointSet {
  const { unchanged, from } = inverses[alphabet]();
  const gained: [number, number][] = [];
  for (const [lower, codes] of from) {
    if (contains(set, lower)) for (const code of codes) gained.push([code, code]);
  }
  return setOf([...pairsOf(intersection(set, unchanged)), ...gained]);
}

/** `{ lower(c) : c ∈ set }` */
function lowered(set: CodePointSet, alphabet: "unicode" | "ascii"): CodePointSet {
  const map = alphabet === "unicode" ? lowerMap() : asciiLowerMap();
  const moved: [number, number][] = [];
  for (const [code, lower] of map) if (contains(set, code)) moved.push([lower, lower]);
  return setOf([...pairsOf(intersection(set, inverses[alphabet]().unchanged)), ...moved]);
}

/** `set` of lower-case characters with those that share an upper case with a member. */
function withExtraCases(set: CodePointSet): CodePointSet {
  const extra: [number, number][] = [];
  for (const [code, others] of extraCases()) {
    if (contains(set, code)) for (const other of others) extra.push([other, other]);
  }
  return extra.length === 0 ? set : setOf([...pairsOf(set), ...extra]);
}

/** The characters that a literal matches under IGNORECASE. */
export function foldedLiteral(code: number, alphabet: Alphabet): CodePointSet {
  const { from } = inverses[alphabet === "unicode" ? "unicode" : "ascii"]();
  const lower = lowerCase(code, alphabet);
  const targets = alphabet === "unicode" ? [lower, ...(extraCases().get(lower) ?? [])] : [lower];
  return setOf(targets.flatMap((target) => [target, ...(from.get(target) ?? [])]).map((one) => [one, one]));
}

/** The characters of a set as written. */
export function plainSet(items: readonly SetItem[], alphabet: Alphabet): CodePointSet {
  return union(...items.map((item) => itemSet(item, alphabet)));
}

function itemSet(item: SetItem, alphabet: Alphabet): CodePointSet {
  if (item.kind === "literal") return [item.code, item.code];
  if (item.kind === "range") return [item.low, item.high];
  return categorySet(item.category, alphabet);
}

/**
 * The characters that a set matches under IGNORECASE. CPython lower-cases the text's character and looks it up among
 * the set's lower-cased members; beyond the BMP it keeps literals as they are written (an upper-case Deseret letter
 * in a set never matches) and tries a range with the character's lower and upper case.
 */
export function foldedSet(items: readonly SetItem[], negated: boolean, alphabet: Alphabet): CodePointSet {
  const sign = (set: CodePointSet) => (negated ? complement(set) : set);
  if (alphabet === "locale") {
    // Each case is tried on its own, so a negated set matches where either is outside it.
    const set = sign(plainSet(items, alphabet));
    const swapped = setOf(
      pairsOf(ASCII_WORD)
        .flatMap(([low, high]) => Array.from({ length: high - low + 1 }, (_, index) => low + index))
        .filter((code) => (code | 32) >= 97 && (code | 32) <= 122 && contains(set, code ^ 32))
        .map((code) => [code, code]),
    );
    return union(set, swapped);
  }
  if (alphabet === "ascii") {
    const members = plainSet(
      items.filter((item) => item.kind !== "category"),
      alphabet,
    );
    const categories = plainSet(
      items.filter((item) => item.kind === "category"),
      alphabet,
    );
    return sign(lowersInto(union(lowered(members, "ascii"), categories), "ascii"));
  }
  const parts: CodePointSet[] = [];
  for (const item of items) {
    if (item.kind === "category") {
      parts.push(categorySet(item.category, alphabet));
      continue;
    }
    const set = itemSet(item, alphabet);
    parts.push(withExtraCases(lowered(intersection(set, BMP), "unicode")));
    if (set[1] <= 0xffff) continue;
    if (item.kind === "literal") {
      parts.push(set);
      continue;
    }
    parts.push(set);
    const byUpper: [number, number][] = [];
    for (const [lower, upper] of upperMap()) if (contains(set, upper)) byUpper.push([lower, lower]);
    parts.push(setOf(byUpper));
  }
  return sign(lowersInto(union(...parts), "unicode"));
}
