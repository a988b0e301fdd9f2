// The engine's public vocabulary: limits, contexts, verdicts and the objects that evaluate.
import type { Capabilities } from "./capabilities.ts";
import type { Coverage, Trace } from "./trace.ts";

/** Any value that JSON can carry. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
/** A JSON object, as contexts and payloads are. */
export type JsonObject = { [key: string]: JsonValue };

/** What one evaluation may use at most. Every limit that is passed fails the evaluation closed. */
export interface Limits {
  /** CPU time of the worker's isolate, milliseconds. Default 1000. */
  readonly cpuMs: number;
  /** Wall time from when the worker starts the evaluation, milliseconds; the worker is killed after it. Default 3000. */
  readonly wallMs: number;
  /** Memory of the isolate, mebibytes. Default 64. */
  readonly memoryMb: number;
  /** Statements and native iterations executed. Default 20,000,000. */
  readonly steps: number;
  /** Result, messages and logs together, bytes of JSON. Default 1,048,576. */
  readonly outputBytes: number;
  /** Context handed in, bytes of JSON. Default 4,194,304. */
  readonly contextBytes: number;
  /** Nested Python calls. Default 1000, as CPython's. */
  readonly recursion: number;
  /** Time the embedder may take to answer an evaluation's calls (see {@link Capabilities}), all together, milliseconds. Default 10,000. */
  readonly hostMs: number;
  /** Calls to the embedder. Default 50. */
  readonly hostCalls: number;
}

/** How an expression is run and what its result means. */
export type ExpressionKind = "policy" | "mapping" | "expression";

/** One line written through `ak_logger` (or `print`). */
export interface LogEntry {
  readonly level: "debug" | "info" | "warning" | "error";
  /** The message text, control characters as they are; renderers escape them. */
  readonly event: string;
  /** The keyword arguments of the call, as JSON. */
  readonly attributes: JsonObject;
}

/** A Python exception, or a limit, that ended an evaluation. */
export interface ExpressionError {
  /** CPython's name of the exception's class (`ZeroDivisionError`), or the name of the limit (`StepLimitExceeded`). */
  readonly type: string;
  /** `str(exception)`. */
  readonly message: string;
  /** Line of the author's text, from 1; absent where no line is known. */
  readonly line?: number;
  /** Column of the author's text, from 1, in characters; absent where none is known. */
  readonly column?: number;
  /** CPython's traceback text, with the author's own line numbers. */
  readonly traceback: string;
  /** True when a limit or the sandbox ended the evaluation, not the expression's own exception. */
  readonly limit?: boolean;
}

/**
 * What a policy changed of the objects it was given, in place of authentik's live objects. Paths begin with
 * `flow_plan`, `context` (values that are in both are named under `flow_plan`, `context`, …) or `request`, `user`.
 */
export type Change =
  | { readonly op: "set"; readonly path: readonly string[]; readonly value: JsonValue }
  | { readonly op: "delete"; readonly path: readonly string[] }
  /** `flow_plan.redirect(url)`: the next stage is a redirect. */
  | { readonly op: "redirect"; readonly url: string };

/** Everything one evaluation answers with. `ok` is false exactly when `error` is there. */
export interface Outcome {
  readonly ok: boolean;
  /** The returned value as JSON; `null` where the evaluation failed. */
  readonly result: JsonValue;
  /** The returned value as JSON text: exact where `result` is not (integers beyond 2^53, keys named `__proto__`). */
  readonly resultJson: string;
  /** Python's `repr()` of the returned value; its `str()` where `display` was asked for. */
  readonly repr: string;
  /** Python's truth of the returned value; false where the evaluation failed. */
  readonly passing: boolean;
  /** Python's truth could not be asked because nothing was returned (`None`). */
  readonly none: boolean;
  readonly messages: readonly string[];
  readonly logs: readonly LogEntry[];
  /** Events the expression asked for (`ak_create_event`). */
  readonly events: readonly JsonObject[];
  /** Policies only; also where the expression raised, but not where a limit ended it. */
  readonly changes: readonly Change[];
  readonly steps: number;
  /** From request to answer, milliseconds. */
  readonly durationMs: number;
  readonly error?: ExpressionError;
  /** Where it was asked for, and the sandbox has lived to tell it. */
  readonly trace?: Trace;
  readonly coverage?: Coverage;
}

