// JSON in without losing what JavaScript's numbers lose: integers beyond 2^53, and `1.0`, which is a float to Python.
//
// A number that JavaScript would change is kept as its own text (`JSON.rawJSON`), so that it leaves this process towards
// the sandbox exactly as it came in. Everything else is an ordinary value.
import type { JsonValue } from "../engine/types.ts";

declare global {
  interface JSON {
    /** A value that `JSON.stringify` writes as exactly this text. */
    rawJSON(text: string): JsonValue & object;
    /** Whether it is such a value. */
    isRawJSON(value: unknown): boolean;
  }
}

/** Whether a JSON text may hold a number whose text matters. Cheap, and may be wrong towards yes. */
const mayHoldExactNumber = /\d{16}|\d[.eE]/;

/** The number, or its own text where JavaScript would change it. */
export function exactNumber(value: number, source: string): JsonValue {
  if (Number.isInteger(value)) {
    if (/[.eE]/.test(source)) return JSON.rawJSON(source);
    if (!Number.isSafeInteger(value)) return JSON.rawJSON(source);
  }
  return Number.isFinite(value) ? value : JSON.rawJSON(source);
}

/** Parses JSON text. Throws SyntaxError, as `JSON.parse`. */
export function parseExactJson(text: string): JsonValue {
  if (!mayHoldExactNumber.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value, context?: { source?: string }) =>
    typeof value === "number" && context?.source !== undefined ? exactNumber(value, context.source) : value,
  );
}

/** What kind of JSON value this is, for a message. */
export function described(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return typeof value === "string" ? "a text" : `a ${typeof value}`;
}
