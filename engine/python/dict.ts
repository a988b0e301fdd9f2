// The objects behind dict and set.
import { ENTRY_BYTES, type Entries, Row, type RowNames, UnreadEntries } from "./entries.ts";
import { keyError, typeError } from "./exceptions.ts";
import { type Key, KeyIndex } from "./hash-table.ts";
import { type KwArgs, makeType, PyObject, type PyValue, typeName } from "./object.ts";
import { SetOrder } from "./set-order.ts";
import { containers } from "./signature.ts";
import { allocate, charge } from "./state.ts";

/** What dicts and sets have in common. Most have nothing but texts and numbers as keys, which need no index. */
abstract class Keyed extends PyObject {
  protected held: KeyIndex | null = null;
  /** Changes when a key is added or removed: iterators notice. */
  version = 0;

  get index(): KeyIndex {
    this.held ??= new KeyIndex();
    return this.held;
  }
  /** The key as the program gave it. */
  original(normal: Key): PyValue {
    return this.held === null ? normal : this.held.original(normal);
  }
  /** Is the key its own normal form? */
  protected isNormal(key: PyValue): key is string | number {
    return (typeof key === "string" || typeof key === "number") && (this.held === null || this.held.isDirect);
  }
}

/** A `dict`: values by normalised key, in insertion order. */
export class PyDict extends Keyed {
  /** Null until something is put in, and as long as there are entries that need none. */
  private table: Map<Key, PyValue> | null = null;
  /** The entries where there is no table; null for none. */
  private rest: Entries | null;

  constructor(entries: Entries | null = null) {
    super();
    this.rest = entries;
  }

  /** Values by normal form; read by generated code and by `PyDict` itself only. */
  get map(): Map<Key, PyValue> {
    return this.table ?? this.fill();
  }
  set map(table: Map<Key, PyValue>) {
    this.table = table;
    this.rest = null;
  }
  /** Entries of which not all were made: what stands for a value is the value, or the JSON of one; null where all are there. */
  get unreadEntries(): (readonly [string, unknown])[] | null {
    return this.rest instanceof UnreadEntries ? this.rest.shown : null;
  }
  /** The entries where they are a row; else null. */
  get row(): Row | null {
    return this.rest instanceof Row ? this.rest : null;
  }
  private fill(): Map<Key, PyValue> {
    const table = new Map<Key, PyValue>();
    this.rest?.fill(table);
    this.map = table;
    return table;
  }

  get size(): number {
    if (this.table !== null) return this.table.size;
    return this.rest === null ? 0 : this.rest.size;
  }
  get(key: PyValue): PyValue | undefined {
    if (this.isNormal(key)) {
      const { table, rest } = this;
      if (table !== null) return table.get(key);
      return rest === null ? undefined : rest.get(key);
    }
    const normal = this.index.find(key, false, keysOf(this.map));
    return normal === undefined ? undefined : this.map.get(normal);
  }
  has(key: PyValue): boolean {
    if (this.isNormal(key)) {
      const { table, rest } = this;
      if (table !== null) return table.has(key);
      return rest?.has(key) === true;
    }
    const normal = this.index.find(key, false, keysOf(this.map));
    return normal !== undefined && this.map.has(normal);
  }
  set(key: PyValue, value: PyValue): void {
    const isNormal = this.isNormal(key);
    if (isNormal && this.rest?.replace(key, value) === true) return;
    const normal = isNormal ? key : (this.index.find(key, true, keysOf(this.map)) as Key);
    const { map } = this;
    const before = map.size;
    map.set(normal, value);
    if (map.size !== before) {
      this.version += 1;
      allocate(growth(before));
    }
  }
  /** Removes the key; false when it was not there. */
  delete(key: PyValue): boolean {
    const normal = this.index.find(key, false, keysOf(this.map));
    if (normal === undefined || !this.map.delete(normal)) return false;
    this.held?.forget(normal);
    this.version += 1;
    return true;
  }
  clear(): void {
    this.map.clear();
    this.held?.clear();
    this.version += 1;
  }
  /** Moves a key to the end, or before all others; false when it is not there. */
  move(key: PyValue, last: boolean): boolean {
    const normal = this.index.find(key, false, keysOf(this.map));
    const value = normal === undefined ? undefined : this.map.get(normal);
    if (value === undefined) return false;
    // What was removed at the front is passed over by whoever looks for the first key.
    charge(this.map.size >> 4);
    this.map.delete(normal as Key);
    const rest = last ? [] : [...this.map];
    if (!last) this.map.clear();
    this.map.set(normal as Key, value);
    for (const [other, its] of rest) this.map.set(other, its);
    this.version += 1;
    return true;
  }
  /** Keys as the program gave them, in insertion order. */
  *keys(): IterableIterator<PyValue> {
    for (const normal of this.map.keys()) yield this.original(normal);
  }
  values(): IterableIterator<PyValue> {
    return this.map.values();
  }
  *entries(): IterableIterator<[PyValue, PyValue]> {
    for (const [normal, value] of this.map) yield [this.original(normal), value];
  }
  /** A plain dict with the same entries. */
  copy(): PyDict {
    allocate(this.map.size * ENTRY_BYTES);
    const copy = new PyDict();
    copy.map = new Map(this.map);
    copy.held = this.held === null ? null : this.held.copy();
    return copy;
  }
}
export const dictType = makeType("dict", { of: PyDict });
/** A dict of entries under the names of a program's text. */
export function rowOf(names: RowNames, values: PyValue[]): PyDict {
  for (let at = 0; at < values.length; at += 1) allocate(ENTRY_BYTES);
  return new PyDict(new Row(names, values));
}

