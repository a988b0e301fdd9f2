// `collections.abc`: `Sequence` and `MutableSequence`.
import { IndexError, pyError, ValueError } from "../exceptions.ts";
import { method1, method2 } from "../function.ts";
import { makeGenerator } from "../generator.ts";
import { collect, forEach, iter } from "../iterator.ts";
import type { PyValue } from "../object.ts";
import { add, delItem, getItem, length, lt, same, setItem, truth } from "../operators.ts";
import { isRaised } from "../raising.ts";
import { list } from "../sequence.ts";
import { charge } from "../state.ts";
import { abstractClass } from "./abc.ts";
import { clearBy } from "./abstract-clear.ts";
import { collectionType, reversibleType } from "./abstract-single.ts";
import { pythonMethods } from "./python-function.ts";

const MODULE = "collections.abc";
const outside = (): never => {
  throw pyError(IndexError);
};

/** `sequence[i]`, or undefined where that is an IndexError. */
function at(sequence: PyValue, i: PyValue): PyValue | undefined {
  try {
    return getItem(sequence, i);
  } catch (error) {
    if (isRaised(error, IndexError)) return undefined;
    throw error;
  }
}
function* forwards(self: PyValue): Generator<PyValue, PyValue, PyValue> {
  for (let i = 0; ; i++) {
    const value = at(self, i);
    if (value === undefined) return null;
    yield value;
  }
}
function* backwards(self: PyValue): Generator<PyValue, PyValue, PyValue> {
  for (let i = length(self) - 1; i >= 0; i--) yield getItem(self, i);
  return null;
}
function count(self: PyValue, value: PyValue): number {
  let n = 0;
  forEach(self, (item) => {
    if (same(item, value)) n += 1;
  });
  return n;
}

export const sequenceType = abstractClass("Sequence", MODULE, [reversibleType, collectionType], {
  "__getitem__(index)": outside,
});
pythonMethods(sequenceType, {
  "__iter__()": (self: PyValue) => makeGenerator("__iter__", "Sequence.__iter__", forwards(self)),
  "__contains__(value)": (self: PyValue, value: PyValue) => {
    const it = iter(self);
    for (let item = it.next(); item !== undefined; item = it.next()) {
      charge(1);
      if (same(item, value)) return true;
    }
    return false;
  },
  "__reversed__()": (self: PyValue) =>
    makeGenerator("__reversed__", "Sequence.__reversed__", backwards(self)),
  "index(value, start=0, stop=None)": (
    self: PyValue,
    value: PyValue,
    start: PyValue = 0,
    stop: PyValue = null,
  ) => {
    let i = start;
    if (start !== null && truth(lt(start, 0))) {
      const from = add(length(self), start);
      i = truth(lt(from, 0)) ? 0 : from;
    }
    const end = stop !== null && truth(lt(stop, 0)) ? add(stop, length(self)) : stop;
    while (end === null || truth(lt(i, end))) {
      charge(1);
      const item = at(self, i);
      if (item === undefined) break;
      if (same(item, value)) return i;
      i = add(i, 1);
    }
    throw pyError(ValueError);
  },
  "count(value)": count,
});

export const mutableSequenceType = abstractClass("MutableSequence", MODULE, [sequenceType], {
  "__setitem__(index, value)": outside,
  "__delitem__(index)": outside,
  "insert(index, value)": outside,
});
pythonMethods(mutableSequenceType, {
  "append(value)": (self: PyValue, value: PyValue) => {
    method2(self, "insert", length(self), value);
    return null;
  },
  "clear()": clearBy("pop", IndexError),
  "reverse()": (self: PyValue) => {
    const n = length(self);
    for (let i = 0; i < n >> 1; i++) {
      charge(1);
      const [last, first] = [getItem(self, n - i - 1), getItem(self, i)];
      setItem(self, i, last);
      setItem(self, n - i - 1, first);
    }
    return null;
  },
  "extend(values)": (self: PyValue, values: PyValue) => {
    forEach(values === self ? list(collect(values)) : values, (value) => void method1(self, "append", value));
    return null;
  },
  "pop(index=-1)": (self: PyValue, index: PyValue = -1) => {
    const value = getItem(self, index);
    delItem(self, index);
    return value;
  },
  "remove(value)": (self: PyValue, value: PyValue) => {
    delItem(self, method1(self, "index", value));
    return null;
  },
  "__iadd__(values)": (self: PyValue, values: PyValue) => {
    method1(self, "extend", values);
    return self;
  },
});
