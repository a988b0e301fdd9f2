// Our own OpenAPI description: it has every route, and says of none what authentik's does not.
import { Ajv } from "ajv";
import { afterAll, beforeAll, expect, test } from "vitest";
import { install } from "../runtime/flow/harness.ts";
import { authentikOperation } from "./judge.ts";
import { type Running, startServer } from "./server-under-test.ts";

interface Described {
  readonly operationId: string;
  readonly parameters: readonly { readonly in: string; readonly name: string; readonly required: boolean }[];
  readonly responses: { readonly [status: string]: unknown };
}

interface Document {
  readonly openapi: string;
  readonly paths: { readonly [path: string]: { readonly [method: string]: Described } };
  readonly components: { readonly schemas: { readonly [name: string]: object } };
}

let running: Running;
let document: Document;
beforeAll(async () => {
  running = await startServer({ on: await install() });
  const response = await (await running.browser()).once("/api/v3/schema/");
  document = (await response.json()) as Document;
});
afterAll(async () => await running.close());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ path, method, described })),
  );

test("every route of the API is described", () => {
  expect(document.openapi).toBe("3.0.3");
  const undescribed = running.server.routes
    .filter(({ url, operation }) => url.startsWith("/api/v3/") && operation === undefined)
    .map(({ methods, url }) => `${methods.join()} ${url}`);
  expect(undescribed).toEqual([]);
  expect(operations().length).toBeGreaterThan(5);
});

test("every operation is authentik's: path, method, name, parameters, status", () => {
  for (const { path, method, described } of operations()) {
    const theirs = authentikOperation(method, path);
    expect(theirs, `${method} ${path}`).toBeDefined();
    if (theirs === undefined) continue;
    expect(described.operationId).toBe(theirs.operationId);
    const names = (theirs.parameters ?? []).map((parameter) => `${parameter.in} ${parameter.name}`);
    for (const parameter of described.parameters)
      expect(names).toContain(`${parameter.in} ${parameter.name}`);
    const statuses = Object.keys(described.responses).filter((status) => status.startsWith("2"));
    for (const status of statuses) expect(Object.keys(theirs.responses)).toContain(status);
  }
});

test("no parameter of authentik's is ignored", () => {
  const missing = operations().flatMap(({ path, method, described }) => {
    const ours = new Set(described.parameters.map(({ name }) => name));
    const theirs = authentikOperation(method, path)?.parameters ?? [];
    return theirs.filter(({ name }) => !ours.has(name)).map(({ name }) => `${path} ${name}`);
  });
  // Our description comes in one form and one language.
  expect(missing).toEqual(["/schema/ format", "/schema/ lang"]);
});

test("every reference leads to a schema, and every schema is one", () => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  for (const name of references) expect(Object.keys(document.components.schemas)).toContain(name);
  const ajv = new Ajv({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "ours", components: document.components });
  for (const name of Object.keys(document.components.schemas)) {
    expect(ajv.compile({ $ref: `ours#/components/schemas/${name}` })).toBeTypeOf("function");
  }
});

test("operations have names of their own", () => {
  const names = operations().map(({ described }) => described.operationId);
  expect(new Set(names).size).toBe(names.length);
});
