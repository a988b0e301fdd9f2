// What `typing` makes of types in brackets: `List[int]`, `Union[int, str]`, `Literal["a"]` …, and the names before them.
import { findAttribute, missing } from "../attribute.ts";
import { adopt } from "../classes.ts";
import { typeError } from "../exceptions.ts";
import { call, defineAttributes, defineMethods, defineStatic, PyFunction } from "../function.ts";
import { hash, hashSet, hashTuple } from "../hash.ts";
import { isInstanceOf, isSubclassOf } from "../instance-check.ts";
import {
  asStr,
  Ellipsis,
  type KwArgs,
  makeType,
  NotImplemented,
  noneType,
  PyObject,
  PyType,
  type PyValue,
  typeOf,
} from "../object.ts";
import { bitOr, same } from "../operators.ts";
import { repr } from "../representation.ts";
import { PyList, PyTuple, tuple } from "../sequence.ts";
import { genericAliasType, PyGenericAlias, PyUnion, showType, unionType } from "../types/generic-alias.ts";
import { genericType, PyClassAlias } from "../types/generic-class.ts";
import {
  NoDefault,
  PyTypeParameter,
  PyUnpack,
  parametersOf,
  paramSpecType,
  typeVarTupleType,
  typingUnion,
} from "../types/type-parameters.ts";

const MODULE = "typing";

// ---- names ---------------------------------------------------------------------------------------

/** `typing.Union`, `typing.Self` …: a name that is no class. */
export class PySpecialForm extends PyObject {
  readonly name: string;
  /** What it is with arguments; undefined for forms without any. */
  readonly subscript: ((form: PySpecialForm, key: PyValue) => PyValue) | undefined;
  constructor(name: string, subscript?: (form: PySpecialForm, key: PyValue) => PyValue) {
    super();
    this.name = name;
    this.subscript = subscript;
  }
  override call(): PyValue {
    throw typeError(`Cannot instantiate ${repr(this)}`);
  }
}
const specialFormType = makeType("_SpecialForm", { of: PySpecialForm, module: MODULE, subclassable: false });
const refuseCheck = (what: string) => (self: PyObject) => {
  throw typeError(`${repr(self)} cannot be used with ${what}()`);
};
defineMethods(specialFormType, {
  "__repr__()": (self: PySpecialForm) => `${MODULE}.${self.name}`,
  "__getitem__(parameters, /)": (self: PySpecialForm, key: PyValue) => {
    if (self.subscript === undefined) throw typeError(`${repr(self)} is not subscriptable`);
    return self.subscript(self, key);
  },
  "__mro_entries__(bases, /)": (self: PySpecialForm) => {
    throw typeError(`Cannot subclass ${repr(self)}`);
  },
  "__instancecheck__(obj, /)": refuseCheck("isinstance"),
  "__subclasscheck__(cls, /)": refuseCheck("issubclass"),
  "__or__(other, /)": (self: PyObject, other: PyValue) => union([self, other]),
  "__ror__(other, /)": (self: PyObject, other: PyValue) => union([other, self]),
});
// Brackets alone would make them iterable.
specialFormType.dict.set("__iter__", null);
defineAttributes<PySpecialForm>(specialFormType, {
  _name: (self) => self.name,
  __name__: (self) => self.name,
  __qualname__: (self) => self.name,
  __module__: () => MODULE,
});

