// Generic, which classes with type parameters derive from, and what such classes are in brackets: `C[int]`.
import { findAttribute, getAttributeOr, missing, setAttribute } from "../attribute.ts";
import { typeError } from "../exceptions.ts";
import { defineAttributes, defineClassMethods, defineMethods } from "../function.ts";
import { hashTuple } from "../hash.ts";
import {
  Ellipsis,
  type KwArgs,
  makeType,
  NotImplemented,
  noneType,
  objectType,
  PyObject,
  type PyType,
  type PyValue,
  typeName,
} from "../object.ts";
import { same } from "../operators.ts";
import { caught } from "../raising.ts";
import { repr } from "../representation.ts";
import { PyList, PyTuple, tuple } from "../sequence.ts";
import { showType } from "./generic-alias.ts";
import {
  NoDefault,
  PyTypeParameter,
  PyUnpack,
  parametersOf,
  paramSpecType,
  typeVarTupleType,
  typingUnion,
  unpacked,
} from "./type-parameters.ts";

/** `C[…]` of a class that derives from Generic (`typing._GenericAlias`). */
export class PyClassAlias extends PyObject {
  readonly origin: PyType;
  readonly args: PyTuple;
  constructor(origin: PyType, args: PyTuple) {
    super();
    this.origin = origin;
    this.args = args;
  }
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    const made = this.origin.call(args, kw);
    // Instances remember how their class was written, where they can.
    try {
      setAttribute(made, "__orig_class__", this);
    } catch (error) {
      caught(error);
    }
    return made;
  }
}
export const classAliasType = makeType("_GenericAlias", {
  of: PyClassAlias,
  module: "typing",
  subclassable: false,
});

/** `typing.Generic`. */
export const genericType = makeType("Generic", { module: "typing" });
/** Generic, and what takes type parameters in its place. */
export const genericForms: Set<PyType> = new Set([genericType]);
genericType.hasDict = true;
// It adds nothing to how its instances are stored.
genericType.layout = objectType;

defineMethods(classAliasType, {
  "__repr__()": (self: PyClassAlias) =>
    `${showType(self.origin)}[${self.args.items.length === 0 ? "()" : self.args.items.map(showArgument).join(", ")}]`,
  "__eq__(value, /)": (self: PyClassAlias, other: PyValue) =>
    other instanceof PyClassAlias
      ? self.origin === other.origin && same(self.args, other.args)
      : NotImplemented,
  "__hash__()": (self: PyClassAlias) => hashTuple([self.origin, self.args]),
  "__or__(right, /)": (self: PyClassAlias, other: PyValue) => typingUnion.make(self, other),
  "__ror__(left, /)": (self: PyClassAlias, other: PyValue) => typingUnion.make(other, self),
  "__getattr__(name, /)": (self: PyClassAlias, name: string) => {
    const value = /^__.*__$/.test(name) ? undefined : findAttribute(self.origin, name);
    if (value === undefined) throw missing(self, name);
    return value;
  },
  "__mro_entries__(bases, /)": (self: PyClassAlias, bases: PyTuple) => {
    // Another generic base after it brings Generic along.
    const later = bases.items.slice(bases.items.indexOf(self) + 1);
    if (self.origin === genericType && later.some((base) => base instanceof PyClassAlias)) return tuple([]);
    return tuple([self.origin]);
  },
  "__getitem__(key, /)": (self: PyClassAlias, key: PyValue) => {
    if (genericForms.has(self.origin)) {
      throw typeError(`Cannot subscript already-subscripted ${repr(self)}`);
    }
    const parameters = parametersOf(self.args.items);
    if (parameters.length === 0) throw typeError(`${repr(self)} is not a generic class`);
    const given = assignTo(repr(self), parameters, argumentsOf(key));
    return new PyClassAlias(
      self.origin,
      tuple(self.args.items.flatMap((arg) => put(arg, parameters, given))),
    );
  },
  "__instancecheck__(instance, /)": () => {
    throw typeError("Subscripted generics cannot be used with class and instance checks");
  },
  "__subclasscheck__(cls, /)": () => {
    throw typeError("Subscripted generics cannot be used with class and instance checks");
  },
});
defineAttributes<PyClassAlias>(classAliasType, {
  __origin__: (self) => self.origin,
  __args__: (self) => self.args,
  __parameters__: (self) => tuple(parametersOf(self.args.items)),
});

function showArgument(value: PyValue): string {
  if (value instanceof PyTuple) return `[${value.items.map(showType).join(", ")}]`;
  return showType(value);
}
function argumentsOf(key: PyValue): readonly PyValue[] {
  return key instanceof PyTuple ? key.items : [key];
}
const isKind = (value: PyValue, type: PyType): boolean =>
  value instanceof PyTypeParameter && value.cls === type;

/** Does it stand for the types of all arguments of a call? */
const isListOfTypes = (value: PyValue): boolean =>
  value === Ellipsis ||
  value instanceof PyList ||
  value instanceof PyTuple ||
  isKind(value, paramSpecType) ||
  typeName(value) === "_ConcatenateGenericAlias";

