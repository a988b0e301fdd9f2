// The routes of a resource: list, create, retrieve, update, delete, used_by. Guards come before anything is read.
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from "fastify";
import type { JsonValue } from "../../engine/types.ts";
import { httpRequestData } from "../../runtime/flow/http-request.ts";
import type { NewRow, Transaction } from "../../runtime/index.ts";
import { Fault } from "../../runtime/models/fields.ts";
import { modelOf } from "../../runtime/models/registry.ts";
import { shapePk } from "../../runtime/models/validation.ts";
import { ApiError, notFound } from "../errors.ts";
import { httpRequestInput } from "../http-request.ts";
import type { Operation as Described } from "../openapi.ts";
import { type Principal, requireSuperuser, requireUser } from "../principal.ts";
import type { Site } from "../site.ts";
import { describeOperation, operationName } from "./description.ts";
import { expectObject, type InputMode, readInput } from "./input.ts";
import { listPage } from "./listing.ts";
import { splitName, titleOf } from "./model-names.ts";
import {
  type Access,
  type AnyRow,
  type Found,
  isVisible,
  type Operation,
  type Resource,
} from "./resource.ts";
import { usedBy } from "./used-by.ts";
import { View } from "./view.ts";

/** Adds a route with its guard, which comes before the body is read. */
export function addRoute(
  api: FastifyInstance,
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  access: Access,
  operation: Described,
  handler: RouteHandlerMethod,
): void {
  const guard = access === "superuser" ? requireSuperuser : requireUser;
  const onRequest = async (request: FastifyRequest): Promise<void> => void guard(request);
  api.route({ method, url: path, config: { operation }, onRequest, handler });
}

/** Adds a route that is no resource's: its operation is named after the path, as authentik names them. */
export function addAction(
  api: FastifyInstance,
  method: "GET" | "POST",
  path: string,
  access: Access,
  about: Omit<Described, "id">,
  handler: RouteHandlerMethod,
): void {
  const action = method === "POST" ? "create" : about.answer?.type === "array" ? "list" : "retrieve";
  const operation = { id: `${operationName(path)}_${action}`, ...about };
  addRoute(api, method, path, access, operation, handler);
}

/** Adds a resource's routes. */
export function addResource(api: FastifyInstance, site: Site, resource: Resource): void {
  const item = `${resource.path}:${resource.key}/`;
  const add = (
    operation: Operation | "partial_update",
    method: Parameters<typeof addRoute>[1],
    path: string,
    handler: RouteHandlerMethod,
  ): void => {
    const offered = operation === "partial_update" ? "update" : operation;
    if (!resource.operations.includes(offered)) return;
    addRoute(api, method, path, resource.access, describeOperation(resource, operation), handler);
  };
  add("list", "GET", resource.path, (request) => read(site, request, (view) => listPage(view, resource)));
  add("create", "POST", resource.path, (request, reply) => create(site, resource, request, reply));
  add("retrieve", "GET", item, (request) =>
    read(site, request, (view) => resource.show(view, find(view, resource, request))),
  );
  add("update", "PUT", item, (request) => update(site, resource, request, "put"));
  add("partial_update", "PATCH", item, (request) => update(site, resource, request, "patch"));
  add("destroy", "DELETE", item, (request, reply) => destroy(site, resource, request, reply));
  add("used_by", "GET", `${item}used_by/`, (request) =>
    read(site, request, (view) => usedBy(view, find(view, resource, request))),
  );
}

/** Runs `work` on one snapshot of the store. */
export function read<T>(site: Site, request: FastifyRequest, work: (view: View) => T): Promise<T> {
  const principal = requireUser(request);
  return site.store.read((tx) => work(new View(site, tx, request, principal)));
}

/** Runs `work` in one transaction. */
export function write<T>(
  site: Site,
  request: FastifyRequest,
  work: (tx: Transaction, view: View) => T,
): Promise<T> {
  const principal = requireUser(request);
  return site.store.transaction((tx) => work(tx, new View(site, tx, request, principal)));
}

/** The row that a request's path names. Throws 404. */
export function find(view: View, resource: Resource, request: FastifyRequest): Found {
  const key = (request.params as { readonly [name: string]: string })[resource.key] as string;
  for (const model of resource.models) {
    const row = findIn(view, model, resource, key);
    if (row !== undefined && isVisible(resource, view, row)) return { model, row };
  }
  throw notFound(resource.object);
}

