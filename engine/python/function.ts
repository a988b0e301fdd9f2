// Callables: the author's functions, built-in functions and methods, bound methods, and how they are called.
//
// `call1(f, a)` and its kin are what generated code uses for `f(a)`; `method1(o, "m", a)` for `o.m(a)`, which
// avoids making the bound method. Each has a fast path for a plain positional call and falls back to the binder.
import { attributeOf } from "./attribute.ts";
import { PyException, RecursionError, raise, typeError } from "./exceptions.ts";
import {
  type KwArgs,
  makeType,
  PyObject,
  PyType,
  type PyValue,
  protocol,
  typeName,
  typeOf,
} from "./object.ts";
import { bindBuiltin, bindFunction, type Defaults, parseSignature, type Signature } from "./signature.ts";

/** The JavaScript behind a function; parameters in the order `signature.ts` describes. */
// biome-ignore lint/suspicious/noExplicitAny: bodies declare their own parameter types; the binder fits them.
export type Native = (...args: any[]) => PyValue;

const NO_DEFAULTS: Defaults = { positional: [], kwonly: null };

/** Ends a call that is nested too deeply; generated code calls it when `S.depth` passes its limit. */
export function recursionExceeded(): never {
  throw raise(new PyException(RecursionError, ["maximum recursion depth exceeded"]));
}

/** A function of the author's (`def` or `lambda`). Generated code counts its depth and its steps itself. */
export class PyFunction extends PyObject {
  name: string;
  qualname: string;
  readonly sig: Signature;
  readonly js: Native;
  defaults: Defaults;
  doc: PyValue = null;
  annotations: PyValue | undefined;
  module: PyValue = null;
  typeParams: PyValue | undefined;
  /** Number of parameters when all are plain positional ones; -1 otherwise. */
  readonly simple: number;

  constructor(name: string, qualname: string, sig: Signature, js: Native, defaults: Defaults = NO_DEFAULTS) {
    super();
    this.name = name;
    this.qualname = qualname;
    this.sig = sig;
    this.js = js;
    this.defaults = defaults;
    this.dict = undefined;
    this.simple =
      sig.varargs === null && sig.kwonly.length === 0 && sig.varkw === null ? sig.positional.length : -1;
  }
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    if (kw === null && args.length === this.simple) return this.js(...args);
    return this.js(...bindFunction(this.qualname, this.sig, this.defaults, args, kw));
  }
  override call0(): PyValue {
    return this.simple === 0 ? this.js() : this.call([], null);
  }
  override call1(a: PyValue): PyValue {
    return this.simple === 1 ? this.js(a) : this.call([a], null);
  }
  override call2(a: PyValue, b: PyValue): PyValue {
    return this.simple === 2 ? this.js(a, b) : this.call([a, b], null);
  }
  override call3(a: PyValue, b: PyValue, c: PyValue): PyValue {
    return this.simple === 3 ? this.js(a, b, c) : this.call([a, b, c], null);
  }
}
export const functionType = makeType("function", { of: PyFunction, subclassable: false });

export const builtinType = makeType("builtin_function_or_method", { subclassable: false });
export const methodDescriptorType = makeType("method_descriptor", { subclassable: false });
export const wrapperDescriptorType = makeType("wrapper_descriptor", { subclassable: false });
export const methodWrapperType = makeType("method-wrapper", { subclassable: false });
/** Special methods that fill a slot of the type; the others (`__format__`, `__reversed__` …) are plain methods. */
const SLOTS = new RegExp(
  `^__(?:${[
    "repr|str|hash|call|init|del|get|set|delete|getattribute|getattr|setattr|delattr|lt|le|eq|ne|gt|ge",
    "iter|next|await|aiter|anext|len|getitem|setitem|delitem|contains|buffer|release_buffer",
    "neg|pos|abs|bool|invert|int|float|index|r?divmod",
    "[ri]?(?:add|sub|mul|mod|pow|lshift|rshift|and|xor|or|floordiv|truediv|matmul)",
  ].join("|")})__$`,
);

