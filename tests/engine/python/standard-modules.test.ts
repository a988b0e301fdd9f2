// What an import of one of CPython's own modules says where an expression cannot have it.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { PyException } from "../../../engine/python/exceptions.ts";
import { importModule, moduleNames } from "../../../engine/python/module.ts";
import { str } from "../../../engine/python/representation.ts";
import "../../../engine/expressions/unavailable.ts";
import "../../../engine/python/library.ts";

const recorded: string[] = JSON.parse(
  readFileSync(new URL("../../../fixtures/cpython/standard-modules.json", import.meta.url), "utf8"),
);

function refusal(name: string): string | undefined {
  try {
    importModule(name, true);
    return undefined;
  } catch (error) {
    if (error instanceof PyException) return str(error);
    throw error;
  }
}

test("each of CPython's modules is here, or says that an expression cannot have it", () => {
  expect(recorded.length).toBeGreaterThan(200);
  const here = new Set(moduleNames());
  expect(recorded.filter((name) => here.has(name)).length).toBeGreaterThan(40);
  for (const name of recorded.filter((other) => !here.has(other)))
    expect(refusal(name)).toMatch(/^No module named '.+' \(not available in an expression(?:: .+)?\)$/);
});

describe("a module that CPython does not have either", () => {
  test.each(["jsom", "json.nothing", "email.nothing", "requestz"])("%s is only unknown", (name) => {
    expect(refusal(name)).toMatch(/^No module named '[\w.]+'(?:; '.+' is not a package)?$/);
  });
});

test("advice names only what an expression can have", () => {
  expect(refusal("csv")).toBe(
    "No module named 'csv' (not available in an expression: use str.split() and str.join())",
  );
  expect(refusal("html.parser")).toBe("No module named 'html.parser' (not available in an expression)");
});
