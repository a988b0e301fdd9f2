// `collections.abc`: `Set` and `MutableSet`, with what they make of a few methods.
import { KeyError, keyError, NotImplementedError, pyError } from "../exceptions.ts";
import { call1, method0, method1 } from "../function.ts";
import { makeGenerator } from "../generator.ts";
import { hashSet } from "../hash.ts";
import { isInstanceOf } from "../instance-check.ts";
import { iter } from "../iterator.ts";
import { NotImplemented, type PyType, type PyValue } from "../object.ts";
import { bitOr, contains, length, sub } from "../operators.ts";
import { charge } from "../state.ts";
import { abstractClass } from "./abc.ts";
import { clearBy } from "./abstract-clear.ts";
import { collectionType, iterableType } from "./abstract-single.ts";
import { pythonClassMethods, pythonMethods } from "./python-function.ts";

const MODULE = "collections.abc";

/** A generator over what `values` gives, named as CPython's generator expressions in these methods are. */
function lazily(method: string, values: () => Generator<PyValue, void>): PyValue {
  const body = function* (): Generator<PyValue, PyValue, PyValue> {
    yield* values();
    return null;
  };
  return makeGenerator("<genexpr>", `Set.${method}.<locals>.<genexpr>`, body());
}
function* each(iterable: PyValue): Generator<PyValue, void> {
  const it = iter(iterable);
  for (let value = it.next(); value !== undefined; value = it.next()) {
    charge(1);
    yield value;
  }
}
function* where(iterable: PyValue, test: (value: PyValue) => boolean): Generator<PyValue, void> {
  for (const value of each(iterable)) if (test(value)) yield value;
}
const made = (self: PyValue, values: PyValue): PyValue => method1(self, "_from_iterable", values);

/** The other operand as a set: itself, or made of an iterable; undefined for anything else. */
function otherSet(self: PyValue, other: PyValue): PyValue | undefined {
  if (isInstanceOf(other, setAbcType)) return other;
  return isInstanceOf(other, iterableType) ? made(self, other) : undefined;
}
/** Is everything in `a` in `b`? */
function within(a: PyValue, b: PyValue): boolean {
  for (const value of each(a)) if (!contains(b, value)) return false;
  return true;
}
const compare =
  (test: (self: PyValue, other: PyValue) => PyValue) =>
  (self: PyValue, other: PyValue): PyValue =>
    isInstanceOf(other, setAbcType) ? test(self, other) : NotImplemented;

export const setAbcType = abstractClass("Set", MODULE, [collectionType]);

const and = (self: PyValue, other: PyValue): PyValue =>
  isInstanceOf(other, iterableType)
    ? made(
        self,
        lazily("__and__", () => where(other, (value) => contains(self, value))),
      )
    : NotImplemented;
const or = (self: PyValue, other: PyValue): PyValue =>
  isInstanceOf(other, iterableType)
    ? made(
        self,
        lazily("__or__", function* () {
          yield* each(self);
          yield* each(other);
        }),
      )
    : NotImplemented;
const xor = (self: PyValue, value: PyValue): PyValue => {
  const other = otherSet(self, value);
  return other === undefined ? NotImplemented : bitOr(sub(self, other), sub(other, self));
};
pythonMethods(setAbcType, {
  "__le__(other)": compare((self, other) => length(self) <= length(other) && within(self, other)),
  "__lt__(other)": compare((self, other) =>
    length(self) < length(other) ? method1(self, "__le__", other) : false,
  ),
  "__gt__(other)": compare((self, other) =>
    length(self) > length(other) ? method1(self, "__ge__", other) : false,
  ),
  "__ge__(other)": compare((self, other) => length(self) >= length(other) && within(other, self)),
  "__eq__(other)": compare((self, other) =>
    length(self) === length(other) ? method1(self, "__le__", other) : false,
  ),
  "__and__(other)": and,
  "__rand__(other)": and,
  "isdisjoint(other)": (self: PyValue, other: PyValue) => {
    for (const value of each(other)) if (contains(self, value)) return false;
    return true;
  },
  "__or__(other)": or,
  "__ror__(other)": or,
  "__sub__(other)": (self: PyValue, value: PyValue) => {
    const other = otherSet(self, value);
    if (other === undefined) return NotImplemented;
    return made(
      self,
      lazily("__sub__", () => where(self, (item) => !contains(other, item))),
    );
  },
  "__rsub__(other)": (self: PyValue, value: PyValue) => {
    const other = otherSet(self, value);
    if (other === undefined) return NotImplemented;
    return made(
      self,
      lazily("__rsub__", () => where(other, (item) => !contains(self, item))),
    );
  },
  "__xor__(other)": xor,
  "__rxor__(other)": xor,
  "_hash()": (self: PyValue) => hashSet([...each(self)]),
});
pythonClassMethods(setAbcType, {
  "_from_iterable(it)": (cls: PyType, values: PyValue) => call1(cls, values),
});
setAbcType.dict.set("__hash__", null);

const missing = (): never => {
  throw pyError(NotImplementedError);
};
export const mutableSetType = abstractClass("MutableSet", MODULE, [setAbcType], {
  "add(value)": missing,
  "discard(value)": missing,
});
const forAll = (self: PyValue, name: string, values: Iterable<PyValue>): PyValue => {
  for (const value of values) method1(self, name, value);
  return self;
};
pythonMethods(mutableSetType, {
  "remove(value)": (self: PyValue, value: PyValue) => {
    if (!contains(self, value)) throw keyError(value);
    method1(self, "discard", value);
    return null;
  },
  "pop()": (self: PyValue) => {
    const value = iter(self).next();
    if (value === undefined) throw pyError(KeyError);
    method1(self, "discard", value);
    return value;
  },
  "clear()": clearBy("pop", KeyError),
  "__ior__(it)": (self: PyValue, other: PyValue) => forAll(self, "add", each(other)),
  "__iand__(it)": (self: PyValue, other: PyValue) => forAll(self, "discard", each(sub(self, other))),
  "__isub__(it)": (self: PyValue, other: PyValue) => {
    if (other !== self) return forAll(self, "discard", each(other));
    method0(self, "clear");
    return self;
  },
  "__ixor__(it)": (self: PyValue, other: PyValue) => {
    if (other === self) {
      method0(self, "clear");
      return self;
    }
    const values = isInstanceOf(other, setAbcType) ? other : made(self, other);
    for (const value of each(values)) method1(self, contains(self, value) ? "discard" : "add", value);
    return self;
  },
});
