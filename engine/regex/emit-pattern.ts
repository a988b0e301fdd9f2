// Writes a match tree as the text of a pattern for RE2 or for V8.
import { ASCII, wordSet } from "./character-classes.ts";
import {
  type CodePointSet,
  complement,
  EVERYTHING,
  intersection,
  LAST_CODE_POINT,
  union,
} from "./code-point-set.ts";
import { MAX_REPEAT } from "./flags.ts";
import type { Anchor, Node } from "./match-tree.ts";

/**
 * Takes the place of every newline but the last when RE2 is asked about `$`. RE2 has no "before the last newline",
 * but where only one newline is left, "before any newline" says the same. A noncharacter, so texts do not hold it.
 */
export const NEWLINE_STAND_IN = "\u{fdd0}";
const STAND_IN_SET: CodePointSet = [0xfdd0, 0xfdd0];

/** Which texts the emitted pattern is for. */
export interface TextKind {
  /** ASCII throughout; sets are then written, and compiled, without the rest of Unicode. */
  readonly ascii: boolean;
  /** (RE2 only) `$` may hold before a last newline, and other newlines are replaced by the stand-in. */
  readonly newlineLast: boolean;
}

/** The pattern for RE2. Groups are numbered as Python's. */
export function emitRe2(node: Node, kind: TextKind): string {
  return new Re2Writer(kind).write(node);
}

/** A pattern for V8 and where Python's groups are in it. */
export interface V8Pattern {
  readonly source: string;
  readonly flags: string;
  /** V8's number of each of Python's groups; index 0 is the whole match. */
  readonly groups: readonly number[];
}

export function emitV8(node: Node, groups: number, ascii: boolean): V8Pattern {
  const writer = new V8Writer(ascii);
  const source = writer.write(node, false);
  const numbers = [0];
  for (let group = 1; group <= groups; group++) numbers.push(writer.numbers.get(group) ?? 0);
  return { source, flags: ascii ? "" : "u", groups: numbers };
}

function quantifier(min: number, max: number, lazy: boolean): string {
  const unbounded = max === MAX_REPEAT;
  let text: string;
  if (min === 0 && unbounded) text = "*";
  else if (min === 1 && unbounded) text = "+";
  else if (min === 0 && max === 1) text = "?";
  else if (unbounded) text = `{${min},}`;
  else text = min === max ? `{${min}}` : `{${min},${max}}`;
  return lazy ? `${text}?` : text;
}

/** ASCII letters, digits and space stand for themselves everywhere; anything else is written by number. */
function plain(code: number): string | undefined {
  const character = String.fromCodePoint(code);
  return /^[0-9A-Za-z ]$/.test(character) ? character : undefined;
}

/** Writes sets; the two engines differ in how a code point is written. */
abstract class SetWriter {
  protected abstract readonly nothing: string;
  protected abstract code(code: number): string;

  protected set(set: CodePointSet, universe: CodePointSet): string {
    const inside = intersection(set, universe);
    if (inside.length === 0) return this.nothing;
    if (inside.length === 2 && inside[0] === inside[1]) return this.code(inside[0]);
    const outside = complement(set);
    const negated = universe === EVERYTHING && outside.length > 0 && outside.length < inside.length;
    return this.#bracket(negated ? outside : inside, negated);
  }

  #bracket(set: CodePointSet, negated: boolean): string {
    let text = negated ? "[^" : "[";
    for (let index = 0; index < set.length; index += 2) {
      const [low, high] = [set[index], set[index + 1]];
      text += this.code(low);
      if (high > low) text += high === low + 1 ? this.code(high) : `-${this.code(high)}`;
    }
    return `${text}]`;
  }
}

class Re2Writer extends SetWriter {
  protected readonly nothing = `[^\\x{0}-\\x{${LAST_CODE_POINT.toString(16)}}]`;
  readonly #kind: TextKind;
  readonly #universe: CodePointSet;

  constructor(kind: TextKind) {
    super();
    this.#kind = kind;
    const ascii = kind.newlineLast ? union(ASCII, STAND_IN_SET) : ASCII;
    this.#universe = kind.ascii ? ascii : EVERYTHING;
  }

  protected code(code: number): string {
    return plain(code) ?? `\\x{${code.toString(16)}}`;
  }

