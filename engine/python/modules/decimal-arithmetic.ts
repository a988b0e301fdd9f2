// Arithmetic on decimal numbers: sums, products, quotients, comparisons, rounding to an exponent.
import {
  adjusted,
  chargeDigits,
  type Dec,
  digits,
  dropDigits,
  type Env,
  etiny,
  finish,
  finite,
  fromInt,
  infinity,
  invalid,
  isNan,
  isSpecial,
  isZero,
  least,
  nanOf,
  type Rounding,
  Status,
  tenTo,
} from "./decimal-number.ts";

export const negated = (a: Dec): Dec => ({ ...a, negative: !a.negative });
export const absolute = (a: Dec): Dec => (a.negative ? { ...a, negative: false } : a);

/** `+a`: rounded; a zero loses its sign unless rounding is downward. */
export function plus(env: Env, a: Dec): Dec {
  const nan = nanOf(env, a);
  if (nan !== undefined) return nan;
  if (isZero(a)) return finish(env, { ...a, negative: a.negative && env.rounding === "ROUND_FLOOR" });
  return finish(env, a);
}
/** `-a`. */
export function minus(env: Env, a: Dec): Dec {
  const nan = nanOf(env, a);
  if (nan !== undefined) return nan;
  if (isZero(a)) return finish(env, { ...a, negative: env.rounding === "ROUND_FLOOR" });
  return finish(env, negated(a));
}
/** `abs(a)`. */
export function abs(env: Env, a: Dec): Dec {
  return nanOf(env, a) ?? finish(env, absolute(a));
}

/** Both coefficients at one exponent; what is too small to matter at the precision is made just small enough. */
function aligned(a: Dec, b: Dec, prec: bigint): { x: bigint; y: bigint; exp: bigint } {
  const [high, low] = a.exp > b.exp ? [a, b] : [b, a];
  let { coef: lowCoef, exp: lowExp } = low;
  const size = digits(high.coef);
  const limit = high.exp + (size - prec - 2n < -1n ? size - prec - 2n : -1n);
  if (digits(lowCoef) + lowExp - 1n < limit) {
    lowCoef = 1n;
    lowExp = limit;
  }
  const highCoef = high.coef * tenTo(high.exp - lowExp);
  return a.exp > b.exp ? { x: highCoef, y: lowCoef, exp: lowExp } : { x: lowCoef, y: highCoef, exp: lowExp };
}

/** `a + b`. */
export function add(env: Env, a: Dec, b: Dec): Dec {
  const nan = nanOf(env, a, b);
  if (nan !== undefined) return nan;
  if (a.kind === "inf") {
    return b.kind === "inf" && a.negative !== b.negative ? invalid(env) : a;
  }
  if (b.kind === "inf") return b;
  const lowest = least(a.exp, b.exp);
  const floor = env.rounding === "ROUND_FLOOR";
  if (a.coef === 0n && b.coef === 0n) {
    return finish(
      env,
      finite((a.negative && b.negative) || (floor && a.negative !== b.negative), 0n, lowest),
    );
  }
  if (a.coef === 0n || b.coef === 0n) {
    // The zero's exponent may ask for more digits, as many as there is room for.
    const [zero, other] = a.coef === 0n ? [a, b] : [b, a];
    const room = other.exp - env.prec - 1n;
    const exp = zero.exp > room ? zero.exp : room;
    if (exp >= other.exp) return finish(env, other);
    return finish(env, finite(other.negative, other.coef * tenTo(other.exp - exp), exp));
  }
  const { x, y, exp } = aligned(a, b, env.prec);
  chargeDigits(x, 1n);
  const sum = (a.negative ? -x : x) + (b.negative ? -y : y);
  if (sum === 0n) return finish(env, finite(floor, 0n, lowest));
  return finish(env, finite(sum < 0n, sum < 0n ? -sum : sum, exp));
}
/** `a - b`. */
export function sub(env: Env, a: Dec, b: Dec): Dec {
  return nanOf(env, a, b) ?? add(env, a, negated(b));
}
/** `a * b`. */
export function mul(env: Env, a: Dec, b: Dec): Dec {
  const nan = nanOf(env, a, b);
  if (nan !== undefined) return nan;
  const negative = a.negative !== b.negative;
  if (isSpecial(a) || isSpecial(b)) return isZero(a) || isZero(b) ? invalid(env) : infinity(negative);
  chargeDigits(a.coef, b.coef);
  return finish(env, finite(negative, a.coef * b.coef, a.exp + b.exp));
}
/** `a * b + c`, rounded once. */
export function fma(env: Env, a: Dec, b: Dec, c: Dec): Dec {
  const nan = nanOf(env, a, b) ?? (isNan(c) && !isZeroTimesInfinity(a, b) ? nanOf(env, c) : undefined);
  if (nan !== undefined) return nan;
  const negative = a.negative !== b.negative;
  if (isZeroTimesInfinity(a, b)) return invalid(env);
  if (isSpecial(a) || isSpecial(b)) return add(env, infinity(negative), c);
  chargeDigits(a.coef, b.coef);
  return add(env, finite(negative, a.coef * b.coef, a.exp + b.exp), c);
}
function isZeroTimesInfinity(a: Dec, b: Dec): boolean {
  return (a.kind === "inf" && isZero(b)) || (b.kind === "inf" && isZero(a));
}