/** V8 doubles its tables: the doubling is asked for when it comes. */
function growth(size: number): number {
  return size >= 64 && (size & (size - 1)) === 0 ? size * ENTRY_BYTES : ENTRY_BYTES;
}

function keysOf<V>(map: Map<Key, V>): Iterable<Key> & { readonly size: number; has(k: Key): boolean } {
  return map.size === 0 ? NONE : new Keys(map);
}
class Keys<V> implements Iterable<Key> {
  private readonly map: Map<Key, V>;
  constructor(map: Map<Key, V>) {
    this.map = map;
  }
  get size(): number {
    return this.map.size;
  }
  has(key: Key): boolean {
    return this.map.has(key);
  }
  [Symbol.iterator](): Iterator<Key> {
    return this.map.keys();
  }
}
const NONE = new Set<Key>();

/** A dict with string keys, from keyword arguments or the like. */
export function dictFromMap(entries: KwArgs): PyDict {
  const dict = new PyDict();
  for (const [key, value] of entries) dict.set(key, value);
  return dict;
}
containers.dict = dictFromMap;

/** A `set` or `frozenset`. */
export class PySet extends Keyed {
  keysSet: Set<Key> = new Set();
  /** CPython's order of the keys; undefined while there are none, null where insertion is the order. */
  private order: SetOrder | null | undefined = undefined;

  get size(): number {
    return this.keysSet.size;
  }
  has(key: PyValue): boolean {
    const normal = this.index.find(key, false, this.keysSet);
    return normal !== undefined && this.keysSet.has(normal);
  }
  add(key: PyValue): void {
    const normal = this.isNormal(key) ? key : (this.index.find(key, true, this.keysSet) as Key);
    const before = this.keysSet.size;
    this.keysSet.add(normal);
    if (this.keysSet.size !== before) {
      this.version += 1;
      allocate(growth(before));
      if (this.order !== null) this.place(normal);
    }
  }
  private place(normal: Key): void {
    if (typeof normal === "string") this.order = null;
    else {
      this.order ??= new SetOrder();
      if (!this.order.add(normal)) this.order = null;
    }
  }
  delete(key: PyValue): boolean {
    const normal = this.index.find(key, false, this.keysSet);
    if (normal === undefined || !this.keysSet.delete(normal)) return false;
    this.held?.forget(normal);
    this.order?.delete(normal);
    this.version += 1;
    return true;
  }
  clear(): void {
    this.keysSet.clear();
    this.held?.clear();
    this.order?.clear();
    this.order ??= undefined;
    this.version += 1;
  }
  /** Removes a key, the one that CPython would, and gives it; undefined when there is none. */
  pop(): PyValue | undefined {
    if (this.keysSet.size === 0) return undefined;
    const normal = this.order ? this.order.pop() : (this.keysSet.values().next().value as Key);
    const key = this.original(normal);
    this.keysSet.delete(normal);
    this.held?.forget(normal);
    this.version += 1;
    return key;
  }
  /** Adds the keys of another set. */
  merge(other: PySet): void {
    if (other === this || other.size === 0) return;
    if (this.order === undefined && other.order) this.order = new SetOrder();
    const { order } = this;
    if (order && other.order) {
      order.reserve(other.size);
      if (order.takeOver(other.order)) {
        // The keys are in place; only the set is left to be told.
        this.order = null;
        for (const key of other.items()) this.add(key);
        // Each evaluation has forms of its own for wide integers, and a program's constants have those of its load.
        if (other.held?.plain === false)
          order.rename((normal) => this.index.find(other.original(normal), false, this.keysSet) as Key);
        this.order = order;
        return;
      }
    }
    for (const key of other.items()) this.add(key);
  }
  /** Makes room at once for that many more keys. */
  reserve(count: number): void {
    if (this.order === undefined) this.order = new SetOrder();
    this.order?.reserve(count);
  }
  /** After many deletions. */
  sweep(): void {
    this.order?.sweep();
  }
  /** Takes the content of a set that nobody else has. */
  become(other: PySet): void {
    this.keysSet = other.keysSet;
    this.held = other.held;
    // Where `pop` goes on is the set's own, as in CPython.
    if (other.order && this.order) other.order.popFrom(this.order);
    this.order = other.order;
    this.version += 1;
  }
  /** Keys in normal form, in order. */
  get orderedKeys(): Iterable<Key> {
    return this.order ?? this.keysSet;
  }
  *items(): IterableIterator<PyValue> {
    for (const normal of this.orderedKeys) yield this.original(normal);
  }
}
/** A `frozenset`. */
export class PyFrozenSet extends PySet {}
export const setType = makeType("set", { of: PySet });
export const frozensetType = makeType("frozenset", { of: PyFrozenSet });

/** `dict[key]` for a dict known to have no `__missing__`. */
export function dictItem(dict: PyDict, key: PyValue): PyValue {
  const value = dict.get(key);
  if (value === undefined) throw keyError(key);
  return value;
}

/** `TypeError` for a keyword that is not a string. */
export function keywordName(key: PyValue): string {
  if (typeof key === "string") return key;
  throw typeError(`keywords must be strings, not '${typeName(key)}'`);
}
