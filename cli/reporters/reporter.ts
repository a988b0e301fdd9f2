// What a reporter is, and what it is told at the end.
import type { CaseResult } from "../../testing/suite/result.ts";
import type { Colors } from "../io.ts";

/** Input that could not be tested. */
export interface Broken {
  readonly file: string;
  /** All lines of what is wrong. */
  readonly text: string;
}

/** The end of a run. */
export interface RunSummary {
  readonly results: readonly CaseResult[];
  readonly broken: readonly Broken[];
  readonly durationMs: number;
}

/** Writes a run. Each function gives what is to be printed then, an empty text for nothing. */
export interface Reporter {
  start(): string;
  /** In the order of suites and cases. */
  result(result: CaseResult): string;
  end(summary: RunSummary): string;
}

/** What all reporters are made with. */
export interface ReporterOptions {
  readonly color: Colors;
  /** The path by which a person knows a file. */
  nameOf(file: string): string;
  /** How many of the slowest cases are named. */
  readonly slowest: number;
}

/** Cases by what became of them. */
export function countsOf(results: readonly CaseResult[]): {
  passed: number;
  failed: number;
  skipped: number;
} {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { status } of results) counts[status] += 1;
  return counts;
}
