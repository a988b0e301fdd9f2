// The context that a command is given: YAML, of which JSON is a part.
import type { JsonObject } from "../engine/types.ts";
import { described } from "../testing/exact-json.ts";
import { readPlainYaml } from "../testing/plain-yaml.ts";
import { UsageError } from "./io.ts";

/** A context: a JSON object whose keys are the expression's variables. Throws {@link UsageError}. */
export async function parseContext(text: string, file: string): Promise<JsonObject> {
  const value = readPlainYaml(text)?.value ?? (await import("./exact-yaml.ts")).parseYaml(text, file);
  if (value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new UsageError(
      `${file}: a context is a mapping of variable names to values, not ${described(value)}`,
    );
  }
  return value;
}
