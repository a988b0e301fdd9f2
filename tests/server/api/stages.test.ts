// Stages of every kind over the API: what is shown, what is kept secret, what is refused.
import { StagesApi } from "@goauthentik/api";
import { expect, test } from "vitest";
import { STAGE_MODELS } from "../../../runtime/models/registry.ts";
import { STAGE_RESOURCES } from "../../../server/api/stages.ts";
import { managementUnderTest } from "./management.ts";

const SMS = "authentik_stages_authenticator_sms.authenticatorsmsstage";
const sms = {
  provider: "twilio",
  from_number: "+15005550006",
  account_sid: "AC1",
  auth: "canary-auth",
} as const;

const at = managementUnderTest();

test("authentik's own client makes, reads, changes and deletes an SMS stage; credentials never come back", async () => {
  const stages = new StagesApi(at.running.client().configuration());
  const made = await stages.stagesAuthenticatorSmsCreate({
    authenticatorSMSStageRequest: {
      name: "sms",
      provider: "twilio",
      fromNumber: "+1",
      accountSid: "AC",
      auth: "canary-auth",
      authPassword: "canary-password",
    },
  });
  expect(made).toMatchObject({
    name: "sms",
    component: "ak-stage-authenticator-sms-form",
    verboseName: "SMS Authenticator Setup Stage",
    verboseNamePlural: "SMS Authenticator Setup Stages",
    metaModelName: SMS,
    flowSet: [],
    friendlyName: "",
    authType: "basic",
    verifyOnly: false,
  });
  const raw = await at.get(`/stages/authenticator/sms/${made.pk}/`);
  expect(raw.body).toMatchObject({ configure_flow: null, mapping: null });
  expect(JSON.stringify(raw.body)).not.toContain("canary");
  expect(Object.keys(raw.body).filter((key) => key.startsWith("postern_"))).toEqual([]);

  await stages.stagesAuthenticatorSmsPartialUpdate({
    stageUuid: made.pk,
    patchedAuthenticatorSMSStageRequest: { verifyOnly: true },
  });
  const [row] = await at.rows(SMS);
  expect(row).toMatchObject({ verify_only: true, auth: "canary-auth", auth_password: "canary-password" });

  await stages.stagesAuthenticatorSmsDestroy({ stageUuid: made.pk });
  expect(await at.rows(SMS)).toEqual([]);
});

test("a PUT keeps what it leaves out, and asks for what has no default", async () => {
  const { pk } = await at.create("/stages/authenticator/sms/", {
    ...sms,
    name: "put",
    auth_password: "kept",
    verify_only: true,
  });
  const path = `/stages/authenticator/sms/${pk}/`;
  expect(await at.ask("PUT", path, { name: "put" })).toEqual({
    status: 400,
    body: Object.fromEntries(
      ["provider", "from_number", "account_sid", "auth"].map((field) => [field, ["This field is required."]]),
    ),
  });
  const { body } = await at.ask("PUT", path, { ...sms, name: "renamed" });
  expect(body).toMatchObject({ name: "renamed", verify_only: true });
  const row = (await at.rows(SMS)).find((stage) => stage.pk === pk);
  expect(row).toMatchObject({ auth_password: "kept" });
});

test("Postern's own settings of an SMS stage are taken", async () => {
  const { pk } = await at.create("/stages/authenticator/sms/", {
    ...sms,
    name: "own",
    postern_allowed_countries: ["DE"],
  });
  const row = (await at.rows(SMS)).find((stage) => stage.pk === pk);
  expect(row?.postern_allowed_countries).toEqual(["DE"]);
});

test("faults are told by field, in Django REST framework's words", async () => {
  const missing = "8c0e8f2e-6f0e-4f0c-9b39-5d6f7a3f1c11";
  await at.create("/stages/deny/", { name: "taken" });
  const refused = await at.ask("POST", "/stages/authenticator/sms/", {
    name: "taken",
    provider: "carrier pigeon",
    from_number: "",
    account_sid: null,
    auth: ["a"],
    verify_only: "maybe",
    mapping: missing,
    configure_flow: "x",
  });
  expect(refused).toEqual({
    status: 400,
    body: {
      name: ["stage with this name already exists."],
      provider: ['"carrier pigeon" is not a valid choice.'],
      from_number: ["This field may not be blank."],
      account_sid: ["This field may not be null."],
      auth: ["Not a valid string."],
      verify_only: ["Must be a valid boolean."],
      mapping: [`Invalid pk "${missing}" - object does not exist.`],
      configure_flow: ["“x” is not a valid UUID."],
    },
  });
});

