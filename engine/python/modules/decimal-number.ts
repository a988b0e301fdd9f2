// Decimal numbers and how results are rounded: the data and the rules of the General Decimal Arithmetic Specification.
//
// A finite number is sign, coefficient and exponent; all three matter (`1.50` is not `1.5`). Exponents and precisions
// are bigints because the C implementation takes them to 10**18. Operations work within an `Env`, collect the
// conditions that they meet in its status, and leave it to the caller what these mean.
import { allocate, charge } from "../state.ts";

/** A decimal number. */
export interface Dec {
  readonly negative: boolean;
  readonly kind: "finite" | "inf" | "nan" | "snan";
  /** The coefficient; of a NaN its payload. */
  readonly coef: bigint;
  readonly exp: bigint;
}

/** Conditions, as bits of a status. */
export const Status = {
  Clamped: 1,
  ConversionSyntax: 2,
  DivisionByZero: 4,
  DivisionImpossible: 8,
  DivisionUndefined: 16,
  Inexact: 32,
  InvalidContext: 64,
  InvalidOperation: 128,
  Overflow: 256,
  Rounded: 512,
  Subnormal: 1024,
  Underflow: 2048,
  FloatOperation: 4096,
} as const;

export type Rounding =
  | "ROUND_UP"
  | "ROUND_DOWN"
  | "ROUND_CEILING"
  | "ROUND_FLOOR"
  | "ROUND_HALF_UP"
  | "ROUND_HALF_DOWN"
  | "ROUND_HALF_EVEN"
  | "ROUND_05UP";

/** What an operation works within, and what it met. */
export interface Env {
  readonly prec: bigint;
  readonly rounding: Rounding;
  readonly emin: bigint;
  readonly emax: bigint;
  readonly clamp: boolean;
  status: number;
}

export const MAX_PREC = 999_999_999_999_999_999n;
export const MAX_EMAX = MAX_PREC;
export const MIN_EMIN = -MAX_PREC;
export const MIN_ETINY = MIN_EMIN - MAX_PREC + 1n;

/** An environment in which nothing is rounded. */
export function exact(): Env {
  return {
    prec: MAX_PREC,
    rounding: "ROUND_HALF_EVEN",
    emin: MIN_EMIN,
    emax: MAX_EMAX,
    clamp: false,
    status: 0,
  };
}
/** The environment with other settings and a status of its own. */
export function within(env: Env, changes: Partial<Env>): Env {
  return { ...env, ...changes, status: 0 };
}

export function finite(negative: boolean, coef: bigint, exp: bigint): Dec {
  return { negative, kind: "finite", coef, exp };
}
export function infinity(negative: boolean): Dec {
  return { negative, kind: "inf", coef: 0n, exp: 0n };
}
export const QUIET_NAN: Dec = { negative: false, kind: "nan", coef: 0n, exp: 0n };
export const ZERO = finite(false, 0n, 0n);
export const ONE = finite(false, 1n, 0n);
export function fromInt(value: bigint): Dec {
  return finite(value < 0n, value < 0n ? -value : value, 0n);
}

/** The lesser of two. */
export function least(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}
export const isNan = (a: Dec): boolean => a.kind === "nan" || a.kind === "snan";
export const isZero = (a: Dec): boolean => a.kind === "finite" && a.coef === 0n;
export const isSpecial = (a: Dec): boolean => a.kind !== "finite";

/** Number of decimal digits; 1 for zero. */
export function digits(value: bigint): bigint {
  if (value < 10n) return 1n;
  if (value <= 9007199254740991n) return BigInt(String(value).length);
  // The length in hexadecimal is linear work; it misses by at most one.
  const bits = value.toString(16).length * 4;
  if (bits < 2000) return BigInt(value.toString().length);
  let guess = BigInt(Math.floor((bits - 4) * Math.LOG10E * Math.LN2));
  while (value >= tenTo(guess)) guess += 1n;
  return guess;
}

