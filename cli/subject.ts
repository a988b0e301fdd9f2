// The expression that a command is about: a file of its own, or one that a blueprint holds.
import { basename } from "node:path";
import { type Command, Option } from "commander";
import type { ExpressionKind } from "../engine/types.ts";
import type { Origin } from "../testing/suite/schema.ts";
import type { Target } from "../testing/suite/suite.ts";
import { readInput } from "./input-file.ts";
import { type CommandIo, UsageError } from "./io.ts";

/** What the command line says about it. */
export interface SubjectOptions {
  readonly kind?: ExpressionKind;
  readonly name?: string;
}

/** An expression with what it is called. */
export interface Subject {
  /** As errors and recordings name it. */
  readonly name: string;
  readonly source: string;
  readonly kind: ExpressionKind;
  /** As texts for people name it. */
  readonly shown: string;
  /** As a suite names it. */
  readonly origin: Origin;
  /** `file:line:column` of a place in the source, or as much of that as is known. */
  at(line: number, column: number): string;
}

/** `--kind`, with what it is without it. */
export function kindOption(): Option {
  return new Option(
    "--kind <kind>",
    "what the expression is (default: policy, or what a blueprint has it as)",
  ).choices(["policy", "mapping", "expression"]);
}

/** Adds `--name` to a command. */
export function addNameOption(command: Command): Command {
  return command.option(
    "--name <name>",
    "of a blueprint (.yaml), the expression of the entry with this name",
  );
}

/** Is the file a blueprint? */
export const isBlueprint = (file: string): boolean => /\.ya?ml$/i.test(file);

/** Reads the expression. Throws {@link UsageError} where there is none, or more than one. */
export async function readSubject(file: string, options: SubjectOptions, io: CommandIo): Promise<Subject> {
  const text = await readInput(file, io);
  if (isBlueprint(file)) return await subjectOfBlueprint(file, text, options);
  if (options.name !== undefined)
    throw new UsageError(`${file} is an expression by itself: leave out --name, or name a blueprint (.yaml)`);
  const shown = file === "-" ? "stdin" : file;
  const at = (line: number, column: number): string => `${shown}:${line}:${column}`;
  const name = file === "-" ? "stdin" : basename(file);
  return { name, source: text, kind: options.kind ?? "policy", shown, origin: file, at };
}

async function subjectOfBlueprint(file: string, text: string, options: SubjectOptions): Promise<Subject> {
  const [{ blueprintTargets }, { BlueprintError, closest }] = await Promise.all([
    import("../testing/suite/target.ts"),
    import("../runtime/blueprint/errors.ts"),
  ]);
  let all: Target[];
  try {
    all = await blueprintTargets(file, text, options.kind);
  } catch (error) {
    if (error instanceof BlueprintError) throw new UsageError(error.message);
    throw error;
  }
  const what = options.kind ?? "expression";
  if (all.length === 0) throw new UsageError(`${file} is a blueprint without any ${what}`);
  const names = [...new Set(all.map(({ name }) => name))].join(", ");
  const found = all.filter(({ name }) => name === options.name);
  const [only] = options.name === undefined ? all : found;
  if (options.name === undefined && all.length > 1)
    throw new UsageError(`${file} is a blueprint: say with --name which ${what} of it. There are ${names}`);
  if (only === undefined) {
    const near = closest(
      options.name ?? "",
      all.map(({ name }) => name),
    );
    const known = near === undefined ? `there are ${names}` : `did you mean ${near}?`;
    throw new UsageError(`${file} has no ${what} named ${options.name}: ${known}`);
  }
  if (found.length > 1)
    throw new UsageError(`${file} has ${found.length} entries named ${options.name}: give each its own name`);
  const { name, source, kind, place } = only;
  const at = (line: number, column: number): string => {
    const of = place(line, column);
    return of === null ? `${file}, ${name}, line ${line}` : `${file}:${of.line}:${of.column}`;
  };
  return { name, source, kind, shown: `${name} of ${file}`, origin: { blueprint: file, name }, at };
}
