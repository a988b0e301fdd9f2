// `functools.singledispatch` and `singledispatchmethod`: functions chosen by the type of their first argument.
import { getAttribute, getAttributeOr, setAttribute } from "../attribute.ts";
import { directSubclasses } from "../class-layout.ts";
import { PyDict } from "../dict.ts";
import { pyError, RuntimeError, typeError } from "../exceptions.ts";
import { call, call1, call2, defineAttributes, isCallable, method } from "../function.ts";
import { unions } from "../instance-check.ts";
import { importModule } from "../module.ts";
import { objectType, PyType, type PyValue } from "../object.ts";
import { truth } from "../operators.ts";
import { repr, str } from "../representation.ts";
import type { PyTuple } from "../sequence.ts";
import { charge } from "../state.ts";
import { PyMappingProxy } from "../types/mapping-proxy.ts";
import { isSubclassInside, registrationsSoFar } from "./abc.ts";
import { keywordsOf } from "./partial.ts";
import { innerFunction, pythonClass, pythonMethods } from "./python-function.ts";
import { PyAlias } from "./typing-alias.ts";
import { updateWrapper } from "./wraps.ts";

// ---- the order of types, abstract ones included ------------------------------------------------------

/** Merges orders into one that agrees with each. */
function merge(orders: readonly (readonly PyType[])[]): PyType[] {
  const rest = orders.map((order) => [...order]);
  const merged: PyType[] = [];
  for (;;) {
    const left = rest.filter((order) => order.length > 0);
    if (left.length === 0) return merged;
    charge(left.length);
    const next = left
      .map((order) => order[0] as PyType)
      .find((head) => left.every((o) => !o.includes(head, 1)));
    if (next === undefined) throw pyError(RuntimeError, "Inconsistent hierarchy");
    merged.push(next);
    for (const order of left) if (order[0] === next) order.shift();
  }
}
/** The MRO of `cls` with these abstract classes put in where they belong. */
function orderWith(cls: PyType, abstracts: readonly PyType[]): PyType[] {
  let boundary = 0;
  for (let i = cls.bases.length; i > 0; i--) {
    // Abstract bases that are named stay behind those that are only implied.
    if (getAttributeOr(cls.bases[i - 1] as PyType, "__abstractmethods__", undefined) !== undefined) {
      boundary = i;
      break;
    }
  }
  const explicit = cls.bases.slice(0, boundary);
  const other = cls.bases.slice(boundary);
  const implied = abstracts.filter(
    (base) => isSubclassInside(cls, base) && !cls.bases.some((b) => isSubclassInside(b, base)),
  );
  const rest = abstracts.filter((base) => !implied.includes(base));
  const order = (bases: readonly PyType[]): PyType[][] => bases.map((base) => orderWith(base, rest));
  return merge([[cls], ...order(explicit), ...order(implied), ...order(other), explicit, implied, other]);
}
/** The order in which `types` are looked at for an instance of `cls`. */
function composeOrder(cls: PyType, types: readonly PyType[]): PyType[] {
  const bases = new Set(cls.mro);
  const isRelated = (type: PyType): boolean =>
    !bases.has(type) && type.mro.length > 0 && isSubclassInside(cls, type);
  const related = types.filter(isRelated);
  // Of two of which one is the other's ancestor, the descendant is enough.
  const chosen = related.filter(
    (type) => !related.some((other) => type !== other && other.mro.includes(type)),
  );
  const mro: PyType[] = [];
  for (const type of chosen) {
    const found: PyType[][] = [];
    for (const sub of directSubclasses(type)) {
      if (!bases.has(sub) && isSubclassInside(cls, sub)) {
        found.push(sub.mro.filter((s) => types.includes(s)));
      }
    }
    if (found.length === 0) {
      mro.push(type);
      continue;
    }
    // The subclasses that know most come first.
    found.sort((a, b) => b.length - a.length);
    for (const line of found) for (const sub of line) if (!mro.includes(sub)) mro.push(sub);
  }
  return orderWith(cls, mro);
}

class Dispatcher {
  readonly registry: PyDict = new PyDict();
  private cache: Map<PyType, PyValue> = new Map();
  private registrations: number | null = null;

