// A model's rows, as tables that share what they do not change.
//
// A table is a flat map that nobody changes any more and the few rows that differ from it. So a transaction's copy
// costs what changed lately and not what is stored; once in a while the differences are made a flat map of their own.
import type { JsonValue } from "../../engine/types.ts";
import type { Pk } from "../models/model.ts";

/** A row of any model. Frozen, all the way down. */
export type AnyRow = Readonly<{ pk: Pk } & { [field: string]: JsonValue }>;

/** A model's rows by pk, in the order they were inserted. */
export interface Table {
  readonly size: number;
  get(pk: Pk): AnyRow | undefined;
  has(pk: Pk): boolean;
  /** The rows in order. */
  values(): readonly AnyRow[];
}

/** Differences that a table may always have. */
const FEW = 16;

/** A table that its transaction changes, and that nobody changes afterwards. */
export class LayeredTable implements Table {
  readonly #base: ReadonlyMap<Pk, AnyRow>;
  /** Rows of the base that have changed; null where one is gone. */
  readonly #over: Map<Pk, AnyRow | null>;
  /** Rows that stand behind those of the base. */
  readonly #added: Map<Pk, AnyRow>;
  #gone: number;
  /** All rows, once somebody asked for them. */
  #rows: readonly AnyRow[] | undefined;

  /** A copy of a table, to be changed; without one an empty table. */
  constructor(from?: Table) {
    if (from instanceof LayeredTable && from.#isClose()) {
      this.#base = from.#base;
      this.#over = new Map(from.#over);
      this.#added = new Map(from.#added);
      this.#gone = from.#gone;
    } else {
      this.#base = new Map(from?.values().map((row) => [row.pk, row]));
      this.#over = new Map();
      this.#added = new Map();
      this.#gone = 0;
    }
  }

  get size(): number {
    return this.#base.size - this.#gone + this.#added.size;
  }

  get(pk: Pk): AnyRow | undefined {
    const added = this.#added.get(pk);
    if (added !== undefined) return added;
    const over = this.#over.get(pk);
    return over === undefined ? this.#base.get(pk) : (over ?? undefined);
  }

  has(pk: Pk): boolean {
    return this.get(pk) !== undefined;
  }

  /** The rows in order; the same list until the table is changed. */
  values(): readonly AnyRow[] {
    this.#rows ??= this.#inOrder();
    return this.#rows;
  }

  /** Puts a row in the place of the one with its pk, or behind all others. */
  set(row: AnyRow): void {
    this.#rows = undefined;
    const stands = !this.#added.has(row.pk) && this.#base.has(row.pk) && this.#over.get(row.pk) !== null;
    (stands ? this.#over : this.#added).set(row.pk, row);
  }

  /** Takes a row out, if it is there. */
  delete(pk: Pk): void {
    this.#rows = undefined;
    if (this.#added.delete(pk) || !this.#base.has(pk) || this.#over.get(pk) === null) return;
    this.#over.set(pk, null);
    this.#gone += 1;
  }

  /** Few rows differ from the base: by its square root, copying the differences costs no more than flattening does. */
  #isClose(): boolean {
    return this.#over.size + this.#added.size <= Math.max(FEW, Math.sqrt(this.#base.size));
  }

  #inOrder(): AnyRow[] {
    const rows: AnyRow[] = [];
    for (const [pk, row] of this.#base) {
      const over = this.#over.size === 0 ? undefined : this.#over.get(pk);
      if (over !== null) rows.push(over ?? row);
    }
    for (const row of this.#added.values()) rows.push(row);
    return rows;
  }
}
