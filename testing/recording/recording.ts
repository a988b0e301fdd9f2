// Recordings: one evaluation with everything that decided it, so that it can be repeated to the bit.
import { randomInt } from "node:crypto";
import type {
  Engine,
  EvaluateOptions,
  ExpressionKind,
  JsonObject,
  JsonValue,
  Limits,
  Outcome,
} from "../../engine/types.ts";
import { parseExactJson } from "../exact-json.ts";
import { grantedParts, type RecordedCall, recordCalls, replayCalls } from "./calls.ts";

/** What an evaluation answered, without how long it took. */
export type RecordedOutcome = Pick<
  Outcome,
  "ok" | "resultJson" | "repr" | "passing" | "messages" | "logs" | "changes" | "steps"
> & {
  readonly error: { readonly type: string; readonly message: string; readonly line: number | null } | null;
};

/** One evaluation. As JSON it is a line of a recording's file, which may have many. */
export interface Recording {
  readonly postern: "recording";
  readonly version: 1;
  readonly name: string;
  readonly kind: ExpressionKind;
  readonly source: string;
  /** Whole, with its secrets: without them it would not be the same evaluation. */
  readonly context: JsonObject;
  readonly now: number;
  readonly seed: number;
  readonly limits: Partial<Limits>;
  readonly granted: readonly string[];
  readonly calls: readonly RecordedCall[];
  readonly outcome: RecordedOutcome;
}

/** A line of a file that is no recording. */
export class RecordingError extends Error {
  override readonly name = "RecordingError";
}

function recorded(outcome: Outcome): RecordedOutcome {
  const { ok, resultJson, repr, passing, messages, logs, changes, steps, error } = outcome;
  const told =
    error === undefined ? null : { type: error.type, message: error.message, line: error.line ?? null };
  return { ok, resultJson, repr, passing, messages, logs, changes, steps, error: told };
}

/** What is evaluated. */
export interface Subject {
  readonly name: string;
  readonly kind: ExpressionKind;
  readonly source: string;
  readonly context: JsonObject;
}

/** Evaluates and records. Throws what compiling throws. */
export async function record(
  engine: Engine,
  { name, kind, source, context }: Subject,
  options: EvaluateOptions = {},
): Promise<{ outcome: Outcome; recording: Recording }> {
  const { now = Date.now(), seed = randomInt(2 ** 47), limits = {}, capabilities = {} } = options;
  const calls: RecordedCall[] = [];
  const outcome = await engine
    .expression(name, source, kind)
    .run(context, { ...options, now, seed, capabilities: recordCalls(capabilities, calls) });
  const recording: Recording = {
    postern: "recording",
    version: 1,
    name,
    kind,
    source,
    context,
    now,
    seed,
    limits,
    granted: grantedParts(capabilities),
    calls,
    outcome: recorded(outcome),
  };
  return { outcome, recording };
}

/** What a repetition came to. */
export interface Replayed {
  readonly outcome: Outcome;
  readonly recorded: RecordedOutcome;
  /** Fields that differ; empty where the repetition is the recorded evaluation. */
  readonly differences: readonly {
    readonly field: string;
    readonly was: JsonValue;
    readonly now: JsonValue;
  }[];
  /** What it asked for that was not asked for then. */
  readonly mismatch: string | null;
}

/** Repeats an evaluation, or evaluates `source` in its place. Throws what compiling throws. */
export async function replay(
  engine: Engine,
  recording: Recording,
  source = recording.source,
): Promise<Replayed> {
  const { name, kind, context, now, seed, limits, granted, calls } = recording;
  let mismatch: string | null = null;
  const capabilities = replayCalls(granted, calls, (error) => {
    mismatch ??= error.message;
  });
  const outcome = await engine
    .expression(name, source, kind)
    .run(context, { now, seed, limits, capabilities });
  const [was, again] = [recording.outcome, recorded(outcome)];
  const differences = (Object.keys(was) as (keyof RecordedOutcome)[]).flatMap((field) =>
    JSON.stringify(was[field]) === JSON.stringify(again[field])
      ? []
      : [{ field, was: was[field] as unknown as JsonValue, now: again[field] as unknown as JsonValue }],
  );
  return { outcome, recorded: was, differences, mismatch };
}

/** The recordings of a file's text. Throws {@link RecordingError}, which names the line. */
export function parseRecordings(text: string): Recording[] {
  const recordings: Recording[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    let value: Partial<Recording> | null;
    try {
      value = parseExactJson(line) as unknown as Partial<Recording> | null;
    } catch (error) {
      throw new RecordingError(`line ${i + 1} is not JSON: ${(error as Error).message}`);
    }
    if (typeof value !== "object" || value === null || value.postern !== "recording") {
      throw new RecordingError(`line ${i + 1} is no recording; \`postern eval --record\` writes them`);
    }
    if (value.version !== 1)
      throw new RecordingError(`line ${i + 1} has version ${value.version}; this reads version 1`);
    if (!isWhole(value)) throw new RecordingError(`line ${i + 1} is a recording with parts missing`);
    recordings.push(value);
  }
  if (recordings.length === 0) throw new RecordingError("there is no recording in it");
  return recordings;
}

function isWhole(value: Partial<Recording>): value is Recording {
  const { name, kind, source, context, now, seed, limits, granted, calls, outcome } = value;
  const isObject = (part: unknown) => typeof part === "object" && part !== null && !Array.isArray(part);
  return (
    typeof name === "string" &&
    (kind === "policy" || kind === "mapping" || kind === "expression") &&
    typeof source === "string" &&
    isObject(context) &&
    typeof now === "number" &&
    typeof seed === "number" &&
    isObject(limits) &&
    Array.isArray(granted) &&
    Array.isArray(calls) &&
    isObject(outcome)
  );
}
