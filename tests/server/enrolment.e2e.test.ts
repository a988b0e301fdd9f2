// The documentation's enrolments over real sockets: authentik's client in front, the real engine behind, an SMS gateway beside.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FlowsApi } from "@goauthentik/api";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  createHttpClient,
  createSmsInbox,
  createSmsProvider,
  parseAllowedTarget,
  type SmsInbox,
} from "../../providers/index.ts";
import { SMS_DEVICE, SMS_STAGE } from "../runtime/stages/sms-installation.ts";
import { type Client, type Running, startServer } from "./server-under-test.ts";

const BLUEPRINT = join(import.meta.dirname, "../../fixtures/blueprints/sms-enrollment.yaml");
const PROMPT = "ak-stage-prompt";
const SMS = "ak-stage-authenticator-sms";
const NUMBER = "+1234567890";
const ROOT = { component: "xak-flow-redirect", to: "/" };

let inbox: SmsInbox;
let running: Running;
beforeAll(async () => {
  inbox = await createSmsInbox();
  const http = createHttpClient({ allow: [parseAllowedTarget(inbox.url)] });
  running = await startServer({
    blueprint: await readFile(BLUEPRINT, "utf8"),
    context: { gateway_url: inbox.gatewayUrl, branding_title: "Example Inc." },
    runtime: { smsProvider: (config) => createSmsProvider(config, http, { twilioBaseUrl: inbox.url }) },
  });
});
afterAll(async () => {
  await running.close();
  await inbox.close();
});
beforeEach(async () => {
  inbox.clear();
  await running.store.transaction((tx) => {
    for (const { pk } of tx.list(SMS_DEVICE)) tx.delete(SMS_DEVICE, pk);
    for (const { pk } of tx.list("postern.smscounter")) tx.delete("postern.smscounter", pk);
  });
});

/** Marie's client in the flow, at its first challenge. */
async function open(flowSlug: string) {
  const browser = await running.browser("marie");
  const flows = new FlowsApi(browser.configuration());
  const first = await flows.flowsExecutorGet({ flowSlug, query: "" });
  expect(first).toMatchObject({ component: PROMPT, fields: [{ fieldKey: "phone", label: "Phone number" }] });
  const solve = (fields: { component: string; [name: string]: unknown }) =>
    flows.flowsExecutorSolve({ flowSlug, query: "", flowChallengeResponseRequest: fields as never });
  return { browser, solve };
}

test("Twilio gets one request with the mapping's text, and the code in it makes the device", async () => {
  const { solve } = await open("enroll-twilio");
  const asked = await solve({ component: PROMPT, phone: "+1234 567 890" });
  expect(asked).toMatchObject({ component: SMS, phoneNumberRequired: false });
  expect(inbox.requests).toHaveLength(1);
  const [message] = inbox.messages;
  expect(inbox.requests[0]).toMatchObject({
    method: "POST",
    path: "/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json",
    body: {
      To: "+1234 567 890",
      From: "+12340000",
      Body: `This is a custom message for Example Inc. SMS authentication. The code is ${message?.code}.`,
    },
  });
  expect([...(inbox.requests[0]?.formFields ?? [])].sort()).toEqual(["Body", "From", "To"]);
  expect(await solve({ component: SMS, code: message?.code })).toMatchObject(ROOT);
  const devices = await running.store.read((tx) => tx.list(SMS_DEVICE));
  expect(devices).toMatchObject([{ phone_number: "+1234 567 890", confirmed: true }]);
});

test("a number known from the prompt is sent to during the GET, once, however often the page is reloaded", async () => {
  const { browser, solve } = await open("enroll-generic");
  await solve({ component: PROMPT, phone: NUMBER });
  for (let reload = 0; reload < 3; reload += 1) {
    const shown = await browser.once("/api/v3/flows/executor/enroll-generic/?query=");
    expect(await shown.json()).toMatchObject({ component: SMS, phone_number_required: false });
  }
  expect(inbox.requests.map(({ body }) => body)).toEqual([
    { from: "+12340000", to: NUMBER, body: `foo bar baz ${inbox.messages[0]?.code}` },
  ]);
  expect(inbox.requests[0]?.headers.authorization).toBe("Bearer ********");
});

test("a number the policy is against stays in the prompt, with the policy's text", async () => {
  const { browser } = await open("enroll-generic");
  const refused = await post(browser, "enroll-generic", { component: PROMPT, phone: "+49170" });
  expect(refused).toMatchObject({
    component: PROMPT,
    response_errors: { non_field_errors: [{ string: "Invalid phone number or missing region code" }] },
  });
  expect(inbox.requests).toEqual([]);
});

test("a number known from the prompt that is taken is dropped, and another one is asked for", async () => {
  await running.store.transaction((tx) => {
    const [stage] = tx.list(SMS_STAGE, { name: "sms-generic" });
    tx.insert(SMS_DEVICE, { user: running.admin, stage: stage.pk, phone_number: NUMBER, name: "x" });
  });
  const { browser } = await open("enroll-generic");
  const asked = await post(browser, "enroll-generic", { component: PROMPT, phone: NUMBER });
  expect(asked).toMatchObject({ component: SMS, phone_number_required: true });
  expect(inbox.requests).toEqual([]);
});

test("with verify_only the device keeps a hash", async () => {
  const { solve } = await open("enroll-verify-only");
  await solve({ component: PROMPT, phone: NUMBER });
  expect(await solve({ component: SMS, code: inbox.messages[0]?.code })).toMatchObject(ROOT);
  const [device] = await running.store.read((tx) => tx.list(SMS_DEVICE));
  expect(device?.phone_number).toBe(`hash:${createHash("sha256").update(NUMBER).digest("hex")}`);
});

test("nobody who is not logged in gets into the flow", async () => {
  const browser = await running.browser();
  const shown = await browser.once("/api/v3/flows/executor/enroll-generic/?query=");
  expect(await shown.json()).toMatchObject({
    component: "ak-stage-access-denied",
    error_message: "Flow does not apply to current user.",
  });
});

async function post(browser: Client, slug: string, fields: object): Promise<object> {
  const response = await browser.fetch(`/api/v3/flows/executor/${slug}/?query=`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(fields),
  });
  return (await response.json()) as object;
}
