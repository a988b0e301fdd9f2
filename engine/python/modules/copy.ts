// The module `copy`.
import { getAttribute, getAttributeOr, setAttribute } from "../attribute.ts";
import { bytearrayType } from "../bytes.ts";
import { dictType, PyDict, setType } from "../dict.ts";
import { Exception, typeError } from "../exceptions.ts";
import { call, call1, method0, method1, methodType, PyBoundMethod } from "../function.ts";
import { forEach } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { makeType, objectId, PyObject, PyType, type PyValue } from "../object.ts";
import { setItem } from "../operators.ts";
import { list, listType, PyList, PyTuple, tuple, tupleType } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { pythonFunctions } from "./python-function.ts";
import { isAtomic, isUnchanging, type Reduced, reduce } from "./reduce.ts";

const ErrorType = makeType("Error", { base: Exception, module: "copy" });

/** What `__reduce__` of an author's class returned, as the parts to rebuild from; undefined for "it is itself". */
function partsOf(answer: PyValue): Reduced | undefined {
  if (typeof answer === "string") return undefined;
  if (!(answer instanceof PyTuple) || answer.items.length < 2 || answer.items.length > 6) {
    throw typeError("__reduce__ must return a string or tuple");
  }
  const [func, args, state = null, items = null, pairs = null] = answer.items as [
    PyValue,
    PyValue,
    ...PyValue[],
  ];
  return { func, args: [...(args as PyTuple).items], keywords: null, state, items, pairs };
}
/** `x.__reduce_ex__(4)`: the author's, or what CPython's `object` does. */
function reduced(x: PyObject): Reduced | undefined {
  const extended = x.cls.lookup("__reduce_ex__");
  if (extended !== undefined) return partsOf(method1(x, "__reduce_ex__", 4));
  if (x.cls.lookup("__reduce__") !== undefined) return partsOf(method0(x, "__reduce__"));
  return reduce(x);
}

/** Makes the object anew; with a memo its parts are copied deeply, too. */
function reconstruct(x: PyObject, memo: PyDict | null, parts: Reduced): PyValue {
  const part = (value: PyValue): PyValue => (memo === null ? value : deepcopy(value, memo));
  const y = call(parts.func, parts.args.map(part), parts.keywords);
  memo?.set(objectId(x), y);
  if (parts.state !== null) {
    const state = part(parts.state);
    if (getAttributeOr(y, "__setstate__", undefined) !== undefined) method1(y, "__setstate__", state);
    else {
      let [attributes, slots]: [PyValue, PyValue] = [state, null];
      if (state instanceof PyTuple && state.items.length === 2)
        [attributes, slots] = state.items as [PyValue, PyValue];
      if (attributes !== null) method1(getAttribute(y, "__dict__"), "update", attributes);
      if (slots !== null) {
        forEach(method0(slots, "items"), (pair) => {
          const [name, value] = (pair as PyTuple).items as [string, PyValue];
          setAttribute(y, name, value);
        });
      }
    }
  }
  if (parts.items !== null) forEach(parts.items, (item) => void method1(y, "append", part(item)));
  if (parts.pairs !== null) {
    forEach(parts.pairs, (pair) => {
      const [key, value] = (pair as PyTuple).items as [PyValue, PyValue];
      setItem(y, part(key), part(value));
    });
  }
  return y;
}

/** `copy.copy(x)`. */
export function copy(x: PyValue): PyValue {
  if (isUnchanging(x)) return x;
  const object = x as PyObject;
  const { cls } = object;
  if (cls === listType || cls === dictType || cls === setType || cls === bytearrayType)
    return method0(x, "copy");
  if (object instanceof PyType) return x;
  const custom = getAttributeOr(cls, "__copy__", undefined);
  if (custom !== undefined && custom !== null) return call1(custom, x);
  const parts = reduced(object);
  return parts === undefined ? x : reconstruct(object, null, parts);
}

/** `copy.deepcopy(x, memo)`. */
export function deepcopy(x: PyValue, memo: PyDict): PyValue {
  charge(1);
  if (!(x instanceof PyObject) || isAtomic(x)) return x;
  const known = memo.get(objectId(x));
  if (known !== undefined) return known;
  const y = copyParts(x, memo);
  if (y !== x) {
    memo.set(objectId(x), y);
    // What was copied must live as long as the memo that knows it by its id.
    const kept = memo.get(objectId(memo));
    if (kept instanceof PyList) kept.items.push(x);
    else memo.set(objectId(memo), list([x]));
  }
  return y;
}
function copyParts(x: PyObject, memo: PyDict): PyValue {
  const { cls } = x;
  allocate(48);
  if (cls === listType) {
    const y = list([]);
    memo.set(objectId(x), y);
    for (const item of (x as PyList).items) y.items.push(deepcopy(item, memo));
    return y;
  }
  if (cls === tupleType) {
    const { items } = x as PyTuple;
    const copies = items.map((item) => deepcopy(item, memo));
    const known = memo.get(objectId(x));
    if (known !== undefined) return known;
    return copies.some((item, i) => item !== items[i]) ? tuple(copies) : x;
  }
  if (cls === dictType) {
    const y = new PyDict();
    memo.set(objectId(x), y);
    for (const [key, value] of [...(x as PyDict).entries()])
      y.set(deepcopy(key, memo), deepcopy(value, memo));
    return y;
  }
  if (cls === methodType) {
    const { func, self } = x as PyBoundMethod;
    return new PyBoundMethod(func, deepcopy(self, memo));
  }
  if (x instanceof PyType) return x;
  const custom = getAttributeOr(x, "__deepcopy__", undefined);
  if (custom !== undefined && custom !== null) return call1(custom, memo);
  const parts = reduced(x);
  return parts === undefined ? x : reconstruct(x, memo, parts);
}

defineModule("copy", {
  values: {
    Error: ErrorType,
    error: ErrorType,
    ...pythonFunctions({
      "copy(x)": copy,
      "deepcopy(x, memo=None, _nil=[])": (x: PyValue, memo: PyValue = null) =>
        deepcopy(x, memo instanceof PyDict ? memo : new PyDict()),
      "replace(obj, /, **changes)": (object: PyValue, changes: PyDict) => {
        const cls = getAttribute(object, "__class__");
        const f = getAttributeOr(cls, "__replace__", undefined);
        if (f === undefined)
          throw typeError(`replace() does not support ${String(getAttribute(cls, "__name__"))} objects`);
        return call(
          f,
          [object],
          changes.size === 0 ? null : new Map([...changes.entries()] as [string, PyValue][]),
        );
      },
    }),
  },
  fresh: { __all__: () => list(["Error", "copy", "deepcopy", "replace"]) },
});
