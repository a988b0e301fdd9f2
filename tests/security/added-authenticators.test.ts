// O12 of the rules: an account is taken over by adding an authenticator to it. What O1 to O11 are about is in codes.test.ts and tests/runtime.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../engine/types.ts";
import { parseBlueprint, setupsWithoutLogin } from "../../runtime/index.ts";
import { hashPassword } from "../../runtime/models/password.ts";
import { installSms } from "../runtime/stages/sms-installation.ts";

const BLUEPRINTS = join(import.meta.dirname, "../../fixtures/blueprints");
const BROWSER = "a browser that was left logged in is enough to add an authenticator by";

const warnings = (text: string): string[] =>
  setupsWithoutLogin(parseBlueprint(text, { unknownModels: "skip" })).map(
    ({ code, severity, message, line, column }) => `${line}:${column} ${severity} ${code}: ${message}`,
  );

describe("O12 flows that add an authenticator and ask for no login before are found without running them", () => {
  test.each([
    ["enrollment-with-phone.yaml", []], // makes the account itself
    ["log-out.yaml", []],
    ["login-with-sms.yaml", []],
    ["phone-settings.yaml", [`34:48 warning setup-without-login: ${BROWSER} "sms"`]],
    [
      "sms-enrollment.yaml",
      [
        `143:14 warning setup-without-login: ${BROWSER} "sms-generic"`,
        `164:14 warning setup-without-login: ${BROWSER} "sms-twilio"`,
        `185:14 warning setup-without-login: ${BROWSER} "sms-verify-only"`,
      ],
    ],
  ])("fixtures: %s", (file, found) => {
    expect(warnings(readFileSync(join(BLUEPRINTS, file), "utf8"))).toEqual(found);
  });

  test("every blueprint of the fixtures is in that list", () => {
    expect(readdirSync(BLUEPRINTS).filter((name) => name.endsWith(".yaml"))).toHaveLength(5);
  });

  /** A flow of these stages, by `!KeyOf`, in the order that they are written. */
  const flow = (authentication: string, ...stages: readonly string[]): string => `version: 1
entries:
  - {model: authentik_flows.flow, id: flow, identifiers: {slug: f}, attrs: {authentication: ${authentication}}}
  - {model: authentik_stages_authenticator_sms.authenticatorsmsstage, id: sms, identifiers: {name: sms}}
  - {model: authentik_stages_authenticator_totp.authenticatortotpstage, id: totp, identifiers: {name: totp}}
  - {model: authentik_stages_identification.identificationstage, id: name, identifiers: {name: name}}
  - model: authentik_stages_identification.identificationstage
    id: name-and-password
    identifiers: {name: both}
    attrs: {password_stage: !Find [authentik_stages_password.passwordstage, [name, p]]}
  - {model: authentik_stages_password.passwordstage, id: password, identifiers: {name: password}}
  - {model: authentik_stages_user_login.userloginstage, id: login, identifiers: {name: login}}
  - {model: authentik_stages_user_write.userwritestage, id: write, identifiers: {name: write}}
  - {model: authentik_stages_user_write.userwritestage, id: make, identifiers: {name: make}, attrs: {user_creation_mode: always_create}}
  - {model: authentik_stages_user_write.userwritestage, id: change, identifiers: {name: change}, attrs: {user_creation_mode: never_create}}
  - {model: authentik_stages_authenticator_validate.authenticatorvalidatestage, id: second, identifiers: {name: second}, attrs: {not_configured_action: deny}}
  - {model: authentik_stages_authenticator_validate.authenticatorvalidatestage, id: optional, identifiers: {name: optional}}
  - model: authentik_stages_authenticator_validate.authenticatorvalidatestage
    id: offering
    identifiers: {name: offering}
    attrs: {not_configured_action: configure, configuration_stages: [!KeyOf sms, !KeyOf totp]}
${stages.map((stage, order) => `  - {model: authentik_flows.flowstagebinding, identifiers: {target: !KeyOf flow, stage: !KeyOf ${stage}, order: ${order}}}`).join("\n")}
`;
  const LOGGED_IN = "require_authenticated";
  const NOBODY = "require_unauthenticated";

  test.each([
    ["no stage before", LOGGED_IN, ["sms"]],
    ["of another kind", LOGGED_IN, ["totp"]],
    ["nobody has to be logged in", "none", ["sms"]],
    ["who it is was only said", NOBODY, ["name", "sms"]],
    ["being logged in proves nothing", NOBODY, ["name", "login", "sms"]],
    ["the login comes too late", LOGGED_IN, ["sms", "password"]],
    ["a second factor that not everybody has", LOGGED_IN, ["optional", "sms"]],
    ["offered to those who have none", NOBODY, ["name", "offering"]],
    ["whoever is logged in is written", "none", ["write", "sms"]],
    ["whoever was named is written", NOBODY, ["name", "write", "sms"]],
    ["an account that is only changed", NOBODY, ["change", "sms"]],
  ])("reported: %s", (_, authentication, stages) => {
    const found = warnings(flow(authentication, ...stages));
    expect(found).toHaveLength(stages.includes("offering") ? 2 : 1);
    expect(found[0]).toContain(
      authentication === LOGGED_IN ? BROWSER : "adds an authenticator without having logged in",
    );
  });

  test.each([
    ["a password", LOGGED_IN, ["password", "sms"]],
    ["a second factor that everybody needs", LOGGED_IN, ["second", "totp"]],
    ["name and password in one stage", NOBODY, ["name-and-password", "sms"]],
    ["offered after a password", NOBODY, ["name", "password", "offering"]],
    ["an account that is always a new one", "none", ["make", "sms"]],
    ["an account that can only be a new one", NOBODY, ["write", "sms"]],
    ["no authenticator at all", "none", ["name", "login"]],
  ])("not reported: %s", (_, authentication, stages) => {
    expect(warnings(flow(authentication, ...stages))).toEqual([]);
  });
});

test("O12 with a password stage in front nobody gets to the number without the password, whoever is logged in", async () => {
  const { at, stage, marie, devices } = await installSms();
  await at.store.transaction((tx) =>
    tx.update("authentik_core.user", marie.pk, { password: hashPassword("geheim", 1000) }),
  );
  const password = await at.add("authentik_stages_password.passwordstage", {
    name: "password",
    backends: ["authentik.core.auth.InbuiltBackend"],
  });
  await at.flow("add-phone", [password, stage], { authentication: "require_authenticated" });
  // The settings name whom the flow is about; without that nobody gets as far as the password.
  const direct = await at.runtime.flow("add-phone").start({ user: "marie" });
  expect(direct.challenge.component).toBe("ak-stage-access-denied");
  const context = { pending_user: marie.pk };
  const flow = await at.runtime.flow("add-phone").start({ user: "marie", context });
  const number = { phone_number: "+12025550173" };
  expect(flow.challenge.component).toBe("ak-stage-password");
  const tries: JsonObject[] = [{ password: "geraten" }, number, { ...number, code: "111111" }];
  for (const response of tries) expect((await flow.respond(response)).component).toBe("ak-stage-password");
  expect(at.sent).toEqual([]);
  expect((await flow.respond({ password: "geheim" })).component).toBe("ak-stage-authenticator-sms");
  await flow.respond(number);
  await flow.respond({ code: at.sent[0]?.token as string });
  expect(await devices()).toMatchObject([{ user: marie.pk, phone_number: "+12025550173" }]);
});
