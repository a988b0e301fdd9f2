// `list[int]`, `int | str`: types as annotations write them.

import { getAttribute, getAttributeOr } from "../attribute.ts";
import { adopt } from "../classes.ts";
import { typeError } from "../exceptions.ts";
import { defineAttributes, defineMethods } from "../function.ts";
import { hashSet, hashTuple } from "../hash.ts";
import { isInstanceOf, isSubclassOf, unions } from "../instance-check.ts";
import { iterObject } from "../iterator.ts";
import { Ellipsis, makeType, NotImplemented, noneType, PyObject, PyType, type PyValue } from "../object.ts";
import { same, typeItem } from "../operators.ts";
import { repr, str } from "../representation.ts";
import { PyList, PyTuple, tuple, tupleType } from "../sequence.ts";
import { charge } from "../state.ts";
import { defineConstructor } from "./construct.ts";

/** `origin[args]`, or `*origin[args]` as it stands in other brackets. */
export class PyGenericAlias extends PyObject {
  readonly origin: PyObject;
  readonly args: PyTuple;
  readonly isStarred: boolean;
  constructor(origin: PyObject, args: PyTuple, isStarred = false) {
    super();
    this.origin = origin;
    this.args = args;
    this.isStarred = isStarred;
  }
  override call(args: PyValue[], kw: Map<string, PyValue> | null): PyValue {
    return this.origin.call(args, kw);
  }
}
export const genericAliasType = makeType("types.GenericAlias", { of: PyGenericAlias });

defineConstructor(genericAliasType, "(origin, args, /)", (cls: PyType, origin: PyValue, args: PyValue) => {
  if (!(origin instanceof PyType)) {
    throw typeError("a GenericAlias of what is no class is not available in an expression");
  }
  return adopt(new PyGenericAlias(origin, args instanceof PyTuple ? args : tuple([args])), cls);
});

/** `__class_getitem__` of the containers. */
export function genericAlias(cls: PyObject, item: PyValue): PyValue {
  return new PyGenericAlias(cls, item instanceof PyTuple ? item : tuple([item]));
}
typeItem.make = genericAlias;
/** A type as annotations show it. */
export function showType(value: PyValue): string {
  if (value === null) return "None";
  if (value === Ellipsis) return "...";
  if (value instanceof PyList) return `[${value.items.map(showType).join(", ")}]`;
  const read = (name: string): PyValue | undefined => getAttributeOr(value, name, undefined);
  if (read("__origin__") !== undefined && read("__args__") !== undefined) return repr(value);
  // What has these two names is taken for a class.
  const qualname = read("__qualname__");
  const module = qualname === undefined ? null : (read("__module__") ?? null);
  if (qualname === undefined || module === null) return repr(value);
  return module === "builtins" ? str(qualname) : `${str(module)}.${str(qualname)}`;
}
defineMethods(genericAliasType, {
  "__repr__()": (self: PyGenericAlias) =>
    `${self.isStarred ? "*" : ""}${showType(self.origin)}[${self.args.items.length === 0 ? "()" : self.args.items.map(showType).join(", ")}]`,
  "__eq__(value, /)": (self: PyGenericAlias, other: PyValue) =>
    other instanceof PyGenericAlias
      ? self.isStarred === other.isStarred && self.origin === other.origin && same(self.args, other.args)
      : NotImplemented,
  // `*tuple[int]`, once.
  "__iter__()": (self: PyGenericAlias) =>
    iterObject(tuple([adopt(new PyGenericAlias(self.origin, self.args, true), self.cls)])),
  // All that it has not itself is the class's.
  "__getattr__(name, /)": (self: PyGenericAlias, name: string) => getAttribute(self.origin, name),
  "__hash__()": (self: PyGenericAlias) => hashTuple([self.origin, self.args]),
  "__mro_entries__(bases, /)": (self: PyGenericAlias) => tuple([self.origin]),
  "__or__(value, /)": (self: PyGenericAlias, other: PyValue) => unions.make(self, other),
  "__ror__(value, /)": (self: PyGenericAlias, other: PyValue) => unions.make(other, self),
  "__instancecheck__(instance, /)": () => {
    throw typeError("isinstance() argument 2 cannot be a parameterized generic");
  },
  "__subclasscheck__(cls, /)": () => {
    throw typeError("issubclass() argument 2 cannot be a parameterized generic");
  },
});
defineAttributes<PyGenericAlias>(genericAliasType, {
  __origin__: (self) => self.origin,
  __args__: (self) => self.args,
  __unpacked__: (self) => self.isStarred,
  __typing_unpacked_tuple_args__: (self) => (self.isStarred && self.origin === tupleType ? self.args : null),
});

/** `int | str`. */
export class PyUnion extends PyObject {
  readonly args: readonly PyValue[];
  constructor(args: readonly PyValue[]) {
    super();
    this.args = args;
  }
}
export const unionType = makeType("types.UnionType", { of: PyUnion, subclassable: false });
/** Types whose instances may stand in a union, besides classes and what is written with brackets. */
export const unionable: Set<PyType> = new Set([genericAliasType]);

/** Parts with brackets are compared by what is in them, all others are the same object or not. */
const isSamePart = (a: PyValue, b: PyValue): boolean =>
  a instanceof PyGenericAlias && b instanceof PyGenericAlias ? same(a, b) : a === b;

unions.make = (a, b) => {
  const parts: PyValue[] = [];
  for (const side of [a, b]) {
    for (const part of side instanceof PyUnion ? side.args : [side ?? noneType]) {
      charge(1 + (parts.length >> 6));
      if (!(part instanceof PyType || (part instanceof PyObject && unionable.has(part.cls)))) {
        return NotImplemented;
      }
      if (!parts.some((other) => isSamePart(other, part))) parts.push(part);
    }
  }
  return parts.length === 1 ? (parts[0] as PyValue) : new PyUnion(parts);
};
unions.parts = (value) => (value instanceof PyUnion ? value.args : undefined);
defineMethods(unionType, {
  "__repr__()": (self: PyUnion) =>
    self.args.map((part) => (part === noneType ? "None" : showType(part))).join(" | "),
  "__or__(value, /)": (self: PyUnion, other: PyValue) => unions.make(self, other),
  "__ror__(value, /)": (self: PyUnion, other: PyValue) => unions.make(other, self),
  "__eq__(value, /)": (self: PyUnion, other: PyValue) =>
    other instanceof PyUnion
      ? self.args.length === other.args.length &&
        self.args.every((arg) => other.args.some((part) => same(arg, part)))
      : NotImplemented,
  "__hash__()": (self: PyUnion) => hashSet(self.args),
  "__instancecheck__(instance, /)": (self: PyUnion, value: PyValue) => isInstanceOf(value, self),
  "__subclasscheck__(cls, /)": (self: PyUnion, cls: PyValue) => isSubclassOf(cls, self),
});
defineAttributes<PyUnion>(unionType, { __args__: (self) => tuple(self.args) });
