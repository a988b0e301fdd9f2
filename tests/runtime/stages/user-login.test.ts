// The user-login stage: the one that logs somebody in.
import { describe, expect, test } from "vitest";
import type { NewRow } from "../../../runtime/index.ts";
import { dummy, ROOT } from "../flow/dummy-flow.ts";
import { install } from "../flow/harness.ts";

const STAGE = "authentik_stages_user_login.userloginstage";

async function installLogin(fields: Partial<NewRow<typeof STAGE>> = {}) {
  const at = await install();
  const marie = await at.add("authentik_core.user", { username: "marie" });
  const stage = await at.add(STAGE, { name: "login", ...fields });
  const flow = await at.flow("login", [stage], { designation: "authentication" });
  const pending = { pending_user: { pk: marie.pk } };
  return {
    at,
    marie,
    stage,
    flow,
    start: (context = pending) => at.runtime.flow("login").start({ context }),
  };
}

test("logs the pending user in, once, and records it", async () => {
  const { at, marie, start } = await installLogin();
  const flow = await start();
  expect(flow.challenge).toEqual(ROOT);
  expect(flow.login).toEqual({ user: marie.pk, seconds: 0, terminateOthers: false });
  expect(await at.rows("authentik_core.user")).toMatchObject([{ last_login: "2026-03-01T12:00:00.000Z" }]);
  expect(await at.events("login")).toMatchObject([
    { user: { username: "marie" }, app: "authentik.stages.user_login" },
  ]);
});

test("later stages see the user as the one who is logged in", async () => {
  const { at, marie, flow, start } = await installLogin();
  const after = await dummy(at, "after");
  const binding = { target: flow.pk, stage: after.pk, order: 9 };
  const { pk } = await at.add("authentik_flows.flowstagebinding", binding);
  await at.bind(pk, { policy: (await at.policy("look", () => true)).pk });
  const run = await start();
  expect(run.challenge).toMatchObject({ component: "ak-stage-dummy" });
  expect(run.login).toMatchObject({ user: marie.pk });
  expect(at.engine.calls.at(-1)?.variables.request.http_request.user).toMatchObject({ username: "marie" });
});

describe("how long", () => {
  test("as the stage says, and whether other sessions end", async () => {
    const { start } = await installLogin({ session_duration: "hours=2", terminate_other_sessions: true });
    expect((await start()).login).toMatchObject({ seconds: 7200, terminateOthers: true });
  });

  test("the user is asked where there is something to ask", async () => {
    const { start } = await installLogin({ session_duration: "hours=1", remember_me_offset: "days=1" });
    for (const [remember_me, seconds] of [
      [true, 90_000],
      [false, 3600],
    ] as const) {
      const flow = await start();
      expect(flow.challenge).toMatchObject({ component: "ak-stage-user-login", pending_user: "marie" });
      expect(flow.login).toBeNull();
      expect((await flow.respond({})).response_errors).toEqual({
        remember_me: [{ string: "This field is required.", code: "required" }],
      });
      expect((await flow.respond({ remember_me: "perhaps" })).response_errors).toEqual({
        remember_me: [{ string: "Must be a valid boolean.", code: "invalid" }],
      });
      expect(await flow.respond({ remember_me })).toEqual(ROOT);
      expect(flow.login).toMatchObject({ seconds });
    }
  });
});

describe("nobody is logged in", () => {
  test("without a pending user, whoever sends the request", async () => {
    const { at } = await installLogin();
    for (const user of [null, "marie"]) {
      const flow = await at.runtime.flow("login").start({ user });
      expect(flow.challenge).toMatchObject({
        component: "ak-stage-access-denied",
        error_message: "No Pending user to login.",
      });
      expect(flow.login).toBeNull();
    }
  });

  test("who is not active", async () => {
    const { at, marie, start } = await installLogin();
    await at.store.transaction((tx) => tx.update("authentik_core.user", marie.pk, { is_active: false }));
    const flow = await start();
    expect(flow.challenge).toMatchObject({ component: "ak-stage-access-denied" });
    expect(flow.login).toBeNull();
    expect(await at.events("login")).toEqual([]);
  });

  test("whom only a policy made active", async () => {
    const { at, marie, flow, start } = await installLogin();
    await at.store.transaction((tx) => tx.update("authentik_core.user", marie.pk, { is_active: false }));
    const policy = await at.policy("activate", (_variables, helpers) => {
      const path = ["flow_plan", "context", "pending_user", "is_active"];
      helpers.change({ op: "set", path, value: true });
      return true;
    });
    await at.bind(flow.bindings[0].pk, { policy: policy.pk });
    expect((await start()).login).toBeNull();
  });

  test.each([
    ["network_binding", { network_binding: "bind_asn" }],
    ["geoip_binding", { geoip_binding: "bind_continent" }],
  ] as const)("without the %s that the stage wants", async (field, fields) => {
    const { at, start } = await installLogin(fields);
    const flow = await start();
    expect(flow.challenge).toMatchObject({ component: "ak-stage-flow-error" });
    expect(flow.login).toBeNull();
    expect(JSON.stringify(await at.events("system_exception"))).toContain(`${field} `);
  });
});
