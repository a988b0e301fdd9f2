// Flows, their bindings, and what is bound to these.
import { FlowsApi } from "@goauthentik/api";
import { expect, test } from "vitest";
import { managementUnderTest } from "./management.ts";

const at = managementUnderTest();

const flow = (slug: string, more: object = {}) => ({
  name: slug,
  slug,
  title: `Title of ${slug}`,
  designation: "authentication",
  ...more,
});

/** A flow with a deny stage and a dummy stage, and a policy on the flow and on the first stage. */
async function furnished(slug: string) {
  const { pk } = await at.create("/flows/instances/", flow(slug));
  const deny = await at.create("/stages/deny/", { name: `deny "${slug}"` });
  const dummy = await at.create("/stages/dummy/", { name: `dummy ${slug}` });
  const second = await at.create("/flows/bindings/", { target: pk, stage: dummy.pk, order: 20 });
  const first = await at.create("/flows/bindings/", { target: pk, stage: deny.pk, order: 10 });
  const policy = await at.create("/policies/expression/", {
    name: `policy ${slug}`,
    expression: "return True",
  });
  for (const target of [pk, first.pk]) {
    await at.create("/policies/bindings/", { target, policy: policy.pk, order: 0 });
  }
  return { pk, deny, dummy, first, second, policy };
}

test("authentik's own client makes a flow, with its defaults and addresses", async () => {
  const flows = new FlowsApi(at.running.client().configuration());
  const made = await flows.flowsInstancesCreate({
    flowRequest: { name: "Log in", slug: "log-in", title: "Welcome", designation: "authentication" },
  });
  expect(made).toMatchObject({
    slug: "log-in",
    policyEngineMode: "any",
    deniedAction: "message_continue",
    authentication: "none",
    layout: "stacked",
    compatibilityMode: false,
    background: "",
    backgroundUrl: "/static/dist/assets/images/flow_background.jpg",
    exportUrl: "/api/v3/flows/instances/log-in/export/",
    stages: [],
    policies: [],
    cacheCount: 0,
    policybindingmodelPtrId: made.pk,
  });
  expect((await flows.flowsInstancesRetrieve({ slug: "log-in" })).pk).toBe(made.pk);
  const renamed = await flows.flowsInstancesPartialUpdate({
    slug: "log-in",
    patchedFlowRequest: { slug: "hello" },
  });
  expect(renamed.slug).toBe("hello");
  await expect(flows.flowsInstancesRetrieve({ slug: "log-in" })).rejects.toThrow();
});

test("a slug may be long, as in authentik", async () => {
  const slug = "long-".repeat(40);
  await at.create("/flows/instances/", flow(slug));
  expect((await at.get(`/flows/instances/${slug}/`)).body.slug).toBe(slug);
  expect((await at.get(`/flows/executor/${slug}/?query=`)).status).toBe(200);
});

test("a slug is checked, and taken once", async () => {
  await at.create("/flows/instances/", flow("once"));
  expect((await at.ask("POST", "/flows/instances/", flow("once"))).body).toEqual({
    slug: ["Flow with this slug already exists."],
  });
  expect((await at.ask("POST", "/flows/instances/", flow("no blanks"))).body).toEqual({
    slug: ["Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."],
  });
  expect(await at.get("/flows/instances/never/")).toEqual({
    status: 404,
    body: { detail: "No Flow matches the given query." },
  });
});

test("a flow shows its stages and policies in their order; a binding shows its stage", async () => {
  const { deny, dummy, first, second, policy } = await furnished("order");
  const { body } = await at.get("/flows/instances/order/");
  expect(body.stages).toEqual([deny.pk, dummy.pk]);
  expect(body.policies).toEqual([policy.pk]);
  expect(first).toMatchObject({
    evaluate_on_plan: false,
    re_evaluate_policies: true,
    invalid_response_action: "retry",
    policybindingmodel_ptr_id: first.pk,
    stage_obj: { pk: deny.pk, component: "ak-stage-deny-form" },
  });
  const bindings = await at.get(`/flows/bindings/?target=${body.pk}&ordering=order`);
  expect(bindings.body.results.map(({ pk }: { pk: string }) => pk)).toEqual([first.pk, second.pk]);
  const guarded = await at.get(`/flows/bindings/?policies=${policy.pk}`);
  expect(guarded.body.results.map(({ pk }: { pk: string }) => pk)).toEqual([first.pk]);
});

test("a stage is bound to a place of a flow once", async () => {
  const { pk, deny } = await furnished("twice");
  const refused = await at.ask("POST", "/flows/bindings/", { target: pk, stage: deny.pk, order: 10 });
  expect(refused).toEqual({
    status: 400,
    body: { non_field_errors: ["The fields target, stage, order must make a unique set."] },
  });
});

test("a stage is bound so that its policies are asked, when planning or when it is its turn", async () => {
  const { first } = await furnished("asked");
  const path = `/flows/bindings/${first.pk}/`;
  expect(await at.ask("PATCH", path, { re_evaluate_policies: false })).toEqual({
    status: 400,
    body: { non_field_errors: ["Either evaluation on plan or evaluation on run must be enabled"] },
  });
  expect((await at.ask("PATCH", path, { evaluate_on_plan: true })).status).toBe(200);
  expect((await at.ask("PATCH", path, { re_evaluate_policies: false })).status).toBe(200);
});

test("bindings are searched by the names of what they bind", async () => {
  const { pk, first, second } = await furnished("searched");
  const found = async (path: string) =>
    (await at.get(path)).body.results.map((binding: { pk: string }) => binding.pk);
  expect(await found(`/flows/bindings/?target=${pk}`)).toEqual([first.pk, second.pk]);
  expect(await found(`/flows/bindings/?target=${pk}&search=DUMMY`)).toHaveLength(1);
  expect(await found(`/flows/bindings/?target=${pk}&search=nothing`)).toEqual([]);
  const bound = await found("/policies/bindings/?search=searched");
  expect(bound.length).toBeGreaterThan(0);
  expect(await found("/policies/bindings/?search=%22policy+searched%22")).toEqual(bound);
});

