// Users, groups, devices, brands and events.
import { CoreApi } from "@goauthentik/api";
import { expect, test } from "vitest";
import { verifyPassword } from "../../../runtime/models/password.ts";
import { createToken } from "../../../server/tokens.ts";
import type { Client } from "../server-under-test.ts";
import { managementUnderTest } from "./management.ts";

const DEVICE = "authentik_stages_authenticator_sms.smsdevice";

const at = managementUnderTest();

const usernames = async (query: string): Promise<string[]> =>
  (await at.get(`/core/users/?${query}`)).body.results.map(({ username }: { username: string }) => username);

test("authentik's own client makes a user, and never sees the password", async () => {
  const core = new CoreApi(at.running.client().configuration());
  const made = await core.coreUsersCreate({
    userRequest: { username: "marie", name: "Marie C", email: "m@c.example" },
  });
  expect(made).toMatchObject({
    username: "marie",
    isActive: true,
    isSuperuser: false,
    type: "internal",
    path: "users",
    groups: [],
    groupsObj: [],
    rolesObj: [],
    attributes: {},
  });
  expect(await at.ask("POST", `/core/users/${made.pk}/set_password/`, { password: "" })).toEqual({
    status: 400,
    body: { password: ["This field may not be blank."] },
  });
  const set = await at.ask("POST", `/core/users/${made.pk}/set_password/`, { password: " a secret " });
  expect(set.status).toBe(204);
  const row = (await at.rows("authentik_core.user")).find(({ pk }) => pk === made.pk);
  expect(verifyPassword(" a secret ", row?.password ?? "")).toBe(true);
  const { body } = await at.get(`/core/users/${made.pk}/`);
  expect(body).not.toHaveProperty("password");
  expect(Date.parse(body.password_change_date)).toBeGreaterThan(
    Date.parse(made.passwordChangeDate.toISOString()) - 1,
  );
});

/** The statuses that browsers get who ask who they are. */
async function known(...browsers: readonly Client[]): Promise<number[]> {
  const answers = browsers.map((browser) => browser.once("/api/v3/core/users/me/"));
  return (await Promise.all(answers)).map(({ status }) => status);
}

test("a user who is given another password is logged out everywhere, but where they gave it themselves", async () => {
  const { pk } = await at.add("authentik_core.user", { username: "taken-over" });
  const [one, two] = [await at.running.browser("taken-over"), await at.running.browser("taken-over")];
  const other = await at.running.browser("akadmin");
  expect(await known(one, two, other)).toEqual([200, 200, 200]);
  await at.ask("POST", `/core/users/${pk}/set_password/`, { password: "another" });
  expect(await known(one, two, other)).toEqual([403, 403, 200]);
  const path = `/core/users/${at.running.admin}/set_password/`;
  expect((await at.ask("POST", path, { password: "mine" }, other)).status).toBe(204);
  expect(await known(other)).toEqual([200]);
});

test("a flow that changes a password leaves the user logged in where it ran", async () => {
  await at.add("authentik_core.user", { username: "careful" });
  const prompt = await at.create("/stages/prompt/prompts/", {
    name: "new password",
    field_key: "password",
    label: "Password",
    type: "password",
  });
  const form = await at.create("/stages/prompt/stages/", { name: "ask", fields: [prompt.pk] });
  const write = await at.create("/stages/user_write/", {
    name: "change",
    user_creation_mode: "never_create",
  });
  const slug = "change-password";
  const designation = "stage_configuration";
  const flow = await at.create("/flows/instances/", { name: slug, slug, title: slug, designation });
  for (const [order, stage] of [form, write].entries())
    await at.create("/flows/bindings/", { target: flow.pk, stage: stage.pk, order });
  const [here, elsewhere] = [await at.running.browser("careful"), await at.running.browser("careful")];
  const executor = `/api/v3/flows/executor/${slug}/?query=`;
  await here.once(executor);
  const response = await here.fetch(executor, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ password: "another" }),
  });
  expect(await response.json()).toEqual({ component: "xak-flow-redirect", to: "/" });
  expect(await known(here, elsewhere)).toEqual([200, 403]);
});

test("names, addresses, paths and types of users are checked", async () => {
  await at.create("/core/users/", { username: "taken", name: "" });
  expect(
    (await at.ask("POST", "/core/users/", { username: "taken", email: "no", path: "/a/", type: "robot" }))
      .body,
  ).toEqual({
    username: ["user with this username already exists."],
    name: ["This field is required."],
    email: ["Enter a valid email address."],
    path: ["No leading or trailing slashes allowed."],
    type: ['"robot" is not a valid choice.'],
  });
  const more = {
    username: "x".repeat(151),
    name: "",
    path: "a//b",
    type: "internal_service_account",
    attributes: [],
    roles: ["8c0e8f2e-6f0e-4f0c-9b39-5d6f7a3f1c11"],
  };
  expect((await at.ask("POST", "/core/users/", more)).body).toEqual({
    username: ["Ensure this field has no more than 150 characters."],
    path: ["No empty segments in user path allowed."],
    type: ["Setting a user to internal service account is not allowed."],
    attributes: ["Value must be an object."],
    roles: ['Invalid pk "8c0e8f2e-6f0e-4f0c-9b39-5d6f7a3f1c11" - object does not exist.'],
  });
});

