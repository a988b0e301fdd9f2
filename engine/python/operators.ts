// Operators: arithmetic, comparison, truth and subscripts, with CPython's dispatch and messages.
//
// Every built-in type puts its special methods into its table like an author's class does, so one dispatch serves
// all; the common pairs of built-in types are answered before it.

import { getAttributeOr } from "./attribute.ts";
import { dictItem, dictType, PyDict } from "./dict.ts";
import {
  AttributeError,
  indexError,
  overflowError,
  PyException,
  pyError,
  TypeError_,
  typeError,
  valueError,
} from "./exceptions.ts";
import { call1, callWithSelf, PyBuiltin, special } from "./function.ts";
import { keyKinds } from "./hash-table.ts";
import {
  addInt,
  andInt,
  floorDivInt,
  type Int,
  invertInt,
  modInt,
  mulInt,
  negInt,
  orInt,
  shiftLeft,
  shiftRight,
  subInt,
  toDouble,
  trueDivInt,
  xorInt,
} from "./integer.ts";
import { iter, type Stepper } from "./iterator.ts";
import {
  asInt,
  NotImplemented,
  negated,
  PyFloat,
  PyObject,
  PyType,
  type PyValue,
  strType,
  typeName,
  typeOf,
  typeType,
} from "./object.ts";
import { PyList, PyTuple } from "./sequence.ts";
import { allocate, charge } from "./state.ts";
import { isHigh, isLow, textLength } from "./text.ts";
import { includesText } from "./text-search.ts";

/** Types whose `+` and `*` are sequence slots: tried after the other operand's reflected method. */
export const sequenceTypes: Set<PyType> = new Set([strType]);

function isSequenceSlot(method: PyValue | undefined): boolean {
  return method instanceof PyBuiltin && method.owner !== null && sequenceTypes.has(method.owner);
}

/** Dispatches a binary operator over the operands' types; throws TypeError when neither has it. */
export function dispatch(a: PyValue, b: PyValue, name: string, reflected: string, symbol: string): PyValue {
  const result = tryDispatch(a, b, name, reflected);
  return result === undefined ? unsupported(a, b, symbol) : result;
}
function unsupported(a: PyValue, b: PyValue, symbol: string): never {
  throw typeError(`unsupported operand type(s) for ${symbol}: '${typeName(a)}' and '${typeName(b)}'`);
}

/** As {@link dispatch}; `undefined` when neither operand knows how. */
export function tryDispatch(a: PyValue, b: PyValue, name: string, reflected: string): PyValue | undefined {
  const [ta, tb] = [typeOf(a), typeOf(b)];
  const left = ta.lookup(name);
  const right = ta === tb ? undefined : tb.lookup(reflected);
  let triedRight = false;
  if (right !== undefined && tb.isSubtype(ta) && ta.lookup(reflected) !== right) {
    const result = callWithSelf(right, b, [a], null);
    if (result !== NotImplemented) return result;
    triedRight = true;
  }
  const late = (name === "__add__" || name === "__mul__") && isSequenceSlot(left);
  if (left !== undefined && !late) {
    const result = callWithSelf(left, a, [b], null);
    if (result !== NotImplemented) return result;
  }
  if (right !== undefined && !triedRight && !(late && isSequenceSlot(right))) {
    if (reflected === "__rmul__" && isSequenceSlot(right)) repeatable(a);
    const result = callWithSelf(right, b, [a], null);
    if (result !== NotImplemented) return result;
  }
  if (late) {
    if (name === "__mul__") repeatable(b);
    const result = callWithSelf(left as PyValue, a, [b], null);
    if (result !== NotImplemented) return result;
  }
  return undefined;
}

/** `sequence * count` wants a count. */
function repeatable(count: PyValue): void {
  if (asInt(count) === undefined && typeOf(count).lookup("__index__") === undefined) {
    throw typeError(`can't multiply sequence by non-int of type '${typeName(count)}'`);
  }
}

/** Both operands as doubles when one is a plain float and the other a plain number; NaN-safe by the flag. */
let fa = 0;
let fb = 0;
function floats(a: PyValue, b: PyValue): boolean {
  if (a instanceof PyFloat) {
    if (!a.cls.builtin) return false;
    fa = a.value;
    if (typeof b === "number") {
      fb = b;
      return true;
    }
    if (b instanceof PyFloat && b.cls.builtin) {
      fb = b.value;
      return true;
    }
    return false;
  }
  if (typeof a === "number" && b instanceof PyFloat && b.cls.builtin) {
    fa = a;
    fb = b.value;
    return true;
  }
  return false;
}

