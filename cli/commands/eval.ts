// `postern eval`: runs one expression, or a batch of them.
import { basename } from "node:path";
import { type Command, Option } from "commander";
import type { EngineOptions, ExpressionKind, JsonObject } from "../../engine/types.ts";
import { type Answer, answerJson, evaluate } from "../answer.ts";
import { addGrantOptions, checkGrants, type GrantOptions } from "../grant-options.ts";
import type { CommandHost } from "../host.ts";
import { readInput } from "../input-file.ts";
import { type CommandIo, type ExitCode, exit, UsageError, write } from "../io.ts";
import { addLimitOptions, type LimitOptions, limitsOf } from "../limit-options.ts";
import { answerText } from "../outcome-text.ts";
import { batchDefaults, runBatch } from "./batch.ts";

interface EvalOptions extends LimitOptions, GrantOptions {
  readonly kind: ExpressionKind;
  readonly context?: string;
  readonly batch?: boolean;
  readonly json?: boolean;
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
  file: string,
  options: EvalOptions,
  engineOptions: EngineOptions,
  { io, library }: CommandHost,
): Promise<ExitCode> {
  if (file === "-" && options.context === "-") {
    throw new UsageError("the expression and the context cannot both be stdin; give one of them as a file");
  }
  const source = await readInput(file, io);
  const context = await contextOf(options, io);
  const name = file === "-" ? "stdin" : basename(file);
  await using engine = await library.createEngine(engineOptions);
  const answer = await evaluate(engine, name, { kind: options.kind, source, context });
  await write(
    io.stdout,
    options.json
      ? `${answerJson(answer)}\n`
      : answerText(answer, source, file === "-" ? "stdin" : file, io.color),
  );
  return exitCodeOf(answer);
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
    .argument("[file]", "the expression; - reads it from stdin")
    .addOption(
      new Option("--kind <kind>", "what the expression is")
        .choices(["policy", "mapping", "expression"])
        .default("policy"),
    )
    .option("--context <file>", "the variables; - reads them from stdin")
    .option("--batch", "answer one JSON request per line of stdin: {id, kind, source, context}")
    .option("--json", "print the whole outcome as one line of JSON");
  addLimitOptions(addGrantOptions(command)).addHelpText(
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
    if (file !== undefined || options.context !== undefined) {
      throw new UsageError(
        "--batch reads its expressions and contexts from stdin; leave out the file and --context",
      );
    }
    await using engine = await host.library.createEngine(engineOptions);
    host.end(await runBatch(host.io, engine, { ...batchDefaults, kind: options.kind }));
  });
}
