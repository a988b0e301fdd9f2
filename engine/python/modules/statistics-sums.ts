// Exact sums and square roots for `statistics`: numbers are added as fractions, and rounded once at the end.
import { getAttribute, getAttributeOr } from "../attribute.ts";
import {
  AttributeError,
  OverflowError,
  PyException,
  pyError,
  TypeError_,
  typeError,
  ValueError,
} from "../exceptions.ts";
import { decompose } from "../float-text.ts";
import { call, method0 } from "../function.ts";
import { addInt, bitLength, type Int, mulInt, narrow, trueDivInt } from "../integer.ts";
import { forEach, unpack } from "../iterator.ts";
import {
  asInt,
  floatType,
  intType,
  PyFloat,
  type PyType,
  type PyValue,
  typeName,
  typeOf,
} from "../object.ts";
import { add, div, gt, lt, mul, pow, sub } from "../operators.ts";
import { charge } from "../state.ts";
import { decimalType } from "./decimal-objects.ts";
import { integerRoot } from "./elementary-functions.ts";
import { fractionType } from "./fractions.ts";
import { pythonClass } from "./python-function.ts";

/** `statistics.StatisticsError`. */
export const statisticsError = pythonClass("StatisticsError", { base: ValueError, module: "statistics" });
/** `throw failure("…")`. */
export const failure = (message: string): PyException => pyError(statisticsError, message);

/** Did Python raise that class of exception, or one derived from it? */
export function raised(error: unknown, ...types: readonly PyType[]): error is PyException {
  return error instanceof PyException && types.some((type) => error.cls.isSubtype(type));
}

/** Numerator and denominator; infinities and NaNs have no denominator. */
type Ratio = readonly [numerator: PyValue, denominator: Int | null];

function exactRatio(x: PyValue): Ratio {
  const int = asInt(x);
  if (int !== undefined) return [int, 1];
  if (x instanceof PyFloat && x.cls === floatType && Number.isFinite(x.value)) {
    const { mantissa, exponent } = decompose(x.value);
    const signed = x.value < 0 ? -mantissa : mantissa;
    if (exponent >= 0) return [narrow(signed << BigInt(exponent)), 1];
    if (signed === 0n) return [0, 1];
    let [top, shift] = [signed, BigInt(-exponent)];
    const zeros = BigInt(trailingZeros(mantissa));
    const cut = zeros < shift ? zeros : shift;
    top >>= cut;
    shift -= cut;
    return [narrow(top), narrow(1n << shift)];
  }
  try {
    const [n, d] = unpack(method0(x, "as_integer_ratio"), 2) as [PyValue, PyValue];
    return [n, asInt(d) as Int];
  } catch (error) {
    if (raised(error, OverflowError, ValueError)) return [x, null];
    if (!raised(error, AttributeError)) throw error;
  }
  const numerator = getAttributeOr(x, "numerator", undefined);
  const denominator = getAttributeOr(x, "denominator", undefined);
  if (numerator === undefined || denominator === undefined) {
    throw typeError(`can't convert type '${typeName(x)}' to numerator/denominator`);
  }
  return [numerator, asInt(denominator) as Int];
}
function trailingZeros(value: bigint): number {
  const hex = value.toString(16);
  const kept = hex.replace(/0+$/, "");
  const digit = Number.parseInt(kept.at(-1) as string, 16);
  return (hex.length - kept.length) * 4 + (31 - Math.clz32(digit & -digit));
}

/** The type that a result has when both types are among the data. */
function coerce(t: PyType, s: PyType): PyType {
  if (t === s || s === intType || s.name === "bool") return t;
  if (t === intType) return s;
  if (s.isSubtype(t)) return s;
  if (t.isSubtype(s)) return t;
  if (t.isSubtype(intType)) return s;
  if (s.isSubtype(intType)) return t;
  if (t.isSubtype(fractionType) && s.isSubtype(floatType)) return s;
  if (t.isSubtype(floatType) && s.isSubtype(fractionType)) return t;
  throw typeError(`don't know how to coerce ${t.qualname} and ${s.qualname}`);
}

/** Sums by denominator. */
class Partials {
  private readonly sums = new Map<Int, Int>();
  private odd: PyValue | undefined;
  add([numerator, denominator]: Ratio, square = false): void {
    if (denominator === null) {
      const value = square ? mul(numerator, numerator) : numerator;
      this.odd = this.odd === undefined ? add(0, value) : add(this.odd, value);
      return;
    }
    const n = asInt(numerator) as Int;
    const key = denominator;
    this.sums.set(key, addInt(this.sums.get(key) ?? 0, square ? mulInt(n, n) : n));
  }
  /** The whole: 0, a Fraction, or the infinity or NaN that was among the data. */
  total(square = false): PyValue {
    if (this.odd !== undefined) return this.odd;
    let total: PyValue = 0;
    for (const [d, n] of this.sums) {
      charge(1);
      total = add(total, fractionType.call([n, square ? mulInt(d, d) : d], null));
    }
    return total;
  }
  get finite(): boolean {
    return this.odd === undefined;
  }
}

