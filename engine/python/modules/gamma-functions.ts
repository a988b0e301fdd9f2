// gamma, lgamma, erf and erfc.
//
// CPython computes gamma itself, by Lanczos' approximation with 13 terms; the answers follow its rounding, so the
// same approximation is evaluated here in the same order. erf and erfc come from the C library there and are
// computed here from their series and continued fraction, correctly rounded.
import { cos, exp, expOf, integerRoot, log, nearest, parts, pi, sin } from "./elementary-functions.ts";

const G = 6.02468004077673;
const G_MINUS_HALF = 5.52468004077673;
/** Lanczos' rational function for g = G: coefficients of the numerator, lowest power first. */
const NUMERATOR = [
  23531376880.41076, 42919803642.6491, 35711959237.35567, 17921034426.03721, 6039542586.352028,
  1439720407.3117216, 248874557.86205417, 31426415.585400194, 2876370.6289353725, 186056.26539522348,
  8071.672002365816, 210.82427775157936, 2.5066282746310002,
];
/** x(x+1)…(x+11). */
const DENOMINATOR = [
  0, 39916800, 120543840, 150917976, 105258076, 45995730, 13339535, 2637558, 357423, 32670, 1925, 66, 1,
];

function lanczos(x: number): number {
  let [above, below] = [0, 0];
  // Above 5, in powers of 1/x, which do not overflow.
  if (x < 5) {
    for (let i = NUMERATOR.length - 1; i >= 0; i--) {
      above = above * x + (NUMERATOR[i] as number);
      below = below * x + (DENOMINATOR[i] as number);
    }
  } else {
    for (let i = 0; i < NUMERATOR.length; i++) {
      above = above / x + (NUMERATOR[i] as number);
      below = below / x + (DENOMINATOR[i] as number);
    }
  }
  return above / below;
}
/** sin(πx), exact where that is. */
function sinPi(x: number): number {
  const y = Math.abs(x) % 2;
  const sign = x < 0 ? -1 : 1;
  switch (Math.round(2 * y)) {
    case 0:
      return sign * sin(Math.PI * y);
    case 1:
      return sign * cos(Math.PI * (y - 0.5));
    case 2:
      return sign * sin(Math.PI * (1 - y));
    case 3:
      return sign * -cos(Math.PI * (y - 1.5));
    default:
      return sign * sin(Math.PI * (y - 2));
  }
}

/** Γ(x); NaN at a pole or -inf, infinite beyond the doubles. */
export function gamma(x: number): number {
  if (Number.isNaN(x) || x === Number.POSITIVE_INFINITY) return x;
  if (x === Number.NEGATIVE_INFINITY || x === 0) return Number.NaN;
  if (Number.isInteger(x)) {
    if (x < 0) return Number.NaN;
    if (x <= 23) {
      let product = 1;
      for (let i = 2; i < x; i++) product *= i;
      return product;
    }
  }
  const size = Math.abs(x);
  if (size < 1e-20) return 1 / x;
  if (size > 200) return x < 0 ? 0 / sinPi(x) : Number.POSITIVE_INFINITY;
  const y = size + G_MINUS_HALF;
  // What the addition above lost.
  const lost = size > G_MINUS_HALF ? y - size - G_MINUS_HALF : y - G_MINUS_HALF - size;
  const z = (lost * G) / y;
  let r: number;
  if (x < 0) {
    r = ((-Math.PI / sinPi(size) / size) * exp(y)) / lanczos(size);
    r -= z * r;
    if (size < 140) return r / y ** (size - 0.5);
    const root = y ** (size / 2 - 0.25);
    return r / root / root;
  }
  r = lanczos(size) / exp(y);
  r += z * r;
  if (size < 140) return r * y ** (size - 0.5);
  const root = y ** (size / 2 - 0.25);
  return r * root * root;
}
const LOG_PI = 1.1447298858494002;
/** ln |Γ(x)|; NaN at a pole. */
export function lgamma(x: number): number {
  if (Number.isNaN(x)) return x;
  if (!Number.isFinite(x)) return Number.POSITIVE_INFINITY;
  if (Number.isInteger(x) && x <= 2) return x <= 0 ? Number.NaN : 0;
  const size = Math.abs(x);
  if (size < 1e-20) return -log(size);
  let r = log(lanczos(size)) - G;
  r += (size - 0.5) * (log(size + G - 0.5) - 1);
  return x < 0 ? LOG_PI - log(Math.abs(sinPi(size))) - log(size) - r : r;
}

const BITS = 256n;
/** √π with {@link BITS} after the point. */
const SQRT_PI = integerRoot(pi(2n * BITS));
/** erf(x) with {@link BITS} after the point, for |x| < 7. */
function erfFixed(x: number): bigint {
  const { mantissa, exponent } = parts(x);
  const shift = BigInt(exponent) + BITS;
  const f = shift >= 0n ? mantissa << shift : mantissa >> -shift;
  const square = (f * f) >> BITS;
  let term = f;
  let sum = f;
  for (let n = 1n; term !== 0n && term !== -1n; n += 1n) {
    term = -((term * square) >> BITS) / n;
    sum += term / (2n * n + 1n);
  }
  return ((2n * sum) << BITS) / SQRT_PI;
}
/** erf(x). */
export function erf(x: number): number {
  if (Number.isNaN(x) || x === 0) return x;
  if (Math.abs(x) > 6) return Math.sign(x);
  // Below, x² is nothing beside 1: erf x = 2x/√π.
  if (Math.abs(x) < 2 ** -40) {
    const { mantissa, exponent } = parts(x);
    return nearest((mantissa << (2n * BITS + 1n)) / SQRT_PI, exponent - Number(BITS));
  }
  return nearest(erfFixed(x), -Number(BITS));
}
/** erfc(x). */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 28) return 0;
  if (x < -6) return 2;
  if (x < 3) return nearest((1n << BITS) - (Math.abs(x) < 2 ** -60 ? 0n : erfFixed(x)), -Number(BITS));
  // erfc x = e^(-x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …))))
  const { mantissa, exponent } = parts(x);
  const shift = BigInt(exponent) + BITS;
  const f = shift >= 0n ? mantissa << shift : mantissa >> -shift;
  let tail = f;
  for (let k = 400n; k > 0n; k -= 1n) tail = f + (k << (2n * BITS - 1n)) / tail;
  const decay = expOf(-mantissa * mantissa, 2 * exponent);
  return nearest((decay.mantissa << (2n * BITS)) / (SQRT_PI * tail), decay.exponent);
}
