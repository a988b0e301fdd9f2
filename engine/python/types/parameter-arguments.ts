// Which arguments each kind of type parameter takes, and what it makes of them: `__typing_prepare_subst__`, `__typing_subst__`.
import { getAttribute } from "../attribute.ts";
import { type PyException, typeError, valueError } from "../exceptions.ts";
import { defineMethods } from "../function.ts";
import { Ellipsis, type PyType, type PyValue, typeName } from "../object.ts";
import { str } from "../representation.ts";
import { PyList, PyTuple, tuple } from "../sequence.ts";
import { typing } from "./base-alias.ts";
import { PyGenericAlias } from "./generic-alias.ts";
import { argumentsOf, flattened, unpackedTypes } from "./substitution.ts";
import {
  PyTypeParameter,
  PyUnpack,
  paramSpecType,
  typeVarTupleType,
  typeVarType,
} from "./type-parameters.ts";

const isKind = (value: PyValue, type: PyType): boolean =>
  value instanceof PyTypeParameter && value.cls === type;

/** Does it stand for the types of all arguments of a call? */
export function isListOfTypes(value: PyValue): boolean {
  return (
    value === Ellipsis ||
    value instanceof PyList ||
    value instanceof PyTuple ||
    isKind(value, paramSpecType) ||
    typeName(value) === "_ConcatenateGenericAlias"
  );
}
/** Are these the arguments of a `Callable` of which one stands for the types of all arguments of a call? */
export function takesWhole(args: readonly PyValue[]): boolean {
  return args.length === 2 && isListOfTypes(args[0] as PyValue);
}
/** The parameters of `alias`, and where this one is among them. */
function placeOf(parameter: PyTypeParameter, alias: PyValue): [readonly PyValue[], number] {
  const parameters = argumentsOf(getAttribute(alias, "__parameters__"));
  const at = parameters.indexOf(parameter);
  if (at < 0) {
    throw valueError(
      parameter.cls === typeVarType
        ? "sequence.index(x): x not in sequence"
        : "tuple.index(x): x not in tuple",
    );
  }
  return [parameters, at];
}
function tooFew(alias: PyValue, given: number, least: number): PyException {
  return typeError(`Too few arguments for ${str(alias)}; actual ${given}, expected at least ${least}`);
}

defineMethods(typeVarType, {
  "__typing_subst__(arg, /)": (_self: PyTypeParameter, arg: PyValue) => {
    const type = typing.typeArgument(arg, "Parameters to generic types must be types.");
    if (type instanceof PyUnpack || (type instanceof PyGenericAlias && type.starred)) {
      throw typeError(`${str(type)} is not valid as type argument`);
    }
    return type;
  },
  "__typing_prepare_subst__(alias, args, /)": (self: PyTypeParameter, alias: PyValue, given: PyValue) => {
    const args = argumentsOf(given);
    const [, at] = placeOf(self, alias);
    if (at < args.length) return given;
    if (at > args.length || !self.hasDefault) throw tooFew(alias, args.length, at + 1);
    return tuple([...args, self.fallback.get()]);
  },
});

defineMethods(paramSpecType, {
  "__typing_subst__(arg, /)": (_self: PyTypeParameter, arg: PyValue) => {
    if (arg instanceof PyList || arg instanceof PyTuple) {
      return tuple(arg.items.map((each) => typing.typeArgument(each, "Expected a type.")));
    }
    if (isListOfTypes(arg)) return arg;
    throw typeError(`Expected a list of types, an ellipsis, ParamSpec, or Concatenate. Got ${str(arg)}`);
  },
  "__typing_prepare_subst__(alias, args, /)": (self: PyTypeParameter, alias: PyValue, given: PyValue) => {
    const [parameters, at] = placeOf(self, alias);
    const args = [...argumentsOf(given)];
    if (at === args.length && self.hasDefault) args.push(self.fallback.get());
    const own = args[at];
    if (own === undefined) throw typeError(`Too few arguments for ${str(alias)}`);
    // `C[int]` and `C[int, str]` for one parameter specification mean `C[[int]]` and `C[[int, str]]`.
    if (parameters.length === 1 && !isListOfTypes(own)) return tuple([tuple(args)]);
    if (own instanceof PyList) args[at] = tuple([...own.items]);
    return tuple(args);
  },
});

defineMethods(typeVarTupleType, {
  "__typing_subst__(arg, /)": () => {
    throw typeError("Substitution of bare TypeVarTuple is not supported");
  },
  "__typing_prepare_subst__(alias, args, /)": (self: PyTypeParameter, alias: PyValue, given: PyValue) => {
    const [parameters, at] = placeOf(self, alias);
    const args = argumentsOf(given);
    const after = parameters.length - at - 1;
    if (parameters.some((parameter, i) => i > at && isKind(parameter, typeVarTupleType))) {
      throw typeError(`More than one TypeVarTuple parameter in ${str(alias)}`);
    }
    // `*tuple[int, ...]` stands for any number of types, so it gives to its neighbours what they lack.
    const endless = args.flatMap((arg, i) => {
      const types = unpackedTypes(arg);
      return types?.length === 2 && types[1] === Ellipsis ? [{ i, type: types[0] as PyValue }] : [];
    });
    if (endless.length > 1) throw typeError("More than one unpacked arbitrary-length tuple argument");
    const [filler] = endless;
    const left = Math.min(at, filler?.i ?? at);
    const right = Math.min(after, filler === undefined ? after : args.length - filler.i - 1);
    if (left + right > args.length) throw tooFew(alias, args.length, parameters.length - 1);
    const fill = (count: number): PyValue[] => new Array<PyValue>(count).fill(filler?.type ?? null);
    const own = args.slice(left, args.length - right);
    return tuple([
      ...args.slice(0, left),
      ...fill(at - left),
      tuple(own.length === 0 && self.hasDefault ? flattened([self.fallback.get()]) : own),
      ...fill(after - right),
      ...args.slice(args.length - right),
    ]);
  },
});