/** A sum: of which type, how much, of how many. */
export interface Sum {
  readonly type: PyType;
  readonly total: PyValue;
  readonly count: number;
}
class Accumulator {
  readonly sums = new Partials();
  readonly squares = new Partials();
  private readonly types = new Set<PyType>();
  count = 0;
  take(x: PyValue, squares: boolean): void {
    charge(1);
    this.types.add(typeOf(x));
    const ratio = exactRatio(x);
    this.count += 1;
    this.sums.add(ratio);
    if (squares) this.squares.add(ratio, true);
  }
  get type(): PyType {
    return [...this.types].reduce(coerce, intType);
  }
}

/** The exact sum of what `each` makes of the data. */
export function exactSum(data: PyValue, each: (x: PyValue) => PyValue = (x) => x): Sum {
  const all = new Accumulator();
  forEach(data, (x) => all.take(each(x), false));
  return { total: all.sums.total(), type: all.type, count: all.count };
}
/** The exact sum of squared differences from the mean, or from `center`; and that mean. */
export function squaredDifferences(data: PyValue, center: PyValue): Sum & { readonly mean: PyValue } {
  if (center !== null) {
    const sum = exactSum(data, (x) => {
      const difference = sub(x, center);
      return mul(difference, difference);
    });
    return { ...sum, mean: center };
  }
  const all = new Accumulator();
  forEach(data, (x) => all.take(x, true));
  const { count } = all;
  if (count === 0) {
    const zero = fractionType.call([0], null);
    return { type: all.type, total: zero, mean: zero, count };
  }
  const sum = all.sums.total();
  if (!all.sums.finite) return { type: all.type, total: sum, mean: sum, count };
  const squares = all.squares.total(true);
  const total = div(sub(mul(count, squares), mul(sum, sum)), count);
  return { type: all.type, total, mean: div(sum, count), count };
}

/** A result in the type of the data. */
export function convert(value: PyValue, type: PyType): PyValue {
  if (typeOf(value) === type) return value;
  const whole = type.isSubtype(intType) && asInt(getAttribute(value, "denominator")) !== 1;
  const target = whole ? floatType : type;
  try {
    return call(target, [value], null);
  } catch (error) {
    if (!raised(error, TypeError_) || !target.isSubtype(decimalType)) throw error;
    const part = (name: string): PyValue => call(target, [getAttribute(value, name)], null);
    return div(part("numerator"), part("denominator"));
  }
}

// ---- square roots --------------------------------------------------------------------------------

/** Bits of a root before it is rounded to a float: twice its precision and some. */
const ROOT_BITS = 2 * 53 + 3;

/** The integer part of the root of `n / m`, its lowest bit set where something was cut off. */
function rootToOdd(n: bigint, m: bigint): bigint {
  const root = integerRoot(n / m);
  return root * root * m === n ? root : root | 1n;
}
function floatRoot(n: bigint, m: bigint): PyValue {
  const q = Math.floor((bitLength(n) - bitLength(m) - ROOT_BITS) / 2);
  const root = q >= 0 ? rootToOdd(n, m << BigInt(2 * q)) << BigInt(q) : rootToOdd(n << BigInt(-2 * q), m);
  return new PyFloat(trueDivInt(narrow(root), q >= 0 ? 1 : narrow(1n << BigInt(-q))));
}
/** The correctly rounded root of `n / m` as a Decimal. */
function decimalRoot(n: Int, m: Int): PyValue {
  const decimal = (value: PyValue): PyValue => decimalType.call([value], null);
  if (n === 0) return decimal("0.0");
  const root = method0(div(decimal(n), decimal(m)), "sqrt");
  const ratio = (x: PyValue): [PyValue, PyValue] =>
    unpack(method0(x, "as_integer_ratio"), 2) as [PyValue, PyValue];
  const [nr, dr] = ratio(root);
  /** On which side of the middle between the root and its neighbour the exact root lies. */
  const compared = (neighbour: PyValue, test: (a: PyValue, b: PyValue) => PyValue): boolean => {
    const [nn, dn] = ratio(neighbour);
    const exact = mul(mul(4, n), pow(mul(dr, dn), 2));
    const middle = mul(m, pow(add(mul(dr, nn), mul(dn, nr)), 2));
    return test(exact, middle) === true;
  };
  const plus = method0(root, "next_plus");
  if (compared(plus, gt)) return plus;
  const minus = method0(root, "next_minus");
  return compared(minus, lt) ? minus : root;
}
/** The square root of an exact number, in the type of the data: a Decimal, else a float. */
export function rootOf(value: PyValue, type: PyType): PyValue {
  const n = asInt(getAttribute(value, "numerator")) as Int;
  const m = asInt(getAttribute(value, "denominator")) as Int;
  return type.isSubtype(decimalType) ? decimalRoot(n, m) : floatRoot(BigInt(n), BigInt(m));
}
