// The methods of query sets and of everything that gives them: managers and related managers.
import { PyDict } from "../../python/dict.ts";
import { attributeError, indexError, pyError, typeError, valueError } from "../../python/exceptions.ts";
import { defineAttributes, defineMethods } from "../../python/function.ts";
import { ArrayIterator, collect } from "../../python/iterator.ts";
import { pythonMethods } from "../../python/modules/python-function.ts";
import { asInt, asStr, type PyType, type PyValue, typeName } from "../../python/object.ts";
import { same, truth } from "../../python/operators.ts";
import { repr } from "../../python/representation.ts";
import { list, PyTuple } from "../../python/sequence.ts";
import { PySlice, sliceArray } from "../../python/types/slice.ts";
import { exporters } from "../boundary.ts";
import { FieldDoesNotExist, NotSupportedError } from "../django/exceptions.ts";
import { setValues } from "./conditions.ts";
import { fieldNamed, type Model, modelOfType } from "./model.ts";
import { resolveColumn } from "./paths.ts";
import {
  distinct,
  filtered,
  ordered,
  PyQuerySet,
  type Query,
  querySetType,
  requireNotCombined,
  rowSet,
  type Shape,
  sliced,
} from "./queryset.ts";
import { PyRecord } from "./record.ts";
import { type PyRelatedManager, relatedList, relatedManagerType } from "./relations.ts";

/** Makes the query set that something stands for; managers add theirs. */
export const givers: Map<PyType, (value: never) => PyQuerySet> = new Map([
  [querySetType, (set: PyQuerySet) => set],
  [
    relatedManagerType,
    (manager: PyRelatedManager) => {
      const set = rowSet(manager.model, manager.name, () => manager.records());
      const path = manager.field.relation?.back;
      if (path == null || manager.field.type === "ManyToOneRel") return set;
      return set.with({ owner: { path, row: manager.owner }, fresh: true });
    },
  ],
] as [PyType, (value: never) => PyQuerySet][]);

type Giver = PyQuerySet | PyRelatedManager;
/** The query set of a query set or manager. */
export function setOf(self: PyValue): PyQuerySet {
  const give =
    self instanceof PyQuerySet || typeof self !== "object" || self === null
      ? undefined
      : givers.get(self.cls);
  return self instanceof PyQuerySet ? self : (give as (value: PyValue) => PyQuerySet)(self);
}

exporters.set(querySetType, (value) => list([...(value as PyQuerySet).items]));
exporters.set(relatedManagerType, (value) => relatedList(value as PyRelatedManager));

setValues.of = (value, column) => {
  if (!(value instanceof PyQuerySet)) return undefined;
  const { shape, model } = value.query;
  if (shape.kind === "rows") {
    const target = column.field.relation?.to ?? column.steps.at(-1)?.field.relation?.to;
    return value.items.map((row) => (target === model.label ? row : (row as PyRecord).get("pk")));
  }
  if (shape.names.length !== 1)
    throw valueError(
      `The QuerySet value for the 'in' lookup must have 1 selected fields (received ${shape.names.length})`,
    );
  return value.with({ shape: { kind: "flat", names: shape.names } }).items as PyValue[];
};

// ---- one row -------------------------------------------------------------------------------------

const MOST = 21;
const doesNotExist = ({ doesNotExist: type, name }: Model) =>
  pyError(type, `${name} matching query does not exist.`);

/** `get()`. */
export function one(set: PyQuerySet, args: PyTuple, kw: PyDict): PyValue {
  const filters = args.items.length > 0 || kw.size > 0;
  if (set.query.combinator !== null && filters)
    throw pyError(
      NotSupportedError,
      `Calling QuerySet.get(...) with filters after ${set.query.combinator}() is not supported.`,
    );
  let found = set.query.combinator === null ? filtered(set, args, kw, false) : set.with({});
  if (!found.sliced) found = sliced(found.with({ order: [] }), 0, MOST);
  const { items, query } = found;
  if (items.length === 1) return items[0] as PyValue;
  if (items.length === 0) throw doesNotExist(query.model);
  const many = items.length < MOST || set.sliced ? String(items.length) : `more than ${MOST - 1}`;
  throw pyError(
    query.model.multipleObjectsReturned,
    `get() returned more than one ${query.model.name} -- it returned ${many}!`,
  );
}
const isOrdered = (set: PyQuerySet): boolean => set.query.order.length > 0;

