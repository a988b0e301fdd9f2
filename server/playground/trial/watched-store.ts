// A store that tells what each transaction changed, row by row, with what the models call secret masked.
import type { JsonObject, JsonValue } from "../../../engine/types.ts";
import type { ModelName, Snapshot, Store } from "../../../runtime/index.ts";
import { MODEL_NAMES, modelOf } from "../../../runtime/models/registry.ts";
import type { RowChange } from "../trial-api.ts";

const MASK = "********";

type Rows = ReadonlyMap<string | number, JsonObject>;

/**
 * The store, with every transaction told once it is durable, in order. All rows are looked at before and after each of
 * them, so it is for small stores.
 */
export function watchedStore(store: Store, written: (changes: readonly RowChange[]) => void): Store {
  return {
    ...(store.keyedHash === undefined ? {} : { keyedHash: store.keyedHash }),
    read: (work) => store.read(work),
    async transaction(work) {
      let changes: readonly RowChange[] = [];
      const result = await store.transaction((tx) => {
        const before = allRows(tx);
        const value = work(tx);
        changes = changesBetween(before, allRows(tx));
        return value;
      });
      if (changes.length > 0) written(changes);
      return result;
    },
    size: (model, where, limit) => store.size(model, where, limit),
    expired: (model, now, limit) => store.expired(model, now, limit),
    close: () => store.close(),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

function allRows(tx: Snapshot): ReadonlyMap<ModelName, Rows> {
  return new Map(
    MODEL_NAMES.map((model) => [
      model,
      new Map((tx.list(model) as readonly JsonObject[]).map((row) => [row.pk as string | number, row])),
    ]),
  );
}

/** Rows that a transaction left alone are the very same objects. */
function changesBetween(
  before: ReadonlyMap<ModelName, Rows>,
  after: ReadonlyMap<ModelName, Rows>,
): RowChange[] {
  return MODEL_NAMES.flatMap((model) => {
    const [old, now] = [before.get(model) as Rows, after.get(model) as Rows];
    const kept = [...now].flatMap(([pk, row]): RowChange[] => {
      const was = old.get(pk);
      if (was === row) return [];
      const fields =
        was === undefined ? [] : Object.keys(row).filter((field) => !same(was[field], row[field]));
      return [{ model, pk, row: masked(model, row), fields }];
    });
    const gone = [...old.keys()].filter((pk) => !now.has(pk));
    return [...kept, ...gone.map((pk): RowChange => ({ model, pk, row: null, fields: [] }))];
  });
}

function same(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}

function masked(model: ModelName, row: JsonObject): JsonObject {
  const secrets = new Set(modelOf(model).secrets);
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => [
      field,
      secrets.has(field) && hasSomething(value) ? MASK : value,
    ]),
  );
}

function hasSomething(value: JsonValue): boolean {
  if (value === null || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
