// The built-in names every expression sees.

import { deleteAttribute, getAttribute, getAttributeOr, setAttribute } from "./attribute.ts";
import { bytearrayType, bytesType } from "./bytes.ts";
import { dictType, frozensetType, PyDict, setType } from "./dict.ts";
import { exceptionTypes, NameError, nameError, typeError, valueError } from "./exceptions.ts";
import {
  builtin,
  call1,
  classmethodType,
  isCallable,
  method,
  type Native,
  PyBuiltin,
  propertyType,
  special,
  staticmethodType,
} from "./function.ts";
import { hash } from "./hash.ts";
import { isInstanceOf, isSubclassOf } from "./instance-check.ts";
import { collect, forEach, iter, iterObject, PyIterator, stepper } from "./iterator.ts";
import { collectCounted } from "./length-hint.ts";
import { memoryViewType } from "./memoryview.ts";
import { powerModulo } from "./modular-power.ts";
import {
  asInt,
  asStr,
  boolType,
  Ellipsis,
  floatType,
  intType,
  type KwArgs,
  NotImplemented,
  objectId,
  objectType,
  PyFloat,
  PyObject,
  type PyValue,
  strType,
  typeName,
  typeOf,
  typeType,
} from "./object.ts";
import { add, gt, index, length, lt, pow, size, truth, tryDispatch } from "./operators.ts";
import { log } from "./output.ts";
import { asciiObject, formatObject, reprObject, str } from "./representation.ts";
import { list, listType, PyList, PyTuple, tupleType } from "./sequence.ts";
import { bindBuiltin, parseSignature } from "./signature.ts";
import { allocate, charge } from "./state.ts";
import { superType } from "./super.ts";
import "./types/index.ts";
import { complexType } from "./types/complex.ts";
import { CallableIterator, enumerateType, filterType, mapType, reversedType, zipType } from "./types/lazy.ts";
import { sortItems } from "./types/list.ts";
import { rangeType } from "./types/range.ts";
import { sliceType } from "./types/slice.ts";
import { textArgument } from "./types/text-argument.ts";

/** Names by which expressions find them. */
export const builtins: Map<string, PyValue> = new Map<string, PyValue>([
  ["None", null],
  ["NotImplemented", NotImplemented],
  ["Ellipsis", Ellipsis],
  ["__debug__", true],
  ["__name__", "builtins"],
  ...[
    objectType,
    typeType,
    intType,
    boolType,
    strType,
    bytesType,
    bytearrayType,
    memoryViewType,
    floatType,
    complexType,
    listType,
    tupleType,
    dictType,
    setType,
    frozensetType,
    rangeType,
    sliceType,
    enumerateType,
    zipType,
    mapType,
    filterType,
    reversedType,
    propertyType,
    classmethodType,
    staticmethodType,
    superType,
  ].map((type): [string, PyValue] => [type.name, type]),
  ...exceptionTypes,
]);

function define(table: { [declaration: string]: Native }): void {
  for (const [declaration, js] of Object.entries(table)) {
    const f = builtin(declaration, js);
    builtins.set(f.name, f);
  }
}

function extreme(name: "min" | "max", args: PyTuple, key: PyValue, fallback: PyValue | undefined): PyValue {
  if (args.items.length > 1 && fallback !== undefined) {
    throw typeError(`Cannot specify a default for ${name}() with multiple positional arguments`);
  }
  const better = name === "min" ? lt : gt;
  let best: PyValue | undefined;
  let bestKey: PyValue = null;
  const consider = (item: PyValue): void => {
    const k = key === null ? item : call1(key, item);
    if (best !== undefined) {
      charge(1);
      if (!truth(better(k, bestKey))) return;
    }
    best = item;
    bestKey = k;
  };
  // What comes after an error, or is not reached, is left in an iterator.
  if (args.items.length === 1) forEach(args.items[0] as PyValue, consider);
  else for (const item of args.items) consider(item);
  if (best !== undefined) return best;
  if (fallback !== undefined) return fallback;
  throw valueError(`${name}() iterable argument is empty`);
}

