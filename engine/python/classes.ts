// Classes of the author's: how `class` builds them, the C3 order, `super()`, instances.
import { findAttribute } from "./attribute.ts";
import { PyDict } from "./dict.ts";
import {
  attributeError,
  BaseException,
  exceptionTypes,
  KeyError,
  PyException,
  pyError,
  RuntimeError,
  typeError,
} from "./exceptions.ts";
import {
  bindDescriptor,
  call,
  callWithSelf,
  defineMethods,
  PyBuiltin,
  PyClassMethod,
  PyFunction,
  PyStaticMethod,
} from "./function.ts";
import { iter } from "./iterator.ts";
import {
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
import { containers } from "./signature.ts";

/** C3 linearisation of a class with these bases; TypeError where there is none. */
export function linearise(self: PyType, bases: readonly PyType[]): PyType[] {
  const sequences = [...bases.map((base) => [...base.mro]), [...bases]];
  const order = [self];
  for (;;) {
    const rest = sequences.filter((s) => s.length > 0);
    if (rest.length === 0) return order;
    const next = rest.map((s) => s[0] as PyType).find((head) => rest.every((s) => !s.includes(head, 1)));
    if (next === undefined) {
      const names = [...new Set(rest.map((s) => (s[0] as PyType).name))].join(", ");
      throw typeError(`Cannot create a consistent method resolution order (MRO) for bases ${names}`);
    }
    order.push(next);
    for (const s of rest) if (s[0] === next) s.shift();
  }
}

/** Built-in types that decide how their instances are stored: a class may have one of them among its ancestors. */
function layoutOf(bases: readonly PyType[]): PyType {
  let best: PyType = objectType;
  for (const base of bases) {
    const layout = base.builtin ? solid(base) : base.layout;
    if (layout === best || best.isSubtype(layout)) continue;
    if (layout.isSubtype(best)) best = layout;
    else throw typeError("multiple bases have instance lay-out conflict");
  }
  return best;
}
/** Exception classes differ only in their attributes: they are stored alike. */
function solid(type: PyType): PyType {
  return type.isSubtype(BaseException) ? BaseException : type.layout;
}

/** Makes a class of the author's. */
export function newClass(
  name: string,
  qualname: string,
  bases: readonly PyType[],
  namespace: Map<string, PyValue>,
  meta: PyType = typeType,
): PyType {
  const seen = new Set<PyType>();
  for (const base of bases) {
    if (!base.subclassable) throw typeError(`type '${base.name}' is not an acceptable base type`);
    if (seen.has(base)) throw typeError(`duplicate base class ${base.name}`);
    seen.add(base);
  }
  const actual = bases.length === 0 ? [objectType] : [...bases];
  const layout = layoutOf(actual);
  const type = new PyType(name, actual, (self) => linearise(self, actual), false);
  type.layout = layout;
  type.qualname = qualname;
  // Expressions are run without a `__name__`, so their classes say `builtins`, as in authentik.
  type.module = "builtins";
  if (meta !== typeType) type.cls = meta;
  for (const [key, value] of namespace) type.dict.set(key, value);
  if (!type.dict.has("__module__")) type.dict.set("__module__", "builtins");
  if (!type.dict.has("__doc__")) type.dict.set("__doc__", null);
  slots(type, actual);
  // CPython makes these class methods even where the author wrote plain functions.
  for (const implicit of ["__init_subclass__", "__class_getitem__"]) {
    const value = type.dict.get(implicit);
    if (value instanceof PyFunction) type.dict.set(implicit, new PyClassMethod(value));
  }
  const create = type.dict.get("__new__");
  if (create instanceof PyFunction) type.dict.set("__new__", new PyStaticMethod(create));
  if (type.dict.has("__eq__") && !type.dict.has("__hash__")) type.dict.set("__hash__", null);
  for (const base of actual) if (!base.builtin) base.derived.push(type);
  return type;
}

function slots(type: PyType, bases: readonly PyType[]): void {
  const declared = type.dict.get("__slots__");
  if (declared === undefined) {
    type.hasDict = true;
    return;
  }
  const names: string[] = [];
  if (typeof declared === "string") names.push(declared);
  else {
    const it = iter(declared);
    for (let v = it.next(); v !== undefined; v = it.next()) {
      if (typeof v !== "string") throw typeError(`__slots__ items must be strings, not '${typeName(v)}'`);
      names.push(v);
    }
  }
  if (names.length > 0 && /^(?:int|tuple|bytes)$/.test(type.layout.name)) {
    throw typeError(`nonempty __slots__ not supported for subtype of '${bases[0]?.name}'`);
  }
  for (const name of names) {
    if (name !== "__dict__" && type.dict.has(name)) {
      throw pyError(exceptionByName("ValueError"), `'${name}' in __slots__ conflicts with class variable`);
    }
  }
  type.hasDict = names.includes("__dict__") || bases.some((base) => base.hasDict);
  type.slots = names;
  for (const name of names) {
    if (name === "__dict__" || name === "__weakref__") continue;
    type.dict.set(name, new PySlot(name, type));
  }
}
function exceptionByName(name: string): PyType {
  return exceptionTypes.get(name) as PyType;
}

/** The descriptor behind one name of `__slots__`. */
export class PySlot extends PyObject {
  readonly name: string;
  readonly owner: PyType;
  private readonly values: WeakMap<PyObject, PyValue> = new WeakMap();
  constructor(name: string, owner: PyType) {
    super();
    this.name = name;
    this.owner = owner;
  }
  get(object: PyObject): PyValue {
    const value = this.values.get(object);
    if (value === undefined) throw this.unset(object);
    return value;
  }
  set(object: PyObject, value: PyValue | undefined): void {
    if (value === undefined) {
      if (!this.values.delete(object)) throw this.unset(object);
    } else this.values.set(object, value);
  }
  private unset(object: PyObject): PyException {
    const text = `'${object.cls.qualname}' object has no attribute '${this.name}'`;
    return attributeError(object, this.name, text);
  }
}
export const memberType = makeType("member_descriptor", { of: PySlot, subclassable: false });
defineMethods(memberType, {
  "__get__(instance, owner=None, /)": (self: PySlot, instance: PyValue) =>
    instance instanceof PyObject ? self.get(instance) : self,
  "__set__(instance, value, /)": (self: PySlot, instance: PyObject, value: PyValue) => {
    self.set(instance, value);
    return null;
  },
  "__delete__(instance, /)": (self: PySlot, instance: PyObject) => {
    self.set(instance, undefined);
    return null;
  },
  "__repr__()": (self: PySlot) => `<member '${self.name}' of '${self.owner.name}' objects>`,
});

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
      if (error instanceof PyException && error.cls.isSubtype(KeyError)) return undefined;
      throw error;
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
  readonly set: (type: PyValue) => void;
  constructor(set: (type: PyValue) => void) {
    super();
    this.set = set;
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
  let meta: PyValue = kw?.get("metaclass") ?? (bases.length === 0 ? typeType : typeOf(bases[0] as PyValue));
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
  if (setCell !== null) setItem(mapping, "__classcell__", new PyCell(setCell));
  return call(meta, [name, tupleOf(bases), mapping], kw);
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
  const type = newClass(name, typeof q === "string" ? q : name, bases as PyType[], namespace, meta);
  if (cell instanceof PyCell) cell.set(type);
  setCell?.(type);
  for (const [key, value] of [...type.dict]) {
    const hook = value instanceof PyObject ? value.cls.lookup("__set_name__") : undefined;
    if (hook !== undefined) callWithSelf(hook, value, [type, key], null);
  }
  const parent = superLookup(type, type, "__init_subclass__");
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
    return [...(replaced as unknown as { items: PyValue[] }).items];
  });
}
const tupleOf = (items: readonly PyValue[]): PyValue => containers.tuple([...items]);