function ints(a: PyValue, b: PyValue): boolean {
  const [ta, tb] = [typeof a, typeof b];
  return (
    (ta === "number" || ta === "bigint" || ta === "boolean") &&
    (tb === "number" || tb === "bigint" || tb === "boolean")
  );
}
function intOf(value: PyValue): Int {
  return typeof value === "boolean" ? (value ? 1 : 0) : (value as Int);
}

/** `a + b`. */
export function add(a: PyValue, b: PyValue): PyValue {
  if (typeof a === "string" && typeof b === "string") {
    allocate(16 + b.length);
    return a + b;
  }
  return addOthers(a, b);
}
// Apart, so that V8 takes the few steps of the above into the program.
function addOthers(a: PyValue, b: PyValue): PyValue {
  if (ints(a, b)) return addInt(intOf(a), intOf(b));
  if (floats(a, b)) return new PyFloat(fa + fb);
  return dispatch(a, b, "__add__", "__radd__", "+");
}
/** `a - b`. */
export function sub(a: PyValue, b: PyValue): PyValue {
  if (ints(a, b)) return subInt(intOf(a), intOf(b));
  if (floats(a, b)) return new PyFloat(fa - fb);
  return dispatch(a, b, "__sub__", "__rsub__", "-");
}
/** `a * b`. */
export function mul(a: PyValue, b: PyValue): PyValue {
  if (ints(a, b)) return mulInt(intOf(a), intOf(b));
  if (floats(a, b)) return new PyFloat(fa * fb);
  return dispatch(a, b, "__mul__", "__rmul__", "*");
}
/** `a / b`. */
export function div(a: PyValue, b: PyValue): PyValue {
  if (ints(a, b)) return new PyFloat(trueDivInt(intOf(a), intOf(b)));
  return dispatch(a, b, "__truediv__", "__rtruediv__", "/");
}
/** `a // b`. */
export function floorDiv(a: PyValue, b: PyValue): PyValue {
  if (ints(a, b)) return floorDivInt(intOf(a), intOf(b));
  return dispatch(a, b, "__floordiv__", "__rfloordiv__", "//");
}
/** `a % b`. */
export function mod(a: PyValue, b: PyValue): PyValue {
  if (ints(a, b)) return modInt(intOf(a), intOf(b));
  return dispatch(a, b, "__mod__", "__rmod__", "%");
}
/** `a ** b`. */
export function pow(a: PyValue, b: PyValue): PyValue {
  return dispatch(a, b, "__pow__", "__rpow__", "** or pow()");
}
/** `a @ b`. */
export function matMul(a: PyValue, b: PyValue): PyValue {
  return dispatch(a, b, "__matmul__", "__rmatmul__", "@");
}
/** `a << b`. */
export function lShift(a: PyValue, b: PyValue): PyValue {
  if (ints(a, b)) return shiftLeft(intOf(a), intOf(b));
  return dispatch(a, b, "__lshift__", "__rlshift__", "<<");
}
/** `a >> b`. */
export function rShift(a: PyValue, b: PyValue): PyValue {
  if (ints(a, b)) return shiftRight(intOf(a), intOf(b));
  return dispatch(a, b, "__rshift__", "__rrshift__", ">>");
}
/** `a & b`. */
export function bitAnd(a: PyValue, b: PyValue): PyValue {
  if (typeof a === "boolean" && typeof b === "boolean") return a && b;
  if (ints(a, b)) return andInt(intOf(a), intOf(b));
  return dispatch(a, b, "__and__", "__rand__", "&");
}
/** `a | b`. */
export function bitOr(a: PyValue, b: PyValue): PyValue {
  if (typeof a === "boolean" && typeof b === "boolean") return a || b;
  if (ints(a, b)) return orInt(intOf(a), intOf(b));
  return dispatch(a, b, "__or__", "__ror__", "|");
}
/** `a ^ b`. */
export function bitXor(a: PyValue, b: PyValue): PyValue {
  if (typeof a === "boolean" && typeof b === "boolean") return a !== b;
  if (ints(a, b)) return xorInt(intOf(a), intOf(b));
  return dispatch(a, b, "__xor__", "__rxor__", "^");
}

