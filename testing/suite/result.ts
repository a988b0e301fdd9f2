// What became of cases: data for reporters and for tools.
import type { Coverage, Trace } from "../../engine/trace.ts";
import type { ExpressionError, JsonValue } from "../../engine/types.ts";
import type { Difference } from "./difference.ts";
import type { Place } from "./problem.ts";
import type { AnyCase, Suite, Target } from "./suite.ts";

/** How often the lines and branches of one expression ran. */
export interface Covered {
  readonly target: Target;
  readonly coverage: Coverage;
}

/** One thing that is not as it should be. */
export interface Failure {
  /** What of the expectation: `passing`, `messages`, `steps[1].challenge` … */
  readonly what: string;
  /** Where the suite says so. */
  readonly place: Place;
  /** One line. */
  readonly message: string;
  readonly expected?: JsonValue;
  readonly actual?: JsonValue;
  /** Where values of several parts differ. */
  readonly differences?: readonly Difference[];
  /** The expression's error, where it is the reason. */
  readonly error?: ExpressionError;
}

/** What became of one case. */
export interface CaseResult {
  readonly suite: Suite;
  readonly name: string;
  readonly place: Place;
  readonly status: "passed" | "failed" | "skipped";
  /** Why it is skipped; empty where nobody says. */
  readonly reason: string;
  readonly failures: readonly Failure[];
  readonly durationMs: number;
  readonly steps: number;
  /** Where they were asked for. Coverage is of each expression that ran; of a flow, those that its blueprints hold. */
  readonly coverage?: readonly Covered[];
  readonly trace?: Trace;
}

/** The result of a case of a suite. To look its place up takes longer than to run it, and whoever passed is not asked. */
export function caseResult(
  suite: Suite,
  each: AnyCase,
  became: Omit<CaseResult, "suite" | "name" | "place">,
): CaseResult {
  return {
    suite,
    name: each.name,
    get place() {
      return each.place;
    },
    ...became,
  };
}