  write(node: Node): string {
    switch (node.kind) {
      case "set": {
        if (!this.#kind.newlineLast) return this.set(node.set, this.#universe);
        const newline = intersection(node.set, [10, 10]).length > 0;
        const set = newline
          ? union(node.set, STAND_IN_SET)
          : intersection(node.set, complement(STAND_IN_SET));
        return this.set(set, this.#universe);
      }
      case "anchor":
        return this.#anchor(node.anchor);
      case "sequence":
        return node.nodes.map((item) => this.#inSequence(item)).join("");
      case "branch":
        return `(?:${node.arms.map((arm) => this.write(arm)).join("|")})`;
      case "capture":
        return `(${this.write(node.body)})`;
      case "repeat":
        return `(?:${this.write(node.body)})${quantifier(node.min, node.max, node.greed === "lazy")}`;
      case "failure":
        return this.nothing;
      default:
        throw new Error(`RE2 has no ${node.kind}`);
    }
  }

  #inSequence(node: Node): string {
    return node.kind === "sequence" ? `(?:${this.write(node)})` : this.write(node);
  }

  #anchor(anchor: Anchor): string {
    switch (anchor) {
      case "start":
        return "\\A";
      case "end":
        return "\\z";
      case "line start":
        return "(?m:^)";
      case "line end":
        return "(?m:$)";
      case "last line end":
        return this.#kind.newlineLast ? "(?m:$)" : "\\z";
      case "boundary":
        return "\\b";
      case "no boundary":
        return "\\B";
    }
  }
}

class V8Writer extends SetWriter {
  protected readonly nothing = "[]";
  readonly numbers = new Map<number, number>();
  readonly #ascii: boolean;
  readonly #universe: CodePointSet;
  #count = 0;

  constructor(ascii: boolean) {
    super();
    this.#ascii = ascii;
    this.#universe = ascii ? ASCII : EVERYTHING;
  }

  protected code(code: number): string {
    const character = plain(code);
    if (character !== undefined) return character;
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  }

  /** @param behind the node stands in a look-behind, which JavaScript walks backwards. */
  write(node: Node, behind: boolean): string {
    switch (node.kind) {
      case "set":
        return this.set(node.set, this.#universe);
      case "anchor":
        return this.#anchor(node.anchor, node.alphabet === "unicode");
      case "failure":
        return this.nothing;
      case "sequence":
        return node.nodes
          .map((item) =>
            item.kind === "sequence" ? `(?:${this.write(item, behind)})` : this.write(item, behind),
          )
          .join("");
      case "branch":
        return `(?:${node.arms.map((arm) => this.write(arm, behind)).join("|")})`;
      case "capture":
        this.#count++;
        this.numbers.set(node.group, this.#count);
        return `(${this.write(node.body, behind)})`;
      case "repeat": {
        if (node.greed === "possessive") return this.#possessive(node);
        const body = this.write(node.body, behind);
        // A choice with nothing, because JavaScript's `?` takes back a body that matched nothing.
        if (node.min === 0 && node.max === 1) return node.greed === "lazy" ? `(?:|${body})` : `(?:${body}|)`;
        return `(?:${body})${quantifier(node.min, node.max, node.greed === "lazy")}`;
      }
      case "atomic":
        return behind
          ? `(?:${this.write(node.body, behind)})`
          : this.#atomic(() => this.write(node.body, false));
      case "look": {
        const sign = `${node.behind ? "<" : ""}${node.negative ? "!" : "="}`;
        return `(?${sign}${this.write(node.body, node.behind)})`;
      }
      case "reference": {
        const reference = `\\${this.numbers.get(node.group)}`;
        return node.fold === undefined ? `(?:${reference})` : `(?i:${reference})`;
      }
      case "conditional":
        throw new Error("V8 has no conditional");
    }
  }

  /** A look-ahead is atomic: what it captured is then matched as it is. */
  #atomic(body: () => string): string {
    this.#count++;
    const number = this.#count;
    return `(?:(?=(${body()}))\\${number})`;
  }

  /** Each round is atomic by itself, and so is the whole. */
  #possessive(node: Extract<Node, { kind: "repeat" }>): string {
    return this.#atomic(() => {
      const round =
        node.body.kind === "set"
          ? this.write(node.body, false)
          : this.#atomic(() => this.write(node.body, false));
      if (node.min === 0 && node.max === 1) return `(?:${round}|)`;
      return `(?:${round})${quantifier(node.min, node.max, false)}`;
    });
  }

  #anchor(anchor: Anchor, unicode: boolean): string {
    switch (anchor) {
      case "start":
        return "(?:^)";
      case "end":
        return "(?:$)";
      case "line start":
        return "(?<![^\\n])";
      case "line end":
        return "(?![^\\n])";
      case "last line end":
        return "(?=\\n?$)";
      case "boundary":
      case "no boundary": {
        const sign = anchor === "boundary" ? "\\b" : "\\B";
        if (!unicode || this.#ascii) return `(?:${sign})`;
        const word = this.set(wordSet("unicode"), EVERYTHING);
        return anchor === "boundary"
          ? `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`
          : `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`;
      }
    }
  }
}
