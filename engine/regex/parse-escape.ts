// Backslash escapes inside and outside character sets.
import { lengthOf, type PatternSource, pythonRepr } from "./pattern-source.ts";
import type { Category, Item, Place, SetItem } from "./syntax-tree.ts";

/** Finds a character by its Unicode name, as `unicodedata.lookup` does; undefined for an unknown name. */
export type CharacterLookup = (name: string) => string | undefined;

/** Groups seen so far, which decide what `\1` means. */
export interface GroupReferences {
  readonly count: number;
  /** @throws PatternSyntaxError where the group is open, or bound to the same look-behind. */
  check(group: number, back: number): void;
}

const SIMPLE: ReadonlyMap<string, number> = new Map([
  ["\\a", 7],
  ["\\b", 8],
  ["\\f", 12],
  ["\\n", 10],
  ["\\r", 13],
  ["\\t", 9],
  ["\\v", 11],
  ["\\\\", 92],
]);

const CATEGORIES: ReadonlyMap<string, Category> = new Map<string, Category>([
  ["\\d", "digit"],
  ["\\D", "not digit"],
  ["\\s", "space"],
  ["\\S", "not space"],
  ["\\w", "word"],
  ["\\W", "not word"],
]);

const PLACES: ReadonlyMap<string, Place> = new Map<string, Place>([
  ["\\A", "\\A"],
  ["\\b", "\\b"],
  ["\\B", "\\B"],
  ["\\Z", "\\Z"],
]);

const DIGIT = /^[0-9]$/;
const OCTAL = /^[0-7]$/;
const HEXADECIMAL = /^[0-9a-fA-F]$/;
const LETTER = /^[a-zA-Z]$/;

/** `\xhh`, `\uhhhh`, `\Uhhhhhhhh`, `\N{…}`; undefined for any other escape. */
function numericEscape(source: PatternSource, written: string, lookup: CharacterLookup): number | undefined {
  const letter = written[1];
  const digits = letter === "x" ? 2 : source.bytes ? 0 : letter === "u" ? 4 : letter === "U" ? 8 : 0;
  if (digits > 0) {
    const whole = written + source.getWhile(digits, HEXADECIMAL);
    if (whole.length !== digits + 2) throw source.error(`incomplete escape ${whole}`, whole.length);
    const code = Number.parseInt(whole.slice(2), 16);
    if (code > 0x10ffff) throw source.error(`bad escape ${whole}`, whole.length);
    return code;
  }
  if (letter !== "N" || source.bytes) return undefined;
  if (!source.match("{")) throw source.error("missing {");
  const name = source.getUntil("}", "character name");
  const found = lookup(name);
  // A name of several characters (a named sequence) is not one character either.
  if (found === undefined || lengthOf(found) !== 1) {
    throw source.error(`undefined character name ${pythonRepr(name)}`, lengthOf(name) + 4);
  }
  return found.codePointAt(0) as number;
}

function octalCode(source: PatternSource, written: string): number {
  const code = Number.parseInt(written.slice(1), 8);
  if (code > 0o377) {
    throw source.error(`octal escape value ${written} outside of range 0-0o377`, written.length);
  }
  return code;
}

function otherEscape(source: PatternSource, written: string): number {
  const character = written.slice(1);
  if (LETTER.test(character) || DIGIT.test(character)) {
    throw source.error(`bad escape ${written}`, written.length);
  }
  return character.codePointAt(0) as number;
}

/** What the escape stands for inside `[…]`. */
export function parseSetEscape(source: PatternSource, written: string, lookup: CharacterLookup): SetItem {
  const simple = SIMPLE.get(written);
  if (simple !== undefined) return { kind: "literal", code: simple };
  const category = CATEGORIES.get(written);
  if (category !== undefined) return { kind: "category", category };
  const numeric = numericEscape(source, written, lookup);
  if (numeric !== undefined) return { kind: "literal", code: numeric };
  if (OCTAL.test(written[1])) {
    return { kind: "literal", code: octalCode(source, written + source.getWhile(2, OCTAL)) };
  }
  return { kind: "literal", code: otherEscape(source, written) };
}

/** What the escape stands for outside `[…]`. */
export function parseEscape(
  source: PatternSource,
  written: string,
  groups: GroupReferences,
  lookup: CharacterLookup,
): Item {
  const place = PLACES.get(written);
  if (place !== undefined) return { kind: "at", place };
  const category = CATEGORIES.get(written);
  if (category !== undefined) return { kind: "in", negated: false, items: [{ kind: "category", category }] };
  const simple = SIMPLE.get(written);
  if (simple !== undefined) return { kind: "literal", code: simple };
  const numeric = numericEscape(source, written, lookup);
  if (numeric !== undefined) return { kind: "literal", code: numeric };
  if (written[1] === "0") {
    const whole = written + source.getWhile(2, OCTAL);
    return { kind: "literal", code: Number.parseInt(whole.slice(1), 8) };
  }
  if (!DIGIT.test(written[1])) return { kind: "literal", code: otherEscape(source, written) };
  let whole = written;
  if (source.next !== undefined && DIGIT.test(source.next)) {
    whole += source.get();
    if (
      OCTAL.test(whole[1]) &&
      OCTAL.test(whole[2]) &&
      source.next !== undefined &&
      OCTAL.test(source.next)
    ) {
      whole += source.get();
      return { kind: "literal", code: octalCode(source, whole) };
    }
  }
  const group = Number.parseInt(whole.slice(1), 10);
  if (group >= groups.count) throw source.error(`invalid group reference ${group}`, whole.length - 1);
  groups.check(group, whole.length);
  return { kind: "reference", group };
}

/** Reads what follows a backslash in a replacement template that is neither a digit nor `g`. */
export function templateEscape(source: PatternSource, written: string): string {
  const simple = SIMPLE.get(written);
  if (simple !== undefined) return String.fromCharCode(simple);
  if (LETTER.test(written.slice(1))) throw source.error(`bad escape ${written}`, written.length);
  return written;
}
