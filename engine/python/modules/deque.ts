// `collections.deque`.
import { adopt } from "../classes.ts";
import { indexError, pyError, RuntimeError, typeError, valueError } from "../exceptions.ts";
import { call, defineAttributes, defineClassMethods, defineMethods } from "../function.ts";
import type { Int } from "../integer.ts";
import { forEach, iteratorType, PyIterator } from "../iterator.ts";
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
import { ge, gt, index, indexSize, le, lt, repeatCount, same, sequenceTypes } from "../operators.ts";
import { repr, reprItems, reprOnce } from "../representation.ts";
import { allocate, charge } from "../state.ts";
import { defineConstructor, defineInitializer } from "../types/construct.ts";
import { genericAlias } from "../types/generic-alias.ts";
import { PySlice, sliceIndices } from "../types/slice.ts";
import { sizeArgument } from "../types/str-methods.ts";
import { Ring } from "./ring.ts";

/** A `deque`. */
export class PyDeque extends PyObject {
  readonly items: Ring = new Ring();
  maxlen: Int | null = null;
  /** Changes with every addition and removal: iterators notice. */
  version = 0;

  append(value: PyValue): void {
    allocate(8);
    this.version += 1;
    this.items.append(value);
    if (this.maxlen !== null && this.items.size > this.maxlen) this.items.popLeft();
  }
  appendLeft(value: PyValue): void {
    allocate(8);
    this.version += 1;
    this.items.appendLeft(value);
    if (this.maxlen !== null && this.items.size > this.maxlen) this.items.pop();
  }
  clear(): void {
    this.version += 1;
    this.items.clear();
  }
  values(): PyValue[] {
    allocate(8 * this.items.size);
    return Array.from({ length: this.items.size }, (_, i) => this.items.at(i));
  }
  extend(iterable: PyValue): void {
    if (iterable === this) for (const value of this.values()) this.append(value);
    else forEach(iterable, (value) => this.append(value));
  }
}
export const dequeType = makeType("collections.deque", {
  of: PyDeque,
  doc: "A list-like sequence optimized for data accesses near its endpoints.",
});
sequenceTypes.add(dequeType);

function mutated(): never {
  throw pyError(RuntimeError, "deque mutated during iteration");
}
const OUT = "deque index out of range";

/** The place of an item, counted from the first. */
function position(self: PyDeque, key: PyValue): number {
  if (asInt(key) === undefined && typeOf(key).lookup("__index__") === undefined) {
    throw typeError(`sequence index must be integer, not '${typeName(key)}'`);
  }
  const at = indexSize(key);
  const real = at < 0 ? at + self.items.size : at;
  if (real < 0 || real >= self.items.size) throw indexError(OUT);
  return real;
}
/** Where the first equal item is, or -1. */
function find(self: PyDeque, value: PyValue, from: number, to: number): number {
  const { version } = self;
  for (let i = from; i < to; i++) {
    charge(1);
    const found = same(self.items.at(i), value);
    if (version !== self.version) mutated();
    if (found) return i;
  }
  return -1;
}
/** An empty deque of the same kind, made as CPython does: by calling the class. */
function copy(self: PyDeque): PyDeque {
  if (self.cls === dequeType) {
    const made = new PyDeque();
    made.maxlen = self.maxlen;
    made.extend(self);
    return made;
  }
  const made = call(self.cls, self.maxlen === null ? [self] : [self, self.maxlen], null);
  if (!(made instanceof PyDeque)) {
    throw typeError(`${self.cls.name}() must return a deque, not ${typeName(made)}`);
  }
  return made;
}
function repeat(self: PyDeque, count: number): PyDeque {
  const n = Math.max(0, count);
  const { size } = self.items;
  if (n === 0) self.clear();
  else if (size > 0) {
    const kept = self.maxlen === null ? size * n : Math.min(Number(self.maxlen), size * n);
    allocate(8 * kept);
    charge(kept >> 2);
    const once = self.values();
    // What would fall off the left again is not put in.
    const total = size * n;
    self.clear();
    for (let i = total - kept; i < total; i++) self.append(once[i % size] as PyValue);
  }
  return self;
}
function compare(
  bySize: (x: number, y: number) => boolean,
  byItem: (x: PyValue, y: PyValue) => PyValue,
): (self: PyDeque, other: PyValue) => PyValue {
  return (self, other) => {
    if (!(other instanceof PyDeque)) return NotImplemented;
    const [a, b] = [self.items, other.items];
    const versions = [self.version, other.version];
    for (let i = 0; i < a.size && i < b.size; i++) {
      charge(1);
      const [x, y] = [a.at(i), b.at(i)];
      if (!same(x, y)) return byItem(x, y);
      if (versions[0] !== self.version || versions[1] !== other.version) mutated();
    }
    return bySize(a.size, b.size);
  };
}
function equal(self: PyDeque, other: PyDeque): boolean {
  if (self.items.size !== other.items.size) return false;
  return compare(
    (x, y) => x === y,
    () => false,
  )(self, other) as boolean;
}

