// Limits: exact in every span, shared by everything that reads one store, and told from each other by what they count.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memoryStore, type Store } from "../../../runtime/index.ts";
import { networkOf } from "../../../runtime/limits/network.ts";
import { parseRate } from "../../../runtime/models/rate.ts";
import { DEFAULT_LIMITS, limitOf } from "../../../runtime/models/sms-settings.ts";
import { Limits, type Subjects } from "../../../runtime/sms/limits.ts";
import { removeExpired } from "../../../runtime/store/expiry.ts";
import { installSms, SMS_STAGE } from "../stages/sms-installation.ts";

const T = Date.parse("2026-03-01T12:00:00.000Z");

async function subjects(
  postern_limits: object,
  more: Partial<Subjects> = {},
): Promise<{ store: Store; of: Subjects }> {
  const { at, stage } = await installSms({ postern_limits });
  const of = { purpose: "setup", stage, device: "d", number: "+1", user: 1, address: "192.0.2.7" } as const;
  return { store: at.store, of: { ...of, ...more } };
}

/** Takes a unit if there is one. */
function take(store: Store, of: Subjects, now: number): Promise<boolean> {
  const limits = new Limits(store);
  return store.transaction((tx) => {
    if (limits.reached(tx, "sends", of, now) !== undefined) return false;
    limits.take(tx, "sends", of, now);
    return true;
  });
}

test("no span of the limit's length ever holds more than the limit allows, and a unit comes back", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.integer({ min: 0, max: 1_500_000 }), { minLength: 1, maxLength: 40 }),
      async (count, steps) => {
        const { store, of } = await subjects({ sends: { number: `${count}/hour` } });
        const granted: number[] = [];
        let now = T;
        for (const step of steps) {
          now += step;
          const before = granted.filter((time) => time > now - 3_660_000).length;
          const answer = await take(store, of, now);
          // Refused only where the span, and what is still counted beside it, is full.
          if (!answer) expect(before).toBeGreaterThanOrEqual(count);
          if (answer) granted.push(now);
          expect(granted.filter((time) => time > now - 3_600_000).length).toBeLessThanOrEqual(count);
        }
      },
    ),
    { numRuns: 50 },
  );
});

test("of two requests at once one gets the last unit", async () => {
  const { store, of } = await subjects({ sends: { number: "1/day" } });
  expect(await Promise.all([take(store, of, T), take(store, of, T)])).toEqual([true, false]);
});

test("says which limit is used up, and how long", async () => {
  const { store, of } = await subjects({ sends: { user: "1/hour", number: null } });
  await take(store, of, T + 30_000);
  const reached = await store.read((tx) => new Limits(store).reached(tx, "sends", of, T + 60_000));
  expect(reached).toEqual({
    counted: "sends",
    scope: "user",
    rate: { count: 1, span: 3_600_000 },
    wait: 3_600_000,
  });
  expect(await take(store, of, T + 60_000 + 3_599_999)).toBe(false);
  expect(await take(store, of, T + 60_000 + 3_600_000)).toBe(true);
});

test.each<[string, Partial<Subjects>, boolean]>([
  ["the same", {}, false],
  ["another number", { number: "+2" }, true],
  ["the purpose of logging in", { purpose: "login" }, true],
])("a number's limit for %s", async (_what, more, free) => {
  const { store, of } = await subjects({ sends: { number: "1/day" } });
  await take(store, of, T);
  expect(await take(store, { ...of, ...more }, T)).toBe(free);
});

test("the stage's own limit holds for everybody and every purpose, and for this stage only", async () => {
  const { store, of } = await subjects({ sends: { stage: "1/day" } });
  await take(store, of, T);
  const other = { purpose: "login", device: "e", number: "+2", user: 2, address: "198.51.100.1" } as const;
  expect(await take(store, { ...of, ...other }, T)).toBe(false);
  const { pk: _pk, ...copy } = of.stage;
  const stage = await store.transaction((tx) => tx.insert(SMS_STAGE, { ...copy, name: "second" }));
  expect(await take(store, { ...of, ...other, stage }, T)).toBe(true);
});

test("what is not known is not counted, and no limit is no limit", async () => {
  const { store, of } = await subjects({
    sends: { address: "1/day", user: "1/day", device: null, number: null, stage: null },
  });
  for (let send = 0; send < 20; send += 1)
    expect(await take(store, { ...of, address: null, user: null }, T)).toBe(true);
  expect(await store.read((tx) => tx.list("postern.smscounter"))).toEqual([]);
});

