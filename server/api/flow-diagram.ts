// A flow as a diagram in Mermaid's language: policies that guard it, its stages, and the policies that guard these.
import { findStage } from "../../runtime/flow/stage-lookup.ts";
import type { Row, Snapshot } from "../../runtime/index.ts";
import { modelOf } from "../../runtime/models/registry.ts";

/** A box, and the arrows that lead to it. */
interface Box {
  readonly id: string;
  readonly text: string;
}

/** The diagram's text. */
export function flowDiagram(tx: Snapshot, flow: Row<"authentik_flows.flow">): string {
  const diagram = new Diagram();
  const start: Box = { id: "flow_start", text: `Flow\n${flow.name}` };
  const end: Box = { id: "done", text: "End of the flow" };
  const guards = policiesOf(tx, flow.pk, "flow_policy");
  if (guards.length > 0) {
    const before: Box = { id: "flow_pre", text: "Pre-flow policies" };
    diagram.box(before);
    for (const { box, order } of guards) diagram.arrow(before, box, `Binding ${order}`);
    for (const { box } of guards) diagram.arrow(box, end, "Policy denied");
    for (const { box } of guards) diagram.arrow(box, start);
  } else diagram.box(start);
  let before: readonly Box[] = [start];
  // Policies that were not met lead past their stage.
  let past: readonly Box[] = [];
  const bindings = tx
    .list("authentik_flows.flowstagebinding", { target: flow.pk })
    .sort((a, b) => a.order - b.order);
  for (const [index, binding] of bindings.entries()) {
    const stage = stageBox(tx, binding.stage, `stage_${index}`);
    const policies = policiesOf(tx, binding.pk, `stage_${index}_policy`).map(({ box }) => box);
    const first = policies.length > 0 ? policies : [stage];
    for (const box of first) {
      for (const source of before) diagram.arrow(source, box);
      for (const source of past) diagram.arrow(source, box, "Policy denied");
    }
    for (const policy of policies) diagram.arrow(policy, stage, "Policy passed");
    before = [stage];
    past = policies;
  }
  for (const source of before) diagram.arrow(source, end);
  for (const source of past) diagram.arrow(source, end, "Policy denied");
  return diagram.toString();
}

function stageBox(tx: Snapshot, pk: string, id: string): Box {
  const found = findStage(tx, pk);
  const name = found !== undefined && "name" in found.stage ? found.stage.name : pk;
  return { id, text: `Stage (${found === undefined ? "?" : modelOf(found.model).label})\n${name}` };
}

const POLICY = "authentik_policies_expression.expressionpolicy";

function policiesOf(tx: Snapshot, target: string, id: string): { box: Box; order: number }[] {
  return tx
    .list("authentik_policies.policybinding", { target })
    .sort((a, b) => a.order - b.order)
    .flatMap(({ policy, order }) => {
      const row = policy === null ? undefined : tx.get(POLICY, policy);
      return row === undefined ? [] : [{ text: `Policy (${modelOf(POLICY).label})\n${row.name}`, order }];
    })
    .map(({ text, order }, index) => ({ box: { id: `${id}_${index}`, text }, order }));
}

class Diagram {
  readonly #lines: string[] = ["graph TD"];

  box(box: Box): void {
    this.#lines.push(drawn(box));
  }

  arrow(from: Box, to: Box, label?: string): void {
    const arrow = label === undefined ? "-->" : `--${label}-->`;
    this.#lines.push(`${from.id} ${arrow} ${drawn(to)}`);
  }

  toString(): string {
    return this.#lines.join("\n");
  }
}

/** Quotes in a name would end the box's text. */
function drawn({ id, text }: Box): string {
  return `${id}["${text.replaceAll('"', "#quot;")}"]`;
}
