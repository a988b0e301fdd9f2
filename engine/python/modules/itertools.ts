// The module `itertools`; groups and combinations have files of their own.
import { adopt } from "../classes.ts";
import type { PyDict } from "../dict.ts";
import { typeError, valueError } from "../exceptions.ts";
import { call, call1, call2, defineClassMethods, defineMethods } from "../function.ts";
import { collect, iter, PyIterator, type Stepper } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { asInt, PyFloat, type PyType, type PyValue, typeOf } from "../object.ts";
import { add, truth } from "../operators.ts";
import { caught } from "../raising.ts";
import { repr } from "../representation.ts";
import { PyTuple, tuple } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { genericAlias } from "../types/generic-alias.ts";
import { sizeArgument } from "../types/str-methods.ts";
import {
  combinationsType,
  permutationsType,
  productType,
  withReplacementType,
} from "./itertools-combinatorics.ts";
import { batchedType, groupbyType, pairwiseType, tee } from "./itertools-groups.ts";
import { tool } from "./itertools-type.ts";
import { moduleFunctions } from "./python-function.ts";

// ---- without end ---------------------------------------------------------------------------------

class Count extends PyIterator {
  private value: PyValue;
  private readonly step: PyValue;
  constructor(start: PyValue, step: PyValue) {
    super();
    this.value = start;
    this.step = step;
  }
  next(): PyValue {
    const { value } = this;
    this.value = add(value, this.step);
    return value;
  }
  show(): string {
    const one = !(this.step instanceof PyFloat) && asInt(this.step) === 1;
    return one ? `count(${repr(this.value)})` : `count(${repr(this.value)}, ${repr(this.step)})`;
  }
}
/** An argument of `count`: anything that is a number of some kind. */
function numeric(value: PyValue): PyValue {
  const type = typeOf(value);
  const number = ["__index__", "__float__", "__int__"].some((name) => type.lookup(name) !== undefined);
  if (!number && type.name !== "complex") throw typeError("a number is required");
  return value;
}
const countType = tool("count", Count, "(start=0, step=1)", (start: PyValue = 0, step: PyValue = 1) => {
  const [first, by] = [numeric(start), numeric(step)];
  const whole = asInt(first);
  // CPython counts in steps of one with a plain number.
  return new Count(whole !== undefined && asInt(by) === 1 ? whole : first, by);
});
defineMethods(countType, { "__repr__()": (self: Count) => self.show() });

class Cycle extends PyIterator {
  private source: Stepper | null;
  private readonly saved: PyValue[] = [];
  private index = 0;
  constructor(source: Stepper) {
    super();
    this.source = source;
  }
  next(): PyValue | undefined {
    const { saved } = this;
    if (this.source !== null) {
      const value = this.source.next();
      if (value !== undefined) {
        allocate(16);
        saved.push(value);
        return value;
      }
      this.source = null;
    }
    if (saved.length === 0) return undefined;
    const value = saved[this.index];
    this.index = (this.index + 1) % saved.length;
    return value;
  }
}
const cycleType = tool("cycle", Cycle, "(iterable, /)", (iterable: PyValue) => new Cycle(iter(iterable)));

class Repeat extends PyIterator {
  private readonly object: PyValue;
  private left: number;
  constructor(object: PyValue, times: number) {
    super();
    this.object = object;
    this.left = times;
  }
  next(): PyValue | undefined {
    if (this.left <= 0) return undefined;
    this.left -= 1;
    return this.object;
  }
  get remaining(): number | undefined {
    return this.left === Number.POSITIVE_INFINITY ? undefined : this.left;
  }
  show(): string {
    return `repeat(${repr(this.object)}${this.remaining === undefined ? "" : `, ${this.left}`})`;
  }
}
export const repeatType = tool("repeat", Repeat, "(object, times=0)", (object: PyValue, times?: PyValue) => {
  return new Repeat(
    object,
    times === undefined ? Number.POSITIVE_INFINITY : Math.max(0, sizeArgument(times)),
  );
});
defineMethods(repeatType, {
  "__repr__()": (self: Repeat) => self.show(),
  "__length_hint__()": (self: Repeat) => {
    if (self.remaining === undefined) throw typeError("len() of unsized object");
    return self.remaining;
  },
});

// ---- one source after another, or side by side -----------------------------------------------------