test("faults inside of a list are told by place; of pks the first one is told", async () => {
  const { body } = await at.ask("POST", "/stages/authenticator/validate/", {
    name: "validate",
    device_classes: ["sms", "pager", "totp", 7],
    configuration_stages: ["x", "y"],
    sms_otp_throttling_factor: "fast",
  });
  expect(body).toEqual({
    device_classes: { 1: ['"pager" is not a valid choice.'], 3: ['"7" is not a valid choice.'] },
    configuration_stages: ["“x” is not a valid UUID."],
    sms_otp_throttling_factor: ["A valid number is required."],
  });
});

test("a body that is no object, no JSON or a form is refused", async () => {
  expect(await at.ask("POST", "/stages/deny/", [])).toEqual({
    status: 400,
    body: { non_field_errors: ["Invalid data. Expected a dictionary, but got list."] },
  });
  const { pk } = await at.create("/stages/deny/", { name: "kept" });
  for (const [method, path] of [
    ["POST", "/stages/deny/"],
    ["PATCH", `/stages/deny/${pk}/`],
  ]) {
    expect(await at.ask(method, path, null)).toEqual({
      status: 400,
      body: { non_field_errors: ["No data provided"] },
    });
  }
  const send = async (type: string, body: string) => {
    const response = await at.running.client().once("/api/v3/stages/deny/", {
      method: "POST",
      headers: { "content-type": type },
      body,
    });
    return response.status;
  };
  expect(await send("application/json", "{")).toBe(400);
  expect(await send("application/x-www-form-urlencoded", "name=form")).toBe(415);
});

test("a validation stage that is to configure devices needs a stage for that", async () => {
  const refused = await at.ask("POST", "/stages/authenticator/validate/", {
    name: "configures",
    not_configured_action: "configure",
  });
  expect(refused.body).toEqual({
    not_configured_action: [
      'When "Not configured action" is set to "Configure", you must set a configuration stage.',
    ],
  });
  const { pk } = await at.create("/stages/authenticator/sms/", { ...sms, name: "configured" });
  const made = await at.create("/stages/authenticator/validate/", {
    name: "configures",
    not_configured_action: "configure",
    configuration_stages: [pk],
  });
  expect(made).toMatchObject({ configuration_stages: [pk], webauthn_allowed_device_types_obj: [] });
  const filtered = await at.get(`/stages/authenticator/validate/?configuration_stages=${pk}`);
  expect(filtered.body.results).toHaveLength(1);
});

/** A body for a stage of each kind beside its name. */
const NEEDED: { readonly [path: string]: object } = {
  "/stages/authenticator/sms/": sms,
  "/stages/password/": { backends: ["authentik.core.auth.InbuiltBackend"] },
  "/stages/prompt/stages/": { fields: [] },
};

test.each(STAGE_RESOURCES.map(({ path }) => path))(
  "%s: made, listed, found by its kind and among all",
  async (path) => {
    const name = `each ${path}`;
    const made = await at.create(path, { ...NEEDED[path], name });
    expect((await at.get(`${path}?search=${encodeURIComponent(`"${name}"`)}`)).body.results).toEqual([made]);
    const { body } = await at.get(`/stages/all/${made.pk}/`);
    const { pk, component, verbose_name, verbose_name_plural, meta_model_name, flow_set } = made;
    expect(body).toEqual({
      pk,
      name,
      component,
      verbose_name,
      verbose_name_plural,
      meta_model_name,
      flow_set,
    });
    expect((await at.ask("PATCH", `${path}${pk}/`, { name: `${name}!` })).body.name).toBe(`${name}!`);
    expect((await at.ask("DELETE", `/stages/all/${pk}/`)).status).toBe(204);
    expect(await at.get(`${path}${pk}/`)).toMatchObject({ status: 404 });
  },
);

