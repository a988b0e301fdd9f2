// `postern check`: syntax errors of expressions, without running them.
import { basename } from "node:path";
import { type Command, Option } from "commander";
import { ExpressionSyntaxError } from "../../engine/errors.ts";
import type { ExpressionError, ExpressionKind } from "../../engine/types.ts";
import { syntaxErrorData } from "../answer.ts";
import type { CommandHost } from "../host.ts";
import { readInput } from "../input-file.ts";
import { exit, write } from "../io.ts";
import { errorText } from "../outcome-text.ts";

interface CheckOptions {
  readonly kind: ExpressionKind;
  readonly json?: boolean;
}

/** Adds `check` to the program. */
export function addCheckCommand(program: Command, host: CommandHost): void {
  const { io, library } = host;
  program
    .command("check")
    .summary("find syntax errors without running")
    .description(
      "Parses expressions and reports what CPython 3.13 would refuse, with its own message, line and caret.",
    )
    .argument("<files...>", "the expressions; - is stdin")
    .addOption(
      new Option("--kind <kind>", "what the expressions are")
        .choices(["policy", "mapping", "expression"])
        .default("policy"),
    )
    .option("--json", "print one line of JSON for each file")
    .addHelpText(
      "after",
      "\nExit code: 0 every file is fine, 1 a file has an error, 2 a file cannot be read.",
    )
    .action(async (files: string[], options: CheckOptions) => {
      await using engine = await library.createEngine();
      let broken = 0;
      for (const file of files) {
        const source = await readInput(file, io);
        const name = file === "-" ? "stdin" : file;
        let error: ExpressionError | undefined;
        try {
          engine.expression(basename(name), source, options.kind);
        } catch (thrown) {
          if (!(thrown instanceof ExpressionSyntaxError)) throw thrown;
          error = syntaxErrorData(basename(name), thrown);
          broken += 1;
        }
        const text = options.json
          ? JSON.stringify({ file: name, ok: error === undefined, ...(error && { error }) })
          : error === undefined
            ? `${name}: ${io.color.green("ok")}`
            : errorText(error, source, name, io.color);
        await write(io.stdout, `${text}\n`);
      }
      host.end(broken === 0 ? exit.pass : exit.fail);
    });
}
