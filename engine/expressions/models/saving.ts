// Changing rows: save, delete, create and their kin. Every change goes to the host, which needs the grant `models.write`.
import { setAttribute } from "../../python/attribute.ts";
import { PyDict } from "../../python/dict.ts";
import { PyException, pyError, typeError, valueError } from "../../python/exceptions.ts";
import { call0, PyBuiltin, PyFunction } from "../../python/function.ts";
import { collect } from "../../python/iterator.ts";
import { pythonMethods } from "../../python/modules/python-function.ts";
import { asStr, type PyType, type PyValue } from "../../python/object.ts";
import { same, truth } from "../../python/operators.ts";
import { repr, str } from "../../python/representation.ts";
import { PyTuple, tuple } from "../../python/sequence.ts";
import type { GuestJson } from "../capabilities.ts";
import { fromParsed } from "../context-tree.ts";
import { FieldDoesNotExist, FieldError } from "../django/exceptions.ts";
import { defaults } from "./defaults.ts";
import { fetchRows, hostJson, write } from "./host.ts";
import { type Field, fieldNamed, type Model, modelOfType, storedName } from "./model.ts";
import { newPassword, passwords } from "./passwords.ts";
import { type PyQuerySet, requireNotCombined } from "./queryset.ts";
import { one, setOf } from "./queryset-methods.ts";
import type { PyRecord } from "./record.ts";
import { byKey, PyRelatedManager, recordOf } from "./relations.ts";

const modelFor = (record: PyRecord): Model => modelOfType(record.cls) as Model;
const named = (record: PyRecord, method: string): string => `${record.cls.name}.${method}()`;
/** `authentik_core.User`, as Django counts deletions. */
const counted = (model: Model): string => `${model.label.split(".")[0]}.${model.name}`;

// ---- one row -------------------------------------------------------------------------------------

/** What a row's columns hold, as JSON by name. */
function columnValues(model: Model, record: PyRecord): Map<string, GuestJson> {
  const values = new Map<string, GuestJson>();
  for (const field of model.columns) {
    const value = record.dict.get(storedName(model, field));
    if (value !== undefined && field !== model.pk) values.set(field.name, hostJson(value));
  }
  return values;
}
const sameJson = (a: GuestJson | undefined, b: GuestJson | undefined): boolean =>
  a !== undefined && b !== undefined && canonical(a) === canonical(b);
/** JSON with sorted keys: two values are equal when their texts are. */
function canonical(value: GuestJson): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] as GuestJson)}`)
    .join(",")}}`;
}

/** Takes over what the host says a row holds now. */
function refresh(model: Model, record: PyRecord, row: PyRecord, only?: readonly Field[]): void {
  for (const field of only ?? model.fields.values()) {
    const name = storedName(model, field);
    const value = row.dict.get(name);
    if (value instanceof PyRelatedManager) record.dict.delete(name);
    else if (value !== undefined) record.dict.set(name, value);
  }
}

function insert(name: string, model: Model, record: PyRecord): void {
  const own = new Map(defaults(model).map(([field, value]) => [field, hostJson(value)]));
  const values: { [name: string]: GuestJson } = {};
  for (const [field, value] of columnValues(model, record)) {
    if (!sameJson(value, own.get(field))) values[field] = value;
  }
  const password = newPassword(record);
  if (password !== undefined) values.password = password;
  const pk = record.get("pk");
  if (pk !== null) values.pk = hostJson(pk);
  const [row] = write(name, { op: "create", model: model.label, values });
  if (row !== undefined) refresh(model, record, recordOf(model, fromParsed(row) as PyDict));
  passwords.delete(record);
}

