// `dict` and its views.

import { getAttributeOr } from "../attribute.ts";
import { adopt } from "../classes.ts";
import { dictType, PyDict, PySet, setType } from "../dict.ts";
import {
  keyError,
  PyException,
  pyError,
  RuntimeError,
  TypeError_,
  typeError,
  valueError,
} from "../exceptions.ts";
import {
  asMethods,
  call,
  callWithSelf,
  defineAttributes,
  defineClassMethods,
  defineMethods,
  defineStatic,
  method,
} from "../function.ts";
import {
  collect,
  DictIterator,
  dictIterator,
  forEach,
  isIterable,
  iteratorType,
  PyIterator,
} from "../iterator.ts";
import {
  makeType,
  NotImplemented,
  PyObject,
  type PyType,
  type PyValue,
  typeName,
  typeOf,
} from "../object.ts";
import { getItem, same } from "../operators.ts";
import { repr, reprItems, reprOnce } from "../representation.ts";
import { PyTuple, tuple } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { genericAlias } from "./generic-alias.ts";
import { setFrom } from "./set.ts";

/** Adds the entries of a mapping: what `{**source}` takes. */
export function mergeMapping(target: PyDict, source: PyValue): void {
  if (source instanceof PyDict && typeOf(source).lookup("__iter__") === dictType.dict.get("__iter__")) {
    charge(source.size);
    const { version } = source;
    for (const [key, value] of [...source.entries()]) {
      target.set(key, value);
      if (source.version !== version && source !== target)
        throw pyError(RuntimeError, "dict mutated during update");
    }
    return;
  }
  const keys = method(source, "keys", [], null);
  if (!isIterable(keys)) {
    throw typeError(`${typeName(source)}.keys() returned a non-iterable (type ${typeName(keys)})`);
  }
  for (const key of collect(keys)) target.set(key, getItem(source, key));
}

/** Adds what `dict(source)` and `update(source)` take: a mapping, or pairs. */
export function mergeInto(target: PyDict, source: PyValue): void {
  if (source instanceof PyDict || getAttributeOr(source, "keys", undefined) !== undefined) {
    mergeMapping(target, source);
    return;
  }
  let i = 0;
  forEach(source, (pair) => {
    let items: PyValue[];
    try {
      items = collect(pair);
    } catch (error) {
      if (!(error instanceof PyException && error.cls.isSubtype(TypeError_))) throw error;
      throw typeError(`cannot convert dictionary update sequence element #${i} to a sequence`);
    }
    if (items.length !== 2) {
      throw valueError(`dictionary update sequence element #${i} has length ${items.length}; 2 is required`);
    }
    target.set(items[0] as PyValue, items[1] as PyValue);
    i += 1;
  });
}

function update(self: PyDict, args: PyTuple, kw: PyDict, name: string): void {
  if (args.items.length > 1) throw typeError(`${name} expected at most 1 argument, got ${args.items.length}`);
  if (args.items.length === 1) mergeInto(self, args.items[0] as PyValue);
  for (const [key, value] of kw.entries()) self.set(key, value);
}

function equalDicts(a: PyDict, b: PyDict): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a.entries()) {
    charge(1);
    const other = b.get(key);
    if (other === undefined || !same(value, other)) return false;
  }
  return true;
}

