// Bringing input into a model's shape, and the error that lists what is wrong with it.
import type { z } from "zod";
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { type Conversion, canonicalUuid, conversionOf, Fault } from "./fields.ts";
import type { Model, Pk } from "./model.ts";

/** One thing that is wrong with an input. */
export interface FieldIssue {
  /** The field; `non_field_errors` for rules between fields. */
  readonly field: string;
  /** The place within the field's value: list positions and keys. */
  readonly path: readonly (string | number)[];
  /** DRF's text. */
  readonly message: string;
  /** DRF's code (`required`, `invalid`, `unique` …). */
  readonly code: string;
}

/** An input does not fit its model. */
export class ValidationError extends Error {
  override readonly name: string = "ValidationError";
  /** The model's name. */
  readonly model: string;
  readonly issues: readonly FieldIssue[];
  constructor(model: string, issues: readonly FieldIssue[]) {
    super(`${model}: ${issues.map((issue) => `${issue.field}: ${issue.message}`).join(" ")}`);
    this.model = model;
    this.issues = issues;
  }
  /** The texts by field, as authentik's API answers with them. */
  get messages(): { [field: string]: string[] } {
    const fields = new Map<string, string[]>();
    for (const { field, message } of this.issues) fields.set(field, [...(fields.get(field) ?? []), message]);
    return Object.fromEntries(fields);
  }
}

/** The field under which rules between fields are reported. */
export const NON_FIELD = "non_field_errors";

/**
 * The fields of a whole row in shape, defaults filled in. Throws {@link ValidationError}, also for keys that the model
 * does not have. Whether references exist and unique sets are free is for the store to say.
 */
export function shapeRow(model: Model, input: Readonly<Record<string, unknown>>, pk?: Pk): JsonObject {
  const issues: FieldIssue[] = unknownFields(model, Object.keys(input));
  const row = converted(model, input);
  if (row === undefined) {
    // What is wrong, and where, the schema says.
    issues.push(...(model.schema.safeParse(input).error?.issues ?? []).map(fieldIssue));
  } else if (issues.length === 0) {
    for (const fault of model.check?.(row, pk) ?? []) {
      issues.push({ field: NON_FIELD, path: [], message: fault.message, code: fault.code });
    }
    if (issues.length === 0) return row;
  }
  throw new ValidationError(model.name, issues);
}

/** The fields in shape, or nothing where one is refused. */
function converted(model: Model, input: Readonly<Record<string, unknown>>): JsonObject | undefined {
  const row: JsonObject = {};
  for (const [field, conversion] of conversionsOf(model)) {
    const value = conversion(input[field]);
    if (value instanceof Fault) return undefined;
    row[field] = value as JsonValue;
  }
  return row;
}

const CONVERSIONS = new WeakMap<Model, readonly (readonly [field: string, Conversion])[]>();

function conversionsOf(model: Model): readonly (readonly [field: string, Conversion])[] {
  let conversions = CONVERSIONS.get(model);
  if (conversions === undefined) {
    const fields = Object.entries(model.schema.shape) as [string, z.ZodType][];
    conversions = fields.map(([field, schema]) => [field, conversionOf(schema)] as const);
    CONVERSIONS.set(model, conversions);
  }
  return conversions;
}

/** One issue for each key that is not a field of the model. */
export function unknownFields(model: Model, keys: readonly string[]): FieldIssue[] {
  return keys
    .filter((key) => !Object.hasOwn(model.schema.shape, key))
    .map((field) => ({
      field,
      path: [],
      message: `${model.name} has no field ${JSON.stringify(field)}.`,
      code: "unknown",
    }));
}

/** A pk in the model's shape, or a fault where it cannot be one. */
export function shapePk(model: Model, pk: unknown): Pk | Fault {
  if (model.key === "integer") {
    const number = typeof pk === "string" && /^\d{1,15}$/.test(pk) ? Number(pk) : pk;
    return typeof number === "number" && Number.isSafeInteger(number) && number > 0
      ? number
      : new Fault("invalid", "A valid integer is required.");
  }
  if (model.key === "text") {
    return typeof pk === "string" && pk !== "" ? pk : new Fault("invalid", "Not a valid string.");
  }
  return (
    (typeof pk === "string" ? canonicalUuid(pk) : undefined) ?? new Fault("invalid", "Must be a valid UUID.")
  );
}

function fieldIssue(issue: z.core.$ZodIssue): FieldIssue {
  const [field, ...path] = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  const params: unknown = issue.code === "custom" ? issue.params : undefined;
  const code = (params as { code?: JsonValue } | undefined)?.code;
  return {
    field: field === undefined ? NON_FIELD : String(field),
    path,
    message: issue.message,
    code: typeof code === "string" ? code : "invalid",
  };
}
