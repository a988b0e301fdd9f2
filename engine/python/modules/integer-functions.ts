// Integer functions of `math`: gcd, lcm, isqrt, factorial, comb, perm.
import { overflowError, valueError } from "../exceptions.ts";
import { bitLength, bitSize, chargeProduct, type Int, mulInt, narrow } from "../integer.ts";
import type { PyValue } from "../object.ts";
import { index } from "../operators.ts";
import { allocate, charge } from "../state.ts";
import { integerRoot } from "./elementary-functions.ts";

const LONG_MAX = 9223372036854775807n;

function work(bits: number): void {
  charge(1);
  chargeProduct(bits, bits);
}
/** The greatest common divisor of two ints. */
export function gcd(a: Int, b: Int): Int {
  if (typeof a === "number" && typeof b === "number") {
    let [x, y] = [Math.abs(a), Math.abs(b)];
    while (y !== 0) [x, y] = [y, x % y];
    return x;
  }
  let [x, y] = [absolute(BigInt(a)), absolute(BigInt(b))];
  const words = 1 + (Math.max(bitSize(a), bitSize(b)) >> 6);
  while (y !== 0n) {
    charge(words);
    [x, y] = [y, x % y];
  }
  return narrow(x);
}
const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

/** The least common multiple of two ints. */
export function lcm(a: Int, b: Int): Int {
  if (a === 0 || b === 0) return 0;
  const product = mulInt(narrow(BigInt(a) / BigInt(gcd(a, b))), b);
  return product < 0 ? narrow(-BigInt(product)) : product;
}

/** The integer square root. */
export function isqrt(value: PyValue): Int {
  const n = index(value);
  if (n < 0) throw valueError("isqrt() argument must be nonnegative");
  work(bitSize(n));
  return narrow(integerRoot(BigInt(n)));
}

/** The product of `first … last` (both included), by halves so that the factors stay alike in size. */
function product(first: bigint, last: bigint): bigint {
  if (last - first < 8n) {
    charge(1);
    let result = 1n;
    for (let i = first; i <= last; i += 1n) result *= i;
    return result;
  }
  const middle = (first + last) >> 1n;
  const [low, high] = [product(first, middle), product(middle + 1n, last)];
  const bits = bitLength(low) + bitLength(high);
  allocate(bits >> 3);
  work(bits);
  return low * high;
}
/** Refuses what could not be held before the work begins. */
function reserve(factors: bigint, largest: bigint): void {
  allocate(Math.min(Number.MAX_SAFE_INTEGER, (Number(factors) * bitLength(largest)) / 16));
}

/** `math.factorial`. */
export function factorial(value: PyValue): Int {
  const n = BigInt(index(value));
  if (n > LONG_MAX) throw overflowError(`factorial() argument should not exceed ${LONG_MAX}`);
  if (n < 0n) throw valueError("factorial() not defined for negative values");
  reserve(n, n);
  return n < 2n ? 1 : narrow(product(2n, n));
}

function counts(nValue: PyValue, kValue: PyValue): { n: bigint; k: bigint } {
  const [n, k] = [BigInt(index(nValue)), BigInt(index(kValue))];
  if (n < 0n) throw valueError("n must be a non-negative integer");
  if (k < 0n) throw valueError("k must be a non-negative integer");
  return { n, k };
}
/** `math.perm`. */
export function perm(nValue: PyValue, kValue: PyValue = null): Int {
  if (kValue === null) {
    if (index(nValue) < 0) throw valueError("factorial() not defined for negative values");
    return factorial(nValue);
  }
  const { n, k } = counts(nValue, kValue);
  if (k > n) return 0;
  if (k > LONG_MAX) throw overflowError(`k must not exceed ${LONG_MAX}`);
  reserve(k, n);
  return k === 0n ? 1 : narrow(product(n - k + 1n, n));
}
/** `math.comb`. */
export function comb(nValue: PyValue, kValue: PyValue): Int {
  const { n, k: given } = counts(nValue, kValue);
  if (given > n) return 0;
  let k = given;
  if (n - k < k) k = n - k;
  if (k > LONG_MAX) throw overflowError(`min(n - k, k) must not exceed ${LONG_MAX}`);
  if (k === 0n) return 1;
  reserve(k, n);
  return narrow(product(n - k + 1n, n) / product(1n, k));
}
