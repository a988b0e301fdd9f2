// Cases of the page: run, written as a suite, read from suites and blueprints, and looked for.
import { randomInt } from "node:crypto";
import { basename } from "node:path";
import { type Engine, ExpressionSyntaxError } from "../../engine/index.ts";
import type { JsonObject } from "../../engine/types.ts";
import { BlueprintError, blueprintExpressions, parseBlueprint } from "../../runtime/index.ts";
import type { FoundCase } from "../../testing/fuzz/suite-text.ts";
import type { StubsFile } from "../../testing/suite/schema.ts";
import { isFlowSuite } from "../../testing/suite/suite.ts";
import { ApiError } from "../errors.ts";
import type {
  CaseAnswer,
  CasesRequest,
  ExportRequest,
  FuzzLine,
  FuzzRequest,
  ImportAnswer,
  ImportedExpression,
  ImportRequest,
  PlaygroundCase,
} from "./api.ts";
import { engineKind } from "./evaluation.ts";

/** Runs the cases. Throws 400 where a case expects what no suite may, or the text does not compile. */
export async function runCases(
  engine: Engine,
  { kind, source, cases }: CasesRequest,
): Promise<{ readonly results: readonly CaseAnswer[] }> {
  const [{ expectationSchema, stubsSchema }, { unmet }, { stubbed }, { DEFAULT_NOW }] = await Promise.all([
    import("../../testing/suite/schema.ts"),
    import("../../testing/suite/expectations.ts"),
    import("../../testing/suite/stubs.ts"),
    import("../../testing/suite/load.ts"),
  ]);
  const run = async (each: PlaygroundCase): Promise<CaseAnswer> => {
    const { name, context, now = DEFAULT_NOW, seed = 0 } = each;
    const expect = expectationSchema.safeParse(each.expect);
    const stubs = stubsSchema.safeParse(each.stubs ?? {});
    if (!expect.success || !stubs.success) {
      const { path, message } = (expect.error ?? stubs.error)?.issues[0] ?? { path: [], message: "" };
      return { name, status: "failed", failures: [`it is no case: ${path.join(".")}: ${message}`] };
    }
    const missing: string[] = [];
    const world = {
      users: [],
      groups: [],
      policies: new Map(),
      onMissing: (what: string) => void missing.push(what),
    };
    const outcome = await engine.expression(kind, source, engineKind(kind)).run(context, {
      now,
      seed,
      coverage: true,
      capabilities: stubbed(stubs.data as StubsFile, world),
    });
    const decided = outcome.error === undefined ? (outcome.coverage?.decided ?? null) : null;
    const failures = [
      ...unmet(expect.data, outcome, decided, () => ({ line: 1, column: 1 })).map(({ message }) => message),
      ...missing.map((what) => `it asked for ${what}`),
    ];
    return { name, status: failures.length === 0 ? "passed" : "failed", failures };
  };
  try {
    return { results: await Promise.all(cases.map(run)) };
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError)) throw error;
    const failures = [`${error.type} in line ${error.line}: ${error.text}`];
    return { results: cases.map(({ name }) => ({ name, status: "failed", failures })) };
  }
}

/** The cases as a suite that `postern test` runs. */
export async function exportSuite({ kind, file, cases }: ExportRequest): Promise<{ readonly text: string }> {
  const [{ suiteText }, { inputOf }] = await Promise.all([
    import("../../testing/fuzz/suite-text.ts"),
    import("../../testing/fuzz/input.ts"),
  ]);
  const found = cases.map(({ name, context, expect, ...rest }): FoundCase => {
    return { name, input: { ...inputOf(context), ...rest }, expect };
  });
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
  const kind = target.kind === "policy" ? "policy" : current.kind === "policy" ? "mapping" : current.kind;
  return {
    ...(target.source === current.source
      ? {}
      : { expression: { label: target.name, source: target.source, kind } }),
    cases: suite.cases.map(({ name: title, context, expect, stubs, now, seed }) => ({
      name: title,
      context,
      expect: expect as JsonObject,
      ...(Object.keys(stubs).length === 0 ? {} : { stubs: stubs as JsonObject }),
      now,
      seed,
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
  const [{ fuzz, reachedBy }, { propertyOf }, { contextOf }] = await Promise.all([
    import("../../testing/fuzz/search.ts"),
    import("../../testing/fuzz/properties.ts"),
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
      // Syntax errors in the engine's words, before the source is looked at.
      engine.expression(subject.name, source, subject.kind);
      const { root } = reachedBy(subject, knowledge);
      const asked = propertyOf(property, { kind: subject.kind, root, engine });
      const onRun = (): void => {
        tried += 1;
        if (tried % REPORTED === 0) say({ runs: tried });
      };
      const result = await fuzz(engine, subject, asked, knowledge, {
        seed,
        runs,
        timeMs: LONGEST_SEARCH,
        onRun,
        signal,
      });
      if (result.found === undefined && result.unanswered >= result.runs && result.asked !== undefined) {
        say({ problem: `every run asks for what a search has no answer to: ${result.asked}` });
        return;
      }
      const { found } = result;
      say({
        done: true,
        runs: Math.max(tried, 1),
        ...(found === undefined
          ? {}
          : {
              why: found.why,
              found: {
                name: `${property} (found with seed ${seed})`,
                context: contextOf(found.input, subject.kind),
                expect: found.expect,
              },
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
