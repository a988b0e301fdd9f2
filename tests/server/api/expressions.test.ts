// Policies, mappings and prompts: what is written in Python is compiled when it is saved, and can be tried.
import { PoliciesApi, PropertymappingsApi } from "@goauthentik/api";
import { expect, test } from "vitest";
import { pythonJson } from "../../../server/api/python-json.ts";
import { managementUnderTest } from "./management.ts";

const at = managementUnderTest();

let count = 0;
async function policy(expression: string): Promise<string> {
  count += 1;
  return (await at.create("/policies/expression/", { name: `p${count}`, expression })).pk;
}

async function mapping(expression: string): Promise<string> {
  count += 1;
  return (await at.create("/propertymappings/notification/", { name: `m${count}`, expression })).pk;
}

const tryPolicy = async (expression: string, body: object = { user: at.running.admin }) =>
  at.ask("POST", `/policies/all/${await policy(expression)}/test/`, body);
const tryMapping = async (expression: string, body: object = {}, query = "") =>
  at.ask("POST", `/propertymappings/all/${await mapping(expression)}/test/${query}`, body);

test("an expression that is not Python is not saved", async () => {
  const refused = {
    status: 400,
    body: { expression: ["Expression Syntax Error: invalid syntax (temp-policy, line 1)"] },
  };
  expect(await at.ask("POST", "/policies/expression/", { name: "bad", expression: ";" })).toEqual(refused);
  const pk = await policy("return True");
  expect(
    (await at.ask("PATCH", `/policies/expression/${pk}/`, { expression: ";" })).body.expression[0],
  ).toMatch(/^Expression Syntax Error: invalid syntax \(p\d+, line 1\)$/);
  expect(
    (await at.ask("POST", "/propertymappings/notification/", { name: "bad", expression: "return (" })).body,
  ).toEqual({
    expression: [expect.stringMatching(/^Expression Syntax Error: '\(' was never closed /)],
  });
  // Names are looked up when it runs.
  await policy("return no_such_name");
});

test("authentik's own client sees a policy, and how often it is bound", async () => {
  const policies = new PoliciesApi(at.running.client().configuration());
  const pk = await policy("return True");
  await at.create("/stages/prompt/stages/", { name: "uses it", fields: [], validation_policies: [pk] });
  const flow = await at.create("/flows/instances/", {
    name: "f",
    slug: "bound",
    title: "t",
    designation: "recovery",
  });
  await at.create("/policies/bindings/", { target: flow.pk, policy: pk, order: 0 });
  expect(await policies.policiesExpressionRetrieve({ policyUuid: pk })).toMatchObject({
    component: "ak-policy-expression-form",
    metaModelName: "authentik_policies_expression.expressionpolicy",
    verboseNamePlural: "Expression Policies",
    boundTo: 2,
    executionLogging: false,
    expression: "return True",
  });
  const bound = await policies.policiesAllList({ bindingsIsnull: false, promptstageIsnull: false });
  expect(bound.results.map((found) => found.pk)).toEqual([pk]);
  const free = await policies.policiesAllList({ bindingsIsnull: true });
  expect(free.results.map((found) => found.pk)).not.toContain(pk);
  expect(await policies.policiesAllTypesList()).toMatchObject([{ modelName: "expressionpolicy" }]);
});

test("a policy is tried: its answer, its messages and its logs; a failure is an answer too", async () => {
  const told = await tryPolicy(
    'ak_message("hi")\nak_logger.info("seen", n=1)\nreturn request.user.username == "akadmin"',
  );
  expect(told).toMatchObject({
    status: 200,
    body: {
      passing: true,
      messages: ["hi"],
      log_messages: [{ log_level: "info", event: "seen", attributes: { n: 1 } }],
    },
  });
  expect((await tryPolicy("return 0/0")).body).toMatchObject({
    passing: false,
    messages: ["division by zero"],
  });
  expect((await tryPolicy("True")).body).toMatchObject({ passing: false, messages: [] });
});

test("a trial's context is the one that is given; nothing is recorded", async () => {
  const before = (await at.rows("authentik_events.event")).length;
  const body = { user: at.running.admin, context: { geoip: "here" } };
  const told = await tryPolicy(
    'ak_create_event("x")\nreturn context == {"geoip": "here"} and request.debug',
    body,
  );
  expect(told.body.passing).toBe(true);
  const made = (await at.rows("authentik_events.event")).slice(before);
  expect(made.map(({ action }) => action)).toEqual(["model_created"]);
});

test("a trial needs a user who exists", async () => {
  expect(await tryPolicy("return True", {})).toEqual({
    status: 400,
    body: { user: ["This field is required."] },
  });
  expect(await tryPolicy("return True", { user: 99999, context: [] })).toEqual({
    status: 400,
    body: { user: ['Invalid pk "99999" - object does not exist.'], context: ["Value must be an object."] },
  });
  expect((await tryPolicy("return True", { user: "me" })).body).toEqual({
    user: ["Incorrect type. Expected pk value, received str."],
  });
});

test("a mapping is tried: its value as Python's JSON, sanitized", async () => {
  const expression =
    'return {"name": "Zoë", "list": [1, 0, "", "x"], "empty": {}, "float": 1.0, "none": None}';
  expect((await tryMapping(expression)).body).toEqual({
    successful: true,
    result: '{"name": "Zo\\u00eb", "list": [1, "x"], "empty": {}, "float": 1.0, "none": null}',
  });
  const { body } = await tryMapping('return {"a": [1, {"b": 2}], "c": []}', {}, "?format_result=true");
  expect(body.result).toBe(
    '{\n    "a": [\n        1,\n        {\n            "b": 2\n        }\n    ],\n    "c": []\n}',
  );
});