/** `a / b`. */
export function div(env: Env, a: Dec, b: Dec): Dec {
  const nan = nanOf(env, a, b);
  if (nan !== undefined) return nan;
  const negative = a.negative !== b.negative;
  if (a.kind === "inf") return b.kind === "inf" ? invalid(env) : infinity(negative);
  if (b.kind === "inf") {
    env.status |= Status.Clamped;
    return finite(negative, 0n, etiny(env));
  }
  if (b.coef === 0n) {
    if (a.coef === 0n) return invalid(env, Status.DivisionUndefined);
    env.status |= Status.DivisionByZero;
    return infinity(negative);
  }
  if (a.coef === 0n) return finish(env, finite(negative, 0n, a.exp - b.exp));
  const shift = digits(b.coef) - digits(a.coef) + env.prec + 1n;
  let exp = a.exp - b.exp - shift;
  const x = shift >= 0n ? a.coef * tenTo(shift) : a.coef;
  const y = shift >= 0n ? b.coef : b.coef * tenTo(-shift);
  chargeDigits(x, y);
  let quotient = x / y;
  if (quotient * y !== x) {
    // A last digit of 0 or 5 would look exact, or like half.
    if (quotient % 5n === 0n) quotient += 1n;
  } else {
    const ideal = a.exp - b.exp;
    while (exp < ideal && quotient % 10n === 0n) {
      quotient /= 10n;
      exp += 1n;
    }
  }
  return finish(env, finite(negative, quotient, exp));
}

/** Integer quotient and remainder of finite numbers; undefined when the quotient has too many digits. */
function divideInteger(env: Env, a: Dec, b: Dec): { quotient: Dec; remainder: Dec } | undefined {
  const negative = a.negative !== b.negative;
  const ideal = b.kind === "inf" ? a.exp : least(a.exp, b.exp);
  const distance = b.kind === "inf" ? -2n : adjusted(a) - adjusted(b);
  if (a.coef === 0n || b.kind === "inf" || distance <= -2n) {
    return { quotient: finite(negative, 0n, 0n), remainder: { ...a, ...rescaled(a, ideal) } };
  }
  if (distance > env.prec) return undefined;
  const x = a.exp >= b.exp ? a.coef * tenTo(a.exp - b.exp) : a.coef;
  const y = a.exp >= b.exp ? b.coef : b.coef * tenTo(b.exp - a.exp);
  chargeDigits(x, y);
  const quotient = x / y;
  if (digits(quotient) > env.prec) return undefined;
  return { quotient: finite(negative, quotient, 0n), remainder: finite(a.negative, x - quotient * y, ideal) };
}
/** The same number at a lower exponent. */
function rescaled(a: Dec, exp: bigint): { coef: bigint; exp: bigint } {
  return a.coef === 0n ? { coef: 0n, exp } : { coef: a.coef * tenTo(a.exp - exp), exp };
}

