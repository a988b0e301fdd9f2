// `/flows/inspector/<slug>/`: what the browser's flow knows and has still to do, for those who build flows.
import type { JsonObject } from "../../engine/types.ts";
import { ApiError, notFound } from "../errors.ts";
import { type Operation, objectSchema } from "../openapi.ts";
import { requireSuperuser } from "../principal.ts";
import { ANY_OBJECT, component } from "../resources/description.ts";
import type { AnyRow } from "../resources/resource.ts";
import { View } from "../resources/view.ts";
import type { Area } from "../site.ts";
import { FLOW_BINDINGS } from "./flows.ts";

const FLOW = "authentik_flows.flow";
const BINDING = "authentik_flows.flowstagebinding";

/** The flow inspector, for superusers. Of stages that are done it is known which they were, not what was known then. */
export const flowInspector: Area = (site) => async (api) => {
  api.get("/flows/inspector/:flow_slug/", { config: { operation: OPERATION } }, async (request) => {
    const principal = requireSuperuser(request);
    const { flow_slug: slug } = request.params as { flow_slug: string };
    const { session } = request;
    const running = session?.flow ?? null;
    const inspected = running === null ? undefined : await site.runtime.executor.inspect(running);
    return await site.store.read((tx) => {
      if (tx.list(FLOW, { slug }).length === 0) throw notFound("Flow");
      if (session === null || inspected === undefined) throw new ApiError(400, null);
      const view = new View(site, tx, request, principal);
      const shown = (pk: string | null = null): JsonObject => {
        const row = pk === null ? undefined : tx.get(BINDING, pk);
        return row === undefined
          ? NO_STAGE
          : FLOW_BINDINGS.show(view, { model: BINDING, row: row as AnyRow });
      };
      const { done, bindings, context } = inspected;
      const path = [...done, ...bindings];
      const plan = (at: number, plan_context: JsonObject): JsonObject => ({
        current_stage: shown(path[at]),
        next_planned_stage: shown(path[at + 1]),
        plan_context,
        session_id: session.pk,
      });
      return {
        plans: done.map((_, at) => plan(at, {})),
        current_plan: plan(done.length, context),
        is_completed: false,
      };
    });
  });
};

/** What authentik shows in the place of a stage that is not there. */
const NO_STAGE: JsonObject = {
  target: null,
  stage: null,
  evaluate_on_plan: false,
  re_evaluate_policies: false,
  order: null,
  policy_engine_mode: null,
  invalid_response_action: null,
};

const PLAN = objectSchema({
  current_stage: component("FlowStageBinding"),
  next_planned_stage: component("FlowStageBinding"),
  plan_context: ANY_OBJECT,
  session_id: { type: "string" },
});

const OPERATION: Operation = {
  id: "flows_inspector_get",
  description: "The state of the browser's flow.",
  answer: objectSchema(
    { plans: { type: "array", items: PLAN }, current_plan: PLAN, is_completed: { type: "boolean" } },
    ["current_plan"],
  ),
};
