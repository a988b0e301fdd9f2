// The planner: whether a flow applies to a user, and which stages it will run.
import type { JsonObject } from "../../engine/types.ts";
import { FlowMisconfigured, PolicyUndecided } from "../errors.ts";
import { sensitiveTexts } from "../events/cleanse.ts";
import type { Bound } from "../policies/policy-engine.ts";
import type { Services } from "../services.ts";
import type { ModelName, Row, Snapshot } from "../store/contract.ts";
import { isSuperuser, type Person, pendingPerson } from "../users/person.ts";
import { planContextView } from "./expression-context.ts";
import type { HttpRequestData } from "./http-request.ts";
import { isObject, type Plan, type PlannedStage } from "./plan.ts";
import { changePlan } from "./plan-changes.ts";
import { findStage } from "./stage-lookup.ts";

type Flow = Row<"authentik_flows.flow">;

/** What a plan is made for. */
export interface PlanRequest {
  readonly flow: Flow;
  readonly user: Person | null;
  readonly http: HttpRequestData;
  readonly context: JsonObject;
}

/** A plan, or why there is none. */
export type Planned =
  | { readonly kind: "plan"; readonly plan: Plan }
  /** The flow is not for this user; the texts of its policies, if any, say why. */
  | { readonly kind: "not_applicable"; readonly messages: readonly string[] }
  /** No stage is left to run. */
  | { readonly kind: "empty" };

/**
 * Plans a flow. Nothing is cached: a plan may depend on anything in its context.
 *
 * @throws {PolicyUndecided} when a stage would be left out because a policy could not be evaluated.
 */
export async function planFlow(services: Services, request: PlanRequest): Promise<Planned> {
  return planGathered(services, await services.store.read((tx) => gatherPlan(services, tx, request)));
}

/** A flow with what is bound to it, as of one moment. */
export interface Gathered {
  readonly plan: Plan;
  readonly asked: Asked;
  /** What is bound to the flow; nothing where the user does not meet its requirement. */
  readonly bound: Bound | undefined;
  readonly bindings: readonly {
    readonly binding: Row<"authentik_flows.flowstagebinding">;
    readonly model: ModelName;
  }[];
}

/** What a flow is planned from, for {@link planGathered}: for those who have a snapshot already. */
export function gatherPlan({ policies }: Services, tx: Snapshot, request: PlanRequest): Gathered {
  const { flow, http, context } = request;
  const plan: Plan = { flow: flow.pk, stages: [], context: structuredClone(context) };
  const asked = { user: pendingPerson(tx, context) ?? request.user, http, httpUser: request.user };
  const obj = { pk: flow.pk, slug: flow.slug, name: flow.name };
  const about = { ...asked, context: (tx: Snapshot) => planContextView(tx, plan), obj };
  const allowed = meetsRequirement(tx, flow.authentication, request);
  return {
    plan,
    asked,
    bound: allowed ? policies.gather(tx, flow.pk, flow.policy_engine_mode, about) : undefined,
    bindings: tx
      .list("authentik_flows.flowstagebinding", { target: flow.pk })
      .sort((a, b) => a.order - b.order)
      .map((binding) => ({ binding, model: stageModel(tx, binding.stage) })),
  };
}

/** As {@link planFlow}, from what was gathered. */
export async function planGathered(services: Services, gathered: Gathered): Promise<Planned> {
  const { plan, asked, bound, bindings } = gathered;
  if (bound === undefined) return { kind: "not_applicable", messages: [] };
  const decision = await services.policies.decide(bound);
  changePlan(plan, decision.changes);
  if (!decision.passing) return { kind: "not_applicable", messages: decision.messages };
  for (const { binding, model } of bindings) {
    if (binding.evaluate_on_plan) {
      const bound = await services.store.read((tx) => boundToStage(services, tx, binding, plan, asked));
      if (!(await keepsStage(services, binding.stage, plan, bound))) continue;
    }
    plan.stages.push(plannedStage(binding, model));
  }
  if (plan.stages.length === 0) return { kind: "empty" };
  return { kind: "plan", plan };
}

function plannedStage(binding: Row<"authentik_flows.flowstagebinding">, model: ModelName): PlannedStage {
  const marker = binding.re_evaluate_policies ? "reevaluate" : "plain";
  return { binding: binding.pk, stage: binding.stage, model, marker };
}

/** Whom the policies of a flow or stage are asked about. */
export interface Asked {
  readonly user: Person | null;
  readonly http: HttpRequestData;
  readonly httpUser: Person | null;
}

/** What is bound to a stage in a flow, and what it sees of the plan. */
export function boundToStage(
  { policies }: Services,
  tx: Snapshot,
  binding: Row<"authentik_flows.flowstagebinding">,
  plan: Plan,
  asked: Asked,
): Bound {
  const { pk, order, stage } = binding;
  const context = (tx: Snapshot): JsonObject => planContextView(tx, plan);
  return policies.gather(tx, pk, binding.policy_engine_mode, {
    ...asked,
    context,
    obj: { pk, order, stage },
  });
}

/**
 * Whether the policies bound to a stage keep it in the plan. A stage is only ever left out by decisions: where one is
 * missing and the stage would be left out, this throws {@link PolicyUndecided}. A binding with
 * `postern_compatibility: authentik` gives that up: its `failure_result` is a decision.
 *
 * @param bound what {@link boundToStage} gathered of this plan as it is
 */
export async function keepsStage(
  services: Services,
  stage: string,
  plan: Plan,
  bound: Bound,
): Promise<boolean> {
  const decision = await services.policies.decide(bound);
  changePlan(plan, decision.changes);
  if (decision.passing) return true;
  const undecided = decision.failures.filter(({ tolerated }) => !tolerated);
  if (undecided.length > 0) {
    throw new PolicyUndecided(undecided.map(({ policy }) => `policy ${JSON.stringify(policy)}`));
  }
  if (decision.messages.length > 0) {
    const messages = [...decision.messages];
    const secrets = sensitiveTexts(plan.context);
    services.logger.log("info", "a stage is skipped by its policies", { stage, messages }, secrets);
  }
  return false;
}

function meetsRequirement(tx: Snapshot, requirement: Flow["authentication"], request: PlanRequest): boolean {
  const { user, context } = request;
  switch (requirement) {
    case "none":
      return true;
    case "require_authenticated":
      return user !== null;
    case "require_unauthenticated":
      return user === null;
    case "require_superuser":
      return isSuperuser(tx, user);
    case "require_redirect":
      return isObject(context.is_redirected) || context.is_redirected === true;
    case "require_outpost":
      return isObject(context.outpost);
    case "require_token":
      return isObject(context.is_restored) || context.is_restored === true;
  }
}

/** The model of the stage with this pk. */
function stageModel(tx: Snapshot, pk: string): ModelName {
  const found = findStage(tx, pk);
  if (found === undefined)
    throw new FlowMisconfigured(`there is no stage ${pk}; remove the binding that names it`);
  return found.model;
}
