// The module `math`.
import { overflowError, typeError, valueError } from "../exceptions.ts";
import { special } from "../function.ts";
import { type Int, trueDivInt } from "../integer.ts";
import { collect, forEach, iter } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { asInt, negated, PyFloat, PyInt, PyNegativeNaN, type PyValue, typeName } from "../object.ts";
import { add, div, index, mul } from "../operators.ts";
import { realNumber, truncate } from "../real.ts";
import { PyTuple, tuple } from "../sequence.ts";
import { charge } from "../state.ts";
import * as elementary from "./elementary-functions.ts";
import { ExactSum, fusedMultiplyAdd, RoundedSum, vectorLength } from "./exact-sums.ts";
import { erf, erfc, gamma, lgamma } from "./gamma-functions.ts";
import { comb, factorial, gcd, isqrt, lcm, perm } from "./integer-functions.ts";
import { moduleFunctions } from "./python-function.ts";

const { log, nearest, parts } = elementary;
const float = (value: number): PyFloat => new PyFloat(value);
const domainError = () => valueError("math domain error");
const rangeError = () => overflowError("math range error");

/** A function of one number: NaN out of a number is a domain error, an infinity is a range or a domain error. */
function unary(f: (x: number) => number, overflows = false): (value: PyValue) => PyValue {
  return (value) => {
    const x = realNumber(value);
    charge(1);
    const y = f(x);
    if (Number.isNaN(y) && !Number.isNaN(x)) throw domainError();
    if (!Number.isFinite(y) && !Number.isNaN(y) && Number.isFinite(x)) {
      throw overflows ? rangeError() : domainError();
    }
    return float(y);
  };
}

/** A logarithm, also of ints beyond the doubles. */
function logarithm(f: (x: number) => number): (value: PyValue) => number {
  return (value) => {
    const int = value instanceof PyInt || value instanceof PyFloat ? undefined : asInt(value);
    if (int === undefined || typeof int === "number") {
      const x = realNumber(value);
      if (x <= 0) throw domainError();
      return f(x);
    }
    if (int < 0n) throw domainError();
    const double = Number(int);
    if (Number.isFinite(double)) return f(double);
    const shift = int.toString(16).length * 4 - 64;
    return f(trueDivInt(int, 1n << BigInt(shift))) + f(2) * shift;
  };
}
const [naturalLog, binaryLog, decimalLog] = [
  logarithm(log),
  logarithm(elementary.log2),
  logarithm(elementary.log10),
];

/** C's pow, with CPython's errors. */
function power(x: number, y: number): number {
  if (x === 1 || y === 0) return 1;
  if (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY) return 1;
  const r = x ** y;
  if (Number.isFinite(x) && Number.isFinite(y)) {
    if (Number.isNaN(r)) throw domainError();
    if (!Number.isFinite(r)) throw x === 0 ? domainError() : rangeError();
  }
  return r;
}
/** The IEEE 754 remainder: what is left of `x` at the nearest multiple of `y`. */
function remainder(x: number, y: number): number {
  if (Number.isFinite(x) && Number.isFinite(y)) {
    if (y === 0) throw domainError();
    const [a, b] = [Math.abs(x), Math.abs(y)];
    const m = a % b;
    const c = b - m;
    const r = m < c ? m : m > c ? -c : m - 2 * ((0.5 * (a - m)) % b);
    return Object.is(Math.sign(x), -1) || Object.is(x, -0) ? -r : r;
  }
  if (Number.isNaN(x) || Number.isNaN(y)) return x + y;
  if (!Number.isFinite(x)) throw domainError();
  return x;
}
function fmod(x: number, y: number): number {
  const r = x % y;
  if (Number.isNaN(r) && !Number.isNaN(x) && !Number.isNaN(y)) throw domainError();
  return r;
}
const negative = (x: number): boolean => x < 0 || Object.is(x, -0);

