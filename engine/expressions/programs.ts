// Compiled programs the worker has loaded into the isolate, by id.
import type { PyValue } from "../python/object.ts";

/** What a compiled program is given to find its names. */
export interface Environment {
  param(name: string): PyValue | undefined;
  name(name: string): PyValue | undefined;
  global(name: string): PyValue | undefined;
}
/** Runs a program; its value is what the body returned. */
export type Main = (env: Environment) => PyValue;

/** Filled and emptied by the worker alone. */
export const programs: Map<string, Main> = new Map();
