// Sums and products of doubles without intermediate rounding: `fsum`, `fma`, `hypot`, and exact accumulation.
import { overflowError, valueError } from "../exceptions.ts";
import { charge } from "../state.ts";
import { nearest, parts, rootOf } from "./elementary-functions.ts";

/** A sum of finite doubles and of their products, exact: `mantissa * 2**exponent`. */
export class ExactSum {
  private mantissa = 0n;
  private exponent = 0;
  private add(mantissa: bigint, exponent: number): void {
    charge(1);
    if (mantissa === 0n) return;
    if (this.mantissa === 0n) this.exponent = exponent;
    if (exponent < this.exponent) {
      this.mantissa <<= BigInt(this.exponent - exponent);
      this.exponent = exponent;
    }
    this.mantissa += mantissa << BigInt(exponent - this.exponent);
  }
  addDouble(x: number): void {
    const { mantissa, exponent } = parts(x);
    this.add(mantissa, exponent);
  }
  addProduct(x: number, y: number): void {
    const [a, b] = [parts(x), parts(y)];
    this.add(a.mantissa * b.mantissa, a.exponent + b.exponent);
  }
  /** The nearest double. */
  value(): number {
    return nearest(this.mantissa, this.exponent);
  }
  isZero(): boolean {
    return this.mantissa === 0n;
  }
  isNegative(): boolean {
    return this.mantissa < 0n;
  }
  /** The square root's nearest double. */
  root(): number {
    return this.mantissa === 0n ? 0 : rootOf(this.mantissa, this.exponent);
  }
}

/**
 * `math.fsum`: Shewchuk's partial sums, which do not overlap, in order of size. They are kept rather than one exact
 * number because CPython's complain where one of them overflows, even if the sum would not.
 */
export class RoundedSum {
  private partials: number[] = [];
  private special = 0;
  private infinities = 0;

  add(value: number): void {
    const { partials } = this;
    charge(1 + partials.length);
    let x = value;
    const kept: number[] = [];
    for (const partial of partials) {
      const [big, small] = Math.abs(x) < Math.abs(partial) ? [partial, x] : [x, partial];
      const high = big + small;
      const low = small - (high - big);
      if (low !== 0) kept.push(low);
      x = high;
    }
    this.partials = kept;
    if (x === 0) return;
    if (Number.isFinite(x)) kept.push(x);
    else if (Number.isFinite(value)) throw overflowError("intermediate overflow in fsum");
    else {
      if (!Number.isNaN(value)) this.infinities += value;
      this.special += value;
      this.partials = [];
    }
  }
  value(): number {
    if (this.special !== 0) {
      if (Number.isNaN(this.infinities)) throw valueError("-inf + inf in fsum");
      return this.special;
    }
    const sum = new ExactSum();
    for (const partial of this.partials) sum.addDouble(partial);
    return sum.value();
  }
}

/** `x * y + z`, rounded once. */
export function fusedMultiplyAdd(x: number, y: number, z: number): number {
  if (!Number.isFinite(x) || !Number.isFinite(y) || !Number.isFinite(z)) {
    return Number.isFinite(x) && Number.isFinite(y) ? z : x * y + z;
  }
  if (x === 0 || y === 0) return x * y + z;
  const sum = new ExactSum();
  sum.addProduct(x, y);
  sum.addDouble(z);
  const value = sum.value();
  if (value !== 0) return value;
  // Nothing is left exactly, or too little: an underflow keeps its sign.
  return sum.isZero() ? (z === 0 ? x * y + z : 0) : sum.isNegative() ? -0 : 0;
}

/** The Euclidean length of a vector. */
export function vectorLength(coordinates: readonly number[]): number {
  if (coordinates.some((x) => Math.abs(x) === Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY;
  if (coordinates.some((x) => Number.isNaN(x))) return Number.NaN;
  const present = coordinates.filter((x) => x !== 0);
  if (present.length < 2) return Math.abs(present[0] ?? 0);
  const sum = new ExactSum();
  for (const x of present) sum.addProduct(x, x);
  return sum.root();
}
