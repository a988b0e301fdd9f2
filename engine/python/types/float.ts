// `float`: construction, the table behind its operators, and its methods.
import { asBytes, latin1Text } from "../bytes.ts";
import { adopt } from "../classes.ts";
import { overflowError, typeError, valueError, zeroDivision } from "../exceptions.ts";
import {
  decompose,
  hexFloat,
  parseFloatText,
  parseHexFloat,
  reprFloat,
  roundDouble,
  roundToInteger,
} from "../float-text.ts";
import { formatFloat } from "../format-spec.ts";
import { call1, defineAttributes, defineClassMethods, defineMethods } from "../function.ts";
import { hashFloat, identityHash } from "../hash.ts";
import { narrow } from "../integer.ts";
import {
  asInt,
  asStr,
  floatType,
  NotImplemented,
  negated,
  PyFloat,
  PyNegativeNaN,
  type PyType,
  type PyValue,
  typeName,
  typeOf,
} from "../object.ts";
import { asDouble, index } from "../operators.ts";
import { floatPower } from "../power.ts";
import { realNumber, truncate } from "../real.ts";
import { repr, strObject } from "../representation.ts";
import { tuple } from "../sequence.ts";
import { defineConstructor } from "./construct.ts";
import { specArgument } from "./str-format.ts";
import { textArgument } from "./text-argument.ts";

// ---- construction --------------------------------------------------------------------------------

