// A transaction on a state: works on copies of the tables it changes, and becomes the next state or nothing.
import { randomUUID } from "node:crypto";
import type { JsonValue } from "../../engine/types.ts";
import { Fault } from "../models/fields.ts";
import type { Pk } from "../models/model.ts";
import { type ModelName, modelOf, type NewRow, type Row } from "../models/registry.ts";
import { shapePk, shapeRow, ValidationError } from "../models/validation.ts";
import type { Transaction } from "./contract.ts";
import { NotFound, ProtectedError, StoreError, UniqueViolation } from "./errors.ts";
import { danglingReferences, referencedRows, referrersOf, uniqueClash } from "./integrity.ts";
import { deepFreeze, type State, StateView, tableOf } from "./state.ts";
import { type AnyRow, LayeredTable, type Table } from "./table.ts";

/**
 * What a step of a transaction is about to look at. A store that has not all rows at hand listens to this
 * ({@link Draft.look}); the answers that a step gives depend on nothing else.
 */
export type Look =
  /** A row by its pk; `free`: of a row to be inserted, so it should not be there. */
  | { readonly kind: "row"; readonly model: ModelName; readonly pk: Pk; readonly free?: boolean }
  /** The rows that meet a condition. */
  | { readonly kind: "rows"; readonly model: ModelName; readonly where: object }
  /** The rows that have the same values as this one in a unique set. */
  | { readonly kind: "unique"; readonly model: ModelName; readonly row: AnyRow }
  /** The rows that refer to a row. */
  | { readonly kind: "referrers"; readonly model: ModelName; readonly pk: Pk };

/** What became of a row in a transaction. */
export type Fate = "inserted" | "updated" | "deleted";

/** A transaction in progress. */
export class Draft extends StateView implements Transaction {
  readonly #tables: Map<ModelName, Table>;
  readonly #sequences: Map<ModelName, number>;
  readonly #base: State;
  readonly #copied = new Map<ModelName, LayeredTable>();
  /** The rows that were changed. A row that was deleted and inserted again counts as inserted. */
  protected readonly fates = new Map<ModelName, Map<Pk, Fate>>();
  #open = true;

  constructor(base: State) {
    const tables = new Map(base.tables);
    const sequences = new Map(base.sequences);
    super({ tables, sequences });
    this.#base = base;
    this.#tables = tables;
    this.#sequences = sequences;
  }

  /** Ends the transaction; the state it leads to: the one it began with where nothing changed. */
  finish(): State {
    this.#open = false;
    return this.#copied.size === 0 ? this.#base : this.state;
  }

  /** Ends the transaction without effect. */
  abandon(): void {
    this.#open = false;
  }

  override get<M extends ModelName>(model: M, pk: Pk): Row<M> | undefined {
    this.#expectOpen();
    this.look({ kind: "row", model, pk });
    return super.get(model, pk);
  }

  override list<M extends ModelName>(model: M, where?: Partial<Row<M>>): Row<M>[] {
    this.#expectOpen();
    this.look({ kind: "rows", model, where: where ?? {} });
    return super.list(model, where);
  }

  insert<M extends ModelName>(model: M, row: NewRow<M>): Row<M> {
    this.#expectOpen();
    tableOf(this.state, model);
    const { pk: given, ...fields } = row as { pk?: unknown } & Record<string, unknown>;
    const shaped = shapeRow(modelOf(model), fields);
    const pk = given === undefined ? this.#nextPk(model) : this.#givenPk(model, given);
    if (given !== undefined) this.look({ kind: "row", model, pk, free: true });
    if (tableOf(this.state, model).has(pk)) throw new UniqueViolation(model, uniqueLabel(model), ["pk"], pk);
    const inserted = this.#put(model, { pk, ...shaped }, "inserted");
    if (typeof pk === "number") this.#sequences.set(model, Math.max(pk, this.#sequences.get(model) ?? 0));
    return inserted as unknown as Row<M>;
  }

  update<M extends ModelName>(model: M, pk: Pk, patch: Partial<Row<M>>): Row<M> {
    this.#expectOpen();
    this.look({ kind: "row", model, pk });
    const existing = tableOf(this.state, model).get(pk);
    if (existing === undefined) throw new NotFound(model, pk);
    const { pk: own, ...before } = existing;
    const { pk: claimed = own, ...changes } = patch as { pk?: Pk } & Record<string, unknown>;
    if (claimed !== own) {
      const message = "The pk of a row cannot be changed.";
      throw new ValidationError(model, [{ field: "pk", path: [], message, code: "invalid" }]);
    }
    const present = Object.entries(changes).filter(([, value]) => value !== undefined);
    const shaped = shapeRow(modelOf(model), { ...before, ...Object.fromEntries(present) }, pk);
    return this.#put(model, { pk, ...shaped }, "updated") as unknown as Row<M>;
  }

