// The host's side of a watched evaluation: the instrumented program, and what the guest saw in the author's own lines.

import { readGuestJson } from "../guest-json.ts";
import { type CompiledProgram, compile } from "../language/compile.ts";
import { counting } from "../language/counting.ts";
import type { Instrument, Probe } from "../language/instrument.ts";
import { tracing } from "../language/tracing.ts";
import { type Program, programId } from "../program.ts";
import type { SandboxAnswer, SandboxLimits, SandboxRequest } from "../sandbox/types.ts";
import { count, either, list, nullable, number, oneOf, record, type Shape, text, tuple } from "../shape.ts";
import type { BranchKind, Coverage, CoveredWay, Trace, TraceEvent, TracePlace } from "../trace.ts";
import type { EvaluateOptions, JsonValue } from "../types.ts";

type OnCall = SandboxRequest["onCall"];

/** An instrumented program. */
interface Watched {
  readonly program: Program;
  readonly probes: readonly Probe[];
}

/** Instrumented programs of a program. */
const made: WeakMap<Program, { trace?: Watched; coverage?: Watched }> = new WeakMap();

function watched(program: Program, how: "trace" | "coverage"): Watched {
  const known = made.get(program) ?? {};
  made.set(program, known);
  let found = known[how];
  if (found === undefined) {
    const instrument: Instrument = how === "trace" ? tracing() : counting();
    const compiled = compile(program.source, instrument);
    const id = programId(compiled);
    found = {
      program: { ...program, id, code: compiled.code, compiled, map: null },
      probes: instrument.probes,
    };
    known[how] = found;
  }
  return found;
}

/** Room for what is told beside the outcome, bytes. */
const TOLD_BYTES = 4 * 1024 * 1024;

/** One watched evaluation. */
export interface WatchedRun {
  readonly program: Program;
  limits<L extends SandboxLimits>(limits: L): L;
  onCall(onCall: OnCall): OnCall;
  /** Takes the answer apart. Nothing is seen where the sandbox did not live to tell. */
  read(
    answer: SandboxAnswer,
    limits: SandboxLimits,
  ): { answer: SandboxAnswer; seen: { trace?: Trace; coverage?: Coverage } };
}

/** Prepares an evaluation that is watched. Throws TypeError where both kinds are asked for. */
export function watch(program: Program, { trace, coverage }: EvaluateOptions): WatchedRun {
  if (trace === true && coverage === true)
    throw new TypeError("an evaluation is either traced or counted: ask for trace or for coverage");
  const how = trace === true ? "trace" : "coverage";
  const { program: instrumented, probes } = watched(program, how);
  /** How long the embedder took to answer, milliseconds. */
  const answered: number[] = [];
  return {
    program: instrumented,
    limits: (limits) => ({ ...limits, outputBytes: limits.outputBytes + TOLD_BYTES }),
    onCall(onCall) {
      if (onCall === undefined || how === "coverage") return onCall;
      return async (operation, argumentJson) => {
        const since = performance.now();
        const reply = await onCall(operation, argumentJson);
        answered.push(Math.round((performance.now() - since) * 1000) / 1000);
        return reply;
      };
    },
    read(answer, { outputBytes }) {
      if (!answer.ok) return { answer, seen: {} };
      const end = answer.outcomeJson.lastIndexOf("\n");
      const outcomeJson = answer.outcomeJson.slice(0, Math.max(0, end));
      const told = answer.outcomeJson.slice(end + 1);
      const { durationMs } = answer;
      const bytes = outcomeJson.length > outputBytes ? outcomeJson.length : Buffer.byteLength(outcomeJson);
      const seen =
        how === "trace"
          ? readTrace(told, instrumented.compiled, probes, answered)
          : readCoverage(told, instrumented.compiled, probes);
      if (bytes <= outputBytes) return { answer: { ok: true, outcomeJson, durationMs }, seen };
      const has = outcomeJson.length > outputBytes ? `at least ${bytes}` : `${bytes}`;
      const message = `the outcome has ${has} bytes, the limit is ${outputBytes}`;
      return { answer: { ok: false, failure: "OutputLimitExceeded", message, durationMs }, seen };
    },
  };
}

// ---- reading what the guest says, as if an attacker had written it ---------------------------------

const index: Shape = (value) => Number.isSafeInteger(value) && (value as number) >= -1;
const event = either(
  tuple(oneOf("line"), index),
  tuple(oneOf("value"), index, text),
  tuple(oneOf("decision"), index, text),
  tuple(oneOf("branch"), index, count),
  tuple(oneOf("call"), index, list(text), nullable(text)),
  tuple(oneOf("regex"), index, text, oneOf("re2", "v8", "own"), nullable(text)),
  tuple(oneOf("host"), index, text, text, text),
);
const isTrace = record({
  events: list(event),
  omitted: count,
  lines: list(tuple(count, count, count, number)),
  decided: index,
});
const isCounts = record({ counts: list(count) });

type GuestEvent = [kind: string, probe: number, first?: JsonValue, second?: JsonValue, third?: JsonValue];

