// What a client sends to create or change a row, checked field by field; faults are in Django REST framework's shapes.
import type { z } from "zod";
import { ExpressionSyntaxError } from "../../engine/errors.ts";
import type { Engine, JsonObject, JsonValue } from "../../engine/types.ts";
import type { ModelName, Pk } from "../../runtime/index.ts";
import { pythonType, shapeOf } from "../../runtime/models/fields.ts";
import type { Reference } from "../../runtime/models/model.ts";
import { MODEL_NAMES, modelOf, targetsOf } from "../../runtime/models/registry.ts";
import { NON_FIELD } from "../../runtime/models/validation.ts";
import { invalid } from "../errors.ts";
import type { AnyRow, Resource } from "./resource.ts";
import type { View } from "./view.ts";

/** How an input is taken. */
export interface InputMode {
  readonly kind: "create" | "put" | "patch";
  /** The row as it is; absent for a new one. */
  readonly existing?: AnyRow;
}

/** Values in shape: of the model's own fields, and of the others. */
export interface Input {
  readonly fields: JsonObject;
  readonly extras: JsonObject;
}

type Faults = { [field: string]: JsonValue };

/** The values of a body. Keys that are no fields are left out. Throws 400 with all that is wrong. */
export function readInput(
  view: View,
  engine: Engine,
  resource: Resource,
  body: unknown,
  mode: InputMode,
): Input {
  const input = expectObject(body);
  const model = modelOf(resource.models[0]);
  const faults: Faults = {};
  const fields: JsonObject = {};
  const extras: JsonObject = {};
  for (const field of resource.writable) {
    const schema = model.schema.shape[field] as z.ZodType;
    const own = given(input, field, resource, mode);
    const value =
      own === undefined && mode.kind !== "patch" ? resource.defaults[field]?.(view, mode.existing) : own;
    const isOptional = shapeOf(schema).optional && !resource.required.includes(field);
    if (value === undefined && (mode.kind === "patch" || isOptional)) continue;
    if (value === undefined) {
      faults[field] = ["This field is required."];
      continue;
    }
    const result = readField(schema, value, referenceOf(resource, field));
    if ("faults" in result) faults[field] = result.faults;
    else fields[field] = result.value;
  }
  for (const [field, extra] of Object.entries(resource.extras)) {
    const value = given(input, field, resource, mode);
    if (value === undefined) continue;
    const result = readField(extra.field, value, isReferenceList(extra.field));
    if ("faults" in result) faults[field] = result.faults;
    else extras[field] = result.value;
  }
  for (const field of resource.unsupported) {
    if (isSomething(input[field])) faults[field] = ["Postern does not have this setting; leave it empty."];
  }
  for (const [field, value] of Object.entries(fields)) {
    const fault =
      danglingPk(view, resource, field, value) ??
      takenText(view, resource, field, value, mode.existing) ??
      syntaxFault(engine, resource, field, value, mode.existing) ??
      resource.rules[field]?.(value, { input, existing: mode.existing, view });
    if (fault !== undefined) faults[field] = [fault];
  }
  if (Object.keys(faults).length > 0) throw invalid(faults as { [field: string]: string[] });
  return { fields, extras };
}

/** A body that is an object; nothing is an empty one. Throws 400 for any other. */
export function expectObject(body: unknown): JsonObject {
  if (body === null) throw invalid({ [NON_FIELD]: ["No data provided"] });
  const value = body ?? {};
  if (typeof value === "object" && !Array.isArray(value)) return value as JsonObject;
  const text = `Invalid data. Expected a dictionary, but got ${pythonType(value)}.`;
  throw invalid({ [NON_FIELD]: [text] });
}

/** One value in shape, or its faults as they are told. Of pks the first fault is told, of other items each under its place. */
export function readField(
  schema: z.ZodType,
  value: unknown,
  areReferences = false,
): { readonly value: JsonValue } | { readonly faults: JsonValue } {
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data as JsonValue };
  const { issues } = result.error;
  const first = issues[0] as (typeof issues)[number];
  if (areReferences || first.path.length === 0) return { faults: [first.message] };
  const items: { [index: string]: string[] } = {};
  for (const issue of issues) {
    const index = String(issue.path[0]);
    items[index] = [...(items[index] ?? []), issue.message];
  }
  return { faults: items };
}

function given(
  input: JsonObject,
  field: string,
  { putDefaults }: Resource,
  mode: InputMode,
): JsonValue | undefined {
  if (Object.hasOwn(input, field)) return input[field];
  return mode.kind === "put" && Object.hasOwn(putDefaults, field) ? putDefaults[field] : undefined;
}

function isSomething(value: JsonValue | undefined): boolean {
  const isEmptyList = Array.isArray(value) && value.length === 0;
  return value !== undefined && value !== null && value !== "" && value !== false && !isEmptyList;
}

/** Whether a field refers to rows: its faults are told as a relation's. */
function referenceOf({ models }: Resource, field: string): boolean {
  const { schema } = modelOf(models[0]);
  return isReferenceList(schema.shape[field] as z.ZodType);
}

function isReferenceList(schema: z.ZodType): boolean {
  const { kind } = shapeOf(schema);
  return kind.type === "list" && (kind.item.kind.type === "reference" || kind.item.kind.type === "uuid");
}

/** The first pk that leads nowhere. Postern has no rows for a list of pks without a model, so any pk leads nowhere. */
function danglingPk(view: View, { models }: Resource, field: string, value: JsonValue): string | undefined {
  const { schema, references } = modelOf(models[0]);
  const shape = shapeOf(schema.shape[field] as z.ZodType);
  const reference = (references as { readonly [field: string]: Reference | undefined })[field];
  if (reference === undefined && !isReferenceList(schema.shape[field] as z.ZodType)) return undefined;
  const targets = reference === undefined ? [] : targetsOf(reference);
  const pks = shape.kind.type === "list" ? (value as JsonValue[]) : value === null ? [] : [value];
  const missing = pks.find((pk) => targets.every((target) => view.tx.get(target, pk as Pk) === undefined));
  return missing === undefined ? undefined : `Invalid pk "${String(missing)}" - object does not exist.`;
}

/** A text that another row has already, where it has to be the only one. */
function takenText(
  view: View,
  { models }: Resource,
  field: string,
  value: JsonValue,
  existing: AnyRow | undefined,
): string | undefined {
  const name = models[0];
  const model = modelOf(name);
  if (value === null || !model.unique.some((fields) => fields.length === 1 && fields[0] === field))
    return undefined;
  const isShared = model.family !== undefined && field === "name";
  const scope: readonly ModelName[] = isShared
    ? MODEL_NAMES.filter((other) => modelOf(other).family === model.family)
    : [name];
  const taken = scope.some((other) =>
    (view.tx.list(other, { [field]: value }) as unknown as AnyRow[]).some(({ pk }) => pk !== existing?.pk),
  );
  return taken ? `${model.uniqueLabel ?? model.label} with this ${field} already exists.` : undefined;
}

/** What is wrong with an expression's text. It is compiled, not run. */
function syntaxFault(
  engine: Engine,
  { models, newExpressionName }: Resource,
  field: string,
  value: JsonValue,
  existing: AnyRow | undefined,
): string | undefined {
  if (!modelOf(models[0]).expressions.includes(field)) return undefined;
  try {
    engine.expression(existing === undefined ? newExpressionName : String(existing.name), String(value));
    return undefined;
  } catch (error) {
    if (error instanceof ExpressionSyntaxError) return `Expression Syntax Error: ${error.message}`;
    throw error;
  }
}
