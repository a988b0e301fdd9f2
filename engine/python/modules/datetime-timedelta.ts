// `datetime.timedelta`: days, seconds and microseconds, normalised; arithmetic exact to the microsecond.
import { adopt } from "../classes.ts";
import { type Comparison, comparisons, type OrderTest } from "../comparisons.ts";
import { overflowError, typeError, valueError, zeroDivision } from "../exceptions.ts";
import { defineAttributes, defineMethods, method0 } from "../function.ts";
import { hashTuple } from "../hash.ts";
import { type Int, narrow, toDouble, trueDivInt } from "../integer.ts";
import {
  asInt,
  makeType,
  NotImplemented,
  PyFloat,
  PyObject,
  type PyType,
  type PyValue,
  typeName,
} from "../object.ts";
import { truncate } from "../real.ts";
import { PyTuple, tuple } from "../sequence.ts";
import { defineParsedConstructor } from "../types/construct.ts";
import { anything, parseArguments } from "./parsed-arguments.ts";

/** A `timedelta`: 0 <= seconds < 86400, 0 <= microseconds < 1000000. */
export class PyTimedelta extends PyObject {
  readonly days: number;
  readonly seconds: number;
  readonly microseconds: number;
  constructor(days: number, seconds: number, microseconds: number) {
    super();
    this.days = days;
    this.seconds = seconds;
    this.microseconds = microseconds;
  }
}
export const timedeltaType = makeType("datetime.timedelta", {
  of: PyTimedelta,
  doc: "Difference between two datetime values.\n\ntimedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)\n\nAll arguments are optional and default to 0.\nArguments may be integers or floats, and may be positive or negative.",
});

const MAX_DAYS = 999999999;
const US_PER_SECOND = 1000000n;
const US_PER_DAY = 86400000000n;

/** A timedelta of parts of any size; OverflowError where it has too many days. */
export function timedelta(days: number, seconds: number, microseconds: number): PyTimedelta {
  let [d, s, us] = [days, seconds, microseconds];
  if (us < 0 || us >= 1000000) {
    const carry = Math.floor(us / 1000000);
    us -= carry * 1000000;
    s += carry;
  }
  if (s < 0 || s >= 86400) {
    const carry = Math.floor(s / 86400);
    s -= carry * 86400;
    d += carry;
  }
  if (d < -MAX_DAYS || d > MAX_DAYS) throw overflowError(`days=${d}; must have magnitude <= ${MAX_DAYS}`);
  return new PyTimedelta(d, s, us);
}

/** All of it in microseconds. */
export function totalMicroseconds(delta: PyTimedelta): bigint {
  return (BigInt(delta.days) * 86400n + BigInt(delta.seconds)) * US_PER_SECOND + BigInt(delta.microseconds);
}
function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}
/** The timedelta of so many microseconds. */
export function fromMicroseconds(microseconds: bigint): PyTimedelta {
  const days = floorDivide(microseconds, US_PER_DAY);
  const rest = Number(microseconds - days * US_PER_DAY);
  if (BigInt.asIntN(32, days) !== days) throw overflowError("Python int too large to convert to C int");
  const seconds = Math.floor(rest / 1000000);
  return timedelta(Number(days), seconds, rest - seconds * 1000000);
}

/** -1, 0 or 1. */
export function compareTimedeltas(a: PyTimedelta, b: PyTimedelta): number {
  return Math.sign(a.days - b.days || a.seconds - b.seconds || a.microseconds - b.microseconds);
}
export function addTimedeltas(a: PyTimedelta, b: PyTimedelta): PyTimedelta {
  return timedelta(a.days + b.days, a.seconds + b.seconds, a.microseconds + b.microseconds);
}
export function subtractTimedeltas(a: PyTimedelta, b: PyTimedelta): PyTimedelta {
  return timedelta(a.days - b.days, a.seconds - b.seconds, a.microseconds - b.microseconds);
}
export function negated(delta: PyTimedelta): PyTimedelta {
  return timedelta(-delta.days, -delta.seconds, -delta.microseconds);
}
/** Hash of a timedelta by its parts; aware datetimes and times hash as one. */
export function hashTimedelta(delta: PyTimedelta): Int {
  return hashTuple([delta.days, delta.seconds, delta.microseconds]);
}
/** `total_seconds()`. */
export function totalSeconds(delta: PyTimedelta): number {
  return trueDivInt(narrow(totalMicroseconds(delta)), 1000000);
}

// ---- construction --------------------------------------------------------------------------------

