// `super`: attributes of the classes behind one class in the order of another.
import { bindThroughClass, findAttribute, plainAttribute } from "./attribute.ts";
import { pyError, RuntimeError, typeError } from "./exceptions.ts";
import { bindDescriptor, call, defineMembers, defineMethods, defineStatic } from "./function.ts";
import { ProtocolIterator } from "./iterator.ts";
import { makeType, PyObject, PyType, type PyValue, typeName, typeOf } from "./object.ts";

/** A `super` object; what it is bound to is undefined for `super(owner)`. */
export class PySuper extends PyObject {
  owner: PyType;
  self: PyValue | undefined;
  selfType: PyType | null;
  constructor(owner: PyType, self: PyValue | undefined, selfType: PyType | null) {
    super();
    this.owner = owner;
    this.self = self;
    this.selfType = selfType;
    this.dict = undefined;
  }
}
export const superType = makeType("super", { of: PySuper });

superType.readHook = (object, name) => {
  const s = object as PySuper;
  if (name !== "__class__" && s.selfType !== null && s.self !== undefined) {
    const { mro } = s.selfType;
    for (let i = mro.indexOf(s.owner) + 1; i < mro.length; i++) {
      const value = (mro[i] as PyType).dict.get(name);
      if (value === undefined) continue;
      return s.self === s.selfType
        ? bindThroughClass(value, s.selfType)
        : bindDescriptor(value, s.self, s.selfType);
    }
  }
  return plainAttribute(s, name, s.cls);
};

/** The class in whose order `super(owner, self)` looks; TypeError when `self` has nothing to do with `owner`. */
function startOf(owner: PyType, self: PyValue): PyType {
  if (self instanceof PyType && self.isSubtype(owner)) return self;
  const type = typeOf(self);
  if (type.isSubtype(owner)) return type;
  // A proxy may claim another class.
  const claimed = self instanceof PyObject ? findAttribute(self, "__class__") : undefined;
  if (claimed instanceof PyType && claimed !== type && claimed.isSubtype(owner)) return claimed;
  const what = self instanceof PyType ? `type ${self.name}` : `instance of ${type.name}`;
  throw typeError(`super(type, obj): obj (${what}) is not an instance or subtype of type (${owner.name}).`);
}
/** `super(owner, self)`. */
export function makeSuper(owner: PyType, self: PyValue): PySuper {
  return new PySuper(owner, self, startOf(owner, self));
}
/** `super()` in a method, or in a generator expression, whose own first argument is its iterator. */
export function superOf(owner: PyValue | undefined, self: PyValue | ProtocolIterator | undefined): PyValue {
  if (self === undefined) throw pyError(RuntimeError, "super(): arg[0] deleted");
  if (owner === undefined) throw pyError(RuntimeError, "super(): empty __class__ cell");
  if (!(owner instanceof PyType)) {
    throw pyError(RuntimeError, `super(): __class__ is not a type (${typeName(owner)})`);
  }
  return makeSuper(owner, self instanceof ProtocolIterator ? self.object : self);
}
/** `super()` in a function without parameters. */
export function superWithoutArguments(): never {
  throw pyError(RuntimeError, "super(): no arguments");
}
/** `super()` where there is no class around. */
export function superWithoutClass(): never {
  throw pyError(RuntimeError, "super(): __class__ cell not found");
}

defineStatic(superType, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType) => {
    const made = new PySuper(superType, undefined, null);
    if (cls !== superType) made.cls = cls;
    return made;
  },
});
defineMethods(superType, {
  "__init__(type=None, object_or_type=None, /)": (self: PySuper, owner?: PyValue, object?: PyValue) => {
    if (owner === undefined) throw pyError(RuntimeError, "super(): no arguments");
    if (!(owner instanceof PyType))
      throw typeError(`super() argument 1 must be a type, not ${typeOf(owner).name}`);
    self.owner = owner;
    const bound = object !== undefined && object !== null;
    self.selfType = bound ? startOf(owner, object) : null;
    self.self = bound ? object : undefined;
    return null;
  },
  "__get__(instance, owner=None, /)": (self: PySuper, instance: PyValue) => {
    if (instance === null || self.self !== undefined) return self;
    return self.cls === superType
      ? makeSuper(self.owner, instance)
      : call(self.cls, [self.owner, instance], null);
  },
  "__repr__()": (self: PySuper) =>
    self.selfType === null
      ? `<super: <class '${self.owner.name}'>, NULL>`
      : `<super: <class '${self.owner.name}'>, <${self.selfType.name} object>>`,
});
defineMembers<PySuper>(superType, {
  __thisclass__: (self) => self.owner,
  __self__: (self) => self.self ?? null,
  __self_class__: (self) => self.selfType,
});