/** A built-in function, or a method in a built-in type's table (then `owner` is that type). */
export class PyBuiltin extends PyObject {
  readonly name: string;
  readonly sig: Signature;
  readonly js: Native;
  readonly owner: PyType | null;
  /** Where a function says that it is from; `defineModule` sets it. */
  module = "builtins";
  /** The type it is a static method of. */
  home: PyType | null = null;
  /** Must classes that derive from the owner have their own? */
  abstract = false;
  /** Fewest and most arguments of a plain positional call, `self` included. */
  private readonly least: number;
  private readonly most: number;

  constructor(name: string, sig: Signature, js: Native, owner: PyType | null) {
    super();
    this.name = name;
    this.sig = sig;
    this.js = js;
    this.owner = owner;
    this.cls = owner === null ? builtinType : SLOTS.test(name) ? wrapperDescriptorType : methodDescriptorType;
    const self = owner === null ? 0 : 1;
    const plain = sig.varargs === null && sig.varkw === null && !sig.kwonlyRequired.includes(true);
    this.least = plain ? sig.required + self : Number.POSITIVE_INFINITY;
    this.most = plain ? sig.positional.length + self : -1;
  }
  /** Can a method be called with so many plain arguments besides `self`, each as it is? */
  takes(given: number): boolean {
    return this.least <= given + 1 && given + 1 <= this.most;
  }
  get display(): string {
    const type = this.owner ?? this.home;
    return type === null ? this.name : `${type.qualname}.${this.name}`;
  }
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    if (this.owner !== null) return this.callUnbound(args, kw);
    if (kw === null && args.length >= this.least && args.length <= this.most) return this.js(...args);
    return this.js(...this.bindArguments(args, kw));
  }
  /** A function's arguments as its parameters; `undefined` where one is left out. Throws what calling it would. */
  bindArguments(args: PyValue[], kw: KwArgs | null): (PyValue | undefined)[] {
    const makes = this.name === "__new__" && this.home !== null;
    return bindBuiltin(makes ? (this.home as PyType).name : this.display, this.sig, args, kw);
  }
  /** `str.upper("x")`: the first argument is `self` and must be of the owner's type. */
  private callUnbound(args: PyValue[], kw: KwArgs | null): PyValue {
    const owner = this.owner as PyType;
    const self = args[0];
    if (self === undefined) {
      throw typeError(
        this.cls === wrapperDescriptorType
          ? `descriptor '${this.name}' of '${owner.name}' object needs an argument`
          : `unbound method ${this.display}() needs an argument`,
      );
    }
    if (!typeOf(self).isSubtype(owner)) {
      throw typeError(
        this.name.startsWith("__")
          ? `descriptor '${this.name}' requires a '${owner.name}' object but received a '${typeName(self)}'`
          : `descriptor '${this.name}' for '${owner.name}' objects doesn't apply to a '${typeName(self)}' object`,
      );
    }
    return this.callMethod(self, args.slice(1), kw);
  }
  /** Calls a method-table entry on `self`, whose type is known to fit. */
  callMethod(self: PyValue, args: PyValue[], kw: KwArgs | null): PyValue {
    const n = args.length + 1;
    if (kw === null && n >= this.least && n <= this.most) return this.js(self, ...args);
    // `list(1, 2)` complains of `list`, which calls its `__init__`.
    const name = this.name === "__init__" && this.owner !== null ? this.owner.name : this.display;
    if (this.cls === wrapperDescriptorType) this.checkSlot(args.length, kw);
    return this.js(self, ...bindBuiltin(name, this.sig, args, kw));
  }
  /** Complains as the wrapper of a slot does, which knows the number of arguments and little else. */
  private checkSlot(given: number, kw: KwArgs | null): void {
    const { positional, required, varargs, varkw, kwonly } = this.sig;
    if (varargs !== null || varkw !== null || kwonly.length > 0) return;
    // Constructors have words of their own.
    if (this.name === "__init__") return;
    if (kw !== null && kw.size > 0) throw typeError(`wrapper ${this.name}() takes no keyword arguments`);
    const most = positional.length;
    if (given >= required && given <= most) return;
    const word = required === most ? "" : given < required ? "at least " : "at most ";
    const bound = given < required ? required : most;
    // Some slots take their arguments apart as a function without a name would.
    const repeats = /^__[ri]?mul__$/.test(this.name) && this.owner?.lookup("__len__") !== undefined;
    const nameless = most > 1 || repeats ? " " : "";
    throw typeError(`${nameless}expected ${word}${bound} argument${bound === 1 ? "" : "s"}, got ${given}`);
  }
  method0(self: PyValue): PyValue {
    return this.least === 1 ? this.js(self) : this.callMethod(self, [], null);
  }
  method1(self: PyValue, a: PyValue): PyValue {
    return this.least <= 2 && this.most >= 2 ? this.js(self, a) : this.callMethod(self, [a], null);
  }
  method2(self: PyValue, a: PyValue, b: PyValue): PyValue {
    return this.least <= 3 && this.most >= 3 ? this.js(self, a, b) : this.callMethod(self, [a, b], null);
  }
  override call1(a: PyValue): PyValue {
    return this.owner === null && this.least <= 1 && this.most >= 1 ? this.js(a) : this.call([a], null);
  }
  override call2(a: PyValue, b: PyValue): PyValue {
    return this.owner === null && this.least <= 2 && this.most >= 2 ? this.js(a, b) : this.call([a, b], null);
  }
}

