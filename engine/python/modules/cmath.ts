// The module `cmath`.
import { overflowError, typeError, valueError } from "../exceptions.ts";
import { special } from "../function.ts";
import { defineModule } from "../module.ts";
import { PyFloat, type PyValue, typeName } from "../object.ts";
import { realNumber } from "../real.ts";
import { tuple } from "../sequence.ts";
import { charge } from "../state.ts";
import { PyComplex } from "../types/complex.ts";
import type { Failure, Z } from "./complex-functions.ts";
import * as functions from "./complex-functions.ts";
import { vectorLength } from "./exact-sums.ts";
import { moduleFunctions } from "./python-function.ts";

/** The complex number of an argument. */
function complexArgument(value: PyValue): Z {
  if (value instanceof PyComplex) return value;
  const made = value instanceof PyFloat ? undefined : special(value, "__complex__", []);
  if (made === undefined) return { real: realNumber(value), imag: 0 };
  if (!(made instanceof PyComplex)) {
    throw typeError(`__complex__ returned non-complex (type ${typeName(made)})`);
  }
  return made;
}
function failure(kind: Failure): never {
  throw kind === "domain" ? valueError("math domain error") : overflowError("math range error");
}
function complex(result: Z | Failure): PyComplex {
  charge(1);
  if (typeof result === "string") failure(result);
  return new PyComplex(result.real, result.imag);
}
function unary(f: (x: Z) => Z | Failure): (x: PyValue) => PyValue {
  return (x) => complex(f(complexArgument(x)));
}
const infinite = (x: number): boolean => Math.abs(x) === Number.POSITIVE_INFINITY;

function logarithm(x: PyValue, base?: PyValue): PyValue {
  const argument = complexArgument(x);
  if (base === undefined) return complex(functions.log(argument));
  const below = complexArgument(base);
  const [a, b] = [complex(functions.log(argument)), complex(functions.log(below))];
  if (b.real === 0 && b.imag === 0) failure("domain");
  return quotient(a, b);
}
/** C's quotient: scaled by the greater part of the divisor. */
function quotient(a: Z, b: Z): PyComplex {
  if (Math.abs(b.real) >= Math.abs(b.imag)) {
    const ratio = b.imag / b.real;
    const below = b.real + b.imag * ratio;
    return new PyComplex((a.real + a.imag * ratio) / below, (a.imag - a.real * ratio) / below);
  }
  const ratio = b.real / b.imag;
  const below = b.real * ratio + b.imag;
  return new PyComplex((a.real * ratio + a.imag) / below, (a.imag * ratio - a.real) / below);
}

function isClose(
  x: PyValue,
  y: PyValue,
  relative: PyValue = new PyFloat(1e-9),
  absolute: PyValue = 0,
): boolean {
  const [a, b] = [complexArgument(x), complexArgument(y)];
  const [rel, abs] = [realNumber(relative), realNumber(absolute)];
  if (rel < 0 || abs < 0) throw valueError("tolerances must be non-negative");
  if (a.real === b.real && a.imag === b.imag) return true;
  if ([a.real, a.imag, b.real, b.imag].some(infinite)) return false;
  const size = (value: Z): number => vectorLength([value.real, value.imag]);
  const distance = size({ real: a.real - b.real, imag: a.imag - b.imag });
  return distance <= rel * size(b) || distance <= rel * size(a) || distance <= abs;
}

defineModule("cmath", {
  values: {
    pi: new PyFloat(Math.PI),
    e: new PyFloat(Math.E),
    tau: new PyFloat(2 * Math.PI),
    inf: new PyFloat(Number.POSITIVE_INFINITY),
    infj: new PyComplex(0, Number.POSITIVE_INFINITY),
    nan: new PyFloat(Number.NaN),
    nanj: new PyComplex(0, Number.NaN),
    ...moduleFunctions("cmath", {
      "acos(z, /)": unary(functions.acos),
      "acosh(z, /)": unary(functions.acosh),
      "asin(z, /)": unary(functions.asin),
      "asinh(z, /)": unary(functions.asinh),
      "atan(z, /)": unary(functions.atan),
      "atanh(z, /)": unary(functions.atanh),
      "cos(z, /)": unary(functions.cosine),
      "cosh(z, /)": unary(functions.cosh),
      "exp(z, /)": unary(functions.exp),
      "log10(z, /)": unary(functions.log10),
      "sin(z, /)": unary(functions.sine),
      "sinh(z, /)": unary(functions.sinh),
      "sqrt(z, /)": unary(functions.sqrt),
      "tan(z, /)": unary(functions.tangent),
      "tanh(z, /)": unary(functions.tanh),
      "log(z, base=None, /)": logarithm,
      "phase(z, /)": (x: PyValue) => new PyFloat(functions.phase(complexArgument(x))),
      "polar(z, /)": (x: PyValue) => {
        const value = complexArgument(x);
        const length = functions.modulus(value);
        if (typeof length === "string") failure(length);
        return tuple([new PyFloat(length), new PyFloat(functions.phase(value))]);
      },
      "rect(r, phi, /)": (r: PyValue, phi: PyValue) =>
        complex(functions.rect(realNumber(r), realNumber(phi))),
      "isfinite(z, /)": (x: PyValue) => {
        const { real, imag } = complexArgument(x);
        return Number.isFinite(real) && Number.isFinite(imag);
      },
      "isinf(z, /)": (x: PyValue) => {
        const { real, imag } = complexArgument(x);
        return infinite(real) || infinite(imag);
      },
      "isnan(z, /)": (x: PyValue) => {
        const { real, imag } = complexArgument(x);
        return Number.isNaN(real) || Number.isNaN(imag);
      },
      "isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0)": isClose,
    }),
  },
});
