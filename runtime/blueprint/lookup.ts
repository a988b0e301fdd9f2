// Finding rows as Django's filters do: `slug`, `target__slug`, `attributes__team__contains`, `name__iexact` …
import type { JsonValue } from "../../engine/types.ts";
import { canonicalUuid } from "../models/fields.ts";
import type { Reference } from "../models/model.ts";
import { isModelName, MODEL_NAMES, type ModelName, modelOf, targetsOf } from "../models/registry.ts";
import type { Snapshot } from "../store/contract.ts";
import type { AnyRow } from "../store/table.ts";
import { sameJson } from "../store/table.ts";

/** A lookup that the model does not have; the message says which. */
export class LookupError extends Error {
  override readonly name = "LookupError";
}

type Test = (value: JsonValue, wanted: JsonValue) => boolean;

const text = (value: JsonValue): string => (value === null ? "" : String(value));
const lower = (value: JsonValue): string => text(value).toLowerCase();
const ordered = (test: (sign: number) => boolean): Test => {
  return (value, wanted) => {
    if (typeof value === "number" && typeof wanted === "number") return test(value - wanted);
    if (typeof value !== "string" || typeof wanted !== "string") return false;
    return test(value < wanted ? -1 : value > wanted ? 1 : 0);
  };
};

const TESTS = new Map<string, Test>([
  ["exact", sameValue],
  ["iexact", (value, wanted) => value !== null && lower(value) === lower(wanted)],
  [
    "contains",
    (value, wanted) =>
      typeof value === "object" ? containsJson(value, wanted) : text(value).includes(text(wanted)),
  ],
  ["icontains", (value, wanted) => lower(value).includes(lower(wanted))],
  ["startswith", (value, wanted) => text(value).startsWith(text(wanted))],
  ["istartswith", (value, wanted) => lower(value).startsWith(lower(wanted))],
  ["endswith", (value, wanted) => text(value).endsWith(text(wanted))],
  ["iendswith", (value, wanted) => lower(value).endsWith(lower(wanted))],
  ["in", (value, wanted) => Array.isArray(wanted) && wanted.some((item) => sameValue(value, item))],
  ["isnull", (value, wanted) => (value === null) === (wanted === true)],
  ["gt", ordered((sign) => sign > 0)],
  ["gte", ordered((sign) => sign >= 0)],
  ["lt", ordered((sign) => sign < 0)],
  ["lte", ordered((sign) => sign <= 0)],
]);

/** Other names of a model's primary key in authentik's database. */
const PK_NAMES = new Set([
  "pk",
  "id",
  "flow_uuid",
  "fsb_uuid",
  "policy_uuid",
  "policy_binding_uuid",
  "pm_uuid",
  "prompt_uuid",
  "stage_uuid",
  "group_uuid",
  "brand_uuid",
  "event_uuid",
]);

const FAMILIES = new Map<string, (name: ModelName) => boolean>([
  ["authentik_flows.stage", (name) => modelOf(name).family === "stage"],
  ["authentik_policies.policy", (name) => modelOf(name).family === "policy"],
  ["authentik_core.propertymapping", (name) => name === "authentik_events.notificationwebhookmapping"],
]);

/** The models that a name stands for: one, or those of a base model; none where it is unknown. Case does not count. */
export function modelsNamed(name: string): readonly ModelName[] {
  const known = name.toLowerCase();
  if (isModelName(known)) return [known];
  const belongs = FAMILIES.get(known);
  return belongs === undefined ? [] : MODEL_NAMES.filter(belongs);
}

/** The first row that meets all conditions, `[lookup, value]` each. Throws {@link LookupError}. */
export function findRow(
  reader: Snapshot,
  model: ModelName,
  conditions: readonly (readonly [string, JsonValue])[],
): AnyRow | undefined {
  const rows = reader.list(model) as unknown as AnyRow[];
  return rows.find(rowTest(reader, model, conditions));
}

/** Whether a row meets conditions, `[lookup, value]` each. Throws {@link LookupError}. */
export function rowTest(
  reader: Snapshot,
  model: ModelName,
  conditions: readonly (readonly [string, JsonValue])[],
): Holds {
  const compiled = conditions.map(([lookup, wanted]) => compile(reader, model, lookup.split("__"), wanted));
  return (row) => compiled.every((holds) => holds(row));
}

