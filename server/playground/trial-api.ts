// What the page and the server say to each other about trials: types only, so that the page may import them.
//
// A trial is an installation of its own that is gone when it ends: a store in memory with a blueprint's rows, a person
// with a browser, and an SMS gateway on this machine that keeps what it is sent. What happens in it is told as a list of
// entries, oldest first. Everything that the page shows follows from the entries up to the one that is looked at.
import type { ExpressionError, JsonObject, JsonValue } from "../../engine/types.ts";
import type { BindingsDecided, PolicyAsked } from "../../runtime/observer.ts";

export type { PromptField } from "../../runtime/stages/prompt/prompt-field.ts";
export type { ExpressionError, JsonObject, JsonValue };

/** A blueprint by its file's name. */
export interface TrialBlueprint {
  readonly name: string;
  readonly text: string;
}

/** `POST trials/` */
export interface OpenRequest {
  readonly blueprints: readonly TrialBlueprint[];
}

/** A flow that can be walked. */
export interface TrialFlow {
  readonly slug: string;
  readonly name: string;
  /** Whom the flow is for: `none`, `require_authenticated` … */
  readonly authentication: string;
}

/** The answer to {@link OpenRequest}. */
export interface OpenAnswer {
  readonly id: string;
  readonly flows: readonly TrialFlow[];
  /** The kinds of rows, by their name as people read it, in the order in which stores keep them. */
  readonly models: { readonly [model: string]: string };
  readonly entries: readonly TrialEntry[];
}

/** How the SMS gateway treats what it is sent. */
export type ProviderMode = "accepts" | "429" | "500" | "timeout";

/** What every step says: how many entries the page has; it is answered with the others. */
export interface StepRequest {
  readonly after: number;
}

/** `POST trials/<id>/start/`: gives up the flow in progress, makes a user who is not there yet, and starts a flow. */
export interface StartRequest extends StepRequest {
  readonly slug: string;
  readonly user: string | null;
}

/** `POST trials/<id>/respond/`: answers the challenge. `POST trials/<id>/look/` reloads it. */
export interface RespondRequest extends StepRequest {
  readonly response: JsonObject;
}

/** `POST trials/<id>/provider/` */
export interface ProviderRequest extends StepRequest {
  readonly mode: ProviderMode;
}

/** `POST trials/<id>/wait/`: moves the trial's clock on. */
export interface WaitRequest extends StepRequest {
  readonly seconds: number;
}

/** The answer to every step, also where it failed halfway before. */
export interface StepAnswer {
  readonly entries: readonly TrialEntry[];
}

/** `GET trials/examples/` */
export interface TrialExamples {
  readonly blueprints: readonly TrialBlueprint[];
}

/** Something that happened in a trial. */
export type Happening =
  | SetupEntry
  | StartEntry
  | RequestEntry
  | AnswerEntry
  | PolicyEntry
  | DecisionEntry
  | ProviderEntry
  | ModeEntry
  | WaitEntry
  | StoreEntry
  | LogEntry;

/** When it happened. */
export type TrialEntry = Happening & {
  /** Counts from 0. */
  readonly id: number;
  /** Milliseconds since the epoch, by the trial's clock. */
  readonly at: number;
};

/** The blueprints were loaded. */
export interface SetupEntry {
  readonly kind: "setup";
  readonly files: readonly string[];
  readonly changes: readonly RowChange[];
  /** What of the blueprints was left out. */
  readonly warnings: readonly string[];
}

/** A flow was started. */
export interface StartEntry {
  readonly kind: "start";
  readonly slug: string;
  readonly user: string | null;
  readonly diagram: FlowDiagram;
}

/** The browser asked. */
export interface RequestEntry {
  readonly kind: "request";
  readonly method: "GET" | "POST";
  /** What it answered the challenge with; passwords are masked. */
  readonly response?: JsonObject;
  /** It was sent there by the answer before. */
  readonly followed: boolean;
}

