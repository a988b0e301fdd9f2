// Contexts and answers as the command takes them: YAML, of which JSON is a part. Loaded when a file is to be read.
import type { JsonObject, JsonValue } from "../engine/types.ts";
import { described } from "../testing/exact-json.ts";
import { readExactYaml } from "../testing/exact-yaml.ts";
import { UsageError } from "./io.ts";

/**
 * Parses YAML 1.2 (JSON is part of it) into JSON values. Throws {@link UsageError} that names the file, line and column.
 */
export function parseYaml(text: string, file: string): JsonValue {
  const document = readExactYaml(text, false);
  const [problem] = document.problems;
  if (problem === undefined) return document.value;
  const { line, column } = document.tree.place(problem.offset);
  const hint = problem.hint === undefined ? "" : ` (${problem.hint})`;
  throw new UsageError(`${file}:${line}:${column}: ${problem.what}${hint}`);
}

/** A context: a JSON object whose keys are the expression's variables. Throws {@link UsageError}. */
export function parseContext(text: string, file: string): JsonObject {
  const value = parseYaml(text, file);
  if (value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new UsageError(
      `${file}: a context is a mapping of variable names to values, not ${described(value)}`,
    );
  }
  return value;
}
