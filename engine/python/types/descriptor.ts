// `property`, `staticmethod`, `classmethod`, and the descriptors of built-in types.
import { getAttributeOr, isAttributeError, setAttribute } from "../attribute.ts";
import { adopt } from "../classes.ts";
import type { PyDict } from "../dict.ts";
import { attributeError, typeError } from "../exceptions.ts";
import {
  bindDescriptor,
  call,
  classmethodType,
  defineAttributes,
  defineMembers,
  defineMethods,
  defineStatic,
  getsetType,
  memberType,
  PyClassMethod,
  type PyGetSet,
  PyMember,
  PyProperty,
  PyStaticMethod,
  propertyType,
  staticmethodType,
} from "../function.ts";
import { PyObject, PyType, type PyValue, typeOf } from "../object.ts";
import { truth } from "../operators.ts";
import { repr } from "../representation.ts";
import type { PyTuple } from "../sequence.ts";

/** Does `value.__isabstractmethod__` say that derived classes must replace it? */
export const isAbstract = (value: PyValue): boolean =>
  value instanceof PyObject && truth(getAttributeOr(value, "__isabstractmethod__", false));

// ---- property ------------------------------------------------------------------------------------

defineStatic(propertyType, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType) => adopt(new PyProperty(null, null, null, null), cls),
});
/** A property like this one with one function replaced; made by the property's own class. */
function replace(self: PyProperty, change: Partial<Pick<PyProperty, "fget" | "fset" | "fdel">>): PyValue {
  const { fget, fset, fdel } = { fget: self.fget, fset: self.fset, fdel: self.fdel, ...change };
  const doc = self.docOfGetter && fget !== null ? null : self.doc;
  const made = call(self.cls, [fget, fset, fdel, doc], null);
  if (made instanceof PyProperty) made.name = self.name;
  return made;
}
defineMethods(propertyType, {
  "__init__(fget=None, fset=None, fdel=None, doc=None)": (
    self: PyProperty,
    fget: PyValue = null,
    fset: PyValue = null,
    fdel: PyValue = null,
    doc: PyValue = null,
  ) => {
    Object.assign(self, { fget, fset, fdel, doc, docOfGetter: false });
    if (doc === null && fget !== null) {
      self.doc = getAttributeOr(fget, "__doc__", null);
      self.docOfGetter = self.doc !== null;
    }
    // The class of a derived property has a `__doc__` that would hide this one.
    if (self.cls !== propertyType) {
      try {
        setAttribute(self, "__doc__", self.doc);
      } catch (error) {
        if (!isAttributeError(error)) throw error;
      }
    }
    return null;
  },
  "getter(object, /)": (self: PyProperty, f: PyValue) => replace(self, { fget: f }),
  "setter(object, /)": (self: PyProperty, f: PyValue) => replace(self, { fset: f }),
  "deleter(object, /)": (self: PyProperty, f: PyValue) => replace(self, { fdel: f }),
  "__set_name__(*args)": (self: PyProperty, args: PyTuple) => {
    const [, name] = args.items;
    if (args.items.length !== 2) {
      throw typeError(`__set_name__() takes 2 positional arguments but ${args.items.length} were given`);
    }
    self.name = name;
    return null;
  },
  "__get__(instance, owner=None, /)": (self: PyProperty, instance: PyValue) =>
    instance === null ? self : bindDescriptor(self, instance, typeOf(instance)),
  "__set__(instance, value, /)": (self: PyProperty, instance: PyValue, value: PyValue) => {
    self.set(instance, value);
    return null;
  },
  "__delete__(instance, /)": (self: PyProperty, instance: PyValue) => {
    self.remove(instance);
    return null;
  },
});
defineMembers<PyProperty>(propertyType, {
  fget: (self) => self.fget,
  fset: (self) => self.fset,
  fdel: (self) => self.fdel,
  __doc__: [(self) => self.doc, (self, value) => void (self.doc = value), (self) => void (self.doc = null)],
});
defineAttributes<PyProperty>(propertyType, {
  __name__: [
    (self) => {
      if (self.name !== undefined) return self.name;
      const name = self.fget === null ? undefined : getAttributeOr(self.fget, "__name__", undefined);
      if (name !== undefined) return name;
      throw attributeError(self, "__name__", "'property' object has no attribute '__name__'");
    },
    (self, value) => void (self.name = value),
    (self) => void (self.name = undefined),
  ],
  __isabstractmethod__: (self) => [self.fget, self.fset, self.fdel].some(isAbstract),
});

