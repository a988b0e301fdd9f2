// The judge: authentik's own OpenAPI description, and whether an answer is one that it describes.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import addFormatsModule from "ajv-formats";
import { load } from "js-yaml";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

/** A parameter, or the name of one that several operations share. */
interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly $ref?: string;
}

/** An operation of authentik's API. */
export interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly responses: {
    readonly [status: string]: { $ref?: string; content?: { [type: string]: { schema: Json } } };
  };
}

interface Description {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  readonly components: {
    readonly schemas: JsonObject;
    readonly responses: JsonObject;
    readonly parameters: { readonly [name: string]: Parameter };
  };
}

/** The description. Its YAML takes seconds to read, so it is kept as JSON beside the packages, under the text's hash. */
function readDescription(): Description {
  const file = createRequire(import.meta.url).resolve("@goauthentik/api/schema.yml");
  const text = readFileSync(file, "utf8");
  const folder = join(import.meta.dirname, "../../node_modules/.cache/postern");
  const kept = join(folder, `authentik-${createHash("sha256").update(text).digest("hex").slice(0, 16)}.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, "utf8")) as Description;
  const description = load(text) as Description;
  mkdirSync(folder, { recursive: true });
  const fresh = `${kept}.${process.pid}`;
  writeFileSync(fresh, JSON.stringify(description));
  renameSync(fresh, kept);
  return description;
}

/** authentik's description. */
export const description = readDescription();

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
// The package is CommonJS with a `default` of its own.
const addFormats = addFormatsModule as unknown as (ajv: Ajv) => void;
addFormats(ajv);
// authentik itself answers with an empty text where a user has no address.
ajv.addFormat("email", /^$|^[^@\s]+@[^@\s]+$/);
for (const format of ["double", "int32", "int64", "binary"]) ajv.addFormat(format, true);
// Expressions make actions up; authentik shows them as they are, behind the prefix that the description lists.
const { EventActions } = description.components.schemas as { EventActions: JsonObject };
const withOwnActions = { anyOf: [EventActions, { type: "string", pattern: "^custom_" }] };
const schemas = { ...description.components.schemas, EventActions: withOwnActions };
ajv.addSchema({ $id: "authentik", components: { schemas: asJsonSchema(schemas) as object } });

/**
 * OpenAPI 3.0 as JSON Schema: `nullable` becomes a choice, a discriminator picks its schema, and keys that are not
 * described are faults (a client would not see them, so they have no business there).
 */
function asJsonSchema(node: Json): Json {
  if (Array.isArray(node)) return node.map(asJsonSchema);
  if (typeof node !== "object" || node === null) return node;
  if (typeof node.$ref === "string") return { $ref: `authentik${node.$ref}` };
  const { nullable, discriminator, oneOf, ...rest } = node;
  const schema: JsonObject = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, asJsonSchema(value)]),
  );
  if (rest.type === "object" && "properties" in rest && !("additionalProperties" in rest)) {
    schema.additionalProperties = false;
  }
  if (oneOf !== undefined)
    Object.assign(schema, choice(oneOf as Json[], discriminator as JsonObject | undefined));
  return nullable === true ? { anyOf: [{ type: "null" }, schema] } : schema;
}

function choice(oneOf: Json[], discriminator: JsonObject | undefined): JsonObject {
  if (discriminator === undefined) return { oneOf: oneOf.map(asJsonSchema) };
  const property = discriminator.propertyName as string;
  const mapping = Object.entries(discriminator.mapping as { [value: string]: string });
  return {
    type: "object",
    required: [property],
    properties: { [property]: { enum: mapping.map(([value]) => value) } },
    allOf: mapping.map(([value, ref]) => ({
      if: { properties: { [property]: { const: value } }, required: [property] },
      // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word.
      then: { $ref: `authentik${ref}` },
    })),
  };
}

const routes = Object.entries(description.paths).map(([path, methods]) => ({
  path,
  pattern: new RegExp(`^${path.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&").replaceAll(/\{[^}]+\}/g, "[^/]+")}$`),
  methods,
  // Of two paths that fit, the one with fewer places to fill is meant.
  holes: path.split("{").length,
}));
routes.sort((a, b) => a.holes - b.holes);

