// Deep copies of what a request holds, as `copy.deepcopy` makes them of it: containers and records are copied with what
// is in them, each once; functions, classes and values that do not change are shared.
import { PyDict, PyFrozenSet, PySet } from "../python/dict.ts";
import { PyInstance, PyObject, type PyValue } from "../python/object.ts";
import { PyList, PyTuple } from "../python/sequence.ts";
import { allocate, charge } from "../python/state.ts";
import { PyRecord } from "./models/record.ts";

/** A copy of `value` that shares nothing with it that can be changed. */
export function deepCopy(value: PyValue, made: Map<PyObject, PyObject> = new Map()): PyValue {
  if (!(value instanceof PyObject)) return value;
  const known = made.get(value);
  if (known !== undefined) return known;
  charge(1);
  const copy = (item: PyValue): PyValue => deepCopy(item, made);
  const keep = <T extends PyObject>(object: T): T => {
    allocate(64);
    object.cls = value.cls;
    made.set(value, object);
    return object;
  };
  const copyAttributes = (target: PyObject): void => {
    if (value.dict === undefined) return;
    target.dict = new Map();
    for (const [name, item] of value.dict) target.dict.set(name, copy(item));
  };
  if (value instanceof PyDict) {
    const dict = keep(new PyDict());
    for (const [key, item] of value.entries()) dict.set(copy(key), copy(item));
    copyAttributes(dict);
    return dict;
  }
  if (value instanceof PyList) {
    const list = keep(new PyList([]));
    for (const item of value.items) list.items.push(copy(item));
    copyAttributes(list);
    return list;
  }
  if (value instanceof PyTuple) {
    const items = value.items.map(copy);
    if (items.every((item, i) => item === value.items[i])) return value;
    return made.get(value) ?? keep(new PyTuple(items));
  }
  if (value instanceof PySet && !(value instanceof PyFrozenSet)) {
    const set = keep(new PySet());
    for (const item of value.items()) set.add(copy(item));
    return set;
  }
  if (value instanceof PyRecord) {
    const record = keep(new PyRecord(value.cls, new Map()));
    copyAttributes(record);
    return record;
  }
  if (value instanceof PyInstance && !value.cls.builtin) {
    const instance = keep(new PyInstance(value.cls));
    copyAttributes(instance);
    return instance;
  }
  return value;
}
