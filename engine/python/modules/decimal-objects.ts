// `decimal.Decimal` as an object: how it is made of other values, and `DecimalTuple`.
import { adopt } from "../classes.ts";
import { PyDict } from "../dict.ts";
import { overflowError, typeError, valueError } from "../exceptions.ts";
import { decompose } from "../float-text.ts";
import { call, defineAttributes, defineClassMethods, defineMethods } from "../function.ts";
import type { Int } from "../integer.ts";
import { collect } from "../iterator.ts";
import { asInt, asStr, makeType, PyFloat, PyObject, type PyType, type PyValue, typeName } from "../object.ts";
import { sizeArgument } from "../operators.ts";
import { repr } from "../representation.ts";
import { list, PyList, PyTuple, tuple, tupleType } from "../sequence.ts";
import { charge } from "../state.ts";
import { defineParsedConstructor } from "../types/construct.ts";
import { decimalValue, isSpace } from "../unicode.ts";
import { currentContext, PyContext } from "./decimal-context.ts";
import {
  type Dec,
  digits,
  exact,
  finish,
  finite,
  fromInt,
  fromText,
  infinity,
  QUIET_NAN,
  Status,
  tenTo,
} from "./decimal-number.ts";
import { anything, parseArguments } from "./parsed-arguments.ts";
import { pythonStatic } from "./python-function.ts";

/** A `Decimal`. */
export class PyDecimal extends PyObject {
  readonly value: Dec;
  constructor(value: Dec) {
    super();
    this.value = value;
  }
}
export const decimalType = makeType("decimal.Decimal", { of: PyDecimal });

/** The context that was given, or the current one. */
export function contextOf(value: PyValue | undefined): PyContext {
  if (value === undefined || value === null) return currentContext();
  if (value instanceof PyContext) return value;
  throw typeError("optional argument must be a context");
}

/** An operand of arithmetic: a `Decimal` or an int; undefined for others. */
export function operand(value: PyValue): Dec | undefined {
  if (value instanceof PyDecimal) return value.value;
  const int = asInt(value);
  return int === undefined ? undefined : fromInt(BigInt(int));
}
/** An operand of a method. */
export function required(value: PyValue): Dec {
  const dec = operand(value);
  if (dec === undefined) throw typeError(`conversion from ${typeName(value)} to Decimal is not supported`);
  return dec;
}

/** A double, exactly. */
export function fromDouble(value: number): Dec {
  const negative = value < 0 || Object.is(value, -0);
  if (Number.isNaN(value)) return QUIET_NAN;
  if (!Number.isFinite(value)) return infinity(negative);
  if (value === 0) return finite(negative, 0n, 0n);
  const { mantissa, exponent } = decompose(Math.abs(value));
  let coef = mantissa;
  let power = exponent;
  while (power < 0 && coef % 2n === 0n) {
    coef /= 2n;
    power += 1;
  }
  if (power >= 0) return finite(negative, coef << BigInt(power), 0n);
  // 2**-n is 5**n / 10**n.
  return finite(negative, coef * 5n ** BigInt(-power), BigInt(power));
}

/** A text with digits of any script as ASCII. */
function ascii(text: string): string {
  let out = "";
  for (const char of text) {
    const digit = decimalValue(char.codePointAt(0) as number);
    out += digit < 0 ? char : String(digit);
  }
  return out;
}
function trimmed(text: string): string {
  const chars = Array.from(text);
  const space = (char: string | undefined): boolean =>
    char !== undefined && isSpace(char.codePointAt(0) as number);
  let [from, to] = [0, chars.length];
  while (from < to && space(chars[from])) from += 1;
  while (to > from && space(chars[to - 1])) to -= 1;
  return chars.slice(from, to).join("");
}

/** A number that must fit as it is. */
function exactly(context: PyContext, value: Dec): Dec {
  const env = exact();
  const result = finish(env, value);
  if ((env.status & (Status.Inexact | Status.Rounded | Status.Clamped | Status.Overflow)) === 0)
    return result;
  context.note(Status.InvalidOperation);
  return QUIET_NAN;
}
function parsed(context: PyContext, text: string): Dec {
  charge(text.length >> 3);
  const value = fromText(ascii(text));
  if (value !== undefined) return value;
  context.note(Status.ConversionSyntax);
  return QUIET_NAN;
}

/** An int that C keeps as a `long`; undefined for what is none. */
function longOf(value: PyValue): Int | undefined {
  const int = asInt(value);
  if (typeof int === "bigint" && BigInt.asIntN(64, int) !== int)
    throw overflowError("Python int too large to convert to C long");
  return int;
}
/** `(sign, digits, exponent)`. */
function fromTuple(parts: readonly PyValue[]): Dec {
  if (parts.length !== 3) throw valueError("argument must be a sequence of length 3");
  const [sign, given, last] = parts as [PyValue, PyValue, PyValue];
  const negative = longOf(sign);
  if (negative !== 0 && negative !== 1) throw valueError("sign must be an integer with the value 0 or 1");
  const name = asStr(last);
  const exp = name === undefined ? asInt(last) : 0;
  if (exp === undefined) throw valueError("exponent must be an integer");
  sizeArgument(exp);
  if (name !== undefined && !/^[FnN]$/.test(name)) {
    throw valueError("string argument in the third position must be 'F', 'n' or 'N'");
  }
  const items = given instanceof PyTuple || given instanceof PyList ? given.items : undefined;
  const text = items?.map((digit) => {
    const value = longOf(digit);
    if (value === undefined || value < 0 || value > 9)
      throw valueError("coefficient must be a tuple of digits");
    return String(value);
  });
  if (text === undefined) throw valueError("coefficient must be a tuple of digits");
  if (name === "F") return infinity(negative === 1);
  const coef = BigInt(text.join("") || "0");
  if (name !== undefined) {
    return { negative: negative === 1, kind: name === "n" ? "nan" : "snan", coef, exp: 0n };
  }
  return finite(negative === 1, coef, BigInt(exp));
}