test("every kind of stage that Postern has is a resource and a type", async () => {
  const { body } = await at.get("/stages/all/types/");
  expect(body).toHaveLength(STAGE_MODELS.length);
  expect(STAGE_RESOURCES.flatMap(({ models }) => models).sort()).toEqual([...STAGE_MODELS].sort());
  expect(body.map(({ name }: { name: string }) => name)).toEqual(
    body.map(({ name }: { name: string }) => name).sort(),
  );
});

test("a stage shows the flows that it is bound to, each once", async () => {
  const stage = await at.create("/stages/dummy/", { name: "bound" });
  const flow = await at.create("/flows/instances/", {
    name: "f",
    slug: "bound-flow",
    title: "t",
    designation: "authentication",
  });
  for (const order of [0, 1])
    await at.create("/flows/bindings/", { target: flow.pk, stage: stage.pk, order });
  const { body } = await at.get(`/stages/dummy/${stage.pk}/`);
  expect(body.flow_set).toMatchObject([{ pk: flow.pk, slug: "bound-flow" }]);
});

test("a stage with devices cannot be deleted", async () => {
  const stage = await at.create("/stages/authenticator/sms/", { ...sms, name: "protected" });
  const { pk } = await at.add("authentik_core.user", { username: "owner" });
  await at.add("authentik_stages_authenticator_sms.smsdevice", {
    user: pk,
    stage: stage.pk,
    phone_number: "+1",
    name: "d",
  });
  const used = await at.get(`/stages/authenticator/sms/${stage.pk}/used_by/`);
  expect(used.body).toEqual([
    expect.objectContaining({
      app: "authentik_stages_authenticator_sms",
      model_name: "smsdevice",
      name: "d",
      action: "left_dangling",
    }),
  ]);
  const refused = await at.ask("DELETE", `/stages/authenticator/sms/${stage.pk}/`);
  expect(refused.status).toBe(400);
  expect(refused.body.non_field_errors[0]).toMatch(/still refers to it/);
});

test("lists are filtered by every field; a value that a filter does not take is refused", async () => {
  await at.create("/stages/authenticator/sms/", { ...sms, name: "filter one", from_number: "+77" });
  await at.create("/stages/authenticator/sms/", {
    ...sms,
    name: "filter two",
    from_number: "+78",
    verify_only: true,
  });
  const names = async (query: string) => {
    const { body } = await at.get(`/stages/authenticator/sms/?search=filter&${query}`);
    return body.results.map(({ name }: { name: string }) => name);
  };
  expect(await names("from_number=%2B77")).toEqual(["filter one"]);
  expect(await names("verify_only=true")).toEqual(["filter two"]);
  expect(await names("verify_only=nonsense")).toEqual(["filter one", "filter two"]);
  expect(await names("provider=generic")).toEqual([]);
  expect(await names("ordering=-name")).toEqual(["filter two", "filter one"]);
  expect(await names("name=")).toEqual(["filter one", "filter two"]);
  expect(await at.get("/stages/authenticator/sms/?provider=pigeon&mapping=x&stage_uuid=7")).toEqual({
    status: 400,
    body: {
      provider: ["Select a valid choice. pigeon is not one of the available choices."],
      mapping: ["Select a valid choice. That choice is not one of the available choices."],
      stage_uuid: ["Enter a valid UUID."],
    },
  });
});

test("every change is an event, written with it", async () => {
  const { pk } = await at.create("/stages/deny/", { name: "watched" });
  await at.ask("PATCH", `/stages/deny/${pk}/`, { deny_message: "no" });
  await at.ask("DELETE", `/stages/deny/${pk}/`);
  const { body } = await at.get(`/events/events/?context_model_pk=${pk}&ordering=created`);
  expect(body.results.map(({ action }: { action: string }) => action).sort()).toEqual([
    "model_created",
    "model_deleted",
    "model_updated",
  ]);
  expect(body.results[0]).toMatchObject({
    user: { username: "akadmin", pk: at.running.admin },
    client_ip: "127.0.0.1",
    context: { model: { app: "authentik_stages_deny", model_name: "denystage", name: "watched" } },
  });
});
