// The identification stage: whom a name means, and what a stranger cannot learn from it.
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../engine/types.ts";
import type { NewRow } from "../../../runtime/index.ts";
import { hashPassword } from "../../../runtime/models/password.ts";
import { dummy, ROOT } from "../flow/dummy-flow.ts";
import { install } from "../flow/harness.ts";
import { nonField } from "./sms-installation.ts";

const STAGE = "authentik_stages_identification.identificationstage";
const FAILED = nonField("Failed to authenticate.");

type Fields = Partial<NewRow<typeof STAGE>>;

/** A flow "login" of the stage and a dummy, whose policy shows what the plan's context is. */
async function installIdentification(
  fields: Fields = {},
  { password = false }: { readonly password?: boolean } = {},
) {
  const at = await install();
  const marie = await at.add("authentik_core.user", {
    username: "marie",
    name: "Marie Curie",
    email: "m@example.com",
    attributes: { upn: "marie@corp" },
    password: hashPassword("geheim", 1000),
  });
  const paul = await at.add("authentik_core.user", { username: "Paul", email: "marie@example.com" });
  const passwordStage = await at.add("authentik_stages_password.passwordstage", {
    name: "password",
    backends: ["authentik.core.auth.InbuiltBackend"],
  });
  const stage = await at.add(STAGE, {
    name: "identification",
    user_fields: ["username", "email"],
    ...(password && { password_stage: passwordStage.pk }),
    ...fields,
  });
  const { bindings } = await at.flow("login", [stage, await dummy(at, "next")], {
    designation: "authentication",
  });
  await at.bind(bindings[1].pk, { policy: (await at.policy("look", () => true)).pk });
  return {
    at,
    marie,
    paul,
    stage,
    start: (query: { [key: string]: string } = {}) => at.runtime.flow("login").start({ query }),
    context: (): JsonObject => at.engine.calls.at(-1)?.variables.request.context,
  };
}

test("the challenge says what may be typed in", async () => {
  const { start } = await installIdentification();
  const { challenge } = await start();
  expect(challenge).toMatchObject({
    component: "ak-stage-identification",
    user_fields: ["username", "email"],
    password_fields: false,
    allow_show_password: false,
    flow_designation: "authentication",
    primary_action: "Log in",
    pending_user_identifier: null,
    show_source_labels: false,
    enable_remember_me: false,
    sources: [],
  });
  expect(challenge).not.toHaveProperty("enroll_url");
});

test("the challenge links to the other flows and keeps the page's query", async () => {
  const { at, stage, start } = await installIdentification();
  const enroll = await at.flow("enroll", []);
  const recover = await at.flow("recover", []);
  await at.store.transaction((tx) =>
    tx.update(STAGE, stage.pk, { enrollment_flow: enroll.pk, recovery_flow: recover.pk }),
  );
  expect((await start({ next: "/a b" })).challenge).toMatchObject({
    enroll_url: "/if/flow/enroll/?next=%2Fa+b",
    recovery_url: "/if/flow/recover/?next=%2Fa+b",
  });
  expect((await start()).challenge).toMatchObject({ enroll_url: "/if/flow/enroll/" });
});

describe("who is meant", () => {
  test.each<[string, Fields, string, string | null]>([
    ["a user name", {}, "marie", "marie"],
    ["with blanks around it", {}, "  marie ", "marie"],
    ["in other letters", {}, "MARIE", "marie"],
    ["in other letters, where they count", { case_insensitive_matching: false }, "MARIE", null],
    ["an e-mail address", {}, "M@example.com", "marie"],
    ["an e-mail address, where it is not allowed", { user_fields: ["username"] }, "m@example.com", null],
    ["a principal name", { user_fields: ["upn"] }, "marie@corp", "marie"],
    ["a principal name, where it is not allowed", {}, "marie@corp", null],
    ["nobody", {}, "ghost", null],
    ["anything, where nothing is allowed", { user_fields: [] }, "marie", null],
  ])("%s", async (_name, fields, uid_field, username) => {
    const { start } = await installIdentification({ ...fields, pretend_user_exists: false });
    const flow = await start();
    const challenge = await flow.respond({ uid_field });
    if (username === null) expect(challenge.response_errors).toEqual(FAILED);
    else expect(challenge).toMatchObject({ component: "ak-stage-dummy" });
  });

  test("a user name goes before an e-mail address, the same letters before others", async () => {
    const { at, start, context } = await installIdentification();
    const imitator = await at.add("authentik_core.user", { username: "MARIE" });
    await (await start()).respond({ uid_field: "MARIE" });
    expect(context()).toMatchObject({ pending_user: { pk: imitator.pk } });
    const named = await at.add("authentik_core.user", { username: "m@example.com" });
    await (await start()).respond({ uid_field: "m@example.com" });
    expect(context()).toMatchObject({ pending_user: { pk: named.pk } });
  });

  test.each([
    ["no field", {}, nonField("No identification data provided.")],
    ["an empty one", { uid_field: "" }, nonField("No identification data provided.")],
    ["null", { uid_field: null }, nonField("No identification data provided.")],
    ["a list", { uid_field: ["marie"] }, { uid_field: [{ string: "Not a valid string.", code: "invalid" }] }],
  ])("%s is no name", async (_name, response, errors) => {
    const { start } = await installIdentification();
    expect((await (await start()).respond(response)).response_errors).toEqual(errors);
  });
});

