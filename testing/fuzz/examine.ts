// Properties by their texts, searched for inputs that break them: what `postern fuzz` and the playground do.
import type { Engine } from "../../engine/types.ts";
import { propertyOf } from "./properties.ts";
import { type FuzzSubject, fuzz, reachedBy, type SearchOptions, type SearchResult } from "./search.ts";
import type { FoundCase } from "./suite-text.ts";
import type { Knowledge } from "./values.ts";

/** What came of one property. */
export interface Examination extends SearchResult {
  /** As it is called. */
  readonly property: string;
  /** The input that breaks it, as a case of a suite. */
  readonly case?: FoundCase;
}

/**
 * Searches for an input that breaks a property, for each of them. Throws {@link ExpressionSyntaxError} for an expression that
 * does not compile, and {@link PropertyError} for a property that cannot be asked.
 */
export async function examineProperties(
  engine: Engine,
  subject: FuzzSubject,
  texts: readonly string[],
  knowledge: Knowledge,
  search: SearchOptions,
): Promise<readonly Examination[]> {
  const { name, source, kind } = subject;
  // Syntax errors in the engine's words, before the source is looked at.
  engine.expression(name, source, kind);
  const { root } = reachedBy(subject, knowledge);
  const properties = texts.map((text) => propertyOf(text, { kind, root, engine }));
  const all: Examination[] = [];
  for (const property of properties) {
    const result = await fuzz(engine, subject, property, knowledge, search);
    const { found } = result;
    all.push({
      property: property.name,
      ...result,
      ...(found === undefined ? {} : { case: foundCase(property.name, found, search.seed) }),
    });
    if (untried(result) !== undefined) break;
  }
  return all;
}

function foundCase(property: string, found: NonNullable<SearchResult["found"]>, seed: number): FoundCase {
  const { input, expect, wish } = found;
  const comment =
    wish === undefined
      ? {}
      : { comment: `what is expected here is what is so today; what should be: ${wish}` };
  return { name: `${property} (found with seed ${seed})`, input, expect, ...comment };
}

/** Why nothing was tried in truth: what every input asked for and had no answer to. Undefined where something was tried. */
export function untried({ runs, unanswered, asked, found }: SearchResult): string | undefined {
  if (found !== undefined || unanswered === 0 || unanswered < runs) return undefined;
  return `every run asks for what a search has no answer to (${asked})`;
}