/** The arguments for each parameter: one, or any number for a type variable tuple. */
function assignTo(
  what: string,
  parameters: readonly PyValue[],
  args: readonly PyValue[],
): readonly (readonly PyValue[])[] {
  const star = parameters.findIndex((parameter) => isKind(parameter, typeVarTupleType));
  const fallbacks = parameters.map((parameter) => (parameter as PyTypeParameter).fallback.get());
  const most = star < 0 ? parameters.length : Number.POSITIVE_INFINITY;
  const needed = star < 0 ? parameters.length : parameters.length - 1;
  const specification = parameters.findIndex((parameter) => isKind(parameter, paramSpecType));
  const isGiven = specification < args.length || (fallbacks[specification] ?? NoDefault) !== NoDefault;
  if (specification >= 0 && star < 0 && !isGiven) throw typeError(`Too few arguments for ${what}`);
  // `C[int]` and `C[int, str]` for one parameter specification mean `C[[int]]` and `C[[int, str]]`.
  if (parameters.length === 1 && specification === 0 && args.length > 0 && !isListOfTypes(args[0] as PyValue))
    return [[tuple([...args])]];
  const defaulted = fallbacks.slice(args.length).filter((fallback) => fallback !== NoDefault).length;
  if (args.length > most || args.length < needed - defaulted) {
    const word = args.length > most ? "many" : "few";
    const least = args.length > most ? "" : "at least ";
    throw typeError(
      `Too ${word} arguments for ${what}; actual ${args.length}, expected ${least}${args.length > most ? needed : needed - defaulted}`,
    );
  }
  const extra = star < 0 ? 0 : Math.max(0, args.length - needed);
  let at = 0;
  return parameters.map((parameter, i) => {
    if (i === star) {
      at += extra;
      return args.slice(at - extra, at);
    }
    const arg = at < args.length ? (args[at++] as PyValue) : (fallbacks[i] as PyValue);
    const items = arg instanceof PyList || arg instanceof PyTuple ? arg.items : undefined;
    return [isKind(parameter, paramSpecType) && items !== undefined ? tuple([...items]) : arg];
  });
}

/** An argument with parameters in it replaced. */
function put(
  arg: PyValue,
  parameters: readonly PyValue[],
  given: readonly (readonly PyValue[])[],
): readonly PyValue[] {
  const found = parameters.indexOf(arg instanceof PyUnpack ? arg.item : arg);
  if (found >= 0) return given[found] as readonly PyValue[];
  if (arg instanceof PyClassAlias) {
    return [
      new PyClassAlias(arg.origin, tuple(arg.args.items.flatMap((each) => put(each, parameters, given)))),
    ];
  }
  return [arg];
}

/** What generated code adds to the bases of a class with type parameters. */
export function genericBase(types: PyTuple): PyClassAlias {
  return new PyClassAlias(genericType, tuple(unpacked(types.items)));
}

defineClassMethods(genericType, {
  "__class_getitem__(params, /)": (cls: PyType, key: PyValue) => {
    const args = argumentsOf(key);
    if (genericForms.has(cls)) {
      const { name } = cls;
      if (args.length === 0) throw typeError(`Parameter list to ${name}[...] cannot be empty`);
      if (!args.every((arg) => arg instanceof PyTypeParameter || arg instanceof PyUnpack)) {
        throw typeError(
          `Parameters to ${name}[...] must all be type variables or parameter specification variables.`,
        );
      }
      if (new Set(args).size !== args.length) {
        throw typeError(`Parameters to ${name}[...] must all be unique`);
      }
      return new PyClassAlias(cls, tuple([...args]));
    }
    const parameters = getAttributeOr(cls, "__parameters__", null);
    if (!(parameters instanceof PyTuple) || parameters.items.length === 0) {
      throw typeError(`${repr(cls)} is not a generic class`);
    }
    const types = args.map((arg) => (arg === null ? noneType : arg));
    return new PyClassAlias(cls, tuple(assignTo(repr(cls), parameters.items, types).flat()));
  },
  "__init_subclass__(*args, **kwargs)": (cls: PyType) => {
    const written = cls.dict.get("__orig_bases__");
    if (written === undefined) {
      if (cls.bases.includes(genericType)) throw typeError("Cannot inherit from plain Generic");
      cls.dict.set("__parameters__", tuple([]));
      return null;
    }
    const bases = (written as PyTuple).items;
    if (bases.includes(genericType)) throw typeError("Cannot inherit from plain Generic");
    const mentioned = parametersOf(bases);
    const own = bases.filter((base) => base instanceof PyClassAlias && genericForms.has(base.origin));
    if (own.length > 1) throw typeError("Cannot inherit from Generic[...] multiple times.");
    const declared = own.length === 0 ? mentioned : parametersOf((own[0] as PyClassAlias).args.items);
    const loose = mentioned.filter((parameter) => !declared.includes(parameter));
    if (loose.length > 0) {
      const names = (parameters: readonly PyValue[]): string => parameters.map(repr).join(", ");
      throw typeError(`Some type variables (${names(loose)}) are not listed in Generic[${names(declared)}]`);
    }
    cls.dict.set("__parameters__", tuple(declared));
    return null;
  },
});
