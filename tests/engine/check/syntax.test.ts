// Syntax errors come alone, with CPython's text and place.
import { expect, test } from "vitest";
import { findings } from "./findings.ts";

test.each([
  ["return (1", "1:8-9 error syntax: SyntaxError: '(' was never closed"],
  ["if x\n    return 1", "1:5-6 error syntax: SyntaxError: expected ':'"],
  [
    "  return 1\n return 2",
    "2:10-11 error syntax: IndentationError: unindent does not match any outer indentation level",
  ],
])("%s", (source, finding) => {
  expect(findings(source)).toEqual([finding]);
});

test("any text has an answer", () => {
  for (const source of ["", "\0", "\ud800", "# nothing", "((((", "'''", "\\", "return \u{1F600}"]) {
    expect(findings(source).length, JSON.stringify(source)).toBeGreaterThanOrEqual(1);
  }
});
