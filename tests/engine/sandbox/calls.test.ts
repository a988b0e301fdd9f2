// An evaluation that asks its host and waits: it gets the answer, and nobody else waits with it.
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { CallReply, Sandbox } from "../../../engine/sandbox/types.ts";
import { openSandbox, request, until } from "./open-sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

const ask = (argument = "1") => `host.call("ask", ${JSON.stringify(argument)})`;
const after = (ms: number, json: string) => (): Promise<CallReply> =>
  new Promise((settle) => setTimeout(() => settle({ json }), ms));

test("a call reaches the host with its name and argument, and its reply reaches the evaluation", async () => {
  const seen: string[][] = [];
  const answer = await sandbox.run(
    request(`[${ask('{"a":"ü\\u2028"}')}, host.call("again", "2")]`, {
      onCall: async (...call) => {
        seen.push(call);
        return { json: `reply ${seen.length} 😀` };
      },
    }),
  );
  expect(answer).toMatchObject({ ok: true, outcomeJson: '["reply 1 😀","reply 2 😀"]' });
  expect(seen).toEqual([
    ["ask", '{"a":"ü\\u2028"}'],
    ["again", "2"],
  ]);
});

test("an evaluation whose host grants nothing is told so, without leaving the worker", async () => {
  const answer = await sandbox.run(request(`JSON.parse(${ask()})`));
  expect(answer).toMatchObject({
    ok: true,
    outcomeJson: '{"ok":false,"error":{"type":"CapabilityError","message":""}}',
  });
});

test("time in a call is the host's: the wall limit does not count it, and holds before and after", async () => {
  const spin = (ms: number) => `for (const end = Date.now() + ${ms}; Date.now() < end;);`;
  const within = await sandbox.run(
    request(`(() => { ${spin(100)} const r = ${ask()}; ${spin(100)} return r; })()`, {
      limit: { wallMs: 1000 },
      onCall: after(1300, "late"),
    }),
  );
  expect(within).toMatchObject({ ok: true, outcomeJson: '"late"' });
  const beyond = await sandbox.run(
    request(`(() => { const r = ${ask()}; for (;;); })()`, {
      limit: { wallMs: 300 },
      onCall: after(100, "x"),
    }),
  );
  expect(beyond).toMatchObject({ ok: false, failure: "WallTimeLimitExceeded" });
  // How exactly is measured by `npm run bombs`; here other processes have the cores too.
  expect(beyond.durationMs).toBeLessThan(300 + 100 + 4000);
});

test("requests behind one that waits are served by another worker meanwhile, in order and once", async () => {
  const order: string[] = [];
  const slow = sandbox
    .run(request(ask(), { onCall: after(1500, "slow") }))
    .then((answer) => order.push(answer.ok ? answer.outcomeJson : answer.failure));
  const quick = Array.from({ length: 40 }, (_, i) =>
    sandbox
      .run(request(`options.i`, { options: `{"i":${i}}` }))
      .then((answer) => order.push(answer.ok ? answer.outcomeJson : answer.failure)),
  );
  await Promise.all(quick);
  expect(order).toEqual(Array.from({ length: 40 }, (_, i) => String(i)));
  await slow;
  expect(order.at(-1)).toBe('"slow"');
  // The worker that waited serves again.
  expect(await sandbox.run(request("7"))).toMatchObject({ ok: true, outcomeJson: "7" });
});

test("six slow calls at once: no more than four workers are added, the rest waits, all are answered", async () => {
  let most = 0;
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, i) =>
      sandbox.run(
        request(ask(), {
          onCall: async () => {
            const reply = await after(300, `"${i}"`)();
            // Workers are counted from their start, whenever they come to serve.
            most = Math.max(most, sandbox.stats.workers);
            return reply;
          },
        }),
      ),
    ),
  );
  expect(answers.map((answer) => answer.ok)).toEqual([true, true, true, true, true, true]);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(5);
  await Promise.all(Array.from({ length: 10 }, () => sandbox.run(request("1"))));
  await until(() => sandbox.stats.workers <= 2 && sandbox.stats.inFlight === 0);
});

test("a worker killed while it waits fails that evaluation alone", async () => {
  await using fresh = { sandbox: await openSandbox(), [Symbol.asyncDispose]: () => fresh.sandbox.close() };
  const waiting = fresh.sandbox.run(
    request(ask(), {
      onCall: async () => {
        for (const pid of fresh.sandbox.stats.pids) process.kill(pid, "SIGKILL");
        return { json: "too late" };
      },
    }),
  );
  const behind = fresh.sandbox.run(request("2"));
  expect(await waiting).toMatchObject({ ok: false, failure: "WorkerCrashed" });
  expect(await behind).toMatchObject({ ok: true, outcomeJson: "2" });
});

test("a host that fails to answer fails the evaluation", async () => {
  const answer = await sandbox.run(request(ask(), { onCall: () => Promise.reject(new Error("broken")) }));
  expect(answer).toMatchObject({
    ok: false,
    failure: "WorkerCrashed",
    message: "the host failed to answer a call",
  });
  expect(await sandbox.run(request("1"))).toMatchObject({ ok: true });
});

test("a reply can bring a program, which the evaluation calls within the same isolate", async () => {
  const code = `() => { "use strict"; return (context, options, host) => 6 * 7; }`;
  for (let round = 0; round < 2; round += 1) {
    const answer = await sandbox.run(
      request(`[${ask()}, host.run("callee")]`, {
        onCall: async () => ({ json: "ok", program: { id: "callee", code } }),
      }),
    );
    expect(answer).toMatchObject({ ok: true, outcomeJson: '["ok",42]' });
  }
});

test.skipIf(process.platform === "win32")(
  "a request that a worker reads together with the reply before it is served like any other",
  async () => {
    const alone = await openSandbox();
    onTestFinished(() => alone.close());
    const [pid] = alone.stats.pids as [number];
    const turn = () => new Promise<void>((settle) => setImmediate(settle));
    let isStopped = false;
    const asking = alone.run(
      request(ask(), {
        onCall: async () => {
          // Stopped, it finds everything that is written meanwhile in one read.
          process.kill(pid, "SIGSTOP");
          isStopped = true;
          return { json: "reply" };
        },
      }),
    );
    await until(() => isStopped);
    const next = ["first", "second"].map((text) => alone.run(request(JSON.stringify(text))));
    await turn();
    process.kill(pid, "SIGCONT");
    expect(await asking).toMatchObject({ ok: true, outcomeJson: '"reply"' });
    expect(await Promise.all(next)).toMatchObject([
      { ok: true, outcomeJson: '"first"' },
      { ok: true, outcomeJson: '"second"' },
    ]);
    expect(alone.stats).toMatchObject({ restarts: 0, pids: [pid] });
  },
);
