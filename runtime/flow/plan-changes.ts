// What policies change: applied to the JSON they saw, for the next policy, and to the plan, for the rest of the flow.
import type { Change, JsonObject, JsonValue } from "../../engine/types.ts";
import { unsavedPerson } from "../users/person.ts";
import { applyChange } from "./json-change.ts";
import { isObject, type Plan, SMS_DEVICE_KEY } from "./plan.ts";

/** A request's view as the policies before left it. Values that are one object in the view stay one. */
export function changedView(view: JsonObject, changes: readonly Change[]): JsonObject {
  const copy = structuredClone(view);
  const context = isObject(copy.context) ? copy.context : {};
  const plan = isObject(context.flow_plan) ? context.flow_plan : {};
  const roots: { readonly [root: string]: JsonValue | undefined } = {
    context,
    flow_plan: plan,
    request: copy,
  };
  for (const change of changes) {
    if (change.op === "redirect") continue;
    const [root = "", ...path] = change.path;
    const target = roots[root];
    if (isObject(target)) applyChange(target, { ...change, path });
  }
  return copy;
}

/** Keeps in the plan what policies changed of it. */
export function changePlan(plan: Plan, changes: readonly Change[]): void {
  for (const change of changes) {
    if (change.op === "redirect") {
      // After the current stage, as authentik inserts it.
      plan.stages.splice(1, 0, { redirect: change.url });
      continue;
    }
    const [root, part, key, ...path] = change.path;
    // The device that is being set up is the stage's own; what policies see of it is not all there is.
    if (root !== "flow_plan" || part !== "context" || key === undefined || key === SMS_DEVICE_KEY) continue;
    if (key === "pending_user") changePending(plan.context, change, path);
    else applyChange(plan.context, { ...change, path: [key, ...path] });
  }
}

/** The pending user is kept by pk, with the changes; one that is not saved, by what is known of them. */
function changePending(
  context: JsonObject,
  change: Exclude<Change, { op: "redirect" }>,
  path: string[],
): void {
  if (path.length === 0) {
    const value = change.op === "set" ? change.value : null;
    if (!isObject(value)) delete context.pending_user;
    else if (typeof value.pk === "number") context.pending_user = { pk: value.pk };
    else context.pending_user = { pk: null, values: unsavedPerson(value) };
    return;
  }
  const reference = isObject(context.pending_user) ? context.pending_user : {};
  if (isObject(reference.values)) applyChange(reference.values, { ...change, path });
  else if (typeof reference.pk === "number") {
    const before = Array.isArray(reference.changes) ? reference.changes : [];
    reference.changes = [...before, { ...change, path } as unknown as JsonObject];
  }
}
