// Methods of `object` and of the three values there is one of.
import {
  attributeOf,
  getAttributeOr,
  missing,
  plainAttribute,
  plainDeleteAttribute,
  plainSetAttribute,
} from "../attribute.ts";
import { sameLayout } from "../class-layout.ts";
import { allocateInstance, root } from "../classes.ts";
import { PyDict } from "../dict.ts";
import { typeError } from "../exceptions.ts";
import {
  callWithSelf,
  defineAttributes,
  defineClassMethods,
  defineMethods,
  defineStatic,
  special,
} from "../function.ts";
import { identityHash } from "../hash.ts";
import { keyKinds } from "../hash-table.ts";
import {
  asStr,
  Ellipsis,
  NotImplemented,
  noneType,
  objectType,
  PyObject,
  type PySingleton,
  PyType,
  type PyValue,
  typeName,
  typeOf,
} from "../object.ts";
import { truth } from "../operators.ts";
import { defaultRepr, strObject } from "../representation.ts";
import { list, type PyTuple } from "../sequence.ts";
import { defineConstructor } from "./construct.ts";
import { textArgument } from "./text-argument.ts";

/** The text of an attribute's name; TypeError for what is no string. */
export function nameOf(value: PyValue, what: string): string {
  const name = asStr(value);
  if (name === undefined) throw typeError(`${what} must be string, not '${typeName(value)}'`);
  return name;
}

// ---- object --------------------------------------------------------------------------------------

defineConstructor(objectType, "(*args, **kwargs)", (cls: PyType, args: PyTuple, kw: PyDict) => {
  if (args.items.length > 0 || kw.size > 0) {
    if (cls.lookup("__new__") !== root.create) {
      throw typeError("object.__new__() takes exactly one argument (the type to instantiate)");
    }
    if (cls.lookup("__init__") === root.init) throw typeError(`${cls.name}() takes no arguments`);
  }
  return allocateInstance(cls);
});
defineMethods(objectType, {
  "__init__(*args, **kwargs)": (self: PyValue, args: PyTuple, kw: PyDict) => {
    const type = typeOf(self);
    if (
      (args.items.length > 0 || kw.size > 0) &&
      (type.lookup("__init__") !== root.init || type.lookup("__new__") === root.create)
    ) {
      throw typeError(
        type.lookup("__init__") !== root.init
          ? "object.__init__() takes exactly one argument (the instance to initialize)"
          : `${type.name}.__init__() takes exactly one argument (the instance to initialize)`,
      );
    }
    return null;
  },
  "__repr__()": (self: PyValue) => defaultRepr(self),
  // What is no string `str()` complains of.
  "__str__()": (self: PyValue) => special(self, "__repr__", []) as PyValue,
  "__eq__(value, /)": (self: PyValue, other: PyValue) => (self === other ? true : NotImplemented),
  "__ne__(value, /)": (self: PyValue, other: PyValue) => {
    const method = typeOf(self).lookup("__eq__") as PyValue;
    const result = callWithSelf(method, self, [other], null);
    return result === NotImplemented ? NotImplemented : !truth(result);
  },
  "__lt__(value, /)": () => NotImplemented,
  "__le__(value, /)": () => NotImplemented,
  "__gt__(value, /)": () => NotImplemented,
  "__ge__(value, /)": () => NotImplemented,
  "__hash__()": (self: PyValue) => identityHash(self),
  "__format__(format_spec, /)": (self: PyValue, spec: PyValue) => {
    const text = textArgument(spec, "__format__() argument");
    if (text !== "") throw typeError(`unsupported format string passed to ${typeName(self)}.__format__`);
    return strObject(self);
  },
  "__getattribute__(name, /)": (self: PyValue, name: PyValue) => {
    const key = nameOf(name, "attribute name");
    const value = plainAttribute(self, key, typeOf(self));
    if (value === undefined) throw missing(self, key);
    return value;
  },
  "__setattr__(name, value, /)": (self: PyValue, name: PyValue, value: PyValue) => {
    plainSetAttribute(self, nameOf(name, "attribute name"), value);
    return null;
  },
  "__delattr__(name, /)": (self: PyValue, name: PyValue) => {
    plainDeleteAttribute(self, nameOf(name, "attribute name"));
    return null;
  },
  "__dir__()": (self: PyValue) => list(directory(self)),
  "__sizeof__()": () => 16,
});
const initSubclass = {
  "__init_subclass__(*args, **kwargs)": (cls: PyType, args: PyTuple, kw: PyDict) => {
    const name = `${cls.qualname}.__init_subclass__()`;
    if (kw.size > 0) throw typeError(`${name} takes no keyword arguments`);
    if (args.items.length > 0) throw typeError(`${name} takes no arguments (${args.items.length} given)`);
    return null;
  },
};
defineClassMethods(objectType, { ...initSubclass, "__subclasshook__(*args)": () => NotImplemented });
defineAttributes<PyValue>(objectType, {
  __class__: [
    (self) => typeOf(self),
    (self, value) => {
      const from = typeOf(self);
      if (!(value instanceof PyType))
        throw typeError(`__class__ must be set to a class, not '${typeName(value)}' object`);
      if (from.builtin || value.builtin || !(self instanceof PyObject)) {
        throw typeError("__class__ assignment only supported for mutable types or ModuleType subclasses");
      }
      if (!sameLayout(from, value)) {
        throw typeError(`__class__ assignment: '${value.name}' object layout differs from '${from.name}'`);
      }
      self.cls = value;
    },
    () => {
      throw typeError("can't delete __class__ attribute");
    },
  ],
  __doc__: (self) => typeOf(self).lookup("__doc__") ?? null,
});
root.create = objectType.dict.get("__new__");
root.init = objectType.dict.get("__init__");
attributeOf.plain = objectType.dict.get("__getattribute__");
keyKinds.identityHash = objectType.dict.get("__hash__");

/** `dir(object)`: a class shows what it and its bases have, an instance its own attributes besides. */
function directory(self: PyValue): PyValue[] {
  const names = new Set<string>();
  const own = getAttributeOr(self, "__dict__", undefined);
  if (own instanceof PyDict) for (const name of own.keys()) if (typeof name === "string") names.add(name);
  const type = getAttributeOr(self, "__class__", undefined);
  if (type instanceof PyType)
    for (const ancestor of type.mro) for (const name of ancestor.dict.keys()) names.add(name);
  return [...names].sort();
}

// ---- None, NotImplemented, Ellipsis --------------------------------------------------------------

defineMethods(noneType, {
  "__repr__()": () => "None",
  "__bool__()": () => false,
  "__eq__(value, /)": (_self, other: PyValue) => (other === null ? true : NotImplemented),
  "__hash__()": () => 0xfca86420,
});
const single = (value: PyValue) => ({
  "__new__(cls, *args, **kwargs)": (cls: PyType, args: PyTuple, kw: PyDict) => {
    if (args.items.length > 0 || kw.size > 0) throw typeError(`${cls.name} takes no arguments`);
    return value;
  },
});
defineStatic(noneType, single(null));
for (const singleton of [NotImplemented, Ellipsis]) {
  defineMethods(singleton.cls, { "__repr__()": (self: PySingleton) => self.text });
  defineStatic(singleton.cls, single(singleton));
}
defineMethods(NotImplemented.cls, {
  // CPython 3.13 still only warns.
  "__bool__()": () => true,
});
