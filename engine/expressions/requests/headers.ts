// `requests.structures.CaseInsensitiveDict`: what headers are kept in. Names are found in any case and kept as given.
import { adopt } from "../../python/classes.ts";
import { PyDict } from "../../python/dict.ts";
import { KeyError, keyError, PyException, raise } from "../../python/exceptions.ts";
import { defineMethods, defineStatic, method0 } from "../../python/function.ts";
import { PyGenerator } from "../../python/generator.ts";
import { pythonMethods } from "../../python/modules/python-function.ts";
import { asStr, makeType, NotImplemented, PyObject, type PyType, type PyValue } from "../../python/object.ts";
import { equal } from "../../python/operators.ts";
import { repr } from "../../python/representation.ts";
import { tuple } from "../../python/sequence.ts";
import { allocate, charge } from "../../python/state.ts";
import { lower } from "../../python/unicode.ts";
import { pairsOf } from "./pairs.ts";

/** A `CaseInsensitiveDict`. */
export class PyHeaders extends PyObject {
  readonly store: Map<string, readonly [name: PyValue, value: PyValue]> = new Map();

  get(name: string): PyValue | undefined {
    return this.store.get(lower(name))?.[1];
  }
  has(name: string): boolean {
    return this.store.has(lower(name));
  }
  set(name: PyValue, value: PyValue): void {
    allocate(96);
    this.store.set(keyOf(name), [name, value]);
  }
  delete(name: string): boolean {
    return this.store.delete(lower(name));
  }
  copy(): PyHeaders {
    const copy = new PyHeaders();
    for (const [name, value] of this.store.values()) copy.set(name, value);
    return copy;
  }
}
export const headersType = makeType("CaseInsensitiveDict", { of: PyHeaders, module: "requests.structures" });
headersType.dict.set("__hash__", null);

/** The name as it is looked up: names are texts, anything else lacks `lower`. */
function keyOf(name: PyValue): string {
  const text = asStr(name);
  return text !== undefined ? lower(text) : String(asStr(method0(name, "lower")) ?? "");
}

/** Headers from name and value, in order. */
export function headersOf(entries: Iterable<readonly [string, PyValue]>): PyHeaders {
  const headers = new PyHeaders();
  for (const [name, value] of entries) headers.set(name, value);
  return headers;
}

function update(self: PyHeaders, source: PyValue, keywords: PyDict): void {
  for (const [name, value] of pairsOf(source)) self.set(name, value);
  for (const [name, value] of keywords.entries()) self.set(name, value);
}

/** A generator over values that are there already. */
export function generatorOf(qualname: string, values: Iterable<PyValue>): PyGenerator {
  function* body(): Generator<PyValue, PyValue, PyValue> {
    yield* values;
    return null;
  }
  return new PyGenerator(qualname.slice(qualname.lastIndexOf(".") + 1), qualname, body());
}

type Side = "KeysView" | "ValuesView" | "ItemsView";
/** `keys()`, `values()` or `items()` of headers, as `collections.abc` makes them. */
class HeadersView extends PyObject {
  readonly headers: PyHeaders;
  readonly side: Side;
  constructor(cls: PyType, headers: PyHeaders) {
    super();
    this.cls = cls;
    this.headers = headers;
    this.side = cls.name as Side;
  }
  *values(): IterableIterator<PyValue> {
    for (const [name, value] of this.headers.store.values()) {
      charge(1);
      yield this.side === "KeysView" ? name : this.side === "ValuesView" ? value : tuple([name, value]);
    }
  }
}
function viewType(name: Side): PyType {
  const type = makeType(name, { module: "collections.abc", subclassable: false });
  defineMethods(type, {
    "__iter__()": (self: HeadersView) => generatorOf(`${name}.__iter__`, self.values()),
    "__len__()": (self: HeadersView) => self.headers.store.size,
    "__repr__()": (self: HeadersView) => `${name}(${repr(self.headers)})`,
    "__contains__(item, /)": (self: HeadersView, item: PyValue) => {
      if (name === "KeysView") return self.headers.store.has(keyOf(item));
      for (const value of self.values()) if (equal(value, item)) return true;
      return false;
    },
  });
  return type;
}
const keysView = viewType("KeysView");
const valuesView = viewType("ValuesView");
const itemsView = viewType("ItemsView");