defineStatic(dictType, { "__new__(cls, /, *args, **kwargs)": (cls: PyType) => adopt(new PyDict(), cls) });
defineClassMethods(dictType, {
  "fromkeys(iterable, value=None, /)": (cls: PyType, iterable: PyValue, value: PyValue = null) => {
    const made = call(cls, [], null);
    forEach(iterable, (key) => {
      if (made instanceof PyDict && made.cls === dictType) made.set(key, value);
      else callWithSelf(typeOf(made).lookup("__setitem__") as PyValue, made, [key, value], null);
    });
    return made;
  },
  "__class_getitem__(item, /)": genericAlias,
});
dictType.dict.set("__hash__", null);
defineMethods(dictType, {
  "__init__(*args, **kwargs)": (self: PyDict, args: PyTuple, kw: PyDict) => {
    update(self, args, kw, "dict");
    return null;
  },
  "__repr__()": (self: PyDict) =>
    reprOnce(self, "{...}", () => {
      const parts: string[] = [];
      for (const [key, value] of [...self.entries()]) {
        const text = `${repr(key)}: ${repr(value)}`;
        allocate(text.length + 18);
        parts.push(text);
      }
      return `{${parts.join(", ")}}`;
    }),
  "__len__()": (self: PyDict) => self.size,
  "__iter__()": (self: PyDict) => new DictIterator(self, "keys"),
  "__contains__(key, /)": (self: PyDict, key: PyValue) => self.has(key),
  "__getitem__(key, /)": (self: PyDict, key: PyValue) => {
    const value = self.get(key);
    if (value !== undefined) return value;
    const missing = self.cls.lookup("__missing__");
    if (missing !== undefined) return callWithSelf(missing, self, [key], null);
    throw keyError(key);
  },
  "__setitem__(key, value, /)": (self: PyDict, key: PyValue, value: PyValue) => {
    self.set(key, value);
    return null;
  },
  "__delitem__(key, /)": (self: PyDict, key: PyValue) => {
    if (!self.delete(key)) throw keyError(key);
    return null;
  },
  "__eq__(value, /)": (self: PyDict, other: PyValue) =>
    other instanceof PyDict ? equalDicts(self, other) : NotImplemented,
  "__ne__(value, /)": (self: PyDict, other: PyValue) =>
    other instanceof PyDict ? !equalDicts(self, other) : NotImplemented,
  "__or__(value, /)": (self: PyDict, other: PyValue) => {
    if (!(other instanceof PyDict)) return NotImplemented;
    const result = self.copy();
    mergeInto(result, other);
    return result;
  },
  "__ror__(value, /)": (self: PyDict, other: PyValue) => {
    if (!(other instanceof PyDict)) return NotImplemented;
    const result = other.copy();
    mergeInto(result, self);
    return result;
  },
  "__ior__(value, /)": (self: PyDict, other: PyValue) => {
    mergeInto(self, other);
    return self;
  },
  "__reversed__()": (self: PyDict) => reversed(self, "keys"),
  "get(key, default=None, /)": (self: PyDict, key: PyValue, fallback: PyValue = null) => {
    const value = self.get(key);
    return value === undefined ? fallback : value;
  },
  "setdefault(key, default=None, /)": (self: PyDict, key: PyValue, fallback: PyValue = null) => {
    const value = self.get(key);
    if (value !== undefined) return value;
    self.set(key, fallback);
    return fallback;
  },
  "pop(key, default=<unrepresentable>, /)": (self: PyDict, key: PyValue, fallback?: PyValue) => {
    // Nothing is in an empty one, not even what cannot be hashed.
    const value = self.size === 0 ? undefined : self.get(key);
    if (value === undefined) {
      if (fallback === undefined) throw keyError(key);
      return fallback;
    }
    self.delete(key);
    return value;
  },
  "popitem()": (self: PyDict) => {
    if (self.size === 0) throw keyError("popitem(): dictionary is empty");
    let last: [PyValue, PyValue] | undefined;
    for (const entry of self.entries()) last = entry;
    charge(self.size >> 4);
    const [key, value] = last as [PyValue, PyValue];
    self.delete(key);
    return tuple([key, value]);
  },
  "clear()": (self: PyDict) => {
    self.clear();
    return null;
  },
  "copy()": (self: PyDict) => self.copy(),
  "update(*args, **kwargs)": (self: PyDict, args: PyTuple, kw: PyDict) => {
    update(self, args, kw, "update");
    return null;
  },
  "keys()": (self: PyDict) => new PyDictView(self, "keys", keysType),
  "values()": (self: PyDict) => new PyDictView(self, "values", valuesType),
  "items()": (self: PyDict) => new PyDictView(self, "items", itemsType),
});
asMethods(dictType, "__contains__", "__getitem__");

/** Over a dict from its end. */
class ReverseDictIterator extends PyIterator {
  private readonly rest: PyValue[];
  private readonly source: PyDict;
  private readonly size: number;
  constructor(source: PyDict, what: "keys" | "values" | "items") {
    super();
    this.source = source;
    this.size = source.size;
    this.rest =
      what === "keys"
        ? [...source.keys()]
        : what === "values"
          ? [...source.values()]
          : [...source.entries()].map((entry) => new PyTuple(entry));
  }
  next(): PyValue | undefined {
    if (this.source.size !== this.size)
      throw pyError(RuntimeError, "dictionary changed size during iteration");
    return this.rest.pop();
  }
}
iteratorType("dict_reversekeyiterator", ReverseDictIterator);
class ReverseValueIterator extends ReverseDictIterator {}
iteratorType("dict_reversevalueiterator", ReverseValueIterator);
class ReverseItemIterator extends ReverseDictIterator {}
iteratorType("dict_reverseitemiterator", ReverseItemIterator);
const reversed = (dict: PyDict, what: "keys" | "values" | "items"): PyIterator => {
  charge(dict.size >> 2);
  if (what === "values") return new ReverseValueIterator(dict, what);
  return what === "items" ? new ReverseItemIterator(dict, what) : new ReverseDictIterator(dict, what);
};

/** What of a dict a view or an iterator shows. */
export type DictPart = "keys" | "values" | "items";

