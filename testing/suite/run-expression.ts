// Runs a case of an expression.
import type { Engine, EvaluateOptions, ExpressionKind, Outcome } from "../../engine/types.ts";
import { unmet } from "./expectations.ts";
import { type CaseResult, caseResult, type Failure } from "./result.ts";
import { stubbed } from "./stubs.ts";
import type { ExpressionSuite, SuiteCase } from "./suite.ts";

/** What is watched while cases run. */
export interface Watching {
  readonly coverage?: boolean;
  readonly trace?: boolean;
}

/** What a case is about, and who and what is there for its expression to ask about: the parts of a suite that running takes. */
export interface CaseWorld extends Pick<ExpressionSuite, "users" | "groups" | "policies"> {
  readonly target: { readonly kind: ExpressionKind; readonly name: string; readonly source: string };
}

/** The parts of a case that running takes. */
export type RunnableCase = Pick<
  SuiteCase,
  "context" | "now" | "seed" | "limits" | "stubs" | "expect" | "place" | "placeOf"
>;

/**
 * Evaluates a case and holds the outcome against what is expected. Throws what compiling throws: the expression of a suite has
 * to compile.
 */
export async function evaluateCase(
  engine: Engine,
  world: CaseWorld,
  each: RunnableCase,
  { coverage = false, trace = false }: Watching,
): Promise<{ readonly outcome: Outcome; readonly failures: Failure[] }> {
  const { target } = world;
  const missing: string[] = [];
  const options: EvaluateOptions = {
    now: each.now,
    seed: each.seed,
    ...(Object.keys(each.limits).length === 0 ? {} : { limits: each.limits }),
    // Who decided is known of watched evaluations only.
    ...(trace ? { trace } : coverage || each.expect.decided !== undefined ? { coverage: true } : {}),
    capabilities: stubbed(each.stubs, { ...world, onMissing: (what) => missing.push(what) }),
  };
  const outcome = await engine.expression(target.name, target.source, target.kind).run(each.context, options);
  const decided = outcome.trace?.decided ?? outcome.coverage?.decided ?? null;
  const failures = unmet(each.expect, outcome, outcome.error === undefined ? decided : null, each.placeOf);
  for (const what of missing)
    failures.push({ what: "stubs", place: each.place, message: `it asked for ${what}` });
  return { outcome, failures };
}

/** Runs one case of a suite. Throws what compiling throws. */
export async function runExpressionCase(
  engine: Engine,
  suite: ExpressionSuite,
  each: SuiteCase,
  watching: Watching,
): Promise<CaseResult> {
  const { target } = suite;
  const { outcome, failures } = await evaluateCase(engine, suite, each, watching);
  return caseResult(suite, each, {
    status: failures.length === 0 ? "passed" : "failed",
    reason: "",
    failures,
    durationMs: outcome.durationMs,
    steps: outcome.steps,
    ...(outcome.coverage === undefined ? {} : { coverage: [{ target, coverage: outcome.coverage }] }),
    ...(outcome.trace === undefined ? {} : { trace: outcome.trace }),
  });
}
