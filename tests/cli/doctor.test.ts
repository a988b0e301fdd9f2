// `postern doctor`: what it says of a sound installation, and of each thing that is not.
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import picocolors from "picocolors";
import { afterEach, beforeEach, expect, test } from "vitest";
import { nativeModule, nodeVersion, settingsAndStore, timeZones } from "../../cli/examination.ts";
import { library } from "../../cli/library.ts";
import { lowdbStore } from "../../runtime/store/lowdb.ts";
import { postgresStore } from "../../runtime/store/postgres.ts";
import { testDatabase } from "../postgres/database.ts";
import { postern } from "./command-line.ts";

const silent = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  interactive: false,
  color: picocolors.createColors(false),
  errorColor: picocolors.createColors(false),
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-doctor-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The lines of `postern doctor --json`, by name. */
async function doctor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { code, out, err } = await postern(["doctor", "--json", ...args], { library, env });
  expect(err).toBe("");
  const lines = out
    .trimEnd()
    .split("\n")
    .map((text) => JSON.parse(text));
  return { code, found: Object.fromEntries(lines.map(({ name, ...rest }) => [name, rest])), lines };
}

test("a sound installation is ok in every line, and nothing is made in the store's folder", async () => {
  const { code, lines } = await doctor(["--data", folder]);
  expect(lines.filter(({ state }) => state === "fail")).toEqual([]);
  expect(lines.map(({ name }) => name)).toEqual([
    "node",
    "isolated-vm",
    "re2",
    "snapshot",
    "sandbox",
    "time-zones",
    "settings",
    "store",
  ]);
  expect(lines.at(-1).found).toBe(`${join(folder, "postern.json")}: not there yet; the first start makes it`);
  expect(code).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
});

test("text has a mark, the finding and, below, what to do", async () => {
  const examine = async () => [
    { name: "node", state: "ok", found: "Node 24.15.0" } as const,
    { name: "re2", state: "fail", found: "re2 does not load: \u001b[31m", todo: "install it" } as const,
  ];
  expect(await postern(["doctor"], { library: { examine } })).toEqual({
    code: 1,
    out: "ok    node: Node 24.15.0\nfail  re2: re2 does not load: \\x1b[31m\n      install it\n",
    err: "",
  });
});

test("a store is read and left as it is; one that is open elsewhere is a warning, a damaged one fails", async () => {
  const path = join(folder, "postern.json");
  const store = await lowdbStore(path);
  await store.transaction((tx) => tx.insert("authentik_core.user", { username: "marie" }));
  const look = async () =>
    (await settingsAndStore({ given: { store: path }, dataFolder: folder, io: silent, env: {} })).at(-1);
  expect(await look()).toMatchObject({
    state: "warn",
    found: expect.stringContaining("is in use by this process"),
  });
  await store.close();
  const before = readFileSync(path, "utf8");
  expect(await look()).toMatchObject({ state: "ok", found: `${path}: can be opened (1 rows)` });
  expect(readFileSync(path, "utf8")).toBe(before);
  writeFileSync(path, before.slice(0, -20));
  expect(await look()).toMatchObject({ state: "fail", found: expect.stringContaining(`${path}:`) });
  expect(readFileSync(path, "utf8")).toBe(before.slice(0, -20));
});

test("a store is looked at where a link leads to: whoever has it open is there", async () => {
  const [path, link] = [join(folder, "real.json"), join(folder, "postern.json")];
  symlinkSync(path, link);
  const look = async () =>
    (await settingsAndStore({ given: { store: link }, dataFolder: folder, io: silent, env: {} })).at(-1);
  expect(await look()).toMatchObject({ state: "fail", found: expect.stringContaining("leads nowhere") });
  writeFileSync(path, '{"postern":1,"models":{}}');
  await using store = await lowdbStore(link);
  expect(await look()).toMatchObject({ state: "warn", found: expect.stringContaining("is in use by") });
  await store.close();
});

