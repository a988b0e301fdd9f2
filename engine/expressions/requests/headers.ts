// `requests.structures.CaseInsensitiveDict`: what headers are kept in. Names are found in any case and kept as given.
import { adopt } from "../../python/classes.ts";
import { PyDict } from "../../python/dict.ts";
import { keyError } from "../../python/exceptions.ts";
import { call1, defineStatic, method, method0 } from "../../python/function.ts";
import { PyGenerator } from "../../python/generator.ts";
import { isInstanceOf } from "../../python/instance-check.ts";
import { concreteClass, finishAbstract } from "../../python/modules/abc.ts";
import { mappingType, mutableMappingType } from "../../python/modules/abstract-mappings.ts";
import { pythonMethods } from "../../python/modules/python-function.ts";
import { asStr, NotImplemented, PyObject, type PyType, type PyValue } from "../../python/object.ts";
import { equal } from "../../python/operators.ts";
import { repr } from "../../python/representation.ts";
import { tuple } from "../../python/sequence.ts";
import { allocate, charge } from "../../python/state.ts";
import { lower } from "../../python/unicode.ts";

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
export const headersType = concreteClass("CaseInsensitiveDict", "requests.structures", mutableMappingType);
PyHeaders.prototype.cls = headersType;
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

/** A generator over values that are there already. */
export function generatorOf(qualname: string, values: Iterable<PyValue>): PyGenerator {
  function* body(): Generator<PyValue, PyValue, PyValue> {
    yield* values;
    return null;
  }
  return new PyGenerator(qualname.slice(qualname.lastIndexOf(".") + 1), qualname, body());
}

function* names(self: PyHeaders): IterableIterator<PyValue> {
  for (const [name] of self.store.values()) {
    charge(1);
    yield name;
  }
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

defineStatic(headersType, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType) => adopt(new PyHeaders(), cls),
});
pythonMethods(headersType, {
  "__init__(data=None, **kwargs)": (self: PyHeaders, data: PyValue = null, kwargs: PyDict) => {
    const keywords = new Map([...kwargs.entries()] as [string, PyValue][]);
    method(self, "update", [data ?? new PyDict()], keywords.size === 0 ? null : keywords);
    return null;
  },
  "lower_items()": (self: PyHeaders) => {
    const pairs = [...self.store].map(([name, [, value]]) => tuple([name, value]));
    return generatorOf("CaseInsensitiveDict.lower_items.<locals>.<genexpr>", pairs);
  },
  "copy()": (self: PyHeaders) => self.copy(),
  "__getitem__(key)": item,
  "__setitem__(key, value)": (self: PyHeaders, name: PyValue, value: PyValue) => {
    self.set(name, value);
    return null;
  },
  "__delitem__(key)": (self: PyHeaders, name: PyValue) => {
    if (!self.store.delete(keyOf(name))) throw keyError(keyOf(name));
    return null;
  },
  "__iter__()": (self: PyHeaders) =>
    generatorOf("CaseInsensitiveDict.__iter__.<locals>.<genexpr>", names(self)),
  "__len__()": (self: PyHeaders) => self.store.size,
  "__repr__()": (self: PyHeaders) => repr(asDict(self, false)),
  "__eq__(other)": (self: PyHeaders, other: PyValue) => {
    if (!isInstanceOf(other, mappingType)) return NotImplemented;
    const others = other instanceof PyHeaders ? other : (call1(headersType, other) as PyHeaders);
    return equal(asDict(self, true), asDict(others, true));
  },
});
finishAbstract(headersType);
