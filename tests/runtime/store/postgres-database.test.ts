// What a PostgreSQL store does beyond the contract: several processes, keys, migrations, damage, connections that break.
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import pg from "pg";
import { afterEach, expect, it, vi } from "vitest";
import {
  type Store,
  StoreError,
  StoreKeyError,
  StoreOutcomeUnknown,
  StoreUnavailable,
  UniqueViolation,
} from "../../../runtime/store/contract.ts";
import { RowDamaged } from "../../../runtime/store/errors.ts";
import { postgresStore } from "../../../runtime/store/postgres.ts";
import type { PostgresOptions } from "../../../runtime/store/postgres-options.ts";
import { testDatabase } from "../../postgres/database.ts";
import { PostgresProxy } from "../../postgres/proxy.ts";
import { cycleIn, type Deed, deeds } from "./serialisable.ts";

const USER = "authentik_core.user";
const GROUP = "authentik_core.group";
const SMS_STAGE = "authentik_stages_authenticator_sms.authenticatorsmsstage";

const database = await testDatabase();
const open: Store[] = [];
const proxies: PostgresProxy[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()));
  await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
});

async function opened(schema: string, options: PostgresOptions = {}, url = database.url): Promise<Store> {
  const store = await postgresStore(url, { schema, ...options });
  open.push(store);
  return store;
}

async function proxied(): Promise<PostgresProxy> {
  const proxy = await PostgresProxy.start(database.url);
  proxies.push(proxy);
  return proxy;
}

const insert = (store: Store, username: string) =>
  store.transaction((tx) => tx.insert(USER, { username }).pk);
const names = (store: Store) => store.read((tx) => tx.list(USER).map((user) => user.username));

database.describe("opening a database", () => {
  it("makes the tables once, however many processes open it at once", async () => {
    const schema = database.schema();
    const stores = await Promise.all(Array.from({ length: 6 }, () => opened(schema, { connections: 1 })));
    await insert(stores[0], "a");
    for (const store of stores) expect(await names(store)).toEqual(["a"]);
    const migrations = await database.query(`SELECT number, name FROM ${schema}.migration ORDER BY number`);
    expect(migrations).toEqual([
      { number: 1, name: "tables" },
      { number: 2, name: "the commit function" },
    ]);
  });

  it("that a newer Postern has changed is refused", async () => {
    const schema = database.schema();
    await opened(schema);
    await database.query(`INSERT INTO ${schema}.migration (number, name) VALUES (99, 'of the future')`);
    await expect(opened(schema)).rejects.toThrow(
      /a newer Postern has changed .* \(migration 3; this one knows 2\)/,
    );
  });

  it("finds its look-ups again where the models have changed", async () => {
    const schema = database.schema();
    const before = await opened(schema);
    await insert(before, "a");
    await database.query(`UPDATE ${schema}.setting SET lookups = 'of another version'`);
    await database.query(`DELETE FROM ${schema}.lookup`);
    const store = await opened(schema);
    await expect(insert(store, "a")).rejects.toThrow(UniqueViolation);
    expect(await store.read((tx) => tx.list(USER, { username: "a" }).length)).toBe(1);
    await expect(insert(before, "b")).rejects.toThrow(/restart the process/);
  });

  it("that is not there is explained without the password", async () => {
    const url = "postgres://postern:CANARY@127.0.0.1:1/nothing";
    const error = await postgresStore(url).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect((error as Error).message).toMatch(
      /^the database 127\.0\.0\.1:1\/nothing cannot be used .*ECONNREFUSED/,
    );
    expect((error as Error).message).not.toContain("CANARY");
    await expect(postgresStore("CANARY")).rejects.toThrow(/is no URL; it looks like/);
    await expect(postgresStore("mysql://CANARY@x/y")).rejects.toThrow(/begins with postgres:/);
  });
});

