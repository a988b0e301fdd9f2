// What an object is made of, so that it can be made again: CPython's `__reduce_ex__`, for `copy`.
import { getAttribute, getAttributeOr } from "../attribute.ts";
import { builtins } from "../builtins.ts";
import { bytearrayType, bytesType } from "../bytes.ts";
import { dictFromMap, dictType, frozensetType, type PyDict, type PySet, setType } from "../dict.ts";
import { PyException, typeError } from "../exceptions.ts";
import {
  call1,
  functionType,
  method0,
  PyBoundBuiltin,
  PyBoundMethod,
  PyBuiltin,
  propertyType,
} from "../function.ts";
import { collect, iterObject } from "../iterator.ts";
import {
  Ellipsis,
  floatType,
  intType,
  type KwArgs,
  NotImplemented,
  objectType,
  PyFloat,
  type PyInt,
  PyObject,
  type PyStr,
  type PyType,
  type PyValue,
  strType,
  typeName,
} from "../object.ts";
import { list, listType, PyTuple, tuple, tupleType } from "../sequence.ts";
import { PyBaseAlias } from "../types/base-alias.ts";
import { complexType } from "../types/complex.ts";
import { genericAliasType, PyGenericAlias } from "../types/generic-alias.ts";
import { rangeType } from "../types/range.ts";
import { sliceType } from "../types/slice.ts";
import {
  NoDefault,
  paramSpecType,
  typeAliasType,
  typeVarTupleType,
  typeVarType,
} from "../types/type-parameters.ts";
import { unionType } from "../types/union.ts";
import { counterType } from "./counter.ts";
import { dateType, datetimeType, PyTimezone, timeType } from "./datetime-objects.ts";
import { timedeltaType } from "./datetime-timedelta.ts";
import { PyDefaultDict } from "./defaultdict.ts";
import { PyDeque } from "./deque.ts";
import { orderedDictType } from "./ordereddict.ts";
import { PyPartial } from "./partial.ts";

/** How to make an object again. */
export interface Reduced {
  readonly func: PyValue;
  readonly args: PyValue[];
  readonly keywords: KwArgs | null;
  /** What its `__setstate__` or its `__dict__` gets. */
  readonly state: PyValue;
  /** What is appended to it. */
  readonly items: PyValue;
  /** What is put into it by key. */
  readonly pairs: PyValue;
}

/** Types whose objects are their own copies, deep ones too. */
const ATOMIC = new Set<PyType>([
  Ellipsis.cls,
  NotImplemented.cls,
  floatType,
  complexType,
  bytesType,
  rangeType,
  functionType,
  propertyType,
  unionType,
  NoDefault.cls,
  typeVarType,
  paramSpecType,
  typeVarTupleType,
  typeAliasType,
]);
/** Types whose objects are their own copies as long as it need not be deep. */
const UNCHANGING = new Set<PyType>([tupleType, frozensetType, sliceType]);

/** Is the object its own deep copy? */
export function isAtomic(x: PyObject): boolean {
  return (
    ATOMIC.has(x.cls) || x instanceof PyBaseAlias || x instanceof PyBuiltin || x instanceof PyBoundBuiltin
  );
}
/** Is the value its own shallow copy? */
export function isUnchanging(x: PyValue): boolean {
  return !(x instanceof PyObject) || isAtomic(x) || UNCHANGING.has(x.cls);
}

/** Built-in types whose objects are made of these attributes. */
const BY_ATTRIBUTES = new Map<PyType, readonly string[]>([
  [sliceType, ["start", "stop", "step"]],
  [datetimeType, ["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo"]],
  [dateType, ["year", "month", "day"]],
  [timeType, ["hour", "minute", "second", "microsecond", "tzinfo"]],
  [timedeltaType, ["days", "seconds", "microseconds"]],
]);

