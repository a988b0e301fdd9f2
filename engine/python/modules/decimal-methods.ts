// The operations of `decimal` by name: as methods of `Decimal`, and as methods of `Context`.
import { overflowError, typeError, valueError } from "../exceptions.ts";
import { defineMethods } from "../function.ts";
import { narrow } from "../integer.ts";
import { asInt, PyFloat, type PyType, type PyValue } from "../object.ts";
import { type PyTuple, tuple } from "../sequence.ts";
import * as arithmetic from "./decimal-arithmetic.ts";
import { contextType, type PyContext, roundingOf } from "./decimal-context.ts";
import * as functions from "./decimal-functions.ts";
import * as logic from "./decimal-logic.ts";
import { adjusted, type Dec, type Env, fromInt, isNan, isSpecial, isZero, toText } from "./decimal-number.ts";
import {
  asTuple,
  contextOf,
  convert,
  decimalType,
  fromDouble,
  PyDecimal,
  ratio,
  required,
  rounded,
} from "./decimal-objects.ts";
import { anything, parsedMethod } from "./parsed-arguments.ts";

type Unary = (env: Env, a: Dec) => Dec;
type Binary = (env: Env, a: Dec, b: Dec) => Dec;
type Answer = (env: Env, a: Dec) => PyValue;

const unary: { readonly [name: string]: Unary } = {
  exp: functions.exp,
  ln: functions.ln,
  log10: functions.log10,
  logb: logic.logb,
  logical_invert: logic.logicalInvert,
  next_minus: (env, a) => logic.next(env, a, false),
  next_plus: (env, a) => logic.next(env, a, true),
  normalize: arithmetic.normalize,
  sqrt: functions.sqrt,
};
const order = (a: Dec, b: Dec): Dec => fromInt(BigInt(arithmetic.orderTotal(a, b)));
const binary: { readonly [name: string]: Binary } = {
  compare: arithmetic.compare,
  compare_signal: arithmetic.compareSignal,
  compare_total: (_env, a, b) => order(a, b),
  compare_total_mag: (_env, a, b) => order(arithmetic.absolute(a), arithmetic.absolute(b)),
  copy_sign: (_env, a, b) => ({ ...a, negative: b.negative }),
  logical_and: (env, a, b) => logic.logical(env, a, b, (x, y) => x && y),
  logical_or: (env, a, b) => logic.logical(env, a, b, (x, y) => x || y),
  logical_xor: (env, a, b) => logic.logical(env, a, b, (x, y) => x !== y),
  max: (env, a, b) => arithmetic.extreme(env, a, b, true, false),
  max_mag: (env, a, b) => arithmetic.extreme(env, a, b, true, true),
  min: (env, a, b) => arithmetic.extreme(env, a, b, false, false),
  min_mag: (env, a, b) => arithmetic.extreme(env, a, b, false, true),
  next_toward: logic.nextToward,
  remainder_near: arithmetic.remainderNear,
  rotate: logic.rotate,
  scaleb: logic.scaleb,
  shift: logic.shift,
};
/** Operations that need no context and never fail. */
const copies: { readonly [name: string]: (a: Dec) => Dec } = {
  canonical: (a) => a,
  copy_abs: arithmetic.absolute,
  copy_negate: arithmetic.negated,
};
const questions: { readonly [name: string]: Answer } = {
  is_canonical: () => true,
  is_finite: (_env, a) => !isSpecial(a),
  is_infinite: (_env, a) => a.kind === "inf",
  is_nan: (_env, a) => isNan(a),
  is_qnan: (_env, a) => a.kind === "nan",
  is_signed: (_env, a) => a.negative,
  is_snan: (_env, a) => a.kind === "snan",
  is_zero: (_env, a) => isZero(a),
};
const contextual: { readonly [name: string]: Answer } = {
  is_normal: logic.isNormal,
  is_subnormal: logic.isSubnormal,
  number_class: logic.numberClass,
};

/** Runs an operation in a context: what it met is noted there. */
export function run(context: PyContext, operation: (env: Env) => Dec): PyDecimal {
  const env = context.env();
  const result = operation(env);
  context.note(env.status);
  return new PyDecimal(result);
}

function method(
  type: PyType,
  name: string,
  names: string[],
  least: number,
  // biome-ignore lint/suspicious/noExplicitAny: bodies declare their own parameter types.
  js: (...args: any[]) => PyValue,
): void {
  const converters = names.map(() => anything);
  type.dict.set(name, parsedMethod(type, name, { names, converters, required: least }, js));
}

