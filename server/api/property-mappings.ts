// `/propertymappings/…/`: webhook mappings, and trials of them.
import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import { ExpressionSyntaxError } from "../../engine/errors.ts";
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { requestView } from "../../runtime/flow/expression-context.ts";
import { httpRequestData } from "../../runtime/flow/http-request.ts";
import type { ModelName, Pk, Row } from "../../runtime/index.ts";
import { type Field, integerReference, jsonObject, reference } from "../../runtime/models/fields.ts";
import { groupView } from "../../runtime/users/groups.ts";
import { personView } from "../../runtime/users/person.ts";
import { invalid } from "../errors.ts";
import { httpRequestInput } from "../http-request.ts";
import { objectSchema } from "../openapi.ts";
import {
  ANY_OBJECT,
  FLAG,
  INTEGER,
  META_NAMES,
  orNull,
  TEXT,
  TYPES,
  UUID,
} from "../resources/description.ts";
import { fieldFilters, nullFilter, textsFilter } from "../resources/filters.ts";
import { expectObject, readField } from "../resources/input.ts";
import { creatableTypes, metaNames, namingOf } from "../resources/model-names.ts";
import { defineResource, plainFields, type Resource } from "../resources/resource.ts";
import { addAction, addResource, find, jsonBody, read } from "../resources/routes.ts";
import type { View } from "../resources/view.ts";
import type { Area, Site } from "../site.ts";
import { pythonJson } from "./python-json.ts";

const MAPPING = "authentik_events.notificationwebhookmapping";

/** Webhook mappings. */
export const NOTIFICATION_MAPPINGS: Resource = defineResource({
  path: "/propertymappings/notification/",
  models: [MAPPING],
  object: namingOf(MAPPING).object,
  key: "pm_uuid",
  writable: ["name", "expression"],
  filters: fieldFilters(MAPPING, ["name"]),
  show: (_view, { row }) => plainFields(NOTIFICATION_MAPPINGS, row),
});

/** Mappings of all kinds. */
export const ALL_MAPPINGS: Resource = defineResource({
  path: "/propertymappings/all/",
  models: [MAPPING],
  object: "PropertyMapping",
  key: "pm_uuid",
  operations: ["list", "retrieve", "destroy", "used_by"],
  writable: ["managed", "name", "expression"],
  filters: {
    ...fieldFilters(MAPPING, ["name"]),
    managed: textsFilter((wanted) => ({ test: ({ row }) => wanted.includes(String(row.managed)) })),
    managed__isnull: nullFilter("managed"),
  },
  computed: { component: TEXT, ...META_NAMES },
  show: (_view, { model, row }) => ({
    ...plainFields(ALL_MAPPINGS, row),
    component: namingOf(model).component,
    ...metaNames(model),
  }),
});

/** The mappings. */
export const propertyMappingsArea: Area = (site) => async (api) => {
  const types = { description: "The kinds of mappings.", answer: TYPES };
  addAction(api, "GET", "/propertymappings/all/types/", "superuser", types, async () =>
    creatableTypes([MAPPING]),
  );
  for (const resource of [NOTIFICATION_MAPPINGS, ALL_MAPPINGS]) addResource(api, site, resource);
  const trial = {
    description: "Runs a mapping on trial.",
    query: [{ name: "format_result", schema: FLAG }],
    body: objectSchema({ user: orNull(INTEGER), group: orNull(UUID), context: ANY_OBJECT }, [
      "user",
      "group",
      "context",
    ]),
    answer: objectSchema({ result: TEXT, successful: FLAG }),
  };
  addAction(api, "POST", "/propertymappings/all/:pm_uuid/test/", "superuser", trial, (request) =>
    tryMapping(site, request),
  );
};

/** Runs a mapping on trial (reference, section 4.4): nothing is recorded, and a failure is an answer. */
async function tryMapping(site: Site, request: FastifyRequest): Promise<JsonObject> {
  const { mapping, variables, indent } = await read(site, request, (view) => {
    const mapping = find(view, ALL_MAPPINGS, request).row as unknown as Row<typeof MAPPING>;
    return {
      mapping,
      variables: variablesOf(view, mapping, request),
      indent: view.parameter("format_result")?.toLowerCase() === "true" ? 4 : 0,
    };
  });
  try {
    const options = { ...site.runtime.services.evaluation(), sanitize: true };
    const outcome = await site.engine
      .expression(mapping.name, mapping.expression, "mapping")
      .run(variables, options);
    return outcome.error === undefined
      ? { result: pythonJson(outcome.resultJson, indent), successful: true }
      : { result: outcome.error.traceback, successful: false };
  } catch (error) {
    // A mapping that was saved before the language said no to it.
    if (!(error instanceof ExpressionSyntaxError)) throw error;
    return { result: `${error.caret}\n${error.type}: ${error.message}`, successful: false };
  }
}

/** What the expression sees: the context's keys, the user and the group where they are given, and the request. */
function variablesOf(view: View, mapping: Row<typeof MAPPING>, request: FastifyRequest): JsonObject {
  const { tx } = view;
  const input = expectObject(jsonBody(request));
  const context = readField(jsonObject() as z.ZodType, input.context ?? {});
  const user = related(view, "authentik_core.user", integerReference(), input.user);
  const group = related(view, "authentik_core.group", reference(), input.group);
  const faults: { [field: string]: readonly string[] } = {
    ...("faults" in context && { context: context.faults as string[] }),
    ...(user.fault !== undefined && { user: [user.fault] }),
    ...(group.fault !== undefined && { group: [group.fault] }),
  };
  if ("faults" in context || user.fault !== undefined || group.fault !== undefined) throw invalid(faults);
  const variables = context.value as JsonObject;
  const person = user.row ?? null;
  const parts = {
    user: person,
    http: httpRequestData(tx, httpRequestInput(request)),
    httpUser: view.principal.user,
    obj: { pk: mapping.pk, name: mapping.name },
    context: variables,
    debug: true,
  };
  return {
    ...variables,
    ...(person !== null && { user: personView(tx, person) }),
    ...(group.row !== undefined && { group: groupView(tx, group.row) }),
    request: requestView(tx, parts),
  };
}

/** The row that a pk names, which may be left out. */
function related<M extends ModelName>(
  view: View,
  model: M,
  field: Field<Pk & JsonValue>,
  value: JsonValue | undefined,
): { readonly row?: Row<M>; readonly fault?: string } {
  if (value === undefined || value === null) return {};
  const pk = readField(field as z.ZodType, value);
  if ("faults" in pk) return { fault: (pk.faults as string[])[0] };
  const row = view.tx.get(model, pk.value as Pk);
  return row === undefined ? { fault: `Invalid pk "${String(pk.value)}" - object does not exist.` } : { row };
}
