// Query sets over records: what `user.groups`, `user.all_groups()` and the like answer, as Django's do.
//
// The embedder hands over the rows; filters, look-ups and slices work on them here. Nothing is fetched or written.
import { PyDict } from "../python/dict.ts";
import { Exception, indexError, pyError, typeError, valueError } from "../python/exceptions.ts";
import { defineAttributes, defineMethods } from "../python/function.ts";
import { ArrayIterator, collect } from "../python/iterator.ts";
import { regexSearch } from "../python/modules/re.ts";
import { asInt, asStr, makeType, PyObject, type PyType, type PyValue, typeName } from "../python/object.ts";
import { ge, gt, le, lt, same, truth } from "../python/operators.ts";
import { repr, str } from "../python/representation.ts";
import { list, type PyTuple, tuple } from "../python/sequence.ts";
import { charge } from "../python/state.ts";
import { PySlice, sliceArray } from "../python/types/slice.ts";
import { casefold } from "../python/unicode.ts";
import { exporters } from "./boundary.ts";
import type { PyRecord } from "./records.ts";

function djangoError(name: string, module: string, base: PyType = Exception): PyType {
  const type = makeType(name, { base, module });
  type.hasDict = true;
  return type;
}
/** `django.core.exceptions.FieldError`. */
export const FieldError = djangoError("FieldError", "django.core.exceptions");
/** `django.core.exceptions.ObjectDoesNotExist`. */
export const ObjectDoesNotExist = djangoError("ObjectDoesNotExist", "django.core.exceptions");
/** `django.core.exceptions.MultipleObjectsReturned`. */
export const MultipleObjectsReturned = djangoError("MultipleObjectsReturned", "django.core.exceptions");

const isRecord = (value: PyValue): value is PyRecord =>
  value instanceof PyObject && value.cls.module !== "builtins" && value.dict !== undefined;

/** The rows of one model, filtered and ordered. */
export class PyQuerySet extends PyObject {
  readonly model: string;
  readonly items: readonly PyRecord[];
  constructor(model: string, items: readonly PyRecord[]) {
    super();
    this.model = model;
    this.items = items;
  }
}
export const querySetType = makeType("QuerySet", {
  of: PyQuerySet,
  module: "django.db.models.query",
  subclassable: false,
});

/** A relation (`user.groups`): gives query sets, is none itself. */
export class PyRelatedManager extends PyObject {
  readonly rows: PyQuerySet;
  constructor(rows: PyQuerySet) {
    super();
    this.rows = rows;
  }
}
export const relatedManagerType = makeType("ManyRelatedManager", {
  of: PyRelatedManager,
  module: "django.db.models.fields.related_descriptors",
  subclassable: false,
});
exporters.set(querySetType, (value) => list([...(value as PyQuerySet).items]));
exporters.set(relatedManagerType, (value) => list([...(value as PyRelatedManager).rows.items]));

// ---- look-ups ------------------------------------------------------------------------------------

const text = (value: PyValue): string | undefined => (value === null ? undefined : str(value));
const strings =
  (test: (value: string, argument: string) => boolean, fold = false) =>
  (value: PyValue, argument: PyValue): boolean => {
    const [v, a] = [text(value), text(argument)];
    if (v === undefined || a === undefined) return false;
    return fold ? test(casefold(v), casefold(a)) : test(v, a);
  };
const ordered =
  (compare: (a: PyValue, b: PyValue) => PyValue) =>
  (value: PyValue, argument: PyValue): boolean =>
    value !== null && truth(compare(value, argument));

/** Django's field look-ups. */
const LOOKUPS: ReadonlyMap<string, (value: PyValue, argument: PyValue) => boolean> = new Map([
  ["exact", (value: PyValue, argument: PyValue) => exact(value, argument)],
  [
    "iexact",
    (value: PyValue, argument: PyValue) =>
      argument === null ? value === null : strings((v, a) => v === a, true)(value, argument),
  ],
  ["contains", contains],
  ["icontains", strings((v, a) => v.includes(a), true)],
  ["startswith", strings((v, a) => v.startsWith(a))],
  ["istartswith", strings((v, a) => v.startsWith(a), true)],
  ["endswith", strings((v, a) => v.endsWith(a))],
  ["iendswith", strings((v, a) => v.endsWith(a), true)],
  ["regex", strings((v, a) => regexSearch(a, v))],
  ["iregex", strings((v, a) => regexSearch(`(?i)${a}`, v))],
  ["in", (value: PyValue, argument: PyValue) => collect(argument).some((item) => exact(value, item))],
  ["gt", ordered(gt)],
  ["gte", ordered(ge)],
  ["lt", ordered(lt)],
  ["lte", ordered(le)],
  ["isnull", (value: PyValue, argument: PyValue) => (value === null) === truth(argument)],
  ["has_key", (value: PyValue, argument: PyValue) => value instanceof PyDict && value.has(argument)],
]);