test("settings that cannot be used are named, without their values, and the store is looked at all the same", async () => {
  const env = { POSTERN_PORT: "hidden", POSTERN_BODY_LIMIT: "-1", POSTERN_DATA: folder };
  const [settings, store] = await settingsAndStore({ given: {}, dataFolder: "/nowhere", io: silent, env });
  expect(settings).toMatchObject({ state: "fail", todo: expect.stringContaining("docs/operations.md") });
  expect(settings?.found).toContain("POSTERN_PORT: ");
  expect(settings?.found).toContain("POSTERN_BODY_LIMIT: ");
  expect(settings?.found).not.toContain("hidden");
  expect(store).toMatchObject({ state: "ok", found: expect.stringContaining(folder) });
});

test("an address that is no store's is not looked at, nor shown", async () => {
  const env = { POSTERN_STORE: "mysql://user:canary@db/postern" };
  const found = await settingsAndStore({ given: {}, dataFolder: "/nowhere", io: silent, env });
  expect(found).toMatchObject([{ name: "settings", state: "fail" }]);
  expect(JSON.stringify(found)).not.toContain("canary");
});

test("a Node that is too old, a module that is missing, and time zones that are not there say what to do", async () => {
  expect(nodeVersion("22.1.0")).toMatchObject({ state: "fail", todo: "install Node 24 LTS, 24.15 or later" });
  expect(nodeVersion("24.14.9").state).toBe("fail");
  expect(nodeVersion("24.15.0").state).toBe("ok");
  expect(nodeVersion("26.0.0").state).toBe("warn");
  expect(await nativeModule("no-such-module", "")).toMatchObject({
    state: "fail",
    found: expect.stringContaining("no-such-module does not load: "),
  });
  expect(await nativeModule("re2", "throw new TypeError('it was\\nbuilt for another Node')")).toMatchObject({
    state: "fail",
    found: "re2 does not load: TypeError: it was built for another Node",
    todo: expect.stringContaining("npm start"),
  });
  expect(timeZones("'No time zone found with key Europe/Berlin'").state).toBe("warn");
});

const database = await testDatabase();
database.describe("a database", () => {
  test("needs a secret key, and is not given tables", async () => {
    const look = (env: Readonly<Record<string, string>>) =>
      settingsAndStore({ given: { store: database.url }, dataFolder: folder, io: silent, env });
    const found = await look({});
    expect(found.at(-2)).toMatchObject({ name: "settings", state: "fail" });
    expect(found.at(-1)).toMatchObject({ name: "store", state: "ok" });
    const nowhere = "postgres://somebody:secret@127.0.0.1:1/none";
    const gone = await settingsAndStore({
      given: { store: nowhere },
      dataFolder: folder,
      io: silent,
      env: {},
    });
    expect(gone.at(-1)).toMatchObject({ state: "fail", todo: expect.stringContaining("start the database") });
    expect(JSON.stringify(gone)).not.toContain("secret@");
  });

  test("that holds encrypted secrets needs its key, and says so", async () => {
    const key = (byte: string): string => byte.repeat(64);
    const store = await postgresStore(database.url, { key: key("a") });
    await store.close();
    const look = async (env: Readonly<Record<string, string>>) =>
      (await settingsAndStore({ given: { store: database.url }, dataFolder: folder, io: silent, env })).at(
        -1,
      );
    const todo = "set POSTERN_STORE_KEY to the key that the store was written with";
    expect(await look({})).toMatchObject({
      state: "fail",
      found: expect.stringMatching(/ holds encrypted secrets: open it with the key it was written with$/),
      todo,
    });
    expect(await look({ POSTERN_STORE_KEY: key("b") })).toMatchObject({
      state: "fail",
      found: expect.stringMatching(/ was written with another key: open it with that one$/),
      todo,
    });
    expect(await look({ POSTERN_STORE_KEY: key("a") })).toMatchObject({ state: "ok" });
  });
});