/** `object.method`: a function with its first argument. */
export class PyBoundMethod extends PyObject {
  readonly func: PyObject;
  readonly self: PyValue;
  constructor(func: PyObject, self: PyValue) {
    super();
    this.func = func;
    this.self = self;
  }
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    if (this.func instanceof PyBuiltin) return this.func.callMethod(this.self, args, kw);
    return this.func.call([this.self, ...args], kw);
  }
}
export const methodType = makeType("method", { of: PyBoundMethod });
/** Bound methods of built-in types show as built-in methods. */
export class PyBoundBuiltin extends PyBoundMethod {}
PyBoundBuiltin.prototype.cls = builtinType;
class PyMethodWrapper extends PyBoundBuiltin {}
PyMethodWrapper.prototype.cls = methodWrapperType;
function boundBuiltin(func: PyBuiltin, self: PyValue): PyBoundBuiltin {
  return func.cls === wrapperDescriptorType
    ? new PyMethodWrapper(func, self)
    : new PyBoundBuiltin(func, self);
}

export class PyStaticMethod extends PyObject {
  func: PyValue;
  constructor(func: PyValue) {
    super();
    this.func = func;
    this.dict = undefined;
  }
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    return call(this.func, args, kw);
  }
}
export const staticmethodType = makeType("staticmethod", { of: PyStaticMethod });
export class PyClassMethod extends PyObject {
  func: PyValue;
  constructor(func: PyValue) {
    super();
    this.func = func;
    this.dict = undefined;
  }
}
export const classmethodType = makeType("classmethod", { of: PyClassMethod });
/** A class method of a built-in type. */
export class PyBuiltinClassMethod extends PyClassMethod {}
export const classMethodDescriptorType = makeType("classmethod_descriptor", {
  of: PyBuiltinClassMethod,
  subclassable: false,
});
export class PyProperty extends PyObject {
  fget: PyValue;
  fset: PyValue;
  fdel: PyValue;
  doc: PyValue;
  docOfGetter = false;
  /** What `__set_name__` was told. */
  name: PyValue | undefined;
  constructor(fget: PyValue, fset: PyValue, fdel: PyValue, doc: PyValue) {
    super();
    this.fget = fget;
    this.fset = fset;
    this.fdel = fdel;
    this.doc = doc;
    this.dict = undefined;
  }
  get(self: PyValue): PyValue {
    if (this.fget === null) throw this.refusal(self, "getter");
    return call1(this.fget, self);
  }
  set(self: PyValue, value: PyValue): void {
    if (this.fset === null) throw this.refusal(self, "setter");
    call2(this.fset, self, value);
  }
  remove(self: PyValue): void {
    if (this.fdel === null) throw this.refusal(self, "deleter");
    call1(this.fdel, self);
  }
  private refusal(self: PyValue, missing: string): PyException {
    const name = this.name ?? (this.fget instanceof PyFunction ? this.fget.name : null);
    const which = typeof name === "string" ? ` '${name}'` : "";
    return attributeOf.refuse(`property${which} of '${typeOf(self).qualname}' object has no ${missing}`);
  }
}
export const propertyType = makeType("property", { of: PyProperty });
/** How a computed attribute is read, set and deleted; what is not there CPython refuses. */
interface Access {
  readonly get: (self: never) => PyValue;
  readonly set: ((self: never, value: PyValue) => void) | null;
  readonly remove: ((self: never) => void) | null;
}
/** A computed attribute of a built-in type. */
export class PyGetSet extends PyObject {
  readonly owner: PyType;
  readonly name: string;
  readonly access: Access;
  constructor(owner: PyType, name: string, access: Access) {
    super();
    this.owner = owner;
    this.name = name;
    this.access = access;
  }
  get(self: PyValue): PyValue {
    this.check(self);
    return this.access.get(self as never);
  }
  set(self: PyValue, value: PyValue): void {
    this.check(self);
    const { set } = this.access;
    if (set === null) throw attributeOf.refuse(this.refusal);
    set(self as never, value);
  }
  remove(self: PyValue): void {
    this.check(self);
    const { remove } = this.access;
    if (remove === null) throw attributeOf.refuse(this.refusal);
    remove(self as never);
  }
  /** A descriptor may have been put on another class. */
  private check(self: PyValue): void {
    if (typeOf(self).isSubtype(this.owner)) return;
    throw typeError(
      `descriptor '${this.name}' for '${this.owner.name}' objects doesn't apply to a '${typeName(self)}' object`,
    );
  }
  /** The AttributeError's text when it cannot be set or deleted. */
  protected get refusal(): string {
    return `attribute '${this.name}' of '${this.owner.name}' objects is not writable`;
  }
}
export const getsetType = makeType("getset_descriptor", { of: PyGetSet, subclassable: false });
/** An attribute that CPython keeps as a plain field of the object. */
export class PyMember extends PyGetSet {
  protected override get refusal(): string {
    return "readonly attribute";
  }
}
export const memberType = makeType("member_descriptor", { of: PyMember, subclassable: false });