function ldexp(value: PyValue, exponent: PyValue): PyValue {
  const x = realNumber(value);
  const int = asInt(exponent);
  if (int === undefined) throw typeError("Expected an int as second argument to ldexp.");
  if (x === 0 || !Number.isFinite(x)) return float(x);
  if (int > 2200) throw rangeError();
  if (int < -2200) return float(negative(x) ? -0 : 0);
  const { mantissa, exponent: own } = parts(x);
  const r = nearest(mantissa, own + Number(int));
  if (!Number.isFinite(r)) throw rangeError();
  return float(r === 0 && x < 0 ? -0 : r);
}
function frexp(value: PyValue): PyValue {
  const x = realNumber(value);
  if (x === 0 || !Number.isFinite(x)) return tuple([float(x), 0]);
  const { mantissa, exponent } = parts(x);
  const bits = (mantissa < 0n ? -mantissa : mantissa).toString(2).length;
  return tuple([float(nearest(mantissa, -bits)), exponent + bits]);
}
function modf(value: PyValue): PyValue {
  const x = realNumber(value);
  if (!Number.isFinite(x)) return tuple([float(Number.isNaN(x) ? x : negative(x) ? -0 : 0), float(x)]);
  const whole = Math.trunc(x);
  const rest = x - whole;
  return tuple([float(rest === 0 && negative(x) ? -0 : rest), float(whole)]);
}

const word = new DataView(new ArrayBuffer(8));
/** Doubles in order, as integers: one more is the next double. */
function ordinal(x: number): bigint {
  word.setFloat64(0, x);
  const bits = word.getBigInt64(0);
  return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits;
}
function fromOrdinal(n: bigint, sign: number): number {
  if (n === 0n) return sign < 0 ? -0 : 0;
  word.setBigInt64(0, n < 0n ? -n | -0x8000000000000000n : n);
  return word.getFloat64(0);
}
function nextAfter(x: number, y: number, steps: bigint): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return x + y;
  if (steps === 0n) return x;
  if (x === y) return y;
  const [from, to] = [ordinal(x), ordinal(y)];
  if (from < to) return from + steps >= to ? y : fromOrdinal(from + steps, -1);
  return from - steps <= to ? y : fromOrdinal(from - steps, 1);
}
function ulp(value: PyValue): PyValue {
  const x = Math.abs(realNumber(value));
  if (!Number.isFinite(x)) return float(x);
  const next = fromOrdinal(ordinal(x) + 1n, 1);
  return float(Number.isFinite(next) ? next - x : x - fromOrdinal(ordinal(x) - 1n, 1));
}

function isClose(a: PyValue, b: PyValue, relative?: PyValue, absolute?: PyValue): boolean {
  const [x, y] = [realNumber(a), realNumber(b)];
  const rel = relative === undefined ? 1e-9 : realNumber(relative);
  const abs = absolute === undefined ? 0 : realNumber(absolute);
  if (rel < 0 || abs < 0) throw valueError("tolerances must be non-negative");
  if (x === y) return true;
  if (Math.abs(x) === Number.POSITIVE_INFINITY || Math.abs(y) === Number.POSITIVE_INFINITY) return false;
  const difference = Math.abs(y - x);
  return difference <= Math.abs(rel * y) || difference <= Math.abs(rel * x) || difference <= abs;
}

/** `floor`, `ceil`: the type's own method, or that of its double. */
function rounded(name: string, round: (x: number) => number): (value: PyValue) => PyValue {
  return (value) => {
    if (!(value instanceof PyFloat && value.cls.builtin)) {
      const own = special(value, name, []);
      if (own !== undefined) return own;
    }
    return truncate(round(realNumber(value)));
  };
}

const isPlainInt = (value: PyValue): value is Int => typeof value === "number" || typeof value === "bigint";
const isPlainFloat = (value: PyValue): value is PyFloat => value instanceof PyFloat && value.cls.builtin;