class Chain extends PyIterator {
  private sources: Stepper | null;
  private active: Stepper | null = null;
  constructor(sources: Stepper) {
    super();
    this.sources = sources;
  }
  next(): PyValue | undefined {
    while (this.sources !== null) {
      if (this.active === null) {
        charge(1);
        let source: PyValue | undefined;
        try {
          source = this.sources.next();
          if (source !== undefined) this.active = iter(source);
        } catch (error) {
          this.sources = null;
          throw error;
        }
        if (this.active === null) {
          this.sources = null;
          return undefined;
        }
      }
      const value = this.active.next();
      if (value !== undefined) return value;
      this.active = null;
    }
    return undefined;
  }
}
export const chainType = tool(
  "chain",
  Chain,
  "(*iterables)",
  (iterables: PyTuple) => new Chain(iter(iterables)),
);
defineClassMethods(chainType, {
  "from_iterable(iterable, /)": (cls: PyType, iterable: PyValue) => adopt(new Chain(iter(iterable)), cls),
  "__class_getitem__(item, /)": genericAlias,
});

class ZipLongest extends PyIterator {
  private readonly sources: (Stepper | null)[];
  private readonly fill: PyValue;
  private active: number;
  constructor(sources: Stepper[], fill: PyValue) {
    super();
    this.sources = sources;
    this.fill = fill;
    this.active = sources.length;
  }
  next(): PyValue | undefined {
    if (this.active === 0) return undefined;
    charge(this.sources.length);
    const items: PyValue[] = [];
    for (const [i, source] of this.sources.entries()) {
      let value: PyValue | undefined;
      if (source !== null) {
        try {
          value = source.next();
        } catch (error) {
          this.active = 0;
          throw error;
        }
        if (value === undefined) {
          this.active -= 1;
          if (this.active === 0) return undefined;
          this.sources[i] = null;
        }
      }
      items.push(value === undefined ? this.fill : value);
    }
    return tuple(items);
  }
}
const zipLongestType = tool(
  "zip_longest",
  ZipLongest,
  "(*iterables, **kwargs)",
  (iterables: PyTuple, kwargs: PyDict) => {
    const fill = kwargs.get("fillvalue");
    if (kwargs.size > (fill === undefined ? 0 : 1)) {
      throw typeError("zip_longest() got an unexpected keyword argument");
    }
    return new ZipLongest(iterables.items.map(iter), fill ?? null);
  },
);

// ---- some of the values --------------------------------------------------------------------------

class Compress extends PyIterator {
  private readonly data: Stepper;
  private readonly selectors: Stepper;
  constructor(data: Stepper, selectors: Stepper) {
    super();
    this.data = data;
    this.selectors = selectors;
  }
  next(): PyValue | undefined {
    for (;;) {
      charge(1);
      const value = this.data.next();
      if (value === undefined) return undefined;
      const selector = this.selectors.next();
      if (selector === undefined) return undefined;
      if (truth(selector)) return value;
    }
  }
}
const compressType = tool(
  "compress",
  Compress,
  "(data, selectors)",
  (data: PyValue, selectors: PyValue) => new Compress(iter(data), iter(selectors)),
);

/** Values as a predicate decides: how, the derived classes say. */
abstract class Predicated extends PyIterator {
  protected readonly predicate: PyValue;
  protected readonly source: Stepper;
  protected decided = false;
  constructor(predicate: PyValue, source: Stepper) {
    super();
    this.predicate = predicate;
    this.source = source;
  }
}
class DropWhile extends Predicated {
  next(): PyValue | undefined {
    for (;;) {
      const value = this.source.next();
      if (value === undefined || this.decided) return value;
      charge(1);
      if (!truth(call1(this.predicate, value))) {
        this.decided = true;
        return value;
      }
    }
  }
}
class TakeWhile extends Predicated {
  next(): PyValue | undefined {
    if (this.decided) return undefined;
    const value = this.source.next();
    if (value === undefined) return undefined;
    if (truth(call1(this.predicate, value))) return value;
    this.decided = true;
    return undefined;
  }
}
class FilterFalse extends Predicated {
  next(): PyValue | undefined {
    for (;;) {
      const value = this.source.next();
      if (value === undefined) return undefined;
      charge(1);
      if (!truth(this.predicate === null ? value : call1(this.predicate, value))) return value;
    }
  }
}
const [dropwhileType, takewhileType, filterfalseType] = (
  [
    ["dropwhile", DropWhile, "(predicate, iterable, /)"],
    ["takewhile", TakeWhile, "(predicate, iterable, /)"],
    ["filterfalse", FilterFalse, "(function, iterable, /)"],
  ] as const
).map(([name, of, signature]) =>
  tool(name, of, signature, (predicate: PyValue, iterable: PyValue) => new of(predicate, iter(iterable))),
) as [PyType, PyType, PyType];

