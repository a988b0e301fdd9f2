// `/policies/…/`: expression policies, what they are bound to, and trials of them.
import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { requestView } from "../../runtime/flow/expression-context.ts";
import { httpRequestData } from "../../runtime/flow/http-request.ts";
import type { Row } from "../../runtime/index.ts";
import { integerReference, jsonObject } from "../../runtime/models/fields.ts";
import { runExpressionPolicy } from "../../runtime/policies/expression-policy.ts";
import { invalid } from "../errors.ts";
import { httpRequestInput } from "../http-request.ts";
import { objectSchema, type Schema } from "../openapi.ts";
import {
  ANY_OBJECT,
  component,
  FLAG,
  INTEGER,
  LOG_EVENT,
  listOf,
  META_NAMES,
  MOMENT,
  orNull,
  TEXT,
  TYPES,
} from "../resources/description.ts";
import { fieldFilter, fieldFilters, flagFilter, nullFilter, pkFilter } from "../resources/filters.ts";
import { expectObject, readField } from "../resources/input.ts";
import { creatableTypes, metaNames, namingOf } from "../resources/model-names.ts";
import { defineResource, type Found, plainFields, type Resource } from "../resources/resource.ts";
import { addAction, addResource, find, jsonBody, read } from "../resources/routes.ts";
import type { View } from "../resources/view.ts";
import type { Area, Site } from "../site.ts";
import { PARTIAL_GROUP, PARTIAL_USER, partialGroup, partialUser } from "./people-view.ts";

const POLICY = "authentik_policies_expression.expressionpolicy";
const BINDING = "authentik_policies.policybinding";

/** What {@link policyView} adds to a policy's own fields. */
const POLICY_VIEW: { readonly [name: string]: Schema } = {
  component: TEXT,
  ...META_NAMES,
  bound_to: INTEGER,
};

/** Expression policies. */
export const EXPRESSION_POLICIES: Resource = defineResource({
  path: "/policies/expression/",
  models: [POLICY],
  object: namingOf(POLICY).object,
  key: "policy_uuid",
  writable: ["name", "execution_logging", "expression"],
  newExpressionName: "temp-policy",
  filters: {
    ...fieldFilters(POLICY, ["name", "execution_logging", "expression", "created", "last_updated"]),
    policy_uuid: pkFilter(),
  },
  computed: POLICY_VIEW,
  show: (view, found) => ({ ...policyView(view, found), expression: found.row.expression }),
});

/** Policies of all kinds. */
export const ALL_POLICIES: Resource = defineResource({
  path: "/policies/all/",
  models: [POLICY],
  object: "Policy",
  key: "policy_uuid",
  operations: ["list", "retrieve", "destroy", "used_by"],
  writable: ["name", "execution_logging"],
  filters: {
    bindings__isnull: flagFilter((wanted, view) => {
      const bound = new Set(view.tx.list(BINDING).map(({ policy }) => policy));
      return { test: ({ row }) => bound.has(row.pk as string) !== wanted };
    }),
    promptstage__isnull: flagFilter((wanted, view) => ({
      test: ({ row }) => (promptStagesUsing(view, row.pk as string) === 0) === wanted,
    })),
  },
  computed: POLICY_VIEW,
  show: policyView,
});

/** Policies, groups and users bound to flows and to their stages. */
export const POLICY_BINDINGS: Resource = defineResource({
  path: "/policies/bindings/",
  models: [BINDING],
  object: "PolicyBinding",
  key: "policy_binding_uuid",
  filters: {
    ...fieldFilters(BINDING, ["policy", "target", "enabled", "order", "timeout"]),
    policy__isnull: nullFilter("policy"),
    target_in: targetIn(),
  },
  search: [],
  searchRelated: ({ tx }, { row }) => {
    const policy = row.policy === null ? undefined : tx.get(POLICY, row.policy as string);
    return policy === undefined ? [] : [policy.name];
  },
  ordering: ["target", "order"],
  computed: {
    policy_obj: orNull({ type: "object", allOf: [component("Policy")] }),
    group_obj: orNull(PARTIAL_GROUP),
    user_obj: orNull(PARTIAL_USER),
    expires: orNull(MOMENT),
    expiring: FLAG,
  },
  show: showBinding,
});

