// `django.http.QueryDict`: a query's keys with all their values; reading a key gives the last one.
import { getAttribute } from "../../python/attribute.ts";
import { dictType, PyDict } from "../../python/dict.ts";
import { AttributeError, KeyError, PyException, pyError, raise, typeError } from "../../python/exceptions.ts";
import { call, callWithSelf, defineMethods, defineStatic } from "../../python/function.ts";
import { ArrayIterator, collect } from "../../python/iterator.ts";
import { defineModule, importModule } from "../../python/module.ts";
import { pythonMethods } from "../../python/modules/python-function.ts";
import { makeType, type PyType, type PyValue } from "../../python/object.ts";
import { getItem, truth } from "../../python/operators.ts";
import { str } from "../../python/representation.ts";
import { list, PyList, type PyTuple, tuple } from "../../python/sequence.ts";
import { exporters } from "../boundary.ts";

/** A query: lists of values by key. */
class PyQueryDict extends PyDict {
  mutable = true;
}
const multiType = makeType("MultiValueDict", {
  base: dictType,
  module: "django.utils.datastructures",
  subclassable: false,
});
const queryType = makeType("QueryDict", {
  base: multiType,
  of: PyQueryDict,
  module: "django.http.request",
  subclassable: false,
});
const keyError = makeType("MultiValueDictKeyError", {
  base: KeyError,
  module: "django.utils.datastructures",
});
keyError.hasDict = true;

/** A query dict of lists of values, as a request has it. */
export function queryDict(entries: Iterable<readonly [PyValue, PyValue]>): PyQueryDict {
  const dict = new PyQueryDict();
  for (const [key, value] of entries)
    dict.set(key, value instanceof PyList ? list([...value.items]) : list([value]));
  dict.mutable = false;
  return dict;
}

const listOf = (self: PyQueryDict, key: PyValue): PyList | undefined => {
  const own = self.get(key);
  return own instanceof PyList ? own : undefined;
};
const last = (values: PyList): PyValue =>
  values.items.length > 0 ? (values.items.at(-1) as PyValue) : list([]);
function requireMutable(self: PyQueryDict): void {
  if (!self.mutable) throw pyError(AttributeError, "This QueryDict instance is immutable");
}
function grown(self: PyQueryDict, key: PyValue): PyList {
  const own = listOf(self, key) ?? list([]);
  self.set(key, own);
  return own;
}
const items = (self: PyQueryDict): PyValue[] =>
  [...self.entries()].map(([key, values]) => tuple([key, last(values as PyList)]));
const parsing = (name: string): PyValue => getAttribute(importModule("urllib.parse", true), name);

function fill(self: PyQueryDict, query: PyValue): void {
  if (query === null || !truth(query)) return;
  const keywords = new Map<string, PyValue>([["keep_blank_values", true]]);
  for (const pair of collect(call(parsing("parse_qsl"), [query], keywords)))
    grown(self, getItem(pair, 0)).items.push(getItem(pair, 1));
}
function extend(self: PyQueryDict, source: PyValue): void {
  if (source instanceof PyQueryDict) {
    for (const [key, values] of source.entries()) grown(self, key).items.push(...(values as PyList).items);
  } else if (source instanceof PyDict) {
    for (const [key, value] of source.entries()) grown(self, key).items.push(value);
  } else for (const pair of collect(source)) grown(self, getItem(pair, 0)).items.push(getItem(pair, 1));
}