// ---- methods of Decimal --------------------------------------------------------------------------

for (const [name, operation] of Object.entries(unary)) {
  method(decimalType, name, ["context"], 0, (self: PyDecimal, context?: PyValue) =>
    run(contextOf(context), (env) => operation(env, self.value)),
  );
}
for (const [name, operation] of Object.entries(binary)) {
  method(decimalType, name, ["other", "context"], 1, (self: PyDecimal, other: PyValue, context?: PyValue) => {
    const rules = contextOf(context);
    const b = required(other);
    return run(rules, (env) => operation(env, self.value, b));
  });
}
for (const [name, operation] of Object.entries(copies)) {
  defineMethods(decimalType, {
    [`${name}()`]: (self: PyDecimal) => (name === "canonical" ? self : new PyDecimal(operation(self.value))),
  });
}
for (const [name, answer] of Object.entries(questions)) {
  defineMethods(decimalType, {
    [`${name}()`]: (self: PyDecimal) => answer(contextOf(null).env(), self.value),
  });
}
for (const [name, answer] of Object.entries(contextual)) {
  method(decimalType, name, ["context"], 0, (self: PyDecimal, context?: PyValue) =>
    answer(contextOf(context).env(), self.value),
  );
}
method(
  decimalType,
  "same_quantum",
  ["other", "context"],
  1,
  (self: PyDecimal, other: PyValue, context?: PyValue) => {
    contextOf(context);
    return logic.sameQuantum(self.value, required(other));
  },
);
method(
  decimalType,
  "fma",
  ["other", "third", "context"],
  2,
  (self: PyDecimal, other: PyValue, third: PyValue, context?: PyValue) => {
    const rules = contextOf(context);
    const [b, c] = [required(other), required(third)];
    return run(rules, (env) => arithmetic.fma(env, self.value, b, c));
  },
);
method(
  decimalType,
  "quantize",
  ["exp", "rounding", "context"],
  1,
  (self: PyDecimal, exp: PyValue, rounding: PyValue = null, context?: PyValue) => {
    const rules = contextOf(context);
    const mode = rounding === null ? rules.rounding : roundingOf(rounding);
    const b = required(exp);
    const env = rules.env(mode);
    const result = arithmetic.quantize(env, self.value, b);
    rules.note(env.status);
    return new PyDecimal(result);
  },
);
for (const [name, told] of [
  ["to_integral", false],
  ["to_integral_value", false],
  ["to_integral_exact", true],
] as const) {
  method(
    decimalType,
    name,
    ["rounding", "context"],
    0,
    (self: PyDecimal, rounding: PyValue = null, context?: PyValue) => {
      const rules = contextOf(context);
      const env = rules.env(rounding === null ? rules.rounding : roundingOf(rounding));
      const result = arithmetic.toIntegral(env, self.value, told);
      rules.note(env.status);
      return new PyDecimal(result);
    },
  );
}
method(decimalType, "to_eng_string", ["context"], 0, (self: PyDecimal, context?: PyValue) =>
  toText(self.value, true, contextOf(context).capitals === 1),
);
defineMethods(decimalType, {
  "adjusted()": ({ value }: PyDecimal) => (isSpecial(value) ? 0 : narrow(adjusted(value))),
  "as_tuple()": ({ value }: PyDecimal) => asTuple(value),
  "as_integer_ratio()": ({ value }: PyDecimal) => {
    if (isNan(value)) throw valueError("cannot convert NaN to integer ratio");
    if (value.kind === "inf") throw overflowError("cannot convert Infinity to integer ratio");
    return tuple(ratio(value).map(narrow));
  },
  "conjugate()": (self: PyDecimal) => self,
  "radix()": () => new PyDecimal(fromInt(10n)),
});

// ---- methods of Context --------------------------------------------------------------------------

