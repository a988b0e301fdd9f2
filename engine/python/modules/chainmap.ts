// `collections.ChainMap`.
import { getAttribute, setAttribute } from "../attribute.ts";
import { dictType, PyDict } from "../dict.ts";
import { KeyError, keyError, pyError } from "../exceptions.ts";
import { builtin, call, call1, method, method0, method1, PyProperty } from "../function.ts";
import { isInstanceOf } from "../instance-check.ts";
import { collect, forEach, iterObject } from "../iterator.ts";
import { NotImplemented, type PyType, type PyValue, typeName, typeOf } from "../object.ts";
import { contains, delItem, getItem, setItem, truth } from "../operators.ts";
import { isRaised } from "../raising.ts";
import { repr, reprItems, reprOnce } from "../representation.ts";
import { list, type PyList, type PyTuple } from "../sequence.ts";
import { mergeInto } from "../types/dict.ts";
import { setFrom } from "../types/set.ts";
import { concreteClass } from "./abc.ts";
import { find, mappingType, mutableMappingType } from "./abstract-mappings.ts";
import { pythonClassMethods, pythonMethods } from "./python-function.ts";

export const chainMapType = concreteClass("ChainMap", "collections", mutableMappingType);

const mapsOf = (self: PyValue): PyValue => getAttribute(self, "maps");
const first = (self: PyValue): PyValue => getItem(mapsOf(self), 0);
/** A chain of the same class. */
const chained = (self: PyValue, maps: PyValue[]): PyValue => call(typeOf(self), maps, null);

/** Runs `step` on the first mapping; its KeyError becomes this chain's. */
function onFirst(message: () => string, step: () => PyValue): PyValue {
  try {
    return step();
  } catch (error) {
    if (!isRaised(error, KeyError)) throw error;
    throw pyError(KeyError, message());
  }
}
const notThere = (key: PyValue) => (): string => `Key not found in the first mapping: ${repr(key)}`;

function copy(self: PyValue): PyValue {
  const [head, ...rest] = collect(mapsOf(self)) as [PyValue, ...PyValue[]];
  return chained(self, [method0(head, "copy"), ...rest]);
}

pythonClassMethods(chainMapType, {
  "fromkeys(iterable, value=None, /)": (cls: PyType, iterable: PyValue, value: PyValue = null) =>
    call1(cls, method(dictType, "fromkeys", [iterable, value], null)),
});
chainMapType.dict.set(
  "parents",
  new PyProperty(
    builtin("parents(self, /)", (self: PyValue) => chained(self, collect(mapsOf(self)).slice(1))),
    null,
    null,
    "New ChainMap from maps[1:].",
  ),
);
pythonMethods(chainMapType, {
  "__init__(*maps)": (self: PyValue, maps: PyTuple) => {
    setAttribute(self, "maps", list(maps.items.length === 0 ? [new PyDict()] : [...maps.items]));
    return null;
  },
  "__missing__(key)": (_self: PyValue, key: PyValue) => {
    throw keyError(key);
  },
  "__getitem__(key)": (self: PyValue, key: PyValue) => {
    for (const mapping of collect(mapsOf(self))) {
      const value = find(mapping, key);
      if (value !== undefined) return value;
    }
    return method1(self, "__missing__", key);
  },
  "get(key, default=None)": (self: PyValue, key: PyValue, fallback: PyValue = null) =>
    contains(self, key) ? getItem(self, key) : fallback,
  "__len__()": (self: PyValue) => setFrom(collect(mapsOf(self)).flatMap((mapping) => collect(mapping))).size,
  "__iter__()": (self: PyValue) => {
    const keys = new PyDict();
    for (const mapping of collect(mapsOf(self)).reverse()) forEach(mapping, (key) => keys.set(key, null));
    return iterObject(keys);
  },
  "__contains__(key)": (self: PyValue, key: PyValue) =>
    collect(mapsOf(self)).some((mapping) => contains(mapping, key)),
  "__bool__()": (self: PyValue) => collect(mapsOf(self)).some(truth),
  "__repr__()": (self: PyValue) =>
    reprOnce(self as PyList, "...", () => `${typeName(self)}(${reprItems(collect(mapsOf(self)))})`),
  "copy()": copy,
  "__copy__()": copy,
  "new_child(m=None, **kwargs)": (self: PyValue, m: PyValue = null, kwargs: PyDict) => {
    if (m !== null && kwargs.size > 0) {
      method(m, "update", [], new Map([...kwargs.entries()] as [string, PyValue][]));
    }
    return chained(self, [m ?? kwargs, ...collect(mapsOf(self))]);
  },
  "__setitem__(key, value)": (self: PyValue, key: PyValue, value: PyValue) => {
    setItem(first(self), key, value);
    return null;
  },
  "__delitem__(key)": (self: PyValue, key: PyValue) =>
    onFirst(notThere(key), () => {
      delItem(first(self), key);
      return null;
    }),
  "popitem()": (self: PyValue) =>
    onFirst(
      () => "No keys found in the first mapping.",
      () => method0(first(self), "popitem"),
    ),
  "pop(key, *args)": (self: PyValue, key: PyValue, args: PyTuple) =>
    onFirst(notThere(key), () => method(first(self), "pop", [key, ...args.items], null)),
  "clear()": (self: PyValue) => {
    method0(first(self), "clear");
    return null;
  },
  "__ior__(other)": (self: PyValue, other: PyValue) => {
    method1(first(self), "update", other);
    return self;
  },
  "__or__(other)": (self: PyValue, other: PyValue) => {
    if (!isInstanceOf(other, mappingType)) return NotImplemented;
    const made = method0(self, "copy");
    method1(first(made), "update", other);
    return made;
  },
  "__ror__(other)": (self: PyValue, other: PyValue) => {
    if (!isInstanceOf(other, mappingType)) return NotImplemented;
    const merged = new PyDict();
    mergeInto(merged, other);
    for (const child of collect(mapsOf(self)).reverse()) mergeInto(merged, child);
    return chained(self, [merged]);
  },
});
