// Our own matcher: CPython's semantics to the letter, for what RE2 and V8 would answer differently.
//
// RE2, V8 and CPython agree on most patterns, but not on these, and CPython's answer is the one we owe:
//
// * Captures in loops. After `(?:(a)|b)*` on "ab", group 1 is still "a" in CPython; JavaScript clears the groups of a
//   loop's body at the start of each round.
// * Rounds that match nothing. CPython lets a loop run one round that consumes nothing (it compares the position with
//   that of the round before), so `(a*)*` on "b" sets group 1 to the empty string; JavaScript takes such a round back;
//   RE2 rewrites the loop.
// * A back-reference to a group that took no part fails in CPython and matches nothing in JavaScript; conditionals
//   `(?(1)…)` exist only here.
// * `\B` never holds in an empty text.
// * Finding all matches: after an empty match the next one must not be empty at the same place, which CPython checks
//   where the pattern succeeds, so that it looks for another way to match there.
//
// How it works. The program is a graph of instructions (matcher-program.ts). One loop runs it; `stack` holds frames:
// either a choice (how to go on after a failure) or a barrier (a look-around, an atomic group, one round of a
// possessive repeat), whose body ends in `success` and which, once left, throws the choices inside it away. There is no
// recursion, so a long text needs heap, not stack.
//
// A running loop is a `Round`: how many rounds are done, where the last one began, and the loop around it. Rounds are
// never changed, only replaced, so that a frame restores the state of all loops by keeping one reference.
//
// Marks (the ends of captures) are restored as CPython does it: outside loops a mark above `lastMark` is simply dead,
// so only `lastMark` is put back; inside a loop an earlier round's marks must come back, so the frame copies them.
// The difference is visible (a conditional inside the group it asks about; the rounds of a possessive repeat, which
// CPython does not count as a loop here), which is why it is kept, and why a choice without a way left still restores.
//
// The time is bounded by whoever counts our steps, the memory by MAX_FRAMES.
import { type Alphabet, lowerCase, wordSet } from "./character-classes.ts";
import { MAX_REPEAT } from "./flags.ts";
import type { MatchText } from "./match-text.ts";
import type { Anchor } from "./match-tree.ts";
import { type Instruction, type LoopInstruction, type MatcherProgram, SetTest } from "./matcher-program.ts";
import { RegexLimitError } from "./pattern-error.ts";

/** Choices that one match may hold open; each costs about a hundred bytes. */
const MAX_FRAMES = 250_000;
const STEP_BATCH = 512;
const UNSET = -1;

/** A loop in progress. */
interface Round {
  readonly loop: LoopInstruction;
  /** Rounds finished, less one before the first. */
  readonly count: number;
  /** Where the last optional round began. */
  readonly began: number;
  readonly outer: Round | undefined;
}

type FrameKind =
  | "next arm"
  | "shorter run"
  | "longer run"
  | "leave loop"
  | "enter loop"
  | "atomic"
  | "look"
  | "not look"
  | "needed round"
  | "optional round";

interface Frame {
  readonly kind: FrameKind;
  readonly instruction: Instruction;
  at: number;
  /** Arm, length of the run, or number of possessive rounds. */
  count: number;
  readonly round: Round | undefined;
  readonly lastMark: number;
  readonly lastIndex: number;
  /** The marks up to `lastMark`; undefined where CPython does not save them. */
  readonly marks: readonly number[] | undefined;
  /** Index of the barrier around this one. */
  readonly barrier: number;
}

/** What a match must fulfil besides the pattern. */
export interface MatchDemand {
  /** The match must end here (code point index). */
  readonly end?: number;
  /** The match must not be empty where the search starts. */
  readonly advance?: boolean;
}

/** A match in code points: `[start, end]` of the whole and of each group, -1 where unset, then `lastindex` or 0. */
export type CodePointSpans = number[];

const wordTests = new Map<Alphabet, SetTest>();

function isWord(code: number, alphabet: Alphabet): boolean {
  let test = wordTests.get(alphabet);
  if (test === undefined) {
    test = new SetTest(wordSet(alphabet));
    wordTests.set(alphabet, test);
  }
  return test.has(code);
}

/** Runs one program over one text. */
export class BacktrackingMatcher {
  readonly #program: MatcherProgram;
  readonly #codes: Uint16Array | Int32Array;
  readonly #end: number;
  readonly #step: (count: number) => void;
  #steps = 0;
  #marks: number[] = [];
  #lastMark = -1;
  #lastIndex = -1;
  #round: Round | undefined;
  #frames: Frame[] = [];
  #barrier = -1;
  /** Where a failure resumes. */
  #at = 0;

