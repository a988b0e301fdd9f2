// Methods of functions, built-in functions and methods.
import { missing, plainAttribute } from "../attribute.ts";
import { dictFromMap, PyDict } from "../dict.ts";
import { attributeError, typeError } from "../exceptions.ts";
import {
  bindDescriptor,
  builtinType,
  call,
  classMethodDescriptorType,
  defineAttributes,
  defineMembers,
  defineMethods,
  functionType,
  methodDescriptorType,
  methodType,
  methodWrapperType,
  PyBoundMethod,
  PyBuiltin,
  type PyBuiltinClassMethod,
  type PyFunction,
  wrapperDescriptorType,
} from "../function.ts";
import { hash, identityHash } from "../hash.ts";
import { lastingDict, PyNamespace } from "../namespace.ts";
import {
  asStr,
  type KwArgs,
  NotImplemented,
  PyObject,
  PyType,
  type PyValue,
  typeName,
  typeOf,
} from "../object.ts";
import { address, repr } from "../representation.ts";
import { PyTuple, tuple } from "../sequence.ts";
import { defineConstructor } from "./construct.ts";

function keywords(kw: PyDict): KwArgs | null {
  if (kw.size === 0) return null;
  return new Map([...kw.entries()] as [string, PyValue][]);
}

// ---- the author's functions ----------------------------------------------------------------------

function bindTo(self: PyObject, instance: PyValue, owner: PyValue): PyValue {
  if (instance !== null) return bindDescriptor(self, instance, typeOf(instance));
  if (owner === null) throw typeError("__get__(None, None) is invalid");
  return self;
}
defineMethods(functionType, {
  "__repr__()": (self: PyFunction) => `<function ${self.qualname} at ${address(self)}>`,
  "__call__(*args, **kwargs)": (self: PyFunction, args: PyTuple, kw: PyDict) =>
    call(self, [...args.items], keywords(kw)),
  "__get__(instance, owner=None, /)": (self: PyFunction, instance: PyValue, owner: PyValue = null) =>
    bindTo(self, instance, owner),
});
functionType.hasDict = true;
functionType.hasWeakref = true;
defineAttributes<PyFunction>(functionType, { __dict__: lastingDict("cannot delete __dict__") });
const textual = (name: "__name__" | "__qualname__", value: PyValue | undefined): string => {
  const text = value === undefined ? undefined : asStr(value);
  if (text === undefined) throw typeError(`${name} must be set to a string object`);
  return text;
};
const NO_DEFAULTS: readonly PyValue[] = [];
function setDefaults(self: PyFunction, value: PyValue): void {
  if (value !== null && !(value instanceof PyTuple))
    throw typeError("__defaults__ must be set to a tuple object");
  self.defaults = { positional: value === null ? NO_DEFAULTS : value.items, kwonly: self.defaults.kwonly };
}
function setKeywordDefaults(self: PyFunction, value: PyValue): void {
  if (value !== null && !(value instanceof PyDict))
    throw typeError("__kwdefaults__ must be set to a dict object");
  const kwonly = value === null ? null : (value.map as Map<string, PyValue>);
  self.defaults = { positional: self.defaults.positional, kwonly };
}
function setAnnotations(self: PyFunction, value: PyValue): void {
  if (value !== null && !(value instanceof PyDict))
    throw typeError("__annotations__ must be set to a dict object");
  self.annotations = value ?? undefined;
}
defineAttributes<PyFunction>(functionType, {
  __name__: [
    (self) => self.name,
    (self, value) => void (self.name = textual("__name__", value)),
    () => textual("__name__", undefined),
  ],
  __qualname__: [
    (self) => self.qualname,
    (self, value) => void (self.qualname = textual("__qualname__", value)),
    () => textual("__qualname__", undefined),
  ],
  __defaults__: [
    (self) => (self.defaults.positional.length === 0 ? null : tuple([...self.defaults.positional])),
    setDefaults,
    (self) => setDefaults(self, null),
  ],
  __kwdefaults__: [
    (self) =>
      self.defaults.kwonly === null ? null : new PyNamespace(self.defaults.kwonly as Map<string, PyValue>),
    setKeywordDefaults,
    (self) => setKeywordDefaults(self, null),
  ],
  __annotations__: [
    (self) => (self.annotations ??= dictFromMap(new Map())),
    setAnnotations,
    (self) => setAnnotations(self, null),
  ],
  __type_params__: [
    (self) => self.typeParams ?? tuple([]),
    (self, value) => {
      if (!(value instanceof PyTuple)) throw typeError("__type_params__ must be set to a tuple");
      self.typeParams = value;
    },
    () => {
      throw typeError("__type_params__ must be set to a tuple");
    },
  ],
});
defineMembers<PyFunction>(functionType, {
  __doc__: [(self) => self.doc, (self, value) => void (self.doc = value), (self) => void (self.doc = null)],
  // Expressions run without a `__name__`: their functions are of no module.
  __module__: [
    (self) => self.module,
    (self, value) => void (self.module = value),
    (self) => void (self.module = null),
  ],
});
for (const name of ["__code__", "__globals__", "__closure__", "__builtins__"]) {
  const refuse = (self: PyFunction): never => {
    throw attributeError(
      self,
      name,
      `'function' object has no attribute '${name}' (not available in an expression)`,
    );
  };
  defineAttributes<PyFunction>(functionType, { [name]: [refuse, refuse, refuse] });
}

