// `set` and `frozenset`.
import { adopt } from "../classes.ts";
import { frozensetType, PyFrozenSet, PySet, setType } from "../dict.ts";
import { keyError } from "../exceptions.ts";
import { defineClassMethods, defineMethods, defineStatic } from "../function.ts";
import { hash } from "../hash.ts";
import { collect, forEach, SetIterator } from "../iterator.ts";
import { NotImplemented, type PyType, type PyValue } from "../object.ts";
import { reprItems, reprOnce } from "../representation.ts";
import type { PyTuple } from "../sequence.ts";
import { charge } from "../state.ts";
import { genericAlias } from "./generic-alias.ts";

/** A set of these items. */
export function setFrom(items: Iterable<PyValue>): PySet {
  const set = new PySet();
  for (const item of items) set.add(item);
  return set;
}
function like(self: PySet, items: Iterable<PyValue>): PySet {
  const set = self instanceof PyFrozenSet ? new PyFrozenSet() : new PySet();
  for (const item of items) {
    charge(1);
    set.add(item);
  }
  return set;
}
/** The argument as a set: itself, or made of an iterable. */
function asSet(value: PyValue): PySet {
  return value instanceof PySet ? value : setFrom(collect(value));
}
function subset(a: PySet, b: PySet): boolean {
  if (a.size > b.size) return false;
  for (const item of a.items()) {
    charge(1);
    if (!b.has(item)) return false;
  }
  return true;
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

defineStatic(setType, { "__new__(cls, /, *args, **kwargs)": (cls: PyType) => adopt(new PySet(), cls) });
defineStatic(frozensetType, {
  "__new__(cls, iterable=(), /)": (cls: PyType, iterable?: PyValue) => {
    if (cls === frozensetType && iterable instanceof PyFrozenSet && iterable.cls === frozensetType)
      return iterable;
    const set = new PyFrozenSet();
    if (iterable !== undefined) forEach(iterable, (item) => set.add(item));
    return adopt(set, cls);
  },
});
setType.dict.set("__hash__", null);
setType.hasWeakref = true;
frozensetType.hasWeakref = true;

const both =
  (operation: (self: PySet, other: PySet) => PyValue) =>
  (self: PySet, other: PyValue): PyValue =>
    other instanceof PySet ? operation(self, other) : NotImplemented;

const union = (self: PySet, other: PySet): PySet => like(self, [...self.items(), ...other.items()]);
const intersection = (self: PySet, other: PySet): PySet =>
  like(
    self,
    [...self.items()].filter((item) => other.has(item)),
  );
const difference = (self: PySet, other: PySet): PySet =>
  like(
    self,
    [...self.items()].filter((item) => !other.has(item)),
  );
const symmetric = (self: PySet, other: PySet): PySet =>
  like(self, [...difference(self, other).items(), ...difference(other, self).items()]);

for (const type of [setType, frozensetType]) {
  defineMethods(type, {
    "__len__()": (self: PySet) => self.size,
    "__iter__()": (self: PySet) => new SetIterator(self),
    "__contains__(object, /)": (self: PySet, key: PyValue) => self.has(asKey(key)),
    "__repr__()": (self: PySet) => {
      if (self.size === 0) return `${self.cls.name}()`;
      return reprOnce(self, `${self.cls.name}(...)`, () => {
        const items = `{${reprItems(self.items())}}`;
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
    "union(*others)": (self: PySet, others: PyTuple) =>
      like(self, [...self.items(), ...others.items.flatMap((o) => collect(o))]),
    "intersection(*others)": (self: PySet, others: PyTuple) =>
      others.items.reduce<PySet>((set, other) => intersection(set, asSet(other)), like(self, self.items())),
    "difference(*others)": (self: PySet, others: PyTuple) =>
      others.items.reduce<PySet>((set, other) => difference(set, asSet(other)), like(self, self.items())),
    "symmetric_difference(other, /)": (self: PySet, other: PyValue) => symmetric(self, asSet(other)),
    "issubset(other, /)": (self: PySet, other: PyValue) => subset(self, asSet(other)),
    "issuperset(other, /)": (self: PySet, other: PyValue) => subset(asSet(other), self),
    "isdisjoint(other, /)": (self: PySet, other: PyValue) => !collect(other).some((item) => self.has(item)),
    "copy()": (self: PySet) => (self.cls === frozensetType ? self : like(self, self.items())),
  });
  defineClassMethods(type, { "__class_getitem__(item, /)": genericAlias });
}

defineMethods(frozensetType, {
  "__hash__()": (self: PySet) => {
    // CPython's, so that equal sets hash alike whatever their order.
    let h = 0n;
    const M = (1n << 64n) - 1n;
    for (const item of self.items()) {
      const x = BigInt.asUintN(64, BigInt(hash(item)));
      h ^= ((x ^ 89869747n ^ ((x << 16n) & M)) * 3644798167n) & M;
    }
    h ^= (BigInt(self.size + 1) * 1927868237n) & M;
    h ^= (h >> 11n) ^ (h >> 25n);
    h = (h * 69069n + 907133923n) & M;
    if (h === M) h = 590923713n;
    const signed = BigInt.asIntN(64, h);
    return signed >= -9007199254740991n && signed <= 9007199254740991n ? Number(signed) : signed;
  },
});

/** Replaces the content of a set. */
function become(self: PySet, items: PySet): PySet {
  const all = [...items.items()];
  self.clear();
  for (const item of all) self.add(item);
  return self;
}
const inPlace =
  (operation: (self: PySet, other: PySet) => PySet) =>
  (self: PySet, other: PyValue): PyValue =>
    other instanceof PySet ? become(self, operation(self, other)) : NotImplemented;
defineMethods(setType, {
  "__init__(iterable=(), /)": (self: PySet, iterable?: PyValue) => {
    self.clear();
    if (iterable !== undefined) forEach(iterable, (item) => self.add(item));
    return null;
  },
  "__ior__(value, /)": (self: PySet, other: PyValue) => {
    if (!(other instanceof PySet)) return NotImplemented;
    for (const item of [...other.items()]) self.add(item);
    return self;
  },
  "__iand__(value, /)": inPlace(intersection),
  "__isub__(value, /)": inPlace(difference),
  "__ixor__(value, /)": inPlace(symmetric),
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
    for (const item of self.items()) {
      self.delete(item);
      return item;
    }
    throw keyError("pop from an empty set");
  },
  "clear()": (self: PySet) => {
    self.clear();
    return null;
  },
  "update(*others)": (self: PySet, others: PyTuple) => {
    for (const other of others.items) for (const item of collect(other)) self.add(item);
    return null;
  },
  "intersection_update(*others)": (self: PySet, others: PyTuple) => {
    become(
      self,
      others.items.reduce<PySet>((set, other) => intersection(set, asSet(other)), like(self, self.items())),
    );
    return null;
  },
  "difference_update(*others)": (self: PySet, others: PyTuple) => {
    for (const other of others.items) for (const item of collect(other)) self.delete(item);
    return null;
  },
  "symmetric_difference_update(other, /)": (self: PySet, other: PyValue) => {
    become(self, symmetric(self, asSet(other)));
    return null;
  },
});
