// The flow inspector: for superusers, and without what people typed in confidence.
import { FlowsApi } from "@goauthentik/api";
import { afterEach, expect, test } from "vitest";
import { dummies } from "../runtime/flow/dummy-flow.ts";
import { type Client, type Running, startServer } from "./server-under-test.ts";

let running: Running | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

const EXECUTOR = "/api/v3/flows/executor/f/?query=";
const INSPECTOR = "/api/v3/flows/inspector/f/";

async function served() {
  const flow = await dummies(["one", "two"]);
  running = await startServer({ on: flow.at });
  return { ...flow, running, admin: await running.browser("akadmin") };
}

/** The answer without the judge: where no stage follows, authentik's own answer is not as its description says. */
async function raw(running: Running, browser: Client): Promise<{ status: number; text: string }> {
  const cookie = `authentik_session=${browser.cookies.get("authentik_session")}`;
  const response = await fetch(new URL(INSPECTOR, running.url), { headers: { cookie } });
  return { status: response.status, text: await response.text() };
}

test("shows the current stage, the next one and the context", async () => {
  const { admin, bindings } = await served();
  await admin.once(EXECUTOR);
  const shown = await new FlowsApi(admin.configuration()).flowsInspectorGet({ flowSlug: "f" });
  expect(shown).toMatchObject({
    plans: [],
    isCompleted: false,
    currentPlan: {
      currentStage: { pk: bindings[0]?.pk, stageObj: { name: "one" } },
      nextPlannedStage: { pk: bindings[1]?.pk, stageObj: { name: "two" } },
      planContext: {},
    },
  });
});

test("stages that are done are shown in order, without what was known then", async () => {
  const { admin, bindings } = await served();
  await admin.once(EXECUTOR, { method: "POST" });
  const body = JSON.parse((await raw(running as Running, admin)).text);
  expect(body.plans).toMatchObject([
    {
      current_stage: { pk: bindings[0]?.pk },
      next_planned_stage: { pk: bindings[1]?.pk },
      plan_context: {},
      session_id: body.current_plan.session_id,
    },
  ]);
  expect(body.current_plan.current_stage.pk).toBe(bindings[1]?.pk);
});

test("hides secrets and numbers of the context", async () => {
  const { admin, at, pk } = await served();
  const [marie] = await at.rows("authentik_core.user");
  const started = await at.runtime.executor.start("f", {
    context: {
      pending_user: marie.pk,
      prompt_data: { password: "canary-pass", phone: "+12025550173", color: "red" },
    },
  });
  expect(pk).toBeDefined();
  const inspected = await at.runtime.executor.inspect(started.session ?? "");
  expect(inspected?.context).toEqual({
    pending_user: { pk: marie.pk, username: "marie", email: "" },
    prompt_data: { password: "********************", phone: "+*******0173", color: "red" },
  });
  expect((await admin.once(INSPECTOR)).status).toBe(400);
});

test("with nothing in progress it is an empty 400, with an unknown flow a 404", async () => {
  const { admin, running } = await served();
  expect(await raw(running, admin)).toEqual({ status: 400, text: "" });
  expect((await admin.once("/api/v3/flows/inspector/none/")).status).toBe(404);
});

test("at the last stage the next one is what authentik shows for none", async () => {
  const { admin, running } = await served();
  await admin.once(EXECUTOR, { method: "POST" });
  const { text } = await raw(running, admin);
  expect(JSON.parse(text)).toMatchObject({
    current_plan: { current_stage: { stage_obj: { name: "two" } }, next_planned_stage: { stage: null } },
  });
});

test("is for superusers only", async () => {
  const { running } = await served();
  expect((await (await running.browser("marie")).once(INSPECTOR)).status).toBe(403);
  expect((await (await running.browser()).once(INSPECTOR)).status).toBe(403);
});
