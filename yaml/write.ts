// JSON values as YAML, so that readers of YAML 1.1 and of 1.2 understand the same.
import { DUMP_SCHEMA, dump, type ScalarTagDefinition } from "js-yaml";
import type { JsonObject, JsonValue } from "../engine/types.ts";

/** A list or mapping as a block of YAML. What is undefined is left out; a number that was read exactly is written so. */
export function yamlText(value: readonly JsonValue[] | JsonObject): string {
  const text = dump(value, { schema, lineWidth: -1, noRefs: true, quoteStyle: "double", skipInvalid: true });
  // Where the last text ends with empty lines, the library says that the document ends: others may follow here.
  return text.replace(/\n\.\.\.\n$/, "\n");
}

/** Numbers of JSON: those that are kept as their text, too, and a zero is one without a sign. */
function numbers(name: "int" | "float"): ScalarTagDefinition {
  const tag = DUMP_SCHEMA.tags.find(
    (each) => each.tagName === `tag:yaml.org,2002:${name}`,
  ) as ScalarTagDefinition;
  const isInt = name === "int";
  return {
    ...tag,
    identify: (value) => {
      if (JSON.isRawJSON(value)) return /[.eE]/.test(JSON.stringify(value)) !== isInt;
      return Object.is(value, -0) ? isInt : tag.identify(value);
    },
    represent: (value) =>
      JSON.isRawJSON(value) || Object.is(value, -0) ? JSON.stringify(value) : tag.represent(value),
  };
}

const schema = DUMP_SCHEMA.withTags(numbers("int"), numbers("float"));
