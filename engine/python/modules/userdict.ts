// `collections.UserDict`, and what the three user classes share.
import { getAttribute, getAttributeOr, setAttribute } from "../attribute.ts";
import { dictType, PyDict } from "../dict.ts";
import { keyError } from "../exceptions.ts";
import { call0, call1, callWithSelf, method0, method1 } from "../function.ts";
import { forEach, iterObject } from "../iterator.ts";
import { isInstance, NotImplemented, type PyInstance, type PyType, type PyValue, typeOf } from "../object.ts";
import { bitOr, contains, delItem, getItem, ibitOr, length, mul, setItem } from "../operators.ts";
import { repr } from "../representation.ts";
import { concreteClass } from "./abc.ts";
import { mutableMappingType } from "./abstract-mappings.ts";
import { pythonClassMethods, pythonMethods } from "./python-function.ts";

export const userDictType = concreteClass("UserDict", "collections", mutableMappingType);

/** What an instance of a user class holds. */
export const dataOf = (self: PyValue): PyValue => getAttribute(self, "data");

/** The data of an object of that user class; what is none, as it is. */
export const unwrapped = (of: PyType, value: PyValue): PyValue =>
  isInstance(value, of) ? dataOf(value) : value;
/** An object of the same class with other data. */
export const remade = (self: PyValue, data: PyValue): PyValue => call1(typeOf(self), data);
/** `self * n`. */
export const repeat = (self: PyValue, n: PyValue): PyValue => remade(self, mul(dataOf(self), n));
/** A comparison of that user class's data with another's, or with anything. */
export const comparison =
  (of: PyType, test: (a: PyValue, b: PyValue) => PyValue) =>
  (self: PyValue, other: PyValue): PyValue =>
    test(dataOf(self), unwrapped(of, other));

/** A shallow copy made without `__init__`: other attributes are shared, the data is copied. */
export function copyUser(self: PyInstance, copyData: (data: PyValue) => PyValue): PyValue {
  const copy = call1(getAttribute(typeOf(self), "__new__"), typeOf(self)) as PyInstance;
  for (const [name, value] of self.dict ?? [])
    copy.dict?.set(name, name === "data" ? copyData(value) : value);
  return copy;
}
/** `self | other` of whichever holds the operands' data. */
function union(self: PyValue, other: PyValue, join: (a: PyValue, b: PyValue) => PyValue): PyValue {
  if (isInstance(other, userDictType)) return remade(self, join(dataOf(self), dataOf(other)));
  if (isInstance(other, dictType)) return remade(self, join(dataOf(self), other));
  return NotImplemented;
}

pythonClassMethods(userDictType, {
  "fromkeys(iterable, value=None)": (cls: PyType, iterable: PyValue, value: PyValue = null) => {
    const made = call0(cls);
    forEach(iterable, (key) => setItem(made, key, value));
    return made;
  },
});
pythonMethods(userDictType, {
  "__init__(dict=None, /, **kwargs)": (self: PyValue, source: PyValue = null, kwargs: PyDict) => {
    setAttribute(self, "data", new PyDict());
    if (source !== null) method1(self, "update", source);
    if (kwargs.size > 0) method1(self, "update", kwargs);
    return null;
  },
  "__len__()": (self: PyValue) => length(dataOf(self)),
  "__getitem__(key)": (self: PyValue, key: PyValue) => {
    if (contains(dataOf(self), key)) return getItem(dataOf(self), key);
    const missing = getAttributeOr(typeOf(self), "__missing__", undefined);
    if (missing === undefined) throw keyError(key);
    return callWithSelf(typeOf(self).lookup("__missing__") ?? missing, self, [key], null);
  },
  "__setitem__(key, item)": (self: PyValue, key: PyValue, item: PyValue) => {
    setItem(dataOf(self), key, item);
    return null;
  },
  "__delitem__(key)": (self: PyValue, key: PyValue) => {
    delItem(dataOf(self), key);
    return null;
  },
  "__iter__()": (self: PyValue) => iterObject(dataOf(self)),
  "__contains__(key)": (self: PyValue, key: PyValue) => contains(dataOf(self), key),
  "get(key, default=None)": (self: PyValue, key: PyValue, fallback: PyValue = null) =>
    contains(self, key) ? getItem(self, key) : fallback,
  "__repr__()": (self: PyValue) => repr(dataOf(self)),
  "__or__(other)": (self: PyValue, other: PyValue) => union(self, other, bitOr),
  "__ror__(other)": (self: PyValue, other: PyValue) => union(self, other, (a, b) => bitOr(b, a)),
  "__ior__(other)": (self: PyValue, other: PyValue) => {
    setAttribute(self, "data", ibitOr(dataOf(self), unwrapped(userDictType, other)));
    return self;
  },
  "__copy__()": (self: PyInstance) => copyUser(self, (data) => method0(data, "copy")),
  "copy()": (self: PyInstance) => {
    if (self.cls === userDictType) return call1(userDictType, method0(dataOf(self), "copy"));
    const data = dataOf(self);
    let copy: PyValue;
    try {
      setAttribute(self, "data", new PyDict());
      copy = callWithSelf(self.cls.lookup("__copy__") as PyValue, self, [], null);
    } finally {
      setAttribute(self, "data", data);
    }
    method1(copy, "update", self);
    return copy;
  },
});