  /**
   * @param step is told the steps taken, in batches; it may throw.
   * @param end where the text is taken to end (code point index); a match may, oddly, be asked for beyond it.
   */
  constructor(program: MatcherProgram, text: MatchText, step: (count: number) => void, end = text.length) {
    this.#program = program;
    this.#codes = text.codes;
    this.#end = end;
    this.#step = step;
  }

  /** The leftmost match that starts at `start` or later. */
  search(start: number, advance: boolean): CodePointSpans | undefined {
    const { first, anchored } = this.#program;
    for (let at = start; at <= this.#end; at++) {
      if (first !== undefined) {
        const from = at;
        while (at < this.#end && !first.has(this.#codes[at])) at++;
        this.#count((at - from) >> 3);
        if (at >= this.#end) break;
      }
      const spans = this.matchAt(at, { advance: advance && at === start });
      if (spans !== undefined) return spans;
      if (anchored) break;
    }
    return undefined;
  }

  /** The match that starts exactly at `start`. */
  matchAt(start: number, demand: MatchDemand): CodePointSpans | undefined {
    this.#lastMark = -1;
    this.#lastIndex = -1;
    this.#round = undefined;
    this.#frames = [];
    this.#barrier = -1;
    const matched = this.#run(start, demand);
    this.#step(this.#steps);
    this.#steps = 0;
    return matched ? this.#spans(start) : undefined;
  }

  #spans(start: number): CodePointSpans {
    const spans = [start, this.#at];
    for (let group = 0; group < this.#program.groups; group++) {
      const open = 2 * group < this.#lastMark ? this.#marks[2 * group] : UNSET;
      const close = 2 * group < this.#lastMark ? this.#marks[2 * group + 1] : UNSET;
      if (open === UNSET || close === UNSET) spans.push(UNSET, UNSET);
      else spans.push(open, close);
    }
    spans.push(Math.max(this.#lastIndex, 0));
    return spans;
  }

  #count(steps: number): void {
    this.#steps += steps;
    if (this.#steps < STEP_BATCH) return;
    this.#step(this.#steps);
    this.#steps = 0;
  }

  #run(start: number, demand: MatchDemand): boolean {
    const codes = this.#codes;
    const end = this.#end;
    let instruction: Instruction | undefined = this.#program.entry;
    let at = start;
    for (;;) {
      this.#count(1);
      let failed = false;
      switch (instruction.op) {
        case "set":
          if (at < end && instruction.test.has(codes[at])) {
            at++;
            instruction = instruction.next;
          } else failed = true;
          break;
        case "mark":
          this.#mark(instruction.mark, at);
          instruction = instruction.next;
          break;
        case "anchor":
          if (this.#holds(instruction.anchor, instruction.alphabet, at)) instruction = instruction.next;
          else failed = true;
          break;
        case "branch":
          this.#push("next arm", instruction, at, 1, this.#round, this.#round !== undefined);
          instruction = instruction.arms[0];
          break;
        case "run": {
          const { min, max, greed } = instruction;
          if (min > end - at) {
            failed = true;
            break;
          }
          let count = this.#runLength(instruction.test, at, greed === "lazy" ? min : max);
          if (count < min) {
            failed = true;
            break;
          }
          if (greed === "greedy" && (count > min || this.#program.marksLeak)) {
            this.#push("shorter run", instruction, at, count, this.#round, this.#round !== undefined);
          } else if (greed === "lazy") {
            count = min;
            this.#push("longer run", instruction, at, count, this.#round, this.#round !== undefined);
          }
          at += count;
          instruction = instruction.next;
          break;
        }
        case "loop":
          this.#round = { loop: instruction, count: -1, began: UNSET, outer: this.#round };
          instruction = this.#until(instruction, at);
          failed = instruction === undefined;
          break;
        case "until":
          instruction = this.#until(instruction.loop, at);
          failed = instruction === undefined;
          break;
        case "possessive":
          instruction = this.#nextPossessive(instruction, at, 0, UNSET);
          break;
        case "atomic":
          this.#push("atomic", instruction, at, 0, this.#round, false);
          instruction = instruction.body;
          break;
        case "look":
          if (at < instruction.back) {
            if (instruction.negative) instruction = instruction.next;
            else failed = true;
            break;
          }
          this.#push(
            instruction.negative ? "not look" : "look",
            instruction,
            at,
            0,
            this.#round,
            instruction.negative && this.#round !== undefined,
          );
          at -= instruction.back;
          instruction = instruction.body;
          break;
        case "reference": {
          const length = this.#referenceLength(instruction.group, instruction.fold, at);
          if (length === UNSET) failed = true;
          else {
            at += length;
            instruction = instruction.next;
          }
          break;
        }
        case "conditional":
          instruction = this.#isSet(instruction.group) ? instruction.yes : instruction.no;
          break;
        case "fail":
          failed = true;
          break;
        case "success":
          if (this.#barrier >= 0) {
            instruction = this.#leaveBarrier(at);
            at = this.#at;
            failed = instruction === undefined;
          } else if (
            (demand.end !== undefined && at !== demand.end) ||
            (demand.advance === true && at === start)
          ) {
            failed = true;
          } else {
            this.#at = at;
            return true;
          }
          break;
      }
      if (failed) {
        instruction = this.#backtrack();
        at = this.#at;
      }
      if (instruction === undefined) return false;
    }
  }

  #push(
    kind: FrameKind,
    instruction: Instruction,
    at: number,
    count: number,
    round: Round | undefined,
    saveMarks: boolean,
  ): void {
    if (this.#frames.length >= MAX_FRAMES) {
      throw new RegexLimitError(
        `the match needs more than ${MAX_FRAMES.toLocaleString("en")} choices kept open: ` +
          "make the pattern less ambiguous, or the text shorter",
      );
    }
    this.#frames.push({
      kind,
      instruction,
      at,
      count,
      round,
      lastMark: this.#lastMark,
      lastIndex: this.#lastIndex,
      marks: saveMarks ? this.#marks.slice(0, this.#lastMark + 1) : undefined,
      barrier: this.#barrier,
    });
    if (BARRIERS.has(kind)) this.#barrier = this.#frames.length - 1;
  }

  #restoreMarks(frame: Frame): void {
    if (frame.marks !== undefined) {
      for (let index = 0; index < frame.marks.length; index++) this.#marks[index] = frame.marks[index];
    }
    this.#lastMark = frame.lastMark;
    this.#lastIndex = frame.lastIndex;
  }