database.describe("secrets", () => {
  const key = randomBytes(32);
  const stage = {
    name: "sms",
    provider: "generic",
    from_number: "1",
    account_sid: "https://sms.example",
    auth: "CANARY-auth",
  } as const;
  const texts = async (schema: string): Promise<string> =>
    JSON.stringify(await database.query(`SELECT body::text FROM ${schema}.record`));

  it("are nowhere in the database when a key is given", async () => {
    const schema = database.schema();
    const store = await opened(schema, { key });
    await store.transaction((tx) => tx.insert(SMS_STAGE, stage));
    expect(await texts(schema)).not.toContain("CANARY");
    const other = await opened(schema, { key: key.toString("hex") });
    expect(await other.read((tx) => tx.list(SMS_STAGE)[0].auth)).toBe("CANARY-auth");
    expect(other.keyedHash?.("p", "t")).toBe(store.keyedHash?.("p", "t"));
  });

  it("need the key they were written with", async () => {
    const schema = database.schema();
    await opened(schema, { key });
    await expect(opened(schema)).rejects.toThrow(StoreKeyError);
    await expect(opened(schema, { key: randomBytes(32) })).rejects.toThrow(/was written with another key/);
  });

  it("are encrypted when a key is first given; a process without it notices", async () => {
    const schema = database.schema();
    const before = await opened(schema);
    await before.transaction((tx) => tx.insert(SMS_STAGE, stage));
    expect(await texts(schema)).toContain("CANARY");
    const store = await opened(schema, { key });
    expect(await texts(schema)).not.toContain("CANARY");
    expect(await store.read((tx) => tx.list(SMS_STAGE)[0].auth)).toBe("CANARY-auth");
    await expect(before.read((tx) => tx.list(SMS_STAGE))).rejects.toThrow(
      /got a key, .* restart the process/,
    );
    await expect(insert(before, "a")).rejects.toThrow(/restart the process/);
    expect(await names(store)).toEqual([]);
  });

  it("cannot be moved to another row, or put in plainly", async () => {
    const schema = database.schema();
    const store = await opened(schema, { key });
    const [one, two] = await store.transaction((tx) => [
      tx.insert(SMS_STAGE, stage).pk,
      tx.insert(SMS_STAGE, { ...stage, name: "other" }).pk,
    ]);
    const put = (auth: string) =>
      database.query(
        `UPDATE ${schema}.record SET version = version + 1000,
         body = (body::jsonb || jsonb_build_object('auth', ${auth}))::json WHERE pk = $1`,
        [one],
      );
    await put(`(SELECT body->>'auth' FROM ${schema}.record WHERE pk = '${two}')`);
    await expect(store.read((tx) => tx.get(SMS_STAGE, one))).rejects.toThrow(/auth is not encrypted/);
    await put("'plain'::text");
    await expect(store.read((tx) => tx.get(SMS_STAGE, one))).rejects.toThrow(RowDamaged);
    expect(await store.read((tx) => tx.get(SMS_STAGE, two)?.auth)).toBe("CANARY-auth");
  });
});

database.describe("a damaged row", () => {
  it("is named, and does not stand in the way of others", async () => {
    const schema = database.schema();
    const store = await opened(schema);
    await insert(store, "a");
    await insert(store, "b");
    for (const [body, what] of [
      ["[]", /the row 1 of authentik_core\.user is damaged: its body is not an object/],
      ['{"pk": 2}', /its pk is another one/],
      ['{"pk": 1}', /username: This field is required/],
    ] as const) {
      await database.query(`UPDATE ${schema}.record SET body = $1, version = version + 1000 WHERE pk = '1'`, [
        body,
      ]);
      const [damaged, sound] = await Promise.allSettled([
        store.read((tx) => tx.get(USER, 1)),
        store.read((tx) => tx.get(USER, 2)?.username),
      ]);
      expect(damaged.status === "rejected" && damaged.reason).toBeInstanceOf(RowDamaged);
      expect(damaged.status === "rejected" && damaged.reason.message).toMatch(what);
      expect(sound).toEqual({ status: "fulfilled", value: "b" });
    }
  });
});