/** The attributes of an instance, and those in slots, as `object.__getstate__` gives them. */
function defaultState(x: PyObject): PyValue {
  const attributes = x.dict === undefined || x.dict.size === 0 ? null : dictFromMap(new Map(x.dict));
  const slots = new Map<string, PyValue>();
  for (const type of x.cls.mro) {
    if (type.builtin) continue;
    for (const name of type.slots ?? []) {
      if (name === "__dict__" || name === "__weakref__") continue;
      const value = getAttributeOr(x, name, undefined);
      if (value !== undefined) slots.set(name, value);
    }
  }
  return slots.size === 0 ? attributes : tuple([attributes, dictFromMap(slots)]);
}
function stateOf(x: PyObject): PyValue {
  return x.cls.lookup("__getstate__") === undefined ? defaultState(x) : method0(x, "__getstate__");
}
/** The plain value in an instance of a class derived from a built-in one, as arguments of `__new__`. */
function valueIn(x: PyObject): PyValue[] | undefined {
  const { layout } = x.cls;
  if (layout === objectType || layout === listType || layout === dictType) return [];
  if (layout === strType) return [(x as PyStr).value];
  if (layout === intType) return [(x as PyInt).value];
  if (layout === floatType) return [new PyFloat((x as PyFloat).value)];
  if (layout === tupleType) return [tuple([...(x as PyTuple).items])];
  return layout === bytesType || layout === complexType ? [call1(layout, x)] : undefined;
}
/** The arguments that `__new__` gets besides the class. */
function newArguments(x: PyObject): { args: PyValue[]; keywords: KwArgs | null } | undefined {
  const extended = x.cls.lookup("__getnewargs_ex__");
  if (extended !== undefined) {
    const answer = method0(x, "__getnewargs_ex__");
    if (!(answer instanceof PyTuple)) {
      throw typeError(`__getnewargs_ex__ should return a tuple, not '${typeName(answer)}'`);
    }
    const [args, keywords] = answer.items as [PyTuple, PyDict];
    return { args: [...args.items], keywords: new Map([...keywords.entries()] as [string, PyValue][]) };
  }
  const own = x.cls.lookup("__getnewargs__");
  if (own !== undefined) {
    const answer = method0(x, "__getnewargs__");
    if (!(answer instanceof PyTuple)) {
      throw typeError(`__getnewargs__ should return a tuple, not '${typeName(answer)}'`);
    }
    return { args: [...answer.items], keywords: null };
  }
  const args = valueIn(x);
  return args === undefined ? undefined : { args, keywords: null };
}

/** `x.__reduce_ex__(4)` where the class leaves it to `object` or to a built-in type. */
export function reduce(x: PyObject): Reduced {
  const { cls } = x;
  const made = (args: PyValue[], rest: Partial<Reduced> = {}): Reduced => ({
    func: cls,
    args,
    keywords: null,
    state: stateOf(x),
    items: null,
    pairs: null,
    ...rest,
  });
  if (x instanceof PyException) return made([...x.args]);
  if (cls.isSubtype(setType) || cls.isSubtype(frozensetType)) return made([list([...(x as PySet).items()])]);
  if (cls.isSubtype(bytearrayType)) return made([call1(bytesType, x)]);
  if (x instanceof PyDeque) {
    return made(x.maxlen === null ? [] : [tuple([]), x.maxlen], { items: list(x.values()) });
  }
  if (x instanceof PyDefaultDict) {
    return made(x.factory === null ? [] : [x.factory], { state: null, pairs: method0(x, "items") });
  }
  if (cls.isSubtype(counterType)) return made([call1(dictType, x)], { state: null });
  if (cls.isSubtype(orderedDictType)) return made([], { pairs: method0(x, "items") });
  if (x instanceof PyPartial) {
    return {
      func: getAttribute(cls, "__new__"),
      args: [cls, x.func, ...x.args],
      keywords: x.keywords.size === 0 ? null : new Map([...x.keywords.entries()] as [string, PyValue][]),
      state: defaultState(x),
      items: null,
      pairs: null,
    };
  }
  if (x instanceof PyBoundMethod && !(x instanceof PyBoundBuiltin)) {
    const args = [x.self, getAttribute(x.func, "__name__")];
    return {
      func: builtins.get("getattr") as PyValue,
      args,
      keywords: null,
      state: null,
      items: null,
      pairs: null,
    };
  }
  if (x instanceof PyGenericAlias) {
    const alias = new PyGenericAlias(x.origin, x.args);
    if (!x.starred) return { ...made([x.origin, x.args]), func: genericAliasType, state: null };
    return { ...made([iterObject(alias)]), func: builtins.get("next") as PyValue, state: null };
  }
  if (x instanceof PyTimezone) return made(x.name === null ? [x.offset] : [x.offset, x.name]);
  for (const [type, names] of BY_ATTRIBUTES) {
    if (!cls.isSubtype(type)) continue;
    const fold = getAttributeOr(x, "fold", undefined);
    const args = names.map((name) => getAttribute(x, name));
    return made(args, { keywords: fold === undefined ? null : new Map([["fold", fold]]) });
  }
  const created = newArguments(x);
  if (created === undefined) throw typeError(`cannot pickle '${typeName(x)}' object`);
  return {
    func: getAttribute(cls, "__new__"),
    args: [cls, ...created.args],
    keywords: created.keywords,
    state: stateOf(x),
    items: cls.isSubtype(listType) ? list(collect(x)) : null,
    pairs: cls.isSubtype(dictType) ? method0(x, "items") : null,
  };
}
