// Type parameters and what is made of them: TypeVar, ParamSpec, TypeVarTuple, `type` aliases (PEP 695, 696).
// They belong to the module typing, which hands them out.

import { getAttribute } from "../attribute.ts";
import type { PyDict } from "../dict.ts";
import { typeError, valueError } from "../exceptions.ts";
import {
  defineAttributes,
  defineMembers,
  defineMethods,
  defineStatic,
  type PyFunction,
} from "../function.ts";
import { hashTuple } from "../hash.ts";
import { unions } from "../instance-check.ts";
import { iterObject } from "../iterator.ts";
import {
  asStr,
  makeType,
  NotImplemented,
  PyObject,
  PySingleton,
  type PyType,
  type PyValue,
  typeName,
} from "../object.ts";
import { same, truth } from "../operators.ts";
import { repr } from "../representation.ts";
import { PyTuple, tuple, tupleType } from "../sequence.ts";
import { defineAlias, PyArgumentsAlias, typing } from "./base-alias.ts";
import { defineConstructor } from "./construct.ts";
import { genericAlias, PyGenericAlias, showType } from "./generic-alias.ts";
import { argumentsOf, substitute } from "./substitution.ts";
import { unionable } from "./union.ts";

const MODULE = "typing";

/** `typing.NoDefault`. */
export const NoDefault = new PySingleton(
  "typing.NoDefault",
  makeType("NoDefaultType", { subclassable: false }),
);
defineStatic(NoDefault.cls, {
  "__new__(cls, *args, **kwargs)": (cls: PyType, args: PyTuple, kw: PyDict) => {
    if (args.items.length > 0 || kw.size > 0) throw typeError(`${cls.name} takes no arguments`);
    return NoDefault;
  },
});
defineMethods(NoDefault.cls, { "__repr__()": (self: PySingleton) => self.text });

/** A value that is worked out when it is first asked for. */
export class Lazy {
  private evaluate: (() => PyValue) | null;
  private value: PyValue = null;
  constructor(evaluate: (() => PyValue) | null, value: PyValue) {
    this.evaluate = evaluate;
    this.value = value;
  }
  /** Has nobody asked yet? */
  get isPending(): boolean {
    return this.evaluate !== null;
  }
  get(): PyValue {
    const { evaluate } = this;
    if (evaluate !== null) {
      this.value = evaluate();
      this.evaluate = null;
    }
    return this.value;
  }
}

type Kind = "TypeVar" | "ParamSpec" | "TypeVarTuple";

/** A type variable, a parameter specification or a type variable tuple. */
export class PyTypeParameter extends PyObject {
  readonly name: string;
  bound: Lazy = new Lazy(null, null);
  constraints: Lazy = new Lazy(null, tuple([]));
  fallback: Lazy = new Lazy(null, NoDefault);
  covariant = false;
  contravariant = false;
  /** Made by the syntax: its variance is inferred. */
  inferred = false;
  module: PyValue = null;
  constructor(cls: PyType, name: string) {
    super();
    this.cls = cls;
    this.name = name;
  }
  get hasDefault(): boolean {
    return this.fallback.isPending || this.fallback.get() !== NoDefault;
  }
}
const makeKind = (name: Kind): PyType => makeType(`${MODULE}.${name}`, { subclassable: false });
export const typeVarType = makeKind("TypeVar");
export const paramSpecType = makeKind("ParamSpec");
export const typeVarTupleType = makeKind("TypeVarTuple");
const KINDS: Record<Kind, PyType> = {
  TypeVar: typeVarType,
  ParamSpec: paramSpecType,
  TypeVarTuple: typeVarTupleType,
};