/** A policy's decision. An error of any kind has `passing: false` and `error`. */
export interface Verdict {
  readonly passing: boolean;
  readonly messages: readonly string[];
  readonly logs: readonly LogEntry[];
  /** Events the expression asked for (`ak_create_event`). */
  readonly events: readonly JsonObject[];
  /** What it changed of its context, for whoever keeps that; also where it raised, but not where a limit ended it. */
  readonly changes: readonly Change[];
  readonly error?: ExpressionError;
  /** The returned value as JSON, as authentik's `raw_result`. */
  readonly rawResult: JsonValue;
  readonly steps: number;
  readonly durationMs: number;
  /** Where it was asked for, and the sandbox has lived to tell it. */
  readonly trace?: Trace;
  readonly coverage?: Coverage;
}

/** Options of one evaluation. */
export interface EvaluateOptions {
  readonly limits?: Partial<Limits>;
  /** The clock the expression sees, milliseconds since the epoch. Default: now. */
  readonly now?: number;
  /** Seed of the expression's randomness; default: fresh. */
  readonly seed?: number;
  /** Apply authentik's `sanitize` (events/utils) to the result: falsy list items dropped, UUIDs as 32 hex digits … */
  readonly sanitize?: boolean;
  /**
   * The value is to be shown: `repr` of the outcome is Python's `str()` of it, and in a mapping's result dates, UUIDs and
   * other objects that JSON does not have are texts, not errors.
   */
  readonly display?: boolean;
  /**
   * Keep what every line, name, call and branch came to ({@link Trace}). The answer is the same, but comes later, so that
   * limits on time are met sooner. Secrets of the context are masked.
   */
  readonly trace?: boolean;
  /** Count how often every line and branch ran ({@link Coverage}). Not together with `trace`. */
  readonly coverage?: boolean;
  /**
   * Told of the trace or the coverage as the evaluation ends: the only way to them where `evaluate` answers with a value
   * alone, as a mapping's does. Must not throw.
   */
  readonly onWatched?: (watched: { readonly trace?: Trace; readonly coverage?: Coverage }) => void;
  /** What this evaluation may ask of its embedder; groups named here replace the engine's. */
  readonly capabilities?: Capabilities;
}

/** A compiled expression policy. */
export interface Policy {
  readonly name: string;
  readonly source: string;
  /** Never throws for what the expression does: failures are in the verdict, denied. */
  evaluate(context: JsonObject, options?: EvaluateOptions): Promise<Verdict>;
}

/** A compiled property or webhook mapping. */
export interface Mapping {
  readonly name: string;
  readonly source: string;
  /** The mapping's value. Throws {@link ExpressionFailure} when the expression raises or meets a limit. */
  evaluate(context: JsonObject, options?: EvaluateOptions): Promise<JsonValue>;
}

/** A compiled expression whose outcome is returned whole. */
export interface Expression {
  readonly name: string;
  readonly source: string;
  readonly kind: ExpressionKind;
  run(context: JsonObject, options?: EvaluateOptions): Promise<Outcome>;
}

/** Settings of an engine. */
export interface EngineOptions {
  readonly limits?: Partial<Limits>;
  /** Worker processes. Default 1. */
  readonly workers?: number;
  /** What evaluations may ask of their embedder unless told otherwise. Default: nothing. */
  readonly capabilities?: Capabilities;
  /**
   * Learns of errors of capabilities that the expression is not told (see {@link Capabilities}), with the operation's name
   * (`models.query`). Must not throw. Default: a warning of the process.
   */
  readonly onHostError?: (error: unknown, operation: string) => void;
}

/** Compiles and runs expressions in sandboxed worker processes. */
export interface Engine {
  /** Throws {@link ExpressionSyntaxError}. */
  policy(name: string, source: string): Policy;
  /** Throws {@link ExpressionSyntaxError}. */
  mapping(name: string, source: string): Mapping;
  /** Throws {@link ExpressionSyntaxError}. */
  expression(name: string, source: string, kind?: ExpressionKind): Expression;
  /**
   * Evaluates policies of this engine about one context, which crosses to the sandbox once. The verdicts are those of
   * `evaluate`, in the order of `policies`; none sees what another did. Throws TypeError for another engine's policy.
   */
  evaluateAll(
    policies: readonly Policy[],
    context: JsonObject,
    options?: EvaluateOptions,
  ): Promise<Verdict[]>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** An engine whose workers may still be starting. */
export interface StartingEngine extends Engine {
  /** Resolves once a worker serves; rejects with an Error that says why none can start. */
  readonly ready: Promise<void>;
}
