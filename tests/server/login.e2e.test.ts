// A person's whole way over HTTP: enrols with a phone, logs in with password and code, comes back, adds a phone.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CoreApi, StagesApi } from "@goauthentik/api";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import {
  createHttpClient,
  createSmsInbox,
  parseAllowedTarget,
  type SmsInbox,
} from "../../providers/index.ts";
import { type Client, type Running, startServer } from "./server-under-test.ts";

// Passwords are hashed slowly, on purpose.
vi.setConfig({ testTimeout: 120_000 });

const BLUEPRINTS = join(import.meta.dirname, "../../fixtures/blueprints");
const ROOT = { component: "xak-flow-redirect", to: "/" };
const PASSWORD = "correct horse battery";

let inbox: SmsInbox;
let running: Running;
beforeAll(async () => {
  inbox = await createSmsInbox();
  const http = createHttpClient({ allow: [parseAllowedTarget(inbox.url)] });
  running = await startServer({ runtime: { http } });
  for (const name of [
    "login-with-sms.yaml",
    "phone-settings.yaml",
    "enrollment-with-phone.yaml",
    "log-out.yaml",
  ]) {
    const text = await readFile(join(BLUEPRINTS, name), "utf8");
    await running.runtime.apply(text, { context: { gateway_url: inbox.gatewayUrl }, file: name });
  }
  const enrolment = new Flow(await running.browser(), "enrollment-with-phone");
  await enrolment.get();
  const names = { username: "zoe", name: "Zoe Example", email: "zoe@example.com", phone: "+1234 567 890" };
  await enrolment.post({ ...names, password: PASSWORD, password_repeat: PASSWORD });
  expect(await enrolment.post({ code: inbox.messages.at(-1)?.code })).toEqual(ROOT);
  // The person who has just enrolled is logged in.
  expect(await whoami(enrolment.browser)).toBe("zoe");
});
afterAll(async () => {
  await running?.close();
  await inbox?.close();
});

/** A flow in a browser. */
class Flow {
  readonly browser: Client;
  readonly path: string;
  /** Status of the last response, before redirects were followed. */
  status = 0;
  constructor(browser: Client, slug: string) {
    this.browser = browser;
    this.path = `/api/v3/flows/executor/${slug}/?query=`;
  }
  async get(): Promise<{ [key: string]: unknown }> {
    return (await (await this.browser.fetch(this.path)).json()) as { [key: string]: unknown };
  }
  async post(fields: object): Promise<{ [key: string]: unknown }> {
    const headers = { "content-type": "application/json" };
    const response = await this.browser.once(this.path, {
      method: "POST",
      headers,
      body: JSON.stringify(fields),
    });
    this.status = response.status;
    return response.status === 302 ? this.get() : ((await response.json()) as { [key: string]: unknown });
  }
}

async function whoami(browser: Client): Promise<string | number> {
  const response = await browser.once("/api/v3/core/users/me/");
  return response.status === 200
    ? (await new CoreApi(browser.configuration()).coreUsersMeRetrieve()).user.username
    : response.status;
}

/** Types name and password; answers what comes then. */
async function identify(flow: Flow, name = "zoe", password = PASSWORD) {
  expect(await flow.get()).toMatchObject({ component: "ak-stage-identification" });
  expect(await flow.post({ uid_field: name })).toMatchObject({
    component: "ak-stage-password",
    pending_user: name,
  });
  expect(flow.status).toBe(302);
  return await flow.post({ password });
}

async function login(browser: Client): Promise<void> {
  const flow = new Flow(browser, "login-with-sms");
  const asked = await identify(flow);
  expect(asked).toMatchObject({ component: "ak-stage-authenticator-validate" });
  const [selected_challenge] = asked.device_challenges as object[];
  const sent = inbox.messages.length;
  await flow.post({ selected_challenge });
  expect(inbox.messages).toHaveLength(sent + 1);
  // Nobody is logged in before the last stage.
  expect(await whoami(browser)).toBe(403);
  expect(await flow.post({ code: inbox.messages.at(-1)?.code })).toEqual(ROOT);
}

test("a login with password and code, and the same browser later without the code", async () => {
  const browser = await running.browser();
  await login(browser);
  expect(await whoami(browser)).toBe("zoe");
  expect(browser.setCookies).toEqual([]);
  expect(browser.cookies.has("authentik_mfa")).toBe(true);
  // A flow for those who are not logged in is none for zoe: it leads on.
  expect(await new Flow(browser, "login-with-sms").get()).toEqual(ROOT);

  const later = await running.browser();
  later.cookies.set("authentik_mfa", browser.cookies.get("authentik_mfa") as string);
  const flow = new Flow(later, "login-with-sms");
  expect(await identify(flow)).toEqual(ROOT);
  expect(await whoami(later)).toBe("zoe");
});

test("a wrong password and an unknown name look the same, and let nobody in", async () => {
  const shown = [];
  for (const [name, password] of [
    ["zoe", "wrong"],
    ["nobody", "wrong"],
  ] as const) {
    const browser = await running.browser();
    const answer = await identify(new Flow(browser, "login-with-sms"), name, password);
    const { pending_user: _name, pending_user_avatar: _avatar, ...rest } = answer;
    shown.push(rest);
    expect(await whoami(browser)).toBe(403);
  }
  expect(shown[0]).toMatchObject({ component: "ak-stage-password", response_errors: { password: [{}] } });
  expect(shown[1]).toEqual(shown[0]);
});

test("the session that ran the login flow is replaced by the one that is logged in", async () => {
  const browser = await running.browser();
  const flow = new Flow(browser, "login-with-sms");
  await flow.get();
  const planted = browser.cookies.get("authentik_session") as string;
  browser.cookies.set("authentik_mfa", "nonsense");
  const victim = await running.browser();
  victim.cookies.set("authentik_session", planted);
  await login(victim);
  expect(await whoami(victim)).toBe("zoe");
  expect(victim.cookies.get("authentik_session")).not.toBe(planted);
  expect(await whoami(browser)).toBe(403);
});

test("the settings lead to the flow that adds another phone", async () => {
  const browser = await running.browser("zoe");
  const settings = await new StagesApi(browser.configuration()).stagesAllUserSettingsList();
  const urls = settings.flatMap(({ configureUrl }) => configureUrl ?? []);
  expect(urls).toHaveLength(1);
  const entered = await browser.once(urls[0] as string);
  expect(entered.status).toBe(302);
  const slug = /^\/if\/flow\/([^/]+)\/$/.exec(entered.headers.get("location") ?? "")?.[1] ?? "";
  expect(await new Flow(browser, slug).get()).toMatchObject({ pending_user: "zoe" });
});

test("a flow with a logout stage ends the browser's session, and the old cookie is worth nothing", async () => {
  const browser = await running.browser("zoe");
  expect(await whoami(browser)).toBe("zoe");
  const planted = browser.cookies.get("authentik_session") as string;
  const led = await browser.once("/flows/-/default/invalidation/");
  expect([led.status, led.headers.get("location")]).toEqual([302, "/if/flow/log-out/"]);
  expect(await new Flow(browser, "log-out").get()).toEqual(ROOT);
  expect(await whoami(browser)).toBe(403);
  const copied = await running.browser();
  copied.cookies.set("authentik_session", planted);
  expect(await whoami(copied)).toBe(403);
});
