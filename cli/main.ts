// The command `postern`: the program with its commands, and how errors become texts and exit codes.
import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import picocolors from "picocolors";
import type { Engine } from "../engine/types.ts";
import type { CommandHost } from "./host.ts";
import { type CommandIo, type ExitCode, exit, OutputClosed, UsageError } from "./io.ts";
import { library } from "./library.ts";

type AddCommand = (program: Command, host: CommandHost) => void;
/** The commands in the order of the help. Each is loaded when it is called: all together take longer than most expressions. */
const COMMANDS: ReadonlyMap<string, () => Promise<AddCommand>> = new Map([
  ["eval", async () => (await import("./commands/eval.ts")).addEvalCommand],
  ["check", async () => (await import("./commands/check.ts")).addCheckCommand],
  ["run", async () => (await import("./commands/run.ts")).addRunCommand],
  ["replay", async () => (await import("./commands/replay.ts")).addReplayCommand],
  ["test", async () => (await import("./commands/test.ts")).addTestCommand],
  ["fuzz", async () => (await import("./commands/fuzz.ts")).addFuzzCommand],
  ["diff", async () => (await import("./commands/diff.ts")).addDiffCommand],
  ["init", async () => (await import("./commands/init.ts")).addInitCommand],
  ["stubs", async () => (await import("./commands/stubs.ts")).addStubsCommand],
  ["import", async () => (await import("./commands/import.ts")).addImportCommand],
  ["serve", async () => (await import("./commands/serve.ts")).addServeCommand],
  ["token", async () => (await import("./commands/token.ts")).addTokenCommand],
  ["doctor", async () => (await import("./commands/doctor.ts")).addDoctorCommand],
] satisfies [string, () => Promise<AddCommand>][]);

/** The program with the command of that name; with all of them where it is none's, for the help and the complaint. */
async function program(name: string | undefined, host: CommandHost): Promise<Command> {
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
  const called = COMMANDS.get(name ?? "");
  for (const load of called === undefined ? COMMANDS.values() : [called]) (await load())(command, host);
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
    await (await program(args[0], ending)).parseAsync(args, { from: "user" });
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
 * Has an engine end with the process, which kills its workers: waiting until they have given their memory back takes longer
 * than most expressions.
 */
function lasting<Lasting extends Engine>(engine: Lasting): Lasting {
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
    library: {
      ...library,
      createEngine: async (options) => lasting(await library.createEngine(options)),
      startEngine: async (options) => lasting(await library.startEngine(options)),
    },
    stopped: askedToStop,
  });
}

if (import.meta.main) await runProcess();
