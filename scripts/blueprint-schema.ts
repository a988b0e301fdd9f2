// The JSON Schema of blueprint files, for editors, from the runtime's models.
//
// An editor takes a tagged scalar (`!KeyOf id`) for a text and a tagged list (`!Find [...]`) for a list, so each value may be one of
// these besides what its field takes. What that leaves open `postern import --dry-run` finds.
import { KNOWN_MODELS, STATES } from "../runtime/blueprint/parse.ts";
import { type FieldKind, shapeOf } from "../runtime/models/fields.ts";
import { type ModelName, modelOf } from "../runtime/models/registry.ts";

type Schema = { readonly [key: string]: unknown };

const TAGGED = { $ref: "#/definitions/tagged" };

function kindSchema(kind: FieldKind): Schema {
  switch (kind.type) {
    case "text":
      return { type: ["string", "number"] };
    case "boolean":
      return { type: "boolean" };
    case "integer":
      return { type: "integer", minimum: kind.minimum, maximum: kind.maximum };
    case "number":
      return { type: "number" };
    case "choice":
      return { enum: kind.choices };
    case "reference":
      return { type: kind.key === "integer" ? "integer" : "string" };
    case "uuid":
    case "moment":
      return { type: "string" };
    case "object":
      return { type: "object" };
    case "list":
      return { type: "array", items: fieldSchema(kind.item) };
    case "json":
      return {};
  }
}

function fieldSchema({ kind, nullable }: { kind: FieldKind; nullable: boolean }): Schema {
  const own = kindSchema(kind);
  if (Object.keys(own).length === 0) return {};
  return { anyOf: [own, ...(nullable ? [{ type: "null" }] : []), TAGGED] };
}

/** The fields of an entry's identifiers and attributes. */
function fields(name: ModelName): Schema {
  const { schema, key } = modelOf(name);
  const properties: Record<string, Schema> = {
    pk: { anyOf: [{ type: key === "integer" ? "integer" : "string" }, TAGGED] },
  };
  for (const [field, type] of Object.entries(schema.shape)) {
    properties[field] = fieldSchema(shapeOf(type as Parameters<typeof shapeOf>[0]));
  }
  if (name === "authentik_core.group") properties.users = { anyOf: [{ type: "array" }, TAGGED] };
  const { label } = modelOf(name);
  return { title: label, type: "object", properties, additionalProperties: false };
}

/** Looked up by: any field, and for JSON fields what is in them (`attributes__x`). */
function identifiers(name: ModelName): Schema {
  const { properties } = fields(name) as { properties: Schema };
  return { type: "object", properties, patternProperties: { __: {} }, additionalProperties: false };
}

function entrySchema(): Schema {
  return {
    type: "object",
    required: ["model"],
    properties: {
      // A tagged text would let every misspelt model through.
      model: { description: "What the entry is.", anyOf: [{ enum: KNOWN_MODELS }, { type: "array" }] },
      state: { description: "Default: present.", anyOf: [{ enum: STATES }, TAGGED] },
      id: { description: "A name for `!KeyOf`.", type: ["string", "number"] },
      identifiers: { description: "Fields by which the object is found; set as well." },
      attrs: { description: "The other fields." },
      conditions: { type: "array", description: "The entry is skipped unless all are true." },
      permissions: { type: "array" },
    },
    additionalProperties: false,
    allOf: KNOWN_MODELS.map((model) => ({
      if: { required: ["model"], properties: { model: { const: model } } },
      // biome-ignore lint/suspicious/noThenProperty: JSON Schema's word.
      then: {
        properties: {
          identifiers: { $ref: `#/definitions/identifiers:${model}` },
          attrs: { anyOf: [{ $ref: `#/definitions/fields:${model}` }, { type: "null" }] },
        },
      },
    })),
  };
}

/** The schema as it is published. */
export function blueprintJsonSchema(): string {
  const entries = { type: "array", items: { $ref: "#/definitions/entry" } };
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "authentik blueprint, as Postern loads it",
    type: "object",
    required: ["version", "entries"],
    properties: {
      version: { const: 1 },
      metadata: {
        type: "object",
        properties: { name: { type: "string" }, labels: { type: "object" } },
      },
      context: { type: "object", description: "Values for `!Context`." },
      entries: { anyOf: [entries, { type: "object", additionalProperties: entries }] },
    },
    additionalProperties: false,
    definitions: {
      tagged: {
        description: "A tag, such as `!KeyOf id` or `!Find [model, [field, value]]`.",
        type: ["string", "array"],
      },
      entry: entrySchema(),
      ...Object.fromEntries(KNOWN_MODELS.map((name) => [`fields:${name}`, fields(name)])),
      ...Object.fromEntries(KNOWN_MODELS.map((name) => [`identifiers:${name}`, identifiers(name)])),
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
