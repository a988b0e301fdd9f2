// Adds up the coverage of many cases, by the file in which their expressions stand.
import type { BranchKind, Coverage } from "../../engine/trace.ts";
import type { Target } from "../suite/suite.ts";

/** A branch of a file, and how often each way was taken. */
export interface FileBranch {
  readonly kind: BranchKind;
  readonly line: number;
  readonly column: number;
  readonly ways: { readonly name: string; count: number }[];
}
/** What was covered of a file; lines are the file's. */
export interface FileCoverage {
  readonly file: string;
  readonly text: string;
  /** How often each line with a statement ran, by line. */
  readonly lines: Map<number, number>;
  readonly branches: FileBranch[];
}

/** Shares of lines and of ways that ran, 0 to 1; 1 where there are none. */
export interface Shares {
  readonly lines: number;
  readonly linesRun: number;
  readonly ways: number;
  readonly waysTaken: number;
}

/** What ran of what there is. */
export function sharesOf(files: readonly FileCoverage[]): Shares {
  let [lines, linesRun, ways, waysTaken] = [0, 0, 0, 0];
  for (const file of files) {
    lines += file.lines.size;
    for (const count of file.lines.values()) if (count > 0) linesRun += 1;
    for (const branch of file.branches) {
      ways += branch.ways.length;
      waysTaken += branch.ways.filter(({ count }) => count > 0).length;
    }
  }
  return { lines, linesRun, ways, waysTaken };
}

/** Coverage so far. */
export class CoverageTally {
  /** By file and, in it, expression. */
  readonly #expressions: Map<
    string,
    { target: Target; coverage: Coverage; lines: number[]; ways: number[][] }
  > = new Map();

  /** Adds what a case of an expression ran. */
  add(target: Target, coverage: Coverage): void {
    const key = `${target.file}\0${target.name}\0${target.source}`;
    let known = this.#expressions.get(key);
    if (known === undefined) {
      const lines = coverage.lines.map(() => 0);
      known = { target, coverage, lines, ways: coverage.branches.map(({ ways }) => ways.map(() => 0)) };
      this.#expressions.set(key, known);
    }
    for (const [i, { count }] of coverage.lines.entries()) known.lines[i] = (known.lines[i] ?? 0) + count;
    for (const [i, { ways }] of coverage.branches.entries()) {
      const sums = known.ways[i] as number[];
      for (const [j, { count }] of ways.entries()) sums[j] = (sums[j] ?? 0) + count;
    }
  }

  /** By file, in the order of their names. */
  files(): FileCoverage[] {
    const files = new Map<string, FileCoverage>();
    for (const { target, coverage, lines, ways } of this.#expressions.values()) {
      const { file, fileText } = target;
      const found: FileCoverage = files.get(file) ?? { file, text: fileText, lines: new Map(), branches: [] };
      files.set(file, found);
      for (const [i, { line }] of coverage.lines.entries()) {
        const place = target.place(line, 1);
        if (place !== null) found.lines.set(place.line, (found.lines.get(place.line) ?? 0) + (lines[i] ?? 0));
      }
      for (const [i, branch] of coverage.branches.entries()) {
        const place = target.place(branch.line, branch.column) ?? { line: 1, column: 1 };
        const counted = branch.ways.map(({ name }, j) => ({ name, count: ways[i]?.[j] ?? 0 }));
        found.branches.push({ kind: branch.kind, ...place, ways: counted });
      }
    }
    return [...files.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
  }
}
