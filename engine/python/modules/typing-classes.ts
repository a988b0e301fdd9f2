// Classes that `typing` helps to make: `NamedTuple`, `TypedDict`.
import { getAttributeOr, setAttribute } from "../attribute.ts";
import { buildClass, tellName } from "../classes.ts";
import { dictType, PyDict, PyFrozenSet } from "../dict.ts";
import { attributeError, typeError } from "../exceptions.ts";
import { call, defineMethods, method0, type Native, PyFunction } from "../function.ts";
import { collect } from "../iterator.ts";
import { asStr, type KwArgs, PyObject, PyType, type PyValue, typeType } from "../object.ts";
import { truth } from "../operators.ts";
import { repr, str } from "../representation.ts";
import { list, type PyTuple, tuple, tupleType } from "../sequence.ts";
import type { Defaults, Signature } from "../signature.ts";
import { mergeInto } from "../types/dict.ts";
import { genericType } from "../types/generic-class.ts";
import { namedtuple } from "./namedtuple.ts";
import { pythonClass, pythonStatic } from "./python-function.ts";
import { itemQualifier, PyAlias, typeArgument } from "./typing-alias.ts";

const MODULE = "typing";

/** A function that classes can also derive from. */
function baseFunction(
  name: string,
  sig: Signature,
  defaults: Defaults,
  js: Native,
  base: PyType,
): PyFunction {
  const f = new PyFunction(name, name, sig, js, defaults);
  const entries: Signature = {
    positional: ["bases"],
    posonly: 0,
    required: 1,
    varargs: null,
    kwonly: [],
    kwonlyRequired: [],
    varkw: null,
  };
  f.dict = new Map([
    ["__mro_entries__", new PyFunction("__mro_entries__", name, entries, () => tuple([base]))],
  ]);
  f.module = MODULE;
  return f;
}
function pairs(fields: PyValue): [string, PyValue][] {
  return collect(fields).map((field) => {
    const [name, type] = collect(field) as [PyValue, PyValue];
    return [str(name), type];
  });
}
const omitted: PyValue = null;

// ---- NamedTuple ----------------------------------------------------------------------------------

const OWN = new Set(
  "__new__ __init__ __slots__ __getnewargs__ _fields _field_defaults _field_types _make _replace _asdict _source".split(
    " ",
  ),
);
const SPECIAL = new Set([
  "__module__",
  "__name__",
  "__annotations__",
  "__qualname__",
  "__orig_bases__",
  "__doc__",
]);

function makeNamedTuple(
  name: PyValue,
  types: readonly [string, PyValue][],
  defaults: readonly PyValue[],
  module: PyValue,
): PyType {
  const annotations = new PyDict();
  for (const [field, type] of types) {
    annotations.set(field, typeArgument(type, `field ${field} annotation must be a type`));
  }
  const fields = list(types.map(([field]) => field));
  const made = namedtuple(name, fields, false, list([...defaults]), module) as PyType;
  setAttribute(made, "__annotations__", annotations);
  const create = made.dict.get("__new__");
  const f = create instanceof PyObject ? getAttributeOr(create, "__func__", create) : create;
  if (f instanceof PyFunction) f.annotations = annotations.copy();
  return made;
}

