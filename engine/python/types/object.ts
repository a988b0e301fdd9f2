// Methods of `object`, `type`, functions, properties and the other types that classes are made of.
import {
  attributeOf,
  bindThroughClass,
  missing,
  plainAttribute,
  plainDeleteAttribute,
  plainSetAttribute,
} from "../attribute.ts";
import {
  allocateInstance,
  buildClass,
  instantiate,
  makeSuper,
  metaclassOf,
  type PySuper,
  root,
  superType,
} from "../classes.ts";
import { dictFromMap, PyDict } from "../dict.ts";
import { attributeError, typeError } from "../exceptions.ts";
import {
  bindDescriptor,
  builtinType,
  call,
  callWithSelf,
  classmethodType,
  defineAttributes,
  defineClassMethods,
  defineMethods,
  defineStatic,
  functionType,
  getsetType,
  methodDescriptorType,
  methodType,
  methodWrapperType,
  PyBoundMethod,
  PyBuiltin,
  PyClassMethod,
  PyFunction,
  type PyGetSet,
  PyProperty,
  PyStaticMethod,
  propertyType,
  staticmethodType,
  wrapperDescriptorType,
} from "../function.ts";
import { identityHash } from "../hash.ts";
import { keyKinds } from "../hash-table.ts";
import {
  asStr,
  Ellipsis,
  isInstance,
  type KwArgs,
  NotImplemented,
  noneType,
  objectType,
  PyObject,
  type PySingleton,
  PyType,
  type PyValue,
  typeName,
  typeOf,
  typeType,
} from "../object.ts";
import { truth } from "../operators.ts";
import { address, defaultRepr, repr, str } from "../representation.ts";
import { list, PyTuple, tuple } from "../sequence.ts";

function nameOf(value: PyValue, what: string): string {
  const name = asStr(value);
  if (name === undefined) throw typeError(`${what} must be string, not '${typeName(value)}'`);
  return name;
}

// ---- object --------------------------------------------------------------------------------------

defineStatic(objectType, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType, args: PyTuple, kw: PyDict) => {
    if (args.items.length > 0 || kw.size > 0) {
      if (cls.lookup("__new__") !== root.create) {
        throw typeError("object.__new__() takes exactly one argument (the type to instantiate)");
      }
      if (cls.lookup("__init__") === root.init) throw typeError(`${cls.name}() takes no arguments`);
    }
    return allocateInstance(cls);
  },
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
  "__str__()": (self: PyValue) => repr(self),
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
    const text = asStr(spec);
    if (text === undefined) throw typeError(`__format__() argument must be str, not ${typeName(spec)}`);
    if (text !== "") throw typeError(`unsupported format string passed to ${typeName(self)}.__format__`);
    return str(self);
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
defineClassMethods(objectType, initSubclass);
objectType.dict.set(
  "__subclasshook__",
  new PyClassMethod(classHook("__subclasshook__", () => NotImplemented)),
);
function classHook(name: string, js: () => PyValue): PyBuiltin {
  const sig = {
    positional: [],
    posonly: 0,
    required: 0,
    varargs: null,
    kwonly: [],
    kwonlyRequired: [],
    varkw: null,
  };
  return new PyBuiltin(name, sig, js, objectType);
}
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
      if (from.layout !== value.layout || from.hasDict !== value.hasDict) {
        throw typeError(`__class__ assignment: '${value.name}' object layout differs from '${from.name}'`);
      }
      self.cls = value;
    },
  ],
  __doc__: (self) => typeOf(self).lookup("__doc__") ?? null,
  __dict__: [
    (self) => {
      if (self instanceof PyType) return dictFromMap(self.dict);
      if (!(self instanceof PyObject) || (self.dict === undefined && !typeOf(self).hasDict)) {
        throw missing(self, "__dict__");
      }
      self.dict ??= new Map();
      return new PyNamespace(self.dict);
    },
    (self, value) => {
      if (!(self instanceof PyObject) || self instanceof PyType || !typeOf(self).hasDict) {
        throw missing(self, "__dict__");
      }
      if (!(value instanceof PyDict)) {
        throw typeError(`__dict__ must be set to a dictionary, not a '${typeName(value)}'`);
      }
      for (const key of value.keys()) nameOf(key, "attribute name");
      self.dict = value.map as Map<string, PyValue>;
    },
  ],
});
root.create = objectType.dict.get("__new__");
root.init = objectType.dict.get("__init__");
attributeOf.plain = objectType.dict.get("__getattribute__");
keyKinds.identityHash = objectType.dict.get("__hash__");

/** `instance.__dict__`: a dict over the instance's own attributes. */
class PyNamespace extends PyDict {
  constructor(attributes: Map<string, PyValue>) {
    super();
    this.map = attributes as PyDict["map"];
  }
}

