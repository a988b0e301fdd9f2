// A short soak: some hundred mixed requests are answered as known, and it tells a wrong answer from a right one.
import { expect, test } from "vitest";
import { Chance } from "../../scripts/chance.ts";
import { nextProgram } from "../../scripts/soak-programs.ts";
import { slope, soak } from "../../scripts/soak-run.ts";

test("four clients get the answers that are known, and nothing is left", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const said: string[] = [];
  const report = await soak({
    seed,
    milliseconds: 3000,
    clients: 4,
    sampleMs: 3000,
    say: (line) => said.push(line),
  });
  expect({ seed, wrong: report.wrong, lost: report.lost, left: report.left }).toEqual({
    seed,
    wrong: [],
    lost: [],
    left: 0,
  });
  expect(report.answered.good).toBeGreaterThan(10);
  expect(report.samples.length).toBeGreaterThanOrEqual(1);
  expect(said.at(-1)).toMatch(/^\d\.\d\d min: \d+ answered/);
}, 180_000);

test("a client's requests follow from the seed, and are good, bad and bombs", () => {
  const requests = (seed: number) => {
    const chance = new Chance(seed);
    return Array.from({ length: 1000 }, (_, n) => nextProgram(chance, `m0x${n}`));
  };
  expect(requests(7)).toEqual(requests(7));
  expect(requests(7)).not.toEqual(requests(8));
  expect(new Set(requests(7).map(({ kind }) => kind))).toEqual(new Set(["good", "bad", "bomb"]));
});

test("growth is told from noise", () => {
  expect(
    slope([
      [0, 10],
      [1, 12],
      [2, 14],
      [3, 16],
    ]),
  ).toBeCloseTo(2);
  expect(
    slope([
      [0, 10],
      [1, 10],
      [2, 10],
    ]),
  ).toBe(0);
  expect(
    slope([
      [0, 10],
      [1, 20],
    ]),
  ).toBe(0);
});
