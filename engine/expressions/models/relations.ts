// Relations between records: rows made of JSON, foreign keys and related managers; what a row does not carry is asked for.
import { PyDict } from "../../python/dict.ts";
import { AttributeError, pyError, typeError, ValueError } from "../../python/exceptions.ts";
import { defineAttributes } from "../../python/function.ts";
import { makeType, PyObject, type PyType, type PyValue } from "../../python/object.ts";
import { same } from "../../python/operators.ts";
import { repr, str } from "../../python/representation.ts";
import { list, PyList } from "../../python/sequence.ts";
import { NotSupportedError } from "../django/exceptions.ts";
import { fetchRows, hostJson, write, writes } from "./host.ts";
import { type Field, type Model, modelOf, modelOfType, type Relation, storedName } from "./model.ts";
import { momentObject } from "./moments.ts";
import { PyRecord } from "./record.ts";

/** A related row: the record, or its primary key alone. */
export type Target = PyRecord | string | number | bigint | null;

/** A relation to many rows (`user.groups`): gives query sets, is none itself. */
export class PyRelatedManager extends PyObject {
  readonly owner: PyRecord;
  readonly field: Field;
  /** The rows or their primary keys; null: not known here. */
  targets: Target[] | null;
  /** The number of writes when they were read. */
  private asOf: number;
  constructor(owner: PyRecord, field: Field, targets: Target[] | null) {
    super();
    this.owner = owner;
    this.field = field;
    this.targets = targets;
    this.asOf = writes.count;
  }
  get model(): Model {
    return modelOf((this.field.relation as { to: string }).to);
  }
  /** Every related row, or its primary key. */
  known(): Target[] {
    if (this.targets === null || this.asOf !== writes.count) {
      this.targets = this.fetched();
      this.asOf = writes.count;
    }
    return this.targets;
  }
  /** Every related row. */
  records(): PyRecord[] {
    const bare = this.bareKeys();
    if (bare.length > 0)
      this.resolve(new Map(byKeys(this.name, this.model, bare).map((row) => [row.get("pk"), row])));
    return this.known() as PyRecord[];
  }
  /** Keys whose rows were not asked for yet. */
  bareKeys(): (string | number | bigint)[] {
    return this.known().filter(isBare);
  }
  /** Takes over the rows of keys; a key without a row relates to nothing. */
  resolve(rows: ReadonlyMap<PyValue, PyRecord>): void {
    this.targets = this.known().flatMap((target) => (isBare(target) ? (rows.get(target) ?? []) : [target]));
  }
  /** What the host says: on the owner's own row, or on the rows at the other end. */
  private fetched(): Target[] {
    const pk = this.owner.get("pk") as Target;
    if (pk === null) return [];
    const forward = this.field.type === "ManyToManyField";
    const found = forward
      ? (this.carried(pk) ?? this.pointingBack(pk))
      : (this.pointingBack(pk) ?? this.carried(pk));
    if (found !== null) return found;
    throw pyError(
      NotSupportedError,
      `${this.name} is not known: the embedder's rows say nothing of it, at neither end`,
    );
  }
  /** The other ends as the owner's row has them. */
  private carried(pk: Target): Target[] | null {
    const [row] = byKeys(this.name, modelOfType(this.owner.cls) as Model, [pk]).filter((row) =>
      same(row, this.owner),
    );
    const value = row?.dict.get(this.field.name);
    return value instanceof PyRelatedManager ? value.targets : null;
  }
  /** The rows that lead back to the owner; null where one does not say. */
  private pointingBack(pk: Target): Target[] | null {
    const back = this.field.relation?.back;
    if (back == null) return null;
    const own = { path: [back, "pk"], lookup: "exact", value: hostJson(pk), negated: false };
    const found: PyRecord[] = [];
    for (const row of fetchRows(this.name, this.model, [own])) {
      const value = row.dict.get(back);
      const targets =
        value instanceof PyRelatedManager ? value.targets : value === undefined ? null : [value];
      if (targets === null) return null;
      if (targets.some((target) => same(target instanceof PyRecord ? target.get("pk") : target, pk)))
        found.push(row);
    }
    return found;
  }
  /** Has the host relate rows. */
  change(action: "add" | "remove" | "set" | "clear", targets: readonly Target[]): void {
    const { label } = modelOfType(this.owner.cls) as Model;
    const keys = targets.map(hostJson);
    write(`${this.name}.${action}()`, {
      op: "relate",
      model: label,
      pk: hostJson(this.owner.get("pk")),
      field: this.field.name,
      action,
      keys,
    });
  }
  /** As an author writes it, for errors. */
  get name(): string {
    return `${this.owner.cls.name}.${this.field.name}`;
  }
}
/** The type of related managers. */
export const relatedManagerType = makeType("ManyRelatedManager", {
  of: PyRelatedManager,
  module: "django.db.models.fields.related_descriptors",
  subclassable: false,
});