/** `save()`: what differs from the stored row is written; a row that is not there is inserted. */
export function save(record: PyRecord, only: readonly string[] | null): void {
  const model = modelFor(record);
  const name = named(record, "save");
  const pk = record.get("pk");
  const key = { path: ["pk"], lookup: "exact", value: hostJson(pk), negated: false };
  const stored = pk === null ? undefined : fetchRows(name, model, [key]).find((row) => same(row, record));
  if (stored === undefined) {
    insert(name, model, record);
    return;
  }
  const before = columnValues(model, stored);
  const own = new Map(defaults(model));
  const values: { [name: string]: GuestJson } = {};
  for (const [field, value] of columnValues(model, record)) {
    if (only !== null && !only.includes(field)) continue;
    const was = before.get(field);
    // A column that the host does not know is not its to keep, unless it was given a value.
    const untouched =
      was === undefined && own.has(field) && sameJson(value, hostJson(own.get(field) as PyValue));
    if (!untouched && !sameJson(value, was)) values[field] = value;
  }
  const password = newPassword(record);
  if (password !== undefined && (only === null || only.includes("password"))) values.password = password;
  if (Object.keys(values).length > 0)
    write(name, { op: "update", model: model.label, keys: [hostJson(pk)], values });
  passwords.delete(record);
}

function requireColumns(model: Model, names: readonly string[]): void {
  const unknown = names.filter((name) => {
    const field = fieldNamed(model, name);
    return (
      name !== "password" && (field === undefined || field === model.pk || !model.columns.includes(field))
    );
  });
  if (unknown.length > 0)
    throw valueError(
      `The following fields do not exist in this model, are m2m fields, primary keys, or are non-concrete fields: ${unknown.join(", ")}`,
    );
}

/** Gives a model's rows `save`, `delete` and `refresh_from_db`. */
export function defineSaving(model: Model): void {
  pythonMethods(model.type, {
    "save(force_insert=False, force_update=False, using=None, update_fields=None)": (
      self: PyRecord,
      _insert: PyValue,
      _update: PyValue,
      _using: PyValue,
      fields: PyValue = null,
    ) => {
      const names = fields === null ? null : collect(fields).map(str);
      if (names !== null) requireColumns(model, names);
      if (names?.length !== 0) save(self, names);
      return null;
    },
    "delete(using=None, keep_parents=False)": (self: PyRecord) => {
      const pk = self.get("pk");
      if (pk === null)
        throw valueError(
          `${model.name} object can't be deleted because its ${model.pk.name} attribute is set to None.`,
        );
      write(named(self, "delete"), { op: "delete", model: model.label, keys: [hostJson(pk)] });
      self.dict.set("pk", null);
      return deleted(model, 1);
    },
    "refresh_from_db(using=None, fields=None, from_queryset=None)": (
      self: PyRecord,
      _using: PyValue,
      fields: PyValue = null,
    ) => {
      const only =
        fields === null ? undefined : collect(fields).flatMap((name) => fieldNamed(model, str(name)) ?? []);
      refresh(model, self, byKey(named(self, "refresh_from_db"), model, self.get("pk") as never), only);
      return null;
    },
  });
}
function deleted(model: Model, count: number): PyTuple {
  const perModel = new PyDict();
  if (count > 0) perModel.set(counted(model), count);
  return tuple([count, perModel]);
}

// ---- sets of rows --------------------------------------------------------------------------------

function requireUpdatable(model: Model, name: string): void {
  const field = fieldNamed(model, name);
  if (field === undefined) throw pyError(FieldDoesNotExist, `${model.name} has no field named '${name}'`);
  if (field.relation?.many === true)
    throw pyError(
      FieldError,
      `Cannot update model field <django.db.models.fields.related.${field.type}: ${field.name}> (only non-relations and foreign keys permitted).`,
    );
}

/** Gives a type `update`. */
export function defineUpdate(type: PyType): void {
  pythonMethods(type, {
    "update(**kwargs)": (self: PyValue, kw: PyDict) => {
      const set = setOf(self);
      const { model, name } = set.query;
      requireNotCombined(set, "update");
      if (set.sliced) throw typeError("Cannot update a query once a slice has been taken.");
      const values: { [name: string]: GuestJson } = {};
      for (const [key, value] of kw.entries()) {
        requireUpdatable(model, str(key));
        values[(fieldNamed(model, str(key)) as Field).name] = hostJson(value);
      }
      const keys = keysOf(set);
      if (kw.size === 0) return 0;
      if (keys.length > 0) write(`${name}.update()`, { op: "update", model: model.label, keys, values });
      return keys.length;
    },
  });
}
function keysOf(set: PyQuerySet): GuestJson[] {
  const rows = set.with({ shape: { kind: "rows" }, distinct: true }).items as PyRecord[];
  return rows.map((row) => hostJson(row.get("pk")));
}

