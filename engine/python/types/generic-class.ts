// Generic, which classes with type parameters derive from, and what such classes are in brackets: `C[int]`.
import { getAttributeOr } from "../attribute.ts";
import { typeError } from "../exceptions.ts";
import { defineAttributes, defineClassMethods, defineMethods } from "../function.ts";
import { hashTuple } from "../hash.ts";
import { iterObject } from "../iterator.ts";
import {
  type KwArgs,
  makeType,
  NotImplemented,
  objectType,
  type PyType,
  type PyValue,
  typeName,
} from "../object.ts";
import { same } from "../operators.ts";
import { repr } from "../representation.ts";
import { PyTuple, tuple } from "../sequence.ts";
import { showType } from "./generic-alias.ts";
import "./parameter-arguments.ts";
import { defineAlias, PyArgumentsAlias, PyBaseAlias, rememberingClass, typing } from "./base-alias.ts";
import {
  argumentsOf,
  checkCount,
  isUnpackedTuple,
  parametersOf,
  prepared,
  substitute,
} from "./substitution.ts";
import { PyTypeParameter, PyUnpack, typeVarTupleType, unpacked } from "./type-parameters.ts";
import { typeSet } from "./union.ts";

/** `C[…]` of a class that derives from Generic (`typing._GenericAlias`). */
export class PyClassAlias extends PyArgumentsAlias {
  readonly origin: PyType;
  readonly args: PyTuple;
  readonly name = null;
  constructor(origin: PyType, args: PyTuple) {
    super();
    this.origin = origin;
    this.args = args;
  }
  get arguments(): readonly PyValue[] {
    return this.args.items;
  }
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    return rememberingClass(this.origin.call(args, kw), this);
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
  "__mro_entries__(bases, /)": (self: PyClassAlias, bases: PyTuple) => {
    // Another generic base after it brings Generic along, and so does Protocol.
    const later = bases.items.slice(bases.items.indexOf(self) + 1);
    const isBrought =
      later.some((base) => base instanceof PyBaseAlias && base !== self) ||
      bases.items.some((base) => base !== genericType && genericForms.has(base as PyType));
    if (self.origin === genericType && isBrought) return tuple([]);
    return tuple([self.origin]);
  },
  "__getitem__(key, /)": (self: PyClassAlias, key: PyValue) => {
    if (genericForms.has(self.origin)) {
      throw typeError(`Cannot subscript already-subscripted ${repr(self)}`);
    }
    const given = argumentsOf(key).map(typing.converted);
    const args = substitute(self, self.arguments, self.parameters.items, given);
    return new PyClassAlias(self.origin, tuple(args));
  },
  "__iter__()": (self: PyClassAlias) => iterObject(tuple([new PyUnpack(self)])),
});
defineAttributes<PyClassAlias>(classAliasType, {
  __args__: (self) => self.args,
  __parameters__: (self) => self.parameters,
});
defineAlias(classAliasType);

function showArgument(value: PyValue): string {
  if (value instanceof PyTuple) return `[${value.items.map(showType).join(", ")}]`;
  return showType(value);
}
/** A parameter with a default may be left out, so what follows one needs a default too. */
function checkOrder(parameters: readonly PyValue[]): void {
  let defaulted = false;
  let many = false;
  for (const parameter of parameters) {
    if (!(parameter instanceof PyTypeParameter)) {
      many ||= isUnpackedTuple(parameter);
      continue;
    }
    const { hasDefault } = parameter;
    if (many && hasDefault) throw typeError("Type parameter with a default follows TypeVarTuple");
    if (defaulted && !hasDefault) {
      throw typeError(
        `Type parameter ${repr(parameter)} without a default follows type parameter with a default`,
      );
    }
    defaulted ||= hasDefault;
  }
}
/** The arguments of a class with these parameters: flat, with defaults for those that are left out. */
function assigned(cls: PyType, parameters: readonly PyValue[], given: readonly PyValue[]): PyValue[] {
  const args = prepared(cls, parameters, given);
  if (parameters.length === 0) throw typeError(`${repr(cls)} is not a generic class`);
  checkCount(repr(cls), args.length, parameters.length);
  return args.flatMap((arg, i) => {
    const parameter = parameters[i] as PyTypeParameter;
    return parameter.cls === typeVarTupleType && arg instanceof PyTuple ? arg.items : [arg];
  });
}

/** What generated code adds to the bases of a class with type parameters. */
export function genericBase(types: PyTuple): PyClassAlias {
  return new PyClassAlias(genericType, tuple(unpacked(types.items)));
}

defineClassMethods(genericType, {
  "__class_getitem__(params, /)": (cls: PyType, key: PyValue) => {
    const args = argumentsOf(key).map(typing.converted);
    if (genericForms.has(cls)) {
      const { name } = cls;
      if (args.length === 0) throw typeError(`Parameter list to ${name}[...] cannot be empty`);
      const isParameter = (arg: PyValue): boolean =>
        isUnpackedTuple(arg) || (arg instanceof PyTypeParameter && arg.cls !== typeVarTupleType);
      if (!args.every(isParameter)) {
        throw typeError(
          `Parameters to ${name}[...] must all be type variables or parameter specification variables.`,
        );
      }
      if (typeSet(args).size !== args.length) {
        throw typeError(`Parameters to ${name}[...] must all be unique`);
      }
      checkOrder(args);
      return new PyClassAlias(cls, tuple(args));
    }
    const parameters = getAttributeOr(cls, "__parameters__", null);
    return new PyClassAlias(
      cls,
      tuple(assigned(cls, parameters instanceof PyTuple ? parameters.items : [], args)),
    );
  },
  "__init_subclass__(*args, **kwargs)": (cls: PyType) => {
    const written = cls.dict.get("__orig_bases__");
    if (written === undefined) {
      // A typed dict has Generic among its bases whenever one of those that were written had it.
      if (cls.bases.includes(genericType) && typeName(cls) !== "_TypedDictMeta") {
        throw typeError("Cannot inherit from plain Generic");
      }
      cls.dict.set("__parameters__", tuple([]));
      return null;
    }
    const bases = (written as PyTuple).items;
    if (bases.includes(genericType)) throw typeError("Cannot inherit from plain Generic");
    const mentioned = parametersOf(bases);
    const own = bases.filter((base) => base instanceof PyClassAlias && base.origin === genericType);
    if (own.length > 1) throw typeError("Cannot inherit from Generic[...] multiple times.");
    const declared = own.length === 0 ? mentioned : (own[0] as PyClassAlias).parameters.items;
    const loose = mentioned.filter((parameter) => !declared.includes(parameter));
    if (loose.length > 0) {
      const names = (parameters: readonly PyValue[]): string => parameters.map(repr).join(", ");
      throw typeError(`Some type variables (${names(loose)}) are not listed in Generic[${names(declared)}]`);
    }
    cls.dict.set("__parameters__", tuple([...declared]));
    return null;
  },
});
