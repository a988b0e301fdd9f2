// `/flows/instances/` and `/flows/bindings/`: flows, and the stages bound to them.
import type { FastifyRequest } from "fastify";
import type { JsonObject } from "../../engine/types.ts";
import { findStage } from "../../runtime/flow/stage-lookup.ts";
import type { Row } from "../../runtime/index.ts";
import { ApiError } from "../errors.ts";
import { httpRequestInput } from "../http-request.ts";
import { objectSchema } from "../openapi.ts";
import { requireUser } from "../principal.ts";
import { ANY_OBJECT, component, INTEGER, listOf, orNull, TEXT, UUID } from "../resources/description.ts";
import { fieldFilters, pkFilter } from "../resources/filters.ts";
import { defineResource, type Found, plainFields, type Resource } from "../resources/resource.ts";
import { addAction, addResource, find, read } from "../resources/routes.ts";
import type { View } from "../resources/view.ts";
import type { Area, Site } from "../site.ts";
import { flowDiagram } from "./flow-diagram.ts";
import { exportFlow } from "./flow-export.ts";
import { FLOW_ADDRESSES, flowAddresses, stageObject } from "./stage-view.ts";

const FLOW = "authentik_flows.flow";
const BINDING = "authentik_flows.flowstagebinding";

/** Flows, by slug. */
export const FLOWS: Resource = defineResource({
  path: "/flows/instances/",
  models: [FLOW],
  object: "Flow",
  key: "slug",
  lookup: "slug",
  filters: {
    ...fieldFilters(FLOW, ["name", "slug", "designation", "denied_action"]),
    flow_uuid: pkFilter(),
  },
  search: ["name", "slug", "designation", "title"],
  ordering: ["slug", "name"],
  computed: {
    ...FLOW_ADDRESSES,
    background_themed_urls: orNull(ANY_OBJECT),
    stages: listOf(UUID),
    policies: listOf(UUID),
    cache_count: INTEGER,
  },
  show: showFlow,
});

/** Stages bound to flows. */
export const FLOW_BINDINGS: Resource = defineResource({
  path: "/flows/bindings/",
  models: [BINDING],
  object: "FlowStageBinding",
  key: "fsb_uuid",
  filters: {
    ...fieldFilters(BINDING, [
      "target",
      "stage",
      "order",
      "evaluate_on_plan",
      "re_evaluate_policies",
      "policy_engine_mode",
      "invalid_response_action",
    ]),
    fsb_uuid: pkFilter(),
    pbm_uuid: pkFilter(),
    policies: boundPolicies(),
  },
  search: [],
  searchRelated: ({ tx }, { row }) => {
    const found = findStage(tx, row.stage as string);
    return found === undefined ? [] : [String((found.stage as unknown as Found["row"]).name)];
  },
  ordering: ["order"],
  computed: { policybindingmodel_ptr_id: UUID, stage_obj: component("Stage") },
  show: showBinding,
});

/** Flows, their bindings, and what can be done with a flow as a whole. Postern keeps no plans, so the cache is empty. */
export const flowsArea: Area = (site) => async (api) => {
  const item = `${FLOWS.path}:slug/`;
  const info = { description: "How many plans are kept.", answer: objectSchema({ count: INTEGER }) };
  addAction(api, "GET", `${FLOWS.path}cache_info/`, "superuser", info, async () => ({ count: 0 }));
  const clear = { description: "Forgets the plans that are kept." };
  addAction(api, "POST", `${FLOWS.path}cache_clear/`, "superuser", clear, async (_request, reply) =>
    reply.status(204).send(),
  );
  addResource(api, site, FLOWS);
  addResource(api, site, FLOW_BINDINGS);
  const diagram = {
    description: "The flow as a diagram in Mermaid's language.",
    answer: objectSchema({ diagram: TEXT }),
  };
  addAction(api, "GET", `${item}diagram/`, "superuser", diagram, (request) =>
    read(site, request, (view) => ({ diagram: flowDiagram(view.tx, flowIn(view, request)) })),
  );
  const exported = { description: "The flow as a blueprint.", answer: { type: "string", format: "binary" } };
  addAction(api, "GET", `${item}export/`, "superuser", exported, async (request, reply) => {
    const { slug, text } = await read(site, request, (view) => {
      const flow = flowIn(view, request);
      return { slug: flow.slug, text: exportFlow(view.tx, flow) };
    });
    reply.header("Content-Disposition", `attachment; filename="${slug}.yaml"`);
    return reply.type("application/yaml; charset=utf-8").send(text);
  });
  const link = { description: "The page that runs the flow.", answer: objectSchema({ link: TEXT }) };
  addAction(api, "GET", `${item}execute/`, "superuser", link, (request) => execute(site, request));
};

/** The page that runs a flow. Throws 400 where it does not apply to the caller. */
async function execute(site: Site, request: FastifyRequest): Promise<{ link: string }> {
  const { slug, origin } = await read(site, request, (view) => ({
    slug: flowIn(view, request).slug,
    origin: view.origin,
  }));
  const { executor } = site.runtime;
  const { user } = requireUser(request);
  const started = await executor.open(slug, { user, http: httpRequestInput(request) });
  if (started.session !== null) await executor.cancel(started.session);
  else if (started.challenge?.component !== "xak-flow-redirect") {
    const reason = started.challenge?.error_message ?? "";
    throw new ApiError(400, {
      non_field_errors: [`Flow not applicable to current user/request: ${String(reason)}`],
    });
  }
  return { link: `${origin}/if/flow/${slug}/` };
}

function flowIn(view: View, request: FastifyRequest): Row<typeof FLOW> {
  return find(view, FLOWS, request).row as unknown as Row<typeof FLOW>;
}

function showFlow(view: View, { row }: Found): JsonObject {
  const flow = row as unknown as Row<typeof FLOW>;
  const bindings = inOrder(view.tx.list(BINDING, { target: flow.pk }));
  const policies = inOrder(view.tx.list("authentik_policies.policybinding", { target: flow.pk }));
  return {
    ...plainFields(FLOWS, row),
    ...flowAddresses(flow),
    background_themed_urls: null,
    stages: bindings.map(({ stage }) => stage),
    policies: policies.flatMap(({ policy }) => policy ?? []),
    cache_count: 0,
  };
}

function showBinding(view: View, { row }: Found): JsonObject {
  return {
    ...plainFields(FLOW_BINDINGS, row),
    policybindingmodel_ptr_id: row.pk,
    stage_obj: stageObject(view, row.stage as string),
  };
}

function inOrder<T extends { readonly order: number }>(rows: readonly T[]): T[] {
  return [...rows].sort((a, b) => a.order - b.order);
}

/** Bindings to which one of these policies is bound. */
function boundPolicies() {
  const { policy } = fieldFilters("authentik_policies.policybinding", ["policy"]);
  return {
    schema: { type: "array", items: { type: "string", format: "uuid" } },
    condition: (values: readonly string[], view: View) => {
      const targets = new Set(
        values.flatMap((value) => {
          const condition = policy.condition([value], view);
          const where = condition !== undefined && "where" in condition ? condition.where : {};
          return view.tx.list("authentik_policies.policybinding", where).map(({ target }) => target);
        }),
      );
      return { test: ({ row }: Found) => targets.has(row.pk as string) };
    },
  };
}
