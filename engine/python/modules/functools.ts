// The module `functools`.
import { getAttribute, getAttributeOr, setAttribute } from "../attribute.ts";
import { attributeError, TypeError_, typeError, valueError } from "../exceptions.ts";
import { builtin, call1, call2, defineMembers, defineMethods, method2, PyBuiltin } from "../function.ts";
import { iter, type Stepper } from "../iterator.ts";
import { defineModule } from "../module.ts";
import {
  type KwArgs,
  makeType,
  NotImplemented,
  objectType,
  PyInstance,
  PyObject,
  type PyValue,
  typeOf,
} from "../object.ts";
import { eq, equal, ge, gt, le, lt, ne, setItem, truth } from "../operators.ts";
import { isRaised } from "../raising.ts";
import { repr } from "../representation.ts";
import { list } from "../sequence.ts";
import { bindBuiltin, parseSignature } from "../signature.ts";
import { charge } from "../state.ts";
import { genericAlias } from "../types/generic-alias.ts";
import { lruCache } from "./lru-cache.ts";
import { partialMethodType, partialType } from "./partial.ts";
import {
  innerFunction,
  moduleFunctions,
  pythonClass,
  pythonClassMethods,
  pythonFunctions,
  pythonMethods,
} from "./python-function.ts";
import { singledispatch, singledispatchMethodType } from "./singledispatch.ts";
import { ASSIGNED, UPDATED, updateWrapper, wraps } from "./wraps.ts";

// ---- cmp_to_key ----------------------------------------------------------------------------------------

/** What `cmp_to_key` makes: without an object it is the key function, with one a key. */
class KeyWrapper extends PyObject {
  readonly compare: PyValue;
  object: PyValue | undefined;
  constructor(compare: PyValue, object?: PyValue) {
    super();
    this.compare = compare;
    this.object = object;
  }
}
const keyWrapperType = makeType("functools.KeyWrapper", { of: KeyWrapper, subclassable: false });
keyWrapperType.dict.set("__hash__", null);
const byComparison =
  (test: (a: PyValue, b: PyValue) => PyValue) =>
  (self: KeyWrapper, other: PyValue): PyValue => {
    if (!(other instanceof KeyWrapper)) throw typeError("other argument must be K instance");
    if (self.object === undefined || other.object === undefined) {
      throw attributeError(self, "object", "object");
    }
    return test(call2(self.compare, self.object, other.object), 0);
  };
/** `K(obj)`: complains under that name. */
class KeyCall extends PyBuiltin {
  override callMethod(self: PyValue, args: PyValue[], kw: KwArgs | null): PyValue {
    return this.js(self, ...bindBuiltin("K", this.sig, args, kw));
  }
}
keyWrapperType.dict.set(
  "__call__",
  new KeyCall(
    "__call__",
    parseSignature("(obj)"),
    (self: KeyWrapper, object: PyValue) => new KeyWrapper(self.compare, object),
    keyWrapperType,
  ),
);
defineMethods(keyWrapperType, {
  "__lt__(value, /)": byComparison(lt),
  "__le__(value, /)": byComparison(le),
  "__eq__(value, /)": byComparison(eq),
  "__ne__(value, /)": byComparison(ne),
  "__gt__(value, /)": byComparison(gt),
  "__ge__(value, /)": byComparison(ge),
});
defineMembers<KeyWrapper>(keyWrapperType, {
  obj: [
    (self) => self.object ?? null,
    (self, value) => void (self.object = value),
    (self) => void (self.object = undefined),
  ],
});

// ---- cached_property -----------------------------------------------------------------------------------

const cachedPropertyType = pythonClass("cached_property", { module: "functools" });
const property = (self: PyValue, name: string): PyValue => getAttribute(self, name);
pythonClassMethods(cachedPropertyType, { "__class_getitem__(item, /)": genericAlias });
pythonMethods(cachedPropertyType, {
  "__init__(func)": (self: PyValue, func: PyValue) => {
    setAttribute(self, "func", func);
    setAttribute(self, "attrname", null);
    setAttribute(self, "__doc__", getAttribute(func, "__doc__"));
    setAttribute(self, "__module__", getAttribute(func, "__module__"));
    return null;
  },
  "__set_name__(owner, name)": (self: PyValue, _owner: PyValue, name: PyValue) => {
    const before = property(self, "attrname");
    if (before === null) setAttribute(self, "attrname", name);
    else if (!equal(before, name)) {
      throw typeError(
        `Cannot assign the same cached_property to two different names (${repr(before)} and ${repr(name)}).`,
      );
    }
    return null;
  },
  "__get__(instance, owner=None)": (self: PyValue, instance: PyValue) => {
    if (instance === null) return self;
    const name = property(self, "attrname");
    if (name === null) {
      throw typeError("Cannot use cached_property instance without calling __set_name__ on it.");
    }
    const on = repr(typeOf(instance).name);
    const cache = getAttributeOr(instance, "__dict__", undefined);
    if (cache === undefined) {
      throw typeError(`No '__dict__' attribute on ${on} instance to cache ${repr(name)} property.`);
    }
    const known = method2(cache, "get", name, ABSENT);
    if (known !== ABSENT) return known;
    const value = call1(property(self, "func"), instance);
    try {
      setItem(cache, name, value);
    } catch (error) {
      if (!isRaised(error, TypeError_)) throw error;
      throw typeError(
        `The '__dict__' attribute on ${on} instance does not support item assignment for caching ${repr(name)} property.`,
      );
    }
    return value;
  },
});
const ABSENT = new PyInstance(objectType);

