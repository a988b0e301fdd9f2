// The user-write stage: what becomes of the prompts' values, and whose they become.
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../engine/types.ts";
import type { NewRow } from "../../../runtime/index.ts";
import { verifyPassword } from "../../../runtime/models/password.ts";
import { writtenFields } from "../../../runtime/stages/user_write/fields.ts";
import { ROOT } from "../flow/dummy-flow.ts";
import { install } from "../flow/harness.ts";

const STAGE = "authentik_stages_user_write.userwritestage";
const DENIED = "ak-stage-access-denied";

async function installWrite(fields: Partial<NewRow<typeof STAGE>> = {}) {
  const at = await install();
  const marie = await at.add("authentik_core.user", {
    username: "marie",
    name: "Marie",
    attributes: { a: { b: 1 }, kept: true },
  });
  const stage = await at.add(STAGE, { name: "write", ...fields });
  const flow = await at.flow("f", [stage], { designation: "enrollment" });
  const users = () => at.rows("authentik_core.user");
  const start = (context: JsonObject, user: string | null = null) =>
    at.runtime.flow("f").start({ context, user });
  return { at, marie, stage, flow, users, start };
}

describe("a new user", () => {
  test("is made of the values and of what the stage says, and recorded", async () => {
    const { at, start, users } = await installWrite({
      user_type: "internal",
      user_path_template: "people/new",
    });
    const data = { username: "zoe", name: "Zoe", email: "z@example.com", password: "canary-password" };
    expect((await start({ prompt_data: { ...data, component: "ak-stage-prompt" } })).challenge).toEqual(ROOT);
    const zoe = (await users())[1];
    expect(zoe).toMatchObject({
      username: "zoe",
      name: "Zoe",
      email: "z@example.com",
      is_active: false,
      type: "internal",
      path: "people/new",
    });
    expect(verifyPassword("canary-password", zoe.password)).toBe(true);
    expect(await at.events("user_write")).toMatchObject([{ context: { created: true, username: "zoe" } }]);
    expect(JSON.stringify([await at.rows("authentik_events.event"), at.logs])).not.toContain("canary");
  });

  test("is in the stage's group and in those of the plan", async () => {
    const { at, stage, start, users } = await installWrite({ create_users_as_inactive: false });
    const [one, two] = [
      await at.add("authentik_core.group", { name: "one" }),
      await at.add("authentik_core.group", { name: "two" }),
    ];
    await at.store.transaction((tx) => tx.update(STAGE, stage.pk, { create_users_group: one.pk }));
    await start({ prompt_data: { username: "zoe" }, groups: [two.pk, { pk: one.pk }, "nonsense", 3] });
    expect((await users())[1]).toMatchObject({ is_active: true, groups: [one.pk, two.pk] });
  });

  test.each([
    ["external", "external"],
    ["internal_service_account", "service_account"],
    ["emperor", "external"],
  ])("of type %s by the plan is %s", async (user_type, expected) => {
    const { start, users } = await installWrite();
    await start({ prompt_data: { username: "zoe" }, user_type });
    expect((await users())[1].type).toBe(expected);
  });

  test("is not made where the stage never creates, or where there is no name", async () => {
    const never = await installWrite({ user_creation_mode: "never_create" });
    expect((await never.start({ prompt_data: { username: "zoe" } })).challenge).toMatchObject({
      component: DENIED,
      error_message: "No user found and can't create new user.",
    });
    const nameless = await installWrite();
    const nothing: JsonObject[] = [{}, { username: "" }, { name: "Zoe" }];
    for (const prompt_data of nothing) {
      expect((await nameless.start({ prompt_data })).challenge).toMatchObject({ component: DENIED });
    }
    expect(await nameless.users()).toHaveLength(1);
  });

  test("is made beside the pending one where the stage always creates", async () => {
    const { start, users, marie } = await installWrite({ user_creation_mode: "always_create" });
    await start({ prompt_data: { username: "zoe" }, pending_user: { pk: marie.pk } });
    expect((await users()).map(({ username }) => username)).toEqual(["marie", "zoe"]);
  });
});

