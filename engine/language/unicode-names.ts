// Characters by name, for `\N{…}`: a recorded table for the scripts and symbols in common use, and the rules by
// which Unicode names ideographs and Hangul syllables. Any other name is reported as unknown.

import { NAME_ALIASES, NAME_RUNS } from "./unicode-name-table.ts";

let table: Map<string, string> | null = null;

/** Unfolds the recorded table; see `record_unicode_names.py` for its form. */
function readTable(): Map<string, string> {
  const names = new Map<string, string>();
  for (const paragraph of NAME_RUNS.split("\n\n")) {
    const run = paragraph.replaceAll("\n", "");
    const space = run.indexOf(" ");
    if (space < 0) continue;
    let code = Number.parseInt(run.slice(0, space), 16);
    let previous: string[] = [];
    for (const entry of run.slice(space + 1).split(";")) {
      if (entry !== "") {
        const shared = entry >= "0" && entry < ":" ? Number(entry[0]) : 0;
        const words = entry.slice(shared > 0 ? 1 : 0).split(" ");
        previous = [...previous.slice(0, shared), ...words];
        names.set(previous.join(" "), String.fromCodePoint(code));
      }
      code++;
    }
  }
  for (const alias of NAME_ALIASES.replaceAll("\n", "").split(";")) {
    const [name, code] = alias.split("=");
    if (code !== undefined) names.set(name, String.fromCodePoint(Number.parseInt(code, 16)));
  }
  return names;
}

/** Ranges of ideographs that are named after their code point (Unicode 15.1, as CPython 3.13 has it). */
const IDEOGRAPHS: readonly (readonly [string, number, number])[] = [
  ["CJK UNIFIED IDEOGRAPH-", 0x3400, 0x4dbf],
  ["CJK UNIFIED IDEOGRAPH-", 0x4e00, 0x9fff],
  ["CJK UNIFIED IDEOGRAPH-", 0x20000, 0x2a6df],
  ["CJK UNIFIED IDEOGRAPH-", 0x2a700, 0x2b739],
  ["CJK UNIFIED IDEOGRAPH-", 0x2b740, 0x2b81d],
  ["CJK UNIFIED IDEOGRAPH-", 0x2b820, 0x2cea1],
  ["CJK UNIFIED IDEOGRAPH-", 0x2ceb0, 0x2ebe0],
  ["CJK UNIFIED IDEOGRAPH-", 0x2ebf0, 0x2ee5d],
  ["CJK UNIFIED IDEOGRAPH-", 0x30000, 0x3134a],
  ["CJK UNIFIED IDEOGRAPH-", 0x31350, 0x323af],
];

// Hangul syllables are named after their parts (The Unicode Standard, section 3.12).
const LEADING = "G GG N D DD R M B BB S SS  J JJ C K T P H".split(" ");
const VOWELS = "A AE YA YAE EO E YEO YE O WA WAE OE YO U WEO WE WI YU EU YI I".split(" ");
const TRAILING = " G GG GS N NJ NH D L LG LM LB LS LT LP LH M B BS S SS NG J C K T P H".split(" ");

function hangulSyllable(name: string): string | undefined {
  for (let lead = 0; lead < LEADING.length; lead++) {
    if (!name.startsWith(LEADING[lead])) continue;
    for (let vowel = 0; vowel < VOWELS.length; vowel++) {
      const begin = LEADING[lead] + VOWELS[vowel];
      if (!name.startsWith(begin)) continue;
      const trail = TRAILING.indexOf(name.slice(begin.length));
      if (trail >= 0) return String.fromCodePoint(0xac00 + (lead * 21 + vowel) * 28 + trail);
    }
  }
  return undefined;
}

/** The character with this name or formal alias; `undefined` for a name that is not known here. */
export function lookupUnicodeName(name: string): string | undefined {
  // Names are ASCII; other letters must not become ASCII by upper-casing.
  if (!/^[ -~]+$/.test(name)) return undefined;
  const upper = name.toUpperCase();
  table ??= readTable();
  const listed = table.get(upper);
  if (listed !== undefined) return listed;
  // CPython folds case for listed names only.
  if (name.startsWith("HANGUL SYLLABLE ")) return hangulSyllable(name.slice(16));
  const hex = /-([0-9A-F]{4,5})$/.exec(name)?.[1];
  if (hex === undefined) return undefined;
  const code = Number.parseInt(hex, 16);
  for (const [prefix, first, last] of IDEOGRAPHS) {
    if (code >= first && code <= last && name === prefix + hex) return String.fromCodePoint(code);
  }
  return undefined;
}