function makeDouble(value: PyValue): number {
  const bytes = asBytes(value);
  const text = bytes === undefined ? asStr(value) : latin1Text(bytes);
  // A class derived from `str` or `bytes` may say what number its objects are.
  const type = typeOf(value);
  const isNumber = type.lookup("__float__") !== undefined || type.lookup("__index__") !== undefined;
  if (text === undefined || isNumber) {
    return realNumber(value, (name) => `float() argument must be a string or a real number, not '${name}'`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: bytes must be ASCII.
  const readable = bytes === undefined || !/[^\x00-\x7f]/.test(text);
  const double = readable ? parseFloatText(text) : undefined;
  if (double === undefined) throw valueError(`could not convert string to float: ${repr(value)}`);
  return double;
}

/** Is it the text of `-nan`? */
function saysMinus(value: PyValue): boolean {
  const bytes = asBytes(value);
  const text = bytes === undefined ? asStr(value) : latin1Text(bytes);
  return text?.includes("-") === true;
}

defineConstructor(floatType, "(x=0, /)", (cls: PyType, value: PyValue = 0) => {
  const double = makeDouble(value);
  const isNegativeNaN = Number.isNaN(double) && (value instanceof PyNegativeNaN || saysMinus(value));
  const made = isNegativeNaN ? new PyNegativeNaN() : new PyFloat(double);
  return cls === floatType ? made : adopt(made, cls);
});

// ---- operators -----------------------------------------------------------------------------------

/** CPython's float floor division and modulo, from one exact remainder. */
export function floatDivmod(a: number, b: number): { quotient: number; remainder: number } {
  let remainder = a % b;
  let div = (a - remainder) / b;
  if (remainder !== 0) {
    if (b < 0 !== remainder < 0) {
      remainder += b;
      div -= 1;
    }
  } else remainder = b < 0 || Object.is(b, -0) ? -0 : 0;
  if (div === 0) return { quotient: a / b < 0 || Object.is(a / b, -0) ? -0 : 0, remainder };
  let quotient = Math.floor(div);
  if (div - quotient > 0.5) quotient += 1;
  return { quotient, remainder };
}

type Operation = (a: number, b: number) => PyValue;
const operators: { readonly [name: string]: Operation } = {
  add: (a, b) => new PyFloat(a + b),
  sub: (a, b) => new PyFloat(a - b),
  mul: (a, b) => new PyFloat(a * b),
  truediv: (a, b) => {
    if (b === 0) throw zeroDivision("float division by zero");
    return new PyFloat(a / b);
  },
  floordiv: (a, b) => {
    if (b === 0) throw zeroDivision("float floor division by zero");
    return new PyFloat(floatDivmod(a, b).quotient);
  },
  mod: (a, b) => {
    if (b === 0) throw zeroDivision("float modulo by zero");
    return new PyFloat(floatDivmod(a, b).remainder);
  },
  divmod: (a, b) => {
    if (b === 0) throw zeroDivision("float divmod()");
    const { quotient, remainder } = floatDivmod(a, b);
    return tuple([new PyFloat(quotient), new PyFloat(remainder)]);
  },
};
function forward(operate: Operation): (self: PyFloat, other: PyValue) => PyValue {
  return (self, other) => {
    const b = asDouble(other);
    return b === undefined ? NotImplemented : operate(self.value, b);
  };
}
function reflected(operate: Operation): (self: PyFloat, other: PyValue) => PyValue {
  return (self, other) => {
    const b = asDouble(other);
    return b === undefined ? NotImplemented : operate(b, self.value);
  };
}
for (const [name, operate] of Object.entries(operators)) {
  defineMethods(floatType, {
    [`__${name}__(value, /)`]: forward(operate),
    [`__r${name}__(value, /)`]: reflected(operate),
  });
}

/** Comparisons with ints are exact: JavaScript compares numbers and bigints by mathematical value. */
function comparison(
  holds: (a: number, b: number | bigint) => boolean,
): (self: PyFloat, other: PyValue) => PyValue {
  return (self, other) => {
    const b = other instanceof PyFloat ? other.value : asInt(other);
    return b === undefined ? NotImplemented : holds(self.value, b);
  };
}

function refuseModulus(modulus: PyValue): void {
  if (modulus !== null) throw typeError("pow() 3rd argument not allowed unless all arguments are integers");
}

function round(self: PyFloat, ndigits: PyValue = null): PyValue {
  if (ndigits === null)
    return truncate(Number.isFinite(self.value) ? roundToInteger(self.value) : self.value);
  return new PyFloat(roundDouble(self.value, Number(index(ndigits))));
}

const same = (self: PyFloat): PyValue => (self.cls === floatType ? self : new PyFloat(self.value));

defineMethods(floatType, {
  "__pow__(value, mod=None, /)": (self: PyFloat, other: PyValue, modulus: PyValue = null) => {
    refuseModulus(modulus);
    return forward(floatPower)(self, other);
  },
  "__rpow__(value, mod=None, /)": (self: PyFloat, other: PyValue, modulus: PyValue = null) => {
    refuseModulus(modulus);
    return reflected(floatPower)(self, other);
  },
  // biome-ignore lint/suspicious/noDoubleEquals: a number and a bigint are compared by value.
  "__eq__(value, /)": comparison((a, b) => a == b),
  // biome-ignore lint/suspicious/noDoubleEquals: a number and a bigint are compared by value.
  "__ne__(value, /)": comparison((a, b) => a != b),
  "__lt__(value, /)": comparison((a, b) => a < b),
  "__le__(value, /)": comparison((a, b) => a <= b),
  "__gt__(value, /)": comparison((a, b) => a > b),
  "__ge__(value, /)": comparison((a, b) => a >= b),
  "__neg__()": negated,
  "__pos__()": same,
  "__abs__()": (self: PyFloat) => new PyFloat(Math.abs(self.value)),
  "__bool__()": (self: PyFloat) => self.value !== 0,
  "__int__()": (self: PyFloat) => truncate(self.value),
  "__trunc__()": (self: PyFloat) => truncate(self.value),
  "__floor__()": (self: PyFloat) => truncate(Math.floor(self.value)),
  "__ceil__()": (self: PyFloat) => truncate(Math.ceil(self.value)),
  "__float__()": same,
  "__hash__()": (self: PyFloat) => (Number.isNaN(self.value) ? identityHash(self) : hashFloat(self.value)),
  "__repr__()": (self: PyFloat) => reprFloat(self.value),
  "__format__(format_spec, /)": (self: PyFloat, formatSpec: PyValue) => {
    const spec = specArgument(formatSpec);
    return spec === "" ? strObject(self) : formatFloat(self.value, spec, typeName(self));
  },
  "__round__(ndigits=None, /)": round,
  "__getnewargs__()": (self: PyFloat) => tuple([new PyFloat(self.value)]),
});

// ---- methods -------------------------------------------------------------------------------------

function integerRatio(self: PyFloat): PyValue {
  const { value } = self;
  if (Number.isNaN(value)) throw valueError("cannot convert NaN to integer ratio");
  if (!Number.isFinite(value)) throw overflowError("cannot convert Infinity to integer ratio");
  let { mantissa, exponent } = decompose(value);
  while (exponent < 0 && (mantissa & 1n) === 0n && mantissa !== 0n) {
    mantissa >>= 1n;
    exponent += 1;
  }
  if (mantissa === 0n) exponent = 0;
  if (value < 0) mantissa = -mantissa;
  return exponent >= 0
    ? tuple([narrow(mantissa << BigInt(exponent)), 1])
    : tuple([narrow(mantissa), narrow(1n << BigInt(-exponent))]);
}

defineMethods(floatType, {
  "as_integer_ratio()": integerRatio,
  "is_integer()": (self: PyFloat) => Number.isInteger(self.value),
  "conjugate()": same,
  "hex()": (self: PyFloat) => hexFloat(self.value),
});
defineClassMethods(floatType, {
  "__getformat__(typestr, /)": (_cls: PyType, kind: PyValue) => {
    const text = textArgument(kind, "__getformat__() argument");
    if (text !== "double" && text !== "float")
      throw valueError("__getformat__() argument 1 must be 'double' or 'float'");
    return "IEEE, little-endian";
  },
  "fromhex(string, /)": (cls: PyType, string: PyValue) => {
    const text = asStr(string);
    if (text === undefined) throw typeError("bad argument type for built-in operation");
    const made = new PyFloat(parseHexFloat(text));
    return cls === floatType ? made : call1(cls, made);
  },
});
defineAttributes<PyFloat>(floatType, { real: same, imag: () => new PyFloat(0) });