/** The flow answered. */
export interface AnswerEntry {
  readonly kind: "answer";
  /** 302: the stage is done and the browser asks for the next one. */
  readonly status: 200 | 302;
  readonly challenge: TrialChallenge | null;
  /** pks of the bindings of the stages to come, the current one first; null for a stage that another one put in. */
  readonly plan: readonly (string | null)[];
  /** The plan's context, secrets hidden; null where the flow has ended. */
  readonly context: JsonObject | null;
  readonly ended: boolean;
  /** The user whom the browser belongs to from now on; null: it was logged out. */
  readonly user?: string | null;
}

/** What the user is shown, in authentik's wire format. */
export type TrialChallenge = JsonObject & { readonly component: string };

/** A policy was asked, or a group or user binding. */
export interface PolicyEntry extends PolicyAsked {
  readonly kind: "policy";
}

/** All that is bound to a flow or to a stage of it was asked. */
export interface DecisionEntry extends BindingsDecided {
  readonly kind: "decision";
}

/** A message was handed to the provider. */
export interface ProviderEntry {
  readonly kind: "provider";
  readonly provider: "twilio" | "generic";
  /** Where it goes outside of a trial. */
  readonly url: string;
  /** The request as it came over the connection to the trial's gateway, credentials masked; null: none came. */
  readonly wire: string | null;
  readonly bodyBytes: number;
  /** Status of the answer; null: there was none. */
  readonly status: number | null;
  /** Why there was none. */
  readonly problem?: string;
  readonly durationMs: number;
  /** What the phone has got. */
  readonly message?: TrialMessage;
}

/** A message on the phone. */
export interface TrialMessage {
  readonly to: string;
  readonly from: string;
  readonly text: string;
  readonly alphabet: "GSM-7" | "UCS-2";
  readonly units: number;
  readonly segments: number;
  /** What makes it UCS-2. */
  readonly beyond: readonly string[];
}

/** The gateway was told how to treat what it is sent. */
export interface ModeEntry {
  readonly kind: "mode";
  readonly mode: ProviderMode;
}

/** The clock was moved on. */
export interface WaitEntry {
  readonly kind: "wait";
  readonly seconds: number;
}

/** A transaction was written. */
export interface StoreEntry {
  readonly kind: "store";
  readonly changes: readonly RowChange[];
}

/** A line of the log. */
export interface LogEntry {
  readonly kind: "log";
  readonly level: string;
  readonly event: string;
  readonly attributes: JsonObject;
}

/** What became of a row. */
export interface RowChange {
  readonly model: string;
  readonly pk: string | number;
  /** The row as it is now, secrets masked; null: it is gone. */
  readonly row: { readonly [field: string]: JsonValue } | null;
  /** Fields that changed; of a new row none. */
  readonly fields: readonly string[];
}

/** A flow as a diagram. */
export interface FlowDiagram {
  readonly pk: string;
  readonly slug: string;
  readonly name: string;
  /** How what is bound to the flow is combined. */
  readonly mode: "all" | "any";
  readonly policies: readonly DiagramPolicy[];
  readonly stages: readonly DiagramStage[];
}

/** A stage with its binding to the flow. */
export interface DiagramStage {
  /** pk of the binding. */
  readonly binding: string;
  readonly order: number;
  readonly name: string;
  /** As people read it: `Prompt Stage`. */
  readonly kind: string;
  readonly mode: "all" | "any";
  readonly policies: readonly DiagramPolicy[];
  /** Policies that the stage itself asks about a response. */
  readonly validation: readonly DiagramPolicy[];
}

/** What decides about a flow, a stage or a response. */
export interface DiagramPolicy {
  /** What {@link PolicyEntry} calls it: the pk of the binding, or of the policy where it has none. */
  readonly key: string;
  readonly kind: "policy" | "group" | "user";
  readonly name: string;
  readonly negate: boolean;
  readonly enabled: boolean;
}