test("units that are given back can be taken again", async () => {
  const { store, of } = await subjects({ sends: { number: "1/day" } });
  const limits = new Limits(store);
  const tickets = await store.transaction((tx) => limits.take(tx, "sends", of, T));
  await store.transaction((tx) => limits.giveBack(tx, tickets));
  expect(await take(store, of, T)).toBe(true);
  expect(await take(store, of, T)).toBe(false);
});

test("counters name no number, user or address, and are deleted when nothing of them counts", async () => {
  const { store, of } = await subjects({}, { number: "+12025550173" });
  await take(store, of, T);
  const rows = await store.read((tx) => tx.list("postern.smscounter"));
  expect(rows).toHaveLength(5);
  expect(JSON.stringify(rows)).not.toMatch(/2025550173|192\.0\.2/);
  await removeExpired(store, "postern.smscounter", T + 3_700_000);
  expect(await store.read((tx) => tx.list("postern.smscounter"))).toHaveLength(1);
  await removeExpired(store, "postern.smscounter", T + 2 * 86_400_000);
  expect(await store.read((tx) => tx.list("postern.smscounter"))).toEqual([]);
});

test("events of one kind about one user are due six times an hour", async () => {
  const { store, of } = await subjects({});
  const limits = new Limits(store);
  const due = (kind: string) => store.transaction((tx) => limits.isNoticeDue(tx, kind, of, T));
  const answers = [];
  for (let index = 0; index < 8; index += 1) answers.push(await due("a"));
  expect(answers).toEqual([true, true, true, true, true, true, false, false]);
  expect(await due("b")).toBe(true);
});

test.each([
  [null, null],
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002:ffff::1", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["1:2:3:4:5:6:7::", "1:2:3:4::/64"],
  ["nonsense", "nonsense"],
])("the address %j is counted as %j", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

describe("settings", () => {
  test("are rates; what is left out has its default, and null is no limit", () => {
    expect(parseRate("10/hour")).toEqual({ count: 10, span: 3_600_000 });
    expect(parseRate("1/minute")?.span).toBe(60_000);
    expect(limitOf({}, "guesses", "number")).toEqual(parseRate(DEFAULT_LIMITS.guesses.number));
    expect(limitOf({ sends: { user: null } }, "sends", "user")).toBeUndefined();
    expect(limitOf({ sends: { user: "3/day" } }, "sends", "user")).toEqual({ count: 3, span: 86_400_000 });
    expect(limitOf({}, "guesses", "stage")).toBeUndefined();
  });

  test.each([
    [{ sends: { number: "10" } }, '"sends", "number": a limit is a number per minute, hour or day'],
    [{ sends: { number: "0/hour" } }, "a limit is a number per minute, hour or day"],
    [{ sends: { number: 10 } }, 'such as "10/hour", or null for none.'],
    [
      { sends: { phone: "1/day" } },
      '"sends": there is no "phone"; known are device, number, user, address, stage.',
    ],
    [{ messages: {} }, 'The limits: there is no "messages"; known are sends, guesses.'],
    [{ sends: [] }, '"sends" must be an object.'],
    [[], "The limits must be an object."],
  ])("%j is refused", async (postern_limits, message) => {
    await expect(installSms({ postern_limits: postern_limits as object })).rejects.toThrow(message);
  });

  test("name countries that exist", async () => {
    await expect(installSms({ postern_allowed_countries: ["DE", "Germany"] })).rejects.toThrow(
      '"Germany" is not the code of a country, such as "DE".',
    );
  });
});

test("the counters survive in another store object on the same rows", async () => {
  const key = Buffer.alloc(32, 1);
  const names = await Promise.all(
    [memoryStore({ key }), memoryStore({ key }), memoryStore()].map(async (store) => {
      const { of } = await subjects({});
      const stage = { ...of.stage, pk: "00000000-0000-4000-8000-000000000000" };
      await store.transaction((tx) => new Limits(store).take(tx, "sends", { ...of, stage }, T));
      return (await store.read((tx) => tx.list("postern.smscounter"))).map(({ pk }) => pk);
    }),
  );
  expect(names[1]).toEqual(names[0]);
  expect(new Set([...names[0], ...names[2]]).size).toBe(10);
});
