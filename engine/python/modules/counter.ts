// `collections.Counter`.
import { dictType, PyDict } from "../dict.ts";
import { NotImplementedError, pyError, TypeError_ } from "../exceptions.ts";
import { builtin, call, call0, call1, call2, method, method0, method1, method2 } from "../function.ts";
import { isInstanceOf } from "../instance-check.ts";
import { collect, forEach } from "../iterator.ts";
import { NotImplemented, type PyValue, typeName } from "../object.ts";
import {
  add,
  contains,
  delItem,
  equal,
  ge,
  getItem,
  gt,
  index,
  le,
  lt,
  ne,
  setItem,
  sub,
  truth,
} from "../operators.ts";
import { isRaised } from "../raising.ts";
import { repr } from "../representation.ts";
import { list } from "../sequence.ts";
import { charge } from "../state.ts";
import { sortItems } from "../types/list.ts";
import { mappingType, unpackPair } from "./abstract-mappings.ts";
import { chainType, repeatType, starmapType } from "./itertools.ts";
import { pythonClass, pythonClassMethods, pythonMethods } from "./python-function.ts";

export const counterType = pythonClass("Counter", { base: dictType, module: "collections" });
counterType.dict.set("__hash__", null);

const dictMethod = (name: string): PyValue => dictType.dict.get(name) as PyValue;
const isCounter = (value: PyValue): boolean => isInstanceOf(value, counterType);

/** Adds one for each element; a plain counter's own table is used as CPython's C code does. */
export function countElements(self: PyValue, iterable: PyValue): void {
  if (
    self instanceof PyDict &&
    self.cls.lookup("get") === dictMethod("get") &&
    self.cls.lookup("__setitem__") === dictMethod("__setitem__")
  ) {
    forEach(iterable, (element) => {
      const before = self.get(element);
      self.set(element, before === undefined ? 1 : add(before, 1));
    });
    return;
  }
  forEach(iterable, (element) => {
    setItem(self, element, add(method2(self, "get", element, 0), 1));
  });
}
/** Each element and its count of `mapping.items()`. */
function forCounts(mapping: PyValue, each: (element: PyValue, count: PyValue) => void): void {
  forEach(method0(mapping, "items"), (pair) => each(...unpackPair(pair)));
}
function update(self: PyDict, iterable: PyValue, kwds: PyDict, combine: typeof add): void {
  const counts = (element: PyValue, count: PyValue): void =>
    setItem(self, element, combine(method2(self, "get", element, 0), count));
  if (iterable !== null) {
    if (isInstanceOf(iterable, mappingType)) {
      if (truth(self) || combine === sub) {
        forCounts(iterable, (element, count) =>
          combine === add
            ? setItem(self, element, add(count, method2(self, "get", element, 0)))
            : counts(element, count),
        );
      } else call(dictMethod("update"), [self, iterable], null);
    } else if (combine === add) countElements(self, iterable);
    else forEach(iterable, (element) => counts(element, 1));
  }
  if (kwds.size > 0) method1(self, combine === add ? "update" : "subtract", kwds);
}

/** A new counter of what `keep` lets through. */
function positive(fill: (put: (element: PyValue, count: PyValue) => void) => void): PyValue {
  const result = call0(counterType) as PyDict;
  fill((element, count) => {
    if (truth(gt(count, 0))) result.set(element, count);
  });
  return result;
}
/** Drops what is not positive. */
function keepPositive(self: PyDict): PyValue {
  const gone: PyValue[] = [];
  forCounts(self, (element, count) => {
    if (!truth(gt(count, 0))) gone.push(element);
  });
  for (const element of gone) delItem(self, element);
  return self;
}
/** Do the counts of every element that either has compare so? */
const everywhere =
  (test: (a: PyValue, b: PyValue) => boolean) =>
  (self: PyDict, other: PyValue): PyValue => {
    if (!isCounter(other)) return NotImplemented;
    for (const counter of [self, other]) {
      for (const element of collect(counter)) {
        charge(1);
        if (!test(getItem(self, element), getItem(other, element))) return false;
      }
    }
    return true;
  };
const included = everywhere((a, b) => truth(le(a, b)));
const includes = everywhere((a, b) => truth(ge(a, b)));
const sameCounts = everywhere(equal);
const smaller = (a: PyValue, b: PyValue): PyValue => (truth(lt(a, b)) ? a : b);

