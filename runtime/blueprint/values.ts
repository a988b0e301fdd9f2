// The values that a blueprint's nodes evaluate to.
import type { JsonValue } from "../../engine/types.ts";

/** A number and how it was written. */
export class Spelled {
  readonly value: number;
  readonly source: string;
  constructor(value: number, source: string) {
    this.value = value;
    this.source = source;
  }
}

/** What a node evaluates to: JSON in which numbers may still have their spelling. */
export type Value = null | boolean | number | string | Spelled | Value[] | { [key: string]: Value };

/** A value as JSON, numbers as numbers. */
export function plain(value: Value): JsonValue {
  if (value instanceof Spelled) return value.value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** Python's truth of a value. */
export function isTruthy(value: Value): boolean {
  if (value instanceof Spelled) return value.value !== 0;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** How many values a value is made of. */
export function sizeOf(value: Value): number {
  if (typeof value !== "object" || value === null || value instanceof Spelled) return 1;
  let size = 1;
  for (const item of Object.values(value)) size += sizeOf(item);
  return size;
}

/** Maps are merged key by key, lists are joined, anything else is replaced: what is given goes over what is written. */
export function deepMerge(written: Value, given: Value): Value {
  if (Array.isArray(written) && Array.isArray(given)) return [...written, ...given];
  if (!isObject(written) || !isObject(given)) return given;
  const merged = { ...written };
  for (const [key, item] of Object.entries(given)) {
    merged[key] = Object.hasOwn(written, key) ? deepMerge(written[key], item) : item;
  }
  return merged;
}

function isObject(value: Value): value is { [key: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Spelled);
}
