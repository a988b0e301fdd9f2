// `list` and `tuple`.
import { adopt } from "../classes.ts";
import { indexError, typeError, valueError } from "../exceptions.ts";
import { asMethods, call1, defineClassMethods, defineMethods, defineStatic } from "../function.ts";
import { hashTuple } from "../hash.ts";
import { ArrayIterator, collect, isIterable, iter, iteratorType, PyIterator } from "../iterator.ts";
import { collectCounted } from "../length-hint.ts";
import { asInt, NotImplemented, type PyType, type PyValue, typeName, typeOf } from "../object.ts";
import {
  compareStrings,
  ge,
  gt,
  indexSize,
  le,
  lt,
  repeatCount,
  same,
  sequenceTypes,
  sizeArgument,
  truth,
} from "../operators.ts";
import { repr, reprItems, reprOnce } from "../representation.ts";
import { emptyTuple, list, listType, PyList, PyTuple, tuple, tupleType } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { isPlain } from "../text.ts";
import { defineConstructor } from "./construct.ts";
import { genericAlias } from "./generic-alias.ts";
import { PySlice, searchBounds, sliceArray, sliceIndices } from "./slice.ts";

sequenceTypes.add(listType).add(tupleType);

type Sequence = PyList | PyTuple;

function position(self: Sequence, key: PyValue, message: string): number {
  const at = indexSize(key);
  const real = at < 0 ? at + self.items.length : at;
  if (real < 0 || real >= self.items.length) throw indexError(message);
  return real;
}
function isIndex(key: PyValue): boolean {
  return asInt(key) !== undefined || typeOf(key).lookup("__index__") !== undefined;
}

/** `sequence * count`: refused before it is made when it would be too large. */
function repeated(self: Sequence, count: PyValue): PyValue[] | undefined {
  if (!isIndex(count)) {
    throw typeError(`can't multiply sequence by non-int of type '${typeName(count)}'`);
  }
  const times = Math.max(0, repeatCount(count));
  const total = times * self.items.length;
  allocate(total * 8);
  charge(total >> 4);
  const out: PyValue[] = [];
  for (let i = 0; i < times && total > 0; i++) for (const item of self.items) out.push(item);
  return out;
}

/** Lexicographic order, as `<` on the first items that differ. */
function compare(
  a: readonly PyValue[],
  b: readonly PyValue[],
  bySize: (x: number, y: number) => boolean,
  byItem: (x: PyValue, y: PyValue) => PyValue,
): PyValue {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    charge(1);
    if (!same(a[i] as PyValue, b[i] as PyValue)) return byItem(a[i] as PyValue, b[i] as PyValue);
  }
  return bySize(a.length, b.length);
}
function equalItems(a: Sequence, b: Sequence): boolean {
  if (a.items.length !== b.items.length) return false;
  // A comparison may change the lists: where they end is looked at anew each time, as CPython does.
  for (let i = 0; i < a.items.length && i < b.items.length; i++) {
    charge(1);
    if (same(a.items[i] as PyValue, b.items[i] as PyValue)) continue;
    if (i < a.items.length && i < b.items.length) return false;
  }
  return a.items.length === b.items.length;
}

