// The validation stage with SMS devices: who is asked, what is sent, which codes pass.
import { describe, expect, test } from "vitest";
import { ROOT } from "../flow/dummy-flow.ts";
import { rejection } from "../flow/harness.ts";
import { nonField } from "./sms-installation.ts";
import { INVALID_TOKEN, installValidate, selection, VALIDATE } from "./validate-installation.ts";

const COMPONENT = "ak-stage-authenticator-validate";
const DENIED = "ak-stage-access-denied";
const SELECTED = nonField("Empty response");

describe("what is offered", () => {
  test("each confirmed device with its masked number and the name of its stage", async () => {
    const { open, device } = await installValidate();
    const first = await device();
    const second = await device({ phone_number: "0173", last_used: "2026-02-28T08:00:00.000Z" });
    const { challenge } = (await open()).answer;
    expect(challenge).toMatchObject({
      component: COMPONENT,
      pending_user: "marie",
      device_challenges: [
        {
          device_class: "sms",
          device_uid: String(first.pk),
          challenge: { phone_number: "+*******0173", delivery_method: "Text message" },
          last_used: null,
        },
        {
          device_class: "sms",
          device_uid: String(second.pk),
          challenge: { phone_number: "****", delivery_method: "Text message" },
          last_used: "2026-02-28T08:00:00.000Z",
        },
      ],
      configuration_stages: [],
    });
    expect(challenge).not.toHaveProperty("response_errors");
  });

  test("neither unconfirmed devices, nor other people's, nor those of which only a hash is kept", async () => {
    const { open, device, paul } = await installValidate({ not_configured_action: "deny" });
    await device({ confirmed: false, phone_number: "1" });
    await device({ user: paul.pk, phone_number: "2" });
    await device({ phone_number: "hash:abc" });
    expect((await open()).answer.challenge).toMatchObject({
      component: DENIED,
      error_message: "No (allowed) MFA authenticator configured.",
    });
  });

  test("nothing where the stage does not take SMS devices", async () => {
    const { open, device } = await installValidate({
      device_classes: ["totp"],
      not_configured_action: "deny",
    });
    await device();
    expect((await open()).answer.challenge).toMatchObject({ component: DENIED });
  });

  test("to the user of the request where none is pending", async () => {
    const { at, device } = await installValidate();
    await device();
    const flow = await at.runtime.flow("login").start({ user: "marie" });
    expect(flow.challenge).toMatchObject({
      component: COMPONENT,
      device_challenges: [{ device_class: "sms" }],
    });
  });
});

describe("nobody to ask", () => {
  test("passes in a flow that is no login", async () => {
    const { open, at } = await installValidate({}, { designation: "enrollment" });
    expect((await open({})).answer).toMatchObject({ status: 200, session: null, challenge: ROOT });
    expect(at.sent).toEqual([]);
  });
  test("passes in a login where passkeys are not allowed, as authentik does", async () => {
    const { open } = await installValidate();
    expect((await open({})).answer.challenge).toEqual(ROOT);
  });
  test("is denied in a login where a passkey would be asked for", async () => {
    const { open } = await installValidate({ device_classes: ["sms", "webauthn"] });
    expect((await open({})).answer.challenge).toMatchObject({
      component: DENIED,
      error_message: "Logging in with a passkey alone is not available.",
    });
  });
});

describe("a user without a device", () => {
  test("is let through by `skip`, whatever the method", async () => {
    const { open, at } = await installValidate();
    expect((await open()).answer.challenge).toEqual(ROOT);
    const answer = await at.runtime.executor.start("login", { context: { pending_user: "marie" } });
    const posted = await at.runtime.executor.request(answer.session ?? "", {
      method: "POST",
      response: { data: { code: "123456" }, form: false },
    });
    expect(posted.challenge).toEqual(ROOT);
  });

  test("is denied by `configure` without a stage, on the record", async () => {
    const { open, at } = await installValidate({ not_configured_action: "configure" });
    expect((await open()).answer.challenge).toMatchObject({
      component: DENIED,
      error_message: "Unknown error",
    });
    expect(await at.events("configuration_error")).toMatchObject([{ context: { stage: { name: "mfa" } } }]);
  });

  test("gets the one configuration stage next, without policies, and the flow ends after it", async () => {
    const { at, stage, validate, open, devices } = await installValidate({
      not_configured_action: "configure",
    });
    await at.store.transaction((tx) =>
      tx.update(VALIDATE, validate.pk, { configuration_stages: [stage.pk] }),
    );
    const browser = await open();
    expect(browser.answer.status).toBe(302);
    await browser.get();
    expect(browser.answer.challenge).toMatchObject({ component: "ak-stage-authenticator-sms" });
    await browser.post({ phone_number: "+12025550100" });
    expect((await browser.post({ code: at.sent[0].token })).challenge).toEqual(ROOT);
    expect(await devices()).toMatchObject([{ phone_number: "+12025550100", confirmed: true }]);
  });

  test("chooses among several configuration stages", async () => {
    const { at, stage, validate, open } = await installValidate({ not_configured_action: "configure" });
    const other = await at.add("authentik_stages_dummy.dummystage", { name: "other" });
    await at.store.transaction((tx) =>
      tx.update(VALIDATE, validate.pk, { configuration_stages: [stage.pk, other.pk] }),
    );
    const browser = await open();
    expect(browser.answer.challenge).toMatchObject({
      device_challenges: [],
      configuration_stages: [
        {
          pk: stage.pk,
          name: "Text message",
          verbose_name: "SMS Authenticator",
          meta_model_name: "authentik_stages_authenticator_sms.authenticatorsmsstage",
        },
        {
          pk: other.pk,
          name: "other",
          verbose_name: "Dummy Stage",
          meta_model_name: "authentik_stages_dummy.dummystage",
        },
      ],
    });
    expect((await browser.post({ selected_stage: validate.pk })).challenge?.response_errors).toEqual({
      selected_stage: [{ string: "Selected stage is invalid", code: "invalid" }],
    });
    expect((await browser.post({ code: "123456" })).challenge?.response_errors).toEqual({
      code: [{ string: "No compatible device class allowed", code: "invalid" }],
    });
    expect(await browser.post({ selected_stage: other.pk })).toMatchObject({ status: 302 });
    expect((await browser.get()).challenge).toMatchObject({ component: "ak-stage-dummy", name: "other" });
  });
});

