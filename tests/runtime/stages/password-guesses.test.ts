// Guesses of passwords count over runs, stages, restarts and processes, alike for users who exist and who do not.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../engine/types.ts";
import { lowdbStore, memoryStore, type NewRow, postgresStore, type Store } from "../../../runtime/index.ts";
import { hashPassword } from "../../../runtime/models/password.ts";
import { testDatabase } from "../../postgres/database.ts";
import { ROOT } from "../flow/dummy-flow.ts";
import { type Installation, install } from "../flow/harness.ts";

const STAGE = "authentik_stages_password.passwordstage";
const IDENTIFICATION = "authentik_stages_identification.identificationstage";
const COUNTER = "postern.passwordcounter";
const HERE = "192.0.2.7";
const THERE = "198.51.100.1";
const RIGHT = "geheim";
const HASH = hashPassword(RIGHT, 1000);
const database = await testDatabase();

type Limits = NewRow<typeof STAGE>["postern_limits"];

/** Two flows that ask for a password: "login" of the pending user, "both" together with a name. */
async function installGuessing(postern_limits: Limits, store: Store = memoryStore()): Promise<Installation> {
  const at = await install({ store });
  for (const username of ["marie", "paul"]) {
    await at.add("authentik_core.user", { username, password: HASH });
  }
  const backends = ["authentik.core.auth.InbuiltBackend" as const];
  const fields = { backends, failed_attempts_before_cancel: 2, postern_limits };
  const stage = await at.add(STAGE, { name: "password", ...fields });
  await at.flow("login", [stage], { designation: "authentication" });
  const both = { name: "who", user_fields: ["username" as const], password_stage: stage.pk };
  await at.flow("both", [await at.add(IDENTIFICATION, both)], { designation: "authentication" });
  return at;
}

/** One run of "login" with one password; whether it passed. */
async function guess(at: Installation, password: string, user = "marie", address = HERE): Promise<boolean> {
  const http = { META: { REMOTE_ADDR: address } };
  const flow = await at.runtime.flow("login").start({ context: { pending_user: user }, http });
  const challenge = await flow.respond({ password }, { http });
  if (flow.finished) expect(challenge).toEqual(ROOT);
  else
    expect(challenge.response_errors).toEqual({
      password: [{ string: "Invalid password", code: "invalid" }],
    });
  return flow.finished;
}

/** As {@link guess}, with the flow that asks for name and password together. */
async function guessBoth(
  at: Installation,
  uid_field: string,
  password: string,
  address = HERE,
): Promise<boolean> {
  const http = { META: { REMOTE_ADDR: address } };
  const flow = await at.runtime.flow("both").start({ http });
  await flow.respond({ uid_field, password }, { http });
  return flow.finished;
}

describe("a user's limit", () => {
  test("holds over runs that alternate, and then the right password is refused as a wrong one is", async () => {
    const at = await installGuessing({ user: "4/hour" });
    const http = { META: { REMOTE_ADDR: HERE } };
    const start = () => at.runtime.flow("login").start({ context: { pending_user: "marie" }, http });
    const runs = [await start(), await start()];
    for (const run of runs) await run.respond({ password: "wrong" });
    for (const run of runs)
      expect(await run.respond({ password: "wrong" })).toMatchObject({ component: "ak-stage-access-denied" });
    expect(await guess(at, RIGHT)).toBe(false);
    expect(await guess(at, RIGHT, "marie", THERE)).toBe(false);
    expect(await guess(at, RIGHT, "paul")).toBe(true);
    at.time.now += 3_600_000 + 60_000;
    expect(await guess(at, RIGHT)).toBe(true);
  });

  test("counts guesses at all stages, and both ways of asking", async () => {
    const at = await installGuessing({ user: "2/hour" });
    expect(await guess(at, "wrong")).toBe(false);
    expect(await guessBoth(at, "marie", "wrong")).toBe(false);
    expect(await guess(at, RIGHT)).toBe(false);
    expect(await guessBoth(at, "marie", RIGHT)).toBe(false);
    const other = await at.add(STAGE, {
      name: "other",
      backends: ["authentik.core.auth.InbuiltBackend"],
      postern_limits: { user: "3/day" },
    });
    await at.flow("other", [other], { designation: "authentication" });
    const flow = await at.runtime.flow("other").start({ context: { pending_user: "marie" } });
    await flow.respond({ password: "wrong" });
    await flow.respond({ password: RIGHT });
    expect(flow.finished).toBe(false);
  });

  test("is not used up by right passwords", async () => {
    const at = await installGuessing({ user: "2/hour" });
    for (let run = 0; run < 4; run += 1) {
      expect(await guess(at, RIGHT)).toBe(true);
      expect(await guessBoth(at, "marie", RIGHT)).toBe(true);
    }
    expect((await at.rows(COUNTER)).flatMap(({ buckets }) => buckets)).toEqual([]);
  });

  test("gives no more guesses to requests that come at once", async () => {
    const at = await installGuessing({ user: "3/hour" });
    const passed = await Promise.all(["a", "b", "c", "d", "e", RIGHT].map((password) => guess(at, password)));
    expect(passed).toEqual([false, false, false, false, false, false]);
    expect(at.logs.filter(({ event }) => event === "a password was refused unseen")).toHaveLength(3);
  });

  test("counts a name that nobody has, whichever way it is written, the same way", async () => {
    const at = await installGuessing({ user: "2/hour", address: null });
    for (const name of ["ghost", "GHOST", "ghost"]) expect(await guessBoth(at, name, "wrong")).toBe(false);
    const ghost = (await at.rows(COUNTER)).length;
    for (let run = 0; run < 3; run += 1) expect(await guessBoth(at, "marie", "wrong")).toBe(false);
    expect((await at.rows(COUNTER)).length).toBe(2 * ghost - 1);
    const refusals = await at.events("suspicious_request");
    expect(refusals.map(({ context }) => context)).toMatchObject([{ username: "ghost" }, { user_pk: 1 }]);
  });
});

