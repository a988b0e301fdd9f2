// What a client asks first: who am I, what is this place, what can I set up.
import { CoreApi, RootApi, StagesApi } from "@goauthentik/api";
import { afterEach, expect, test } from "vitest";
import { install } from "../runtime/flow/harness.ts";
import { installSms } from "../runtime/stages/sms-installation.ts";
import { type Running, startServer } from "./server-under-test.ts";

let running: Running | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

async function bare() {
  const at = await install();
  running = await startServer({ on: at });
  return { at, running };
}

test("a program learns that it is the administrator, with the rights of one", async () => {
  const { running } = await bare();
  const { user, users } = await new CoreApi(running.client().configuration()).coreUsersMeRetrieve();
  expect(user).toMatchObject({
    pk: running.admin,
    username: "akadmin",
    isSuperuser: true,
    isActive: true,
    roles: [],
  });
  expect(user.groups).toMatchObject([{ name: "authentik Admins" }]);
  expect(user.systemPermissions).toContain("access_admin_interface");
  expect(users).toEqual([user]);
});

test("settings are the brand's, over them the groups', over them the user's own", async () => {
  const { at, running } = await bare();
  const settings = (given: object) => ({ attributes: { settings: given } as never });
  await at.add("authentik_brands.brand", {
    domain: "localhost",
    default: true,
    ...settings({ locale: "en", theme: { base: "dark", size: 1 } }),
  });
  const parent = await at.add("authentik_core.group", { name: "a", ...settings({ theme: { size: 2 } }) });
  const group = await at.add("authentik_core.group", { name: "b", parents: [parent.pk] });
  await at.add("authentik_core.user", {
    username: "marie",
    groups: [group.pk],
    ...settings({ locale: "fr" }),
  });
  const browser = await running.browser("marie");
  const { user } = await new CoreApi(browser.configuration()).coreUsersMeRetrieve();
  expect(user.settings).toEqual({ locale: "fr", theme: { base: "dark", size: 2 } });
  expect(user).toMatchObject({ isSuperuser: false, systemPermissions: [] });
});

test("somebody who is not logged in is nobody", async () => {
  const { running } = await bare();
  const response = await (await running.browser()).once("/api/v3/core/users/me/");
  expect(response.status).toBe(403);
  expect(await response.json()).toEqual({ detail: "Authentication credentials were not provided." });
});

test("the brand is that of the host name, and named without one, for everybody", async () => {
  const { at, running } = await bare();
  const core = new CoreApi((await running.browser()).configuration());
  expect(await core.coreBrandsCurrentRetrieve()).toMatchObject({
    matchedDomain: "fallback",
    brandingTitle: "authentik",
  });
  const flow = await at.flow("login", [], { designation: "authentication" });
  await at.add("authentik_brands.brand", {
    domain: "127.0.0.1",
    branding_title: "Acme",
    flow_authentication: flow.pk,
    attributes: { settings: { locale: "de" } },
  });
  const brand = await core.coreBrandsCurrentRetrieve();
  expect(brand).toMatchObject({
    matchedDomain: "127.0.0.1",
    brandingTitle: "Acme",
    flowAuthentication: "login",
    defaultLocale: "de",
  });
  expect(brand.flowInvalidation).toBeUndefined();
});

test("the configuration says that nothing is reported elsewhere", async () => {
  const { running } = await bare();
  const root = new RootApi((await running.browser()).configuration());
  expect(await root.rootConfigRetrieve()).toMatchObject({
    errorReporting: { enabled: false },
    capabilities: [],
  });
});

test("a user's settings name the password stages that there is a flow for", async () => {
  const { at } = await installSms();
  const [flow] = await at.rows("authentik_flows.flow");
  const backends = ["authentik.core.auth.InbuiltBackend" as const];
  await at.add("authentik_stages_password.passwordstage", { name: "asked at login", backends });
  const { pk } = await at.add("authentik_stages_password.passwordstage", {
    name: "changed by its owner",
    backends,
    configure_flow: flow.pk,
  });
  running = await startServer({ on: at });
  const stages = new StagesApi((await running.browser("marie")).configuration());
  expect(await stages.stagesAllUserSettingsList()).toContainEqual({
    objectUid: pk,
    component: "ak-user-settings-password",
    title: "Password Stage",
    configureUrl: `/flows/-/configure/${pk}/`,
  });
  expect(await stages.stagesAllUserSettingsList()).toHaveLength(2);
});

test("a user's settings name the SMS stages by their friendly name, with a way in where there is a flow", async () => {
  const { at, stage } = await installSms({ friendly_name: "" });
  const [flow] = await at.rows("authentik_flows.flow");
  const named = await at.add("authentik_stages_authenticator_sms.authenticatorsmsstage", {
    name: "second",
    friendly_name: "Phone",
    configure_flow: flow.pk,
    provider: "generic",
    from_number: "1",
    account_sid: "https://gateway.example",
    auth: "a",
  });
  running = await startServer({ on: at });
  const component = "ak-user-settings-authenticator-sms";
  const stages = new StagesApi((await running.browser("marie")).configuration());
  const settings = await stages.stagesAllUserSettingsList();
  expect(settings).toEqual([
    { objectUid: named.pk, component, title: "Phone", configureUrl: `/flows/-/configure/${named.pk}/` },
    { objectUid: stage.pk, component, title: "SMS Authenticator Setup Stage" },
  ]);
  const nobody = await (await running.browser()).once("/api/v3/stages/all/user_settings/");
  expect(nobody.status).toBe(403);
});
