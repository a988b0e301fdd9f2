// Results of policies, and how several are combined.
import type { Change, ExpressionError, JsonValue } from "../../engine/types.ts";

/** What one binding, or all of them, decided. */
export interface PolicyResult {
  readonly passing: boolean;
  readonly messages: readonly string[];
  /** The expression's own value, where one expression decided. */
  readonly rawResult?: JsonValue;
  /** What they changed of the request's context, its plan and its user, in order. */
  readonly changes: readonly Change[];
  /** Policies that could not be evaluated; their `failure_result` stands in for their decision. */
  readonly failures: readonly PolicyFailure[];
}

/** A policy that could not be evaluated. */
export interface PolicyFailure {
  readonly policy: string;
  readonly error: ExpressionError;
  /** The binding says that `failure_result` decides, as in authentik, whatever it decides about. */
  readonly tolerated: boolean;
}

/** How the results of several bindings are combined. */
export type PolicyEngineMode = "all" | "any";

/** No result at all passes. Messages of all results stand one after the other, those of passing ones too. */
export function combineResults(mode: PolicyEngineMode, results: readonly PolicyResult[]): PolicyResult {
  const passes = (result: PolicyResult): boolean => result.passing;
  return {
    passing: results.length === 0 || (mode === "all" ? results.every(passes) : results.some(passes)),
    messages: results.flatMap((result) => result.messages),
    changes: results.flatMap((result) => result.changes),
    failures: results.flatMap((result) => result.failures),
  };
}
