// Sessions of browsers: cookies, logging in, and who may not ride on them.
import cookie from "@fastify/cookie";
import { fastify } from "fastify";
import { afterEach, expect, test } from "vitest";
import type { ClientCookie, FlowAnswer, FlowExecutor, FlowRequest, Login } from "../../runtime/index.ts";
import { authenticate } from "../../server/authentication.ts";
import { answerErrors } from "../../server/errors.ts";
import { requireUser } from "../../server/principal.ts";
import type { Site } from "../../server/site.ts";
import { dummies } from "../runtime/flow/dummy-flow.ts";
import { type Client, type Running, startServer } from "./server-under-test.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const EXECUTOR = "/api/v3/flows/executor/f/?query=";
const POST = { method: "POST" };

/**
 * A server on a flow "f" of two stages; `given` goes with the answer to each response, as a stage would give it.
 * `meanwhile` happens while a flow is being started.
 */
async function served(
  given: {
    login?: Partial<Login>;
    cookies?: ClientCookie[];
    meanwhile?: (at: FlowSetup["at"]) => Promise<void>;
  } = {},
  settings: object = {},
) {
  const flow = await dummies(["one", "two"]);
  const { at } = flow;
  const [marie] = await at.rows("authentik_core.user");
  const paul = await at.add("authentik_core.user", { username: "paul" });
  const { executor } = at.runtime;
  const login = { user: marie.pk, seconds: 0, terminateOthers: false, ...given.login };
  const give = (answer: FlowAnswer, { method }: FlowRequest): FlowAnswer =>
    method === "GET"
      ? answer
      : { ...answer, ...(given.login && { login }), ...(given.cookies && { cookies: given.cookies }) };
  const giving = {
    flowOf: executor.flowOf.bind(executor),
    cancel: executor.cancel.bind(executor),
    enter: async (...[slug, start, request, along]: Parameters<FlowExecutor["enter"]>) => {
      await given.meanwhile?.(at);
      return give(await executor.enter(slug, start, request, along), request);
    },
    request: async (...[id, request]: Parameters<FlowExecutor["request"]>) =>
      give(await executor.request(id, request), request),
  } as FlowExecutor;
  const runtime = { ...at.runtime, executor: giving };
  const running = await startServer({ on: { ...at, runtime, time: at.time }, settings });
  closing.push(() => running.close());
  return { ...flow, running, marie, paul };
}

type FlowSetup = Awaited<ReturnType<typeof dummies>>;

async function whoami(client: Client): Promise<string | number> {
  const response = await client.once("/api/v3/core/users/me/");
  if (response.status !== 200) return response.status;
  return ((await response.json()) as { user: { username: string } }).user.username;
}

const named = (client: Client, name: string): string | undefined =>
  client.setCookies.find((line) => line.startsWith(`${name}=`));

test("a flow gives the browser a signed cookie that scripts cannot read, and one against forgery that they can", async () => {
  const { running } = await served();
  const browser = await running.browser();
  await browser.once(EXECUTOR);
  expect(named(browser, "authentik_session")).toMatch(
    /^authentik_session=[\w-]{43}\.[^;]+; Path=\/; HttpOnly; SameSite=Lax$/,
  );
  expect(named(browser, "authentik_csrf")).toMatch(/^authentik_csrf=[\w.-]+; Path=\/; SameSite=Lax$/);
  await browser.once(EXECUTOR);
  expect(browser.setCookies).toEqual([]);
});

test("looking around gives no cookie and leaves nothing in the store", async () => {
  const { running, at } = await served();
  const browser = await running.browser();
  for (const path of [
    "/api/v3/root/config/",
    "/api/v3/core/users/me/",
    "/flows/-/cancel/",
    "/-/health/live/",
  ]) {
    await browser.once(path);
    expect(browser.setCookies).toEqual([]);
  }
  expect(await at.rows("postern.session")).toEqual([]);
});

