// With the same clock, seed, context and step limit a program says the same and stops at the same step: again, in another
// worker, and in an engine that another process started.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Engine } from "../../engine/index.ts";
import { pythonProgram } from "../../testing/python-program/program.ts";
import { everything, type Run, steadyBombs, steadyEngine } from "./answers.ts";

let [one, other]: Engine[] = [];
beforeAll(async () => {
  [one, other] = await Promise.all([steadyEngine(), steadyEngine()]);
});
afterAll(async () => {
  await Promise.all([one?.close(), other?.close()]);
});

const steps = fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 60, max: 5000 }));
const run: fc.Arbitrary<Run> = fc.record({
  source: fc.oneof({ arbitrary: pythonProgram(), weight: 2 }, fc.constantFrom(...steadyBombs)),
  limits: fc.record({ steps }),
});

test("any program, stopped at any step, says the same again and in another worker", async () => {
  await fc.assert(
    fc.asyncProperty(run, async (program) => {
      const first = await everything(one as Engine, program);
      expect(await everything(one as Engine, program)).toBe(first);
      expect(await everything(other as Engine, program)).toBe(first);
    }),
    { numRuns: 150 },
  );
}, 120_000);

test("a step more or less is the same step everywhere: its line, and what was said until then", async () => {
  const source = `import random, re
total = 0
for i in range(40):
    ak_message(f"{i} {random.random()}")
    if re.match("(a|b)*c", "ab" * i):
        total += 1
    try:
        total += [1][i % 2]
    except IndexError:
        total -= len({x: x for x in range(i)})
return total`;
  const lines = new Set<number | undefined>();
  for (let limit = 1; limit < 1500; limit += 37) {
    const program = { source, limits: { steps: limit } };
    const first = await everything(one as Engine, program);
    expect(await everything(other as Engine, program)).toBe(first);
    const { error, steps: used } = JSON.parse(first);
    if (error === undefined) continue;
    expect(error.type).toBe("StepLimitExceeded");
    expect(used).toBe(limit);
    lines.add(error.line);
  }
  expect(lines.size).toBeGreaterThan(3);
}, 60_000);

test("an engine of another process says the same", async () => {
  const programs = fc
    .sample(run, { numRuns: 60, seed: 20_240_506 })
    .map((program) => ({ ...program, limits: { steps: program.limits.steps as number } }));
  const elsewhere = execFileSync(
    process.execPath,
    [fileURLToPath(new URL("answer-all.ts", import.meta.url))],
    { input: JSON.stringify(programs), maxBuffer: 1 << 28, encoding: "utf8" },
  );
  const here: string[] = [];
  for (const program of programs) here.push(await everything(one as Engine, program));
  expect(JSON.parse(elsewhere)).toEqual(here);
}, 60_000);

test("what a worker remembers of a text costs the next evaluation as much as the first", async () => {
  const source = "text = 'long enough to be remembered ' * 40\nreturn [text.find('é'), text[700], len(text)]";
  const answers = [];
  for (let i = 0; i < 3; i += 1) answers.push(await everything(one as Engine, { source, limits: {} }));
  expect(new Set(answers).size).toBe(1);
});
