// Flows: planning, restarted flows, endings, sessions.
import { describe, expect, test } from "vitest";
import { STAGE_MODELS } from "../../../runtime/models/registry.ts";
import { stageView } from "../../../runtime/stages/registry.ts";
import { dummies, dummy, ROOT } from "./dummy-flow.ts";
import { install, secondRuntime, sessionData } from "./harness.ts";

test("stages come in order; each answer leads on with 302, the last one ends with a redirect to the root", async () => {
  const { at, start } = await dummies(["one", "two"]);
  const flow = await start();
  expect(flow.challenge).toMatchObject({
    component: "ak-stage-dummy",
    name: "one",
    flow_info: { title: "Title of f" },
  });
  expect(await flow.respond({})).toMatchObject({ name: "two" });
  expect(flow.status).toBe(302);
  expect(await flow.respond({})).toEqual(ROOT);
  expect(flow.status).toBe(200);
  expect(flow.finished).toBe(true);
  await expect(flow.respond({})).rejects.toThrow('flow "f" has ended; start it again');
  expect(await at.rows("postern.flowsession")).toEqual([]);
});

test("an unknown flow names the known ones", async () => {
  const { at } = await dummies([]);
  await expect(at.runtime.flow("g").start()).rejects.toThrow('there is no flow "g"; known flows: "f"');
  const empty = await install();
  await expect(empty.runtime.flow("g").start()).rejects.toThrow("the store has no flows yet");
});

test("an unknown user is an error; a response must be an object", async () => {
  const { at, start } = await dummies(["one"]);
  await expect(at.runtime.flow("f").start({ user: "nobody" })).rejects.toThrow('there is no user "nobody"');
  const flow = await start();
  await expect(flow.respond([] as never)).rejects.toThrow("a response must be an object");
});

test("a flow without stages ends at once", async () => {
  const { start } = await dummies([]);
  expect((await start()).challenge).toEqual(ROOT);
});

test("every kind of stage that a flow can have is one that runs", () => {
  expect(STAGE_MODELS.filter((model) => stageView(model) === undefined)).toEqual([]);
  expect(STAGE_MODELS).toHaveLength(10);
});

test.each([
  ["none", null, true],
  ["none", "marie", true],
  ["require_authenticated", null, false],
  ["require_authenticated", "marie", true],
  ["require_unauthenticated", null, true],
  ["require_unauthenticated", "marie", false],
  ["require_superuser", "marie", false],
  ["require_superuser", "root", true],
  ["require_redirect", "root", false],
  ["require_outpost", "root", false],
  ["require_token", "root", false],
] as const)("authentication %s with user %s: applies %s", async (authentication, user, applies) => {
  const { at } = await dummies(["one"], { authentication });
  const top = await at.add("authentik_core.group", { name: "admins", is_superuser: true });
  const below = await at.add("authentik_core.group", { name: "below", parents: [top.pk] });
  await at.add("authentik_core.user", { username: "root", groups: [below.pk] });
  const { challenge } = await at.runtime.flow("f").start({ user });
  expect(challenge.component).toBe(applies ? "ak-stage-dummy" : "ak-stage-access-denied");
});

