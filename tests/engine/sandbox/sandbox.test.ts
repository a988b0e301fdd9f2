// Requests through a real worker process: answers, order, programs, bounds, and what is left after the end.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Sandbox } from "../../../engine/sandbox/types.ts";
import { guestEntry, isAlive, openSandbox, request } from "./open-sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

describe("an evaluation", () => {
  test("gets context and options, and its outcome arrives as it was written", async () => {
    const answer = await sandbox.run(
      request("context.a + '|' + options.b", {
        settings: "raw",
        contextJson: '{"a":"é𝕏\\u2028"}',
        options: '{"b":2}',
      }),
    );
    expect(answer).toMatchObject({ ok: true, outcomeJson: "é𝕏\u2028|2" });
    expect(answer.durationMs).toBeGreaterThan(0);
  });

  test("keeps unpaired surrogates of a context", async () => {
    const answer = await sandbox.run(request("context.charCodeAt(0)", { contextJson: '"\ud800"' }));
    expect(answer).toMatchObject({ ok: true, outcomeJson: String(0xd800) });
  });

  test("carries contexts and outcomes of a megabyte", async () => {
    const contextJson = JSON.stringify("ü".repeat(500_000));
    const answer = await sandbox.run(request("context", { contextJson }));
    expect(answer.ok && answer.outcomeJson === contextJson).toBe(true);
  });

  test("can ask for its memory and CPU time, and collect garbage", async () => {
    const answer = await sandbox.run(
      request(`(() => {
        let held = Array.from({ length: 200000 }, (_, index) => ({ index }));
        const before = host.heapUsed();
        held = undefined;
        host.collectGarbage();
        const after = host.heapUsed();
        const start = host.cpuMs();
        while (host.cpuMs() - start < 5);
        return { freed: before - after, before, start };
      })()`),
    );
    if (!answer.ok) throw new Error(answer.message);
    const { freed, before, start } = JSON.parse(answer.outcomeJson);
    expect(before).toBeGreaterThan(4_000_000);
    expect(freed).toBeGreaterThan(4_000_000);
    expect(start).toBeGreaterThanOrEqual(0);
    expect(start).toBeLessThan(1000);
  });

  test("matches on RE2, and is told what RE2 refuses", async () => {
    const call = (source: string) => `host.re2(${JSON.stringify(source)}, "", "xxabbb", 0, 10, "search")`;
    expect(await sandbox.run(request(call("a(b+)"), { settings: "raw" }))).toMatchObject({
      outcomeJson: "2,6,3,6",
    });
    expect(await sandbox.run(request(call("(?=a)"), { settings: "raw" }))).toMatchObject({
      outcomeJson: expect.stringMatching(/^!/),
    });
  });

  test("counts CPU time from its own start", async () => {
    await sandbox.run(request("(() => { while (host.cpuMs() < 30); })()"));
    const answer = await sandbox.run(request("host.cpuMs()"));
    expect(answer.ok && Number(answer.outcomeJson)).toBeLessThan(25);
  });
});

test("a thousand pipelined evaluations are answered in order, each with its own answer", async () => {
  const order: number[] = [];
  const answers = await Promise.all(
    Array.from({ length: 1000 }, async (_, index) => {
      const answer = await sandbox.run(request("context * 2", { contextJson: String(index) }));
      order.push(index);
      return answer.ok ? Number(answer.outcomeJson) : answer;
    }),
  );
  expect(answers).toEqual(Array.from({ length: 1000 }, (_, index) => index * 2));
  expect(order).toEqual(Array.from({ length: 1000 }, (_, index) => index));
});

test("several workers share the work", async () => {
  await using both = Object.assign(await openSandbox({ workers: 2 }), {
    [Symbol.asyncDispose]: () => both.close(),
  });
  const busy =
    "(() => { const from = Date.now(); while (Date.now() < from + 400); return [from, Date.now()]; })()";
  // Both serve before the work begins.
  await Promise.all([both.run(request("1")), both.run(request("2"))]);
  const running = [both.run(request(busy)), both.run(request(busy))];
  expect(both.stats).toMatchObject({ workers: 2, inFlight: 2, queued: 0 });
  const [first, second] = (await Promise.all(running)).map(
    (answer) => JSON.parse(answer.ok ? answer.outcomeJson : "null") as [from: number, to: number],
  );
  // At the same time, not one after the other.
  expect(first?.[0]).toBeLessThan(second?.[1] as number);
  expect(second?.[0]).toBeLessThan(first?.[1] as number);
});