  delete(model: ModelName, pk: Pk): void {
    this.#expectOpen();
    this.look({ kind: "row", model, pk });
    if (!tableOf(this.state, model).has(pk)) throw new NotFound(model, pk);
    const doomed = new Map<string, { model: ModelName; pk: Pk }>();
    const loosened: { model: ModelName; pk: Pk; field: string; from: Pk }[] = [];
    const waiting: { model: ModelName; pk: Pk }[] = [{ model, pk }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const key = JSON.stringify([next.model, next.pk]);
      if (doomed.has(key)) continue;
      doomed.set(key, next);
      this.look({ kind: "referrers", ...next });
      const protectors: { model: ModelName; pk: Pk }[] = [];
      for (const { model: other, field, onDelete } of referrersOf(next.model)) {
        for (const row of this.rowsOf(other)) {
          if (!refersTo(row[field], next.pk)) continue;
          const referrer = { model: other, pk: row.pk };
          if (onDelete === "cascade") waiting.push(referrer);
          else if (onDelete === "protect") protectors.push(referrer);
          else loosened.push({ ...referrer, field, from: next.pk });
        }
      }
      if (protectors.length > 0) throw new ProtectedError(next.model, next.pk, protectors);
    }
    for (const { model: other, pk: otherPk, field, from } of loosened) {
      if (doomed.has(JSON.stringify([other, otherPk]))) continue;
      const row = tableOf(this.state, other).get(otherPk) as AnyRow;
      const value = row[field];
      const left = Array.isArray(value) ? value.filter((item) => item !== from) : null;
      this.#set(other, deepFreeze({ ...row, [field]: left }) as AnyRow, "updated");
    }
    for (const { model: gone, pk: gonePk } of doomed.values()) {
      this.#writable(gone).delete(gonePk);
      this.#fatesOf(gone).set(gonePk, "deleted");
    }
  }

  /** Told of everything that a step looks at, before it does. */
  protected look(_look: Look): void {}

  /** The next integer pk of a model. */
  protected nextNumber(model: ModelName): number {
    return (this.#sequences.get(model) ?? 0) + 1;
  }

  /** Adds a row that was there before the transaction, unless the transaction has changed it. */
  protected learn(model: ModelName, row: AnyRow): void {
    if (!this.#fatesOf(model).has(row.pk)) this.#writable(model).set(row);
  }

  #put(model: ModelName, row: { pk: Pk } & Record<string, JsonValue>, fate: Fate): AnyRow {
    for (const target of referencedRows(model, row)) this.look({ kind: "row", ...target });
    this.look({ kind: "unique", model, row });
    const dangling = danglingReferences(this.state, model, row);
    if (dangling.length > 0) throw new ValidationError(model, dangling);
    const clash = uniqueClash(this.state, model, row);
    if (clash !== undefined) throw new UniqueViolation(model, uniqueLabel(model), clash.fields, clash.holder);
    this.#set(model, deepFreeze(row), fate);
    return row;
  }

  #set(model: ModelName, row: AnyRow, fate: Fate): void {
    this.#writable(model).set(row);
    const fates = this.#fatesOf(model);
    if (fates.get(row.pk) !== "inserted") fates.set(row.pk, fate);
  }

  #fatesOf(model: ModelName): Map<Pk, Fate> {
    let fates = this.fates.get(model);
    if (fates === undefined) {
      fates = new Map();
      this.fates.set(model, fates);
    }
    return fates;
  }

  #nextPk(model: ModelName): Pk {
    const { key } = modelOf(model);
    if (key === "uuid") return randomUUID();
    if (key === "integer") return this.nextNumber(model);
    const message = "This field is required.";
    throw new ValidationError(model, [{ field: "pk", path: [], message, code: "required" }]);
  }

  #givenPk(model: ModelName, given: unknown): Pk {
    const pk = shapePk(modelOf(model), given);
    if (!(pk instanceof Fault)) return pk;
    throw new ValidationError(model, [{ field: "pk", path: [], message: pk.message, code: pk.code }]);
  }

  #writable(model: ModelName): LayeredTable {
    let copy = this.#copied.get(model);
    if (copy === undefined) {
      copy = new LayeredTable(tableOf(this.state, model));
      this.#copied.set(model, copy);
      this.#tables.set(model, copy);
    }
    return copy;
  }

  #expectOpen(): void {
    if (this.#open) return;
    throw new StoreError("the transaction is over; its work has to be done before its function returns");
  }
}

function refersTo(value: JsonValue | undefined, pk: Pk): boolean {
  return Array.isArray(value) ? value.includes(pk) : value === pk;
}

function uniqueLabel(model: ModelName): string {
  const { uniqueLabel: shared, label } = modelOf(model);
  return shared ?? label;
}
