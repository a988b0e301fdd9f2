// `postern replay`: repeats recorded evaluations, or shows which of them another expression would decide otherwise.
import type { Command } from "commander";
import { ExpressionSyntaxError } from "../../engine/errors.ts";
import type { Engine, JsonValue, Outcome } from "../../engine/types.ts";
import type { RecordedOutcome, Recording, Replayed } from "../../testing/recording/recording.ts";
import { syntaxErrorData } from "../answer.ts";
import type { CommandHost } from "../host.ts";
import { readInput } from "../input-file.ts";
import { type Colors, exit, printable, UsageError, write } from "../io.ts";
import { errorText } from "../outcome-text.ts";
import { readSubject, type Subject } from "../subject.ts";

interface ReplayOptions {
  readonly against?: string;
  readonly name?: string;
  readonly json?: boolean;
}

/** Adds `replay` to the program. */
export function addReplayCommand(program: Command, host: CommandHost): void {
  program
    .command("replay")
    .summary("repeat recorded evaluations")
    .description(
      "Repeats the evaluations that `postern eval --record` has kept: same context, time, randomness and answers from " +
        "outside. With --against it shows which of the decisions another expression would turn.",
    )
    .argument("<recordings>", "a file of recordings; - is stdin")
    .option(
      "--against <file>",
      "evaluate this expression, or one of a blueprint, in place of the recorded ones",
    )
    .option(
      "--name <name>",
      "of the blueprint that is named with --against, the expression of the entry with this name",
    )
    .option("--json", "print one line of JSON for each recording")
    .addHelpText(
      "after",
      "\nExit code: 0 everything came to the same, 1 something differs, 2 a file cannot be used.",
    )
    .action(async (file: string, options: ReplayOptions) => {
      const { io, library } = host;
      const { parseRecordings, RecordingError, replay } = await import(
        "../../testing/recording/recording.ts"
      );
      const name = file === "-" ? "stdin" : file;
      let recordings: Recording[];
      try {
        recordings = parseRecordings(await readInput(file, io));
      } catch (error) {
        if (error instanceof RecordingError) throw new UsageError(`${name}: ${error.message}`);
        throw error;
      }
      const { against, name: entry } = options;
      if (against === undefined && entry !== undefined)
        throw new UsageError("--name is for a blueprint that --against names");
      const named = entry === undefined ? {} : { name: entry };
      const other = against === undefined ? undefined : await readSubject(against, named, io);
      await using engine = await library.createEngine();
      if (other !== undefined) requireCompiles(engine, other, io.color);
      let differing = 0;
      for (const [i, recording] of recordings.entries()) {
        const replayed = await replay(engine, recording, other?.source);
        const differs =
          other === undefined ? replayed.differences.length > 0 : isTurned(recording, replayed.outcome);
        if (differs) differing += 1;
        if (options.json) await write(io.stdout, `${asJson(i, recording, replayed, differs)}\n`);
        else if (differs) {
          const text =
            other === undefined ? differencesText(replayed) : turnedText(recording, replayed, io.color);
          await write(io.stdout, `${name}, recording ${i + 1} (${printable(recording.name)}): ${text}\n`);
        }
      }
      if (!options.json) await write(io.stdout, summary(recordings.length, differing, options, io.color));
      host.end(differing === 0 ? exit.pass : exit.fail);
    });
}

/** Throws {@link UsageError} with the author's line where the text is no expression. */
function requireCompiles(engine: Engine, { name, source, shown }: Subject, color: Colors): void {
  try {
    engine.expression(name, source);
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError)) throw error;
    throw new UsageError(`${shown}: ${errorText(syntaxErrorData(shown, error), source, shown, color)}`);
  }
}

/** Would it decide otherwise? A mapping decides what is sent. */
function isTurned({ kind, outcome }: Recording, now: Outcome): boolean {
  if (outcome.ok !== now.ok) return true;
  return kind === "policy" ? outcome.passing !== now.passing : outcome.resultJson !== now.resultJson;
}

function differencesText({ differences, mismatch }: Replayed): string {
  const lines = differences.map(
    ({ field, was, now }) =>
      `\n  ${field}: was ${printable(JSON.stringify(was))}, is ${printable(JSON.stringify(now))}`,
  );
  return `differs${lines.join("")}${mismatch === null ? "" : `\n  ${printable(mismatch)}`}`;
}

function decision(kind: Recording["kind"], outcome: RecordedOutcome | Outcome): string {
  if (outcome.error != null) return `${outcome.error.type}: ${outcome.error.message}`;
  if (kind !== "policy") return outcome.resultJson;
  return outcome.passing ? "passed" : "denied";
}

function turnedText(
  { kind, outcome }: Recording,
  { outcome: now, mismatch }: Replayed,
  color: Colors,
): string {
  const lines = [
    `was ${printable(decision(kind, outcome))}, ${color.bold(`would be ${printable(decision(kind, now))}`)}`,
  ];
  for (const message of now.messages) lines.push(`  message: ${printable(message)}`);
  if (mismatch !== null) lines.push(`  ${printable(mismatch)}`);
  return lines.join("\n");
}

function asJson(
  i: number,
  { name, kind }: Recording,
  { outcome, recorded, differences, mismatch }: Replayed,
  differs: boolean,
): string {
  const now = {
    passing: outcome.passing,
    result: outcome.result,
    messages: outcome.messages,
    error: outcome.error ?? null,
  };
  const value = { recording: i + 1, name, kind, differs, recorded, now, differences, mismatch };
  return JSON.stringify(value as unknown as JsonValue);
}

function summary(all: number, differing: number, { against }: ReplayOptions, color: Colors): string {
  const recordings = `${all} ${all === 1 ? "recording" : "recordings"}`;
  if (against === undefined) {
    return differing === 0
      ? `${recordings}: ${color.green("the same")}\n`
      : `${recordings}: ${color.red(`${differing} differ${differing === 1 ? "s" : ""}`)}\n`;
  }
  return differing === 0
    ? `${recordings}: ${color.green("no decision would turn")}\n`
    : `${recordings}: ${color.red(`${differing} decision${differing === 1 ? "" : "s"} would turn`)}\n`;
}