describe("choosing a device", () => {
  test("sends one message and says that nothing is proved yet", async () => {
    const { open, device, at, row } = await installValidate();
    const { pk } = await device();
    const browser = await open();
    const answer = await browser.post(selection(pk));
    expect(answer).toMatchObject({ status: 200, challenge: { response_errors: SELECTED } });
    expect(at.sent).toMatchObject([{ to: "+12025550173", token: "111111" }]);
    expect(await row(pk)).toMatchObject({ token: "111111", valid_until: "2026-03-01T12:05:00.000Z" });
  });

  test("again a moment later answers the same and sends nothing; later it sends a new code", async () => {
    const { open, device, at } = await installValidate();
    const { pk } = await device();
    const browser = await open();
    await browser.post(selection(pk));
    expect((await browser.post(selection(pk))).challenge?.response_errors).toEqual(SELECTED);
    expect(at.sent).toHaveLength(1);
    at.time.now += 31_000;
    await browser.post(selection(pk));
    expect(at.sent.map(({ token }) => token)).toEqual(["111111", "111112"]);
    expect((await browser.post({ code: "111111" })).challenge?.response_errors).toEqual(INVALID_TOKEN);
  });

  test.each([
    ["of somebody else", (theirs: number) => selection(theirs), "invalid challenge selected"],
    ["that is not there", () => selection("4711"), "invalid challenge selected"],
    ["of another class", () => selection(1, { device_class: "totp" }), "invalid challenge selected"],
    ["of no class", () => selection(1, { device_class: "pigeon" }), "invalid challenge selected"],
    ["that is a text", () => ({ selected_challenge: "sms" }), "invalid challenge selected"],
    ["that is null", () => ({ selected_challenge: null }), "invalid challenge selected"],
    [
      "without all its keys",
      () => ({ selected_challenge: { device_class: "sms", device_uid: "1" } }),
      "challenge, last_used: This field is required.",
    ],
  ])("%s is refused, and nothing is sent", async (_name, response, string) => {
    const { open, device, at, paul } = await installValidate();
    await device();
    const theirs = await device({ user: paul.pk, phone_number: "+12025550199" });
    const browser = await open();
    expect((await browser.post(response(theirs.pk))).challenge?.response_errors).toEqual({
      selected_challenge: [{ string, code: "invalid" }],
    });
    expect(at.sent).toEqual([]);
  });

  test("shows what the provider says of a refusal", async () => {
    const { open, device, at } = await installValidate();
    const { pk } = await device();
    at.provider.delivery = rejection(400, "number unreachable");
    const browser = await open();
    expect((await browser.post(selection(pk))).challenge?.response_errors).toEqual({
      selected_challenge: [{ string: "number unreachable", code: "invalid" }],
    });
  });

  test("does not restart a flow that restarts on refusals, or nobody could ever log in", async () => {
    const { open, device, at, binding, lastSent } = await installValidate();
    await at.store.transaction((tx) =>
      tx.update("authentik_flows.flowstagebinding", binding.pk, { invalid_response_action: "restart" }),
    );
    const { pk } = await device();
    const browser = await open();
    expect(await browser.post(selection(pk))).toMatchObject({ status: 200 });
    expect((await browser.post({ code: lastSent().token })).challenge).toEqual(ROOT);
  });
});

