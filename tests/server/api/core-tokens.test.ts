// API tokens over the API: made, looked at once, changed, and whose they are.
import { CoreApi, IntentEnum } from "@goauthentik/api";
import { expect, test } from "vitest";
import { createToken } from "../../../server/tokens.ts";
import type { Client } from "../server-under-test.ts";
import { managementUnderTest } from "./management.ts";

const TOKEN = "authentik_core.token";
const GONE = {
  status: 404,
  body: { detail: "Only a hash of this key is kept; it was shown, or its time is over. Make another token." },
};

const at = managementUnderTest();
let people = 0;

/** A user without rights, and their client. */
async function person(): Promise<{ readonly pk: number; readonly client: Client }> {
  people += 1;
  const { pk } = await at.add("authentik_core.user", { username: `person-${people}` });
  const key = await at.running.store.transaction((tx) => createToken(tx, pk).key);
  return { pk, client: at.running.client(key) };
}

const whoami = async (key: string): Promise<number | string> => {
  const { status, body } = await at.ask("GET", "/core/users/me/", undefined, at.running.client(key));
  return status === 200 ? body.user.username : status;
};

test("authentik's own client makes a token, looks at its key, uses it and takes it away", async () => {
  const { pk, client } = await person();
  const core = new CoreApi(client.configuration());
  const made = await core.coreTokensCreate({
    tokenRequest: { identifier: "ci", description: "for the build" },
  });
  expect(made).toMatchObject({
    identifier: "ci",
    intent: IntentEnum.Api,
    user: pk,
    userObj: { pk, isSuperuser: false },
    description: "for the build",
    expiring: false,
  });
  const { key } = await core.coreTokensViewKeyRetrieve({ identifier: "ci" });
  expect(await whoami(key)).toBe(`person-${people}`);
  const own = (await core.coreTokensList({})).results.map(({ identifier }) => identifier);
  expect(own).toContain("ci");
  expect(own).toHaveLength(2);
  await core.coreTokensDestroy({ identifier: "ci" });
  expect(await whoami(key)).toBe(403);
});

test("a key is shown once, and of no other token; that it was is an event", async () => {
  await at.create("/core/tokens/", { identifier: "once" });
  const [{ key_sealed }] = (await at.rows(TOKEN)).filter(({ identifier }) => identifier === "once");
  const first = await at.get("/core/tokens/once/view_key/");
  expect(first).toEqual({ status: 200, body: { key: expect.stringMatching(/^[\w-]{43}$/) } });
  expect(key_sealed).not.toContain(first.body.key);
  expect(await at.get("/core/tokens/once/view_key/")).toEqual(GONE);
  const [row] = (await at.rows(TOKEN)).filter(({ identifier }) => identifier === "once");
  expect(row).toMatchObject({ key_sealed: null, key_viewable_until: null });
  await at.running.store.transaction((tx) => createToken(tx, at.running.admin, { identifier: "by-hand" }));
  expect(await at.get("/core/tokens/by-hand/view_key/")).toEqual(GONE);
  const views = (await at.rows("authentik_events.event")).filter(({ action }) => action === "secret_view");
  expect(views.at(-1)).toMatchObject({ context: { model: { name: "once" } } });
  expect(JSON.stringify(views)).not.toContain(first.body.key);
});

test("a key that nobody looked at in time is gone, from the store too", async () => {
  await at.create("/core/tokens/", { identifier: "late" });
  const [row] = (await at.rows(TOKEN)).filter(({ identifier }) => identifier === "late");
  const key_viewable_until = new Date(Date.now() - 1).toISOString();
  expect(Date.parse(row.key_viewable_until ?? "") - Date.now()).toBeLessThanOrEqual(600_000);
  await at.running.store.transaction((tx) => tx.update(TOKEN, row.pk, { key_viewable_until }));
  expect(await at.get("/core/tokens/late/view_key/")).toEqual(GONE);
  await at.create("/core/tokens/", { identifier: "later" });
  expect((await at.rows(TOKEN)).find(({ pk }) => pk === row.pk)?.key_sealed).toBeNull();
});

test("tokens are searched by their owners' names too", async () => {
  const { pk } = await at.add("authentik_core.user", { username: "wanted" });
  const { identifier } = await at.create("/core/tokens/", { identifier: "of-somebody", user: pk });
  const { body } = await at.get("/core/tokens/?search=WANT");
  expect(body.results).toMatchObject([{ identifier }]);
});

