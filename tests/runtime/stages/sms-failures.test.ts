// What the user, the events and the store get when a code cannot be sent, and how mappings shape what is sent.
import { expect, test } from "vitest";
import { SmsSendError } from "../../../providers/sms-provider.ts";
import { type Call, type FakeExpression, PythonError } from "../flow/fake-engine.ts";
import { rejection } from "../flow/harness.ts";
import { installSms, nonField } from "./sms-installation.ts";

const NUMBER = "+12025550173";
const NOT_SENT = "The SMS could not be sent. Please try again.";

const failure = (kind: "unreachable" | "timeout" | "invalid_answer" | "configuration") =>
  new SmsSendError(kind, `no luck: ${kind}`, { hint: "look there", code: "connect_failed" });

test.each([
  [
    "a refusal with a text",
    rejection(400, "number not reachable"),
    "number not reachable",
    "configuration_error",
  ],
  ["a refusal without one", rejection(500, ""), NOT_SENT, "configuration_error"],
  ["a wrong configuration", failure("configuration"), NOT_SENT, "configuration_error"],
  ["a refused connection", failure("unreachable"), NOT_SENT, "system_exception"],
  ["a timeout", failure("timeout"), NOT_SENT, "system_exception"],
  ["a garbled answer", failure("invalid_answer"), NOT_SENT, "system_exception"],
  ["a fault of the provider's code", new Error("boom"), NOT_SENT, "system_exception"],
])(
  "%s: a clear error, an event, no device, and it can be tried again",
  async (_what, error, text, action) => {
    const { at, start, devices } = await installSms({}, { codes: [1, 2] });
    at.provider.delivery = error;
    const flow = await start();
    expect(await flow.respond({ phone_number: NUMBER })).toMatchObject({
      component: "ak-stage-authenticator-sms",
      phone_number_required: true,
      response_errors: nonField(text),
    });
    expect(await at.events(action)).toMatchObject([
      { user: { username: "marie" }, context: { message: "Error sending SMS", stage: { name: "sms" } } },
    ]);
    expect(await at.rows("authentik_events.event")).toHaveLength(1);
    expect(await flow.respond({ code: "000001" })).toMatchObject({
      response_errors: nonField("Code does not match"),
    });
    expect(await devices()).toEqual([]);
    at.provider.delivery = "accept";
    at.time.now += 1_000;
    await flow.respond({ phone_number: NUMBER });
    await flow.respond({ code: "000002" });
    expect(await devices()).toHaveLength(1);
  },
);

test("a refusal's event has status and body", async () => {
  const { at, start } = await installSms();
  at.provider.delivery = rejection(422, "sender not allowed");
  await (await start()).respond({ phone_number: NUMBER });
  expect((await at.events("configuration_error"))[0].context).toMatchObject({
    status_code: 422,
    body: "sender not allowed",
    exception: "The gateway did not accept the message (status 422).",
  });
});

test("a provider that echoes the code does not show it, and its code is void", async () => {
  const { at, start, devices } = await installSms({}, { codes: [424_242, 535_353] });
  at.provider.delivery = rejection(400, "cannot send 424242 to +12025550173 for canary-auth");
  const flow = await start();
  const challenge = await flow.respond({ phone_number: NUMBER });
  expect(challenge.response_errors).toEqual(nonField("cannot send *** to *** for ***"));
  await flow.respond({ code: "424242" });
  expect(await devices()).toEqual([]);
});

test("a number that a provider writes without its country's code does not stand in the event or the form", async () => {
  const { at, start } = await installSms();
  at.provider.delivery = rejection(400, "2025550173: no such subscriber, (202) 555-0173 is 0012025550173");
  const flow = await start();
  const challenge = await flow.respond({ phone_number: NUMBER });
  const told = "***: no such subscriber, (*** is 00***";
  expect(challenge.response_errors).toEqual(nonField(told));
  expect(await at.events("configuration_error")).toMatchObject([{ context: { body: told } }]);
});