function directory(self: PyValue): PyValue[] {
  const names = new Set<string>();
  if (self instanceof PyObject && !(self instanceof PyType))
    for (const name of self.dict?.keys() ?? []) names.add(name);
  const type = self instanceof PyType ? self : typeOf(self);
  for (const ancestor of type.mro) for (const name of ancestor.dict.keys()) names.add(name);
  return [...names].sort();
}

// ---- type ----------------------------------------------------------------------------------------

defineStatic(typeType, {
  "__new__(cls, name=None, bases=(), dict={}, /, **kwds)": (
    cls: PyType,
    name: PyValue = null,
    bases?: PyValue,
    namespace?: PyValue,
    kw?: PyDict,
  ) => {
    if (bases === undefined && namespace === undefined) return typeOf(name);
    if (namespace === undefined) throw typeError("type() takes 1 or 3 arguments");
    if (typeof name !== "string")
      throw typeError(`type.__new__() argument 1 must be str, not ${typeName(name)}`);
    if (!(bases instanceof PyTuple))
      throw typeError(`type.__new__() argument 2 must be tuple, not ${typeName(bases ?? null)}`);
    if (!(namespace instanceof PyDict))
      throw typeError(`type.__new__() argument 3 must be dict, not ${typeName(namespace ?? null)}`);
    const entries = new Map<string, PyValue>();
    for (const [key, value] of namespace.entries()) entries.set(nameOf(key, "attribute name"), value);
    const keywords: KwArgs = new Map();
    for (const [key, value] of kw?.entries() ?? []) keywords.set(key as string, value);
    return buildClass(name, bases.items, entries, keywords, metaclassOf(cls, bases.items));
  },
});
defineMethods(typeType, {
  "__init__(*args, **kwargs)": () => null,
  "__call__(*args, **kwargs)": (self: PyType, args: PyTuple, kw: PyDict) => {
    const keywords: KwArgs = new Map();
    for (const [key, value] of kw.entries()) keywords.set(key as string, value);
    return instantiate(self, [...args.items], keywords.size === 0 ? null : keywords);
  },
  "__repr__()": (self: PyType) =>
    `<class '${moduleOf(self) === "builtins" ? self.qualname : `${moduleOf(self)}.${self.qualname}`}'>`,
  "__instancecheck__(instance, /)": (self: PyType, value: PyValue) => isInstance(value, self),
  "__subclasscheck__(subclass, /)": (self: PyType, value: PyValue) =>
    value instanceof PyType && value.isSubtype(self),
  "mro()": (self: PyType) => list([...self.mro]),
  "__or__(value, /)": (self: PyType, other: PyValue) => unionOf.make(self, other),
  "__ror__(value, /)": (self: PyType, other: PyValue) => unionOf.make(other, self),
});
root.call = typeType.dict.get("__call__");
/** `int | str`; filled in by `types/union.ts`. */
export const unionOf: { make: (a: PyValue, b: PyValue) => PyValue } = { make: () => NotImplemented };

function moduleOf(type: PyType): string {
  const own = type.builtin ? undefined : type.dict.get("__module__");
  return typeof own === "string" ? own : type.module;
}
defineAttributes<PyType>(typeType, {
  __name__: [
    (self) => (self.builtin ? self.qualname : self.name),
    (self, value) => {
      if (self.builtin) throw typeError(`cannot set '__name__' attribute of immutable type '${self.name}'`);
      if (typeof value !== "string")
        throw typeError(`can only assign string to ${self.name}.__name__, not '${typeName(value)}'`);
      (self as { name: string }).name = value;
    },
  ],
  __qualname__: [
    (self) => self.qualname,
    (self, value) => {
      if (self.builtin)
        throw typeError(`cannot set '__qualname__' attribute of immutable type '${self.name}'`);
      if (typeof value !== "string")
        throw typeError(`can only assign string to ${self.name}.__qualname__, not '${typeName(value)}'`);
      self.qualname = value;
    },
  ],
  __module__: [
    (self) => moduleOf(self),
    (self, value) => {
      if (self.builtin) throw typeError(`cannot set '__module__' attribute of immutable type '${self.name}'`);
      self.dict.set("__module__", value);
    },
  ],
  __bases__: (self) => tuple(self.bases),
  __base__: (self) => (self.bases[0] as PyType | undefined) ?? null,
  __mro__: (self) => tuple(self.mro),
  __doc__: [
    (self) => {
      const doc = self.dict.get("__doc__") ?? null;
      return doc instanceof PyObject ? bindThroughClass(doc, self) : doc;
    },
    (self, value) => {
      if (self.builtin) throw typeError(`cannot set '__doc__' attribute of immutable type '${self.name}'`);
      self.dict.set("__doc__", value);
    },
  ],
  __annotations__: (self) => self.dict.get("__annotations__") ?? dictFromMap(new Map()),
});

