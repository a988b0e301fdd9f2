// A flow as a blueprint: the flow, its stages and what these stand on, and the policies that guard them.
import type { JsonObject } from "../../engine/types.ts";
import type { ModelName, Row, Snapshot } from "../../runtime/index.ts";
import type { Reference } from "../../runtime/models/model.ts";
import { modelOf, targetsOf } from "../../runtime/models/registry.ts";
import { yamlText } from "../../yaml/write.ts";
import type { AnyRow } from "../resources/resource.ts";

/** Rows that a stage or binding brings along: policies, prompts, mappings. Stages and flows it refers to are named only. */
const BROUGHT: readonly ModelName[] = [
  "authentik_stages_prompt.prompt",
  "authentik_policies_expression.expressionpolicy",
  "authentik_events.notificationwebhookmapping",
];

/**
 * The blueprint's text. Objects keep their pks, so that applying it where it comes from changes nothing. What is never
 * shown (credentials of SMS stages) is not in it. Bindings to users and groups are left out: these are another
 * installation's.
 */
export function exportFlow(tx: Snapshot, flow: Row<"authentik_flows.flow">): string {
  const entries = new Entries(tx);
  const bindings = tx
    .list("authentik_flows.flowstagebinding", { target: flow.pk })
    .sort((a, b) => a.order - b.order);
  entries.add("authentik_flows.flow", flow as unknown as AnyRow);
  for (const { stage } of bindings) entries.addReferred("authentik_flows.flowstagebinding", "stage", stage);
  for (const binding of bindings)
    entries.add("authentik_flows.flowstagebinding", binding as unknown as AnyRow);
  for (const target of [flow.pk, ...bindings.map(({ pk }) => pk)]) {
    for (const binding of tx.list("authentik_policies.policybinding", { target })) {
      if (binding.policy !== null)
        entries.add("authentik_policies.policybinding", binding as unknown as AnyRow);
    }
  }
  const metadata = { name: `Flow ${flow.name}` };
  return yamlText({ version: 1, metadata, entries: entries.list });
}

class Entries {
  readonly list: JsonObject[] = [];
  readonly #tx: Snapshot;
  readonly #done = new Set<string>();
  constructor(tx: Snapshot) {
    this.#tx = tx;
  }

  /** Adds a row after the rows that it brings along. */
  add(model: ModelName, row: AnyRow): void {
    const key = `${model} ${row.pk}`;
    if (this.#done.has(key)) return;
    this.#done.add(key);
    const { references, secrets, schema } = modelOf(model);
    for (const [field, reference] of Object.entries(references) as [string, Reference][]) {
      if (!targetsOf(reference).some((target) => BROUGHT.includes(target))) continue;
      const value = row[field];
      for (const pk of Array.isArray(value) ? value : [value])
        this.addReferred(model, field, pk as string | null);
    }
    const fields = Object.keys(schema.shape).filter(
      (field) => !(secrets as readonly string[]).includes(field) && !TIMES.includes(field),
    );
    const attrs = Object.fromEntries(fields.map((field) => [field, row[field]]));
    this.list.push({ model, state: "present", identifiers: { pk: row.pk }, attrs });
  }

  /** Adds the row that a field refers to. */
  addReferred(model: ModelName, field: string, pk: string | null): void {
    if (pk === null) return;
    const reference = (modelOf(model).references as { readonly [field: string]: Reference })[field];
    for (const target of targetsOf(reference)) {
      const row = this.#tx.get(target, pk);
      if (row !== undefined) this.add(target, row as unknown as AnyRow);
    }
  }
}

/** When a row was made and changed is not what it is. */
const TIMES: readonly string[] = ["created", "last_updated"];
