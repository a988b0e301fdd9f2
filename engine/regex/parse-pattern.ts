// Parses Python's `re` syntax, with CPython 3.13's group numbering and error texts (its `re._parser` is the reference).
import { FLAG_LETTERS, Flag, MAX_GROUPS, MAX_REPEAT, TYPE_FLAGS } from "./flags.ts";
import { type CharacterLookup, parseEscape } from "./parse-escape.ts";
import { parseSet, withoutRepeats } from "./parse-set.ts";
import { PatternSyntaxError, PatternValueError } from "./pattern-error.ts";
import { isAscii, lengthOf, PatternSource, pythonRepr } from "./pattern-source.ts";
import { widthOf } from "./pattern-width.ts";
import type { Greed, Item, Sequence, SetItem, SyntaxTree, Width } from "./syntax-tree.ts";

const SPECIAL = new Set(".\\[{()*+?^$|");
const WHITESPACE = new Set(" \t\n\r\v\f");
const DIGIT = /^[0-9]$/;
const NUMBER = /^[0-9]+$/;
const ALPHABETIC = /^\p{L}/u;
/** Two levels for each bracket; CPython gives up at its recursion limit of 1,000 frames. */
const MAX_NESTING = 992;

/**
 * Parses a pattern.
 * @param pattern the text; a bytes pattern as one character per byte.
 * @param flags flag bits as passed to `re.compile`.
 * @throws PatternSyntaxError with CPython's message and position.
 * @throws PatternValueError for flags that contradict each other, an oversized repeat, or nesting too deep.
 */
export function parsePattern(
  pattern: string,
  flags: number,
  options: { readonly bytes: boolean; readonly lookup: CharacterLookup },
): SyntaxTree {
  return new PatternParser(pattern, flags, options.bytes, options.lookup).parse();
}

class PatternParser {
  readonly #source: PatternSource;
  readonly #lookup: CharacterLookup;
  readonly #groupindex = new Map<string, number>();
  readonly #groupWidths: (Width | undefined)[] = [undefined];
  /** Where a conditional first names each group, for the check at the end. */
  readonly #conditionals = new Map<number, number>();
  #flags: number;
  /** Number of groups when the outermost look-behind opened. */
  #lookbehindGroups: number | undefined;

  constructor(pattern: string, flags: number, bytes: boolean, lookup: CharacterLookup) {
    this.#source = new PatternSource(pattern, bytes);
    this.#flags = flags;
    this.#lookup = lookup;
  }

