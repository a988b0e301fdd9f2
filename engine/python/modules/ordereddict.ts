// `collections.OrderedDict`.

import { getAttributeOr } from "../attribute.ts";
import { dictType, PyDict } from "../dict.ts";
import {
  KeyError,
  keyError,
  PyException,
  pyError,
  RuntimeError,
  raise,
  typeError,
  valueError,
} from "../exceptions.ts";
import {
  call0,
  call1,
  defineClassMethods,
  defineMethods,
  method0,
  type Native,
  type PyBuiltin,
  type PyClassMethod,
} from "../function.ts";
import type { Key } from "../hash-table.ts";
import { forEach, iter, iteratorType, PyIterator } from "../iterator.ts";
import { makeType, NotImplemented, type PyType, type PyValue } from "../object.ts";
import { contains, getItem, same, setItem, truth } from "../operators.ts";
import { repr, reprOnce } from "../representation.ts";
import { PyTuple, tuple } from "../sequence.ts";
import { charge } from "../state.ts";
import { type DictPart, itemsType, keysType, PyDictView, valuesType } from "../types/dict.ts";

export const orderedDictType = makeType("collections.OrderedDict", {
  base: dictType,
  doc: "Dictionary that remembers insertion order",
});
orderedDictType.hasDict = true;

const isOrdered = (value: PyDict): boolean => value.cls.isSubtype(orderedDictType);
const native = (name: string): Native => (dictType.dict.get(name) as PyBuiltin).js;
const equalDicts = native("__eq__");

/** One pair of an `update`, taken apart as `OrderedDict` does it. */
function addPair(self: PyValue, pair: PyValue): void {
  const it = iter(pair);
  const key = it.next();
  if (key === undefined) throw valueError("need more than 0 values to unpack");
  const value = it.next();
  if (value === undefined) throw valueError("need more than 1 value to unpack");
  if (it.next() !== undefined) throw valueError("too many values to unpack (expected 2)");
  setItem(self, key, value);
}
function addAll(self: PyValue, source: PyValue): void {
  if (source instanceof PyDict && source.cls === dictType) {
    charge(source.size);
    for (const [key, value] of [...source.entries()]) setItem(self, key, value);
    return;
  }
  const keys = getAttributeOr(source, "keys", undefined);
  if (keys !== undefined) {
    forEach(call0(keys), (key) => setItem(self, key, getItem(source, key)));
    return;
  }
  const items = getAttributeOr(source, "items", undefined);
  forEach(items === undefined ? source : call0(items), (pair) => addPair(self, pair));
}
function update(self: PyValue, args: PyTuple, kw: PyDict, complaint: (n: number) => string): null {
  const [source] = args.items;
  if (args.items.length > 1) throw typeError(complaint(args.items.length));
  if (source !== undefined) addAll(self, source);
  for (const [key, value] of kw.entries()) setItem(self, key, value);
  return null;
}

/** The KeyError of `move_to_end`, whose arguments C fills in: a tuple is all of them, None is none. */
function unmovable(key: PyValue): PyException {
  const args = key instanceof PyTuple ? key.items : key === null ? [] : [key];
  return raise(new PyException(KeyError, [...args]));
}

/** Over an `OrderedDict`, from either end; notices when it changes. */
class OrderedIterator extends PyIterator {
  private readonly source: PyDict;
  private readonly what: DictPart;
  private readonly keys: Iterator<Key>;
  private readonly version: number;
  private left: number;
  constructor(source: PyDict, what: DictPart, backwards: boolean) {
    super();
    this.source = source;
    this.what = what;
    if (backwards) charge(source.size >> 2);
    this.keys = backwards ? [...source.map.keys()].reverse().values() : source.map.keys();
    this.version = source.version;
    this.left = source.size;
  }
  next(): PyValue | undefined {
    if (this.left === 0) return undefined;
    const { source, what } = this;
    if (source.version !== this.version) {
      this.left = 0;
      throw pyError(RuntimeError, "OrderedDict mutated during iteration");
    }
    this.left -= 1;
    const normal = this.keys.next().value as Key;
    if (what === "keys") return source.original(normal);
    const value = source.map.get(normal) as PyValue;
    return what === "values" ? value : tuple([source.original(normal), value]);
  }
}
iteratorType("odict_iterator", OrderedIterator);

