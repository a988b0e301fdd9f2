// Which engines answer a pattern exactly as CPython does, and for which texts.
import { ASCII } from "./character-classes.ts";
import { intersection } from "./code-point-set.ts";
import { MAX_REPEAT } from "./flags.ts";
import type { Node } from "./match-tree.ts";

/** RE2 refuses a repeat beyond this, counting nested repeats as their product. */
const RE2_MAX_REPEAT = 1000;
/** Size of a program (roughly RE2 instructions) that we still hand to RE2. */
export const RE2_MAX_SIZE = 100_000;

/** What a pattern needs from an engine. */
export interface PatternFacts {
  /** Why RE2 cannot answer exactly; undefined where it can. */
  readonly notRe2: string | undefined;
  /** Why V8 cannot. */
  readonly notV8: string | undefined;
  /** `\b` or `\B` by Unicode's word characters, which RE2 only has for ASCII. */
  readonly unicodeBoundary: boolean;
  /** `\B`, which CPython never finds in an empty text. */
  readonly noBoundary: boolean;
  /** `$` without MULTILINE. */
  readonly lastLineEnd: boolean;
  /** `^` or `$` with MULTILINE. */
  readonly lineAnchor: boolean;
  /** A case-insensitive back-reference. */
  readonly foldedReference: boolean;
  /**
   * Where the pattern matches the empty string, it has no other way left to match there: so after an empty match
   * the search may simply go one character on.
   */
  readonly emptyIsLast: boolean;
  /** Rough number of RE2 instructions where the text is ASCII. */
  readonly asciiSize: number;
  /** The same for any text: `\w` alone has 750 ranges. */
  readonly size: number;
  /** Which group closed last follows from where the groups end: no captures in loops or look-arounds. */
  readonly simpleCaptures: boolean;
  /** What a backtracking engine may do with the pattern. */
  readonly backtracking: Backtracking;
  /** For each group its turn to close, among all groups of the pattern read from left to right. */
  readonly groupEnds: readonly number[];
}

/**
 * The ways through a pattern, of which a backtracking engine tries all at worst: `choices` times one for each length that each
 * of its unbounded `loops` may have.
 */
export interface Backtracking {
  readonly choices: number;
  readonly loops: number;
}
/** Steps that a backtracking engine takes at most to search a text of that length, roughly. */
export function searchSteps({ choices, loops }: Backtracking, length: number): number {
  return choices * (length + 1) ** (loops + 1);
}
function backtracking(node: Node): Backtracking {
  switch (node.kind) {
    case "sequence":
      return node.nodes.map(backtracking).reduce(inTurn, { choices: 1, loops: 0 });
    case "branch": {
      const arms = node.arms.map(backtracking);
      const choices = arms.reduce((sum, arm) => sum + arm.choices, 0);
      return { choices, loops: Math.max(...arms.map(({ loops }) => loops)) };
    }
    case "capture":
    case "atomic":
      return backtracking(node.body);
    case "look":
      return backtracking(node.body);
    case "conditional":
      return inTurn(backtracking(node.yes), backtracking(node.no));
    case "repeat": {
      const body = backtracking(node.body);
      // A body with one way through it is gone through as often as the text allows; with more, ways multiply each time.
      if (body.loops === 0 && body.choices === 1)
        return node.max === MAX_REPEAT
          ? { choices: 1, loops: 1 }
          : { choices: 1 + node.max - node.min, loops: 0 };
      if (node.max === MAX_REPEAT) return { choices: Number.POSITIVE_INFINITY, loops: 0 };
      return { choices: (1 + body.choices) ** node.max, loops: body.loops * node.max };
    }
    default:
      return { choices: 1, loops: 0 };
  }
}
function inTurn(a: Backtracking, b: Backtracking): Backtracking {
  return { choices: a.choices * b.choices, loops: a.loops + b.loops };
}

