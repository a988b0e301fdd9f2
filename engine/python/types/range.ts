// `range`.
import { indexError, overflowError, typeError, valueError } from "../exceptions.ts";
import { defineMembers, defineMethods } from "../function.ts";
import { hashTuple } from "../hash.ts";
import { addInt, floorDivInt, type Int, modInt, mulInt, negInt, subInt } from "../integer.ts";
import { iteratorType, PyIterator } from "../iterator.ts";
import {
  asInt,
  makeType,
  NotImplemented,
  PyObject,
  type PyType,
  type PyValue,
  typeName,
  typeOf,
} from "../object.ts";
import { index, same } from "../operators.ts";
import { repr } from "../representation.ts";
import { charge } from "../state.ts";
import { defineConstructor } from "./construct.ts";
import { longSliceIndices, PySlice } from "./slice.ts";

/** A `range`. */
export class PyRange extends PyObject {
  readonly start: Int;
  readonly stop: Int;
  readonly step: Int;
  readonly count: Int;
  constructor(start: Int, stop: Int, step: Int) {
    super();
    this.start = start;
    this.stop = stop;
    this.step = step;
    const span = step > 0 ? subInt(stop, start) : subInt(start, stop);
    this.count = span > 0 ? addInt(floorDivInt(subInt(span, 1), step > 0 ? step : negInt(step)), 1) : 0;
  }
  at(i: Int): Int {
    return addInt(this.start, mulInt(i, this.step));
  }
}
export const rangeType = makeType("range", { of: PyRange, subclassable: false });

const MAX_SIZE = 2n ** 63n - 1n;

/** Over a range whose numbers are all safe. */
class RangeIterator extends PyIterator {
  private value: number;
  private readonly step: number;
  private left: number;
  constructor(start: number, step: number, count: number) {
    super();
    this.value = start;
    this.step = step;
    this.left = count;
  }
  next(): PyValue | undefined {
    if (this.left <= 0) return undefined;
    this.left -= 1;
    const value = this.value;
    this.value = value + this.step;
    return value;
  }
  get remaining(): number {
    return this.left;
  }
  seek(at: Int): void {
    const skipped = Math.max(0, Math.min(Number(at), this.left));
    this.value += skipped * this.step;
    this.left -= skipped;
  }
}
iteratorType("range_iterator", RangeIterator);
/** Over any range. */
class LongRangeIterator extends PyIterator {
  private readonly range: PyRange;
  private i: Int = 0;
  constructor(range: PyRange) {
    super();
    this.range = range;
  }
  next(): PyValue | undefined {
    if (this.i >= this.range.count) return undefined;
    const value = this.range.at(this.i);
    this.i = addInt(this.i, 1);
    return value;
  }
  get left(): Int {
    return subInt(this.range.count, this.i);
  }
  seek(at: Int): void {
    this.i = at > this.range.count ? this.range.count : at < 0 ? 0 : at;
  }
}
defineMethods(iteratorType("longrange_iterator", LongRangeIterator), {
  "__length_hint__()": (self: LongRangeIterator) => self.left,
});

function iterate(range: PyRange): PyIterator {
  const last = range.count === 0 ? range.start : range.at(range.count);
  if (
    typeof range.start === "number" &&
    typeof range.step === "number" &&
    typeof range.count === "number" &&
    typeof last === "number"
  ) {
    return new RangeIterator(range.start, range.step, range.count);
  }
  return new LongRangeIterator(range);
}
function position(self: PyRange, value: PyValue): Int | undefined {
  const n = asInt(value);
  if (n === undefined) return undefined;
  const offset = subInt(n, self.start);
  if (modInt(offset, self.step) !== 0) return undefined;
  const i = floorDivInt(offset, self.step);
  return i >= 0 && i < self.count ? i : undefined;
}
const key = (self: PyRange): [PyValue, PyValue, PyValue] =>
  self.count === 0
    ? [0, null, null]
    : self.count === 1
      ? [1, self.start, null]
      : [self.count, self.start, self.step];

defineConstructor(
  rangeType,
  "(start, stop=None, step=1, /)",
  (_cls: PyType, start: PyValue, stop?: PyValue, step?: PyValue) => {
    if (stop === undefined) return new PyRange(0, index(start), 1);
    const [from, to, by] = [index(start), index(stop), step === undefined ? 1 : index(step)];
    if (by === 0) throw valueError("range() arg 3 must not be zero");
    return new PyRange(from, to, by);
  },
);
defineMethods(rangeType, {
  "__len__()": (self: PyRange) => {
    if (self.count > MAX_SIZE) throw overflowError("Python int too large to convert to C ssize_t");
    return self.count;
  },
  "__bool__()": (self: PyRange) => self.count > 0,
  "__iter__()": iterate,
  "__reversed__()": (self: PyRange) =>
    iterate(
      new PyRange(
        self.count === 0 ? self.start : self.at(subInt(self.count, 1)),
        self.count === 0 ? self.start : subInt(self.start, self.step),
        negInt(self.step),
      ),
    ),
  "__repr__()": (self: PyRange) =>
    self.step === 1
      ? `range(${self.start}, ${self.stop})`
      : `range(${self.start}, ${self.stop}, ${self.step})`,
  "__contains__(key, /)": (self: PyRange, value: PyValue) => {
    if (asInt(value) !== undefined) return position(self, value) !== undefined;
    const it = iterate(self);
    for (let v = it.next(); v !== undefined; v = it.next()) {
      charge(1);
      if (same(v, value)) return true;
    }
    return false;
  },
  "__getitem__(key, /)": (self: PyRange, at: PyValue) => {
    if (at instanceof PySlice) {
      const { start, stop, step } = longSliceIndices(at, self.count);
      return new PyRange(self.at(start), self.at(stop), mulInt(self.step, step));
    }
    if (asInt(at) === undefined && typeOf(at).lookup("__index__") === undefined) {
      throw typeError(`range indices must be integers or slices, not ${typeName(at)}`);
    }
    let i = index(at);
    if (i < 0) i = addInt(i, self.count);
    if (i < 0 || i >= self.count) throw indexError("range object index out of range");
    return self.at(i);
  },
  "__eq__(value, /)": (self: PyRange, other: PyValue) =>
    other instanceof PyRange ? key(self).every((part, i) => part === key(other)[i]) : NotImplemented,
  "__hash__()": (self: PyRange) => hashTuple(key(self)),
  "index(value, /)": (self: PyRange, value: PyValue) => {
    const i = position(self, value);
    if (i !== undefined) return i;
    if (asInt(value) !== undefined) throw valueError(`${repr(value)} is not in range`);
    // What is no int is searched for, and found where it equals one.
    const it = iterate(self);
    for (let at = 0, v = it.next(); v !== undefined; at += 1, v = it.next()) {
      charge(1);
      if (same(v, value)) return at;
    }
    throw valueError("sequence.index(x): x not in sequence");
  },
  "count(value, /)": (self: PyRange, value: PyValue) => {
    if (asInt(value) !== undefined) return position(self, value) === undefined ? 0 : 1;
    const it = iterate(self);
    let count = 0;
    for (let v = it.next(); v !== undefined; v = it.next()) {
      charge(1);
      if (same(v, value)) count += 1;
    }
    return count;
  },
});
defineMembers<PyRange>(rangeType, {
  start: (self) => self.start,
  stop: (self) => self.stop,
  step: (self) => self.step,
});
