// The options --limit-…, shared by every command that runs expressions.
import { type Command, InvalidArgumentError } from "commander";
import type { Limits } from "../engine/types.ts";

/** What commander collects from the options below. */
export interface LimitOptions {
  readonly limitSteps?: number;
  readonly limitCpuMs?: number;
  readonly limitMemoryMb?: number;
  readonly limitWallMs?: number;
}

/** Reads an option's number, `_` between digits allowed. Throws `InvalidArgumentError`. */
export function positiveInteger(text: string): number {
  const value = Number(text.replaceAll("_", ""));
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError("It must be a whole number from 1.");
  return value;
}

/** Adds the options to a command. */
export function addLimitOptions(command: Command): Command {
  return command
    .option("--limit-steps <n>", "statements and iterations at most", positiveInteger)
    .option("--limit-cpu-ms <ms>", "CPU time at most", positiveInteger)
    .option("--limit-memory-mb <mb>", "memory of the isolate at most", positiveInteger)
    .option("--limit-wall-ms <ms>", "time from request to answer at most", positiveInteger);
}

/** The limits that were given; the engine fills in the others. */
export function limitsOf(options: LimitOptions): Partial<Limits> {
  return {
    ...(options.limitSteps !== undefined && { steps: options.limitSteps }),
    ...(options.limitCpuMs !== undefined && { cpuMs: options.limitCpuMs }),
    ...(options.limitMemoryMb !== undefined && { memoryMb: options.limitMemoryMb }),
    ...(options.limitWallMs !== undefined && { wallMs: options.limitWallMs }),
  };
}