class StarMap extends PyIterator {
  private readonly f: PyValue;
  private readonly source: Stepper;
  constructor(f: PyValue, source: Stepper) {
    super();
    this.f = f;
    this.source = source;
  }
  next(): PyValue | undefined {
    const args = this.source.next();
    if (args === undefined) return undefined;
    return call(this.f, args instanceof PyTuple ? [...args.items] : collect(args), null);
  }
}
export const starmapType = tool(
  "starmap",
  StarMap,
  "(function, iterable, /)",
  (f: PyValue, iterable: PyValue) => new StarMap(f, iter(iterable)),
);

class ISlice extends PyIterator {
  private source: Stepper | null;
  /** Position of the next value to give. */
  private wanted: number;
  private readonly stop: number;
  private readonly step: number;
  private passed = 0;
  constructor(source: Stepper, start: number, stop: number, step: number) {
    super();
    this.source = source;
    this.wanted = start;
    this.stop = stop;
    this.step = step;
  }
  next(): PyValue | undefined {
    const { source, stop } = this;
    if (source === null) return undefined;
    while (this.passed < this.wanted) {
      charge(1);
      if (source.next() === undefined) return this.end();
      this.passed += 1;
    }
    if (this.passed >= stop) return this.end();
    const value = source.next();
    if (value === undefined) return this.end();
    this.passed += 1;
    this.wanted = Math.min(this.wanted + this.step, stop);
    return value;
  }
  private end(): undefined {
    this.source = null;
    return undefined;
  }
}
/** A bound of `islice`: `fallback` for None. Whatever is wrong with it, CPython complains in the same words. */
function bound(value: PyValue, fallback: number, stop = false): number {
  if (value === null) return fallback;
  let n = -1;
  try {
    n = sizeArgument(value);
  } catch (error) {
    caught(error);
  }
  if (n === -1 && stop) throw valueError(STOP);
  if (n < 0) throw valueError(INDICES);
  return n;
}
const STOP = "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
const INDICES = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
const STEP = "Step for islice() must be a positive integer or None.";
const isliceType = tool(
  "islice",
  ISlice,
  "(iterable, start, stop=None, step=None, /)",
  (iterable: PyValue, start: PyValue, stop?: PyValue, step: PyValue = null) => {
    const endless = Number.POSITIVE_INFINITY;
    if (stop === undefined) {
      const to = bound(start, endless, true);
      return new ISlice(iter(iterable), 0, to, 1);
    }
    const to = bound(stop, endless, true);
    const from = bound(start, 0);
    let by = 1;
    try {
      if (step !== null) by = sizeArgument(step);
    } catch (error) {
      caught(error);
      by = -1;
    }
    if (by < 1) throw valueError(STEP);
    return new ISlice(iter(iterable), from, to, by);
  },
);

class Accumulate extends PyIterator {
  private readonly source: Stepper;
  private readonly f: PyValue;
  private initial: PyValue;
  private total: PyValue | undefined;
  constructor(source: Stepper, f: PyValue, initial: PyValue) {
    super();
    this.source = source;
    this.f = f;
    this.initial = initial;
  }
  next(): PyValue | undefined {
    if (this.initial !== null) {
      this.total = this.initial;
      this.initial = null;
      return this.total;
    }
    const value = this.source.next();
    if (value === undefined) return undefined;
    if (this.total === undefined) this.total = value;
    else this.total = this.f === null ? add(this.total, value) : call2(this.f, this.total, value);
    return this.total;
  }
}
const accumulateType = tool(
  "accumulate",
  Accumulate,
  "(iterable, func=None, *, initial=None)",
  (iterable: PyValue, f: PyValue = null, initial: PyValue = null) =>
    new Accumulate(iter(iterable), f, initial),
);

defineModule("itertools", {
  values: moduleFunctions("itertools", { "tee(iterable, n=2, /)": tee }),
  types: [
    accumulateType,
    batchedType,
    chainType,
    combinationsType,
    withReplacementType,
    compressType,
    countType,
    cycleType,
    dropwhileType,
    filterfalseType,
    groupbyType,
    isliceType,
    pairwiseType,
    permutationsType,
    productType,
    repeatType,
    starmapType,
    takewhileType,
    zipLongestType,
  ],
});