test("the limit for one network leaves the user's other networks alone", async () => {
  const at = await installGuessing({ user_at_address: "2/hour" });
  for (let run = 0; run < 3; run += 1) await guess(at, "wrong", "marie", THERE);
  expect(await guess(at, RIGHT, "marie", THERE)).toBe(false);
  expect(await guess(at, RIGHT, "marie", HERE)).toBe(true);
  expect(await guess(at, RIGHT, "paul", THERE)).toBe(true);
});

test("a network's limit counts all users", async () => {
  const at = await installGuessing({ address: "2/hour" });
  await guess(at, "wrong", "marie", "2001:db8::1");
  await guessBoth(at, "ghost", "wrong", "2001:db8::2");
  expect(await guess(at, RIGHT, "paul", "2001:db8::3")).toBe(false);
  expect(await guess(at, RIGHT, "paul", HERE)).toBe(true);
});

test("by default 20 wrong ones from one network in an hour are looked at, 100 in a day in all; null is no limit", async () => {
  const at = await installGuessing({});
  const passes = async (wrong: number, address: (run: number) => string) => {
    for (let run = 0; run < wrong; run += 1) await guess(at, "wrong", "marie", address(run));
    return guess(at, RIGHT, "marie", address(wrong));
  };
  expect(await passes(19, () => HERE)).toBe(true);
  expect(await passes(1, () => HERE)).toBe(false);
  expect(await passes(79, (run) => `203.0.113.${run}`)).toBe(true);
  expect(await passes(1, (run) => `198.18.0.${run}`)).toBe(false);
  const open = await installGuessing({ user: null, user_at_address: null, address: null });
  for (let run = 0; run < 101; run += 1) await guess(open, "wrong");
  expect(await guess(open, RIGHT)).toBe(true);
}, 60_000);

test("refusals are log lines, and events at most six times an hour; neither says what was typed", async () => {
  const at = await installGuessing({ user: "1/hour" });
  await guess(at, "canary");
  for (let run = 0; run < 9; run += 1) await guess(at, "canary");
  expect(at.logs.filter(({ event }) => event === "a password was refused unseen")).toHaveLength(9);
  const events = await at.events("suspicious_request");
  expect(events).toHaveLength(6);
  expect(events[0]).toMatchObject({
    app: "authentik.stages.password",
    client_ip: HERE,
    context: {
      message: "Password refused",
      reason: "limit",
      scope: "user",
      count: 1,
      span_seconds: 3600,
      user_pk: 1,
      stage: { name: "password" },
    },
  });
  expect(JSON.stringify([events, at.logs])).not.toContain("canary");
});

test("counters say neither who nor where, and go away when a day is over", async () => {
  const at = await installGuessing({});
  await guess(at, "wrong");
  const rows = await at.rows(COUNTER);
  expect(rows).toHaveLength(3);
  expect(JSON.stringify(rows)).not.toMatch(/marie|192\.0\.2/);
  at.time.now += 86_400_000 + 120_000;
  await at.runtime.flow("login").start();
  expect(await at.rows(COUNTER)).toEqual([]);
});

test.each<[JsonObject, string]>([
  [
    { user: "10" },
    '"user": a limit is a number per minute, hour or day, such as "10/hour", or null for none.',
  ],
  [{ device: "1/day" }, 'The limits: there is no "device"; known are user, user_at_address, address.'],
])("%j is no setting", async (postern_limits, message) => {
  await expect(installGuessing(postern_limits as Limits)).rejects.toThrow(message);
});

test("a restart forgets nothing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "postern-guesses-"));
  const file = join(folder, "postern.json");
  try {
    {
      await using store = await lowdbStore(file);
      const at = await installGuessing({ user: "2/hour" }, store);
      for (let run = 0; run < 2; run += 1) await guess(at, "wrong");
    }
    await using store = await lowdbStore(file);
    const at = await install({ store });
    expect(await guess(at, RIGHT)).toBe(false);
    expect(await guess(at, RIGHT, "paul")).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
});

database.describe("on PostgreSQL", () => {
  test("two processes have one limit, however their requests fall", async () => {
    const schema = database.schema();
    await using first = await postgresStore(database.url, { schema });
    await using second = await postgresStore(database.url, { schema });
    const one = await installGuessing({ user: "3/hour" }, first);
    const two = await install({ store: second, time: one.time });
    const runs = [one, two, one, two, one, two].map((at) => guess(at, "wrong"));
    expect(await Promise.all(runs)).toEqual([false, false, false, false, false, false]);
    const refused = [...one.logs, ...two.logs].filter(
      ({ event }) => event === "a password was refused unseen",
    );
    expect(refused).toHaveLength(3);
    expect([await guess(one, RIGHT), await guess(two, RIGHT)]).toEqual([false, false]);
    expect([await guess(one, RIGHT, "paul"), await guess(two, RIGHT, "paul")]).toEqual([true, true]);
  });
});
