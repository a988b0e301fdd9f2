// Holds a module to what fixtures/cpython/modules2.json records of CPython, through the real engine.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { engineUnderTest } from "../engine-under-test.ts";

const recorded = JSON.parse(
  readFileSync(new URL("../../../fixtures/cpython/modules2.json", import.meta.url), "utf8"),
) as { [module: string]: [source: string, answer: string][] };

/** Declares a test for each recorded case of `module`. */
export function answersAsRecorded(module: string): void {
  describe(`${module} answers as CPython does`, () => {
    const engine = engineUnderTest();
    it.each(recorded[module] ?? [])("%s", async (source, answer) => {
      const outcome = await engine.run(source);
      const { error } = outcome;
      const type = error?.type.slice(error.type.lastIndexOf(".") + 1);
      expect(outcome.ok ? outcome.repr : `${type}: ${error?.message}`).toBe(answer);
    });
    it("has enough recorded cases", () => expect((recorded[module] ?? []).length).toBeGreaterThanOrEqual(30));
  });
}