  parse(): SyntaxTree {
    const source = this.#source;
    const root = this.#alternatives((this.#flags & Flag.VERBOSE) !== 0, 0);
    const flags = checkFlags(this.#flags, source.bytes);
    if (source.next !== undefined) throw source.error("unbalanced parenthesis");
    for (const [group, position] of this.#conditionals) {
      if (group >= this.#groupWidths.length) {
        throw new PatternSyntaxError(`invalid group reference ${group}`, source.text, position);
      }
    }
    return {
      root,
      flags,
      groups: this.#groupWidths.length - 1,
      groupindex: this.#groupindex,
      groupWidths: this.#groupWidths,
    };
  }

  #alternatives(initialVerbose: boolean, nesting: number): Sequence {
    if (nesting > MAX_NESTING)
      throw new PatternValueError("RecursionError", "maximum recursion depth exceeded");
    let verbose = initialVerbose;
    const arms: Sequence[] = [];
    for (;;) {
      arms.push(this.#sequence(verbose, nesting + 1, nesting === 0 && arms.length === 0));
      if (!this.#source.match("|")) break;
      if (nesting === 0) verbose = (this.#flags & Flag.VERBOSE) !== 0;
    }
    return arms.length === 1 ? arms[0] : joinArms(arms);
  }

  #sequence(initialVerbose: boolean, nesting: number, first: boolean): Sequence {
    const source = this.#source;
    const items: Sequence = [];
    let verbose = initialVerbose;
    for (;;) {
      const character = source.next;
      if (character === undefined || character === "|" || character === ")") break;
      source.get();
      if (verbose && WHITESPACE.has(character)) continue;
      if (verbose && character === "#") {
        for (let skipped = source.get(); skipped !== undefined && skipped !== "\n"; ) skipped = source.get();
        continue;
      }
      if (character[0] === "\\") {
        items.push(
          parseEscape(
            source,
            character,
            { count: this.#groupWidths.length, check: (group, back) => this.#checkReference(group, back) },
            this.#lookup,
          ),
        );
      } else if (!SPECIAL.has(character)) {
        items.push({ kind: "literal", code: character.codePointAt(0) as number });
      } else if (character === "[") {
        items.push(parseSet(source, this.#lookup));
      } else if (character === ".") {
        items.push({ kind: "any" });
      } else if (character === "^" || character === "$") {
        items.push({ kind: "at", place: character });
      } else if (character === "(") {
        if (this.#bracket(items, verbose, nesting, first)) verbose = (this.#flags & Flag.VERBOSE) !== 0;
      } else {
        this.#repeat(items, character);
      }
    }
    return items.flatMap((item) =>
      item.kind === "group" && item.group === 0 && item.added === 0 && item.removed === 0
        ? item.body
        : [item],
    );
  }

  #repeat(items: Sequence, character: string): void {
    const source = this.#source;
    const here = source.tell();
    let min = character === "+" ? 1 : 0;
    let max = character === "?" ? 1 : MAX_REPEAT;
    if (character === "{") {
      const bounds = this.#bounds(here);
      if (bounds === undefined) {
        items.push({ kind: "literal", code: 0x7b });
        return;
      }
      [min, max] = bounds;
    }
    const item = items.at(-1);
    const back = () => source.tell() - here + lengthOf(character);
    if (item === undefined || item.kind === "at") throw source.error("nothing to repeat", back());
    if (item.kind === "repeat") throw source.error("multiple repeat", back());
    const bare = item.kind === "group" && item.group === 0 && item.added === 0 && item.removed === 0;
    const body = bare ? item.body : [item];
    const greed: Greed = source.match("?") ? "lazy" : source.match("+") ? "possessive" : "greedy";
    items[items.length - 1] = { kind: "repeat", min, max, greed, body };
  }

  /** The numbers in `{2,5}`; undefined where the brace is an ordinary character. */
  #bounds(here: number): [number, number] | undefined {
    const source = this.#source;
    if (source.next === "}") return undefined;
    const low = source.getWhile(Number.POSITIVE_INFINITY, DIGIT);
    const high = source.match(",") ? source.getWhile(Number.POSITIVE_INFINITY, DIGIT) : low;
    if (!source.match("}")) {
      source.seek(here);
      return undefined;
    }
    const min = low === "" ? 0 : Number(low);
    const max = high === "" ? MAX_REPEAT : Number(high);
    if (min >= MAX_REPEAT || (high !== "" && max >= MAX_REPEAT)) {
      throw new PatternValueError("OverflowError", "the repetition number is too large");
    }
    if (max < min) throw source.error("min repeat greater than max repeat", source.tell() - here);
    return [min, max];
  }

  /** Parses what follows `(`; true where it was a change of the global flags. */
  #bracket(items: Sequence, verbose: boolean, nesting: number, first: boolean): boolean {
    const source = this.#source;
    const start = source.tell() - 1;
    let capture = true;
    let atomic = false;
    let name: string | undefined;
    let added = 0;
    let removed = 0;
    if (source.match("?")) {
      const character = source.get();
      if (character === undefined) throw source.error("unexpected end of pattern");
      if (character === "P") {
        if (source.match("<")) {
          name = source.getUntil(">", "group name");
          source.checkGroupName(name, 1);
        } else if (source.match("=")) {
          items.push(this.#namedReference());
          return false;
        } else {
          const other = source.get();
          if (other === undefined) throw source.error("unexpected end of pattern");
          throw source.error(`unknown extension ?P${other}`, lengthOf(other) + 2);
        }
      } else if (character === ":") {
        capture = false;
      } else if (character === "#") {
        for (;;) {
          if (source.next === undefined) {
            throw source.error("missing ), unterminated comment", source.tell() - start);
          }
          if (source.get() === ")") return false;
        }
      } else if (character === "=" || character === "!" || character === "<") {
        items.push(this.#lookaround(character, verbose, nesting, start));
        return false;
      } else if (character === "(") {
        items.push(this.#conditional(verbose, nesting, start));
        return false;
      } else if (character === ">") {
        capture = false;
        atomic = true;
      } else if (FLAG_LETTERS.has(character) || character === "-") {
        const scoped = this.#inlineFlags(character);
        if (scoped === undefined) {
          if (!first || items.length > 0) {
            throw source.error("global flags not at the start of the expression", source.tell() - start);
          }
          return true;
        }
        [added, removed] = scoped;
        capture = false;
      } else {
        throw source.error(`unknown extension ?${character}`, lengthOf(character) + 1);
      }
    }
    const group = capture ? this.#openGroup(name) : 0;
    const scopedVerbose = (verbose || (added & Flag.VERBOSE) !== 0) && (removed & Flag.VERBOSE) === 0;
    const body = this.#alternatives(scopedVerbose, nesting + 1);
    this.#close(start);
    if (group > 0) this.#groupWidths[group] = widthOf(body, this.#groupWidths);
    items.push(atomic ? { kind: "atomic", body } : { kind: "group", group, added, removed, body });
    return false;
  }

  #close(start: number): void {
    const source = this.#source;
    if (source.match(")")) return;
    throw source.error("missing ), unterminated subpattern", source.tell() - start);
  }

  #openGroup(name: string | undefined): number {
    const source = this.#source;
    const group = this.#groupWidths.length;
    const back = name === undefined ? 0 : lengthOf(name) + 1;
    if (group + 1 > MAX_GROUPS) throw source.error("too many groups", back);
    this.#groupWidths.push(undefined);
    if (name === undefined) return group;
    const earlier = this.#groupindex.get(name);
    if (earlier !== undefined) {
      throw source.error(
        `redefinition of group name ${pythonRepr(name)} as group ${group}; was group ${earlier}`,
        back,
      );
    }
    this.#groupindex.set(name, group);
    return group;
  }

  #namedReference(): Item {
    const source = this.#source;
    const name = source.getUntil(")", "group name");
    source.checkGroupName(name, 1);
    const group = this.#groupindex.get(name);
    if (group === undefined) throw source.error(`unknown group name ${pythonRepr(name)}`, lengthOf(name) + 1);
    this.#checkReference(group, lengthOf(name) + 1);
    return { kind: "reference", group };
  }

  #checkReference(group: number, back: number): void {
    if (this.#groupWidths[group] === undefined) {
      throw this.#source.error("cannot refer to an open group", back);
    }
    this.#checkLookbehind(group);
  }

  #checkLookbehind(group: number): void {
    if (this.#lookbehindGroups === undefined) return;
    if (this.#groupWidths[group] === undefined) throw this.#source.error("cannot refer to an open group");
    if (group >= this.#lookbehindGroups) {
      throw this.#source.error("cannot refer to group defined in the same lookbehind subpattern");
    }
  }

  #lookaround(kind: string, verbose: boolean, nesting: number, start: number): Item {
    const source = this.#source;
    const behind = kind === "<";
    let sign: string | undefined = kind;
    const outer = this.#lookbehindGroups;
    if (behind) {
      sign = source.get();
      if (sign === undefined) throw source.error("unexpected end of pattern");
      if (sign !== "=" && sign !== "!") throw source.error(`unknown extension ?<${sign}`, lengthOf(sign) + 2);
      if (outer === undefined) this.#lookbehindGroups = this.#groupWidths.length;
    }
    const body = this.#alternatives(verbose, nesting + 1);
    if (behind && outer === undefined) this.#lookbehindGroups = undefined;
    this.#close(start);
    if (sign === "!" && body.length === 0) return { kind: "failure" };
    return { kind: "look", behind, negative: sign === "!", body };
  }

  #conditional(verbose: boolean, nesting: number, start: number): Item {
    const source = this.#source;
    const name = source.getUntil(")", "group name");
    const back = lengthOf(name) + 1;
    let group: number;
    if (NUMBER.test(name) && isAscii(name)) {
      group = Number(name);
      if (group === 0) throw source.error("bad group number", back);
      if (group >= MAX_GROUPS) throw source.error(`invalid group reference ${BigInt(name)}`, back);
      if (!this.#conditionals.has(group)) this.#conditionals.set(group, source.tell() - back);
    } else {
      source.checkGroupName(name, 1);
      const named = this.#groupindex.get(name);
      if (named === undefined) throw source.error(`unknown group name ${pythonRepr(name)}`, back);
      group = named;
    }
    this.#checkLookbehind(group);
    if (nesting > MAX_NESTING)
      throw new PatternValueError("RecursionError", "maximum recursion depth exceeded");
    const yes = this.#sequence(verbose, nesting + 1, false);
    let no: Sequence | undefined;
    if (source.match("|")) {
      no = this.#sequence(verbose, nesting + 1, false);
      if (source.next === "|") throw source.error("conditional backref with more than two branches");
    }
    this.#close(start);
    return { kind: "conditional", group, yes, no };
  }

  /** Reads `i-s:` and the like; undefined for global flags, which it sets. */
  #inlineFlags(letter: string): [number, number] | undefined {
    const source = this.#source;
    let character: string | undefined = letter;
    let added = 0;
    let removed = 0;
    if (character !== "-") {
      for (;;) {
        const flag = FLAG_LETTERS.get(character) as number;
        if (!source.bytes && character === "L") {
          throw source.error("bad inline flags: cannot use 'L' flag with a str pattern");
        }
        if (source.bytes && character === "u") {
          throw source.error("bad inline flags: cannot use 'u' flag with a bytes pattern");
        }
        added |= flag;
        if (flag & TYPE_FLAGS && (added & TYPE_FLAGS) !== flag) {
          throw source.error("bad inline flags: flags 'a', 'u' and 'L' are incompatible");
        }
        character = source.get();
        if (character === undefined) throw source.error("missing -, : or )");
        if (character === ")" || character === "-" || character === ":") break;
        this.#checkFlagLetter(character, "missing -, : or )");
      }
    }
    if (character === ")") {
      this.#flags |= added;
      return undefined;
    }
    if (character === "-") {
      character = source.get();
      if (character === undefined) throw source.error("missing flag");
      this.#checkFlagLetter(character, "missing flag");
      for (;;) {
        const flag = FLAG_LETTERS.get(character) as number;
        if (flag & TYPE_FLAGS) throw source.error("bad inline flags: cannot turn off flags 'a', 'u' and 'L'");
        removed |= flag;
        character = source.get();
        if (character === undefined) throw source.error("missing :");
        if (character === ":") break;
        this.#checkFlagLetter(character, "missing :");
      }
    }
    if (added & removed) throw source.error("bad inline flags: flag turned on and off", 1);
    return [added, removed];
  }

  #checkFlagLetter(character: string, missing: string): void {
    if (FLAG_LETTERS.has(character)) return;
    throw this.#source.error(ALPHABETIC.test(character) ? "unknown flag" : missing, lengthOf(character));
  }
}

