// `slice` objects, and where they fall on a sequence.
import { AttributeError, pyError, typeError, valueError } from "../exceptions.ts";
import { defineMembers, defineMethods } from "../function.ts";
import { hashTuple } from "../hash.ts";
import { addInt, type Int, subInt } from "../integer.ts";
import { asInt, makeType, NotImplemented, PyObject, type PyType, type PyValue, typeOf } from "../object.ts";
import { ge, gt, index, le, lt, same } from "../operators.ts";
import { repr } from "../representation.ts";
import { PyTuple } from "../sequence.ts";
import { defineConstructor } from "./construct.ts";

/** A `slice`. */
export class PySlice extends PyObject {
  readonly start: PyValue;
  readonly stop: PyValue;
  readonly step: PyValue;
  constructor(start: PyValue, stop: PyValue, step: PyValue) {
    super();
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}
export const sliceType = makeType("slice", { of: PySlice, subclassable: false });

function bound(value: PyValue, fallback: number, length: number, low: number, high: number): number {
  if (value === null) return fallback;
  const at = sliceIndex(value);
  if (typeof at === "bigint") return at < 0n ? low : high;
  if (at < 0) return Math.max(at + length, low);
  return Math.min(at, high);
}

function sliceIndex(value: PyValue): Int {
  const int = asInt(value);
  if (int !== undefined) return int;
  if (typeOf(value).lookup("__index__") === undefined) {
    throw typeError("slice indices must be integers or None or have an __index__ method");
  }
  return index(value);
}

/** The positions that `slice` takes of a sequence of `length` items: `start`, `step` apart, `count` of them. */
export function sliceIndices(
  slice: PySlice,
  length: number,
): { start: number; stop: number; step: number; count: number } {
  let step = 1;
  if (slice.step !== null) {
    const given = sliceIndex(slice.step);
    if (given === 0) throw valueError("slice step cannot be zero");
    step =
      typeof given === "bigint" ? (given < 0n ? -Number.MAX_SAFE_INTEGER : Number.MAX_SAFE_INTEGER) : given;
  }
  const [low, high] = step < 0 ? [-1, length - 1] : [0, length];
  const start = bound(slice.start, step < 0 ? high : low, length, low, high);
  const stop = bound(slice.stop, step < 0 ? low : high, length, low, high);
  const span = step < 0 ? start - stop : stop - start;
  const count = span > 0 ? Math.floor((span - 1) / Math.abs(step)) + 1 : 0;
  return { start, stop, step, count };
}

/** The same of a sequence of any length, every number exact: what `indices` answers, and a range is cut by. */
export function longSliceIndices(slice: PySlice, length: Int): { start: Int; stop: Int; step: Int } {
  const step = slice.step === null ? 1 : sliceIndex(slice.step);
  if (step === 0) throw valueError("slice step cannot be zero");
  const [low, high] = step < 0 ? [-1, subInt(length, 1)] : [0, length];
  const bounded = (value: PyValue, fallback: Int): Int => {
    if (value === null) return fallback;
    const given = sliceIndex(value);
    const at = given < 0 ? addInt(given, length) : given;
    // biome-ignore lint/complexity/useMathMinMax: they may be bigints.
    return given < 0 ? (at < low ? low : at) : at > high ? high : at;
  };
  return {
    start: bounded(slice.start, step < 0 ? high : low),
    stop: bounded(slice.stop, step < 0 ? low : high),
    step,
  };
}

/** Where `index(value, start, stop)` of a list or tuple searches: bounds that unlike a slice's cannot be None. */
export function searchBounds(
  start: PyValue | undefined,
  stop: PyValue | undefined,
  length: number,
): { start: number; stop: number } {
  for (const given of [start, stop]) {
    if (given !== undefined && asInt(given) === undefined && typeOf(given).lookup("__index__") === undefined)
      throw typeError("slice indices must be integers or have an __index__ method");
  }
  return sliceIndices(new PySlice(start ?? null, stop ?? null, null), length);
}

/** The items of an array that `slice` takes. */
export function sliceArray<T>(items: readonly T[], slice: PySlice): T[] {
  const { start, step, count } = sliceIndices(slice, items.length);
  if (step === 1) return items.slice(start, start + count);
  const out: T[] = [];
  for (let i = 0, at = start; i < count; i++, at += step) out.push(items[at] as T);
  return out;
}

const parts = (slice: PySlice) => new PyTuple([slice.start, slice.stop, slice.step]);
const compare =
  (order: (a: PyValue, b: PyValue) => PyValue) =>
  (self: PySlice, other: PyValue): PyValue =>
    other instanceof PySlice ? order(parts(self), parts(other)) : NotImplemented;

defineConstructor(
  sliceType,
  "(start, stop=None, step=None, /)",
  (_cls: PyType, start: PyValue, stop?: PyValue, step: PyValue = null) =>
    stop === undefined ? new PySlice(null, start, null) : new PySlice(start, stop, step),
);
defineMethods(sliceType, {
  "__repr__()": (self: PySlice) => `slice(${repr(self.start)}, ${repr(self.stop)}, ${repr(self.step)})`,
  "__eq__(value, /)": (self: PySlice, other: PyValue) =>
    other instanceof PySlice
      ? same(self.start, other.start) && same(self.stop, other.stop) && same(self.step, other.step)
      : NotImplemented,
  "__lt__(value, /)": compare(lt),
  "__le__(value, /)": compare(le),
  "__gt__(value, /)": compare(gt),
  "__ge__(value, /)": compare(ge),
  "__hash__()": (self: PySlice) => hashTuple([self.start, self.stop, self.step]),
  "indices(object, /)": (self: PySlice, length: PyValue) => {
    const n = index(length);
    if (n < 0) throw valueError("length should not be negative");
    const { start, stop, step } = longSliceIndices(self, n);
    return new PyTuple([start, stop, step]);
  },
});
const readonly = (): never => {
  throw pyError(AttributeError, "readonly attribute");
};
defineMembers<PySlice>(sliceType, {
  start: [(self) => self.start, readonly],
  stop: [(self) => self.stop, readonly],
  step: [(self) => self.step, readonly],
});
