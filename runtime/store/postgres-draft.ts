// A transaction on a part of the rows: says what it looked at, and what it would change, on the supposition it was given.
import type { Pk } from "../models/model.ts";
import { isModelName, type ModelName, modelOf } from "../models/registry.ts";
import { Draft, type Look } from "./draft.ts";
import { type Lookup, lookupFor, referrerLookups, uniqueLookupsOf } from "./lookups.ts";
import { pkText, type StoredRow } from "./postgres-rows.ts";
import { EMPTY_STATE } from "./state.ts";
import { type AnyRow, type Conditions, meets } from "./table.ts";

/** Something that a transaction looks at: a row, the set of rows that a look-up finds, all rows of a model. */
export type Item =
  | { readonly kind: "row"; readonly id: string; readonly model: ModelName; readonly pk: string }
  | ({ readonly kind: "set"; readonly id: string } & Lookup)
  | { readonly kind: "model"; readonly id: string; readonly model: ModelName };

/** What is known of an item: its rows as of some moment. */
export interface Known {
  readonly rows: readonly StoredRow[];
}

/** Nothing is there. */
export const NONE: Known = Object.freeze({ rows: [] });

/** Whether two answers are the same: rows in the same versions. */
export function isSame(a: Known, b: Known | undefined): boolean {
  if (a === b) return true;
  return (
    a.rows.length === b?.rows.length &&
    a.rows.every(({ version, model, pk }, index) => {
      const other = b.rows[index];
      return version === other.version && model === other.model && pk === other.pk;
    })
  );
}

/** What a transaction supposes of the items it looks at; nothing where the item is unknown. */
export type Supposition = (item: Item) => Known | undefined;

/** An item that was looked at, and what was supposed of it. */
export interface Use {
  readonly item: Item;
  readonly known: Known;
  /** Nothing was known of it; that there are no rows is a guess. `likely`: one that is mostly right. */
  readonly guess: false | "likely" | "unlikely";
}

/** A row that a transaction writes. */
export interface Write {
  readonly model: ModelName;
  readonly pk: Pk;
  /** The row as it was; nothing where it was not there. */
  readonly before: StoredRow | undefined;
  /** The row as it is to be; nothing where it is to go. */
  readonly after: AnyRow | undefined;
  /** It goes to the end of its model's rows. */
  readonly inserted: boolean;
}

/** Integer pks that this process may give out. */
export interface Numbers {
  /** The lowest that is free; nothing where there is none at hand. */
  take(model: ModelName): number | undefined;
  /** The highest that the database has given out to this process; 0 for none. */
  newest(model: ModelName): number;
}

/** The item of a row. */
export function rowItem(model: ModelName, pk: Pk): Item {
  const text = pkText(pk);
  return { kind: "row", id: `row ${model} ${text}`, model, pk: text };
}

/** The item of a look-up. */
export function setItem({ scope, key, unique }: Lookup): Item {
  return { kind: "set", id: `set ${scope} ${key}`, scope, key, unique };
}

/** The item of all rows of a model. */
export function modelItem(model: ModelName): Item {
  return { kind: "model", id: `model ${model}`, model };
}

/** A transaction on supposed rows. */
export class PartialDraft extends Draft {
  /** What was looked at, by the item's id. */
  readonly uses = new Map<string, Use>();
  /** How many numbers were needed and not at hand, by model: the run counts for nothing then. */
  readonly hungry = new Map<ModelName, number>();
  readonly #taken: { readonly model: ModelName; readonly number: number }[] = [];
  #keeps = false;
  readonly #suppose: Supposition;
  readonly #numbers: Numbers;
  /** The highest number that a row was given, or has had to be, by model. */
  readonly #given = new Map<ModelName, number>();
  readonly #stored = new Map<ModelName, Map<Pk, StoredRow>>();

  constructor(suppose: Supposition, numbers: Numbers) {
    super(EMPTY_STATE);
    this.#suppose = suppose;
    this.#numbers = numbers;
  }

  /** Says that the rows that were inserted are there for good, or may be: their numbers are used up. */
  keepNumbers(): void {
    this.#keeps = true;
  }

