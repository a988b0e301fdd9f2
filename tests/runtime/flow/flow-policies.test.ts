// Policies of flows and of their stages: who gets in, and which stages are shown.
import { describe, expect, test } from "vitest";
import type { NewRow } from "../../../runtime/index.ts";
import { dummies, dummy, ROOT, raising } from "./dummy-flow.ts";

describe("policies of the flow", () => {
  async function denied(
    fields: Partial<NewRow<"authentik_flows.flow">>,
    http = {},
    message: string | null = "foo",
  ) {
    const { at, pk } = await dummies(["one"], fields);
    const policy = await at.policy("no", (_v, helpers) => {
      if (message !== null) helpers.message(message);
      return false;
    });
    await at.bind(pk, { policy: policy.pk });
    return (await at.runtime.flow("f").start({ user: "marie", http })).challenge;
  }

  test("a flow that does not apply says why", async () => {
    expect(await denied({})).toMatchObject({
      component: "ak-stage-access-denied",
      error_message: "foo",
      pending_user: "marie",
      flow_info: { cancel_url: "/flows/-/cancel/" },
    });
    expect(await denied({}, {}, null)).toMatchObject({
      error_message: "Flow does not apply to current user.",
    });
  });

  test.each([
    ["continue", {}, ROOT],
    ["continue", { query: { next: "/there" } }, { ...ROOT, to: "/there" }],
    ["message_continue", { query: { next: "/there" } }, { ...ROOT, to: "/there" }],
    ["continue", { query: { next: "https://evil.example/" } }, ROOT],
  ] as const)("denied_action %s with request %j", async (denied_action, http, expected) => {
    expect(await denied({ denied_action }, http)).toEqual(expected);
  });

  test.each([
    ["message", { query: { next: "/there" } }],
    ["message_continue", { query: { next: "//evil.example" } }],
    ["message_continue", { query: { next: "/\\evil.example" } }],
    ["message_continue", { query: { next: "javascript:alert(1)" } }],
  ] as const)("denied_action %s with request %j denies", async (denied_action, http) => {
    expect(await denied({ denied_action }, http)).toMatchObject({ component: "ak-stage-access-denied" });
  });

  test("an error denies with its text", async () => {
    const { at, pk, start } = await dummies(["one"]);
    await at.bind(pk, { policy: (await at.policy("broken", raising)).pk });
    expect((await start()).challenge).toMatchObject({
      component: "ak-stage-access-denied",
      error_message: "division by zero",
    });
  });
});