describe("with pretend_user_exists", () => {
  test("a name that means nobody looks like one that means somebody", async () => {
    const { at, start } = await installIdentification();
    const validate = await at.add("authentik_stages_password.passwordstage", {
      name: "asks",
      backends: ["authentik.core.auth.InbuiltBackend"],
    });
    const [flow] = await at.rows("authentik_flows.flow");
    await at.add("authentik_flows.flowstagebinding", { target: flow.pk, stage: validate.pk, order: 9 });
    const shown = async (uid_field: string) => {
      const run = await start();
      await run.respond({ uid_field });
      const asked = await run.respond({});
      const refused = await run.respond({ password: "wrong" });
      const hide = (challenge: JsonObject) =>
        JSON.stringify(challenge)
          .replaceAll(uid_field, "<typed>")
          .replace(/"pending_user_avatar":"[^"]*"/, "");
      const svg = Buffer.from(String(asked.pending_user_avatar).split(",")[1] ?? "", "base64").toString();
      return { text: hide(asked), refused: hide(refused), initials: />([^<]*)<\/text>/.exec(svg)?.[1] };
    };
    const known = await shown("marie");
    expect(await shown("ghost")).toEqual({ ...known, initials: "G" });
    expect(known.initials).toBe("M");
    expect(await shown("m@example.com")).toEqual(known);
  });

  test("nobody has no pk, and policies see who is meant", async () => {
    const { start, context } = await installIdentification();
    await (await start()).respond({ uid_field: "ghost" });
    expect(context()).toMatchObject({
      pending_user: { pk: null, username: "ghost" },
      pending_user_identifier: "ghost",
    });
  });

  test.each(["x".repeat(500), "ghost@example.com", "Zoë", "__proto__"])("%j is nobody", async (uid_field) => {
    const { start } = await installIdentification();
    expect(await (await start()).respond({ uid_field })).toMatchObject({ component: "ak-stage-dummy" });
  });

  test("nobody has no device, no login and does not become an account", async () => {
    const { at, stage } = await installIdentification();
    const denying = await at.add("authentik_stages_authenticator_validate.authenticatorvalidatestage", {
      name: "mfa",
      not_configured_action: "deny",
    });
    const login = await at.add("authentik_stages_user_login.userloginstage", { name: "login" });
    const write = await at.add("authentik_stages_user_write.userwritestage", { name: "write" });
    for (const [slug, last] of [
      ["validate", denying],
      ["enter", login],
      ["write", write],
    ] as const) {
      await at.flow(slug, [stage, last], { designation: "authentication" });
      const flow = await at.runtime.flow(slug).start({ context: { prompt_data: { name: "x" } } });
      expect(await flow.respond({ uid_field: "ghost" })).toMatchObject({
        component: "ak-stage-access-denied",
      });
      expect(flow.login).toBeNull();
    }
    expect(await at.rows("authentik_core.user")).toHaveLength(2);
  });
});

describe("without pretend_user_exists", () => {
  test("the matched user is shown, or what was typed, as show_matched_user says", async () => {
    for (const [show_matched_user, shown] of [
      [true, undefined],
      [false, "m@example.com"],
    ] as const) {
      const { start, context } = await installIdentification({
        pretend_user_exists: false,
        show_matched_user,
      });
      await (await start()).respond({ uid_field: "m@example.com" });
      expect(context().pending_user_identifier).toBe(shown);
    }
  });
});

describe("with a password stage", () => {
  test("name and password are asked together, and both must be right", async () => {
    const { at, start, context, marie } = await installIdentification({}, { password: true });
    const flow = await start();
    expect(flow.challenge).toMatchObject({ password_fields: true });
    const wrong: JsonObject[] = [
      { uid_field: "marie" },
      { uid_field: "marie", password: "" },
      { uid_field: "marie", password: "wrong" },
      { uid_field: "ghost", password: "geheim" },
      { uid_field: "Paul", password: "geheim" },
      { uid_field: "Paul", password: "" },
    ];
    for (const response of wrong) {
      expect((await flow.respond(response)).response_errors).toEqual(FAILED);
    }
    expect(await at.events("login_failed")).toHaveLength(6);
    expect(await flow.respond({ uid_field: "marie", password: "geheim" })).toMatchObject({
      component: "ak-stage-dummy",
    });
    expect(context()).toMatchObject({ auth_method: "password", pending_user: { pk: marie.pk } });
    expect(await flow.respond({})).toEqual(ROOT);
    expect(flow.login).toBeNull();
  });

  test("that is no password stage, it is refused: nobody's password would be asked for", async () => {
    const { at, stage } = await installIdentification();
    const wrong = await dummy(at, "wrong");
    for (const field of ["password_stage", "webauthn_stage"]) {
      const change = at.store.transaction((tx) => tx.update(STAGE, stage.pk, { [field]: wrong.pk }));
      await expect(change).rejects.toThrow(`${field}: Invalid pk "${wrong.pk}" - object does not exist.`);
    }
  });
});