for (const [type, of, kind] of [
  [listType, PyList, "list"],
  [tupleType, PyTuple, "tuple"],
] as const) {
  const ordering =
    (bySize: (x: number, y: number) => boolean, byItem: (x: PyValue, y: PyValue) => PyValue) =>
    (self: Sequence, other: PyValue): PyValue =>
      other instanceof of ? compare(self.items, other.items, bySize, byItem) : NotImplemented;
  defineMethods(type, {
    "__len__()": (self: Sequence) => self.items.length,
    "__getitem__(key, /)": (self: Sequence, key: PyValue) => {
      if (key instanceof PySlice) {
        const items = sliceArray(self.items, key);
        return kind === "list" ? list(items) : tuple(items);
      }
      if (!isIndex(key)) throw typeError(`${kind} indices must be integers or slices, not ${typeName(key)}`);
      return self.items[position(self, key, `${kind} index out of range`)] as PyValue;
    },
    "__contains__(key, /)": (self: Sequence, item: PyValue) => {
      for (const x of self.items) {
        charge(1);
        if (same(x, item)) return true;
      }
      return false;
    },
    "__mul__(value, /)": (self: Sequence, count: PyValue) => {
      const items = repeated(self, count);
      return items === undefined ? NotImplemented : kind === "list" ? list(items) : tuple(items);
    },
    "__rmul__(value, /)": (self: Sequence, count: PyValue) => {
      const items = repeated(self, count);
      return items === undefined ? NotImplemented : kind === "list" ? list(items) : tuple(items);
    },
    "__add__(value, /)": (self: Sequence, other: PyValue) => {
      if (!(other instanceof of))
        throw typeError(`can only concatenate ${kind} (not "${typeName(other)}") to ${kind}`);
      allocate((self.items.length + other.items.length) * 8);
      const items = [...self.items, ...other.items];
      return kind === "list" ? list(items) : tuple(items);
    },
    "__eq__(value, /)": (self: Sequence, other: PyValue) =>
      other instanceof of ? equalItems(self, other) : NotImplemented,
    "__ne__(value, /)": (self: Sequence, other: PyValue) =>
      other instanceof of ? !equalItems(self, other) : NotImplemented,
    "__lt__(value, /)": ordering(isLess, lt),
    "__le__(value, /)": ordering((x, y) => x <= y, le),
    "__gt__(value, /)": ordering((x, y) => x > y, gt),
    "__ge__(value, /)": ordering((x, y) => x >= y, ge),
    "index(value, start=0, stop=9223372036854775807, /)": (
      self: Sequence,
      value: PyValue,
      start?: PyValue,
      stop?: PyValue,
    ) => {
      const { start: from, stop: to } = searchBounds(start, stop, self.items.length);
      for (let i = from; i < to && i < self.items.length; i++) {
        charge(1);
        if (same(self.items[i] as PyValue, value)) return i;
      }
      throw valueError(kind === "list" ? `${repr(value)} is not in list` : "tuple.index(x): x not in tuple");
    },
    "count(value, /)": (self: Sequence, value: PyValue) => {
      let n = 0;
      for (const item of self.items) {
        charge(1);
        if (same(item, value)) n += 1;
      }
      return n;
    },
  });
  defineClassMethods(type, { "__class_getitem__(item, /)": genericAlias });
}

// ---- tuple ---------------------------------------------------------------------------------------

defineConstructor(tupleType, "(iterable=(), /)", (cls: PyType, iterable?: PyValue) => {
  if (cls === tupleType) {
    if (iterable === undefined) return emptyTuple;
    if (iterable instanceof PyTuple && iterable.cls === tupleType) return iterable;
    return tuple(collectCounted(iterable));
  }
  return adopt(new PyTuple(iterable === undefined ? [] : collectCounted(iterable)), cls);
});
defineMethods(tupleType, {
  "__repr__()": (self: PyTuple) =>
    reprOnce(self, "(...)", () =>
      self.items.length === 1 ? `(${repr(self.items[0] as PyValue)},)` : `(${reprItems(self.items)})`,
    ),
  "__hash__()": (self: PyTuple) => hashTuple(self.items),
  "__iter__()": (self: PyTuple) => iter(self.cls.builtin ? self : new PyTuple(self.items)) as PyIterator,
  "__getnewargs__()": (self: PyTuple) => tuple([new PyTuple(self.items)]),
});

// ---- list ----------------------------------------------------------------------------------------

defineStatic(listType, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType) => adopt(new PyList([]), cls),
});
listType.dict.set("__hash__", null);

/** Over a list from its end. */
class ReverseIterator extends PyIterator {
  private readonly source: PyList;
  private at: number;
  constructor(source: PyList) {
    super();
    this.source = source;
    this.at = source.items.length - 1;
  }
  next(): PyValue | undefined {
    if (this.at < 0 || this.at >= this.source.items.length) {
      this.at = -1;
      return undefined;
    }
    return this.source.items[this.at--];
  }
  get remaining(): number {
    return this.at >= this.source.items.length ? 0 : this.at + 1;
  }
}
iteratorType("list_reverseiterator", ReverseIterator);

