// `set` and `frozenset`.
import { adopt } from "../classes.ts";
import { dictType, frozensetType, PyDict, PyFrozenSet, PySet, setType } from "../dict.ts";
import { keyError, typeError } from "../exceptions.ts";
import { asMethods, defineClassMethods, defineMethods, defineStatic } from "../function.ts";
import { hashSet } from "../hash.ts";
import { collect, forEach, iter, SetIterator } from "../iterator.ts";
import { NotImplemented, type PyType, type PyValue } from "../object.ts";
import { reprItems, reprOnce } from "../representation.ts";
import type { PyTuple } from "../sequence.ts";
import { charge } from "../state.ts";
import { defineConstructor } from "./construct.ts";
import { genericAlias } from "./generic-alias.ts";

/** A set of these items. */
export function setFrom(items: Iterable<PyValue>): PySet {
  const set = new PySet();
  for (const item of items) set.add(item);
  return set;
}
/** An empty set of the same kind; never of a derived class. */
function emptyLike(self: PySet): PySet {
  return self instanceof PyFrozenSet ? new PyFrozenSet() : new PySet();
}
/** Adds what an iterable gives. */
export function update(self: PySet, other: PyValue): void {
  if (other instanceof PySet) {
    charge(other.size);
    self.merge(other);
  } else {
    if (other instanceof PyDict && other.cls === dictType) self.reserve(other.size);
    forEach(other, (item) => self.add(item));
  }
}
function copy(self: PySet): PySet {
  const set = emptyLike(self);
  update(set, self);
  return set;
}
function subset(a: PySet, b: PySet): boolean {
  if (a.size > b.size) return false;
  for (const item of a.items()) {
    charge(1);
    if (!b.has(item)) return false;
  }
  return true;
}
/** Does every value of an iterable satisfy `isSo`? What comes after one that does not stays in an iterator. */
function every(value: PyValue, isSo: (item: PyValue) => boolean): boolean {
  const it = iter(value);
  for (let item = it.next(); item !== undefined; item = it.next()) {
    charge(1);
    if (!isSo(item)) return false;
  }
  return true;
}
/** The argument as a set: itself, or made of an iterable. */
function asSet(value: PyValue): PySet {
  return value instanceof PySet ? value : setFrom(collect(value));
}
/** A set as a key: `{1} in {frozenset({1})}` compares by content. */
function asKey(key: PyValue): PyValue {
  if (key instanceof PySet && !(key instanceof PyFrozenSet)) {
    const frozen = new PyFrozenSet();
    for (const item of key.items()) frozen.add(item);
    return frozen;
  }
  return key;
}

// The operations below take the steps that CPython's take, in their order: which of two equal keys stays, and where it
// comes to stand, depends on them.

function union(self: PySet, other: PySet): PySet {
  const result = copy(self);
  update(result, other);
  return result;
}
function intersection(self: PySet, other: PyValue): PySet {
  if (other === self) return copy(self);
  const result = emptyLike(self);
  let [tested, iterated] = [self, other];
  if (other instanceof PySet && other.size > self.size) [tested, iterated] = [other, self];
  every(iterated, (item) => {
    if (!tested.has(item)) return true;
    result.add(item);
    // All of its own are found: what else an iterator gives can add nothing.
    return iterated instanceof PySet || result.size < tested.size;
  });
  return result;
}
function remove(self: PySet, other: PyValue): void {
  if (other === self) {
    self.clear();
    return;
  }
  const items = other instanceof PySet && other.size >> 3 > self.size ? intersection(self, other) : other;
  forEach(items, (item) => self.delete(item));
  self.sweep();
}
function difference(self: PySet, other: PyValue): PySet {
  const size =
    other instanceof PySet || (other instanceof PyDict && other.cls === dictType) ? other.size : -1;
  if (size < 0 || self.size >> 2 > size) {
    const result = copy(self);
    remove(result, other);
    return result;
  }
  const result = emptyLike(self);
  const tested = other as PySet | PyDict;
  for (const item of self.items()) {
    charge(1);
    if (!tested.has(item)) result.add(item);
  }
  return result;
}
function toggle(self: PySet, other: PySet): void {
  if (other === self) {
    self.clear();
    return;
  }
  forEach(other, (item) => {
    if (!self.delete(item)) self.add(item);
  });
}
function symmetric(self: PySet, other: PyValue): PySet {
  const result = emptyLike(self);
  update(result, other);
  toggle(result, self);
  return result;
}
const intersectAll = (self: PySet, others: readonly PyValue[]): PySet =>
  others.length === 0 ? copy(self) : others.reduce<PySet>(intersection, self);

defineStatic(setType, { "__new__(cls, /, *args, **kwargs)": (cls: PyType) => adopt(new PySet(), cls) });
/** The one argument of `set()` and `frozenset()`; the complaint about more names the class. */
function onlyIterable(cls: PyType, args: PyTuple): PyValue | undefined {
  const n = args.items.length;
  if (n > 1) throw typeError(`${cls.name} expected at most 1 argument, got ${n}`);
  return args.items[0];
}
defineConstructor(frozensetType, "(*args, **kwargs)", (cls: PyType, args: PyTuple, kw: PyDict) => {
  // Keywords may be for an `__init__` of a derived class.
  if (kw.size > 0 && cls.lookup("__init__") === frozensetType.lookup("__init__"))
    throw typeError("frozenset() takes no keyword arguments");
  const iterable = onlyIterable(cls, args);
  if (cls === frozensetType && iterable instanceof PyFrozenSet && iterable.cls === frozensetType)
    return iterable;
  const set = new PyFrozenSet();
  if (iterable !== undefined) update(set, iterable);
  return adopt(set, cls);
});
setType.dict.set("__hash__", null);
setType.hasWeakref = true;
frozensetType.hasWeakref = true;

