// The SMS set-up stage, step by step: number, code, device.
import { createHash, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { memoryStore } from "../../../runtime/index.ts";
import { MODEL_NAMES } from "../../../runtime/models/registry.ts";
import { rejection, secondRuntime } from "../flow/harness.ts";
import { rerunningStore } from "../store/rerunning.ts";
import { installSms, nonField, SMS_DEVICE, SMS_STAGE } from "./sms-installation.ts";

const NUMBER = "+12025550173";

test("the first challenge asks for a number and sends nothing", async () => {
  const { at, start } = await installSms();
  const { challenge } = await start();
  expect(challenge).toEqual({
    flow_info: {
      title: "Title of enroll",
      background: "/static/dist/assets/images/flow_background.jpg",
      background_themed_urls: null,
      cancel_url: "/flows/-/cancel/",
      layout: "stacked",
    },
    component: "ak-stage-authenticator-sms",
    pending_user: "marie",
    pending_user_avatar: expect.stringMatching(/^data:image\/svg\+xml;base64,/),
    phone_number_required: true,
  });
  expect(at.sent).toEqual([]);
});

test("a number gets one message, and the code that was in it makes the device", async () => {
  const { at, start, stage, marie, devices } = await installSms({}, { codes: [42] });
  const flow = await start();
  const asked = await flow.respond({ phone_number: NUMBER });
  expect(asked).toMatchObject({ phone_number_required: false, response_errors: {} });
  expect(flow.status).toBe(200);
  expect(at.sent).toEqual([
    {
      to: NUMBER,
      token: "000042",
      text: "Use this code to authenticate in authentik: 000042",
      config: {
        provider: "generic",
        from_number: "+12340000",
        account_sid: "https://gateway.example/sms",
        auth: "canary-auth",
        auth_password: "canary-password",
        auth_type: "basic",
      },
    },
  ]);
  expect(await devices()).toEqual([]);
  expect(await flow.respond({ code: "000042" })).toEqual({ component: "xak-flow-redirect", to: "/" });
  expect(flow.finished).toBe(true);
  expect(await devices()).toMatchObject([
    {
      user: marie.pk,
      stage: stage.pk,
      phone_number: NUMBER,
      name: "SMS Device",
      confirmed: true,
      token: null,
    },
  ]);
  expect(await at.rows("postern.flowsession")).toEqual([]);
});

test.each([
  "7",
  7,
  "00007",
  "0000007",
  "００００07",
  "٠٠٠٠٠٧",
  "0x0007",
  "+00007",
  "000 007",
  "7".padStart(6, "O"),
])("the code 000007 is not %j: codes are six ASCII digits, as text", async (code) => {
  const { start, devices } = await installSms({}, { codes: [7] });
  const flow = await start();
  await flow.respond({ phone_number: NUMBER });
  expect(await flow.respond({ code })).toMatchObject({ response_errors: nonField("Code does not match") });
  expect(await devices()).toEqual([]);
});

test("blanks around a code are cut off, and a number in JSON is its text", async () => {
  const padded = await installSms({}, { codes: [42] });
  const first = await padded.start();
  await first.respond({ phone_number: ` ${NUMBER} ` });
  await first.respond({ code: " 000042\n" });
  expect(await padded.devices()).toMatchObject([{ phone_number: NUMBER }]);
  const numeric = await installSms({}, { codes: [654_321] });
  const second = await numeric.start();
  await second.respond({ phone_number: 12025550173 });
  await second.respond({ code: 654_321 });
  expect(await numeric.devices()).toMatchObject([{ phone_number: "12025550173" }]);
});

test.each([
  ["a millisecond before 300 s", 299_999, true],
  ["at 300 s", 300_000, false],
  ["after 300 s", 300_001, false],
])("a code %s", async (_when, elapsed, accepted) => {
  const { at, start, devices } = await installSms({}, { codes: [123_456] });
  const flow = await start();
  await flow.respond({ phone_number: NUMBER });
  at.time.now += elapsed;
  await flow.respond({ code: "123456" });
  expect(flow.finished).toBe(accepted);
  expect(await devices()).toHaveLength(accepted ? 1 : 0);
});

test("asking again sends the same code as long as it is good for a minute yet, then a new one", async () => {
  const { at, start } = await installSms({}, { codes: [1, 2, 3] });
  const flow = await start();
  await flow.respond({ phone_number: NUMBER });
  at.time.now += 239_999;
  expect(await flow.respond({ phone_number: NUMBER })).toMatchObject({ response_errors: {} });
  at.time.now += 30_000;
  expect(await flow.respond({ phone_number: NUMBER })).toMatchObject({ response_errors: {} });
  at.time.now += 300_000;
  expect(await flow.respond({ phone_number: NUMBER })).toMatchObject({ response_errors: {} });
  expect(at.sent.map(({ token }) => token)).toEqual(["000001", "000001", "000002", "000003"]);
  await flow.respond({ code: "000003" });
  expect(flow.finished).toBe(true);
});

test("between two messages to one number lies the cool-down; the code that was sent stays good", async () => {
  const { at, start } = await installSms({}, { codes: [1] });
  const flow = await start();
  await flow.respond({ phone_number: NUMBER });
  at.time.now += 28_500;
  expect(await flow.respond({ phone_number: NUMBER })).toMatchObject({
    phone_number_required: false,
    response_errors: nonField(
      "An SMS was sent a moment ago. Please wait 2 seconds before you ask for another one.",
    ),
  });
  expect(at.sent).toHaveLength(1);
  await flow.respond({ code: "000001" });
  expect(flow.finished).toBe(true);
});

test("back to a number: it waits for its own cool-down, and gets a code that no other number had", async () => {
  const { at, start, devices } = await installSms();
  const flow = await start();
  await flow.respond({ phone_number: "+1000" });
  await flow.respond({ phone_number: "+2000" });
  expect(await flow.respond({ phone_number: "+1000" })).toMatchObject({
    phone_number_required: true,
    response_errors: nonField(
      "An SMS was sent a moment ago. Please wait 30 seconds before you ask for another one.",
    ),
  });
  at.time.now += 30_000;
  expect(await flow.respond({ phone_number: "+1000" })).toMatchObject({ response_errors: {} });
  const tokens = at.sent.map(({ token }) => token);
  expect(at.sent.map(({ to }) => to)).toEqual(["+1000", "+2000", "+1000"]);
  expect(new Set(tokens).size).toBe(3);
  await flow.respond({ code: tokens[1] });
  at.time.now += 1_000;
  await flow.respond({ code: tokens[2] });
  expect((await devices()).map(({ phone_number }) => phone_number)).toEqual(["+1000"]);
});

test("the cool-down is the stage's; another number, or one that failed, does not wait", async () => {
  const { at, start } = await installSms({ postern_resend_cooldown: "minutes=2" });
  const flow = await start();
  await flow.respond({ phone_number: "+1000" });
  await flow.respond({ phone_number: "+2000" });
  at.time.now += 119_999;
  await flow.respond({ phone_number: "+2000" });
  expect(at.sent.map(({ to }) => to)).toEqual(["+1000", "+2000"]);
  at.time.now += 1;
  at.provider.delivery = rejection(503, "busy");
  expect(await flow.respond({ phone_number: "+2000" })).toMatchObject({ phone_number_required: true });
  at.provider.delivery = "accept";
  expect(await flow.respond({ phone_number: "+2000" })).toMatchObject({ response_errors: {} });
  expect(at.sent).toHaveLength(4);
});

test("another number gets another code: the first number's code does not prove the second", async () => {
  const { at, start, devices } = await installSms({}, { codes: [1, 2] });
  const flow = await start();
  await flow.respond({ phone_number: "+1000" });
  await flow.respond({ phone_number: "+2000" });
  expect(await flow.respond({ code: "000001" })).toMatchObject({
    response_errors: nonField("Code does not match"),
  });
  at.time.now += 1_000;
  await flow.respond({ code: "000002" });
  expect(await devices()).toMatchObject([{ phone_number: "+2000" }]);
});

test("wrong, expired and throttled codes read the same; waits double; waiting codes count nothing", async () => {
  const { at, start } = await installSms({}, { codes: [123_456] });
  const flow = await start();
  await flow.respond({ phone_number: NUMBER });
  const refused = { phone_number_required: false, response_errors: nonField("Code does not match") };
  expect(await flow.respond({ code: "000000" })).toMatchObject(refused);
  at.time.now += 999;
  expect(await flow.respond({ code: "123456" })).toMatchObject(refused);
  at.time.now += 1;
  expect(await flow.respond({ code: "000000" })).toMatchObject(refused);
  at.time.now += 1_999;
  expect(await flow.respond({ code: "123456" })).toMatchObject(refused);
  at.time.now += 1;
  await flow.respond({ code: "123456" });
  expect(flow.finished).toBe(true);
});

test("neither a new code nor another number resets the count of wrong codes", async () => {
  const { at, start } = await installSms();
  const flow = await start();
  await flow.respond({ phone_number: "+1000" });
  await flow.respond({ code: "999999" });
  await flow.respond({ phone_number: "+2000" });
  const { token } = at.sent[1];
  expect(await flow.respond({ code: token })).toMatchObject({
    response_errors: nonField("Code does not match"),
  });
  at.time.now += 1_000;
  await flow.respond({ code: token });
  expect(flow.finished).toBe(true);
});

test("a wrong code leaves no device and does not block sending again", async () => {
  const { at, start, devices } = await installSms();
  const flow = await start();
  await flow.respond({ phone_number: NUMBER });
  await flow.respond({ code: "000000" });
  expect(await devices()).toEqual([]);
  at.time.now += 30_000;
  expect(await flow.respond({ phone_number: NUMBER })).toMatchObject({ response_errors: {} });
  expect(at.sent).toHaveLength(2);
});

test("with a code the number beside it is not looked at", async () => {
  const { start, devices, at } = await installSms({}, { codes: [5] });
  const flow = await start();
  await flow.respond({ phone_number: NUMBER });
  await flow.respond({ code: "000005", phone_number: "+999" });
  expect(await devices()).toMatchObject([{ phone_number: NUMBER }]);
  expect(at.sent).toHaveLength(1);
});

test.each([
  [{}, nonField("phone_number required")],
  [{ phone_number: "" }, { phone_number: [{ string: "This field may not be blank.", code: "blank" }] }],
  [{ phone_number: null }, { phone_number: [{ string: "This field may not be null.", code: "null" }] }],
  [{ code: true }, { code: [{ string: "Not a valid string.", code: "invalid" }] }],
  [
    { code: [], phone_number: " " },
    {
      code: [{ string: "Not a valid string.", code: "invalid" }],
      phone_number: [{ string: "This field may not be blank.", code: "blank" }],
    },
  ],
])("the response %j is refused", async (response, errors) => {
  const { at, start } = await installSms();
  const flow = await start();
  expect(await flow.respond(response)).toMatchObject({ phone_number_required: true });
  expect(flow.challenge.response_errors).toEqual(errors);
  expect(at.sent).toEqual([]);
});

test("a number that someone has on this stage is refused, plain or hashed; on another stage it is free", async () => {
  const { at, start, stage, paul, devices } = await installSms();
  const hash = `hash:${createHash("sha256").update("+2000").digest("hex")}`;
  await at.add(SMS_DEVICE, {
    user: paul.pk,
    stage: stage.pk,
    phone_number: "+1000",
    name: "x",
    confirmed: false,
  });
  await at.add(SMS_DEVICE, { user: paul.pk, stage: stage.pk, phone_number: hash, name: "x" });
  const { pk: _pk, ...copy } = stage;
  const other = await at.add(SMS_STAGE, { ...copy, name: "other" });
  await at.add(SMS_DEVICE, { user: paul.pk, stage: other.pk, phone_number: "+3000", name: "x" });
  for (const taken of ["+1000", "+2000"]) {
    const flow = await start();
    expect(await flow.respond({ phone_number: taken })).toMatchObject({
      phone_number_required: false,
      response_errors: nonField("Invalid phone number"),
    });
    expect(await flow.refresh()).toMatchObject({ phone_number_required: true });
  }
  expect(at.sent).toEqual([]);
  const free = await start();
  expect(await free.respond({ phone_number: "+3000" })).toMatchObject({ response_errors: {} });
  expect(await devices()).toHaveLength(3);
});

test.each([
  ["", memoryStore],
  [", in a store that runs work again", rerunningStore],
])("a number that another flow takes between code and device stays theirs%s", async (_which, store) => {
  const { at, start, stage, paul, devices } = await installSms({}, { codes: [1, 2], store: store() });
  const flow = await start();
  await flow.respond({ phone_number: NUMBER });
  await at.add(SMS_DEVICE, { user: paul.pk, stage: stage.pk, phone_number: NUMBER, name: "x" });
  expect(await flow.respond({ code: "000001" })).toMatchObject({
    response_errors: nonField("Invalid phone number"),
  });
  expect(await devices()).toMatchObject([{ user: paul.pk }]);
  expect(await flow.respond({ code: "000001" })).toMatchObject({
    response_errors: nonField("Code does not match"),
  });
});

test("a device that is deleted while its number is given frees the number, in a store that runs work again", async () => {
  const { at, start, stage, paul, devices } = await installSms({}, { store: rerunningStore() });
  const flow = await start();
  await flow.respond({ phone_number: NUMBER });
  const { pk } = await at.add(SMS_DEVICE, {
    user: paul.pk,
    stage: stage.pk,
    phone_number: NUMBER,
    name: "x",
  });
  await at.store.transaction((tx) => tx.delete(SMS_DEVICE, pk));
  await flow.respond({ code: at.sent[0].token });
  expect(await devices()).toMatchObject([{ phone_number: NUMBER, name: "SMS Device" }]);
});

test("asking again too early does not restart a flow that restarts on refusals", async () => {
  const { at, start } = await installSms();
  const [binding] = await at.rows("authentik_flows.flowstagebinding");
  await at.store.transaction((tx) =>
    tx.update("authentik_flows.flowstagebinding", binding.pk, { invalid_response_action: "restart" }),
  );
  const flow = await start();
  await flow.respond({ phone_number: NUMBER });
  await flow.respond({ phone_number: NUMBER });
  expect(flow.status).toBe(200);
  await flow.respond({ code: at.sent[0].token });
  expect(flow.finished).toBe(true);
  expect(at.sent).toHaveLength(1);
});

test("verify only keeps the hash of the number and nothing of the number", async () => {
  const { at, start, devices } = await installSms({ verify_only: true }, { codes: [1] });
  const flow = await start();
  await flow.respond({ phone_number: NUMBER });
  await flow.respond({ code: "000001" });
  const hash = `hash:${createHash("sha256").update(NUMBER).digest("hex")}`;
  expect(await devices()).toMatchObject([{ phone_number: hash }]);
  const everything = await at.store.read((tx) => [tx.list(SMS_DEVICE), tx.list("authentik_events.event")]);
  expect(JSON.stringify(everything)).not.toContain("2025550173");
  const again = await start("paul");
  expect(await again.respond({ phone_number: NUMBER })).toMatchObject({
    phone_number_required: false,
    response_errors: nonField("Invalid phone number"),
  });
});

test.each([
  ["an earlier prompt", { prompt_data: { phone: NUMBER } }, undefined],
  ["the stage's own form", {}, NUMBER],
])(
  "while a code is awaited the store says nothing of the number, given in %s",
  async (_where, context, phone_number) => {
    const { at, start } = await installSms({ verify_only: true }, { codes: [424_242] });
    const flow = await start("marie", context);
    if (phone_number !== undefined) await flow.respond({ phone_number });
    await flow.respond({ code: "000000" });
    expect(at.sent.map(({ to }) => to)).toEqual([NUMBER]);
    const everything = await at.store.read((tx) => MODEL_NAMES.map((model) => tx.list(model)));
    expect(JSON.stringify(everything)).not.toMatch(/2025550173|424242/);
  },
);

test("two right answers at once make one device", async () => {
  const { at, start, devices } = await installSms({}, { codes: [1] });
  const flow = await start();
  await flow.respond({ phone_number: NUMBER });
  const id = flow.session as string;
  const other = await secondRuntime(at);
  const request = { method: "POST", response: { data: { code: "000001" }, form: false } } as const;
  const answers = await Promise.allSettled([
    at.runtime.executor.request(id, request),
    other.runtime.executor.request(id, request),
    at.runtime.executor.request(id, request),
  ]);
  expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(
    answers
      .filter(({ status }) => status === "rejected")
      .map((answer) => (answer as PromiseRejectedResult).reason.name),
  ).toEqual(["SessionNotFound", "SessionNotFound"]);
  expect(await devices()).toHaveLength(1);
});

/** A flow whose message is under way until `provider` is settled, and another process on the same store. */
async function sendingSlowly(codes?: number[]) {
  const { at, start } = await installSms({}, codes === undefined ? {} : { codes });
  const flow = await start();
  const other = await secondRuntime(at);
  const provider = Promise.withResolvers<void>();
  at.provider.delivery = () => provider.promise;
  const slow = flow.respond({ phone_number: NUMBER });
  await expect.poll(() => at.sent.length).toBe(1);
  return { at, flow, other, provider, slow };
}

test("while one process is sending, another one does not send the same again", async () => {
  const { at, flow, other, provider, slow } = await sendingSlowly();
  const resumed = await other.runtime.resume(flow.session as string);
  for (let reload = 0; reload < 10; reload += 1) await resumed.refresh({ http: { path: `/${reload}` } });
  expect(await resumed.respond({ phone_number: NUMBER }, { http: { path: "/other" } })).toMatchObject({
    phone_number_required: true,
    response_errors: nonField("The SMS is being sent. Please wait a moment and try again."),
  });
  provider.resolve();
  expect(await slow).toMatchObject({ phone_number_required: false, response_errors: {} });
  expect(at.sent).toHaveLength(1);
  await resumed.respond({ code: at.sent[0].token });
  expect(resumed.finished).toBe(true);
});

test("a process that died while sending: the code is not taken for sent, and after half a minute it can be sent again", async () => {
  const { at, start } = await installSms({}, { codes: [1, 2] });
  const flow = await start();
  at.provider.delivery = () => new Promise(() => {});
  void flow.respond({ phone_number: NUMBER });
  await expect.poll(() => at.sent.length).toBe(1);
  const other = await secondRuntime(at);
  const resumed = await other.runtime.resume(flow.session as string);
  expect(resumed.challenge.phone_number_required).toBe(true);
  expect(await resumed.respond({ code: "000001" })).toMatchObject({
    response_errors: nonField("Code does not match"),
  });
  at.time.now += 29_999;
  await resumed.respond({ phone_number: NUMBER });
  expect(at.sent).toHaveLength(1);
  at.time.now += 1;
  expect(await resumed.respond({ phone_number: NUMBER })).toMatchObject({ response_errors: {} });
  await resumed.respond({ code: at.sent[1].token });
  expect(resumed.finished).toBe(true);
});

test("a wrong code in another process while the message goes out: one message, and its code is good", async () => {
  const { at, flow, other, provider, slow } = await sendingSlowly([1]);
  const guess = { method: "POST", response: { data: { code: "999999" }, form: false } } as const;
  await other.runtime.executor.request(flow.session as string, guess);
  provider.resolve();
  expect(await slow).toMatchObject({ phone_number_required: false, response_errors: {} });
  expect(at.sent).toHaveLength(1);
  at.time.now += 1_000;
  await flow.respond({ code: "000001" });
  expect(flow.finished).toBe(true);
});

test("a failure that another process's request overtakes is still told, and nothing is sent again", async () => {
  const { at, flow, other, provider, slow } = await sendingSlowly([1]);
  const guess = { method: "POST", response: { data: { code: "999999" }, form: false } } as const;
  await other.runtime.executor.request(flow.session as string, guess);
  provider.reject(rejection(400, "no such number"));
  expect(await slow).toMatchObject({
    phone_number_required: true,
    response_errors: nonField("no such number"),
  });
  expect(at.sent).toHaveLength(1);
});

test("the same request sent twice, by its id, sends one message and gets the same answer", async () => {
  const { at, start } = await installSms();
  const flow = await start();
  const http = { request_id: "abc" };
  const answers = [
    await flow.respond({ phone_number: NUMBER }, { http }),
    await flow.respond({ phone_number: NUMBER }, { http }),
  ];
  expect(answers[1]).toEqual(answers[0]);
  expect(at.sent).toHaveLength(1);
});

test("a flow that is given up while its message goes out leaves nothing behind", async () => {
  const { at, start } = await installSms();
  const flow = await start();
  const other = await secondRuntime(at);
  const provider = Promise.withResolvers<void>();
  at.provider.delivery = () => provider.promise;
  const slow = expect(flow.respond({ phone_number: NUMBER })).rejects.toThrow("this flow is not in progress");
  await expect.poll(() => at.sent.length).toBe(1);
  await other.runtime.executor.cancel(flow.session as string);
  provider.resolve();
  await slow;
  expect(await at.rows("postern.flowsession")).toEqual([]);
});

test.each([
  ["+1 (202) 555-0173", NUMBER],
  ["+49 151 1234-5678", "+4915112345678"],
  ["+1234 567 890", "+1234 567 890"],
  ["foo", "foo"],
  ["12025550173", "12025550173"],
  ["+12025550173 ext. 5", "+12025550173 ext. 5"],
])("%j is sent to and kept as %j", async (phone_number, kept) => {
  const { at, start, devices } = await installSms({}, { codes: [1] });
  const flow = await start();
  await flow.respond({ phone_number });
  await flow.respond({ code: "000001" });
  expect(at.sent.map(({ to }) => to)).toEqual([kept]);
  expect((await devices()).map((device) => device.phone_number)).toEqual([kept]);
});

describe("verify only in a store with a key", () => {
  const store = () => memoryStore({ key: randomBytes(32) });

  test("keeps a hash that cannot be found without the key, and knows it again", async () => {
    const { at, start, devices } = await installSms({ verify_only: true }, { codes: [1], store: store() });
    const flow = await start();
    await flow.respond({ phone_number: NUMBER });
    await flow.respond({ code: "000001" });
    const plain = createHash("sha256").update(NUMBER).digest("hex");
    const [device] = await devices();
    expect(device.phone_number).toMatch(/^hash:hmac-sha256:[0-9a-f]{64}$/);
    expect(JSON.stringify(await at.rows(SMS_DEVICE))).not.toContain(plain);
    const again = await (await start("paul")).respond({ phone_number: "+1 202-555-0173" });
    expect(again).toMatchObject({ response_errors: nonField("Invalid phone number") });
    expect(at.sent).toHaveLength(1);
  });

  test("knows numbers that authentik hashed without one, and plain ones", async () => {
    const { at, start, stage, paul } = await installSms({ verify_only: true }, { store: store() });
    const plain = createHash("sha256").update(NUMBER).digest("hex");
    for (const phone_number of [`hash:${plain}`, "+2000"])
      await at.add(SMS_DEVICE, { user: paul.pk, stage: stage.pk, phone_number, name: "x" });
    for (const phone_number of [NUMBER, "+2000"])
      expect(await (await start()).respond({ phone_number })).toMatchObject({
        response_errors: nonField("Invalid phone number"),
      });
    expect(at.sent).toEqual([]);
  });
});

test("nobody cannot enrol a phone", async () => {
  const { start } = await installSms();
  const flow = await start(null);
  expect(flow.challenge).toMatchObject({
    component: "ak-stage-access-denied",
    error_message: "A user is needed to set up an SMS authenticator.",
  });
});

test("the pending user of the plan gets the device, not the one who sends the requests", async () => {
  const { start, paul, devices } = await installSms({}, { codes: [1] });
  const flow = await start("marie", { pending_user: "paul" });
  expect(flow.challenge.pending_user).toBe("paul");
  await flow.respond({ phone_number: NUMBER });
  await flow.respond({ code: "000001" });
  expect(await devices()).toMatchObject([{ user: paul.pk }]);
});
