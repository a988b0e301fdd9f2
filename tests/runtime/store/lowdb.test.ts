// The lowdb store: the contract, the file it writes, what it refuses to open, and what it does when it cannot write.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import {
  chmod,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../engine/types.ts";
import {
  type Store,
  StoreDamaged,
  StoreError,
  StoreLocked,
  StoreWriteFailed,
} from "../../../runtime/store/contract.ts";
import { lowdbStore } from "../../../runtime/store/lowdb.ts";
import { storeContract } from "./contract.ts";
import { freshDirectory } from "./directory.ts";

const USER = "authentik_core.user";
const SESSION = "postern.flowsession";

storeContract("lowdb", async () => lowdbStore(join(await freshDirectory(), "postern.json")));

async function freshFile(): Promise<string> {
  return join(await freshDirectory(), "postern.json");
}

/** A closed store's file with one user in it. */
async function fileWithUser(): Promise<string> {
  const file = await freshFile();
  await using store = await lowdbStore(file);
  await store.transaction((tx) => tx.insert(USER, { username: "marie" }));
  return file;
}

async function refused<E extends StoreError>(
  file: string,
  kind: abstract new (...values: never[]) => E,
): Promise<E> {
  const error: unknown = await lowdbStore(file).then(
    async (store) => {
      await store.close();
      return undefined;
    },
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(kind);
  return error as E;
}

describe("the file", () => {
  it("is readable JSON with a version, private to its owner, and holds all rows after a restart", async () => {
    const file = await freshFile();
    const store = await lowdbStore(file);
    const user = await store.transaction((tx) =>
      tx.insert(USER, { username: "marie", attributes: { a: [1, "é"] } }),
    );
    await store.close();
    const content = JSON.parse(await readFile(file, "utf8"));
    expect(content.postern).toBe(1);
    expect(content.models[USER]).toEqual([user]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await using again = await lowdbStore(file);
    expect(await again.read((tx) => tx.get(USER, user.pk))).toEqual(user);
  });

  it("is written before a transaction is acknowledged", async () => {
    const file = await freshFile();
    await using store = await lowdbStore(file);
    for (const username of ["a", "b", "c"]) {
      await store.transaction((tx) => tx.insert(USER, { username }));
      expect(await readFile(file, "utf8")).toContain(`"username":"${username}"`);
    }
  });

  it("is written once for a burst", async () => {
    const file = await freshFile();
    await using store = await lowdbStore(file);
    const before = (await stat(file)).ino;
    const inodes = new Set<number>();
    const burst = Array.from({ length: 50 }, async (_, index) => {
      await store.transaction((tx) => tx.insert(USER, { username: `u${index}` }));
      inodes.add((await stat(file)).ino);
    });
    await Promise.all(burst);
    inodes.delete(before);
    expect(inodes.size).toBe(1);
  });

  it("keeps the state before as a backup", async () => {
    const file = await freshFile();
    await using store = await lowdbStore(file);
    await store.transaction((tx) => tx.insert(USER, { username: "first" }));
    await store.transaction((tx) => tx.insert(USER, { username: "second" }));
    const backup = await readFile(`${file}.bak`, "utf8");
    expect(backup).toContain("first");
    expect(backup).not.toContain("second");
  });

  it("does not use a user's number again after a restart", async () => {
    const file = await freshFile();
    {
      await using store = await lowdbStore(file);
      await store.transaction((tx) => {
        tx.insert(USER, { username: "a" });
        tx.insert(USER, { username: "b" });
      });
      await store.transaction((tx) => tx.delete(USER, 2));
    }
    await using store = await lowdbStore(file);
    expect(await store.transaction((tx) => tx.insert(USER, { username: "c" }).pk)).toBe(3);
  });

  it("holds exactly the rows after any changes, whichever of them are written again", async () => {
    const change = fc.record({
      do: fc.constantFrom("insert", "update", "delete"),
      at: fc.nat(7),
      name: fc.string({ unit: "binary", maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 8 }),
        async (transactions) => {
          const file = await freshFile();
          const rows = (store: Store) => store.read((tx) => [tx.list(USER), tx.list(SESSION)]);
          await using store = await lowdbStore(file);
          for (const changes of transactions) {
            await store.transaction((tx) => {
              for (const { do: kind, at, name } of changes) {
                const pk = `s${at}`;
                const row = { data: name, expires: "2030-01-01T00:00:00Z" };
                if (tx.get(SESSION, pk) === undefined) tx.insert(SESSION, { pk, ...row });
                else if (kind === "delete") tx.delete(SESSION, pk);
                else tx.update(SESSION, pk, row);
                if (kind === "insert")
                  tx.insert(USER, { username: crypto.randomUUID(), attributes: { name } });
              }
            });
            const copy = join(await freshDirectory(), "copy.json");
            await copyFile(file, copy);
            await using again = await lowdbStore(copy);
            expect(await rows(again)).toEqual(await rows(store));
          }
        },
      ),
      { numRuns: 10 },
    );
  });

  it("leaves nothing else behind when the store is closed", async () => {
    const file = await fileWithUser();
    expect((await readdir(join(file, ".."))).sort()).toEqual(["postern.json", "postern.json.bak"]);
  });

  it("is found through a link, and the link stays one", async () => {
    const file = await fileWithUser();
    const link = join(await freshDirectory(), "link.json");
    await symlink(file, link);
    {
      await using store = await lowdbStore(link);
      await refused(file, StoreLocked);
      await store.transaction((tx) => tx.insert(USER, { username: "via-link" }));
    }
    expect(await readFile(file, "utf8")).toContain("via-link");
  });

  it("gives back every JSON value that it was given", async () => {
    const file = await freshFile();
    const json = fc
      .jsonValue({ stringUnit: "binary" })
      .filter((value) => !JSON.stringify(value).includes("__proto__"));
    await fc.assert(
      fc.asyncProperty(fc.array(json, { minLength: 1, maxLength: 5 }), async (values) => {
        const expires = "2030-01-01T00:00:00.000Z";
        const expected = JSON.parse(JSON.stringify(values)) as JsonValue[];
        {
          await using store = await lowdbStore(file);
          await store.transaction((tx) => {
            for (const row of tx.list(SESSION)) tx.delete(SESSION, row.pk);
            for (const [index, data] of values.entries()) {
              tx.insert(SESSION, { pk: `s${index}`, data: (data ?? "null") as JsonValue, expires });
            }
          });
        }
        await using store = await lowdbStore(file);
        const rows = await store.read((tx) => tx.list(SESSION).map((row) => row.data));
        expect(rows).toEqual(expected.map((value) => value ?? "null"));
      }),
      { numRuns: 25 },
    );
  });
});

describe("a damaged file", () => {
  const damages: [string, string, RegExp, { line: number; column: number } | undefined][] = [
    ["empty", "", /the file is empty/, { line: 1, column: 1 }],
    ["not JSON", "hello", /not JSON: expected a value/, { line: 1, column: 1 }],
    ["truncated", '{\n  "postern": 1,\n  "models": {', /ends too early/, { line: 3, column: 14 }],
    [
      "a missing comma",
      '{\n  "postern": 1\n  "models": {}\n}',
      /expected "," or "}"/,
      { line: 3, column: 3 },
    ],
    ["a text that does not end", '{"postern": 1, "mod', /within this text/, { line: 1, column: 16 }],
    ["text after the end", '{"postern": 1, "models": {}}\n}', /text after the end/, { line: 2, column: 1 }],
    ["a list", "[]", /top level has to be an object/, { line: 1, column: 1 }],
    ["another program's", '{"users": []}', /"postern" is missing/, { line: 1, column: 1 }],
    ["version 0", '{"postern": 0, "models": {}}', /whole number from 1/, { line: 1, column: 13 }],
    ["a text for a version", '{"postern": "1", "models": {}}', /whole number/, { line: 1, column: 13 }],
    [
      "a newer version",
      '{"postern": 2, "models": {}}',
      /a newer Postern wrote.*newer version/,
      { line: 1, column: 13 },
    ],
    ["no models", '{"postern": 1}', /"models" has to be an object/, { line: 1, column: 1 }],
    [
      "an unknown model",
      '{"postern": 1, "models": {"constructor": []}}',
      /no model "constructor"/,
      { line: 1, column: 42 },
    ],
    [
      "rows that are no list",
      '{"postern": 1, "models": {"authentik_core.user": {}}}',
      /rows have to be a list/,
      { line: 1, column: 50 },
    ],
    [
      "a wrong field",
      '{"postern": 1, "models": {"authentik_core.user": [\n{"pk": 1, "username": "a"},\n{"pk": 2, "username": []}]}}',
      /username: Not a valid string\./,
      { line: 3, column: 23 },
    ],
    [
      "a row without pk",
      '{"postern": 1, "models": {"authentik_core.user": [{"username": "a"}]}}',
      /pk: A valid integer/,
      { line: 1, column: 51 },
    ],
    [
      "a pk twice",
      '{"postern": 1, "models": {"authentik_core.user": [{"pk": 1, "username": "a"},\n{"pk": 1, "username": "b"}]}}',
      /pk 1 occurs twice/,
      { line: 2, column: 8 },
    ],
    [
      "a unique field twice",
      '{"postern": 1, "models": {"authentik_core.user": [{"pk": 1, "username": "a"},\n{"pk": 2, "username": "a"}]}}',
      /username: the same value/,
      { line: 2, column: 23 },
    ],
    [
      "a reference to nothing",
      '{"postern": 1, "models": {"authentik_core.user": [\n{"pk": 1, "username": "a", "groups": ["00000000-0000-4000-8000-000000000000"]}]}}',
      /groups: Invalid pk/,
      { line: 2, column: 39 },
    ],
    [
      "a key that reaches for prototypes",
      '{"postern": 1, "models": {"authentik_core.user": [\n{"pk": 1, "username": "a", "attributes": {"x": {"__proto__": {"admin": 1}}}}]}}',
      /"__proto__" may not occur/,
      { line: 2, column: 62 },
    ],
    [
      "a wrong sequence",
      '{"postern": 1, "sequences": {"authentik_core.user": -1}, "models": {}}',
      /a sequence is/,
      { line: 1, column: 53 },
    ],
    ["deep nesting", `{"postern": 1, "models": ${"[".repeat(100_000)}`, /not JSON/, undefined],
  ];

  for (const [name, content, message, place] of damages) {
    it(`is refused and left alone: ${name}`, async () => {
      const file = await freshFile();
      await writeFile(file, content);
      const error = await refused(file, StoreDamaged);
      expect(error.message).toMatch(message);
      expect(error.message).toMatch(/left as it is\. \S/);
      if (place !== undefined) {
        expect({ line: error.line, column: error.column }).toEqual(place);
        expect(error.message.startsWith(`${file}:${place.line}:${place.column}: `)).toBe(true);
      }
      expect(await readFile(file, "utf8")).toBe(content);
      expect(await readdir(join(file, ".."))).toEqual(["postern.json"]);
    });
  }

  it("is refused where it is not UTF-8", async () => {
    const file = await freshFile();
    await writeFile(file, Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
    expect((await refused(file, StoreDamaged)).message).toMatch(/not UTF-8/);
  });

  it("never has its content quoted: it may be a secret", async () => {
    const file = await freshFile();
    await writeFile(file, '{"postern": 1, "models": {"x": [{"auth": "CANARY-1" CANARY-2 }]}}');
    expect((await refused(file, StoreDamaged)).message).not.toMatch(/CANARY/);
  });

  it("is answered with the backup to go back to", async () => {
    const file = await fileWithUser();
    await writeFile(file, "{");
    expect((await refused(file, StoreDamaged)).message).toContain(`${file}.bak`);
    expect(existsSync(`${file}.bak`)).toBe(true);
  });

  it("counts as damage when only its backup is there", async () => {
    const file = await fileWithUser();
    await rm(file);
    expect((await refused(file, StoreDamaged)).message).toMatch(/missing, but its backup/);
    expect(existsSync(file)).toBe(false);
    await rename(`${file}.bak`, file);
    await (await lowdbStore(file)).close();
  });

  it("of any kind gives a typed error or a store, and no extra keys", async () => {
    const file = await fileWithUser();
    const whole = await readFile(file, "utf8");
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.string({ maxLength: 3 }),
        fc.nat(3),
        async (at, put, cut) => {
          const broken = whole.slice(0, at) + put + whole.slice(at + cut);
          await writeFile(file, broken);
          try {
            await using store = await lowdbStore(file, { notice: () => undefined });
            const users = await store.read((tx) => tx.list(USER));
            for (const user of users) expect(Object.keys(user)).toHaveLength(16);
          } catch (error) {
            expect(error).toBeInstanceOf(StoreDamaged);
            expect(await readFile(file, "utf8")).toBe(broken);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe("what is unknown in a file", () => {
  it("is ignored with a notice when it is a field", async () => {
    const file = await freshFile();
    const row = { pk: 1, username: "a", colour: "red" };
    await writeFile(file, JSON.stringify({ postern: 1, extra: 1, models: { [USER]: [row] } }));
    const notices: string[] = [];
    await using store = await lowdbStore(file, { notice: (text) => notices.push(text) });
    expect(await store.read((tx) => Object.keys(tx.list(USER)[0]))).not.toContain("colour");
    expect(notices).toEqual([
      `${file}: the unknown key "extra" was ignored.`,
      `${file}: authentik_core.user has no field "colour"; it was ignored.`,
    ]);
  });
});

describe("a path that cannot be a store", () => {
  it("is explained", async () => {
    const directory = await freshDirectory();
    const message = async (path: string) => (await refused(path, StoreError)).message;
    expect(await message(directory)).toMatch(/is not a file; give/);
    expect(await message(join(directory, "no", "postern.json"))).toMatch(/does not exist; make it first/);
    await symlink(join(directory, "nothing"), join(directory, "dangling"));
    expect(await message(join(directory, "dangling"))).toMatch(/leads nowhere/);
  });
});

describe("a write that fails", () => {
  it("rejects its transactions, changes nothing, and the store works on when the cause is gone", async () => {
    const file = await freshFile();
    await using store = await lowdbStore(file);
    await store.transaction((tx) => tx.insert(USER, { username: "before" }));
    const content = await readFile(file, "utf8");
    // A directory where the new file is to be written stands for every reason why it cannot be.
    await mkdir(join(`${file}.tmp`, "in-the-way"), { recursive: true });
    const insert = (username: string) => store.transaction((tx) => tx.insert(USER, { username }).pk);
    const outcomes = await Promise.allSettled([insert("one"), insert("two")]);
    for (const outcome of outcomes) {
      expect(outcome.status === "rejected" && outcome.reason).toBeInstanceOf(StoreWriteFailed);
    }
    expect(await store.read((tx) => tx.list(USER).map((user) => user.username))).toEqual(["before"]);
    expect(await readFile(file, "utf8")).toBe(content);
    await rm(`${file}.tmp`, { recursive: true });
    expect(await insert("after")).toBe(2);
    expect(await readFile(file, "utf8")).toContain("after");
  });

  it.skipIf(process.getuid?.() === 0)("says so when the directory is not writable", async () => {
    const file = await freshFile();
    await using store = await lowdbStore(file);
    await chmod(join(file, ".."), 0o500);
    const failed = store.transaction((tx) => tx.insert(USER, { username: "a" }));
    await expect(failed).rejects.toThrow(/Let this process write in/);
    await chmod(join(file, ".."), 0o700);
  });
});

describe("the lock", () => {
  it("refuses a second store on the file, in this process", async () => {
    const file = await freshFile();
    await using _store = await lowdbStore(file);
    const error = await refused(file, StoreLocked);
    expect(error.pid).toBe(process.pid);
    expect(error.message).toMatch(/in use by this process itself/);
  });

  it("refuses a file that another process has, and says which; takes it over when that one is dead", async () => {
    const file = await freshFile();
    const child = spawn(process.execPath, [join(import.meta.dirname, "writer.ts"), file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    // The first rows it acknowledges are deletions: wait for one that it keeps.
    for await (const chunk of child.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
      if (String(chunk).includes("+")) break;
    }
    const error = await refused(file, StoreLocked);
    expect(error.pid).toBe(child.pid);
    expect(error.message).toContain(`another process (pid ${child.pid})`);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(existsSync(`${file}.lock`)).toBe(true);
    await using store = await lowdbStore(file);
    expect((await store.read((tx) => tx.list(USER))).length).toBeGreaterThan(0);
  });

  it("is taken over when the pid belongs to a later process", async () => {
    const file = await freshFile();
    const owner = { pid: process.pid, started: "long ago", host: hostname(), id: "x" };
    await writeFile(`${file}.lock`, JSON.stringify(owner));
    await (await lowdbStore(file)).close();
  });

  it("is taken over by exactly one of many", async () => {
    const file = await freshFile();
    const owner = { pid: process.pid, started: "long ago", host: hostname(), id: "x" };
    await writeFile(`${file}.lock`, JSON.stringify(owner));
    const opened = await Promise.allSettled(Array.from({ length: 8 }, () => lowdbStore(file)));
    const stores = opened.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    expect(stores).toHaveLength(1);
    for (const store of stores) await store.close();
  });

  it("of another host, or that says nothing, is for a person to remove", async () => {
    const file = await freshFile();
    await writeFile(`${file}.lock`, JSON.stringify({ pid: 1, host: "elsewhere", id: "x" }));
    expect((await refused(file, StoreLocked)).message).toMatch(/host elsewhere.*remove .*\.lock/);
    await writeFile(`${file}.lock`, "");
    expect((await refused(file, StoreLocked)).message).toMatch(/does not say by whom.*remove the lock/);
    expect(await readdir(join(file, ".."))).toEqual(["postern.json.lock"]);
  });

  it.each([0, 1, 2])("that was taken away stops the writing, after %d writes", async (writes) => {
    const file = await freshFile();
    const first = await lowdbStore(file);
    for (let n = 0; n < writes; n += 1) {
      await first.transaction((tx) => tx.insert(USER, { username: `before ${n}` }));
    }
    await rm(`${file}.lock`);
    await using second = await lowdbStore(file);
    await second.transaction((tx) => tx.insert(USER, { username: "second" }));
    const late = first.transaction((tx) => tx.insert(USER, { username: "first" }));
    await expect(late).rejects.toThrow(StoreLocked);
    await first.close();
    await refused(file, StoreLocked);
    expect(await readFile(file, "utf8")).toContain("second");
  });

  it("that was written over stops the writing", async () => {
    const file = await freshFile();
    const store = await lowdbStore(file);
    await store.transaction((tx) => tx.insert(USER, { username: "before" }));
    const owner = JSON.parse(await readFile(`${file}.lock`, "utf8")) as { id: string };
    await writeFile(`${file}.lock`, JSON.stringify({ ...owner, id: "x".repeat(owner.id.length) }));
    await expect(store.transaction((tx) => tx.insert(USER, { username: "late" }))).rejects.toThrow(
      StoreLocked,
    );
    await store.close();
  });

  it("that was touched by nobody else is held on to", async () => {
    const file = await freshFile();
    await using store = await lowdbStore(file);
    await store.transaction((tx) => tx.insert(USER, { username: "before" }));
    await writeFile(`${file}.lock`, await readFile(`${file}.lock`));
    await store.transaction((tx) => tx.insert(USER, { username: "after" }));
    expect(await store.read((tx) => tx.list(USER).length)).toBe(2);
  });
});