pythonClassMethods(counterType, {
  "fromkeys(iterable, v=None)": () => {
    throw pyError(NotImplementedError, "Counter.fromkeys() is undefined.  Use Counter(iterable) instead.");
  },
});
const second = builtin("itemgetter(obj, /)", (pair: PyValue) => getItem(pair, 1));
function mostCommon(self: PyValue, n: PyValue): PyValue {
  const all = sortItems(collect(method0(self, "items")), second, true);
  if (n === null || truth(ge(n, all.length))) return list(all);
  return list(all.slice(0, Math.max(0, Number(index(n)))));
}
pythonMethods(counterType, {
  "__init__(iterable=None, /, **kwds)": (self: PyDict, iterable: PyValue = null, kwds: PyDict) => {
    method(
      self,
      "update",
      [iterable],
      kwds.size === 0 ? null : new Map([...kwds.entries()] as [string, PyValue][]),
    );
    return null;
  },
  "__missing__(key)": () => 0,
  "total()": (self: PyDict) => {
    let total: PyValue = 0;
    forEach(method0(self, "values"), (count) => {
      total = add(total, count);
    });
    return total;
  },
  "most_common(n=None)": (self: PyDict, n: PyValue = null) => mostCommon(self, n),
  "elements()": (self: PyDict) =>
    method1(chainType, "from_iterable", call2(starmapType, repeatType, method0(self, "items"))),
  "update(iterable=None, /, **kwds)": (self: PyDict, iterable: PyValue = null, kwds: PyDict) => {
    update(self, iterable, kwds, add);
    return null;
  },
  "subtract(iterable=None, /, **kwds)": (self: PyDict, iterable: PyValue = null, kwds: PyDict) => {
    update(self, iterable, kwds, sub);
    return null;
  },
  "copy()": (self: PyDict) => call1(self.cls, self),
  "__delitem__(elem)": (self: PyDict, element: PyValue) => {
    if (contains(self, element)) self.delete(element);
    return null;
  },
  "__repr__()": (self: PyDict) => {
    if (!truth(self)) return `${typeName(self)}()`;
    let shown: PyValue;
    try {
      shown = call1(dictType, method0(self, "most_common"));
    } catch (error) {
      if (!isRaised(error, TypeError_)) throw error;
      shown = call1(dictType, self);
    }
    return `${typeName(self)}(${repr(shown)})`;
  },
  "__eq__(other)": sameCounts,
  "__ne__(other)": (self: PyDict, other: PyValue) => {
    const same = sameCounts(self, other);
    return same === NotImplemented ? same : !same;
  },
  "__le__(other)": included,
  "__lt__(other)": (self: PyDict, other: PyValue) =>
    isCounter(other) ? truth(le(self, other)) && truth(ne(self, other)) : NotImplemented,
  "__ge__(other)": includes,
  "__gt__(other)": (self: PyDict, other: PyValue) =>
    isCounter(other) ? truth(ge(self, other)) && truth(ne(self, other)) : NotImplemented,
  "__add__(other)": (self: PyDict, other: PyValue) =>
    !isCounter(other)
      ? NotImplemented
      : positive((put) => {
          forCounts(self, (element, count) => put(element, add(count, getItem(other, element))));
          forCounts(other, (element, count) => {
            if (!contains(self, element)) put(element, count);
          });
        }),
  "__sub__(other)": (self: PyDict, other: PyValue) =>
    !isCounter(other)
      ? NotImplemented
      : positive((put) => {
          forCounts(self, (element, count) => put(element, sub(count, getItem(other, element))));
          forCounts(other, (element, count) => {
            if (!contains(self, element) && truth(lt(count, 0))) put(element, sub(0, count));
          });
        }),
  "__or__(other)": (self: PyDict, other: PyValue) =>
    !isCounter(other)
      ? NotImplemented
      : positive((put) => {
          forCounts(self, (element, count) => {
            const its = getItem(other, element);
            put(element, truth(lt(count, its)) ? its : count);
          });
          forCounts(other, (element, count) => {
            if (!contains(self, element)) put(element, count);
          });
        }),
  "__and__(other)": (self: PyDict, other: PyValue) =>
    !isCounter(other)
      ? NotImplemented
      : positive((put) => {
          forCounts(self, (element, count) => put(element, smaller(count, getItem(other, element))));
        }),
  "__pos__()": (self: PyDict) => positive((put) => forCounts(self, put)),
  "__neg__()": (self: PyDict) =>
    positive((put) =>
      forCounts(self, (element, count) => {
        if (truth(lt(count, 0))) put(element, sub(0, count));
      }),
    ),
  "_keep_positive()": keepPositive,
  "__iadd__(other)": (self: PyDict, other: PyValue) => {
    forCounts(other, (element, count) => setItem(self, element, add(getItem(self, element), count)));
    return method0(self, "_keep_positive");
  },
  "__isub__(other)": (self: PyDict, other: PyValue) => {
    forCounts(other, (element, count) => setItem(self, element, sub(getItem(self, element), count)));
    return method0(self, "_keep_positive");
  },
  "__ior__(other)": (self: PyDict, other: PyValue) => {
    forCounts(other, (element, count) => {
      if (truth(gt(count, getItem(self, element)))) setItem(self, element, count);
    });
    return method0(self, "_keep_positive");
  },
  "__iand__(other)": (self: PyDict, other: PyValue) => {
    forCounts(self, (element, count) => {
      const its = getItem(other, element);
      if (truth(lt(its, count))) setItem(self, element, its);
    });
    return method0(self, "_keep_positive");
  },
});
