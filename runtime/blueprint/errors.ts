// What is wrong with a blueprint: each problem with its place in the file and what to do about it.

/** A place in a file, from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong. */
export interface Problem extends Position {
  /** What is wrong, one sentence without position. */
  readonly what: string;
  /** What to do, one sentence; absent where `what` says it all. */
  readonly hint?: string;
  /** The model of the entry it is in. */
  readonly model?: string;
  /** The field of the entry it is in. */
  readonly field?: string;
}

/** A blueprint cannot be read or applied. Nothing was changed. */
export class BlueprintError extends Error {
  override readonly name = "BlueprintError";
  readonly file: string;
  /** At least one, in the order found. */
  readonly problems: readonly Problem[];
  constructor(file: string, problems: readonly Problem[]) {
    super(problems.map((problem) => describeProblem(file, problem)).join("\n"));
    this.file = file;
    this.problems = problems;
  }
}

/** A problem as one line: `file:line:column: what (hint)`. */
export function describeProblem(file: string, problem: Problem): string {
  const hint = problem.hint === undefined ? "" : ` (${problem.hint})`;
  return `${file}:${problem.line}:${problem.column}: ${problem.what}${hint}`;
}

/** The candidate that is most like a text, for "did you mean"; nothing where none is close. */
export function closest(text: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(text.length / 4)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(text.slice(0, 100), candidate, least);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

function editDistance(left: string, right: string, enough: number): number {
  if (Math.abs(left.length - right.length) >= enough) return enough;
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const change = row[j - 1] + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[right.length];
}
