// Holds an outcome against what a case expects of it.
import type { JsonObject, JsonValue, Outcome } from "../../engine/types.ts";
import { parseExactJson } from "../exact-json.ts";
import { type Difference, differences, pathText } from "./difference.ts";
import type { Place } from "./problem.ts";
import type { Failure } from "./result.ts";
import type { Expectation, SentExpectation, TextExpectation } from "./schema.ts";
import { textPattern } from "./text-pattern.ts";

/** Collects what is not as it should be. */
export class Expectations {
  readonly failures: Failure[] = [];
  private readonly placeOf: (path: readonly (string | number)[]) => Place;
  constructor(placeOf: (path: readonly (string | number)[]) => Place) {
    this.placeOf = placeOf;
  }

  fail(path: readonly (string | number)[], message: string, facts: Partial<Failure> = {}): void {
    const what = pathText(path[0] === "expect" ? path.slice(1) : path);
    this.failures.push({ what, place: this.placeOf(path), message, ...facts });
  }

  /** A value that is the expected one, or (`{partial: …}`) has it. */
  value(path: readonly (string | number)[], expected: unknown, actual: JsonValue | undefined): void {
    const isPartial =
      typeof expected === "object" && expected !== null && Object.keys(expected).join() === "partial";
    const wanted = (isPartial ? (expected as { partial: JsonValue }).partial : expected) as JsonValue;
    this.compare(path, wanted, actual, isPartial);
  }
  compare(
    path: readonly (string | number)[],
    expected: JsonValue,
    actual: JsonValue | undefined,
    partial: boolean,
  ): void {
    const found: Difference[] = differences(expected, actual, partial);
    if (found.length === 0) return;
    const what = pathText(path.slice(path[0] === "expect" ? 1 : 0));
    const message = `${what} ${partial ? "lacks what is expected" : "is not what is expected"}`;
    this.fail(path, message, { expected, ...(actual === undefined ? {} : { actual }), differences: found });
  }
  text(path: readonly (string | number)[], expected: TextExpectation, actual: string | undefined): void {
    if (actual !== undefined && fits(expected, actual)) return;
    const found = actual === undefined ? "there is none" : `it is ${JSON.stringify(actual)}`;
    this.fail(path, `expected ${expectedText(expected)}, ${found}`, {
      expected: expected as JsonValue,
      ...(actual === undefined ? {} : { actual }),
    });
  }
  /** Texts in order, no more and no less. */
  texts(
    path: readonly (string | number)[],
    expected: readonly TextExpectation[],
    actual: readonly string[],
  ): void {
    if (expected.length === actual.length && expected.every((each, i) => fits(each, actual[i] as string)))
      return;
    const wanted = expected.length === 0 ? "none" : expected.map(expectedText).join(", ");
    const found =
      actual.length === 0
        ? "there is none"
        : `there ${actual.length === 1 ? "is" : "are"} ${actual.map((text) => JSON.stringify(text)).join(", ")}`;
    this.fail(path, `expected ${wanted}; ${found}`, { expected: expected as JsonValue, actual: [...actual] });
  }
  /** Objects in order, no more and no less, each with the expected members at least. */
  objects(
    path: readonly (string | number)[],
    expected: readonly unknown[],
    actual: readonly JsonObject[],
  ): void {
    this.compare(path, expected as JsonValue, actual as JsonObject[], true);
  }
  /** Messages that were sent. */
  sent(
    path: readonly (string | number)[],
    expected: readonly SentExpectation[],
    actual: readonly JsonObject[],
  ): void {
    if (expected.length !== actual.length) {
      const messages = (n: number) => `${n} ${n === 1 ? "message" : "messages"}`;
      this.fail(
        path,
        `expected ${messages(expected.length)}, ${actual.length} ${actual.length === 1 ? "was" : "were"} sent`,
        {
          expected: expected as JsonValue,
          actual: [...actual],
        },
      );
      return;
    }
    for (const [i, { provider, to, text, payload }] of expected.entries()) {
      const message = actual[i] as JsonObject;
      if (provider !== undefined) this.compare([...path, i, "provider"], provider, message.provider, false);
      if (to !== undefined) this.text([...path, i, "to"], to, String(message.to));
      if (text !== undefined) this.text([...path, i, "text"], text, String(message.text));
      if (payload !== undefined) this.value([...path, i, "payload"], payload, message.payload);
    }
  }
}