/** `callable(value)`. */
export function isCallable(value: PyValue): boolean {
  return (
    value instanceof PyObject &&
    (value.cls.lookup("__call__") !== undefined || value.call !== PyObject.prototype.call)
  );
}
function notCallable(f: PyValue): never {
  throw typeError(`'${typeName(f)}' object is not callable`);
}

protocol.callObject = (f, args, kw) => {
  const method = f.cls.lookup("__call__");
  if (method === undefined) notCallable(f);
  return callWithSelf(method, f, args, kw);
};

/** Calls what was found on a type as a method of `self`: functions get `self` first, descriptors are bound. */
export function callWithSelf(method: PyValue, self: PyValue, args: PyValue[], kw: KwArgs | null): PyValue {
  if (method instanceof PyFunction) return method.call([self, ...args], kw);
  if (method instanceof PyBuiltin && method.owner !== null) {
    // A class of the author's may have taken it from a type that is none of its bases.
    return typeOf(self).builtin ? method.callMethod(self, args, kw) : method.call([self, ...args], kw);
  }
  return call(bindDescriptor(method, self, typeOf(self)), args, kw);
}

/** What reading `descriptor`, found on `type`, through an instance gives. */
export function bindDescriptor(descriptor: PyValue, self: PyValue, type: PyType): PyValue {
  if (!(descriptor instanceof PyObject)) return descriptor;
  if (descriptor instanceof PyFunction) return new PyBoundMethod(descriptor, self);
  if (descriptor instanceof PyBuiltin) {
    return descriptor.owner === null ? descriptor : boundBuiltin(descriptor, self);
  }
  if (descriptor instanceof PyStaticMethod) return descriptor.func;
  if (descriptor instanceof PyClassMethod) return new PyBoundMethod(descriptor.func as PyObject, type);
  if (descriptor instanceof PyProperty || descriptor instanceof PyGetSet) return descriptor.get(self);
  const get = descriptor.cls.lookup("__get__");
  return get === undefined ? descriptor : callWithSelf(get, descriptor, [self, type], null);
}

