// Scripted responses for `postern run --answers`: a list in order, or a mapping by component.
import type { JsonObject, JsonValue } from "../engine/types.ts";
import { described } from "../testing/exact-json.ts";
import { parseYaml } from "./exact-yaml.ts";
import { UsageError } from "./io.ts";

/** Gives out the next response to a challenge. */
export interface Answers {
  /** The next response for this component. Throws {@link UsageError} when there is none. */
  next(component: string): JsonObject;
  /** How many responses were never asked for. */
  left(): number;
}

function response(value: JsonValue, place: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`${place}: a response is a mapping of fields to values, not ${described(value)}`);
  }
  return value;
}

/** Answers in the order of the list, whatever the challenge. */
function inOrder(list: readonly JsonObject[], file: string): Answers {
  let used = 0;
  return {
    next(component) {
      const found = list[used];
      if (found === undefined) {
        throw new UsageError(
          `${file}: the flow asks for response ${used + 1} (${component}), but there ${list.length === 1 ? "is only 1" : `are only ${list.length}`}`,
        );
      }
      used += 1;
      return found;
    },
    left: () => list.length - used,
  };
}

/** Answers by component; each is used once, a list of them in order. */
function byComponent(map: ReadonlyMap<string, JsonObject[]>, file: string): Answers {
  return {
    next(component) {
      const queue = map.get(component);
      const found = queue?.shift();
      if (found !== undefined) return found;
      throw new UsageError(
        queue === undefined
          ? `${file}: there is no response for ${component}; it has ${[...map.keys()].join(", ") || "none"}`
          : `${file}: the flow asks for ${component} again, but its responses are used up; give a list of them`,
      );
    },
    left: () => [...map.values()].reduce((sum, queue) => sum + queue.length, 0),
  };
}

/** Reads an answers file (YAML or JSON). Throws {@link UsageError} that names what is wrong with it. */
export function parseAnswers(text: string, file: string): Answers {
  const value = parseYaml(text, file);
  if (Array.isArray(value)) {
    return inOrder(
      value.map((item, index) => response(item, `${file}: response ${index + 1}`)),
      file,
    );
  }
  if (typeof value !== "object" || value === null) {
    throw new UsageError(
      `${file}: answers are a list of responses or a mapping by component, not ${described(value)}`,
    );
  }
  const queues = Object.entries(value).map(([component, one]) => {
    const list = Array.isArray(one) ? one : [one];
    return [component, list.map((item) => response(item, `${file}: ${component}`))] as const;
  });
  return byComponent(new Map(queues), file);
}