for (const type of [typeVarType, paramSpecType, typeVarTupleType]) {
  type.hasDict = true;
  defineMethods(type, {
    "__repr__()": (self: PyTypeParameter) => {
      if (self.inferred || type === typeVarTupleType) return self.name;
      return `${self.covariant ? "+" : self.contravariant ? "-" : "~"}${self.name}`;
    },
    "has_default()": (self: PyTypeParameter) => self.hasDefault,
    "__mro_entries__(bases, /)": () => {
      throw typeError(`Cannot subclass an instance of ${type.qualname}`);
    },
  });
  defineMembers<PyTypeParameter>(type, { __name__: (self) => self.name });
  defineAttributes<PyTypeParameter>(type, {
    __default__: (self) => self.fallback.get(),
    __module__: [(self) => self.module, (self, value) => void (self.module = value)],
  });
}
for (const type of [typeVarType, paramSpecType]) {
  defineMethods(type, {
    "__or__(value, /)": (self: PyTypeParameter, other: PyValue) => typing.union(self, other),
    "__ror__(value, /)": (self: PyTypeParameter, other: PyValue) => typing.union(other, self),
  });
  defineAttributes<PyTypeParameter>(type, {
    __bound__: (self) => self.bound.get(),
    __covariant__: (self) => self.covariant,
    __contravariant__: (self) => self.contravariant,
    __infer_variance__: (self) => self.inferred,
  });
}
defineAttributes<PyTypeParameter>(typeVarType, { __constraints__: (self) => self.constraints.get() });

/** The first argument of a constructor, which CPython's generated code checks by a name of its own. */
function nameOf(constructor: string, name: PyValue | undefined): string {
  if (name === undefined) throw typeError(`${constructor}() missing required argument 'name' (pos 1)`);
  const text = asStr(name);
  if (text === undefined) {
    throw typeError(`${constructor}() argument 'name' must be str, not ${typeName(name)}`);
  }
  return text;
}
/** What stands for a type in a bound. */
function boundOf(bound: PyValue): PyValue {
  return bound === null ? null : typing.typeArgument(bound, "Bound must be a type.");
}
function varies(
  made: PyTypeParameter,
  covariant: PyValue,
  contravariant: PyValue,
  infer: PyValue,
): PyTypeParameter {
  made.covariant = truth(covariant);
  made.contravariant = truth(contravariant);
  made.inferred = truth(infer);
  if (made.covariant && made.contravariant) throw valueError("Bivariant types are not supported.");
  if (made.inferred && (made.covariant || made.contravariant)) {
    throw valueError("Variance cannot be specified with infer_variance.");
  }
  return made;
}
defineConstructor(
  typeVarType,
  "(name=None, *constraints, bound=None, default=NoDefault, covariant=False, contravariant=False, infer_variance=False)",
  (
    _cls: PyType,
    name: PyValue | undefined,
    constraints: PyTuple,
    bound: PyValue = null,
    fallback: PyValue = NoDefault,
    covariant: PyValue = false,
    contravariant: PyValue = false,
    infer: PyValue = false,
  ) => {
    const made = varies(
      new PyTypeParameter(typeVarType, nameOf("typevar", name)),
      covariant,
      contravariant,
      infer,
    );
    if (constraints.items.length === 1) throw typeError("A single constraint is not allowed");
    if (constraints.items.length > 0 && bound !== null) {
      throw typeError("Constraints cannot be combined with bound=...");
    }
    made.bound = new Lazy(null, boundOf(bound));
    made.constraints = new Lazy(null, constraints);
    made.fallback = new Lazy(null, fallback);
    return made;
  },
);
defineConstructor(
  paramSpecType,
  "(name=None, *, bound=None, default=NoDefault, covariant=False, contravariant=False, infer_variance=False)",
  (
    _cls: PyType,
    name: PyValue | undefined,
    bound: PyValue = null,
    fallback: PyValue = NoDefault,
    covariant: PyValue = false,
    contravariant: PyValue = false,
    infer: PyValue = false,
  ) => {
    const made = new PyTypeParameter(paramSpecType, nameOf("paramspec", name));
    made.bound = new Lazy(null, boundOf(bound));
    made.fallback = new Lazy(null, fallback);
    return varies(made, covariant, contravariant, infer);
  },
);
defineConstructor(
  typeVarTupleType,
  "(name=None, *, default=NoDefault)",
  (_cls: PyType, name: PyValue | undefined, fallback: PyValue = NoDefault) => {
    const made = new PyTypeParameter(typeVarTupleType, nameOf("typevartuple", name));
    made.fallback = new Lazy(null, fallback);
    return made;
  },
);

