// What `typing` makes of types in brackets: `List[int]`, `Union[int, str]`, `Literal["a"]` …, and the names before them.
import { getAttribute, getAttributeOr } from "../attribute.ts";
import { AttributeError, pyError, typeError } from "../exceptions.ts";
import { call, defineAttributes, defineMethods, PyFunction } from "../function.ts";
import { hash, hashTuple } from "../hash.ts";
import { isInstanceOf, isSubclassOf } from "../instance-check.ts";
import { iterObject } from "../iterator.ts";
import {
  asStr,
  type KwArgs,
  makeType,
  NotImplemented,
  noneType,
  PyObject,
  PyType,
  type PyValue,
  typeOf,
} from "../object.ts";
import { same } from "../operators.ts";
import { repr, str } from "../representation.ts";
import { PyList, PyTuple, tuple } from "../sequence.ts";
import { defineAlias, PyArgumentsAlias, PyBaseAlias, rememberingClass, typing } from "../types/base-alias.ts";
import { showType } from "../types/generic-alias.ts";
import { genericForms, genericType } from "../types/generic-class.ts";
import { takesWhole } from "../types/parameter-arguments.ts";
import { argumentsOf, substitute } from "../types/substitution.ts";
import { PyUnpack } from "../types/type-parameters.ts";
import { PyUnion, typeSet } from "../types/union.ts";
import { forwardRef } from "./forward-ref.ts";

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

// ---- aliases -------------------------------------------------------------------------------------

export type AliasKind = "generic" | "union" | "callable" | "literal" | "annotated" | "concatenate";