/** `min` and `max`, whose keywords are counted by themselves. */
class Extreme extends PyBuiltin {
  private readonly keywords = parseSignature("(*, key=None, default=None)");
  constructor(name: "min" | "max") {
    const js = (args: PyTuple, key: PyValue = null, fallback?: PyValue) => extreme(name, args, key, fallback);
    super(name, parseSignature("(*args, key=None, default=None)"), js, null);
  }
  override bindArguments(args: PyValue[], kw: KwArgs | null): (PyValue | undefined)[] {
    if (args.length === 0) throw typeError(`${this.name} expected at least 1 argument, got 0`);
    return [new PyTuple(args), ...(kw === null ? [] : bindBuiltin(this.name, this.keywords, [], kw))];
  }
}
builtins.set("max", new Extreme("max"));
builtins.set("min", new Extreme("min"));

/** `sorted`, whose keywords are for `list.sort`, which complains of them by its own name. */
class Sorted extends PyBuiltin {
  constructor() {
    const js = (args: PyTuple, keywords: PyDict): PyValue =>
      sorted(args.items, new Map([...keywords.entries()] as [string, PyValue][]));
    super("sorted", parseSignature("(*args, **kwargs)"), js, null);
  }
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    return sorted(args, kw);
  }
  override call1(iterable: PyValue): PyValue {
    return list(sortItems(collectCounted(iterable), null, false));
  }
}
function sorted(args: readonly PyValue[], kw: KwArgs | null): PyValue {
  const n = args.length;
  if (n !== 1) throw typeError(`sorted expected 1 argument, got ${n}`);
  const items = list(collectCounted(args[0] as PyValue));
  const [key, reverse] = [kw?.get("key"), kw?.get("reverse")];
  const known = (key === undefined ? 0 : 1) + (reverse === undefined ? 0 : 1);
  if ((kw?.size ?? 0) === known)
    return list(sortItems(items.items, key ?? null, reverse !== undefined && truth(reverse)));
  method(items, "sort", [], kw);
  return items;
}
builtins.set("sorted", new Sorted());

/** `sum()`: exact for ints, Neumaier's compensated sum for floats as CPython since 3.12. */
function sum(iterable: PyValue, start: PyValue): PyValue {
  const it = iter(iterable);
  if (asStr(start) !== undefined) throw typeError("sum() can't sum strings [use ''.join(seq) instead]");
  for (const [type, name, empty] of [
    [bytesType, "bytes", "b''"],
    [bytearrayType, "bytearray", "b''"],
  ] as const) {
    if (typeOf(start).isSubtype(type))
      throw typeError(`sum() can't sum ${name} [use ${empty}.join(seq) instead]`);
  }
  let total: PyValue = start;
  let item = it.next();
  // As long as they are, and stay, ints of a machine word; the first that is not may make a float of the sum.
  for (let small = isWord(start); small && item !== undefined; item = it.next()) {
    charge(1);
    total = add(total, item);
    small = (isWord(item) || typeof item === "boolean") && isWord(total);
  }
  if (item === undefined) return total;
  if (total instanceof PyFloat && total.cls.builtin) {
    let high = total.value;
    let low = 0;
    const sofar = (): PyFloat => new PyFloat(low !== 0 && Number.isFinite(low) ? high + low : high);
    for (; item !== undefined; item = it.next()) {
      charge(1);
      if (item instanceof PyFloat && item.cls.builtin) {
        const x = item.value;
        const t = high + x;
        low += Math.abs(high) >= Math.abs(x) ? high - t + x : x - t + high;
        high = t;
        continue;
      }
      // Ints are added as they are.
      const whole = asInt(item);
      if (whole === undefined || !isWord(whole)) break;
      high += Number(whole);
    }
    total = sofar();
  }
  for (; item !== undefined; item = it.next()) {
    charge(1);
    total = add(total, item);
  }
  return total;
}
/** An int that fits C's `long`. */
function isWord(value: PyValue): boolean {
  return typeof value === "number" || (typeof value === "bigint" && BigInt.asIntN(64, value) === value);
}

