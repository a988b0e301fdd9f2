// Attribute access: `getattr`, `setattr`, `delattr` with CPython's descriptor protocol.
import {
  AttributeError,
  attributeError,
  type PyException,
  PyException as PyExceptionClass,
  pyError,
  typeError,
} from "./exceptions.ts";
import {
  bindDescriptor,
  callWithSelf,
  PyBoundBuiltin,
  PyBoundMethod,
  PyBuiltin,
  PyClassMethod,
  PyFunction,
  PyGetSet,
  PyProperty,
  PyStaticMethod,
} from "./function.ts";
import { PyObject, PyType, type PyValue, typeName, typeOf } from "./object.ts";

/** What `function.ts` needs from here (the two files need each other). */
export const attributeOf = {
  get: (object: PyValue, name: string): PyValue => getAttribute(object, name),
  refuse: (message: string): PyException => pyError(AttributeError, message),
  /** `object.__getattribute__`, to know when a class has its own; set by `types/object.ts`. */
  plain: undefined as PyValue | undefined,
};

/** Names CPython has that lead out of an expression; they do not exist here, and the error says so. */
const UNREACHABLE = new Set([
  "__subclasses__",
  "__globals__",
  "__builtins__",
  "__code__",
  "__closure__",
  "__reduce__",
  "__reduce_ex__",
  "__getstate__",
  "gi_frame",
  "gi_code",
  "gi_yieldfrom",
  "cr_frame",
  "cr_code",
  "ag_frame",
  "ag_code",
  "tb_frame",
  "f_globals",
  "f_locals",
  "f_back",
  "f_builtins",
  "f_code",
  "__loader__",
  "__spec__",
]);

/** Does it go before what the instance has? One that cannot be read does not, whatever it does when it is set. */
function isDataDescriptor(value: PyValue): boolean {
  if (!(value instanceof PyObject)) return false;
  if (value instanceof PyProperty || value instanceof PyGetSet) return true;
  if (value instanceof PyFunction || value instanceof PyBuiltin) return false;
  const type = value.cls;
  return (
    type.lookup("__get__") !== undefined &&
    (type.lookup("__set__") !== undefined || type.lookup("__delete__") !== undefined)
  );
}

/** `object.name`; throws AttributeError. */
export function getAttribute(object: PyValue, name: string): PyValue {
  let value: PyValue | undefined;
  try {
    value = findAttribute(object, name);
  } catch (error) {
    // An AttributeError of the author's learns what was looked for, as in CPython.
    if (isAttributeError(error)) tellWhat(error as PyException, object, name);
    throw error;
  }
  if (value === undefined) throw missing(object, name);
  return value;
}

function tellWhat(error: PyException, object: PyValue, name: string): void {
  error.fields ??= new Map();
  const known = error.fields;
  if ((known.get("name") ?? null) !== null || (known.get("obj") ?? null) !== null) return;
  known.set("name", name);
  known.set("obj", object);
}

/** `object.name`, or undefined where that would be an AttributeError from plain look-up. */
export function findAttribute(object: PyValue, name: string): PyValue | undefined {
  const type = typeOf(object);
  const custom = type.builtin ? undefined : type.lookup("__getattribute__");
  if (custom !== undefined && custom !== attributeOf.plain && !(custom instanceof PyBuiltin)) {
    try {
      return callWithSelf(custom, object, [name], null);
    } catch (error) {
      if (!isAttributeError(error)) throw error;
      const fallback = type.lookup("__getattr__");
      if (fallback === undefined) throw error;
      return callWithSelf(fallback, object, [name], null);
    }
  }
  let value: PyValue | undefined;
  try {
    value = type.readHook === undefined ? plainAttribute(object, name, type) : type.readHook(object, name);
  } catch (error) {
    // A property that raises AttributeError gives `__getattr__` its chance too.
    if (!isAttributeError(error)) throw error;
    const fallback = type.lookup("__getattr__");
    if (fallback === undefined) throw error;
    return callWithSelf(fallback, object, [name], null);
  }
  if (value !== undefined) return value;
  const fallback = type.lookup("__getattr__");
  if (fallback !== undefined) return callWithSelf(fallback, object, [name], null);
  return undefined;
}