describe("codes", () => {
  async function awaiting(fields: Parameters<typeof installValidate>[0] = {}) {
    const given = await installValidate(fields);
    const { pk } = await given.device();
    const browser = await given.open();
    await browser.post(selection(pk));
    return { ...given, pk, browser, token: given.lastSent().token };
  }

  test("the right one passes, once, and is on the device and in the plan's context", async () => {
    const given = await installValidate();
    const { at, device, open, row } = given;
    const after = await at.add("authentik_stages_dummy.dummystage", { name: "after" });
    await at.add("authentik_flows.flowstagebinding", {
      target: given.binding.target,
      stage: after.pk,
      order: 9,
    });
    const policy = await at.policy("method", () => true);
    const [, dummyBinding] = await at.rows("authentik_flows.flowstagebinding").then((all) => all.slice(-2));
    await at.bind(dummyBinding.pk, { policy: policy.pk });
    const { pk } = await device();
    const browser = await open();
    await browser.post(selection(pk));
    const { token } = given.lastSent();
    at.time.now += 1000;
    expect(await browser.post({ code: token })).toMatchObject({ status: 302 });
    await browser.get();
    expect(at.engine.calls.at(-1)?.variables.request.context).toMatchObject({
      auth_method: "auth_mfa",
      auth_method_args: {
        mfa_devices: [
          { app: "authentik_stages_authenticator_sms", model_name: "smsdevice", pk, name: "SMS Device" },
        ],
      },
    });
    expect(await row(pk)).toMatchObject({ token: null, last_used: "2026-03-01T12:00:01.000Z" });
    const again = await open();
    expect((await again.post({ code: token })).challenge?.response_errors).toEqual(INVALID_TOKEN);
  });

  test("keep the method by which the user came", async () => {
    const { at, device, binding, lastSent, marie } = await installValidate();
    const after = await at.add("authentik_stages_dummy.dummystage", { name: "after" });
    const next = await at.add("authentik_flows.flowstagebinding", {
      target: binding.target,
      stage: after.pk,
      order: 9,
    });
    await at.bind(next.pk, { policy: (await at.policy("look", () => true)).pk });
    const { pk } = await device();
    const flow = await at.runtime.flow("login").start({
      context: {
        pending_user: { pk: marie.pk },
        auth_method: "password",
        auth_method_args: { known_device: true, mfa_devices: ["before"] },
      },
    });
    await flow.respond(selection(pk));
    await flow.respond({ code: lastSent().token });
    expect(at.engine.calls.at(-1)?.variables.request.context).toMatchObject({
      auth_method: "password",
      auth_method_args: { known_device: true, mfa_devices: ["before", { pk }] },
    });
  });

  test("a wrong one is refused under the field and recorded", async () => {
    const { browser, at } = await awaiting();
    expect((await browser.post({ code: "000000" })).challenge).toMatchObject({
      component: COMPONENT,
      response_errors: INVALID_TOKEN,
    });
    expect(await at.events("login_failed")).toMatchObject([
      {
        app: "authentik.stages.authenticator_validate",
        context: { username: "marie", device_class: "sms", stage: { name: "mfa" } },
      },
    ]);
  });

  test.each([
    ["", "This field may not be blank.", "blank"],
    [null, "This field may not be null.", "null"],
    [["111111"], "Not a valid string.", "invalid"],
  ])("%j is no code", async (code, string, kind) => {
    const { browser, at, row, pk } = await awaiting();
    expect((await browser.post({ code })).challenge?.response_errors).toEqual({
      code: [{ string, code: kind }],
    });
    expect((await row(pk)).throttling_failure_count).toBe(0);
    expect(await at.events("login_failed")).toEqual([]);
  });

  test("as a number, or with blanks around it, are the same text", async () => {
    const { browser } = await awaiting();
    expect((await browser.post({ code: 111111 })).challenge).toEqual(ROOT);
    const other = await awaiting();
    expect((await other.browser.post({ code: " 111111 " })).challenge).toEqual(ROOT);
  });

  test("nothing, or what this installation cannot check, is no answer", async () => {
    const { browser } = await awaiting();
    expect((await browser.post({})).challenge?.response_errors).toEqual(nonField("Empty response"));
    expect((await browser.post({ webauthn: {}, duo: 3 })).challenge?.response_errors).toEqual({
      webauthn: [{ string: "No compatible device class allowed", code: "invalid" }],
      duo: [{ string: "No compatible device class allowed", code: "invalid" }],
    });
  });

  test("beside a chosen device count, and nothing is sent", async () => {
    const { browser, at, pk, token } = await awaiting();
    at.time.now += 60_000;
    expect((await browser.post({ ...selection(pk), code: token })).challenge).toEqual(ROOT);
    expect(at.sent).toHaveLength(1);
  });

  test("expire after 300 seconds", async () => {
    const early = await awaiting();
    early.at.time.now += 299_999;
    expect((await early.browser.post({ code: early.token })).challenge).toEqual(ROOT);
    const late = await awaiting();
    late.at.time.now += 300_000;
    expect((await late.browser.post({ code: late.token })).challenge?.response_errors).toEqual(INVALID_TOKEN);
  });

  test("restart the flow when they are wrong and the binding says so", async () => {
    const { browser, at, binding } = await awaiting();
    await at.store.transaction((tx) =>
      tx.update("authentik_flows.flowstagebinding", binding.pk, {
        invalid_response_action: "restart_with_context",
      }),
    );
    expect(await browser.post({ code: "000000" })).toMatchObject({ status: 302, challenge: null });
    expect((await browser.get()).challenge).not.toHaveProperty("response_errors");
    expect(await at.events("login_failed")).toHaveLength(1);
  });
});
