// exp, log, the circular functions and their inverses, correctly rounded.
//
// CPython answers what the C library answers, and glibc's elementary functions are nearly always the correctly
// rounded value; V8's own are off by one in the last place every tenth time. So the values are computed here in
// fixed point, 192 bits after the point, and rounded once. `log` and `atan` start from V8's answer and add one
// Newton step, which doubles its 52 good bits beyond need. Where V8 agrees with glibc (pow, sinh, tanh, log1p,
// expm1, atanh) it is asked itself.

import { bitLength, chargeProduct, trueDivInt } from "../integer.ts";
import { charge } from "../state.ts";

const P = 192n;
const ONE = 1n << P;

/** A finite double as `mantissa * 2**exponent`, the mantissa with its sign. */
export function parts(value: number): { mantissa: bigint; exponent: number } {
  if (value === 0) return { mantissa: 0n, exponent: 0 };
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
  return { mantissa: value < 0 ? -mantissa : mantissa, exponent: Math.max(biased, 1) - 1075 };
}

/** What leads up to a rounding: some series of long integers, in steps. */
const ROUNDING_STEPS = 64;

/** `mantissa * 2**exponent` as the nearest double; infinite where it is beyond. */
export function nearest(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  if (mantissa < 0n) return -nearest(-mantissa, exponent);
  charge(ROUNDING_STEPS);
  const bits = bitLength(mantissa);
  const top = bits + exponent;
  if (top > 1024) return Number.POSITIVE_INFINITY;
  if (top < -1080) return 0;
  if (top < -1020) return trueDivInt(mantissa, 1n << BigInt(-exponent));
  // 66 bits and whether anything was cut: as good as all of them.
  const drop = bits - 66;
  let kept = mantissa;
  if (drop > 0) {
    kept = mantissa >> BigInt(drop);
    if (kept << BigInt(drop) !== mantissa) kept |= 1n;
  }
  const shift = exponent + Math.max(drop, 0);
  const double = Number(kept);
  return shift < -1000 ? double * 2 ** -100 * 2 ** (shift + 100) : scale(double, shift);
}
function scale(double: number, shift: number): number {
  return shift > 900 ? double * 2 ** 900 * 2 ** (shift - 900) : double * 2 ** shift;
}

function fixed(value: number): bigint {
  const { mantissa, exponent } = parts(value);
  const shift = BigInt(exponent) + P;
  return shift >= 0n ? mantissa << shift : mantissa >> -shift;
}

/** Nearest integer to `n / d`, for positive d. */
function roundDiv(n: bigint, d: bigint): bigint {
  const doubled = 2n * n + d;
  const q = doubled / (2n * d);
  return doubled < 0n && q * 2n * d !== doubled ? q - 1n : q;
}
const power = (value: bigint): bigint => value >> P;

// ---- constants -----------------------------------------------------------------------------------

/** `atan(1/n)` (`sign` -1) or `atanh(1/n)` (`sign` 1) with `bits` after the point. */
function inverseSeries(n: bigint, bits: bigint, sign: bigint): bigint {
  let term = (1n << bits) / n;
  let sum = term;
  for (let k = 3n; term !== 0n; k += 2n) {
    term = (sign * term) / (n * n);
    sum += term / k;
  }
  return sum;
}
const pis = new Map<bigint, bigint>();
/** π with `bits` after the point (Machin's formula). */
export function pi(bits: bigint): bigint {
  let value = pis.get(bits);
  if (value === undefined) {
    const guarded = bits + 16n;
    value = (16n * inverseSeries(5n, guarded, -1n) - 4n * inverseSeries(239n, guarded, -1n)) >> 16n;
    if (pis.size > 64) pis.clear();
    pis.set(bits, value);
  }
  return value;
}
const LN2 = (2n * inverseSeries(3n, P + 16n, 1n)) >> 16n;

// ---- exp and log ---------------------------------------------------------------------------------

