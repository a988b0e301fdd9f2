// `postern test`: finds suites, runs their cases, reports.
import { relative } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { ExpressionSyntaxError } from "../../engine/errors.ts";
import type { Engine, StartingEngine } from "../../engine/types.ts";
import type { CoverageTally } from "../../testing/coverage/tally.ts";
import type { CaseResult } from "../../testing/suite/result.ts";
import type { RunOptions } from "../../testing/suite/run.ts";
import { isFlowSuite, type Suite } from "../../testing/suite/suite.ts";
import { syntaxErrorData } from "../answer.ts";
import type { CommandHost } from "../host.ts";
import { type CommandIo, type ExitCode, exit, UsageError, write } from "../io.ts";
import { errorText } from "../outcome-text.ts";
import { repeated } from "../repeated-option.ts";
import type { Broken, Reporter, ReporterOptions } from "../reporters/reporter.ts";
import { suiteFiles } from "../suite-files.ts";

type ReporterName = "pretty" | "tap" | "junit" | "json";

interface TestOptions {
  readonly filter?: RegExp;
  readonly tag: readonly string[];
  readonly reporter: ReporterName;
  readonly slowest: number;
  readonly explain?: boolean;
  readonly watch?: boolean;
  readonly coverage?: boolean;
  readonly coverageLcov?: string;
  readonly coverageHtml?: string;
  readonly coverageThreshold?: number;
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text, "iu");
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
function percent(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 100))
    throw new InvalidArgumentError("It must be a number from 0 to 100.");
  return value;
}
function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("It must be a whole number.");
  return value;
}

/** Adds `test` to the program. */
export function addTestCommand(program: Command, host: CommandHost): void {
  program
    .command("test")
    .summary("run suites of cases")
    .description(
      "Runs the cases of suites (*.suite.yaml): what policies, mappings and flows come to about given people, requests and " +
        "answers from outside. docs/testing.md says how they are written.",
    )
    .argument(
      "[paths...]",
      "suites, folders of them, or blueprints, whose expressions are checked; the current folder by default",
    )
    .option("--filter <pattern>", "only cases whose `suite › name` fits this regular expression", pattern)
    .option(
      "--tag <tag>",
      "only cases with this tag, or (!tag) without it; may be repeated",
      repeated,
      [] as readonly string[],
    )
    .addOption(
      new Option("--reporter <name>", "how results are written")
        .choices(["pretty", "tap", "junit", "json"])
        .default("pretty"),
    )
    .option("--slowest <n>", "how many of the slowest cases are named", count, 3)
    .option("--explain", "show what happened, line by line, in each case that failed")
    .option("--watch", "run again whenever a suite or what it tests changes")
    .option("--coverage", "show which lines and branches of the expressions ran")
    .option("--coverage-lcov <file>", "write them as an lcov tracefile")
    .option("--coverage-html <file>", "write them as a page")
    .option("--coverage-threshold <percent>", "fail below this share of lines or of branches", percent)
    .addHelpText(
      "after",
      "\nExit code: 0 every case passed, 1 one failed or coverage is too low, 2 a suite or what it tests cannot be used.",
    )
    .action(async (paths: readonly string[], options: TestOptions) => {
      const run = new TestRun(host, paths.length === 0 ? ["."] : paths, options);
      host.end(await (options.watch ? run.watch() : run.once()));
    });
}

class TestRun {
  private readonly host: CommandHost;
  private readonly io: CommandIo;
  private readonly paths: readonly string[];
  private readonly options: TestOptions;
  private readonly watches: boolean;
  constructor(host: CommandHost, paths: readonly string[], options: TestOptions) {
    this.host = host;
    this.io = host.io;
    this.paths = paths;
    this.options = options;
    const { coverage, coverageLcov, coverageHtml, coverageThreshold } = options;
    this.watches = coverage === true || (coverageLcov ?? coverageHtml ?? coverageThreshold) !== undefined;
  }