database.describe("connections", () => {
  it("that break are replaced; what was read meanwhile is read again", async () => {
    const proxy = await proxied();
    const store = await opened(database.schema(), {}, proxy.url);
    await insert(store, "a");
    proxy.cut();
    expect(await names(store)).toEqual(["a"]);
  });

  it("that cannot be had fail what needs them, and work again afterwards", async () => {
    const proxy = await proxied();
    const store = await opened(database.schema(), {}, proxy.url);
    await insert(store, "a");
    proxy.down();
    for (const attempt of [names(store), insert(store, "b")]) {
      const error = await attempt.catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(StoreUnavailable);
      expect((error as Error).message).toMatch(/nothing was changed; try again when it is back$/);
    }
    proxy.up();
    expect(await insert(store, "c")).toBe(2);
    expect(await names(store)).toEqual(["a", "c"]);
  });

  for (const loss of ["request", "answer"] as const) {
    it(`that break with the ${loss} of a commit leave it unknown, and nobody repeats it`, async () => {
      const proxy = await proxied();
      const store = await opened(database.schema(), {}, proxy.url);
      await insert(store, "a");
      proxy.loseCommit(loss);
      let runs = 0;
      const lost = store.transaction((tx) => {
        runs += 1;
        tx.update(USER, 1, { attributes: { n: ((tx.get(USER, 1)?.attributes.n as number) ?? 0) + 1 } });
      });
      const error = await lost.catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(StoreOutcomeUnknown);
      expect((error as Error).message).toMatch(/whether it was kept is not known/);
      expect(runs).toBe(1);
      const kept = await store.read((tx) => tx.get(USER, 1)?.attributes.n);
      expect(kept).toBe(loss === "answer" ? 1 : undefined);
      expect(await insert(store, "b")).toBe(2);
    });
  }

  it.each(["English", "another language"])(
    "do not wait for ever: a lock that somebody holds is an error in the end, from a server in %s",
    async (language) => {
      const schema = database.schema();
      const proxy = await proxied();
      if (language !== "English") proxy.translate();
      const store = await opened(schema, { statementTimeout: 400 }, proxy.url);
      await insert(store, "a");
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      try {
        await client.query(`BEGIN; LOCK TABLE ${schema}.record IN ACCESS EXCLUSIVE MODE`);
        for (const attempt of [insert(store, "b"), names(store)]) {
          await expect(attempt).rejects.toThrow(/took too long, nothing was changed/);
        }
      } finally {
        await client.end();
      }
      expect(await names(store)).toEqual(["a"]);
    },
  );
});

database.describe("round trips", () => {
  it("are one for a read and one for a transaction, whatever they look at", async () => {
    const schema = database.schema();
    const writer = await opened(schema);
    await writer.transaction((tx) => {
      const groups = ["g", "h"].map((name) => tx.insert(GROUP, { name }).pk);
      tx.insert(USER, { username: "a", groups });
    });
    const store = await opened(schema);
    const look = (tx: Parameters<Parameters<Store["read"]>[0]>[0]) => {
      const user = tx.list(USER, { username: "a" })[0];
      return user?.groups.map((pk) => tx.get(GROUP, pk)?.name);
    };
    expect(await store.read(look)).toEqual(["g", "h"]);
    const queries = vi.spyOn(pg.Client.prototype, "query");
    const counted = async (run: () => Promise<unknown>): Promise<number> => {
      queries.mockClear();
      await run();
      return queries.mock.calls.length;
    };
    try {
      // What was read before is known, and only compared.
      expect(await counted(() => store.read(look))).toBe(1);
      const change = () =>
        store.transaction((tx) => tx.update(USER, 1, { name: randomBytes(4).toString("hex") }));
      expect(await counted(change)).toBe(1);
      expect(await counted(change)).toBe(1);
      // Readers of the same turn share one.
      expect(await counted(() => Promise.all(Array.from({ length: 20 }, () => store.read(look))))).toBe(1);
      // Somebody else changed the row: refused, read, committed.
      await writer.transaction((tx) => tx.update(USER, 1, { name: "other" }));
      expect(await counted(change)).toBe(3);
    } finally {
      queries.mockRestore();
    }
  });

  it("are hardly more than one for a row whose values nobody has yet, where several are inserted", async () => {
    const store = await opened(database.schema());
    const enter = (username: string) =>
      store.transaction((tx) => tx.list(USER, { username })[0] ?? tx.insert(USER, { username }));
    const queries = vi.spyOn(pg.Client.prototype, "query");
    try {
      const pks: number[] = [];
      for (let n = 0; n < 20; n += 1) pks.push((await enter(`u${n}`)).pk);
      expect(pks).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
      // A commit for each, and twice as many new numbers each time.
      expect(queries.mock.calls.length).toBeLessThanOrEqual(20 + 6);
    } finally {
      queries.mockRestore();
    }
  });

  it("are spent on a second look where somebody has them after all", async () => {
    const schema = database.schema();
    const writer = await opened(schema);
    await writer.transaction((tx) => tx.insert(USER, { username: "taken", name: "first" }));
    const store = await opened(schema);
    const entered = await store.transaction((tx) => {
      const holder = tx.list(USER, { username: "taken" })[0];
      // Not the same row: only what was looked at can show that it was wrong.
      return holder ?? tx.insert(USER, { username: "free", name: "second" });
    });
    expect(entered.name).toBe("first");
    expect(await store.read((tx) => tx.list(USER).map(({ username }) => username))).toEqual(["taken"]);
  });
});

