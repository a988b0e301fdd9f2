// Holds a module to what fixtures/cpython/modules/ records of CPython, through the real engine.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { engineUnderTest } from "../engine-under-test.ts";

/** Declares a test for each recorded case of `module`. */
export function answersAsRecorded(module: string): void {
  const recorded = JSON.parse(
    readFileSync(new URL(`../../../fixtures/cpython/modules/${module}.json`, import.meta.url), "utf8"),
  ) as [source: string, answer: string][];
  describe(`${module} answers as CPython does`, () => {
    const engine = engineUnderTest();
    it.each(recorded)("%s", async (source, answer) => {
      const outcome = await engine.run(source);
      const { error } = outcome;
      const type = error?.type.slice(error.type.lastIndexOf(".") + 1);
      expect(outcome.ok ? outcome.repr : `${type}: ${error?.message}`).toBe(answer);
    });
    it("has enough recorded cases", () => expect(recorded.length).toBeGreaterThanOrEqual(30));
  });
}