  /** Goes back to the last choice that has another way; undefined when none is left. Sets `#at`. */
  #backtrack(): Instruction | undefined {
    for (;;) {
      const frame = this.#frames.at(-1);
      if (frame === undefined) return undefined;
      this.#count(1);
      const { instruction } = frame;
      switch (frame.kind) {
        case "next arm": {
          if (instruction.op !== "branch") break;
          this.#restoreMarks(frame);
          if (frame.count >= instruction.arms.length) {
            this.#frames.pop();
            continue;
          }
          this.#round = frame.round;
          this.#at = frame.at;
          return instruction.arms[frame.count++];
        }
        case "shorter run": {
          if (instruction.op !== "run") break;
          this.#restoreMarks(frame);
          if (frame.count <= instruction.min) {
            this.#frames.pop();
            continue;
          }
          frame.count--;
          this.#round = frame.round;
          this.#at = frame.at + frame.count;
          return instruction.next;
        }
        case "longer run": {
          if (instruction.op !== "run") break;
          const at = frame.at + frame.count;
          const more =
            (instruction.max === MAX_REPEAT || frame.count < instruction.max) &&
            at < this.#end &&
            instruction.test.has(this.#codes[at]);
          this.#restoreMarks(frame);
          if (!more) {
            this.#frames.pop();
            continue;
          }
          frame.count++;
          this.#round = frame.round;
          this.#at = at + 1;
          return instruction.next;
        }
        case "leave loop":
          this.#frames.pop();
          this.#restoreMarks(frame);
          this.#round = frame.round?.outer;
          this.#at = frame.at;
          return frame.round?.loop.next;
        case "enter loop": {
          this.#frames.pop();
          this.#restoreMarks(frame);
          const round = frame.round;
          if (round === undefined) break;
          const { loop } = round;
          const full = loop.max !== MAX_REPEAT && round.count >= loop.max;
          if (full || frame.at === round.began) continue;
          this.#round = { ...round, began: frame.at };
          this.#at = frame.at;
          return loop.body;
        }
        case "not look":
          this.#dropBarrier(frame);
          this.#restoreMarks(frame);
          this.#round = frame.round;
          this.#at = frame.at;
          return instruction.op === "look" ? instruction.next : undefined;
        case "optional round":
          this.#dropBarrier(frame);
          this.#restoreMarks(frame);
          this.#round = frame.round;
          this.#at = frame.at;
          return instruction.op === "possessive" ? instruction.next : undefined;
        case "atomic":
        case "look":
        case "needed round":
          this.#dropBarrier(frame);
          continue;
      }
      throw new Error(`a ${frame.kind} frame holds a ${instruction.op} instruction`);
    }
  }

