// Iteration: what `iter()` returns, and the loop every built-in uses.
//
// Inside the runtime an iterator is an object whose `next()` gives a value, or `undefined` at the end; no exception
// is made for the end of a loop. Python sees the same objects through `__iter__` and `__next__`.

import { PyDict, PySet } from "./dict.ts";
import {
  IndexError,
  PyException,
  pyError,
  RuntimeError,
  raise,
  StopIteration,
  typeError,
  valueError,
} from "./exceptions.ts";
import { callWithSelf, defineMethods, special } from "./function.ts";
import type { Key } from "./hash-table.ts";
import type { Int } from "./integer.ts";
import {
  asInt,
  makeType,
  NotImplemented,
  PyObject,
  type PyType,
  type PyValue,
  typeName,
  typeOf,
} from "./object.ts";
import { length } from "./operators.ts";
import { PyList, PyTuple } from "./sequence.ts";
import { allocate, charge } from "./state.ts";
import { textLength, unitOffset } from "./text.ts";

/** An iterator of the runtime's. */
export abstract class PyIterator extends PyObject {
  /** The next value; `undefined` at the end, and ever after. */
  abstract next(): PyValue | undefined;
}

/** What some iterators know besides. */
interface Counted {
  /** How many values are left; undefined for no end. */
  readonly remaining?: number | undefined;
  /** Goes on at another place. */
  seek?(at: Int): void;
}

/** Makes the type of a built-in iterator class. */
export function iteratorType(
  name: string,
  of: abstract new (...args: never[]) => PyIterator,
  module = "builtins",
): PyType {
  const type = makeType(name, { of, subclassable: false, module });
  defineIteration(type);
  const known = of.prototype as Counted & object;
  if ("remaining" in known) {
    defineMethods(type, { "__length_hint__()": (self: Counted) => self.remaining ?? 0 });
  }
  if ("seek" in known) {
    defineMethods(type, {
      "__setstate__(object, /)": (self: Counted, state: PyValue) => {
        const at = asInt(state);
        if (at === undefined) throw typeError("an integer is required");
        self.seek?.(at);
        return null;
      },
    });
  }
  return type;
}

/** Gives the type of a built-in iterator `__iter__` and `__next__`. */
export function defineIteration(type: PyType): void {
  defineMethods(type, {
    "__iter__()": (self: PyIterator) => self,
    "__next__()": nextOrStop,
  });
}
/** `__next__` of a built-in iterator. */
export function nextOrStop(self: PyIterator): PyValue {
  const value = self.next();
  if (value === undefined) throw raise(new PyException(StopIteration, []));
  return value;
}

/** Over the items of a JavaScript array (list, tuple); sees items that a list gains meanwhile. */
export class ArrayIterator extends PyIterator {
  readonly source: { readonly items: readonly PyValue[] };
  index = 0;
  constructor(source: { readonly items: readonly PyValue[] }) {
    super();
    this.source = source;
  }
  next(): PyValue | undefined {
    const items = this.source.items;
    if (this.index < items.length) return items[this.index++];
    this.index = Number.POSITIVE_INFINITY;
    return undefined;
  }
  /** Where `__setstate__` goes on; a list's iterator takes what is before the start as its end. */
  protected start(at: number): number {
    return at < 0 ? Number.POSITIVE_INFINITY : at;
  }
  get remaining(): number {
    return Math.max(0, this.source.items.length - this.index);
  }
  seek(at: Int): void {
    if (this.index !== Number.POSITIVE_INFINITY) this.index = this.start(Number(at));
  }
}
iteratorType("list_iterator", ArrayIterator);
class TupleIterator extends ArrayIterator {
  protected override start(at: number): number {
    return Math.max(0, at);
  }
}
iteratorType("tuple_iterator", TupleIterator);

/** Over a string, by code point. */
export class StringIterator extends PyIterator {
  private readonly text: string;
  private index = 0;
  constructor(text: string) {
    super();
    this.text = text;
  }
  next(): PyValue | undefined {
    const text = this.text;
    const i = this.index;
    if (i >= text.length) return undefined;
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < text.length) {
      const low = text.charCodeAt(i + 1);
      if (low >= 0xdc00 && low < 0xe000) {
        this.index = i + 2;
        return text.slice(i, i + 2);
      }
    }
    this.index = i + 1;
    return text[i];
  }
  get remaining(): number {
    return textLength(this.text.slice(this.index));
  }
  seek(at: Int): void {
    this.index = Math.min(this.text.length, unitOffset(this.text, Math.max(0, Number(at))));
  }
}
iteratorType("str_iterator", StringIterator);
class AsciiIterator extends StringIterator {}
iteratorType("str_ascii_iterator", AsciiIterator);
/** The iterator of a string as Python sees it: its type says whether the text is ASCII. */
export function stringIterator(text: string): StringIterator {
  return /[\u0080-\uffff]/.test(text) ? new StringIterator(text) : new AsciiIterator(text);
}