/** A form or a class of the library with arguments. */
export class PyAlias extends PyArgumentsAlias {
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
  get arguments(): readonly PyValue[] {
    return this.kind === "annotated" ? [this.origin] : this.args;
  }
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    const { origin } = this;
    refuseInstances(this);
    return rememberingClass(call(origin, args, kw), this);
  }
}
/** Names of built-in classes, which make no instances. */
const namesOnly = new Set(["Tuple", "List", "Set", "FrozenSet", "Dict", "Type"]);
/** Complains where instances are made through a name of a built-in class. */
export function refuseInstances({ name, origin }: PyBaseAlias): void {
  if (name === null || !namesOnly.has(name)) return;
  throw typeError(
    `Type ${name} cannot be instantiated; use ${str(getAttribute(origin, "__name__"))}() instead`,
  );
}
/** `Required`, `NotRequired` or `ReadOnly` of an item of a typed dict; undefined for any other type. */
export function itemQualifier(alias: PyAlias): string | undefined {
  const name = alias.origin instanceof PySpecialForm ? alias.origin.name : "";
  return /^(?:Required|NotRequired|ReadOnly)$/.test(name) ? name : undefined;
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
function show(alias: PyAlias): string {
  const { args, kind } = alias;
  if (kind === "union" && args.length === 2 && args.includes(noneType)) {
    return `${MODULE}.Optional[${shown(args[0] === noneType ? (args[1] as PyValue) : (args[0] as PyValue))}]`;
  }
  if (kind === "annotated") {
    return `${MODULE}.Annotated[${[shown(alias.origin), ...alias.metadata.map(repr)].join(", ")}]`;
  }
  if (kind === "callable" && !takesWhole(args)) {
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
defineMethods(base, {
  "__repr__()": show,
  "__eq__(other, /)": (self: PyAlias, other: PyValue) => {
    if (self.kind === "union" && other instanceof PyUnion) {
      return self.args.length === other.args.length && self.args.every((arg) => among(other.args, arg));
    }
    return other instanceof PyAlias ? equalAliases(self, other) : NotImplemented;
  },
  "__hash__()": (self: PyAlias) => {
    if (self.kind === "union") return hash(typeSet(self.args));
    if (self.kind === "literal") return hash(typeSet(self.args.map((arg) => tuple([arg, typeOf(arg)]))));
    if (self.kind === "annotated") return hashTuple([self.origin, ...self.metadata]);
    return hashTuple([self.origin, ...self.args.map((arg) => (arg instanceof PyList ? null : arg))]);
  },
  "__mro_entries__(bases, /)": (self: PyAlias, bases: PyTuple) => {
    const { origin } = self;
    if (origin instanceof PySpecialForm) throw typeError(`Cannot subclass ${repr(self)}`);
    return self.name === null || self.kind === "annotated" ? tuple([origin]) : genericEntries(self, bases);
  },
  "__getitem__(key, /)": (self: PyAlias, key: PyValue) => {
    const given = argumentsOf(key).map(converted);
    const isCallable = self.kind === "callable";
    return withArguments(self, substitute(self, self.arguments, self.parameters.items, given, isCallable));
  },
  "__iter__()": (self: PyAlias) => iterObject(tuple([new PyUnpack(self)])),
});
defineMethods(aliasTypes.union, {
  "__instancecheck__(obj, /)": (self: PyAlias, value: PyValue) =>
    self.args.some((arg) => isInstanceOf(value, arg)),
  "__subclasscheck__(cls, /)": (self: PyAlias, cls: PyValue) =>
    self.args.some((arg) => isSubclassOf(cls, arg)),
});
for (const kind of ["union", "callable", "annotated"] as const) aliasTypes[kind].dict.set("__iter__", null);
defineAlias(base);
defineAttributes<PyAlias>(base, {
  __args__: (self) => tuple([...self.arguments]),
  __parameters__: (self) => self.parameters,
  __metadata__: (self) => {
    if (self.kind !== "annotated") throw pyError(AttributeError, "__metadata__");
    return tuple([...self.metadata]);
  },
});
/** The alias with other arguments. */
export function withArguments(alias: PyAlias, args: readonly PyValue[]): PyValue {
  const { kind, origin, name } = alias;
  if (kind === "union") return union(args);
  if (kind === "annotated") return annotated(args[0] as PyObject, alias.metadata);
  const last = args.at(-1) as PyValue;
  if (kind === "concatenate") {
    if (last instanceof PyList || last instanceof PyTuple)
      return tuple([...args.slice(0, -1), ...last.items]);
    if (last instanceof PyAlias && last.kind === "concatenate") {
      return new PyAlias(kind, origin, [...args.slice(0, -1), ...last.args], name);
    }
  }
  return new PyAlias(kind, origin, args, name);
}
/** `Annotated[type, …]`, where what is annotated already gets more. */
export function annotated(type: PyObject, metadata: readonly PyValue[]): PyAlias {
  const inner = type instanceof PyAlias && type.kind === "annotated" ? type : undefined;
  return new PyAlias("annotated", inner?.origin ?? type, [], "Annotated", [
    ...(inner?.metadata ?? []),
    ...metadata,
  ]);
}
/** The bases of a class that derives from a name of typing: the origin, and Generic if no later base brings it. */
export function genericEntries(self: PyBaseAlias, bases: PyTuple): PyTuple {
  const brings = (base: PyValue): boolean => {
    if (base instanceof PyBaseAlias) return true;
    if (base instanceof PyType) return base.isSubtype(genericType);
    const entries = getAttributeOr(base, "__mro_entries__", null);
    const made = entries === null ? null : call(entries, [bases], null);
    return (
      made instanceof PyTuple &&
      made.items.some((each) => each instanceof PyType && each.isSubtype(genericType))
    );
  };
  const isBrought = bases.items.slice(bases.items.indexOf(self) + 1).some(brings);
  return tuple([
    ...(bases.items.includes(self.origin) ? [] : [self.origin]),
    ...(isBrought ? [] : [genericType]),
  ]);
}

// ---- arguments -----------------------------------------------------------------------------------

/** None stands for its type, a text for the type that it names. */
export function converted(value: PyValue): PyValue {
  if (value === null) return noneType;
  const text = asStr(value);
  return text === undefined ? value : forwardRef(text);
}
/** Forms that are types by themselves; filled in by `typing-forms.ts`. */
export const plainForms: Set<PyValue> = new Set();
/** Classes that are no types by themselves. */
export const unusable: Set<PyValue> = new Set([genericType]);

const isQualifier = (value: PyValue): value is PySpecialForm =>
  value instanceof PySpecialForm && (value.name === "ClassVar" || value.name === "Final");

/**
 * An argument that must be a type.
 *
 * @param qualifiers which of `ClassVar` and `Final` may stand around it, or alone
 */
export function typeArgument(
  given: PyValue,
  message: string,
  qualifiers: "none" | "Final" | "all" = "none",
): PyValue {
  const value = converted(given);
  const origin = value instanceof PyArgumentsAlias ? value.origin : null;
  const isRefused =
    (origin instanceof PyType && genericForms.has(origin)) ||
    (isQualifier(origin) && qualifiers !== "all" && qualifiers !== origin.name);
  if (isRefused) throw typeError(`${repr(value)} is not valid as type argument`);
  if (plainForms.has(value)) return value;
  if (qualifiers === "all" && isQualifier(value)) return value;
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
  return parts.length === 1
    ? (parts[0] as PyValue)
    : new PyAlias(
        "union",
        unionForm,
        parts,
        parts.length === 2 && parts.includes(noneType) ? "Optional" : null,
      );
}
// What a star makes of a type variable tuple has it for its origin, whether or not a program imports the module.
typing.unpackForm = new PySpecialForm(
  "Unpack",
  (form, key) => new PyUnpack(typeArgument(key, `${repr(form)} accepts only single type.`)),
);
typing.union = (a, b) => union([a, b]);
typing.typeArgument = typeArgument;
typing.converted = converted;
