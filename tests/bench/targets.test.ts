// The table of targets: which figure is held to which target, and in which direction.
import { expect, test } from "vitest";
import { CONTESTANTS as c, type Measured, meets, rows, targetText } from "../../bench/targets.ts";

const measured: Measured = {
  times: {
    W1: {
      [c.postern]: [10, 20],
      [c.posternCpu]: [20, 40],
      [c.inside]: [9, 18],
      [c.byHand]: [3, 6],
      [c.insideCrossing]: [5, 10],
      [c.byHandCrossing]: [1, 2],
      [c.compileExec]: [50, 100],
      [c.compileExecCpu]: [40, 80],
      [c.cachedCpu]: [3, 6],
      [c.monty]: [100, 200],
    },
    W4: { [c.postern]: [12], [c.inside]: [12], [c.byHand]: [10], [c.cachedCpu]: [30] },
    W5: { [c.postern]: [100], [c.compileExec]: [900] },
  },
  alone: [100, 200, 300],
  start: { postern: [90, 180], node: [40, 80] },
  compile: [150],
  memory: { base: 50_000_000, each: 51_200 },
  workers: { W3: { one: [200], two: [100] } },
};

test("each target is compared with the figure that it speaks of", () => {
  const table = rows(measured).map((row) => [row.what, targetText(row), row.figure, meets(row)]);
  expect(table).toEqual([
    ["W1 through the worker, pipelined, against CPython compile + exec", "≥ 4 ×", 5, true],
    ["W1 the same in CPU time, host and worker together", "≥ 4 ×", 2, false],
    ["W5 through the worker, pipelined, against CPython compile + exec", "≥ 8 ×", 9, true],
    ["W5 the same in CPU time, host and worker together", "≥ 8 ×", undefined, undefined],
    ["W1 inside the isolate, time of JavaScript by hand", "≤ 2 ×", 3, false],
    ["  both given only what the program can reach", "", 5, undefined],
    ["W4 inside the isolate, time of JavaScript by hand", "≤ 1.5 ×", 1.2, true],
    ["W4 inside the isolate against CPython with cached code", "≥ 2 ×", 2.5, true],
    ["W1 through the worker, against Monty", "≥ 5 ×", 10, true],
    ["W4 through the worker, against Monty", "≥ 5 ×", undefined, undefined],
    ["one evaluation on an idle engine, p50", "≤ 250 µs", 200, true],
    ["one evaluation on an idle engine, p99", "≤ 1000 µs", 298, true],
    ["`postern eval` from start to exit, time of `node -e ''`", "≤ 2.5 ×", 2.25, true],
    ["compile of a 20-line policy, warm", "≤ 200 µs", 150, true],
    ["each of 1,000 resident policies", "≤ 40 KB", 50, false],
    ["two workers on two cores against one, W3", "≥ 1.8 ×", 2, true],
  ]);
});