const views = [
  ["keys", keysType],
  ["values", valuesType],
  ["items", itemsType],
] as const;
for (const [what, base] of views) {
  const type = makeType(`odict_${what}`, { base });
  defineMethods(type, {
    "__iter__()": (self: PyDictView) => new OrderedIterator(self.source, what, false),
    "__reversed__()": (self: PyDictView) => new OrderedIterator(self.source, what, true),
  });
  type.dict.set("__hash__", base.dict.get("__hash__") ?? (base.lookup("__hash__") as PyValue));
  defineMethods(orderedDictType, { [`${what}()`]: (self: PyDict) => new PyDictView(self, what, type) });
}

function inSameOrder(a: PyDict, b: PyDict): boolean {
  charge(a.size);
  const others = b.keys();
  for (const key of a.keys()) if (!same(key, others.next().value as PyValue)) return false;
  return true;
}
function equal(self: PyDict, other: PyValue): boolean | undefined {
  if (!(other instanceof PyDict)) return undefined;
  if (equalDicts(self, other) !== true) return false;
  return !isOrdered(other) || inSameOrder(self, other);
}
function union(type: PyType, left: PyValue, right: PyValue): PyValue {
  if (!(left instanceof PyDict && right instanceof PyDict)) return NotImplemented;
  const made = call1(type, left);
  addAll(made, right);
  return made;
}
function pop(self: PyDict, key: PyValue): PyValue {
  const value = self.get(key) as PyValue;
  self.delete(key);
  return value;
}

const fromKeys = (dictType.dict.get("fromkeys") as PyClassMethod).func as PyBuiltin;
defineClassMethods(orderedDictType, { "fromkeys(iterable, value=None)": fromKeys.js });
orderedDictType.dict.set("__hash__", null);
defineMethods(orderedDictType, {
  "__init__(*args, **kwargs)": (self: PyDict, args: PyTuple, kw: PyDict) =>
    update(self, args, kw, (n) => `expected at most 1 arguments, got ${n}`),
  "update(*args, **kwargs)": (self: PyDict, args: PyTuple, kw: PyDict) =>
    update(self, args, kw, (n) => `update() takes at most 1 positional argument (${n} given)`),
  "__repr__()": (self: PyDict) => {
    const name = self.cls.builtin ? self.cls.qualname : self.cls.name;
    if (self.size === 0) return `${name}()`;
    return reprOnce(self, "...", () => {
      const plain = self.cls === orderedDictType ? self.copy() : call1(dictType, method0(self, "items"));
      return `${name}(${repr(plain)})`;
    });
  },
  "__iter__()": (self: PyDict) => new OrderedIterator(self, "keys", false),
  "__reversed__()": (self: PyDict) => new OrderedIterator(self, "keys", true),
  "__eq__(value, /)": (self: PyDict, other: PyValue) => equal(self, other) ?? NotImplemented,
  "__ne__(value, /)": (self: PyDict, other: PyValue) => {
    const result = equal(self, other);
    return result === undefined ? NotImplemented : !result;
  },
  "__or__(value, /)": (self: PyDict, other: PyValue) => union(self.cls, self, other),
  "__ror__(value, /)": (self: PyDict, other: PyValue) => union(self.cls, other, self),
  "__ior__(value, /)": (self: PyDict, other: PyValue) => {
    addAll(self, other);
    return self;
  },
  "setdefault(key, default=None)": (self: PyDict, key: PyValue, fallback: PyValue = null) => {
    if (contains(self, key)) return getItem(self, key);
    setItem(self, key, fallback);
    return fallback;
  },
  "pop(key, default=<unrepresentable>)": (self: PyDict, key: PyValue, fallback?: PyValue) => {
    if (self.has(key)) return pop(self, key);
    if (fallback === undefined) throw keyError(key);
    return fallback;
  },
  "popitem(last=True)": (self: PyDict, last: PyValue = true) => {
    let found: PyValue | undefined;
    const fromEnd = truth(last);
    if (fromEnd) charge(self.size >> 4);
    for (const key of self.keys()) {
      found = key;
      if (!fromEnd) break;
    }
    if (found === undefined) throw keyError("dictionary is empty");
    return tuple([found, pop(self, found)]);
  },
  "move_to_end(key, last=True)": (self: PyDict, key: PyValue, last: PyValue = true) => {
    const toEnd = truth(last);
    if (!toEnd) charge(self.size >> 3);
    if (self.size === 0 || !self.move(key, toEnd)) throw unmovable(key);
    return null;
  },
  "clear()": (self: PyDict) => {
    self.clear();
    return null;
  },
  "copy()": (self: PyDict) => {
    const made = call0(self.cls);
    forEach(self, (key) => setItem(made, key, getItem(self, key)));
    return made;
  },
});