/** In the order in which CPython adds them up, with the microseconds of one. */
const UNITS: readonly (readonly [name: string, at: number, microseconds: bigint])[] = [
  ["microseconds", 2, 1n],
  ["milliseconds", 3, 1000n],
  ["seconds", 1, US_PER_SECOND],
  ["minutes", 4, 60n * US_PER_SECOND],
  ["hours", 5, 3600n * US_PER_SECOND],
  ["days", 0, US_PER_DAY],
  ["weeks", 6, 7n * US_PER_DAY],
];

/** C's `round`: half away from zero. */
function roundAway(value: number): number {
  const floor = Math.floor(Math.abs(value));
  return Math.sign(value) * (Math.abs(value) - floor >= 0.5 ? floor + 1 : floor);
}

function sumOf(given: readonly (PyValue | undefined)[]): bigint {
  let sum = 0n;
  // What fractions leave below a microsecond.
  let leftover = 0;
  for (const [name, at, factor] of UNITS) {
    const value = given[at];
    if (value === undefined) continue;
    const int = asInt(value);
    if (int !== undefined) sum += BigInt(int) * factor;
    else if (value instanceof PyFloat) {
      const whole = truncate(value.value);
      sum += BigInt(whole) * factor;
      const part = Number(factor) * (value.value - toDouble(whole));
      const wholePart = Math.trunc(part);
      sum += BigInt(wholePart);
      leftover += part - wholePart;
    } else throw typeError(`unsupported type for timedelta ${name} component: ${typeName(value)}`);
  }
  if (leftover === 0) return sum;
  let rounded = roundAway(leftover);
  if (Math.abs(rounded - leftover) === 0.5) {
    const odd = (sum & 1n) === 1n ? 1 : 0;
    rounded = 2 * roundAway((leftover + odd) * 0.5) - odd;
  }
  return sum + BigInt(rounded);
}

const parameters = {
  name: "__new__",
  names: ["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"],
  converters: Array.from({ length: 7 }, () => anything),
  required: 0,
};
defineParsedConstructor(
  timedeltaType,
  (args, kw) => parseArguments(parameters, args, kw),
  (cls: PyType, ...given: (PyValue | undefined)[]) => adopt(fromMicroseconds(sumOf(given)), cls),
);

// ---- arithmetic ----------------------------------------------------------------------------------

type Operation = (a: PyValue, b: PyValue) => PyValue;
const isDelta = (value: PyValue): value is PyTimedelta => value instanceof PyTimedelta;

/** Quotient of two integers, half to even. */
function divideNearest(a: bigint, b: bigint): bigint {
  if (b === 0n) throw zeroDivision("integer division or modulo by zero");
  const quotient = floorDivide(a, b);
  const twice = 2n * (a - quotient * b);
  const more = b > 0n ? twice > b : twice < b;
  return more || (twice === b && (quotient & 1n) === 1n) ? quotient + 1n : quotient;
}
/** Numerator and denominator of a float; a derived class may have its own idea of them. */
function ratio(value: PyFloat): [bigint, bigint] {
  const pair = method0(value, "as_integer_ratio");
  if (!(pair instanceof PyTuple)) {
    throw typeError(
      `unexpected return type from as_integer_ratio(): expected tuple, got '${typeName(pair)}'`,
    );
  }
  if (pair.items.length !== 2) throw valueError("as_integer_ratio() must return a 2-tuple");
  const [numerator, denominator] = pair.items.map(asInt);
  if (numerator === undefined || denominator === undefined)
    throw typeError("non-integer arguments in division");
  return [BigInt(numerator), BigInt(denominator)];
}

