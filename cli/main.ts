// The command `postern`: the program with its commands, and how errors become texts and exit codes.
import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import picocolors from "picocolors";
import type { Engine, EngineOptions } from "../engine/types.ts";
import { addCheckCommand } from "./commands/check.ts";
import { addDiffCommand } from "./commands/diff.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addEvalCommand } from "./commands/eval.ts";
import { addFuzzCommand } from "./commands/fuzz.ts";
import { addImportCommand } from "./commands/import.ts";
import { addInitCommand } from "./commands/init.ts";
import { addReplayCommand } from "./commands/replay.ts";
import { addRunCommand } from "./commands/run.ts";
import { addServeCommand } from "./commands/serve.ts";
import { addStubsCommand } from "./commands/stubs.ts";
import { addTestCommand } from "./commands/test.ts";
import { addTokenCommand } from "./commands/token.ts";
import type { CommandHost } from "./host.ts";
import { type CommandIo, type ExitCode, exit, OutputClosed, UsageError } from "./io.ts";
import { library } from "./library.ts";

function program(host: CommandHost): Command {
  const { version } = createRequire(import.meta.url)("../package.json");
  const { io } = host;
  const command = new Command("postern")
    .description("Runs authentik expressions and the flows around them.")
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    })
    .showHelpAfterError("(add --help for what there is)");
  addEvalCommand(command, host);
  addCheckCommand(command, host);
  addRunCommand(command, host);
  addReplayCommand(command, host);
  addTestCommand(command, host);
  addFuzzCommand(command, host);
  addDiffCommand(command, host);
  addInitCommand(command, host);
  addStubsCommand(command, host);
  addImportCommand(command, host);
  addServeCommand(command, host);
  addTokenCommand(command, host);
  addDoctorCommand(command, host);
  return command;
}

/** Runs one command line (without `node` and the script) and answers the exit code. Throws nothing. */
export async function main(args: readonly string[], host: Omit<CommandHost, "end">): Promise<ExitCode> {
  let code: ExitCode = exit.pass;
  const ending = {
    ...host,
    end(given: ExitCode) {
      code = given;
    },
  };
  try {
    await program(ending).parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    return report(error, host.io);
  }
}

/** Tells an error to the person and answers its exit code. */
function report(error: unknown, io: CommandIo): ExitCode {
  // Commander has written its own text by now; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exit.pass : exit.usage;
  if (error instanceof OutputClosed) return exit.fail;
  const mark = io.errorColor.red("postern:");
  if (error instanceof UsageError) {
    io.stderr.write(`${mark} ${error.message}\n`);
    return exit.usage;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.stderr.write(`${mark} ${text}\n`);
  return exit.fail;
}

/** True where this stream takes colours; `NO_COLOR` and `FORCE_COLOR` decide over the terminal. */
function takesColor(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "" && FORCE_COLOR !== "0") return true;
  return stream.isTTY === true && TERM !== "dumb";
}

/** Resolves with the first signal to end; a second one then ends the process at once. */
function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    const signals = ["SIGTERM", "SIGINT"] as const;
    const stop = (): void => {
      for (const signal of signals) process.off(signal, stop);
      resolve();
    };
    for (const signal of signals) process.once(signal, stop);
  });
}

/**
 * An engine that ends with the process, which kills its workers: waiting until they have given their memory back takes longer
 * than most expressions.
 */
async function createLastingEngine(options?: EngineOptions): Promise<Engine> {
  const engine = await library.createEngine(options);
  return Object.assign(engine, { [Symbol.asyncDispose]: async () => {} });
}

/** Runs the process's own command line and sets its exit code. */
export async function runProcess(): Promise<void> {
  // A reader that goes away is told to the writer of the moment; without a listener it would end the process.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
  process.exitCode = await main(process.argv.slice(2), {
    io: {
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      interactive: process.stdin.isTTY === true,
      color: picocolors.createColors(takesColor(process.stdout)),
      errorColor: picocolors.createColors(takesColor(process.stderr)),
    },
    env: process.env,
    library: { ...library, createEngine: createLastingEngine },
    stopped: askedToStop,
  });
}

if (import.meta.main) await runProcess();