function fits(expected: TextExpectation, actual: string): boolean {
  if (typeof expected === "string") return actual === expected;
  return "contains" in expected
    ? actual.includes(expected.contains)
    : textPattern(expected.pattern).test(actual);
}
/** A text that is expected, in words. */
function expectedText(expected: TextExpectation): string {
  if (typeof expected === "string") return JSON.stringify(expected);
  if ("contains" in expected) return `a text with ${JSON.stringify(expected.contains)}`;
  return `a text like /${expected.pattern}/`;
}

const listOf = <T>(value: readonly T[] | T): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/** What an outcome is not of what is expected. `decided` is the line of its `return`, where that was watched. */
export function unmet(
  expect: Expectation,
  outcome: Outcome,
  decided: number | null,
  placeOf: (path: readonly (string | number)[]) => Place,
): Failure[] {
  const all = new Expectations(placeOf);
  checkError(all, expect, outcome);
  if (typeof expect.passing === "boolean" && outcome.passing !== expect.passing) {
    const came = outcome.passing
      ? "it passed"
      : outcome.error === undefined
        ? "it was denied"
        : "it failed, and so was denied";
    all.fail(["expect", "passing"], `expected to ${expect.passing ? "pass" : "be denied"}, but ${came}`, {
      expected: expect.passing,
      actual: outcome.passing,
    });
  }
  if (expect.decided !== undefined && decided !== expect.decided) {
    const came = decided === null ? "no return did" : `line ${decided} did`;
    all.fail(["expect", "decided"], `expected line ${expect.decided} to decide, but ${came}`, {
      expected: expect.decided,
      actual: decided,
    });
  }
  if (expect.messages !== undefined)
    all.texts(["expect", "messages"], listOf(expect.messages), outcome.messages);
  if (expect.logs !== undefined)
    all.texts(
      ["expect", "logs"],
      expect.logs,
      outcome.logs.map(({ event }) => event),
    );
  for (const key of ["result", "payload"] as const) {
    if (expect[key] !== undefined && outcome.ok)
      all.value(["expect", key], expect[key], parseExactJson(outcome.resultJson));
  }
  if (expect.events !== undefined) all.objects(["expect", "events"], expect.events, outcome.events);
  if (expect.changes !== undefined)
    all.objects(["expect", "changes"], expect.changes, outcome.changes as unknown as JsonObject[]);
  if (typeof expect.steps === "number" && outcome.steps > expect.steps) {
    all.fail(["expect", "steps"], `expected ${expect.steps} steps at most, it took ${outcome.steps}`, {
      expected: expect.steps,
      actual: outcome.steps,
    });
  }
  return all.failures;
}

function checkError(all: Expectations, { error: expected }: Expectation, { error }: Outcome): void {
  const path = ["expect", "error"];
  if (expected === undefined || expected === null) {
    if (error !== undefined) all.fail(path, `it failed: ${error.type}: ${error.message}`, { error });
    return;
  }
  const { type, message, line }: { type: string; message?: TextExpectation; line?: number } =
    typeof expected === "string" ? { type: expected } : expected;
  if (error === undefined) {
    all.fail(path, `expected ${type}, but it did not fail`, { expected: type });
    return;
  }
  if (error.type !== type) {
    all.fail(path, `expected ${type}, but it failed with ${error.type}: ${error.message}`, {
      error,
      expected: type,
    });
    return;
  }
  if (message !== undefined) all.text([...path, "message"], message, error.message);
  if (line !== undefined && error.line !== line) {
    all.fail([...path, "line"], `expected ${type} in line ${line}, it came in line ${error.line ?? "?"}`, {
      error,
      expected: line,
      actual: error.line ?? null,
    });
  }
}
