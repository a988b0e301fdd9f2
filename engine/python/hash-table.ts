// The table behind dict and set: insertion order and Python's key equality on top of JavaScript's Map.
//
// Map compares keys as Python does for the keys that programs use: strings, integers (numbers, and bigints by
// value), None. Every other key is first brought to a *normal form* that Map can compare:
//   True, 1.0            -> 1            (bool and integral float equal the int)
//   1.5                  -> 1.5          (no int has that value, so the number is free to stand for the float)
//   2**64 and beyond     -> an object for the value, because V8 hashes a bigint by its last 64 bits alone
//   NaN                  -> the object   (equal only to itself, by identity)
//   (1, "a")             -> the first equal tuple put in, found through a text that spells out its items
//   objects by identity  -> themselves
//   objects with __eq__  -> the first equal object put in, found among those of the same hash
// A key that differs from its normal form is kept beside it (`aliases`), for iteration.
import { ENTRY_BYTES } from "./entries.ts";
import { typeError } from "./exceptions.ts";
import { hash } from "./hash.ts";
import {
  asInt,
  objectId,
  PyFloat,
  PyInt,
  PyObject,
  PyStr,
  type PyType,
  type PyValue,
  typeName,
} from "./object.ts";
import { allocate, charge, perEvaluation } from "./state.ts";

/** A key in normal form. */
export type Key = null | string | number | bigint | PyObject;

/** Things `hash-table.ts` is told by modules that need it themselves. */
export const keyKinds: {
  /** Items of a plain tuple; undefined for anything else. */
  tupleItems: (value: PyObject) => readonly PyValue[] | undefined;
  /** `a == b`. */
  equal: (a: PyValue, b: PyValue) => boolean;
  /** `object.__hash__` and `object.__eq__`, which mean identity. */
  identityHash: PyValue | undefined;
} = { tupleItems: () => undefined, equal: (a, b) => a === b, identityHash: undefined };

/** Maps keys to normal forms, for one dict or set. */
export class KeyIndex {
  private aliases: Map<Key, PyValue> | null = null;
  private tuples: Map<string, PyObject> | null = null;
  private buckets: Map<number | bigint, PyObject[]> | null = null;
  /** The hash of each key in `buckets`, which a program's `__hash__` is not asked for again. */
  private hashes: Map<PyObject, number | bigint> | null = null;
  /** The table's plain keys by hash, once a key of another kind has to be compared with them. */
  private plainKeys: Map<number | bigint, Key[]> | null = null;

  /**
   * The normal form of `key`. When it is not in the table yet and would need a representative of its own,
   * `undefined` unless `adding`, when the key itself becomes the representative.
   *
   * @param present the table's keys: consulted when a key with an `__eq__` of its own may equal a plain one
   */
  find(
    key: PyValue,
    adding: boolean,
    present: Iterable<Key> & { readonly size: number; has(k: Key): boolean },
  ): Key | undefined {
    switch (typeof key) {
      case "string":
      case "number":
        return this.buckets === null ? key : this.amongBuckets(key, adding, present);
      case "bigint":
        if (isWide(key)) return this.alias(wideInt(key), key, adding, present);
        return this.buckets === null ? key : this.amongBuckets(key, adding, present);
      case "boolean":
        return this.alias(key ? 1 : 0, key, adding, present);
      default:
        break;
    }
    if (key === null) {
      if (adding && !present.has(null)) this.notePlain(null, null);
      return null;
    }
    if (key instanceof PyFloat && plainKey(key)) {
      const value = key.value;
      if (Number.isNaN(value)) return key;
      const isLarge = Number.isInteger(value) && !Number.isSafeInteger(value);
      return this.alias(isLarge ? formOf(BigInt(value)) : value + 0, key, adding, present);
    }
    if ((key instanceof PyStr || key instanceof PyInt) && plainKey(key)) {
      return this.alias(typeof key.value === "bigint" ? formOf(key.value) : key.value, key, adding, present);
    }
    const items = keyKinds.tupleItems(key);
    if (items !== undefined) {
      const text = spell(items, 0);
      if (text !== undefined) {
        this.tuples ??= new Map();
        const known = this.tuples.get(text);
        if (known !== undefined) return known;
        if (this.buckets !== null) {
          const found = this.amongBuckets(key, adding, present);
          if (found !== key) return found;
        }
        if (adding) this.tuples.set(text, key);
        return adding ? key : undefined;
      }
    }
    if (items === undefined && key.cls.lookup("__hash__") === keyKinds.identityHash) {
      return this.buckets === null ? key : this.amongBuckets(key, false, present);
    }
    return this.inBuckets(key, adding, present);
  }

