// The module `fractions`: `Fraction`, exact ratios of ints.
import { getAttribute } from "../attribute.ts";
import { adopt } from "../classes.ts";
import { pyError, typeError, valueError, ZeroDivisionError } from "../exceptions.ts";
import { call, call1, defineAttributes, method0 } from "../function.ts";
import { hashInt } from "../hash.ts";
import { isInstanceOf } from "../instance-check.ts";
import {
  addInt,
  floorDivInt,
  type Int,
  modInt,
  mulInt,
  narrow,
  negInt,
  powInt,
  subInt,
  trueDivInt,
} from "../integer.ts";
import { defineModule } from "../module.ts";
import {
  asInt,
  asStr,
  intType,
  makeType,
  NotImplemented,
  PyFloat,
  PyObject,
  type PyType,
  type PyValue,
  typeName,
  typeOf,
} from "../object.ts";
import { add, div, eq, equal, floorDiv, ge, gt, le, lt, mod, mul, pow, sub, truth } from "../operators.ts";
import { repr, str } from "../representation.ts";
import { type PyTuple, tuple } from "../sequence.ts";
import { PyComplex } from "../types/complex.ts";
import { decimalValue, isSpace } from "../unicode.ts";
import { finishAbstract } from "./abc.ts";
import { rational as decimalHook } from "./decimal.ts";
import { PyDecimal } from "./decimal-objects.ts";
import { formatFraction } from "./fraction-format.ts";
import { gcd } from "./integer-functions.ts";
import { complexAbcType, rationalType, realType } from "./numbers.ts";
import { pythonClassMethods, pythonMethods, pythonStatic } from "./python-function.ts";

/** A `Fraction`, in lowest terms, its denominator above zero. */
export class PyFraction extends PyObject {
  readonly numerator: Int;
  readonly denominator: Int;
  constructor(numerator: Int, denominator: Int) {
    super();
    this.numerator = numerator;
    this.denominator = denominator;
  }
}
export const fractionType = makeType("Fraction", { of: PyFraction, base: rationalType, module: "fractions" });
fractionType.cls = rationalType.cls;
rationalType.derived.push(fractionType);

type Ratio = readonly [numerator: Int, denominator: Int];

/** A fraction in lowest terms; ZeroDivisionError without a denominator. */
function lowest(numerator: Int, denominator: Int): PyFraction {
  if (denominator === 0) throw pyError(ZeroDivisionError, `Fraction(${str(numerator)}, 0)`);
  const divisor = gcd(numerator, denominator);
  const signed = denominator < 0 ? negInt(divisor) : divisor;
  return new PyFraction(floorDivInt(numerator, signed), floorDivInt(denominator, signed));
}
/** Numerator and denominator of a rational number; undefined for any other value. */
function ratioOf(value: PyValue): Ratio | undefined {
  if (value instanceof PyFraction) return [value.numerator, value.denominator];
  const int = asInt(value);
  if (int !== undefined) return [int, 1];
  if (!(value instanceof PyObject) || value instanceof PyFloat || !isInstanceOf(value, rationalType))
    return undefined;
  return [attributeInt(value, "numerator"), attributeInt(value, "denominator")];
}
function attributeInt(value: PyValue, name: string): Int {
  return asInt(getAttribute(value, name)) ?? 0;
}
decimalHook.parts = (value) => {
  const ratio = ratioOf(value);
  return ratio === undefined ? undefined : [...ratio];
};

const TEXT =
  /^ *([-+]?)(?=\d|\.\d)(\d*|\d+(?:_\d+)*)(?:(?: *\/ *(\d+(?:_\d+)*))?|(?:\.(\d*|\d+(?:_\d+)*))?(?:E([-+]?\d+(?:_\d+)*))?) *$/i;

function fromText(source: PyValue): Ratio {
  let text = "";
  for (const char of asStr(source) as string) {
    const point = char.codePointAt(0) as number;
    const digit = decimalValue(point);
    text += digit >= 0 ? String(digit) : isSpace(point) ? " " : char;
  }
  const [match, sign, whole, below, decimals = "", exponent] = TEXT.exec(text) ?? [];
  if (match === undefined) throw valueError(`Invalid literal for Fraction: ${repr(source)}`);
  const int = (digits: string): Int => asInt(call1(intType, digits)) as Int;
  let numerator = int(whole || "0");
  let denominator: Int = below === undefined ? 1 : int(below);
  const fraction = decimals.replaceAll("_", "");
  if (fraction !== "") {
    const scale = powInt(10, fraction.length);
    numerator = addInt(mulInt(numerator, scale), int(fraction));
    denominator = scale;
  }
  if (exponent !== undefined) {
    const power = int(exponent);
    if (power >= 0) numerator = mulInt(numerator, powInt(10, power));
    else denominator = mulInt(denominator, powInt(10, negInt(power)));
  }
  return [sign === "-" ? negInt(numerator) : numerator, denominator];
}

