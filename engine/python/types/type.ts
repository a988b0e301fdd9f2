// Methods of `type`.
import { bindThroughClass, checkMutable, findAttribute, setInClass } from "../attribute.ts";
import { defaultOrder, replaceBases } from "../class-layout.ts";
import { buildClass, instantiate, metaclassOf, root } from "../classes.ts";
import { PyDict } from "../dict.ts";
import { attributeError, typeError, valueError } from "../exceptions.ts";
import {
  call,
  defineAttributes,
  defineClassMethods,
  defineMembers,
  defineMethods,
  PyGetSet,
  PyStaticMethod,
} from "../function.ts";
import { plainInstance, plainSubclass, unions } from "../instance-check.ts";
import { PyNamespace } from "../namespace.ts";
import { asStr, type KwArgs, PyObject, PyType, type PyValue, typeName, typeType } from "../object.ts";
import { list, PyTuple, tuple } from "../sequence.ts";
import { defineConstructor } from "./construct.ts";
import { PyMappingProxy } from "./mapping-proxy.ts";
import { nameOf } from "./object.ts";
import { givenType } from "./text-argument.ts";

defineConstructor(typeType, "(*args, **kwds)", (cls: PyType, args: PyTuple, kw: PyDict) => {
  const [name, bases, namespace] = args.items as [PyValue, PyValue, PyValue];
  if (args.items.length !== 3)
    throw typeError(`type.__new__() takes exactly 3 arguments (${args.items.length} given)`);
  const text = asStr(name);
  if (text === undefined) throw typeError(`type.__new__() argument 1 must be str, not ${givenType(name)}`);
  if (!(bases instanceof PyTuple))
    throw typeError(`type.__new__() argument 2 must be tuple, not ${givenType(bases)}`);
  if (!(namespace instanceof PyDict))
    throw typeError(`type.__new__() argument 3 must be dict, not ${givenType(namespace)}`);
  const entries = new Map<string, PyValue>();
  for (const [key, value] of namespace.entries()) entries.set(nameOf(key, "attribute name"), value);
  const keywords: KwArgs = new Map();
  for (const [key, value] of kw.entries()) keywords.set(key as string, value);
  for (const base of bases.items) {
    if (base instanceof PyType || findAttribute(base, "__mro_entries__") === undefined) continue;
    throw typeError("type() doesn't support MRO entry resolution; use types.new_class()");
  }
  const meta = metaclassOf(cls, bases.items);
  const create = meta.lookup("__new__") as PyValue;
  // The metaclass of a base may have a `__new__` of its own.
  if (meta !== cls && create !== typeType.dict.get("__new__")) {
    return call(create instanceof PyStaticMethod ? create.func : create, [meta, ...args.items], keywords);
  }
  return buildClass(text, bases.items, entries, keywords, meta);
});
defineMethods(typeType, {
  "__init__(*args, **kwargs)": (_self: PyType, args: PyTuple, kw: PyDict) => {
    const n = args.items.length;
    if (kw.size > 0 && n === 1) throw typeError("type.__init__() takes no keyword arguments");
    if (n !== 1 && n !== 3) throw typeError("type.__init__() takes 1 or 3 arguments");
    return null;
  },
  "__call__(*args, **kwargs)": (self: PyType, args: PyTuple, kw: PyDict) => {
    const keywords: KwArgs = new Map();
    for (const [key, value] of kw.entries()) keywords.set(key as string, value);
    return instantiate(self, [...args.items], keywords.size === 0 ? null : keywords);
  },
  "__repr__()": (self: PyType) => {
    const module = moduleOf(self);
    if (module === "builtins" || asStr(module) === undefined) {
      return `<class '${self.builtin ? self.qualname : self.name}'>`;
    }
    return `<class '${asStr(module)}.${self.qualname}'>`;
  },
  "__instancecheck__(instance, /)": (self: PyType, value: PyValue) => plainInstance(value, self),
  "__subclasscheck__(subclass, /)": (self: PyType, value: PyValue) => plainSubclass(value, self),
  "mro()": (self: PyType) => list(defaultOrder(self)),
  "__or__(value, /)": (self: PyType, other: PyValue) => unions.make(self, other),
  "__ror__(value, /)": (self: PyType, other: PyValue) => unions.make(other, self),
  "__dir__()": (self: PyType) => {
    const names = new Set<string>();
    for (const ancestor of self.mro) for (const name of ancestor.dict.keys()) names.add(name);
    return list([...names].sort());
  },
  "__sizeof__()": () => 1064,
});
defineClassMethods(typeType, { "__prepare__(*args, **kwargs)": () => new PyDict() });
root.call = typeType.dict.get("__call__");
typeType.dict.set("__doc__", null);
typeType.hasDict = true;
typeType.hasWeakref = true;

