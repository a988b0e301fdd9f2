// Integer arithmetic: numbers while the result is safe, bigints beyond, never anything in between.
//
// INVARIANT: an int between -(2^53-1) and 2^53-1 is a number (and never -0); any other is a bigint. Equality of
// ints is therefore `===`, and Map keys work.
import { overflowError, valueError, zeroDivision } from "./exceptions.ts";
import { allocate, charge } from "./state.ts";

/** A Python int. */
export type Int = number | bigint;

const MAX = Number.MAX_SAFE_INTEGER;

/** The canonical form of a bigint. */
export function narrow(value: bigint): Int {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}
/** An int from a JavaScript number that holds an integer of any size. */
export function fromDouble(value: number): Int {
  return value >= -MAX && value <= MAX ? value + 0 : BigInt(value);
}

/** Bits of a bigint, about (exact to 63). */
export function bitSize(value: Int): number {
  if (typeof value === "number") return 53;
  return value.toString(16).length * 4;
}

// The size of a big result is asked for before it is made: V8 aborts on what does not fit. Work is charged before it is
// done, so that a step limit also bounds big-integer arithmetic, whose single operations nothing interrupts.
function reserve(bits: number): void {
  if (bits > 256) {
    allocate(bits / 8);
    charge(bits >> 9);
  }
}

/** Charges for reading bigints: nothing to speak of where they are short. */
export function chargeReading(value: Int): void {
  if (typeof value === "bigint" && (value > SHORT || value < -SHORT)) charge(bitSize(value) >> 9);
}
const SHORT = 1n << 1024n;
/** Charges for a product or quotient of numbers of so many bits: V8 needs about `words ** 1.5`. */
export function chargeProduct(xBits: number, yBits: number): void {
  const [x, y] = [xBits / 64, yBits / 64];
  charge(Math.floor((Math.max(x, y) * Math.sqrt(Math.min(x, y))) / 8));
}

export function addInt(a: Int, b: Int): Int {
  if (typeof a === "number" && typeof b === "number") {
    const r = a + b;
    if (r >= -MAX && r <= MAX) return r;
  }
  const sum = BigInt(a) + BigInt(b);
  sizeOf(sum);
  return narrow(sum);
}
export function subInt(a: Int, b: Int): Int {
  if (typeof a === "number" && typeof b === "number") {
    const r = a - b;
    if (r >= -MAX && r <= MAX) return r;
  }
  const difference = BigInt(a) - BigInt(b);
  sizeOf(difference);
  return narrow(difference);
}
/** Charges for a bigint that was made, by its size; cheap where it is small. */
function sizeOf(value: bigint): void {
  if (value > SHORT || value < -SHORT) reserve(bitSize(value));
}
export function mulInt(a: Int, b: Int): Int {
  if (typeof a === "number" && typeof b === "number") {
    const r = a * b;
    if (r >= -MAX && r <= MAX) return r + 0;
    return narrow(BigInt(a) * BigInt(b));
  }
  const [x, y] = [BigInt(a), BigInt(b)];
  const [xs, ys] = [bitSize(a), bitSize(b)];
  reserve(xs + ys);
  chargeProduct(xs, ys);
  return narrow(x * y);
}
export function floorDivInt(a: Int, b: Int): Int {
  if (b === 0) throw zeroDivision("integer division or modulo by zero");
  if (typeof a === "number" && typeof b === "number") {
    // a / b may round up to an integer that it does not reach: the remainder decides.
    const r = a % b;
    const q = (a - r) / b;
    return (r !== 0 && r < 0 !== b < 0 ? q - 1 : q) + 0;
  }
  const [x, y] = [BigInt(a), BigInt(b)];
  chargeDivision(a, b);
  const q = x / y;
  return narrow(q * y !== x && x < 0n !== y < 0n ? q - 1n : q);
}
export function modInt(a: Int, b: Int, message = "integer modulo by zero"): Int {
  if (b === 0) throw zeroDivision(message);
  if (typeof a === "number" && typeof b === "number") {
    const r = a % b;
    return (r !== 0 && r < 0 !== b < 0 ? r + b : r) + 0;
  }
  const y = BigInt(b);
  chargeDivision(a, b);
  const r = BigInt(a) % y;
  return narrow(r !== 0n && r < 0n !== y < 0n ? r + y : r);
}
function chargeDivision(a: Int, b: Int): void {
  const [x, y] = [bitSize(a), bitSize(b)];
  if (x > y) chargeProduct(x - y, y);
}

