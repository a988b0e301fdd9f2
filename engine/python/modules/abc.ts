// The module `abc`: classes that say what a derived class must have, and that others can be registered with.
import { getAttribute, getAttributeOr, setAttribute } from "../attribute.ts";
import { directSubclasses } from "../class-layout.ts";
import { type PyDict, PyFrozenSet, PySet } from "../dict.ts";
import { AssertionError, pyError, RuntimeError, typeError } from "../exceptions.ts";
import {
  call,
  classmethodType,
  method1,
  type Native,
  PyBuiltin,
  propertyType,
  staticmethodType,
} from "../function.ts";
import { isSubclassOf } from "../instance-check.ts";
import { collect } from "../iterator.ts";
import { defineModule } from "../module.ts";
import {
  type KwArgs,
  NotImplemented,
  objectType,
  PyType,
  type PyValue,
  typeOf,
  typeType,
} from "../object.ts";
import { truth } from "../operators.ts";
import { charge, perEvaluation } from "../state.ts";
import { isAbstract } from "../types/descriptor.ts";
import { pythonClass, pythonFunctions, pythonMethods, pythonStatic } from "./python-function.ts";

/** What an abstract class knows of others, in one evaluation. */
class Known {
  readonly registered: PyType[] = [];
  /** Classes that were asked about; the noes hold until something is registered. */
  readonly yes: Set<PyType> = new Set();
  no: Set<PyType> = new Set();
  noesOf = 0;
}
const state = perEvaluation(() => ({ registrations: 0, of: new Map<PyType, Known>() }));
function known(cls: PyType): Known {
  const { of } = state();
  let found = of.get(cls);
  if (found === undefined) {
    found = new Known();
    of.set(cls, found);
  }
  return found;
}
/** How often something was registered in this evaluation: answers about classes hold until it changes. */
export function registrationsSoFar(): number {
  return state().registrations;
}
/** Built-in classes registered with built-in abstract ones: the same in every evaluation. */
const always = new Map<PyType, PyType[]>();
/** `cls.register(subclass)` for classes of the library. */
export function registerBuiltin(cls: PyType, ...subclasses: PyType[]): void {
  always.set(cls, [...(always.get(cls) ?? []), ...subclasses]);
}

export const abcMetaType = pythonClass("ABCMeta", { base: typeType, module: "abc" });

/** The names of what `cls` leaves to derived classes. */
function abstractNames(cls: PyType): PyFrozenSet {
  const names = new PyFrozenSet();
  for (const [name, value] of cls.dict) if (isAbstract(value)) names.add(name);
  for (const base of cls.bases) {
    const inherited = getAttributeOr(base, "__abstractmethods__", undefined);
    if (inherited === undefined) continue;
    // Not by iteration: built-in classes are completed before there is an evaluation to count steps.
    for (const name of inherited instanceof PySet ? inherited.items() : collect(inherited)) {
      if (isAbstract(getAttributeOr(cls, name as string, null))) names.add(name);
    }
  }
  return names;
}

/**
 * `issubclass` as this module and `functools` ask it: of a class that refuses some questions (`typing.Protocol`), without the
 * refusal, for they ask of all classes that there are.
 */
export function isSubclassInside(derived: PyValue, cls: PyValue): boolean {
  const refuses = cls instanceof PyType && refusing.has(cls.cls.lookup("__subclasscheck__") ?? null);
  return refuses ? derived === cls || subclassCheck(cls, derived) : isSubclassOf(derived, cls);
}
/** Methods `__subclasscheck__` that refuse questions. */
export const refusing: Set<PyValue> = new Set();

function subclassCheck(cls: PyType, subclass: PyValue): boolean {
  if (!(subclass instanceof PyType)) throw typeError("issubclass() arg 1 must be a class");
  const its = known(cls);
  if (its.yes.has(subclass)) return true;
  const { registrations } = state();
  if (its.noesOf < registrations) {
    its.no = new Set();
    its.noesOf = registrations;
  } else if (its.no.has(subclass)) return false;
  charge(1 + its.registered.length);
  const hooked = method1(cls, "__subclasshook__", subclass);
  let answer: boolean;
  if (hooked === true || hooked === false) answer = hooked;
  else if (hooked !== NotImplemented) {
    throw pyError(AssertionError, "__subclasshook__ must return either False, True, or NotImplemented");
  } else {
    answer =
      subclass.mro.includes(cls) ||
      [...(always.get(cls) ?? []), ...its.registered].some((other) => isSubclassInside(subclass, other)) ||
      directSubclasses(cls).some((other) => isSubclassInside(subclass, other));
  }
  (answer ? its.yes : its.no).add(subclass);
  return answer;
}

