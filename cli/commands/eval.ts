// `postern eval`: runs one expression, or a batch of them.
import type { Command } from "commander";
import { ExpressionSyntaxError } from "../../engine/errors.ts";
import type {
  Engine,
  EngineOptions,
  EvaluateOptions,
  ExpressionKind,
  JsonObject,
} from "../../engine/types.ts";
import type { Subject } from "../../testing/recording/recording.ts";
import { type Answer, answerJson, evaluate, syntaxErrorData } from "../answer.ts";
import { addGrantOptions, checkGrants, type GrantOptions } from "../grant-options.ts";
import type { CommandHost, Library } from "../host.ts";
import { readInput } from "../input-file.ts";
import { type CommandIo, type ExitCode, exit, UsageError, write } from "../io.ts";
import { addLimitOptions, type LimitOptions, limitsOf } from "../limit-options.ts";
import { answerText } from "../outcome-text.ts";
import { addNameOption, kindOption, readSubject } from "../subject.ts";
import { batchDefaults, runBatch } from "./batch.ts";

interface EvalOptions extends LimitOptions, GrantOptions {
  readonly kind?: ExpressionKind;
  readonly name?: string;
  readonly context?: string;
  readonly batch?: boolean;
  readonly json?: boolean;
  readonly explain?: boolean;
  readonly record?: string;
}

/** Exit code of an answer: a syntax error is broken input, everything else that is not a pass has failed. */
function exitCodeOf(answer: Answer): ExitCode {
  if ("refused" in answer) return exit.usage;
  const passed = answer.kind === "policy" ? answer.outcome.passing : answer.outcome.ok;
  return passed ? exit.pass : exit.fail;
}

async function contextOf(options: EvalOptions, io: CommandIo): Promise<JsonObject> {
  if (options.context === undefined) return {};
  const { parseContext } = await import("../exact-yaml.ts");
  return parseContext(
    await readInput(options.context, io),
    options.context === "-" ? "stdin" : options.context,
  );
}

async function evalOne(
  subject: string,
  options: EvalOptions,
  engineOptions: EngineOptions,
  { io, library }: CommandHost,
): Promise<ExitCode> {
  if (subject === "-" && options.context === "-") {
    throw new UsageError("the expression and the context cannot both be stdin; give one of them as a file");
  }
  const { name, kind, source, shown } = await readSubject(subject, options, io);
  const context = await contextOf(options, io);
  await using engine = await library.startEngine(engineOptions);
  const request = { kind, source, context };
  const watching: EvaluateOptions = options.explain ? { trace: true } : {};
  const { record: file } = options;
  // Compiled and sent while the worker starts.
  const answering =
    file === undefined
      ? evaluate(engine, name, request, watching)
      : engine.ready.then(() =>
          recorded(engine, { name, ...request }, { ...engineOptions, ...watching }, file, io),
        );
  const [answer] = await Promise.all([answering, engine.ready]);
  if (options.json) await write(io.stdout, `${answerJson(answer)}\n`);
  else {
    await write(io.stdout, answerText(answer, source, shown, io.color));
    await hint(answer, library, io);
    if (options.explain) await explain(answer, source, io);
  }
  return exitCodeOf(answer);
}

/** Where a name is that was not defined here, if another site has it. */
async function hint(answer: Answer, library: Library, io: CommandIo): Promise<void> {
  const error = "refused" in answer ? undefined : answer.outcome.error;
  if (error?.type !== "NameError" || answer.kind === undefined) return;
  const said = (await library.expressionPlaces()).errorHint(error, answer.kind);
  if (said !== undefined) await write(io.stdout, `  ${io.color.dim("note:")} ${said}\n`);
}

/** Evaluates as {@link evaluate} does, and adds what it takes to repeat that to a file. */
async function recorded(
  engine: Engine,
  subject: Subject,
  options: EvaluateOptions,
  file: string,
  io: CommandIo,
): Promise<Answer> {
  const [{ record }, { appendFile }] = await Promise.all([
    import("../../testing/recording/recording.ts"),
    import("node:fs/promises"),
  ]);
  const { kind } = subject;
  try {
    const { outcome, recording } = await record(engine, subject, options);
    try {
      await appendFile(file, `${JSON.stringify(recording)}\n`, { mode: 0o600 });
    } catch (error) {
      throw new UsageError(`${file}: cannot be written: ${(error as Error).message}`);
    }
    await write(io.stderr, `postern: recorded in ${file}, with the whole context and its secrets\n`);
    return { kind, outcome };
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError)) throw error;
    return { kind, refused: syntaxErrorData(subject.name, error) };
  }
}

/** Shows the lines with what they saw. */
async function explain(answer: Answer, source: string, io: CommandIo): Promise<void> {
  if ("refused" in answer) return;
  const { trace } = answer.outcome;
  const { explainText } = await import("../explain-text.ts");
  const text =
    trace === undefined
      ? "there is no trace: the sandbox did not live to tell\n"
      : explainText(trace, source, io.color);
  await write(io.stdout, `\n${text}`);
}

/** Adds `eval` to the program. */
export function addEvalCommand(program: Command, host: CommandHost): void {
  const command = program
    .command("eval")
    .summary("run one expression, or a batch of them")
    .description(
      "Runs an expression in the sandbox.\n\n" +
        "The context is a YAML or JSON file; its top-level keys are the expression's variables. A policy sees " +
        "`request`, for example\n{request: {user: {username: marie}, context: {prompt_data: {phone: '+1234'}}}}",
    )
    .argument("[file]", "the expression, or a blueprint that holds it; - reads it from stdin")
    .addOption(kindOption())
    .option("--context <file>", "the variables; - reads them from stdin")
    .option("--batch", "answer one JSON request per line of stdin: {id, kind, source, context}")
    .option("--explain", "show every line that ran with the values it saw; secrets are masked")
    .option("--record <file>", "add what it takes to repeat the evaluation (`postern replay`) to this file")
    .option("--json", "print the whole outcome as one line of JSON");
  addLimitOptions(addGrantOptions(addNameOption(command))).addHelpText(
    "after",
    "\nExit code: 0 passed, 1 denied or failed, 2 wrong usage, unreadable file or syntax error.\n" +
      "A batch ends with 0 once every line is answered; the answers say what passed.",
  );
  command.action(async (file: string | undefined, options: EvalOptions) => {
    checkGrants(options);
    const engineOptions: EngineOptions = {
      limits: limitsOf(options),
      ...(options.grant.length > 0 && { capabilities: await host.library.grantedCapabilities(options) }),
    };
    if (!options.batch) {
      if (file === undefined) throw new UsageError("name the expression's file, or - for stdin");
      host.end(await evalOne(file, options, engineOptions, host));
      return;
    }
    if (options.explain || options.record !== undefined) {
      throw new UsageError("--explain and --record are for one expression; leave out --batch");
    }
    if ((file ?? options.context ?? options.name) !== undefined) {
      throw new UsageError(
        "--batch reads its expressions and contexts from stdin; leave out the file, --context and --name",
      );
    }
    await using engine = await host.library.createEngine(engineOptions);
    host.end(await runBatch(host.io, engine, { ...batchDefaults, kind: options.kind ?? "policy" }));
  });
}
