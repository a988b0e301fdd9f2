// Secret fields stand encrypted in the file when a key is given, and open with that key and in their place only.
import { createHash, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { StoreDamaged, StoreKeyError } from "../../../runtime/store/contract.ts";
import { lowdbStore } from "../../../runtime/store/lowdb.ts";
import { memoryStore } from "../../../runtime/store/memory.ts";
import { storeContract } from "./contract.ts";
import { freshDirectory } from "./directory.ts";

const SMS_STAGE = "authentik_stages_authenticator_sms.authenticatorsmsstage";
const SESSION = "postern.flowsession";
const key = randomBytes(32);

storeContract("lowdb with a key", async () =>
  lowdbStore(join(await freshDirectory(), "postern.json"), { key }),
);

const stage = {
  name: "sms",
  provider: "generic",
  from_number: "1",
  account_sid: "https://sms.example",
  auth: "CANARY-auth",
  auth_password: "CANARY-password",
} as const;

async function fill(file: string, options?: { key: Uint8Array }): Promise<void> {
  await using store = await lowdbStore(file, options);
  await store.transaction((tx) => {
    tx.insert(SMS_STAGE, stage);
    tx.insert(SMS_STAGE, { ...stage, name: "other", auth: "CANARY-other" });
    tx.insert(SESSION, { pk: "s", data: { token: "CANARY-token" }, expires: "2030-01-01T00:00:00Z" });
  });
  await store.transaction((tx) => tx.insert("authentik_core.user", { username: "a" }));
}

const openAndClose = async (file: string, secret?: Uint8Array | string): Promise<void> =>
  (await lowdbStore(file, { key: secret })).close();

describe("secrets at rest", () => {
  it("are nowhere in the file or its backup, and come back", async () => {
    const file = join(await freshDirectory(), "postern.json");
    await fill(file, { key });
    for (const path of [file, `${file}.bak`]) expect(await readFile(path, "utf8")).not.toContain("CANARY");
    await using store = await lowdbStore(file, { key: key.toString("hex") });
    expect(await store.read((tx) => tx.list(SMS_STAGE)[0])).toMatchObject(stage);
    expect(await store.read((tx) => tx.get(SESSION, "s")?.data)).toEqual({ token: "CANARY-token" });
  });

  it("are encrypted when a plain file is first opened with a key, in the backup too", async () => {
    const file = join(await freshDirectory(), "postern.json");
    await fill(file);
    expect(await readFile(file, "utf8")).toContain("CANARY");
    await openAndClose(file, key.toString("base64"));
    for (const path of [file, `${file}.bak`]) expect(await readFile(path, "utf8")).not.toContain("CANARY");
    await openAndClose(file, key);
  });

  it("need the key they were written with; without it the file is left alone", async () => {
    const file = join(await freshDirectory(), "postern.json");
    await fill(file, { key });
    const before = await readFile(file);
    await expect(openAndClose(file)).rejects.toThrow(/holds encrypted secrets/);
    await expect(openAndClose(file, randomBytes(32))).rejects.toThrow(StoreKeyError);
    expect(await readFile(file)).toEqual(before);
  });

  it("cannot be moved to another row or altered", async () => {
    const file = join(await freshDirectory(), "postern.json");
    await fill(file, { key });
    const content = JSON.parse(await readFile(file, "utf8"));
    const [one, two] = content.models[SMS_STAGE];
    [one.auth, two.auth] = [two.auth, one.auth];
    await writeFile(file, JSON.stringify(content, null, 2));
    await expect(openAndClose(file, key)).rejects.toThrow(StoreDamaged);
    [one.auth, two.auth] = [two.auth, `${one.auth.slice(0, -6)}AAAAA=`];
    await writeFile(file, JSON.stringify(content, null, 2));
    await expect(openAndClose(file, key)).rejects.toThrow(/auth: not encrypted with the store's key/);
  });

  it("want a key of 32 bytes", async () => {
    const file = join(await freshDirectory(), "postern.json");
    for (const bad of ["", "password", randomBytes(16), randomBytes(33).toString("base64")]) {
      await expect(openAndClose(file, bad)).rejects.toThrow(/must be 32 bytes/);
    }
  });
});

describe("keyed hashes", () => {
  it("are the same for the same key, purpose and text, and stay so when the store is opened again", async () => {
    const file = join(await freshDirectory(), "postern.json");
    const hash = async () => {
      await using store = await lowdbStore(file, { key });
      return store.keyedHash?.("phone", "+12025550173");
    };
    const first = await hash();
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(await hash()).toBe(first);
    expect(memoryStore({ key }).keyedHash?.("phone", "+12025550173")).toBe(first);
  });

  it("differ by key, purpose and text, and are not the plain hash", () => {
    const hash = (secret: Uint8Array, purpose: string, text: string) =>
      memoryStore({ key: secret }).keyedHash?.(purpose, text);
    const plain = createHash("sha256").update("a").digest("hex");
    const all = [
      hash(key, "p", "a"),
      hash(randomBytes(32), "p", "a"),
      hash(key, "q", "a"),
      hash(key, "p", "b"),
    ];
    expect(new Set([...all, plain]).size).toBe(5);
  });

  it("are not there without a key", () => {
    expect(memoryStore().keyedHash).toBeUndefined();
  });
});
