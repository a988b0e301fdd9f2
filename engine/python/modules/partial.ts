// `functools.partial` and `partialmethod`.
import { getAttribute, getAttributeOr, setAttribute } from "../attribute.ts";
import { adopt } from "../classes.ts";
import type { PyDict } from "../dict.ts";
import { typeError } from "../exceptions.ts";
import {
  call,
  call2,
  defineAttributes,
  defineClassMethods,
  defineMembers,
  defineMethods,
  isCallable,
  method2,
} from "../function.ts";
import { isInstance, type KwArgs, makeType, PyObject, type PyType, type PyValue } from "../object.ts";
import { truth } from "../operators.ts";
import { repr, reprOnce, str } from "../representation.ts";
import { type PyTuple, tuple } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { defineConstructor } from "../types/construct.ts";
import { genericAlias } from "../types/generic-alias.ts";
import { innerFunction, pythonClass, pythonClassMethods, pythonMethods } from "./python-function.ts";

/** Keyword arguments as a call takes them. */
export function keywordsOf(kw: PyDict): KwArgs | null {
  return kw.size === 0 ? null : new Map([...kw.entries()] as [string, PyValue][]);
}

/** A `partial`. */
export class PyPartial extends PyObject {
  readonly func: PyValue;
  readonly args: readonly PyValue[];
  readonly keywords: PyDict;
  constructor(func: PyValue, args: readonly PyValue[], keywords: PyDict) {
    super();
    this.func = func;
    this.args = args;
    this.keywords = keywords;
  }
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    let keywords = kw;
    if (this.keywords.size > 0) {
      keywords = keywordsOf(this.keywords) as KwArgs;
      for (const [name, value] of kw ?? []) keywords.set(name, value);
    }
    return call(this.func, [...this.args, ...args], keywords);
  }
}
export const partialType = makeType("functools.partial", { of: PyPartial });
partialType.hasDict = true;
defineConstructor(partialType, "(*args, **keywords)", (cls: PyType, given: PyTuple, kw: PyDict) => {
  const [func, ...args] = given.items;
  if (func === undefined) throw typeError("type 'partial' takes at least one argument");
  if (!isCallable(func)) throw typeError("the first argument must be callable");
  // A partial of a partial is one partial.
  if (func instanceof PyPartial && (func.dict === undefined || func.dict.size === 0)) {
    charge(func.args.length >> 4);
    allocate(func.args.length * 8);
    const keywords = func.keywords.copy();
    for (const [name, value] of kw.entries()) keywords.set(name, value);
    return adopt(new PyPartial(func.func, [...func.args, ...args], keywords), cls);
  }
  return adopt(new PyPartial(func, args, kw), cls);
});
/** `module.Class(func, args…, name=value…)`. */
function show(self: PyObject, func: PyValue, args: readonly PyValue[], keywords: PyDict): string {
  const name = [getAttribute(self.cls, "__module__"), getAttribute(self.cls, "__qualname__")]
    .map(str)
    .join(".");
  const parts = [repr(func), ...args.map(repr)];
  for (const [key, value] of keywords.entries()) parts.push(`${str(key)}=${repr(value)}`);
  return `${name}(${parts.join(", ")})`;
}
defineMethods(partialType, {
  "__call__(*args, **kwargs)": (self: PyPartial, args: PyTuple, kw: PyDict) =>
    self.call([...args.items], keywordsOf(kw)),
  "__repr__()": (self: PyPartial) =>
    reprOnce(self, "...", () => show(self, self.func, self.args, self.keywords)),
});
defineClassMethods(partialType, { "__class_getitem__(item, /)": genericAlias });
defineMembers<PyPartial>(partialType, {
  func: (self) => self.func,
  args: (self) => tuple(self.args),
  keywords: (self) => self.keywords,
});

// ---- partialmethod -----------------------------------------------------------------------------------

export const partialMethodType = pythonClass("partialmethod", { module: "functools" });
const part = (self: PyValue, name: "func" | "args" | "keywords"): PyValue => getAttribute(self, name);

pythonClassMethods(partialMethodType, { "__class_getitem__(item, /)": genericAlias });
pythonMethods(partialMethodType, {
  "__init__(func, /, *args, **keywords)": (self: PyValue, func: PyValue, args: PyTuple, keywords: PyDict) => {
    if (!isCallable(func) && getAttributeOr(func, "__get__", undefined) === undefined) {
      throw typeError(`${repr(func)} is not callable or a descriptor`);
    }
    let [of, first, named] = [func, args.items, keywords];
    if (isInstance(func, partialMethodType)) {
      of = part(func, "func");
      first = [...(part(func, "args") as PyTuple).items, ...args.items];
      named = (part(func, "keywords") as PyDict).copy();
      for (const [name, value] of keywords.entries()) named.set(name, value);
    }
    setAttribute(self, "func", of);
    setAttribute(self, "args", tuple([...first]));
    setAttribute(self, "keywords", named);
    return null;
  },
  "__repr__()": (self: PyObject) =>
    show(self, part(self, "func"), (part(self, "args") as PyTuple).items, part(self, "keywords") as PyDict),
  "__get__(obj, cls=None)": (self: PyValue, object: PyValue, cls: PyValue = null) => {
    const func = part(self, "func");
    const args = (part(self, "args") as PyTuple).items;
    const keywords = part(self, "keywords") as PyDict;
    const get = getAttributeOr(func, "__get__", undefined);
    if (get !== undefined && !isInstance(func, partialType)) {
      const bound = call2(get, object, cls);
      if (bound !== func) {
        const result = call(partialType, [bound, ...args], keywordsOf(keywords));
        const its = getAttributeOr(bound, "__self__", undefined);
        if (its !== undefined) setAttribute(result, "__self__", its);
        return result;
      }
    }
    const unbound = innerFunction(
      "_method(cls_or_self, /, *args, **keywords)",
      (first: PyValue, rest: PyTuple, more: PyDict) => {
        const merged = keywords.copy();
        for (const [name, value] of more.entries()) merged.set(name, value);
        return call(func, [first, ...args, ...rest.items], keywordsOf(merged));
      },
      "partialmethod._make_unbound_method.<locals>._method",
    );
    setAttribute(unbound, "__partialmethod__", self);
    return method2(unbound, "__get__", object, cls);
  },
});
defineAttributes<PyValue>(partialMethodType, {
  __isabstractmethod__: (self) => truth(getAttributeOr(part(self, "func"), "__isabstractmethod__", false)),
});