  async once(): Promise<ExitCode> {
    // The worker starts while the suites are read.
    const starting = this.host.library.startEngine();
    starting.catch(() => {});
    try {
      return (await this.run(starting, await suiteFiles(this.paths))).code;
    } finally {
      await (await starting)[Symbol.asyncDispose]();
    }
  }

  async watch(): Promise<ExitCode> {
    const { WatchedFiles } = await import("../watched-files.ts");
    const stop = new AbortController();
    void this.host.stopped().then(() => stop.abort());
    const watched = new WatchedFiles();
    await using engine = await this.host.library.startEngine();
    try {
      let code: ExitCode = exit.pass;
      while (!stop.signal.aborted) {
        const { files, code: ended } = await this.run(engine, await suiteFiles(this.paths));
        code = ended;
        watched.watch(files);
        await write(this.io.stdout, this.io.color.dim("waiting for changes; end with ^C\n"));
        // What was written meanwhile, by an editor's own files too, is not ours unless a suite reads it.
        for (;;) {
          const changed = await watched.next(stop.signal);
          if (
            stop.signal.aborted ||
            changed.some((file) => files.includes(file) || /\.suite\.ya?ml$/i.test(file))
          )
            break;
        }
      }
      return code;
    } finally {
      watched.close();
    }
  }

  /** One run. `files`: everything that was read. */
  private async run(
    starting: StartingEngine | Promise<StartingEngine>,
    files: readonly string[],
  ): Promise<{ code: ExitCode; files: string[] }> {
    const since = performance.now();
    const [{ loadSuite }, { SuiteError }, { runSuites }] = await Promise.all([
      import("../../testing/suite/load.ts"),
      import("../../testing/suite/problem.ts"),
      import("../../testing/suite/run.ts"),
    ]);
    const { blueprints, suites } = await parted(files);
    const areSound = blueprints.length === 0 || (await this.checkBlueprints(blueprints));
    if (suites.length === 0 && blueprints.length > 0)
      return { code: areSound ? exit.pass : exit.fail, files: blueprints.map(({ file }) => file) };
    if (files.length === 0)
      throw new UsageError(`there is no suite (*.suite.yaml) in ${this.paths.join(", ")}`);
    const { filter, tag } = this.options;
    const reporter = await reporterOf(this.options.reporter, this.reporterOptions());
    const progress = new Progress(this.io, this.options.reporter);
    const tally = this.watches
      ? new (await import("../../testing/coverage/tally.ts")).CoverageTally()
      : undefined;
    const results: CaseResult[] = [];
    const broken: Broken[] = [];
    const read = new Set(files);
    await write(this.io.stdout, reporter.start());
    const breaks = async (file: string, text: string): Promise<void> => {
      broken.push({ file, text });
      progress.clear();
      await write(this.io.stderr, `${this.io.errorColor.red("postern:")} ${text}\n`);
    };
    // The next suite is read while the cases of one run.
    const loading = suites.map((file) => () => loadSuite(file));
    let next = loading[0]?.();
    next?.catch(() => {});
    const engine = await starting;
    for (const [i, file] of suites.entries()) {
      const now = next;
      now?.catch(() => {});
      try {
        const suite = (await now) as Suite;
        next = loading[i + 1]?.();
        next?.catch(() => {});
        for (const each of suite.files) read.add(each);
        const options: RunOptions = {
          ...(filter === undefined ? {} : { filter }),
          tags: tag,
          coverage: tally !== undefined,
          onEnd: (result) => progress.ended(result),
        };
        for await (const result of runSuites(engine, [suite], options)) {
          // They were asked for while the worker started: of one that cannot start no answer is a case's.
          await engine.ready;
          const told = await this.explained(engine, result);
          results.push(told);
          for (const { target, coverage } of told.coverage ?? []) tally?.add(target, coverage);
          const text = reporter.result(told);
          if (text === "") continue;
          progress.clear();
          await write(this.io.stdout, text);
        }
      } catch (error) {
        if (next === now) next = loading[i + 1]?.();
        if (error instanceof SuiteError)
          await breaks(file, error.message.replaceAll(`${error.file}:`, `${this.nameOf(error.file)}:`));
        else if (error instanceof ExpressionSyntaxError)
          await breaks(file, await this.syntaxText(file, error));
        else if (error instanceof Error && error.name === "FlowSetupError")
          await breaks(file, `${this.nameOf(file)}: ${error.message}`);
        else throw error;
      }
    }
    progress.clear();
    const durationMs = performance.now() - since;
    await write(this.io.stdout, reporter.end({ results, broken, durationMs }));
    const isCovered = tally === undefined || (await this.tellCoverage(tally));
    const isFailed = results.some(({ status }) => status === "failed") || !isCovered || !areSound;
    if (results.length === 0 && broken.length === 0) throw new UsageError("no case fits --filter and --tag");
    return { code: broken.length > 0 ? exit.usage : isFailed ? exit.fail : exit.pass, files: [...read] };
  }