const namedTupleMeta = pythonClass("NamedTupleMeta", { base: typeType, module: MODULE });
const namedTupleBase = pythonClass("NamedTuple", { module: MODULE });
namedTupleBase.cls = namedTupleMeta;
pythonStatic(namedTupleMeta, {
  "__new__(cls, typename, bases, ns)": (_meta: PyType, name: PyValue, bases: PyTuple, ns: PyDict) => {
    for (const base of bases.items) {
      if (base !== namedTupleBase && base !== genericType) {
        throw typeError("can only inherit from a NamedTuple type and Generic");
      }
    }
    const annotations = ns.get("__annotations__");
    const types = annotations instanceof PyDict ? ([...annotations.entries()] as [string, PyValue][]) : [];
    const defaults: PyValue[] = [];
    const named: string[] = [];
    for (const [field] of types) {
      const value = ns.get(field);
      if (value !== undefined) {
        defaults.push(value);
        named.push(field);
      } else if (named.length > 0) {
        throw typeError(
          `Non-default namedtuple field ${field} cannot follow default field${named.length > 1 ? "s" : ""} ${named.join(", ")}`,
        );
      }
    }
    const made = makeNamedTuple(name, types, defaults, ns.get("__module__") ?? null);
    const isGeneric = bases.items.includes(genericType);
    if (bases.items.length > 1) {
      const entries = bases.items.map((base) => (base === genericType ? base : tupleType));
      setAttribute(made, "__bases__", tuple(entries));
    }
    if (isGeneric) {
      made.dict.set("__class_getitem__", genericType.dict.get("__class_getitem__") as PyValue);
    }
    const qualname = ns.get("__qualname__");
    if (qualname !== undefined) setAttribute(made, "__qualname__", qualname);
    const original = ns.get("__orig_bases__");
    if (original !== undefined) made.dict.set("__orig_bases__", original);
    const fields = new Set(types.map(([field]) => field));
    for (const [key, value] of ns.entries()) {
      const text = key as string;
      if (OWN.has(text)) throw attributeError(made, text, `Cannot overwrite NamedTuple attribute ${text}`);
      if (SPECIAL.has(text)) {
        if (text === "__doc__" && value !== null) setAttribute(made, text, value);
        continue;
      }
      if (text === "__classcell__") continue;
      if (!fields.has(text)) setAttribute(made, text, value);
      tellName(value, made, text);
    }
    if (isGeneric) method0(made, "__init_subclass__");
    return made;
  },
});
const mixed: Signature = {
  positional: ["typename", "fields"],
  posonly: 2,
  required: 1,
  varargs: null,
  kwonly: [],
  kwonlyRequired: [],
  varkw: "kwargs",
};
export const namedTupleFunction = baseFunction(
  "NamedTuple",
  mixed,
  { positional: [omitted], kwonly: null },
  (name: PyValue, fields: PyValue, kwargs: PyDict) => {
    if (kwargs.size > 0 && fields !== null) {
      throw typeError("Either list of fields or keywords can be provided to NamedTuple, not both");
    }
    const types = fields === null ? ([...kwargs.entries()] as [string, PyValue][]) : pairs(fields);
    const made = makeNamedTuple(name, types, [], "__main__");
    made.dict.set("__orig_bases__", tuple([namedTupleFunction]));
    return made;
  },
  namedTupleBase,
);

// ---- TypedDict -----------------------------------------------------------------------------------

const typedDictMeta = pythonClass("_TypedDictMeta", { base: typeType, module: MODULE });
const typedDictBase = pythonClass("TypedDict", { base: dictType, module: MODULE });
typedDictBase.cls = typedDictMeta;

