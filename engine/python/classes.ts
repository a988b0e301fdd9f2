// Classes of the author's: how `class` and `type()` build them, and how instances are made.
import { findAttribute } from "./attribute.ts";
import { addSlots, layOut, orderOf, slotNames, subclassesOf } from "./class-layout.ts";
import { encode } from "./codecs.ts";
import { PyDict } from "./dict.ts";
import {
  addNote,
  BaseException,
  KeyError,
  NameError,
  PyException,
  pyError,
  RuntimeError,
  typeError,
  valueError,
} from "./exceptions.ts";
import { call, callWithSelf, PyClassMethod, PyFunction, PyStaticMethod } from "./function.ts";
import { iter } from "./iterator.ts";
import {
  asStr,
  type KwArgs,
  makeType,
  objectType,
  PyInstance,
  PyObject,
  PyType,
  type PyValue,
  protocol,
  typeName,
  typeOf,
  typeType,
} from "./object.ts";
import { delItem, getItem, setItem } from "./operators.ts";
import { caught } from "./raising.ts";
import { repr } from "./representation.ts";
import { PyTuple } from "./sequence.ts";
import { allocate, charge } from "./state.ts";
import { makeSuper } from "./super.ts";

/** What a class takes, empty and of one base. */
const CLASS_STEPS = 64;
const CLASS_BYTES = 2048;

/** Makes a class of the author's. */
export function newClass(
  name: string,
  qualname: string,
  bases: readonly PyType[],
  namespace: Map<string, PyValue>,
  meta: PyType = typeType,
): PyType {
  for (const base of bases) {
    if (!base.subclassable) throw typeError(`type '${base.name}' is not an acceptable base type`);
  }
  if (name.includes("\0")) throw valueError("type name must not contain null characters");
  const actual = bases.length === 0 ? [objectType] : [...bases];
  const ancestors = actual.reduce((sum, base) => sum + base.mro.length, 0);
  charge(CLASS_STEPS + ((actual.length * ancestors) >> 2) + ancestors + namespace.size);
  allocate(CLASS_BYTES + (ancestors + namespace.size) * 64);
  const type = new PyType(name, actual, () => [], false);
  type.qualname = qualname;
  // Expressions are run without a `__name__`, so their classes say `builtins`, as in authentik.
  type.module = "builtins";
  if (meta !== typeType) type.cls = meta;
  for (const [key, value] of namespace) type.dict.set(key, value);
  if (!type.dict.has("__module__")) type.dict.set("__module__", "builtins");
  layOut(type, actual);
  addSlots(type, slotNames(type));
  type.mro = orderOf(type);
  const doc = type.dict.get("__doc__");
  if (doc === undefined) type.dict.set("__doc__", null);
  // CPython keeps a class's docstring as UTF-8.
  else if (typeof doc === "string") encode(doc);
  // CPython makes these class methods even where the author wrote plain functions.
  for (const implicit of ["__init_subclass__", "__class_getitem__"]) {
    const value = type.dict.get(implicit);
    if (value instanceof PyFunction) type.dict.set(implicit, new PyClassMethod(value));
  }
  const create = type.dict.get("__new__");
  if (create instanceof PyFunction) type.dict.set("__new__", new PyStaticMethod(create));
  if (type.dict.has("__eq__") && !type.dict.has("__hash__")) type.dict.set("__hash__", null);
  for (const base of actual) subclassesOf(base).push(type);
  return type;
}

/** Where a class body is run when its metaclass is not `type`: the names are kept in what `__prepare__` gave. */
class PreparedNamespace extends Map<string, PyValue> {
  private readonly mapping: PyValue;
  constructor(mapping: PyValue) {
    super();
    this.mapping = mapping;
  }
  override get(name: string): PyValue | undefined {
    if (this.mapping instanceof PyDict && this.mapping.cls.builtin) return this.mapping.get(name);
    try {
      return getItem(this.mapping, name);
    } catch (error) {
      const exception = caught(error);
      if (exception.cls.isSubtype(KeyError)) return undefined;
      throw exception;
    }
  }
  override has(name: string): boolean {
    return this.get(name) !== undefined;
  }
  override set(name: string, value: PyValue): this {
    setItem(this.mapping, name, value);
    return this;
  }
  override delete(name: string): boolean {
    if (!this.has(name)) return false;
    delItem(this.mapping, name);
    return true;
  }
}

/** How a metaclass hands on to `type.__new__` where `super()` of the class's methods looks: `__classcell__`. */
class PyCell extends PyObject {
  private readonly store: (type: PyValue) => void;
  filled = false;
  constructor(store: (type: PyValue) => void) {
    super();
    this.store = store;
  }
  set(type: PyValue): void {
    this.filled = true;
    this.store(type);
  }
}
makeType("cell", { of: PyCell, subclassable: false });