const both =
  (operation: (self: PySet, other: PySet) => PyValue) =>
  (self: PySet, other: PyValue): PyValue =>
    other instanceof PySet ? operation(self, other) : NotImplemented;

for (const type of [setType, frozensetType]) {
  defineMethods(type, {
    "__len__()": (self: PySet) => self.size,
    "__iter__()": (self: PySet) => new SetIterator(self),
    "__contains__(object, /)": (self: PySet, key: PyValue) => self.has(asKey(key)),
    "__repr__()": (self: PySet) => {
      if (self.size === 0) return `${self.cls.name}()`;
      return reprOnce(self, `${self.cls.name}(...)`, () => {
        const items = `{${reprItems(self.cls.builtin ? self.items() : collect(self))}}`;
        return self.cls === setType ? items : `${self.cls.name}(${items})`;
      });
    },
    "__eq__(value, /)": both((self, other) => self.size === other.size && subset(self, other)),
    "__ne__(value, /)": both((self, other) => !(self.size === other.size && subset(self, other))),
    "__le__(value, /)": both((self, other) => subset(self, other)),
    "__lt__(value, /)": both((self, other) => self.size < other.size && subset(self, other)),
    "__ge__(value, /)": both((self, other) => subset(other, self)),
    "__gt__(value, /)": both((self, other) => other.size < self.size && subset(other, self)),
    "__or__(value, /)": both(union),
    "__and__(value, /)": both(intersection),
    "__sub__(value, /)": both(difference),
    "__xor__(value, /)": both(symmetric),
    "__ror__(value, /)": both((self, other) => union(other, self)),
    "__rand__(value, /)": both((self, other) => intersection(other, self)),
    "__rsub__(value, /)": both((self, other) => difference(other, self)),
    "__rxor__(value, /)": both((self, other) => symmetric(other, self)),
    "union(*others)": (self: PySet, others: PyTuple) => {
      const result = copy(self);
      for (const other of others.items) if (other !== self) update(result, other);
      return result;
    },
    "intersection(*others)": (self: PySet, others: PyTuple) => intersectAll(self, others.items),
    "difference(*others)": (self: PySet, others: PyTuple) => {
      const [first, ...rest] = others.items;
      if (first === undefined) return copy(self);
      const result = difference(self, first);
      for (const other of rest) remove(result, other);
      return result;
    },
    "symmetric_difference(other, /)": symmetric,
    "issubset(other, /)": (self: PySet, other: PyValue) => subset(self, asSet(other)),
    "issuperset(other, /)": (self: PySet, other: PyValue) =>
      other instanceof PySet ? subset(other, self) : every(other, (item) => self.has(item)),
    "isdisjoint(other, /)": (self: PySet, other: PyValue) => every(other, (item) => !self.has(item)),
    "copy()": (self: PySet) => (self.cls === frozensetType ? self : copy(self)),
  });
  defineClassMethods(type, { "__class_getitem__(item, /)": genericAlias });
  asMethods(type, "__contains__");
}

defineMethods(frozensetType, {
  "__hash__()": (self: PySet) => {
    charge(self.size);
    return hashSet([...self.items()]);
  },
});

const inPlace =
  (operation: (self: PySet, other: PySet) => void) =>
  (self: PySet, other: PyValue): PyValue => {
    if (!(other instanceof PySet)) return NotImplemented;
    operation(self, other);
    return self;
  };
defineMethods(setType, {
  "__init__(*args, **kwargs)": (self: PySet, args: PyTuple, kw: PyDict) => {
    if (kw.size > 0) throw typeError("set() takes no keyword arguments");
    const iterable = onlyIterable(self.cls, args);
    if (self.size > 0) self.clear();
    if (iterable !== undefined) update(self, iterable);
    return null;
  },
  "__ior__(value, /)": inPlace(update),
  "__iand__(value, /)": inPlace((self, other) => self.become(intersection(self, other))),
  "__isub__(value, /)": inPlace(remove),
  "__ixor__(value, /)": inPlace(toggle),
  "add(object, /)": (self: PySet, item: PyValue) => {
    self.add(item);
    return null;
  },
  "discard(object, /)": (self: PySet, item: PyValue) => {
    self.delete(asKey(item));
    return null;
  },
  "remove(object, /)": (self: PySet, item: PyValue) => {
    if (!self.delete(asKey(item))) throw keyError(item);
    return null;
  },
  "pop()": (self: PySet) => {
    const key = self.pop();
    if (key === undefined) throw keyError("pop from an empty set");
    return key;
  },
  "clear()": (self: PySet) => {
    self.clear();
    return null;
  },
  "update(*others)": (self: PySet, others: PyTuple) => {
    for (const other of others.items) update(self, other);
    return null;
  },
  "intersection_update(*others)": (self: PySet, others: PyTuple) => {
    self.become(intersectAll(self, others.items));
    return null;
  },
  "difference_update(*others)": (self: PySet, others: PyTuple) => {
    for (const other of others.items) remove(self, other);
    return null;
  },
  "symmetric_difference_update(other, /)": (self: PySet, other: PyValue) => {
    if (other instanceof PyDict && other.cls === dictType) {
      for (const item of [...other.keys()]) if (!self.delete(item)) self.add(item);
    } else
      toggle(self, other === self || other instanceof PySet ? (other as PySet) : setFrom(collect(other)));
    return null;
  },
});
