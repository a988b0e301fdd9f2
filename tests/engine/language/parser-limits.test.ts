// No text brings the parser down: nesting is bounded, time is linear, and every answer is a tree or a PySyntaxError.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PySyntaxError } from "../../../engine/language/diagnostics.ts";
import { parseModule } from "../../../engine/language/parser.ts";

function outcome(source: string): string {
  try {
    parseModule(source);
    return "tree";
  } catch (error) {
    if (error instanceof PySyntaxError) return error.type;
    throw error;
  }
}

describe("deep nesting", () => {
  const nested: Record<string, (depth: number) => string> = {
    parentheses: (n) => `${"(".repeat(n)}1${")".repeat(n)}`,
    "broken parentheses": (n) => `${"(".repeat(n)}1 2${")".repeat(n)}`,
    calls: (n) => `${"f(a, ".repeat(n)}1 2${")".repeat(n)}`,
    dicts: (n) => `${"{1:".repeat(n)}$${"}".repeat(n)}`,
    comprehensions: (n) => `${"[x for x in ".repeat(n)}1 2${"]".repeat(n)}`,
    patterns: (n) => `match x:\n case ${"[".repeat(n)}a b${"]".repeat(n)}: pass`,
    "class patterns": (n) => `match x:\n case ${"f(a=".repeat(n)}a as 1${")".repeat(n)}: pass`,
    "f-strings": (n) => `${'f"{'.repeat(n)}1 2${'}"'.repeat(n)}`,
    lambdas: (n) => `${"(lambda: -".repeat(n)}1 2${")".repeat(n)}`,
    blocks: (n) =>
      `${Array.from({ length: n }, (_, level) => `${" ".repeat(level)}if 1:\n`).join("")}${" ".repeat(n)}1 2`,
  };
  it.each(Object.keys(nested))("of %s is an answer at any depth", (name) => {
    for (const depth of [50, 98, 150, 199, 400, 2000]) {
      expect(["tree", "SyntaxError", "IndentationError"]).toContain(outcome(nested[name](depth)));
    }
  });

  it.each([
    ["-", "1"],
    ["not ", "1"],
    ["lambda: ", "1"],
    ["a if b else ", "1"],
    ["2 ** ", "1"],
    ["if a:\n  b\nel", "se: c"],
  ])("without brackets is refused as too complex: %j", (prefix, tail) => {
    expect(outcome(prefix.repeat(100_000) + tail)).toBe("MemoryError");
  });

  it.each(["1+", "a.b.", "f()()", "x[1]"])(
    "to the left is refused like CPython's compiler does: %j",
    (part) => {
      const link =
        part === "f()()"
          ? `f${"()".repeat(100_000)}`
          : part === "x[1]"
            ? `x${"[1]".repeat(100_000)}`
            : `${part.repeat(100_000)}x`;
      expect(outcome(link)).toBe("RecursionError");
    },
  );

  it("leaves long flat programs alone", () => {
    expect(outcome(`${"a and ".repeat(100_000)}b`)).toBe("tree");
    expect(outcome(`${"a < ".repeat(50_000)}b`)).toBe("tree");
    expect(outcome(`[${"1, ".repeat(100_000)}]`)).toBe("tree");
    expect(outcome('"x" '.repeat(100_000))).toBe("tree");
    expect(outcome("x = 1\n".repeat(50_000))).toBe("tree");
  });
});

describe("any text", () => {
  const sources = (
    JSON.parse(
      readFileSync(new URL("../../../fixtures/cpython/syntax-cases.json", import.meta.url), "utf8"),
    ) as {
      valid: string[];
      invalid: string[];
    }
  ).valid.filter((source) => source.length > 3);
  const pieces = [
    ..."()[]{},:;.=*@!$~\\\n\t'\"#",
    "    ",
    "\n  ",
    ":=",
    "**",
    "->",
    "f'{",
    'f"',
    '"""',
    "if",
    "else",
    "for",
    "in",
    "lambda",
    "yield",
    "not",
    "match",
    "case",
    "type",
    "async",
    "await",
    "def f(",
    "class",
    "import",
    "with",
    "try:",
    "except",
    "0x",
    "1_",
    "\\N{",
    "é",
    "😀",
    "\r",
    "\f",
    "\0",
  ];

  it("gives a tree or a PySyntaxError inside the text, in bounded time", () => {
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      drop: fc.nat(4),
      put: fc.constantFrom("", ...pieces),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...sources),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        (source, edits) => {
          let text = source;
          for (const { at, drop, put } of edits) {
            const index = Math.floor(at * text.length);
            text = text.slice(0, index) + put + text.slice(index + drop);
          }
          const begun = process.threadCpuUsage();
          try {
            parseModule(text);
          } catch (error) {
            if (!(error instanceof PySyntaxError)) throw error;
            expect(error.start).toBeGreaterThanOrEqual(0);
            expect(error.end).toBeGreaterThanOrEqual(error.start);
            expect(error.end).toBeLessThanOrEqual(text.length + 1);
          }
          expect(process.threadCpuUsage(begun).user).toBeLessThan(1_000_000);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("of random pieces does too", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces, "x", " ", "1"), { maxLength: 60 }), (parts) => {
        expect(["tree", "SyntaxError", "IndentationError", "TabError"]).toContain(outcome(parts.join("")));
      }),
      { numRuns: 3000 },
    );
  });
});