function names(self: PyHeaders): IterableIterator<PyValue> {
  return new HeadersView(keysView, self).values();
}
function asDict(self: PyHeaders, lowered: boolean): PyDict {
  const dict = new PyDict();
  for (const [key, [name, value]] of self.store) dict.set(lowered ? key : name, value);
  return dict;
}
function item(self: PyHeaders, name: PyValue): PyValue {
  const found = self.store.get(keyOf(name));
  if (found === undefined) throw keyError(keyOf(name));
  return found[1];
}
function taken(self: PyHeaders, name: PyValue): PyValue | undefined {
  const key = keyOf(name);
  const found = self.store.get(key);
  self.store.delete(key);
  return found?.[1];
}

defineStatic(headersType, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType) => adopt(new PyHeaders(), cls),
});
pythonMethods(headersType, {
  "__init__(data=None, **kwargs)": (self: PyHeaders, data: PyValue = null, kwargs: PyDict) => {
    if (data === null) update(self, new PyDict(), kwargs);
    else update(self, data, kwargs);
    return null;
  },
  "update(other=(), /, **kwds)": (self: PyHeaders, other: PyValue | undefined, kwds: PyDict) => {
    update(self, other ?? new PyDict(), kwds);
    return null;
  },
  "get(key, default=None)": (self: PyHeaders, name: PyValue, fallback: PyValue = null) =>
    self.store.get(keyOf(name))?.[1] ?? fallback,
  "keys()": (self: PyHeaders) => new HeadersView(keysView, self),
  "values()": (self: PyHeaders) => new HeadersView(valuesView, self),
  "items()": (self: PyHeaders) => new HeadersView(itemsView, self),
  "lower_items()": (self: PyHeaders) => {
    const pairs = [...self.store].map(([name, [, value]]) => tuple([name, value]));
    return generatorOf("CaseInsensitiveDict.lower_items.<locals>.<genexpr>", pairs);
  },
  "copy()": (self: PyHeaders) => self.copy(),
  "pop(key, default=None)": (self: PyHeaders, name: PyValue, fallback?: PyValue) => {
    const value = taken(self, name) ?? fallback;
    if (value === undefined) throw keyError(keyOf(name));
    return value;
  },
  "popitem()": (self: PyHeaders) => {
    const [first] = self.store.values();
    if (first === undefined) throw raise(new PyException(KeyError, []));
    self.store.delete(keyOf(first[0]));
    return tuple([...first]);
  },
  "setdefault(key, default=None)": (self: PyHeaders, name: PyValue, value: PyValue = null) => {
    if (!self.store.has(keyOf(name))) self.set(name, value);
    return item(self, name);
  },
  "clear()": (self: PyHeaders) => {
    self.store.clear();
    return null;
  },
});
defineMethods(headersType, {
  "__getitem__(key, /)": item,
  "__setitem__(key, value, /)": (self: PyHeaders, name: PyValue, value: PyValue) => {
    self.set(name, value);
    return null;
  },
  "__delitem__(key, /)": (self: PyHeaders, name: PyValue) => {
    if (taken(self, name) === undefined) throw keyError(keyOf(name));
    return null;
  },
  "__contains__(key, /)": (self: PyHeaders, name: PyValue) => self.store.has(keyOf(name)),
  "__iter__()": (self: PyHeaders) =>
    generatorOf("CaseInsensitiveDict.__iter__.<locals>.<genexpr>", names(self)),
  "__len__()": (self: PyHeaders) => self.store.size,
  "__repr__()": (self: PyHeaders) => repr(asDict(self, false)),
  "__eq__(value, /)": (self: PyHeaders, other: PyValue) => {
    if (!(other instanceof PyHeaders || other instanceof PyDict)) return NotImplemented;
    const others = other instanceof PyHeaders ? other : new PyHeaders();
    if (other instanceof PyDict) update(others, other, new PyDict());
    return equal(asDict(self, true), asDict(others, true));
  },
});
