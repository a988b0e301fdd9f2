// Holds a module to what fixtures/ records of CPython, or of Django, through the real engine.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { engineUnderTest } from "../engine-under-test.ts";

/** Declares a test for each recorded case of `module`; `folder` of fixtures/ says whose answers they are. */
export function answersAsRecorded(module: string, folder = "cpython/modules"): void {
  const recorded = JSON.parse(
    readFileSync(new URL(`../../../fixtures/${folder}/${module}.json`, import.meta.url), "utf8"),
  ) as [source: string, answer: string][];
  describe(`${module} answers as recorded`, () => {
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