/** `first()`. */
export function first(set: PyQuerySet): PyValue {
  const from = isOrdered(set) ? set : ordered(set, ["pk"]);
  return sliced(from, 0, 1).items[0] ?? null;
}
function reverse(set: PyQuerySet): PyQuerySet {
  if (set.sliced) throw typeError("Cannot reverse a query once a slice has been taken.");
  return set.with({ reversed: !set.query.reversed });
}
function extreme(set: PyQuerySet, fields: readonly PyValue[], reversed: boolean): PyValue {
  if (set.sliced) throw typeError("Cannot change a query once a slice has been taken.");
  if (fields.length === 0)
    throw valueError(
      "earliest() and latest() require either fields as positional arguments or 'get_latest_by' in the model's Meta.",
    );
  const row = sliced(ordered(set, fields).with({ reversed }), 0, 1).items[0];
  if (row === undefined) throw doesNotExist(set.query.model);
  return row;
}
function requireRow(value: PyValue): PyRecord {
  if (value instanceof PyRecord && modelOfType(value.cls) !== undefined) return value;
  throw typeError("'obj' must be a model instance.");
}

// ---- several sets --------------------------------------------------------------------------------

const rowsOf = (set: PyQuerySet): readonly PyRecord[] =>
  set.with({ shape: { kind: "rows" } }).items as PyRecord[];
const has = (rows: readonly PyValue[], row: PyValue): boolean => rows.some((other) => same(other, row));

/** `union()` and its kin. */
function combined(
  set: PyQuerySet,
  others: PyTuple,
  combinator: NonNullable<Query["combinator"]>,
  all: boolean,
): PyQuerySet {
  const sets = [set, ...others.items.map(queryOf)];
  const merge = (parts: (readonly PyValue[])[]): PyValue[] => {
    const [own, ...rest] = parts as [readonly PyValue[], ...(readonly PyValue[])[]];
    switch (combinator) {
      case "union":
        return all ? parts.flat() : distinct(parts.flat());
      case "intersection":
        return distinct(own).filter((row) => rest.every((part) => has(part, row)));
      case "difference":
        return distinct(own).filter((row) => !rest.some((part) => has(part, row)));
    }
  };
  const { model, name, shape } = set.query;
  const result = rowSet(model, name, () => merge(sets.map((part) => part.items)) as PyRecord[]);
  if (shape.kind === "rows") return result.with({ combinator });
  return result.with({
    combinator,
    shape,
    source: { kind: "items", items: () => merge(sets.map((part) => part.items)) },
  });
}
function queryOf(value: PyValue): PyQuerySet {
  if (value instanceof PyQuerySet) return value;
  throw attributeError(value, "query", `'${typeName(value)}' object has no attribute 'query'`);
}

/** `|`, `&` and `^`: sets of rows. */
const logical =
  (keep: (own: readonly PyRecord[], other: readonly PyRecord[]) => readonly PyRecord[]) =>
  (self: PyQuerySet, value: PyValue): PyQuerySet => {
    const other = queryOf(value);
    if (other.query.model !== self.query.model)
      throw typeError("Cannot combine queries on two different base models.");
    requireNotCombined(self, "combine");
    const { model, name, shape, order, reversed } = self.query;
    const rows = () => distinct(keep(rowsOf(self), rowsOf(other))) as PyRecord[];
    const own = isOrdered(other)
      ? { order: other.query.order, reversed: other.query.reversed }
      : { order, reversed };
    return rowSet(model, name, rows).with({ shape, ...own });
  };

// ---- shapes --------------------------------------------------------------------------------------

const words = (fields: PyTuple): string[] => fields.items.map((field) => asStr(field) ?? repr(field));

function shaped(set: PyQuerySet, kind: "dicts" | "tuples" | "flat", fields: PyTuple): PyQuerySet {
  const { model } = set.query;
  const names =
    fields.items.length > 0
      ? words(fields)
      : model.columns.map((field) => (field.relation === undefined ? field.name : `${field.name}_id`));
  for (const name of names) resolveColumn(model, name);
  const shape: Shape = { kind, names: kind === "flat" ? names.slice(0, 1) : names };
  return set.with({ shape, shapedAfter: set.query.conditions.length });
}
function requireFields(set: PyQuerySet, fields: PyTuple): PyQuerySet {
  for (const word of words(fields)) {
    const [name = ""] = word.split("__");
    if (fieldNamed(set.query.model, name) === undefined)
      throw pyError(FieldDoesNotExist, `${set.query.model.name} has no field named '${name}'`);
  }
  return set.with({});
}
function inBulk(set: PyQuerySet, keys: PyValue, fieldName: string): PyDict {
  const { model, shape } = set.query;
  if (set.sliced) throw typeError("Cannot use 'limit' or 'offset' with in_bulk().");
  if (shape.kind !== "rows") throw typeError("in_bulk() cannot be used with values() or values_list().");
  const field = fieldNamed(model, fieldName);
  if (field === undefined || !field.unique)
    throw valueError(`in_bulk()'s field_name must be a unique field but '${fieldName}' isn't.`);
  const found = new PyDict();
  let from = set;
  if (keys !== null) {
    const wanted = collect(keys);
    if (wanted.length === 0) return found;
    const filter = new PyDict();
    filter.set(`${fieldName}__in`, list(wanted));
    from = filtered(set, new PyTuple([]), filter, false);
  }
  for (const row of from.items) found.set((row as PyRecord).get(field === model.pk ? "pk" : field.name), row);
  return found;
}