function construct(numerator: PyValue, denominator: PyValue): PyFraction {
  if (denominator === null) {
    const ratio = ratioOf(numerator);
    if (ratio !== undefined) return new PyFraction(...ratio);
    if (numerator instanceof PyFloat || numerator instanceof PyDecimal) return exactly(numerator);
    if (asStr(numerator) !== undefined) return lowest(...fromText(numerator));
    throw typeError("argument should be a string or a Rational instance");
  }
  const [a, b] = [ratioOf(numerator), ratioOf(denominator)];
  if (a === undefined || b === undefined) throw typeError("both arguments should be Rational instances");
  return lowest(mulInt(a[0], b[1]), mulInt(b[0], a[1]));
}
/** A float or a `Decimal` as it is. */
function exactly(value: PyValue): PyFraction {
  const { items } = method0(value, "as_integer_ratio") as PyTuple;
  return new PyFraction(items[0] as Int, items[1] as Int);
}

pythonStatic(fractionType, {
  "__new__(cls, numerator=0, denominator=None)": (
    cls: PyType,
    numerator: PyValue = 0,
    denominator: PyValue = null,
  ) => adopt(construct(numerator, denominator), cls),
});
function only(cls: PyType, name: string, kind: string, value: PyValue): never {
  throw typeError(`${cls.name}.${name}() only takes ${kind}, not ${repr(value)} (${typeName(value)})`);
}
pythonClassMethods(fractionType, {
  "from_float(f)": (cls: PyType, value: PyValue) => {
    if (asInt(value) !== undefined) return call1(cls, value);
    if (!(value instanceof PyFloat)) only(cls, "from_float", "floats", value);
    return adopt(exactly(value), cls);
  },
  "from_decimal(dec)": (cls: PyType, value: PyValue) => {
    const int = asInt(value);
    if (int !== undefined) return adopt(new PyFraction(int, 1), cls);
    if (!(value instanceof PyDecimal)) only(cls, "from_decimal", "Decimals", value);
    return adopt(exactly(value), cls);
  },
});
defineAttributes<PyFraction>(fractionType, {
  numerator: (self) => self.numerator,
  denominator: (self) => self.denominator,
  _numerator: (self) => self.numerator,
  _denominator: (self) => self.denominator,
});

// ---- arithmetic ----------------------------------------------------------------------------------

const double = (a: PyFraction): number => trueDivInt(a.numerator, a.denominator);
const asFloat = (a: PyFraction): PyFloat => new PyFloat(double(a));

/** An operator: exact where both operands are rational, otherwise that of floats or complex numbers. */
function operator(
  name: string,
  exact: (a: PyFraction, b: PyFraction) => PyValue,
  fallback: (a: PyValue, b: PyValue) => PyValue,
  takesComplex = true,
): void {
  pythonMethods(fractionType, {
    [`__${name}__(b)`]: (a: PyFraction, b: PyValue) => {
      if (b instanceof PyFraction) return exact(a, b);
      const int = asInt(b);
      if (int !== undefined) return exact(a, new PyFraction(int, 1));
      if (b instanceof PyFloat) return fallback(asFloat(a), b);
      if (takesComplex && b instanceof PyComplex) return fallback(new PyComplex(double(a), 0), b);
      return NotImplemented;
    },
    [`__r${name}__(a)`]: (b: PyFraction, a: PyValue) => {
      const ratio = ratioOf(a);
      if (ratio !== undefined) return exact(new PyFraction(...ratio), b);
      if (a instanceof PyFloat) return fallback(a, asFloat(b));
      if (isInstanceOf(a, realType)) return fallback(method0(a, "__float__"), asFloat(b));
      if (!takesComplex) return NotImplemented;
      if (a instanceof PyComplex) return fallback(a, new PyComplex(double(b), 0));
      if (isInstanceOf(a, complexAbcType))
        return fallback(method0(a, "__complex__"), new PyComplex(double(b), 0));
      return NotImplemented;
    },
  });
}
const cross = (a: PyFraction, b: PyFraction): Ratio => [
  mulInt(a.numerator, b.denominator),
  mulInt(a.denominator, b.numerator),
];
operator("add", (a, b) => lowest(addInt(...cross(a, b)), mulInt(a.denominator, b.denominator)), add);
operator("sub", (a, b) => lowest(subInt(...cross(a, b)), mulInt(a.denominator, b.denominator)), sub);
operator(
  "mul",
  (a, b) => lowest(mulInt(a.numerator, b.numerator), mulInt(a.denominator, b.denominator)),
  mul,
);
operator(
  "truediv",
  (a, b) => {
    if (b.numerator === 0) throw pyError(ZeroDivisionError, `Fraction(${str(b.denominator)}, 0)`);
    return lowest(...cross(a, b));
  },
  div,
);
operator("floordiv", (a, b) => floorDivInt(...cross(a, b)), floorDiv, false);
operator("mod", (a, b) => lowest(modInt(...cross(a, b)), mulInt(a.denominator, b.denominator)), mod, false);
operator(
  "divmod",
  (a, b) => {
    const [x, y] = cross(a, b);
    const rest = modInt(x, y, "integer division or modulo by zero");
    return tuple([floorDivInt(x, y), lowest(rest, mulInt(a.denominator, b.denominator))]);
  },
  (a, b) => tuple([floorDiv(a, b), mod(a, b)]),
  false,
);