define({
  "abs(x, /)": (x: PyValue) => {
    if (typeof x === "number") return Math.abs(x);
    const result = special(x, "__abs__", []);
    if (result === undefined) throw typeError(`bad operand type for abs(): '${typeName(x)}'`);
    return result;
  },
  "all(iterable, /)": (iterable: PyValue) => {
    const it = iter(iterable);
    for (let v = it.next(); v !== undefined; v = it.next()) {
      charge(1);
      if (!truth(v)) return false;
    }
    return true;
  },
  "any(iterable, /)": (iterable: PyValue) => {
    const it = iter(iterable);
    for (let v = it.next(); v !== undefined; v = it.next()) {
      charge(1);
      if (truth(v)) return true;
    }
    return false;
  },
  "ascii(obj, /)": asciiObject,
  "bin(number, /)": (n: PyValue) => radix(n, 2, "0b"),
  "oct(number, /)": (n: PyValue) => radix(n, 8, "0o"),
  "hex(number, /)": (n: PyValue) => radix(n, 16, "0x"),
  "callable(obj, /)": isCallable,
  "chr(i, /)": (i: PyValue) => {
    const n = index(i);
    if (typeof n === "bigint" || n < 0 || n > 0x10ffff) throw valueError("chr() arg not in range(0x110000)");
    return String.fromCodePoint(n);
  },
  "delattr(obj, name, /)": (object: PyValue, name: PyValue) => {
    deleteAttribute(object, attributeName(name));
    return null;
  },
  "dir(object=None, /)": (object?: PyValue) => {
    if (object === undefined) throw typeError("dir() without an argument is not available in an expression");
    const names = collect(special(object, "__dir__", []) as PyValue);
    return list(sortItems(names, null, false));
  },
  "divmod(x, y, /)": (x: PyValue, y: PyValue) => divmod(x, y),
  "format(value, format_spec='', /)": (value: PyValue, spec: PyValue = "") => {
    return formatObject(value, textArgument(spec, "format() argument 2"));
  },
  "getattr(object, name, default=None, /)": (object: PyValue, name: PyValue, fallback?: PyValue) =>
    fallback === undefined
      ? getAttribute(object, attributeName(name))
      : (getAttributeOr(object, attributeName(name), fallback) as PyValue),
  "hasattr(obj, name, /)": (object: PyValue, name: PyValue) =>
    getAttributeOr(object, attributeName(name), undefined) !== undefined,
  "hash(obj, /)": (object: PyValue) => hash(object),
  "id(obj, /)": (object: PyValue) =>
    object instanceof PyObject ? objectId(object) : 140000000000000 + (Number(hash(object)) % 1000000),
  "isinstance(obj, class_or_tuple, /)": (object: PyValue, info: PyValue) => isInstanceOf(object, info),
  "issubclass(cls, class_or_tuple, /)": (cls: PyValue, info: PyValue) => isSubclassOf(cls, info),
  "iter(object, sentinel=None, /)": (object: PyValue, sentinel?: PyValue) => {
    if (sentinel === undefined) return iterObject(object);
    if (!isCallable(object)) throw typeError("iter(v, w): v must be callable");
    return new CallableIterator(object, sentinel);
  },
  "len(obj, /)": (object: PyValue) => {
    if (object instanceof PyObject && object.cls.builtin) {
      if (object instanceof PyList || object instanceof PyTuple) return object.items.length;
      if (object instanceof PyDict) return object.size;
    }
    return size(object);
  },
  "next(iterator, default=None, /)": (iterator: PyValue, fallback?: PyValue) => {
    if (!(iterator instanceof PyIterator) && typeOf(iterator).lookup("__next__") === undefined) {
      throw typeError(`'${typeName(iterator)}' object is not an iterator`);
    }
    if (fallback === undefined || typeOf(iterator).lookup("__next__") === null)
      return special(iterator, "__next__", []) as PyValue;
    const value = stepper(iterator).next();
    return value === undefined ? fallback : value;
  },
  "ord(c, /)": (c: PyValue) => {
    const text = asStr(c);
    if (text === undefined) {
      const n = c instanceof PyObject ? getAttributeOr(c, "__len__", undefined) : undefined;
      if (n !== undefined && /^(?:bytes|bytearray)$/.test(typeName(c))) {
        const size = length(c);
        if (size === 1) return special(c, "__getitem__", [0]) as PyValue;
        throw typeError(`ord() expected a character, but string of length ${size} found`);
      }
      throw typeError(`ord() expected string of length 1, but ${typeName(c)} found`);
    }
    const code = text.codePointAt(0);
    if (code === undefined || String.fromCodePoint(code).length !== text.length) {
      throw typeError(`ord() expected a character, but string of length ${[...text].length} found`);
    }
    return code;
  },
  "pow(base, exp, mod=None)": (base: PyValue, exp: PyValue, mod: PyValue = null) =>
    mod === null ? pow(base, exp) : powerModulo(base, exp, mod),
  "print(*args, sep=' ', end='\\n', file=None, flush=False)": (
    args: PyTuple,
    sep: PyValue = null,
    end: PyValue = null,
    file: PyValue = null,
    flush: PyValue = false,
  ) => {
    const separator = sep === null ? " " : asStr(sep);
    if (separator === undefined) throw typeError(`sep must be None or a string, not ${typeName(sep)}`);
    if (end !== null && asStr(end) === undefined) {
      throw typeError(`end must be None or a string, not ${typeName(end)}`);
    }
    if (file !== null) {
      for (const [i, item] of args.items.entries()) {
        if (i > 0) method(file, "write", [sep ?? " "], null);
        method(file, "write", [str(item)], null);
      }
      method(file, "write", [end ?? "\n"], null);
      if (truth(flush)) method(file, "flush", [], null);
      return null;
    }
    // Without a file it is a line of the evaluation's log, which has no ends of lines.
    const text = args.items.map((item) => str(item)).join(separator);
    allocate(text.length);
    log("info", text);
    return null;
  },
  "repr(obj, /)": reprObject,
  "round(number, ndigits=None)": (number: PyValue, digits?: PyValue) => {
    const result = special(number, "__round__", (digits ?? null) === null ? [] : [digits as PyValue]);
    if (result === undefined) throw typeError(`type ${typeName(number)} doesn't define __round__ method`);
    return result;
  },
  "setattr(obj, name, value, /)": (object: PyValue, name: PyValue, value: PyValue) => {
    setAttribute(object, attributeName(name), value);
    return null;
  },
  "sum(iterable, /, start=0)": (iterable: PyValue, start: PyValue = 0) => sum(iterable, start),
  "vars(object=None, /)": (object?: PyValue) => {
    if (object === undefined) throw typeError("vars() without an argument is not available in an expression");
    const attributes = getAttributeOr(object, "__dict__", undefined);
    if (attributes === undefined) throw typeError("vars() argument must have __dict__ attribute");
    return attributes;
  },
});

