// Characters by name and names of characters: a recorded table, and the rules by which Unicode names ideographs
// and Hangul syllables. As CPython 3.13 has them (Unicode 15.1).
//
// The table is half of what compiling an expression would load, and hardly any expression names a character. So the host
// reads it at the first name; inside the isolate, where nothing can be read, the guest hands it over.
import type * as nameTable from "./name-table.ts";

/** The recorded table. */
export type NameTable = typeof nameTable;
let given: NameTable | undefined;
let hand: (() => NameTable) | undefined;

/** Says what hands the table over when it is asked for, for where it cannot be read. */
export function useNameTable(table: () => NameTable): void {
  hand = table;
}
function recorded(): NameTable {
  given ??= hand?.();
  if (given !== undefined) return given;
  // No import, which would be read at once, or not be there in time for a parser that does not wait.
  // It is a `.ts` file in a checkout, a `.js` file in a package, like this one.
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  given = process.getBuiltinModule("node:module").createRequire(import.meta.url)(
    `./name-table${extension}`,
  ) as NameTable;
  return given;
}

/** A stretch of named code points; its names are unfolded when one is asked for. */
interface Run {
  readonly first: number;
  readonly text: string;
}
let runs: readonly Run[] | undefined;

function readRuns(): readonly Run[] {
  runs ??= recorded()
    .NAME_RUNS.split("\n\n")
    .flatMap((paragraph) => {
      const run = paragraph.replaceAll("\n", "");
      const space = run.indexOf(" ");
      return space < 0
        ? []
        : [{ first: Number.parseInt(run.slice(0, space), 16), text: run.slice(space + 1) }];
    });
  return runs;
}

/** Names of a run in order, empty for code points without one; see `record_unicode_names.py` for the shorthand. */
function namesOf(run: Run): string[] {
  let previous: string[] = [];
  return run.text.split(";").map((entry) => {
    if (entry === "") return "";
    const shared = entry >= "0" && entry < ":" ? Number(entry[0]) : 0;
    previous = [...previous.slice(0, shared), ...entry.slice(shared > 0 ? 1 : 0).split(" ")];
    return previous.join(" ");
  });
}
let unfolded: { readonly run: Run; readonly names: readonly string[] } | undefined;

function listedName(code: number): string | undefined {
  const all = readRuns();
  let low = 0;
  let high = all.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((all[middle] as Run).first <= code) low = middle;
    else high = middle - 1;
  }
  const run = all[low] as Run;
  if (unfolded?.run !== run) unfolded = { run, names: namesOf(run) };
  const name = unfolded.names[code - run.first];
  return name === "" ? undefined : name;
}

// Hangul syllables are named after their parts (The Unicode Standard, section 3.12).
const LEADING = "G GG N D DD R M B BB S SS  J JJ C K T P H".split(" ");
const VOWELS = "A AE YA YAE EO E YEO YE O WA WAE OE YO U WEO WE WI YU EU YI I".split(" ");
const TRAILING = " G GG GS N NJ NH D L LG LM LB LS LT LP LH M B BS S SS NG J C K T P H".split(" ");
const HANGUL = "HANGUL SYLLABLE ";
const FIRST_SYLLABLE = 0xac00;
const SYLLABLES = LEADING.length * VOWELS.length * TRAILING.length;

function hangulSyllable(name: string): string | undefined {
  for (const [lead, start] of LEADING.entries()) {
    for (const [vowel, middle] of VOWELS.entries()) {
      if (!name.startsWith(start + middle)) continue;
      const trail = TRAILING.indexOf(name.slice(start.length + middle.length));
      if (trail >= 0)
        return String.fromCodePoint(
          FIRST_SYLLABLE + (lead * VOWELS.length + vowel) * TRAILING.length + trail,
        );
    }
  }
  return undefined;
}

/** The name of a character; undefined when it has none. */
export function unicodeName(code: number): string | undefined {
  const syllable = code - FIRST_SYLLABLE;
  if (syllable >= 0 && syllable < SYLLABLES) {
    const lead = Math.floor(syllable / (VOWELS.length * TRAILING.length));
    const vowel = Math.floor(syllable / TRAILING.length) % VOWELS.length;
    return HANGUL + LEADING[lead] + VOWELS[vowel] + TRAILING[syllable % TRAILING.length];
  }
  for (const [prefix, first, last] of recorded().NUMBERED) {
    if (code >= first && code <= last) return prefix + code.toString(16).toUpperCase().padStart(4, "0");
  }
  return listedName(code);
}

/** Where a name may be: hashes of the listed names in order, and their code points. */
let index: { readonly hashes: Uint32Array; readonly codes: Uint32Array } | undefined;

function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
function readIndex(): { readonly hashes: Uint32Array; readonly codes: Uint32Array } {
  if (index !== undefined) return index;
  const entries: [hash: number, code: number][] = [];
  for (const run of readRuns()) {
    for (const [offset, name] of namesOf(run).entries())
      if (name !== "") entries.push([hashOf(name), run.first + offset]);
  }
  entries.sort((a, b) => a[0] - b[0]);
  index = {
    hashes: Uint32Array.from(entries, ([hash]) => hash),
    codes: Uint32Array.from(entries, ([, code]) => code),
  };
  return index;
}

function listedCharacter(name: string): string | undefined {
  const { hashes, codes } = readIndex();
  const wanted = hashOf(name);
  let low = 0;
  let high = hashes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((hashes[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  for (let i = low; hashes[i] === wanted; i++) {
    const code = codes[i] as number;
    if (listedName(code) === name) return String.fromCodePoint(code);
  }
  return undefined;
}

let others: Map<string, string> | undefined;
/** Aliases and named sequences. */
function otherNames(): Map<string, string> {
  others ??= new Map(
    recorded()
      .OTHER_NAMES.replaceAll("\n", "")
      .split(";")
      .filter((entry) => entry !== "")
      .map((entry): [string, string] => {
        const [name = "", codes = ""] = entry.split("=");
        return [name, String.fromCodePoint(...codes.split(" ").map((code) => Number.parseInt(code, 16)))];
      }),
  );
  return others;
}

/**
 * The character with this name or formal alias; undefined for a name that is not known.
 *
 * @param sequences also take names of sequences of several characters, as `unicodedata.lookup` does and `\N{…}` not
 */
export function lookupUnicodeName(name: string, sequences = false): string | undefined {
  // Names are ASCII; other letters must not become ASCII by upper-casing.
  if (!/^[ -~]+$/.test(name)) return undefined;
  const upper = name.toUpperCase();
  const other = otherNames().get(upper);
  if (other !== undefined) {
    const single = other.length === ((other.codePointAt(0) as number) > 0xffff ? 2 : 1);
    return single || sequences ? other : undefined;
  }
  const listed = listedCharacter(upper);
  if (listed !== undefined) return listed;
  // CPython folds case for listed names, among which are all numbered ones but these.
  if (name.startsWith(HANGUL)) return hangulSyllable(name.slice(HANGUL.length));
  const [, prefix, hex = ""] = /^(.*-)([0-9A-F]{4,5})$/.exec(upper) ?? [];
  if (prefix === "CJK UNIFIED IDEOGRAPH-" && name !== upper) return undefined;
  const code = Number.parseInt(hex, 16);
  const known = recorded().NUMBERED.some(([p, first, last]) => p === prefix && code >= first && code <= last);
  return known ? String.fromCodePoint(code) : undefined;
}