function readTrace(
  json: string,
  compiled: CompiledProgram,
  probes: readonly Probe[],
  answered: readonly number[],
): { trace?: Trace } {
  const { value } = readGuestJson(json);
  if (!isTrace(value)) return {};
  const told = value as unknown as {
    events: GuestEvent[];
    omitted: number;
    lines: [number, number, number, number][];
    decided: number;
  };
  const placeOf = places(compiled, probes);
  let called = 0;
  const events = told.events.flatMap((each): TraceEvent[] => {
    const [kind, at, first, second, third] = each;
    const probe = probes[at];
    if (kind === "regex") {
      const engine = second === "re2" ? "RE2" : second === "v8" ? "V8" : "own";
      const reason = typeof third === "string" ? { reason: third } : {};
      return [{ kind: "regex", line: placeOf(at).line, pattern: String(first), engine, ...reason }];
    }
    if (kind === "host") {
      const [operation, argument, answer] = [String(first), String(second), String(third)];
      const durationMs = answered[called] ?? 0;
      called += 1;
      return [{ kind: "host-call", line: placeOf(at).line, operation, argument, answer, durationMs }];
    }
    if (probe === undefined) return [];
    const place = placeOf(at);
    switch (kind) {
      case "line":
        return [{ kind: "line", line: place.line }];
      case "decision":
        return [{ kind: "return", ...place, value: String(first) }];
      case "call":
        return [
          {
            kind: "call",
            ...place,
            name: probe.name ?? "",
            arguments: first as string[],
            result: second as string | null,
          },
        ];
      case "branch": {
        const taken = wayNames(compiled, probe);
        const way = probe.ways === undefined ? (first === 1 ? 0 : 1) : Number(first);
        return [{ kind: "branch", ...place, statement: probe.kind as BranchKind, taken: taken[way] ?? "" }];
      }
      default:
        if (probe.kind === "stored")
          return [{ kind: "assignment", ...place, name: probe.name ?? "", value: String(first) }];
        return [{ kind: "value", ...place, expression: excerpt(compiled, place), value: String(first) }];
    }
  });
  const lines = new Map<number, { line: number; count: number; steps: number; cpuMs: number }>();
  for (const [at, runs, steps, cpuMs] of told.lines) {
    const { line } = placeOf(at);
    const sum = lines.get(line);
    if (sum === undefined) lines.set(line, { line, count: runs, steps, cpuMs });
    else {
      sum.count = Math.max(sum.count, runs);
      sum.steps += steps;
      sum.cpuMs += cpuMs;
    }
  }
  const decided = probes[told.decided] === undefined ? null : placeOf(told.decided).line;
  const sorted = [...lines.values()].sort((a, b) => a.line - b.line);
  return { trace: { events, omitted: told.omitted, lines: sorted, decided } };
}

function readCoverage(
  json: string,
  compiled: CompiledProgram,
  probes: readonly Probe[],
): { coverage?: Coverage } {
  const { value } = readGuestJson(json);
  if (!isCounts(value)) return {};
  const { counts } = value as unknown as { counts: number[] };
  const placeOf = places(compiled, probes);
  const lines = new Map<number, number>();
  const branches: (TracePlace & { kind: BranchKind; ways: CoveredWay[] })[] = [];
  for (const [at, probe] of probes.entries()) {
    if (probe.counter === undefined) continue;
    const place = placeOf(at);
    const runs = (i: number): number => counts[(probe.counter as number) + i] ?? 0;
    if (probe.kind === "line") lines.set(place.line, Math.max(lines.get(place.line) ?? 0, runs(0)));
    else {
      const ways = wayNames(compiled, probe).map((name, i) => ({ name, count: runs(i) }));
      branches.push({ kind: probe.kind as BranchKind, ...place, ways });
    }
  }
  const decision = (counts[0] ?? 0) - 1;
  return {
    coverage: {
      lines: [...lines].map(([line, runs]) => ({ line, count: runs })).sort((a, b) => a.line - b.line),
      branches,
      decided: probes[decision]?.kind === "decision" ? placeOf(decision).line : null,
    },
  };
}

const TRUE_AND_FALSE: Readonly<Record<Exclude<BranchKind, "try">, readonly [string, string]>> = {
  if: ["body", "else"],
  while: ["body", "end"],
  for: ["body", "end"],
  assert: ["holds", "fails"],
  and: ["goes on", "stops"],
  or: ["stops", "goes on"],
  ternary: ["value", "else"],
  match: ["case", "next"],
};

function wayNames(compiled: CompiledProgram, probe: Probe): readonly string[] {
  if (probe.ways === undefined) return TRUE_AND_FALSE[probe.kind as keyof typeof TRUE_AND_FALSE];
  return probe.ways.map((way) =>
    typeof way === "string" ? way : `except ${excerpt(compiled, placeOfSpan(compiled, way))}`,
  );
}

function placeOfSpan({ lines }: CompiledProgram, { start, end }: { start: number; end: number }): TracePlace {
  const [from, to] = [lines.position(start), lines.endPosition(end)];
  return { line: from.line, column: from.column + 1, endLine: to.line, endColumn: to.column + 1 };
}

const NOWHERE: TracePlace = { line: 1, column: 1, endLine: 1, endColumn: 1 };
/** Places by index, each looked up once. */
function places(compiled: CompiledProgram, probes: readonly Probe[]): (at: number) => TracePlace {
  const known: (TracePlace | undefined)[] = [];
  return (at) => {
    const probe = probes[at];
    if (probe === undefined) return NOWHERE;
    known[at] ??= placeOfSpan(compiled, probe);
    return known[at];
  };
}

const LONGEST_EXCERPT = 120;
/** The text of a place; of several lines the first, and `…`. */
function excerpt({ lines }: CompiledProgram, { line, column, endLine, endColumn }: TracePlace): string {
  const points = [...lines.text(line)];
  if (endLine > line)
    return `${points
      .slice(column - 1)
      .join("")
      .trimEnd()} …`;
  const part = points.slice(column - 1, endColumn - 1);
  return part.length > LONGEST_EXCERPT ? `${part.slice(0, LONGEST_EXCERPT - 1).join("")}…` : part.join("");
}