/** Over the keys, values or items of a dict; notices when it changes size. */
export class DictIterator extends PyIterator {
  private readonly source: PyDict;
  private readonly what: "keys" | "values" | "items";
  private readonly inner: Iterator<[Key, PyValue]>;
  private readonly size: number;
  private left: number;
  private done = false;
  constructor(dict: PyDict, what: "keys" | "values" | "items") {
    super();
    this.source = dict;
    this.what = what;
    this.inner = dict.map.entries();
    this.size = dict.size;
    this.left = dict.size;
  }
  next(): PyValue | undefined {
    if (this.done) return undefined;
    if (this.source.size !== this.size) {
      this.done = true;
      throw pyError(RuntimeError, "dictionary changed size during iteration");
    }
    const step = this.inner.next();
    if (step.done === true) {
      this.done = true;
      return undefined;
    }
    if (this.left === 0) {
      this.done = true;
      throw pyError(RuntimeError, "dictionary keys changed during iteration");
    }
    this.left -= 1;
    const [key, value] = step.value;
    if (this.what === "values") return value;
    const original = this.source.original(key);
    if (this.what === "keys") return original;
    // The pair is this step's own.
    return new PyTuple(original === key ? (step.value as PyValue[]) : [original, value]);
  }
  get remaining(): number {
    return this.done || this.source.size !== this.size ? 0 : this.left;
  }
}
iteratorType("dict_keyiterator", DictIterator);
class DictValueIterator extends DictIterator {}
iteratorType("dict_valueiterator", DictValueIterator);
class DictItemIterator extends DictIterator {}
iteratorType("dict_itemiterator", DictItemIterator);
/** The iterator of a dict's view. */
export function dictIterator(dict: PyDict, what: "keys" | "values" | "items"): DictIterator {
  if (what === "values") return new DictValueIterator(dict, what);
  return what === "items" ? new DictItemIterator(dict, what) : new DictIterator(dict, what);
}

/** Over a set; notices when it changes size. */
export class SetIterator extends PyIterator {
  private readonly set: PySet;
  private readonly inner: Iterator<Key>;
  private readonly size: number;
  private left: number;
  private done = false;
  constructor(set: PySet) {
    super();
    this.set = set;
    this.inner = set.orderedKeys[Symbol.iterator]();
    this.size = set.size;
    this.left = set.size;
  }
  next(): PyValue | undefined {
    if (this.done) return undefined;
    if (this.set.size !== this.size) {
      this.done = true;
      throw pyError(RuntimeError, "Set changed size during iteration");
    }
    const step = this.inner.next();
    if (step.done === true) {
      this.done = true;
      return undefined;
    }
    this.left -= 1;
    return this.set.original(step.value);
  }
  get remaining(): number {
    return this.done || this.set.size !== this.size ? 0 : this.left;
  }
}
iteratorType("set_iterator", SetIterator);

/** Over values made one at a time by a JavaScript function: the built-in lazy iterators. */
export class LazyIterator extends PyIterator {
  private readonly step: () => PyValue | undefined;
  constructor(step: () => PyValue | undefined) {
    super();
    this.step = step;
  }
  next(): PyValue | undefined {
    return this.step();
  }
}
iteratorType("iterator", LazyIterator);

/** What `__iter__` of an author's class returned, driven through its `__next__`. */
export class ProtocolIterator {
  readonly object: PyValue;
  private readonly method: PyValue;
  constructor(object: PyValue, method: PyValue) {
    this.object = object;
    this.method = method;
  }
  next(): PyValue | undefined {
    try {
      return callWithSelf(this.method, this.object, [], null);
    } catch (error) {
      if (error instanceof PyException && error.cls.isSubtype(StopIteration)) return undefined;
      throw error;
    }
  }
}