function byKeys(name: string, model: Model, keys: readonly Target[]): PyRecord[] {
  const value = keys as (string | number)[];
  return fetchRows(name, model, [{ path: ["pk"], lookup: "in", value, negated: false }]);
}
/** The row with a primary key; DoesNotExist where there is none. */
export function byKey(name: string, model: Model, pk: Target): PyRecord {
  const row = byKeys(name, model, [pk]).find((candidate) => same(candidate.get("pk"), pk));
  if (row === undefined) throw pyError(model.doesNotExist, `${model.name} matching query does not exist.`);
  return row;
}

// ---- rows of JSON --------------------------------------------------------------------------------

/** Is this a primary key without its row? */
const isBare = (value: PyValue | undefined): value is string | number | bigint =>
  typeof value === "string" || typeof value === "number" || typeof value === "bigint";

/** The record of a row: a dict with `pk`, columns, and relations as rows, lists of rows, or primary keys. */
export function recordOf(model: Model, row: PyDict): PyRecord {
  const values = new Map<string, PyValue>();
  for (const [key, value] of row.entries()) values.set(str(key), value);
  return recordFrom(model, values);
}
/** The record of a row's values, which become the record's own. */
export function recordFrom(model: Model, values: Map<string, PyValue>): PyRecord {
  const record = new PyRecord(model.type, values);
  attributesFrom(model, values, record);
  return record;
}
/** Makes a row's values the attributes of its record: the primary key as `pk`, moments and relations as Django has them. */
export function attributesFrom(
  model: Model,
  values: Map<string, PyValue>,
  record: PyRecord,
): Map<string, PyValue> {
  const given = values.get("pk") ?? values.get(model.pk.name) ?? null;
  values.delete(model.pk.name);
  values.set("pk", given);
  for (const name of model.moments) {
    const value = values.get(name);
    if (value !== undefined && value !== null) values.set(name, momentObject(value));
  }
  for (const field of model.relations) {
    const relation = field.relation as Relation;
    const value = values.get(field.name);
    if (relation.many) {
      if (value instanceof PyList)
        values.set(
          field.name,
          new PyRelatedManager(
            record,
            field,
            value.items.map((item) => related(field, item)),
          ),
        );
      else if (!(value instanceof PyRelatedManager)) values.delete(field.name);
      continue;
    }
    const key = values.get(`${field.name}_id`);
    if (key !== undefined) values.delete(`${field.name}_id`);
    if (value instanceof PyDict) values.set(field.name, recordOf(modelOf(relation.to), value));
    else if (value === undefined && key !== undefined) values.set(field.name, key);
  }
  return values;
}
function related(field: Field, item: PyValue): Target {
  if (item instanceof PyRecord || isBare(item)) return item;
  if (item instanceof PyDict) return recordOf(modelOf((field.relation as { to: string }).to), item);
  throw typeError(`the context's \`${field.name}\` must be a list of objects or primary keys`);
}

// ---- reading -------------------------------------------------------------------------------------

/** A relation's other ends, seen from a row; `whole`: more than their primary keys is wanted. */
export function targetsOf(owner: Target, field: Field, model: Model, whole: boolean): Target[] {
  if (owner === null) return [];
  const record = owner instanceof PyRecord ? owner : byKey(model.name, model, owner);
  if (field.relation?.many === true) {
    const manager = managerOf(record, field);
    return whole ? manager.records() : manager.known();
  }
  const value = record.get(field.name);
  if (value === null) return [];
  if (whole && isBare(value)) return [follow(record, field, value)];
  return [value as Target];
}

/** Asks for the rows at the other ends of many rows' relation at once, where only their keys are known. */
export function prefetch(records: readonly PyRecord[], field: Field): void {
  const target = modelOf((field.relation as { to: string }).to);
  const managers = field.relation?.many === true ? records.map((record) => managerOf(record, field)) : [];
  const bare =
    field.relation?.many === true
      ? managers.flatMap((manager) => manager.bareKeys())
      : records.map((record) => record.get(field.name)).filter(isBare);
  const keys = [...new Set(bare)];
  if (keys.length < 2) return;
  const rows = new Map(byKeys(`${target.name}.objects`, target, keys).map((row) => [row.get("pk"), row]));
  for (const manager of managers) manager.resolve(rows);
  if (field.relation?.many === true) return;
  for (const record of records) {
    const row = rows.get(record.get(field.name));
    if (row !== undefined) record.dict.set(field.name, row);
  }
}

