// Stages and their flows as the API shows them.
import type { JsonObject } from "../../engine/types.ts";
import { DEFAULT_BACKGROUND } from "../../runtime/flow/challenge.ts";
import { findStage } from "../../runtime/flow/stage-lookup.ts";
import type { Row } from "../../runtime/index.ts";
import { shapeOf } from "../../runtime/models/fields.ts";
import { flow } from "../../runtime/models/flow.ts";
import { objectSchema, type Schema } from "../openapi.ts";
import { fieldSchema, listOf, META_NAMES, TEXT, UUID } from "../resources/description.ts";
import { metaNames, namingOf } from "../resources/model-names.ts";
import type { Found } from "../resources/resource.ts";
import type { View } from "../resources/view.ts";

/** What a flow shows beside its fields wherever it is shown. */
export const FLOW_ADDRESSES: { readonly [name: string]: Schema } = {
  policybindingmodel_ptr_id: UUID,
  background_url: TEXT,
  export_url: TEXT,
};

const SHORT_FLOW_FIELDS = [
  "name",
  "slug",
  "title",
  "designation",
  "policy_engine_mode",
  "compatibility_mode",
  "layout",
  "denied_action",
];

/** The schema of a flow as its stages show it. */
const FLOW_SET: Schema = objectSchema({
  pk: UUID,
  ...Object.fromEntries(
    SHORT_FLOW_FIELDS.map((field) => [field, fieldSchema(shapeOf(flow.schema.shape[field as "name"]))]),
  ),
  ...FLOW_ADDRESSES,
});

/** What {@link stageView} adds to a stage's own fields. */
export const STAGE_VIEW: { readonly [name: string]: Schema } = {
  component: TEXT,
  ...META_NAMES,
  flow_set: listOf(FLOW_SET),
};

/** What all stages show. */
export function stageView(view: View, { model, row }: Found): JsonObject {
  return {
    pk: row.pk,
    name: row.name,
    component: namingOf(model).component,
    ...metaNames(model),
    flow_set: flowsOf(view, row.pk as string),
  };
}

/** The stage with this pk, of any kind, with what all stages show. */
export function stageObject(view: View, pk: string): JsonObject {
  const found = findStage(view.tx, pk);
  // A binding cannot be without its stage: deleting the stage deletes it.
  if (found === undefined) throw new Error(`there is no stage ${pk}`);
  return stageView(view, { model: found.model, row: found.stage as Found["row"] });
}

/** The flows that a stage is bound to, each once. */
function flowsOf(view: View, stage: string): JsonObject[] {
  const bindings = view.tx.list("authentik_flows.flowstagebinding", { stage });
  const flows = new Set(bindings.map(({ target }) => target));
  return [...flows].flatMap((pk) => {
    const flow = view.tx.get("authentik_flows.flow", pk);
    return flow === undefined ? [] : [flowInShort(flow)];
  });
}

function flowInShort(flow: Row<"authentik_flows.flow">): JsonObject {
  const fields = SHORT_FLOW_FIELDS.map((field) => [field, flow[field as "name"]]);
  return { pk: flow.pk, ...Object.fromEntries(fields), ...flowAddresses(flow) };
}

/** What a flow shows beside its fields wherever it is shown. */
export function flowAddresses({ pk, slug, background }: Row<"authentik_flows.flow">) {
  return {
    policybindingmodel_ptr_id: pk,
    background_url: background === "" ? DEFAULT_BACKGROUND : background,
    export_url: `/api/v3/flows/instances/${slug}/export/`,
  };
}