function exact(value: PyValue, argument: PyValue): boolean {
  if (isRecord(value) && !isRecord(argument)) return same(value.get("pk"), argument);
  // Primary keys may be given as numbers or as text.
  if (asInt(value) !== undefined && asStr(argument) !== undefined) return str(value) === asStr(argument);
  if (asStr(value) !== undefined && isRecord(argument)) return same(value, argument.get("pk"));
  return same(value, argument);
}
/** `contains`: part of a text, or of a JSON document. */
function contains(value: PyValue, argument: PyValue): boolean {
  if (value instanceof PyDict && argument instanceof PyDict) {
    return [...argument.entries()].every(([key, part]) => {
      const own = value.get(key);
      return own !== undefined && (contains(own, part) || same(own, part));
    });
  }
  return strings((v, a) => v.includes(a))(value, argument);
}

/** Does a row match `field__lookup=argument`? */
function matches(row: PyRecord, filter: string, argument: PyValue, model: string): boolean {
  charge(2);
  const path = filter.split("__");
  let values: PyValue[] = [row];
  for (const [i, part] of path.entries()) {
    const lookup = LOOKUPS.get(part);
    if (
      i > 0 &&
      i === path.length - 1 &&
      lookup !== undefined &&
      !values.some((value) => value instanceof PyDict && value.has(part))
    ) {
      return values.some((value) => lookup(value, argument));
    }
    values = values.flatMap((value) => step(value, part, model, i === 0));
  }
  return values.some((value) => exact(value, argument));
}
function step(value: PyValue, part: string, model: string, field: boolean): PyValue[] {
  if (value instanceof PyDict) return [value.get(part) ?? null];
  if (value === null) return [null];
  if (isRecord(value)) {
    const name = part === "id" ? "pk" : part;
    const found = value.dict?.get(name) ?? (name === "group_uuid" ? value.dict?.get("pk") : undefined);
    if (found instanceof PyRelatedManager) return [...found.rows.items];
    if (found !== undefined) return [found];
    if (field) {
      const choices = [...(value.dict?.keys() ?? [])].sort().join(", ");
      throw pyError(FieldError, `Cannot resolve keyword '${part}' into field. Choices are: ${choices}`);
    }
  }
  throw pyError(FieldError, `Unsupported lookup '${part}' for ${model} or join on the field not permitted.`);
}

function filtered(set: PyQuerySet, args: PyTuple, kw: PyDict, keep: boolean): PyQuerySet {
  if (args.items.length > 0) {
    throw typeError(
      "query sets here take look-ups as keyword arguments; Q objects are not available in an expression",
    );
  }
  const filters = [...kw.entries()] as [string, PyValue][];
  if (filters.length === 0) return set;
  return new PyQuerySet(
    set.model,
    set.items.filter(
      (row) => filters.every(([name, argument]) => matches(row, name, argument, set.model)) === keep,
    ),
  );
}
function one(set: PyQuerySet, args: PyTuple, kw: PyDict): PyRecord {
  const { items, model } = filtered(set, args, kw, true);
  if (items.length === 1) return items[0] as PyRecord;
  if (items.length === 0) throw pyError(ObjectDoesNotExist, `${model} matching query does not exist.`);
  throw pyError(
    MultipleObjectsReturned,
    `get() returned more than one ${model} -- it returned ${items.length}!`,
  );
}
/** A field's value, by a `__` path. */
function field(row: PyRecord, path: string, model: string): PyValue {
  return path
    .split("__")
    .reduce<PyValue>((value, part, i) => step(value, part, model, i === 0)[0] ?? null, row);
}
function sorted(set: PyQuerySet, fields: readonly PyValue[]): PyQuerySet {
  const keys = fields.map((name) => {
    const key = asStr(name) ?? "";
    return { name: key.replace(/^[-+]/, ""), down: key.startsWith("-") };
  });
  const items = [...set.items].sort((a, b) => {
    for (const { name, down } of keys) {
      const [x, y] = [field(a, name, set.model), field(b, name, set.model)];
      if (same(x, y)) continue;
      const less = x === null ? true : y === null ? false : truth(lt(x, y));
      return less !== down ? -1 : 1;
    }
    return 0;
  });
  return new PyQuerySet(set.model, items);
}
function rowsOf(value: PyValue): PyQuerySet {
  if (value instanceof PyQuerySet) return value;
  if (value instanceof PyRelatedManager) return value.rows;
  throw typeError(`'${typeName(value)}' object is not a query set`);
}
function distinct(set: PyQuerySet): PyQuerySet {
  const seen: PyRecord[] = [];
  for (const row of set.items) if (!seen.some((other) => same(other, row))) seen.push(row);
  return new PyQuerySet(set.model, seen);
}