  /** Numbers that were taken and are free again. */
  unused(): { readonly model: ModelName; readonly number: number }[] {
    return this.#taken.filter(
      ({ model, number }) => !this.#keeps || this.fates.get(model)?.has(number) !== true,
    );
  }

  /** Integer pks of inserted rows that were given, not taken. */
  givenNumbers(): { readonly model: ModelName; readonly number: number }[] {
    const taken = new Set(this.#taken.map(({ model, number }) => `${model} ${number}`));
    return [...this.fates].flatMap(([model, fates]) =>
      [...fates].flatMap(([pk]) =>
        typeof pk === "number" && !taken.has(`${model} ${pk}`) && this.#stored.get(model)?.has(pk) !== true
          ? [{ model, number: pk }]
          : [],
      ),
    );
  }

  /** What the transaction changes. */
  writes(): Write[] {
    const writes: Write[] = [];
    for (const [model, fates] of this.fates) {
      const rows = new Map(super.rowsOf(model).map((row, index) => [row.pk, { row, index }]));
      const changed = [...fates].map(([pk, fate]): Write & { index: number } => ({
        model,
        pk,
        before: this.#stored.get(model)?.get(pk),
        after: rows.get(pk)?.row,
        inserted: fate === "inserted",
        index: rows.get(pk)?.index ?? 0,
      }));
      // Inserted rows in the order in which they stand.
      changed.sort((a, b) => a.index - b.index);
      // What came and went is nothing, unless it used up a number.
      const isNumbered = modelOf(model).key === "integer";
      writes.push(
        ...changed.filter(({ before, after }) => before !== undefined || after !== undefined || isNumbered),
      );
    }
    return writes;
  }

  protected override look(look: Look): void {
    if (!isModelName(look.model)) return;
    switch (look.kind) {
      case "row":
        // What the transaction has made of the row counts, not what it was.
        if (this.fates.get(look.model)?.has(look.pk) === true) return;
        if (look.free === true && typeof look.pk === "number") this.#note(look.model, look.pk);
        this.#use(rowItem(look.model, look.pk), look.free === true);
        return;
      case "rows": {
        const item = itemFor(look.model, look.where);
        // Who asks for the row of a unique set mostly asks whether something is taken.
        this.#use(item, item.kind === "set" && item.unique);
        return;
      }
      case "unique":
        for (const lookup of uniqueLookupsOf(look.model, look.row)) {
          this.#use(setItem(lookup), true, () => this.#holder(look.model, look.row.pk, lookup));
        }
        return;
      case "referrers":
        for (const lookup of referrerLookups(look.model, look.pk)) this.#use(setItem(lookup), true);
    }
  }

  protected override rowsOf(model: ModelName): AnyRow[] {
    const stored = this.#stored.get(model);
    const fates = this.fates.get(model);
    const placed = super.rowsOf(model).map((row) => {
      const own = fates?.get(row.pk) === "inserted" ? undefined : stored?.get(row.pk);
      return { row, position: own?.position ?? Number.POSITIVE_INFINITY, ordinal: own?.ordinal ?? 0 };
    });
    placed.sort((a, b) =>
      a.position === b.position ? a.ordinal - b.ordinal : a.position < b.position ? -1 : 1,
    );
    return placed.map(({ row }) => row);
  }

  protected override matching(model: ModelName, conditions: Conditions): AnyRow[] {
    return this.rowsOf(model).filter((row) => meets(row, conditions));
  }

  protected override nextNumber(model: ModelName): number {
    // The next is higher than any before it, also than one that this transaction was given.
    const least = (this.#given.get(model) ?? 0) + 1;
    for (;;) {
      const number = this.#numbers.take(model);
      if (number === undefined) {
        const newest = this.#numbers.newest(model);
        if (newest > 0 && newest < least) return this.#freeFrom(least, model);
        // Good enough to go on with and see what else is needed; such a run is never committed.
        const missing = (this.hungry.get(model) ?? 0) + 1;
        this.hungry.set(model, missing);
        return Number.MAX_SAFE_INTEGER - missing;
      }
      this.#taken.push({ model, number });
      if (number < least) continue;
      this.#use(rowItem(model, number), true);
      if (super.get(model, number) === undefined) return number;
    }
  }
  /** A number that the database has yet to come to: it counts as given (`givenNumbers`). */
  #freeFrom(least: number, model: ModelName): number {
    for (let number = least; ; number += 1) {
      this.#use(rowItem(model, number), true);
      if (super.get(model, number) !== undefined) continue;
      this.#note(model, number);
      return number;
    }
  }
  #note(model: ModelName, given: number): void {
    this.#given.set(model, Math.max(given, this.#given.get(model) ?? 0));
  }

  /** Where the row itself, as it was, has the values of a unique set, it is the only one that has. */
  #holder(model: ModelName, pk: Pk, { scope, key }: Lookup): Known | undefined {
    const stored = this.#stored.get(model)?.get(pk);
    if (stored === undefined) return undefined;
    const isHeld = uniqueLookupsOf(model, stored.row).some((own) => own.scope === scope && own.key === key);
    return isHeld ? { rows: [stored] } : undefined;
  }

  #use(item: Item, likely: boolean, infer: () => Known | undefined = () => undefined): void {
    if (this.uses.has(item.id)) return;
    const known = this.#suppose(item) ?? infer();
    const guess = known === undefined ? (likely ? "likely" : "unlikely") : false;
    this.uses.set(item.id, { item, known: known ?? NONE, guess });
    for (const stored of known?.rows ?? []) {
      const { model, row } = stored;
      let table = this.#stored.get(model);
      if (table === undefined) {
        table = new Map();
        this.#stored.set(model, table);
      }
      if (table.has(row.pk)) continue;
      table.set(row.pk, stored);
      this.learn(model, row);
    }
  }
}

/** The smallest item that holds all rows that meet a condition. */
export function itemFor(model: ModelName, where: object): Item {
  const conditions = where as { readonly [field: string]: unknown };
  if (Object.hasOwn(conditions, "pk")) {
    const { pk } = conditions;
    if (typeof pk === "string" || typeof pk === "number") return rowItem(model, pk);
  }
  const lookup = lookupFor(model, conditions);
  return lookup === undefined ? modelItem(model) : setItem(lookup);
}