/** `math.sumprod`: ints exactly, floats with one rounding, anything else by its own `*` and `+`. */
function sumprod(p: PyValue, q: PyValue): PyValue {
  const [left, right] = [iter(p), iter(q)];
  let total: PyValue = 0;
  let floats: { sum: ExactSum; plain: number } | null = null;
  const settle = (): void => {
    if (floats !== null)
      total = add(total, float(Number.isFinite(floats.plain) ? floats.sum.value() : floats.plain));
    floats = null;
  };
  for (;;) {
    charge(1);
    const [a, b] = [left.next(), right.next()];
    if (a === undefined && b === undefined) break;
    // Only now: what was multiplied before has had its say.
    if (a === undefined || b === undefined) throw valueError("Inputs are not the same length");
    const real =
      (isPlainFloat(a) && (isPlainFloat(b) || isPlainInt(b))) || (isPlainInt(a) && isPlainFloat(b));
    if (!real) {
      settle();
      total = add(total, mul(a, b));
      continue;
    }
    const [x, y] = [realNumber(a), realNumber(b)];
    floats ??= { sum: new ExactSum(), plain: 0 };
    floats.plain += x * y;
    if (Number.isFinite(x) && Number.isFinite(y)) floats.sum.addProduct(x, y);
  }
  settle();
  return total;
}

function coordinates(value: PyValue): number[] {
  return (value instanceof PyTuple ? [...value.items] : collect(value)).map((x) => realNumber(x));
}

const values: { [name: string]: PyValue } = {
  pi: float(Math.PI),
  e: float(Math.E),
  tau: float(2 * Math.PI),
  inf: float(Number.POSITIVE_INFINITY),
  nan: float(Number.NaN),
};
for (const [name, f, overflows] of [
  ["acos", elementary.acos],
  ["acosh", elementary.acosh],
  ["asin", elementary.asin],
  ["asinh", elementary.asinh],
  ["atan", elementary.atan],
  ["atanh", Math.atanh],
  ["cbrt", elementary.cbrt],
  ["cos", elementary.cos],
  ["cosh", elementary.cosh, true],
  ["erf", erf],
  ["erfc", erfc],
  ["exp", elementary.exp, true],
  ["exp2", (x: number) => 2 ** x, true],
  ["expm1", Math.expm1, true],
  ["fabs", Math.abs],
  ["log1p", Math.log1p],
  ["sin", elementary.sin],
  ["sinh", Math.sinh, true],
  ["sqrt", Math.sqrt],
  ["tan", elementary.tan],
  ["tanh", Math.tanh],
] as [string, (x: number) => number, boolean?][]) {
  Object.assign(values, moduleFunctions("math", { [`${name}(x, /)`]: unary(f, overflows) }));
}
for (const [name, test] of [
  ["isfinite", Number.isFinite],
  ["isinf", (x: number) => Math.abs(x) === Number.POSITIVE_INFINITY],
  ["isnan", Number.isNaN],
] as [string, (x: number) => boolean][]) {
  const native = (value: PyValue): PyValue => test(realNumber(value));
  Object.assign(values, moduleFunctions("math", { [`${name}(x, /)`]: native }));
}
for (const [name, f] of [
  ["atan2", elementary.atan2],
  ["fmod", fmod],
  ["pow", power],
  ["remainder", remainder],
] as [string, (x: number, y: number) => number][]) {
  const native = (x: PyValue, y: PyValue): PyValue => float(f(realNumber(x), realNumber(y)));
  Object.assign(values, moduleFunctions("math", { [`${name}(x, y, /)`]: native }));
}

Object.assign(
  values,
  moduleFunctions("math", {
    "copysign(x, y, /)": (x: PyValue, y: PyValue) => {
      const magnitude = float(Math.abs(realNumber(x)));
      return y instanceof PyNegativeNaN || negative(realNumber(y)) ? negated(magnitude) : magnitude;
    },
  }),
);

/** A gamma function: a pole is a domain error, what is too large a range error. */
const gammaFunction =
  (f: (x: number) => number) =>
  (value: PyValue): PyValue =>
    unary(f, true)(value);