// ---- super ---------------------------------------------------------------------------------------

/** A `super` object. */
export class PySuper extends PyObject {
  readonly owner: PyType;
  readonly self: PyValue;
  readonly selfType: PyType;
  constructor(owner: PyType, self: PyValue, selfType: PyType) {
    super();
    this.owner = owner;
    this.self = self;
    this.selfType = selfType;
  }
}
export const superType = makeType("super", { of: PySuper });
superType.readHook = (object, name) => {
  const s = object as PySuper;
  if (name === "__class__") return superType;
  const mro = s.selfType.mro;
  for (const type of mro.slice(mro.indexOf(s.owner) + 1)) {
    const value = type.dict.get(name);
    if (value === undefined) continue;
    if (s.self === s.selfType) return bindThrough(value, s.self as PyType);
    return bindDescriptor(value, s.self, s.selfType);
  }
  return undefined;
};
function bindThrough(value: PyValue, type: PyType): PyValue {
  if (value instanceof PyClassMethod) return bindDescriptor(value, type, type);
  if (value instanceof PyStaticMethod) return value.func;
  if (value instanceof PyBuiltin || value instanceof PyFunction) return value;
  return value;
}
function superLookup(owner: PyType, self: PyType, name: string): PyValue | undefined {
  const mro = self.mro;
  for (const type of mro.slice(mro.indexOf(owner) + 1)) {
    const value = type.dict.get(name);
    if (value !== undefined)
      return value instanceof PyClassMethod ? bindDescriptor(value, self, self) : value;
  }
  return undefined;
}
/** `super()` in a method. */
export function superOf(owner: PyValue | undefined, self: PyValue | undefined): PyValue {
  if (self === undefined) throw pyError(RuntimeError, "super(): no arguments");
  if (!(owner instanceof PyType)) throw pyError(RuntimeError, "super(): empty __class__ cell");
  return makeSuper(owner, self);
}
/** `super(owner, self)`. */
export function makeSuper(owner: PyType, self: PyValue): PySuper {
  if (self instanceof PyType && self.isSubtype(owner)) return new PySuper(owner, self, self);
  const type = typeOf(self);
  if (!type.isSubtype(owner)) {
    const what = self instanceof PyType ? `type ${self.name}` : `instance of ${type.name}`;
    throw typeError(`super(type, obj): obj (${what}) is not an instance or subtype of type (${owner.name}).`);
  }
  return new PySuper(owner, self, type);
}
/** `super()` where there is no class around. */
export function superWithoutClass(): never {
  throw pyError(RuntimeError, "super(): __class__ cell not found");
}

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
  if (type === typeType && args.length === 1 && (kw === null || kw.size === 0))
    return typeOf(args[0] as PyValue);
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
    checkAbstract(type);
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
  const abstract = type.builtin ? undefined : type.lookup("__abstractmethods__");
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
    return new PyInstance(type);
  }
  if (type.layout === BaseException || type.isSubtype(BaseException)) return new PyException(type, []);
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
  if (!namespace.delete(name)) throw pyError(exceptionByName("NameError"), `name '${name}' is not defined`);
}
/** An annotated name in a class body. */
export function annotate(namespace: Map<string, PyValue>, name: string, annotation: PyValue): void {
  let all = namespace.get("__annotations__");
  if (!(all instanceof PyDict)) {
    all = new PyDict();
    namespace.set("__annotations__", all);
  }
  (all as PyDict).set(name, annotation);
}
