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
  /** How many rows at the front are the other table's as well; perhaps more are. Looks at none. */
  sharedWith(other: Table): number;
  /** The rows in order, but for so many at the front. */
  after(count: number): readonly AnyRow[];
  /** The rows in order whose fields have these values. */
  matching(conditions: Conditions): readonly AnyRow[];
}

/** Fields and the values they are to have. */
export type Conditions = readonly (readonly [field: string, value: unknown])[];

/** Whether a row's fields have these values. */
export function meets(row: AnyRow, conditions: Conditions): boolean {
  for (const [field, value] of conditions) {
    if (!sameJson(row[field], value) || !Object.hasOwn(row, field)) return false;
  }
  return true;
}

/** Whether two JSON values are equal; the order of keys does not count. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every(
    (key) =>
      Object.hasOwn(right, key) &&
      sameJson((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key]),
  );
}

/** Tables with fewer rows are looked through. */
const WORTH_AN_INDEX = 64;
/** Indexes of one flat map. Other questions are answered by looking at all rows. */
const MOST_INDEXES = 8;

/** Rows by the values of some fields, each list in the table's order. Lists are replaced, never changed. */
interface Index {
  readonly fields: readonly string[];
  readonly lists: Map<string, readonly AnyRow[]>;
}

/** A flat map of rows that nobody changes any more, with indexes for what is asked of it repeatedly. */
class Base {
  readonly rows: ReadonlyMap<Pk, AnyRow>;
  /** By the fields' names; nothing where they were asked for once. */
  readonly #indexes = new Map<string, Index | undefined>();

  constructor(rows: ReadonlyMap<Pk, AnyRow>) {
    this.rows = rows;
  }

  /** The flat map with these differences, which are few: its indexes are made of the ones there are. */
  with(over: ReadonlyMap<Pk, AnyRow | null>, added: ReadonlyMap<Pk, AnyRow>): Base {
    const rows = new Map(this.rows);
    for (const [pk, row] of over) {
      if (row === null) rows.delete(pk);
      else rows.set(pk, row);
    }
    for (const [pk, row] of added) rows.set(pk, row);
    const base = new Base(rows);
    for (const [name, index] of this.#indexes) {
      base.#indexes.set(name, index === undefined ? undefined : this.#changed(index, over, added));
    }
    return base;
  }

  /** An index with these differences; nothing where a row stands under other values than before, somewhere among others. */
  #changed(
    { fields, lists: before }: Index,
    over: ReadonlyMap<Pk, AnyRow | null>,
    added: ReadonlyMap<Pk, AnyRow>,
  ): Index | undefined {
    const lists = new Map(before);
    const own = new Map<string, AnyRow[]>();
    const ownList = (key: string): AnyRow[] => {
      const list = own.get(key) ?? [...(lists.get(key) ?? [])];
      own.set(key, list);
      lists.set(key, list);
      return list;
    };
    for (const [pk, row] of over) {
      const key = keyOf(fields, this.rows.get(pk) as AnyRow);
      if (row !== null && keyOf(fields, row) !== key) return undefined;
      if (key === undefined) continue;
      const list = ownList(key);
      const at = list.findIndex((other) => other.pk === pk);
      if (row === null) list.splice(at, 1);
      else list[at] = row;
    }
    for (const row of added.values()) {
      const key = keyOf(fields, row);
      if (key !== undefined) ownList(key).push(row);
    }
    for (const [key, list] of own) if (list.length === 0) lists.delete(key);
    return { fields, lists };
  }

  /** The rows in order whose fields have these values, or nothing where there is no index for that. */
  indexed(conditions: Conditions): readonly AnyRow[] | undefined {
    if (this.rows.size < WORTH_AN_INDEX || conditions.length === 0) return undefined;
    const fields: string[] = [];
    const values: unknown[] = [];
    for (const [field, value] of conditions) {
      if (!isScalar(value)) return undefined;
      fields.push(field);
      values.push(value);
    }
    const name = fields.join(" ");
    let index = this.#indexes.get(name);
    if (index === undefined) {
      if (!this.#indexes.has(name)) {
        if (this.#indexes.size < MOST_INDEXES) this.#indexes.set(name, undefined);
        return undefined;
      }
      index = this.#index(fields);
      this.#indexes.set(name, index);
    }
    return index.lists.get(JSON.stringify(values)) ?? [];
  }

  #index(fields: readonly string[]): Index {
    const lists = new Map<string, AnyRow[]>();
    for (const row of this.rows.values()) {
      const key = keyOf(fields, row);
      if (key === undefined) continue;
      const found = lists.get(key);
      if (found === undefined) lists.set(key, [row]);
      else found.push(row);
    }
    return { fields, lists };
  }
}