/** `a op= b`: the in-place method when the type has one, the operator otherwise. */
function inPlace(
  name: string,
  symbol: string,
  plain: (a: PyValue, b: PyValue) => PyValue,
  special_: string,
  reflected: string,
): (a: PyValue, b: PyValue) => PyValue {
  const concatenates = symbol === "+=";
  return (a, b) => {
    if (concatenates && typeof a === "string" && typeof b === "string") return plain(a, b);
    if (!(a instanceof PyObject) || (a instanceof PyFloat && a.cls.builtin)) {
      if (!(b instanceof PyObject) || b instanceof PyFloat)
        return relabel(plain, a, b, symbol, special_, reflected);
    }
    const method = typeOf(a).lookup(name);
    if (method !== undefined) {
      const late = isSequenceSlot(method);
      if (late) {
        // CPython tries the number slots (the other's reflected method) before the sequence's in-place one.
        const right = typeOf(b).lookup(reflected);
        if (right !== undefined && !isSequenceSlot(right)) {
          const result = callWithSelf(right, b, [a], null);
          if (result !== NotImplemented) return result;
        }
      }
      const result = callWithSelf(method, a, [b], null);
      if (result !== NotImplemented) return result;
    }
    return relabel(plain, a, b, symbol, special_, reflected);
  };
}
/** Do CPython's objects of the type have a table of sequence methods, be it empty? All of the author's have one. */
function hasSequenceSlots(value: PyValue): boolean {
  const type = typeOf(value);
  return !type.builtin || type.lookup("__len__") !== undefined;
}
/** The operator, but an error names the in-place symbol as CPython does. */
function relabel(
  plain: (a: PyValue, b: PyValue) => PyValue,
  a: PyValue,
  b: PyValue,
  symbol: string,
  name: string,
  reflected: string,
): PyValue {
  if (ints(a, b) ? symbol !== "@=" : symbol === "+=" && typeof a === "string" && typeof b === "string")
    return plain(a, b);
  if (symbol === "*=" && hasSequenceSlots(a) && isSequenceSlot(typeOf(b).lookup(reflected))) {
    // CPython asks the right one to repeat itself only where the left one could not be a sequence.
    const left = typeOf(a).lookup(name);
    if (!isSequenceSlot(left)) {
      const result = left === undefined ? NotImplemented : callWithSelf(left, a, [b], null);
      return result === NotImplemented ? unsupported(a, b, symbol) : result;
    }
  }
  return dispatch(a, b, name, reflected, symbol);
}
export const iadd = inPlace("__iadd__", "+=", add, "__add__", "__radd__");
export const isub = inPlace("__isub__", "-=", sub, "__sub__", "__rsub__");
export const imul = inPlace("__imul__", "*=", mul, "__mul__", "__rmul__");
export const idiv = inPlace("__itruediv__", "/=", div, "__truediv__", "__rtruediv__");
export const ifloorDiv = inPlace("__ifloordiv__", "//=", floorDiv, "__floordiv__", "__rfloordiv__");
export const imod = inPlace("__imod__", "%=", mod, "__mod__", "__rmod__");
export const ipow = inPlace("__ipow__", "**=", pow, "__pow__", "__rpow__");
export const imatMul = inPlace("__imatmul__", "@=", matMul, "__matmul__", "__rmatmul__");
export const ilShift = inPlace("__ilshift__", "<<=", lShift, "__lshift__", "__rlshift__");
export const irShift = inPlace("__irshift__", ">>=", rShift, "__rshift__", "__rrshift__");
export const ibitAnd = inPlace("__iand__", "&=", bitAnd, "__and__", "__rand__");
export const ibitOr = inPlace("__ior__", "|=", bitOr, "__or__", "__ror__");
export const ibitXor = inPlace("__ixor__", "^=", bitXor, "__xor__", "__rxor__");

function unary(value: PyValue, name: string, symbol: string): PyValue {
  const result = special(value, name, []);
  if (result === undefined) throw typeError(`bad operand type for unary ${symbol}: '${typeName(value)}'`);
  return result;
}
/** `-a`. */
export function neg(a: PyValue): PyValue {
  if (typeof a === "number" || typeof a === "bigint") return negInt(a);
  if (a instanceof PyFloat && a.cls.builtin) return negated(a);
  return unary(a, "__neg__", "-");
}
/** `+a`. */
export function pos(a: PyValue): PyValue {
  if (typeof a === "number" || typeof a === "bigint") return a;
  return unary(a, "__pos__", "+");
}
/** `~a`. */
export function invert(a: PyValue): PyValue {
  if (typeof a === "number" || typeof a === "bigint") return invertInt(a);
  return unary(a, "__invert__", "~");
}

