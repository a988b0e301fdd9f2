// The rows of a store as one immutable value, and the snapshot that reads it.
import type { Pk } from "../models/model.ts";
import { isModelName, type ModelName, type Row } from "../models/registry.ts";
import type { Snapshot } from "./contract.ts";
import { StoreError } from "./errors.ts";
import { type AnyRow, type Conditions, LayeredTable, type Table } from "./table.ts";

/** Everything a store holds. A change makes a new state; tables and rows that did not change are shared. */
export interface State {
  readonly tables: ReadonlyMap<ModelName, Table>;
  /** The highest integer pk ever given out, by model: pks are never used again. */
  readonly sequences: ReadonlyMap<ModelName, number>;
}

/** A store without rows. */
export const EMPTY_STATE: State = Object.freeze({ tables: new Map(), sequences: new Map() });

const NO_ROWS: Table = new LayeredTable();

/** The rows of a model. Throws for a name that is no model's. */
export function tableOf(state: State, model: ModelName): Table {
  const table = state.tables.get(model);
  if (table !== undefined) return table;
  if (!isModelName(model)) throw new StoreError(`there is no model ${JSON.stringify(model)}`);
  return NO_ROWS;
}

/** Freezes a JSON value all the way down and returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}

/** Reads one state. */
export class StateView implements Snapshot {
  protected state: State;
  constructor(state: State) {
    this.state = state;
  }

  get<M extends ModelName>(model: M, pk: Pk): Row<M> | undefined {
    return tableOf(this.state, model).get(pk) as Row<M> | undefined;
  }

  list<M extends ModelName>(model: M, where: Partial<Row<M>> = {}): Row<M>[] {
    return [...this.matching(model, Object.entries(where))] as unknown as Row<M>[];
  }

  /** The rows of a model, in the order of insertion, whose fields have these values. */
  protected matching(model: ModelName, conditions: Conditions): readonly AnyRow[] {
    return tableOf(this.state, model).matching(conditions);
  }

  /** All rows of a model in the order of insertion. */
  protected rowsOf(model: ModelName): readonly AnyRow[] {
    return tableOf(this.state, model).values();
  }
}