// ---- total_ordering ------------------------------------------------------------------------------------

type Derived = readonly [operator: string, from: (holds: boolean, self: PyValue, other: PyValue) => boolean];
const same = (self: PyValue, other: PyValue): boolean => equal(self, other);
const differ = (self: PyValue, other: PyValue): boolean => truth(ne(self, other));
/** How the other comparisons follow from one; the first that a class has is used. */
const ORDERINGS: readonly (readonly [root: string, others: readonly Derived[]])[] = [
  [
    "lt",
    [
      ["gt", (holds, self, other) => !holds && differ(self, other)],
      ["le", (holds, self, other) => holds || same(self, other)],
      ["ge", (holds) => !holds],
    ],
  ],
  [
    "le",
    [
      ["ge", (holds, self, other) => !holds || same(self, other)],
      ["lt", (holds, self, other) => holds && differ(self, other)],
      ["gt", (holds) => !holds],
    ],
  ],
  [
    "gt",
    [
      ["lt", (holds, self, other) => !holds && differ(self, other)],
      ["ge", (holds, self, other) => holds || same(self, other)],
      ["le", (holds) => !holds],
    ],
  ],
  [
    "ge",
    [
      ["le", (holds, self, other) => !holds || same(self, other)],
      ["gt", (holds, self, other) => holds && differ(self, other)],
      ["lt", (holds) => !holds],
    ],
  ],
];
function totalOrdering(cls: PyValue): PyValue {
  const has = (operator: string): boolean =>
    getAttributeOr(cls, `__${operator}__`, undefined) !== objectType.dict.get(`__${operator}__`);
  const root = ORDERINGS.find(([operator]) => has(operator));
  if (root === undefined) throw valueError("must define at least one ordering operation: < > <= >=");
  const [from, others] = root;
  for (const [operator, follows] of others) {
    if (has(operator)) continue;
    const f = innerFunction(`_${operator}_from_${from}(self, other)`, (self: PyValue, other: PyValue) => {
      const holds = call2(getAttribute(typeOf(self), `__${from}__`), self, other);
      return holds === NotImplemented ? holds : follows(truth(holds), self, other);
    });
    f.name = `__${operator}__`;
    setAttribute(cls, `__${operator}__`, f);
  }
  return cls;
}

// ---- the module ----------------------------------------------------------------------------------------

function reduce(f: PyValue, iterable: PyValue, initial?: PyValue): PyValue {
  let it: Stepper;
  try {
    it = iter(iterable);
  } catch (error) {
    if (!isRaised(error, TypeError_)) throw error;
    throw typeError("reduce() arg 2 must support iteration");
  }
  let total = initial === undefined ? it.next() : initial;
  if (total === undefined) throw typeError("reduce() of empty iterable with no initial value");
  for (let item = it.next(); item !== undefined; item = it.next()) {
    charge(1);
    total = call2(f, total, item);
  }
  return total;
}

const update = pythonFunctions({
  "update_wrapper(wrapper, wrapped, assigned=(), updated=())": updateWrapper,
});
defineModule("functools", {
  values: {
    WRAPPER_ASSIGNMENTS: ASSIGNED,
    WRAPPER_UPDATES: UPDATED,
    ...update,
    ...moduleFunctions("functools", {
      "cmp_to_key(mycmp)": (compare: PyValue) => new KeyWrapper(compare),
    }),
    reduce: builtin("reduce(function, iterable, initial=0, /)", reduce),
    ...pythonFunctions({
      "cache(user_function, /)": (f: PyValue) => call1(lruCache(null), f),
      "lru_cache(maxsize=128, typed=False)": lruCache,
      "singledispatch(func)": singledispatch,
      "total_ordering(cls)": totalOrdering,
      "wraps(wrapped, assigned=(), updated=())": (
        wrapped: PyValue,
        assigned: PyValue = ASSIGNED,
        updated: PyValue = UPDATED,
      ) => wraps(update.update_wrapper as PyValue, wrapped, assigned, updated),
    }),
  },
  types: [cachedPropertyType, partialType, partialMethodType, singledispatchMethodType],
  fresh: {
    __all__: () =>
      list(
        "update_wrapper wraps WRAPPER_ASSIGNMENTS WRAPPER_UPDATES total_ordering cache cmp_to_key lru_cache reduce partial partialmethod singledispatch singledispatchmethod cached_property".split(
          " ",
        ),
      ),
  },
});