/** Gives query sets `delete`; managers have none. */
export function defineDelete(type: PyType): void {
  pythonMethods(type, {
    "delete()": (self: PyQuerySet) => {
      const { model, name, shape } = self.query;
      requireNotCombined(self, "delete");
      if (self.sliced) throw typeError("Cannot use 'limit' or 'offset' with delete().");
      if (shape.kind !== "rows") throw typeError("Cannot call delete() after .values() or .values_list()");
      const keys = keysOf(self);
      if (keys.length > 0) write(`${name}.delete()`, { op: "delete", model: model.label, keys });
      return deleted(model, keys.length);
    },
  });
}

// ---- creating ------------------------------------------------------------------------------------

/** Makes and saves a row; for related managers, one that is related. */
function create(self: PyValue, kw: PyDict): PyRecord {
  const { model } = setOf(self).query;
  const { relation, type } =
    self instanceof PyRelatedManager ? self.field : { relation: undefined, type: "" };
  const keywords = new Map([...kw.entries()].map(([key, value]): [string, PyValue] => [str(key), value]));
  if (type === "ManyToOneRel" && relation?.back != null)
    keywords.set(relation.back, (self as PyRelatedManager).owner);
  const record = model.type.call([], keywords) as PyRecord;
  insert(`${setOf(self).query.name}.create()`, model, record);
  if (self instanceof PyRelatedManager && type !== "ManyToOneRel") self.change("add", [record]);
  return record;
}
const resolved = (value: PyValue): PyValue =>
  value instanceof PyFunction || value instanceof PyBuiltin ? call0(value) : value;

function withDefaults(model: Model, filters: PyDict, extra: PyValue): PyDict {
  const values = new PyDict();
  for (const [key, value] of filters.entries()) if (!str(key).includes("__")) values.set(key, value);
  const given = extra === null ? [] : [...(extra as PyDict).entries()];
  for (const [key, value] of given) values.set(key, value);
  const unknown = [...values.keys()].map(str).filter((name) => fieldNamed(model, name) === undefined);
  if (unknown.length > 0)
    throw pyError(
      FieldError,
      `Invalid field name(s) for model ${model.name}: ${unknown
        .sort()
        .map((name) => repr(name))
        .join(", ")}.`,
    );
  const out = new PyDict();
  for (const [key, value] of values.entries()) out.set(key, resolved(value));
  return out;
}
/** The one row that fits, or undefined. */
function found(self: PyValue, filters: PyDict): PyRecord | undefined {
  const set = setOf(self);
  try {
    return one(set, new PyTuple([]), filters) as PyRecord;
  } catch (error) {
    if (error instanceof PyException && error.cls.isSubtype(set.query.model.doesNotExist)) return undefined;
    throw error;
  }
}

/** Gives a type `create`, `get_or_create` and `update_or_create`. */
export function defineCreate(type: PyType): void {
  const getOrCreate = (self: PyValue, extra: PyValue, filters: PyDict): [PyRecord, boolean] => {
    const row = found(self, filters);
    if (row !== undefined) return [row, false];
    return [create(self, withDefaults(setOf(self).query.model, filters, extra)), true];
  };
  pythonMethods(type, {
    "create(**kwargs)": create,
    "get_or_create(defaults=None, **kwargs)": (self: PyValue, extra: PyValue = null, kw: PyDict) =>
      tuple(getOrCreate(self, extra, kw)),
    "update_or_create(defaults=None, create_defaults=None, **kwargs)": (
      self: PyValue,
      extra: PyValue = null,
      onCreate: PyValue = null,
      kw: PyDict,
    ) => {
      const [row, created] = getOrCreate(self, onCreate ?? extra, kw);
      if (!created && extra !== null && truth(extra)) {
        const names: string[] = [];
        for (const [key, value] of (extra as PyDict).entries()) {
          const name = asStr(key) ?? str(key);
          setAttribute(row, name, resolved(value));
          names.push(fieldNamed(setOf(self).query.model, name)?.name ?? name);
        }
        save(row, names);
      }
      return tuple([row, created]);
    },
  });
}