  #dropBarrier(frame: Frame): void {
    this.#frames.length = this.#barrier;
    this.#barrier = frame.barrier;
  }

  /** The body of the innermost barrier has matched up to `at`; undefined makes the match fail there. Sets `#at`. */
  #leaveBarrier(at: number): Instruction | undefined {
    const frame = this.#frames[this.#barrier];
    this.#dropBarrier(frame);
    this.#round = frame.round;
    const { instruction } = frame;
    this.#at = at;
    switch (instruction.op) {
      case "atomic":
        return instruction.next;
      case "look":
        this.#at = frame.at;
        return instruction.negative ? undefined : instruction.next;
      case "possessive":
        return this.#nextPossessive(
          instruction,
          at,
          frame.count + 1,
          frame.kind === "optional round" ? frame.at : UNSET,
        );
      default:
        return undefined;
    }
  }

  #nextPossessive(
    instruction: Extract<Instruction, { op: "possessive" }>,
    at: number,
    count: number,
    began: number,
  ): Instruction {
    const { min, max, body, next } = instruction;
    if (count < min) {
      this.#push("needed round", instruction, at, count, this.#round, false);
      return body;
    }
    if ((count < max || max === MAX_REPEAT) && at !== began) {
      this.#push("optional round", instruction, at, count, this.#round, true);
      return body;
    }
    return next;
  }

  /** At the end of a loop's body (and before its first round): another round, or on. */
  #until(loop: LoopInstruction, at: number): Instruction | undefined {
    const round = this.#round;
    if (round === undefined) throw new Error("a loop ends that has not begun");
    const count = round.count + 1;
    const counted: Round = { loop, count, began: round.began, outer: round.outer };
    if (count < loop.min) {
      this.#round = counted;
      return loop.body;
    }
    if (loop.lazy) {
      this.#round = round.outer;
      this.#push("enter loop", loop, at, 0, counted, round.outer !== undefined);
      return loop.next;
    }
    if ((count < loop.max || loop.max === MAX_REPEAT) && at !== round.began) {
      this.#push("leave loop", loop, at, 0, counted, true);
      this.#round = { loop, count, began: at, outer: round.outer };
      return loop.body;
    }
    this.#round = round.outer;
    return loop.next;
  }

  #runLength(test: SetTest, at: number, max: number): number {
    const stop = max < this.#end - at ? at + max : this.#end;
    let end = at;
    while (end < stop && test.has(this.#codes[end])) end++;
    this.#count((end - at) >> 3);
    return end - at;
  }

  #mark(mark: number, at: number): void {
    if (mark & 1) this.#lastIndex = (mark >> 1) + 1;
    if (mark > this.#lastMark) {
      for (let index = this.#lastMark + 1; index < mark; index++) this.#marks[index] = UNSET;
      this.#lastMark = mark;
    }
    this.#marks[mark] = at;
  }

  #isSet(group: number): boolean {
    const open = 2 * group - 2;
    if (open >= this.#lastMark) return false;
    const from = this.#marks[open];
    const to = this.#marks[open + 1];
    return from !== UNSET && to !== UNSET && to >= from;
  }

  /** How much of the text repeats the group; UNSET where it does not, or the group took no part. */
  #referenceLength(group: number, fold: Alphabet | undefined, at: number): number {
    if (!this.#isSet(group)) return UNSET;
    const from = this.#marks[2 * group - 2];
    const length = this.#marks[2 * group - 1] - from;
    if (length > 0 && length > this.#end - at) return UNSET;
    this.#count(length >> 3);
    for (let index = 0; index < length; index++) {
      const one = this.#codes[from + index];
      const other = this.#codes[at + index];
      if (one === other) continue;
      if (fold === undefined || lowerCase(one, fold) !== lowerCase(other, fold)) return UNSET;
    }
    return length;
  }

  #holds(anchor: Anchor, alphabet: Alphabet, at: number): boolean {
    switch (anchor) {
      case "start":
        return at === 0;
      case "line start":
        return at === 0 || this.#codes[at - 1] === 10;
      case "end":
        return at === this.#end;
      case "last line end":
        return at === this.#end || (at === this.#end - 1 && this.#codes[at] === 10);
      case "line end":
        return at === this.#end || this.#codes[at] === 10;
      case "boundary":
      case "no boundary": {
        if (this.#end === 0) return false;
        const before = at > 0 && isWord(this.#codes[at - 1], alphabet);
        const after = at < this.#end && isWord(this.#codes[at], alphabet);
        return (before !== after) === (anchor === "boundary");
      }
    }
  }
}

const BARRIERS: ReadonlySet<FrameKind> = new Set<FrameKind>([
  "atomic",
  "look",
  "not look",
  "needed round",
  "optional round",
]);