defineConstructor(dequeType, "(*args, **kwargs)", (cls: PyType) => adopt(new PyDeque(), cls));
defineInitializer(
  dequeType,
  "(iterable=(), maxlen=None)",
  (self: PyDeque, iterable?: PyValue, maxlen: PyValue = null) => {
    const most = maxlen === null ? null : asInt(maxlen);
    if (most === undefined) throw typeError("an integer is required");
    if (most !== null && sizeArgument(most) < 0) throw valueError("maxlen must be non-negative");
    self.maxlen = most;
    if (self.items.size > 0) self.clear();
    if (iterable !== undefined) self.extend(iterable);
    return null;
  },
);
dequeType.dict.set("__hash__", null);
defineClassMethods(dequeType, { "__class_getitem__(item, /)": genericAlias });
defineAttributes<PyDeque>(dequeType, { maxlen: (self) => self.maxlen });
defineMethods(dequeType, {
  "__repr__()": (self: PyDeque) =>
    reprOnce(self, "[...]", () => {
      const items = `[${reprItems(self.values())}]`;
      const limit = self.maxlen === null ? "" : `, maxlen=${self.maxlen}`;
      return `${self.cls.builtin ? "deque" : self.cls.name}(${items}${limit})`;
    }),
  "__len__()": (self: PyDeque) => self.items.size,
  "__iter__()": (self: PyDeque) => new DequeIterator(self, 0),
  "__reversed__()": (self: PyDeque) => new ReverseDequeIterator(self, 0),
  "__contains__(key, /)": (self: PyDeque, value: PyValue) => find(self, value, 0, self.items.size) >= 0,
  "__getitem__(key, /)": (self: PyDeque, key: PyValue) => self.items.at(position(self, key)),
  "__setitem__(key, value, /)": (self: PyDeque, key: PyValue, value: PyValue) => {
    self.items.put(position(self, key), value);
    return null;
  },
  "__delitem__(key, /)": (self: PyDeque, key: PyValue) => {
    self.items.remove(position(self, key));
    self.version += 1;
    return null;
  },
  "__eq__(value, /)": (self: PyDeque, other: PyValue) =>
    other instanceof PyDeque ? equal(self, other) : NotImplemented,
  "__ne__(value, /)": (self: PyDeque, other: PyValue) =>
    other instanceof PyDeque ? !equal(self, other) : NotImplemented,
  "__lt__(value, /)": compare((x, y) => x < y, lt),
  "__le__(value, /)": compare((x, y) => x <= y, le),
  "__gt__(value, /)": compare((x, y) => x > y, gt),
  "__ge__(value, /)": compare((x, y) => x >= y, ge),
  "__add__(value, /)": (self: PyDeque, other: PyValue) => {
    if (!(other instanceof PyDeque)) {
      throw typeError(`can only concatenate deque (not "${typeName(other)}") to deque`);
    }
    const made = copy(self);
    made.extend(other);
    return made;
  },
  "__iadd__(value, /)": (self: PyDeque, other: PyValue) => {
    self.extend(other);
    return self;
  },
  "__mul__(value, /)": (self: PyDeque, count: PyValue) => repeat(copy(self), repeatCount(count)),
  "__rmul__(value, /)": (self: PyDeque, count: PyValue) => repeat(copy(self), repeatCount(count)),
  "__imul__(value, /)": (self: PyDeque, count: PyValue) => repeat(self, repeatCount(count)),
  "append(item, /)": (self: PyDeque, item: PyValue) => {
    self.append(item);
    return null;
  },
  "appendleft(item, /)": (self: PyDeque, item: PyValue) => {
    self.appendLeft(item);
    return null;
  },
  "clear()": (self: PyDeque) => {
    self.clear();
    return null;
  },
  "copy()": copy,
  "__copy__()": copy,
  "count(value, /)": (self: PyDeque, value: PyValue) => {
    const { version } = self;
    let n = 0;
    for (let i = 0; i < self.items.size; i++) {
      charge(1);
      if (same(self.items.at(i), value)) n += 1;
      if (version !== self.version) mutated();
    }
    return n;
  },
  "extend(iterable, /)": (self: PyDeque, iterable: PyValue) => {
    self.extend(iterable);
    return null;
  },
  "extendleft(iterable, /)": (self: PyDeque, iterable: PyValue) => {
    if (iterable === self) for (const value of self.values()) self.appendLeft(value);
    else forEach(iterable, (value) => self.appendLeft(value));
    return null;
  },
  "index(value, start=0, stop=9223372036854775807, /)": (
    self: PyDeque,
    value: PyValue,
    start: PyValue = null,
    stop: PyValue = null,
  ) => {
    for (const edge of [start, stop]) {
      if (edge !== null) index(edge, () => "slice indices must be integers or have an __index__ method");
    }
    const range = sliceIndices(new PySlice(start, stop, null), self.items.size);
    const at = find(self, value, range.start, range.stop);
    if (at < 0) throw valueError(`${repr(value)} is not in deque`);
    return at;
  },
  "insert(index, value, /)": (self: PyDeque, at: PyValue, value: PyValue) => {
    const i = sizeArgument(at);
    const { size } = self.items;
    if (self.maxlen === size) throw indexError("deque already at its maximum size");
    allocate(8);
    self.version += 1;
    self.items.insert(i < 0 ? Math.max(0, i + size) : Math.min(i, size), value);
    return null;
  },
  "pop()": (self: PyDeque) => {
    if (self.items.size === 0) throw indexError("pop from an empty deque");
    self.version += 1;
    return self.items.pop();
  },
  "popleft()": (self: PyDeque) => {
    if (self.items.size === 0) throw indexError("pop from an empty deque");
    self.version += 1;
    return self.items.popLeft();
  },
  "remove(value, /)": (self: PyDeque, value: PyValue) => {
    const { version } = self;
    for (let i = 0; i < self.items.size; i++) {
      charge(1);
      const found = same(self.items.at(i), value);
      if (version !== self.version) throw indexError("deque mutated during remove().");
      if (!found) continue;
      self.items.remove(i);
      self.version += 1;
      return null;
    }
    throw valueError(`${repr(value)} is not in deque`);
  },
  "reverse()": (self: PyDeque) => {
    self.items.reverse();
    return null;
  },
  "rotate(n=1, /)": (self: PyDeque, n: PyValue = 1) => {
    const by = sizeArgument(n);
    const { size } = self.items;
    if (size < 2) return null;
    // The shorter way round.
    let steps = by % size;
    if (steps > size / 2) steps -= size;
    else if (steps < -size / 2) steps += size;
    self.items.rotate(steps);
    self.version += 1;
    return null;
  },
});

