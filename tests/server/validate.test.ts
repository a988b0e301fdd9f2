// The second factor over HTTP: what authentik's own tests check (reference, 18.2).
import { createHash } from "node:crypto";
import { FlowsApi } from "@goauthentik/api";
import { afterEach, expect, test } from "vitest";
import { INVALID_TOKEN, installValidate } from "../runtime/stages/validate-installation.ts";
import { type Client, type Running, startServer } from "./server-under-test.ts";

const COMPONENT = "ak-stage-authenticator-validate";
const EXECUTOR = "/api/v3/flows/executor/login/?query=";
const ROOT = { component: "xak-flow-redirect", to: "/" };
let running: Running | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

/** A served flow "login" with a validation stage, and marie's browser. */
async function served(...given: Parameters<typeof installValidate>) {
  const installed = await installValidate(...given);
  running = await startServer({ on: installed.at });
  return { ...installed, running, browser: await running.browser("marie") };
}

interface Body {
  readonly component: string;
  readonly device_challenges: readonly object[];
  readonly response_errors?: object;
  readonly error_message?: string;
}

async function body(browser: Client, fields?: object): Promise<Body> {
  const init =
    fields === undefined
      ? {}
      : {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ component: COMPONENT, ...fields }),
        };
  return (await (await browser.fetch(EXECUTOR, init)).json()) as Body;
}

/** Chooses the first device. */
async function choose(browser: Client): Promise<Body> {
  const [selected_challenge] = (await body(browser)).device_challenges;
  return await body(browser, { selected_challenge });
}

test("choosing the device sends one code, is answered with Empty response, and the code ends the flow", async () => {
  const { at, browser, device, stage } = await served();
  const { pk } = await device();
  expect(await body(browser)).toMatchObject({
    component: COMPONENT,
    pending_user: "marie",
    device_challenges: [{ device_class: "sms", device_uid: String(pk), last_used: null }],
    configuration_stages: [],
  });
  expect(await choose(browser)).toMatchObject({
    component: COMPONENT,
    response_errors: { non_field_errors: [{ string: "Empty response", code: "invalid" }] },
  });
  expect(at.sent).toHaveLength(1);
  expect(at.sent[0]?.config.account_sid).toBe(stage.account_sid);
  expect(await body(browser, { code: at.sent[0]?.token })).toEqual(ROOT);
  expect(at.runtime.services.codeCounts.entries()).toMatchObject([
    { purpose: "login", sent: 1, confirmed: 1, alarm: false },
  ]);
});

test("authentik's own client does it too", async () => {
  const { at, browser, device } = await served();
  await device();
  const flows = new FlowsApi(browser.configuration());
  const shown = await flows.flowsExecutorGet({ flowSlug: "login", query: "" });
  if (shown.component !== COMPONENT) throw new Error(`not the stage: ${shown.component}`);
  const { deviceChallenges } = shown as unknown as { deviceChallenges: never[] };
  const solve = (fields: object) =>
    flows.flowsExecutorSolve({
      flowSlug: "login",
      query: "",
      flowChallengeResponseRequest: { component: COMPONENT, ...fields },
    });
  await solve({ selectedChallenge: deviceChallenges[0] });
  expect(await solve({ code: at.sent[0]?.token })).toMatchObject(ROOT);
});

test("without a threshold no cookie is left", async () => {
  const { at, browser, device } = await served();
  await device();
  await choose(browser);
  await body(browser, { code: at.sent[0]?.token });
  expect(browser.cookies.has("authentik_mfa")).toBe(false);
});

test("with a threshold the cookie of a login stands in for the next one, until the time is over", async () => {
  const { at, browser, device } = await served({ last_auth_threshold: "hours=1" });
  await device();
  await choose(browser);
  expect(await body(browser, { code: at.sent[0]?.token })).toEqual(ROOT);
  expect(browser.setCookies.find((line) => line.startsWith("authentik_mfa="))).toMatch(
    /^authentik_mfa=[\w.-]+; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax$/,
  );
  expect(await body(browser)).toEqual(ROOT);
  at.time.now += 3_600_000;
  expect(await body(browser)).toMatchObject({ component: COMPONENT });
});

test("the cookie of one user is none of another's, and one that was made up is none at all", async () => {
  const { at, browser, device, paul, running } = await served({ last_auth_threshold: "hours=1" });
  await device();
  await device({ user: paul.pk, phone_number: "+15550000" });
  await choose(browser);
  await body(browser, { code: at.sent[0]?.token });
  const cookie = browser.cookies.get("authentik_mfa") as string;
  const other = await running.browser("paul");
  other.cookies.set("authentik_mfa", cookie);
  expect(await body(other)).toMatchObject({ component: COMPONENT, pending_user: "paul" });
  const forged = await running.browser("marie");
  const [head, payload] = cookie.split(".");
  forged.cookies.set("authentik_mfa", `${head}.${payload}.AAAA`);
  expect(await body(forged)).toMatchObject({ component: COMPONENT });
});

test("a device that is only a hash is none: with action deny, access is denied", async () => {
  const { browser, device } = await served({ not_configured_action: "deny" });
  const phone_number = `hash:${createHash("sha256").update("+1").digest("hex")}`;
  await device({ phone_number });
  expect(await body(browser)).toMatchObject({
    component: "ak-stage-access-denied",
    error_message: "No (allowed) MFA authenticator configured.",
  });
});

test("after a wrong code the right one is refused for a second, then accepted", async () => {
  const { at, browser, device, row } = await served();
  const { pk } = await device();
  await choose(browser);
  expect((await body(browser, { code: "000000" })).response_errors).toEqual(INVALID_TOKEN);
  const locked = await body(browser, { code: at.sent[0]?.token });
  expect(locked).toMatchObject({ component: COMPONENT, response_errors: INVALID_TOKEN });
  expect(await row(pk)).toMatchObject({ throttling_failure_count: 1, token: at.sent[0]?.token });
  at.time.now += 1_000;
  expect(await body(browser, { code: at.sent[0]?.token })).toEqual(ROOT);
});

test("factor 3 makes it three seconds, factor 0 none at all", async () => {
  const slow = await served({ sms_otp_throttling_factor: 3 });
  await slow.device();
  await choose(slow.browser);
  await body(slow.browser, { code: "000000" });
  slow.at.time.now += 2_999;
  expect(await body(slow.browser, { code: slow.at.sent[0]?.token })).toMatchObject({ component: COMPONENT });
  slow.at.time.now += 1;
  expect(await body(slow.browser, { code: slow.at.sent[0]?.token })).toEqual(ROOT);
  await slow.running.close();

  const free = await served({ sms_otp_throttling_factor: 0 });
  await free.device();
  await choose(free.browser);
  for (let wrong = 0; wrong < 10; wrong += 1) await body(free.browser, { code: "000000" });
  expect(await body(free.browser, { code: free.at.sent[0]?.token })).toEqual(ROOT);
});

test("a device that was not offered cannot be chosen", async () => {
  const { browser, device, paul, at } = await served();
  await device();
  const foreign = await device({ user: paul.pk, phone_number: "+15550000" });
  const selected_challenge = {
    device_class: "sms",
    device_uid: String(foreign.pk),
    challenge: {},
    last_used: null,
  };
  await body(browser);
  expect(await body(browser, { selected_challenge })).toMatchObject({
    response_errors: { selected_challenge: [{ string: "invalid challenge selected" }] },
  });
  expect(at.sent).toEqual([]);
});
