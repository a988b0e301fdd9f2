// What a runtime tells whoever watches it decide. Without an observer nothing is gathered.
//
// The rest of what a runtime does is seen from outside already: requests at the executor, messages at the HTTP client or
// the SMS provider, writes at the store, lines at the logger; each of these is handed to it.
import type { ExpressionError } from "../engine/types.ts";
import type { PolicyEngineMode } from "./policies/policy-result.ts";

/** One binding, or one policy that is used without binding, was asked. */
export interface PolicyAsked {
  /** pk of the binding; null: the policy is used without one (`validation_policies`). */
  readonly binding: string | null;
  /** Null: the binding names a group or a user. */
  readonly policy: { readonly pk: string; readonly name: string } | null;
  /** What counts: after `negate`, and `failure_result` where the policy could not be evaluated. */
  readonly passing: boolean;
  readonly messages: readonly string[];
  readonly error?: ExpressionError;
  readonly steps: number;
  readonly durationMs: number;
}

/** All that is bound to a flow, or to a stage of one, was asked. */
export interface BindingsDecided {
  /** pk of the flow or of the flow's stage binding. */
  readonly target: string;
  readonly mode: PolicyEngineMode;
  readonly passing: boolean;
}

/** Is told of decisions as they are made. Must return soon and not throw: the flow waits for it. */
export interface Observer {
  policyAsked(asked: PolicyAsked): void;
  bindingsDecided(decided: BindingsDecided): void;
}
