// `int`: construction, the table behind its operators, and its methods. `bool` derives from it.
import { asBytes, latin1Text, newBytes, PyBytes } from "../bytes.ts";
import { adopt } from "../classes.ts";
import { overflowError, typeError, valueError, zeroDivision } from "../exceptions.ts";
import { divideHalfEven } from "../float-text.ts";
import { formatInt } from "../format-spec.ts";
import { call1, defineAttributes, defineClassMethods, defineMethods, special } from "../function.ts";
import { hashInt } from "../hash.ts";
import {
  addInt,
  andInt,
  bitLength,
  floorDivInt,
  type Int,
  invertInt,
  modInt,
  mulInt,
  narrow,
  negInt,
  orInt,
  powInt,
  powMod,
  shiftLeft,
  shiftRight,
  subInt,
  toDouble,
  trueDivInt,
  xorInt,
} from "../integer.ts";
import { intText, parseIntText } from "../integer-text.ts";
import {
  asInt,
  asStr,
  intType,
  NotImplemented,
  PyFloat,
  PyInt,
  type PyType,
  type PyValue,
  typeName,
} from "../object.ts";
import { index, truth } from "../operators.ts";
import { floatPower } from "../power.ts";
import { integerPart } from "../real.ts";
import { repr, strObject } from "../representation.ts";
import { tuple } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { bytesFrom } from "./bytes-source.ts";
import { defineConstructor } from "./construct.ts";
import { specArgument } from "./str-format.ts";
import { sizeArgument } from "./str-methods.ts";
import { textArgument } from "./text-argument.ts";

function int(self: PyValue): Int {
  return asInt(self) as Int;
}

// ---- construction --------------------------------------------------------------------------------

function invalidLiteral(base: number, value: PyValue): never {
  const bytes = asBytes(value);
  const shown = Array.from(repr(bytes === undefined ? value : new PyBytes(bytes)))
    .slice(0, 200)
    .join("");
  throw valueError(`invalid literal for int() with base ${base}: ${shown}`);
}

/** The int that text or bytes spell in a base; ValueError for others; undefined for what is neither. */
function fromText(value: PyValue, base: number): Int | undefined {
  const bytes = asBytes(value);
  const text = bytes === undefined ? asStr(value) : latin1Text(bytes);
  if (text === undefined) return undefined;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: bytes must be ASCII.
  if (bytes !== undefined && /[^\x00-\x7f]/.test(text)) invalidLiteral(base, value);
  return parseIntText(text, base) ?? invalidLiteral(base, value);
}

/** The int that an object's `__trunc__` gives; undefined where it has none. */
function truncated(value: PyValue): Int | undefined {
  const result = special(value, "__trunc__", []);
  return result === undefined
    ? undefined
    : index(result, (name) => `__trunc__ returned non-Integral (type ${name})`);
}

function makeInt(value: PyValue | undefined, baseValue: PyValue | undefined): Int {
  if (baseValue === undefined) {
    if (value === undefined) return 0;
    if (typeof value === "string") return fromText(value, 10) as Int;
    const made = integerPart(value) ?? truncated(value) ?? fromText(value, 10);
    if (made !== undefined) return made;
    throw typeError(
      `int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`,
    );
  }
  if (value === undefined) throw typeError("int() missing string argument");
  const base = index(baseValue);
  if (base !== 0 && (base < 2 || base > 36)) throw valueError("int() base must be >= 2 and <= 36, or 0");
  const made = fromText(value, Number(base));
  if (made === undefined) throw typeError("int() can't convert non-string with explicit base");
  return made;
}

defineConstructor(
  intType,
  "(x=0, /, base=10)",
  (cls: PyType, value?: PyValue, base?: PyValue) => {
    const made = makeInt(value, base);
    return cls === intType ? made : adopt(new PyInt(made), cls);
  },
  true,
);

// ---- operators -----------------------------------------------------------------------------------

type Operation = (a: Int, b: Int) => PyValue;
const forward =
  (operate: Operation) =>
  (self: PyValue, other: PyValue): PyValue => {
    const b = asInt(other);
    return b === undefined ? NotImplemented : operate(int(self), b);
  };
