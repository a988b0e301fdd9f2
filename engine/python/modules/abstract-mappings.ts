// `collections.abc`: `Mapping`, `MutableMapping`, and the views of mappings.
import { getAttribute, getAttributeOr, setAttribute } from "../attribute.ts";
import { slot } from "../class-layout.ts";
import { dictType, type PyDict } from "../dict.ts";
import { KeyError, pyError, typeError, valueError } from "../exceptions.ts";
import { call0, call1, defineClassMethods, method0 } from "../function.ts";
import { makeGenerator } from "../generator.ts";
import { isInstanceOf } from "../instance-check.ts";
import { collect, forEach, iter } from "../iterator.ts";
import { NotImplemented, type PyType, type PyValue, typeName, typeOf } from "../object.ts";
import { contains, delItem, equal, getItem, length, same, setItem } from "../operators.ts";
import { isRaised } from "../raising.ts";
import { repr } from "../representation.ts";
import { tuple } from "../sequence.ts";
import { charge } from "../state.ts";
import { genericAlias } from "../types/generic-alias.ts";
import { setFrom } from "../types/set.ts";
import { abstractClass } from "./abc.ts";
import { clearBy } from "./abstract-clear.ts";
import { setAbcType } from "./abstract-sets.ts";
import { collectionType, sizedType } from "./abstract-single.ts";
import { pythonClassMethods, pythonMethods } from "./python-function.ts";

const MODULE = "collections.abc";
const absent = (): never => {
  throw pyError(KeyError);
};

/** `mapping[key]`, or undefined where that is a KeyError. */
export function find(mapping: PyValue, key: PyValue): PyValue | undefined {
  try {
    return getItem(mapping, key);
  } catch (error) {
    if (isRaised(error, KeyError)) return undefined;
    throw error;
  }
}

// ---- views -----------------------------------------------------------------------------------------

const mappingOf = (view: PyValue): PyValue => getAttribute(view, "_mapping");

export const mappingViewType = abstractClass("MappingView", MODULE, [sizedType]);
mappingViewType.dict.set("_mapping", slot(mappingViewType, "_mapping"));
pythonMethods(mappingViewType, {
  "__init__(mapping)": (self: PyValue, mapping: PyValue) => {
    setAttribute(self, "_mapping", mapping);
    return null;
  },
  "__len__()": (self: PyValue) => length(mappingOf(self)),
  "__repr__()": (self: PyValue) => `${typeName(self)}(${repr(mappingOf(self))})`,
});
defineClassMethods(mappingViewType, { "__class_getitem__(item, /)": genericAlias });

/** A generator over the mapping's keys, each made into what the view shows. */
function view(name: string, self: PyValue, show: (mapping: PyValue, key: PyValue) => PyValue): PyValue {
  const body = function* (): Generator<PyValue, PyValue, PyValue> {
    const mapping = mappingOf(self);
    const it = iter(mapping);
    for (let key = it.next(); key !== undefined; key = it.next()) yield show(mapping, key);
    return null;
  };
  return makeGenerator("__iter__", `${name}.__iter__`, body());
}
const asSet = { "_from_iterable(it)": (_cls: PyType, it: PyValue) => setFrom(collect(it)) };

export const keysViewType = abstractClass("KeysView", MODULE, [mappingViewType, setAbcType]);
pythonClassMethods(keysViewType, asSet);
pythonMethods(keysViewType, {
  "__contains__(key)": (self: PyValue, key: PyValue) => contains(mappingOf(self), key),
  "__iter__()": (self: PyValue) => view("KeysView", self, (_mapping, key) => key),
});
export const itemsViewType = abstractClass("ItemsView", MODULE, [mappingViewType, setAbcType]);
pythonClassMethods(itemsViewType, asSet);
pythonMethods(itemsViewType, {
  "__contains__(item)": (self: PyValue, item: PyValue) => {
    const pair = unpackPair(item);
    const found = find(mappingOf(self), pair[0]);
    return found !== undefined && same(found, pair[1]);
  },
  "__iter__()": (self: PyValue) =>
    view("ItemsView", self, (mapping, key) => tuple([key, getItem(mapping, key)])),
});
export const valuesViewType = abstractClass("ValuesView", MODULE, [mappingViewType, collectionType]);
pythonMethods(valuesViewType, {
  "__contains__(value)": (self: PyValue, value: PyValue) => {
    const mapping = mappingOf(self);
    const it = iter(mapping);
    for (let key = it.next(); key !== undefined; key = it.next()) {
      charge(1);
      if (same(getItem(mapping, key), value)) return true;
    }
    return false;
  },
  "__iter__()": (self: PyValue) => view("ValuesView", self, getItem),
});