// ---- the methods ---------------------------------------------------------------------------------

const UNAVAILABLE =
  "aggregate alias annotate bulk_create bulk_update dates datetimes explain extra raw select_for_update";

/** Gives a type every method that Django's managers and query sets have in common. */
export function defineSetMethods(type: PyType): void {
  pythonMethods(type, {
    "all()": (self: Giver) => (self instanceof PyQuerySet ? self.with({}) : setOf(self)),
    "filter(*args, **kwargs)": (self: Giver, args: PyTuple, kw: PyDict) =>
      filtered(setOf(self), args, kw, false),
    "exclude(*args, **kwargs)": (self: Giver, args: PyTuple, kw: PyDict) =>
      filtered(setOf(self), args, kw, true),
    "complex_filter(filter_obj)": (self: Giver, filter: PyValue) =>
      filter instanceof PyDict
        ? filtered(setOf(self), new PyTuple([]), filter, false)
        : filtered(setOf(self), new PyTuple([filter]), new PyDict(), false),
    "get(*args, **kwargs)": (self: Giver, args: PyTuple, kw: PyDict) => one(setOf(self), args, kw),
    "first()": (self: Giver) => first(setOf(self)),
    "last()": (self: Giver) => {
      const set = setOf(self);
      if (!isOrdered(set)) return sliced(ordered(set, ["-pk"]), 0, 1).items[0] ?? null;
      return sliced(reverse(set), 0, 1).items[0] ?? null;
    },
    "earliest(*fields)": (self: Giver, fields: PyTuple) => extreme(setOf(self), fields.items, false),
    "latest(*fields)": (self: Giver, fields: PyTuple) => extreme(setOf(self), fields.items, true),
    "exists()": (self: Giver) => {
      const set = setOf(self);
      return (set.known ?? sliced(set, 0, 1).items).length > 0;
    },
    "count()": (self: Giver) => setOf(self).items.length,
    "none()": (self: Giver) => {
      const { model, name, shape } = setOf(self).query;
      return rowSet(model, name, () => []).with({ shape });
    },
    "contains(obj)": (self: Giver, object: PyValue) => {
      const set = setOf(self);
      requireNotCombined(set, "contains");
      if (set.query.shape.kind !== "rows")
        throw typeError("Cannot call QuerySet.contains() after .values() or .values_list().");
      const row = requireRow(object);
      if (modelOfType(row.cls) !== set.query.model) return false;
      if (row.get("pk") === null) throw valueError("QuerySet.contains() cannot be used on unsaved objects.");
      return has(set.items, row);
    },
    "in_bulk(id_list=None, *, field_name='pk')": (self: Giver, keys: PyValue = null, field: PyValue = "pk") =>
      inBulk(setOf(self), keys, asStr(field) ?? repr(field)),
    "order_by(*field_names)": (self: Giver, fields: PyTuple) => ordered(setOf(self), fields.items),
    "reverse()": (self: Giver) => reverse(setOf(self)),
    "distinct(*field_names)": (self: Giver, fields: PyTuple) => {
      const set = setOf(self);
      requireNotCombined(set, "distinct");
      if (set.sliced) throw typeError("Cannot create distinct fields once a slice has been taken.");
      if (fields.items.length > 0)
        throw pyError(NotSupportedError, "distinct() with fields is not available in an expression");
      return set.with({ distinct: true });
    },
    "values(*fields, **expressions)": (self: Giver, fields: PyTuple, kw: PyDict) => {
      requireNoExpressions(kw);
      return shaped(setOf(self), "dicts", fields);
    },
    "values_list(*fields, flat=False, named=False)": (
      self: Giver,
      fields: PyTuple,
      flat: PyValue = false,
      named: PyValue = false,
    ) => {
      if (truth(flat) && truth(named)) throw typeError("'flat' and 'named' can't be used together.");
      if (truth(flat) && fields.items.length > 1)
        throw typeError("'flat' is not valid when values_list is called with more than one field.");
      if (truth(named))
        throw pyError(
          NotSupportedError,
          "values_list(named=True) is not available in an expression; use values()",
        );
      return shaped(setOf(self), truth(flat) ? "flat" : "tuples", fields);
    },
    "union(*other_qs, all=False)": (self: Giver, others: PyTuple, all: PyValue = false) =>
      combined(setOf(self), others, "union", truth(all)),
    "intersection(*other_qs)": (self: Giver, others: PyTuple) =>
      combined(setOf(self), others, "intersection", false),
    "difference(*other_qs)": (self: Giver, others: PyTuple) =>
      combined(setOf(self), others, "difference", false),
    "select_related(*fields)": (self: Giver) => {
      requireNotCombined(setOf(self), "select_related");
      return setOf(self).with({});
    },
    "prefetch_related(*lookups)": (self: Giver) => setOf(self).with({}),
    "only(*fields)": (self: Giver, fields: PyTuple) => requireFields(setOf(self), fields),
    "defer(*fields)": (self: Giver, fields: PyTuple) => requireFields(setOf(self), fields),
    "using(alias)": (self: Giver) => setOf(self).with({}),
    "iterator(chunk_size=None)": (self: Giver) => new ArrayIterator(setOf(self)),
    ...Object.fromEntries(
      UNAVAILABLE.split(" ").map((name) => [
        `${name}(*args, **kwargs)`,
        () => {
          throw pyError(NotSupportedError, `QuerySet.${name}() is not available in an expression`);
        },
      ]),
    ),
  });
  defineAttributes<Giver>(type, { model: (self) => setOf(self).query.model.type });
}
function requireNoExpressions(kw: PyDict): void {
  if (kw.size > 0)
    throw pyError(
      NotSupportedError,
      "values() takes field names; expressions are not available in an expression",
    );
}

