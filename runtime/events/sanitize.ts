// Makes JSON of anything that goes into an event, by authentik's rules (events/utils).
import type { JsonObject, JsonValue } from "../../engine/types.ts";

const DEEPEST = 50;
const LONGEST_TEXT = 10_000;

/**
 * JSON of a value: dictionaries keep their falsy values, lists lose their falsy items, HTTP requests are dropped
 * from dictionaries, errors become their text. What has no JSON form becomes its text. Depth and text length are
 * bounded, so an event cannot be made arbitrarily big.
 */
export function sanitize(value: unknown, depth = 0): JsonValue {
  if (value === null || value === undefined || typeof value === "boolean") return value ?? null;
  if (typeof value === "string")
    return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value !== "object") return String(value);
  if (depth >= DEEPEST) return "…";
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Error) return value.message;
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].map((item) => sanitize(item, depth + 1)).filter(isTruthy);
  }
  return sanitizeObject(value, depth);
}

function sanitizeObject(value: object, depth: number): JsonObject {
  const entries = Object.entries(value).filter(([key]) => key !== "http_request" && key !== "__proto__");
  return Object.fromEntries(entries.map(([key, item]) => [key, sanitize(item, depth + 1)]));
}

/** Python's truth of a JSON value. */
export function isTruthy(value: JsonValue | undefined): boolean {
  if (value === null || value === undefined) return false;
  if (typeof value !== "object") return Boolean(value);
  return (Array.isArray(value) ? value : Object.keys(value)).length > 0;
}
