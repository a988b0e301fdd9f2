// Our own description against our own answers: what a list or an object shows is what the description says, no more.
import { Ajv } from "ajv";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RESOURCES } from "../../../server/api/resources.ts";
import { closeSharedEngine, type Management, manage } from "./management.ts";

let at: Management;
let ajv: Ajv;
beforeAll(async () => {
  at = await manage();
  const add: Management["add"] = (model, row) => at.add(model, row);
  const flow = await add("authentik_flows.flow", {
    name: "f",
    slug: "f",
    title: "t",
    designation: "recovery",
  });
  const policy = await add("authentik_policies_expression.expressionpolicy", {
    name: "p",
    expression: "return 1",
  });
  const prompt = await add("authentik_stages_prompt.prompt", {
    name: "p",
    field_key: "k",
    label: "l",
    type: "text",
  });
  const form = await at.create("/stages/prompt/stages/", { name: "form", fields: [prompt.pk] });
  const sms = await at.create("/stages/authenticator/sms/", {
    name: "sms",
    provider: "generic",
    from_number: "1",
    account_sid: "https://x.example",
    auth: "a",
  });
  const named: { readonly [path: string]: object } = {
    "/stages/authenticator/validate/": {},
    "/stages/deny/": {},
    "/stages/dummy/": {},
    "/stages/identification/": {},
    "/stages/password/": { backends: ["authentik.core.auth.InbuiltBackend"] },
    "/stages/user_login/": {},
    "/stages/user_logout/": {},
    "/stages/user_write/": {},
  };
  for (const { path } of RESOURCES) {
    if (path in named) await at.create(path, { name: path, ...named[path] });
  }
  const binding = await add("authentik_flows.flowstagebinding", {
    target: flow.pk,
    stage: form.pk,
    order: 0,
  });
  const group = await add("authentik_core.group", { name: "crew" });
  for (const what of [{ policy: policy.pk }, { group: group.pk }, { user: at.running.admin }]) {
    await add("authentik_policies.policybinding", { target: binding.pk, order: 0, ...what });
  }
  await add("authentik_events.notificationwebhookmapping", { name: "m", expression: "return 1" });
  await add("authentik_stages_authenticator_sms.smsdevice", {
    user: at.running.admin,
    stage: sms.pk,
    phone_number: "+1",
    name: "d",
  });
  await add("authentik_brands.brand", { domain: "d" });
  await at.create("/managed/blueprints/", { name: "b", content: "version: 1\nentries: []\n" });

  const { body } = await at.get("/schema/");
  ajv = new Ajv({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "ours", components: closed(body.components) as object });
});
afterAll(async () => {
  await at.running.close();
  await closeSharedEngine();
});

/** Schemas that refuse what they do not name, and whose references lead to {@link ajv}'s. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const { nullable, ...node } = schema as { [key: string]: unknown };
  if (nullable === true) return { anyOf: [{ type: "null" }, closed(node)] };
  if (typeof node.$ref === "string") return { $ref: `ours${node.$ref}` };
  const inner = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  return node.type === "object" && "properties" in node && !("additionalProperties" in node)
    ? { ...inner, additionalProperties: false }
    : inner;
}

test.each(RESOURCES.filter(({ operations }) => operations.includes("list")))(
  "$path",
  async ({ path, object, shownPk, lookup }) => {
    const list = await at.get(path);
    expect(list.body.results).not.toEqual([]);
    const isPage = ajv.getSchema(`ours#/components/schemas/Paginated${object}List`);
    const isObject = ajv.getSchema(`ours#/components/schemas/${object}`);
    expect(isPage?.(list.body), JSON.stringify(isPage?.errors)).toBe(true);
    const key = lookup === "pk" ? shownPk : lookup;
    const item = await at.get(`${path}${list.body.results[0][key]}/`);
    expect(isObject?.(item.body), JSON.stringify(isObject?.errors)).toBe(true);
    expect(item.body).toEqual(list.body.results[0]);
  },
);