const reflected =
  (operate: Operation) =>
  (self: PyValue, other: PyValue): PyValue => {
    const b = asInt(other);
    return b === undefined ? NotImplemented : operate(b, int(self));
  };

function divmod(a: Int, b: Int): PyValue {
  if (b === 0) throw zeroDivision("integer division or modulo by zero");
  return tuple([floorDivInt(a, b), modInt(a, b)]);
}

/** The inverse of `a` modulo `m`; ValueError where there is none. */
export function modularInverse(a: Int, m: Int): Int {
  if (m === 0) throw valueError("pow() 3rd argument cannot be 0");
  const modulus = BigInt(m) < 0n ? -BigInt(m) : BigInt(m);
  let [r, next] = [modulus, BigInt(modInt(a, narrow(modulus)))];
  let [s, t] = [0n, 1n];
  while (next !== 0n) {
    const q = r / next;
    [r, next] = [next, r - q * next];
    [s, t] = [t, s - q * t];
  }
  if (r !== 1n) throw valueError("base is not invertible for the given modulus");
  return modInt(narrow(s), m);
}

function power(a: Int, b: Int): PyValue {
  if (b < 0) return floatPower(toDouble(a), toDouble(b));
  return powInt(a, b);
}
function powerModulo(self: PyValue, exponent: PyValue, modulus: PyValue): PyValue {
  const [a, b, m] = [asInt(self), asInt(exponent), asInt(modulus)];
  if (a === undefined || b === undefined || m === undefined) return NotImplemented;
  return b < 0 ? powMod(modularInverse(a, m), negInt(b), m) : powMod(a, b, m);
}

const operators: { readonly [name: string]: Operation } = {
  add: addInt,
  sub: subInt,
  mul: mulInt,
  truediv: (a, b) => new PyFloat(trueDivInt(a, b)),
  floordiv: floorDivInt,
  mod: (a, b) => modInt(a, b),
  divmod,
  lshift: shiftLeft,
  rshift: shiftRight,
  and: andInt,
  or: orInt,
  xor: xorInt,
};
for (const [name, operate] of Object.entries(operators)) {
  defineMethods(intType, {
    [`__${name}__(value, /)`]: forward(operate),
    [`__r${name}__(value, /)`]: reflected(operate),
  });
}

/** `round(value, digits)` for negative digits: half to even. */
function roundInt(value: Int, digits: Int): Int {
  if (digits >= 0) return value;
  const size = BigInt(value) < 0n ? -BigInt(value) : BigInt(value);
  // More digits than the number has, and one: nothing is left.
  if (-Number(digits) > bitLength(size) * 0.302 + 2) return 0;
  const unit = 10n ** BigInt(-digits);
  const rounded = divideHalfEven(size, unit) * unit;
  return narrow(BigInt(value) < 0n ? -rounded : rounded);
}

const identity = (self: PyValue): PyValue => int(self);

defineMethods(intType, {
  "__pow__(value, mod=None, /)": (self: PyValue, other: PyValue, modulus: PyValue = null) =>
    modulus === null ? forward(power)(self, other) : powerModulo(self, other, modulus),
  "__rpow__(value, mod=None, /)": (self: PyValue, other: PyValue, modulus: PyValue = null) =>
    modulus === null ? reflected(power)(self, other) : powerModulo(other, self, modulus),
  "__eq__(value, /)": forward((a, b) => a === b),
  "__ne__(value, /)": forward((a, b) => a !== b),
  "__lt__(value, /)": forward((a, b) => a < b),
  "__le__(value, /)": forward((a, b) => a <= b),
  "__gt__(value, /)": forward((a, b) => a > b),
  "__ge__(value, /)": forward((a, b) => a >= b),
  "__neg__()": (self: PyValue) => negInt(int(self)),
  "__pos__()": identity,
  "__abs__()": (self: PyValue) => (int(self) < 0 ? negInt(int(self)) : int(self)),
  "__invert__()": (self: PyValue) => invertInt(int(self)),
  "__bool__()": (self: PyValue) => int(self) !== 0,
  "__int__()": identity,
  "__index__()": identity,
  "__trunc__()": identity,
  "__floor__()": identity,
  "__ceil__()": identity,
  "__float__()": (self: PyValue) => new PyFloat(toDouble(int(self))),
  "__hash__()": (self: PyValue) => hashInt(int(self)),
  "__repr__()": (self: PyValue) => intText(int(self)),
  "__format__(format_spec, /)": (self: PyValue, formatSpec: PyValue) => {
    const spec = specArgument(formatSpec);
    return spec === "" ? strObject(self) : formatInt(int(self), spec, typeName(self));
  },
  "__round__(ndigits=None, /)": (self: PyValue, ndigits?: PyValue) =>
    ndigits === undefined ? int(self) : roundInt(int(self), index(ndigits)),
  "__getnewargs__()": (self: PyValue) => tuple([int(self)]),
});

