// `itertools`: what hands one source on in groups or to several readers: `groupby`, `batched`, `pairwise`, `tee`.
import { getAttributeOr } from "../attribute.ts";
import { pyError, RuntimeError, typeError, valueError } from "../exceptions.ts";
import { call1, defineMethods, method0 } from "../function.ts";
import { iter, iteratorType, iterObject, PyIterator, type Stepper } from "../iterator.ts";
import { type PyType, type PyValue, typeName } from "../object.ts";
import { same, truth } from "../operators.ts";
import { tuple } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { defineConstructor } from "../types/construct.ts";
import { sizeArgument } from "../types/str-methods.ts";
import { tool } from "./itertools-type.ts";

class GroupBy extends PyIterator {
  private readonly source: Stepper;
  private readonly key: PyValue;
  private target: PyValue | undefined;
  currentKey: PyValue | undefined;
  currentValue: PyValue | undefined;
  /** The group that may still read from here: older ones have ended. */
  group: Grouper | null = null;
  constructor(source: Stepper, key: PyValue) {
    super();
    this.source = source;
    this.key = key;
  }
  /** Reads one more value; false at the end. */
  step(): boolean {
    const value = this.source.next();
    if (value === undefined) return false;
    charge(1);
    const key = this.key === null ? value : call1(this.key, value);
    this.currentValue = value;
    this.currentKey = key;
    return true;
  }
  next(): PyValue | undefined {
    this.group = null;
    // What is left of the group before is passed over.
    for (;;) {
      if (this.currentKey !== undefined) {
        if (this.target === undefined || !same(this.target, this.currentKey)) break;
      }
      if (!this.step()) return undefined;
    }
    this.target = this.currentKey;
    const key = this.currentKey as PyValue;
    return tuple([key, new Grouper(this, key)]);
  }
}
class Grouper extends PyIterator {
  private readonly parent: GroupBy;
  private readonly key: PyValue;
  constructor(parent: GroupBy, key: PyValue) {
    super();
    this.parent = parent;
    this.key = key;
    parent.group = this;
  }
  next(): PyValue | undefined {
    const { parent } = this;
    if (parent.group !== this) return undefined;
    if (parent.currentValue === undefined && !parent.step()) return undefined;
    if (!same(this.key, parent.currentKey as PyValue)) return undefined;
    const value = parent.currentValue;
    parent.currentValue = undefined;
    return value;
  }
}
const grouperType = iteratorType("itertools._grouper", Grouper, "itertools");
defineConstructor(grouperType, "(parent, tgtkey, /)", (_cls: PyType, parent: PyValue, key: PyValue) => {
  if (!(parent instanceof GroupBy)) {
    throw typeError(`_grouper() argument 1 must be itertools.groupby, not ${typeName(parent)}`);
  }
  return new Grouper(parent, key);
});
export const groupbyType = tool(
  "groupby",
  GroupBy,
  "(iterable, key=None)",
  (iterable: PyValue, key: PyValue = null) => new GroupBy(iter(iterable), key),
);

class Batched extends PyIterator {
  private source: Stepper | null;
  private readonly size: number;
  private readonly strict: boolean;
  constructor(source: Stepper, size: number, strict: boolean) {
    super();
    this.source = source;
    this.size = size;
    this.strict = strict;
  }
  next(): PyValue | undefined {
    const { source } = this;
    if (source === null) return undefined;
    const items: PyValue[] = [];
    while (items.length < this.size) {
      let value: PyValue | undefined;
      try {
        value = source.next();
      } catch (error) {
        this.source = null;
        throw error;
      }
      if (value === undefined) {
        this.source = items.length === 0 || this.strict ? null : source;
        if (items.length === 0) return undefined;
        if (this.strict) throw valueError("batched(): incomplete batch");
        break;
      }
      charge(1);
      allocate(8);
      items.push(value);
    }
    return tuple(items);
  }
}
export const batchedType = tool(
  "batched",
  Batched,
  "(iterable, n, *, strict=False)",
  (iterable: PyValue, n: PyValue, strict: PyValue = false) => {
    const size = sizeArgument(n);
    const whole = truth(strict);
    if (size < 1) throw valueError("n must be at least one");
    return new Batched(iter(iterable), size, whole);
  },
);

class Pairwise extends PyIterator {
  private source: Stepper | null;
  private old: PyValue | undefined;
  constructor(source: Stepper) {
    super();
    this.source = source;
  }
  next(): PyValue | undefined {
    if (this.source === null) return undefined;
    if (this.old === undefined) {
      // Reading may come back here: then the inner reading has set `old`.
      const first = this.source.next();
      if (first === undefined) {
        this.end();
        return undefined;
      }
      this.old = first;
      if (this.source === null) {
        this.end();
        return undefined;
      }
    }
    const { old } = this;
    const value = this.source.next();
    if (value === undefined) {
      this.end();
      return undefined;
    }
    this.old = value;
    return tuple([old, value]);
  }
  private end(): void {
    this.source = null;
    this.old = undefined;
  }
}
export const pairwiseType = tool(
  "pairwise",
  Pairwise,
  "(iterable, /)",
  (iterable: PyValue) => new Pairwise(iter(iterable)),
);

/** One value that was read for the readers of a `tee`, and the way to the next; nobody holds what all have passed. */
class Link {
  value: PyValue | undefined;
  next: Link | undefined;
}
/** What the readers of a `tee` share. */
interface Shared {
  readonly source: Stepper;
  running: boolean;
}
class Tee extends PyIterator {
  private readonly shared: Shared;
  private at: Link;
  constructor(shared: Shared, at: Link) {
    super();
    this.shared = shared;
    this.at = at;
  }
  next(): PyValue | undefined {
    const { at, shared } = this;
    if (at.next === undefined) {
      if (shared.running) throw pyError(RuntimeError, "cannot re-enter the tee iterator");
      shared.running = true;
      let value: PyValue | undefined;
      try {
        value = shared.source.next();
      } finally {
        shared.running = false;
      }
      if (value === undefined) return undefined;
      allocate(32);
      at.value = value;
      at.next = new Link();
    }
    this.at = at.next;
    return at.value;
  }
  copy(): Tee {
    return new Tee(this.shared, this.at);
  }
  static over(iterable: PyValue): Tee {
    const source = iter(iterable);
    return source instanceof Tee ? source.copy() : new Tee({ source, running: false }, new Link());
  }
}
const teeType = iteratorType("itertools._tee", Tee, "itertools");
defineConstructor(teeType, "(iterable, /)", (_cls: PyType, iterable: PyValue) => Tee.over(iterable));
defineMethods(teeType, { "__copy__()": (self: Tee) => self.copy() });

/** `itertools.tee`. */
export function tee(iterable: PyValue, n: PyValue = 2): PyValue {
  const count = sizeArgument(n);
  if (count < 0) throw valueError("n must be >= 0");
  if (count === 0) return tuple([]);
  allocate(64 * count);
  charge(count);
  // An iterator that can be copied is the first reader itself.
  const source = iterObject(iterable);
  const first = getAttributeOr(source, "__copy__", undefined) === undefined ? Tee.over(source) : source;
  const readers: PyValue[] = [first];
  while (readers.length < count) readers.push(method0(first, "__copy__"));
  return tuple(readers);
}
