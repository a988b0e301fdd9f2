// What the playground's page and its server side say to each other: types only, so that the page may import them.

import type { Diagnostic } from "../../engine/check/diagnostic.ts";
import type { ContextSchema } from "../../engine/check/json-schema.ts";
import type { CoveredWay, TraceEvent, TraceLine } from "../../engine/trace.ts";
import type { ExpressionError, JsonObject, JsonValue, Limits, LogEntry } from "../../engine/types.ts";

export type { ContextSchema, ExpressionError, JsonObject, JsonValue, LogEntry, TraceEvent, TraceLine };

/** What the playground shows an expression as; each is one of the engine's sites. */
export type PlaygroundKind = "policy" | "webhook" | "mapping" | "prompt";

/** An expression with where it stands. */
export interface Subject {
  readonly kind: PlaygroundKind;
  readonly source: string;
}

/** How the generic provider's request is made; the credentials are sample ones and never shown. */
export interface Gateway {
  readonly url: string;
  readonly encoding: "json" | "form" | "text";
  readonly authorization: "bearer" | "basic" | "none";
}

/** Limits that the page may set: what an evaluation may use of each, at most what the server gives. */
export type ChosenLimits = Partial<Pick<Limits, "steps" | "cpuMs" | "wallMs" | "memoryMb" | "outputBytes">>;

/** `POST evaluate/` */
export interface EvaluateRequest extends Subject {
  readonly context: JsonObject;
  readonly limits?: ChosenLimits;
  /** Milliseconds since the epoch that the expression's clock shows. */
  readonly now?: number;
  readonly seed?: number;
  /** Webhook mappings: the request that they are for. */
  readonly gateway?: Gateway;
}

/** How much of a limit an evaluation took. */
export interface LimitUse {
  readonly limit: keyof Limits;
  readonly used: number;
  readonly allowed: number;
  /** What may be asked for at most. */
  readonly most: number;
}

/** The request a gateway would get, credentials masked; or why there is none. */
export type RequestPreview =
  | {
      readonly method: string;
      readonly url: string;
      readonly headers: { readonly [name: string]: string };
      /** Null: a request without a body. */
      readonly body: string | null;
    }
  | { readonly problem: string; readonly hint: string };

/** A part of the text that decides where control goes, with how often each way was taken. */
export interface CoveredBranch {
  readonly line: number;
  readonly ways: readonly CoveredWay[];
}

/** What an evaluation came to. */
export interface EvaluateAnswer {
  readonly ok: boolean;
  readonly passing: boolean;
  readonly result: JsonValue;
  /** Python's `repr()` of the result. */
  readonly repr: string;
  readonly messages: readonly string[];
  readonly logs: readonly LogEntry[];
  readonly events: readonly JsonObject[];
  readonly error?: ExpressionError;
  /** Line of the `return` that decided. */
  readonly decided: number | null;
  readonly steps: number;
  readonly durationMs: number;
  readonly trace: readonly TraceEvent[];
  /** Events of the trace that are left out. */
  readonly omitted: number;
  /** Lines that hold statements, and how often each ran; empty where the text does not compile. */
  readonly lines: readonly { readonly line: number; readonly count: number }[];
  readonly branches: readonly CoveredBranch[];
  readonly limits: readonly LimitUse[];
  readonly request?: RequestPreview;
}

/** A finding of `POST check/`; places as `postern check` gives them. */
export type Finding = Diagnostic;

/** A name an expression can read: `GET names/?kind=policy`. */
export interface KnownName {
  readonly name: string;
  /** A helper's parameters; absent: a value. */
  readonly parameters?: string;
  readonly type: string;
  readonly doc: string;
}

/** A case as the page keeps it. Its members but `policies` are those of a suite. */
export interface PlaygroundCase {
  readonly name: string;
  readonly context: JsonObject;
  readonly expect: JsonObject;
  readonly stubs?: JsonObject;
  readonly now?: number;
  readonly seed?: number;
  readonly limits?: ChosenLimits;
  /** The people whom `ak_user_by` finds, by name. */
  readonly users?: { readonly [name: string]: JsonObject };
  readonly groups?: { readonly [name: string]: JsonObject };
  /** Expressions by the files that `stubs.policies` names. */
  readonly policies?: { readonly [file: string]: string };
}

/** `POST cases/` */
export interface CasesRequest extends Subject {
  readonly cases: readonly PlaygroundCase[];
}

/** What became of one case. */
export interface CaseAnswer {
  readonly name: string;
  readonly status: "passed" | "failed";
  /** One line for each thing that is not as expected. */
  readonly failures: readonly string[];
}

/** `POST export/`: the cases as the text of a suite about the expression in `file`. */
export interface ExportRequest {
  readonly kind: PlaygroundKind;
  readonly file: string;
  readonly cases: readonly PlaygroundCase[];
}

/** `POST import/`: files that were picked or dropped together. */
export interface ImportRequest {
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** What the page holds; the expression of a suite whose own is not among the files. */
  readonly current: Subject;
}

/** An expression of a blueprint. */
export interface ImportedExpression extends Subject {
  readonly label: string;
}

/** What the files hold. */
export interface ImportAnswer {
  readonly expressions: readonly ImportedExpression[];
  readonly cases: readonly PlaygroundCase[];
}

/** `POST fuzz/` */
export interface FuzzRequest extends Subject {
  /** As `postern fuzz --property` takes it. */
  readonly property: string;
  /** A context whose shape every input has. */
  readonly context?: JsonObject;
  readonly runs: number;
}

/** A line of the answer to `POST fuzz/`; the last one has `done` or `problem`. */
export type FuzzLine =
  | { readonly runs: number }
  | { readonly problem: string }
  | {
      readonly done: true;
      readonly runs: number;
      readonly why?: string;
      readonly found?: PlaygroundCase;
    };