/** What generated code calls for a type parameter in brackets. */
export function typeParameter(
  kind: Kind,
  name: string,
  bound: (() => PyValue) | null,
  constrained: boolean,
  fallback: (() => PyValue) | null,
): PyTypeParameter {
  const made = new PyTypeParameter(KINDS[kind], name);
  made.inferred = kind !== "TypeVarTuple";
  if (bound !== null) made[constrained ? "constraints" : "bound"] = new Lazy(bound, null);
  if (fallback !== null) made.fallback = new Lazy(fallback, null);
  return made;
}
/** What generated code calls for a function with type parameters. */
export function withTypeParameters(f: PyFunction, types: PyTuple): PyFunction {
  f.typeParams = types;
  return f;
}

// ---- *Ts, P.args, P.kwargs -----------------------------------------------------------------------

/** `*Ts`: `typing.Unpack[Ts]`. */
export class PyUnpack extends PyArgumentsAlias {
  readonly item: PyValue;
  readonly name = null;
  constructor(item: PyValue) {
    super();
    this.item = item;
  }
  get origin(): PyValue {
    return typing.unpackForm;
  }
  get arguments(): readonly PyValue[] {
    return [this.item];
  }
  override call(): PyValue {
    throw typeError(`Cannot instantiate ${repr(this.origin)}`);
  }
}
export const unpackType = makeType("_UnpackGenericAlias", {
  of: PyUnpack,
  module: MODULE,
  subclassable: false,
});
defineMethods(unpackType, {
  "__repr__()": (self: PyUnpack) => `typing.Unpack[${showType(self.item)}]`,
  "__eq__(value, /)": (self: PyUnpack, other: PyValue) =>
    other instanceof PyUnpack ? same(self.item, other.item) : NotImplemented,
  "__hash__()": (self: PyUnpack) => hashTuple([unpackType, self.item]),
  "__getitem__(args, /)": (self: PyUnpack, key: PyValue) => {
    if (isManyTypes(self)) return key;
    const [item] = substitute(self, self.arguments, self.parameters.items, argumentsOf(key));
    return new PyUnpack(item as PyValue);
  },
  "__iter__()": (self: PyUnpack) => iterObject(tuple([new PyUnpack(self)])),
  "__mro_entries__(bases, /)": (self: PyUnpack) => {
    throw typeError(`Cannot subclass ${repr(self)}`);
  },
});
defineAlias(unpackType);
const isManyTypes = (self: PyUnpack): boolean =>
  self.item instanceof PyTypeParameter && self.item.cls === typeVarTupleType;
defineAttributes<PyUnpack>(unpackType, {
  __args__: (self) => tuple([self.item]),
  __parameters__: (self) => self.parameters,
  __typing_is_unpacked_typevartuple__: isManyTypes,
  __typing_unpacked_tuple_args__: ({ item }) => {
    if (!(item instanceof PyGenericAlias || item instanceof PyArgumentsAlias)) return null;
    if (item.origin !== tupleType) throw typeError("Unpack[...] must be used with a tuple type");
    return getAttribute(item, "__args__");
  },
});
defineMethods(typeVarTupleType, {
  "__iter__()": (self: PyTypeParameter) => iterObject(tuple([new PyUnpack(self)])),
});

