// What policies change of the plan: seen by the next policy, kept for the rest of the flow, in one engine with the real sandbox.
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEngine, type Engine } from "../../../engine/index.ts";
import {
  createRuntime,
  type Execution,
  memoryStore,
  type Runtime,
  type Store,
} from "../../../runtime/index.ts";
import { sessionData } from "./harness.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine();
});
afterAll(() => engine.close());

/** A flow of two prompt stages; `policies` are bound to the first, or to the one named. */
async function prompts(
  policies: readonly { readonly source: string; readonly stage?: 0 | 1 | "flow" | "validation" }[],
): Promise<{ runtime: Runtime; store: Store }> {
  const store = memoryStore();
  await store.transaction((tx) => {
    const flow = tx.insert("authentik_flows.flow", {
      name: "f",
      slug: "f",
      title: "F",
      designation: "enrollment",
      policy_engine_mode: "all",
    });
    tx.insert("authentik_core.user", { username: "marie", email: "m@example.com", attributes: { a: 1 } });
    const rows = policies.map(({ source, stage = 0 }, i) => ({
      stage,
      pk: tx.insert("authentik_policies_expression.expressionpolicy", { name: `p${i}`, expression: source })
        .pk,
    }));
    const bindings = ["one", "two"].map((name, order) => {
      const prompt = tx.insert("authentik_stages_prompt.prompt", {
        name,
        field_key: name,
        label: name,
        type: "text",
        placeholder: "",
        initial_value: "",
        order: 0,
        required: false,
      });
      const stage = tx.insert("authentik_stages_prompt.promptstage", {
        name,
        fields: [prompt.pk],
        validation_policies:
          order === 0 ? rows.filter((row) => row.stage === "validation").map((row) => row.pk) : [],
      });
      return tx.insert("authentik_flows.flowstagebinding", {
        target: flow.pk,
        stage: stage.pk,
        order,
        policy_engine_mode: "all",
      });
    });
    for (const [order, { stage, pk }] of rows.entries()) {
      if (stage === "validation") continue;
      const target = stage === "flow" ? flow.pk : (bindings[stage]?.pk as string);
      tx.insert("authentik_policies.policybinding", { target, policy: pk, order });
    }
  });
  return { store, runtime: await createRuntime({ engine, store }) };
}
/** The plan's context after the first GET. */
async function contextOf(store: Store, run: Execution): Promise<unknown> {
  return (await sessionData(store, run.session)).plan.context;
}

test("a change of the plan stays, one of the policy's copy does not", async () => {
  const { runtime, store } = await prompts([
    { source: "context['flow_plan'].context['x'] = {'n': 1}\ncontext['y'] = 2\nreturn True" },
  ]);
  const run = await runtime.flow("f").start();
  expect(await contextOf(store, run)).toEqual({ x: { n: 1 } });
});

test("the next policy sees what the one before it changed, of the copy too", async () => {
  const { runtime, store } = await prompts([
    { source: "context['y'] = 2\ncontext['flow_plan'].context['x'] = 1\nreturn True" },
    {
      source:
        "context['flow_plan'].context['seen'] = [context.get('y'), context.get('x'), context['flow_plan'].context['x']]\nreturn True",
    },
  ]);
  const run = await runtime.flow("f").start();
  expect(await contextOf(store, run)).toEqual({ x: 1, seen: [2, null, 1] });
});

test("nested values are the plan's own", async () => {
  const { runtime, store } = await prompts([
    { source: "context['prompt_data']['one'] = 'from the policy'\nreturn True" },
  ]);
  const run = await runtime.flow("f").start({ context: { prompt_data: { z: 1 } } });
  expect(await contextOf(store, run)).toEqual({ prompt_data: { z: 1, one: "from the policy" } });
  expect(run.challenge).toMatchObject({ fields: [{ field_key: "one", initial_value: "from the policy" }] });
});

test("validation policies change what the stage keeps", async () => {
  const { runtime, store } = await prompts([
    {
      source: "context['prompt_data']['one'] = context['prompt_data']['one'].lower()\nreturn True",
      stage: "validation",
    },
  ]);
  const run = await runtime.flow("f").start();
  await run.respond({ one: "LOUD" });
  expect(await contextOf(store, run)).toMatchObject({ prompt_data: { one: "loud" } });
});

test("the pending user's fields live in the plan, not in the store", async () => {
  const { runtime, store } = await prompts([
    { source: "request.user.email = 'n@example.com'\nrequest.user.attributes['b'] = 2\nreturn True" },
    {
      source:
        "user = context['pending_user']\ncontext['flow_plan'].context['seen'] = [user.email, user.attributes]\nreturn True",
      stage: 1,
    },
  ]);
  const run = await runtime.flow("f").start({ context: { pending_user: "marie" } });
  await run.respond({ one: "x" });
  expect(await contextOf(store, run)).toMatchObject({ seen: ["n@example.com", { a: 1, b: 2 }] });
  const [row] = await store.read((tx) => tx.list("authentik_core.user"));
  expect(row?.email).toBe("m@example.com");
});

test("a policy can put a new user in the plan", async () => {
  const { runtime, store } = await prompts([
    {
      source:
        "from authentik.core.models import User\ncontext['flow_plan'].context['pending_user'] = User(username='new', email='new@example.com')\nreturn True",
    },
    {
      source:
        "context['flow_plan'].context['seen'] = [context['pending_user'].username, context['pending_user'].pk]\nreturn True",
      stage: 1,
    },
  ]);
  const run = await runtime.flow("f").start();
  await run.respond({ one: "x" });
  expect(await contextOf(store, run)).toMatchObject({ seen: ["new", null], pending_user: { pk: null } });
});

test("a redirect comes after the current stage", async () => {
  const { runtime } = await prompts([
    { source: "context['flow_plan'].redirect('https://example.com/away')\nreturn False" },
  ]);
  const run = await runtime.flow("f").start();
  expect(run.challenge).toEqual({ component: "xak-flow-redirect", to: "https://example.com/away" });
  const { runtime: kept } = await prompts([
    {
      source:
        "if 'done' not in context:\n    context['flow_plan'].context['done'] = True\n    context['flow_plan'].redirect('/away')\nreturn True",
    },
  ]);
  const second = await kept.flow("f").start();
  expect(second.challenge).toMatchObject({ component: "ak-stage-prompt", fields: [{ field_key: "one" }] });
  expect(await second.respond({ one: "x" })).toEqual({ component: "xak-flow-redirect", to: "/away" });
});

test("what a policy did before it raised stays done", async () => {
  const { runtime, store } = await prompts([
    { source: "context['flow_plan'].context['x'] = 1\nreturn 1 / 0", stage: 1 },
    { source: "context['flow_plan'].context['x'] = 1\nreturn True" },
  ]);
  const run = await runtime.flow("f").start();
  expect(await contextOf(store, run)).toEqual({ x: 1 });
});
