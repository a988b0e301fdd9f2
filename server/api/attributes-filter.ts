// The filter `attributes` of users and groups: a JSON object of what their attributes have to hold.
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { LookupError, rowTest } from "../../runtime/blueprint/lookup.ts";
import type { ModelName } from "../../runtime/index.ts";
import { type Filter, FilterFault, textFilter } from "../resources/filters.ts";

/** Keys are Django's lookups into the attributes: `{"address__city": "Bern"}`. */
export function attributesFilter(model: ModelName): Filter {
  return textFilter((text, view) => {
    const conditions = Object.entries(parse(text)).map(
      ([key, value]) => [`attributes__${key}`, value] as const,
    );
    const test = testOf(() => rowTest(view.tx, model, conditions));
    return { test: ({ row }) => test(row) };
  });
}

function parse(text: string): JsonObject {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    throw new FilterFault("filter: failed to parse JSON");
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new FilterFault("filter: value must be key:value mapping");
}

function testOf<T>(compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (error instanceof LookupError) throw new FilterFault(error.message);
    throw error;
  }
}
