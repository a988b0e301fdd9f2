// What CPython 3.13's compiler refuses, and in which words and where (fixtures/cpython/record_compile_errors.py).
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { authorLines, compile } from "../../../engine/language/compile.ts";
import { PySyntaxError } from "../../../engine/language/diagnostics.ts";

interface Verdict {
  readonly source: string;
  readonly type: string | null;
  readonly message?: string;
  /** Line and column where it begins and ends, from 1. */
  readonly place?: readonly number[];
}
const file = new URL("../../../fixtures/cpython/compile-errors.json", import.meta.url);
const recorded: readonly Verdict[] = JSON.parse(readFileSync(file, "utf8"));

function verdict(source: string): Verdict {
  try {
    const { code } = compile(source);
    // What compiles is JavaScript, too.
    new Function(code);
    return { source, type: null };
  } catch (error) {
    if (!(error instanceof PySyntaxError)) throw error;
    const lines = authorLines(source);
    const [start, end] = [lines.position(error.start), lines.endPosition(error.end)];
    const place = [start.line, start.column + 1, end.line, end.column + 1];
    return { source, type: error.type, message: error.message, place };
  }
}

test.each(recorded)("$source", (expected) => {
  expect(verdict(expected.source)).toEqual(expected);
});
