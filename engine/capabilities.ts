// What an evaluation may ask of its embedder: each group is granted by being there, and absent ones raise in the expression.
import type { JsonObject, JsonValue } from "./types.ts";

/** A policy's answer as `ak_call_policy` gives it to the caller. */
export interface PolicyAnswer {
  readonly passing: boolean;
  readonly messages: readonly string[];
  readonly rawResult: JsonValue;
}

/**
 * Functions the embedder grants. They run in the embedder's process, as asynchronous as they like; the evaluation waits,
 * within {@link Limits.hostMs} and {@link Limits.hostCalls}. What one throws becomes a Python exception whose class is
 * found by the error's `name` (`RuntimeError` where there is none of that name) with the error's message, so that a
 * message must hold nothing the expression's author may not read. They must not wait for other evaluations of the same
 * engine, whose workers may all be waiting for an answer themselves.
 */
export interface Capabilities {
  /** A policy by name, for `ak_call_policy`: its source, which runs in the caller's sandbox, or its answer; null: no such policy. */
  readonly policies?: (name: string) => Promise<{ readonly source: string } | PolicyAnswer | null>;
}

/** What the guest may ask, and where in {@link Capabilities} the answer comes from. */
export const OPERATIONS: Readonly<
  Record<string, (granted: Capabilities) => ((argument: JsonObject) => Promise<JsonValue>) | undefined>
> = {};
