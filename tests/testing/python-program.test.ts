// Random programs: generated ones compile and end in time, and recorded ones answer as CPython did.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { KINDS, pythonProgram } from "../../testing/python-program/program.ts";
import { engineUnderTest } from "../engine/engine-under-test.ts";

const under = engineUnderTest({ limits: { cpuMs: 5000, wallMs: 10_000 } });

type Answer = { repr: string } | { type: string; message: string };
const recorded = JSON.parse(
  readFileSync(new URL("../../fixtures/cpython/random_programs.json", import.meta.url), "utf8"),
) as [source: string, answer: Answer][];

test("each recorded program comes to what CPython says", async () => {
  expect(recorded.length).toBeGreaterThan(500);
  const answers = await Promise.all(
    recorded.map(async ([source]) => {
      const { ok, repr, error } = await under.run(source);
      return ok ? { repr } : { type: error?.type, message: error?.message };
    }),
  );
  for (const [i, [source, answer]] of recorded.entries()) expect(answers[i], source).toEqual(answer);
});

test("every typed program is Python and ends in a value or an exception of Python's", async () => {
  await fc.assert(
    fc.asyncProperty(pythonProgram(["typed"]), async (source) => {
      const { error } = await under.run(source);
      expect(error?.limit, source).toBeUndefined();
    }),
    { numRuns: 75 },
  );
});

test("every program about a topic is Python and meets no fault of ours", async () => {
  await fc.assert(
    fc.asyncProperty(pythonProgram(KINDS.filter((kind) => kind !== "typed")), async (source) => {
      const { error } = await under.run(source);
      expect(error?.type, source).not.toBe("InternalError");
    }),
    { numRuns: 75 },
  );
});

test("a seed gives the same programs again", () => {
  const programs = () => fc.sample(pythonProgram(), { seed: 7, numRuns: 20 });
  expect(programs()).toEqual(programs());
});