defineStatic(queryType, { "__new__(cls, /, *args, **kwargs)": (_cls: PyType) => new PyQueryDict() });
pythonMethods(queryType, {
  "__init__(query_string=None, mutable=False, encoding=None)": (
    self: PyQueryDict,
    query: PyValue = null,
    mutable: PyValue = false,
  ) => {
    fill(self, query);
    self.mutable = truth(mutable);
    return null;
  },
  "get(key, default=None)": (self: PyQueryDict, key: PyValue, fallback: PyValue = null) => {
    const own = listOf(self, key);
    return own === undefined || own.items.length === 0 ? fallback : last(own);
  },
  "getlist(key, default=None)": (self: PyQueryDict, key: PyValue, fallback: PyValue = null) => {
    const own = listOf(self, key);
    if (own !== undefined) return list([...own.items]);
    return fallback ?? list([]);
  },
  "items()": (self: PyQueryDict) => new ArrayIterator(list(items(self))),
  "values()": (self: PyQueryDict) => new ArrayIterator(list(items(self).map((item) => getItem(item, 1)))),
  "lists()": (self: PyQueryDict) =>
    new ArrayIterator(list([...self.entries()].map(([key, values]) => tuple([key, values])))),
  "dict()": (self: PyQueryDict) => {
    const out = new PyDict();
    for (const item of items(self)) out.set(getItem(item, 0), getItem(item, 1));
    return out;
  },
  "copy()": (self: PyQueryDict) => {
    const copy = queryDict(self.entries());
    copy.mutable = true;
    return copy;
  },
  "setlist(key, list_)": (self: PyQueryDict, key: PyValue, values: PyValue) => {
    requireMutable(self);
    self.set(key, list(collect(values)));
    return null;
  },
  "setlistdefault(key, default_list=None)": (self: PyQueryDict, key: PyValue, values: PyValue = null) => {
    requireMutable(self);
    if (!self.has(key)) self.set(key, list(values === null ? [] : collect(values)));
    return self.get(key) as PyValue;
  },
  "appendlist(key, value)": (self: PyQueryDict, key: PyValue, value: PyValue) => {
    requireMutable(self);
    grown(self, key).items.push(value);
    return null;
  },
  "setdefault(key, default=None)": (self: PyQueryDict, key: PyValue, value: PyValue = null) => {
    requireMutable(self);
    if (!self.has(key)) self.set(key, list([value]));
    return last(listOf(self, key) as PyList);
  },
  "pop(key, *args)": (self: PyQueryDict, key: PyValue, rest: PyTuple) => {
    requireMutable(self);
    return callWithSelf(dictType.lookup("pop") as PyValue, self, [key, ...rest.items], null);
  },
  "popitem()": (self: PyQueryDict) => {
    requireMutable(self);
    return callWithSelf(dictType.lookup("popitem") as PyValue, self, [], null);
  },
  "clear()": (self: PyQueryDict) => {
    requireMutable(self);
    self.clear();
    return null;
  },
  "update(*args, **kwargs)": (self: PyQueryDict, args: PyTuple, kw: PyDict) => {
    requireMutable(self);
    if (args.items.length > 1)
      throw typeError(`update expected at most 1 argument, got ${args.items.length}`);
    if (args.items.length === 1) extend(self, args.items[0] as PyValue);
    extend(self, kw);
    return null;
  },
  "urlencode(safe=None)": (self: PyQueryDict, safe: PyValue = null) => {
    const encode = (text: PyValue): string =>
      safe === null || !truth(safe)
        ? str(call(parsing("quote_plus"), [text], null))
        : str(call(parsing("quote"), [text, safe], null));
    const pairs = [...self.entries()].flatMap(([key, values]) =>
      (values as PyList).items.map((value) => `${encode(str(key))}=${encode(str(value))}`),
    );
    return pairs.join("&");
  },
});
defineMethods(queryType, {
  "__getitem__(key, /)": (self: PyQueryDict, key: PyValue) => {
    const own = listOf(self, key);
    if (own === undefined) throw raise(new PyException(keyError, [key]));
    return last(own);
  },
  "__setitem__(key, value, /)": (self: PyQueryDict, key: PyValue, value: PyValue) => {
    requireMutable(self);
    self.set(key, list([value]));
    return null;
  },
  "__delitem__(key, /)": (self: PyQueryDict, key: PyValue) => {
    requireMutable(self);
    return callWithSelf(dictType.lookup("__delitem__") as PyValue, self, [key], null);
  },
  "__repr__()": (self: PyQueryDict) =>
    `<QueryDict: ${str(callWithSelf(dictType.lookup("__repr__") as PyValue, self, [], null))}>`,
});
// `json.dumps` asks a dict for its items: the last values.
exporters.set(queryType, (value) => {
  const out = new PyDict();
  for (const item of items(value as PyQueryDict)) out.set(getItem(item, 0), getItem(item, 1));
  return out;
});
defineModule("django.utils.datastructures", { types: [multiType, keyError] });
defineModule("django.http", { types: [queryType] });