/** `a ** b` for `b >= 0`. */
export function powInt(a: Int, b: Int): Int {
  if (b === 0) return 1;
  if (a === 0 || a === 1) return a;
  if (a === -1) return modInt(b, 2) === 0 ? 1 : -1;
  const exponent = Number(b);
  const bits = Math.log2(Math.abs(Number(a)));
  if (Number.isFinite(bits) && bits * exponent < 52) return Math.round(Number(a) ** exponent) + 0;
  const resultBits = (Number.isFinite(bits) ? bits : bitSize(a)) * exponent;
  reserve(resultBits);
  chargeProduct(resultBits, resultBits);
  return narrow(BigInt(a) ** BigInt(b));
}
/** `pow(a, b, m)` for `b >= 0`. */
export function powMod(a: Int, b: Int, m: Int): Int {
  if (m === 0) throw valueError("pow() 3rd argument cannot be 0");
  const modulus = BigInt(m);
  let base = BigInt(modInt(a, m));
  let exponent = BigInt(b);
  let result = 1n;
  const bits = bitSize(m);
  while (exponent > 0n) {
    charge(1);
    for (let i = 0; i < 4; i++) chargeProduct(bits, bits);
    if (exponent & 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
    exponent >>= 1n;
  }
  return modInt(narrow(result), m);
}

/** How many bits of an int CPython can count, in digits of 30. */
const MOST_BITS = 30n * ((2n ** 63n - 1n - 24n) / 4n);
export function shiftLeft(a: Int, b: Int): Int {
  if (b < 0) throw valueError("negative shift count");
  if (a === 0) return 0;
  if (typeof a === "number" && typeof b === "number" && b < 31) {
    const r = a * 2 ** b;
    if (r >= -MAX && r <= MAX) return r;
  }
  if (b > MOST_BITS) throw overflowError("too many digits in integer");
  reserve(bitSize(a) + Number(b));
  return narrow(BigInt(a) << BigInt(b));
}
export function shiftRight(a: Int, b: Int): Int {
  if (b < 0) throw valueError("negative shift count");
  if (typeof a === "number") {
    if (typeof b === "bigint" || b > 53) return a < 0 ? -1 : 0;
    return Math.floor(a / 2 ** b) + 0;
  }
  if (typeof b === "bigint") return a < 0n ? -1 : 0;
  return bits(a >> BigInt(b));
}
function small(a: Int): a is number {
  return typeof a === "number" && a >= -0x80000000 && a <= 0x7fffffff;
}
function bits(made: bigint): Int {
  sizeOf(made);
  return narrow(made);
}
export function andInt(a: Int, b: Int): Int {
  return small(a) && small(b) ? a & b : bits(BigInt(a) & BigInt(b));
}
export function orInt(a: Int, b: Int): Int {
  return small(a) && small(b) ? a | b : bits(BigInt(a) | BigInt(b));
}
export function xorInt(a: Int, b: Int): Int {
  return small(a) && small(b) ? a ^ b : bits(BigInt(a) ^ BigInt(b));
}
export function negInt(a: Int): Int {
  return typeof a === "number" ? 0 - a : bits(-a);
}
export function invertInt(a: Int): Int {
  return typeof a === "number" && a < MAX ? -1 - a : bits(-1n - BigInt(a));
}

/** `a / b` rounded correctly (half to even), as CPython's long_true_divide. */
export function trueDivInt(a: Int, b: Int): number {
  if (b === 0) throw zeroDivision("division by zero");
  if (typeof a === "number" && typeof b === "number") return a / b;
  const negative = a < 0 !== b < 0;
  const x = BigInt(a) < 0n ? -BigInt(a) : BigInt(a);
  const y = BigInt(b) < 0n ? -BigInt(b) : BigInt(b);
  if (x === 0n) return negative ? -0 : 0;
  chargeReading(x);
  chargeReading(y);
  // Scale so that the quotient has 66 bits or more; the rest of the division only matters as "more than nothing".
  const shift = 66 - (bitLength(x) - bitLength(y));
  const [sx, sy] = shift > 0 ? [x << BigInt(shift), y] : [x, y << BigInt(-shift)];
  let quotient = sx / sy;
  if (sx % sy !== 0n) quotient |= 1n;
  const value = scaleDouble(quotient, -shift);
  if (!Number.isFinite(value)) throw overflowError("integer division result too large for a float");
  return negative ? -value : value;
}

/** Number of bits of a positive bigint. */
export function bitLength(value: bigint): number {
  if (value === 0n) return 0;
  chargeReading(value);
  const hex = value.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0] as string, 16)));
}

/** `mantissa * 2**exponent` rounded once, half to even, also where the result is subnormal. */
function scaleDouble(mantissa: bigint, exponent: number): number {
  const bits = bitLength(mantissa);
  const top = bits + exponent;
  if (top > 1024) return Number.POSITIVE_INFINITY;
  // Bits of precision that a double of this size has.
  const precision = top < -1021 ? 53 + (top + 1021) : 53;
  if (precision < 0) return 0;
  const drop = bits - precision;
  if (drop <= 0) return Number(mantissa) * 2 ** exponent;
  const half = 1n << BigInt(drop - 1);
  const rest = mantissa & ((1n << BigInt(drop)) - 1n);
  let kept = mantissa >> BigInt(drop);
  if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
  const scale = exponent + drop;
  return scale < -1022 ? Number(kept) * 2 ** -1022 * 2 ** (scale + 1022) : Number(kept) * 2 ** scale;
}

/** The nearest double of an int; OverflowError beyond. */
export function toDouble(value: Int): number {
  if (typeof value === "number") return value;
  const double = Number(value);
  if (!Number.isFinite(double)) throw overflowError("int too large to convert to float");
  return double;
}