for (const [name, operation] of Object.entries<Unary>({
  ...unary,
  abs: arithmetic.abs,
  plus: arithmetic.plus,
  minus: arithmetic.minus,
  to_integral: (env, a) => arithmetic.toIntegral(env, a, false),
  to_integral_value: (env, a) => arithmetic.toIntegral(env, a, false),
  to_integral_exact: (env, a) => arithmetic.toIntegral(env, a, true),
})) {
  if (name === "to_integral") continue;
  defineMethods(contextType, {
    [`${name}(x, /)`]: (self: PyContext, x: PyValue) => {
      const a = required(x);
      return run(self, (env) => operation(env, a));
    },
  });
}
for (const [name, operation] of Object.entries<(a: Dec) => Dec>({ ...copies, copy_decimal: (a) => a })) {
  defineMethods(contextType, {
    [`${name}(x, /)`]: (_self: PyContext, x: PyValue) => {
      if (name === "canonical" && !(x instanceof PyDecimal)) throw typeError("argument must be a Decimal");
      const a = required(x);
      return x instanceof PyDecimal && !name.startsWith("copy_n") && !name.startsWith("copy_a")
        ? x
        : new PyDecimal(operation(a));
    },
  });
}
for (const [name, answer] of Object.entries({ ...questions, ...contextual })) {
  defineMethods(contextType, {
    [`${name}(x, /)`]: (self: PyContext, x: PyValue) => {
      if (name === "is_canonical" && !(x instanceof PyDecimal)) throw typeError("argument must be a Decimal");
      return answer(self.env(), required(x));
    },
  });
}
/** Positional arguments, exactly so many. */
function positional(args: PyTuple, count: number): Dec[] {
  if (args.items.length !== count) {
    throw typeError(`function takes exactly ${count} arguments (${args.items.length} given)`);
  }
  return args.items.map(required);
}
for (const [name, operation] of Object.entries<Binary>({
  ...binary,
  add: arithmetic.add,
  subtract: arithmetic.sub,
  multiply: arithmetic.mul,
  divide: arithmetic.div,
  divide_int: arithmetic.divideInt,
  remainder: arithmetic.remainder,
  quantize: arithmetic.quantize,
})) {
  defineMethods(contextType, {
    [`${name}(*args)`]: (self: PyContext, args: PyTuple) => {
      const [a, b] = positional(args, 2) as [Dec, Dec];
      return run(self, (env) => operation(env, a, b));
    },
  });
}
/** `divmod` in a context. */
export function divmod(context: PyContext, a: Dec, b: Dec): PyValue {
  const env = context.env();
  const [quotient, rest] = arithmetic.divmod(env, a, b);
  context.note(env.status);
  return tuple([new PyDecimal(quotient), new PyDecimal(rest)]);
}
/** `a ** b`, or `a ** b % c`. */
export function power(context: PyContext, a: Dec, b: Dec, c: Dec | undefined): PyDecimal {
  return run(context, (env) =>
    c === undefined ? functions.power(env, a, b) : arithmetic.powerModulo(env, a, b, c),
  );
}
defineMethods(contextType, {
  "divmod(*args)": (self: PyContext, args: PyTuple) => {
    const [a, b] = positional(args, 2) as [Dec, Dec];
    return divmod(self, a, b);
  },
  "fma(*args)": (self: PyContext, args: PyTuple) => {
    const [a, b, c] = positional(args, 3) as [Dec, Dec, Dec];
    return run(self, (env) => arithmetic.fma(env, a, b, c));
  },
  "same_quantum(*args)": (_self: PyContext, args: PyTuple) => {
    const [a, b] = positional(args, 2) as [Dec, Dec];
    return logic.sameQuantum(a, b);
  },
  "radix()": () => new PyDecimal(fromInt(10n)),
  "to_sci_string(x, /)": (self: PyContext, x: PyValue) => toText(required(x), false, self.capitals === 1),
  "to_eng_string(x, /)": (self: PyContext, x: PyValue) => toText(required(x), true, self.capitals === 1),
  "create_decimal_from_float(f, /)": (self: PyContext, value: PyValue) => {
    const int = asInt(value);
    if (int === undefined && !(value instanceof PyFloat)) throw typeError("argument must be int or float");
    return rounded(self, value instanceof PyFloat ? fromDouble(value.value) : fromInt(BigInt(int as number)));
  },
  "create_decimal(num='0', /)": (self: PyContext, value: PyValue = 0) =>
    rounded(self, convert(value, self, true)),
});
method(
  contextType,
  "power",
  ["a", "b", "modulo"],
  2,
  (self: PyContext, a: PyValue, b: PyValue, modulo: PyValue = null) =>
    power(self, required(a), required(b), modulo === null ? undefined : required(modulo)),
);