test.each([
  ["behind a trusted proxy that speaks https", { trustedProxies: ["127.0.0.1"] }, true],
  ["behind a proxy that is not trusted", {}, false],
  ["where it is said so", { secureCookies: "always" }, true],
])("cookies are Secure %s: %s", async (_name, settings, secure) => {
  const { running } = await served(
    { cookies: [{ name: "authentik_mfa", value: "v", seconds: 60 }] },
    settings,
  );
  const browser = await running.browser();
  await browser.once(EXECUTOR, { headers: { "x-forwarded-proto": "https" } });
  expect(browser.setCookies.map((line) => /; Secure/.test(line))).toEqual([secure, secure]);
  await browser.once(EXECUTOR, { ...POST, headers: { "x-forwarded-proto": "https" } });
  expect(named(browser, "authentik_mfa")).toBe(
    `authentik_mfa=v; Max-Age=60; Path=/; HttpOnly;${secure ? " Secure;" : ""} SameSite=Lax`,
  );
});

test("logging in changes the session's id: one that was planted before is worth nothing", async () => {
  const { running, at } = await served({ login: {} });
  const attacker = await running.browser();
  await attacker.once(EXECUTOR);
  const planted = attacker.cookies.get("authentik_session") as string;
  const victim = await running.browser();
  victim.cookies.set("authentik_session", planted);
  await victim.once(EXECUTOR, POST);
  expect(await whoami(victim)).toBe("marie");
  expect(victim.cookies.get("authentik_session")).not.toBe(planted);
  expect(await whoami(attacker)).toBe(403);
  expect(await at.rows("postern.session")).toHaveLength(1);
});

test("an id under another signature is nobody's session, also while the right one is in use", async () => {
  const { running, at } = await served();
  const browser = await running.browser();
  await browser.once(EXECUTOR);
  const signed = browser.cookies.get("authentik_session") as string;
  await browser.once(EXECUTOR);
  const [id] = decodeURIComponent(signed).split(".");
  for (const forged of [id, `${id}.`, `${id}.x`, `${signed}x`, signed.slice(0, -1)]) {
    const other = await running.browser();
    other.cookies.set("authentik_session", forged);
    await other.once(EXECUTOR);
    // It got one of its own.
    expect(other.cookies.get("authentik_session")).not.toBe(forged);
  }
  await browser.once(EXECUTOR);
  expect(browser.cookies.get("authentik_session")).toBe(signed);
  expect(await at.rows("postern.session")).toHaveLength(6);
});

test("the flow goes on after the login, in the new session only", async () => {
  const { running } = await served({ login: {} });
  const browser = await running.browser();
  await browser.once(EXECUTOR);
  const old = new Map(browser.cookies);
  expect((await browser.once(EXECUTOR, POST)).status).toBe(302);
  expect(await (await browser.once(EXECUTOR)).json()).toMatchObject({ name: "two" });
  const thief = await running.browser();
  for (const [name, value] of old) thief.cookies.set(name, value);
  expect(await (await thief.once(EXECUTOR)).json()).toMatchObject({ name: "one" });
});

test("a request whose session another one ended is told so: somebody logged in or out in the same browser", async () => {
  const remove = (at: FlowSetup["at"], model: "postern.session" | "postern.flowsession"): Promise<void> =>
    at.store.transaction((tx) => {
      for (const { pk } of tx.list(model)) tx.delete(model, pk);
    });
  const { running, at } = await served({ meanwhile: (at) => remove(at, "postern.session") });
  const browser = await running.browser();
  await browser.once(EXECUTOR);
  await remove(at, "postern.flowsession");
  const late = await browser.once(EXECUTOR, POST);
  expect(late.status).toBe(400);
  expect(await late.json()).toEqual({
    detail: "The browser's session ended while the request was served; send the request again.",
  });
  expect(browser.setCookies).toEqual([]);
  expect(await at.events("system_exception")).toEqual([]);
});