describe("policies of a stage", () => {
  test("are asked on every request, so the same plan can drop a stage later", async () => {
    const { at, bindings, start } = await dummies(["one", "two", "three"]);
    let passing = true;
    const policy = await at.policy("switch", () => passing);
    await at.bind(bindings[1].pk, { policy: policy.pk });
    const kept = await start();
    expect(await kept.respond({})).toMatchObject({ name: "two" });
    passing = false;
    expect(await kept.refresh()).toMatchObject({ name: "three" });
    const dropped = await start();
    expect(await dropped.respond({})).toMatchObject({ name: "three" });
  });

  test("can drop several stages in a row, and the last one", async () => {
    const { at, bindings, start } = await dummies(["one", "two", "three"]);
    const policy = await at.policy("no", () => false);
    for (const binding of bindings.slice(1)) await at.bind(binding.pk, { policy: policy.pk });
    const flow = await start();
    expect(await flow.respond({})).toEqual(ROOT);
  });

  test("a POST goes to the stage that is current after its policies were asked", async () => {
    const { at, bindings, start } = await dummies(["one", "two"]);
    let passing = true;
    await at.bind(bindings[0].pk, { policy: (await at.policy("switch", () => passing)).pk });
    const flow = await start();
    passing = false;
    expect(await flow.respond({})).toEqual(ROOT);
  });

  test("are asked when planning only with evaluate_on_plan", async () => {
    const { at, bindings, start } = await dummies(["one", "two"]);
    const flags = { evaluate_on_plan: true, re_evaluate_policies: false };
    await at.store.transaction((tx) => tx.update("authentik_flows.flowstagebinding", bindings[0].pk, flags));
    await at.bind(bindings[0].pk, { policy: (await at.policy("no", () => false)).pk });
    const flow = await start();
    expect(flow.challenge).toMatchObject({ name: "two" });
    expect(await flow.respond({})).toEqual(ROOT);
    expect(at.engine.calls).toHaveLength(1);
  });

  test("are asked at some time: a binding with both flags off is refused", async () => {
    const { at, bindings } = await dummies(["one"]);
    const never = at.store.transaction((tx) =>
      tx.update("authentik_flows.flowstagebinding", bindings[0].pk, { re_evaluate_policies: false }),
    );
    await expect(never).rejects.toThrow("Either evaluation on plan or evaluation on run must be enabled");
  });

  test("see the plan and what was collected so far", async () => {
    const { at, bindings } = await dummies(["one"]);
    await at.bind(bindings[0].pk, { policy: (await at.policy("look", () => true)).pk });
    await at.add("authentik_core.user", { username: "paul", attributes: { a: 1 } });
    const context = { pending_user: "paul", prompt_data: { x: 1 } };
    await at.runtime.flow("f").start({ user: "marie", context });
    const { request } = at.engine.calls[0].variables;
    expect(request.user).toMatchObject({ username: "paul", attributes: { a: 1 } });
    expect(request.http_request.user).toMatchObject({ username: "marie" });
    expect(request.context).toMatchObject({
      prompt_data: { x: 1 },
      pending_user: { username: "paul" },
      flow_plan: { context: { prompt_data: { x: 1 } } },
    });
  });

  test("one that cannot be evaluated stops the flow; the same request works when it can again", async () => {
    const { at, bindings, start } = await dummies(["one", "guarded", "after"]);
    await at.bind(bindings[1].pk, { policy: (await at.policy("guard", raising)).pk });
    const flow = await start();
    const stopped = {
      component: "ak-stage-flow-error",
      error: "A policy of this flow could not be evaluated. Please try again.",
      request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    };
    expect(await flow.respond({})).toMatchObject(stopped);
    expect(await flow.respond({})).toMatchObject(stopped);
    expect(flow.finished).toBe(false);
    expect(await at.events("policy_exception")).toHaveLength(2);
    expect(await at.events("system_exception")).toEqual([]);
    at.engine.expressions.set("guard", () => true);
    expect(await flow.refresh()).toMatchObject({ name: "guarded" });
  });

  test("one that cannot be evaluated does not keep the stage out of the plan either", async () => {
    const { at, pk } = await dummies([]);
    const stage = await dummy(at, "guarded");
    const binding = await at.add("authentik_flows.flowstagebinding", {
      target: pk,
      stage: stage.pk,
      order: 0,
      evaluate_on_plan: true,
    });
    await at.bind(binding.pk, { policy: (await at.policy("broken", raising)).pk });
    await expect(at.runtime.flow("f").start({ user: "marie" })).rejects.toThrow('policy "policy broken"');
  });

  test("failure_result: true shows the stage where the policy cannot be evaluated", async () => {
    const { at, bindings, start } = await dummies(["one", "two"]);
    await at.bind(
      bindings[0].pk,
      { policy: (await at.policy("broken", raising)).pk },
      { failure_result: true },
    );
    expect((await start()).challenge).toMatchObject({ name: "one" });
  });
});

describe("a binding with authentik's behaviour on errors", () => {
  const authentik = { postern_compatibility: "authentik" } as const;

  test("skips the stage by its failure_result, when planning and on each request", async () => {
    for (const evaluate_on_plan of [false, true]) {
      const { at, bindings, start } = await dummies(["one", "two"]);
      await at.store.transaction((tx) =>
        tx.update("authentik_flows.flowstagebinding", bindings[0].pk, { evaluate_on_plan }),
      );
      await at.bind(bindings[0].pk, { policy: (await at.policy("broken", raising)).pk }, authentik);
      expect((await start()).challenge).toMatchObject({ name: "two" });
      expect(await at.events("policy_exception")).toHaveLength(1);
    }
  });

  test("shows it with failure_result: true, which is not negated", async () => {
    const { at, bindings, start } = await dummies(["one", "two"]);
    const fields = { ...authentik, failure_result: true, negate: true };
    await at.bind(bindings[0].pk, { policy: (await at.policy("broken", raising)).pk }, fields);
    expect((await start()).challenge).toMatchObject({ name: "one" });
  });

  test("answers for itself only: beside a strict one that fails the flow stops", async () => {
    const { at, bindings, start } = await dummies(["one", "two"]);
    const policy = await at.policy("broken", raising);
    await at.bind(bindings[0].pk, { policy: policy.pk }, authentik);
    await at.bind(bindings[0].pk, { policy: policy.pk }, { order: 1 });
    expect((await start()).challenge).toMatchObject({ component: "ak-stage-flow-error" });
  });
});