/** A name in a string, which stands for a type that is not there yet. */
export class PyForwardRef extends PyObject {
  readonly text: string;
  constructor(text: string) {
    super();
    this.text = text;
  }
}
export const forwardRefType = makeType("ForwardRef", {
  of: PyForwardRef,
  module: MODULE,
  subclassable: false,
});
defineStatic(forwardRefType, {
  "__new__(cls, arg, is_argument=True, module=None, *, is_class=False)": (_cls, arg: PyValue) => {
    const text = asStr(arg);
    if (text === undefined) throw typeError(`Forward reference must be a string -- got ${repr(arg)}`);
    return new PyForwardRef(text);
  },
});
defineMethods(forwardRefType, {
  "__init__(*args, **kwargs)": () => null,
  "__repr__()": (self: PyForwardRef) => `ForwardRef(${repr(self.text)})`,
  "__eq__(other, /)": (self: PyForwardRef, other: PyValue) =>
    other instanceof PyForwardRef ? self.text === other.text : NotImplemented,
  "__hash__()": (self: PyForwardRef) => hashTuple([self.text, null]),
  "__or__(other, /)": (self: PyObject, other: PyValue) => union([self, other]),
  "__ror__(other, /)": (self: PyObject, other: PyValue) => union([other, self]),
});
defineAttributes<PyForwardRef>(forwardRefType, {
  __forward_arg__: (self) => self.text,
  __forward_evaluated__: () => false,
  __forward_module__: () => null,
});

// ---- aliases -------------------------------------------------------------------------------------

export type AliasKind = "generic" | "union" | "callable" | "literal" | "annotated" | "concatenate";

/** A form or a class of the library with arguments. */
export class PyAlias extends PyObject {
  readonly kind: AliasKind;
  readonly origin: PyObject;
  readonly args: readonly PyValue[];
  /** As it is shown; null where the origin's own name is. */
  readonly name: string | null;
  /** What `Annotated` adds. */
  readonly metadata: readonly PyValue[];
  constructor(
    kind: AliasKind,
    origin: PyObject,
    args: readonly PyValue[],
    name: string | null,
    metadata: readonly PyValue[] = [],
  ) {
    super();
    this.kind = kind;
    this.origin = origin;
    this.args = args;
    this.name = name;
    this.metadata = metadata;
    this.cls = aliasTypes[kind];
  }
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    const { origin } = this;
    if (this.kind === "annotated") return call(origin, args, kw);
    if (origin instanceof PyType) {
      throw typeError(`Type ${this.name ?? "None"} cannot be instantiated; use ${origin.name}() instead`);
    }
    throw typeError(`Cannot instantiate ${repr(origin)}`);
  }
}
const base = makeType("_GenericAlias", { of: PyAlias, module: MODULE, subclassable: false });
const derived = (name: string): PyType => makeType(name, { base, module: MODULE, subclassable: false });
const aliasTypes: Record<AliasKind, PyType> = {
  generic: base,
  union: derived("_UnionGenericAlias"),
  callable: derived("_CallableGenericAlias"),
  literal: derived("_LiteralGenericAlias"),
  annotated: derived("_AnnotatedAlias"),
  concatenate: derived("_ConcatenateGenericAlias"),
};

/** A type as `typing` shows it in brackets. */
export function shown(value: PyValue): string {
  if (value instanceof PyFunction) return value.name;
  if (value instanceof PyTuple) return `[${value.items.map(shown).join(", ")}]`;
  return value === null ? "None" : showType(value);
}
function isParameterExpression(value: PyValue): boolean {
  return (
    value === Ellipsis ||
    value instanceof PyTuple ||
    value instanceof PyList ||
    (value instanceof PyTypeParameter && value.cls === paramSpecType) ||
    (value instanceof PyAlias && value.kind === "concatenate")
  );
}
function show(alias: PyAlias): string {
  const { args, kind } = alias;
  if (kind === "union" && args.length === 2 && args.includes(noneType)) {
    return `${MODULE}.Optional[${shown(args[0] === noneType ? (args[1] as PyValue) : (args[0] as PyValue))}]`;
  }
  if (kind === "annotated") {
    return `${MODULE}.Annotated[${[shown(alias.origin), ...alias.metadata.map(repr)].join(", ")}]`;
  }
  if (kind === "callable" && !(args.length === 2 && isParameterExpression(args[0] as PyValue))) {
    return `${MODULE}.Callable[[${args.slice(0, -1).map(shown).join(", ")}], ${shown(args.at(-1) as PyValue)}]`;
  }
  const name = alias.name === null ? shown(alias.origin) : `${MODULE}.${alias.name}`;
  return `${name}[${args.length === 0 ? "()" : args.map(shown).join(", ")}]`;
}