database.describe("several processes", () => {
  it("count without losing an increment, and all come to an end", { timeout: 60_000 }, async () => {
    const schema = database.schema();
    const stores = await Promise.all(Array.from({ length: 4 }, () => opened(schema, { connections: 4 })));
    await stores[0].transaction((tx) => tx.insert(USER, { username: "a", attributes: { n: 0 } }));
    const step = (store: Store) =>
      store.transaction((tx) => {
        const n = tx.get(USER, 1)?.attributes.n as number;
        tx.update(USER, 1, { attributes: { n: n + 1 } });
      });
    await Promise.all(stores.flatMap((store) => Array.from({ length: 25 }, () => step(store))));
    for (const store of stores)
      expect(await store.read((tx) => tx.get(USER, 1)?.attributes)).toEqual({ n: 100 });
  });

  it("give out each number once", async () => {
    const schema = database.schema();
    const stores = await Promise.all(Array.from({ length: 3 }, () => opened(schema, { connections: 2 })));
    const pks = await Promise.all(
      Array.from({ length: 60 }, (_, index) => insert(stores[index % 3], `u${index}`)),
    );
    expect(new Set(pks).size).toBe(60);
    // A number that was given by hand is used up for all.
    await stores[0].transaction((tx) => tx.insert(USER, { pk: 1_000, username: "by hand" }));
    await stores[0].transaction((tx) => tx.delete(USER, 1_000));
    const next = await opened(schema);
    expect(await insert(next, "after")).toBeGreaterThan(1_000);
  });

  it("leave what running their transactions one after the other could have left", {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(deeds, { minLength: 10, maxLength: 60 }), async (plan) => {
        const schema = database.schema();
        const stores = await Promise.all(Array.from({ length: 3 }, () => opened(schema, { connections: 3 })));
        const done: Deed[] = [];
        await Promise.all(
          plan.map(async (deed, index) => {
            const told = await stores[index % stores.length].transaction((tx) => deed(tx, `t${index}`));
            done.push(told);
          }),
        );
        expect(cycleIn(done)).toEqual([]);
        await Promise.all(open.splice(0).map((store) => store.close()));
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });

  it("are told when a work is not deterministic or not allowed", async () => {
    const store = await opened(database.schema());
    const writing = store.read((tx) =>
      (tx as unknown as { insert(model: string, row: object): void }).insert(GROUP, { name: "x" }),
    );
    await expect(writing).rejects.toThrow(StoreError);
    await expect(writing).rejects.toThrow(/a read cannot change rows/);
  });
});
