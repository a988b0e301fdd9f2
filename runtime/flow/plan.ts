// The plan of a flow in progress: which stages are still to come, and what is known so far. All of it is JSON.
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import type { ModelName } from "../store/contract.ts";

/** The context's key of the device that an SMS stage is setting up. */
export const SMS_DEVICE_KEY = "goauthentik.io/stages/authenticator_sms/sms_device";

/** One stage still to be run. */
export type PlannedStage = {
  /** pk of the flow-stage binding; null where another stage put this one into the plan. */
  binding: string | null;
  stage: string;
  model: ModelName;
  /** `reevaluate`: the binding's policies are asked on every request of this stage. */
  marker: "plain" | "reevaluate";
};

/** In the place of a stage: the flow ends here, elsewhere (`flow_plan.redirect(url)` of a policy). */
export type PlannedRedirect = { redirect: string };

/** A plan. Stages and bindings are kept by pk and read afresh on each request, so no secret of a stage is in here. */
export type Plan = {
  flow: string;
  stages: (PlannedStage | PlannedRedirect)[];
  context: JsonObject;
};

/** The plan context's `prompt_data`, or an empty object. */
export function promptData(context: JsonObject): JsonObject {
  const data = context.prompt_data;
  return isObject(data) ? data : {};
}

/** Whether a JSON value is an object. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The stages of a plan, without redirects. */
export function plannedStages(plan: Plan): PlannedStage[] {
  return plan.stages.filter((planned): planned is PlannedStage => !("redirect" in planned));
}

/** Puts a stage into the plan as the next one after the current one; no policies are bound to it. */
export function insertStage(plan: Plan, stage: { readonly model: ModelName; readonly pk: string }): void {
  plan.stages.splice(1, 0, { binding: null, stage: stage.pk, model: stage.model, marker: "plain" });
}
