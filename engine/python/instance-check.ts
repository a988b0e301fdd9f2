// `isinstance` and `issubclass`: classes, tuples and unions of them, and objects that only claim to be classes.
import { getAttributeOr } from "./attribute.ts";
import { typeError } from "./exceptions.ts";
import { callWithSelf, PyBuiltin } from "./function.ts";
import { NotImplemented, objectType, PyObject, PyType, type PyValue, typeOf, typeType } from "./object.ts";
import { truth } from "./operators.ts";
import { PyTuple } from "./sequence.ts";
import { charge } from "./state.ts";

/** `int | str`: how one is made, and the classes of one. Filled in by `types/generic-alias.ts`. */
export const unions: {
  make: (a: PyValue, b: PyValue) => PyValue;
  parts: (value: PyValue) => readonly PyValue[] | undefined;
} = { make: () => NotImplemented, parts: () => undefined };

const ISINSTANCE = "isinstance() arg 2 must be a type, a tuple of types, or a union";
const ISSUBCLASS = "issubclass() arg 2 must be a class, a tuple of classes, or a union";

/** What an object that is no class gives as its `__bases__`; undefined when that is no tuple. */
function basesOf(value: PyValue): readonly PyValue[] | undefined {
  const bases = getAttributeOr(value, "__bases__", undefined);
  return bases instanceof PyTuple ? bases.items : undefined;
}
function claimsDescent(derived: PyValue, cls: PyValue): boolean {
  charge(1);
  if (derived === cls) return true;
  return basesOf(derived)?.some((base) => claimsDescent(base, cls)) ?? false;
}

function claimsAnotherClass(value: PyValue): boolean {
  return (
    value instanceof PyObject &&
    !value.cls.builtin &&
    value.cls.lookup("__class__") !== objectType.dict.get("__class__")
  );
}

/** `type.__instancecheck__`, and what is asked of objects with `__bases__` instead. */
export function plainInstance(value: PyValue, cls: PyValue): boolean {
  if (cls instanceof PyType) {
    if (typeOf(value).isSubtype(cls)) return true;
    if (!claimsAnotherClass(value) && typeOf(value).readHook === undefined) return false;
    // A proxy may claim another class through `__class__`.
    const claimed = getAttributeOr(value, "__class__", undefined);
    return claimed instanceof PyType && claimed !== typeOf(value) && claimed.isSubtype(cls);
  }
  if (basesOf(cls) === undefined) throw typeError(ISINSTANCE);
  const claimed = getAttributeOr(value, "__class__", undefined);
  return claimed !== undefined && claimsDescent(claimed, cls);
}

/** `type.__subclasscheck__`, and what is asked of objects with `__bases__` instead. */
export function plainSubclass(derived: PyValue, cls: PyValue): boolean {
  if (derived instanceof PyType && cls instanceof PyType) return derived.isSubtype(cls);
  if (basesOf(derived) === undefined) throw typeError("issubclass() arg 1 must be a class");
  if (basesOf(cls) === undefined) throw typeError(ISSUBCLASS);
  return claimsDescent(derived, cls);
}

/** The check that a class brings along; undefined when it is `type`'s own. */
function customCheck(cls: PyValue, name: string): PyValue | undefined {
  const check = typeOf(cls).lookup(name);
  return check instanceof PyBuiltin && check.owner === typeType ? undefined : check;
}

/** `isinstance(value, info)`. */
export function isInstanceOf(value: PyValue, info: PyValue): boolean {
  if (typeOf(value) === info) return true;
  if (info instanceof PyType && info.cls === typeType) return plainInstance(value, info);
  const parts = info instanceof PyTuple ? info.items : unions.parts(info);
  if (parts !== undefined) return parts.some((part) => isInstanceOf(value, part));
  const check = customCheck(info, "__instancecheck__");
  return check === undefined ? plainInstance(value, info) : truth(callWithSelf(check, info, [value], null));
}

/** `issubclass(derived, info)`. */
export function isSubclassOf(derived: PyValue, info: PyValue): boolean {
  if (info instanceof PyType && info.cls === typeType) {
    return derived === info || plainSubclass(derived, info);
  }
  const parts = info instanceof PyTuple ? info.items : unions.parts(info);
  if (parts !== undefined) return parts.some((part) => isSubclassOf(derived, part));
  const check = customCheck(info, "__subclasscheck__");
  return check === undefined
    ? plainSubclass(derived, info)
    : truth(callWithSelf(check, info, [derived], null));
}