/** Over a deque; notices when it changes. */
class DequeIterator extends PyIterator {
  protected readonly source: PyDeque;
  private readonly version: number;
  protected place: number;
  private left: number;
  constructor(source: PyDeque, skipped: number) {
    super();
    this.source = source;
    this.version = source.version;
    this.place = skipped;
    this.left = Math.max(0, source.items.size - skipped);
  }
  protected current(): PyValue {
    return this.source.items.at(this.place);
  }
  next(): PyValue | undefined {
    if (this.version !== this.source.version) {
      this.left = 0;
      mutated();
    }
    if (this.left === 0) return undefined;
    const value = this.current();
    this.place += 1;
    this.left -= 1;
    return value;
  }
  get remaining(): number {
    return this.left;
  }
}
class ReverseDequeIterator extends DequeIterator {
  protected override current(): PyValue {
    return this.source.items.at(this.source.items.size - 1 - this.place);
  }
}
for (const [name, of] of [
  ["_deque_iterator", DequeIterator],
  ["_deque_reverse_iterator", ReverseDequeIterator],
] as const) {
  const type = iteratorType(`collections.${name}`, of, "collections");
  defineConstructor(type, "(deque, index=0, /)", (_cls: PyType, deque: PyValue, skipped: PyValue = 0) => {
    if (!(deque instanceof PyDeque)) {
      throw typeError(`argument 1 must be collections.deque, not ${typeName(deque)}`);
    }
    return new of(deque, Math.max(0, sizeArgument(skipped)));
  });
}