function attributeName(name: PyValue): string {
  const text = asStr(name);
  if (text === undefined) throw typeError(`attribute name must be string, not '${typeName(name)}'`);
  return text;
}
function radix(value: PyValue, base: number, prefix: string): string {
  const n = index(value);
  return n < 0 ? `-${prefix}${(-n).toString(base)}` : prefix + n.toString(base);
}
function divmod(x: PyValue, y: PyValue): PyValue {
  const result = tryDispatch(x, y, "__divmod__", "__rdivmod__");
  if (result !== undefined) return result;
  throw typeError(`unsupported operand type(s) for divmod(): '${typeName(x)}' and '${typeName(y)}'`);
}
/** Names of CPython's that lead out of an expression: reaching for one says so. */
export const unavailable: Map<string, string> = new Map(
  [
    "eval",
    "exec",
    "compile",
    "open",
    "input",
    "breakpoint",
    "globals",
    "locals",
    "__import__",
    "exit",
    "quit",
    "help",
    "copyright",
    "credits",
    "license",
  ].map((name) => [name, `'${name}' is not available in an expression`]),
);

/** NameError for a name that nothing has, with what is to be said of it. */
export function unknownName(name: string): never {
  const why = unavailable.get(name);
  throw nameError(NameError, name, `name '${name}' is not defined${why === undefined ? "" : ` (${why})`}`);
}