/** Is it an AttributeError of Python's? */
export function isAttributeError(error: unknown): boolean {
  return error instanceof PyExceptionClass && error.cls.isSubtype(AttributeError);
}

/** `object.__getattribute__(name)` of the root class. */
export function plainAttribute(object: PyValue, name: string, type: PyType): PyValue | undefined {
  if (object instanceof PyType) return typeAttribute(object, name, type);
  const found = type.lookup(name);
  if (object instanceof PyObject) {
    if (found !== undefined && isDataDescriptor(found)) return bindDescriptor(found, object, type);
    const own = object.own(name);
    if (own !== undefined) return own;
  }
  return found === undefined ? undefined : bindDescriptor(found, object, type);
}

/** `Class.name`: the metatype's data descriptors, then the class's own MRO, then the metatype's rest. */
function typeAttribute(object: PyType, name: string, meta: PyType): PyValue | undefined {
  const onMeta = meta.lookup(name);
  if (onMeta !== undefined && isDataDescriptor(onMeta)) {
    // `__doc__`, `__name__` … of a class are its own, not those of its instances.
    const value = bindDescriptor(onMeta, object, meta);
    return value;
  }
  const own = object.lookup(name);
  if (own !== undefined) return bindThroughClass(own, object);
  return onMeta === undefined ? undefined : bindDescriptor(onMeta, object, meta);
}

/** What reading a class attribute through the class itself gives. */
export function bindThroughClass(value: PyValue, type: PyType): PyValue {
  if (!(value instanceof PyObject) || value instanceof PyFunction || value instanceof PyBuiltin) return value;
  if (value instanceof PyStaticMethod) return value.func;
  if (value instanceof PyClassMethod) {
    return value.func instanceof PyBuiltin
      ? new PyBoundBuiltin(value.func, type)
      : new PyBoundMethod(value.func as PyObject, type);
  }
  if (value instanceof PyProperty || value instanceof PyGetSet) return value;
  const get = value.cls.lookup("__get__");
  return get === undefined ? value : callWithSelf(get, value, [null, type], null);
}

/** The AttributeError for a name that `object` does not have. */
export function missing(object: PyValue, name: string): PyException {
  if (UNREACHABLE.has(name)) {
    return attributeError(
      object,
      name,
      `'${typeName(object)}' object has no attribute '${name}' (not available in an expression)`,
    );
  }
  const what =
    object instanceof PyType
      ? `type object '${object.name}'`
      : (describe.get(typeOf(object)) ?? genericDescription)(object);
  return attributeError(object, name, `${what} has no attribute '${name}'`);
}
const genericDescription = (object: PyValue): string => `'${typeName(object)}' object`;
/** Types whose objects describe themselves in AttributeErrors (modules: `module 'json'`). */
export const describe: Map<PyType, (object: PyValue) => string> = new Map();

/** `object.name = value`. */
export function setAttribute(object: PyValue, name: string, value: PyValue): void {
  const type = typeOf(object);
  const custom = type.lookup("__setattr__");
  if (custom !== undefined && !(custom instanceof PyBuiltin && custom.owner?.name === "object")) {
    callWithSelf(custom, object, [name, value], null);
    return;
  }
  plainSetAttribute(object, name, value);
}

/** One half of a data descriptor; CPython keeps both in one slot, and misses the other half only when it is wanted. */
function dataSlot(descriptor: PyObject, name: string, other: string): PyValue | undefined {
  const found = descriptor.cls.lookup(name);
  if (found === undefined && descriptor.cls.lookup(other) !== undefined) {
    throw pyError(AttributeError, name);
  }
  return found;
}
/** What an object without a dict adds to the complaint, unless its class has hooks of its own for attributes. */
function withoutDict(type: PyType): string {
  const isHooked = ["__setattr__", "__delattr__"].some((name) => !(type.lookup(name) instanceof PyBuiltin));
  return isHooked ? "" : " and no __dict__ for setting new attributes";
}

