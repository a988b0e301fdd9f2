// Compares what came with what was expected: exactly, or the named members only.
import type { JsonValue } from "../../engine/types.ts";

/** One place where two values differ. `undefined`: there is nothing on that side. */
export interface Difference {
  readonly path: readonly (string | number)[];
  readonly expected: JsonValue | undefined;
  readonly actual: JsonValue | undefined;
}

/** A number as its digits, where JavaScript's would lose some. */
function digits(value: unknown): string | undefined {
  if (typeof value === "number") return JSON.stringify(value);
  const isRaw = JSON.isRawJSON(value);
  return isRaw ? JSON.stringify(value) : undefined;
}
function sameNumber(a: string, b: string): boolean {
  if (a === b) return true;
  const isLong = /^-?\d{16,}$/;
  if (isLong.test(a) && isLong.test(b)) return BigInt(a) === BigInt(b);
  return Number(a) === Number(b);
}

/** Every difference, in the order of what was expected. `partial`: members of mappings that are not expected may be there. */
export function differences(
  expected: JsonValue,
  actual: JsonValue | undefined,
  partial = false,
  path: readonly (string | number)[] = [],
): Difference[] {
  const differs: Difference[] = [{ path, expected, actual }];
  if (actual === undefined) return differs;
  const [a, b] = [digits(expected), digits(actual)];
  if (a !== undefined || b !== undefined)
    return a !== undefined && b !== undefined && sameNumber(a, b) ? [] : differs;
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return differs;
    const found = expected.flatMap((item, i) => differences(item, actual[i], partial, [...path, i]));
    const more = actual.slice(expected.length);
    return [
      ...found,
      ...more.map((item, i) => ({ path: [...path, expected.length + i], expected: undefined, actual: item })),
    ];
  }
  if (typeof expected !== "object" || expected === null) return expected === actual ? [] : differs;
  if (typeof actual !== "object" || actual === null || Array.isArray(actual)) return differs;
  const found = Object.entries(expected).flatMap(([key, item]) =>
    differences(item, Object.hasOwn(actual, key) ? actual[key] : undefined, partial, [...path, key]),
  );
  if (partial) return found;
  for (const [key, item] of Object.entries(actual)) {
    if (!Object.hasOwn(expected, key))
      found.push({ path: [...path, key], expected: undefined, actual: item });
  }
  return found;
}

/** `a.b[0]`; empty for the whole. */
export function pathText(path: readonly (string | number)[]): string {
  return path
    .map((step) =>
      typeof step === "number"
        ? `[${step}]`
        : /^[\w-]+$/.test(step)
          ? `.${step}`
          : `[${JSON.stringify(step)}]`,
    )
    .join("")
    .replace(/^\./, "");
}
