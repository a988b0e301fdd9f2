// The module `types`.
import { asyncGeneratorType } from "../async-generator.ts";
import { getAttribute, getAttributeOr, setAttribute } from "../attribute.ts";
import { metaclassOf } from "../classes.ts";
import { coroutineType } from "../coroutine.ts";
import { PyDict } from "../dict.ts";
import { attributeError, typeError } from "../exceptions.ts";
import {
  builtinType,
  call,
  call1,
  call2,
  classMethodDescriptorType,
  defineMethods,
  functionType,
  getsetType,
  memberType,
  methodDescriptorType,
  methodType,
  methodWrapperType,
  wrapperDescriptorType,
} from "../function.ts";
import { generatorType } from "../generator.ts";
import { defineModule, moduleType } from "../module.ts";
import {
  asStr,
  Ellipsis,
  NotImplemented,
  noneType,
  type PyInstance,
  PyType,
  type PyValue,
  typeName,
  typeOf,
  typeType,
} from "../object.ts";
import { equal, ge, gt, le, lt, setItem, truth } from "../operators.ts";
import { repr, reprOnce } from "../representation.ts";
import { PyTuple, tuple } from "../sequence.ts";
import { tracebackType } from "../traceback.ts";
import { defineInitializer } from "../types/construct.ts";
import { mergeInto } from "../types/dict.ts";
import { genericAliasType } from "../types/generic-alias.ts";
import { mappingProxyType } from "../types/mapping-proxy.ts";
import { unionType } from "../types/union.ts";
import { keywordsOf } from "./partial.ts";
import { pythonClass, pythonFunctions, pythonMethods } from "./python-function.ts";

// ---- SimpleNamespace -----------------------------------------------------------------------------------

const namespaceType = pythonClass("types.SimpleNamespace", { doc: "A simple attribute-based namespace." });
namespaceType.dict.set("__hash__", null);
const isNamespace = (value: PyValue): value is PyInstance => typeOf(value).isSubtype(namespaceType);
const attributes = (self: PyValue): PyDict => getAttribute(self, "__dict__") as PyDict;
defineInitializer(namespaceType, "(*args, **kwargs)", (self: PyInstance, args: PyTuple, kwargs: PyDict) => {
  const [source] = args.items;
  if (args.items.length > 1) {
    throw typeError(`${self.cls.qualname} expected at most 1 argument, got ${args.items.length}`);
  }
  const given = new PyDict();
  if (source !== undefined) mergeInto(given, source);
  for (const key of given.keys()) if (asStr(key) === undefined) throw typeError("keywords must be strings");
  const own = attributes(self);
  for (const [key, value] of [...given.entries(), ...kwargs.entries()]) own.set(key, value);
  return null;
});
const compare =
  (test: (a: PyValue, b: PyValue) => PyValue) =>
  (self: PyValue, other: PyValue): PyValue =>
    isNamespace(other) ? test(attributes(self), attributes(other)) : NotImplemented;
defineMethods(namespaceType, {
  "__repr__()": (self: PyInstance) => {
    const name = self.cls === namespaceType ? "namespace" : self.cls.name;
    return reprOnce(self, `${name}(...)`, () => {
      const parts: string[] = [];
      for (const [key, value] of [...attributes(self).entries()]) {
        if (typeof key === "string" && key !== "") parts.push(`${key}=${repr(value)}`);
      }
      return `${name}(${parts.join(", ")})`;
    });
  },
  "__eq__(value, /)": compare(equal),
  "__ne__(value, /)": compare((a, b) => !equal(a, b)),
  "__lt__(value, /)": compare(lt),
  "__le__(value, /)": compare(le),
  "__gt__(value, /)": compare(gt),
  "__ge__(value, /)": compare(ge),
  "__replace__(*args, **changes)": (self: PyInstance, args: PyTuple, changes: PyDict) => {
    if (args.items.length > 0) throw typeError("__replace__() takes no positional arguments");
    const made = call(self.cls, [], null);
    const own = attributes(made);
    for (const [key, value] of [...attributes(self).entries(), ...changes.entries()]) own.set(key, value);
    return made;
  },
});

// ---- DynamicClassAttribute -----------------------------------------------------------------------------

const dynamicType = pythonClass("DynamicClassAttribute", { module: "types" });
const part = (self: PyValue, name: string): PyValue => getAttribute(self, name);
/** The same attribute with one of its functions replaced. */
function replaced(self: PyValue, change: { fget?: PyValue; fset?: PyValue; fdel?: PyValue }): PyValue {
  const [fget, fset, fdel] = ["fget", "fset", "fdel"].map((name) =>
    name in change ? change[name as "fget"] : part(self, name),
  ) as [PyValue, PyValue, PyValue];
  const ofGetter = change.fget !== undefined && truth(part(self, "overwrite_doc"));
  const doc = (ofGetter ? getAttribute(fget, "__doc__") : null) ?? part(self, "__doc__");
  const made = call(typeOf(self), [fget, fset, fdel, doc], null);
  if (change.fget === undefined) setAttribute(made, "overwrite_doc", part(self, "overwrite_doc"));
  return made;
}
pythonMethods(dynamicType, {
  "__init__(fget=None, fset=None, fdel=None, doc=None)": (
    self: PyValue,
    fget: PyValue = null,
    fset: PyValue = null,
    fdel: PyValue = null,
    doc: PyValue = null,
  ) => {
    for (const [name, value] of Object.entries({ fget, fset, fdel })) setAttribute(self, name, value);
    const own = doc ?? (fget === null ? null : getAttribute(fget, "__doc__"));
    setAttribute(self, "__doc__", own);
    setAttribute(self, "overwrite_doc", doc === null);
    setAttribute(self, "__isabstractmethod__", truth(getAttributeOr(fget, "__isabstractmethod__", false)));
    return null;
  },
  "__get__(instance, ownerclass=None)": (self: PyValue, instance: PyValue) => {
    if (instance === null) {
      if (truth(part(self, "__isabstractmethod__"))) return self;
      throw attributeError(self, "", "");
    }
    if (part(self, "fget") === null) throw attributeError(instance, "", "unreadable attribute");
    return call1(part(self, "fget"), instance);
  },
  "__set__(instance, value)": (self: PyValue, instance: PyValue, value: PyValue) => {
    if (part(self, "fset") === null) throw attributeError(instance, "", "can't set attribute");
    call2(part(self, "fset"), instance, value);
    return null;
  },
  "__delete__(instance)": (self: PyValue, instance: PyValue) => {
    if (part(self, "fdel") === null) throw attributeError(instance, "", "can't delete attribute");
    call1(part(self, "fdel"), instance);
    return null;
  },
  "getter(fget)": (self: PyValue, fget: PyValue) => replaced(self, { fget }),
  "setter(fset)": (self: PyValue, fset: PyValue) => replaced(self, { fset }),
  "deleter(fdel)": (self: PyValue, fdel: PyValue) => replaced(self, { fdel }),
});

