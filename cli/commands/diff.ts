// `postern diff`: looks for an input on which two versions of an expression decide differently.
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
import { type ExitCode, exit, printableLines, UsageError, write } from "../io.ts";
import { readSubject, type Subject } from "../subject.ts";

async function run(
  files: readonly [before: string, after: string],
  options: FuzzOptions,
  { io, library }: CommandHost,
): Promise<ExitCode> {
  if (files[0] === "-" && files[1] === "-") throw new UsageError("the two versions cannot both be stdin");
  const [old, other] = [await readSubject(files[0], options, io), await readSubject(files[1], options, io)];
  const areAlike = old.name === other.name;
  const [before, after] = [old, other].map((each) => (areAlike ? { ...each, name: each.shown } : each)) as [
    Subject,
    Subject,
  ];
  if (before.kind !== after.kind)
    throw new UsageError(
      `${before.shown} is a ${before.kind} and ${after.shown} a ${after.kind}: say --kind`,
    );
  await using engine = await library.createEngine();
  const { diff } = await import("../../testing/fuzz/search.ts");
  const knowledge = await knowledgeOf(options, [before, after], engine, io);
  const progress = new Progress(io);
  const search = searchOptions(options, progress);
  for (const each of [before, after])
    await asUsage(each, async () => engine.expression(each.name, each.source, each.kind));
  const result = await diff(engine, before, after, knowledge, search).finally(() => progress.clear());
  await checkAnswered(result, files.join(", "));
  const { runs, unanswered, found } = result;
  const { suiteText } = await import("../../testing/fuzz/suite-text.ts");
  const name = `as ${before.name} decides (found with seed ${search.seed})`;
  const suite =
    found === undefined
      ? ""
      : suiteText(after.kind, after.origin, [{ name, input: found.input, expect: found.expect }]);
  if (options.json) {
    const difference =
      found === undefined ? null : { why: found.why.split("\n"), context: found.context, suite };
    await write(io.stdout, `${JSON.stringify({ seed: search.seed, runs, unanswered, difference })}\n`);
  } else if (found === undefined) {
    await write(
      io.stdout,
      `no difference found in ${runs} runs${withoutAnswer(result)}; that is no proof that there is none\n`,
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
    .argument("<old>", "the one version, or a blueprint that holds it; - reads it from stdin")
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