/** The number that `Decimal(value)` is, before anything is rounded. */
export function convert(value: PyValue, context: PyContext, strict: boolean): Dec {
  const text = asStr(value);
  if (text !== undefined) {
    return parsed(context, strict ? text : trimmed(text).replaceAll("_", ""));
  }
  const plain = operand(value);
  if (plain !== undefined) return plain;
  if (value instanceof PyFloat) {
    context.note(Status.FloatOperation);
    return fromDouble(value.value);
  }
  if (value instanceof PyTuple || value instanceof PyList) return fromTuple(value.items);
  throw typeError(`conversion from ${typeName(value)} to Decimal is not supported`);
}

defineParsedConstructor(
  decimalType,
  (args, kw) =>
    parseArguments({ names: ["value", "context"], converters: [anything, anything], required: 0 }, args, kw),
  (cls: PyType, value: PyValue = 0, context?: PyValue) => {
    const rules = contextOf(context);
    if (value instanceof PyDecimal && cls === decimalType && value.cls === decimalType) return value;
    return adopt(new PyDecimal(exactly(rules, convert(value, rules, false))), cls);
  },
);
defineClassMethods(decimalType, {
  "from_float(f, /)": (cls: PyType, value: PyValue) => {
    const int = asInt(value);
    if (int === undefined && !(value instanceof PyFloat)) throw typeError("argument must be int or float");
    const dec = value instanceof PyFloat ? fromDouble(value.value) : fromInt(BigInt(int as number));
    const made = new PyDecimal(dec);
    return cls === decimalType ? made : call(cls, [made], null);
  },
});

/** `context.create_decimal(value)`: rounded as the context says. */
export function rounded(context: PyContext, dec: Dec): PyDecimal {
  const env = context.env();
  const room = env.prec - (env.clamp ? 1n : 0n);
  if ((dec.kind === "nan" || dec.kind === "snan") && dec.coef !== 0n && digits(dec.coef) > room) {
    context.note(Status.ConversionSyntax);
    return new PyDecimal(QUIET_NAN);
  }
  const result = finish(env, dec);
  context.note(env.status);
  return new PyDecimal(result);
}

/** Numerator and denominator of a finite number. */
export function ratio(a: Dec): [bigint, bigint] {
  const signed = a.negative ? -a.coef : a.coef;
  if (a.exp >= 0n) return [signed * tenTo(a.exp), 1n];
  let [numerator, denominator] = [a.coef, tenTo(-a.exp)];
  let [x, y] = [numerator, denominator];
  while (y !== 0n) [x, y] = [y, x % y];
  numerator /= x;
  denominator /= x;
  return [a.negative ? -numerator : numerator, denominator];
}

// ---- DecimalTuple --------------------------------------------------------------------------------

const FIELDS = ["sign", "digits", "exponent"] as const;
/** What `as_tuple` gives. */
export class PyDecimalTuple extends PyTuple {}
export const decimalTupleType = makeType("DecimalTuple", {
  of: PyDecimalTuple,
  base: tupleType,
  module: "decimal",
});
pythonStatic(decimalTupleType, {
  "__new__(_cls, sign, digits, exponent)": (
    cls: PyType,
    sign: PyValue,
    coefficient: PyValue,
    exponent: PyValue,
  ) => adopt(new PyDecimalTuple([sign, coefficient, exponent]), cls),
});
decimalTupleType.dict.set("_fields", tuple([...FIELDS]));
decimalTupleType.dict.set("__match_args__", tuple([...FIELDS]));
defineAttributes<PyDecimalTuple>(
  decimalTupleType,
  Object.fromEntries(FIELDS.map((name, i) => [name, (self: PyDecimalTuple) => self.items[i] as PyValue])),
);
defineMethods(decimalTupleType, {
  "__repr__()": (self: PyDecimalTuple) =>
    `DecimalTuple(${FIELDS.map((name, i) => `${name}=${repr(self.items[i] as PyValue)}`).join(", ")})`,
  "_asdict()": (self: PyDecimalTuple) => {
    const dict = new PyDict();
    for (const [i, name] of FIELDS.entries()) dict.set(name, self.items[i] as PyValue);
    return dict;
  },
  "_replace(**kwds)": (self: PyDecimalTuple, changes: PyDict) => {
    const unknown = [...changes.keys()].filter((name) => !FIELDS.some((field) => field === name));
    if (unknown.length > 0) throw typeError(`Got unexpected field names: ${repr(list(unknown))}`);
    return new PyDecimalTuple(
      FIELDS.map((name, i) => (changes.has(name) ? changes.get(name) : self.items[i]) as PyValue),
    );
  },
});
defineClassMethods(decimalTupleType, {
  "_make(iterable, /)": (_cls: PyType, iterable: PyValue) => {
    const items = collect(iterable);
    if (items.length !== FIELDS.length)
      throw typeError(`Expected ${FIELDS.length} arguments, got ${items.length}`);
    return new PyDecimalTuple(items);
  },
});
/** `as_tuple` of a number. */
export function asTuple(a: Dec): PyDecimalTuple {
  const last = a.kind === "finite" ? undefined : a.kind === "inf" ? "F" : a.kind === "nan" ? "n" : "N";
  const text = a.kind === "inf" ? "0" : last !== undefined && a.coef === 0n ? "" : a.coef.toString();
  const exponent = Number.isSafeInteger(Number(a.exp)) ? Number(a.exp) : a.exp;
  return new PyDecimalTuple([a.negative ? 1 : 0, tuple(Array.from(text, Number)), last ?? exponent]);
}
