// Cases of the page: run, written as a suite, read from suites and blueprints, and looked for.
import { randomInt } from "node:crypto";
import { basename } from "node:path";
import { defaultLimits, type Engine, ExpressionSyntaxError } from "../../engine/index.ts";
import type { JsonObject, Limits } from "../../engine/types.ts";
import { BlueprintError, blueprintExpressions, parseBlueprint } from "../../runtime/index.ts";
import type { FoundCase } from "../../testing/fuzz/suite-text.ts";
import { isFlowSuite } from "../../testing/suite/suite.ts";
import { ApiError } from "../errors.ts";
import type {
  CaseAnswer,
  CasesRequest,
  ChosenLimits,
  ExportRequest,
  FuzzLine,
  FuzzRequest,
  ImportAnswer,
  ImportedExpression,
  ImportRequest,
  PlaygroundCase,
} from "./api.ts";
import { engineKind } from "./evaluation.ts";

/** Runs the cases. What is no case, or does not compile, fails with its reason. */
export async function runCases(
  engine: Engine,
  { kind, source, cases }: CasesRequest,
): Promise<{ readonly results: readonly CaseAnswer[] }> {
  const [
    { expectationSchema, stubsSchema },
    { evaluateCase },
    { patternProblem, patternsOf },
    { People },
    load,
  ] = await Promise.all([
    import("../../testing/suite/schema.ts"),
    import("../../testing/suite/run-expression.ts"),
    import("../../testing/suite/text-pattern.ts"),
    import("../../testing/suite/people.ts"),
    import("../../testing/suite/load.ts"),
  ]);
  const target = { kind: engineKind(kind), name: kind, source };
  const run = async (each: PlaygroundCase): Promise<CaseAnswer> => {
    const { name, context, now = load.DEFAULT_NOW, seed = 0, limits = {}, policies = {} } = each;
    const failed = (...failures: string[]): CaseAnswer => ({ name, status: "failed", failures });
    const expect = expectationSchema.safeParse(each.expect);
    const stubs = stubsSchema.safeParse(each.stubs ?? {});
    const [issue] = [...(expect.error?.issues ?? []), ...(stubs.error?.issues ?? [])];
    if (!expect.success || !stubs.success)
      return failed(`it is no case: ${issue?.path.join(".")}: ${issue?.message}`);
    for (const { pattern } of patternsOf({ name, expect: expect.data })) {
      const problem = patternProblem(pattern);
      if (problem !== undefined) return failed(`it is no case: ${pattern} is no pattern: ${problem}`);
    }
    const people = new People(each.users, each.groups);
    const world = {
      target,
      users: people.users,
      groups: people.groups,
      policies: new Map(Object.entries(policies)),
    };
    const runnable = { context, now, seed, limits, stubs: stubs.data, expect: expect.data, place: NOWHERE };
    const { failures } = await evaluateCase(
      engine,
      world,
      { ...runnable, placeOf: () => NOWHERE },
      { coverage: true },
    );
    return failures.length === 0
      ? { name, status: "passed", failures: [] }
      : failed(...failures.map(({ message }) => message));
  };
  try {
    return { results: await Promise.all(cases.map(run)) };
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError)) throw error;
    const failures = [`${error.type} in line ${error.line}: ${error.text}`];
    return { results: cases.map(({ name }) => ({ name, status: "failed", failures })) };
  }
}

/** Cases of the page stand in no file. */
const NOWHERE = { line: 1, column: 1 };

/** The cases as a suite that `postern test` runs. */
export async function exportSuite({ kind, file, cases }: ExportRequest): Promise<{ readonly text: string }> {
  const [{ suiteText }, { inputOf }] = await Promise.all([
    import("../../testing/fuzz/suite-text.ts"),
    import("../../testing/fuzz/input.ts"),
  ]);
  const found = cases.map(
    ({ name, context, expect, users, groups, policies: _files, ...rest }): FoundCase => {
      const input = inputOf(context);
      return {
        name,
        input: { ...input, ...rest, groups: { ...input.groups, ...groups } },
        expect,
        ...(users === undefined ? {} : { users }),
      };
    },
  );
  return { text: suiteText(engineKind(kind), file, found) };
}

/** Reads files: expressions, blueprints, suites. Throws 400 with what is wrong in which file. */
export async function importFiles({ files, current }: ImportRequest): Promise<ImportAnswer> {
  const expressions: ImportedExpression[] = [];
  const cases: PlaygroundCase[] = [];
  for (const { name, text } of files) {
    try {
      if (/\.suite\.ya?ml$/i.test(name)) {
        const suite = await importSuite(name, text, { files, current });
        if (suite.expression !== undefined) expressions.push(suite.expression);
        cases.push(...suite.cases);
      } else if (/\.ya?ml$/i.test(name)) {
        for (const { label, source, site } of blueprintExpressions(parseBlueprint(text, { file: name }))) {
          if (site !== "expression") expressions.push({ label, source, kind: site });
        }
      } else if (/\.py$/i.test(name)) {
        expressions.push({ label: name, source: text, kind: current.kind });
      } else throw new ApiError(400, { files: [`${name}: drop .py, .yaml or .suite.yaml files.`] });
    } catch (error) {
      const { SuiteError } = await import("../../testing/suite/problem.ts");
      if (!(error instanceof SuiteError) && !(error instanceof BlueprintError)) throw error;
      throw new ApiError(400, { files: [error.message] });
    }
  }
  return { expressions, cases };
}