defineSetMethods(querySetType);
defineSetMethods(relatedManagerType);
defineMethods(querySetType, {
  "__iter__()": (self: PyQuerySet) => new ArrayIterator(self),
  "__len__()": (self: PyQuerySet) => self.items.length,
  "__bool__()": (self: PyQuerySet) => self.items.length > 0,
  "__contains__(item, /)": (self: PyQuerySet, item: PyValue) => has(self.items, item),
  "__getitem__(key, /)": (self: PyQuerySet, key: PyValue) => {
    if (key instanceof PySlice) return slice(self, key);
    const at = asInt(key);
    if (at === undefined)
      throw typeError(`QuerySet indices must be integers or slices, not ${typeName(key)}.`);
    if (at < 0) throw valueError("Negative indexing is not supported.");
    const row =
      self.known === null ? sliced(self, Number(at), Number(at) + 1).items[0] : self.known[Number(at)];
    if (row === undefined) throw indexError("list index out of range");
    return row;
  },
  "__or__(other, /)": logical((own, other) => [...own, ...other]),
  "__and__(other, /)": logical((own, other) => own.filter((row) => has(other, row))),
  "__xor__(other, /)": logical((own, other) => [
    ...own.filter((row) => !has(other, row)),
    ...other.filter((row) => !has(own, row)),
  ]),
  "__repr__()": (self: PyQuerySet) => {
    const shown = (self.known ?? sliced(self, 0, MOST).items).slice(0, MOST).map(repr);
    if (shown.length === MOST) shown[MOST - 1] = "'...(remaining elements truncated)...'";
    return `<QuerySet [${shown.join(", ")}]>`;
  },
});
defineAttributes<PyQuerySet>(querySetType, { ordered: isOrdered });

function slice(set: PyQuerySet, key: PySlice): PyValue {
  const bound = (value: PyValue): number | null => {
    if (value === null) return null;
    const int = asInt(value);
    if (int === undefined)
      throw typeError("slice indices must be integers or None or have an __index__ method");
    if (int < 0) throw valueError("Negative indexing is not supported.");
    return Number(int);
  };
  const [start, stop] = [bound(key.start), bound(key.stop)];
  const part = set.known === null ? sliced(set, start ?? 0, stop) : null;
  if (key.step === null) return part ?? list(sliceArray(set.known as PyValue[], key));
  const items =
    part === null ? sliceArray(set.known as PyValue[], new PySlice(key.start, key.stop, null)) : part.items;
  return list(sliceArray(items, new PySlice(null, null, key.step)));
}