const sameValues = (a: readonly PyValue[], b: readonly PyValue[]): boolean =>
  a.length === b.length && a.every((value, i) => same(value, b[i] as PyValue));
const among = (values: readonly PyValue[], value: PyValue): boolean =>
  values.some((known) => same(known, value));

function equalAliases(a: PyAlias, b: PyAlias): boolean {
  if (a.kind !== b.kind || !same(a.origin, b.origin)) return false;
  switch (a.kind) {
    case "union":
      return a.args.length === b.args.length && a.args.every((arg) => among(b.args, arg));
    case "literal":
      return (
        a.args.length === b.args.length &&
        a.args.every((arg) => b.args.some((other) => sameLiteral(arg, other)))
      );
    case "annotated":
      return sameValues(a.metadata, b.metadata);
    default:
      return sameValues(a.args, b.args);
  }
}
const sameLiteral = (a: PyValue, b: PyValue): boolean => typeOf(a) === typeOf(b) && same(a, b);
/** A hash that does not know their order. */
function unordered(values: readonly PyValue[]): number {
  return values.reduce((sum: number, value) => (sum + Number(BigInt.asIntN(32, BigInt(hash(value))))) | 0, 0);
}

const checked = (): never => {
  throw typeError("Subscripted generics cannot be used with class and instance checks");
};
defineMethods(base, {
  "__repr__()": show,
  "__eq__(other, /)": (self: PyAlias, other: PyValue) => {
    if (self.kind === "union" && other instanceof PyUnion) {
      return self.args.length === other.args.length && self.args.every((arg) => among(other.args, arg));
    }
    return other instanceof PyAlias ? equalAliases(self, other) : NotImplemented;
  },
  "__hash__()": (self: PyAlias) => {
    if (self.kind === "union") return hashSet(self.args);
    if (self.kind === "literal") return unordered(self.args);
    if (self.kind === "annotated") return hashTuple([self.origin, ...self.metadata]);
    return hashTuple([self.origin, ...self.args.map((arg) => (arg instanceof PyList ? null : arg))]);
  },
  "__getattr__(name, /)": (self: PyAlias, name: string) => {
    const value = /^__.*__$/.test(name) ? undefined : findAttribute(self.origin, name);
    if (value === undefined) throw missing(self, name);
    return value;
  },
  "__mro_entries__(bases, /)": (self: PyAlias, bases: PyTuple) => {
    if (self.kind === "annotated" && !(self.origin instanceof PyType)) {
      return call(findAttribute(self.origin, "__mro_entries__") ?? null, [bases], null);
    }
    if (!(self.origin instanceof PyType)) throw typeError(`Cannot subclass ${repr(self)}`);
    const entries: PyValue[] = bases.items.includes(self.origin) ? [] : [self.origin];
    const later = bases.items.slice(bases.items.indexOf(self) + 1);
    const generic = later.some(
      (other) =>
        other instanceof PyAlias ||
        other instanceof PyClassAlias ||
        (other instanceof PyType && other.isSubtype(genericType)),
    );
    if (self.name !== null && !generic && !self.origin.isSubtype(genericType)) entries.push(genericType);
    return tuple(entries);
  },
  "__getitem__(key, /)": (self: PyAlias, key: PyValue) =>
    substituted(self, self.kind === "annotated" ? [self.origin] : self.args, key),
  "__instancecheck__(obj, /)": (self: PyAlias, value: PyValue) =>
    self.kind === "union" ? self.args.some((arg) => isInstanceOf(value, arg)) : checked(),
  "__subclasscheck__(cls, /)": (self: PyAlias, cls: PyValue) =>
    self.kind === "union" ? self.args.some((arg) => isSubclassOf(cls, arg)) : checked(),
  "__or__(other, /)": (self: PyObject, other: PyValue) => union([self, other]),
  "__ror__(other, /)": (self: PyObject, other: PyValue) => union([other, self]),
});
base.dict.set("__iter__", null);
const nameOf = (self: PyAlias): PyValue => {
  if (self.kind === "union")
    return self.args.length === 2 && self.args.includes(noneType) ? "Optional" : "Union";
  return self.name ?? findAttribute(self.origin, "__name__") ?? null;
};
defineAttributes<PyAlias>(base, {
  __origin__: (self) => self.origin,
  __args__: (self) => tuple(self.kind === "annotated" ? [self.origin] : [...self.args]),
  __parameters__: (self) => tuple(parametersOf(self.kind === "annotated" ? [self.origin] : self.args)),
  __metadata__: (self) => {
    if (self.kind !== "annotated") throw missing(self, "__metadata__");
    return tuple([...self.metadata]);
  },
  _name: (self) => (self.kind === "union" ? (nameOf(self) === "Optional" ? "Optional" : null) : self.name),
  __name__: nameOf,
  __qualname__: nameOf,
  __module__: () => MODULE,
});

