// `functools.lru_cache`.

import { setAttribute } from "../attribute.ts";
import { dictFromMap, PyDict } from "../dict.ts";
import { typeError } from "../exceptions.ts";
import { call, defineMethods, isCallable, PyBoundMethod } from "../function.ts";
import {
  asInt,
  boolType,
  type KwArgs,
  makeType,
  objectType,
  PyInstance,
  PyObject,
  type PyValue,
  typeOf,
} from "../object.ts";
import { truth } from "../operators.ts";
import { PyTuple, tuple } from "../sequence.ts";
import { perEvaluation } from "../state.ts";
import { sizeArgument } from "../types/str-methods.ts";
import { namedtuple } from "./namedtuple.ts";
import { keywordsOf } from "./partial.ts";
import { innerFunction } from "./python-function.ts";
import { updateWrapper } from "./wraps.ts";

/** Stands between positional and keyword arguments in a key. */
const MARK = new PyInstance(objectType);
const cacheInfo = perEvaluation(() =>
  namedtuple("CacheInfo", tuple(["hits", "misses", "maxsize", "currsize"]), false, null, "functools"),
);

/** A function that remembers what it has answered. */
class CachedFunction extends PyObject {
  readonly func: PyValue;
  readonly maxsize: number | null;
  readonly typed: boolean;
  readonly known: PyDict = new PyDict();
  hits = 0;
  misses = 0;
  constructor(func: PyValue, maxsize: number | null, typed: boolean) {
    super();
    this.func = func;
    this.maxsize = maxsize;
    this.typed = typed;
    this.dict = new Map();
  }
  private key(args: readonly PyValue[], kw: KwArgs | null): PyValue {
    const [only] = args;
    if (!this.typed && (kw === null || kw.size === 0) && args.length === 1) {
      if (typeof only === "string" || typeof only === "number" || typeof only === "bigint") return only;
    }
    const parts = [...args];
    if (kw !== null && kw.size > 0) {
      parts.push(MARK);
      for (const [name, value] of kw) parts.push(name, value);
    }
    if (this.typed) {
      for (const value of args) parts.push(typeOf(value));
      for (const value of kw?.values() ?? []) parts.push(typeOf(value));
    }
    return new PyTuple(parts);
  }
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    const { known, maxsize } = this;
    if (maxsize === 0) {
      this.misses += 1;
      return call(this.func, args, kw);
    }
    const key = this.key(args, kw);
    const found = known.get(key);
    if (found !== undefined) {
      this.hits += 1;
      if (maxsize !== null) known.move(key, true);
      return found;
    }
    this.misses += 1;
    const result = call(this.func, args, kw);
    // The call itself may have been cached from within.
    if (maxsize !== null && !known.has(key) && known.size >= maxsize) {
      const oldest = known.keys().next();
      if (oldest.done !== true) known.delete(oldest.value);
    }
    if (maxsize === null || !known.has(key)) known.set(key, result);
    return result;
  }
}
const cachedType = makeType("functools._lru_cache_wrapper", { of: CachedFunction });
cachedType.hasDict = true;
defineMethods(cachedType, {
  "__call__(*args, **kwargs)": (self: CachedFunction, args: PyTuple, kw: PyDict) =>
    self.call([...args.items], keywordsOf(kw)),
  "__get__(instance, owner=None, /)": (self: CachedFunction, instance: PyValue) =>
    instance === null ? self : new PyBoundMethod(self, instance),
  "cache_info()": (self: CachedFunction) =>
    call(cacheInfo(), [self.hits, self.misses, self.maxsize, self.known.size], null),
  "cache_clear()": (self: CachedFunction) => {
    self.hits = 0;
    self.misses = 0;
    self.known.clear();
    return null;
  },
  "__copy__()": (self: CachedFunction) => self,
  "__deepcopy__(memo, /)": (self: CachedFunction) => self,
});

function cached(func: PyValue, maxsize: number | null, typed: PyValue, shown: PyValue): PyValue {
  if (!isCallable(func)) throw typeError("the first argument must be callable");
  const wrapper = new CachedFunction(func, maxsize, truth(typed));
  const parameters = innerFunction(
    "<lambda>()",
    () =>
      dictFromMap(
        new Map<string, PyValue>([
          ["maxsize", shown],
          ["typed", typed],
        ]),
      ),
    "lru_cache.<locals>.<lambda>",
  );
  setAttribute(wrapper, "cache_parameters", parameters);
  return updateWrapper(wrapper, func);
}

/** `lru_cache(maxsize=128, typed=False)`, or `lru_cache(user_function)`. */
export function lruCache(maxsize: PyValue = 128, typed: PyValue = false): PyValue {
  const size = asInt(maxsize);
  if (size !== undefined) {
    const most = Math.max(0, sizeArgument(maxsize));
    return decorator(most, typed, size < 0 ? 0 : maxsize);
  }
  if (isCallable(maxsize) && typeOf(typed).isSubtype(boolType)) return cached(maxsize, 128, typed, 128);
  if (maxsize !== null) {
    throw typeError("Expected first argument to be an integer, a callable, or None");
  }
  return decorator(null, typed, null);
}
function decorator(most: number | null, typed: PyValue, shown: PyValue): PyValue {
  return innerFunction(
    "decorating_function(user_function)",
    (func: PyValue) => cached(func, most, typed, shown),
    "lru_cache.<locals>.decorating_function",
  );
}