/** TypeError for a class whose attributes nobody changes. */
export function checkMutable(type: PyType, name: string): void {
  if (type.builtin) throw typeError(`cannot set '${name}' attribute of immutable type '${type.name}'`);
}
/** Sets what a class itself has under a name. */
export function setInClass(type: PyType, name: string, value: PyValue): void {
  checkMutable(type, name);
  type.dict.set(name, value);
  type.changed();
}

/** `object.__setattr__(name, value)` of the root class. */
export function plainSetAttribute(object: PyValue, name: string, value: PyValue): void {
  const type = typeOf(object);
  const found = type.lookup(name);
  if (found instanceof PyProperty || found instanceof PyGetSet) {
    found.set(object, value);
    return;
  }
  if (found instanceof PyObject && !(found instanceof PyFunction)) {
    const set = dataSlot(found, "__set__", "__delete__");
    if (set !== undefined) {
      callWithSelf(set, found, [object, value], null);
      return;
    }
  }
  if (object instanceof PyType) {
    setInClass(object, name, value);
    return;
  }
  if (object instanceof PyObject) {
    if (object.dict !== undefined) {
      object.dict.set(name, value);
      return;
    }
    if (type.hasDict || object instanceof PyFunction) {
      object.dict = new Map([[name, value]]);
      return;
    }
  }
  if (found !== undefined) {
    throw attributeError(object, name, `'${type.name}' object attribute '${name}' is read-only`);
  }
  throw attributeError(
    object,
    name,
    type.builtin || type.slots !== null
      ? `'${type.name}' object has no attribute '${name}'${withoutDict(type)}`
      : `'${type.name}' object has no attribute '${name}'`,
  );
}

/** `del object.name`. */
export function deleteAttribute(object: PyValue, name: string): void {
  const type = typeOf(object);
  const custom = type.lookup("__delattr__");
  if (custom !== undefined && !(custom instanceof PyBuiltin && custom.owner?.name === "object")) {
    callWithSelf(custom, object, [name], null);
    return;
  }
  plainDeleteAttribute(object, name);
}

/** `object.__delattr__(name)` of the root class. */
export function plainDeleteAttribute(object: PyValue, name: string): void {
  const type = typeOf(object);
  const found = type.lookup(name);
  if (found instanceof PyProperty || found instanceof PyGetSet) {
    found.remove(object);
    return;
  }
  if (found instanceof PyObject && !(found instanceof PyFunction)) {
    const del = dataSlot(found, "__delete__", "__set__");
    if (del !== undefined) {
      callWithSelf(del, found, [object], null);
      return;
    }
  }
  if (object instanceof PyType) {
    checkMutable(object, name);
    if (!object.dict.delete(name)) throw missing(object, name);
    object.changed();
    return;
  }
  if (object instanceof PyObject && object.dict?.delete(name) === true) return;
  const hasDict = object instanceof PyObject && (object.dict !== undefined || type.hasDict);
  if (found !== undefined && !hasDict) {
    throw attributeError(object, name, `'${type.name}' object attribute '${name}' is read-only`);
  }
  throw attributeError(
    object,
    name,
    `'${type.name}' object has no attribute '${name}'${hasDict ? "" : withoutDict(type)}`,
  );
}

/** `getattr(object, name, fallback)`: only AttributeError gives the fallback. */
export function getAttributeOr<F>(object: PyValue, name: string, fallback: F): PyValue | F {
  try {
    const value = findAttribute(object, name);
    return value === undefined ? fallback : value;
  } catch (error) {
    if (isAttributeError(error)) return fallback;
    throw error;
  }
}