test("no secret, code or whole number in events, logs or challenges", async () => {
  const { at, start } = await installSms(
    {},
    {
      codes: [424_242, 535_353, 646_464],
      mapping: "leak",
      expressions: {
        leak({ token, device, stage }) {
          throw new PythonError("ValueError", `${token} ${device.phone_number} ${JSON.stringify(stage)}`);
        },
      },
    },
  );
  const flow = await start();
  const seen = [flow.challenge, await flow.respond({ phone_number: NUMBER })];
  at.engine.expressions.set("leak", () => ({ ok: 1 }));
  at.provider.delivery = new Error(`${NUMBER} 535353 canary-auth canary-password`);
  seen.push(await flow.respond({ phone_number: NUMBER }));
  const text = JSON.stringify([seen, at.logs, await at.rows("authentik_events.event")]);
  expect(await at.rows("authentik_events.event")).toHaveLength(2);
  for (const canary of ["424242", "535353", "canary-auth", "canary-password", "12025550173"]) {
    expect(text).not.toContain(canary);
  }
});

test("a mapping sees user, request, device, token and stage, without the stage's credentials", async () => {
  const { at, start, stage, marie } = await installSms(
    {},
    { codes: [42], mapping: "payload", expressions: { payload: () => ({ text: "hi" }) } },
  );
  const flow = await at.runtime.flow("enroll").start({
    user: "marie",
    http: { META: { REMOTE_ADDR: "192.0.2.7" }, headers: { Cookie: "canary-cookie", "User-Agent": "test" } },
  });
  await flow.respond({ phone_number: NUMBER });
  expect((await start()).challenge.component).toBe("ak-stage-authenticator-sms");
  const { variables } = at.engine.calls.find(({ source }) => source === "payload") as Call;
  expect(Object.keys(variables).sort()).toEqual(["device", "request", "stage", "token", "user"]);
  expect(variables).toMatchObject({
    token: "000042",
    user: { pk: marie.pk, username: "marie", is_superuser: false },
    device: {
      pk: null,
      phone_number: NUMBER,
      name: "SMS Device",
      token: "000042",
      user: { username: "marie" },
    },
    stage: {
      pk: stage.pk,
      name: "sms",
      from_number: "+12340000",
      account_sid: "https://gateway.example/sms",
    },
    request: {
      user: { username: "marie" },
      obj: { name: "sms-mapping" },
      http_request: {
        META: { REMOTE_ADDR: "192.0.2.7", HTTP_USER_AGENT: "test" },
        brand: { branding_title: "authentik" },
      },
    },
  });
  expect(JSON.stringify(variables)).not.toContain("canary");
  expect(variables.user).not.toHaveProperty("password");
  expect(at.sent[0].payload).toEqual({ text: "hi" });
});

test("without a mapping there is no payload; a mapping of None sends none", async () => {
  const none = await installSms();
  await (await none.start()).respond({ phone_number: NUMBER });
  expect(none.at.sent[0]).not.toHaveProperty("payload");
  const mapped = await installSms({}, { mapping: "nothing", expressions: { nothing: () => null } });
  await (await mapped.start()).respond({ phone_number: NUMBER });
  expect(mapped.at.sent[0].payload).toBeNull();
});

test("Twilio takes the text of the key message, or its own without that key", async () => {
  const custom = await installSms(
    { provider: "twilio" },
    { mapping: "m", expressions: { m: ({ token }) => ({ message: `code ${token}`, other: 1 }) }, codes: [9] },
  );
  await (await custom.start()).respond({ phone_number: NUMBER });
  expect(custom.at.sent[0]).toMatchObject({ text: "code 000009" });
  expect(custom.at.sent[0]).not.toHaveProperty("payload");
  const plain = await installSms(
    { provider: "twilio" },
    { mapping: "m", expressions: { m: () => ({}) }, codes: [9] },
  );
  await (await plain.start()).respond({ phone_number: NUMBER });
  expect(plain.at.sent[0].text).toBe("Use this code to authenticate in authentik: 000009");
});

