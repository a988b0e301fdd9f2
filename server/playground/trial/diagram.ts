// A flow as the page draws it: its stages in order, and what decides about each.
import type { JsonObject } from "../../../engine/types.ts";
import { findStage } from "../../../runtime/flow/stage-lookup.ts";
import type { Row, Snapshot } from "../../../runtime/index.ts";
import { modelOf } from "../../../runtime/models/registry.ts";
import type { DiagramPolicy, DiagramStage, FlowDiagram } from "../trial-api.ts";

const POLICY = "authentik_policies_expression.expressionpolicy";

/** The diagram of a flow. */
export function diagramOf(tx: Snapshot, flow: Row<"authentik_flows.flow">): FlowDiagram {
  const { pk, slug, name, policy_engine_mode: mode } = flow;
  const stages = tx
    .list("authentik_flows.flowstagebinding", { target: pk })
    .sort((a, b) => a.order - b.order)
    .map((binding) => stageOf(tx, binding));
  return { pk, slug, name, mode, policies: boundTo(tx, pk), stages };
}

function stageOf(tx: Snapshot, binding: Row<"authentik_flows.flowstagebinding">): DiagramStage {
  const { pk, order, policy_engine_mode: mode } = binding;
  const found = findStage(tx, binding.stage);
  const stage = (found?.stage ?? {}) as JsonObject;
  return {
    binding: pk,
    order,
    name: String(stage.name ?? binding.stage),
    kind: found === undefined ? "" : modelOf(found.model).label,
    mode,
    policies: boundTo(tx, pk),
    validation: validationOf(tx, stage),
  };
}

function boundTo(tx: Snapshot, target: string): DiagramPolicy[] {
  return tx
    .list("authentik_policies.policybinding", { target })
    .sort((a, b) => a.order - b.order)
    .map(({ pk: key, policy, group, user, negate, enabled }): DiagramPolicy => {
      const shared = { key, negate, enabled };
      if (policy !== null) return { ...shared, kind: "policy", name: tx.get(POLICY, policy)?.name ?? policy };
      if (group !== null) {
        return { ...shared, kind: "group", name: tx.get("authentik_core.group", group)?.name ?? group };
      }
      const person = user === null ? undefined : tx.get("authentik_core.user", user);
      return { ...shared, kind: "user", name: person?.username ?? String(user) };
    });
}

/** The policies that a prompt stage, or a password stage's kin, names itself. */
function validationOf(tx: Snapshot, { validation_policies: pks }: JsonObject): DiagramPolicy[] {
  if (!Array.isArray(pks)) return [];
  return pks.map(String).map((key) => {
    return { key, kind: "policy", name: tx.get(POLICY, key)?.name ?? key, negate: false, enabled: true };
  });
}
