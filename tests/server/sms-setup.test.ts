// The SMS set-up over HTTP, from the configure URL to the device: what authentik's own tests check (reference, 18.1).
import { createHash } from "node:crypto";
import { FlowsApi } from "@goauthentik/api";
import { afterEach, expect, test } from "vitest";
import { rejection } from "../runtime/flow/harness.ts";
import { installSms, nonField, SMS_DEVICE } from "../runtime/stages/sms-installation.ts";
import { type Client, type Running, startServer } from "./server-under-test.ts";

const COMPONENT = "ak-stage-authenticator-sms";
let running: Running | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

/** A server with an SMS stage that users can set up, and marie's browser, which went through the configure URL. */
async function configuring(...given: Parameters<typeof installSms>) {
  const sms = await installSms(...given);
  const { at, stage } = sms;
  const [flow] = await at.rows("authentik_flows.flow");
  await at.store.transaction((tx) =>
    tx.update("authentik_stages_authenticator_sms.authenticatorsmsstage", stage.pk, {
      configure_flow: flow.pk,
    }),
  );
  running = await startServer({ on: at });
  const browser = await running.browser("marie");
  const entered = await browser.once(`/flows/-/configure/${stage.pk}/`);
  expect([entered.status, entered.headers.get("location")]).toEqual([302, "/if/flow/enroll/"]);
  return { ...sms, running, browser };
}

function ask(browser: Client) {
  return new FlowsApi(browser.configuration()).flowsExecutorGet({ flowSlug: "enroll", query: "" });
}

/** The raw body of a response's answer; the generated client would rename its keys. */
async function respond(browser: Client, fields: object): Promise<{ status: number; body: object }> {
  const response = await browser.fetch("/api/v3/flows/executor/enroll/?query=", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ component: COMPONENT, ...fields }),
  });
  return { status: response.status, body: (await response.json()) as object };
}

test("without a number: the component, the number required, the user and their picture", async () => {
  const { browser } = await configuring();
  expect(await ask(browser)).toMatchObject({
    component: COMPONENT,
    phoneNumberRequired: true,
    pendingUser: "marie",
    pendingUserAvatar: expect.stringMatching(/^data:image\/svg\+xml;base64,/),
    flowInfo: { cancelUrl: "/flows/-/cancel/", title: "Title of enroll" },
  });
});

test("a number is sent to once and answered with no errors and the code asked for", async () => {
  const { browser, at } = await configuring();
  await ask(browser);
  const { status, body } = await respond(browser, { phone_number: "foo" });
  expect(status).toBe(200);
  expect(body).toMatchObject({ component: COMPONENT, response_errors: {}, phone_number_required: false });
  expect(at.sent).toMatchObject([{ to: "foo" }]);
});

test("the right code, typed by authentik's client, ends at the root and leaves a confirmed device", async () => {
  const { browser, devices, marie } = await configuring({}, { codes: [42] });
  await ask(browser);
  await respond(browser, { phone_number: "foo" });
  const end = await new FlowsApi(browser.configuration()).flowsExecutorSolve({
    flowSlug: "enroll",
    query: "",
    flowChallengeResponseRequest: { component: COMPONENT, code: "000042" },
  });
  expect(end).toMatchObject({ component: "xak-flow-redirect", to: "/" });
  expect(await devices()).toMatchObject([{ user: marie.pk, phone_number: "foo", confirmed: true }]);
});

test("form bodies do the same", async () => {
  const { browser, devices } = await configuring({}, { codes: [42] });
  const send = async (body: string): Promise<object> => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const init = { method: "POST", headers, body };
    return (await (await browser.fetch("/api/v3/flows/executor/enroll/?query=", init)).json()) as object;
  };
  expect(await send("phone_number=%2B1234")).toMatchObject({ response_errors: {} });
  expect(await send("code=000042")).toEqual({ component: "xak-flow-redirect", to: "/" });
  expect(await devices()).toMatchObject([{ phone_number: "+1234" }]);
});