test("a login lasts as long as the stage says, else as long as the browser is open and the setting allows", async () => {
  const short = await served({ login: { seconds: 90 } });
  const browser = await short.running.browser();
  await browser.once(EXECUTOR, POST);
  expect(named(browser, "authentik_session")).toContain("; Max-Age=90;");
  short.at.time.now += 89_999;
  expect(await whoami(browser)).toBe("marie");
  short.at.time.now += 1;
  expect(await whoami(browser)).toBe(403);

  const open = await served({ login: {} }, { sessionLifetime: 5_000 });
  const other = await open.running.browser();
  await other.once(EXECUTOR, POST);
  expect(named(other, "authentik_session")).not.toContain("Max-Age");
  open.at.time.now += 5_000;
  expect(await whoami(other)).toBe(403);
});

test("a login that ends the user's other sessions ends those, and nobody else's", async () => {
  const { running } = await served({ login: { terminateOthers: true } });
  const [elsewhere, paul] = [await running.browser("marie"), await running.browser("paul")];
  expect([await whoami(elsewhere), await whoami(paul)]).toEqual(["marie", "paul"]);
  await (await running.browser()).once(EXECUTOR, POST);
  expect([await whoami(elsewhere), await whoami(paul)]).toEqual([403, "paul"]);
});

test("a user who is deactivated or deleted is logged out everywhere", async () => {
  const { running, at, marie, paul } = await served();
  const browsers = [await running.browser("marie"), await running.browser("paul")];
  await at.store.transaction((tx) => {
    tx.update("authentik_core.user", marie.pk, { is_active: false });
    tx.delete("authentik_core.user", paul.pk);
  });
  for (const browser of browsers) expect(await whoami(browser)).toBe(403);
});

test.each([
  ["without signature", (value: string) => value.split(".")[0]],
  ["with another signature", (value: string) => `${value.slice(0, -4)}AAAA`],
  ["with another id", (value: string) => `A${value.slice(1)}`],
  ["the row's own pk", (_value: string, pk: string) => pk],
  ["nothing", () => ""],
  ["very long", () => "A".repeat(8000)],
])("a cookie that was made up (%s) is nobody", async (_name, change) => {
  const { running, at } = await served();
  const browser = await running.browser("marie");
  const value = decodeURIComponent(browser.cookies.get("authentik_session") as string);
  const [{ pk }] = await at.rows("postern.session");
  browser.cookies.set("authentik_session", encodeURIComponent(change(value, pk) as string));
  expect(await whoami(browser)).toBe(403);
});

test("the store holds nothing that a session could be taken over with", async () => {
  const { running, at } = await served();
  const browser = await running.browser();
  await browser.once(EXECUTOR);
  const [id] = decodeURIComponent(browser.cookies.get("authentik_session") as string).split(".");
  const rows = [...(await at.rows("postern.session")), ...(await at.rows("authentik_core.token"))];
  expect(JSON.stringify(rows)).not.toContain(id);
  expect(JSON.stringify(rows)).not.toContain(running.token);
});

test("expired sessions are cleared away", async () => {
  const { running, at } = await served();
  await (await running.browser()).once(EXECUTOR);
  at.time.now += 24 * 60 * 60 * 1000;
  await (await running.browser()).once(EXECUTOR);
  expect(await at.rows("postern.session")).toHaveLength(1);
  expect(await at.rows("postern.flowsession")).toHaveLength(1);
});

test.each([
  ["https://evil.example", undefined, 403],
  ["http://127.0.0.1.evil.example", undefined, 403],
  ["null", undefined, 403],
  [undefined, "cross-site", 403],
  ["OWN", "same-origin", 302],
  [undefined, "none", 302],
  [undefined, undefined, 302],
])("a response from the origin %s, site %s, is answered with %i", async (origin, site, status) => {
  const { running } = await served();
  const browser = await running.browser();
  await browser.once(EXECUTOR);
  const headers = {
    ...(origin !== undefined && { origin: origin === "OWN" ? running.url : origin }),
    ...(site !== undefined && { "sec-fetch-site": site }),
  };
  const response = await browser.once(EXECUTOR, { ...POST, headers });
  expect(response.status).toBe(status);
  if (status === 403) {
    expect(((await response.json()) as { detail: string }).detail).toMatch(
      /^CSRF Failed: Origin checking failed - /,
    );
  }
});