test("lists and objects show no key and no hash", async () => {
  await at.create("/core/tokens/", { identifier: "shown" });
  const { body } = await at.get("/core/tokens/shown/");
  expect(Object.keys(body).filter((field) => field.startsWith("key"))).toEqual([]);
  const listed = await at.get("/core/tokens/?identifier=shown&user__username=akadmin");
  expect(listed.body.results.length).toBeLessThanOrEqual(1);
  expect(JSON.stringify(listed.body)).not.toContain("key_hash");
});

test("users see and change their own tokens, administrators all; others' are not there", async () => {
  const [marie, paul] = [await person(), await person()];
  const ask = (who: { client: Client }, method: string, path: string, body?: unknown) =>
    at.ask(method, `/core/tokens/${path}`, body, who.client);
  expect((await ask(marie, "POST", "", { identifier: "maries" })).status).toBe(201);
  expect((await ask(marie, "POST", "", { identifier: "pauls", user: paul.pk })).body).toEqual({
    user: ["You can have tokens of your own only."],
  });
  for (const [method, path, body] of [
    ["GET", "maries/"],
    ["GET", "maries/view_key/"],
    ["GET", "maries/used_by/"],
    ["PATCH", "maries/", { description: "x" }],
    ["DELETE", "maries/"],
  ] as const) {
    const { status, body: told } = await ask(paul, method, path, body);
    expect({ status, told }).toEqual({ status: 404, told: { detail: "No Token matches the given query." } });
  }
  expect((await ask(marie, "PATCH", "maries/", { user: paul.pk })).status).toBe(400);
  expect((await ask(marie, "PUT", "maries/", { identifier: "renamed" })).body).toMatchObject({
    identifier: "renamed",
    user: marie.pk,
  });
  expect((await ask(marie, "POST", "renamed/set_key/", { key: "k".repeat(40) })).status).toBe(403);
  expect((await at.get("/core/tokens/renamed/")).body.user).toBe(marie.pk);
  expect((await ask(marie, "DELETE", "renamed/")).status).toBe(204);
});

test("a token that is given a time ends then; one that is to end without one, after a day", async () => {
  const expires = new Date(Date.now() + 3_600_000).toISOString();
  expect(await at.create("/core/tokens/", { identifier: "hour", expires })).toMatchObject({
    expires,
    expiring: true,
  });
  const day = await at.create("/core/tokens/", { identifier: "day", expiring: true });
  expect(Date.parse(day.expires) - Date.now()).toBeGreaterThan(86_000_000);
  expect(Date.parse(day.expires) - Date.now()).toBeLessThanOrEqual(86_400_000);
  const { key } = (await at.get("/core/tokens/hour/view_key/")).body;
  expect(await whoami(key)).not.toBe(403);
  await at.ask("PATCH", "/core/tokens/hour/", { expires: new Date(Date.now() - 1).toISOString() });
  expect(await whoami(key)).toBe(403);
});

test("another key takes the place of the old one, if nobody can guess it", async () => {
  await at.create("/core/tokens/", { identifier: "rotated" });
  const { key: old } = (await at.get("/core/tokens/rotated/view_key/")).body;
  const set = (body: object) => at.ask("POST", "/core/tokens/rotated/set_key/", body);
  expect((await set({})).body).toEqual({ key: ["This field is required."] });
  expect((await set({ key: "" })).body).toEqual({ key: ["This field may not be blank."] });
  expect((await set({ key: "short" })).body).toEqual({
    key: ["Ensure this field has at least 32 characters, drawn at random."],
  });
  expect((await set({ key: `${" ".repeat(40)}x` })).body).toEqual({
    key: ["Use visible ASCII characters only."],
  });
  const key = "r4nd0m-".repeat(6);
  expect((await set({ key })).status).toBe(204);
  expect([await whoami(old), typeof (await whoami(key))]).toEqual([403, "string"]);
  await at.create("/core/tokens/", { identifier: "second" });
  expect((await at.ask("POST", "/core/tokens/second/set_key/", { key })).body).toEqual({
    key: ["This key cannot be used; draw another one."],
  });
});

test.each([
  [{ identifier: "x", intent: "app_password" }, { intent: ["Invalid intent app_password"] }],
  [{ identifier: "no spaces" }, { identifier: [expect.stringContaining("valid")] }],
  [{ identifier: "x", user: null }, { user: ["This field may not be null."] }],
  [
    { identifier: "x", managed: "goauthentik.io/x" },
    { managed: ["Postern does not have this setting; leave it empty."] },
  ],
  [{}, { identifier: ["This field is required."] }],
])("%j is refused", async (body, faults) => {
  expect(await at.ask("POST", "/core/tokens/", body)).toEqual({ status: 400, body: faults });
});