/** A column's value in a row of `model`. */
export function columnOf(owner: Target, model: Model, field: Field): PyValue {
  if (!(owner instanceof PyRecord)) {
    if (owner === null || field === model.pk) return owner;
    return columnOf(byKey(model.name, model, owner), model, field);
  }
  const value = owner.get(storedName(model, field));
  return field.relation !== undefined && value instanceof PyRecord ? value.get("pk") : value;
}

function managerOf(record: PyRecord, field: Field): PyRelatedManager {
  const known = record.get(field.name);
  if (known instanceof PyRelatedManager) return known;
  const manager = new PyRelatedManager(record, field, null);
  record.dict.set(field.name, manager);
  return manager;
}
function follow(record: PyRecord, field: Field, key: Target): PyRecord {
  const target = modelOf((field.relation as { to: string }).to);
  const row = byKey(`${record.cls.name}.${field.name}`, target, key);
  record.dict.set(field.name, row);
  return row;
}

// ---- attributes ----------------------------------------------------------------------------------

function foreignKey(model: Model, field: Field): void {
  const target = (): Model => modelOf((field.relation as { to: string }).to);
  let missing: PyType | undefined;
  const absent = (): PyType => {
    if (missing !== undefined) return missing;
    missing = makeType("RelatedObjectDoesNotExist", {
      bases: [target().doesNotExist, AttributeError],
      module: model.type.module,
    });
    missing.qualname = `${model.name}.${field.name}.RelatedObjectDoesNotExist`;
    missing.hasDict = true;
    return missing;
  };
  defineAttributes<PyRecord>(model.type, {
    [field.name]: [
      (self) => {
        const value = self.get(field.name);
        if (isBare(value)) return follow(self, field, value);
        if (value === null && !field.null && self.dict.get(field.name) === undefined)
          throw pyError(absent(), `${model.name} has no ${field.name}.`);
        return value;
      },
      (self, value) => {
        if (value !== null && !(value instanceof PyRecord && modelOfType(value.cls) === target()))
          throw pyError(
            ValueError,
            `Cannot assign "${repr(value)}": "${model.name}.${field.name}" must be a "${target().name}" instance.`,
          );
        self.dict.set(field.name, value);
      },
    ],
    [`${field.name}_id`]: [
      (self) => {
        const value = self.get(field.name);
        return value instanceof PyRecord ? value.get("pk") : value;
      },
      (self, value) => void self.dict.set(field.name, value),
    ],
  });
}
function manyRelation(model: Model, field: Field): void {
  const reverse = field.type !== "ManyToManyField";
  const name = accessor(field);
  const side = reverse ? "reverse" : "forward";
  defineAttributes<PyRecord>(model.type, {
    [name]: [
      (self) => {
        if (self.get("pk") === null && !self.dict.has(field.name))
          throw pyError(
            ValueError,
            field.type === "ManyToOneRel"
              ? `'${model.name}' instance needs to have a primary key value before this relationship can be used.`
              : `"${repr(self)}" needs to have a value for field "${model.pk.name}" before this many-to-many relationship can be used.`,
          );
        return managerOf(self, field);
      },
      () => {
        throw typeError(
          `Direct assignment to the ${side} side of a ${field.type === "ManyToOneRel" ? "related" : "many-to-many"} set is prohibited. Use ${name}.set() instead.`,
        );
      },
    ],
  });
}
/** The attribute of a relation to many rows: its name in look-ups, with `_set` where it has no name of its own. */
function accessor(field: Field): string {
  const target = field.relation?.to.split(".")[1];
  return field.type === "ManyToOneRel" && field.name === target ? `${field.name}_set` : field.name;
}

/** Gives a model's class its primary key and relations as attributes. */
export function defineFieldAttributes(model: Model): void {
  defineAttributes<PyRecord>(model.type, {
    [model.pk.name]: [(self) => self.get("pk"), (self, value) => void self.dict.set("pk", value)],
  });
  for (const field of model.fields.values()) {
    if (field.relation === undefined) continue;
    if (field.relation.many) manyRelation(model, field);
    else foreignKey(model, field);
  }
}

/** The rows of a relation as a list, for JSON. */
export function relatedList(manager: PyRelatedManager): PyList {
  return list((manager.targets ?? []) as PyValue[]);
}
