// What a resource's routes take and answer, as OpenAPI's schemas, made from its model and its definition.
import type { z } from "zod";
import { type FieldShape, shapeOf } from "../../runtime/models/fields.ts";
import { modelOf } from "../../runtime/models/registry.ts";
import { type Operation as Described, objectSchema, type QueryParameter, type Schema } from "../openapi.ts";
import type { Operation, Resource } from "./resource.ts";

/** Schemas of what many answers have. */
export const TEXT: Schema = { type: "string" };
export const UUID: Schema = { type: "string", format: "uuid" };
export const INTEGER: Schema = { type: "integer" };
export const FLAG: Schema = { type: "boolean" };
export const MOMENT: Schema = { type: "string", format: "date-time" };
export const ANY_OBJECT: Schema = { type: "object", additionalProperties: {} };

/** A list of these. */
export function listOf(items: Schema): Schema {
  return { type: "array", items };
}

/** The same, or null. */
export function orNull(schema: Schema): Schema {
  return { ...schema, nullable: true };
}

/** A component by its name. */
export function component(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

/** What `metaNames` answers with. */
export const META_NAMES: { readonly [name: string]: Schema } = {
  verbose_name: TEXT,
  verbose_name_plural: TEXT,
  meta_model_name: TEXT,
};

/** A line of a log, as trials and blueprints answer with it. */
export const LOG_EVENT: Schema = objectSchema({
  timestamp: MOMENT,
  log_level: TEXT,
  logger: TEXT,
  event: TEXT,
  attributes: ANY_OBJECT,
});

/** A list of kinds of objects, as the `types` endpoints answer with it. */
export const TYPES: Schema = listOf(
  objectSchema(
    {
      name: TEXT,
      description: TEXT,
      component: TEXT,
      model_name: TEXT,
      icon_url: TEXT,
      requires_enterprise: FLAG,
      deprecated: FLAG,
    },
    ["icon_url", "requires_enterprise", "deprecated"],
  ),
);

/** The schema of a field's value. */
export function fieldSchema({ kind, nullable }: FieldShape): Schema {
  const schema = kindSchema(kind);
  return nullable ? orNull(schema) : schema;
}

function kindSchema(kind: FieldShape["kind"]): Schema {
  switch (kind.type) {
    case "text":
      return {
        type: "string",
        ...(kind.max !== undefined && { maxLength: kind.max }),
        ...(kind.format === "email" && { format: "email" }),
        ...(kind.format === "slug" && { pattern: "^[-a-zA-Z0-9_]+$" }),
      };
    case "integer":
      return { type: "integer", minimum: kind.minimum, maximum: kind.maximum };
    case "choice":
      return { type: "string", enum: [...kind.choices] };
    case "reference":
      return kind.key === "integer" ? INTEGER : UUID;
    case "list":
      return listOf(fieldSchema(kind.item));
    case "boolean":
      return FLAG;
    case "number":
      return { type: "number", format: "double" };
    case "uuid":
      return UUID;
    case "moment":
      return MOMENT;
    case "object":
      return ANY_OBJECT;
    case "json":
      return {};
  }
}

function shapesOf({ models, writable }: Resource): [string, FieldShape][] {
  const { shape } = modelOf(models[0]).schema;
  return writable.map((field) => [field, shapeOf(shape[field] as z.ZodType)]);
}

function shownSchema(resource: Resource): Schema {
  const shown = shapesOf(resource).filter(([field]) => !resource.writeOnly.includes(field));
  const pk = modelOf(resource.models[0]).key === "integer" ? INTEGER : UUID;
  return objectSchema(
    {
      [resource.shownPk]: pk,
      ...Object.fromEntries(shown.map(([field, shape]) => [field, fieldSchema(shape)])),
      ...resource.computed,
    },
    resource.sometimes,
  );
}

function requestSchema(resource: Resource, isPatch: boolean): Schema {
  const shapes = shapesOf(resource);
  const extras = Object.entries(resource.extras).map(([name, { field }]) => [
    name,
    fieldSchema(shapeOf(field)),
  ]);
  const properties = {
    ...Object.fromEntries(shapes.map(([field, shape]) => [field, fieldSchema(shape)])),
    ...Object.fromEntries(extras),
  };
  const needed = shapes
    .filter(([field, shape]) => !shape.optional || resource.required.includes(field))
    .filter(([field]) => !Object.hasOwn(resource.defaults, field))
    .map(([field]) => field);
  const required = isPatch ? [] : needed;
  return objectSchema(
    properties,
    Object.keys(properties).filter((field) => !required.includes(field)),
  );
}

const NUMBER: Schema = { type: "number" };
const PAGINATION: Schema = objectSchema({
  next: NUMBER,
  previous: NUMBER,
  count: NUMBER,
  current: NUMBER,
  total_pages: NUMBER,
  start_index: NUMBER,
  end_index: NUMBER,
});

/** What a `used_by` endpoint answers with. */
const USED_BY: Schema = objectSchema({
  app: TEXT,
  model_name: TEXT,
  pk: TEXT,
  name: TEXT,
  action: { type: "string", enum: ["cascade", "cascade_many", "set_null", "set_default", "left_dangling"] },
});

const PAGE_PARAMETERS: readonly QueryParameter[] = [
  { name: "ordering", schema: TEXT, description: "Field to sort by; with - in front, descending." },
  { name: "page", schema: INTEGER, description: "Number of the page, from 1." },
  { name: "page_size", schema: INTEGER, description: "Objects of a page: 20, at most 100." },
  { name: "search", schema: TEXT, description: "Words that the objects have to have in them." },
];

/** A path's name in operations: `/stages/deny/` is `stages_deny`. */
export function operationName(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && !part.startsWith(":"))
    .join("_");
}

/** What one of a resource's operations takes and answers. `partial_update` is PATCH. */
export function describeOperation(resource: Resource, operation: Operation | "partial_update"): Described {
  const { object, path, filters, query } = resource;
  const name = operationName(path);
  const shown = { answer: component(object), components: { [object]: shownSchema(resource) } };
  const described = { description: `${object}: ${operation.replace("_", " ")}.` };
  switch (operation) {
    case "list":
      return {
        id: `${name}_list`,
        ...described,
        query: [
          ...Object.entries(filters).map(([filter, { schema }]) => ({ name: filter, schema })),
          ...PAGE_PARAMETERS,
          ...query,
        ],
        answer: component(`Paginated${object}List`),
        components: {
          ...shown.components,
          Pagination: PAGINATION,
          [`Paginated${object}List`]: objectSchema({
            pagination: component("Pagination"),
            results: listOf(component(object)),
            autocomplete: ANY_OBJECT,
          }),
        },
      };
    case "create":
    case "update":
    case "partial_update": {
      const isPatch = operation === "partial_update";
      const request = `${isPatch ? "Patched" : ""}${object}Request`;
      return {
        id: `${name}_${operation}`,
        ...described,
        body: component(request),
        ...shown,
        components: { ...shown.components, [request]: requestSchema(resource, isPatch) },
        ...(operation === "create" && { status: 201 }),
      };
    }
    case "retrieve":
      return { id: `${name}_retrieve`, ...described, ...shown, query: resource.itemQuery };
    case "destroy":
      return { id: `${name}_destroy`, ...described };
    case "used_by":
      return {
        id: `${name}_used_by_list`,
        description: `${object}: what refers to it.`,
        answer: listOf(component("UsedBy")),
        components: { UsedBy: USED_BY },
      };
  }
}