export function patternFacts(root: Node): PatternFacts {
  const survey = new Survey();
  survey.visit(root, 1, false);
  const asciiSize = sizeOf(root, true);
  if (asciiSize > RE2_MAX_SIZE)
    survey.refuseRe2(`its program is too large (about ${asciiSize} instructions)`);
  const v8 = new V8Check();
  v8.visit(root, new Set(), false);
  return {
    notRe2: survey.notRe2,
    notV8: v8.reason,
    unicodeBoundary: survey.unicodeBoundary,
    noBoundary: survey.noBoundary,
    lastLineEnd: survey.lastLineEnd,
    lineAnchor: survey.lineAnchor,
    foldedReference: survey.foldedReference,
    emptyIsLast: emptiness(root).last,
    asciiSize,
    size: sizeOf(root, false),
    simpleCaptures: survey.simpleCaptures,
    backtracking: backtracking(root),
    groupEnds: survey.groupEnds,
  };
}

/** Collects what kinds of node there are. */
class Survey {
  notRe2: string | undefined;
  unicodeBoundary = false;
  noBoundary = false;
  lastLineEnd = false;
  lineAnchor = false;
  foldedReference = false;
  simpleCaptures = true;
  readonly groupEnds: number[] = [0];
  #closed = 0;

  refuseRe2(reason: string): void {
    this.notRe2 ??= reason;
  }

  /** @param product how often the loops around the node repeat it at most. */
  visit(node: Node, product: number, looped: boolean): void {
    switch (node.kind) {
      case "set":
      case "failure":
        return;
      case "anchor":
        if (node.anchor === "boundary" || node.anchor === "no boundary") {
          if (node.alphabet === "unicode") this.unicodeBoundary = true;
          if (node.anchor === "no boundary") this.noBoundary = true;
        } else if (node.anchor === "last line end") this.lastLineEnd = true;
        else if (node.anchor === "line start" || node.anchor === "line end") this.lineAnchor = true;
        return;
      case "sequence":
        for (const item of node.nodes) this.visit(item, product, looped);
        return;
      case "branch":
        for (const arm of node.arms) this.visit(arm, product, looped);
        return;
      case "capture":
        if (looped) this.simpleCaptures = false;
        this.visit(node.body, product, looped);
        this.groupEnds[node.group] = ++this.#closed;
        return;
      case "repeat": {
        if (node.greed === "possessive") this.refuseRe2("possessive repeat");
        if (node.nullable && node.max > 1) this.refuseRe2("a loop whose body can match nothing");
        const bound = node.max === MAX_REPEAT ? node.min : node.max;
        const times = product * Math.max(bound, 1);
        if (times > RE2_MAX_REPEAT) this.refuseRe2(`repeats add up to more than ${RE2_MAX_REPEAT}`);
        this.visit(node.body, times, looped || node.max > 1);
        return;
      }
      case "atomic":
        this.refuseRe2("atomic group");
        this.visit(node.body, product, looped);
        return;
      case "look":
        this.refuseRe2(node.behind ? "look-behind" : "look-ahead");
        this.visit(node.body, product, true);
        return;
      case "reference":
        this.refuseRe2("back-reference");
        if (node.fold !== undefined) this.foldedReference = true;
        return;
      case "conditional":
        this.refuseRe2("conditional");
        this.visit(node.yes, product, looped);
        this.visit(node.no, product, looped);
        return;
    }
  }
}

/** Finds what JavaScript does otherwise, following which groups are certain to be set. */
class V8Check {
  reason: string | undefined;