describe("work that takes long", () => {
  const busy = (ms: number) => `(() => { const from = Date.now(); while (Date.now() < from + ${ms}); })()`;

  test("has nothing put behind it where another worker is free", async () => {
    await using both = Object.assign(await openSandbox({ workers: 2 }), {
      [Symbol.asyncDispose]: () => both.close(),
    });
    await Promise.all([both.run(request("1")), both.run(request("2"))]);
    const order: string[] = [];
    const long = both.run(request(busy(1500))).then(() => order.push("long"));
    await new Promise((settle) => setTimeout(settle, 60));
    const short = Array.from({ length: 40 }, () => both.run(request("1")).then(() => order.push("short")));
    await Promise.all([long, ...short]);
    expect(order).toEqual([...short.map(() => "short"), "long"]);
  });

  test("waits outside of the workers, once it is known to", async () => {
    await using both = Object.assign(await openSandbox({ workers: 2 }), {
      [Symbol.asyncDispose]: () => both.close(),
    });
    await Promise.all([both.run(request("1")), both.run(request("2"))]);
    await Promise.all(Array.from({ length: 6 }, () => both.run(request(busy(20)))));
    const running = Array.from({ length: 12 }, () => both.run(request(busy(20))));
    expect(both.stats).toMatchObject({ inFlight: 4, queued: 8 });
    expect(await Promise.all(running)).toEqual(running.map(() => expect.objectContaining({ ok: true })));
    // What is short again goes in by dozens again, as soon as that is known.
    let most = 0;
    for (let round = 0; round < 500 && most < 32; round += 1) {
      const many = Array.from({ length: 64 }, () => both.run(request("1")));
      most = Math.max(most, both.stats.inFlight);
      await Promise.all(many);
    }
    expect(most).toBeGreaterThanOrEqual(32);
  });
});

describe("a program", () => {
  test.each([
    ["that is no JavaScript", "() => {", /SyntaxError/],
    ["that is no function", "[]", /not a function but object/],
    ["that throws while it is loaded", "() => { throw new TypeError('no'); }", /TypeError: no/],
    [
      "that is nested too deep for V8's parser",
      `() => () => ${"(".repeat(1e6)}1${")".repeat(1e6)}`,
      /RangeError/,
    ],
    ["with an unpaired surrogate", "() => () => '\ud800'", /unpaired surrogate/],
  ])("%s is rejected, and the worker goes on", async (name, code, message) => {
    const { restarts } = sandbox.stats;
    for (let round = 0; round < 2; round += 1) {
      const answer = await sandbox.run(request("", { program: { id: name, code } }));
      expect(answer).toMatchObject({
        ok: false,
        failure: "ProgramRejected",
        message: expect.stringMatching(message),
      });
    }
    expect(await sandbox.run(request("1"))).toMatchObject({ ok: true });
    expect(sandbox.stats.restarts).toBe(restarts);
  });

  test("is compiled once, and again after it gave way to others", async () => {
    const small = await openSandbox({ programs: 2 });
    const counting = (id: string) =>
      request("", {
        program: { id, code: "() => { let runs = 0; return () => { runs += 1; return runs; }; }" },
      });
    const runs = async (id: string) => {
      const answer = await small.run(counting(id));
      return answer.ok ? Number(answer.outcomeJson) : answer.message;
    };
    expect([await runs("a"), await runs("a"), await runs("b"), await runs("a")]).toEqual([1, 2, 1, 3]);
    // `b` is the least recently used.
    expect([await runs("c"), await runs("a"), await runs("b")]).toEqual([1, 4, 1]);
    await small.close();
  });

  test("is sent again to the worker that replaces a dead one", async () => {
    const replaced = await openSandbox();
    expect(await replaced.run(request("context.a", { contextJson: '{"a":1}' }))).toMatchObject({
      outcomeJson: "1",
    });
    process.kill(replaced.stats.pids[0], "SIGKILL");
    // The death may be seen only after the request is sent: the evaluation at risk fails closed, the next one works.
    await replaced.run(request("1"));
    expect(await replaced.run(request("context.a", { contextJson: '{"a":2}' }))).toMatchObject({
      outcomeJson: "2",
    });
    await replaced.close();
  });
});