/** What an index finds a row by; nothing for a row that it does not have. */
function keyOf(fields: readonly string[], row: AnyRow): string | undefined {
  const values = fields.map((field) => row[field]);
  return values.every(isScalar) ? JSON.stringify(values) : undefined;
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** Differences that a table may always have. */
const FEW = 16;

/** A table that its transaction changes, and that nobody changes afterwards. */
export class LayeredTable implements Table {
  readonly #base: Base;
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
      this.#base =
        from instanceof LayeredTable
          ? from.#base.with(from.#over, from.#added)
          : new Base(new Map(from?.values().map((row) => [row.pk, row])));
      this.#over = new Map();
      this.#added = new Map();
      this.#gone = 0;
    }
  }

  get size(): number {
    return this.#base.rows.size - this.#gone + this.#added.size;
  }

  get(pk: Pk): AnyRow | undefined {
    const added = this.#added.get(pk);
    if (added !== undefined) return added;
    const over = this.#over.get(pk);
    return over === undefined ? this.#base.rows.get(pk) : (over ?? undefined);
  }

  has(pk: Pk): boolean {
    return this.get(pk) !== undefined;
  }

  /** The rows in order; the same list until the table is changed. */
  values(): readonly AnyRow[] {
    this.#rows ??= this.#inOrder();
    return this.#rows;
  }

  sharedWith(other: Table): number {
    const isSame = other instanceof LayeredTable && other.#base === this.#base;
    return isSame && this.#over.size === 0 && other.#over.size === 0 ? this.#base.rows.size : 0;
  }

  after(count: number): readonly AnyRow[] {
    const isBase = this.#over.size === 0 && count === this.#base.rows.size;
    return isBase ? [...this.#added.values()] : this.values().slice(count);
  }

  matching(conditions: Conditions): readonly AnyRow[] {
    const found = this.#base.indexed(conditions);
    // A row that has come to match stands somewhere among the others.
    if (found === undefined || this.#hasCome(conditions, found)) {
      return this.values().filter((row) => meets(row, conditions));
    }
    const rows: AnyRow[] = [];
    for (const row of found) {
      const over = this.#over.get(row.pk);
      if (over === undefined) rows.push(row);
      else if (over !== null && meets(over, conditions)) rows.push(over);
    }
    for (const row of this.#added.values()) if (meets(row, conditions)) rows.push(row);
    return rows;
  }

  /** Whether a changed row meets the conditions that did not as the base has it. */
  #hasCome(conditions: Conditions, found: readonly AnyRow[]): boolean {
    for (const row of this.#over.values()) {
      if (row !== null && meets(row, conditions) && !found.some(({ pk }) => pk === row.pk)) return true;
    }
    return false;
  }

  /** Puts a row in the place of the one with its pk, or behind all others. */
  set(row: AnyRow): void {
    this.#rows = undefined;
    const stands = !this.#added.has(row.pk) && this.#base.rows.has(row.pk) && this.#over.get(row.pk) !== null;
    (stands ? this.#over : this.#added).set(row.pk, row);
  }

  /** Takes a row out, if it is there. */
  delete(pk: Pk): void {
    this.#rows = undefined;
    if (this.#added.delete(pk) || !this.#base.rows.has(pk) || this.#over.get(pk) === null) return;
    this.#over.set(pk, null);
    this.#gone += 1;
  }

  /** Few rows differ from the base: by its square root, copying the differences costs no more than flattening does. */
  #isClose(): boolean {
    return this.#over.size + this.#added.size <= Math.max(FEW, Math.sqrt(this.#base.rows.size));
  }

  #inOrder(): AnyRow[] {
    const rows: AnyRow[] = [];
    for (const [pk, row] of this.#base.rows) {
      const over = this.#over.size === 0 ? undefined : this.#over.get(pk);
      if (over !== null) rows.push(over ?? row);
    }
    for (const row of this.#added.values()) rows.push(row);
    return rows;
  }
}