/** A fraction to an integer power. */
function integerPower({ numerator: n, denominator: d }: PyFraction, power: Int): PyValue {
  if (power >= 0) return new PyFraction(powInt(n, power), powInt(d, power));
  const positive = negInt(power);
  if (n === 0) throw pyError(ZeroDivisionError, `Fraction(${str(powInt(d, positive))}, 0)`);
  if (n > 0) return new PyFraction(powInt(d, positive), powInt(n, positive));
  return new PyFraction(powInt(negInt(d), positive), powInt(negInt(n), positive));
}
function power(a: PyFraction, b: PyValue): PyValue {
  const ratio = ratioOf(b);
  if (ratio === undefined) {
    return b instanceof PyFloat || b instanceof PyComplex ? pow(asFloat(a), b) : NotImplemented;
  }
  if (ratio[1] === 1) return integerPower(a, ratio[0]);
  return pow(asFloat(a), new PyFloat(trueDivInt(...ratio)));
}

// ---- comparison ----------------------------------------------------------------------------------

function comparison(compare: (a: PyValue, b: PyValue) => PyValue) {
  return (a: PyFraction, b: PyValue): PyValue => {
    const ratio = ratioOf(b);
    if (ratio !== undefined) return compare(...cross(a, new PyFraction(...ratio)));
    if (!(b instanceof PyFloat)) return NotImplemented;
    if (!Number.isFinite(b.value)) return compare(new PyFloat(0), b);
    return compare(...cross(a, exactly(b)));
  };
}

const MODULUS = (1n << 61n) - 1n;
function hashOf({ numerator, denominator }: PyFraction): Int {
  let inverse = 1n;
  let base = BigInt(denominator) % MODULUS;
  // Fermat: the inverse is the power of the modulus less two.
  for (let e = MODULUS - 2n; e > 0n; e >>= 1n) {
    if (e & 1n) inverse = (inverse * base) % MODULUS;
    base = (base * base) % MODULUS;
  }
  const magnitude = BigInt(numerator < 0 ? negInt(numerator) : numerator);
  const hash = inverse === 0n ? 314159 : hashInt(narrow(BigInt(hashInt(narrow(magnitude))) * inverse));
  const signed = numerator < 0 ? negInt(hash) : hash;
  return signed === -1 ? -2 : signed;
}

function floor({ numerator, denominator }: PyFraction): Int {
  return floorDivInt(numerator, denominator);
}
function ceiling({ numerator, denominator }: PyFraction): Int {
  return negInt(floorDivInt(negInt(numerator), denominator));
}
/** The nearest int, half to even. */
function nearest(a: PyFraction): Int {
  const below = floor(a);
  const twice = mulInt(2, subInt(a.numerator, mulInt(below, a.denominator)));
  if (twice < a.denominator) return below;
  if (twice > a.denominator) return addInt(below, 1);
  return modInt(below, 2) === 0 ? below : addInt(below, 1);
}