/** Adds what the kind of pattern implies. @throws PatternValueError for flags that exclude each other. */
function checkFlags(flags: number, bytes: boolean): number {
  if (!bytes) {
    if (flags & Flag.LOCALE)
      throw new PatternValueError("ValueError", "cannot use LOCALE flag with a str pattern");
    if (!(flags & Flag.ASCII)) return flags | Flag.UNICODE;
    if (flags & Flag.UNICODE) {
      throw new PatternValueError("ValueError", "ASCII and UNICODE flags are incompatible");
    }
    return flags;
  }
  if (flags & Flag.UNICODE) {
    throw new PatternValueError("ValueError", "cannot use UNICODE flag with a bytes pattern");
  }
  if (flags & Flag.LOCALE && flags & Flag.ASCII) {
    throw new PatternValueError("ValueError", "ASCII and LOCALE flags are incompatible");
  }
  return flags;
}

/**
 * Alternatives, with a common start taken out and single characters merged to a set. CPython does both, and it is
 * not only faster: under IGNORECASE a set folds characters that a lone literal does not.
 */
function joinArms(arms: Sequence[]): Sequence {
  const joined: Sequence = [];
  const rest = arms.map((arm) => [...arm]);
  for (;;) {
    const start = rest[0][0];
    if (start === undefined || !rest.every((arm) => arm[0] !== undefined && sameItem(arm[0], start))) break;
    joined.push(start);
    for (const arm of rest) arm.shift();
  }
  const merged: SetItem[] = [];
  for (const arm of rest) {
    const item = arm[0];
    if (arm.length !== 1) return [...joined, { kind: "branch", arms: rest }];
    if (item.kind === "literal") merged.push(item);
    else if (item.kind === "in" && !item.negated) merged.push(...item.items);
    else return [...joined, { kind: "branch", arms: rest }];
  }
  joined.push({ kind: "in", negated: false, items: withoutRepeats(merged) });
  return joined;
}

function sameItem(one: Item, other: Item): boolean {
  if (one.kind !== other.kind) return false;
  switch (one.kind) {
    case "any":
    case "failure":
      return true;
    case "literal":
    case "not literal":
    case "at":
    case "in":
    case "reference":
      return JSON.stringify(one) === JSON.stringify(other);
    default:
      return false;
  }
}