test("users are found by group, attribute, path, type, right and date", async () => {
  const crew = await at.create("/core/groups/", { name: "crew" });
  const chiefs = await at.create("/core/groups/", { name: "chiefs", parents: [crew.pk], is_superuser: true });
  const root = { type: "external", path: "team/a", attributes: { address: { city: "Bern" }, level: 3 } };
  await at.create("/core/users/", { username: "anna", name: "", groups: [crew.pk], ...root });
  await at.create("/core/users/", { username: "bert", name: "", groups: [chiefs.pk], path: "team/b" });
  expect(await usernames(`groups_by_pk=${crew.pk}`)).toEqual(["anna"]);
  expect(await usernames("groups_by_name=crew&groups_by_name=chiefs")).toEqual(["anna", "bert"]);
  expect(
    await usernames(`attributes=${encodeURIComponent('{"address__city": "Bern", "level": 3}')}`),
  ).toEqual(["anna"]);
  expect(await usernames("path_startswith=team/")).toEqual(["anna", "bert"]);
  expect(await usernames("type=external&type=service_account")).toEqual(["anna"]);
  expect(await usernames("is_superuser=true&path_startswith=team")).toEqual(["bert"]);
  expect(await usernames("last_login__isnull=false")).toEqual([]);
  expect(await usernames("date_joined__lt=2000-01-01T00:00:00Z")).toEqual([]);
  expect(await usernames("date_joined__lt=2000-01-01")).toEqual([]);
  for (const moment of ["5", "Jan 1 2000", "2000-02-31"]) {
    expect((await at.get(`/core/users/?date_joined__gt=${encodeURIComponent(moment)}`)).body).toEqual({
      date_joined__gt: ["Enter a valid date/time."],
    });
  }
  expect((await at.get("/core/users/?attributes=7")).body).toEqual({
    attributes: ["filter: value must be key:value mapping"],
  });
  expect((await at.get("/core/users/?attributes={")).body).toEqual({
    attributes: ["filter: failed to parse JSON"],
  });
  expect((await at.get("/core/users/paths/?search=team")).body).toEqual({ paths: ["team/a", "team/b"] });
  expect(
    (await at.get("/core/users/?include_groups=false&username=anna")).body.results[0].groups_obj,
  ).toBeNull();
  expect((await at.get("/core/users/?groups_by_pk=x")).status).toBe(400);
});

test("a filter by rows that Postern does not have is refused, not passed over", async () => {
  const pk = "8c0e8f2e-6f0e-4f0c-9b39-5d6f7a3f1c11";
  expect((await at.get(`/core/users/?roles_by_pk=${pk}&roles_by_name=`)).body).toEqual({
    roles_by_pk: [`Select a valid choice. ${pk} is not one of the available choices.`],
  });
  expect((await at.get(`/core/brands/?web_certificate=${pk}&flow_lockdown=${pk}`)).body).toEqual({
    web_certificate: ["Select a valid choice. That choice is not one of the available choices."],
    flow_lockdown: ["Select a valid choice. That choice is not one of the available choices."],
  });
});

test("a PUT of a user without groups takes them out of all of theirs", async () => {
  const group = await at.create("/core/groups/", { name: "left" });
  const { pk } = await at.create("/core/users/", {
    username: "leaver",
    name: "L",
    groups: [group.pk],
    email: "l@x.example",
  });
  const { body } = await at.ask("PUT", `/core/users/${pk}/`, { username: "leaver", name: "M" });
  expect(body).toMatchObject({ groups: [], name: "M", email: "l@x.example" });
});

