// The flows that people build, from the blueprints in fixtures/, with everything real but the network.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEngine, type Engine } from "../../../engine/index.ts";
import { createHttpClient, createSmsInbox, type SmsInbox } from "../../../providers/index.ts";
import { createRuntime, memoryStore, type Runtime } from "../../../runtime/index.ts";

const ROOT = { component: "xak-flow-redirect", to: "/" };
const ZOE = {
  username: "zoe",
  name: "Zoe Example",
  email: "zoe@example.com",
  password: "correct horse battery",
  password_repeat: "correct horse battery",
  phone: "+1234 567 890",
};

let engine: Engine;
let inbox: SmsInbox;
beforeAll(async () => {
  engine = await createEngine();
  inbox = await createSmsInbox();
});
afterAll(async () => {
  await engine?.close();
  await inbox?.close();
});

async function runtimeWith(...blueprints: string[]): Promise<Runtime> {
  const http = createHttpClient({ allow: [{ host: "127.0.0.1", port: inbox.port, http: true }] });
  const runtime = await createRuntime({ engine, store: memoryStore(), http });
  for (const name of blueprints) {
    const text = await readFile(join(import.meta.dirname, "../../../fixtures/blueprints", name), "utf8");
    const report = await runtime.apply(text, { context: { gateway_url: inbox.gatewayUrl }, file: name });
    expect(report.warnings).toEqual([]);
  }
  return runtime;
}

const user = (runtime: Runtime, username: string) =>
  runtime.store.read((tx) => tx.list("authentik_core.user", { username })[0]);

/** What `work` has sent, and its code. */
async function code(work: () => Promise<unknown>): Promise<string> {
  const before = inbox.requests.length;
  await work();
  return (await inbox.waitForMessage({ after: before })).code ?? "";
}

test("enrolment with a phone, then a login that demands its code", async () => {
  const runtime = await runtimeWith(
    "login-with-sms.yaml",
    "phone-settings.yaml",
    "enrollment-with-phone.yaml",
  );
  const enrolment = await runtime.flow("enrollment-with-phone").start();
  expect(
    (
      await enrolment.respond({ ...ZOE, password: "short", password_repeat: "short", phone: "12" })
    ).response_errors?.non_field_errors
      ?.map(({ string }) => string)
      .sort(),
  ).toEqual([
    "Please give the phone number with its country code, such as +1234 567 890.",
    "The password must have at least 12 characters.",
  ]);
  const sent = await code(async () => {
    expect(await enrolment.respond(ZOE)).toMatchObject({
      component: "ak-stage-authenticator-sms",
      pending_user: "zoe",
      phone_number_required: false,
    });
  });
  const before = await user(runtime, "zoe");
  expect(before).toMatchObject({ name: "Zoe Example", email: "zoe@example.com", is_active: false });
  expect(enrolment.login).toBeNull();
  expect(await enrolment.respond({ code: sent })).toEqual(ROOT);
  const after = await user(runtime, "zoe");
  expect(after).toMatchObject({ is_active: true, name: "Zoe Example", password: before?.password });
  expect(enrolment.login).toMatchObject({ user: after?.pk });

  const login = await runtime.flow("login-with-sms").start();
  expect(login.challenge).toMatchObject({
    component: "ak-stage-identification",
    user_fields: ["username", "email"],
    primary_action: "Log in",
  });
  expect(await login.respond({ uid_field: "ZOE@example.com" })).toMatchObject({
    component: "ak-stage-password",
    pending_user: "ZOE@example.com",
  });
  expect((await login.respond({ password: "wrong" })).response_errors).toEqual({
    password: [{ string: "Invalid password", code: "invalid" }],
  });
  const challenge = await login.respond({ password: ZOE.password });
  expect(challenge).toMatchObject({
    component: "ak-stage-authenticator-validate",
    device_challenges: [{ device_class: "sms", challenge: { delivery_method: "Text message" } }],
  });
  const [chosen] = challenge.device_challenges as { device_uid: string }[];
  const second = await code(() => login.respond({ selected_challenge: { ...chosen } }));
  expect(login.login).toBeNull();
  expect(await login.respond({ code: second })).toEqual(ROOT);
  expect(login.login).toEqual({ user: after?.pk, seconds: 0, terminateOthers: false });
  expect((await user(runtime, "zoe"))?.last_login).not.toBeNull();
  const events = await runtime.store.read((tx) => tx.list("authentik_events.event"));
  expect(events.map(({ action }) => action)).toEqual([
    "user_write",
    "user_write",
    "login",
    "login_failed",
    "login",
  ]);
  expect(events.at(-1)?.context).toMatchObject({
    auth_method: "password",
    auth_method_args: { mfa_devices: [{ model_name: "smsdevice" }] },
  });
  expect(JSON.stringify(events)).not.toContain(ZOE.password);
});

test("an enrolment that is given up leaves an account that cannot log in", async () => {
  const runtime = await runtimeWith("login-with-sms.yaml", "enrollment-with-phone.yaml");
  const enrolment = await runtime.flow("enrollment-with-phone").start();
  await enrolment.respond(ZOE);
  await enrolment.cancel();
  const login = await runtime.flow("login-with-sms").start();
  await login.respond({ uid_field: "zoe" });
  expect((await login.respond({ password: ZOE.password })).response_errors).toEqual({
    password: [{ string: "Invalid password", code: "invalid" }],
  });
});

test("a phone is added from the settings, and a login without one is denied", async () => {
  const runtime = await runtimeWith("login-with-sms.yaml", "phone-settings.yaml");
  await runtime.apply(
    "version: 1\nentries: [{model: authentik_core.user, identifiers: {username: paul}, attrs: {name: Paul, password: geheim}}]",
  );
  const enter = async () => {
    const login = await runtime.flow("login-with-sms").start();
    await login.respond({ uid_field: "paul" });
    await login.respond({ password: "geheim" });
    return login;
  };
  expect((await enter()).challenge).toMatchObject({
    component: "ak-stage-access-denied",
    error_message: "No (allowed) MFA authenticator configured.",
  });
  expect((await runtime.flow("phone-settings").start()).challenge).toMatchObject({
    component: "ak-stage-access-denied",
  });
  const settings = await runtime.flow("phone-settings").start({ user: "paul" });
  expect(settings.challenge).toMatchObject({ component: "ak-stage-authenticator-sms" });
  const sent = await code(() => settings.respond({ phone_number: "+1234 567 891" }));
  expect(await settings.respond({ code: sent })).toEqual(ROOT);
  expect((await enter()).challenge).toMatchObject({ component: "ak-stage-authenticator-validate" });
});