// ---- functions and methods -----------------------------------------------------------------------

defineMethods(functionType, {
  "__repr__()": (self: PyFunction) => `<function ${self.qualname} at ${address(self)}>`,
  "__call__(*args, **kwargs)": (self: PyFunction, args: PyTuple, kw: PyDict) =>
    call(self, [...args.items], keywords(kw)),
  "__get__(instance, owner=None, /)": (self: PyFunction, instance: PyValue) =>
    instance === null ? self : bindDescriptor(self, instance, typeOf(instance)),
});
function keywords(kw: PyDict): KwArgs | null {
  if (kw.size === 0) return null;
  return new Map([...kw.entries()] as [string, PyValue][]);
}
defineAttributes<PyFunction>(functionType, {
  __name__: [(self) => self.name, (self, value) => void (self.name = nameOf(value, "__name__"))],
  __qualname__: [
    (self) => self.qualname,
    (self, value) => void (self.qualname = nameOf(value, "__qualname__")),
  ],
  __doc__: [(self) => self.doc, (self, value) => void (self.doc = value)],
  __module__: () => null,
  __defaults__: (self) =>
    self.defaults.positional.length === 0 ? null : tuple([...self.defaults.positional]),
  __kwdefaults__: (self) =>
    self.defaults.kwonly === null ? null : dictFromMap(new Map(self.defaults.kwonly)),
  __annotations__: [
    (self) => (self.annotations ??= dictFromMap(new Map())),
    (self, value) => void (self.annotations = value),
  ],
  __dict__: (self) => {
    self.dict ??= new Map();
    return new PyNamespace(self.dict);
  },
});
const builtinTypes = [builtinType, methodDescriptorType, wrapperDescriptorType, methodWrapperType];
for (const type of builtinTypes)
  defineMethods(type, {
    "__repr__()": (self: PyBuiltin | PyBoundMethod) =>
      self instanceof PyBoundMethod
        ? self.cls === methodWrapperType
          ? `<method-wrapper '${(self.func as PyBuiltin).name}' of ${typeName(self.self)} object at ${address(self.self)}>`
          : self.self instanceof PyType
            ? `<built-in method ${(self.func as PyBuiltin).name} of type object at ${address(self.self)}>`
            : `<built-in method ${(self.func as PyBuiltin).name} of ${typeName(self.self)} object at ${address(self.self)}>`
        : self.owner === null
          ? `<built-in function ${self.name}>`
          : self.cls === wrapperDescriptorType
            ? `<slot wrapper '${self.name}' of '${self.owner.name}' objects>`
            : `<method '${self.name}' of '${self.owner.name}' objects>`,
    "__call__(*args, **kwargs)": (self: PyBuiltin, args: PyTuple, kw: PyDict) =>
      call(self, [...args.items], keywords(kw)),
    "__eq__(value, /)": boundEqual,
  });
function boundEqual(self: PyValue, other: PyValue): PyValue {
  if (self instanceof PyBoundMethod && other instanceof PyBoundMethod) {
    return self.func === other.func && self.self === other.self;
  }
  return self === other ? true : NotImplemented;
}
for (const type of builtinTypes) type.dict.set("__hash__", objectType.dict.get("__hash__") as PyValue);
const builtinName = (self: PyBuiltin | PyBoundMethod): string =>
  self instanceof PyBoundMethod ? (self.func as PyBuiltin).name : self.name;
for (const type of builtinTypes)
  defineAttributes<PyBuiltin | PyBoundMethod>(type, {
    __name__: builtinName,
    __qualname__: (self) => (self instanceof PyBoundMethod ? (self.func as PyBuiltin).display : self.display),
    __self__: (self) => (self instanceof PyBoundMethod ? self.self : null),
    __doc__: () => null,
    __module__: (self) => (self instanceof PyBoundMethod || self.owner !== null ? null : self.module),
    __text_signature__: (self) => (self instanceof PyBoundMethod ? null : (self.sig.text ?? null)),
  });