/**
 * What generated code calls for `class name(*bases, **kw): body`.
 *
 * @param setCell gives the class to its methods' `super()` and `__class__`; null when none of them has any
 */
export function makeClass(
  name: string,
  qualname: string,
  given: PyValue[],
  kw: KwArgs | null,
  body: (namespace: Map<string, PyValue>) => void,
  setCell: ((type: PyValue) => void) | null,
): PyValue {
  const bases = resolveBases(given);
  let meta = kw?.get("metaclass");
  if (meta === undefined) meta = bases.length === 0 ? typeType : typeOf(bases[0] as PyValue);
  kw?.delete("metaclass");
  if (meta instanceof PyType) meta = metaclassOf(meta, bases);
  const start = (namespace: Map<string, PyValue>): void => {
    namespace.set("__module__", "builtins");
    namespace.set("__qualname__", qualname);
    if (bases !== given) namespace.set("__orig_bases__", tupleOf(given));
    body(namespace);
  };
  if (meta === typeType) {
    const namespace = new Map<string, PyValue>();
    start(namespace);
    return buildClass(name, bases, namespace, kw, typeType, setCell ?? undefined);
  }
  const prepare = findAttribute(meta, "__prepare__");
  const mapping = prepare === undefined ? new PyDict() : call(prepare, [name, tupleOf(bases)], kw);
  if (typeOf(mapping).lookup("__getitem__") === undefined) {
    const shown = meta instanceof PyType ? meta.name : "<metaclass>";
    throw typeError(`${shown}.__prepare__() must return a mapping, not ${typeName(mapping)}`);
  }
  start(new PreparedNamespace(mapping));
  const cell = setCell === null ? null : new PyCell(setCell);
  if (cell !== null) setItem(mapping, "__classcell__", cell);
  const made = call(meta, [name, tupleOf(bases), mapping], kw);
  if (cell !== null && !cell.filled && made instanceof PyType) {
    throw pyError(
      RuntimeError,
      `__class__ not set defining ${repr(name)} as ${repr(made)}. Was __classcell__ propagated to type.__new__?`,
    );
  }
  return made;
}

/** The most derived of the metaclass asked for and those of the bases. */
export function metaclassOf(asked: PyType, bases: readonly PyValue[]): PyType {
  let winner = asked;
  for (const base of bases) {
    const meta = typeOf(base);
    if (winner.isSubtype(meta)) continue;
    if (!meta.isSubtype(winner)) {
      throw typeError(
        "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
      );
    }
    winner = meta;
  }
  return winner;
}

/** Tells a value of a class's body what it is called there, if it wants to know. */
export function tellName(value: PyValue, owner: PyType, name: string): void {
  const hook = value instanceof PyObject ? value.cls.lookup("__set_name__") : undefined;
  if (hook === undefined) return;
  try {
    callWithSelf(hook, value, [owner, name], null);
  } catch (error) {
    const exception = caught(error);
    addNote(
      exception,
      `Error calling __set_name__ on '${typeName(value)}' instance ${repr(name)} in '${owner.name}'`,
    );
    throw exception;
  }
}

/** `type(name, bases, namespace)` and what follows it: `__set_name__`, `__init_subclass__`. */
export function buildClass(
  name: string,
  bases: readonly PyValue[],
  namespace: Map<string, PyValue>,
  kw: KwArgs | null,
  meta: PyType,
  setCell?: (type: PyValue) => void,
): PyType {
  for (const base of bases) {
    if (!(base instanceof PyType)) throw typeError("bases must be types");
  }
  const q = namespace.get("__qualname__");
  namespace.delete("__qualname__");
  const cell = namespace.get("__classcell__");
  namespace.delete("__classcell__");
  if (q !== undefined && asStr(q) === undefined)
    throw typeError(`type __qualname__ must be a str, not ${typeName(q)}`);
  const type = newClass(
    name,
    q === undefined ? name : (asStr(q) as string),
    bases as PyType[],
    namespace,
    meta,
  );
  if (cell instanceof PyCell) cell.set(type);
  setCell?.(type);
  for (const [key, value] of [...type.dict]) tellName(value, type, key);
  const parent = findAttribute(makeSuper(type, type), "__init_subclass__");
  if (parent !== undefined) call(parent, [], kw === null || kw.size === 0 ? null : kw);
  return type;
}