const powers: bigint[] = [1n];
/** `10**n`; asks for the memory first. */
export function tenTo(n: bigint): bigint {
  if (n < 400n) {
    for (let i = powers.length; i <= Number(n); i++) powers.push((powers[i - 1] as bigint) * 10n);
    return powers[Number(n)] as bigint;
  }
  const size = Number(n);
  allocate(size > 2 ** 31 ? Number.POSITIVE_INFINITY : size / 2);
  charge(Math.ceil((size / 64) * Math.log2(size)));
  return 10n ** n;
}
/** Work on coefficients of so many digits. */
export function chargeDigits(a: bigint, b = a): void {
  const [x, y] = [a.toString(16).length, b.toString(16).length];
  if (x + y > 200) {
    allocate(x + y);
    charge(Math.ceil((x * y) / 16384));
  }
}

/** Exponent of the first digit. */
export function adjusted(a: Dec): bigint {
  return a.exp + digits(a.coef) - 1n;
}
export const etiny = (env: Env): bigint => env.emin - env.prec + 1n;
export const etop = (env: Env): bigint => env.emax - env.prec + 1n;

/**
 * Should the part that is kept grow by one? `half` compares what is dropped with half a unit: below zero for less.
 */
function roundsUp(rounding: Rounding, negative: boolean, kept: bigint, half: number): boolean {
  switch (rounding) {
    case "ROUND_UP":
      return true;
    case "ROUND_DOWN":
      return false;
    case "ROUND_CEILING":
      return !negative;
    case "ROUND_FLOOR":
      return negative;
    case "ROUND_HALF_UP":
      return half >= 0;
    case "ROUND_HALF_DOWN":
      return half > 0;
    case "ROUND_HALF_EVEN":
      return half > 0 || (half === 0 && kept % 2n === 1n);
    case "ROUND_05UP":
      return kept % 5n === 0n;
  }
}

/** The coefficient without its last `drop` digits, rounded, and whether anything but zeros was dropped. */
export function dropDigits(
  coef: bigint,
  drop: bigint,
  rounding: Rounding,
  negative: boolean,
): { coef: bigint; inexact: boolean } {
  if (drop <= 0n) return { coef, inexact: false };
  // Beyond its first digit a number is less than half a unit.
  const unit = tenTo(drop > digits(coef) + 1n ? digits(coef) + 1n : drop);
  chargeDigits(coef);
  const kept = coef / unit;
  const rest = coef - kept * unit;
  if (rest === 0n) return { coef: kept, inexact: false };
  const twice = 2n * rest;
  const half = twice > unit ? 1 : twice < unit ? -1 : 0;
  return { coef: roundsUp(rounding, negative, kept, half) ? kept + 1n : kept, inexact: true };
}

function overflow(env: Env, negative: boolean): Dec {
  env.status |= Status.Overflow | Status.Inexact | Status.Rounded;
  const { rounding } = env;
  const toInfinity =
    rounding === "ROUND_UP" ||
    rounding.startsWith("ROUND_HALF") ||
    (rounding === "ROUND_CEILING" && !negative) ||
    (rounding === "ROUND_FLOOR" && negative);
  if (toInfinity) return infinity(negative);
  return finite(negative, tenTo(env.prec) - 1n, etop(env));
}

/** The number as the environment can hold it. */
export function finish(env: Env, a: Dec): Dec {
  if (a.kind === "inf") return a;
  if (a.kind !== "finite") return payload(env, a);
  const { negative, coef, exp } = a;
  const tiny = etiny(env);
  const top = etop(env);
  if (coef === 0n) {
    const most = env.clamp ? top : env.emax;
    const raised = -least(-exp, -tiny);
    const fitting = least(raised, most);
    if (fitting === exp) return a;
    env.status |= Status.Clamped;
    return finite(negative, 0n, fitting);
  }
  const size = digits(coef);
  let lowest = size + exp - env.prec;
  if (lowest > top) return overflow(env, negative);
  const subnormal = lowest < tiny;
  if (subnormal) lowest = tiny;
  if (exp < lowest) {
    const rounded = dropDigits(coef, lowest - exp, env.rounding, negative);
    let kept = rounded.coef;
    if (digits(kept) > env.prec) {
      kept /= 10n;
      lowest += 1n;
    }
    env.status |= Status.Rounded;
    if (rounded.inexact) env.status |= Status.Inexact;
    if (lowest > top) return overflow(env, negative);
    if (subnormal) env.status |= Status.Subnormal;
    if (subnormal && rounded.inexact) env.status |= Status.Underflow;
    if (kept === 0n) env.status |= Status.Clamped;
    return finite(negative, kept, lowest);
  }
  if (subnormal) env.status |= Status.Subnormal;
  if (env.clamp && exp > top) {
    env.status |= Status.Clamped;
    return finite(negative, coef * tenTo(exp - top), top);
  }
  return a;
}