  /** Checks every expression of blueprints, and says so; false where one has an error. */
  private async checkBlueprints(blueprints: readonly { file: string; text: string }[]): Promise<boolean> {
    const { blueprintSubjects, subjectText } = await import("../check-subjects.ts");
    if (this.options.reporter !== "pretty") {
      throw new UsageError(
        `--reporter ${this.options.reporter} is about suites; check blueprints with \`postern check --json\``,
      );
    }
    let errors = 0;
    for (const { file, text } of blueprints) {
      const name = this.nameOf(file);
      const subjects = await blueprintSubjects(text, name, [], this.host.library);
      const counts = { error: 0, warning: 0 };
      for (const subject of subjects) {
        await write(this.io.stdout, subjectText(subject, this.io.color));
        for (const { severity } of subject.diagnostics) counts[severity] += 1;
      }
      const checked = subjects.filter(({ isExpression }) => isExpression).length;
      errors += counts.error;
      await write(
        this.io.stdout,
        `${name}: ${plural(checked, "expression")} checked: ${plural(counts.error, "error")}, ${plural(counts.warning, "warning")}\n`,
      );
    }
    return errors === 0;
  }

  /** The path by which the person knows a file. */
  private readonly nameOf = (file: string): string => {
    const name = relative(process.cwd(), file);
    return name.startsWith("..") ? file : name;
  };
  private reporterOptions(): ReporterOptions {
    return { color: this.io.color, nameOf: this.nameOf, slowest: this.options.slowest };
  }

  /** A failed case again, traced, where that was asked for. */
  private async explained(engine: Engine, result: CaseResult): Promise<CaseResult> {
    const { suite } = result;
    if (!this.options.explain || result.status !== "failed" || isFlowSuite(suite)) return result;
    const { runExpressionCase } = await import("../../testing/suite/run-expression.ts");
    const each = suite.cases.find(({ name }) => name === result.name);
    if (each === undefined) return result;
    const { trace } = await runExpressionCase(engine, suite, each, { trace: true });
    return trace === undefined ? result : { ...result, trace };
  }

  /** A target that does not compile: its own lines, where they are in a blueprint. */
  private async syntaxText(file: string, error: ExpressionSyntaxError): Promise<string> {
    const { loadSuite } = await import("../../testing/suite/load.ts");
    const { target } = await loadSuite(file);
    if (target.kind === "flow") return `${this.nameOf(file)}: ${error.message}`;
    const place = target.place(error.line, error.column);
    const at = place === null ? "" : `:${place.line}:${place.column}`;
    const text = errorText(
      syntaxErrorData(target.name, error),
      target.source,
      target.name,
      this.io.errorColor,
    );
    return `${this.nameOf(file)}: ${this.nameOf(target.file)}${at} cannot be compiled\n${text}`;
  }

