// The targets of the project and what was measured of each: the rows of the table.

import type { Times } from "./rounds.ts";
import { digits, median, pairedRatio, quantile } from "./statistics.ts";

/** Names of the contestants, as they stand in tables and in results.json. */
export const CONTESTANTS = {
  postern: "Postern, through the worker",
  posternCpu: "Postern, CPU time of host and worker",
  inside: "Inside the isolate: Postern, CPU time",
  byHand: "Inside the isolate: JavaScript by hand, CPU time",
  insideCrossing: "Inside, the context's reachable part: Postern",
  byHandCrossing: "Inside, the context's reachable part: by hand",
  compileExec: "CPython, compile + exec",
  compileExecCpu: "CPython, compile + exec, CPU time",
  cachedCpu: "CPython, cached code object, CPU time",
  monty: "Monty, program reused",
  montyParsed: "Monty, parsed each time",
  micropython: "MicroPython",
  pyodide: "Pyodide",
} as const;

/** What a run has measured; parts that were not asked for, or could not be had, are absent. */
export interface Measured {
  /** By workload. */
  readonly times: Readonly<Record<string, Times>>;
  /** Microseconds of evaluations on an idle engine. */
  readonly alone?: readonly number[];
  /** Microseconds of compilations. */
  readonly compile?: readonly number[];
  /** Milliseconds of processes, round by round. */
  readonly start?: { readonly postern: readonly number[]; readonly node: readonly number[] };
  /** Bytes: of the worker before, and that each policy adds. */
  readonly memory?: { readonly base: number; readonly each: number };
  /** Milliseconds with one and with two workers, by workload, round by round. */
  readonly workers?: Readonly<
    Record<string, { readonly one: readonly number[]; readonly two: readonly number[] }>
  >;
}

export interface Row {
  readonly what: string;
  /** Undefined for a figure that explains the one before it. */
  readonly target: { readonly atLeast: number } | { readonly atMost: number } | undefined;
  /** "×" for ratios. */
  readonly unit: "×" | "µs" | "KB";
  /** Undefined where it was not measured. */
  readonly figure: number | undefined;
}

export function meets({ target, figure }: Row): boolean | undefined {
  if (figure === undefined || target === undefined) return undefined;
  return "atLeast" in target ? figure >= target.atLeast : figure <= target.atMost;
}

export function targetText({ target, unit }: Row): string {
  if (target === undefined) return "";
  const [sign, value] = "atLeast" in target ? ["≥", target.atLeast] : ["≤", target.atMost];
  return `${sign} ${digits(value)} ${unit}`;
}

/** How many times as long one contestant takes as another. */
function ratio(times: Times | undefined, slow: string, fast: string): number | undefined {
  const [above, below] = [times?.[slow], times?.[fast]];
  return above === undefined || below === undefined ? undefined : pairedRatio(above, below);
}

/** The rows of the target table for these workloads, in its order. */
export function rows({ times, alone, compile, start, memory, workers }: Measured): Row[] {
  const made: Row[] = [];
  const add = (what: string, target: Row["target"], figure: number | undefined, unit: Row["unit"] = "×") =>
    made.push({ what, target, unit, figure });
  const names = Object.keys(times);
  const among = (...wanted: string[]) => wanted.filter((name) => names.includes(name));
  const c = CONTESTANTS;

  for (const [name, atLeast] of [
    ...among("W1", "W2", "W3").map((w) => [w, 4] as const),
    ...among("W5").map((w) => [w, 8] as const),
  ]) {
    const what = `${name} through the worker, pipelined, against CPython compile + exec`;
    add(what, { atLeast }, ratio(times[name], c.compileExec, c.postern));
    add(
      `${name} the same in CPU time, host and worker together`,
      { atLeast },
      ratio(times[name], c.compileExecCpu, c.posternCpu),
    );
  }
  for (const name of among("W1", "W2", "W3")) {
    const of = times[name];
    const what = `${name} inside the isolate, time of JavaScript by hand`;
    add(what, { atMost: 2 }, ratio(of, c.inside, c.byHand));
    add(
      "  both given only what the program can reach",
      undefined,
      ratio(of, c.insideCrossing, c.byHandCrossing),
    );
  }
  for (const name of among("W4")) {
    add(
      `${name} inside the isolate, time of JavaScript by hand`,
      { atMost: 1.5 },
      ratio(times[name], c.inside, c.byHand),
    );
    add(
      `${name} inside the isolate against CPython with cached code`,
      { atLeast: 2 },
      ratio(times[name], c.cachedCpu, c.inside),
    );
  }
  for (const name of among("W1", "W2", "W3", "W4")) {
    add(`${name} through the worker, against Monty`, { atLeast: 5 }, ratio(times[name], c.monty, c.postern));
  }
  // A run of some workloads alone has none of the rest.
  if (alone === undefined) return made;
  add("one evaluation on an idle engine, p50", { atMost: 250 }, quantile(alone, 0.5), "µs");
  add("one evaluation on an idle engine, p99", { atMost: 1000 }, quantile(alone, 0.99), "µs");
  add(
    "`postern eval` from start to exit, time of `node -e ''`",
    { atMost: 2.5 },
    start && pairedRatio(start.postern, start.node),
  );
  add("compile of a 20-line policy, warm", { atMost: 200 }, compile && median(compile), "µs");
  add("each of 1,000 resident policies", { atMost: 40 }, memory && memory.each / 1024, "KB");
  for (const name of Object.keys(workers ?? {})) {
    const of = workers?.[name];
    add(`two workers on two cores against one, ${name}`, { atLeast: 1.8 }, of && pairedRatio(of.one, of.two));
  }
  return made;
}
