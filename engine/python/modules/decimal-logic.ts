// Decimal operations on digits and representations: logical ones, shifts, neighbours, classes.
import { add, integerPart, isInteger, order, sub } from "./decimal-arithmetic.ts";
import {
  adjusted,
  type Dec,
  digits,
  type Env,
  etiny,
  etop,
  finish,
  finite,
  fromInt,
  infinity,
  invalid,
  isNan,
  isSpecial,
  nanOf,
  Status,
  tenTo,
  within,
} from "./decimal-number.ts";

/** The digits of an operand that is made of zeros and ones; undefined for any other. */
function bitsOf(env: Env, a: Dec): string | undefined {
  if (a.kind !== "finite" || a.negative || a.exp !== 0n || digits(a.coef) > env.prec) return undefined;
  const text = a.coef.toString();
  return /^[01]+$/.test(text) ? text : undefined;
}
/** `logical_and`, `logical_or`, `logical_xor`. */
export function logical(env: Env, a: Dec, b: Dec, combine: (x: boolean, y: boolean) => boolean): Dec {
  const [p, q] = [bitsOf(env, a), bitsOf(env, b)];
  if (p === undefined || q === undefined) return invalid(env);
  const size = Math.max(p.length, q.length);
  const [x, y] = [p.padStart(size, "0"), q.padStart(size, "0")];
  let out = "";
  for (let i = 0; i < size; i++) out += combine(x[i] === "1", y[i] === "1") ? "1" : "0";
  return finite(false, BigInt(out), 0n);
}
/** `logical_invert`: of all the digits there is room for. */
export function logicalInvert(env: Env, a: Dec): Dec {
  const text = bitsOf(env, a);
  if (text === undefined) return invalid(env);
  const ones = (tenTo(env.prec) - 1n) / 9n;
  return finite(false, ones - BigInt(text), 0n);
}

/** A shift's distance; undefined when it is no integer or too far. */
function distance(env: Env, b: Dec): bigint | undefined {
  if (isSpecial(b) || b.exp !== 0n || !isInteger(b) || b.coef > env.prec) return undefined;
  return integerPart(b);
}
/** `shift`: zeros come in. */
export function shift(env: Env, a: Dec, b: Dec): Dec {
  const nan = nanOf(env, a, b);
  if (nan !== undefined) return nan;
  const n = distance(env, b);
  if (n === undefined) return invalid(env);
  if (a.kind === "inf") return a;
  const room = tenTo(env.prec);
  const coef = a.coef % room;
  return finite(a.negative, n >= 0n ? (coef * tenTo(n)) % room : coef / tenTo(-n), a.exp);
}
/** `rotate`: what leaves at one end comes in at the other. */
export function rotate(env: Env, a: Dec, b: Dec): Dec {
  const nan = nanOf(env, a, b);
  if (nan !== undefined) return nan;
  const n = distance(env, b);
  if (n === undefined) return invalid(env);
  if (a.kind === "inf") return a;
  const coef = a.coef % tenTo(env.prec);
  const left = n >= 0n ? n : env.prec + n;
  const cut = tenTo(env.prec - left);
  return finite(a.negative, (coef % cut) * tenTo(left) + coef / cut, a.exp);
}
/** `scaleb`: the exponent moved. */
export function scaleb(env: Env, a: Dec, b: Dec): Dec {
  const nan = nanOf(env, a, b);
  if (nan !== undefined) return nan;
  const limit = 2n * (env.emax + env.prec);
  if (isSpecial(b) || b.exp !== 0n) return invalid(env);
  const n = integerPart(b);
  if (n > limit || n < -limit) return invalid(env);
  return a.kind === "inf" ? a : finish(env, { ...a, exp: a.exp + n });
}
/** `logb`: the exponent of the first digit. */
export function logb(env: Env, a: Dec): Dec {
  const nan = nanOf(env, a);
  if (nan !== undefined) return nan;
  if (a.kind === "inf") return infinity(false);
  if (a.coef === 0n) {
    env.status |= Status.DivisionByZero;
    return infinity(true);
  }
  return finish(env, fromInt(adjusted(a)));
}

// ---- neighbours ----------------------------------------------------------------------------------

function neighbour(env: Env, a: Dec, up: boolean): Dec {
  if (a.kind === "inf") {
    return a.negative === up ? finite(a.negative, tenTo(env.prec) - 1n, etop(env)) : a;
  }
  const own = within(env, { rounding: up ? "ROUND_CEILING" : "ROUND_FLOOR" });
  const fitting = finish(own, a);
  if (fitting.kind !== "finite" || order(fitting, a) !== 0) return fitting;
  const smallest = finite(false, 1n, etiny(env) - 1n);
  return up ? add(own, a, smallest) : sub(own, a, smallest);
}
/** `next_minus` and `next_plus`. */
export function next(env: Env, a: Dec, up: boolean): Dec {
  return nanOf(env, a) ?? neighbour(env, a, up);
}
/** `next_toward`. */
export function nextToward(env: Env, a: Dec, b: Dec): Dec {
  const nan = nanOf(env, a, b);
  if (nan !== undefined) return nan;
  const c = order(a, b);
  if (c === 0) return { ...a, negative: b.negative };
  const result = neighbour(env, a, c < 0);
  if (result.kind === "inf") {
    if (a.kind !== "inf") env.status |= Status.Overflow | Status.Rounded | Status.Inexact;
  } else if (result.coef === 0n || adjusted(result) < env.emin) {
    env.status |= Status.Underflow | Status.Subnormal | Status.Rounded | Status.Inexact;
    if (result.coef === 0n) env.status |= Status.Clamped;
  }
  return result;
}

// ---- classes -------------------------------------------------------------------------------------

export function isSubnormal(env: Env, a: Dec): boolean {
  return a.kind === "finite" && a.coef !== 0n && adjusted(a) < env.emin;
}
export function isNormal(env: Env, a: Dec): boolean {
  return a.kind === "finite" && a.coef !== 0n && adjusted(a) >= env.emin;
}
/** `number_class`: `+Normal`, `-Zero`, `NaN` … */
export function numberClass(env: Env, a: Dec): string {
  if (isNan(a)) return a.kind === "nan" ? "NaN" : "sNaN";
  const sign = a.negative ? "-" : "+";
  if (a.kind === "inf") return `${sign}Infinity`;
  if (a.coef === 0n) return `${sign}Zero`;
  return sign + (isSubnormal(env, a) ? "Subnormal" : "Normal");
}
/** Have both the same exponent, or are both NaNs, or both infinite? */
export function sameQuantum(a: Dec, b: Dec): boolean {
  if (isSpecial(a) || isSpecial(b)) return (isNan(a) && isNan(b)) || (a.kind === "inf" && b.kind === "inf");
  return a.exp === b.exp;
}