const validators = new Map<string, ValidateFunction>();

function validator(schema: Json): ValidateFunction {
  const key = JSON.stringify(schema);
  const known = validators.get(key);
  if (known !== undefined) return known;
  const made = ajv.compile(asJsonSchema(schema) as object);
  validators.set(key, made);
  return made;
}

/** An answer as the judge looks at it. */
export interface Answer {
  readonly method: string;
  /** Path of the request, from the root: `/api/v3/…`. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** Statuses that the description leaves out although clients meet them, with the shape of Django REST framework. */
const UNDOCUMENTED = new Set([404, 405, 413, 415]);

/** authentik's operation at exactly this path, as its description writes it (`/core/users/{id}/`). */
export function authentikOperation(method: string, path: string): Operation | undefined {
  const operation = description.paths[path]?.[method];
  const parameters = operation?.parameters?.map((parameter) =>
    parameter.$ref === undefined ? parameter : sharedParameter(parameter.$ref),
  );
  return operation && { ...operation, parameters };
}

function sharedParameter(ref: string): Parameter {
  return description.components.parameters[ref.split("/").at(-1) as string] as Parameter;
}

/** What is wrong with an answer, one sentence each; nothing for a right one, and for paths that are not the API's. */
export function faults(answer: Answer): string[] {
  const { method, status, text } = answer;
  if (!answer.path.startsWith("/api/v3/") || answer.path === "/api/v3/schema/") return [];
  const path = answer.path.slice("/api/v3".length);
  const name = `${method} ${path} → ${status}`;
  const route = routes.find(({ pattern, methods }) => pattern.test(path) && method.toLowerCase() in methods);
  const operation = route?.methods[method.toLowerCase()];
  if (UNDOCUMENTED.has(status))
    return shapeFaults(name, answer, { $ref: "#/components/schemas/GenericError" });
  if (operation === undefined) return [`${name}: authentik has no such operation`];
  if (status === 302)
    return operation.operationId.startsWith("flows_executor") ? [] : [`${name}: a redirect`];
  const given = operation.responses[String(status)];
  if (given === undefined) return [`${name}: not among ${Object.keys(operation.responses).join(", ")}`];
  const response = given.$ref === undefined ? given : described(given.$ref);
  const content = Object.entries(response.content ?? {})[0];
  if (content === undefined) return text === "" || status !== 204 ? [] : [`${name}: has a body`];
  const [type, { schema }] = content;
  if (type !== "application/json" || isBinary(schema)) return [];
  return shapeFaults(name, answer, schema);
}

/** A file, whatever the description says of its content type. */
function isBinary(schema: Json): boolean {
  return (schema as JsonObject).format === "binary";
}

function described(ref: string): Operation["responses"][string] {
  const name = ref.split("/").at(-1) as string;
  return description.components.responses[name] as Operation["responses"][string];
}

function shapeFaults(name: string, answer: Answer, schema: Json): string[] {
  if (!/^application\/json\b/.test(answer.contentType))
    return [`${name}: ${answer.contentType || "no type"}`];
  let body: unknown;
  try {
    body = JSON.parse(answer.text);
  } catch {
    return [`${name}: not JSON: ${answer.text.slice(0, 200)}`];
  }
  const validate = validator(schema);
  if (validate(body)) return [];
  const told = (validate.errors ?? []).filter(({ keyword }) => keyword !== "if" && keyword !== "anyOf");
  return [...new Set(told.map((error) => `${name}: ${sentence(error)}`))];
}

function sentence({ instancePath, message, params, keyword }: ErrorObject): string {
  const facts = keyword === "enum" ? "" : ` ${JSON.stringify(params)}`;
  return `${instancePath || "/"} ${message ?? keyword}${facts}`;
}