// ---- staticmethod, classmethod -------------------------------------------------------------------

/** What a wrapper takes over from the function it wraps. */
const COPIED = ["__module__", "__name__", "__qualname__", "__doc__", "__annotations__"];
for (const [type, wrap] of [
  [staticmethodType, (f: PyValue) => new PyStaticMethod(f)],
  [classmethodType, (f: PyValue) => new PyClassMethod(f)],
] as const) {
  type.hasDict = true;
  defineStatic(type, {
    "__new__(cls, /, *args, **kwargs)": (cls: PyType) => adopt(wrap(null), cls),
  });
  defineMethods(type, {
    "__init__(*args)": (self: PyStaticMethod | PyClassMethod, args: PyTuple) => {
      const [f] = args.items;
      if (f === undefined || args.items.length > 1) {
        throw typeError(`${type.name} expected 1 argument, got ${args.items.length}`);
      }
      self.func = f;
      for (const name of COPIED) {
        const value = getAttributeOr(f, name, undefined);
        if (value === undefined) continue;
        self.dict ??= new Map();
        self.dict.set(name, value);
      }
      return null;
    },
    "__repr__()": (self: PyStaticMethod | PyClassMethod) => `<${type.name}(${repr(self.func)})>`,
  });
  defineMembers<PyStaticMethod | PyClassMethod>(type, {
    __func__: (self) => self.func,
    __wrapped__: (self) => self.func,
  });
  defineAttributes<PyStaticMethod | PyClassMethod>(type, {
    __isabstractmethod__: (self) => isAbstract(self.func),
  });
}
defineMethods(staticmethodType, {
  "__get__(instance, owner=None, /)": (self: PyStaticMethod) => self.func,
  "__call__(*args, **kwargs)": (self: PyStaticMethod, args: PyTuple, kw: PyDict) =>
    call(self.func, [...args.items], new Map([...kw.entries()] as [string, PyValue][])),
});
defineMethods(classmethodType, {
  "__get__(instance, owner=None, /)": (self: PyClassMethod, instance: PyValue, owner: PyValue = null) =>
    bindDescriptor(self, instance, owner instanceof PyType ? owner : typeOf(instance)),
});

// ---- what computes the attributes of built-in types ------------------------------------------------

for (const type of [getsetType, memberType]) {
  defineMethods(type, {
    "__repr__()": (self: PyGetSet) =>
      `<${self instanceof PyMember ? "member" : "attribute"} '${self.name}' of '${self.owner.name}' objects>`,
    "__get__(instance, owner=None, /)": (self: PyGetSet, instance: PyValue, owner: PyValue = null) => {
      if (instance !== null) return self.get(instance);
      if (owner === null) throw typeError("__get__(None, None) is invalid");
      return self;
    },
    "__set__(instance, value, /)": (self: PyGetSet, instance: PyValue, value: PyValue) => {
      self.set(instance, value);
      return null;
    },
    "__delete__(instance, /)": (self: PyGetSet, instance: PyValue) => {
      self.remove(instance);
      return null;
    },
  });
  defineAttributes<PyGetSet>(type, {
    __doc__: () => null,
    __qualname__: (self) => `${self.owner.qualname}.${self.name}`,
  });
  defineMembers<PyGetSet>(type, { __name__: (self) => self.name, __objclass__: (self) => self.owner });
}