/** `exp` of a fixed-point number: a fixed-point number between about 0.7 and 1.5, and a power of two. */
export function expFixed(x: bigint): { mantissa: bigint; exponent: number } {
  const k = roundDiv(x, LN2);
  const r = (x - k * LN2) >> 8n;
  let term = ONE;
  let sum = ONE;
  for (let n = 1n; term !== 0n && term !== -1n; n += 1n) {
    term = power(term * r) / n;
    sum += term;
  }
  for (let i = 0; i < 8; i++) sum = power(sum * sum);
  return { mantissa: sum, exponent: Number(k - P) };
}
/** `exp` of the exact number `mantissa * 2**exponent`. */
export function expOf(mantissa: bigint, exponent: number): { mantissa: bigint; exponent: number } {
  const shift = BigInt(exponent) + P;
  return expFixed(shift >= 0n ? mantissa << shift : mantissa >> -shift);
}
/** eˣ. */
export function exp(x: number): number {
  if (!(Math.abs(x) < 750)) return Math.exp(x);
  if (Math.abs(x) < 2 ** -55) return 1 + x;
  const { mantissa, exponent } = expFixed(fixed(x));
  return nearest(mantissa, exponent);
}

/** The natural logarithm of a positive finite double, in fixed point. */
function logFixed(x: number): bigint {
  const guess = Math.log(x);
  const { mantissa, exponent } = parts(x);
  const inverse = expFixed(-fixed(guess));
  const shift = BigInt(exponent + inverse.exponent) + P;
  const product = mantissa * inverse.mantissa;
  const delta = (shift >= 0n ? product << shift : product >> -shift) - ONE;
  const square = power(delta * delta);
  return fixed(guess) + delta - square / 2n + power(square * delta) / 3n;
}
const logarithm =
  (plain: (x: number) => number, unit: bigint) =>
  (x: number): number =>
    x > 0 && Number.isFinite(x) && x !== 1 ? nearest((logFixed(x) << P) / unit, -Number(P)) : plain(x);
/** The natural logarithm. */
export const log = logarithm(Math.log, ONE);
/** The logarithm to base 2. */
export const log2 = logarithm(Math.log2, LN2);
// log10 2 in two doubles: products with the first are exact.
const LOG10_2_HIGH = 0.30102999566361177;
const LOG10_2_LOW = 3.694239077158931e-13;
/** The logarithm to base 10: of the power of two and of the rest, as C libraries add them up. */
export function log10(x: number): number {
  if (!(x > 0) || !Number.isFinite(x)) return Math.log10(x);
  const { mantissa, exponent } = parts(x);
  let k = exponent + bitLength(mantissa) - 1;
  let rest = nearest(mantissa, exponent - k);
  if (k < 0) {
    k += 1;
    rest /= 2;
  }
  const low = k * LOG10_2_LOW + Math.LOG10E * log(rest);
  return low + k * LOG10_2_HIGH;
}

// ---- circular functions --------------------------------------------------------------------------

/** Sine and cosine of a fixed-point number of at most about π. */
function sineCosine(r: bigint): { sin: bigint; cos: bigint } {
  const square = power(r * r);
  let term = r;
  let sin = r;
  for (let n = 2n; term !== 0n && term !== -1n; n += 2n) {
    term = -power(term * square) / (n * (n + 1n));
    sin += term;
  }
  term = ONE;
  let cos = ONE;
  for (let n = 1n; term !== 0n && term !== -1n; n += 2n) {
    term = -power(term * square) / (n * (n + 1n));
    cos += term;
  }
  return { sin, cos };
}
/** What is left of `x` after whole quarter turns, in fixed point, and their number modulo four. */
function reduce(x: number): { rest: bigint; quarter: number } {
  const { mantissa, exponent } = parts(x);
  // As many more bits of π as the number has before the point.
  const bits = P + BigInt(Math.max(0, exponent + 53)) + 16n;
  const half = pi(bits) >> 1n;
  const shift = BigInt(exponent) + bits;
  const scaled = shift >= 0n ? mantissa << shift : mantissa >> -shift;
  const turns = roundDiv(scaled, half);
  return { rest: (scaled - turns * half) >> (bits - P), quarter: Number(((turns % 4n) + 4n) % 4n) };
}
function turned(x: number): { sin: bigint; cos: bigint } {
  const { rest, quarter } = reduce(x);
  const { sin, cos } = sineCosine(rest);
  if (quarter === 0) return { sin, cos };
  if (quarter === 1) return { sin: cos, cos: -sin };
  return quarter === 2 ? { sin: -sin, cos: -cos } : { sin: -cos, cos: sin };
}
const TINY = 2 ** -27;
/** sin x. */
export function sin(x: number): number {
  if (Math.abs(x) < TINY || !Number.isFinite(x)) return Math.sin(x);
  return nearest(turned(x).sin, -Number(P));
}
/** cos x. */
export function cos(x: number): number {
  if (Math.abs(x) < TINY || !Number.isFinite(x)) return Math.cos(x);
  return nearest(turned(x).cos, -Number(P));
}
/** tan x. */
export function tan(x: number): number {
  if (Math.abs(x) < TINY || !Number.isFinite(x)) return Math.tan(x);
  const { sin: s, cos: c } = turned(x);
  return nearest((s << P) / c, -Number(P));
}

