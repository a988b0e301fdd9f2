// The command from start to end, without peers: nothing but Postern is needed for it.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { CONTESTANTS } from "../../bench/targets.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "postern-bench-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bench(...args: string[]) {
  return spawnSync(process.execPath, [join(root, "bench", "main.ts"), ...args], { encoding: "utf8" });
}

test("a quick run of one workload prints its tables and writes its figures", { timeout: 120_000 }, () => {
  const out = join(folder, "results.json");
  const { status, stdout, stderr } = bench("--quick", "--only", "w1", "--no-peers", "--out", out);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "bench: W1, the phone policy\n" });
  expect(stdout).toContain("median of one evaluation, µs");
  expect(stdout).toMatch(
    /W1 inside the isolate, time of JavaScript by hand +≤ 2 × +[\d.]+ × +(meets|MISSES)/,
  );

  const text = readFileSync(out, "utf8");
  const results = JSON.parse(text);
  const times = results.evaluationMicros.W1;
  for (const name of [CONTESTANTS.postern, CONTESTANTS.inside, CONTESTANTS.byHand]) {
    expect(times[name].rounds).toHaveLength(5);
    expect(times[name].median).toBeGreaterThan(0);
  }
  expect(Object.keys(results.evaluationMicros)).toEqual(["W1"]);
  expect(results.versions.node).toBe(process.versions.node);
  expect(results.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  // Nothing that says on whose machine it was.
  expect(text).not.toContain(root);
  expect(Object.keys(results.machine)).toEqual(["cpu", "cores", "memoryGb", "platform", "arch"]);
});

test("a workload that there is not ends with 2 and the usage", () => {
  const { status, stdout, stderr } = bench("--only", "W1,W9");
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^bench: no workload W9\n\nnpm run bench -- /);
});