function findIn(view: View, model: Found["model"], { lookup }: Resource, key: string): AnyRow | undefined {
  if (lookup !== "pk") return (view.tx.list(model, { [lookup]: key }) as unknown as AnyRow[])[0];
  const pk = shapePk(modelOf(model), key);
  if (pk instanceof Fault) throw new ApiError(404, { detail: "Not found." });
  return view.tx.get(model, pk) as unknown as AnyRow | undefined;
}

/** A JSON body. Throws 415 for a form, which authentik's API does not take either. */
export function jsonBody(request: FastifyRequest): unknown {
  const type = request.headers["content-type"];
  if (type === undefined || /^application\/json\b/i.test(type)) return request.body;
  throw new ApiError(415, { detail: `Unsupported media type "${type}" in request.` });
}

async function create(
  site: Site,
  resource: Resource,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  await resource.prepare?.(site, expectObject(jsonBody(request)), undefined);
  const shown = await write(site, request, (tx, view) => {
    const input = readInput(view, site.engine, resource, jsonBody(request), { kind: "create" });
    const [model] = resource.models;
    const fields = resource.complete?.(tx, view, input.fields, undefined) ?? input.fields;
    const row = tx.insert(model, fields as NewRow<typeof model>) as unknown as AnyRow;
    const found = { model, row };
    writeExtras(tx, resource, found, input.extras);
    recordChange(site, tx, request, "model_created", found);
    return resource.show(view, found);
  });
  return reply.status(201).send(shown);
}

async function update(
  site: Site,
  resource: Resource,
  request: FastifyRequest,
  kind: InputMode["kind"],
): Promise<JsonValue> {
  if (resource.prepare !== undefined) {
    const { row } = await read(site, request, (view) => find(view, resource, request));
    await resource.prepare(site, expectObject(jsonBody(request)), row);
  }
  return await write(site, request, (tx, view) => {
    const { model, row: existing } = find(view, resource, request);
    const input = readInput(view, site.engine, resource, jsonBody(request), { kind, existing });
    const fields = resource.complete?.(tx, view, input.fields, existing) ?? input.fields;
    const touched = { ...fields, ...touch(site, model) };
    const row = tx.update(model, existing.pk, touched) as unknown as AnyRow;
    const found = { model, row };
    writeExtras(tx, resource, found, input.extras);
    recordChange(site, tx, request, "model_updated", found);
    return resource.show(view, found);
  });
}

async function destroy(
  site: Site,
  resource: Resource,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  await write(site, request, (tx, view) => {
    const found = find(view, resource, request);
    tx.delete(found.model, found.row.pk);
    recordChange(site, tx, request, "model_deleted", found);
  });
  return reply.status(204).send();
}

/** When a row was changed last, for models that know. */
export function touch(site: Site, model: Found["model"]): { last_updated?: string } {
  const knows = Object.hasOwn(modelOf(model).schema.shape, "last_updated");
  return knows ? { last_updated: new Date(site.clock()).toISOString() } : {};
}

function writeExtras(
  tx: Transaction,
  { extras }: Resource,
  found: Found,
  input: { [name: string]: JsonValue },
): void {
  for (const [name, value] of Object.entries(input)) extras[name]?.write(tx, found, value);
}

/** Records a change, in the transaction that makes it. */
export function recordChange(
  site: Site,
  tx: Transaction,
  request: FastifyRequest,
  action: "model_created" | "model_updated" | "model_deleted",
  found: Found,
): void {
  if (found.model === "authentik_events.event") return;
  const { user } = request.principal as Principal;
  const http = httpRequestData(tx, httpRequestInput(request));
  const { app, model_name } = splitName(found.model);
  const pk = typeof found.row.pk === "string" ? found.row.pk.replaceAll("-", "") : found.row.pk;
  const context = {
    model: { pk, app, name: titleOf(found), model_name },
    http_request: { args: {}, path: http.path, method: http.method, request_id: http.request_id },
  };
  const origin = { user, http, app: "authentik.events.middleware" };
  tx.insert("authentik_events.event", site.runtime.services.events.row(action, context, origin));
}
