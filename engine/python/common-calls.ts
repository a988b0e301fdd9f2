// The calls that programs make most: of methods of texts, and of plain dicts and lists, which need no look-up since nobody can
// replace them; and by the names `len` and `str`, which nearly always are the built-in ones.
import { builtins } from "./builtins.ts";
import { dictType, PyDict } from "./dict.ts";
import { call1, method, method0, method1, method2, type Native, PyBuiltin } from "./function.ts";
import { type PyValue, strType } from "./object.ts";
import { HEAD_BYTES, list, listType, PyList } from "./sequence.ts";
import { allocate } from "./state.ts";
import { textLength } from "./text.ts";

/** What an attribute was asked of: a value, or nothing in the place of an empty dict that need not be made ({@link getOrNothing}). */
type Receiver = PyValue | undefined;

/** `object.get(key, {})`, of which something is looked up at once: nothing where the dict would be an empty one. */
export function getOrNothing(object: Receiver, key: PyValue): Receiver {
  if (!(object instanceof PyDict) || object.cls !== dictType) {
    if (object === undefined && typeof key === "string") return undefined;
    return method2(made(object), "get", key, new PyDict());
  }
  return object.get(key);
}
function made(object: Receiver): PyValue {
  return object === undefined ? new PyDict() : object;
}

/** `object.get(key)`. */
export function get1(object: Receiver, key: PyValue): PyValue {
  if (!(object instanceof PyDict) || object.cls !== dictType) {
    if (object === undefined && typeof key === "string") return null;
    return method1(made(object), "get", key);
  }
  const value = object.get(key);
  return value === undefined ? null : value;
}
/** `object.get(key, fallback)`. */
export function get2(object: Receiver, key: PyValue, fallback: PyValue): PyValue {
  if (!(object instanceof PyDict) || object.cls !== dictType) {
    if (object === undefined && typeof key === "string") return fallback;
    return method2(made(object), "get", key, fallback);
  }
  const value = object.get(key);
  return value === undefined ? fallback : value;
}
/** `object.get(key, {})`. */
export function getOrDict(object: Receiver, key: PyValue): PyValue {
  if (!(object instanceof PyDict) || object.cls !== dictType)
    return method2(made(object), "get", key, new PyDict());
  const value = object.get(key);
  return value === undefined ? new PyDict() : value;
}
/** `object.get(key, [])`. */
export function getOrList(object: Receiver, key: PyValue): PyValue {
  if (!(object instanceof PyDict) || object.cls !== dictType)
    return method2(made(object), "get", key, list([]));
  const value = object.get(key);
  return value === undefined ? list([]) : value;
}
/** `object.setdefault(key, fallback)`. */
export function setdefault2(object: PyValue, key: PyValue, fallback: PyValue): PyValue {
  if (!(object instanceof PyDict) || object.cls !== dictType)
    return method2(object, "setdefault", key, fallback);
  const value = object.get(key);
  if (value !== undefined) return value;
  object.set(key, fallback);
  return fallback;
}
/** `object.setdefault(key, [])`: a list that is not needed is reckoned, as it would be made, but not made. */
export function setdefaultList(object: PyValue, key: PyValue): PyValue {
  if (!(object instanceof PyDict) || object.cls !== dictType)
    return method2(object, "setdefault", key, list([]));
  const value = object.get(key);
  if (value !== undefined) {
    allocate(HEAD_BYTES);
    return value;
  }
  const fallback = list([]);
  object.set(key, fallback);
  return fallback;
}
/** `object.append(item)`. */
export function append1(object: PyValue, item: PyValue): PyValue {
  if (!(object instanceof PyList) || object.cls !== listType) return method1(object, "append", item);
  allocate(16);
  object.items.push(item);
  return null;
}

/** What `str` has under that name, for so many arguments besides `self`: looked up once, when a program is loaded. */
export function textMethod(name: string, given: number): Native {
  const found = strType.lookup(name);
  if (found instanceof PyBuiltin && found.takes(given)) return found.js;
  return (self: PyValue, ...args: PyValue[]) => method(self, name, args, null);
}
/** `object.name()`, where `str` has `name`. */
export function text0(own: Native, object: PyValue, name: string): PyValue {
  return typeof object === "string" ? own(object) : method0(object, name);
}
/** `object.name(a)`, where `str` has `name`. */
export function text1(own: Native, object: PyValue, name: string, a: PyValue): PyValue {
  return typeof object === "string" ? own(object, a) : method1(object, name, a);
}
/** `object.name(a, b)`, where `str` has `name`. */
export function text2(own: Native, object: PyValue, name: string, a: PyValue, b: PyValue): PyValue {
  return typeof object === "string" ? own(object, a, b) : method2(object, name, a, b);
}

const lenBuiltin = builtins.get("len");
/** `len(value)`, where `callee` is what the name `len` stands for. */
export function callLen(callee: PyValue, value: PyValue): PyValue {
  if (callee === lenBuiltin) {
    if (typeof value === "string") return textLength(value);
    if (value instanceof PyList && value.cls === listType) return value.items.length;
  }
  return call1(callee, value);
}
/**
 * `len(value)` to be compared with `limit` and nothing else: where the number of a text's units settles that, one that
 * compares as the number of its characters does. Those need not be counted, nor a text that grew be made one piece.
 */
export function callLenAgainst(callee: PyValue, value: PyValue, limit: number): PyValue {
  if (callee === lenBuiltin && typeof value === "string") {
    const [least, most] = [(value.length + 1) >> 1, value.length];
    if (most < limit) return most;
    if (least > limit) return least;
  }
  return callLen(callee, value);
}
/** `str(value)`, where `callee` is what the name `str` stands for. */
export function callStr(callee: PyValue, value: PyValue): PyValue {
  if (callee === strType) {
    if (typeof value === "number") return String(value);
    if (typeof value === "string") return value;
  }
  return call1(callee, value);
}