/** Limits as far as the playground gives them. */
function allowed(limits: Partial<Limits>): ChosenLimits {
  const given = Object.entries(limits) as [keyof ChosenLimits, number][];
  return Object.fromEntries(
    given.map(([name, value]) => [name, Math.min(Math.max(value, 1), defaultLimits[name])]),
  );
}

type Fixtures = { readonly [name: string]: JsonObject };

async function importSuite(
  name: string,
  text: string,
  { files, current }: ImportRequest,
): Promise<{ readonly expression?: ImportedExpression; readonly cases: PlaygroundCase[] }> {
  const { parseSuite } = await import("../../testing/suite/load.ts");
  const suite = await parseSuite(text, `/${name}`, async (path) => {
    const beside = files.find((file) => basename(file.name) === basename(path));
    if (beside !== undefined) return beside.text;
    if (path.endsWith(".py")) return current.source;
    throw new Error("drop it together with the suite");
  });
  if (isFlowSuite(suite))
    throw new ApiError(400, { files: [`${name}: is about a flow, not an expression.`] });
  const { target } = suite;
  const { users, groups } = suite.document.value as { readonly [key in "users" | "groups"]?: Fixtures };
  const people = {
    ...(users === undefined ? {} : { users }),
    ...(groups === undefined ? {} : { groups }),
    ...(suite.policies.size === 0 ? {} : { policies: Object.fromEntries(suite.policies) }),
  };
  const kind = target.kind === "policy" ? "policy" : current.kind === "policy" ? "mapping" : current.kind;
  return {
    ...(target.source === current.source
      ? {}
      : { expression: { label: target.name, source: target.source, kind } }),
    cases: suite.cases.map(({ name: title, context, expect, stubs, now, seed, limits }) => ({
      name: title,
      context,
      expect: expect as JsonObject,
      ...(Object.keys(stubs).length === 0 ? {} : { stubs: stubs as JsonObject }),
      now,
      seed,
      ...(Object.keys(limits).length === 0 ? {} : { limits: allowed(limits) }),
      ...people,
    })),
  };
}

/** How long a search goes on at most, milliseconds. */
const LONGEST_SEARCH = 20_000;
/** Runs between two lines of progress. */
const REPORTED = 20;

/** Looks for a counterexample until `signal` ends it; answers progress, then what was found. */
export async function* findCounterexample(
  engine: Engine,
  { kind, source, property, context, runs }: FuzzRequest,
  signal: AbortSignal,
): AsyncGenerator<FuzzLine> {
  const [{ examineProperties, untried }, { contextOf }] = await Promise.all([
    import("../../testing/fuzz/examine.ts"),
    import("../../testing/fuzz/input.ts"),
  ]);
  const subject = { name: kind, source, kind: engineKind(kind) };
  const knowledge = context === undefined ? {} : { given: context };
  const seed = randomInt(0x7fff_ffff);
  const lines: FuzzLine[] = [];
  let wake = (): void => {};
  let isOver = false;
  let tried = 0;
  const say = (line: FuzzLine): void => {
    lines.push(line);
    wake();
  };
  const search = async (): Promise<void> => {
    try {
      const onRun = (): void => {
        tried += 1;
        if (tried % REPORTED === 0) say({ runs: tried });
      };
      const options = { seed, runs, timeMs: LONGEST_SEARCH, onRun, signal };
      const [result] = await examineProperties(engine, subject, [property], knowledge, options);
      const problem = result && untried(result);
      if (problem !== undefined) return say({ problem });
      const { found, case: made } = result ?? {};
      say({
        done: true,
        runs: Math.max(tried, 1),
        ...(found === undefined || made === undefined
          ? {}
          : {
              why: found.why,
              found: { name: made.name, context: contextOf(made.input, subject.kind), expect: made.expect },
            }),
      });
    } catch (error) {
      if (error instanceof ExpressionSyntaxError)
        say({ problem: `${error.type} in line ${error.line}: ${error.text}` });
      else if (error instanceof Error && error.name === "PropertyError") say({ problem: error.message });
      else throw error;
    }
  };
  const running = search().finally(() => {
    isOver = true;
    wake();
  });
  while (!isOver || lines.length > 0) {
    const line = lines.shift();
    if (line !== undefined) yield line;
    else if (!isOver) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  await running;
}