/** Policies and their bindings. Postern keeps no decisions, so the cache is empty. */
export const policiesArea: Area = (site) => async (api) => {
  const info = { description: "How many decisions are kept.", answer: objectSchema({ count: INTEGER }) };
  addAction(api, "GET", "/policies/all/cache_info/", "superuser", info, async () => ({ count: 0 }));
  const clear = { description: "Forgets the decisions that are kept." };
  addAction(api, "POST", "/policies/all/cache_clear/", "superuser", clear, async (_request, reply) =>
    reply.status(204).send(),
  );
  const types = { description: "The kinds of policies.", answer: TYPES };
  addAction(api, "GET", "/policies/all/types/", "superuser", types, async () => creatableTypes([POLICY]));
  for (const resource of [EXPRESSION_POLICIES, ALL_POLICIES, POLICY_BINDINGS]) {
    addResource(api, site, resource);
  }
  const trial = {
    description: "Runs a policy on trial.",
    body: objectSchema({ user: INTEGER, context: ANY_OBJECT }, ["context"]),
    answer: objectSchema({ passing: FLAG, messages: listOf(TEXT), log_messages: listOf(LOG_EVENT) }),
  };
  addAction(api, "POST", "/policies/all/:policy_uuid/test/", "superuser", trial, (request) =>
    tryPolicy(site, request),
  );
};

/** What all policies show. */
export function policyView(view: View, { model, row }: Found): JsonObject {
  const pk = row.pk as string;
  return {
    ...plainFields(ALL_POLICIES, row),
    component: namingOf(model).component,
    ...metaNames(model),
    bound_to: view.tx.list(BINDING, { policy: pk }).length + promptStagesUsing(view, pk),
  };
}

function promptStagesUsing(view: View, policy: string): number {
  const stages = view.once("prompt stages", () => view.tx.list("authentik_stages_prompt.promptstage"));
  return stages.filter(({ validation_policies }) => validation_policies.includes(policy)).length;
}

function showBinding(view: View, { row }: Found): JsonObject {
  const { policy, group, user } = row as unknown as Row<typeof BINDING>;
  const boundPolicy = policy === null ? undefined : view.tx.get(POLICY, policy);
  const boundGroup = group === null ? undefined : view.tx.get("authentik_core.group", group);
  const boundUser = user === null ? undefined : view.tx.get("authentik_core.user", user);
  return {
    ...plainFields(POLICY_BINDINGS, row),
    policy_obj:
      boundPolicy === undefined
        ? null
        : policyView(view, { model: POLICY, row: boundPolicy as unknown as Found["row"] }),
    group_obj: boundGroup === undefined ? null : partialGroup(boundGroup),
    user_obj: boundUser === undefined ? null : partialUser(boundUser),
    expires: null,
    expiring: false,
  };
}

/** Bindings of one of these targets. */
function targetIn() {
  const target = fieldFilter(BINDING, "target");
  return {
    schema: { type: "array", items: { type: "string", format: "uuid" } },
    condition: (values: readonly string[], view: View) => {
      const wanted = values.map((value): JsonValue | undefined => {
        const condition = target.condition([value], view);
        return condition !== undefined && "where" in condition ? condition.where.target : undefined;
      });
      return { test: ({ row }: Found) => wanted.includes(row.target) };
    },
  };
}

/** A trial's user, and the context in place of the request's own. */
const trialUser = integerReference();
const trialContext = jsonObject();

/** Runs a policy on trial (reference, section 5.4): nothing is recorded, and a failure is an answer. */
async function tryPolicy(site: Site, request: FastifyRequest): Promise<JsonObject> {
  const { policy, variables } = await read(site, request, (view) => {
    const { row } = find(view, ALL_POLICIES, request);
    const { user, context } = trialOf(view, jsonBody(request));
    const http = httpRequestData(view.tx, httpRequestInput(request));
    const httpUser = view.principal.user;
    return {
      policy: row as unknown as Row<typeof POLICY>,
      variables: { request: requestView(view.tx, { user, http, httpUser, context, debug: true }) },
    };
  });
  const options = site.runtime.services.evaluation();
  const verdict = await runExpressionPolicy(site.engine, policy, variables, TRIAL_SECONDS, options);
  const timestamp = new Date(site.clock()).toISOString();
  return {
    passing: verdict.passing,
    messages: verdict.error === undefined ? [...verdict.messages] : [verdict.error.message],
    log_messages: verdict.logs.map(({ level, event, attributes }) => ({
      timestamp,
      log_level: level,
      logger: policy.name,
      event,
      attributes,
    })),
  };
}

/** Longest wait for a trial. */
const TRIAL_SECONDS = 30;

function trialOf(view: View, body: unknown): { user: Row<"authentik_core.user">; context: JsonObject } {
  const input = expectObject(body);
  const pk = readField(trialUser as z.ZodType, input.user);
  const context = readField(trialContext as z.ZodType, input.context ?? {});
  const user = "value" in pk ? view.tx.get("authentik_core.user", pk.value as number) : undefined;
  const faults: { [field: string]: readonly string[] } = {};
  if ("faults" in pk) faults.user = pk.faults as string[];
  else if (user === undefined) faults.user = [`Invalid pk "${String(pk.value)}" - object does not exist.`];
  if ("faults" in context) faults.context = context.faults as string[];
  if (user === undefined || "faults" in context) throw invalid(faults);
  return { user, context: context.value as JsonObject };
}
