// Blueprints with entries of models that Postern does not have: reported and left out where that is wanted.
import { afterEach, beforeEach, expect, it } from "vitest";
import { applyBlueprint, type BlueprintReport } from "../../../runtime/blueprint/apply.ts";
import { parseBlueprint } from "../../../runtime/blueprint/parse.ts";
import type { Store } from "../../../runtime/store/contract.ts";
import { memoryStore } from "../../../runtime/store/memory.ts";

let store: Store;
beforeEach(() => {
  store = memoryStore();
});
afterEach(() => store.close());

const TEXT = `version: 1
entries:
- model: authentik_flows.flow
  id: flow
  identifiers: {slug: enroll}
  attrs: {name: Enroll, title: Enroll, designation: enrollment}
- model: authentik_stages_captcha.captchastage
  id: captcha
  identifiers: {name: captcha}
  attrs: {public_key: key, private_key: key}
- model: authentik_flows.flowstagebinding
  id: binding
  identifiers: {target: !KeyOf flow, stage: !KeyOf captcha, order: 0}
- model: authentik_policies.policybinding
  identifiers: {target: !KeyOf binding, order: 0}
  attrs: {group: !Find [authentik_core.group, [name, staff]]}
- model: authentik_flows.flow
  identifiers: {slug: other}
  attrs:
    name: Other
    title: !Format ["%s", !Find [authentik_tenants.tenant, [name, x]]]
    designation: enrollment
`;
function apply(text: string): Promise<BlueprintReport> {
  const blueprint = parseBlueprint(text, { file: "b.yaml", unknownModels: "skip" });
  return applyBlueprint(store, blueprint, { unknownModels: "skip" });
}

it("they and what refers to them are left out, each with its line and the reason", async () => {
  const { entries, warnings } = await apply(TEXT);
  expect(entries.map(({ line, action, why }) => [line, action, why])).toEqual([
    [3, "created", undefined],
    [7, "unsupported", 'Postern has no model "authentik_stages_captcha.captchastage"'],
    [11, "unsupported", 'it refers to "captcha", which is left out'],
    [14, "unsupported", 'it refers to "binding", which is left out'],
    [
      17,
      "unsupported",
      "it looks for an object of authentik_tenants.tenant, a model that Postern does not have",
    ],
  ]);
  expect(warnings.map(({ line, what }) => `${line}: ${what}`)).toContain(
    '7: Postern has no model "authentik_stages_captcha.captchastage": this entry of authentik_stages_captcha.captchastage is left out',
  );
  expect(warnings.map(({ line, what }) => `${line}: ${what}`)).toContain(
    '11: it refers to "captcha", which is left out: this entry of authentik_flows.flowstagebinding is left out; what it would ask of people is not asked',
  );
  expect(warnings).toHaveLength(4);
  expect(await store.read((tx) => tx.list("authentik_flows.flow").map(({ slug }) => slug))).toEqual([
    "enroll",
  ]);
});

it("by default they are errors", () => {
  expect(() => parseBlueprint(TEXT, { file: "b.yaml" })).toThrow(/Postern has no model/);
});

it("rows that are made at work stay refused", async () => {
  const text = "version: 1\nentries:\n- model: authentik_events.event\n  identifiers: {pk: x}\n";
  await expect(async () => apply(text)).rejects.toThrow(/authentik_events\.event cannot be in a blueprint/);
});

it("an id that nobody has is an error still", async () => {
  const text = TEXT.replace("!KeyOf captcha", "!KeyOf captch");
  await expect(apply(text)).rejects.toThrow(/there is no entry with this id \(did you mean captcha\?\)/);
});