/** `f(*args, **kw)`. */
export function call(f: PyValue, args: PyValue[], kw: KwArgs | null): PyValue {
  if (!(f instanceof PyObject)) notCallable(f);
  return f.call(args, kw);
}
/** `f()`. */
export function call0(f: PyValue): PyValue {
  if (!(f instanceof PyObject)) notCallable(f);
  return f.call0();
}
/** `f(a)`. */
export function call1(f: PyValue, a: PyValue): PyValue {
  if (!(f instanceof PyObject)) notCallable(f);
  return f.call1(a);
}
/** `f(a, b)`. */
export function call2(f: PyValue, a: PyValue, b: PyValue): PyValue {
  if (!(f instanceof PyObject)) notCallable(f);
  return f.call2(a, b);
}
/** `f(a, b, c)`. */
export function call3(f: PyValue, a: PyValue, b: PyValue, c: PyValue): PyValue {
  if (!(f instanceof PyObject)) notCallable(f);
  return f.call3(a, b, c);
}

/** The method-table entry for `object.name(…)` when nothing can stand before it; undefined sends to getattr. */
function directMethod(object: PyValue, name: string): PyValue | undefined {
  const type = typeOf(object);
  if (object instanceof PyObject) {
    if (object.dict?.has(name) === true || type.readHook !== undefined || object instanceof PyType)
      return undefined;
    if (!type.builtin && type.lookup("__getattribute__") !== attributeOf.plain) return undefined;
  }
  const found = type.lookup(name);
  return found instanceof PyFunction || (found instanceof PyBuiltin && found.owner !== null)
    ? found
    : undefined;
}

/** `object.name(*args, **kw)`. */
export function method(object: PyValue, name: string, args: PyValue[], kw: KwArgs | null): PyValue {
  const direct = directMethod(object, name);
  if (direct instanceof PyBuiltin) return direct.callMethod(object, args, kw);
  if (direct instanceof PyFunction) return direct.call([object, ...args], kw);
  return call(attributeOf.get(object, name), args, kw);
}
/** `object.name()`. */
export function method0(object: PyValue, name: string): PyValue {
  const direct = directMethod(object, name);
  if (direct instanceof PyBuiltin) return direct.method0(object);
  if (direct instanceof PyFunction) return direct.call1(object);
  return call0(attributeOf.get(object, name));
}
/** `object.name(a)`. */
export function method1(object: PyValue, name: string, a: PyValue): PyValue {
  const direct = directMethod(object, name);
  if (direct instanceof PyBuiltin) return direct.method1(object, a);
  if (direct instanceof PyFunction) return direct.call2(object, a);
  return call1(attributeOf.get(object, name), a);
}
/** `object.name(a, b)`. */
export function method2(object: PyValue, name: string, a: PyValue, b: PyValue): PyValue {
  const direct = directMethod(object, name);
  if (direct instanceof PyBuiltin) return direct.method2(object, a, b);
  if (direct instanceof PyFunction) return direct.call3(object, a, b);
  return call2(attributeOf.get(object, name), a, b);
}

/**
 * The special method of that name, called: `undefined` when the type has none. Looked up on the type only, as
 * operators do.
 */
