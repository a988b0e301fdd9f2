// Runs suites on one engine: cases at the same time, results in the order of the suites.
import type { Engine } from "../../engine/types.ts";
import { type CaseResult, caseResult } from "./result.ts";
import { runExpressionCase, type Watching } from "./run-expression.ts";
import {
  type AnyCase,
  type ExpressionSuite,
  type FlowSuite,
  isFlowSuite,
  type Suite,
  type SuiteCase,
  type SuiteFlowCase,
} from "./suite.ts";

/** Which cases are run, and how. */
export interface RunOptions extends Watching {
  /** Only cases whose suite and name, joined by ` › `, this fits. */
  readonly filter?: RegExp;
  /** Only cases with one of these tags; a tag after `!` is one they must not have. */
  readonly tags?: readonly string[];
  /** Told of each case as it ends, in any order. */
  readonly onEnd?: (result: CaseResult) => void;
}

/** Cases under way at most: more than a worker takes in at once, so that it never waits. */
const CASES_AT_ONCE = 96;
/** Each flow has a runtime of its own. */
const FLOWS_AT_ONCE = 4;

/** Why a case is not run; undefined where it is, null where it is not even mentioned. */
function skipped(
  suite: Suite,
  each: AnyCase,
  { filter, tags = [] }: RunOptions,
  hasOnly: boolean,
): string | null | undefined {
  if (filter !== undefined && !filter.test(`${suite.name} › ${each.name}`)) return null;
  const [without, wanted] = [
    tags.filter((tag) => tag.startsWith("!")),
    tags.filter((tag) => !tag.startsWith("!")),
  ];
  if (without.some((tag) => each.tags.includes(tag.slice(1)))) return null;
  if (wanted.length > 0 && !wanted.some((tag) => each.tags.includes(tag))) return null;
  if (hasOnly && !each.only) return "another case says `only`";
  return each.skip ?? undefined;
}

/**
 * Runs the cases of suites. The results are in the order of the suites and their cases, those that are filtered out are not
 * among them. Throws {@link ExpressionSyntaxError} and {@link FlowSetupError} for what cannot be run at all.
 */
export async function* runSuites(
  engine: Engine,
  suites: readonly Suite[],
  options: RunOptions = {},
): AsyncGenerator<CaseResult> {
  for (const suite of suites) yield* runSuite(engine, suite, options);
}

async function* runSuite(engine: Engine, suite: Suite, options: RunOptions): AsyncGenerator<CaseResult> {
  const hasOnly = suite.cases.some(({ only }) => only);
  const run = isFlowSuite(suite)
    ? await flowRunner(engine, suite, options)
    : expressionRunner(engine, suite, options);
  const atOnce = isFlowSuite(suite) ? FLOWS_AT_ONCE : CASES_AT_ONCE;
  const waiting: Promise<CaseResult>[] = [];
  for (const each of suite.cases) {
    const why = skipped(suite, each, options, hasOnly);
    if (why === null) continue;
    const result = why === undefined ? run(each) : Promise.resolve(skippedResult(suite, each, why));
    const told = result.then((ended) => {
      options.onEnd?.(ended);
      return ended;
    });
    // Rejected ones are met when their turn comes.
    told.catch(() => {});
    waiting.push(told);
    if (waiting.length >= atOnce) yield await (waiting.shift() as Promise<CaseResult>);
  }
  for (const result of waiting) yield await result;
}

type RunCase = (each: AnyCase) => Promise<CaseResult>;
function expressionRunner(engine: Engine, suite: ExpressionSuite, watching: Watching): RunCase {
  // What does not compile cannot be tested, skipped cases or not.
  engine.expression(suite.target.name, suite.target.source, suite.target.kind);
  return (each) => runExpressionCase(engine, suite, each as SuiteCase, watching);
}
async function flowRunner(
  engine: Engine,
  suite: FlowSuite,
  { coverage = false }: Watching,
): Promise<RunCase> {
  const { runFlowCase } = await import("./run-flow.ts");
  if (!coverage) return (each) => runFlowCase(engine, suite, each as SuiteFlowCase);
  const { FlowCoverage } = await import("./flow-coverage.ts");
  const covering = await FlowCoverage.of(suite);
  return async (each) => {
    const counted = covering.watch(engine);
    const result = await runFlowCase(counted.engine, suite, each as SuiteFlowCase);
    return { ...result, coverage: counted.covered };
  };
}

function skippedResult(suite: Suite, each: AnyCase, reason: string): CaseResult {
  return caseResult(suite, each, { status: "skipped", reason, failures: [], durationMs: 0, steps: 0 });
}
