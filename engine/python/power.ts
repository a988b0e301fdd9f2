// Powers of floats, which may be complex, and the object behind `complex`.
import { OverflowError, PyException, raise, zeroDivision } from "./exceptions.ts";
import { atan2, cos, exp, log, sin } from "./modules/elementary-functions.ts";
import { vectorLength } from "./modules/exact-sums.ts";
import { makeType, PyFloat, PyObject, type PyValue } from "./object.ts";

/** A complex number. */
export interface Complex {
  readonly real: number;
  readonly imag: number;
}

/** A `complex`. */
export class PyComplex extends PyObject implements Complex {
  readonly real: number;
  readonly imag: number;
  constructor(real: number, imag: number) {
    super();
    this.real = real;
    this.imag = imag;
  }
}
export const complexType = makeType("complex", { of: PyComplex });

/** C's `pow` of doubles, with CPython's errors; `base` not negative unless the exponent is an integer. */
function realPower(base: number, exponent: number): number {
  // JavaScript says NaN where C's pow says 1.
  if (base === 1 || exponent === 0) return 1;
  if (base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent)) return 1;
  const result = base ** exponent;
  if (!Number.isFinite(result) && Number.isFinite(base) && Number.isFinite(exponent)) {
    throw raise(new PyException(OverflowError, [34, "Numerical result out of range"]));
  }
  return result;
}

/** `base ** exponent` of floats: a float, or a complex for a root of a negative number. */
export function floatPower(base: number, exponent: number): PyValue {
  if (base === 0 && exponent < 0 && Number.isFinite(exponent)) {
    throw zeroDivision("0.0 cannot be raised to a negative power");
  }
  if (base < 0 && Number.isFinite(base) && Number.isFinite(exponent) && !Number.isInteger(exponent)) {
    const { real, imag } = complexPower({ real: base, imag: 0 }, { real: exponent, imag: 0 });
    return new PyComplex(real, imag);
  }
  return new PyFloat(realPower(base, exponent));
}

function multiply(a: Complex, b: Complex): Complex {
  return { real: a.real * b.real - a.imag * b.imag, imag: a.real * b.imag + a.imag * b.real };
}

function positivePower(base: Complex, exponent: number): Complex {
  let result: Complex = { real: 1, imag: 0 };
  let square = base;
  for (let mask = 1; mask <= exponent; mask *= 2) {
    if (Math.floor(exponent / mask) % 2 === 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

function reciprocal({ real, imag }: Complex): Complex {
  if (real === 0 && imag === 0) throw zeroDivision("0.0 to a negative or complex power");
  if (Math.abs(real) >= Math.abs(imag)) {
    const ratio = imag / real;
    const denominator = real + imag * ratio;
    return { real: 1 / denominator, imag: (0 - ratio) / denominator };
  }
  const ratio = real / imag;
  const denominator = real * ratio + imag;
  return { real: (ratio + 0) / denominator, imag: -1 / denominator };
}

/** `base ** exponent` of complex numbers: by multiplication for small integers, through polar form otherwise. */
export function complexPower(base: Complex, exponent: Complex): Complex {
  let result: Complex;
  if (exponent.real === 0 && exponent.imag === 0) return { real: 1, imag: 0 };
  if (base.real === 0 && base.imag === 0) {
    if (exponent.imag !== 0 || exponent.real < 0) throw zeroDivision("0.0 to a negative or complex power");
    return { real: 0, imag: 0 };
  }
  if (exponent.imag === 0 && Number.isInteger(exponent.real) && Math.abs(exponent.real) <= 100) {
    const whole = positivePower(base, Math.abs(exponent.real));
    result = exponent.real < 0 ? reciprocal(whole) : whole;
  } else {
    const size = vectorLength([base.real, base.imag]);
    const angle = atan2(base.imag, base.real);
    let length = size ** exponent.real;
    let phase = angle * exponent.real;
    if (exponent.imag !== 0) {
      length /= exp(angle * exponent.imag);
      phase += exponent.imag * log(size);
    }
    // The C library has no sine of infinity, and CPython shows that so.
    if (Math.abs(phase) === Number.POSITIVE_INFINITY)
      throw zeroDivision("0.0 to a negative or complex power");
    result = { real: length * cos(phase), imag: length * sin(phase) };
  }
  // NaN is an answer.
  if ([result.real, result.imag].some((part) => Math.abs(part) === Number.POSITIVE_INFINITY)) {
    throw raise(new PyException(OverflowError, ["complex exponentiation"]));
  }
  return result;
}
