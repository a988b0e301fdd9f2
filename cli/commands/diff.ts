// `postern diff`: looks for an input on which two versions of an expression decide differently.
import { basename } from "node:path";
import type { Command } from "commander";
import {
  addFuzzOptions,
  asUsage,
  checkAnswered,
  type FuzzOptions,
  knowledgeOf,
  Progress,
  searchOptions,
} from "../fuzz-options.ts";
import type { CommandHost } from "../host.ts";
import { readInput } from "../input-file.ts";
import { type ExitCode, exit, printableLines, UsageError, write } from "../io.ts";

async function run(
  files: readonly [before: string, after: string],
  options: FuzzOptions,
  { io, library }: CommandHost,
): Promise<ExitCode> {
  if (files[0] === "-" && files[1] === "-") throw new UsageError("the two versions cannot both be stdin");
  const names = basename(files[0]) === basename(files[1]) ? files : files.map((file) => basename(file));
  const subject = async (i: 0 | 1) => ({
    name: names[i] as string,
    source: await readInput(files[i], io),
    kind: options.kind,
  });
  const [before, after] = [await subject(0), await subject(1)];
  await using engine = await library.createEngine();
  const { diff } = await import("../../testing/fuzz/search.ts");
  const knowledge = await knowledgeOf(options, engine, io);
  const progress = new Progress(io);
  const search = searchOptions(options, progress);
  for (const [i, { name, source, kind }] of [before, after].entries())
    await asUsage(files[i] as string, async () => engine.expression(name, source, kind));
  const result = await diff(engine, before, after, knowledge, search).finally(() => progress.clear());
  checkAnswered(result, files.join(", "));
  const { runs, unanswered, found } = result;
  const { suiteText } = await import("../../testing/fuzz/suite-text.ts");
  const name = `as ${before.name} decides (found with seed ${search.seed})`;
  const suite =
    found === undefined
      ? ""
      : suiteText(options.kind, files[1], [{ name, input: found.input, expect: found.expect }]);
  if (options.json) {
    const difference =
      found === undefined ? null : { why: found.why.split("\n"), context: found.context, suite };
    await write(io.stdout, `${JSON.stringify({ seed: search.seed, runs, unanswered, difference })}\n`);
  } else if (found === undefined) {
    const not = unanswered === 0 ? "" : `, ${unanswered} of them without an answer from outside`;
    await write(
      io.stdout,
      `no difference found in ${runs} runs${not}; that is no proof that there is none\n`,
    );
  } else {
    await write(
      io.stdout,
      `${printableLines(found.why)}\n  after ${runs} runs, made smaller ${found.shrinks} times; --seed ${search.seed} repeats it\n` +
        `\n# a suite for \`postern test\`:\n${suite}`,
    );
  }
  return found === undefined ? exit.pass : exit.fail;
}

/** Adds `diff` to the program. */
export function addDiffCommand(program: Command, host: CommandHost): void {
  const command = program
    .command("diff")
    .summary("look for an input that two versions decide differently")
    .description(
      "Tries inputs on two versions of an expression and prints the smallest on which they pass, say, return or raise something else.",
    )
    .argument("<old>", "the one version; - reads it from stdin")
    .argument("<new>", "the other");
  addFuzzOptions(command)
    .addHelpText(
      "after",
      "\nExit code: 0 no difference found, 1 a difference, 2 wrong usage or a version that does not compile.",
    )
    .action(async (before: string, after: string, options: FuzzOptions) =>
      host.end(await run([before, after], options, host)),
    );
}