  private alias(
    normal: Key,
    key: PyValue,
    adding: boolean,
    present: { has(k: Key): boolean } & Iterable<Key> & { readonly size: number },
  ): Key | undefined {
    if (this.buckets !== null) {
      const found = this.amongBuckets(normal, adding, present, key);
      if (found !== normal) return found;
    }
    if (adding && !present.has(normal)) {
      this.aliases ??= new Map();
      this.aliases.set(normal, key);
    }
    return normal;
  }

  /** A plain key may equal an object with an `__eq__` of its own that is in the table. */
  private amongBuckets(
    key: Key,
    adding: boolean,
    present: { has(k: Key): boolean },
    given: PyValue = key,
  ): Key {
    if (present.has(key)) return key;
    const bucket = (this.buckets as Map<number | bigint, PyObject[]>).get(hash(given));
    if (bucket !== undefined) {
      for (const candidate of bucket) {
        charge(1);
        if (keyKinds.equal(candidate, given)) return candidate;
      }
    }
    if (adding) this.notePlain(key, given);
    return key;
  }

  private inBuckets(
    key: PyObject,
    adding: boolean,
    present: Iterable<Key> & { readonly size: number; has(k: Key): boolean },
  ): Key | undefined {
    const h = hash(key);
    this.buckets ??= new Map();
    const bucket = this.buckets.get(h);
    if (bucket !== undefined) {
      for (const candidate of bucket) {
        charge(1);
        if (candidate === key || keyKinds.equal(candidate, key)) return candidate;
      }
    }
    for (const other of this.plainOf(h, present)) {
      // Comparing may run code of the program's, which may have taken it out.
      if (present.has(other) && keyKinds.equal(this.original(other), key)) return other;
    }
    if (!adding) return undefined;
    if (bucket === undefined) this.buckets.set(h, [key]);
    else bucket.push(key);
    this.hashes ??= new Map();
    this.hashes.set(key, h);
    return key;
  }

  /** The table's plain keys of a hash. */
  private plainOf(h: number | bigint, present: Iterable<Key>): readonly Key[] {
    if (this.plainKeys === null) {
      this.plainKeys = new Map();
      for (const key of present) {
        charge(1);
        if (this.isPlain(key)) this.notePlain(key, this.original(key));
      }
    }
    return [...(this.plainKeys.get(h) ?? [])];
  }
  /** Is it a key that no `__eq__` of its own speaks for? Tuples of such are. */
  private isPlain(normal: Key): boolean {
    if (typeof normal !== "object" || normal === null || this.aliases?.has(normal) === true) return true;
    const items = keyKinds.tupleItems(normal);
    return items !== undefined && spell(items, 0) !== undefined;
  }
  private notePlain(normal: Key, given: PyValue): void {
    if (this.plainKeys === null) return;
    const h = hash(given);
    const known = this.plainKeys.get(h);
    if (known === undefined) this.plainKeys.set(h, [normal]);
    else if (!known.includes(normal)) known.push(normal);
  }

  /** The key as the program gave it. */
  original(normal: Key): PyValue {
    if (this.aliases === null) return normal;
    const alias = this.aliases.get(normal);
    return alias === undefined ? normal : alias;
  }
  /** True when texts and numbers are their own normal forms: no key has an `__eq__` of its own that could equal them. */
  get isDirect(): boolean {
    return this.buckets === null;
  }
  /** True when every key is its own normal form. */
  get plain(): boolean {
    return this.aliases === null;
  }