test("with verify_only the device keeps a hash, and the same number of another user is refused", async () => {
  const { browser, at, devices, paul, stage } = await configuring({ verify_only: true }, { codes: [42] });
  await respond(browser, { phone_number: "foo" });
  await respond(browser, { code: "000042" });
  const hashed = `hash:${createHash("sha256").update("foo").digest("hex")}`;
  expect(await devices()).toMatchObject([{ phone_number: hashed }]);
  await at.store.transaction((tx) => {
    const [device] = tx.list(SMS_DEVICE);
    tx.update(SMS_DEVICE, device.pk, { user: paul.pk });
  });
  await browser.once(`/flows/-/configure/${stage.pk}/`);
  const { body } = await respond(browser, { phone_number: "foo" });
  expect(body).toMatchObject({ response_errors: nonField("Invalid phone number") });
});

test("neither number nor code, a wrong code and a refusal of the provider are told under non_field_errors", async () => {
  const { browser, at } = await configuring();
  expect((await respond(browser, {})).body).toMatchObject({
    response_errors: nonField("phone_number required"),
  });
  await respond(browser, { phone_number: "foo" });
  expect((await respond(browser, { code: "000000" })).body).toMatchObject({
    response_errors: nonField("Code does not match"),
  });
  at.provider.delivery = rejection(400, "The number is not in service.");
  expect((await respond(browser, { phone_number: "bar" })).body).toMatchObject({
    response_errors: nonField("The number is not in service."),
  });
});

test("a blank value is told under its field", async () => {
  const { browser } = await configuring();
  expect((await respond(browser, { phone_number: " " })).body).toMatchObject({
    response_errors: { phone_number: [{ string: "This field may not be blank.", code: "blank" }] },
  });
});

test("a reload sends nothing again", async () => {
  const { browser, at } = await configuring();
  await respond(browser, { phone_number: "foo" });
  expect(await ask(browser)).toMatchObject({ phoneNumberRequired: false });
  expect(at.sent).toHaveLength(1);
});

test("many browsers at once do not get into each other's way", async () => {
  const { at, running, devices, stage } = await configuring();
  const enrolling = Array.from({ length: 20 }, async (_value, index) => {
    const username = `user${index}`;
    await at.add("authentik_core.user", { username });
    const browser = await running.browser(username);
    await browser.once(`/flows/-/configure/${stage.pk}/`);
    const number = `+1202555${String(index).padStart(4, "0")}`;
    await respond(browser, { phone_number: number });
    const sent = at.sent.find(({ to }) => to === number);
    return (await respond(browser, { code: sent?.token })).body;
  });
  for (const end of await Promise.all(enrolling))
    expect(end).toEqual({ component: "xak-flow-redirect", to: "/" });
  const numbers = (await devices()).map(({ phone_number, user }) => [user, phone_number]);
  expect(numbers).toHaveLength(20);
  const users = await at.rows("authentik_core.user");
  for (const [user, number] of numbers) {
    const { username } = users.find(({ pk }) => pk === user) ?? { username: "" };
    expect(number).toBe(`+1202555${username.slice("user".length).padStart(4, "0")}`);
  }
});

test("metrics count messages by stage and provider, and what was refused by its reason; numbers are not in them", async () => {
  const { browser, at, running } = await configuring({ postern_allowed_countries: ["US"] });
  await ask(browser);
  await respond(browser, { phone_number: "+12025550173" });
  await respond(browser, { phone_number: "+12025550173" });
  await respond(browser, { phone_number: "+4930123456" });
  at.provider.delivery = rejection(400, "no");
  await respond(browser, { phone_number: "+12025550199" });
  const text = await (await running.client().once("/-/metrics")).text();
  expect(
    text
      .split("\n")
      .filter((line) => line.startsWith("postern_messages_total"))
      .sort(),
  ).toEqual(
    ["failed", "refused_cooldown", "refused_country", "sent"].map(
      (outcome) => `postern_messages_total{stage="sms",provider="generic",outcome="${outcome}"} 1`,
    ),
  );
  expect(text).not.toMatch(/2025550|30123456/);
  const reasons = (await at.events("suspicious_request")).map(({ context }) => context.reason);
  expect(reasons).toEqual(["cooldown", "country"]);
});