// ---- methods -------------------------------------------------------------------------------------

function magnitude(self: PyValue): bigint {
  const value = BigInt(int(self));
  return value < 0n ? -value : value;
}

function countBits(value: bigint): number {
  let count = 0;
  for (const digit of value.toString(16))
    count += "0112122312232334".charCodeAt(Number.parseInt(digit, 16)) - 48;
  return count;
}

function isLittle(method: string, byteorder: PyValue): boolean {
  const order = textArgument(byteorder, `${method}() argument 'byteorder'`);
  if (order !== "little" && order !== "big") throw valueError("byteorder must be either 'little' or 'big'");
  return order === "little";
}

function toBytes(
  self: PyValue,
  lengthValue: PyValue = 1,
  byteorder: PyValue = "big",
  signed: PyValue = false,
): PyValue {
  const size = sizeArgument(lengthValue);
  const little = isLittle("to_bytes", byteorder);
  const isSigned = truth(signed);
  if (size < 0) throw valueError("length argument must be non-negative");
  let value = BigInt(int(self));
  if (value < 0n && !isSigned) throw overflowError("can't convert negative int to unsigned");
  // No byte at all is enough for 0 and for -1.
  const sign = isSigned && size > 0 ? 1 : 0;
  if (bitLength(value < 0n ? -value - 1n : value) + sign > size * 8)
    throw overflowError("int too big to convert");
  const bytes = newBytes(size);
  if (value < 0n) value += 1n << BigInt(size * 8);
  allocate(size * 2);
  charge(size >> 2);
  const hex = value.toString(16);
  for (let i = 0, end = hex.length; i < size && end > 0; i++, end -= 2) {
    bytes[size - 1 - i] = Number.parseInt(hex.slice(Math.max(0, end - 2), end), 16);
  }
  if (little) bytes.reverse();
  return new PyBytes(bytes);
}

function fromBytes(
  cls: PyType,
  source: PyValue,
  byteorder: PyValue = "big",
  signed: PyValue = false,
): PyValue {
  const little = isLittle("from_bytes", byteorder);
  const bytes = bytesFrom(source);
  allocate(bytes.length * 3);
  charge(bytes.length >> 2);
  let hex = "";
  const ordered = little ? bytes.slice().reverse() : bytes;
  const digits: string[] = [];
  for (const byte of ordered) digits.push(byte < 16 ? `0${byte.toString(16)}` : byte.toString(16));
  hex = digits.join("");
  let value = hex === "" ? 0n : BigInt(`0x${hex}`);
  if (truth(signed) && ordered.length > 0 && (ordered[0] as number) >= 0x80)
    value -= 1n << BigInt(bytes.length * 8);
  const made = narrow(value);
  return cls === intType ? made : call1(cls, made);
}

defineMethods(intType, {
  "bit_length()": (self: PyValue) => bitLength(magnitude(self)),
  "bit_count()": (self: PyValue) => countBits(magnitude(self)),
  "as_integer_ratio()": (self: PyValue) => tuple([int(self), 1]),
  "is_integer()": () => true,
  "conjugate()": identity,
  "to_bytes(length=1, byteorder='big', *, signed=False)": toBytes,
});
defineClassMethods(intType, { "from_bytes(bytes, byteorder='big', *, signed=False)": fromBytes });
defineAttributes<PyValue>(intType, {
  real: identity,
  imag: () => 0,
  numerator: identity,
  denominator: () => 1,
});
