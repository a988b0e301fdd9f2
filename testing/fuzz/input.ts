// An input of a search in the terms of a suite's case, so that what is found is run by `postern test` as it was found.
import type { ExpressionKind, JsonObject, JsonValue } from "../../engine/types.ts";
import { People } from "../suite/people.ts";

/** The parts of a case that make its context. */
export interface Input {
  readonly groups: { readonly [name: string]: JsonObject };
  readonly user?: JsonObject;
  readonly context?: JsonObject;
  readonly http_request?: JsonObject;
  readonly variables?: JsonObject;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A context as a case would give it. Groups become the suite's, by their names. */
export function inputOf(context: JsonObject): Input {
  const { request, user: made, ...variables } = context;
  const { user: asked, context: inner, http_request } = isObject(request) ? request : ({} as JsonObject);
  const given = isObject(made) ? made : isObject(asked) ? asked : undefined;
  const groups: Record<string, JsonObject> = {};
  const user = given === undefined ? undefined : userOf(given, groups);
  return {
    groups,
    ...(user === undefined ? {} : { user }),
    ...(isObject(inner) ? { context: inner } : {}),
    ...(isObject(http_request) ? { http_request } : {}),
    ...(Object.keys(variables).length === 0 ? {} : { variables }),
  };
}
function userOf({ groups = [], ...rest }: JsonObject, known: Record<string, JsonObject>): JsonObject {
  const names: string[] = [];
  for (const group of Array.isArray(groups) ? groups : []) {
    if (!isObject(group) || typeof group.name !== "string") continue;
    const { is_superuser = false, attributes = {} } = group;
    known[group.name] = { is_superuser, attributes };
    if (!names.includes(group.name)) names.push(group.name);
  }
  return names.length === 0 ? rest : { ...rest, groups: names };
}

/** The context that `postern test` makes of such a case. */
export function contextOf(input: Input, kind: ExpressionKind): JsonObject {
  const people = new People({}, input.groups);
  const user = input.user === undefined ? null : people.inline(input.user);
  const request: JsonObject = {
    user,
    context: input.context ?? {},
    ...(input.http_request === undefined ? {} : { http_request: input.http_request }),
  };
  const variables = input.variables ?? {};
  if (kind === "policy") return { request, ...variables };
  const isAbout = user !== null || input.http_request !== undefined || input.context !== undefined;
  return { ...(isAbout ? { request } : {}), ...(user === null ? {} : { user }), ...variables };
}

/** Groups of an input as rows, for who asks the suite's. */
export function groupRows(input: Input): JsonObject[] {
  return new People({}, input.groups).groups;
}