/** `bool(value)`. */
export function truth(value: PyValue): boolean {
  switch (typeof value) {
    case "boolean":
      return value;
    case "string":
      return value.length > 0;
    case "number":
      return value !== 0;
    case "bigint":
      return true;
    default:
      break;
  }
  if (value === null) return false;
  if (value.cls.builtin) {
    if (value instanceof PyList || value instanceof PyTuple) return value.items.length > 0;
    if (value instanceof PyDict) return value.size > 0;
  }
  const own = typeOf(value).lookup("__bool__");
  if (own !== undefined) {
    const result = callWithSelf(own, value, [], null);
    if (typeof result !== "boolean") {
      throw typeError(`__bool__ should return bool, returned ${typeName(result)}`);
    }
    return result;
  }
  return typeOf(value).lookup("__len__") === undefined ? true : length(value) > 0;
}

/** `len(value)` as a JavaScript number. */
export function length(value: PyValue): number {
  const n = size(value);
  if (typeof n === "bigint") throw overflowError("cannot fit 'int' into an index-sized integer");
  return n;
}
/** `len(value)`: a range, or what says so of itself, may be longer than anything that is stored. */
export function size(value: PyValue): Int {
  if (typeof value === "string") return textLength(value);
  const result = special(value, "__len__", []);
  if (result === undefined) throw typeError(`object of type '${typeName(value)}' has no len()`);
  const n = index(result);
  if (n < 0) throw valueError("__len__() should return >= 0");
  if (typeof n === "bigint" && n >= 2n ** 63n)
    throw overflowError("cannot fit 'int' into an index-sized integer");
  return n;
}

/** `operator.index(value)`: an int, or TypeError. */
export function index(value: PyValue, message?: (name: string) => string): Int {
  const int = asInt(value);
  if (int !== undefined) return int;
  const result = special(value, "__index__", []);
  if (result === undefined) {
    throw typeError(
      message === undefined
        ? `'${typeName(value)}' object cannot be interpreted as an integer`
        : message(typeName(value)),
    );
  }
  const converted = asInt(result);
  if (converted === undefined) throw typeError(`__index__ returned non-int (type ${typeName(result)})`);
  return converted;
}
/** An index that fits a machine word; IndexError beyond. */
export function wordIndex(value: PyValue): Int {
  const int = index(value);
  if (typeof int === "number" || (int >= -(2n ** 63n) && int < 2n ** 63n)) return int;
  throw indexError(`cannot fit '${typeName(value)}' into an index-sized integer`);
}
/** An index into what is in memory: one far outside is as good as any other. */
export function indexSize(value: PyValue): number {
  const int = wordIndex(value);
  if (typeof int === "number") return int;
  return int < 0n ? -Number.MAX_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
}

/** How often a sequence is to be repeated; OverflowError for what does not fit a machine word. */
export function repeatCount(value: PyValue): number {
  const int = index(value);
  if (typeof int === "number") return int;
  if (int >= -(2n ** 63n) && int < 2n ** 63n)
    return int < 0n ? -Number.MAX_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
  throw overflowError(`cannot fit '${typeName(value)}' into an index-sized integer`);
}

/** An argument that CPython takes as a size: what does not fit is an OverflowError. */
export function sizeArgument(value: PyValue): number {
  const int = index(value);
  if (typeof int === "number") return int;
  if (int >= -(2n ** 63n) && int < 2n ** 63n)
    return int < 0n ? -Number.MAX_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
  throw overflowError("Python int too large to convert to C ssize_t");
}

/** `a is b`. */
export function is(a: PyValue, b: PyValue): boolean {
  return a === b;
}

/** `a == b`, with its truth. */
export function equal(a: PyValue, b: PyValue): boolean {
  if (a === b && !(a instanceof PyObject)) return true;
  if (typeof a !== "object" && typeof b !== "object") {
    if (typeof a === typeof b) return false;
    return ints(a, b) && intOf(a) === intOf(b);
  }
  if (a === null || b === null) {
    const other = a === null ? b : a;
    if (!(other instanceof PyObject) || other.cls.builtin) return a === b;
  }
  if (floats(a, b)) return fa === fb;
  return truth(richCompare(a, b, "__eq__", "__eq__"));
}
/** Equality as containers use it: identical or equal. */
export function same(a: PyValue, b: PyValue): boolean {
  return a === b || equal(a, b);
}

