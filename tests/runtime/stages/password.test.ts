// The password stage: the pending user's password, a few tries, and nothing else.
import { expect, test } from "vitest";
import type { NewRow } from "../../../runtime/index.ts";
import { hashPassword } from "../../../runtime/models/password.ts";
import { ROOT } from "../flow/dummy-flow.ts";
import { install } from "../flow/harness.ts";

const STAGE = "authentik_stages_password.passwordstage";
const INVALID = { password: [{ string: "Invalid password", code: "invalid" }] };

async function installPassword(
  fields: Partial<NewRow<typeof STAGE>> = {},
  user: Partial<NewRow<"authentik_core.user">> = {},
) {
  const at = await install();
  const marie = await at.add("authentik_core.user", {
    username: "marie",
    password: hashPassword(" geheim", 1000),
    ...user,
  });
  const stage = await at.add(STAGE, {
    name: "password",
    backends: ["authentik.core.auth.InbuiltBackend"],
    ...fields,
  });
  const flow = await at.flow("login", [stage], { designation: "authentication" });
  const start = (context = { pending_user: { pk: marie.pk } }) => at.runtime.flow("login").start({ context });
  return { at, marie, stage, flow, start };
}

test("the right password passes; it is not trimmed", async () => {
  const { start } = await installPassword({ allow_show_password: true });
  const flow = await start();
  expect(flow.challenge).toMatchObject({
    component: "ak-stage-password",
    pending_user: "marie",
    allow_show_password: true,
  });
  expect(flow.challenge).not.toHaveProperty("recovery_url");
  expect((await flow.respond({ password: "geheim" })).response_errors).toEqual(INVALID);
  expect(await flow.respond({ password: " geheim" })).toEqual(ROOT);
  expect(flow.login).toBeNull();
});

test("the brand's recovery flow is linked", async () => {
  const { at, start } = await installPassword();
  const recovery = await at.flow("recover", []);
  await at.add("authentik_brands.brand", { domain: "x", default: true, flow_recovery: recovery.pk });
  expect((await start()).challenge).toMatchObject({ recovery_url: "/if/flow/recover/" });
});

test.each([
  [{}, "This field is required.", "required"],
  [{ password: "" }, "This field may not be blank.", "blank"],
  [{ password: null }, "This field may not be null.", "null"],
  [{ password: { a: 1 } }, "Not a valid string.", "invalid"],
])("%j is no password and no try", async (response, string, code) => {
  const { start, at } = await installPassword({ failed_attempts_before_cancel: 1 });
  const flow = await start();
  expect((await flow.respond(response)).response_errors).toEqual({ password: [{ string, code }] });
  expect(await at.events("login_failed")).toEqual([]);
});

test("wrong ones are recorded, without the password, and deny after the stage's count", async () => {
  const { start, at } = await installPassword({ failed_attempts_before_cancel: 3 });
  const flow = await start();
  for (const password of ["canary-one", "canary-two"]) {
    expect((await flow.respond({ password })).response_errors).toEqual(INVALID);
  }
  expect(await flow.respond({ password: "canary-three" })).toMatchObject({
    component: "ak-stage-access-denied",
    error_message: "Invalid password",
  });
  const events = await at.events("login_failed");
  expect(events).toHaveLength(3);
  expect(events[0]).toMatchObject({ context: { username: "marie", stage: { name: "password" } } });
  expect(JSON.stringify([events, at.logs])).not.toContain("canary");
});

test("no tries are left over for a flow that restarts with its context", async () => {
  const {
    start,
    at,
    flow: { bindings },
  } = await installPassword({ failed_attempts_before_cancel: 2 });
  await at.store.transaction((tx) =>
    tx.update("authentik_flows.flowstagebinding", bindings[0].pk, {
      invalid_response_action: "restart_with_context",
    }),
  );
  const flow = await start();
  await flow.respond({ password: "wrong" });
  await flow.respond({ password: "wrong" });
  expect(await at.events("login_failed")).toHaveLength(2);
  expect(flow.finished).toBe(false);
});

test.each([
  ["inactive", { is_active: false }],
  ["without a password", { password: "" }],
  ["with a hash of another kind", { password: "argon2$argon2id$v=19$x$y" }],
])("a user who is %s cannot get in, with no password at all either", async (_name, user) => {
  const { start } = await installPassword({}, user);
  const flow = await start();
  for (const password of [" geheim", "!", "argon2$argon2id$v=19$x$y"]) {
    expect((await flow.respond({ password })).response_errors).toEqual(INVALID);
  }
});

test("without a pending user nobody is asked, not even who is logged in", async () => {
  const { at } = await installPassword();
  expect((await at.runtime.flow("login").start({ user: null })).challenge).toMatchObject({
    component: "ak-stage-access-denied",
  });
  expect((await at.runtime.flow("login").start({ user: "marie" })).challenge).toMatchObject({
    component: "ak-stage-access-denied",
  });
});

test("a stage without the built-in backend stops the flow and names what is missing", async () => {
  const { at, start } = await installPassword({ backends: ["authentik.sources.ldap.auth.LDAPBackend"] });
  const flow = await start();
  expect(await flow.respond({ password: " geheim" })).toMatchObject({ component: "ak-stage-flow-error" });
  expect(JSON.stringify(await at.events("system_exception"))).toContain(
    "uses authentik.sources.ldap.auth.LDAPBackend; authentik.core.auth.InbuiltBackend is the one there is",
  );
});