describe("an existing user", () => {
  test("is changed in what the values say and in nothing else", async () => {
    const { start, users, marie } = await installWrite();
    const prompt_data = { name: "M.", "attributes.a.c": [1], attributes_d: 2, attributes: { e: 3 } };
    await start({ prompt_data, pending_user: { pk: marie.pk } });
    expect(await users()).toEqual([
      { ...marie, name: "M.", attributes: { a: { b: 1, c: [1] }, kept: true, d: 2, e: 3 } },
    ]);
  });

  test("is the one who is logged in, where none is pending", async () => {
    const { start, users } = await installWrite();
    await start({ prompt_data: { name: "M." } }, "marie");
    expect(await users()).toMatchObject([{ username: "marie", name: "M." }]);
  });

  test("keeps the password unless there is a new one; an empty one takes it away", async () => {
    const { start, users, marie } = await installWrite();
    const write = (prompt_data: JsonObject) => start({ prompt_data, pending_user: { pk: marie.pk } });
    await write({ password: "geheim" });
    const [before] = await users();
    expect(verifyPassword("geheim", before.password)).toBe(true);
    expect(before.password_change_date).toBe("2026-03-01T12:00:00.000Z");
    await write({ name: "M." });
    expect((await users())[0].password).toBe(before.password);
    await write({ password: "" });
    expect((await users())[0].password).toBe("");
  });

  test("keeps what policies changed of them", async () => {
    const { at, flow, start, users, marie } = await installWrite();
    const policy = await at.policy("vet", (_variables, helpers) => {
      const path = ["flow_plan", "context", "pending_user", "attributes", "vetted"];
      helpers.change({ op: "set", path, value: true });
      return true;
    });
    await at.bind(flow.bindings[0].pk, { policy: policy.pk });
    await start({ prompt_data: { name: "M." }, pending_user: { pk: marie.pk } });
    expect(await users()).toMatchObject([{ name: "M.", attributes: { vetted: true, kept: true } }]);
  });
});

describe("nothing is written", () => {
  test("without values", async () => {
    const { start } = await installWrite();
    expect((await start({})).challenge).toMatchObject({
      component: DENIED,
      error_message: "No Pending data.",
    });
  });

  test.each([
    ["a name that is taken", { username: "marie" }],
    ["a value that does not fit", { username: "zoe", email: "nonsense" }],
    ["a name that is too long", { username: "z".repeat(151) }],
  ])("with %s", async (_name, prompt_data) => {
    const { start, users, at } = await installWrite();
    expect((await start({ prompt_data })).challenge).toMatchObject({
      component: DENIED,
      error_message: "Failed to update user. Please try again later.",
    });
    expect(await users()).toHaveLength(1);
    expect(await at.events("user_write")).toEqual([]);
  });

  test("of what users do not have; the log names it, without the values", async () => {
    const { start, users, at } = await installWrite();
    const data = { username: "zoe", is_superuser: "canary", groups: ["canary"], roles: ["canary"], pk: 1 };
    await start({ prompt_data: data });
    expect((await users())[1]).toMatchObject({ username: "zoe", groups: [], roles: [] });
    expect(at.logs).toContainEqual({
      level: "warning",
      event: "users have no such fields; they were not written",
      stage: "write",
      fields: ["is_superuser", "groups", "roles", "pk"],
    });
    expect(JSON.stringify(at.logs)).not.toContain("canary");
  });
});

test("an attribute named like a prototype is an attribute", () => {
  const data = JSON.parse('{"attributes.__proto__.polluted": 1, "attributes": {"__proto__": {"x": 1}}}');
  const { fields } = writtenFields(data, {});
  expect(JSON.stringify(fields)).toBe('{"attributes":{"__proto__":{"x":1}}}');
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});