/** `dict.keys()`, `.values()`, `.items()`. */
export class PyDictView extends PyObject {
  readonly source: PyDict;
  readonly what: DictPart;
  constructor(source: PyDict, what: DictPart, cls: PyType) {
    super();
    this.source = source;
    this.what = what;
    this.cls = cls;
  }
  has(item: PyValue): boolean {
    if (this.what === "keys") return this.source.has(item);
    if (!(item instanceof PyTuple) || item.items.length !== 2) return false;
    const value = this.source.get(item.items[0] as PyValue);
    return value !== undefined && same(value, item.items[1] as PyValue);
  }
}
export const keysType = makeType("dict_keys", { subclassable: false });
export const valuesType = makeType("dict_values", { subclassable: false });
export const itemsType = makeType("dict_items", { subclassable: false });
for (const type of [keysType, valuesType, itemsType]) {
  defineMethods(type, {
    "__len__()": (self: PyDictView) => self.source.size,
    "__iter__()": (self: PyDictView) => dictIterator(self.source, self.what),
    "__reversed__()": (self: PyDictView) => reversed(self.source, self.what),
    "__repr__()": (self: PyDictView) =>
      reprOnce(
        self,
        "...",
        () => `${self.cls.name}([${reprItems(collect(new DictIterator(self.source, self.what)))}])`,
      ),
  });
  defineAttributes<PyDictView>(type, { mapping: (self) => self.source });
}
function asCollection(value: PyValue): { size: number; has(item: PyValue): boolean } | undefined {
  if (value instanceof PySet) return value;
  if (value instanceof PyDictView && value.what !== "values")
    return { size: value.source.size, has: (item) => value.has(item) };
  return undefined;
}
for (const type of [keysType, itemsType]) {
  const all = (self: PyDictView): PyValue[] => collect(new DictIterator(self.source, self.what));
  const compare =
    (
      test: (
        self: PyDictView,
        other: { size: number; has(item: PyValue): boolean },
        value: PyValue,
      ) => boolean,
    ) =>
    (self: PyDictView, value: PyValue): PyValue => {
      const other = asCollection(value);
      return other === undefined ? NotImplemented : test(self, other, value);
    };
  const within = (self: PyDictView, other: { has(item: PyValue): boolean }): boolean =>
    all(self).every((item) => other.has(item));
  const covers = (self: PyDictView, value: PyValue): boolean =>
    collect(value).every((item) => self.has(item));
  /** What both have, from the smaller one where it is known which that is. */
  const intersection = (self: PyDictView, other: PyValue): PyValue => {
    const its = asCollection(other);
    const n = self.source.size;
    const isSmaller =
      its !== undefined &&
      (other instanceof PyDictView ? n < its.size : typeOf(other) === setType && n <= its.size);
    if (isSmaller) return setFrom(all(self).filter((item) => its.has(item)));
    return setFrom(collect(other).filter((item) => self.has(item)));
  };
  defineMethods(type, {
    "__contains__(key, /)": (self: PyDictView, item: PyValue) => self.has(item),
    "__eq__(value, /)": compare((self, other) => self.source.size === other.size && within(self, other)),
    "__le__(value, /)": compare((self, other) => self.source.size <= other.size && within(self, other)),
    "__lt__(value, /)": compare((self, other) => self.source.size < other.size && within(self, other)),
    "__ge__(value, /)": compare(
      (self, other, value) => self.source.size >= other.size && covers(self, value),
    ),
    "__gt__(value, /)": compare((self, other, value) => self.source.size > other.size && covers(self, value)),
    "__and__(value, /)": intersection,
    "__rand__(value, /)": intersection,
    "__or__(value, /)": (self: PyDictView, other: PyValue) => setFrom([...all(self), ...collect(other)]),
    "__ror__(value, /)": (self: PyDictView, other: PyValue) => setFrom([...collect(other), ...all(self)]),
    "__sub__(value, /)": (self: PyDictView, other: PyValue) => {
      const gone = setFrom(collect(other));
      return setFrom(all(self).filter((item) => !gone.has(item)));
    },
    "__rsub__(value, /)": (self: PyDictView, other: PyValue) =>
      setFrom(collect(other).filter((item) => !self.has(item))),
    "__xor__(value, /)": (self: PyDictView, other: PyValue) => {
      const others = setFrom(collect(other));
      const result = setFrom(all(self).filter((item) => !others.has(item)));
      for (const item of others.items()) if (!self.has(item)) result.add(item);
      return result;
    },
    "isdisjoint(other, /)": (self: PyDictView, other: PyValue) =>
      !collect(other).some((item) => self.has(item)),
  });
  type.dict.set("__hash__", null);
}