  /** Forgets a key that has left the table. */
  forget(normal: Key): void {
    if (this.plainKeys !== null && this.isPlain(normal)) {
      const h = hash(this.original(normal));
      remove(this.plainKeys, h, normal);
    }
    this.aliases?.delete(normal);
    if (normal instanceof PyObject) {
      if (this.tuples !== null) {
        const items = keyKinds.tupleItems(normal);
        const text = items === undefined ? undefined : spell(items, 0);
        if (text !== undefined) this.tuples.delete(text);
      }
      const h = this.hashes?.get(normal);
      if (this.buckets !== null && h !== undefined) {
        this.hashes?.delete(normal);
        remove(this.buckets, h, normal);
      }
    }
  }

  clear(): void {
    this.aliases = null;
    this.tuples = null;
    this.buckets = null;
    this.hashes = null;
    this.plainKeys = null;
  }

  /** A copy for a copied table. */
  copy(): KeyIndex {
    const copy = new KeyIndex();
    if (this.aliases !== null) copy.aliases = new Map(this.aliases);
    if (this.tuples !== null) copy.tuples = new Map(this.tuples);
    if (this.buckets !== null) {
      copy.buckets = new Map([...this.buckets].map(([h, bucket]) => [h, [...bucket]]));
      copy.hashes = new Map(this.hashes);
    }
    return copy;
  }
}

const isWide = (value: bigint): boolean => value > 0xffff_ffff_ffff_ffffn || value < -0xffff_ffff_ffff_ffffn;
/** The one object that stands for a wide integer in all tables of an evaluation. */
const wideInts = perEvaluation(() => new Map<string, PyInt>());
function wideInt(value: bigint): PyInt {
  const text = value.toString(36);
  let form = wideInts().get(text);
  if (form === undefined) {
    allocate(text.length + ENTRY_BYTES + 48);
    form = new PyInt(value);
    wideInts().set(text, form);
  }
  charge(text.length >> 6);
  return form;
}
const formOf = (value: bigint): bigint | PyInt => (isWide(value) ? wideInt(value) : value);

/** Takes a key out of those of its hash. */
function remove<K>(table: Map<number | bigint, K[]>, h: number | bigint, key: K): void {
  const keys = table.get(h);
  const at = keys?.indexOf(key) ?? -1;
  if (keys === undefined || at < 0) return;
  keys.splice(at, 1);
  if (keys.length === 0) table.delete(h);
}

/** Does a derived class leave hashing and equality to its base? */
function plainKey(key: PyFloat | PyStr | PyInt): boolean {
  const type: PyType = key.cls;
  if (type.builtin) return true;
  const layout = type.layout;
  return (
    type.lookup("__hash__") === layout.lookup("__hash__") && type.lookup("__eq__") === layout.lookup("__eq__")
  );
}

/** A text that is equal for equal tuples of plain items; undefined where an item has an equality of its own. */
function spell(items: readonly PyValue[], depth: number): string | undefined {
  let text = "";
  if (depth > 64) return undefined;
  for (const item of items) {
    switch (typeof item) {
      case "string":
        text += `s${item.length}:${item}`;
        continue;
      case "number":
      case "bigint":
        text += `i${item};`;
        continue;
      case "boolean":
        text += item ? "i1;" : "i0;";
        continue;
      default:
        break;
    }
    if (item === null) text += "n";
    else if (item instanceof PyFloat && plainKey(item)) {
      const value = item.value;
      if (Number.isNaN(value)) text += `o${objectId(item)};`;
      else if (Number.isInteger(value))
        text += `i${Number.isSafeInteger(value) ? value + 0 : BigInt(value)};`;
      else text += `f${value};`;
    } else {
      const inner = keyKinds.tupleItems(item);
      if (inner !== undefined) {
        const spelled = spell(inner, depth + 1);
        if (spelled === undefined) return undefined;
        text += `(${spelled})`;
      } else {
        const int = asInt(item);
        if (int !== undefined && plainKey(item as PyInt)) text += `i${int};`;
        else if (item instanceof PyStr && plainKey(item)) text += `s${item.value.length}:${item.value}`;
        else {
          const method = item.cls.lookup("__hash__");
          if (method === null || method === undefined)
            throw typeError(`unhashable type: '${typeName(item)}'`);
          if (method !== keyKinds.identityHash) return undefined;
          text += `o${objectId(item)};`;
        }
      }
    }
  }
  return text;
}
