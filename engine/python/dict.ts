// The objects behind dict and set.
import { keyError, typeError } from "./exceptions.ts";
import { ENTRY_BYTES, type Key, KeyIndex } from "./hash-table.ts";
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

/** Entries that a dict has, but nobody has asked for yet: the JSON object that they are made of, and what makes their values. */
export interface Unread {
  readonly tree: Readonly<Record<string, unknown>>;
  /** Makes the value of a member that is a list or an object; all others are values as they are. */
  make(key: string): PyValue;
}

/** A `dict`: values by normalised key, in insertion order. */
export class PyDict extends Keyed {
  /** Null until something is put in; and as long as only single entries have been asked for. */
  private table: Map<Key, PyValue> | null = null;
  private unread: Unread | null;
  /** Objects among the unread entries that were asked for, which a program must find again: the first one, and further ones. */
  private firstKey: string | null = null;
  private first: PyValue = null;
  private made: Map<string, PyValue> | null = null;
  private isCounted = false;
  /** Number of unread entries; -1 where nobody has asked. */
  private members = -1;

  constructor(unread: Unread | null = null) {
    super();
    this.unread = unread;
  }

  /** Values by normal form; read by generated code and by `PyDict` itself only. */
  get map(): Map<Key, PyValue> {
    return this.table ?? this.fill();
  }
  set map(table: Map<Key, PyValue>) {
    this.table = table;
    this.unread = null;
    this.firstKey = this.first = this.made = null;
  }
  /** Entries of which not all were made: what stands for a value is the value, or the JSON of one; null where all are there. */
  get unreadEntries(): (readonly [string, unknown])[] | null {
    if (this.unread === null) return null;
    return Object.entries(this.unread.tree).map(([key, json]) => [key, this.known(key) ?? json]);
  }
  /** No change that an iterator would notice: the entries have been there. */
  private fill(): Map<Key, PyValue> {
    const table = new Map<Key, PyValue>();
    if (this.unread !== null) {
      this.count();
      const names = Object.keys(this.unread.tree);
      allocate(names.length * ENTRY_BYTES);
      for (const name of names) table.set(name, this.single(this.unread, name) as PyValue);
    }
    this.map = table;
    return table;
  }
  /** The first look at unread entries is a step, whatever it is for. */
  private count(): void {
    if (this.isCounted) return;
    this.isCounted = true;
    charge(1);
  }
  /** One entry: most programs ask for few of many, and for those the others need not be made. */
  private single(unread: Unread, key: string): PyValue | undefined {
    const known = this.known(key);
    if (known !== undefined) return known;
    const json = unread.tree[key];
    if (json === undefined || json === null) return json as null | undefined;
    // What every object inherits is a function or an object.
    if (typeof json !== "object" && typeof json !== "function") return json as PyValue;
    if (!Object.hasOwn(unread.tree, key)) return undefined;
    const value = unread.make(key);
    if (this.firstKey === null) {
      this.firstKey = key;
      this.first = value;
    } else {
      this.made ??= new Map();
      this.made.set(key, value);
    }
    return value;
  }
  private known(key: string): PyValue | undefined {
    return key === this.firstKey ? this.first : this.made?.get(key);
  }

  get size(): number {
    if (this.table !== null) return this.table.size;
    if (this.unread === null) return 0;
    this.count();
    if (this.members < 0) this.members = Object.keys(this.unread.tree).length;
    return this.members;
  }
  get(key: PyValue): PyValue | undefined {
    if (this.isNormal(key)) {
      const { table, unread } = this;
      if (table !== null) return table.get(key);
      if (unread === null) return undefined;
      this.count();
      return typeof key === "string" ? this.single(unread, key) : undefined;
    }
    const normal = this.index.find(key, false, keysOf(this.map));
    return normal === undefined ? undefined : this.map.get(normal);
  }
  has(key: PyValue): boolean {
    if (this.isNormal(key)) {
      const { table, unread } = this;
      if (table !== null) return table.has(key);
      if (unread === null) return false;
      this.count();
      return typeof key === "string" && Object.hasOwn(unread.tree, key);
    }
    const normal = this.index.find(key, false, keysOf(this.map));
    return normal !== undefined && this.map.has(normal);
  }
  set(key: PyValue, value: PyValue): void {
    const normal = this.isNormal(key) ? key : (this.index.find(key, true, keysOf(this.map)) as Key);
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