/** The angle of the vector (x, y), whose direction is about `guess`. */
function angle(y: bigint, x: bigint, guess: number): number {
  const g = fixed(guess);
  const { sin: s, cos: c } = sineCosine(g);
  const delta = ((y * c - x * s) << P) / (x * c + y * s);
  return nearest(g + delta - power(power(delta * delta) * delta) / 3n, -Number(P));
}
/** atan2(y, x). */
export function atan2(y: number, x: number): number {
  const guess = Math.atan2(y, x);
  if (y === 0 || x === 0 || !Number.isFinite(x) || !Number.isFinite(y)) return guess;
  const [a, b] = [parts(y), parts(x)];
  if (x > 0 && Math.abs(guess) < TINY) return y / x;
  const low = Math.min(a.exponent, b.exponent);
  return angle(a.mantissa << BigInt(a.exponent - low), b.mantissa << BigInt(b.exponent - low), guess);
}
/** atan x. */
export function atan(x: number): number {
  return Math.abs(x) < TINY ? x : atan2(x, 1);
}
/** The floor of the square root. */
export function integerRoot(n: bigint): bigint {
  if (n < 2n) return n;
  const size = bitLength(n) >> 1;
  let guess = 1n << BigInt(size + 1);
  for (;;) {
    chargeProduct(size, size);
    const next = (guess + n / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}
function cofactor(x: number): bigint {
  const f = fixed(x);
  return integerRoot(ONE * ONE - f * f);
}
/** asin x. */
export function asin(x: number): number {
  const guess = Math.asin(x);
  if (!(Math.abs(x) < 1) || Math.abs(x) < TINY) return guess;
  return angle(fixed(x), cofactor(x), guess);
}
/** acos x. */
export function acos(x: number): number {
  const guess = Math.acos(x);
  if (!(Math.abs(x) < 1)) return guess;
  return angle(cofactor(x), fixed(x), guess);
}

// ---- hyperbolic functions and roots --------------------------------------------------------------

/** cosh x. */
export function cosh(x: number): number {
  const size = Math.abs(x);
  if (size < 0.35 || !(size < 710.5)) return Math.cosh(x);
  if (size > 709) {
    const half = exp(size / 2);
    return half * 0.5 * half;
  }
  const grown = exp(size);
  return size < 22 ? grown / 2 + 0.5 / grown : grown / 2;
}
/** asinh x. */
export function asinh(x: number): number {
  const size = Math.abs(x);
  if (!(size > 2) || !Number.isFinite(x)) return Math.asinh(x);
  const value = size > 2 ** 28 ? log(size) + Math.LN2 : log(2 * size + 1 / (Math.sqrt(x * x + 1) + size));
  return x < 0 ? -value : value;
}
/** acosh x. */
export function acosh(x: number): number {
  if (!(x > 2) || !Number.isFinite(x)) return Math.acosh(x);
  return x > 2 ** 28 ? log(x) + Math.LN2 : log(2 * x - 1 / (x + Math.sqrt(x * x - 1)));
}
/** The cube root. */
export function cbrt(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  const { mantissa, exponent } = parts(Math.abs(x));
  // Cubes of integers: shift to an exponent that three divides, with bits to spare.
  const shift = 240 + ((((exponent - 240) % 3) + 3) % 3);
  const target = mantissa << BigInt(shift);
  let root = BigInt(Math.floor(Math.cbrt(Number(target))));
  for (let i = 0; i < 4; i++) root = (2n * root + target / (root * root)) / 3n;
  while (root * root * root > target) root -= 1n;
  while ((root + 1n) ** 3n <= target) root += 1n;
  const sticky = root * root * root === target ? 2n * root : 2n * root + 1n;
  const value = nearest(sticky, (exponent - shift) / 3 - 1);
  return x < 0 ? -value : value;
}
/** The square root of `n * 2**exponent`, correctly rounded. */
export function rootOf(n: bigint, exponent: number): number {
  const even = exponent % 2 === 0;
  const target = (even ? n : n << 1n) << 140n;
  const root = integerRoot(target);
  const sticky = root * root === target ? 2n * root : 2n * root + 1n;
  return nearest(sticky, ((even ? exponent : exponent - 1) - 140) / 2 - 1);
}
