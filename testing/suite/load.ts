// Reads a suite's file: checks it against the published schema, finds its expression, spreads its tables out.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import type { ExpressionKind, JsonObject, JsonValue } from "../../engine/types.ts";
import { BlueprintError, closest } from "../../runtime/blueprint/errors.ts";
import { type Path, SuiteDocument } from "./document.ts";
import { People } from "./people.ts";
import { type Place, type Problem, SuiteError } from "./problem.ts";
import type { ExpressionCase, FlowCase, SuiteFile, UserFixture } from "./schema.ts";
import { misfits, type Schema } from "./shape.ts";
import type {
  ExpressionSuite,
  FlowSuite,
  FlowTarget,
  Row,
  Suite,
  SuiteCase,
  SuiteFlowCase,
  Target,
} from "./suite.ts";
import { fill, readTable, TableError } from "./tables.ts";
import { blueprintTarget, fileTarget, NotInBlueprint } from "./target.ts";
import { patternProblem, patternsOf } from "./text-pattern.ts";

/** The clock of cases that name none: the same in every run. */
export const DEFAULT_NOW: number = Date.UTC(2026, 0, 1);

let schema: Schema | undefined;
function suiteSchema(): Schema {
  const file = new URL("../../schemas/suite.schema.json", import.meta.url);
  schema ??= JSON.parse(readFileSync(file, "utf8")) as Schema;
  return schema;
}

/** Reads a suite. Throws {@link SuiteError}, which names every problem that was found with its place. */
export async function loadSuite(file: string): Promise<Suite> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new SuiteError(file, "", [{ line: 1, column: 1, what: `it cannot be read: ${reason(error)}` }]);
  }
  return await parseSuite(text, file, (name) => readFile(name, "utf8"));
}

/**
 * Reads a suite's text. `file` is what it is called, and what the files that it names are relative to; `read` gives their
 * texts, and rejects with the reason where it cannot. Throws {@link SuiteError}.
 */
export async function parseSuite(
  text: string,
  file: string,
  read: (file: string) => Promise<string>,
): Promise<Suite> {
  return await new Loader(SuiteDocument.read(text, file), read).load();
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "it may not be read",
};
function reason(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}

const KINDS = ["policy", "mapping", "expression", "flow"] as const;

class Loader {
  private readonly document: SuiteDocument;
  private readonly problems: Problem[] = [];
  private readonly files: string[];
  private readonly policies: Map<string, string> = new Map();
  private readonly textOf: (file: string) => Promise<string>;
  constructor(document: SuiteDocument, textOf: (file: string) => Promise<string>) {
    this.document = document;
    this.textOf = textOf;
    this.files = [document.file];
  }

  async load(): Promise<Suite> {
    const { document } = this;
    const value = document.value ?? {};
    for (const { path, key, what, hint } of misfits(value, suiteSchema())) this.report(path, what, hint, key);
    this.settle();
    const suite = value as unknown as SuiteFile;
    const people = new People(suite.users, suite.groups);
    this.checkNames(suite, people);
    const target = await this.target(suite);
    this.settle();
    const head = {
      name: suite.suite ?? basename(document.file).replace(/\.suite\.ya?ml$/i, ""),
      file: document.file,
      document,
      users: people.users,
      groups: people.groups,
      files: this.files,
      policies: this.policies,
    };
    const cases: (SuiteCase | SuiteFlowCase)[] = [];
    for (const [i, each] of suite.cases.entries()) cases.push(...(await this.cases(suite, each, i, people)));
    this.checkUnique(cases);
    this.settle();
    if (target?.kind === "flow")
      return { ...head, target, cases: cases as SuiteFlowCase[] } satisfies FlowSuite;
    return { ...head, target: target as Target, cases: cases as SuiteCase[] } satisfies ExpressionSuite;
  }

  private report(path: Path, what: string, hint?: string, key = false): void {
    const place = this.document.place(path, key);
    this.problems.push(hint === undefined ? { ...place, what } : { ...place, what, hint });
  }
  /** Ends the reading where something was found. */
  private settle(): void {
    if (this.problems.length === 0) return;
    const sorted = this.problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
    throw new SuiteError(this.document.file, this.document.text, sorted);
  }
  private async read(path: Path, name: string): Promise<{ file: string; text: string } | undefined> {
    const file = resolve(dirname(this.document.file), name);
    try {
      const text = await this.textOf(file);
      this.files.push(file);
      return { file, text };
    } catch (error) {
      this.report(
        path,
        `${name} cannot be read: ${reason(error)}`,
        `paths are relative to ${dirname(this.document.file)}`,
      );
      return undefined;
    }
  }

  // ---- what is tested --------------------------------------------------------------------------