describe("whom a flow is for", () => {
  test.each([
    ["none", null, {}, true],
    ["none", "marie", {}, true],
    ["require_authenticated", "marie", {}, true],
    ["require_authenticated", null, {}, false],
    ["require_authenticated", null, { pending_user: "marie" }, false],
    ["require_unauthenticated", null, {}, true],
    ["require_unauthenticated", "marie", {}, false],
    ["require_superuser", "root", {}, true],
    ["require_superuser", "marie", {}, false],
    ["require_superuser", "marie", { pending_user: "root" }, false],
    ["require_superuser", null, {}, false],
    ["require_redirect", null, { is_redirected: true }, true],
    ["require_redirect", null, {}, false],
    ["require_redirect", null, { is_redirected: "yes" }, false],
    ["require_token", null, { is_restored: { pk: "t" } }, true],
    ["require_token", null, {}, false],
    ["require_outpost", null, { outpost: { pk: "o" } }, true],
    ["require_outpost", null, {}, false],
  ] as const)("%s, asked by %s with %j: %s", async (authentication, user, context, applies) => {
    const { at } = await dummies(["one"], { authentication });
    const admins = await at.add("authentik_core.group", { name: "admins", is_superuser: true });
    const inner = await at.add("authentik_core.group", { name: "inner", parents: [admins.pk] });
    await at.add("authentik_core.user", { username: "root", groups: [inner.pk] });
    const { challenge } = await at.runtime.flow("f").start({ user, context });
    expect(challenge).toMatchObject(
      applies
        ? { component: "ak-stage-dummy" }
        : {
            component: "ak-stage-access-denied",
            error_message: "Flow does not apply to current user.",
          },
    );
  });

  test("a login that does not apply to who is logged in already simply ends", async () => {
    const fields = { designation: "authentication", authentication: "require_unauthenticated" } as const;
    const { start } = await dummies(["one"], fields);
    expect((await start()).challenge).toEqual(ROOT);
  });

  test("groups and users bound to the flow and to its stages decide, by the pending user", async () => {
    const { at, pk, bindings } = await dummies(["one", "two"]);
    const group = await at.add("authentik_core.group", { name: "staff" });
    const paul = await at.add("authentik_core.user", { username: "paul", groups: [group.pk] });
    await at.bind(pk, { group: group.pk });
    await at.bind(bindings[0].pk, { user: paul.pk }, { negate: true });
    const start = (user: string | null, context = {}) => at.runtime.flow("f").start({ user, context });
    expect((await start("paul")).challenge).toMatchObject({ name: "two" });
    expect((await start("marie", { pending_user: "paul" })).challenge).toMatchObject({ name: "two" });
    expect((await start("marie")).challenge).toMatchObject({ component: "ak-stage-access-denied" });
    expect((await start(null)).challenge).toMatchObject({ component: "ak-stage-access-denied" });
  });
});

test("a plan is made anew for each run: what a policy decided before counts for nothing", async () => {
  const { at, bindings, start } = await dummies(["one", "two"]);
  await at.store.transaction((tx) =>
    tx.update("authentik_flows.flowstagebinding", bindings[0].pk, { evaluate_on_plan: true }),
  );
  let passing = true;
  await at.bind(bindings[0].pk, { policy: (await at.policy("switch", () => passing)).pk });
  expect((await start()).challenge).toMatchObject({ name: "one" });
  passing = false;
  expect((await start()).challenge).toMatchObject({ name: "two" });
});
