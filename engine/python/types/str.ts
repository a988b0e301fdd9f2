// `str`: construction, the operators, indexing. Its methods are in str-methods.ts, str-search.ts, str-format.ts.

import { asBytes } from "../bytes.ts";
import { adopt } from "../classes.ts";
import { decode } from "../codecs.ts";
import { comparisons, type OrderTest } from "../comparisons.ts";
import { indexError, typeError } from "../exceptions.ts";
import { defineMethods } from "../function.ts";
import { hashString } from "../hash.ts";
import { StringIterator, stringIterator } from "../iterator.ts";
import {
  asInt,
  asStr,
  NotImplemented,
  PyStr,
  type PyType,
  type PyValue,
  strType,
  typeName,
  typeOf,
} from "../object.ts";
import { compareStrings, indexSize, repeatCount, textItem } from "../operators.ts";
import { str, strObject } from "../representation.ts";
import { tuple } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { allocateText, charAt, characters, reprString, sliceText, textLength } from "../text.ts";
import { includesText } from "../text-search.ts";
import { defineConstructor } from "./construct.ts";
import { PySlice, sliceIndices } from "./slice.ts";
import { codecName, givenType } from "./text-argument.ts";
import "./str-format.ts";
import "./str-methods.ts";
import "./str-search.ts";

/** The text of `self` in a method of `str`. */
function textOf(self: PyValue): string {
  return typeof self === "string" ? self : (self as PyStr).value;
}

/**
 * The text that `str(…)` makes.
 *
 * @param shown how a complaint names what an argument is
 */
function makeText(
  object: PyValue | undefined,
  encoding: PyValue | undefined,
  errors: PyValue | undefined,
  shown: (value: PyValue) => string = givenType,
): string {
  const codec = codecName(encoding, "str() argument 'encoding'", shown);
  const handler = codecName(errors, "str() argument 'errors'", shown);
  if (object === undefined) return "";
  if (codec === undefined && handler === undefined) return str(object);
  const bytes = asBytes(object);
  if (bytes !== undefined) return decode(bytes, codec, handler);
  if (asStr(object) !== undefined) throw typeError("decoding str is not supported");
  throw typeError(`decoding to str: need a bytes-like object, ${typeName(object)} found`);
}

defineConstructor(
  strType,
  "(object='', encoding='utf-8', errors='strict')",
  (cls: PyType, object?: PyValue, encoding?: PyValue, errors?: PyValue) => {
    if (cls === strType && encoding === undefined && errors === undefined) return strObject(object ?? "");
    const text = makeText(object, encoding, errors);
    return cls === strType ? text : adopt(new PyStr(text), cls);
  },
  true,
);
strType.convert = strObject;
strType.vectorcall = (args) => {
  const [object, encoding, errors] = args;
  if (args.length > 3) throw typeError(`str expected at most 3 arguments, got ${args.length}`);
  return args.length === 1 ? strObject(object as PyValue) : makeText(object, encoding, errors, typeName);
};

/** `text * count`; refused before it is made when it would be too large. */
export function repeatText(text: string, count: PyValue): string {
  const n = repeatCount(count);
  if (n <= 0 || text === "") return "";
  const size = n * text.length;
  allocateText(size);
  charge(Math.ceil(size / 64));
  return text.repeat(n);
}

function repeat(self: PyValue, count: PyValue): PyValue {
  return repeatText(textOf(self), count);
}

/** `text[slice]`. */
export function sliceString(text: string, slice: PySlice): string {
  const length = textLength(text);
  const { start, step, count } = sliceIndices(slice, length);
  if (count === 0) return "";
  charge(count >> 6);
  if (step === 1) {
    // Without surrogates JavaScript's own indexes are Python's.
    return length === text.length ? text.slice(start, start + count) : sliceText(text, start, start + count);
  }
  allocate(count * 2);
  charge(count >> 2);
  if (step === -1 && count === length) return characters(text).reverse().join("");
  const out: string[] = [];
  for (let i = 0, at = start; i < count; i++, at += step) out.push(charAt(text, at));
  return out.join("");
}

function item(self: PyValue, key: PyValue): string {
  const text = textOf(self);
  if (key instanceof PySlice) return sliceString(text, key);
  if (asInt(key) === undefined && typeOf(key).lookup("__index__") === undefined) {
    throw typeError(`string indices must be integers, not '${typeName(key)}'`);
  }
  const at = typeof key === "number" ? key : indexSize(key);
  const length = textLength(text);
  const real = at < 0 ? at + length : at;
  if (real < 0 || real >= length) throw indexError("string index out of range");
  return charAt(text, real);
}

textItem.at = item;

function comparison(holds: OrderTest): (self: PyValue, other: PyValue) => PyValue {
  return (self, other) => {
    const text = asStr(other);
    return text === undefined ? NotImplemented : holds(compareStrings(textOf(self), text));
  };
}

defineMethods(strType, {
  "__repr__()": (self: PyValue) => {
    const text = textOf(self);
    charge(text.length >> 5);
    allocate(text.length);
    return reprString(text);
  },
  "__str__()": textOf,
  "__getnewargs__()": (self: PyValue) => tuple([textOf(self)]),
  "__hash__()": (self: PyValue) => hashString(textOf(self)),
  "__len__()": (self: PyValue) => textLength(textOf(self)),
  "__iter__()": (self: PyValue) =>
    typeof self === "string" ? stringIterator(self) : new StringIterator(textOf(self)),
  "__getitem__(key, /)": item,
  "__contains__(key, /)": (self: PyValue, key: PyValue) => {
    const part = asStr(key);
    if (part === undefined) {
      throw typeError(`'in <string>' requires string as left operand, not ${typeName(key)}`);
    }
    return includesText(textOf(self), part);
  },
  "__add__(value, /)": (self: PyValue, other: PyValue) => {
    const text = asStr(other);
    if (text === undefined) throw typeError(`can only concatenate str (not "${typeName(other)}") to str`);
    allocate(16 + text.length);
    return textOf(self) + text;
  },
  "__mul__(value, /)": repeat,
  "__rmul__(value, /)": repeat,
  ...comparisons(comparison),
  "__sizeof__()": (self: PyValue) => 41 + textOf(self).length,
});