/** `a == b` or `a != b` by the types' methods; identity when none answers. */
function richCompare(a: PyValue, b: PyValue, name: string, reflected: string): PyValue {
  const result = tryCompare(a, b, name, reflected);
  if (result !== undefined) return result;
  return name === "__eq__" ? a === b : a !== b;
}
function tryCompare(a: PyValue, b: PyValue, name: string, reflected: string): PyValue | undefined {
  const [ta, tb] = [typeOf(a), typeOf(b)];
  let triedRight = false;
  if (ta !== tb && tb.isSubtype(ta)) {
    const right = tb.lookup(reflected);
    if (right !== undefined) {
      triedRight = true;
      const result = callWithSelf(right, b, [a], null);
      if (result !== NotImplemented) return result;
    }
  }
  const left = ta.lookup(name);
  if (left !== undefined) {
    const result = callWithSelf(left, a, [b], null);
    if (result !== NotImplemented) return result;
  }
  if (!triedRight) {
    const right = tb.lookup(reflected);
    if (right !== undefined) {
      const result = callWithSelf(right, b, [a], null);
      if (result !== NotImplemented) return result;
    }
  }
  return undefined;
}

/** `a == b`. */
export function eq(a: PyValue, b: PyValue): PyValue {
  if (simple(a) && simple(b)) return equal(a, b);
  return richCompare(a, b, "__eq__", "__eq__");
}
/** `a != b`. */
export function ne(a: PyValue, b: PyValue): PyValue {
  if (simple(a) && simple(b)) return !equal(a, b);
  return richCompare(a, b, "__ne__", "__ne__");
}
function simple(value: PyValue): boolean {
  return !(value instanceof PyObject) || (value instanceof PyFloat && value.cls.builtin);
}

