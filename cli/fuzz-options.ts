// What `postern fuzz` and `postern diff` share: their options, what is known of the inputs, the progress line, the case that is printed.
import { randomInt } from "node:crypto";
import { type Command, InvalidArgumentError } from "commander";
import { ExpressionSyntaxError } from "../engine/errors.ts";
import type { Engine, ExpressionKind } from "../engine/types.ts";
import type { PromptField } from "../testing/arbitraries/context.ts";
import type { SearchOptions, SearchResult } from "../testing/fuzz/search.ts";
import type { Knowledge } from "../testing/fuzz/values.ts";
import { readInput } from "./input-file.ts";
import { type CommandIo, UsageError } from "./io.ts";
import { positiveInteger } from "./limit-options.ts";
import { addNameOption, kindOption, type Subject } from "./subject.ts";

/** What commander collects. */
export interface FuzzOptions {
  readonly kind?: ExpressionKind;
  readonly name?: string;
  readonly context?: string;
  readonly blueprint?: string;
  readonly stage?: string;
  readonly seed?: number;
  readonly runs: number;
  readonly seconds?: number;
  readonly json?: boolean;
}

function seed(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || Math.abs(value) > 0x7fff_ffff)
    throw new InvalidArgumentError("It must be a whole number of 32 bits, as a run before has printed it.");
  return value;
}

/** Adds the options to a command. */
export function addFuzzOptions(command: Command): Command {
  return addNameOption(command)
    .addOption(kindOption())
    .option("--context <file>", "a context whose shape every input has")
    .option("--blueprint <file>", "where --stage is")
    .option("--stage <name>", "the prompt stage whose answers are prompt_data")
    .option("--seed <n>", "repeat the run that printed this", seed)
    .option("--runs <n>", "inputs to try", positiveInteger, 1000)
    .option("--seconds <n>", "end after this time", positiveInteger)
    .option("--json", "print one line of JSON");
}

/**
 * What the options say about the inputs, and what a blueprint says that the subjects stand in: a policy that only ever validates
 * prompts is asked about what they collect. Throws {@link UsageError}.
 */
export async function knowledgeOf(
  options: FuzzOptions,
  subjects: readonly Subject[],
  engine: Engine,
  io: CommandIo,
): Promise<Knowledge> {
  const { context, blueprint, stage } = options;
  if ((blueprint === undefined) !== (stage === undefined))
    throw new UsageError(
      "--blueprint and --stage go together: the file, and the name of a prompt stage in it",
    );
  const given =
    context === undefined
      ? undefined
      : (await import("./exact-yaml.ts")).parseContext(await readInput(context, io), context);
  const fields = await fieldsOf(options, subjects, engine, io);
  return { ...(fields === undefined ? {} : { fields }), ...(given === undefined ? {} : { given }) };
}

async function fieldsOf(
  { blueprint, stage }: FuzzOptions,
  subjects: readonly Subject[],
  engine: Engine,
  io: CommandIo,
): Promise<readonly PromptField[] | undefined> {
  const { origin } = subjects.find(({ origin }) => typeof origin !== "string") ?? {};
  if (stage === undefined && origin === undefined) return undefined;
  const { promptFields, validatedFields } = await import("../testing/fuzz/prompt-fields.ts");
  try {
    if (blueprint !== undefined && stage !== undefined)
      return await promptFields(engine, await readInput(blueprint, io), blueprint, stage);
    if (typeof origin !== "object") return undefined;
    const text = await readInput(origin.blueprint, io);
    return await validatedFields(engine, text, origin.blueprint, origin.name);
  } catch (error) {
    if (error instanceof Error && ["PropertyError", "BlueprintError"].includes(error.name))
      throw new UsageError(error.message);
    throw error;
  }
}

/** The search's own options; the seed is drawn where none is given. */
export function searchOptions(options: FuzzOptions, progress: Progress): SearchOptions {
  return {
    seed: options.seed ?? randomInt(0x7fff_ffff),
    runs: options.runs,
    ...(options.seconds === undefined ? {} : { timeMs: options.seconds * 1000 }),
    onRun: () => progress.ran(),
  };
}

/** Turns what is wrong with the input of a search into a {@link UsageError}. */
export async function asUsage<T>(subject: Subject, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ExpressionSyntaxError)
      throw new UsageError(`${subject.at(error.line, error.column)}: ${error.type}: ${error.text}`);
    if (error instanceof Error && error.name === "PropertyError") throw new UsageError(error.message);
    throw error;
  }
}

/** Nothing was tried in truth where every input asked for what has no answer. Throws {@link UsageError}. */
export async function checkAnswered(result: SearchResult, file: string): Promise<void> {
  const { untried } = await import("../testing/fuzz/examine.ts");
  const why = untried(result);
  if (why !== undefined)
    throw new UsageError(
      `${file}: nothing could be tried, because ${why}; write cases with stubs for it (postern test)`,
    );
}

/** What follows the number of runs where some of them asked for what has no answer. */
export function withoutAnswer({ unanswered }: SearchResult): string {
  return unanswered === 0 ? "" : `, ${unanswered} of them without an answer from outside`;
}

/** A line that counts, on a terminal only. */
export class Progress {
  private readonly stream: CommandIo["stderr"];
  private readonly isShown: boolean;
  private count = 0;
  private last = 0;
  constructor({ stderr }: CommandIo) {
    this.stream = stderr;
    this.isShown = (stderr as { isTTY?: boolean }).isTTY === true;
  }
  ran(): void {
    this.count += 1;
    const now = performance.now();
    if (!this.isShown || now - this.last < 100) return;
    this.last = now;
    this.stream.write(`\r\u001b[K${this.count} runs`);
  }
  clear(): void {
    if (this.last > 0) this.stream.write("\r\u001b[K");
    this.last = 0;
  }
}