// ---- arguments -----------------------------------------------------------------------------------

/** The arguments in brackets. */
export function argumentsOf(key: PyValue): readonly PyValue[] {
  return key instanceof PyTuple ? key.items : [key];
}
/** None stands for its type, a text for the type that it names. */
export function converted(value: PyValue): PyValue {
  if (value === null) return noneType;
  const text = asStr(value);
  return text === undefined ? value : new PyForwardRef(text);
}
/** Forms that are types by themselves; filled in by `typing-forms.ts`. */
export const plainForms: Set<PyValue> = new Set();
/** Classes that are no types by themselves. */
export const unusable: Set<PyValue> = new Set([genericType]);

/** An argument that must be a type. */
export function typeArgument(given: PyValue, message: string): PyValue {
  const value = converted(given);
  if (value instanceof PyAlias && value.kind === "generic" && /^(?:ClassVar|Final)$/.test(value.name ?? "")) {
    throw typeError(`${repr(value)} is not valid as type argument`);
  }
  if (plainForms.has(value)) return value;
  if (value instanceof PySpecialForm || unusable.has(value)) {
    throw typeError(`Plain ${repr(value)} is not valid as type argument`);
  }
  if (value instanceof PyTuple) throw typeError(`${message} Got ${repr(value).slice(0, 100)}.`);
  return value;
}

const unionForm = new PySpecialForm("Union", (_form, key) => {
  if (key instanceof PyTuple && key.items.length === 0) throw typeError("Cannot take a Union of no types.");
  return union(argumentsOf(key));
});

export { unionForm };

/** `Union[…]`: flat, each type once; of one type that type. */
export function union(types: readonly PyValue[]): PyValue {
  const parts: PyValue[] = [];
  for (const given of types) {
    const type = typeArgument(given, "Union[arg, ...]: each arg must be a type.");
    const inner =
      type instanceof PyAlias && type.kind === "union"
        ? type.args
        : type instanceof PyUnion
          ? type.args
          : [type];
    for (const part of inner) if (!among(parts, part)) parts.push(part);
  }
  return parts.length === 1 ? (parts[0] as PyValue) : new PyAlias("union", unionForm, parts, null);
}
typingUnion.make = (a, b) => union([a, b]);

// ---- substitution --------------------------------------------------------------------------------

/** Complains about a wrong number of arguments. */
export function checkCount(what: string, given: number, expected: number, least = expected): void {
  if (given >= least && given <= expected) return;
  const word = given > expected ? "many" : "few";
  const bound = given < least && least !== expected ? `at least ${least}` : String(expected);
  throw typeError(`Too ${word} arguments for ${what}; actual ${given}, expected ${bound}`);
}