// ---- built-in functions and methods --------------------------------------------------------------

type BuiltinObject = PyBuiltin | PyBoundMethod | PyBuiltinClassMethod;
const entryOf = (self: BuiltinObject): PyBuiltin =>
  self instanceof PyBuiltin ? self : (self.func as PyBuiltin);

function showBuiltin(self: BuiltinObject): string {
  const { name, owner, home } = entryOf(self);
  if (self.cls === wrapperDescriptorType) return `<slot wrapper '${name}' of '${owner?.name}' objects>`;
  if (self.cls === methodDescriptorType || self.cls === classMethodDescriptorType)
    return `<method '${name}' of '${owner?.name}' objects>`;
  const bound = self instanceof PyBoundMethod ? self.self : home;
  if (bound === null && !(self instanceof PyBoundMethod)) return `<built-in function ${name}>`;
  const kind = bound instanceof PyType ? "type" : typeName(bound);
  return self.cls === methodWrapperType
    ? `<method-wrapper '${name}' of ${kind} object at ${address(bound)}>`
    : `<built-in method ${name} of ${kind} object at ${address(bound)}>`;
}
function boundEqual(self: PyValue, other: PyValue): PyValue {
  if (self instanceof PyBoundMethod && other instanceof PyBoundMethod) {
    return self.func === other.func && self.self === other.self;
  }
  return self === other ? true : NotImplemented;
}
const identity = (value: PyValue): number | bigint =>
  value instanceof PyObject ? identityHash(value) : hash(value);
function boundHash(self: PyObject): PyValue {
  if (!(self instanceof PyBoundMethod)) return identityHash(self);
  return Number(BigInt.asIntN(53, BigInt(identity(self.self)) ^ BigInt(identity(self.func))));
}
const descriptorTypes = [methodDescriptorType, wrapperDescriptorType, classMethodDescriptorType];
for (const type of [builtinType, methodWrapperType, ...descriptorTypes]) {
  defineMethods(type, {
    "__repr__()": showBuiltin,
    "__call__(*args, **kwargs)": (self: PyObject, args: PyTuple, kw: PyDict) =>
      call(self, [...args.items], keywords(kw)),
  });
  defineAttributes<BuiltinObject>(type, {
    __doc__: () => null,
    __isabstractmethod__: [
      (self) => {
        if (entryOf(self).abstract) return true;
        throw missing(self, "__isabstractmethod__");
      },
      (self) => {
        const text = `'${type.name}' object has no attribute '__isabstractmethod__' and no __dict__ for setting new attributes`;
        throw attributeError(self, "__isabstractmethod__", text);
      },
    ],
    __qualname__: (self) => entryOf(self).display,
    __text_signature__: (self) => entryOf(self).sig.text ?? null,
  });
}
for (const type of [builtinType, methodWrapperType]) {
  defineMethods(type, { "__eq__(value, /)": boundEqual, "__hash__()": boundHash });
  defineAttributes<PyBuiltin | PyBoundMethod>(type, {
    __name__: (self) => entryOf(self).name,
    __self__: (self) => (self instanceof PyBoundMethod ? self.self : self.home),
  });
}
defineMembers<PyBuiltin | PyBoundMethod>(builtinType, {
  __module__: (self) => (self instanceof PyBoundMethod || self.home !== null ? null : self.module),
});
for (const type of descriptorTypes) {
  defineMembers<PyBuiltin | PyBuiltinClassMethod>(type, {
    __name__: (self) => entryOf(self).name,
    __objclass__: (self) => entryOf(self).owner,
  });
  defineMethods(type, {
    "__get__(instance, owner=None, /)": (self: PyObject, instance: PyValue, owner: PyValue = null) =>
      type === classMethodDescriptorType && owner instanceof PyType
        ? bindDescriptor(self, instance, owner)
        : bindTo(self, instance, owner),
  });
}

// ---- bound methods -------------------------------------------------------------------------------

defineConstructor(methodType, "(function, instance, /)", (_cls: PyType, f: PyValue, instance: PyValue) => {
  if (!(f instanceof PyObject)) throw typeError("first argument must be callable");
  if (instance === null) throw typeError("instance must not be None");
  return new PyBoundMethod(f, instance);
});
defineMethods(methodType, {
  "__repr__()": (self: PyBoundMethod) => {
    const named = plainAttribute(self.func, "__qualname__", typeOf(self.func));
    const name = named === undefined ? undefined : asStr(named);
    return `<bound method ${name ?? "?"} of ${repr(self.self)}>`;
  },
  "__call__(*args, **kwargs)": (self: PyBoundMethod, args: PyTuple, kw: PyDict) =>
    call(self, [...args.items], keywords(kw)),
  "__eq__(value, /)": boundEqual,
  "__hash__()": boundHash,
  "__get__(instance, owner=None, /)": (self: PyBoundMethod) => self,
});
methodType.readHook = (object, name) => {
  const own = plainAttribute(object, name, methodType);
  if (own !== undefined) return own;
  const { func } = object as PyBoundMethod;
  return plainAttribute(func, name, typeOf(func));
};
defineAttributes<PyBoundMethod>(methodType, {
  __doc__: (self) => plainAttribute(self.func, "__doc__", typeOf(self.func)) ?? null,
});
defineMembers<PyBoundMethod>(methodType, {
  __func__: (self) => self.func,
  __self__: (self) => self.self,
});