/** `a // b`. */
export function divideInt(env: Env, a: Dec, b: Dec): Dec {
  const nan = nanOf(env, a, b);
  if (nan !== undefined) return nan;
  const negative = a.negative !== b.negative;
  if (a.kind === "inf") return b.kind === "inf" ? invalid(env) : infinity(negative);
  if (isZero(b)) {
    if (isZero(a)) return invalid(env, Status.DivisionUndefined);
    env.status |= Status.DivisionByZero;
    return infinity(negative);
  }
  const result = divideInteger(env, a, b);
  return result === undefined ? invalid(env, Status.DivisionImpossible) : finish(env, result.quotient);
}
/** `a % b`: has the sign of `a`. */
export function remainder(env: Env, a: Dec, b: Dec): Dec {
  const nan = nanOf(env, a, b);
  if (nan !== undefined) return nan;
  if (a.kind === "inf") return invalid(env);
  if (isZero(b)) return invalid(env, isZero(a) ? Status.DivisionUndefined : Status.InvalidOperation);
  if (b.kind === "inf") return finish(env, a);
  const result = divideInteger(env, a, b);
  return result === undefined ? invalid(env, Status.DivisionImpossible) : finish(env, result.remainder);
}
/** `divmod(a, b)`. */
export function divmod(env: Env, a: Dec, b: Dec): [Dec, Dec] {
  const nan = nanOf(env, a, b);
  if (nan !== undefined) return [nan, nan];
  const negative = a.negative !== b.negative;
  if (a.kind === "inf") {
    env.status |= Status.InvalidOperation;
    const nothing = invalid(env);
    return b.kind === "inf" ? [nothing, nothing] : [infinity(negative), nothing];
  }
  if (isZero(b)) {
    if (isZero(a)) {
      const nothing = invalid(env, Status.DivisionUndefined);
      return [nothing, nothing];
    }
    const nothing = invalid(env, Status.DivisionByZero | Status.InvalidOperation);
    return [infinity(negative), nothing];
  }
  const result = divideInteger(env, a, b);
  if (result === undefined) {
    const nothing = invalid(env, Status.DivisionImpossible);
    return [nothing, nothing];
  }
  return [finish(env, result.quotient), finish(env, b.kind === "inf" ? a : result.remainder)];
}
/** The remainder whose quotient is the nearest integer. */
export function remainderNear(env: Env, a: Dec, b: Dec): Dec {
  const nan = nanOf(env, a, b);
  if (nan !== undefined) return nan;
  if (a.kind === "inf") return invalid(env);
  if (isZero(b)) return invalid(env, isZero(a) ? Status.DivisionUndefined : Status.InvalidOperation);
  if (b.kind === "inf") return finish(env, a);
  const ideal = least(a.exp, b.exp);
  if (isZero(a)) return finish(env, finite(a.negative, 0n, ideal));
  const distance = adjusted(a) - adjusted(b);
  if (distance >= env.prec + 1n) return invalid(env, Status.DivisionImpossible);
  if (distance <= -2n) return finish(env, finite(a.negative, a.coef * tenTo(a.exp - ideal), ideal));
  const x = a.coef * tenTo(a.exp - ideal);
  const y = b.coef * tenTo(b.exp - ideal);
  chargeDigits(x, y);
  let quotient = x / y;
  let rest = x - quotient * y;
  let { negative } = a;
  if (2n * rest + (quotient % 2n) > y) {
    rest -= y;
    quotient += 1n;
  }
  if (quotient >= tenTo(env.prec)) return invalid(env, Status.DivisionImpossible);
  if (rest < 0n) {
    negative = !negative;
    rest = -rest;
  }
  return finish(env, finite(negative, rest, ideal));
}