describe("a response that is refused", () => {
  async function form(invalid_response_action: "retry" | "restart" | "restart_with_context") {
    const at = await install();
    await at.add("authentik_core.user", { username: "marie" });
    const field = { name: "f", field_key: "f", label: "F", type: "number" } as const;
    const prompt = await at.add("authentik_stages_prompt.prompt", field);
    const first = await dummy(at, "first");
    const stage = await at.add("authentik_stages_prompt.promptstage", { name: "form", fields: [prompt.pk] });
    const { bindings } = await at.flow("f", [first, stage]);
    await at.store.transaction((tx) =>
      tx.update("authentik_flows.flowstagebinding", bindings[1].pk, { invalid_response_action }),
    );
    const flow = await at.runtime.flow("f").start({ user: "marie", context: { mark: 1 } });
    await flow.respond({});
    const context = async () => (await sessionData(at.store, flow.session)).plan.context;
    return { at, bindings, flow, context };
  }

  test("is shown again with retry", async () => {
    const { flow } = await form("retry");
    expect(await flow.respond({ f: "x" })).toMatchObject({ component: "ak-stage-prompt" });
    expect(flow.challenge.response_errors).toHaveProperty("f");
    expect(flow.status).toBe(200);
  });

  test.each([
    ["restart", {}],
    ["restart_with_context", { mark: 1 }],
  ] as const)("leads to the first stage with %s; the context is then %j", async (action, expected) => {
    const { flow, context } = await form(action);
    expect(await flow.respond({ f: "x" })).toMatchObject({ component: "ak-stage-dummy", name: "first" });
    expect(flow.status).toBe(302);
    expect(await context()).toEqual(expected);
  });

  test("restart_with_context re-plans: a deny stage whose policy now passes denies", async () => {
    const { at, bindings, flow } = await form("restart_with_context");
    const deny = await at.add("authentik_stages_deny.denystage", { name: "deny", deny_message: "go away" });
    const binding = { target: bindings[0].target, stage: deny.pk, order: -1, evaluate_on_plan: true };
    const row = await at.add("authentik_flows.flowstagebinding", binding);
    await at.bind(row.pk, {
      policy: (await at.policy("marked", ({ request }) => request.context.mark === 1)).pk,
    });
    expect(await flow.respond({ f: "x" })).toMatchObject({
      component: "ak-stage-access-denied",
      error_message: "go away",
    });
    expect(flow.finished).toBe(true);
    expect(await at.rows("postern.flowsession")).toEqual([]);
  });
});

test("a deny stage denies on GET, with its text or the default", async () => {
  const at = await install();
  const deny = await at.add("authentik_stages_deny.denystage", { name: "deny" });
  await at.flow("f", [deny]);
  const flow = await at.runtime.flow("f").start();
  expect(flow.challenge).toMatchObject({
    component: "ak-stage-access-denied",
    error_message: "Unknown error",
  });
});

test("a deny stage that restarts for ever is an error, not an endless loop", async () => {
  const at = await install();
  const deny = await at.add("authentik_stages_deny.denystage", { name: "deny" });
  const { bindings } = await at.flow("f", [deny]);
  await at.store.transaction((tx) =>
    tx.update("authentik_flows.flowstagebinding", bindings[0].pk, { invalid_response_action: "restart" }),
  );
  await expect(at.runtime.flow("f").start()).rejects.toThrow("redirected to itself 25 times");
});

test("an exception shows the flow error and keeps the flow; its event has the request's id and no secret", async () => {
  const at = await install();
  const stage = await dummy(at, "throws", true);
  await at.flow("f", [stage]);
  const flow = await at.runtime.flow("f").start({ http: { request_id: "r1" } });
  expect(flow.challenge).toMatchObject({
    component: "ak-stage-flow-error",
    request_id: "r1",
    error: "Something went wrong in this flow. Please try again.",
    flow_info: { title: "Title of f" },
  });
  expect(await at.events("system_exception")).toMatchObject([
    { context: { message: "System exception during flow execution.", request_id: "r1", flow: "f" } },
  ]);
  await at.store.transaction((tx) =>
    tx.update("authentik_stages_dummy.dummystage", stage.pk, { throw_error: false }),
  );
  expect(await flow.refresh()).toMatchObject({ name: "throws" });
});

test("a stage deleted while the flow runs is an error, not a stage less; the flow can only start again", async () => {
  const { at, bindings, start } = await dummies(["one", "two"]);
  const flow = await start();
  await at.store.transaction((tx) => tx.delete("authentik_flows.flowstagebinding", bindings[1].pk));
  expect(await flow.respond({})).toMatchObject({ component: "ak-stage-flow-error" });
  expect(flow.finished).toBe(true);
  expect(await at.rows("postern.flowsession")).toEqual([]);
  expect((await start()).challenge).toMatchObject({ name: "one" });
});

test("so is a user deleted while the flow runs", async () => {
  const { at, start } = await dummies(["one", "two"]);
  const flow = await start();
  const [marie] = await at.rows("authentik_core.user");
  await at.store.transaction((tx) => tx.delete("authentik_core.user", marie.pk));
  expect(await flow.respond({})).toMatchObject({ component: "ak-stage-flow-error" });
  expect(flow.finished).toBe(true);
});