function multiply(a: PyValue, b: PyValue): PyValue {
  const [delta, factor] = isDelta(a) ? [a, b] : [b as PyTimedelta, a];
  const int = asInt(factor);
  if (int !== undefined) return fromMicroseconds(totalMicroseconds(delta) * BigInt(int));
  if (!(factor instanceof PyFloat)) return NotImplemented;
  const [numerator, denominator] = ratio(factor);
  return fromMicroseconds(divideNearest(totalMicroseconds(delta) * numerator, denominator));
}
function nonZero(value: bigint, complaint: string): bigint {
  if (value === 0n) throw zeroDivision(complaint);
  return value;
}
const DIVISION = "integer division or modulo by zero";
const operations: { readonly [name: string]: Operation } = {
  add: (a, b) => (isDelta(a) && isDelta(b) ? addTimedeltas(a, b) : NotImplemented),
  sub: (a, b) => (isDelta(a) && isDelta(b) ? subtractTimedeltas(a, b) : NotImplemented),
  mul: multiply,
  floordiv: (a, b) => {
    if (!isDelta(a)) return NotImplemented;
    if (isDelta(b)) return narrow(floorDivide(totalMicroseconds(a), nonZero(totalMicroseconds(b), DIVISION)));
    const int = asInt(b);
    if (int === undefined) return NotImplemented;
    return fromMicroseconds(floorDivide(totalMicroseconds(a), nonZero(BigInt(int), DIVISION)));
  },
  truediv: (a, b) => {
    if (!isDelta(a)) return NotImplemented;
    if (isDelta(b)) {
      const divisor = nonZero(totalMicroseconds(b), "division by zero");
      return new PyFloat(trueDivInt(narrow(totalMicroseconds(a)), narrow(divisor)));
    }
    const int = asInt(b);
    if (int !== undefined) return fromMicroseconds(divideNearest(totalMicroseconds(a), BigInt(int)));
    if (!(b instanceof PyFloat)) return NotImplemented;
    const [numerator, denominator] = ratio(b);
    return fromMicroseconds(divideNearest(totalMicroseconds(a) * denominator, numerator));
  },
  mod: (a, b) => {
    if (!isDelta(a) || !isDelta(b)) return NotImplemented;
    const divisor = nonZero(totalMicroseconds(b), "integer modulo by zero");
    const whole = totalMicroseconds(a);
    return fromMicroseconds(whole - floorDivide(whole, divisor) * divisor);
  },
  divmod: (a, b) => {
    if (!isDelta(a) || !isDelta(b)) return NotImplemented;
    const divisor = nonZero(totalMicroseconds(b), DIVISION);
    const whole = totalMicroseconds(a);
    const quotient = floorDivide(whole, divisor);
    return tuple([narrow(quotient), fromMicroseconds(whole - quotient * divisor)]);
  },
};
for (const [name, operate] of Object.entries(operations)) {
  defineMethods(timedeltaType, {
    [`__${name}__(value, /)`]: (self: PyValue, other: PyValue) => operate(self, other),
    [`__r${name}__(value, /)`]: (self: PyValue, other: PyValue) => operate(other, self),
  });
}

/** Defines the six comparisons; `compare` gets the name, and what the order of the two means for it. */
export function defineComparisons<T extends PyObject>(
  type: PyType,
  compare: (self: T, other: PyValue, name: Comparison, test: OrderTest) => PyValue,
): void {
  defineMethods(
    type,
    comparisons((test, name) => (self: T, other: PyValue) => compare(self, other, name, test)),
  );
}
defineComparisons<PyTimedelta>(timedeltaType, (self, other, _name, test) =>
  isDelta(other) ? test(compareTimedeltas(self, other)) : NotImplemented,
);

// ---- the rest ------------------------------------------------------------------------------------

/** At least so many digits. */
export function digits(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

function show(delta: PyTimedelta): string {
  const { days, seconds, microseconds } = delta;
  const clock = `${Math.floor(seconds / 3600)}:${digits(Math.floor(seconds / 60) % 60, 2)}:${digits(seconds % 60, 2)}`;
  const fraction = microseconds === 0 ? "" : `.${digits(microseconds, 6)}`;
  return `${days === 0 ? "" : `${days} day${Math.abs(days) === 1 ? "" : "s"}, `}${clock}${fraction}`;
}

defineMethods(timedeltaType, {
  "__neg__()": negated,
  "__pos__()": (self: PyTimedelta) => timedelta(self.days, self.seconds, self.microseconds),
  "__abs__()": (self: PyTimedelta) =>
    self.days < 0 ? negated(self) : timedelta(self.days, self.seconds, self.microseconds),
  "__bool__()": (self: PyTimedelta) => self.days !== 0 || self.seconds !== 0 || self.microseconds !== 0,
  "__hash__()": hashTimedelta,
  "__str__()": show,
  "__repr__()": (self: PyTimedelta) => {
    const parts = [
      ["days", self.days],
      ["seconds", self.seconds],
      ["microseconds", self.microseconds],
    ].flatMap(([name, value]) => (value === 0 ? [] : [`${name}=${value}`]));
    return `${typeName(self)}(${parts.length === 0 ? "0" : parts.join(", ")})`;
  },
  "total_seconds()": (self: PyTimedelta) => new PyFloat(totalSeconds(self)),
});
defineAttributes<PyTimedelta>(timedeltaType, {
  days: (self) => self.days,
  seconds: (self) => self.seconds,
  microseconds: (self) => self.microseconds,
});
timedeltaType.dict.set("min", new PyTimedelta(-MAX_DAYS, 0, 0));
timedeltaType.dict.set("max", new PyTimedelta(MAX_DAYS, 86399, 999999));
timedeltaType.dict.set("resolution", new PyTimedelta(0, 0, 1));