function extend(self: PyList, iterable: PyValue): void {
  const items = collectCounted(iterable);
  allocate(items.length * 8);
  for (const item of items) self.items.push(item);
}

/** Sorts stably by `<`; items must not change meanwhile. */
export function sortItems(items: PyValue[], key: PyValue, reverse: boolean): PyValue[] {
  allocate(items.length * 16);
  charge(items.length);
  if (key === null && isSimpleTexts(items)) {
    charge(items.length * (31 - Math.clz32(items.length)));
    const sorted = sortedTexts(items);
    return reverse ? sorted.reverse() : sorted;
  }
  const keyed =
    key === null
      ? items.map((item) => ({ k: item, item }))
      : items.map((item) => ({ k: call1(key, item), item }));
  if (reverse) keyed.reverse();
  mergeSort(keyed, orderOf(keyed));
  if (reverse) keyed.reverse();
  return keyed.map((entry) => entry.item);
}
/** Most items, and characters of all of them, that are sorted in one go: a millisecond, in which no limit is looked at. */
const SIMPLE_ITEMS = 2048;
const SIMPLE_UNITS = 1 << 16;
/** Can JavaScript compare them: plain texts, few, all of whose characters are one unit, so that its order is Python's? */
function isSimpleTexts(items: readonly PyValue[]): items is string[] {
  if (items.length > SIMPLE_ITEMS) return false;
  let units = 0;
  /** Bits that any of the units has: not those of a surrogate, nearly always. */
  let bits = 0;
  for (const item of items) {
    if (typeof item !== "string") return false;
    units += item.length;
    if (units > SIMPLE_UNITS) return false;
    for (let at = 0; at < item.length; at += 1) bits |= item.charCodeAt(at);
  }
  return (bits & 0xd800) !== 0xd800 || (items as string[]).every(isPlain);
}
/** Texts that are put in order one by one before there is anything to merge. */
const TEXT_RUN = 12;
/** The texts in JavaScript's order, which V8's own `sort` takes half as long again to bring them into. */
function sortedTexts(items: readonly string[]): string[] {
  const n = items.length;
  let from = items.slice();
  for (let low = 0; low < n; low += TEXT_RUN) {
    const high = Math.min(low + TEXT_RUN, n);
    for (let i = low + 1; i < high; i += 1) {
      const text = from[i] as string;
      if (!(text < (from[i - 1] as string))) continue;
      let [left, right] = [low, i - 1];
      while (left < right) {
        const middle = (left + right) >> 1;
        if (text < (from[middle] as string)) right = middle;
        else left = middle + 1;
      }
      for (let j = i; j > left; j -= 1) from[j] = from[j - 1] as string;
      from[left] = text;
    }
  }
  let to = n > TEXT_RUN ? from.slice() : from;
  for (let width = TEXT_RUN; width < n; width *= 2) {
    for (let low = 0; low < n; low += 2 * width) {
      const [middle, high] = [Math.min(low + width, n), Math.min(low + 2 * width, n)];
      let [i, j] = [low, middle];
      for (let out = low; out < high; out += 1) {
        const takesRight = j < high && (i >= middle || (from[j] as string) < (from[i] as string));
        to[out] = (takesRight ? from[j++] : from[i++]) as string;
      }
    }
    [from, to] = [to, from];
  }
  return from;
}
type Less = (a: PyValue, b: PyValue) => boolean;
/** How the keys are compared: as `<` does, by the shortest way where all are of one kind. */
function orderOf(keyed: readonly { readonly k: PyValue }[]): Less {
  if (keyed.every(({ k }) => typeof k === "string")) return textsLess;
  if (keyed.every(({ k }) => typeof k === "number")) return numbersLess;
  if (keyed.every(({ k }) => k instanceof PyTuple && k.cls === tupleType)) return tuplesLess;
  return valuesLess;
}
function valuesLess(a: PyValue, b: PyValue): boolean {
  charge(1);
  return truth(lt(a, b));
}
function textsLess(a: PyValue, b: PyValue): boolean {
  charge(1);
  return compareStrings(a as string, b as string) < 0;
}
function numbersLess(a: PyValue, b: PyValue): boolean {
  charge(1);
  return (a as number) < (b as number);
}
function tuplesLess(a: PyValue, b: PyValue): boolean {
  charge(1);
  const [x, y] = [(a as PyTuple).items[0], (b as PyTuple).items[0]];
  if (typeof x === "number" && typeof y === "number" && x !== y) {
    charge(1);
    return x < y;
  }
  return truth(compare((a as PyTuple).items, (b as PyTuple).items, isLess, lt));
}
function isLess(x: number, y: number): boolean {
  return x < y;
}
/**
 * How many items at the front are in order, which a descending run is brought into first. Asks what CPython's sort
 * asks, in its order: a comparison may raise.
 */
