// The equality look-ups that a database keeps an index for: unique sets, references, and a few fields besides.
import { hash } from "node:crypto";
import type { JsonValue } from "../../engine/types.ts";
import type { Pk, Reference } from "../models/model.ts";
import { MODEL_NAMES, type ModelName, modelOf } from "../models/registry.ts";
import { referrersOf, uniqueSetsOf } from "./integrity.ts";
import type { AnyRow } from "./table.ts";

/** A look-up's name and the values it is asked for: all rows with these values. */
export interface Lookup {
  /** Names models and fields. */
  readonly scope: string;
  /** Stands for the values: 128 bits of their SHA-256, spelled as a UUID. Values of any length and content are told apart. */
  readonly key: string;
  /** At most one row has these values. */
  readonly unique: boolean;
}

interface Definition {
  readonly scope: string;
  readonly fields: readonly string[];
  readonly unique: boolean;
  /** The field is a list, and each of its items is looked up. */
  readonly many: boolean;
}

/** Fields that rows are often found by although they are neither unique nor references. */
const EXTRA: readonly (readonly [ModelName, string])[] = [
  ["authentik_core.user", "email"],
  ["authentik_events.event", "action"],
  ["authentik_stages_authenticator_sms.smsdevice", "phone_number"],
];

const DEFINITIONS = new Map<ModelName, readonly Definition[]>(
  MODEL_NAMES.map((name) => [
    name,
    [
      ...uniqueSetsOf(name).map(({ fields, scope }) => ({
        scope: `unique ${scope.length === 1 ? name : modelOf(name).family} ${fields.join(" ")}`,
        fields,
        unique: true,
        many: false,
      })),
      ...Object.keys(modelOf(name).references as { [field: string]: Reference }).map((field) => ({
        scope: `equal ${name} ${field}`,
        fields: [field],
        unique: false,
        many: modelOf(name).references[field]?.onDelete === "remove",
      })),
      ...EXTRA.filter(([model]) => model === name).map(([, field]) => ({
        scope: `equal ${name} ${field}`,
        fields: [field],
        unique: false,
        many: false,
      })),
    ],
  ]),
);

/** Says which look-ups there are; where it changes, the index has to be made anew. */
export const LOOKUPS_FINGERPRINT = keyOf([...DEFINITIONS].map(([name, all]) => [name, JSON.stringify(all)]));

/** Look-ups of rows: a commit asks for them again and again, and rows do not change. */
const known = new WeakMap<AnyRow, readonly Lookup[]>();

/** The look-ups that a row is found by. The row is not to change afterwards. */
export function lookupsOf(model: ModelName, row: AnyRow): readonly Lookup[] {
  let lookups = known.get(row);
  if (lookups === undefined) {
    lookups = workedOut(model, row);
    known.set(row, lookups);
  }
  return lookups;
}

function workedOut(model: ModelName, row: AnyRow): Lookup[] {
  const found = new Map<string, Lookup>();
  for (const { scope, fields, unique, many } of DEFINITIONS.get(model) ?? []) {
    const values = fields.map((field) => row[field]);
    const asked = many ? (values[0] as JsonValue[]).map((item) => [item]) : [values];
    for (const set of asked) {
      if (set.some((value) => value === null)) continue;
      const lookup = { scope, key: keyOf(set), unique };
      found.set(`${scope} ${lookup.key}`, lookup);
    }
  }
  return [...found.values()];
}

/** The look-ups of a row's unique sets. */
export function uniqueLookupsOf(model: ModelName, row: AnyRow): Lookup[] {
  return lookupsOf(model, row).filter(({ unique }) => unique);
}

/** A look-up that answers with at least the rows that meet a condition; nothing where none does. */
export function lookupFor(
  model: ModelName,
  where: { readonly [field: string]: unknown },
): Lookup | undefined {
  const usable = (DEFINITIONS.get(model) ?? []).filter(
    ({ fields, many }) => !many && fields.every((field) => isScalar(where[field])),
  );
  const best = usable.find(({ unique }) => unique) ?? usable[0];
  if (best === undefined) return undefined;
  const key = keyOf(best.fields.map((field) => where[field] as JsonValue));
  return { scope: best.scope, key, unique: best.unique };
}

/** The look-ups of all rows that refer to a row. */
export function referrerLookups(model: ModelName, pk: Pk): Lookup[] {
  return referrersOf(model).map(({ model: other, field }) => ({
    scope: `equal ${other} ${field}`,
    key: keyOf([pk]),
    unique: false,
  }));
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function keyOf(values: readonly JsonValue[]): string {
  const hex = hash("sha256", JSON.stringify(values), "hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