/** `key, value = item`. */
export function unpackPair(item: PyValue): [PyValue, PyValue] {
  const type = typeOf(item);
  if (typeof item !== "string" && !["__iter__", "__getitem__"].some((name) => type.lookup(name))) {
    throw typeError(`cannot unpack non-iterable ${typeName(item)} object`);
  }
  const it = iter(item);
  const key = it.next();
  const value = key === undefined ? undefined : it.next();
  if (key === undefined || value === undefined) {
    throw valueError(`not enough values to unpack (expected 2, got ${key === undefined ? 0 : 1})`);
  }
  if (it.next() !== undefined) throw valueError("too many values to unpack (expected 2)");
  return [key, value];
}

// ---- mappings --------------------------------------------------------------------------------------

export const mappingType = abstractClass("Mapping", MODULE, [collectionType], { "__getitem__(key)": absent });
pythonMethods(mappingType, {
  "get(key, default=None)": (self: PyValue, key: PyValue, fallback: PyValue = null) => {
    const found = find(self, key);
    return found === undefined ? fallback : found;
  },
  "__contains__(key)": (self: PyValue, key: PyValue) => find(self, key) !== undefined,
  "keys()": (self: PyValue) => call1(keysViewType, self),
  "items()": (self: PyValue) => call1(itemsViewType, self),
  "values()": (self: PyValue) => call1(valuesViewType, self),
  "__eq__(other)": (self: PyValue, other: PyValue) => {
    if (!isInstanceOf(other, mappingType)) return NotImplemented;
    return equal(call1(dictType, method0(self, "items")), call1(dictType, method0(other, "items")));
  },
});
mappingType.dict.set("__hash__", null);
mappingType.dict.set("__reversed__", null);

export const mutableMappingType = abstractClass("MutableMapping", MODULE, [mappingType], {
  "__setitem__(key, value)": absent,
  "__delitem__(key)": absent,
});
pythonMethods(mutableMappingType, {
  "pop(key, default=None)": (self: PyValue, key: PyValue, fallback?: PyValue) => {
    let value: PyValue;
    try {
      value = getItem(self, key);
    } catch (error) {
      if (fallback === undefined || !isRaised(error, KeyError)) throw error;
      return fallback;
    }
    delItem(self, key);
    return value;
  },
  "popitem()": (self: PyValue) => {
    const key = iter(self).next();
    if (key === undefined) throw pyError(KeyError);
    const value = getItem(self, key);
    delItem(self, key);
    return tuple([key, value]);
  },
  "clear()": clearBy("popitem", KeyError),
  "update(other=(), /, **kwds)": (self: PyValue, other: PyValue | undefined, kwds: PyDict) => {
    if (other !== undefined) updateFrom(self, other);
    for (const [key, value] of kwds.entries()) setItem(self, key, value);
    return null;
  },
  "setdefault(key, default=None)": (self: PyValue, key: PyValue, fallback: PyValue = null) => {
    const value = find(self, key);
    if (value !== undefined) return value;
    setItem(self, key, fallback);
    return fallback;
  },
});
function updateFrom(self: PyValue, other: PyValue): void {
  const copy = (key: PyValue): void => setItem(self, key, getItem(other, key));
  if (isInstanceOf(other, mappingType)) {
    forEach(other, copy);
    return;
  }
  const keys = getAttributeOr(other, "keys", undefined);
  if (keys !== undefined) forEach(call0(keys), copy);
  else forEach(other, (pair) => setItem(self, ...unpackPair(pair)));
}