const functions = moduleFunctions("math", {
  "degrees(x, /)": (x: PyValue) => float(realNumber(x) * (180 / Math.PI)),
  "radians(x, /)": (x: PyValue) => float(realNumber(x) * (Math.PI / 180)),
  "gamma(x, /)": gammaFunction(gamma),
  "lgamma(x, /)": gammaFunction(lgamma),
  "log(x, base=e, /)": (x: PyValue, base?: PyValue) => {
    const numerator = naturalLog(x);
    return base === undefined ? float(numerator) : div(float(numerator), float(naturalLog(base)));
  },
  "log2(x, /)": (x: PyValue) => float(binaryLog(x)),
  "log10(x, /)": (x: PyValue) => float(decimalLog(x)),
  "ceil(x, /)": rounded("__ceil__", Math.ceil),
  "floor(x, /)": rounded("__floor__", Math.floor),
  "trunc(x, /)": (x: PyValue) => {
    const cut = special(x, "__trunc__", []);
    if (cut === undefined) throw typeError(`type ${typeName(x)} doesn't define __trunc__ method`);
    return cut;
  },
  "ldexp(x, i, /)": ldexp,
  "frexp(x, /)": frexp,
  "modf(x, /)": modf,
  "ulp(x, /)": ulp,
  "nextafter(x, y, /, *, steps=None)": (x: PyValue, y: PyValue, steps: PyValue = null) => {
    const [from, to] = [realNumber(x), realNumber(y)];
    const n = steps === null ? 1 : index(steps);
    if (n < 0) throw valueError("steps must be a non-negative integer");
    return float(nextAfter(from, to, BigInt(n)));
  },
  "isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0)": isClose,
  "fma(x, y, z, /)": (a: PyValue, b: PyValue, c: PyValue) => {
    const [x, y, z] = [realNumber(a), realNumber(b), realNumber(c)];
    const r = fusedMultiplyAdd(x, y, z);
    if (Number.isFinite(r)) return float(r);
    if (Number.isNaN(r)) {
      if (!Number.isNaN(x) && !Number.isNaN(y) && !Number.isNaN(z))
        throw valueError("invalid operation in fma");
    } else if (Number.isFinite(x) && Number.isFinite(y) && Number.isFinite(z)) {
      throw overflowError("overflow in fma");
    }
    return float(r);
  },
  "comb(n, k, /)": comb,
  "perm(n, k=None, /)": perm,
  "factorial(n, /)": factorial,
  "isqrt(n, /)": isqrt,
  "gcd(*integers)": (integers: PyTuple) => integers.items.map((x) => index(x)).reduce<Int>(gcd, 0),
  "lcm(*integers)": (integers: PyTuple) => integers.items.map((x) => index(x)).reduce<Int>(lcm, 1),
  "fsum(seq, /)": (seq: PyValue) => {
    const sum = new RoundedSum();
    forEach(seq, (item) => sum.add(realNumber(item)));
    return float(sum.value());
  },
  "prod(iterable, /, *, start=1)": (iterable: PyValue, start: PyValue = 1) => {
    let product = start;
    forEach(iterable, (item) => {
      product = mul(product, item);
    });
    return product;
  },
  "sumprod(p, q, /)": sumprod,
  "hypot(*coordinates)": (given: PyTuple) => float(vectorLength(coordinates(given))),
  "dist(p, q, /)": (p: PyValue, q: PyValue) => {
    const [from, to] = [p, q].map((x) => (x instanceof PyTuple ? [...x.items] : collect(x))) as [
      PyValue[],
      PyValue[],
    ];
    if (from.length !== to.length) throw valueError("both points must have the same number of dimensions");
    return float(vectorLength(from.map((x, i) => realNumber(x) - realNumber(to[i] as PyValue))));
  },
});

defineModule("math", { values: { ...values, ...functions } });
