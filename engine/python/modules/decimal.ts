// The module `decimal`: the operators of `Decimal`, contexts, constants.

import { type Comparison, comparisons, isEquality } from "../comparisons.ts";
import type { PyDict } from "../dict.ts";
import { overflowError, typeError, valueError } from "../exceptions.ts";
import { defineAttributes, defineMethods } from "../function.ts";
import { identityHash } from "../hash.ts";
import { type Int, narrow } from "../integer.ts";
import { defineModule } from "../module.ts";
import { asInt, asStr, makeType, NotImplemented, PyFloat, PyObject, type PyValue } from "../object.ts";
import { index } from "../operators.ts";
import { PyComplex } from "../types/complex.ts";
import * as arithmetic from "./decimal-arithmetic.ts";
import {
  configure,
  contextType,
  currentContext,
  namedContexts,
  PyContext,
  ROUNDINGS,
  SETTINGS,
  setCurrentContext,
  signalTypes,
} from "./decimal-context.ts";
import { formatDecimal } from "./decimal-format.ts";
import { divmod, power, run } from "./decimal-methods.ts";
import {
  type Dec,
  type Env,
  finite,
  fromInt,
  isNan,
  MAX_EMAX,
  MAX_PREC,
  MIN_EMIN,
  MIN_ETINY,
  Status,
  toText,
} from "./decimal-number.ts";
import {
  contextOf,
  decimalTupleType,
  decimalType,
  fromDouble,
  operand,
  PyDecimal,
} from "./decimal-objects.ts";
import { moduleFunctions } from "./python-function.ts";

// ---- operators -----------------------------------------------------------------------------------

const operators: { readonly [name: string]: (env: Env, a: Dec, b: Dec) => Dec } = {
  add: arithmetic.add,
  sub: arithmetic.sub,
  mul: arithmetic.mul,
  truediv: arithmetic.div,
  floordiv: arithmetic.divideInt,
  mod: arithmetic.remainder,
};
for (const [name, operation] of Object.entries(operators)) {
  const apply = (x: PyValue, y: PyValue): PyValue => {
    const [a, b] = [operand(x), operand(y)];
    if (a === undefined || b === undefined) return NotImplemented;
    return run(currentContext(), (env) => operation(env, a, b));
  };
  defineMethods(decimalType, {
    [`__${name}__(value, /)`]: (self: PyDecimal, other: PyValue) => apply(self, other),
    [`__r${name}__(value, /)`]: (self: PyDecimal, other: PyValue) => apply(other, self),
  });
}
function divided(x: PyValue, y: PyValue): PyValue {
  const [a, b] = [operand(x), operand(y)];
  return a === undefined || b === undefined ? NotImplemented : divmod(currentContext(), a, b);
}
function raised(x: PyValue, y: PyValue, z: PyValue): PyValue {
  const [a, b] = [operand(x), operand(y)];
  const c = z === null ? undefined : operand(z);
  if (a === undefined || b === undefined || (c === undefined && z !== null)) return NotImplemented;
  return power(currentContext(), a, b, c);
}

/** Fractions, which compare with decimal numbers; filled in by `fractions`. */
export const rational: { parts: (value: PyValue) => [Int, Int] | undefined } = { parts: () => undefined };

/** The other operand of a comparison, and what this one is multiplied by. */
function comparand(other: PyValue, op: Comparison): { b: Dec; factor: bigint } | undefined {
  const equality = isEquality(op);
  const plain = operand(other);
  if (plain !== undefined) return { b: plain, factor: 1n };
  if (other instanceof PyFloat) {
    const context = currentContext();
    if (equality) context.flags |= Status.FloatOperation;
    else context.note(Status.FloatOperation);
    return { b: fromDouble(other.value), factor: 1n };
  }
  if (other instanceof PyComplex && equality && other.imag === 0) {
    currentContext().flags |= Status.FloatOperation;
    return { b: fromDouble(other.real), factor: 1n };
  }
  const parts = rational.parts(other);
  return parts === undefined ? undefined : { b: fromInt(BigInt(parts[0])), factor: BigInt(parts[1]) };
}
defineMethods(
  decimalType,
  comparisons((holds, op) => ({ value: a }: PyDecimal, other: PyValue) => {
    const found = comparand(other, op);
    if (found === undefined) return NotImplemented;
    const { b, factor } = found;
    if (isNan(a) || isNan(b)) {
      const equality = isEquality(op);
      if (!equality || a.kind === "snan" || b.kind === "snan") currentContext().note(Status.InvalidOperation);
      return op === "__ne__";
    }
    const scaled = factor === 1n || a.kind === "inf" ? a : { ...a, coef: a.coef * factor };
    return holds(arithmetic.order(scaled, b));
  }),
);

const MODULUS = (1n << 61n) - 1n;
function powerModulo(base: bigint, exponent: bigint): bigint {
  let [result, b, e] = [1n, base, exponent];
  for (; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * b) % MODULUS;
    b = (b * b) % MODULUS;
  }
  return result;
}
/** The inverse of ten. */
const TENTH = powerModulo(10n, MODULUS - 2n);
function hashOf(self: PyDecimal): Int {
  const { value } = self;
  if (value.kind === "snan") throw typeError("Cannot hash a signaling NaN value");
  if (value.kind === "nan") return identityHash(self);
  if (value.kind === "inf") return value.negative ? -314159 : 314159;
  const scale = value.exp >= 0n ? powerModulo(10n, value.exp) : powerModulo(TENTH, -value.exp);
  const hash = ((value.coef % MODULUS) * scale) % MODULUS;
  const signed = value.negative ? -hash : hash;
  return narrow(signed === -1n ? -2n : signed);
}

