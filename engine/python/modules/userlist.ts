// `collections.UserList`.
import { setAttribute } from "../attribute.ts";
import type { PyDict } from "../dict.ts";
import { method, method1 } from "../function.ts";
import { collect } from "../iterator.ts";
import { isInstance, type PyInstance, type PyValue, typeOf } from "../object.ts";
import {
  add,
  contains,
  delItem,
  eq,
  ge,
  getItem,
  gt,
  iadd,
  imul,
  le,
  length,
  lt,
  setItem,
} from "../operators.ts";
import { repr } from "../representation.ts";
import { list, listType, type PyTuple } from "../sequence.ts";
import { PySlice } from "../types/slice.ts";
import { concreteClass } from "./abc.ts";
import { mutableSequenceType } from "./abstract-sequences.ts";
import { pythonMethods } from "./python-function.ts";
import { comparison, copyUser, dataOf, remade, repeat, unwrapped } from "./userdict.ts";

export const userListType = concreteClass("UserList", "collections", mutableSequenceType);
userListType.dict.set("__hash__", null);

/** The other operand of `+` as what the data can be joined with. */
function addend(self: PyValue, other: PyValue): PyValue {
  if (isInstance(other, userListType)) return dataOf(other);
  return isInstance(other, typeOf(dataOf(self))) ? other : list(collect(other));
}
const passed =
  (name: string) =>
  (self: PyValue, ...args: PyValue[]): PyValue =>
    method(dataOf(self), name, args, null);

pythonMethods(userListType, {
  "__init__(initlist=None)": (self: PyValue, source: PyValue = null) => {
    const data = list([]);
    setAttribute(self, "data", data);
    if (source === null) return null;
    if (typeOf(source) === listType || isInstance(source, userListType)) {
      data.items = collect(unwrapped(userListType, source));
    } else setAttribute(self, "data", list(collect(source)));
    return null;
  },
  "__repr__()": (self: PyValue) => repr(dataOf(self)),
  "__lt__(other)": comparison(userListType, lt),
  "__le__(other)": comparison(userListType, le),
  "__eq__(other)": comparison(userListType, eq),
  "__gt__(other)": comparison(userListType, gt),
  "__ge__(other)": comparison(userListType, ge),
  "__contains__(item)": (self: PyValue, item: PyValue) => contains(dataOf(self), item),
  "__len__()": (self: PyValue) => length(dataOf(self)),
  "__getitem__(i)": (self: PyValue, i: PyValue) => {
    const found = getItem(dataOf(self), i);
    return i instanceof PySlice ? remade(self, found) : found;
  },
  "__setitem__(i, item)": (self: PyValue, i: PyValue, item: PyValue) => {
    setItem(dataOf(self), i, item);
    return null;
  },
  "__delitem__(i)": (self: PyValue, i: PyValue) => {
    delItem(dataOf(self), i);
    return null;
  },
  "__add__(other)": (self: PyValue, other: PyValue) => remade(self, add(dataOf(self), addend(self, other))),
  "__radd__(other)": (self: PyValue, other: PyValue) => remade(self, add(addend(self, other), dataOf(self))),
  "__iadd__(other)": (self: PyValue, other: PyValue) => {
    setAttribute(self, "data", iadd(dataOf(self), addend(self, other)));
    return self;
  },
  "__mul__(n)": repeat,
  "__rmul__(n)": repeat,
  "__imul__(n)": (self: PyValue, n: PyValue) => {
    setAttribute(self, "data", imul(dataOf(self), n));
    return self;
  },
  "__copy__()": (self: PyInstance) => copyUser(self, (data) => getItem(data, new PySlice(null, null, null))),
  "append(item)": passed("append"),
  "insert(i, item)": passed("insert"),
  "pop(i=-1)": (self: PyValue, i: PyValue = -1) => method1(dataOf(self), "pop", i),
  "remove(item)": passed("remove"),
  "clear()": passed("clear"),
  "copy()": (self: PyValue) => remade(self, self),
  "count(item)": passed("count"),
  "index(item, *args)": (self: PyValue, item: PyValue, args: PyTuple) =>
    method(dataOf(self), "index", [item, ...args.items], null),
  "reverse()": passed("reverse"),
  "sort(*args, **kwds)": (self: PyValue, args: PyTuple, kwds: PyDict) =>
    method(dataOf(self), "sort", [...args.items], new Map([...kwds.entries()] as [string, PyValue][])),
  "extend(other)": (self: PyValue, other: PyValue) =>
    method1(dataOf(self), "extend", unwrapped(userListType, other)),
});
