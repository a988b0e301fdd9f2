// `list[int]`: types as annotations write them in brackets. Most attributes are those of the type before the brackets.
import { getAttribute, getAttributeOr, plainAttribute } from "../attribute.ts";
import { adopt } from "../classes.ts";
import { AttributeError, TypeError_, typeError } from "../exceptions.ts";
import { call, defineAttributes, defineMembers, defineMethods, special } from "../function.ts";
import { hash } from "../hash.ts";
import { unions } from "../instance-check.ts";
import { narrow } from "../integer.ts";
import { collect, iteratorType, PyIterator } from "../iterator.ts";
import {
  Ellipsis,
  type KwArgs,
  makeType,
  NotImplemented,
  PyObject,
  type PyType,
  type PyValue,
  typeOf,
} from "../object.ts";
import { same, typeItem } from "../operators.ts";
import { repr, str } from "../representation.ts";
import { list, PyList, PyTuple, tuple, tupleType } from "../sequence.ts";
import { rememberingClass } from "./base-alias.ts";
import { defineConstructor } from "./construct.ts";
import { argumentsOf, parametersOf, substitute } from "./substitution.ts";

/** `origin[args]`, or `*origin[args]`. */
export class PyGenericAlias extends PyObject {
  readonly origin: PyValue;
  readonly args: PyTuple;
  readonly starred: boolean;
  private mentioned: PyTuple | undefined;
  constructor(origin: PyValue, args: PyTuple, starred = false) {
    super();
    this.origin = origin;
    this.args = args;
    this.starred = starred;
  }
  /** The type parameters in the arguments: looked for once, since aliases nest. */
  get parameters(): PyTuple {
    this.mentioned ??= tuple(parametersOf(this.args.items));
    return this.mentioned;
  }
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    return rememberingClass(call(this.origin, args, kw), this, [AttributeError, TypeError_]);
  }
}
export const genericAliasType = makeType("types.GenericAlias", { of: PyGenericAlias });

defineConstructor(genericAliasType, "(origin, args, /)", (cls: PyType, origin: PyValue, args: PyValue) =>
  adopt(new PyGenericAlias(origin, args instanceof PyTuple ? args : tuple([args])), cls),
);

/** `__class_getitem__` of the containers. */
export function genericAlias(cls: PyValue, item: PyValue): PyValue {
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

/** Gives `*origin[args]`, once: what a star before an alias asks for. */
class AliasIterator extends PyIterator {
  private alias: PyGenericAlias | undefined;
  constructor(alias: PyGenericAlias) {
    super();
    this.alias = alias;
  }
  next(): PyValue | undefined {
    const { alias } = this;
    this.alias = undefined;
    return alias === undefined ? undefined : new PyGenericAlias(alias.origin, alias.args, true);
  }
}
iteratorType("generic_alias_iterator", AliasIterator);

const checked = (check: string) => (): never => {
  throw typeError(`${check}() argument 2 cannot be a parameterized generic`);
};
defineMethods(genericAliasType, {
  "__repr__()": (self: PyGenericAlias) => {
    const args = self.args.items.length === 0 ? "()" : self.args.items.map(showType).join(", ");
    return `${self.starred ? "*" : ""}${showType(self.origin)}[${args}]`;
  },
  "__eq__(value, /)": (self: PyGenericAlias, other: PyValue) =>
    other instanceof PyGenericAlias
      ? self.starred === other.starred && same(self.origin, other.origin) && same(self.args, other.args)
      : NotImplemented,
  "__hash__()": (self: PyGenericAlias) => narrow(BigInt(hash(self.origin)) ^ BigInt(hash(self.args))),
  "__mro_entries__(bases, /)": (self: PyGenericAlias) => tuple([self.origin]),
  "__or__(value, /)": (self: PyGenericAlias, other: PyValue) => unions.make(self, other),
  "__ror__(value, /)": (self: PyGenericAlias, other: PyValue) => unions.make(other, self),
  "__iter__()": (self: PyGenericAlias) => new AliasIterator(self),
  "__getitem__(key, /)": (self: PyGenericAlias, key: PyValue) => {
    const args = substitute(self, self.args.items, self.parameters.items, argumentsOf(key));
    return new PyGenericAlias(self.origin, tuple(args), self.starred);
  },
  "__instancecheck__(instance, /)": checked("isinstance"),
  "__subclasscheck__(cls, /)": checked("issubclass"),
  "__dir__()": (self: PyGenericAlias) =>
    list([...new Set([...collect(special(self.origin, "__dir__", []) as PyValue), ...SHOWN])]),
});
defineMembers<PyGenericAlias>(genericAliasType, {
  __origin__: (self) => self.origin,
  __args__: (self) => self.args,
  __unpacked__: (self) => self.starred,
});
defineAttributes<PyGenericAlias>(genericAliasType, {
  __parameters__: (self) => self.parameters,
  __typing_unpacked_tuple_args__: (self) => (self.starred && self.origin === tupleType ? self.args : null),
});

/** Attributes that an alias does not take from its origin. */
const SHOWN = [
  "__class__",
  "__bases__",
  "__origin__",
  "__args__",
  "__unpacked__",
  "__parameters__",
  "__typing_unpacked_tuple_args__",
  "__mro_entries__",
  "__copy__",
  "__deepcopy__",
];
const OWN = new Set([...SHOWN, "__reduce__", "__reduce_ex__"]);
genericAliasType.readHook = (object, name) =>
  OWN.has(name)
    ? plainAttribute(object, name, typeOf(object))
    : getAttribute((object as PyGenericAlias).origin, name);
