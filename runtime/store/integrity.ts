// The rules between rows: references point to rows that exist, unique sets are unique.
import type { Model, Pk, Reference } from "../models/model.ts";
import { MODEL_NAMES, type ModelName, modelOf, targetsOf } from "../models/registry.ts";
import type { FieldIssue } from "../models/validation.ts";
import { type State, tableOf } from "./state.ts";
import type { AnyRow } from "./table.ts";

/** A field of some model that may point to a given model. */
export interface Referrer {
  readonly model: ModelName;
  readonly field: string;
  readonly onDelete: Reference["onDelete"];
}

interface Outgoing {
  readonly field: string;
  readonly targets: readonly ModelName[];
}

const OUTGOING = new Map<ModelName, readonly Outgoing[]>(
  MODEL_NAMES.map((name) => [
    name,
    referencesOf(modelOf(name)).map(([field, reference]) => ({ field, targets: targetsOf(reference) })),
  ]),
);

const REFERRERS = new Map<ModelName, readonly Referrer[]>(
  MODEL_NAMES.map((target) => [
    target,
    MODEL_NAMES.flatMap((model) =>
      referencesOf(modelOf(model))
        .filter(([, reference]) => targetsOf(reference).includes(target))
        .map(([field, { onDelete }]) => ({ model, field, onDelete })),
    ),
  ]),
);

/** The fields that may point to a model. */
export function referrersOf(model: ModelName): readonly Referrer[] {
  return REFERRERS.get(model) ?? [];
}

/** The rows that a row's references may mean: for each pk it holds, one of every model that the field may point to. */
export function referencedRows(model: ModelName, row: AnyRow): { model: ModelName; pk: Pk }[] {
  return (OUTGOING.get(model) ?? []).flatMap(({ field, targets }) => {
    const value = row[field];
    const pks = (Array.isArray(value) ? value : [value]).filter((pk) => pk !== null) as Pk[];
    return pks.flatMap((pk) => targets.map((target) => ({ model: target, pk })));
  });
}

/** The references of a row that point to no row, as DRF words them. */
export function danglingReferences(state: State, model: ModelName, row: AnyRow): FieldIssue[] {
  const issues: FieldIssue[] = [];
  for (const { field, targets } of OUTGOING.get(model) ?? []) {
    const value = row[field];
    const many = Array.isArray(value);
    for (const [index, pk] of (many ? value : [value]).entries()) {
      if (pk === null || targets.some((target) => tableOf(state, target).has(pk as Pk))) continue;
      const message = `Invalid pk "${pk}" - object does not exist.`;
      issues.push({ field, path: many ? [index] : [], message, code: "does_not_exist" });
    }
  }
  return issues;
}

/** Where a value must be unique: the model's own table, or those of all models of its family for a shared name. */
function uniqueScope(name: ModelName, fields: readonly string[]): readonly ModelName[] {
  const { family } = modelOf(name);
  if (family === undefined || fields.length !== 1 || fields[0] !== "name") return [name];
  return MODEL_NAMES.filter((other) => modelOf(other).family === family);
}

const UNIQUE = new Map(
  MODEL_NAMES.map((name) => [
    name,
    modelOf(name).unique.map((fields) => ({ fields, scope: uniqueScope(name, fields) })),
  ]),
);

/** The first unique set of a row that another row already has. */
export function uniqueClash(
  state: State,
  model: ModelName,
  row: AnyRow,
): { fields: readonly string[]; holder: Pk } | undefined {
  for (const { fields, scope } of UNIQUE.get(model) ?? []) {
    if (fields.some((field) => row[field] === null)) continue;
    const conditions = fields.map((field) => [field, row[field]] as const);
    for (const name of scope) {
      for (const { pk } of tableOf(state, name).matching(conditions)) {
        if (name !== model || pk !== row.pk) return { fields, holder: pk };
      }
    }
  }
  return undefined;
}

/** The unique sets of a model: fields that no two rows of the models in `scope` share. */
export function uniqueSetsOf(
  model: ModelName,
): readonly { readonly fields: readonly string[]; readonly scope: readonly ModelName[] }[] {
  return UNIQUE.get(model) ?? [];
}

/** The values of a row's unique sets as texts, for finding clashes among many rows at once. */
export function uniqueKeys(
  model: ModelName,
  row: AnyRow,
): { readonly fields: readonly string[]; readonly key: string }[] {
  return (UNIQUE.get(model) ?? [])
    .filter(({ fields }) => fields.every((field) => row[field] !== null))
    .map(({ fields, scope }) => ({
      fields,
      key: JSON.stringify([scope, fields, fields.map((field) => row[field])]),
    }));
}

function referencesOf(model: Model): [string, Reference][] {
  return Object.entries(model.references as { [field: string]: Reference });
}