function order(a: PyValue, b: PyValue, name: string, reflected: string, symbol: string): PyValue {
  const result = tryCompare(a, b, name, reflected);
  if (result !== undefined) return result;
  throw typeError(`'${symbol}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}
/** Strings compare by code point: UTF-16 order differs where surrogates meet U+E000..U+FFFF. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const n = Math.min(a.length, b.length);
  charge(n >> 4);
  let i = 0;
  while (i < n && a.charCodeAt(i) === b.charCodeAt(i)) i += 1;
  if (i === n) return a.length - b.length;
  const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
  if (isLow(x) !== isLow(y) && i > 0 && isHigh(a.charCodeAt(i - 1))) return isLow(x) ? 1 : -1;
  return (a.codePointAt(i) as number) - (b.codePointAt(i) as number);
}

/** `a < b`. */
export function lt(a: PyValue, b: PyValue): PyValue {
  if (typeof a === "string" && typeof b === "string") return compareStrings(a, b) < 0;
  if (ints(a, b)) return intOf(a) < intOf(b);
  if (floats(a, b)) return fa < fb;
  return order(a, b, "__lt__", "__gt__", "<");
}
/** `a <= b`. */
export function le(a: PyValue, b: PyValue): PyValue {
  if (typeof a === "string" && typeof b === "string") return compareStrings(a, b) <= 0;
  if (ints(a, b)) return intOf(a) <= intOf(b);
  if (floats(a, b)) return fa <= fb;
  return order(a, b, "__le__", "__ge__", "<=");
}
/** `a > b`. */
export function gt(a: PyValue, b: PyValue): PyValue {
  if (typeof a === "string" && typeof b === "string") return compareStrings(a, b) > 0;
  if (ints(a, b)) return intOf(a) > intOf(b);
  if (floats(a, b)) return fa > fb;
  return order(a, b, "__gt__", "__lt__", ">");
}
/** `a >= b`. */
export function ge(a: PyValue, b: PyValue): PyValue {
  if (typeof a === "string" && typeof b === "string") return compareStrings(a, b) >= 0;
  if (ints(a, b)) return intOf(a) >= intOf(b);
  if (floats(a, b)) return fa >= fb;
  return order(a, b, "__ge__", "__le__", ">=");
}

/** `item in container`. */
export function contains(container: PyValue, item: PyValue): boolean {
  if (typeof container === "string") {
    if (typeof item === "string") {
      charge(container.length >> 6);
      return includesText(container, item);
    }
  } else if (container instanceof PyObject && container.cls.builtin) {
    if (container instanceof PyList || container instanceof PyTuple) {
      for (const x of container.items) if (same(x, item)) return true;
      charge(container.items.length >> 2);
      return false;
    }
    if (container instanceof PyDict) return container.has(item);
  }
  const method = typeOf(container).lookup("__contains__");
  if (method !== undefined) {
    if (method === null) throw typeError(`'${typeName(container)}' object is not a container`);
    return truth(callWithSelf(method, container, [item], null));
  }
  const it = iterated(container);
  for (let x = it.next(); x !== undefined; x = it.next()) {
    charge(1);
    if (same(x, item)) return true;
  }
  return false;
}

/** The steps of a container in which something is looked for. */
function iterated(container: PyValue): Stepper {
  try {
    return iter(container);
  } catch (error) {
    if (!(error instanceof PyException && error.cls.isSubtype(TypeError_))) throw error;
    throw typeError(`argument of type '${typeName(container)}' is not iterable`);
  }
}

/** `object[key]`. */
export function getItem(object: PyValue, key: PyValue): PyValue {
  if (object instanceof PyObject) {
    if (object instanceof PyDict && object.cls === dictType) return dictItem(object, key);
    if (
      typeof key === "number" &&
      object.cls.builtin &&
      (object instanceof PyList || object instanceof PyTuple)
    ) {
      const items = object.items;
      const item = items[key < 0 ? key + items.length : key];
      if (item === undefined) throw indexError(`${object.cls.name} index out of range`);
      return item;
    }
    if (object instanceof PyType) return classItem(object, key);
  } else if (typeof object === "string") return textItem.at(object, key);
  const result = special(object, "__getitem__", [key]);
  if (result === undefined) throw typeError(`'${typeName(object)}' object is not subscriptable`);
  return result;
}
/** `text[key]`; filled in by `types/str.ts`. */
export const textItem: { at: (text: string, key: PyValue) => PyValue } = { at: () => null };
/** `type[key]`; filled in by `types/generic-alias.ts`. */
export const typeItem: { make: (type: PyType, key: PyValue) => PyValue } = { make: () => null };
/** `Class[key]`: the metatype's `__getitem__`, or `__class_getitem__`. */
function classItem(type: PyType, key: PyValue): PyValue {
  const onMeta = type.cls.lookup("__getitem__");
  if (onMeta !== undefined) return callWithSelf(onMeta, type, [key], null);
  if (type === typeType) return typeItem.make(type, key);
  const make = getAttributeOr(type, "__class_getitem__", null);
  if (make !== null) return call1(make, key);
  throw typeError(`type '${type.name}' is not subscriptable`);
}

/** `object[key] = value`. */
export function setItem(object: PyValue, key: PyValue, value: PyValue): void {
  if (object instanceof PyObject && object.cls.builtin) {
    if (object instanceof PyDict && object.cls === dictType) {
      object.set(key, value);
      return;
    }
    if (typeof key === "number" && object instanceof PyList) {
      const items = object.items;
      const at = key < 0 ? key + items.length : key;
      if (at < 0 || at >= items.length) throw indexError("list assignment index out of range");
      items[at] = value;
      return;
    }
  }
  const method = typeOf(object).lookup("__setitem__");
  if (method === undefined) {
    checkItemSlots(object, key, "__setitem__", "__delitem__");
    throw typeError(`'${typeName(object)}' object does not support item assignment`);
  }
  callWithSelf(method, object, [key, value], null);
}

/** What CPython notices before it says that items cannot be assigned or deleted: half a pair, a key of no size. */
function checkItemSlots(object: PyValue, key: PyValue, name: string, other: string): void {
  if (!hasSequenceSlots(object)) return;
  if (typeOf(object).lookup(other) !== undefined) throw pyError(AttributeError, name);
  if (typeOf(key).lookup("__index__") !== undefined) wordIndex(key);
}

/** `del object[key]`. */
export function delItem(object: PyValue, key: PyValue): void {
  const method = typeOf(object).lookup("__delitem__");
  if (method === undefined) {
    checkItemSlots(object, key, "__delitem__", "__setitem__");
    // CPython asks a sequence when the key is a number, and the two say it in different words.
    const type = typeOf(object);
    const sequence = !type.builtin || type.lookup("__len__") !== undefined;
    const number = typeOf(key).lookup("__index__") !== undefined;
    throw typeError(
      `'${type.name}' object ${sequence && number ? "doesn't" : "does not"} support item deletion`,
    );
  }
  callWithSelf(method, object, [key], null);
}

/** The double of a `float` or `int`; undefined for anything else. */
export function asDouble(value: PyValue): number | undefined {
  if (value instanceof PyFloat) return value.value;
  const int = asInt(value);
  return int === undefined ? undefined : toDouble(int);
}

keyKinds.equal = equal;
