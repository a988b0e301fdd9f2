// An engine that is used while its worker starts: what it can do already, and what becomes of it where none can start.
import { afterEach, expect, test } from "vitest";
import { createEngine, startEngine } from "../../engine/index.ts";

const { execPath } = process;
afterEach(() => {
  process.execPath = execPath;
});

test("it compiles at once, and answers what it was asked meanwhile", async () => {
  await using engine = startEngine();
  let readyAt = Number.POSITIVE_INFINITY;
  void engine.ready.then(() => {
    readyAt = performance.now();
  });
  expect(() => engine.policy("wrong", "return (")).toThrow(/'\(' was never closed/);
  const verdict = engine.policy("right", "return request.user.username == 'marie'").evaluate({
    request: { user: { username: "marie" } },
  });
  await Promise.resolve();
  expect(readyAt).toBe(Number.POSITIVE_INFINITY);
  const { passing, durationMs } = await verdict;
  expect(passing).toBe(true);
  // The worker's start is no part of an evaluation.
  expect(durationMs).toBeGreaterThan(0);
  expect(durationMs).toBeLessThan(performance.now() - readyAt + 1);
});

test("where no worker can start it says why, and denies", async () => {
  process.execPath = "/nowhere/node";
  await using engine = startEngine();
  const verdict = await engine.policy("right", "return True").evaluate({});
  expect(verdict).toMatchObject({ passing: false, error: { type: "WorkerCrashed" } });
  await expect(engine.ready).rejects.toThrow(/the sandbox cannot start: .*\/nowhere\/node/);
  await expect(createEngine()).rejects.toThrow(/the sandbox cannot start/);
});