export function special(object: PyValue, name: string, args: PyValue[]): PyValue | undefined {
  const found = typeOf(object).lookup(name);
  if (found === undefined) return undefined;
  return callWithSelf(found, object, args, null);
}

/** Methods of a built-in type, by `name(signature)`; `self` comes first in JavaScript and is not in the text. */
export type MethodTable = { readonly [declaration: string]: Native };

function splitDeclaration(declaration: string): [string, Signature] {
  const paren = declaration.indexOf("(");
  return [declaration.slice(0, paren), parseSignature(declaration.slice(paren))];
}

/** Adds methods to a built-in type: `defineMethods(listType, { "append(object, /)": (self, x) => … })`. */
export function defineMethods(type: PyType, table: MethodTable): void {
  for (const [declaration, js] of Object.entries(table)) {
    const [name, sig] = splitDeclaration(declaration);
    type.dict.set(name, new PyBuiltin(name, sig, js, type));
  }
}
/** Says that CPython has these slots of the type as plain methods, too: they show and complain as such. */
export function asMethods(type: PyType, ...names: string[]): void {
  for (const name of names) (type.dict.get(name) as PyBuiltin).cls = methodDescriptorType;
}
/** Adds static methods (`__new__` among them: it gets the class as an ordinary first argument). */
export function defineStatic(type: PyType, table: MethodTable): void {
  for (const [declaration, js] of Object.entries(table)) {
    const [name, sig] = splitDeclaration(declaration);
    const builtin = new PyBuiltin(name, sig, name === "__new__" ? forSubtypes(type, js) : js, null);
    builtin.home = type;
    type.dict.set(name, name === "__new__" ? builtin : new PyStaticMethod(builtin));
  }
}
/** A `__new__` that makes sure of the class it is given. */
function forSubtypes(type: PyType, js: Native): Native {
  const checked = (cls: PyValue, ...rest: PyValue[]): PyValue => {
    if (!(cls instanceof PyType))
      throw typeError(`${type.name}.__new__(X): X is not a type object (${typeName(cls)})`);
    if (cls !== type && !cls.isSubtype(type))
      throw typeError(`${type.name}.__new__(${cls.name}): ${cls.name} is not a subtype of ${type.name}`);
    return js(cls, ...rest);
  };
  return checked as Native;
}
/** Adds class methods: the class comes first in JavaScript and is not in the text. */
export function defineClassMethods(type: PyType, table: MethodTable): void {
  for (const [declaration, js] of Object.entries(table)) {
    const [name, sig] = splitDeclaration(declaration);
    type.dict.set(name, new PyBuiltinClassMethod(new PyBuiltin(name, sig, js, type)));
  }
}
/** Computed attributes by name: how to read one, or also how to set and perhaps delete it. */
export type AttributeTable<T> = {
  readonly [name: string]:
    | ((self: T) => PyValue)
    | [get: (self: T) => PyValue, set: (self: T, value: PyValue) => void, remove?: (self: T) => void];
};
function addAttributes<T>(type: PyType, table: AttributeTable<T>, kind: typeof PyGetSet): void {
  for (const [name, entry] of Object.entries(table)) {
    const [get, set = null, remove = null] = Array.isArray(entry) ? entry : [entry];
    type.dict.set(name, new kind(type, name, { get, set, remove }));
  }
}
/** Adds computed attributes. */
export function defineAttributes<T>(type: PyType, table: AttributeTable<T>): void {
  addAttributes(type, table, PyGetSet);
}
/** Adds attributes that are plain fields in CPython: they show as members, and are refused in other words. */
export function defineMembers<T>(type: PyType, table: AttributeTable<T>): void {
  addAttributes(type, table, PyMember);
}
/** A built-in function: `builtin("len(obj, /)", (obj) => …)`. */
export function builtin(declaration: string, js: Native): PyBuiltin {
  const [name, sig] = splitDeclaration(declaration);
  return new PyBuiltin(name, sig, js, null);
}