/** A NaN whose payload fits. */
function payload(env: Env, a: Dec): Dec {
  const room = env.prec - (env.clamp ? 1n : 0n);
  if (a.coef === 0n || digits(a.coef) <= room) return a;
  return { ...a, coef: a.coef % tenTo(room) };
}

/** An operation that has no answer. */
export function invalid(env: Env, status: number = Status.InvalidOperation): Dec {
  env.status |= status;
  return QUIET_NAN;
}

/** The NaN that an operation on these gives; undefined when none of them is one. */
export function nanOf(env: Env, ...operands: readonly Dec[]): Dec | undefined {
  const signaling = operands.find((a) => a.kind === "snan");
  const chosen = signaling ?? operands.find((a) => a.kind === "nan");
  if (chosen === undefined) return undefined;
  if (signaling !== undefined) env.status |= Status.InvalidOperation;
  return payload(env, { ...chosen, kind: "nan" });
}

// ---- text ----------------------------------------------------------------------------------------

/** Scientific notation, or engineering where exponents are multiples of three. */
export function toText(a: Dec, engineering = false, capitals = true): string {
  const sign = a.negative ? "-" : "";
  if (a.kind === "inf") return `${sign}Infinity`;
  if (a.kind !== "finite") {
    const name = a.kind === "nan" ? "NaN" : "sNaN";
    return sign + name + (a.coef === 0n ? "" : String(a.coef));
  }
  chargeDigits(a.coef);
  const text = a.coef.toString();
  const size = BigInt(text.length);
  const left = a.exp + size;
  let dot: bigint;
  if (a.exp <= 0n && left > -6n) dot = left;
  else if (!engineering) dot = 1n;
  else {
    const third = (n: bigint): bigint => ((n % 3n) + 3n) % 3n;
    dot = text === "0" ? third(left + 1n) - 1n : third(left - 1n) + 1n;
  }
  let shown: string;
  if (dot <= 0n) shown = `0.${"0".repeat(Number(-dot))}${text}`;
  else if (dot >= size) shown = text + "0".repeat(Number(dot - size));
  else shown = `${text.slice(0, Number(dot))}.${text.slice(Number(dot))}`;
  if (left === dot) return sign + shown;
  const power = left - dot;
  return `${sign}${shown}${capitals ? "E" : "e"}${power < 0n ? "" : "+"}${power}`;
}

const NUMBER = /^([+-]?)(?:(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?|(inf(?:inity)?)|(s?)nan(\d*))$/i;

/** Reads a number; undefined for what is none. */
export function fromText(text: string): Dec | undefined {
  const [match, sign, whole = "", fraction = "", exponent = "0", inf, signaling = "", rest] =
    NUMBER.exec(text) ?? [];
  if (match === undefined) return undefined;
  const negative = sign === "-";
  if (inf !== undefined) return infinity(negative);
  charge(text.length >> 3);
  if (rest !== undefined) {
    return { negative, kind: signaling === "" ? "nan" : "snan", coef: BigInt(rest || "0"), exp: 0n };
  }
  if (whole === "" && fraction === "") return undefined;
  // Exponents of thousands of digits are as good as very large ones.
  const power =
    exponent.length > 40 ? (exponent.startsWith("-") ? -(10n ** 30n) : 10n ** 30n) : BigInt(exponent);
  return finite(negative, BigInt(whole + fraction), power - BigInt(fraction.length));
}
