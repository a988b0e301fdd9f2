// `int | str`: unions of types, of which the order does not count.
import { plainAttribute } from "../attribute.ts";
import { PyFrozenSet } from "../dict.ts";
import { defineAttributes, defineMethods } from "../function.ts";
import { hash } from "../hash.ts";
import { unions } from "../instance-check.ts";
import { makeType, NotImplemented, noneType, PyObject, PyType, type PyValue } from "../object.ts";
import { bitOr, same } from "../operators.ts";
import { type PyTuple, tuple } from "../sequence.ts";
import { charge } from "../state.ts";
import { PyGenericAlias, showType } from "./generic-alias.ts";
import { argumentsOf, parametersOf, substitute } from "./substitution.ts";

/** `int | str`. */
export class PyUnion extends PyObject {
  readonly args: readonly PyValue[];
  private mentioned: PyTuple | undefined;
  constructor(args: readonly PyValue[]) {
    super();
    this.args = args;
  }
  /** The type parameters in it. */
  get parameters(): PyTuple {
    this.mentioned ??= tuple(parametersOf(this.args));
    return this.mentioned;
  }
}
export const unionType = makeType("types.UnionType", { of: PyUnion, subclassable: false });
/** Types whose instances may stand in a union, besides classes and what is written with brackets. */
export const unionable: Set<PyType> = new Set();

function mayStandInUnion(value: PyValue): boolean {
  return (
    value instanceof PyType ||
    value instanceof PyGenericAlias ||
    (value instanceof PyObject && unionable.has(value.cls))
  );
}
/** Only what is written with brackets is made anew each time, and compared. */
const isRepeated = (a: PyValue, b: PyValue): boolean =>
  a === b || (a instanceof PyGenericAlias && b instanceof PyGenericAlias && same(a, b));

unions.make = (a, b) => {
  const parts: PyValue[] = [];
  for (const side of [a, b]) {
    for (const part of side instanceof PyUnion ? side.args : [side ?? noneType]) {
      charge(1 + (parts.length >> 6));
      if (!mayStandInUnion(part)) return NotImplemented;
      if (!parts.some((known) => isRepeated(known, part))) parts.push(part);
    }
  }
  return parts.length === 1 ? (parts[0] as PyValue) : new PyUnion(parts);
};
unions.parts = (value) => (value instanceof PyUnion ? value.args : undefined);

/** Types without their order. */
export function typeSet(types: readonly PyValue[]): PyFrozenSet {
  const set = new PyFrozenSet();
  for (const type of types) set.add(type);
  return set;
}

defineMethods(unionType, {
  "__repr__()": (self: PyUnion) =>
    self.args.map((part) => (part === noneType ? "None" : showType(part))).join(" | "),
  "__or__(value, /)": (self: PyUnion, other: PyValue) => unions.make(self, other),
  "__ror__(value, /)": (self: PyUnion, other: PyValue) => unions.make(other, self),
  "__eq__(value, /)": (self: PyUnion, other: PyValue) =>
    other instanceof PyUnion ? same(typeSet(self.args), typeSet(other.args)) : NotImplemented,
  "__hash__()": (self: PyUnion) => hash(typeSet(self.args)),
  "__getitem__(key, /)": (self: PyUnion, key: PyValue) =>
    substitute(self, self.args, self.parameters.items, argumentsOf(key)).reduce(bitOr),
});
defineAttributes<PyUnion>(unionType, {
  __args__: (self) => tuple([...self.args]),
  __parameters__: (self) => self.parameters,
});
// Shown by instances though the type keeps it for itself.
unionType.readHook = (object, name) =>
  name === "__module__" ? "types" : plainAttribute(object, name, unionType);
