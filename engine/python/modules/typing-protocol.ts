// `typing.Protocol`: classes that others belong to by what they have.
import { getAttribute, getAttributeOr, setAttribute } from "../attribute.ts";
import { root } from "../classes.ts";
import { PyDict, PyFrozenSet } from "../dict.ts";
import { typeError } from "../exceptions.ts";
import { call, callWithSelf, type Native, PyBuiltin } from "../function.ts";
import { NotImplemented, objectType, PyObject, PyType, type PyValue, typeOf } from "../object.ts";
import { repr } from "../representation.ts";
import { type PyTuple, tuple } from "../sequence.ts";
import { makeSuper } from "../super.ts";
import { genericForms, genericType } from "../types/generic-class.ts";
import { typeParameter } from "../types/type-parameters.ts";
import { abcMetaType, finishAbstract, refusing } from "./abc.ts";
import { pythonClass, pythonClassMethods, pythonMethods } from "./python-function.ts";
import { unusable } from "./typing-alias.ts";

const MODULE = "typing";
const protocolMeta = pythonClass("_ProtocolMeta", { base: abcMetaType, module: MODULE });
/** `typing.Protocol`. */
export const protocolType = pythonClass("Protocol", { base: genericType, module: MODULE });
protocolType.cls = protocolMeta;
protocolType.dict.set("_is_protocol", true);
protocolType.dict.set("_is_runtime_protocol", false);
genericType.derived.push(protocolType);
unusable.add(protocolType);
genericForms.add(protocolType);

/** Attributes of a class that say nothing of its instances. */
const IGNORED = new Set(
  (
    "__abstractmethods__ __annotations__ __dict__ __doc__ __init__ __module__ __new__ __slots__ __subclasshook__ " +
    "__weakref__ __class_getitem__ __match_args__ __static_attributes__ __firstlineno__ __parameters__ " +
    "__orig_bases__ __orig_class__ _is_protocol _is_runtime_protocol __protocol_attrs__ " +
    "__non_callable_proto_members__ __type_params__ __qualname__"
  ).split(" "),
);
/** Is the class itself a protocol? */
export function isProtocol(value: PyValue): boolean {
  return (
    value instanceof PyType && value.cls.isSubtype(protocolMeta) && value.dict.get("_is_protocol") === true
  );
}
/** What an object must have to belong to the protocol. */
export function members(cls: PyType): Set<string> {
  const found = new Set<string>();
  for (const base of cls.mro) {
    if (base === protocolType || base === genericType || base === objectType) continue;
    const annotations = base.dict.get("__annotations__");
    const names = [...base.dict.keys(), ...(annotations instanceof PyDict ? annotations.keys() : [])];
    for (const name of names as string[])
      if (!name.startsWith("_abc_") && !IGNORED.has(name)) found.add(name);
  }
  return found;
}
/** Members that are no methods. */
function data(cls: PyType): string[] {
  return [...members(cls)].filter((name) => {
    const value = getAttributeOr(cls, name, null);
    return !(value instanceof PyObject && typeOf(value).lookup("__call__") !== undefined);
  });
}
function runtimeOnly(cls: PyType): void {
  if (cls.dict.get("_is_runtime_protocol") !== true) {
    throw typeError("Instance and class checks can only be used with @runtime_checkable protocols");
  }
}

pythonMethods(protocolMeta, {
  "__instancecheck__(instance)": (cls: PyType, instance: PyValue) => {
    const abstract = (): PyValue =>
      call(getAttribute(makeSuper(protocolMeta, cls), "__instancecheck__"), [instance], null);
    if (cls === protocolType) return typeOf(instance).isSubtype(cls);
    if (!isProtocol(cls)) return abstract();
    runtimeOnly(cls);
    if (typeOf(instance).isSubtype(cls)) return true;
    const fields = data(cls);
    // What is registered, or has the methods, belongs too, whatever the attributes are.
    const known = (): PyValue =>
      call(abcMetaType.lookup("__subclasscheck__") as PyValue, [cls, typeOf(instance)], null);
    for (const name of members(cls)) {
      const own = instance instanceof PyObject ? instance.dict?.get(name) : undefined;
      const value = own ?? typeOf(instance).lookup(name);
      if (value === undefined || (value === null && !fields.includes(name))) return known();
    }
    return true;
  },
  "__subclasscheck__(other)": (cls: PyType, other: PyValue) => {
    if (cls === protocolType) return other instanceof PyType && other.isSubtype(cls);
    if (isProtocol(cls)) {
      if (!(other instanceof PyType)) throw typeError("issubclass() arg 1 must be a class");
      runtimeOnly(cls);
      const fields = data(cls);
      if (fields.length > 0) {
        const shown = fields.sort().map(repr).join(", ");
        throw typeError(
          `Protocols with non-method members don't support issubclass(). Non-method members: ${shown}.`,
        );
      }
    }
    return call(getAttribute(makeSuper(protocolMeta, cls), "__subclasscheck__"), [other], null);
  },
  "__call__(*args, **kwargs)": (cls: PyType, args: PyTuple, kwargs: PyDict) => {
    const kw = new Map([...kwargs.entries()] as [string, PyValue][]);
    const abstract = getAttributeOr(cls, "__abstractmethods__", null);
    const complete = !(abstract instanceof PyFrozenSet) || abstract.size === 0;
    if (complete && isProtocol(cls) && cls !== protocolType)
      throw typeError("Protocols cannot be instantiated");
    return callWithSelf(root.call as PyValue, cls, [...args.items], kw.size === 0 ? null : kw);
  },
});

