// A store that runs the work of a transaction on wrong suppositions first, as the PostgreSQL store does: on no rows, and on
// those of before the last transaction. Work that leaves anything behind from such a run is wrong.
import type { Store, Transaction } from "../../../runtime/store/contract.ts";
import { Draft } from "../../../runtime/store/draft.ts";
import { SerialStore } from "../../../runtime/store/serial-store.ts";
import { EMPTY_STATE, type State } from "../../../runtime/store/state.ts";

/** A store in memory that runs each work three times; only the last run counts. */
export function rerunningStore(): Store {
  const states: State[] = [EMPTY_STATE];
  const inner = new SerialStore(EMPTY_STATE, {
    persist: async (state) => void states.push(state),
    release: async () => undefined,
  });
  const suppose = (work: (tx: Transaction) => unknown, state: State): void => {
    const draft = new Draft(state);
    try {
      work(draft);
    } catch {
      // The run does not count, and neither does its error.
    }
    draft.abandon();
  };
  return {
    read: (work) => inner.read(work),
    transaction: (work) =>
      inner.transaction((tx) => {
        suppose(work, EMPTY_STATE);
        suppose(work, states.at(-2) ?? EMPTY_STATE);
        return work(tx);
      }),
    size: (model, where, limit) => inner.size(model, where, limit),
    expired: (model, now, limit) => inner.expired(model, now, limit),
    close: () => inner.close(),
    [Symbol.asyncDispose]: () => inner.close(),
  };
}
