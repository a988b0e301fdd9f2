// Runs a case of an expression.
import type { Engine, EvaluateOptions } from "../../engine/types.ts";
import { unmet } from "./expectations.ts";
import type { CaseResult, Failure } from "./result.ts";
import { stubbed } from "./stubs.ts";
import type { ExpressionSuite, SuiteCase } from "./suite.ts";

/** What is watched while cases run. */
export interface Watching {
  readonly coverage?: boolean;
  readonly trace?: boolean;
}

/** Runs one case. Throws what compiling throws: the expression of a suite has to compile. */
export async function runExpressionCase(
  engine: Engine,
  suite: ExpressionSuite,
  each: SuiteCase,
  { coverage = false, trace = false }: Watching,
): Promise<CaseResult> {
  const { target } = suite;
  const missing: string[] = [];
  const options: EvaluateOptions = {
    now: each.now,
    seed: each.seed,
    ...(Object.keys(each.limits).length === 0 ? {} : { limits: each.limits }),
    // Who decided is known of watched evaluations only.
    ...(trace ? { trace } : coverage || each.expect.decided !== undefined ? { coverage: true } : {}),
    capabilities: stubbed(each.stubs, { ...suite, onMissing: (what) => missing.push(what) }),
  };
  const outcome = await engine.expression(target.name, target.source, target.kind).run(each.context, options);
  const decided = outcome.trace?.decided ?? outcome.coverage?.decided ?? null;
  const failures: Failure[] = unmet(
    each.expect,
    outcome,
    outcome.error === undefined ? decided : null,
    each.placeOf,
  );
  for (const what of missing)
    failures.push({ what: "stubs", place: each.place, message: `it asked for ${what}` });
  return {
    suite,
    name: each.name,
    place: each.place,
    status: failures.length === 0 ? "passed" : "failed",
    reason: "",
    failures,
    durationMs: outcome.durationMs,
    steps: outcome.steps,
    ...(outcome.coverage === undefined ? {} : { coverage: [{ target, coverage: outcome.coverage }] }),
    ...(outcome.trace === undefined ? {} : { trace: outcome.trace }),
  };
}