// ---- comparison ----------------------------------------------------------------------------------

/** -1, 0 or 1 of two numbers that are no NaNs. */
export function order(a: Dec, b: Dec): number {
  const side = (x: Dec): number => (isZero(x) ? 0 : x.negative ? -1 : 1);
  const [p, q] = [side(a), side(b)];
  if (p !== q) return p < q ? -1 : 1;
  if (p === 0) return 0;
  if (a.kind === "inf" || b.kind === "inf") return a.kind === b.kind ? 0 : a.kind === "inf" ? p : -p;
  const [x, y] = [adjusted(a), adjusted(b)];
  if (x !== y) return x < y ? -p : p;
  const difference =
    a.exp >= b.exp ? a.coef * tenTo(a.exp - b.exp) - b.coef : a.coef - b.coef * tenTo(b.exp - a.exp);
  return difference === 0n ? 0 : difference < 0n ? -p : p;
}
/** `compare`: -1, 0, 1 or NaN. */
export function compare(env: Env, a: Dec, b: Dec): Dec {
  return nanOf(env, a, b) ?? fromInt(BigInt(order(a, b)));
}
/** `compare_signal`: every NaN signals. */
export function compareSignal(env: Env, a: Dec, b: Dec): Dec {
  if (isNan(a) || isNan(b)) env.status |= Status.InvalidOperation;
  return compare(env, a, b);
}
const RANK = { finite: 0, inf: 1, snan: 2, nan: 3 } as const;
/** `compare_total`: an order of all numbers, by their representation. */
export function orderTotal(a: Dec, b: Dec): number {
  if (a.negative !== b.negative) return a.negative ? -1 : 1;
  const sign = a.negative ? -1 : 1;
  if (isNan(a) || isNan(b)) {
    const [p, q] = [RANK[a.kind], RANK[b.kind]];
    if (p !== q) return p < q ? -sign : sign;
    return a.coef === b.coef ? 0 : a.coef < b.coef ? -sign : sign;
  }
  const c = order(a, b);
  if (c !== 0 || a.kind === "inf") return c;
  return a.exp === b.exp ? 0 : a.exp < b.exp ? -sign : sign;
}

/** `max` and `min`, also by magnitude. A quiet NaN gives way to a number. */
export function extreme(env: Env, a: Dec, b: Dec, greatest: boolean, magnitude: boolean): Dec {
  if (isNan(a) || isNan(b)) {
    if (a.kind === "nan" && !isNan(b)) return finish(env, b);
    if (b.kind === "nan" && !isNan(a)) return finish(env, a);
    return nanOf(env, a, b) as Dec;
  }
  let c = magnitude ? order(absolute(a), absolute(b)) : order(a, b);
  if (c === 0) c = orderTotal(a, b);
  return finish(env, c < 0 === greatest ? b : a);
}

// ---- rounding to an exponent ---------------------------------------------------------------------

