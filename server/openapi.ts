// Our OpenAPI description, made from the routes that are really there.
import type { FastifyInstance, RouteOptions } from "fastify";
import type { JsonObject } from "../engine/types.ts";

/** A schema in the dialect of OpenAPI 3.0. */
export type Schema = JsonObject;

/** The schema of an object with these fields, all required but the named ones. */
export function objectSchema(
  properties: { [name: string]: Schema },
  optional: readonly string[] = [],
): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, required };
}

/** A parameter of the query. */
export interface QueryParameter {
  readonly name: string;
  readonly schema: Schema;
  readonly description?: string;
  readonly required?: boolean;
}

/** What a route does, for the description. Every route of the API says so in its `config`. */
export interface Operation {
  /** authentik's name of it: `core_users_me_retrieve`. */
  readonly id: string;
  readonly description: string;
  readonly query?: readonly QueryParameter[];
  /** The request's body. */
  readonly body?: Schema;
  /** The answer's body; left out: it has none. */
  readonly answer?: Schema;
  /** The answer's status; default 200, without a body 204. */
  readonly status?: number;
  /** Nobody has to be logged in. */
  readonly open?: boolean;
  /** Schemas that the others refer to as `#/components/schemas/<name>`. */
  readonly components?: { readonly [name: string]: Schema };
}

declare module "fastify" {
  interface FastifyContextConfig {
    readonly operation?: Operation;
  }
}

/** A route of the application. */
export interface KnownRoute {
  readonly methods: readonly string[];
  /** With its parameters as Fastify writes them: `/flows/executor/:flow_slug/`. */
  readonly url: string;
  readonly operation: Operation | undefined;
}

/** Has the app's routes gathered in a list as they are added. */
export function gatherRoutes(app: FastifyInstance): readonly KnownRoute[] {
  const routes: KnownRoute[] = [];
  app.addHook("onRoute", ({ method, url, config }: RouteOptions) => {
    const methods = (Array.isArray(method) ? method : [method]).filter((name) => name !== "HEAD");
    if (methods.length > 0) routes.push({ methods, url, operation: config?.operation });
  });
  return routes;
}

const PREFIX = "/api/v3";

/** The description of the routes under `/api/v3`. */
export function openApiDocument(routes: readonly KnownRoute[], version: string): JsonObject {
  const paths: { [path: string]: JsonObject } = {};
  const schemas: { [name: string]: Schema } = { GenericError, ValidationError };
  for (const { methods, url, operation } of routes) {
    if (operation === undefined || !url.startsWith(`${PREFIX}/`)) continue;
    Object.assign(schemas, operation.components);
    const path = url.slice(PREFIX.length).replaceAll(/:(\w+)/g, "{$1}");
    paths[path] ??= {};
    for (const method of methods) paths[path][method.toLowerCase()] = describe(path, operation);
  }
  const sorted = Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    openapi: "3.0.3",
    info: { title: "Postern", description: "authentik's API, as far as Postern has it.", version },
    servers: [{ url: PREFIX }],
    paths: Object.fromEntries(sorted),
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: { authentik: { type: "http", scheme: "bearer" } },
    },
  };
}

const GenericError: Schema = {
  type: "object",
  properties: { detail: { type: "string" }, code: { type: "string" } },
  required: ["detail"],
};

const ValidationError: Schema = {
  type: "object",
  description: "What is wrong, by field.",
  properties: { non_field_errors: { type: "array", items: { type: "string" } } },
  additionalProperties: {},
};

function describe(path: string, operation: Operation): JsonObject {
  const { id, description, query = [], body, answer, open = false } = operation;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
  const status = operation.status ?? (answer === undefined ? 204 : 200);
  const error = (name: string, text: string): JsonObject => ({
    description: text,
    content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } },
  });
  return {
    operationId: id,
    description,
    tags: [path.split("/")[1] ?? ""],
    parameters: [
      ...inPath.map((name) => ({ in: "path", name, required: true, schema: { type: "string" } })),
      ...query.map(({ required = false, ...parameter }) => ({ in: "query", ...parameter, required })),
    ],
    ...(body !== undefined && { requestBody: { content: { "application/json": { schema: body } } } }),
    security: open ? [{ authentik: [] }, {}] : [{ authentik: [] }],
    responses: {
      [status]: {
        description: "",
        ...(answer !== undefined && { content: { "application/json": { schema: answer } } }),
      },
      400: error("ValidationError", "The request is not valid."),
      403: error("GenericError", "The rights are missing."),
      ...(inPath.length > 0 && { 404: error("GenericError", "There is no such object.") }),
    },
  };
}