function integral({ value }: PyDecimal, rounding: (typeof ROUNDINGS)[number]): Int {
  if (isNan(value)) throw valueError("cannot convert NaN to integer");
  if (value.kind === "inf") throw overflowError("cannot convert Infinity to integer");
  return narrow(arithmetic.integerPart(value, rounding));
}
function double({ value }: PyDecimal): number {
  if (value.kind === "snan") throw valueError("cannot convert signaling NaN to float");
  return value.kind === "nan" ? Number.NaN : Number(toText(value));
}

defineMethods(decimalType, {
  "__divmod__(value, /)": (self: PyValue, other: PyValue) => divided(self, other),
  "__rdivmod__(value, /)": (self: PyValue, other: PyValue) => divided(other, self),
  "__pow__(value, mod=None, /)": (self: PyValue, other: PyValue, modulo: PyValue = null) =>
    raised(self, other, modulo),
  "__rpow__(value, mod=None, /)": (self: PyValue, other: PyValue, modulo: PyValue = null) =>
    raised(other, self, modulo),
  "__neg__()": (self: PyDecimal) => run(currentContext(), (env) => arithmetic.minus(env, self.value)),
  "__pos__()": (self: PyDecimal) => run(currentContext(), (env) => arithmetic.plus(env, self.value)),
  "__abs__()": (self: PyDecimal) => run(currentContext(), (env) => arithmetic.abs(env, self.value)),
  "__bool__()": ({ value }: PyDecimal) => value.kind !== "finite" || value.coef !== 0n,
  "__hash__()": hashOf,
  "__int__()": (self: PyDecimal) => integral(self, "ROUND_DOWN"),
  "__trunc__()": (self: PyDecimal) => integral(self, "ROUND_DOWN"),
  "__floor__()": (self: PyDecimal) => integral(self, "ROUND_FLOOR"),
  "__ceil__()": (self: PyDecimal) => integral(self, "ROUND_CEILING"),
  "__float__()": (self: PyDecimal) => new PyFloat(double(self)),
  "__complex__()": (self: PyDecimal) => new PyComplex(double(self), 0),
  "__round__(ndigits=None, /)": (self: PyDecimal, ndigits?: PyValue) => {
    if (ndigits === undefined) return integral(self, "ROUND_HALF_EVEN");
    if (asInt(ndigits) === undefined) throw typeError("optional arg must be an integer");
    const exponent = finite(false, 1n, -BigInt(index(ndigits)));
    return run(currentContext(), (env) => arithmetic.quantize(env, self.value, exponent));
  },
  "__repr__()": ({ value }: PyDecimal) =>
    `Decimal('${toText(value, false, currentContext().capitals === 1)}')`,
  "__str__()": ({ value }: PyDecimal) => toText(value, false, currentContext().capitals === 1),
  "__format__(format_spec, override=None, /)": ({ value }: PyDecimal, spec: PyValue, override?: PyValue) => {
    const text = asStr(spec);
    if (text === undefined) throw typeError("format arg must be str");
    if (override !== undefined)
      throw typeError("a dictionary of separators is not supported in an expression");
    const context = currentContext();
    return formatDecimal(value, text, context.env(), context.capitals === 1);
  },
  "__copy__()": (self: PyDecimal) => self,
  "__deepcopy__(memo, /)": (self: PyDecimal) => self,
});
defineAttributes<PyDecimal>(decimalType, {
  real: (self) => self,
  imag: () => new PyDecimal(fromInt(0n)),
});

// ---- localcontext --------------------------------------------------------------------------------

/** What `localcontext()` gives. */
class ContextManager extends PyObject {
  readonly local: PyContext;
  readonly outer: PyContext;
  constructor(local: PyContext, outer: PyContext) {
    super();
    this.local = local;
    this.outer = outer;
  }
}
defineMethods(makeType("decimal.ContextManager", { of: ContextManager, subclassable: false }), {
  "__enter__()": (self: ContextManager) => {
    setCurrentContext(self.local);
    return self.local;
  },
  "__exit__(*args)": (self: ContextManager) => {
    setCurrentContext(self.outer);
    return false;
  },
});

defineModule("decimal", {
  fresh: namedContexts,
  values: {
    ...Object.fromEntries(ROUNDINGS.map((name) => [name, name])),
    MAX_PREC: narrow(MAX_PREC),
    MAX_EMAX: narrow(MAX_EMAX),
    MIN_EMIN: narrow(MIN_EMIN),
    MIN_ETINY: narrow(MIN_ETINY),
    HAVE_THREADS: true,
    HAVE_CONTEXTVAR: true,
    __version__: "1.70",
    __libmpdec_version__: "2.5.1",
    ...moduleFunctions("decimal", {
      "getcontext()": () => currentContext(),
      "setcontext(ctx, /)": (context: PyValue) => {
        if (!(context instanceof PyContext)) throw typeError("argument must be a context");
        setCurrentContext(context);
        return null;
      },
      "localcontext(ctx=None, **kwargs)": (context: PyValue | undefined, settings: PyDict) => {
        const outer = currentContext();
        const local = contextOf(context).copy();
        for (const [name, value] of settings.entries()) {
          if (!SETTINGS.includes(name as string)) {
            throw typeError(`this function got an unexpected keyword argument '${String(name)}'`);
          }
          configure(local, name as string, value);
        }
        return new ContextManager(local, outer);
      },
    }),
  },
  types: [decimalType, contextType, decimalTupleType, ...signalTypes],
});