type Holds = (row: AnyRow) => boolean;

function compile(reader: Snapshot, model: ModelName, parts: readonly string[], wanted: JsonValue): Holds {
  const [name, ...rest] = parts;
  const reference = referenceOf(model, name);
  const field = reference?.field ?? fieldOf(model, name);
  const values = (row: AnyRow): readonly JsonValue[] => {
    const value = row[field];
    return reference !== undefined && Array.isArray(value) ? value : [value];
  };
  if (rest.length === 0) return test(values, "exact", wanted);
  if (rest.length === 1 && TESTS.has(rest[0])) return test(values, rest[0], wanted);
  if (reference !== undefined) {
    const onward = reference.targets.flatMap((target) => {
      try {
        return [{ target, holds: compile(reader, target, rest, wanted) }];
      } catch (error) {
        // A field of one kind of stage only is a fine thing to ask of a reference to any stage.
        if (!(error instanceof LookupError) || reference.targets.length === 1) throw error;
        return [];
      }
    });
    if (onward.length === 0) throw new LookupError(`${field} leads to no model with the field ${rest[0]}`);
    return (row) =>
      values(row).some((pk) =>
        onward.some(({ target, holds }) => {
          const next = pk === null ? undefined : reader.get(target, pk as string | number);
          return next !== undefined && holds(next as unknown as AnyRow);
        }),
      );
  }
  return descend(model, field, values, rest, wanted);
}

/** Into a JSON field, key by key. */
function descend(
  model: ModelName,
  field: string,
  values: (row: AnyRow) => readonly JsonValue[],
  rest: readonly string[],
  wanted: JsonValue,
): Holds {
  const last = rest.at(-1) as string;
  const operator = TESTS.has(last) ? last : "exact";
  const keys = TESTS.has(last) ? rest.slice(0, -1) : rest;
  const object = modelOf(model).schema.shape[field];
  if (object === undefined || !acceptsObject(object)) {
    throw new LookupError(`${model} has no lookup ${[field, ...rest].join("__")}`);
  }
  const inner = (row: AnyRow): readonly JsonValue[] => {
    let value: JsonValue | undefined = values(row)[0];
    for (const key of keys) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return [];
      value = (value as { [key: string]: JsonValue })[key];
    }
    return [value as JsonValue];
  };
  return test(inner, operator, wanted);
}

function acceptsObject(schema: unknown): boolean {
  return (schema as { safeParse(value: unknown): { success: boolean } }).safeParse({}).success;
}

function test(values: (row: AnyRow) => readonly JsonValue[], operator: string, wanted: JsonValue): Holds {
  const holds = TESTS.get(operator) as Test;
  return (row) => values(row).some((value) => holds(value, wanted));
}

function fieldOf(model: ModelName, name: string): string {
  if (Object.hasOwn(modelOf(model).schema.shape, name)) return name;
  if (PK_NAMES.has(name)) return "pk";
  throw new LookupError(`${model} has no field ${name}`);
}

function referenceOf(
  model: ModelName,
  name: string,
): { field: string; targets: readonly ModelName[] } | undefined {
  const references = modelOf(model).references as { [field: string]: Reference };
  for (const field of [name, name.replace(/_id$/, "")]) {
    if (Object.hasOwn(references, field)) return { field, targets: targetsOf(references[field]) };
  }
  return undefined;
}

/** Equality as a filter sees it: pks and numbers may come as text. */
function sameValue(value: JsonValue, wanted: JsonValue): boolean {
  if (sameJson(value, wanted)) return true;
  if (typeof value === "number" && typeof wanted === "string") return String(value) === wanted.trim();
  if (typeof value !== "string") return false;
  if (typeof wanted === "number") return value === String(wanted);
  return typeof wanted === "string" && canonicalUuid(value) !== undefined && canonicalUuid(wanted) === value;
}

/** JSON containment, as PostgreSQL's `@>`. */
export function containsJson(value: JsonValue | undefined, wanted: JsonValue): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(value) && wanted.every((item) => value.some((own) => containsJson(own, item)));
  }
  if (typeof wanted !== "object" || wanted === null) return sameJson(value, wanted);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.entries(wanted).every(
    ([key, item]) => Object.hasOwn(value, key) && containsJson(value[key], item),
  );
}