  #refuse(reason: string): void {
    this.reason ??= reason;
  }

  /** @returns the groups that are certainly set once `node` has matched. */
  visit(node: Node, before: ReadonlySet<number>, behind: boolean): ReadonlySet<number> {
    switch (node.kind) {
      case "set":
      case "anchor":
      case "failure":
        return before;
      case "sequence": {
        let certain = before;
        for (const item of node.nodes) {
          // JavaScript walks a look-behind from its end, so nothing in it can count on what stands before it.
          const after = this.visit(item, behind ? before : certain, behind);
          certain = behind ? new Set([...certain, ...after]) : after;
        }
        return certain;
      }
      case "branch": {
        const arms = node.arms.map((arm) => this.visit(arm, before, behind));
        return new Set([...arms[0]].filter((group) => arms.every((arm) => arm.has(group))));
      }
      case "capture":
        return new Set([...this.visit(node.body, before, behind), node.group]);
      case "repeat": {
        const after = this.visit(node.body, before, behind);
        if (node.max > 1) {
          if (node.nullable) this.#refuse("a loop whose body can match nothing");
          const groups = capturesIn(node.body);
          if (groups.some((group) => !after.has(group))) {
            this.#refuse("a capture that not every round of its loop sets");
          }
          if (behind && groups.length > 0) this.#refuse("a capture in a loop in a look-behind");
        }
        if (behind && node.greed === "possessive") this.#refuse("a possessive repeat in a look-behind");
        return node.min > 0 ? after : before;
      }
      case "atomic":
        if (behind && capturesIn(node.body).length > 0)
          this.#refuse("a capture in an atomic group in a look-behind");
        return this.visit(node.body, before, behind);
      case "look": {
        const after = this.visit(node.body, before, node.behind);
        return node.negative ? before : after;
      }
      case "reference":
        if (!before.has(node.group)) this.#refuse("a back-reference to a group that may have taken no part");
        return before;
      case "conditional":
        this.#refuse("conditional");
        return before;
    }
  }
}

/** Numbers of the captures inside `node`. */
function capturesIn(node: Node): number[] {
  switch (node.kind) {
    case "capture":
      return [node.group, ...capturesIn(node.body)];
    case "sequence":
      return node.nodes.flatMap(capturesIn);
    case "branch":
      return node.arms.flatMap(capturesIn);
    case "repeat":
    case "atomic":
    case "look":
      return capturesIn(node.body);
    case "conditional":
      return [...capturesIn(node.yes), ...capturesIn(node.no)];
    default:
      return [];
  }
}

interface Emptiness {
  /** Some way matches nothing. */
  readonly possible: boolean;
  /** Some way matches something. */
  readonly otherwise: boolean;
  /** All ways that match something come before the first that matches nothing. */
  readonly last: boolean;
}

function emptiness(node: Node): Emptiness {
  switch (node.kind) {
    case "set":
      return { possible: false, otherwise: true, last: true };
    case "anchor":
    case "look":
    case "failure":
      return { possible: true, otherwise: false, last: true };
    case "capture":
      return emptiness(node.body);
    case "atomic":
      return { ...emptiness(node.body), last: true };
    case "sequence": {
      const parts = node.nodes.map(emptiness);
      const possible = parts.every((part) => part.possible);
      return {
        possible,
        otherwise: parts.some((part) => part.otherwise),
        last: !possible || parts.every((part) => part.last),
      };
    }
    case "branch": {
      const arms = node.arms.map(emptiness);
      const firstEmpty = arms.findIndex((arm) => arm.possible);
      return {
        possible: firstEmpty >= 0,
        otherwise: arms.some((arm) => arm.otherwise),
        last:
          firstEmpty < 0 ||
          (arms[firstEmpty].last && arms.slice(firstEmpty + 1).every((arm) => !arm.otherwise)),
      };
    }
    case "repeat": {
      const body = emptiness(node.body);
      if (node.max === 0) return { possible: true, otherwise: false, last: true };
      const possible = node.min === 0 || body.possible;
      const last = !possible || !body.otherwise || (node.greed !== "lazy" && body.last);
      return { possible, otherwise: body.otherwise, last };
    }
    case "reference":
    case "conditional":
      // What these match depends on the way taken so far.
      return { possible: true, otherwise: true, last: false };
  }
}

/** Rough number of RE2 instructions that `node` becomes. */
function sizeOf(node: Node, ascii: boolean): number {
  switch (node.kind) {
    case "set":
      return 1 + (ascii ? intersection(node.set, ASCII) : node.set).length;
    case "sequence":
      return node.nodes.reduce((sum, item) => sum + sizeOf(item, ascii), 1);
    case "branch":
      return node.arms.reduce((sum, arm) => sum + sizeOf(arm, ascii) + 1, 1);
    case "capture":
    case "atomic":
    case "look":
      return sizeOf(node.body, ascii) + 2;
    case "repeat":
      return (sizeOf(node.body, ascii) + 1) * Math.max(1, node.max === MAX_REPEAT ? node.min : node.max);
    case "conditional":
      return sizeOf(node.yes, ascii) + sizeOf(node.no, ascii);
    default:
      return 1;
  }
}
