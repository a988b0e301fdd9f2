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
const SLOTS =
  /^__(?!format|reversed|round|trunc|floor|ceil|sizeof|dir|class_getitem|init_subclass|subclasshook|missing|enter|exit|getnewargs|reduce|instancecheck|subclasscheck|setstate|mro_entries)\w+__$/;

/** A built-in function, or a method in a built-in type's table (then `owner` is that type). */
export class PyBuiltin extends PyObject {
  readonly name: string;
  readonly sig: Signature;
  readonly js: Native;
  readonly owner: PyType | null;
  /** Where a function says that it is from; `defineModule` sets it. */
  module = "builtins";
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
  get display(): string {
    return this.owner === null ? this.name : `${this.owner.qualname}.${this.name}`;
  }
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    if (this.owner !== null) return this.callUnbound(args, kw);
    if (kw === null && args.length >= this.least && args.length <= this.most) return this.js(...args);
    return this.js(...bindBuiltin(this.name, this.sig, args, kw));
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
    return this.js(self, ...bindBuiltin(this.display, this.sig, args, kw));
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
  readonly func: PyValue;
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
  readonly func: PyValue;
  constructor(func: PyValue) {
    super();
    this.func = func;
    this.dict = undefined;
  }
}
export const classmethodType = makeType("classmethod", { of: PyClassMethod });
export class PyProperty extends PyObject {
  fget: PyValue;
  fset: PyValue;
  fdel: PyValue;
  doc: PyValue;
  name: string | null = null;
  constructor(fget: PyValue, fset: PyValue, fdel: PyValue, doc: PyValue) {
    super();
    this.fget = fget;
    this.fset = fset;
    this.fdel = fdel;
    this.doc = doc;
  }
}
export const propertyType = makeType("property", { of: PyProperty });
/** A computed attribute of a built-in type. */
export class PyGetSet extends PyObject {
  readonly name: string;
  readonly get: (self: never) => PyValue;
  readonly set: ((self: never, value: PyValue) => void) | null;
  readonly owner: PyType;
  constructor(
    owner: PyType,
    name: string,
    get: (self: never) => PyValue,
    set: ((self: never, value: PyValue) => void) | null,
  ) {
    super();
    this.owner = owner;
    this.name = name;
    this.get = get;
    this.set = set;
  }
}
export const getsetType = makeType("getset_descriptor", { of: PyGetSet, subclassable: false });

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
  if (method instanceof PyBuiltin && method.owner !== null) return method.callMethod(self, args, kw);
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
  if (descriptor instanceof PyProperty) {
    if (descriptor.fget === null) {
      const name = descriptor.name === null ? "" : ` '${descriptor.name}'`;
      throw attributeOf.unreadable(
        self,
        `property${name} of '${typeOf(self).qualname}' object has no getter`,
      );
    }
    return call(descriptor.fget, [self], null);
  }
  if (descriptor instanceof PyGetSet) return descriptor.get(self as never);
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
  if (found === undefined || found === null) return undefined;
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
/** Adds static methods (`__new__` among them: it gets the class as an ordinary first argument). */
export function defineStatic(type: PyType, table: MethodTable): void {
  for (const [declaration, js] of Object.entries(table)) {
    const [name, sig] = splitDeclaration(declaration);
    const builtin = new PyBuiltin(name, sig, js, null);
    type.dict.set(name, name === "__new__" ? builtin : new PyStaticMethod(builtin));
  }
}
/** Adds class methods: the class comes first in JavaScript and is not in the text. */
export function defineClassMethods(type: PyType, table: MethodTable): void {
  for (const [declaration, js] of Object.entries(table)) {
    const [name, sig] = splitDeclaration(declaration);
    type.dict.set(name, new PyClassMethod(new PyBuiltin(name, sig, js, type)));
  }
}
/** Adds computed attributes. */
export function defineAttributes<T>(
  type: PyType,
  table: {
    readonly [name: string]:
      | ((self: T) => PyValue)
      | [(self: T) => PyValue, (self: T, value: PyValue) => void];
  },
): void {
  for (const [name, entry] of Object.entries(table)) {
    const [get, set] = Array.isArray(entry) ? entry : [entry, null];
    type.dict.set(name, new PyGetSet(type, name, get as (self: never) => PyValue, set as never));
  }
}
/** A built-in function: `builtin("len(obj, /)", (obj) => …)`. */
export function builtin(declaration: string, js: Native): PyBuiltin {
  const [name, sig] = splitDeclaration(declaration);
  return new PyBuiltin(name, sig, js, null);
}
