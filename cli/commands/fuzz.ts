// `postern fuzz`: looks for an input for which a property of an expression does not hold.
import type { Command } from "commander";
import {
  addFuzzOptions,
  asUsage,
  checkAnswered,
  type FuzzOptions,
  knowledgeOf,
  Progress,
  searchOptions,
  withoutAnswer,
} from "../fuzz-options.ts";
import type { CommandHost } from "../host.ts";
import { type ExitCode, exit, printable, write } from "../io.ts";
import { repeated } from "../repeated-option.ts";
import { readSubject } from "../subject.ts";

interface Options extends FuzzOptions {
  readonly property: readonly string[];
}

async function run(file: string, options: Options, { io, library }: CommandHost): Promise<ExitCode> {
  const subject = await readSubject(file, options, io);
  const { kind } = subject;
  await using engine = await library.createEngine();
  const { examineProperties } = await import("../../testing/fuzz/examine.ts");
  const knowledge = await knowledgeOf(options, [subject], engine, io);
  const progress = new Progress(io);
  const search = searchOptions(options, progress);
  const names = options.property.length === 0 ? ["never-raises"] : options.property;
  const results = await asUsage(subject, () =>
    examineProperties(engine, subject, names, knowledge, search),
  ).finally(() => progress.clear());
  for (const result of results) await checkAnswered(result, subject.shown);
  const cases = results.flatMap((result) => result.case ?? []);
  const { suiteText } = await import("../../testing/fuzz/suite-text.ts");
  const suite = cases.length === 0 ? "" : suiteText(kind, subject.origin, cases);
  if (options.json) {
    const properties = results.map(({ property, runs, unanswered, found }) => ({
      property,
      ok: found === undefined,
      runs,
      unanswered,
      ...(found === undefined ? {} : { why: found.why, context: found.context, expect: found.expect }),
    }));
    const document = {
      file: subject.name,
      seed: search.seed,
      properties,
      ...(suite === "" ? {} : { suite }),
    };
    await write(io.stdout, `${JSON.stringify(document)}\n`);
  } else {
    for (const result of results) {
      const { property, runs, found } = result;
      const text =
        found === undefined
          ? `${io.color.green("holds")} ${printable(property)}: ${runs} runs${withoutAnswer(result)}\n`
          : `${io.color.red("fails")} ${printable(property)}: ${printable(found.why)}\n` +
            `  after ${runs} runs, made smaller ${found.shrinks} times; --seed ${search.seed} repeats it\n`;
      await write(io.stdout, text);
    }
    if (suite !== "") await write(io.stdout, `\n# a suite for \`postern test\`:\n${suite}`);
  }
  return cases.length === 0 ? exit.pass : exit.fail;
}

/** Adds `fuzz` to the program. */
export function addFuzzCommand(program: Command, host: CommandHost): void {
  const command = program
    .command("fuzz")
    .summary("look for an input that breaks a property")
    .description(
      "Tries inputs made of what the expression reads and of the texts, numbers and patterns it holds that against, and prints the " +
        "smallest one that breaks a property, as a case of a suite.\n\n" +
        "Properties: never-raises (the default), deterministic, ignores-whitespace:PATH, denies-when-empty:PATH, payload-has:KEY, " +
        "never-leaks:PATH, or a Python expression over input and verdict, such as\n" +
        "  verdict.passing or len(verdict.messages) > 0\n" +
        "A PATH is request.context.prompt_data.phone, or its end where that is plain: phone.",
    )
    .argument("<file>", "the expression, or a blueprint that holds it; - reads it from stdin")
    .option("--property <text>", "what must hold; repeatable", repeated, []);
  addFuzzOptions(command)
    .addHelpText(
      "after",
      "\nExit code: 0 nothing found, 1 an input found, 2 wrong usage or a property that cannot be asked.",
    )
    .action(async (file: string, options: Options) => host.end(await run(file, options, host)));
}