  /** Writes coverage where it was asked for; false where it is too low. */
  private async tellCoverage(tally: CoverageTally): Promise<boolean> {
    const { coverageRows, leastPercent } = await import("../../testing/coverage/summary.ts");
    const { coverageLcov, coverageHtml, coverageThreshold, coverage, reporter } = this.options;
    const files = tally.files();
    if (coverageLcov !== undefined) {
      const { lcov } = await import("../../testing/coverage/lcov.ts");
      await writeNew(coverageLcov, lcov(files, this.nameOf));
    }
    if (coverageHtml !== undefined) {
      const { coverageHtml: page } = await import("../../testing/coverage/html.ts");
      await writeNew(coverageHtml, page(files, this.nameOf));
    }
    const isText = coverage === true || coverageThreshold !== undefined;
    // A document for tools stays one document.
    const stream = reporter === "pretty" ? this.io.stdout : this.io.stderr;
    if (isText) await write(stream, `\n${table(coverageRows(files, this.nameOf))}`);
    if (coverageThreshold === undefined) return true;
    const least = leastPercent(files);
    if (least >= coverageThreshold) return true;
    await write(
      this.io.stderr,
      `${this.io.errorColor.red("postern:")} coverage is ${Math.floor(least * 10) / 10} %, less than ${coverageThreshold} %\n`,
    );
    return false;
  }
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** Blueprints among files that were named: YAML with entries, which no suite has. */
async function parted(
  files: readonly string[],
): Promise<{ blueprints: { file: string; text: string }[]; suites: string[] }> {
  const blueprints: { file: string; text: string }[] = [];
  const suites: string[] = [];
  for (const file of files) {
    const isNamedSuite = /\.suite\.ya?ml$/i.test(file);
    const text = isNamedSuite ? "" : await (await import("node:fs/promises")).readFile(file, "utf8");
    if (/^entries[ \t]*:/m.test(text)) blueprints.push({ file, text });
    else suites.push(file);
  }
  return { blueprints, suites };
}

function table(rows: readonly { file: string; lines: string; branches: string; missed: string }[]): string {
  const all = [{ file: "coverage", lines: "lines", branches: "branches", missed: "not run" }, ...rows];
  const width = (key: "file" | "lines" | "branches") => Math.max(...all.map((row) => row[key].length));
  const [a, b, c] = [width("file"), width("lines"), width("branches")];
  return all
    .map((row) =>
      `${row.file.padEnd(a)}  ${row.lines.padStart(b)}  ${row.branches.padStart(c)}  ${row.missed}`.trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}

async function writeNew(file: string, text: string): Promise<void> {
  const [{ writeFile }, { dirname }, { makeFolder }] = await Promise.all([
    import("node:fs/promises"),
    import("node:path"),
    import("../make-folder.ts"),
  ]);
  try {
    await makeFolder(dirname(file));
    await writeFile(file, text);
  } catch (error) {
    throw new UsageError(`${file}: cannot be written: ${(error as Error).message}`);
  }
}

async function reporterOf(name: ReporterName, options: ReporterOptions): Promise<Reporter> {
  switch (name) {
    case "pretty":
      return (await import("../reporters/pretty.ts")).prettyReporter(options);
    case "tap":
      return (await import("../reporters/tap.ts")).tapReporter(options);
    case "junit":
      return (await import("../reporters/junit.ts")).junitReporter(options);
    case "json":
      return (await import("../reporters/json.ts")).jsonReporter(options);
  }
}

/** A line that counts, on a terminal only. */
class Progress {
  private readonly stream: CommandIo["stderr"];
  private readonly isShown: boolean;
  private ends = 0;
  private failures = 0;
  private last = Number.NEGATIVE_INFINITY;
  private isThere = false;
  constructor({ stderr }: CommandIo, reporter: ReporterName) {
    this.stream = stderr;
    this.isShown = reporter === "pretty" && (stderr as { isTTY?: boolean }).isTTY === true;
  }
  ended({ status }: CaseResult): void {
    this.ends += 1;
    if (status === "failed") this.failures += 1;
    const now = performance.now();
    if (!this.isShown || now - this.last < 100) return;
    this.last = now;
    this.isThere = true;
    this.stream.write(
      `\r\u001b[K${this.ends} cases${this.failures === 0 ? "" : `, ${this.failures} failed`}`,
    );
  }
  clear(): void {
    if (this.isThere) this.stream.write("\r\u001b[K");
    this.isThere = false;
  }
}
