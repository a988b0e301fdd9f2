// Calls of the methods that programs use most, on plain dicts and lists: they need no look-up, since nobody can replace them.
import { dictType, PyDict } from "./dict.ts";
import { method1, method2 } from "./function.ts";
import type { PyValue } from "./object.ts";
import { listType, PyList } from "./sequence.ts";
import { allocate } from "./state.ts";

/** `object.get(key)`. */
export function get1(object: PyValue, key: PyValue): PyValue {
  if (!(object instanceof PyDict) || object.cls !== dictType) return method1(object, "get", key);
  const value = object.get(key);
  return value === undefined ? null : value;
}
/** `object.get(key, fallback)`. */
export function get2(object: PyValue, key: PyValue, fallback: PyValue): PyValue {
  if (!(object instanceof PyDict) || object.cls !== dictType) return method2(object, "get", key, fallback);
  const value = object.get(key);
  return value === undefined ? fallback : value;
}
/** `object.append(item)`. */
export function append1(object: PyValue, item: PyValue): PyValue {
  if (!(object instanceof PyList) || object.cls !== listType) return method1(object, "append", item);
  allocate(16);
  object.items.push(item);
  return null;
}
