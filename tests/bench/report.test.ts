// What a run shows and writes.
import { expect, test } from "vitest";
import { results, resultsText, type Setting, text } from "../../bench/report.ts";
import { CONTESTANTS as c, type Measured } from "../../bench/targets.ts";

const setting: Setting = {
  date: "2026-07-14",
  machine: { cpu: "Example CPU", cores: 2, memoryGb: 8, platform: "linux", arch: "x64" },
  versions: { node: "24.21.0" },
  quick: false,
  missing: { Pyodide: "not installed" },
  differing: { "MicroPython, W1": "phone-region on context 3: result is false, not true" },
};
const measured: Measured = {
  times: {
    W1: {
      [c.postern]: [10, 12, 11],
      [c.compileExec]: [50, 60, 55],
      [c.micropython]: [180, 190, 200],
    },
  },
};

test("the terminal shows times, then what is missing or differs, then targets", () => {
  expect(text(measured, setting).split("\n")).toEqual([
    "median of one evaluation, µs     W1",
    "────────────────────────────  ─────",
    "Postern, through the worker      11",
    "CPython, compile + exec          55",
    "MicroPython                   190 ≠",
    "",
    "Pyodide: not installed",
    "≠ MicroPython, W1: phone-region on context 3: result is false, not true",
    "",
    "what                                                              target  measured",
    "────────────────────────────────────────────────────────────────  ──────  ────────  ────────────",
    "W1 through the worker, pipelined, against CPython compile + exec   ≥ 4 ×       5 ×         meets",
    "W1 the same in CPU time, host and worker together                  ≥ 4 ×         -  not measured",
    "W1 inside the isolate, time of JavaScript by hand                  ≤ 2 ×         -  not measured",
    "  both given only what the program can reach                                     -",
    "W1 through the worker, against Monty                               ≥ 5 ×         -  not measured",
  ]);
});

test("the file has every round, on one line, and each target's verdict", () => {
  const written = resultsText(results(measured, setting));
  expect(written).toContain('"rounds": [ 50, 60, 55 ]');
  const read = JSON.parse(written);
  expect(read).toMatchObject({ ...setting });
  expect(read.evaluationMicros.W1[c.postern]).toEqual({ median: 11, spread: 0.09091, rounds: [10, 12, 11] });
  expect(read.targets[0]).toEqual({
    what: "W1 through the worker, pipelined, against CPython compile + exec",
    target: "≥ 4 ×",
    measured: 5,
    meets: true,
  });
  expect(read.targets[3]).toEqual({
    what: "both given only what the program can reach",
    target: null,
    measured: null,
    meets: null,
  });
});