/** Over an object that has only `__getitem__`. */
class SequenceIterator extends PyIterator {
  private readonly object: PyValue;
  private index = 0;
  private done = false;
  constructor(object: PyValue) {
    super();
    this.object = object;
  }
  next(): PyValue | undefined {
    if (this.done) return undefined;
    try {
      return special(this.object, "__getitem__", [this.index++]);
    } catch (error) {
      if (
        error instanceof PyException &&
        (error.cls.isSubtype(IndexError) || error.cls.isSubtype(StopIteration))
      ) {
        this.done = true;
        return undefined;
      }
      throw error;
    }
  }
  seek(at: Int): void {
    this.index = Math.max(0, Number(at));
  }
  /** How many items are left by the object's own account. */
  hint(): PyValue {
    if (this.done) return 0;
    if (typeOf(this.object).lookup("__len__") === undefined) return NotImplemented;
    return Math.max(0, length(this.object) - this.index);
  }
}
defineMethods(iteratorType("iterator", SequenceIterator), {
  "__length_hint__()": (self: SequenceIterator) => self.hint(),
});

/** Anything that can be stepped: `next()` gives `undefined` at the end. */
export interface Stepper {
  next(): PyValue | undefined;
}

/** `iter(value)` as the runtime steps it; throws TypeError for what is not iterable. */
export function iter(value: PyValue): Stepper {
  if (value instanceof PyObject) {
    if (value.cls.builtin) {
      if (value instanceof PyList) return new ArrayIterator(value);
      if (value instanceof PyTuple) return new TupleIterator(value);
      if (value instanceof PyIterator) return value;
      if (value instanceof PyDict && value.cls.name === "dict") return new DictIterator(value, "keys");
      if (value instanceof PySet) return new SetIterator(value);
    }
  } else if (typeof value === "string") return new StringIterator(value);
  return stepper(iterObject(value));
}

/** `iter(value)` as Python sees it. */
export function iterObject(value: PyValue): PyValue {
  if (typeof value === "string") return stringIterator(value);
  const type = typeOf(value);
  const method = type.lookup("__iter__");
  if (method !== undefined && method !== null) {
    const result = callWithSelf(method, value, [], null);
    if (!(result instanceof PyIterator) && typeOf(result).lookup("__next__") === undefined) {
      throw typeError(`iter() returned non-iterator of type '${typeName(result)}'`);
    }
    return result;
  }
  if (method === undefined && type.lookup("__getitem__") !== undefined) {
    return new SequenceIterator(value);
  }
  throw typeError(`'${typeName(value)}' object is not iterable`);
}

/** Steps an iterator object: directly when it is the runtime's, through `__next__` otherwise. */
export function stepper(iterator: PyValue): Stepper {
  if (iterator instanceof PyIterator && iterator.cls.builtin) return iterator;
  const method = typeOf(iterator).lookup("__next__");
  if (method === undefined) throw typeError(`'${typeName(iterator)}' object is not an iterator`);
  return new ProtocolIterator(iterator, method);
}

/** All values of an iterable, in a new array. */
export function collect(value: PyValue): PyValue[] {
  if (
    value instanceof PyObject &&
    value.cls.builtin &&
    (value instanceof PyList || value instanceof PyTuple)
  ) {
    charge(value.items.length >> 3);
    return value.items.slice();
  }
  return collectSteps(iter(value));
}
/** All values that are left, in a new array. */
export function collectSteps(it: Stepper): PyValue[] {
  const items: PyValue[] = [];
  // What cannot fit is refused before the first value.
  if (it instanceof PyIterator) allocate(8 * ((it as Counted).remaining ?? 0));
  for (let v = it.next(); v !== undefined; v = it.next()) {
    items.push(v);
    charge(1);
    allocate(16);
  }
  return items;
}

/** Calls `each` with every value of an iterable. */
export function forEach(value: PyValue, each: (item: PyValue) => void): void {
  const it = iter(value);
  for (let v = it.next(); v !== undefined; v = it.next()) {
    charge(1);
    each(v);
  }
}

/** Can `iter()` take it? */
export function isIterable(value: PyValue): boolean {
  const type = typeOf(value);
  return (
    typeof value === "string" ||
    type.lookup("__iter__") !== undefined ||
    type.lookup("__getitem__") !== undefined
  );
}

/** The complaint of `a, b = value` where the value is no iterable. */
export function checkUnpackable(value: PyValue): void {
  if (!isIterable(value)) throw typeError(`cannot unpack non-iterable ${typeName(value)} object`);
}

/** `a, b = value`: exactly `n` values. */
export function unpack(value: PyValue, n: number): readonly PyValue[] {
  if (value instanceof PyTuple && value.cls.builtin && value.items.length === n) return value.items;
  checkUnpackable(value);
  const it = iter(value);
  const out: PyValue[] = [];
  for (let i = 0; i < n; i++) {
    const item = it.next();
    if (item === undefined) throw valueError(`not enough values to unpack (expected ${n}, got ${i})`);
    out.push(item);
  }
  if (it.next() !== undefined) throw valueError(`too many values to unpack (expected ${n})`);
  return out;
}
