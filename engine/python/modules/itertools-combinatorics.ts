// `itertools`: `product`, `permutations`, `combinations` and `combinations_with_replacement`.
import { overflowError, typeError, valueError } from "../exceptions.ts";
import { collect, PyIterator } from "../iterator.ts";
import { asInt, type PyValue } from "../object.ts";
import { type PyTuple, tuple } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { sizeArgument } from "../types/str-methods.ts";
import { tool } from "./itertools-type.ts";

/** Tuples of `pool`'s items at positions that a method moves on; null when there are no more. */
abstract class Selection extends PyIterator {
  protected indices: number[] | null;
  private started = false;
  constructor(indices: number[] | null) {
    super();
    this.indices = indices;
  }
  /** Moves to the next selection; false when this was the last. */
  protected abstract advance(indices: number[]): boolean;
  protected abstract at(index: number, place: number): PyValue;
  /** How many of the positions are shown. */
  protected abstract get width(): number;

  next(): PyValue | undefined {
    const { indices } = this;
    if (indices === null) return undefined;
    charge(1 + (this.width >> 2));
    if (this.started && !this.advance(indices)) {
      this.indices = null;
      return undefined;
    }
    this.started = true;
    const items: PyValue[] = [];
    for (let i = 0; i < this.width; i++) items.push(this.at(indices[i] as number, i));
    return tuple(items);
  }
}

class Product extends Selection {
  private readonly pools: readonly (readonly PyValue[])[];
  constructor(pools: readonly (readonly PyValue[])[]) {
    super(pools.some((pool) => pool.length === 0) ? null : pools.map(() => 0));
    this.pools = pools;
  }
  protected get width(): number {
    return this.pools.length;
  }
  protected at(index: number, place: number): PyValue {
    return (this.pools[place] as readonly PyValue[])[index] as PyValue;
  }
  protected advance(indices: number[]): boolean {
    for (let i = indices.length - 1; i >= 0; i--) {
      const next = (indices[i] as number) + 1;
      indices[i] = next;
      if (next < (this.pools[i] as readonly PyValue[]).length) return true;
      indices[i] = 0;
    }
    return false;
  }
}

/** Selections of `r` items of one pool. */
abstract class OfPool extends Selection {
  protected readonly pool: readonly PyValue[];
  protected readonly width: number;
  constructor(pool: readonly PyValue[], r: number, indices: number[] | null) {
    super(indices);
    this.pool = pool;
    this.width = r;
  }
  protected at(index: number): PyValue {
    return this.pool[index] as PyValue;
  }
}
const counting = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

class Combinations extends OfPool {
  constructor(pool: readonly PyValue[], r: number) {
    super(pool, r, r > pool.length ? null : counting(r));
  }
  protected advance(indices: number[]): boolean {
    const n = this.pool.length;
    let i = this.width - 1;
    while (i >= 0 && indices[i] === i + n - this.width) i -= 1;
    if (i < 0) return false;
    for (let next = (indices[i] as number) + 1; i < this.width; i++, next++) indices[i] = next;
    return true;
  }
}

class WithReplacement extends OfPool {
  constructor(pool: readonly PyValue[], r: number) {
    super(pool, r, pool.length === 0 && r > 0 ? null : new Array<number>(r).fill(0));
  }
  protected advance(indices: number[]): boolean {
    let i = this.width - 1;
    while (i >= 0 && indices[i] === this.pool.length - 1) i -= 1;
    if (i < 0) return false;
    indices.fill((indices[i] as number) + 1, i);
    return true;
  }
}

class Permutations extends OfPool {
  /** For each place, how many more items will stand there before the place to its left changes. */
  private readonly cycles: number[];
  constructor(pool: readonly PyValue[], r: number) {
    super(pool, r, r > pool.length ? null : counting(pool.length));
    this.cycles = r > pool.length ? [] : counting(r).map((i) => pool.length - i);
  }
  protected advance(indices: number[]): boolean {
    const { cycles } = this;
    const n = indices.length;
    for (let i = this.width - 1; i >= 0; i--) {
      const left = (cycles[i] as number) - 1;
      cycles[i] = left;
      if (left > 0) {
        const j = n - left;
        [indices[i], indices[j]] = [indices[j] as number, indices[i] as number];
        return true;
      }
      charge(1 + ((n - i) >> 4));
      const [first] = indices.splice(i, 1) as [number];
      indices.push(first);
      cycles[i] = n - i;
    }
    return false;
  }
}

function count(r: number): number {
  if (r < 0) throw valueError("r must be non-negative");
  return r;
}
/** Positions are asked for before they are laid out. */
function fitting(n: number): number {
  allocate(16 * n);
  return n;
}

export const productType = tool(
  "product",
  Product,
  "(*iterables, repeat=1)",
  (iterables: PyTuple, repeat: PyValue = 1) => {
    const times = sizeArgument(repeat);
    if (times < 0) throw valueError("repeat argument cannot be negative");
    const n = iterables.items.length;
    if (n * times * 8 >= 2 ** 63) throw overflowError("repeat argument too large");
    const pools = times === 0 ? [] : iterables.items.map((iterable) => collect(iterable));
    fitting(n * times);
    const all: PyValue[][] = [];
    if (n > 0) for (let i = 0; i < times; i++) for (const pool of pools) all.push(pool);
    return new Product(all);
  },
);
export const combinationsType = tool(
  "combinations",
  Combinations,
  "(iterable, r)",
  (iterable: PyValue, r: PyValue) => {
    const size = sizeArgument(r);
    const pool = collect(iterable);
    return new Combinations(pool, count(size));
  },
);
export const withReplacementType = tool(
  "combinations_with_replacement",
  WithReplacement,
  "(iterable, r)",
  (iterable: PyValue, r: PyValue) => {
    const size = sizeArgument(r);
    const pool = collect(iterable);
    return new WithReplacement(pool, pool.length === 0 ? Math.min(count(size), 1) : fitting(count(size)));
  },
);
export const permutationsType = tool(
  "permutations",
  Permutations,
  "(iterable, r=None)",
  (iterable: PyValue, r: PyValue = null) => {
    const pool = collect(iterable);
    if (r === null) return new Permutations(pool, pool.length);
    if (asInt(r) === undefined) throw typeError("Expected int as r");
    return new Permutations(pool, count(sizeArgument(r)));
  },
);