pythonMethods(abcMetaType, {
  "register(subclass)": (cls: PyType, subclass: PyValue) => {
    if (!(subclass instanceof PyType)) throw typeError("Can only register classes");
    if (isSubclassInside(subclass, cls)) return subclass;
    // What would be a class of its own subclass would make every question endless.
    if (isSubclassInside(cls, subclass)) {
      throw pyError(RuntimeError, "Refusing to create an inheritance cycle");
    }
    known(cls).registered.push(subclass);
    if (!subclass.builtin && subclass.patternKind === undefined) subclass.pattern = cls.patternKind;
    state().registrations += 1;
    return subclass;
  },
  "__instancecheck__(instance)": (cls: PyType, instance: PyValue) => {
    const claimed = getAttribute(instance, "__class__");
    if (claimed instanceof PyType && known(cls).yes.has(claimed)) return true;
    const asks = (type: PyValue): boolean => truth(method1(cls, "__subclasscheck__", type));
    const type = typeOf(instance);
    return asks(claimed) || (type !== claimed && asks(type));
  },
  "__subclasscheck__(subclass)": subclassCheck,
  "_abc_registry_clear()": (cls: PyType) => {
    known(cls).registered.length = 0;
    return null;
  },
  "_abc_caches_clear()": (cls: PyType) => {
    known(cls).yes.clear();
    known(cls).no.clear();
    return null;
  },
});
const createType = typeType.dict.get("__new__") as PyBuiltin;
pythonStatic(abcMetaType, {
  "__new__(mcls, name, bases, namespace, /, **kwargs)": (
    meta: PyType,
    name: PyValue,
    bases: PyValue,
    namespace: PyValue,
    kwargs: PyDict,
  ) => {
    const keywords: KwArgs = new Map([...kwargs.entries()] as [string, PyValue][]);
    const cls = call(createType, [meta, name, bases, namespace], keywords.size === 0 ? null : keywords);
    (cls as PyType).dict.set("__abstractmethods__", abstractNames(cls as PyType));
    return cls;
  },
});

/**
 * Makes an abstract class of the library.
 *
 * @param abstract its own methods that derived classes must have
 */
export function abstractClass(
  name: string,
  module: string,
  bases: PyType[],
  abstract: { readonly [declaration: string]: Native } = {},
): PyType {
  const type = pythonClass(name, { bases: bases.length === 0 ? [objectType] : bases, module });
  type.cls = abcMetaType;
  pythonMethods(type, abstract);
  for (const value of type.dict.values()) {
    if (value instanceof PyBuiltin) value.abstract = true;
  }
  type.hasDict = false;
  type.slots = [];
  for (const base of type.bases) base.derived.push(type);
  return type;
}
/** A class of the library that implements the abstract class `base`. */
export function concreteClass(name: string, module: string, base: PyType): PyType {
  const type = pythonClass(name, { base, module });
  type.cls = base.cls;
  base.derived.push(type);
  return type;
}

/** Completes an abstract class of the library, or one that implements it, once it has its methods. */
export function finishAbstract(type: PyType): void {
  type.dict.set("__abstractmethods__", abstractNames(type));
}

export const abcType = abstractClass("ABC", "abc", []);
finishAbstract(abcType);

// ---- decorators ----------------------------------------------------------------------------------

const abstractClassMethod = pythonClass("abstractclassmethod", { base: classmethodType, module: "abc" });
const abstractStaticMethod = pythonClass("abstractstaticmethod", { base: staticmethodType, module: "abc" });
const abstractProperty = pythonClass("abstractproperty", { base: propertyType, module: "abc" });
for (const type of [abstractClassMethod, abstractStaticMethod]) {
  pythonMethods(type, {
    "__init__(callable)": (_self: PyValue, callable: PyValue) => {
      setAttribute(callable, "__isabstractmethod__", true);
      return null;
    },
  });
}
for (const type of [abstractClassMethod, abstractStaticMethod, abstractProperty]) {
  type.dict.set("__isabstractmethod__", true);
}

defineModule("abc", {
  values: pythonFunctions({
    "abstractmethod(funcobj)": (f: PyValue) => {
      setAttribute(f, "__isabstractmethod__", true);
      return f;
    },
    "get_cache_token()": registrationsSoFar,
    "update_abstractmethods(cls)": (cls: PyValue) => {
      if (cls instanceof PyType && !cls.builtin && cls.dict.has("__abstractmethods__")) {
        setAttribute(cls, "__abstractmethods__", abstractNames(cls));
      }
      return cls;
    },
  }),
  types: [abcType, abcMetaType, abstractClassMethod, abstractStaticMethod, abstractProperty],
});