test.each<[string, "generic" | "twilio", FakeExpression, string]>([
  [
    "raises",
    "generic",
    () => {
      throw new PythonError("KeyError", "'x'");
    },
    "KeyError",
  ],
  ["returns None for Twilio", "twilio", () => null, "TypeError"],
  ["returns a text for Twilio", "twilio", () => "code", "TypeError"],
  ["returns an empty message for Twilio", "twilio", () => ({ message: "" }), "TypeError"],
])("a mapping that %s stops the send", async (_what, provider, expression, type) => {
  const { at, start, devices } = await installSms(
    { provider },
    { mapping: "m", expressions: { m: expression } },
  );
  const flow = await start();
  expect(await flow.respond({ phone_number: NUMBER })).toMatchObject({
    phone_number_required: true,
    response_errors: nonField(NOT_SENT),
  });
  expect(at.sent).toEqual([]);
  expect(await devices()).toEqual([]);
  expect(await at.events("property_mapping_exception")).toMatchObject([
    { context: { expression: "m", exception: { type }, mapping: { name: "sms-mapping" } } },
  ]);
  expect(await at.rows("authentik_events.event")).toHaveLength(1);
});

test("a mapping that is not Python stops the send", async () => {
  const { at, start } = await installSms({}, { mapping: ";" });
  const flow = await start();
  expect(await flow.respond({ phone_number: NUMBER })).toMatchObject({ response_errors: nonField(NOT_SENT) });
  expect((await at.events("property_mapping_exception"))[0].context).toMatchObject({
    exception: { type: "SyntaxError" },
  });
});

test("the stage's own request settings reach the provider, and no mapping sees its headers", async () => {
  const { at, start } = await installSms(
    {
      postern_encoding: "form",
      postern_authorization: "none",
      postern_headers: { "X-Key": "canary-header" },
    },
    { mapping: "m", expressions: { m: ({ stage }) => stage } },
  );
  await (await start()).respond({ phone_number: NUMBER });
  expect(at.sent[0].config).toMatchObject({
    encoding: "form",
    authorization: "none",
    headers: { "X-Key": "canary-header" },
  });
  expect(JSON.stringify(at.engine.calls)).not.toContain("canary");
});

test.each([
  [{ postern_encoding: "xml" }, '"xml" is not a valid choice.'],
  [{ postern_headers: { "a b": "c" } }, '"a b" is not the name of a header.'],
  [{ postern_headers: { a: "b\nc" } }, 'The value of the header "a" must be a text of one line.'],
  [{ postern_headers: { a: 1 } }, 'The value of the header "a" must be a text of one line.'],
  [{ postern_headers: [] }, "Headers are an object of texts."],
  [
    { provider: "twilio", postern_encoding: "form" },
    "postern_encoding, postern_authorization and postern_headers are for the generic provider; leave them out with Twilio.",
  ],
])("the settings %j are refused", async (fields, message) => {
  await expect(installSms(fields as object)).rejects.toThrow(message);
});

test("a message of more than one segment is a log line without the message", async () => {
  const { at, start } = await installSms(
    {},
    {
      codes: [424_242],
      mapping: "m",
      expressions: { m: ({ token }) => ({ to: "x".repeat(200), t: [`Код ${token} ${"x".repeat(80)}`] }) },
    },
  );
  await (await start()).respond({ phone_number: NUMBER });
  const lines = at.logs.filter(({ event }) => event === "an SMS takes more than one segment");
  expect(lines).toEqual([
    expect.objectContaining({ stage: "sms", segments: 2, alphabet: "UCS-2", units: 91, beyond: "Код" }),
  ]);
  expect(JSON.stringify(lines)).not.toContain("424242");
  const short = await installSms();
  await (await short.start()).respond({ phone_number: NUMBER });
  expect(short.at.logs.filter(({ event }) => String(event).includes("segment"))).toEqual([]);
});