defineStatic(methodType, {
  "__new__(cls, function, instance, /)": (_cls, f: PyValue, instance: PyValue) => {
    if (!(f instanceof PyObject)) throw typeError("first argument must be callable");
    if (instance === null) throw typeError("instance must not be None");
    return new PyBoundMethod(f, instance);
  },
});
defineMethods(methodType, {
  "__repr__()": (self: PyBoundMethod) =>
    `<bound method ${self.func instanceof PyFunction ? self.func.qualname : "?"} of ${repr(self.self)}>`,
  "__eq__(value, /)": boundEqual,
});
methodType.dict.set("__hash__", objectType.dict.get("__hash__") as PyValue);
methodType.readHook = (object, name) => {
  const own = plainAttribute(object, name, methodType);
  return own !== undefined
    ? own
    : plainAttribute((object as PyBoundMethod).func, name, typeOf((object as PyBoundMethod).func));
};
defineAttributes<PyBoundMethod>(methodType, {
  __func__: (self) => self.func,
  __self__: (self) => self.self,
});

// ---- property, staticmethod, classmethod ---------------------------------------------------------

defineStatic(propertyType, {
  "__new__(cls, fget=None, fset=None, fdel=None, doc=None)": (
    cls: PyType,
    fget: PyValue = null,
    fset: PyValue = null,
    fdel: PyValue = null,
    doc: PyValue = null,
  ) => {
    const property = new PyProperty(fget, fset, fdel, doc ?? (fget instanceof PyFunction ? fget.doc : null));
    if (cls !== propertyType) property.cls = cls;
    return property;
  },
});
const propertyCopy = (
  self: PyProperty,
  change: Partial<Pick<PyProperty, "fget" | "fset" | "fdel">>,
): PyProperty => {
  const all = { fget: self.fget, fset: self.fset, fdel: self.fdel, ...change };
  const copy = new PyProperty(all.fget, all.fset, all.fdel, self.doc);
  copy.name = self.name;
  copy.cls = self.cls;
  return copy;
};
defineMethods(propertyType, {
  "__init__(*args, **kwargs)": () => null,
  "getter(object, /)": (self: PyProperty, f: PyValue) => propertyCopy(self, { fget: f }),
  "setter(object, /)": (self: PyProperty, f: PyValue) => propertyCopy(self, { fset: f }),
  "deleter(object, /)": (self: PyProperty, f: PyValue) => propertyCopy(self, { fdel: f }),
  "__set_name__(owner, name, /)": (self: PyProperty, _owner: PyValue, name: PyValue) => {
    self.name = typeof name === "string" ? name : null;
    return null;
  },
  "__get__(instance, owner=None, /)": (self: PyProperty, instance: PyValue) =>
    instance === null ? self : bindDescriptor(self, instance, typeOf(instance)),
});
defineAttributes<PyProperty>(propertyType, {
  fget: (self) => self.fget,
  fset: (self) => self.fset,
  fdel: (self) => self.fdel,
  __doc__: (self) => self.doc,
  __name__: (self) => {
    if (self.name === null)
      throw attributeError(self, "__name__", "'property' object has no attribute '__name__'");
    return self.name;
  },
});
for (const [type, make] of [
  [staticmethodType, (f: PyValue) => new PyStaticMethod(f)],
  [classmethodType, (f: PyValue) => new PyClassMethod(f)],
] as const) {
  defineStatic(type, { "__new__(cls, function, /)": (_cls, f: PyValue) => make(f) });
  defineMethods(type, {
    "__init__(*args, **kwargs)": () => null,
    "__get__(instance, owner=None, /)": (
      self: PyStaticMethod | PyClassMethod,
      instance: PyValue,
      owner: PyValue = null,
    ) =>
      self instanceof PyStaticMethod
        ? self.func
        : bindDescriptor(self, instance, owner instanceof PyType ? owner : typeOf(instance)),
    "__repr__()": (self: PyStaticMethod | PyClassMethod) => `<${type.name}(${repr(self.func)})>`,
  });
  defineAttributes<PyStaticMethod | PyClassMethod>(type, {
    __func__: (self) => self.func,
    __wrapped__: (self) => self.func,
  });
}
defineMethods(getsetType, {
  "__repr__()": (self: PyGetSet) => `<attribute '${self.name}' of '${self.owner.name}' objects>`,
});
defineAttributes<PyGetSet>(getsetType, { __name__: (self) => self.name });

// ---- super, None, NotImplemented, Ellipsis -------------------------------------------------------

defineStatic(superType, {
  "__new__(cls, type, object_or_type=None, /)": (_cls, type: PyValue, object?: PyValue) => {
    if (!(type instanceof PyType))
      throw typeError(`super() argument 1 must be a type, not ${typeName(type)}`);
    if (object === undefined || object === null)
      throw typeError("super() without an object is not supported in expressions");
    return makeSuper(type, object);
  },
});
defineMethods(superType, {
  "__init__(*args, **kwargs)": () => null,
  "__repr__()": (self: PySuper) => `<super: <class '${self.owner.name}'>, <${self.selfType.name} object>>`,
});
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