function moduleOf(type: PyType): PyValue {
  const own = type.builtin ? undefined : type.dict.get("__module__");
  return own === undefined ? type.module : own;
}

/** An attribute that classes of the author's can change: `set` gets the new value, checked no further; without it the class keeps it. */
function changeable(
  name: string,
  get: (self: PyType) => PyValue,
  set = (self: PyType, value: PyValue): void => setInClass(self, name, value),
): [(self: PyType) => PyValue, (self: PyType, value: PyValue) => void, (self: PyType) => void] {
  return [
    get,
    (self, value) => {
      checkMutable(self, name);
      set(self, value);
    },
    (self) => {
      throw typeError(`cannot delete '${name}' attribute of immutable type '${self.name}'`);
    },
  ];
}
function annotations(self: PyType): PyValue {
  const own = self.dict.get("__annotations__");
  // What `type` itself has under that name is the attribute of others.
  if (self.builtin && (own === undefined || own instanceof PyGetSet)) {
    throw attributeError(
      self,
      "__annotations__",
      `type object '${self.name}' has no attribute '__annotations__'`,
    );
  }
  if (own !== undefined) return own instanceof PyObject ? bindThroughClass(own, self) : own;
  const made = new PyDict();
  self.dict.set("__annotations__", made);
  return made;
}
defineAttributes<PyType>(typeType, {
  __name__: changeable(
    "__name__",
    (self) => (self.builtin ? self.qualname.slice(self.qualname.lastIndexOf(".") + 1) : self.name),
    (self, value) => {
      const name = asStr(value);
      if (name === undefined)
        throw typeError(`can only assign string to ${self.name}.__name__, not '${typeName(value)}'`);
      if (name.includes("\0")) throw valueError("type name must not contain null characters");
      self.name = name;
    },
  ),
  __qualname__: changeable(
    "__qualname__",
    (self) => self.qualname,
    (self, value) => {
      const name = asStr(value);
      if (name === undefined)
        throw typeError(`can only assign string to ${self.name}.__qualname__, not '${typeName(value)}'`);
      self.qualname = name;
    },
  ),
  __module__: changeable("__module__", moduleOf),
  __doc__: changeable("__doc__", (self) => {
    const doc = self.dict.get("__doc__") ?? null;
    return doc instanceof PyObject ? bindThroughClass(doc, self) : doc;
  }),
  __bases__: changeable(
    "__bases__",
    (self) => tuple(self.bases),
    (self, value) => {
      if (!(value instanceof PyTuple))
        throw typeError(`can only assign tuple to ${self.name}.__bases__, not ${typeName(value)}`);
      if (value.items.length === 0)
        throw typeError(`can only assign non-empty tuple to ${self.name}.__bases__, not ()`);
      for (const base of value.items) {
        if (!(base instanceof PyType))
          throw typeError(`${self.name}.__bases__ must be tuple of classes, not '${typeName(base)}'`);
      }
      replaceBases(self, value.items as PyType[]);
    },
  ),
  __annotations__: [
    annotations,
    (self, value) => setInClass(self, "__annotations__", value),
    (self) => {
      checkMutable(self, "__annotations__");
      if (!self.dict.delete("__annotations__"))
        throw attributeError(self, "__annotations__", "__annotations__");
      self.changed();
    },
  ],
  __dict__: (self) => new PyMappingProxy(new PyNamespace(self.dict)),
  __abstractmethods__: [
    (self) => {
      const names = self.dict.get("__abstractmethods__");
      if (names === undefined || self === typeType)
        throw attributeError(self, "__abstractmethods__", "__abstractmethods__");
      return names;
    },
    (self, value) => setInClass(self, "__abstractmethods__", value),
    (self) => {
      if (!self.dict.delete("__abstractmethods__"))
        throw attributeError(self, "__abstractmethods__", "__abstractmethods__");
      self.changed();
    },
  ],
  __type_params__: changeable("__type_params__", (self) => {
    const own = self.builtin ? undefined : self.dict.get("__type_params__");
    return own === undefined ? tuple([]) : own;
  }),
});
defineMembers<PyType>(typeType, {
  __base__: (self) => self.base,
  __mro__: (self) => tuple(self.mro),
});