refusing.add(protocolMeta.dict.get("__subclasscheck__") as PyValue);

/** Has a class, or a protocol that it derives from, what the protocol asks? */
function hasMembers(cls: PyType, other: PyType): PyValue {
  for (const name of members(cls)) {
    let found = false;
    for (const base of other.mro) {
      const own = base.dict.get(name);
      if (own === null) return NotImplemented;
      const annotations = base.dict.get("__annotations__");
      found =
        own !== undefined || (isProtocol(other) && annotations instanceof PyDict && annotations.has(name));
      if (found) break;
    }
    if (!found) return NotImplemented;
  }
  return true;
}
const hook = (cls: PyType, other: PyValue): PyValue =>
  cls !== protocolType && cls.dict.get("_is_protocol") === true && other instanceof PyType
    ? hasMembers(cls, other)
    : NotImplemented;

pythonClassMethods(protocolType, {
  "__init_subclass__(*args, **kwargs)": (cls: PyType) => {
    call(getAttribute(makeSuper(protocolType, cls), "__init_subclass__"), [], null);
    if (cls.dict.get("_is_protocol") !== true) cls.dict.set("_is_protocol", cls.bases.includes(protocolType));
    if (cls.dict.get("_is_protocol") !== true) {
      cls.changed();
      return null;
    }
    for (const base of cls.bases) {
      const known =
        base === objectType || base === genericType || isProtocol(base) || base.module === "collections.abc";
      if (!known) throw typeError(`Protocols can only inherit from other protocols, got ${repr(base)}`);
    }
    cls.dict.set("_is_runtime_protocol", false);
    const attributes = new PyFrozenSet();
    for (const name of members(cls)) attributes.add(name);
    cls.dict.set("__protocol_attrs__", attributes);
    cls.changed();
    return null;
  },
  "__subclasshook__(other)": hook,
});
finishAbstract(protocolType);

/** `runtime_checkable(cls)`. */
export function runtimeCheckable(cls: PyValue): PyValue {
  if (!isProtocol(cls)) {
    throw typeError(`@runtime_checkable can be only applied to protocol classes, got ${repr(cls)}`);
  }
  setAttribute(cls, "_is_runtime_protocol", true);
  return cls;
}

/** A protocol of the library, with one abstract method. */
function libraryProtocol(name: string, declaration: string, isGeneric = false): PyType {
  const type = pythonClass(name, { base: protocolType, module: MODULE });
  type.cls = protocolMeta;
  type.dict.set("_is_protocol", true);
  type.dict.set("_is_runtime_protocol", true);
  const types = tuple(isGeneric ? [typeParameter("TypeVar", "T", null, false, null)] : []);
  type.dict.set("__parameters__", types);
  type.dict.set("__type_params__", types);
  const js: Native = () => null;
  pythonMethods(type, { [declaration]: js });
  for (const value of type.dict.values()) if (value instanceof PyBuiltin) value.abstract = true;
  protocolType.derived.push(type);
  finishAbstract(type);
  return type;
}
/** `SupportsInt` and its kin. */
export const libraryProtocols: PyType[] = [
  libraryProtocol("SupportsInt", "__int__()"),
  libraryProtocol("SupportsFloat", "__float__()"),
  libraryProtocol("SupportsComplex", "__complex__()"),
  libraryProtocol("SupportsBytes", "__bytes__()"),
  libraryProtocol("SupportsIndex", "__index__()"),
  libraryProtocol("SupportsAbs", "__abs__()", true),
  libraryProtocol("SupportsRound", "__round__(ndigits=0)", true),
];
