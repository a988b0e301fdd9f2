// One change of a JSON document, by path.
import type { Change, JsonObject, JsonValue } from "../../engine/types.ts";

/** Sets or deletes what the path leads to. A path that leads nowhere changes nothing. */
export function applyChange(document: JsonObject, change: Exclude<Change, { op: "redirect" }>): void {
  const last = change.path.at(-1);
  if (last === undefined) return;
  let target: JsonValue | undefined = document;
  for (const key of change.path.slice(0, -1))
    target = isPlain(target) && Object.hasOwn(target, key) ? target[key] : undefined;
  if (!isPlain(target)) return;
  if (change.op === "delete") delete target[last];
  else
    Object.defineProperty(target, last, {
      value: structuredClone(change.value),
      configurable: true,
      enumerable: true,
      writable: true,
    });
}
const isPlain = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
