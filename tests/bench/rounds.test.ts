// Rounds: who is timed, how often, and with how many evaluations, against subjects whose clock is the test's.
import { expect, test } from "vitest";
import { type Contestant, type Effort, timeRounds } from "../../bench/rounds.ts";
import type { SubjectProcess } from "../../bench/subjects/process.ts";

interface Asked {
  readonly subject: string;
  readonly mode: string;
  readonly count: number;
}

/** A subject of which an evaluation takes so many milliseconds by the clock on the wall, and half of that in CPU time. */
function subject(name: string, msOf: (call: number) => number, asked: Asked[]): SubjectProcess {
  let call = 0;
  const ask = (_operation: string, { mode, count }: { mode: string; count: number }) => {
    asked.push({ subject: name, mode, count });
    call += 1;
    const wallMs = msOf(call) * count;
    return Promise.resolve({ wallMs, cpuMs: wallMs / 2 });
  };
  return { name, ask } as unknown as SubjectProcess;
}
const effort: Effort = { rounds: 3, batchMs: 10, leadMs: 5, warmUpMs: 20, longWarmUpMs: 500 };

test("contestants take turns in an order that turns, work untimed first, and are timed by the clocks that they name", async () => {
  const asked: Asked[] = [];
  const contestants: Contestant[] = [
    { wall: "a", cpu: "a, CPU", subject: subject("a", () => 0.1, asked), mode: "x" },
    { cpu: "b, CPU", subject: subject("b", () => 2, asked), mode: "y" },
  ];
  const times = await timeRounds(contestants, "W1", effort);
  expect(Object.keys(times)).toEqual(["a", "a, CPU", "b, CPU"]);
  expect(times.a.map(Math.round)).toEqual([100, 100, 100]);
  expect(times["a, CPU"].map(Math.round)).toEqual([50, 50, 50]);
  expect(times["b, CPU"]).toEqual([1000, 1000, 1000]);
  const [a, b] = [
    [50, 100].map((count) => ({ subject: "a", mode: "x", count })),
    [3, 5].map((count) => ({ subject: "b", mode: "y", count })),
  ];
  expect(asked.slice(-12)).toEqual([a, b, b, a, a, b].flat());
});

test("one stall during the warm-up does not shorten the timings", async () => {
  const asked: Asked[] = [];
  const stalls = subject("a", (call) => (call === 3 ? 50 : 0.1), asked);
  await timeRounds([{ wall: "a", subject: stalls, mode: "" }], "W1", effort);
  expect(asked.at(-1)?.count).toBe(100);
});

test("what is compiled while it runs is warmed up for longer", async () => {
  const asked: Asked[] = [];
  const contestant = { wall: "a", subject: subject("a", () => 0.1, asked), mode: "", needsLongWarmUp: true };
  await timeRounds([contestant], "W1", effort);
  const before = asked.slice(0, -2 * effort.rounds).reduce((sum, { count }) => sum + count * 0.1, 0);
  expect(before).toBeGreaterThanOrEqual(effort.longWarmUpMs - 1);
});

test("a clock that did not move is no figure", async () => {
  const stands = { ask: () => Promise.resolve({ wallMs: 20, cpuMs: 0 }) } as unknown as SubjectProcess;
  await expect(timeRounds([{ cpu: "a", subject: stands, mode: "" }], "W1", effort)).rejects.toThrow(
    "a, W1: 1 evaluations took no time by the clock",
  );
});
