// The order in which CPython's sets are iterated, for sets of numbers.
//
// A set has no order of its own, but programs see one, and for numbers it is the same on every run of CPython: the
// order of the slots of its hash table (Objects/setobject.c). It is found by putting the keys into such a table. Sets
// that hold strings have another order on every run there, so ours is the order of insertion.
import { hashFloat, hashInt } from "./hash.ts";
import type { Key } from "./hash-table.ts";

const LINEAR_PROBES = 9;
/** Larger sets keep their order of insertion: finding the other costs more than anyone looks at. */
const MAX_SIZE = 20_000;

/** The keys in CPython's order when all are numbers; as they come otherwise. */
export function iterationOrder(keys: ReadonlySet<Key>): Iterable<Key> {
  if (keys.size < 2 || keys.size > MAX_SIZE) return keys;
  for (const key of keys) if (typeof key !== "number" && typeof key !== "bigint") return keys;
  let table: (Key | undefined)[] = new Array(8).fill(undefined);
  let used = 0;
  for (const key of keys) {
    insert(table, key as number | bigint);
    used += 1;
    const mask = table.length - 1;
    if (used * 5 < mask * 3) continue;
    let size = 8;
    const least = used > 50_000 ? used * 2 : used * 4;
    while (size <= least) size *= 2;
    const old = table;
    table = new Array(size).fill(undefined);
    for (const entry of old) if (entry !== undefined) insert(table, entry as number | bigint);
  }
  return table.filter((entry) => entry !== undefined);
}

function insert(table: (Key | undefined)[], key: number | bigint): void {
  const mask = table.length - 1;
  const h = typeof key === "number" && !Number.isInteger(key) ? hashFloat(key) : hashInt(key);
  if (typeof h === "number" && h >= 0 && h <= mask && table[h] === undefined) {
    table[h] = key;
    return;
  }
  let perturb = BigInt.asUintN(64, BigInt(h));
  let i = Number(perturb & BigInt(mask));
  for (;;) {
    const probes = i + LINEAR_PROBES <= mask ? LINEAR_PROBES : 0;
    for (let at = i; at <= i + probes; at++) {
      if (table[at] === undefined) {
        table[at] = key;
        return;
      }
    }
    perturb >>= 5n;
    i = Number((BigInt(i) * 5n + 1n + perturb) & BigInt(mask));
  }
}