test("behind https an origin of plain http is another one", async () => {
  const { running } = await served({}, { trustedProxies: ["127.0.0.1"] });
  const browser = await running.browser();
  const { host } = new URL(running.url);
  const from = (origin: string) =>
    browser.once(EXECUTOR, { ...POST, headers: { origin, "x-forwarded-proto": "https" } });
  expect((await from(`http://${host}`)).status).toBe(403);
  expect((await from(`https://${host}`)).status).toBe(302);
});

/** A write that needs somebody, behind the same doors as the API's. */
async function write(): Promise<{ running: Running; url: string }> {
  const { running, at } = await served();
  const app = fastify();
  answerErrors(app);
  await app.register(cookie, { secret: "k".repeat(40) });
  const { Sessions } = await import("../../server/session.ts");
  const settings = { secretKey: "k".repeat(40) } as Site["settings"];
  const clock = () => at.time.now;
  const sessions = new Sessions({ store: at.store, clock, settings });
  authenticate(app, { store: at.store, sessions, clock, settings } as Site);
  app.post("/write", async (request) => ({ by: requireUser(request).user.username }));
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  closing.push(() => app.close());
  return { running, url };
}

test("a session's write needs the token against forgery of that session; an API token's does not", async () => {
  const { running, url } = await write();
  const send = async (headers: { [name: string]: string }) => {
    const response = await fetch(`${url}/write`, { method: "POST", headers });
    return { status: response.status, body: await response.json() };
  };
  const refused = (detail: string) => ({ status: 403, body: { detail } });
  const browser = await running.browser("marie");
  await browser.once("/api/v3/core/users/me/");
  const other = await running.browser("paul");
  await other.once("/api/v3/core/users/me/");
  const session = `authentik_session=${browser.cookies.get("authentik_session")}`;
  const [csrf, others] = [browser, other].map((client) => client.cookies.get("authentik_csrf") as string);
  const wrong = "CSRF Failed: CSRF token from the 'X-Authentik-Csrf' HTTP header incorrect.";

  expect(await send({})).toEqual(refused("Authentication credentials were not provided."));
  expect(await send({ cookie: session })).toEqual(refused("CSRF Failed: CSRF token missing."));
  // The cookie alone is what a forged request would bring along.
  const both = `${session}; authentik_csrf=${csrf}`;
  expect(await send({ cookie: both })).toEqual(refused("CSRF Failed: CSRF token missing."));
  expect(await send({ cookie: both, "x-authentik-csrf": "made.up" })).toEqual(refused(wrong));
  // Somebody who can plant a cookie and a header cannot plant those of this session.
  const planted = { cookie: `${session}; authentik_csrf=${others}`, "x-authentik-csrf": others };
  expect(await send(planted)).toEqual(refused(wrong));
  const right = { cookie: both, "x-authentik-csrf": csrf };
  expect(await send({ ...right, origin: "https://evil.example" })).toMatchObject({ status: 403 });
  expect(await send(right)).toEqual({ status: 200, body: { by: "marie" } });
  expect(await send({ authorization: `Bearer ${running.token}` })).toEqual({
    status: 200,
    body: { by: "akadmin" },
  });
  // A token goes over the session that may come along.
  expect(await send({ ...right, authorization: "Bearer nonsense" })).toEqual(
    refused("Token invalid/expired"),
  );
});

test("through a browser's session the management API is written with the token against forgery only", async () => {
  const { running } = await served();
  const browser = await running.browser("akadmin");
  const create = (headers: { [name: string]: string }) =>
    browser.once("/api/v3/core/groups/", {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ name: "made in a browser" }),
    });
  const forged = await create({});
  expect(forged.status).toBe(403);
  expect(await forged.json()).toEqual({ detail: "CSRF Failed: CSRF token missing." });
  await browser.once("/api/v3/core/users/me/");
  expect((await create({ origin: "https://evil.example" })).status).toBe(403);
  expect((await create({})).status).toBe(201);
});