  clear(): void {
    this.cache = new Map();
  }
  dispatch(cls: PyValue): PyValue {
    if (!(cls instanceof PyType)) throw typeError("cannot create weak reference to non-class");
    if (this.registrations !== null && this.registrations !== registrationsSoFar()) {
      this.clear();
      this.registrations = registrationsSoFar();
    }
    const known = this.cache.get(cls);
    if (known !== undefined) return known;
    const found = this.registry.get(cls) ?? this.find(cls);
    this.cache.set(cls, found);
    return found;
  }
  private find(cls: PyType): PyValue {
    const types = [...this.registry.keys()] as PyType[];
    let match: PyType | undefined;
    for (const type of composeOrder(cls, types)) {
      if (match !== undefined) {
        // Two abstract classes that know nothing of each other are equally good.
        if (
          types.includes(type) &&
          !cls.mro.includes(type) &&
          !cls.mro.includes(match) &&
          !isSubclassInside(match, type)
        ) {
          throw pyError(RuntimeError, `Ambiguous dispatch: ${repr(match)} or ${repr(type)}`);
        }
        break;
      }
      if (types.includes(type)) match = type;
    }
    return match === undefined ? null : (this.registry.get(match) as PyValue);
  }
  /** Puts `func` in for `cls`, a class or a union of classes. */
  private add(cls: PyValue, func: PyValue): void {
    for (const type of partsOf(cls) ?? [cls]) {
      this.registry.set(type, func);
    }
    if (this.registrations === null && getAttributeOr(cls, "__abstractmethods__", undefined) !== undefined) {
      this.registrations = registrationsSoFar();
    }
    this.clear();
  }
  register(cls: PyValue, func: PyValue): PyValue {
    if (isDispatchType(cls)) {
      if (func === null) {
        return innerFunction(
          "<lambda>(f)",
          (f: PyValue) => this.register(cls, f),
          "singledispatch.<locals>.register.<locals>.<lambda>",
        );
      }
      this.add(cls, func);
      return func;
    }
    if (func !== null) {
      throw typeError(`Invalid first argument to \`register()\`. ${repr(cls)} is not a class or union type.`);
    }
    const annotations = getAttributeOr(cls, "__annotations__", null);
    if (!(annotations instanceof PyDict) || annotations.size === 0) {
      throw typeError(
        `Invalid first argument to \`register()\`: ${repr(cls)}. Use either \`@register(some_class)\` or plain \`@register\` on an annotated function.`,
      );
    }
    const hints = call1(getAttribute(importModule("typing", true), "get_type_hints"), cls) as PyDict;
    const [name, type] = hints.entries().next().value as [PyValue, PyValue];
    if (!isDispatchType(type)) {
      const complaint = partsOf(type) === undefined ? "is not a class" : "not all arguments are classes";
      throw typeError(`Invalid annotation for ${repr(name)}. ${repr(type)} ${complaint}.`);
    }
    this.add(type, cls);
    return cls;
  }
}
/** The types in a union of either kind; undefined for anything else. */
function partsOf(value: PyValue): readonly PyValue[] | undefined {
  return value instanceof PyAlias && value.kind === "union" ? value.args : unions.parts(value);
}
function isDispatchType(value: PyValue): boolean {
  return (partsOf(value) ?? [value]).every((each) => each instanceof PyType);
}
const classOf = (value: PyValue): PyValue => getAttribute(value, "__class__");

/** `singledispatch(func)`. */
export function singledispatch(func: PyValue): PyValue {
  const dispatcher = new Dispatcher();
  dispatcher.registry.set(objectType, func);
  const name = getAttributeOr(func, "__name__", "singledispatch function");
  const within = (inner: string): string => `singledispatch.<locals>.${inner}`;
  const wrapper = innerFunction(
    "wrapper(*args, **kw)",
    (args: PyTuple, kw: PyDict) => {
      const [first] = args.items;
      if (first === undefined) throw typeError(`${str(name)} requires at least 1 positional argument`);
      return call(dispatcher.dispatch(classOf(first)), [...args.items], keywordsOf(kw));
    },
    within("wrapper"),
  );
  const attributes: [string, PyValue][] = [
    [
      "register",
      innerFunction(
        "register(cls, func=None)",
        (cls: PyValue, f: PyValue) => dispatcher.register(cls, f),
        within("register"),
        [null],
      ),
    ],
    [
      "dispatch",
      innerFunction("dispatch(cls)", (cls: PyValue) => dispatcher.dispatch(cls), within("dispatch")),
    ],
    ["registry", new PyMappingProxy(dispatcher.registry)],
    [
      "_clear_cache",
      innerFunction("clear()", () => {
        dispatcher.clear();
        return null;
      }),
    ],
  ];
  for (const [key, value] of attributes) setAttribute(wrapper, key, value);
  return updateWrapper(wrapper, func);
}

// ---- methods -----------------------------------------------------------------------------------------

export const singledispatchMethodType = pythonClass("singledispatchmethod", { module: "functools" });
pythonMethods(singledispatchMethodType, {
  "__init__(func)": (self: PyValue, func: PyValue) => {
    if (!isCallable(func) && getAttributeOr(func, "__get__", undefined) === undefined) {
      throw typeError(`${repr(func)} is not callable or a descriptor`);
    }
    setAttribute(self, "dispatcher", singledispatch(func));
    setAttribute(self, "func", func);
    return null;
  },
  "register(cls, method=None)": (self: PyValue, cls: PyValue, f: PyValue = null) =>
    method(getAttribute(self, "dispatcher"), "register", [cls], new Map([["func", f]])),
  "__get__(obj, cls=None)": (self: PyValue, object: PyValue, cls: PyValue = null) => {
    const func = getAttribute(self, "func");
    const dispatch = getAttribute(getAttribute(self, "dispatcher"), "dispatch");
    const name = getAttributeOr(func, "__name__", "singledispatchmethod method");
    const chosen = innerFunction(
      "_method(*args, **kwargs)",
      (args: PyTuple, kwargs: PyDict) => {
        const [first] = args.items;
        if (first === undefined) throw typeError(`${str(name)} requires at least 1 positional argument`);
        const found = call1(dispatch, classOf(first));
        const bound = call2(getAttribute(found, "__get__"), object, cls);
        return call(bound, [...args.items], keywordsOf(kwargs));
      },
      "singledispatchmethod.__get__.<locals>._method",
    );
    setAttribute(chosen, "__isabstractmethod__", getAttribute(self, "__isabstractmethod__"));
    setAttribute(chosen, "register", getAttribute(self, "register"));
    return updateWrapper(chosen, func);
  },
});
defineAttributes<PyValue>(singledispatchMethodType, {
  __isabstractmethod__: (self) =>
    truth(getAttributeOr(getAttribute(self, "func"), "__isabstractmethod__", false)),
});