test("groups have members and families, shown as far as they are asked for", async () => {
  const people = [];
  for (const username of ["g1", "g2"]) people.push(await at.create("/core/users/", { username, name: "" }));
  const parent = await at.create("/core/groups/", { name: "parent", users: people.map(({ pk }) => pk) });
  const child = await at.create("/core/groups/", { name: "child", parents: [parent.pk] });
  expect(parent).toMatchObject({
    users: people.map(({ pk }) => pk),
    parents_obj: null,
    children_obj: null,
    inherited_roles_obj: null,
  });
  expect(parent.users_obj.map(({ username }: { username: string }) => username)).toEqual(["g1", "g2"]);
  expect(String(BigInt(`0x${parent.pk.replaceAll("-", "")}`))).toMatch(new RegExp(`^${parent.num_pk}`));
  const { body } = await at.get(
    `/core/groups/${parent.pk}/?include_users=false&include_children=true&include_parents=true&include_inherited_roles=true`,
  );
  expect(body).toMatchObject({
    users_obj: null,
    children: [child.pk],
    parents_obj: [],
    inherited_roles_obj: [],
  });
  expect(body.children_obj).toMatchObject([{ name: "child", group_uuid: child.pk }]);

  const members = async () => (await at.get(`/core/groups/${parent.pk}/`)).body.users;
  expect((await at.ask("POST", `/core/groups/${parent.pk}/remove_user/`, { pk: people[0].pk })).status).toBe(
    204,
  );
  expect(await members()).toEqual([people[1].pk]);
  expect((await at.ask("POST", `/core/groups/${parent.pk}/add_user/`, { pk: people[0].pk })).status).toBe(
    204,
  );
  expect((await at.ask("POST", `/core/groups/${parent.pk}/add_user/`, { pk: people[0].pk })).status).toBe(
    204,
  );
  expect(await members()).toEqual(people.map(({ pk }) => pk));
  expect(await at.ask("POST", `/core/groups/${parent.pk}/add_user/`, { pk: 99999 })).toEqual({
    status: 404,
    body: { detail: "Not found." },
  });
  const names = async (query: string) =>
    (await at.get(`/core/groups/?${query}`)).body.results.map(({ name }: { name: string }) => name);
  expect(await names("members_by_username=g1")).toEqual(["parent"]);
  expect(await names(`members_by_pk=${people[1].pk}`)).toEqual(["parent"]);
  expect((await at.get("/core/groups/?members_by_username=none")).status).toBe(400);
});

test("a group's faults are told: members who do not exist, its own parent, a name that is taken", async () => {
  const { pk } = await at.create("/core/groups/", { name: "faulty" });
  expect((await at.ask("PATCH", `/core/groups/${pk}/`, { users: [99999] })).body).toEqual({
    users: ['Invalid pk "99999" - object does not exist.'],
  });
  expect((await at.ask("PATCH", `/core/groups/${pk}/`, { users: ["x"] })).body).toEqual({
    users: ["Incorrect type. Expected pk value, received str."],
  });
  expect((await at.ask("PATCH", `/core/groups/${pk}/`, { parents: [pk] })).body).toEqual({
    non_field_errors: ["Cannot set group as parent of itself."],
  });
  expect((await at.ask("POST", "/core/groups/", { name: "faulty" })).status).toBe(400);
  expect((await at.get(`/core/groups/${pk}/`)).body.users).toEqual([]);
});

/** A user with a device, and a program of theirs. */
async function owner(username: string): Promise<{ pk: number; device: number; client: Client }> {
  const [stage] = await at.rows("authentik_stages_authenticator_sms.authenticatorsmsstage");
  const { pk: stagePk } =
    stage ??
    (await at.create("/stages/authenticator/sms/", {
      name: "sms",
      provider: "twilio",
      from_number: "1",
      account_sid: "A",
      auth: "b",
    }));
  const { pk } = await at.add("authentik_core.user", { username });
  const device = await at.add(DEVICE, {
    user: pk,
    stage: stagePk,
    phone_number: `+${pk}`,
    name: `${username}'s`,
  });
  const key = await at.running.store.transaction((tx) => createToken(tx, pk).key);
  return { pk, device: device.pk, client: at.running.client(key) };
}

test("users see, rename and delete their own devices and nobody else's", async () => {
  const one = await owner("one");
  const two = await owner("two");
  const mine = await at.ask("GET", "/authenticators/sms/", undefined, one.client);
  expect(mine.body.results).toMatchObject([
    { pk: one.device, phone_number: `+${one.pk}`, name: "one's", user: { username: "one" } },
  ]);
  for (const method of ["GET", "PATCH", "PUT", "DELETE"]) {
    const body = method === "GET" ? undefined : { name: "stolen" };
    expect(await at.ask(method, `/authenticators/sms/${two.device}/`, body, one.client)).toEqual({
      status: 404,
      body: { detail: "No SMSDevice matches the given query." },
    });
  }
  const renamed = await at.ask(
    "PATCH",
    `/authenticators/sms/${one.device}/`,
    { name: "work", phone_number: "+9", user: two.pk },
    one.client,
  );
  expect(renamed.body).toMatchObject({ name: "work", phone_number: `+${one.pk}`, user: { pk: one.pk } });
  expect(
    (await at.ask("PATCH", `/authenticators/sms/${one.device}/`, { name: "n".repeat(65) }, one.client)).body,
  ).toEqual({
    name: ["Ensure this field has no more than 64 characters."],
  });
  const all = await at.ask("GET", "/authenticators/all/", undefined, one.client);
  expect(all.body).toMatchObject([
    {
      pk: String(one.device),
      name: "work",
      type: "authentik_stages_authenticator_sms.SMSDevice",
      meta_model_name: DEVICE,
      confirmed: true,
      last_used: null,
    },
  ]);
  expect(JSON.stringify(all.body)).not.toContain(`+${one.pk}`);
  expect((await at.ask("DELETE", `/authenticators/sms/${one.device}/`, undefined, one.client)).status).toBe(
    204,
  );
  expect((await at.ask("GET", "/authenticators/all/", undefined, one.client)).body).toEqual([]);
});