  private async target(suite: SuiteFile): Promise<Target | FlowTarget | undefined> {
    const given = KINDS.filter((kind) => suite[kind] !== undefined);
    const [kind, second] = given;
    if (kind === undefined) {
      this.report(
        [],
        "the suite does not say what it is about",
        "add policy:, mapping:, expression: or flow:",
      );
      return undefined;
    }
    if (second !== undefined) {
      this.report(
        [second],
        `a suite is about one thing, and ${kind} is given already`,
        "make a suite of each",
        true,
      );
      return undefined;
    }
    for (const [i, each] of suite.cases.entries()) {
      if (kind === "flow" && !("steps" in each)) this.report(["cases", i], "the case of a flow has steps");
      if (kind !== "flow" && "steps" in each)
        this.report(["cases", i, "steps"], "steps are for flows", undefined, true);
    }
    return kind === "flow" ? await this.flow(suite) : await this.expression(suite, kind);
  }
  private async expression(suite: SuiteFile, kind: ExpressionKind): Promise<Target | undefined> {
    const origin = suite[kind] as NonNullable<SuiteFile["policy"]>;
    if (typeof origin === "string") {
      const found = await this.read([kind], origin);
      return found === undefined ? undefined : fileTarget(kind, found.file, found.text);
    }
    const found = await this.read([kind, "blueprint"], origin.blueprint);
    if (found === undefined) return undefined;
    try {
      return await blueprintTarget(kind, found.file, found.text, origin.name);
    } catch (error) {
      if (error instanceof NotInBlueprint) {
        this.report([kind, "name"], `${origin.blueprint} has no ${kind} named ${origin.name}`, error.message);
      } else if (error instanceof BlueprintError) {
        this.report([kind, "blueprint"], `${origin.blueprint} cannot be used: ${error.message}`);
      } else throw error;
      return undefined;
    }
  }
  private async flow({ flow }: SuiteFile): Promise<FlowTarget | undefined> {
    const { blueprint, slug, context = {} } = flow as NonNullable<SuiteFile["flow"]>;
    const isList = typeof blueprint !== "string";
    const blueprints: { file: string; text: string }[] = [];
    for (const [i, name] of (isList ? blueprint : [blueprint]).entries()) {
      const found = await this.read(["flow", "blueprint", ...(isList ? [i] : [])], name);
      if (found !== undefined) blueprints.push(found);
    }
    return { kind: "flow", slug, blueprints, context: context as JsonObject };
  }

  // ---- names that have to be there ---------------------------------------------------------------

  private checkNames(suite: SuiteFile, people: People): void {
    const groups = Object.keys(suite.groups ?? {});
    const groupNames = (names: readonly string[] | undefined, path: Path): void => {
      for (const [i, name] of (names ?? []).entries())
        if (!people.hasGroup(name)) this.unknown("group", name, groups, [...path, i]);
    };
    for (const [name, { parents }] of Object.entries(suite.groups ?? {}))
      groupNames(parents, ["groups", name, "parents"]);
    for (const [name, { groups: own }] of Object.entries(suite.users ?? {}))
      groupNames(own, ["users", name, "groups"]);
    const userName = (user: unknown, path: Path): void => {
      if (typeof user === "string" && !user.includes("${") && !people.hasUser(user))
        this.unknown("user", user, Object.keys(suite.users ?? {}), path);
      if (typeof user === "object" && user !== null)
        groupNames((user as UserFixture).groups, [...path, "groups"]);
    };
    if (suite.flow === undefined) userName(suite.user, ["user"]);
    for (const [i, each] of suite.cases.entries()) {
      // The users of a flow may be those of its blueprint.
      if (suite.flow === undefined) userName(each.user, ["cases", i, "user"]);
      this.checkPatterns(each, ["cases", i]);
    }
  }
  private unknown(what: string, name: string, known: readonly string[], path: Path): void {
    const near = closest(name, known);
    const all = known.length === 0 ? `the suite has no ${what}s` : `there are ${known.join(", ")}`;
    this.report(path, `there is no ${what} ${name}`, near === undefined ? all : `did you mean ${near}?`);
  }
  /** Patterns are compiled now, not in the middle of a run. `at`: where they stand, if not where the case has them. */
  private checkPatterns(each: ExpressionCase | FlowCase, path: Path, at?: Path): void {
    for (const { part, pattern } of patternsOf(each)) {
      if (at === undefined && pattern.includes("${")) continue;
      const problem = patternProblem(pattern);
      if (problem === undefined) continue;
      const hint = "RE2 reads it: it cannot look around or refer back";
      this.report(at ?? [...path, ...part], `${pattern} is no pattern: ${problem}`, hint);
    }
  }
  private checkUnique(cases: readonly { name: string; place: Place }[]): void {
    // Places are looked up for those that stand twice only.
    const known = new Map<string, { readonly place: Place }>();
    for (const each of cases) {
      const { name } = each;
      const first = known.get(name);
      if (first === undefined) known.set(name, each);
      else
        this.problems.push({
          ...each.place,
          what: `a case named ${name} stands in line ${first.place.line} already`,
          hint: "give each its own name",
        });
    }
  }

  // ---- cases -------------------------------------------------------------------------------------

