// What is wrong with a suite: each problem with its place, the line with a caret, and what to do.

/** A place in a file, from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong. */
export interface Problem extends Place {
  readonly what: string;
  /** What to do. */
  readonly hint?: string;
}

/** A suite cannot be run. The message names file, line and column of each problem and shows the line. */
export class SuiteError extends Error {
  override readonly name = "SuiteError";
  readonly file: string;
  readonly problems: readonly Problem[];
  constructor(file: string, text: string, problems: readonly Problem[]) {
    super(problems.map((problem) => problemText(file, text, problem)).join("\n"));
    this.file = file;
    this.problems = problems;
  }
}

/** `file:line:column: what`, the line with a caret, and the hint. */
function problemText(file: string, text: string, problem: Problem): string {
  const { line, column, what, hint } = problem;
  const shown = excerpt(text, problem);
  const help = hint === undefined ? [] : [`  hint: ${hint}`];
  return [`${file}:${line}:${column}: ${what}`, ...shown, ...help].join("\n");
}

/** A line with a caret under a column; nothing where there is no such line. */
export function excerpt(text: string, { line, column }: Place): string[] {
  const found = text.split(/\r\n|\r|\n/)[line - 1];
  if (found === undefined || found.trim() === "") return [];
  const shown = found.replaceAll("\t", " ");
  const gutter = String(line);
  return [`  ${gutter} | ${shown}`, `  ${" ".repeat(gutter.length)} | ${" ".repeat(column - 1)}^`];
}