test("what is bound to a flow goes with it; used_by says so before", async () => {
  const { first } = await furnished("doomed");
  const { body } = await at.get("/flows/instances/doomed/used_by/");
  expect(
    body.map(({ model_name, action }: { model_name: string; action: string }) => [model_name, action]),
  ).toEqual([
    ["flowstagebinding", "cascade"],
    ["flowstagebinding", "cascade"],
    ["policybinding", "cascade"],
  ]);
  expect((await at.ask("DELETE", "/flows/instances/doomed/")).status).toBe(204);
  expect((await at.get(`/flows/bindings/${first.pk}/`)).status).toBe(404);
});

test("a policy binding names exactly one of policy, group and user", async () => {
  const { pk, policy } = await furnished("one-of");
  const both = { target: pk, order: 5, policy: policy.pk, user: at.running.admin };
  expect((await at.ask("POST", "/policies/bindings/", both)).body).toEqual({
    non_field_errors: ["Only one of 'policy', 'group', 'user' can be set."],
  });
  expect((await at.ask("POST", "/policies/bindings/", { target: pk, order: 5 })).body).toEqual({
    non_field_errors: ["One of 'policy', 'group', 'user' must be set."],
  });
  const bound = await at.create("/policies/bindings/", { target: pk, order: 5, user: at.running.admin });
  expect(bound).toMatchObject({
    target: pk,
    policy_obj: null,
    group_obj: null,
    user_obj: { username: "akadmin" },
    enabled: true,
    negate: false,
    timeout: 30,
    failure_result: false,
    expires: null,
    expiring: false,
  });
  const off = await at.ask("PATCH", `/policies/bindings/${bound.pk}/`, { enabled: false });
  expect(off.body).toMatchObject({ enabled: false, user: at.running.admin });
  const targets = `target_in=${pk}&target_in=${(await furnished("other")).first.pk}`;
  expect((await at.get(`/policies/bindings/?${targets}`)).body.pagination.count).toBe(3);
  expect((await at.get(`/policies/bindings/?target=${pk}&policy__isnull=true`)).body.results).toEqual([
    off.body,
  ]);
});

test("a flow that is exported and applied again is unchanged; credentials are not in it", async () => {
  const { pk, policy } = await furnished("export");
  const sms = await at.create("/stages/authenticator/sms/", {
    name: "sms of export",
    provider: "twilio",
    from_number: "+1",
    account_sid: "AC",
    auth: "canary-auth",
  });
  const prompt = await at.create("/stages/prompt/prompts/", {
    name: "p",
    field_key: "phone",
    label: "Phone",
    type: "text",
  });
  const form = await at.create("/stages/prompt/stages/", {
    name: "form",
    fields: [prompt.pk],
    validation_policies: [policy.pk],
  });
  for (const [order, stage] of [sms, form].entries()) {
    await at.create("/flows/bindings/", { target: pk, stage: stage.pk, order: 30 + order });
  }
  const { status, body } = await at.get("/flows/instances/export/export/");
  expect(status).toBe(200);
  expect(body).not.toContain("canary");
  const report = await at.running.runtime.apply(body);
  expect(new Set(report.entries.map(({ action }) => action))).toEqual(new Set(["unchanged"]));
  expect(report.entries.map(({ model }) => model)).toContain("authentik_stages_prompt.prompt");
});

test("a flow's diagram has its policies, its stages and its end", async () => {
  await furnished("diagram");
  const { body } = await at.get("/flows/instances/diagram/diagram/");
  expect(body.diagram.split("\n")).toEqual([
    "graph TD",
    'flow_pre["Pre-flow policies"]',
    'flow_pre --Binding 0--> flow_policy_0["Policy (Expression Policy)',
    'policy diagram"]',
    'flow_policy_0 --Policy denied--> done["End of the flow"]',
    'flow_policy_0 --> flow_start["Flow',
    'diagram"]',
    'flow_start --> stage_0_policy_0["Policy (Expression Policy)',
    'policy diagram"]',
    'stage_0_policy_0 --Policy passed--> stage_0["Stage (Deny Stage)',
    'deny #quot;diagram#quot;"]',
    'stage_0 --> stage_1["Stage (Dummy Stage)',
    'dummy diagram"]',
    'stage_0_policy_0 --Policy denied--> stage_1["Stage (Dummy Stage)',
    'dummy diagram"]',
    'stage_1 --> done["End of the flow"]',
  ]);
});

test("a flow is opened by its link; one that does not apply is refused", async () => {
  await furnished("open");
  expect((await at.get("/flows/instances/open/execute/")).body).toEqual({
    link: `${at.running.url}/if/flow/open/`,
  });
  await at.create(
    "/flows/instances/",
    flow("guests", { authentication: "require_unauthenticated", designation: "enrollment" }),
  );
  expect(await at.get("/flows/instances/guests/execute/")).toMatchObject({
    status: 400,
    body: { non_field_errors: [expect.stringMatching(/^Flow not applicable to current user\/request: /)] },
  });
  expect(await at.rows("postern.flowsession")).toEqual([]);
});

test("there is no cache to look into", async () => {
  for (const area of ["/flows/instances/", "/policies/all/"]) {
    expect(await at.get(`${area}cache_info/`)).toEqual({ status: 200, body: { count: 0 } });
    expect(await at.ask("POST", `${area}cache_clear/`)).toEqual({ status: 204, body: undefined });
  }
});