  private async cases(
    suite: SuiteFile,
    each: ExpressionCase | FlowCase,
    index: number,
    people: People,
  ): Promise<(SuiteCase | SuiteFlowCase)[]> {
    const path = ["cases", index];
    const rows = await this.rows(each.each, [...path, "each"]);
    if (rows === undefined) return [await this.oneCase(suite, each, path, path, people)];
    const made: (SuiteCase | SuiteFlowCase)[] = [];
    const isNamed = each.name.includes("${");
    for (const [i, row] of rows.entries()) {
      const at = typeof each.each === "string" ? [...path, "each"] : [...path, "each", i];
      const missing = new Set<string>();
      const { each: _rows, ...template } = each;
      const filled = fill(template, row, (name) => missing.add(name)) as ExpressionCase | FlowCase;
      for (const name of missing)
        this.report(at, `row ${i + 1} has no ${name}`, `it has ${Object.keys(row).join(", ")}`);
      if (patternsOf(each).some(({ pattern }) => pattern.includes("${")))
        this.checkPatterns(filled, path, at);
      const name = isNamed ? String(filled.name) : `${each.name} (${i + 1})`;
      made.push(await this.oneCase(suite, { ...filled, name }, path, at, people));
    }
    return made;
  }
  private async rows(given: ExpressionCase["each"], path: Path): Promise<readonly Row[] | undefined> {
    if (given === undefined) return undefined;
    if (typeof given !== "string") return given as readonly Row[];
    const found = await this.read(path, given);
    if (found === undefined) return [];
    try {
      return readTable(found.text, found.file);
    } catch (error) {
      if (!(error instanceof TableError)) throw error;
      this.report(path, `${given} is no table: ${error.message}`);
      return [];
    }
  }

  private async oneCase(
    suite: SuiteFile,
    each: ExpressionCase | FlowCase,
    path: Path,
    at: Path,
    people: People,
  ): Promise<SuiteCase | SuiteFlowCase> {
    const { document } = this;
    const { skip, seed = suite.seed ?? 0 } = each;
    const stubs = { ...suite.stubs, ...each.stubs };
    for (const [name, stub] of Object.entries(stubs.policies ?? {})) {
      if (typeof stub !== "object" || !("file" in stub) || this.policies.has(stub.file)) continue;
      const found = await this.read([...path, "stubs", "policies", name], stub.file);
      if (found !== undefined) this.policies.set(stub.file, found.text);
    }
    // Not to be spread out: that would look the place up.
    const head = {
      name: each.name,
      tags: [...(suite.tags ?? []), ...(each.tags ?? [])],
      only: each.only === true,
      skip: skip === undefined ? null : skip === true ? "" : skip,
      get place() {
        return document.place(at);
      },
      placeOf: (part: Path) => document.place([...path, ...part]),
      now: this.moment(each.now ?? suite.now, each.now === undefined ? ["now"] : [...path, "now"]),
      seed,
      stubs,
    };
    if ("steps" in each) {
      return Object.assign(head, {
        user: each.user === undefined ? suite.user : each.user,
        httpRequest: { ...suite.http_request, ...each.http_request },
        planContext: { ...suite.context, ...each.context } as JsonObject,
        steps: each.steps,
        expect: each.expect ?? {},
      });
    }
    const { expect } = each as ExpressionCase;
    if (expect.passing !== undefined && typeof expect.passing !== "boolean")
      this.report(at, `passing comes to ${JSON.stringify(expect.passing)}`, "it is true or false");
    if (expect.steps !== undefined && typeof expect.steps !== "number")
      this.report(at, `steps comes to ${JSON.stringify(expect.steps)}`, "it is a number");
    return Object.assign(head, {
      context: this.context(suite, each as ExpressionCase, people, at),
      limits: { ...suite.limits, ...(each as ExpressionCase).limits },
      expect,
    });
  }
  private moment(given: SuiteFile["now"], path: Path): number {
    if (given === undefined) return DEFAULT_NOW;
    const now = typeof given === "number" ? given : Date.parse(given);
    if (Number.isNaN(now)) this.report(path, `${given} is no time`, "write it like 2026-01-31T12:00:00Z");
    return now;
  }
  private context(suite: SuiteFile, each: ExpressionCase, people: People, at: Path): JsonObject {
    const given = each.user === undefined ? suite.user : each.user;
    if (typeof given === "string" && !people.hasUser(given))
      this.unknown("user", given, Object.keys(suite.users ?? {}), at);
    const user: JsonValue =
      given === undefined || given === null
        ? null
        : typeof given === "string"
          ? people.user(given)
          : people.inline(given);
    const http = suite.http_request ?? each.http_request;
    const request: JsonObject = {
      user,
      context: { ...suite.context, ...each.context } as JsonObject,
      ...(http === undefined
        ? {}
        : { http_request: { ...suite.http_request, ...each.http_request } as JsonObject }),
    };
    const variables = { ...suite.variables, ...each.variables } as JsonObject;
    if (suite.policy !== undefined) return { request, ...variables };
    const isAbout =
      given !== undefined || http !== undefined || (suite.context ?? each.context) !== undefined;
    return { ...(isAbout ? { request } : {}), ...(given === undefined ? {} : { user }), ...variables };
  }
}