describe("bounds", () => {
  test.each([
    ["ASCII", JSON.stringify("x".repeat(98)), JSON.stringify("x".repeat(99))],
    ["three bytes a character", JSON.stringify(`${"€".repeat(32)}xx`), JSON.stringify("€".repeat(33))],
  ])("a context is counted in bytes: %s", async (_name, fits, exceeds) => {
    const limit = { contextBytes: 100 };
    expect(await sandbox.run(request("1", { contextJson: fits, limit }))).toMatchObject({ ok: true });
    expect(await sandbox.run(request("1", { contextJson: exceeds, limit }))).toMatchObject({
      ok: false,
      failure: "ContextLimitExceeded",
    });
  });

  test.each([
    ["ASCII", "'x'.repeat(100)", "'x'.repeat(101)"],
    ["three bytes a character", "'€'.repeat(33) + 'x'", "'€'.repeat(34)"],
    ["far too much", "''", "'x'.repeat(20000000)"],
  ])(
    "an outcome is counted in bytes, and too much does not cost the worker: %s",
    async (_name, fits, exceeds) => {
      const { restarts } = sandbox.stats;
      const limit = { outputBytes: 100 };
      expect(await sandbox.run(request(fits, { settings: "raw", limit }))).toMatchObject({ ok: true });
      expect(await sandbox.run(request(exceeds, { settings: "raw", limit }))).toMatchObject({
        ok: false,
        failure: "OutputLimitExceeded",
      });
      expect(sandbox.stats.restarts).toBe(restarts);
    },
  );
});

describe("the end", () => {
  test("answers what is unfinished, refuses what comes later, and leaves no process and no listener", async () => {
    const listeners = process.listenerCount("exit");
    const ending = await openSandbox({ workers: 2 });
    const { pids } = ending.stats;
    expect(pids).toHaveLength(2);
    expect(pids.every(isAlive)).toBe(true);
    const running = Array.from({ length: 200 }, () => ending.run(request("(() => { for (;;); })()")));
    const closed = ending.close();
    expect(ending.close()).toBe(closed);
    await closed;
    for (const answer of await Promise.all(running))
      expect(answer).toMatchObject({ ok: false, failure: "SandboxClosed" });
    expect(await ending.run(request("1"))).toMatchObject({ ok: false, failure: "SandboxClosed" });
    expect(pids.some(isAlive)).toBe(false);
    expect(ending.stats).toEqual({ workers: 0, spares: 0, restarts: 0, inFlight: 0, queued: 0, pids: [] });
    expect(process.listenerCount("exit")).toBe(listeners);
  });

  const script = (then: string) => `
    import { createSandbox } from ${JSON.stringify(new URL("../../../engine/sandbox/pool.ts", import.meta.url).href)};
    const sandbox = await createSandbox({ guestEntry: ${JSON.stringify(guestEntry)}, memoryMb: 64 });
    const limits = { wallMs: 60000, cpuMs: 1, memoryMb: 64, contextBytes: 100, outputBytes: 100 };
    const run = (code) => sandbox.run({ program: { id: code, code }, settings: "json", contextJson: "1", options: "1", limits });
    const answer = await run("() => () => 7");
    console.log(sandbox.stats.pids[0], answer.outcomeJson);
    ${then}`;
  const start = (then: string) =>
    promisify(execFile)(process.execPath, ["--input-type=module-typescript", "--eval", script(then)], {
      cwd: fileURLToPath(new URL(".", import.meta.url)),
      timeout: 10_000,
    });

  test("an idle sandbox does not keep its host alive, and ends with it", async () => {
    const { stdout } = await start("");
    const [pid, answer] = stdout.split(" ").map(Number);
    expect(answer).toBe(7);
    expect(isAlive(pid)).toBe(false);
  });

  test("a worker that is stuck ends with a host that exits", async () => {
    const { stdout } = await start(
      "void run('() => () => { for (;;); }'); setTimeout(() => process.exit(0), 50);",
    );
    expect(isAlive(Number(stdout.split(" ")[0]))).toBe(false);
  });
});
