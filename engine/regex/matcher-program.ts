// Instructions of our own matcher: a graph in which each instruction knows what comes next.
import type { Alphabet } from "./character-classes.ts";
import { type CodePointSet, contains, union } from "./code-point-set.ts";
import type { Anchor, Node } from "./match-tree.ts";
import type { Greed } from "./syntax-tree.ts";

/** Membership in a set of code points, quick below 256. */
export class SetTest {
  readonly #low: Uint8Array;
  readonly #set: CodePointSet;
  constructor(set: CodePointSet) {
    this.#set = set;
    this.#low = new Uint8Array(256);
    for (let code = 0; code < 256; code++) this.#low[code] = contains(set, code) ? 1 : 0;
  }
  has(code: number): boolean {
    return code < 256 ? this.#low[code] === 1 : contains(this.#set, code);
  }
}

export interface LoopInstruction {
  readonly op: "loop";
  readonly min: number;
  readonly max: number;
  readonly lazy: boolean;
  body: Instruction;
  readonly next: Instruction;
}

export type Instruction =
  | { readonly op: "success" }
  | { readonly op: "fail" }
  | { readonly op: "set"; readonly test: SetTest; readonly next: Instruction }
  | {
      readonly op: "anchor";
      readonly anchor: Anchor;
      readonly alphabet: Alphabet;
      readonly next: Instruction;
    }
  /** Marks 2n and 2n+1 are the start and end of group n+1. */
  | { readonly op: "mark"; readonly mark: number; readonly next: Instruction }
  | { readonly op: "branch"; readonly arms: readonly Instruction[] }
  /** A repeat of a single character. */
  | {
      readonly op: "run";
      readonly test: SetTest;
      readonly min: number;
      readonly max: number;
      readonly greed: Greed;
      readonly next: Instruction;
    }
  | LoopInstruction
  /** The end of a loop's body. */
  | { readonly op: "until"; readonly loop: LoopInstruction }
  | {
      readonly op: "possessive";
      readonly min: number;
      readonly max: number;
      readonly body: Instruction;
      readonly next: Instruction;
    }
  | { readonly op: "atomic"; readonly body: Instruction; readonly next: Instruction }
  | {
      readonly op: "look";
      readonly negative: boolean;
      readonly back: number;
      readonly body: Instruction;
      readonly next: Instruction;
    }
  | {
      readonly op: "reference";
      readonly group: number;
      readonly fold: Alphabet | undefined;
      readonly next: Instruction;
    }
  | {
      readonly op: "conditional";
      readonly group: number;
      readonly yes: Instruction;
      readonly no: Instruction;
    };

/** A pattern ready for our own matcher. */
export interface MatcherProgram {
  readonly entry: Instruction;
  readonly groups: number;
  /** The characters that a match can begin with; undefined where it may be empty or is not known. */
  readonly first: SetTest | undefined;
  /** The pattern begins with `\A`, so only the first position is worth trying. */
  readonly anchored: boolean;
  /** There is a possessive group or a conditional: captures of a failed way can be seen later. */
  readonly marksLeak: boolean;
}

const SUCCESS: Instruction = { op: "success" };
const FAIL: Instruction = { op: "fail" };

export function matcherProgram(node: Node, groups: number): MatcherProgram {
  const first = firstSet(node);
  return {
    entry: compile(node, SUCCESS),
    groups,
    first: first === undefined ? undefined : new SetTest(first),
    anchored: leadingAnchor(node) === "start",
    marksLeak: showsLeaks(node),
  };
}

function compile(node: Node, next: Instruction): Instruction {
  switch (node.kind) {
    case "set":
      return { op: "set", test: new SetTest(node.set), next };
    case "anchor":
      return { op: "anchor", anchor: node.anchor, alphabet: node.alphabet, next };
    case "failure":
      return FAIL;
    case "sequence":
      return node.nodes.reduceRight((following, item) => compile(item, following), next);
    case "branch":
      return { op: "branch", arms: node.arms.map((arm) => compile(arm, next)) };
    case "capture": {
      const close: Instruction = { op: "mark", mark: 2 * node.group - 1, next };
      return { op: "mark", mark: 2 * node.group - 2, next: compile(node.body, close) };
    }
    case "repeat": {
      const { min, max, greed, body } = node;
      if (body.kind === "set") return { op: "run", test: new SetTest(body.set), min, max, greed, next };
      if (greed === "possessive") return { op: "possessive", min, max, body: compile(body, SUCCESS), next };
      const loop: LoopInstruction = { op: "loop", min, max, lazy: greed === "lazy", body: FAIL, next };
      loop.body = compile(body, { op: "until", loop });
      return loop;
    }
    case "atomic":
      return { op: "atomic", body: compile(node.body, SUCCESS), next };
    case "look":
      return {
        op: "look",
        negative: node.negative,
        back: node.width,
        body: compile(node.body, SUCCESS),
        next,
      };
    case "reference":
      return { op: "reference", group: node.group, fold: node.fold, next };
    case "conditional":
      return {
        op: "conditional",
        group: node.group,
        yes: compile(node.yes, next),
        no: compile(node.no, next),
      };
  }
}

function showsLeaks(node: Node): boolean {
  switch (node.kind) {
    case "conditional":
      return true;
    case "repeat":
      return (node.greed === "possessive" && node.body.kind !== "set") || showsLeaks(node.body);
    case "capture":
    case "atomic":
    case "look":
      return showsLeaks(node.body);
    case "sequence":
      return node.nodes.some(showsLeaks);
    case "branch":
      return node.arms.some(showsLeaks);
    default:
      return false;
  }
}

function leadingAnchor(node: Node): Anchor | undefined {
  if (node.kind === "anchor") return node.anchor;
  if (node.kind === "capture") return leadingAnchor(node.body);
  return node.kind === "sequence" && node.nodes.length > 0 ? leadingAnchor(node.nodes[0]) : undefined;
}

function firstSet(node: Node): CodePointSet | undefined {
  switch (node.kind) {
    case "set":
      return node.set;
    case "capture":
    case "atomic":
      return firstSet(node.body);
    case "repeat":
      return node.min > 0 && !node.nullable ? firstSet(node.body) : undefined;
    case "sequence": {
      const leading = node.nodes.find((item) => item.kind !== "anchor" && item.kind !== "look");
      return leading === undefined ? undefined : firstSet(leading);
    }
    case "branch": {
      const sets: CodePointSet[] = [];
      for (const arm of node.arms) {
        const set = firstSet(arm);
        if (set === undefined) return undefined;
        sets.push(set);
      }
      return union(...sets);
    }
    default:
      return undefined;
  }
}
