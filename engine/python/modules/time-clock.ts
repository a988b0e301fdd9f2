// Timestamps as C's `time_t` takes them, and the clocks of an evaluation.
//
// An evaluation's clock stands still, so that a run can be repeated exactly; `time.sleep` alone moves it on, without
// waiting. What measures time spent (`monotonic`, `perf_counter`) counts steps instead: 100 nanoseconds each.
import { OSError, overflowError, PyException, raise, valueError } from "../exceptions.ts";
import { addInt, floorDivInt, fromDouble, type Int, modInt, subInt } from "../integer.ts";
import { PyFloat, type PyValue } from "../object.ts";
import { index } from "../operators.ts";
import { charge, S } from "../state.ts";
import { EPOCH_ORDINAL, fromOrdinal } from "./datetime-calendar.ts";

const MAX_TIME_T = 2 ** 63;
/** A timestamp's whole seconds and the rest as a fraction, as C's time_t takes it. */
function seconds(value: PyValue): { whole: Int; fraction: number } {
  const out = () => overflowError("timestamp out of range for platform time_t");
  if (value instanceof PyFloat) {
    if (Number.isNaN(value.value)) throw valueError("Invalid value NaN (not a number)");
    const whole = Math.trunc(value.value);
    if (!(whole >= -MAX_TIME_T && whole < MAX_TIME_T)) throw out();
    return { whole: fromDouble(whole), fraction: value.value - whole };
  }
  const int = index(value);
  if (typeof int === "bigint" && BigInt.asIntN(64, int) !== int) throw out();
  return { whole: int, fraction: 0 };
}
/** Nearest integer, half to even. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
/** Whole seconds and microseconds of a timestamp, rounded half to even. */
export function splitTimestamp(value: PyValue): [seconds: Int, microseconds: number] {
  const { whole, fraction } = seconds(value);
  const us = roundHalfEven(fraction * 1e6);
  if (us >= 1000000) return [addInt(whole, 1), us - 1000000];
  return us < 0 ? [subInt(whole, 1), us + 1000000] : [whole, us];
}
/** Whole seconds of a timestamp, rounded down. */
export function floorTimestamp(value: PyValue): Int {
  const { whole, fraction } = seconds(value);
  return fraction < 0 ? subInt(whole, 1) : whole;
}

/** Year, month, day, hour, minute, second of a POSIX time; OSError where C has no year for it. */
export function brokenDown(time: Int): [number, number, number, number, number, number] {
  const days = Number(floorDivInt(time, 86400));
  const rest = Number(modInt(time, 86400));
  const [year, month, day] = fromOrdinal(days + EPOCH_ORDINAL);
  if (year - 1900 > 0x7fffffff || year - 1900 < -0x80000000)
    throw raise(new PyException(OSError, [75, "Value too large for defined data type"]));
  return [year, month, day, Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60];
}
/** The evaluation's clock, whole seconds and microseconds. */
export function clockNow(): [seconds: number, microseconds: number] {
  const whole = Math.floor(S.now / 1000);
  return [whole, Math.floor((S.now - whole * 1000) * 1000)];
}

/** The evaluation's clock in nanoseconds. */
export function clockNanoseconds(): bigint {
  const [whole, us] = clockNow();
  return BigInt(whole) * 1000000000n + BigInt(us) * 1000n;
}

const NANOSECONDS_PER_STEP = 100;
/** CPU time, nanoseconds: what the steps stand for. */
export function processNanoseconds(): bigint {
  return BigInt(S.steps) * BigInt(NANOSECONDS_PER_STEP);
}
/** Time since the start, nanoseconds: that of the steps and that slept. */
export function monotonicNanoseconds(): bigint {
  return processNanoseconds() + BigInt(Math.round(S.slept * 1e6));
}

/**
 * `time.sleep`: the clock goes on and nothing waits. Each millisecond is a step, so that the step limit bounds how far
 * an expression can sleep.
 */
export function sleep(duration: PyValue): void {
  const { whole, fraction } = seconds(duration);
  if (whole < 0 || fraction < 0) throw valueError("sleep length must be non-negative");
  const milliseconds = Number(whole) * 1000 + Math.ceil(fraction * 1e9) / 1e6;
  charge(Math.ceil(milliseconds));
  S.slept += milliseconds;
  S.now += milliseconds;
}