function orderedFront<T extends { k: PyValue }>(a: T[], less: (x: PyValue, y: PyValue) => boolean): number {
  const k = (i: number): PyValue => (a[i] as T).k;
  const reverse = (from: number, to: number): void => {
    for (let low = from, high = to - 1; low < high; low += 1, high -= 1) {
      const item = a[low] as T;
      a[low] = a[high] as T;
      a[high] = item;
    }
  };
  const end = a.length;
  let n = 1;
  while (n < end && !less(k(n), k(n - 1))) n += 1;
  if (n >= end) return n;
  if (n > 1) {
    if (less(k(0), k(n - 1))) return n;
    // Equal items before the descent: they must come out as they went in.
    reverse(0, n);
  }
  n += 1;
  let equals = 0;
  for (; n < end; n += 1) {
    if (less(k(n), k(n - 1))) {
      reverse(n - 1 - equals, n);
      equals = 0;
    } else if (less(k(n - 1), k(n))) break;
    else equals += 1;
  }
  reverse(n - 1 - equals, n);
  reverse(0, n);
  while (n < end && !less(k(n), k(n - 1))) n += 1;
  return n;
}
/** Binary insertion on short runs, then merges: asks `less` only as a stable sort must, never inconsistently. */
function mergeSort<T extends { k: PyValue }>(a: T[], less: (x: PyValue, y: PyValue) => boolean): void {
  const n = a.length;
  if (n < 2) return;
  const ordered = orderedFront(a, less);
  if (ordered === n) return;
  const RUN = n < 64 ? n : 16;
  for (let lo = 0; lo < n; lo += RUN) {
    const hi = Math.min(lo + RUN, n);
    for (let i = Math.max(lo + 1, Math.min(ordered, hi)); i < hi; i++) {
      const entry = a[i] as T;
      let left = lo;
      let right = i;
      while (left < right) {
        const middle = (left + right) >> 1;
        if (less(entry.k, (a[middle] as T).k)) right = middle;
        else left = middle + 1;
      }
      for (let j = i; j > left; j--) a[j] = a[j - 1] as T;
      a[left] = entry;
    }
  }
  let from = a.slice();
  let to = a.slice();
  for (let width = RUN; width < n; width *= 2) {
    for (let lo = 0; lo < n; lo += 2 * width) {
      const mid = Math.min(lo + width, n);
      const hi = Math.min(lo + 2 * width, n);
      let [i, j, out] = [lo, mid, lo];
      while (i < mid && j < hi) {
        if (less((from[j] as T).k, (from[i] as T).k)) to[out++] = from[j++] as T;
        else to[out++] = from[i++] as T;
      }
      while (i < mid) to[out++] = from[i++] as T;
      while (j < hi) to[out++] = from[j++] as T;
    }
    [from, to] = [to, from];
  }
  for (let i = 0; i < n; i++) a[i] = from[i] as T;
}