function resolveBases(given: PyValue[]): PyValue[] {
  if (given.every((base) => base instanceof PyType)) return given;
  return given.flatMap((base) => {
    if (base instanceof PyType) return [base];
    const entries = findAttribute(base, "__mro_entries__");
    if (entries === undefined) return [base];
    const replaced = call(entries, [tupleOf(given)], null);
    if (!(replaced instanceof PyTuple)) throw typeError("__mro_entries__ must return a tuple");
    return [...replaced.items];
  });
}
const tupleOf = (items: readonly PyValue[]): PyValue => new PyTuple([...items]);

// ---- instances -----------------------------------------------------------------------------------

/** `object.__new__`, `object.__init__` and `type.__call__`, to see whether a class has its own. */
export const root: {
  create: PyValue | undefined;
  init: PyValue | undefined;
  call: PyValue | undefined;
} = { create: undefined, init: undefined, call: undefined };

protocol.callType = (type, args, kw) => {
  const meta = type.cls;
  if (meta !== typeType) {
    const custom = meta.lookup("__call__");
    if (custom !== undefined && custom !== root.call) return callWithSelf(custom, type, args, kw);
  }
  if (type === typeType) {
    const plain = kw === null || kw.size === 0;
    if (args.length === 1) {
      if (plain) return typeOf(args[0] as PyValue);
      throw typeError("type() takes no keyword arguments");
    }
    if (args.length !== 3) throw typeError("type() takes 1 or 3 arguments");
  }
  return instantiate(type, args, kw);
};

/** `type.__call__`: `__new__`, then `__init__` when what came out is an instance. */
export function instantiate(type: PyType, args: PyValue[], kw: KwArgs | null): PyValue {
  const create = type.lookup("__new__");
  const init = type.lookup("__init__");
  let object: PyValue;
  if (create === root.create || create === undefined) {
    if (init === root.init && (args.length > 0 || (kw !== null && kw.size > 0))) {
      throw typeError(`${type.name}() takes no arguments`);
    }
    object = allocateInstance(type);
  } else {
    object = call(create instanceof PyStaticMethod ? create.func : create, [type, ...args], kw);
    if (!typeOf(object).isSubtype(type)) return object;
  }
  const initialise = typeOf(object).lookup("__init__");
  if (initialise !== undefined && initialise !== root.init) {
    const result = callWithSelf(initialise, object, args, kw);
    if (result !== null) throw typeError(`__init__() should return None, not '${typeName(result)}'`);
  }
  return object;
}

function checkAbstract(type: PyType): void {
  const abstract = type.dict.get("__abstractmethods__");
  if (!(abstract instanceof PyObject)) return;
  const names: string[] = [];
  const it = iter(abstract);
  for (let v = it.next(); v !== undefined; v = it.next()) names.push(String(v));
  if (names.length === 0) return;
  names.sort();
  const list = names.map((name) => `'${name}'`).join(", ");
  throw typeError(
    `Can't instantiate abstract class ${type.name} without an implementation for abstract method${names.length === 1 ? "" : "s"} ${list}`,
  );
}

/** An empty instance of a class that is stored as plain attributes. */
export function allocateInstance(type: PyType): PyValue {
  if (type.layout === objectType) {
    checkAbstract(type);
    return new PyInstance(type);
  }
  if (type.layout === BaseException || type.isSubtype(BaseException)) return new PyException(type, []);
  if (type.lookup("__new__") === root.create) throw typeError(`cannot create '${type.name}' instances`);
  throw typeError(`object.__new__(${type.name}) is not safe, use ${type.layout.name}.__new__()`);
}

/** Gives an object of a built-in layout the derived class that was asked for. */
export function adopt<T extends PyObject>(object: T, cls: PyType): T {
  if (object.cls !== cls) {
    object.cls = cls;
    if (cls.hasDict) object.dict = new Map();
  }
  return object;
}

/** What `def` with a docstring or annotations makes of its function. */
export function describeFunction(f: PyFunction, doc: string | null, annotations: PyValue): PyFunction {
  f.doc = doc;
  if (annotations !== null) f.annotations = annotations;
  return f;
}

// ---- class bodies --------------------------------------------------------------------------------

/** Binds a name in a class body. */
export function storeIn(namespace: Map<string, PyValue>, name: string, value: PyValue): PyValue {
  namespace.set(name, value);
  return value;
}
/** `del name` in a class body. */
export function deleteIn(namespace: Map<string, PyValue>, name: string): void {
  if (!namespace.delete(name)) throw pyError(NameError, `name '${name}' is not defined`);
}
/** An annotated name in a class body. */
export function annotate(namespace: Map<string, PyValue>, name: string, annotation: PyValue): void {
  let all = namespace.get("__annotations__");
  if (all === undefined) {
    all = new PyDict();
    namespace.set("__annotations__", all);
  }
  setItem(all, name, annotation);
}