/** `P.args` and `P.kwargs`. */
export class PyParamSpecPart extends PyObject {
  readonly origin: PyValue;
  readonly part: "args" | "kwargs";
  constructor(cls: PyType, origin: PyValue, part: "args" | "kwargs") {
    super();
    this.cls = cls;
    this.origin = origin;
    this.part = part;
  }
}
/** The types of `P.args` and `P.kwargs`. */
export const paramSpecPartTypes: PyType[] = [];
for (const [part, name] of [
  ["args", "ParamSpecArgs"],
  ["kwargs", "ParamSpecKwargs"],
] as const) {
  const type = makeType(`${MODULE}.${name}`, { subclassable: false });
  paramSpecPartTypes.push(type);
  defineConstructor(
    type,
    "(origin)",
    (_cls: PyType, origin: PyValue) => new PyParamSpecPart(type, origin, part),
  );
  defineMethods(type, {
    "__repr__()": ({ origin }: PyParamSpecPart) =>
      `${origin instanceof PyTypeParameter && origin.cls === paramSpecType ? origin.name : repr(origin)}.${part}`,
    "__eq__(value, /)": (self: PyParamSpecPart, other: PyValue) =>
      other instanceof PyParamSpecPart && other.part === part
        ? same(self.origin, other.origin)
        : NotImplemented,
    "__hash__()": (self: PyParamSpecPart) => hashTuple([type, self.origin]),
    "__mro_entries__(bases, /)": () => {
      throw typeError(`Cannot subclass an instance of ${name}`);
    },
  });
  defineAttributes<PyParamSpecPart>(type, { __origin__: (self) => self.origin });
  defineAttributes<PyTypeParameter>(paramSpecType, {
    [part]: (self) => new PyParamSpecPart(type, self, part),
  });
}

// ---- type aliases --------------------------------------------------------------------------------

/** What `type X = …` makes. */
export class PyTypeAlias extends PyObject {
  readonly name: string;
  readonly types: PyTuple;
  readonly value: Lazy;
  constructor(name: string, types: PyTuple, value: Lazy) {
    super();
    this.name = name;
    this.types = types;
    this.value = value;
  }
}
export const typeAliasType = makeType(`${MODULE}.TypeAliasType`, { of: PyTypeAlias, subclassable: false });
unionable.add(typeAliasType);
defineConstructor(
  typeAliasType,
  "(name=None, value=None, *, type_params=())",
  (_cls: PyType, name: PyValue | undefined, value: PyValue | undefined, types: PyValue = tuple([])) => {
    const text = nameOf("typealias", name);
    if (value === undefined) throw typeError("typealias() missing required argument 'value' (pos 2)");
    if (!(types instanceof PyTuple)) throw typeError("type_params must be a tuple");
    return new PyTypeAlias(text, types, new Lazy(null, value));
  },
);
defineMethods(typeAliasType, {
  "__repr__()": (self: PyTypeAlias) => self.name,
  "__getitem__(key, /)": (self: PyTypeAlias, key: PyValue) => {
    if (self.types.items.length === 0) throw typeError("Only generic type aliases are subscriptable");
    return genericAlias(self, key);
  },
  "__or__(value, /)": (self: PyTypeAlias, other: PyValue) => unions.make(self, other),
  "__ror__(value, /)": (self: PyTypeAlias, other: PyValue) => unions.make(other, self),
});
defineAttributes<PyTypeAlias>(typeAliasType, {
  __name__: (self) => self.name,
  __value__: (self) => self.value.get(),
  __type_params__: (self) => self.types,
  __parameters__: (self) => tuple(unpacked(self.types.items)),
  __module__: () => null,
});
/** What generated code calls for `type name = …`. */
export function makeTypeAlias(name: string, types: PyTuple, evaluate: () => PyValue): PyTypeAlias {
  return new PyTypeAlias(name, types, new Lazy(evaluate, null));
}

/** Type variable tuples as they stand in brackets: starred. */
export function unpacked(types: readonly PyValue[]): PyValue[] {
  return types.map((type) =>
    type instanceof PyTypeParameter && type.cls === typeVarTupleType ? new PyUnpack(type) : type,
  );
}