type Self = PyQuerySet | PyRelatedManager;
for (const type of [querySetType, relatedManagerType]) {
  defineMethods(type, {
    "all()": (self: Self) => new PyQuerySet(rowsOf(self).model, rowsOf(self).items),
    "filter(*args, **kwargs)": (self: Self, args: PyTuple, kw: PyDict) =>
      filtered(rowsOf(self), args, kw, true),
    "exclude(*args, **kwargs)": (self: Self, args: PyTuple, kw: PyDict) =>
      filtered(rowsOf(self), args, kw, false),
    "get(*args, **kwargs)": (self: Self, args: PyTuple, kw: PyDict) => one(rowsOf(self), args, kw),
    "first()": (self: Self) => rowsOf(self).items[0] ?? null,
    "last()": (self: Self) => rowsOf(self).items.at(-1) ?? null,
    "exists()": (self: Self) => rowsOf(self).items.length > 0,
    "count()": (self: Self) => rowsOf(self).items.length,
    "none()": (self: Self) => new PyQuerySet(rowsOf(self).model, []),
    "distinct(*fields)": (self: Self) => distinct(rowsOf(self)),
    "select_related(*fields)": (self: Self) => rowsOf(self),
    "prefetch_related(*lookups)": (self: Self) => rowsOf(self),
    "order_by(*fields)": (self: Self, fields: PyTuple) => sorted(rowsOf(self), fields.items),
    "reverse()": (self: Self) => new PyQuerySet(rowsOf(self).model, [...rowsOf(self).items].reverse()),
    "union(*others)": (self: Self, others: PyTuple) =>
      distinct(
        new PyQuerySet(rowsOf(self).model, [
          ...rowsOf(self).items,
          ...others.items.flatMap((other) => rowsOf(other).items),
        ]),
      ),
    "contains(obj)": (self: Self, object: PyValue) => rowsOf(self).items.some((row) => same(row, object)),
    "values_list(*fields, flat=False, named=False)": (self: Self, fields: PyTuple, flat: PyValue = false) => {
      const { items, model } = rowsOf(self);
      const names = fields.items.map((name) => asStr(name) ?? "");
      if (truth(flat) && names.length !== 1) {
        throw typeError("'flat' is not valid when values_list is called with more than one field.");
      }
      return list(
        items.map((row) =>
          truth(flat)
            ? field(row, names[0] as string, model)
            : tuple(names.map((name) => field(row, name, model))),
        ),
      );
    },
    "values(*fields)": (self: Self, fields: PyTuple) => {
      const { items, model } = rowsOf(self);
      return list(
        items.map((row) => {
          const names =
            fields.items.length > 0
              ? fields.items.map((name) => asStr(name) ?? "")
              : [...(row.dict?.keys() ?? [])];
          const dict = new PyDict();
          for (const name of names) dict.set(name, field(row, name, model));
          return dict;
        }),
      );
    },
  });
}
defineMethods(querySetType, {
  "__iter__()": (self: PyQuerySet) => new ArrayIterator(self),
  "__len__()": (self: PyQuerySet) => self.items.length,
  "__bool__()": (self: PyQuerySet) => self.items.length > 0,
  "__contains__(item, /)": (self: PyQuerySet, item: PyValue) => self.items.some((row) => same(row, item)),
  "__getitem__(key, /)": (self: PyQuerySet, key: PyValue) => {
    if (key instanceof PySlice) return new PyQuerySet(self.model, sliceArray(self.items, key));
    const at = asInt(key);
    if (at === undefined)
      throw typeError(`QuerySet indices must be integers or slices, not ${typeName(key)}.`);
    if (at < 0) throw valueError("Negative indexing is not supported.");
    const row = self.items[Number(at)];
    if (row === undefined) throw indexError("list index out of range");
    return row;
  },
  "__or__(other, /)": (self: PyQuerySet, other: PyValue) =>
    distinct(new PyQuerySet(self.model, [...self.items, ...rowsOf(other).items])),
  "__and__(other, /)": (self: PyQuerySet, other: PyValue) =>
    new PyQuerySet(
      self.model,
      self.items.filter((row) => rowsOf(other).items.some((item) => same(item, row))),
    ),
  "__repr__()": (self: PyQuerySet) => `<QuerySet [${self.items.map(repr).join(", ")}]>`,
});
defineAttributes<PyQuerySet>(querySetType, { ordered: () => true });