defineMethods(listType, {
  "__init__(iterable=(), /)": (self: PyList, iterable?: PyValue) => {
    self.items = iterable === undefined ? [] : collectCounted(iterable);
    return null;
  },
  "__repr__()": (self: PyList) => reprOnce(self, "[...]", () => `[${reprItems(self.items)}]`),
  "__iter__()": (self: PyList) => new ArrayIterator(self),
  "__reversed__()": (self: PyList) => new ReverseIterator(self),
  "__setitem__(key, value, /)": (self: PyList, key: PyValue, value: PyValue) => {
    if (key instanceof PySlice) assignSlice(self, key, value);
    else {
      if (!isIndex(key)) throw typeError(`list indices must be integers or slices, not ${typeName(key)}`);
      self.items[position(self, key, "list assignment index out of range")] = value;
    }
    return null;
  },
  "__delitem__(key, /)": (self: PyList, key: PyValue) => {
    if (key instanceof PySlice) {
      const { start, step, count } = sliceIndices(key, self.items.length);
      if (step === 1) self.items.splice(start, count);
      else {
        const gone = new Set(Array.from({ length: count }, (_, i) => start + i * step));
        self.items = self.items.filter((_, i) => !gone.has(i));
      }
    } else {
      if (!isIndex(key)) throw typeError(`list indices must be integers or slices, not ${typeName(key)}`);
      self.items.splice(position(self, key, "list assignment index out of range"), 1);
    }
    return null;
  },
  "__iadd__(value, /)": (self: PyList, other: PyValue) => {
    extend(self, other);
    return self;
  },
  "__imul__(value, /)": (self: PyList, count: PyValue) => {
    self.items = repeated(self, count) as PyValue[];
    return self;
  },
  "append(object, /)": (self: PyList, object: PyValue) => {
    allocate(16);
    self.items.push(object);
    return null;
  },
  "extend(iterable, /)": (self: PyList, iterable: PyValue) => {
    extend(self, iterable);
    return null;
  },
  "insert(index, object, /)": (self: PyList, at: PyValue, object: PyValue) => {
    const i = sizeArgument(at);
    allocate(16);
    charge(self.items.length >> 6);
    self.items.splice(i < 0 ? Math.max(0, i + self.items.length) : i, 0, object);
    return null;
  },
  "pop(index=-1, /)": (self: PyList, at: PyValue = -1) => {
    const size = sizeArgument(at);
    if (self.items.length === 0) throw indexError("pop from empty list");
    const i = position(self, size, "pop index out of range");
    if (i === self.items.length - 1) return self.items.pop() as PyValue;
    charge(self.items.length >> 6);
    return self.items.splice(i, 1)[0] as PyValue;
  },
  "remove(value, /)": (self: PyList, value: PyValue) => {
    for (let i = 0; i < self.items.length; i++) {
      charge(1);
      if (same(self.items[i] as PyValue, value)) {
        self.items.splice(i, 1);
        return null;
      }
    }
    throw valueError("list.remove(x): x not in list");
  },
  "clear()": (self: PyList) => {
    self.items = [];
    return null;
  },
  "copy()": (self: PyList) => list(self.items.slice()),
  "reverse()": (self: PyList) => {
    charge(self.items.length >> 3);
    self.items.reverse();
    return null;
  },
  "sort(*, key=None, reverse=False)": (self: PyList, key: PyValue = null, reverse: PyValue = false) => {
    const items = self.items;
    // CPython empties the list while it sorts, so that a key function cannot see half of it.
    const meanwhile: PyValue[] = [];
    self.items = meanwhile;
    let sorted = items;
    let modified = false;
    try {
      sorted = sortItems(items, key, truth(reverse));
      modified = self.items !== meanwhile || meanwhile.length > 0;
    } finally {
      self.items = sorted;
    }
    if (modified) throw valueError("list modified during sort");
    return null;
  },
});
asMethods(listType, "__getitem__");

function assignSlice(self: PyList, key: PySlice, value: PyValue): void {
  if (!isIterable(value)) {
    throw typeError("must assign iterable to extended slice");
  }
  const items = collect(value);
  const { start, stop, step, count } = sliceIndices(key, self.items.length);
  if (step === 1) {
    allocate(items.length * 8);
    const before = self.items.slice(0, start);
    const after = self.items.slice(Math.max(start, stop));
    self.items = [...before, ...items, ...after];
    return;
  }
  if (items.length !== count) {
    throw valueError(`attempt to assign sequence of size ${items.length} to extended slice of size ${count}`);
  }
  for (let i = 0, at = start; i < count; i++, at += step) self.items[at] = items[i] as PyValue;
}