// ---- making classes ------------------------------------------------------------------------------------

function resolveBases(bases: PyValue): PyValue {
  const given = (bases as PyTuple).items;
  const resolved = given.flatMap((base): PyValue[] => {
    const entries = base instanceof PyType ? undefined : getAttributeOr(base, "__mro_entries__", undefined);
    if (entries === undefined) return [base];
    const replacement = call1(entries, bases);
    if (!(replacement instanceof PyTuple)) throw typeError("__mro_entries__ must return a tuple");
    return [...replacement.items];
  });
  return resolved.length === given.length && resolved.every((base, i) => base === given[i])
    ? bases
    : tuple(resolved);
}
function prepare(
  name: PyValue,
  bases: PyTuple,
  kwds: PyValue,
): { meta: PyValue; namespace: PyValue; kwds: PyDict } {
  const keywords = new PyDict();
  if (kwds !== null) mergeInto(keywords, kwds);
  let meta = keywords.get("metaclass");
  if (meta === undefined) meta = bases.items.length > 0 ? typeOf(bases.items[0] as PyValue) : typeType;
  keywords.delete("metaclass");
  if (meta instanceof PyType) meta = metaclassOf(meta, bases.items);
  const hook = getAttributeOr(meta, "__prepare__", undefined);
  const namespace = hook === undefined ? new PyDict() : call(hook, [name, bases], keywordsOf(keywords));
  return { meta, namespace, kwds: keywords };
}

/** What leads out of an expression: naming it says so. */
const absent = (name: string) => (): PyValue => {
  throw attributeError(
    null,
    name,
    `module 'types' has no attribute '${name}' (not available in an expression)`,
  );
};
const OUTSIDE = ["CapsuleType", "CellType", "CodeType", "FrameType", "coroutine"];

const types: { [name: string]: PyType } = {
  AsyncGeneratorType: asyncGeneratorType,
  BuiltinFunctionType: builtinType,
  BuiltinMethodType: builtinType,
  ClassMethodDescriptorType: classMethodDescriptorType,
  CoroutineType: coroutineType,
  DynamicClassAttribute: dynamicType,
  EllipsisType: Ellipsis.cls,
  FunctionType: functionType,
  GeneratorType: generatorType,
  GenericAlias: genericAliasType,
  GetSetDescriptorType: getsetType,
  LambdaType: functionType,
  MappingProxyType: mappingProxyType,
  MemberDescriptorType: memberType,
  MethodDescriptorType: methodDescriptorType,
  MethodType: methodType,
  MethodWrapperType: methodWrapperType,
  ModuleType: moduleType,
  NoneType: noneType,
  NotImplementedType: NotImplemented.cls,
  SimpleNamespace: namespaceType,
  TracebackType: tracebackType,
  UnionType: unionType,
  WrapperDescriptorType: wrapperDescriptorType,
};
const functions = pythonFunctions({
  "new_class(name, bases=(), kwds=None, exec_body=None)": (
    name: PyValue,
    bases: PyValue = tuple([]),
    kwds: PyValue = null,
    body: PyValue = null,
  ) => {
    const resolved = resolveBases(bases) as PyTuple;
    const made = prepare(name, resolved, kwds);
    if (body !== null) call1(body, made.namespace);
    if (resolved !== bases) setItem(made.namespace, "__orig_bases__", bases);
    return call(made.meta, [name, resolved, made.namespace], keywordsOf(made.kwds));
  },
  "resolve_bases(bases)": resolveBases,
  "prepare_class(name, bases=(), kwds=None)": (
    name: PyValue,
    bases: PyValue = tuple([]),
    kwds: PyValue = null,
  ) => {
    const made = prepare(name, bases as PyTuple, kwds);
    return tuple([made.meta, made.namespace, made.kwds]);
  },
  "get_original_bases(cls, /)": (cls: PyValue) => {
    if (!(cls instanceof PyType)) {
      throw typeError(`Expected an instance of type, not ${repr(typeName(cls))}`);
    }
    return cls.dict.get("__orig_bases__") ?? tuple(cls.bases);
  },
});
defineModule("types", {
  values: { ...types, ...functions },
  fresh: Object.fromEntries(OUTSIDE.map((name) => [name, absent(name)])),
});
