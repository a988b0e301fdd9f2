// The parser against CPython's recorded answers: trees with positions, and errors with text and place.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PySyntaxError } from "../../../engine/language/diagnostics.ts";
import { parseModule } from "../../../engine/language/parser.ts";
import {
  errorDifference,
  errorShape,
  firstDifference,
  type Json,
  treeShape,
} from "../../../scripts/syntax-shape.ts";

interface Recorded {
  readonly source: string;
  readonly tree?: Json;
  readonly error?: { [key: string]: Json };
}

const recorded = readFileSync(new URL("../../../fixtures/cpython/syntax.ndjson", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Recorded);

function errorOf(source: string): PySyntaxError {
  try {
    parseModule(source);
  } catch (error) {
    if (error instanceof PySyntaxError) return error;
    throw error;
  }
  throw new Error(`accepted: ${JSON.stringify(source)}`);
}

describe("text that CPython accepts", () => {
  const accepted = recorded.filter(({ tree }) => tree !== undefined);

  it("is recorded in sufficient number", () => {
    expect(accepted.length).toBeGreaterThanOrEqual(200);
  });

  it.each(accepted.map(({ source, tree }) => [JSON.stringify(source), source, tree as Json] as const))(
    "has CPython's tree: %s",
    (_name, source, tree) => {
      expect(firstDifference(treeShape(parseModule(source), source), tree)).toBeNull();
    },
  );
});

describe("text that CPython refuses", () => {
  const refused = recorded.filter(({ error }) => error !== undefined);

  it("is recorded in sufficient number", () => {
    expect(refused.length).toBeGreaterThanOrEqual(600);
  });

  it.each(
    refused.map(
      ({ source, error }) => [JSON.stringify(source), source, error as { [key: string]: Json }] as const,
    ),
  )("has CPython's error: %s", (_name, source, theirs) => {
    const ours = errorShape(errorOf(source), source);
    expect({ ...ours, difference: errorDifference(ours, theirs) }).toMatchObject({
      type: theirs.type,
      message: theirs.message,
      difference: null,
    });
  });
});

describe("where CPython has no place to point at", () => {
  it("points at the null character", () => {
    const error = errorOf("x = 1\ny\0");
    expect(error).toMatchObject({
      message: "source code string cannot contain null bytes",
      start: 7,
      end: 8,
    });
  });

  it("refuses a lone surrogate as CPython's encoder does", () => {
    const error = errorOf('é = "\ud800"');
    expect(error.message).toBe(
      "'utf-8' codec can't encode character '\\ud800' in position 5: surrogates not allowed",
    );
    expect(error.start).toBe(5);
  });

  it("points at an integer literal that is too long", () => {
    const error = errorOf(`x = ${"9".repeat(4301)}`);
    expect(error.message).toBe(
      "Exceeds the limit (4300 digits) for integer string conversion: value has 4301 digits; use " +
        "sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer literals " +
        "to avoid decimal conversion limits.",
    );
    expect(error.start).toBe(4);
    expect(parseModule(`x = ${"9".repeat(4300)}`).body).toHaveLength(1);
    expect(parseModule(`x = 0x${"f".repeat(5000)}`).body).toHaveLength(1);
  });
});

describe("offsets", () => {
  it("count UTF-16 units, so that slicing the text gives back the node", () => {
    const source = 'a = "😀" + naïve(𝒳)';
    const [statement] = parseModule(source).body;
    if (statement.kind !== "Assign" || statement.value.kind !== "BinOp") throw new Error("unexpected tree");
    const { left, right } = statement.value;
    expect(source.slice(left.start, left.end)).toBe('"😀"');
    expect(source.slice(right.start, right.end)).toBe("naïve(𝒳)");
  });

  it("keep identifiers normalised (NFKC) and strings as they are", () => {
    const [statement] = parseModule("ﬁ = 'ﬁ'").body;
    expect(statement).toMatchObject({ targets: [{ id: "fi" }], value: { value: { value: "ﬁ" } } });
  });
});