function substituted(alias: PyObject, mentioned: readonly PyValue[], key: PyValue): PyValue {
  const parameters = parametersOf(mentioned);
  if (parameters.length === 0) throw typeError(`${repr(alias)} is not a generic class`);
  const given = argumentsOf(key);
  const lone = parameters.length === 1 ? (parameters[0] as PyTypeParameter) : undefined;
  const assigned = new Map<PyValue, readonly PyValue[]>();
  if (lone?.cls === paramSpecType && given.length !== 1) assigned.set(lone, [tuple([...given])]);
  else {
    const star = parameters.findIndex((p) => p instanceof PyTypeParameter && p.cls === typeVarTupleType);
    const fallbacks = parameters.map((p) => (p as PyTypeParameter).fallback.get());
    const needed = star < 0 ? parameters.length : parameters.length - 1;
    const least = needed - fallbacks.filter((fallback, i) => i !== star && fallback !== NoDefault).length;
    checkCount(repr(alias), given.length, star < 0 ? needed : Math.max(needed, given.length), least);
    let at = 0;
    parameters.forEach((parameter, i) => {
      if (i === star) {
        const extra = Math.max(0, given.length - needed);
        assigned.set(parameter, given.slice(at, at + extra));
        at += extra;
        return;
      }
      const value = given[at++] ?? (fallbacks[i] as PyValue);
      const isSpec = (parameter as PyTypeParameter).cls === paramSpecType;
      assigned.set(parameter, [
        isSpec && value instanceof PyList
          ? tuple([...value.items])
          : typeArgument(value, "Parameters to generic types must be types."),
      ]);
    });
  }
  return replaceIn(alias, assigned);
}

function replaceIn(value: PyValue, assigned: ReadonlyMap<PyValue, readonly PyValue[]>): PyValue {
  const all = (args: readonly PyValue[]): PyValue[] =>
    args.flatMap((arg) => {
      const direct = assigned.get(arg instanceof PyUnpack ? arg.item : arg);
      return direct ?? [replaceIn(arg, assigned)];
    });
  if (value instanceof PyAlias) {
    if (value.kind === "annotated") {
      const [origin] = all([value.origin]) as [PyObject];
      return new PyAlias("annotated", origin, [], "Annotated", value.metadata);
    }
    const args = all(value.args);
    if (value.kind === "union") return union(args);
    if (value.kind === "callable") {
      // Parameters that take the place of a specification lie flat.
      const flat = args.flatMap((arg, i) =>
        arg instanceof PyTuple && i < args.length - 1 ? arg.items : [arg],
      );
      return new PyAlias("callable", value.origin, flat, value.name);
    }
    return new PyAlias(value.kind, value.origin, args, value.name);
  }
  if (value instanceof PyClassAlias) return new PyClassAlias(value.origin, tuple(all(value.args.items)));
  if (value instanceof PyGenericAlias) {
    const args = tuple(all(value.args.items));
    // `collections.abc.Callable[…]` is shown in a way of its own.
    return adopt(new PyGenericAlias(value.origin, args, value.isStarred), value.cls);
  }
  if (value instanceof PyUnion) return all(value.args).reduce((a, b) => bitOr(a, b));
  return assigned.get(value)?.[0] ?? value;
}

// `list[T][int]`: the built-in kind of alias knows type parameters too.
defineMethods(genericAliasType, {
  "__getitem__(key, /)": (self: PyGenericAlias, key: PyValue) => substituted(self, self.args.items, key),
});
defineMethods(unionType, {
  "__getitem__(key, /)": (self: PyUnion, key: PyValue) => substituted(self, self.args, key),
});
defineAttributes<PyUnion>(unionType, { __parameters__: (self) => tuple(parametersOf(self.args)) });
defineAttributes<PyGenericAlias>(genericAliasType, {
  __parameters__: (self) => tuple(parametersOf(self.args.items)),
});
