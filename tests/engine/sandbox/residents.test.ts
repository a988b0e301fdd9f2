// What a worker keeps of other callers' programs takes nothing from an evaluation's memory, and has a bound of its own.
import { expect, test } from "vitest";
import { createEngine } from "../../../engine/index.ts";
import { residentMb } from "../../../scripts/process-figures.ts";
import { openSandbox, request } from "./open-sandbox.ts";

const limits = { cpuMs: 20_000, wallMs: 20_000, memoryMb: 32 };
/** Programs whose code is of a size to be noticed: some 20 KB of it each. */
const bulky = (i: number): string =>
  `${Array.from({ length: 150 }, (_, j) => `x${j} = [${i}, ${j}, 'text ${i} ${j}']`).join("\n")}\nreturn x0[0]`;
/** Takes some 10 MB. */
const hungry = "a = []\nfor i in range(150000): a.append(i * 1.5)\nreturn len(a)";

test("an evaluation has the same memory whether its worker keeps no program or a thousand", async () => {
  const engine = await createEngine({ limits });
  try {
    const alone = await engine.expression("alone", hungry).run({});
    expect(alone.repr).toBe("150000");
    for (let i = 0; i < 1000; i++)
      expect((await engine.expression("other", bulky(i)).run({})).repr).toBe(String(i));
    expect((await engine.expression("late", hungry).run({})).error).toBeUndefined();
    const bomb = await engine.expression("bomb", "a = []\nwhile True: a.append(str(len(a)) * 10)").run({});
    expect(bomb.error?.type).toBe("MemoryLimitExceeded");
    expect((await engine.expression("after", bulky(3)).run({})).repr).toBe("3");
  } finally {
    await engine.close();
  }
}, 90_000);

test("a worker gives back the texts that have crossed", async () => {
  const sandbox = await openSandbox();
  try {
    const text = "x".repeat(250_000);
    const pid = sandbox.stats.pids[0] as number;
    await sandbox.run(request("context", { contextJson: JSON.stringify(text) }));
    const before = residentMb(pid) as number;
    for (let i = 0; i < 600; i++) {
      const answer = await sandbox.run(request("context", { contextJson: JSON.stringify(`${text}${i}`) }));
      expect(answer.ok).toBe(true);
    }
    // 150 MB have gone in, and as many came out.
    expect((residentMb(pid) as number) - before).toBeLessThan(120);
  } finally {
    await sandbox.close();
  }
}, 90_000);
