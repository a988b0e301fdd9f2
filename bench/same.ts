// Whether two contestants answer the same, and if not, where they part.
import type { Answer, Workload } from "./workloads/workloads.ts";

/** The first text and context on which the answers differ, in words; undefined where they are the same. */
export function firstDifference(
  { sources }: Pick<Workload, "sources">,
  expected: readonly (readonly Answer[])[],
  answers: readonly (readonly Answer[])[],
): string | undefined {
  for (const [context, row] of expected.entries()) {
    for (const [source, wanted] of row.entries()) {
      const found = difference(wanted, answers[context]?.[source], "");
      if (found !== undefined) return `${sources[source].name} on context ${context}: ${found}`;
    }
  }
  return undefined;
}

const isContainer = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** Values of JSON: objects are the same in any order of their keys. */
function difference(wanted: unknown, found: unknown, path: string): string | undefined {
  if (Object.is(wanted, found)) return undefined;
  if (isContainer(wanted) && isContainer(found) && Array.isArray(wanted) === Array.isArray(found)) {
    for (const key of new Set([...Object.keys(wanted), ...Object.keys(found)])) {
      const inner = difference(wanted[key], found[key], path === "" ? key : `${path}.${key}`);
      if (inner !== undefined) return inner;
    }
    return undefined;
  }
  return `${path || "the answer"} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`;
}
