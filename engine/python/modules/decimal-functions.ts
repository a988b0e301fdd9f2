// Square root, exponential, logarithms and power of decimal numbers.
//
// Root, exponential and logarithms are rounded correctly: they are computed in binary fixed point with a few digits
// more than asked for, and with more again while these do not tell to which side to round. The power is as exact as
// that of the C implementation, whose steps and working precisions it takes.
import { allocate, charge, perEvaluation } from "../state.ts";
import { absolute, div, integerPart, isInteger, isOdd, mul, order } from "./decimal-arithmetic.ts";
import {
  adjusted,
  type Dec,
  digits,
  type Env,
  etiny,
  finish,
  finite,
  fromInt,
  infinity,
  invalid,
  isSpecial,
  isZero,
  least,
  MAX_EMAX,
  MIN_EMIN,
  nanOf,
  ONE,
  Status,
  tenTo,
  within,
} from "./decimal-number.ts";

/** Largest integer whose square is at most `n`. */
function squareRoot(n: bigint): bigint {
  if (n < 2n ** 52n) return BigInt(Math.floor(Math.sqrt(Number(n))));
  let x = 1n << BigInt(Math.ceil((n.toString(16).length * 4) / 2));
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

/** `sqrt(a)`. */
export function sqrt(env: Env, a: Dec): Dec {
  const nan = nanOf(env, a);
  if (nan !== undefined) return nan;
  const odd = ((a.exp % 2n) + 2n) % 2n;
  if (isZero(a)) return finish(env, finite(a.negative, 0n, (a.exp - odd) / 2n));
  if (a.negative) return invalid(env);
  if (a.kind === "inf") return a;
  const size = digits(a.coef);
  const half = odd === 1n ? size / 2n + 1n : (size + 1n) / 2n;
  const shift = env.prec + 1n - half;
  let coef = odd === 1n ? a.coef * 10n : a.coef;
  let exactly = true;
  work(Number(env.prec) * 7, 20);
  if (shift >= 0n) coef *= tenTo(2n * shift);
  else {
    const unit = tenTo(-2n * shift);
    exactly = coef % unit === 0n;
    coef /= unit;
  }
  let root = squareRoot(coef);
  let exp = (a.exp - odd) / 2n - shift;
  if (exactly && root * root === coef) {
    root = shift >= 0n ? root / tenTo(shift) : root * tenTo(-shift);
    exp += shift;
  } else if (root % 5n === 0n) root += 1n;
  return finishHalfEven(env, finite(false, root, exp));
}
function finishHalfEven(env: Env, a: Dec): Dec {
  const own = within(env, { rounding: "ROUND_HALF_EVEN" });
  const result = finish(own, a);
  env.status |= own.status;
  return result;
}

// ---- binary fixed point --------------------------------------------------------------------------

/** Asks for the work of so many operations on numbers of so many bits. */
function work(bits: number, operations: number): void {
  allocate(bits > 2 ** 32 ? Number.POSITIVE_INFINITY : bits);
  charge(Math.ceil(((bits / 64) * (bits / 64) * operations) / 256));
}

/** `atanh(1 / n)`. */
function inverseTangent(n: bigint, bits: number): bigint {
  let power = (1n << BigInt(bits)) / n;
  let sum = power;
  const square = n * n;
  for (let i = 3n; power !== 0n; i += 2n) {
    power /= square;
    sum += power / i;
  }
  return sum;
}
/** What this evaluation has paid for. */
const logsOfTen = perEvaluation(() => ({ bits: 0, value: 0n }));
/** The natural logarithm of ten. */
function logTen(bits: number): bigint {
  const known = logsOfTen();
  if (known.bits < bits) {
    work(bits, bits / 4);
    const guard = bits + 16;
    const sum =
      46n * inverseTangent(31n, guard) + 34n * inverseTangent(49n, guard) + 20n * inverseTangent(161n, guard);
    if (bits > 20_000) return sum >> 16n;
    known.bits = bits;
    known.value = sum >> 16n;
  }
  return known.value >> BigInt(known.bits - bits);
}

/** `exp(x)` for a small `x`. */
function exponential(x: bigint, bits: number): bigint {
  const halvings = Math.ceil(Math.sqrt(bits)) + 4;
  const wide = BigInt(bits + 2 * halvings + 16);
  work(Number(wide), 3 * halvings);
  const r = (x << (wide - BigInt(bits))) >> BigInt(halvings);
  let term = 1n << wide;
  let sum = term;
  for (let i = 1n; term !== 0n && term !== -1n; i += 1n) {
    term = ((term * r) >> wide) / i;
    sum += term;
  }
  for (let i = 0; i < halvings; i++) sum = (sum * sum) >> wide;
  return sum >> (wide - BigInt(bits));
}

/** `ln(x)` for `x` from one to ten. */
function logarithm(x: bigint, bits: number): bigint {
  const near = Number(x >> BigInt(bits - 60)) / 2 ** 60;
  const guess = BigInt(Math.round(Math.log(near) * 2 ** 50)) << BigInt(bits - 50);
  const rest = ((x * exponential(-guess, bits)) >> BigInt(bits)) - (1n << BigInt(bits));
  const t = (rest << BigInt(bits)) / ((2n << BigInt(bits)) + rest);
  const square = (t * t) >> BigInt(bits);
  let power = t;
  let sum = 0n;
  for (let i = 1n; power !== 0n && power !== -1n; i += 2n) {
    sum += power / i;
    power = (power * square) >> BigInt(bits);
  }
  return guess + 2n * sum;
}

/** A number as binary fixed point. */
function fixed(coef: bigint, exp: bigint, bits: number): bigint {
  const shifted = coef << BigInt(bits);
  return exp >= 0n ? shifted * tenTo(exp) : shifted / tenTo(-exp);
}

/**
 * Rounds what `compute` gives for so many digits: a coefficient of at least so many, right but for a few units of
 * its last digit. Asks for more digits while the last ones are near half a unit of the result's.
 */
function rounded(prec: bigint, compute: (wanted: bigint) => { coef: bigint; exp: bigint }): Dec {
  for (let extra = 4n; ; extra *= 2n) {
    const { coef, exp } = compute(prec + extra);
    const drop = digits(coef) - prec;
    const unit = tenTo(drop);
    const rest = coef % unit;
    const half = unit / 2n;
    if (rest > 50n && unit - rest > 50n && (rest - half > 50n || half - rest > 50n)) {
      const kept = coef / unit + (rest > half ? 1n : 0n);
      return kept === tenTo(prec)
        ? finite(false, kept / 10n, exp + drop + 1n)
        : finite(false, kept, exp + drop);
    }
  }
}
const bitsFor = (count: bigint): number => Math.ceil(Number(count) * 3.3219280948873626) + 64;

// ---- exp -----------------------------------------------------------------------------------------

/** `exp(a)`. */
export function exp(env: Env, a: Dec): Dec {
  const nan = nanOf(env, a);
  if (nan !== undefined) return nan;
  if (a.kind === "inf") return a.negative ? finite(false, 0n, 0n) : a;
  if (a.coef === 0n) return ONE;
  const first = adjusted(a);
  const limit = -least(-env.emax, env.emin);
  env.status |= Status.Inexact | Status.Rounded;
  if (first > digits(limit + env.prec) + 1n) {
    return finishHalfEven(env, finite(false, 1n, a.negative ? etiny(env) - 2n : env.emax + 1n));
  }
  if (first < -env.prec - 1n) return finish(env, finite(false, tenTo(env.prec - 1n), 1n - env.prec));
  const result = rounded(env.prec, (wanted) => {
    const bits = bitsFor(wanted + (first > 0n ? first : 0n) + 4n);
    const size = fixed(a.coef, a.exp, bits);
    const x = a.negative ? -size : size;
    const ten = logTen(bits);
    let tens = x / ten;
    if (x < 0n && tens * ten !== x) tens -= 1n;
    const mantissa = exponential(x - tens * ten, bits);
    return { coef: (mantissa * tenTo(wanted)) >> BigInt(bits), exp: tens - wanted };
  });
  return finishHalfEven(env, result);
}

// ---- logarithms ----------------------------------------------------------------------------------

/** The digits of a logarithm of a positive number other than one. */
function logDigits(a: Dec, prec: bigint, base: "e" | "10"): Dec {
  const first = adjusted(a);
  // Near one the logarithm is as small as the distance.
  const distance = a.exp < 0n && first >= -1n && first <= 0n ? a.coef - tenTo(-a.exp) : 1n;
  const size = digits(distance < 0n ? -distance : distance);
  const lost =
    distance === 1n && a.exp >= 0n ? 0n : first >= -1n && first <= 0n && a.exp < 0n ? -a.exp - size : 0n;
  let negative = false;
  const result = rounded(prec, (wanted) => {
    const bits = bitsFor(wanted + lost + 24n);
    const mantissa = fixed(a.coef, 1n - digits(a.coef), bits);
    let value = logarithm(mantissa, bits) + first * logTen(bits);
    if (base === "10") value = (value << BigInt(bits)) / logTen(bits);
    negative = value < 0n;
    const scale = wanted + lost + 2n;
    return { coef: ((negative ? -value : value) * tenTo(scale)) >> BigInt(bits), exp: -scale };
  });
  return { ...result, negative };
}
/** `ln(a)`. */
export function ln(env: Env, a: Dec): Dec {
  const special = logSpecial(env, a);
  if (special !== undefined) return special;
  if (order(a, ONE) === 0) return finite(false, 0n, 0n);
  env.status |= Status.Inexact | Status.Rounded;
  return finishHalfEven(env, logDigits(a, env.prec, "e"));
}
/** `log10(a)`. */
export function log10(env: Env, a: Dec): Dec {
  const special = logSpecial(env, a);
  if (special !== undefined) return special;
  if (a.coef === tenTo(digits(a.coef) - 1n)) return finish(env, fromInt(adjusted(a)));
  env.status |= Status.Inexact | Status.Rounded;
  return finishHalfEven(env, logDigits(a, env.prec, "10"));
}
function logSpecial(env: Env, a: Dec): Dec | undefined {
  const nan = nanOf(env, a);
  if (nan !== undefined) return nan;
  if (isZero(a)) return infinity(true);
  if (a.negative) return invalid(env);
  return a.kind === "inf" ? a : undefined;
}

// ---- power ---------------------------------------------------------------------------------------

/** One with as many zeros behind the point. */
function paddedOne(negative: boolean, zeros: bigint): Dec {
  return finite(negative, tenTo(zeros), -zeros);
}

/** `a ** b`. */
export function power(env: Env, a: Dec, b: Dec): Dec {
  const nan = nanOf(env, a, b);
  if (nan !== undefined) return nan;
  const whole = isInteger(b);
  const negative = a.negative && isOdd(b);
  if (isZero(a)) {
    if (isZero(b)) return invalid(env);
    return b.negative ? infinity(negative) : finite(negative, 0n, 0n);
  }
  if (a.negative && !whole) return invalid(env);
  if (b.kind === "inf") {
    const c = order(a, ONE);
    if (c === 0) {
      env.status |= Status.Inexact | Status.Rounded;
      return paddedOne(negative, env.prec - 1n);
    }
    return c < 0 === b.negative ? infinity(negative) : finite(negative, 0n, 0n);
  }
  if (a.kind === "inf") {
    if (isZero(b)) return finite(negative, 1n, 0n);
    return b.negative ? finite(negative, 0n, 0n) : infinity(negative);
  }
  if (isZero(b)) return finite(negative, 1n, 0n);
  if (order(absolute(a), ONE) === 0) return powerOfOne(env, a, b, whole, negative);
  const beyond = outOfBounds(env, absolute(a), b);
  if (beyond !== 0) {
    return finish(env, finite(negative, 1n, beyond > 0 ? env.emax + 1n : etiny(env) - 1n));
  }
  return whole ? integerPower(env, a, b, negative) : realPower(env, a, b);
}

function powerOfOne(env: Env, a: Dec, b: Dec, whole: boolean, negative: boolean): Dec {
  let zeros = env.prec - 1n;
  if (whole) {
    if (b.negative) return finite(negative, 1n, 0n);
    const wanted = b.exp > 20n ? MAX_EMAX : integerPart(b) * -a.exp;
    if (a.exp === 0n) zeros = 0n;
    else if (wanted <= zeros) zeros = wanted;
    else env.status |= Status.Rounded;
  } else env.status |= Status.Inexact | Status.Rounded;
  return paddedOne(negative, zeros);
}

/** A lower bound of `log10(abs(log10(a)))`, rounded down, for a positive number other than one. */
function orderOfLog(a: Dec): bigint {
  const first = adjusted(a);
  const count = (n: bigint): bigint => digits(n < 0n ? -n : n);
  if (first > 0n) return count(first) - 1n;
  if (first < -1n) return count(first + 1n) - 1n;
  const distance = a.coef - tenTo(-a.exp);
  return a.exp + count(distance) - 1n - (first === 0n ? 2n : 1n);
}
/**
 * 1 where the power is far beyond the largest number, -1 where it is far below the smallest; 0 where it may be
 * neither. How far is the C implementation's choice: nearer to the limits its steps decide what comes out.
 */
function outOfBounds(env: Env, a: Dec, b: Dec): number {
  const grows = order(a, ONE) > 0 === !b.negative;
  const size = (n: bigint): bigint => digits(n < 0n ? -n : n);
  const limit = size(grows ? env.emax : etiny(env));
  return orderOfLog(a) + adjusted(b) > limit ? (grows ? 1 : -1) : 0;
}

function integerPower(env: Env, a: Dec, b: Dec, negative: boolean): Dec {
  let prec = env.prec + digits(b.coef) + b.exp + 2n;
  if (b.negative) prec += 1n;
  const own = within(env, { prec, rounding: "ROUND_HALF_EVEN", clamp: false });
  let base = absolute(a);
  if (b.negative) {
    base = div(own, ONE, base);
    env.status |= own.status;
  }
  const exponent = integerPart(absolute(b));
  const binary = exponent.toString(2);
  let result = base;
  for (const bit of binary.slice(1)) {
    result = mul(own, result, result);
    if (bit === "1") result = mul(own, result, base);
    if (isSpecial(result) || (result.coef === 0n && (own.status & Status.Clamped) !== 0)) break;
  }
  env.status |= own.status;
  if (result.kind === "inf") result = finite(negative, 1n, env.emax + 1n);
  return finish(env, { ...result, negative });
}

function realPower(env: Env, a: Dec, b: Dec): Dec {
  const size = digits(a.coef);
  const prec = -least(-size, -env.prec) + 23n;
  const own = within(env, {
    prec,
    rounding: "ROUND_HALF_EVEN",
    emin: MIN_EMIN,
    emax: MAX_EMAX,
    clamp: false,
  });
  const result = exp(own, mul(own, ln(own, a), b));
  env.status |= Status.Inexact | Status.Rounded;
  if (result.kind === "finite" && order(result, ONE) === 0)
    return finish(env, paddedOne(false, env.prec - 1n));
  return finish(env, result);
}
