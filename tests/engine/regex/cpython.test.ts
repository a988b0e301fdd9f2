// Every operation answers as CPython 3.13 did when fixtures/cpython/record_regex.py asked it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createRe2 } from "../../../engine/regex/re2-host.ts";
import { answer, type RegexAnswer, type RegexCase } from "./answers.ts";

interface Row {
  readonly case: RegexCase;
  readonly answer: RegexAnswer;
}

const rows: Row[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../fixtures/cpython/regex.json"), "utf8"),
);
const host = { re2: createRe2(), step: () => {} };

function title(row: RegexCase): string {
  const { pattern, text, ...rest } = row;
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return `${JSON.stringify(pattern)} on ${JSON.stringify(shown)} ${JSON.stringify(rest)}`;
}

describe.each([
  ["the engine chosen for it", []],
  ["RE2, or our own matcher where RE2 differs", ["v8"]],
  ["V8, or our own matcher where V8 differs", ["re2"]],
  ["our own matcher", ["re2", "v8"]],
] as const)("CPython's answers from %s", (_name, without) => {
  test.each(rows.map((row) => [title(row.case), row] as const))("%s", (_title, row) => {
    expect(answer(row.case, host, without)).toEqual(row.answer);
  });
});

test("the table is as large as we say", () => {
  expect(rows.length).toBeGreaterThan(400);
});
