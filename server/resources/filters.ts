// Filters of lists: what a parameter takes, and which rows meet it. Texts and leniency are django-filter's.
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import type { ModelName } from "../../runtime/index.ts";
import { canonicalUuid, type FieldShape, momentOf, shapeOf } from "../../runtime/models/fields.ts";
import { isoDate } from "../../runtime/models/iso-date.ts";
import type { Reference } from "../../runtime/models/model.ts";
import { modelOf, targetsOf } from "../../runtime/models/registry.ts";
import type { Found } from "./resource.ts";
import type { View } from "./view.ts";

/** What rows must meet: values of fields, which the store looks up, or a test that is made on each. */
export type Condition = { readonly where: JsonObject } | { readonly test: (found: Found) => boolean };

/** A parameter with a value that it does not take; the text says what is wrong. */
export class FilterFault extends Error {
  override readonly name = "FilterFault";
}

/** A filter. */
export interface Filter {
  /** The parameter in OpenAPI's words. */
  readonly schema: JsonObject;
  /** What rows must meet; nothing where the value asks for nothing. `values` are not empty. Throws {@link FilterFault}. */
  readonly condition: (values: readonly string[], view: View) => Condition | undefined;
}

/** Filters by the names of their parameters. */
export type Filters = { readonly [name: string]: Filter };

/** The filters of some of a model's fields, each named after its field. */
export function fieldFilters(model: ModelName, fields: readonly string[]): Filters {
  return Object.fromEntries(fields.map((field) => [field, fieldFilter(model, field)]));
}

/** The filter of one field: rows whose value is the given one; for a list of references, one of the given ones. */
export function fieldFilter(model: ModelName, field: string): Filter {
  const { schema, references } = modelOf(model);
  const shape = shapeOf(schema.shape[field] as Parameters<typeof shapeOf>[0]);
  const reference = (references as { readonly [field: string]: Reference | undefined })[field];
  const targets = reference === undefined ? [] : targetsOf(reference);
  return shape.kind.type === "list" ? anyOf(field, shape.kind.item, targets) : equalTo(field, shape, targets);
}

/** Rows by their pk, under another name of authentik's. */
export function pkFilter(): Filter {
  return {
    schema: { type: "string", format: "uuid" },
    condition: ([...values]) => {
      const pk = canonicalUuid(values.at(-1) as string);
      if (pk === undefined) throw new FilterFault("Enter a valid UUID.");
      return { where: { pk } };
    },
  };
}

/** A yes or no: `true` and `false` in any capitals; anything else asks for nothing. */
export function flagFilter(condition: (wanted: boolean, view: View) => Condition): Filter {
  return {
    schema: { type: "boolean" },
    condition: (values, view) => {
      const wanted = parseFlag(values.at(-1) as string);
      return wanted === undefined ? undefined : condition(wanted, view);
    },
  };
}

/** A text. */
export function textFilter(condition: (wanted: string, view: View) => Condition): Filter {
  return {
    schema: { type: "string" },
    condition: (values, view) => condition((values.at(-1) as string).trim(), view),
  };
}

/** Texts of which a row must meet one. */
export function textsFilter(condition: (wanted: readonly string[], view: View) => Condition): Filter {
  return { schema: { type: "array", items: { type: "string" } }, condition };
}

/** Rows whose field is null, or is not. */
export function nullFilter(field: string): Filter {
  return flagFilter((wanted) => ({ test: ({ row }) => (row[field] === null) === wanted }));
}

/** By rows that Postern does not have, such as roles: every value leads nowhere, and is refused as such. */
export function noRowsFilter(schema: JsonObject): Filter {
  return {
    schema,
    condition: ([value]) => {
      throw new FilterFault(schema.type === "array" ? notAvailable(value as string) : NO_SUCH_CHOICE);
    },
  };
}

/** A moment, compared with a field of the row. */
export function momentFilter(field: string, fits: (own: number, wanted: number) => boolean): Filter {
  return {
    schema: { type: "string", format: "date-time" },
    condition: (values) => {
      const text = values.at(-1) as string;
      // A date alone is its first moment.
      const date = isoDate(text);
      const wanted = momentOf(date === undefined ? text : `${date}T00:00`);
      if (Number.isNaN(wanted)) throw new FilterFault("Enter a valid date/time.");
      return {
        test: ({ row }) => {
          const own = row[field];
          return typeof own === "string" && fits(Date.parse(own), wanted);
        },
      };
    },
  };
}

/** `true` and `false`; nothing for any other text. */
export function parseFlag(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === "true" ? true : lower === "false" ? false : undefined;
}

const NO_SUCH_CHOICE = "Select a valid choice. That choice is not one of the available choices.";

function notAvailable(value: string): string {
  return `Select a valid choice. ${value} is not one of the available choices.`;
}

function equalTo(field: string, shape: FieldShape, targets: readonly ModelName[]): Filter {
  const { kind } = shape;
  switch (kind.type) {
    case "boolean":
      return flagFilter((wanted) => ({ where: { [field]: wanted } }));
    case "moment":
      return momentFilter(field, (own, wanted) => own === wanted);
    case "integer":
    case "number":
      return {
        schema: { type: kind.type },
        condition: (values) => {
          const text = (values.at(-1) as string).trim();
          const number = Number(text);
          if (text === "" || !Number.isFinite(number)) throw new FilterFault("Enter a number.");
          return { where: { [field]: number } };
        },
      };
    case "choice":
      return {
        schema: { type: "string", enum: [...kind.choices] },
        condition: (values) => {
          const wanted = values.at(-1) as string;
          if (kind.choices.includes(wanted)) return { where: { [field]: wanted } };
          throw new FilterFault(notAvailable(wanted));
        },
      };
    case "uuid":
    case "reference":
      return {
        schema: schemaOfKey(shape),
        condition: (values, view) => {
          const wanted = parseKey(shape, values.at(-1) as string);
          const known = targets.length === 0 || targets.some((target) => view.tx.get(target, wanted ?? ""));
          if (wanted !== undefined && known) return { where: { [field]: wanted } };
          throw new FilterFault(kind.type === "uuid" ? "Enter a valid UUID." : NO_SUCH_CHOICE);
        },
      };
    default:
      return textFilter((wanted) => ({ where: { [field]: wanted } }));
  }
}

/** Rows whose list has one of the given pks. */
function anyOf(field: string, item: FieldShape, targets: readonly ModelName[]): Filter {
  return {
    schema: { type: "array", items: schemaOfKey(item) },
    condition: (values, view) => {
      const wanted = values.map((text): JsonValue => {
        const key = parseKey(item, text);
        if (key === undefined) throw new FilterFault(`“${text}” is not a valid value.`);
        if (targets.some((target) => view.tx.get(target, key) !== undefined)) return key;
        throw new FilterFault(notAvailable(text));
      });
      return {
        test: ({ row }) => {
          const own = row[field];
          return Array.isArray(own) && own.some((pk) => wanted.includes(pk));
        },
      };
    },
  };
}

function schemaOfKey({ kind }: FieldShape): JsonObject {
  const isInteger = kind.type === "reference" && kind.key === "integer";
  return isInteger ? { type: "integer" } : { type: "string", format: "uuid" };
}

function parseKey({ kind }: FieldShape, text: string): string | number | undefined {
  if (kind.type === "reference" && kind.key === "integer") {
    return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  }
  return canonicalUuid(text);
}
