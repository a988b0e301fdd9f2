// What the aliases of `typing` have in common (`List`, `List[int]`, `C[int]`, `Unpack[Ts]`), and what the types here need of that module.
import { findAttribute, getAttribute, plainSetAttribute, setAttribute } from "../attribute.ts";
import { AttributeError, Exception, pyError, typeError } from "../exceptions.ts";
import { call1, defineAttributes, defineMethods, special } from "../function.ts";
import { collect } from "../iterator.ts";
import { NotImplemented, objectType, PyObject, type PyType, type PyValue } from "../object.ts";
import { isRaised } from "../raising.ts";
import { list, type PyTuple, tuple } from "../sequence.ts";
import { parametersOf } from "./substitution.ts";

/** What the module typing makes of types; filled in there. */
export const typing: {
  /** `T | int`, where something of typing takes part. */
  union: (a: PyValue, b: PyValue) => PyValue;
  /** An argument that must be a type. */
  typeArgument: (value: PyValue, message: string) => PyValue;
  /** None and texts as the types that they stand for. */
  converted: (value: PyValue) => PyValue;
  /** `typing.Unpack`. */
  unpackForm: PyValue;
} = {
  union: () => NotImplemented,
  typeArgument: (value) => value,
  converted: (value) => value,
  unpackForm: null,
};

/** A type of typing that stands for another one, with arguments or without. */
export abstract class PyBaseAlias extends PyObject {
  abstract readonly origin: PyValue;
  /** As typing calls it; null where the origin's own name is shown. */
  abstract readonly name: string | null;
}
/** One with arguments. */
export abstract class PyArgumentsAlias extends PyBaseAlias {
  private mentioned: PyTuple | undefined;
  /** What type parameters may be in. */
  abstract get arguments(): readonly PyValue[];
  /** The type parameters in the arguments: looked for once, since aliases nest. */
  get parameters(): PyTuple {
    this.mentioned ??= tuple(parametersOf(this.arguments));
    return this.mentioned;
  }
}

/**
 * An instance that remembers how its class was written, if it can.
 *
 * @param ignored what its class may raise at that
 */
export function rememberingClass(
  made: PyValue,
  alias: PyValue,
  ignored: readonly PyType[] = [Exception],
): PyValue {
  try {
    setAttribute(made, "__orig_class__", alias);
  } catch (error) {
    if (!ignored.some((type) => isRaised(error, type))) throw error;
  }
  return made;
}

const isDunder = (name: string): boolean => name.startsWith("__") && name.endsWith("__");

const unchecked = (): never => {
  throw typeError("Subscripted generics cannot be used with class and instance checks");
};
/** What all aliases do: attributes are asked of the origin, and set there, and nothing is an instance. */
export function defineAlias(type: PyType): void {
  defineMethods(type, {
    "__getattr__(attr, /)": (self: PyBaseAlias, name: string) => {
      // What copies and pickles asks for dunder names, which must be the alias's own.
      if (isDunder(name)) throw pyError(AttributeError, name);
      return getAttribute(self.origin, name);
    },
    "__setattr__(attr, val, /)": (self: PyBaseAlias, name: string, value: PyValue) => {
      if (isDunder(name)) plainSetAttribute(self, name, value);
      else setAttribute(self.origin, name, value);
      return null;
    },
    "__dir__()": (self: PyBaseAlias) => {
      const own = collect(call1(objectType.lookup("__dir__") as PyValue, self));
      const origin = collect(special(self.origin, "__dir__", []) as PyValue);
      return list([...new Set([...own, ...origin.filter((name) => !isDunder(name as string))])]);
    },
    "__instancecheck__(obj, /)": unchecked,
    "__subclasscheck__(cls, /)": unchecked,
    "__or__(right, /)": (self: PyBaseAlias, other: PyValue) => typing.union(self, other),
    "__ror__(left, /)": (self: PyBaseAlias, other: PyValue) => typing.union(other, self),
  });
  const nameOf = (self: PyBaseAlias): PyValue => self.name ?? getAttribute(self.origin, "__name__");
  defineAttributes<PyBaseAlias>(type, {
    __origin__: (self) => self.origin,
    __name__: nameOf,
    __qualname__: nameOf,
    __module__: (self) =>
      self.name === null ? (findAttribute(self.origin, "__module__") ?? null) : "typing",
    _name: (self) => self.name,
  });
}