function limited(self: PyFraction, most: PyValue): PyFraction {
  if (truth(lt(most, 1))) throw valueError("max_denominator should be at least 1");
  if (truth(le(self.denominator, most))) return new PyFraction(self.numerator, self.denominator);
  const limit = asInt(most) ?? floorDivInt(...(ratioOf(most) ?? [0, 1]));
  let [p0, q0, p1, q1]: [Int, Int, Int, Int] = [0, 1, 1, 0];
  let [n, d]: [Int, Int] = [self.numerator, self.denominator];
  for (;;) {
    const a = floorDivInt(n, d);
    const q2 = addInt(q0, mulInt(a, q1));
    if (q2 > limit) break;
    [p0, q0, p1, q1] = [p1, q1, addInt(p0, mulInt(a, p1)), q2];
    [n, d] = [d, subInt(n, mulInt(a, d))];
  }
  const k = floorDivInt(subInt(limit, q0), q1);
  const denominator = addInt(q0, mulInt(k, q1));
  if (mulInt(2, mulInt(d, denominator)) <= self.denominator) return new PyFraction(p1, q1);
  return new PyFraction(addInt(p0, mulInt(k, p1)), denominator);
}

pythonMethods(fractionType, {
  "is_integer()": (self: PyFraction) => self.denominator === 1,
  "as_integer_ratio()": (self: PyFraction) => tuple([self.numerator, self.denominator]),
  "limit_denominator(max_denominator=1000000)": (self: PyFraction, most: PyValue = 1_000_000) =>
    limited(self, most),
  "__repr__()": (self: PyFraction) =>
    `${typeOf(self).name}(${str(self.numerator)}, ${str(self.denominator)})`,
  "__str__()": (self: PyFraction) =>
    self.denominator === 1 ? str(self.numerator) : `${str(self.numerator)}/${str(self.denominator)}`,
  "__format__(format_spec, /)": (self: PyFraction, spec: PyValue) => {
    const text = asStr(spec);
    if (text === undefined) throw typeError(`expected string or bytes-like object, got '${typeName(spec)}'`);
    return formatFraction(BigInt(self.numerator), BigInt(self.denominator), text, typeOf(self).name);
  },
  "__pow__(b)": power,
  "__rpow__(a)": (b: PyFraction, a: PyValue) => {
    if (b.denominator === 1 && b.numerator >= 0) return pow(a, b.numerator);
    const ratio = ratioOf(a);
    if (ratio !== undefined) return power(lowest(...ratio), b);
    return pow(a, b.denominator === 1 ? b.numerator : asFloat(b));
  },
  "__pos__()": (a: PyFraction) => new PyFraction(a.numerator, a.denominator),
  "__neg__()": (a: PyFraction) => new PyFraction(negInt(a.numerator), a.denominator),
  "__abs__()": (a: PyFraction) =>
    new PyFraction(a.numerator < 0 ? negInt(a.numerator) : a.numerator, a.denominator),
  "__int__()": (a: PyFraction) => (a.numerator < 0 ? ceiling(a) : floor(a)),
  "__trunc__()": (a: PyFraction) => (a.numerator < 0 ? ceiling(a) : floor(a)),
  "__floor__()": floor,
  "__ceil__()": ceiling,
  "__round__(ndigits=None)": (self: PyFraction, ndigits: PyValue = null) => {
    if (ndigits === null) return nearest(self);
    const digits = asInt(ndigits);
    if (digits === undefined) throw typeError(`bad operand type for abs(): '${typeName(ndigits)}'`);
    const shift = powInt(10, digits < 0 ? negInt(digits) : digits);
    if (digits > 0) return lowest(nearest(lowest(mulInt(self.numerator, shift), self.denominator)), shift);
    return new PyFraction(mulInt(nearest(lowest(self.numerator, mulInt(self.denominator, shift))), shift), 1);
  },
  "__hash__()": hashOf,
  "__eq__(b)": (a: PyFraction, b: PyValue) => {
    const ratio = ratioOf(b);
    if (ratio !== undefined) return a.numerator === ratio[0] && a.denominator === ratio[1];
    let other = b;
    if (!(b instanceof PyFloat) && b instanceof PyObject && isInstanceOf(b, complexAbcType)) {
      if (equal(getAttribute(b, "imag"), 0)) other = getAttribute(b, "real");
    }
    return other instanceof PyFloat ? comparison(eq)(a, other) : NotImplemented;
  },
  "__lt__(b)": comparison(lt),
  "__gt__(b)": comparison(gt),
  "__le__(b)": comparison(le),
  "__ge__(b)": comparison(ge),
  "__bool__()": (a: PyFraction) => a.numerator !== 0,
  "__copy__()": (self: PyFraction) => copyOf(self),
  "__deepcopy__(memo)": (self: PyFraction) => copyOf(self),
});
function copyOf(self: PyFraction): PyValue {
  if (self.cls === fractionType) return self;
  return call(self.cls, [self.numerator, self.denominator], null);
}
finishAbstract(fractionType);

defineModule("fractions", { types: [fractionType] });
