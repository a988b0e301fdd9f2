// The order in which CPython's sets are iterated, for sets whose hashes are the same on every run.
//
// A set has no order of its own, but programs see one: that of the slots of its hash table (Objects/setobject.c). For
// numbers, None and tuples of them it is the same on every run of CPython, so it is kept here by the same table, with the
// same probing, growth and tombstones. Membership is not asked of it: the set itself knows what it holds. Sets with
// strings, objects or NaN have another order on every run there, so theirs is the order of insertion here.

import { hash, hashFloat, hashInt } from "./hash.ts";
import { type Key, keyKinds } from "./hash-table.ts";
import { PyFloat, PyInt, type PyValue } from "./object.ts";
import { charge } from "./state.ts";

const LINEAR_PROBES = 9;
const SMALLEST = 8;
/** Larger sets go by insertion: keeping a second table costs more than anyone looks at. */
const LARGEST = 50_000;

/** Takes the place of a removed key: the next key that comes past it takes it. */
const REMOVED = Symbol("removed");
type Slot = Key | typeof REMOVED | undefined;

/** Is the hash the same on every run? */
function isSteady(key: PyValue): boolean {
  switch (typeof key) {
    case "number":
    case "bigint":
    case "boolean":
      return true;
    case "string":
      return false;
    default: {
      if (key === null) return true;
      if (key instanceof PyFloat) return !Number.isNaN(key.value);
      if (key instanceof PyInt && key.cls.builtin) return true;
      return keyKinds.tupleItems(key)?.every(isSteady) ?? false;
    }
  }
}

function hashOf(key: Key): number | bigint {
  if (typeof key === "number") return Number.isInteger(key) ? hashInt(key) : hashFloat(key);
  return typeof key === "bigint" ? hashInt(key) : hash(key);
}

/** The slots of a set's table. */
export class SetOrder {
  slots: Slot[] = new Array<Slot>(SMALLEST).fill(undefined);
  /** Slots that are not free: keys and tombstones. */
  private fill = 0;
  private used = 0;
  /** Where `pop` looks next. */
  private finger = 0;
  /** The last tombstone that {@link search} came past, or -1. */
  private free = -1;

  private get mask(): number {
    return this.slots.length - 1;
  }

  /** Puts in a key that is not there; false when it has no place of its own, and this order is over. */
  add(key: Key): boolean {
    if (this.used >= LARGEST || !isSteady(key)) return false;
    this.used += 1;
    if (this.insert(key)) return true;
    this.fill += 1;
    if (this.fill * 5 >= this.mask * 3) this.resize(this.grown);
    return true;
  }

  delete(key: Key): void {
    const at = this.search(key);
    if (this.slots[at] !== key) return;
    this.slots[at] = REMOVED;
    this.used -= 1;
  }

  clear(): void {
    this.slots = new Array<Slot>(SMALLEST).fill(undefined);
    this.fill = 0;
    this.used = 0;
  }

  /** Makes room for the keys of another collection, as one resize before they are added. */
  reserve(count: number): void {
    if ((this.fill + count) * 5 >= this.mask * 3) this.resize((this.used + count) * 2);
  }

  /** Takes another's slots as they are, when this is empty and of its size; false where they have to be added. */
  takeOver(other: SetOrder): boolean {
    if (this.fill > 0 || this.mask !== other.mask || other.fill !== other.used) return false;
    this.slots = [...other.slots];
    this.fill = other.fill;
    this.used = other.used;
    return true;
  }

  /** Gives the keys other normal forms, of the same hashes. */
  rename(formOf: (key: Key) => Key): void {
    this.slots = this.slots.map((slot) =>
      slot === undefined || slot === REMOVED ? slot : formOf(slot as Key),
    );
  }

  /** Makes the table anew where more than a quarter of it are tombstones. */
  sweep(): void {
    if (this.fill - this.used > this.mask / 4) this.resize(this.grown);
  }

  /** The key that `pop` removes, after which the next search goes on. */
  pop(): Key {
    const { mask, slots } = this;
    let at = this.finger & mask;
    while (slots[at] === undefined || slots[at] === REMOVED) at = (at + 1) & mask;
    const key = slots[at] as Key;
    slots[at] = REMOVED;
    this.used -= 1;
    this.finger = at + 1;
    return key;
  }

  /** Lets `pop` go on where it would have in another. */
  popFrom(other: SetOrder): void {
    this.finger = other.finger;
  }

  /** The keys in order; sees what is added meanwhile, as CPython's iterators do. */
  *[Symbol.iterator](): IterableIterator<Key> {
    for (let at = 0; at < this.slots.length; at += 1) {
      const slot = this.slots[at];
      if (slot !== undefined && slot !== REMOVED) yield slot as Key;
    }
  }

  private get grown(): number {
    return this.used > 50_000 ? this.used * 2 : this.used * 4;
  }

  private resize(least: number): void {
    const old = this.slots;
    let size = SMALLEST;
    while (size <= least) size *= 2;
    this.slots = new Array<Slot>(size).fill(undefined);
    for (const slot of old) if (slot !== undefined && slot !== REMOVED) this.insert(slot as Key);
    this.fill = this.used;
  }

  /** True where the key took the place of a removed one. */
  private insert(key: Key): boolean {
    const at = this.search(key);
    const { free } = this;
    this.slots[free < 0 ? at : free] = key;
    return free >= 0;
  }

  /** Where the key is, or the empty slot where the search for it ends; `free` is then the last tombstone on the way. */
  private search(key: Key): number {
    const { mask, slots } = this;
    this.free = -1;
    const h = hashOf(key);
    if (typeof h === "number" && h >= 0 && h <= mask && (slots[h] === undefined || slots[h] === key))
      return h;
    let perturb = BigInt.asUintN(64, BigInt(h));
    let i = Number(perturb & BigInt(mask));
    for (;;) {
      const probes = i + LINEAR_PROBES <= mask ? LINEAR_PROBES : 0;
      for (let at = i; at <= i + probes; at += 1) {
        if (slots[at] === undefined || slots[at] === key) return at;
        if (slots[at] === REMOVED) this.free = at;
      }
      // Keys that are made to collide cost what their searches do.
      charge(1);
      perturb >>= 5n;
      i = Number((BigInt(i) * 5n + 1n + perturb) & BigInt(mask));
    }
  }
}