test("administrators see everybody's devices, and their own under their own", async () => {
  const three = await owner("three");
  expect((await at.get("/authenticators/sms/")).body.results).toEqual([]);
  const all = await at.get("/authenticators/admin/sms/?search=three");
  expect(all.body.results).toMatchObject([{ pk: three.device }]);
  expect((await at.get(`/authenticators/admin/all/?user=${three.pk}`)).body).toHaveLength(1);
  expect((await at.get("/authenticators/admin/all/?user=x")).status).toBe(400);
  expect(await at.ask("POST", "/authenticators/admin/sms/", { name: "made up" })).toEqual({
    status: 400,
    body: Object.fromEntries(
      ["user", "stage", "phone_number"].map((field) => [field, ["This field is required."]]),
    ),
  });
  expect((await at.ask("DELETE", `/authenticators/admin/sms/${three.device}/`)).status).toBe(204);
});

test("brands: one default, a domain once, and what Postern does not have is refused, not forgotten", async () => {
  const brand = await at.create("/core/brands/", {
    domain: "a.example",
    default: true,
    web_certificate: null,
  });
  expect(brand).toMatchObject({ domain: "a.example", branding_title: "authentik" });
  expect(brand).not.toHaveProperty("pk");
  const refused = await at.ask("POST", "/core/brands/", {
    domain: "a.example",
    default: true,
    web_certificate: "8c0e8f2e-6f0e-4f0c-9b39-5d6f7a3f1c11",
  });
  expect(refused.body).toEqual({
    domain: ["Brand with this domain already exists."],
    default: ["Only a single brand can be set as default."],
    web_certificate: ["Postern does not have this setting; leave it empty."],
  });
  const kept = await at.ask("PUT", `/core/brands/${brand.brand_uuid}/`, {
    domain: "b.example",
    default: true,
  });
  expect(kept.body).toMatchObject({ domain: "b.example", default: true });
  expect((await at.get(`/core/brands/?brand_uuid=${brand.brand_uuid}`)).body.results).toEqual([kept.body]);
});

test("events are found by what they say; those that expressions make up are shown as they are", async () => {
  await at.add("authentik_events.event", {
    action: "custom_alarm",
    app: "x",
    user: { username: "zoe", pk: 7 },
    context: { authorized_application: { pk: "77" } },
    brand: { name: "Acme" },
    client_ip: "192.0.2.7",
  });
  const actions = async (query: string) =>
    (await at.get(`/events/events/?${query}`)).body.results.map(({ action }: { action: string }) => action);
  for (const query of [
    "username=zoe",
    "action=ALARM",
    "actions=custom_alarm",
    "brand_name=Acme",
    "client_ip=192.0.2.7",
    "context_authorized_app=77",
    "search=192.0.2.7",
  ]) {
    expect(await actions(query)).toEqual(["custom_alarm"]);
  }
  const [event] = (await at.get("/events/events/?username=zoe")).body.results;
  expect(event).not.toHaveProperty("expires");
  expect((await at.get(`/events/events/${event.pk}/`)).body).toEqual(event);
  const created = (await at.get("/events/events/")).body.results.map(
    (row: { created: string }) => row.created,
  );
  expect(created).toEqual(created.toSorted().toReversed());
  expect((await at.ask("POST", "/events/events/", { action: "nonsense", app: "x" })).body).toEqual({
    action: ['"nonsense" is not a valid choice.'],
  });
  const kinds = (await at.get("/events/events/actions/")).body;
  expect(kinds).toContainEqual({
    name: "Login Failed",
    description: "",
    component: "login_failed",
    model_name: "",
  });
});

test("a user who is deleted takes along what is theirs; what names them says so before", async () => {
  const { pk, device } = await owner("goner");
  const { body } = await at.get(`/core/users/${pk}/used_by/`);
  expect(body.map((using: { model_name: string }) => using.model_name).sort()).toEqual([
    "smsdevice",
    "token",
  ]);
  expect(JSON.stringify(body)).not.toContain(`+${pk}`);
  expect((await at.ask("DELETE", `/core/users/${pk}/`)).status).toBe(204);
  expect((await at.get(`/authenticators/admin/sms/${device}/`)).status).toBe(404);
});
