// `isinstance` and `issubclass`.
import { getAttributeOr } from "./attribute.ts";
import { typeError } from "./exceptions.ts";
import { callWithSelf } from "./function.ts";
import { objectType, PyObject, PyType, type PyValue, typeOf, typeType } from "./object.ts";
import { truth } from "./operators.ts";
import { PyTuple } from "./sequence.ts";

/** `isinstance(value, classinfo)`. */
export function isInstanceOf(value: PyValue, info: PyValue): boolean {
  if (info instanceof PyType) {
    if (typeOf(value) === info) return true;
    if (info.cls === typeType) return plainInstance(value, info);
  } else if (info instanceof PyTuple) return info.items.some((item) => isInstanceOf(value, item));
  if (info instanceof PyObject) {
    const custom = info.cls.lookup("__instancecheck__");
    if (custom !== undefined && custom !== typeType.dict.get("__instancecheck__")) {
      return truth(callWithSelf(custom, info, [value], null));
    }
    if (info instanceof PyType) return plainInstance(value, info);
  }
  throw typeError("isinstance() arg 2 must be a type, a tuple of types, or a union");
}
/** `type.__instancecheck__`: by the type, or by the class that a proxy claims through `__class__`. */
function plainInstance(value: PyValue, type: PyType): boolean {
  if (typeOf(value).isSubtype(type)) return true;
  if (!claimsAnotherClass(value)) return false;
  const claimed = getAttributeOr(value, "__class__", null);
  return claimed instanceof PyType && claimed !== typeOf(value) && claimed.isSubtype(type);
}
function claimsAnotherClass(value: PyValue): boolean {
  return (
    value instanceof PyObject &&
    !value.cls.builtin &&
    value.cls.lookup("__class__") !== objectType.dict.get("__class__")
  );
}

/** `issubclass(cls, classinfo)`. */
export function isSubclassOf(cls: PyValue, info: PyValue): boolean {
  if (info instanceof PyTuple) return info.items.some((item) => isSubclassOf(cls, item));
  if (info instanceof PyObject) {
    const custom = info.cls.lookup("__subclasscheck__");
    if (custom !== undefined && custom !== typeType.dict.get("__subclasscheck__")) {
      return truth(callWithSelf(custom, info, [cls], null));
    }
  }
  if (!(cls instanceof PyType)) throw typeError("issubclass() arg 1 must be a class");
  if (!(info instanceof PyType)) {
    throw typeError("issubclass() arg 2 must be a class, a tuple of classes, or a union");
  }
  return cls.isSubtype(info);
}