/** The number at an exponent, rounded; no limits of any environment. */
export function atExponent(a: Dec, exp: bigint, rounding: Rounding): { value: Dec; inexact: boolean } {
  if (a.coef === 0n) return { value: finite(a.negative, 0n, exp), inexact: false };
  if (a.exp >= exp) return { value: finite(a.negative, a.coef * tenTo(a.exp - exp), exp), inexact: false };
  const { coef, inexact } = dropDigits(a.coef, exp - a.exp, rounding, a.negative);
  return { value: finite(a.negative, coef, exp), inexact };
}
/** `quantize`: the number with the exponent of the other. */
export function quantize(env: Env, a: Dec, b: Dec): Dec {
  const nan = nanOf(env, a, b);
  if (nan !== undefined) return nan;
  if (isSpecial(a) || isSpecial(b)) return a.kind === b.kind ? a : invalid(env);
  if (b.exp > env.emax || b.exp < etiny(env)) return invalid(env);
  if (a.coef === 0n) return finish(env, finite(a.negative, 0n, b.exp));
  const first = adjusted(a);
  if (first > env.emax || first - b.exp + 1n > env.prec) return invalid(env);
  const { value, inexact } = atExponent(a, b.exp, env.rounding);
  if (value.coef !== 0n && adjusted(value) > env.emax) return invalid(env);
  if (digits(value.coef) > env.prec) return invalid(env);
  if (value.coef !== 0n && adjusted(value) < env.emin) env.status |= Status.Subnormal;
  if (value.exp > a.exp) env.status |= Status.Rounded | (inexact ? Status.Inexact : 0);
  return finish(env, value);
}
/** `to_integral_value`, or with the conditions told `to_integral_exact`. */
export function toIntegral(env: Env, a: Dec, told: boolean): Dec {
  const nan = nanOf(env, a);
  if (nan !== undefined) return nan;
  if (isSpecial(a) || a.exp >= 0n) return a;
  const { value, inexact } = atExponent(a, 0n, env.rounding);
  if (told && a.coef !== 0n) env.status |= Status.Rounded | (inexact ? Status.Inexact : 0);
  return value;
}
/** `normalize`: without trailing zeros. */
export function normalize(env: Env, a: Dec): Dec {
  const nan = nanOf(env, a);
  if (nan !== undefined) return nan;
  const rounded = finish(env, a);
  if (isSpecial(rounded)) return rounded;
  if (rounded.coef === 0n) return finite(rounded.negative, 0n, 0n);
  const most = env.clamp ? env.emax - env.prec + 1n : env.emax;
  let { coef, exp } = rounded;
  while (exp < most && coef % 10n === 0n) {
    chargeDigits(coef, 1n);
    coef /= 10n;
    exp += 1n;
  }
  return finite(rounded.negative, coef, exp);
}

/** `int(a)` of a finite number. */
export function integerPart(a: Dec, rounding: Rounding = "ROUND_DOWN"): bigint {
  const { value } = a.exp >= 0n ? atExponent(a, 0n, rounding) : atExponent(a, 0n, rounding);
  return value.negative ? -value.coef : value.coef;
}
/** Is it a finite number without a fraction? */
export function isInteger(a: Dec): boolean {
  if (isSpecial(a)) return false;
  if (a.exp >= 0n || a.coef === 0n) return true;
  return -a.exp < digits(a.coef) && a.coef % tenTo(-a.exp) === 0n;
}
/** Is it an odd integer? */
export function isOdd(a: Dec): boolean {
  if (!isInteger(a) || a.exp > 0n || a.coef === 0n) return false;
  return (a.coef / tenTo(-a.exp)) % 2n === 1n;
}

/** `a ** b % c`. */
export function powerModulo(env: Env, a: Dec, b: Dec, c: Dec): Dec {
  const nan = nanOf(env, a, b, c);
  if (nan !== undefined) return nan;
  if (!isInteger(a) || !isInteger(b) || !isInteger(c) || (b.negative && b.coef !== 0n) || c.coef === 0n)
    return invalid(env);
  if (digits(c.coef) + c.exp > env.prec) return invalid(env);
  if (a.coef === 0n && b.coef === 0n) return invalid(env);
  const negative = a.negative && isOdd(b);
  const modulus = integerPart(absolute(c));
  let base = integerPart(absolute(a)) % modulus;
  let exponent = integerPart(b);
  let result = 1n % modulus;
  while (exponent > 0n) {
    chargeDigits(modulus);
    if (exponent % 2n === 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
    exponent /= 2n;
  }
  return finite(negative, result, 0n);
}