/** The qualifiers of an item: `Required`, `NotRequired`, `ReadOnly`, one in the other. */
function qualifiers(type: PyValue): Set<string> {
  const found = new Set<string>();
  let inner = type;
  while (inner instanceof PyAlias) {
    if (inner.kind === "annotated") inner = inner.origin;
    else {
      const qualifier = itemQualifier(inner);
      if (qualifier === undefined) break;
      found.add(qualifier);
      inner = inner.args[0] as PyValue;
    }
  }
  return found;
}
function makeTypedDict(name: PyValue, bases: readonly PyValue[], ns: PyDict, total: boolean): PyType {
  const text = asStr(name) ?? "";
  for (const base of bases) {
    if (!(base instanceof PyType && base.cls.isSubtype(typedDictMeta)) && base !== genericType) {
      throw typeError("cannot inherit from both a TypedDict type and a non-TypedDict base class");
    }
  }
  const namespace = new Map<string, PyValue>();
  for (const [key, value] of ns.entries()) namespace.set(key as string, value);
  const own = ns.get("__annotations__");
  const annotations = new PyDict();
  const sets = {
    required: new Set<string>(),
    optional: new Set<string>(),
    readonly: new Set<string>(),
    mutable: new Set<string>(),
  };
  for (const base of bases as PyType[]) {
    const inherited = base.dict.get("__annotations__");
    if (inherited instanceof PyDict)
      for (const [key, type] of inherited.entries()) annotations.set(key, type);
    for (const key of Object.keys(sets) as (keyof typeof sets)[]) {
      const known = base.dict.get(`__${key}_keys__`);
      for (const item of (known instanceof PyFrozenSet ? known.items() : []) as Iterable<string>) {
        sets[key].add(item);
        // The last base has its way, as far as a key is required.
        if (key === "required") sets.optional.delete(item);
        if (key === "optional") sets.required.delete(item);
      }
    }
  }
  for (const [key, given] of own instanceof PyDict ? own.entries() : []) {
    const item = key as string;
    const type = typeArgument(given, "TypedDict('Name', {f0: t0, f1: t1, ...}); each t must be a type");
    annotations.set(item, type);
    const marks = qualifiers(type);
    const isRequired = marks.has("Required") || (total && !marks.has("NotRequired"));
    sets[isRequired ? "required" : "optional"].add(item);
    sets[isRequired ? "optional" : "required"].delete(item);
    const isReadOnly = marks.has("ReadOnly");
    if (isReadOnly && sets.mutable.has(item)) {
      throw typeError(`Cannot override mutable key ${repr(item)} with read-only key`);
    }
    sets[isReadOnly ? "readonly" : "mutable"].add(item);
    if (!isReadOnly) sets.readonly.delete(item);
  }
  namespace.set("__annotations__", annotations);
  for (const [key, items] of Object.entries(sets)) {
    const frozen = new PyFrozenSet();
    for (const item of items) frozen.add(item);
    namespace.set(`__${key}_keys__`, frozen);
  }
  namespace.set("__total__", total);
  const isGeneric = bases.some((base) => (base as PyType).isSubtype(genericType));
  const layout = isGeneric ? [genericType, dictType] : [dictType];
  const made = buildClass(text, layout, namespace, null, typedDictMeta);
  if (getAttributeOr(made, "__orig_bases__", undefined) === undefined) {
    setAttribute(made, "__orig_bases__", tuple([...bases]));
  }
  return made;
}
pythonStatic(typedDictMeta, {
  "__new__(cls, name, bases, ns, total=True)": (
    _meta: PyType,
    name: PyValue,
    bases: PyTuple,
    ns: PyDict,
    total: PyValue = true,
  ) =>
    makeTypedDict(
      name,
      bases.items.filter((base) => base !== typedDictBase),
      ns,
      truth(total),
    ),
});
const noChecks = (): never => {
  throw typeError("TypedDict does not support instance and class checks");
};
defineMethods(typedDictMeta, {
  "__init__(*args, **kwargs)": () => null,
  "__call__(*args, **kwargs)": (_self: PyType, args: PyTuple, kwargs: PyDict) => {
    const kw: KwArgs = new Map([...kwargs.entries()] as [string, PyValue][]);
    return call(dictType, [...args.items], kw.size === 0 ? null : kw);
  },
  "__instancecheck__(obj, /)": noChecks,
  "__subclasscheck__(cls, /)": noChecks,
});
export const typedDictFunction = baseFunction(
  "TypedDict",
  { ...mixed, varkw: null, kwonly: ["total"], kwonlyRequired: [false] },
  { positional: [omitted], kwonly: new Map([["total", true]]) },
  (name: PyValue, fields: PyValue, total: PyValue) => {
    const ns = new PyDict();
    const annotations = new PyDict();
    if (fields !== null) mergeInto(annotations, fields);
    ns.set("__annotations__", annotations);
    ns.set("__module__", "__main__");
    const made = makeTypedDict(name, [], ns, truth(total));
    made.dict.set("__orig_bases__", tuple([typedDictFunction]));
    return made;
  },
  typedDictBase,
);
/** Was the class made by `TypedDict`? */
export function isTypedDict(value: PyValue): boolean {
  return value instanceof PyType && value.cls.isSubtype(typedDictMeta) && value !== typedDictBase;
}
