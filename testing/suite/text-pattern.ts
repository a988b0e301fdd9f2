// The regular expressions that suites expect of texts. They run in the host's process, and a suite may come from anybody (the
// playground imports them): on RE2, which takes linear time, as everywhere else.
import { createRequire } from "node:module";
import type { ExpressionCase, FlowCase, SentExpectation, TextExpectation } from "./schema.ts";

/** What a pattern is held against. */
export interface TextPattern {
  test(text: string): boolean;
}

type Re2 = new (source: string, flags: string) => TextPattern;
let re2: Re2 | undefined;
const known = new Map<string, TextPattern>();
/** Compiled patterns kept. */
const KEPT = 100;

/** The pattern, found anywhere in a text. Throws a `SyntaxError` that says what RE2 does not take. */
export function textPattern(source: string): TextPattern {
  const before = known.get(source);
  if (before !== undefined) return before;
  // Loaded with the first pattern: most suites have none.
  re2 ??= createRequire(import.meta.url)("re2") as Re2;
  const made = new re2(source, "u");
  if (known.size >= KEPT) known.clear();
  known.set(source, made);
  return made;
}

/** Why a text is no pattern; undefined where it is one. */
export function patternProblem(source: string): string | undefined {
  try {
    textPattern(source);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

type Part = readonly (string | number)[];

/** The patterns that a case expects, and where they stand in it. Values that happen to have a `pattern` are none. */
export function patternsOf(
  each: ExpressionCase | FlowCase,
): { readonly part: Part; readonly pattern: string }[] {
  const found: { part: Part; pattern: string }[] = [];
  const text = (value: TextExpectation | undefined, part: Part): void => {
    if (typeof value === "object" && "pattern" in value)
      found.push({ part: [...part, "pattern"], pattern: value.pattern });
  };
  const texts = (values: readonly TextExpectation[] | undefined, part: Part): void => {
    for (const [i, value] of (values ?? []).entries()) text(value, [...part, i]);
  };
  const sent = (messages: readonly SentExpectation[] | undefined, part: Part): void => {
    for (const [i, message] of (messages ?? []).entries()) {
      text(message.to, [...part, i, "to"]);
      text(message.text, [...part, i, "text"]);
    }
  };
  if ("steps" in each) {
    for (const [i, step] of each.steps.entries()) sent(step.sent, ["steps", i, "sent"]);
    sent(each.expect?.sent, ["expect", "sent"]);
    return found;
  }
  const { messages, logs, error } = each.expect;
  if (Array.isArray(messages)) texts(messages, ["expect", "messages"]);
  else text(messages, ["expect", "messages"]);
  texts(logs, ["expect", "logs"]);
  if (typeof error === "object") text(error?.message, ["expect", "error", "message"]);
  return found;
}