test("a mapping on trial sees the context's keys, the user and the group where they are given", async () => {
  const group = await at.create("/core/groups/", { name: "crew" });
  const given = { user: at.running.admin, group: group.pk, context: { token: "123" } };
  const expression =
    "return [user.username, group.name, token, request.user.username, request.context['token']]";
  expect((await tryMapping(expression, given)).body).toEqual({
    successful: true,
    result: '["akadmin", "crew", "123", "akadmin", "123"]',
  });
  const missing = await tryMapping("return user.username", { user: null });
  expect(missing.body.successful).toBe(false);
  expect(missing.body.result).toMatch(/NameError: name 'user' is not defined$/m);
  expect((await tryMapping("return 1", { user: 99999, group: "x" })).body).toEqual({
    user: ['Invalid pk "99999" - object does not exist.'],
    group: ["“x” is not a valid UUID."],
  });
});

test("webhook mappings show three fields; among all mappings they show what they are", async () => {
  const mappings = new PropertymappingsApi(at.running.client().configuration());
  const pk = await mapping("return {}");
  const { body } = await at.get(`/propertymappings/notification/${pk}/`);
  expect(Object.keys(body).sort()).toEqual(["expression", "name", "pk"]);
  expect(await mappings.propertymappingsAllRetrieve({ pmUuid: pk })).toMatchObject({
    component: "ak-property-mapping-notification-form",
    verboseName: "Webhook Mapping",
    metaModelName: "authentik_events.notificationwebhookmapping",
  });
  await at.add("authentik_events.notificationwebhookmapping", {
    name: "managed",
    managed: "pack/one",
    expression: "return 1",
  });
  const names = async (query: string) =>
    (await at.get(`/propertymappings/all/?${query}`)).body.results.map(({ name }: { name: string }) => name);
  expect(await names("managed=pack/one")).toEqual(["managed"]);
  expect(await names("managed__isnull=false")).toEqual(["managed"]);
  expect(await names("managed__isnull=true")).not.toContain("managed");
});

const prompt = { name: "n", field_key: "k", label: "L", type: "text" };

test("a prompt is previewed as a flow would show it, saved or not", async () => {
  const shown = await at.ask("POST", "/stages/prompt/prompts/preview/", {
    ...prompt,
    placeholder: 'return "Hello " + user.username',
    placeholder_expression: true,
    initial_value: "start",
  });
  expect(shown).toMatchObject({
    status: 200,
    body: {
      component: "ak-stage-prompt",
      fields: [
        { field_key: "k", placeholder: "Hello akadmin", initial_value: "start", required: true, order: 0 },
      ],
    },
  });
  expect(await at.rows("authentik_stages_prompt.prompt")).toEqual([]);
  await at.create("/stages/prompt/prompts/", prompt);
  expect((await at.ask("POST", "/stages/prompt/prompts/preview/", prompt)).status).toBe(200);
});

test("a prompt shows the text of any value: dates, UUIDs, the user", async () => {
  const shown = async (source: string, more: object = {}) => {
    const { body } = await at.ask("POST", "/stages/prompt/prompts/preview/", {
      ...prompt,
      initial_value: source,
      initial_value_expression: true,
      ...more,
    });
    return body.fields[0].initial_value;
  };
  expect(await shown("import datetime\nreturn datetime.date(2026, 1, 2)", { type: "date" })).toBe(
    "2026-01-02",
  );
  expect(await shown("import datetime\nreturn datetime.datetime(2026, 1, 2, 3, 4)")).toBe(
    "2026-01-02 03:04:00",
  );
  expect(await shown("import uuid\nreturn uuid.UUID(int=1)")).toBe("00000000-0000-0000-0000-000000000001");
  expect(await shown("return user")).toBe("akadmin");
});

test("a prompt whose expression fails is told so, with nothing recorded", async () => {
  const before = (await at.rows("authentik_events.event")).length;
  const body = { ...prompt, initial_value: "return 1/0", initial_value_expression: true };
  const refused = await at.ask("POST", "/stages/prompt/prompts/preview/", body);
  expect(refused.status).toBe(400);
  expect(refused.body.non_field_errors).toEqual([
    expect.stringContaining("ZeroDivisionError: division by zero"),
  ]);
  expect(await at.rows("authentik_events.event")).toHaveLength(before);
});

test("a prompt shows the stages that use it", async () => {
  const made = await at.create("/stages/prompt/prompts/", { ...prompt, name: "used" });
  const stage = await at.create("/stages/prompt/stages/", { name: "user of it", fields: [made.pk] });
  const { body } = await at.get(`/stages/prompt/prompts/${made.pk}/`);
  expect(body.prompt_stages_obj).toEqual([stage]);
  expect(
    (await at.ask("POST", "/stages/prompt/prompts/", { ...prompt, name: "x", type: "rune" })).body,
  ).toEqual({
    type: ['"rune" is not a valid choice.'],
  });
});

test.each([
  ["[]", "[]", "[]"],
  ['{"a":{}}', '{"a": {}}', '{\n    "a": {}\n}'],
  [
    '"a\\"\\u007f€\u{1f600}\\n"',
    '"a\\"\\u007f\\u20ac\\ud83d\\ude00\\n"',
    '"a\\"\\u007f\\u20ac\\ud83d\\ude00\\n"',
  ],
  [
    "[1e400,-0.0,12345678901234567890]",
    "[1e400, -0.0, 12345678901234567890]",
    "[\n    1e400,\n    -0.0,\n    12345678901234567890\n]",
  ],
])("%s is written as Python does", (json, line, indented) => {
  expect(pythonJson(json, 0)).toBe(line);
  expect(pythonJson(json, 4)).toBe(indented);
});
