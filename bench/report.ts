// The tables for the terminal, and results.json.
import { availableParallelism, cpus, totalmem } from "node:os";
import { digits, median, quantile, spread } from "./statistics.ts";
import { type Measured, meets, type Row, rows, targetText } from "./targets.ts";

/** What a reader must know to judge the figures; nothing that says whose machine it was. */
export interface Setting {
  readonly date: string;
  readonly machine: { cpu: string; cores: number; memoryGb: number; platform: string; arch: string };
  readonly versions: Readonly<Record<string, string>>;
  readonly quick: boolean;
  /** Contestants that are missing, with the reason. */
  readonly missing: Readonly<Record<string, string>>;
  /** Contestants whose answers differ from CPython's, with the first text where they do. */
  readonly differing: Readonly<Record<string, string>>;
}

export function machine(): Setting["machine"] {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: process.platform,
    arch: process.arch,
  };
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => (line[column] as string).length)),
  );
  const render = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join("  ")
      .trimEnd();
  return [render(head), widths.map((width) => "─".repeat(width)).join("  "), ...lines.map(render)].join("\n");
}

function verdict(row: Row): string {
  if (row.target === undefined) return "";
  const answer = meets(row);
  return answer === undefined ? "not measured" : answer ? "meets" : "MISSES";
}

/** Everything the terminal shows at the end. */
export function text(measured: Measured, setting: Setting): string {
  const names = Object.keys(measured.times);
  const contestants = [...new Set(names.flatMap((name) => Object.keys(measured.times[name])))];
  const micros = table(
    ["median of one evaluation, µs", ...names],
    contestants.map((contestant) => [
      contestant,
      ...names.map((name) => {
        const values = measured.times[name][contestant];
        const differs = setting.differing[`${contestant}, ${name}`] === undefined ? "" : " ≠";
        return values === undefined ? "-" : `${digits(median(values))}${differs}`;
      }),
    ]),
  );
  const targets = table(
    ["what", "target", "measured", ""],
    rows(measured).map((row) => [
      row.what,
      targetText(row),
      row.figure === undefined ? "-" : `${digits(row.figure)} ${row.unit}`,
      verdict(row),
    ]),
  );
  const notes = [
    ...Object.entries(setting.missing).map(([name, reason]) => `${name}: ${reason}`),
    ...Object.entries(setting.differing).map(([where, difference]) => `≠ ${where}: ${difference}`),
  ];
  return [micros, "", ...notes, ...(notes.length > 0 ? [""] : []), targets].join("\n");
}

const rounded = (value: number) => Number(value.toPrecision(4));

/** Every figure, as results.json has it. */
export function results(measured: Measured, setting: Setting): object {
  const { times, alone, compile, start, memory, workers } = measured;
  const summary = (values: readonly number[]) => ({
    median: rounded(median(values)),
    spread: rounded(spread(values)),
    rounds: values.map(rounded),
  });
  return {
    ...setting,
    evaluationMicros: Object.fromEntries(
      Object.entries(times).map(([name, of]) => [
        name,
        Object.fromEntries(Object.entries(of).map(([contestant, values]) => [contestant, summary(values)])),
      ]),
    ),
    ...(alone && {
      aloneMicros: {
        p50: rounded(quantile(alone, 0.5)),
        p90: rounded(quantile(alone, 0.9)),
        p99: rounded(quantile(alone, 0.99)),
        count: alone.length,
      },
    }),
    ...(compile && {
      compileMicros: { p50: rounded(median(compile)), p99: rounded(quantile(compile, 0.99)) },
    }),
    ...(start && { startMs: { postern: summary(start.postern), node: summary(start.node) } }),
    ...(memory && {
      memoryKb: { workerBase: Math.round(memory.base / 1024), eachPolicy: rounded(memory.each / 1024) },
    }),
    ...(workers && {
      workersMs: Object.fromEntries(
        Object.entries(workers).map(([name, { one, two }]) => [
          name,
          { one: summary(one), two: summary(two) },
        ]),
      ),
    }),
    targets: rows(measured).map((row) => ({
      what: row.what.trim(),
      target: targetText(row) || null,
      measured: row.figure === undefined ? null : rounded(row.figure),
      meets: meets(row) ?? null,
    })),
  };
}

/** The figures as a file: rounds stand on one line. */
export function resultsText(figures: object): string {
  const json = JSON.stringify(figures, null, 2);
  return `${json.replace(/\[[\d\s.,e+-]*\]/g, (list) => list.replace(/\s+/g, " "))}\n`;
}
