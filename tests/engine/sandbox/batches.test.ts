// Answers that are written together are still written before anything that takes long, and none is lost or mixed up.
import fc from "fast-check";
import { expect, test } from "vitest";
import { openSandbox, request } from "./open-sandbox.ts";

const long = 400;
/** When each answer came, in milliseconds from now. */
async function arrivals(bodies: readonly string[]) {
  const sandbox = await openSandbox();
  await sandbox.run(request("1"));
  const since = performance.now();
  const answers = await Promise.all(
    bodies.map(async (body) => {
      const answer = await sandbox.run(request(body, { limit: { wallMs: 20_000 } }));
      return { answer, at: performance.now() - since };
    }),
  );
  await sandbox.close();
  return answers;
}
const busyAfter = (asked: string): string =>
  `(() => { ${asked}; const end = Date.now() + ${long}; while (Date.now() < end); return 1; })()`;

test.each([
  ["a tick", busyAfter("host.cpuMs()")],
  ["a large allocation", busyAfter("host.heapUsed()")],
  ["RE2", busyAfter('host.re2("a", "u", "a", 0, 1, "search")')],
])("an answer does not wait for the next evaluation once that has asked for %s", async (_what, slow) => {
  const [first, second] = await arrivals(["1", slow]);
  expect(second?.answer.ok).toBe(true);
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(long / 2);
});

test("an answer that dies with the worker before it is written is given by another worker", async () => {
  const answers = await arrivals([
    "1",
    "2",
    "(() => { const all = []; for (;;) all.push(new Array(1e6).fill(1.5)); })()",
    "3",
  ]);
  expect(answers.map(({ answer }) => (answer.ok ? answer.outcomeJson : answer.failure))).toEqual([
    "1",
    "2",
    "MemoryLimitExceeded",
    "3",
  ]);
});

test("thousands of answers of all lengths arrive in order, each with its own request", async () => {
  const sandbox = await openSandbox();
  const lengths = Array.from({ length: 2000 }, (_, i) => (i * 7919) % 3001);
  const answers = await Promise.all(
    lengths.map((length, i) =>
      sandbox.run(
        request(`context.i + "ü".repeat(context.length)`, { contextJson: JSON.stringify({ i, length }) }),
      ),
    ),
  );
  for (const [i, answer] of answers.entries())
    expect(answer.ok && answer.outcomeJson).toBe(JSON.stringify(i + "ü".repeat(lengths[i] as number)));
  await sandbox.close();
});

test("a context that several requests have in common is theirs alone", async () => {
  const sandbox = await openSandbox();
  const texts = ['{"a":1}', '{"a":1}', '{"a":2}', '{"a":1}', '{"a":3}', '{"a":3}'];
  const settings = ["json", "json", "json", "raw", "raw", "json"];
  const answers = await Promise.all(
    texts.map((contextJson, i) =>
      sandbox.run(request(`"" + context.a++ + context.a`, { contextJson, settings: settings[i] as string })),
    ),
  );
  expect(answers.map((answer) => answer.ok && answer.outcomeJson)).toEqual([
    '"12"',
    '"12"',
    '"23"',
    "12",
    "34",
    '"34"',
  ]);
  await sandbox.close();
});

test("requests made together have each its own limits, options and index", async () => {
  const sandbox = await openSandbox();
  const shared = request("index");
  const requests = Array.from({ length: 100 }, (_, index) => ({ ...shared, index }));
  const odd = [
    request("options.a", { options: '{"a":1}', index: 7 }),
    request('"x".repeat(50)', { limit: { outputBytes: 20 } }),
    request("(", { index: 3 }),
    request("context.a", { contextJson: '{"a":5}' }),
    request("context", { contextJson: '{"a":5}', limit: { contextBytes: 3 } }),
  ];
  const answers = await sandbox.runAll([...requests, ...odd]);
  const told = answers.map((answer) => (answer.ok ? answer.outcomeJson : answer.failure));
  expect(told.slice(0, 100)).toEqual(requests.map(({ index }) => String(index)));
  expect(told.slice(100)).toEqual([
    "1",
    "OutputLimitExceeded",
    "ProgramRejected",
    "5",
    "ContextLimitExceeded",
  ]);
  expect(await sandbox.runAll([])).toEqual([]);
  await sandbox.close();
  expect((await sandbox.runAll(requests.slice(0, 2))).map((answer) => answer.ok || answer.failure)).toEqual([
    "SandboxClosed",
    "SandboxClosed",
  ]);
});

test("of requests made together only the one that kills its worker fails", async () => {
  const sandbox = await openSandbox();
  const endless = request("(() => { for (;;); })()", { limit: { wallMs: 50 } });
  const answers = await sandbox.runAll([request("1"), endless, request("2"), endless, request("3")]);
  expect(answers.map((answer) => (answer.ok ? answer.outcomeJson : answer.failure))).toEqual([
    "1",
    "WallTimeLimitExceeded",
    "2",
    "WallTimeLimitExceeded",
    "3",
  ]);
  await sandbox.close();
});

test("evaluations that cross together answer as each does alone, whatever they ask of the host", async () => {
  const bodies = [
    "context.i",
    "host.cpuMs() >= 0",
    "host.heapUsed() > 0",
    'host.re2("a", "u", "xa", 0, 5, "search")',
    'host.call("ask", String(context.i))',
    "[host.call('ask', '1'), host.call('ask', '2')]",
    '"x".repeat(3000)',
    '"x".repeat(20000)',
    "options.none",
  ];
  const one = (body: string, i: number) =>
    request(body, {
      contextJson: JSON.stringify({ i }),
      onCall: async (_name, argument) => ({ json: JSON.stringify({ ok: true, value: argument }) }),
      limit: { outputBytes: 10_000 },
    });
  const alone = new Map<string, unknown>();
  const told = (answer: Awaited<ReturnType<Awaited<ReturnType<typeof openSandbox>>["run"]>>) =>
    answer.ok ? answer.outcomeJson : `${answer.failure}: ${answer.message}`;
  const [lonely, together] = await Promise.all([openSandbox(), openSandbox()]);
  for (const body of bodies)
    for (const i of [0, 1]) alone.set(`${body} ${i}`, told(await lonely.run(one(body, i))));
  expect(new Set(alone.values()).size).toBeGreaterThan(8);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...bodies), fc.constantFrom(0, 1)), { minLength: 1, maxLength: 60 }),
      fc.boolean(),
      async (asked, isGroup) => {
        const requests = asked.map(([body, i]) => one(body, i));
        const answers = isGroup
          ? await together.runAll(requests)
          : await Promise.all(requests.map((each) => together.run(each)));
        expect(answers.map(told)).toEqual(asked.map(([body, i]) => alone.get(`${body} ${i}`)));
      },
    ),
    { numRuns: 120 },
  );
  expect(together.stats.restarts).toBe(0);
  await Promise.all([lonely.close(), together.close()]);
});
