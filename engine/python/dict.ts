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

/** What a dict holds as long as it has no table: texts as keys, and their values. */
export interface Entries {
  readonly size: number;
  get(key: string | number): PyValue | undefined;
  has(key: string | number): boolean;
  /** Gives a key another value; false where it is not there, or that needs a table. */
  replace(key: string | number, value: PyValue): boolean;
  /** Puts them into a table: no change that an iterator would notice, since they have been there. */
  fill(table: Map<Key, PyValue>): void;
}

/** Entries that nobody has asked for yet: the JSON object that they are made of, and what makes their values. */
export abstract class UnreadEntries implements Entries {
  readonly tree: Readonly<Record<string, unknown>>;
  /** Objects among the entries that were asked for, which a program must find again: the first one, and further ones. */
  private firstKey: string | null = null;
  private first: PyValue = null;
  private made: Map<string, PyValue> | null = null;
  /** Number of entries; -1 where nobody has asked for it, -2 where nobody has asked for anything. */
  private members = -2;

  constructor(tree: Readonly<Record<string, unknown>>) {
    this.tree = tree;
  }
  /** Makes the value of a member that is a list or an object; all others are values as they are. */
  protected abstract make(key: string): PyValue;

  /** The first look at them is a step, whatever it is for. */
  private count(): void {
    if (this.members > -2) return;
    this.members = -1;
    charge(1);
  }
  get size(): number {
    this.count();
    if (this.members < 0) this.members = Object.keys(this.tree).length;
    return this.members;
  }
  /** One entry: most programs ask for few of many, and for those the others need not be made. */
  get(key: string | number): PyValue | undefined {
    this.count();
    return typeof key === "string" ? this.single(key) : undefined;
  }
  has(key: string | number): boolean {
    this.count();
    return typeof key === "string" && Object.hasOwn(this.tree, key);
  }
  replace(): boolean {
    return false;
  }
  fill(table: Map<Key, PyValue>): void {
    this.count();
    const names = Object.keys(this.tree);
    allocate(names.length * ENTRY_BYTES);
    for (const name of names) table.set(name, this.single(name) as PyValue);
  }
  /** What stands for a value is the value, or, where it was not made, the JSON of one. */
  get shown(): (readonly [string, unknown])[] {
    return Object.entries(this.tree).map(([key, json]) => [key, this.known(key) ?? json]);
  }
  private single(key: string): PyValue | undefined {
    const json = this.tree[key];
    if (json === undefined || json === null) return json as null | undefined;
    // What every object inherits are functions, which JSON has not, and its prototype.
    if (typeof json === "function") return undefined;
    if (typeof json !== "object") return json as PyValue;
    const known = this.known(key);
    if (known !== undefined) return known;
    if (key === "__proto__" && !Object.hasOwn(this.tree, key)) return undefined;
    const value = this.make(key);
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
}

/** Keys that stand in a program's text, all of them different, and what JSON has before each one's value. */
export class RowNames {
  readonly keys: readonly string[];
  readonly openings: readonly string[];
  constructor(keys: readonly string[]) {
    this.keys = keys;
    this.openings = keys.map((key, i) => `${i === 0 ? "{" : ","}${JSON.stringify(key)}:`);
  }
}
/** Entries under such keys: most of what a mapping returns is made, and written, and never looked at. */
export class Row implements Entries {
  readonly names: RowNames;
  readonly values: PyValue[];
  constructor(names: RowNames, values: PyValue[]) {
    this.names = names;
    this.values = values;
  }
  get size(): number {
    return this.values.length;
  }
  private place(key: string | number): number {
    const { keys } = this.names;
    for (let at = 0; at < keys.length; at += 1) if (keys[at] === key) return at;
    return -1;
  }
  get(key: string | number): PyValue | undefined {
    const at = this.place(key);
    return at < 0 ? undefined : this.values[at];
  }
  has(key: string | number): boolean {
    return this.place(key) >= 0;
  }
  replace(key: string | number, value: PyValue): boolean {
    const at = this.place(key);
    if (at >= 0) this.values[at] = value;
    return at >= 0;
  }
  fill(table: Map<Key, PyValue>): void {
    const { names, values } = this;
    for (let at = 0; at < values.length; at += 1) table.set(names.keys[at] as string, values[at] as PyValue);
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