describe("the end", () => {
  test.each([
    [{ next: "/if/user/" }, {}, { ...ROOT, to: "/if/user/" }],
    [
      { next: "https://evil.example" },
      {},
      { component: "ak-stage-access-denied", error_message: "Invalid next URL" },
    ],
    [{ next: "http://postern.invalid/x" }, {}, { component: "ak-stage-access-denied" }],
    [{ next: "/x" }, { redirect: "https://app.example/" }, { ...ROOT, to: "https://app.example/" }],
  ])("with query %j and context %j", async (query, context, expected) => {
    const { at } = await dummies(["one"]);
    const flow = await at.runtime.flow("f").start({ query, context });
    expect(flow.challenge.flow_info?.cancel_url).toBe(`/flows/-/cancel/?${new URLSearchParams(query)}`);
    expect(await flow.respond({})).toMatchObject(expected);
  });
});

test.each([
  ["Hi %(user)s at %(app)s, 100%%", "Hi marie at Shop, 100%"],
  ["100% %(user)s", "100% %(user)s"],
  ["%(nobody)s", "%(nobody)s"],
])("the title %j is shown as %j", async (title, shown) => {
  const { at } = await dummies(["one"], { title });
  const flow = await at.runtime
    .flow("f")
    .start({ user: "marie", context: { application: { name: "Shop" } } });
  expect(flow.challenge.flow_info?.title).toBe(shown);
});

test("the identifier that was typed is the user shown", async () => {
  const at = await install();
  const deny = await at.add("authentik_stages_deny.denystage", { name: "deny" });
  await at.flow("f", [deny]);
  const { challenge } = await at.runtime.flow("f").start({ context: { pending_user_identifier: "typed" } });
  expect(challenge.pending_user).toBe("typed");
});

describe("sessions", () => {
  test("another process goes on where the first one stopped", async () => {
    const { at, start } = await dummies(["one", "two"]);
    const flow = await start();
    await flow.respond({});
    const other = await secondRuntime(at);
    const resumed = await other.runtime.resume(flow.session as string);
    expect(resumed.slug).toBe("f");
    expect(resumed.challenge).toMatchObject({ name: "two" });
    expect(await resumed.respond({})).toEqual(ROOT);
    await expect(flow.respond({})).rejects.toThrow("this flow is not in progress");
  });

  test("end a day after their last change, and are then cleaned up", async () => {
    const { at, start } = await dummies(["one"]);
    const flow = await start();
    at.time.now += 86_400_000;
    await expect(flow.refresh()).rejects.toThrow("this flow is not in progress");
    await start();
    expect(await at.rows("postern.flowsession")).toHaveLength(1);
  });

  test("that begin clean up the events whose time is over", async () => {
    const { at, start } = await dummies(["one"]);
    const event = await at.runtime.services.events.create("login", {});
    const kept = await at.runtime.services.events.create("login", {});
    const change = { expires: new Date(at.time.now + 60_000).toISOString() };
    await at.store.transaction((tx) => void tx.update("authentik_events.event", event.pk, change));
    await start();
    expect(await at.rows("authentik_events.event")).toHaveLength(2);
    at.time.now += 60_000;
    await start();
    expect((await at.rows("authentik_events.event")).map(({ pk }) => pk)).toEqual([kept.pk]);
  });

  test("are not written by a request that only looks; expressions see that request, not the first one", async () => {
    const { at, bindings, start } = await dummies(["one"]);
    await at.bind(bindings[0].pk, { policy: (await at.policy("look", () => true)).pk });
    const flow = await start();
    const before = await at.rows("postern.flowsession");
    await flow.refresh({ http: { path: "/second" } });
    expect(await at.rows("postern.flowsession")).toEqual(before);
    expect(at.engine.calls.map(({ variables }) => variables.request.http_request.path)).toEqual([
      "/",
      "/second",
    ]);
  });

  test("can be given up", async () => {
    const { at, start } = await dummies(["one"]);
    const flow = await start();
    await flow.cancel();
    expect(flow.finished).toBe(true);
    expect(await at.rows("postern.flowsession")).toEqual([]);
  });

  test("keep no cookies and no credentials of the client", async () => {
    const { at } = await dummies(["one"]);
    const headers = { Cookie: "canary-1", Authorization: "canary-2", "X-Other": "kept" };
    const flow = await at.runtime.flow("f").start({ http: { headers, META: { HTTP_COOKIE: "canary-3" } } });
    const text = JSON.stringify(await sessionData(at.store, flow.session));
    expect(text).not.toContain("canary");
    expect(text).toContain("kept");
  });
});
