// Deletes the rows whose time is over.
import type { ExpiringModel, Store } from "./contract.ts";

/** Rows deleted in one transaction. */
const AT_ONCE = 200;

/** Deletes the rows of a model that have ended by now, a few in each transaction. */
export async function removeExpired(store: Store, model: ExpiringModel, now: number): Promise<void> {
  for (;;) {
    const pks = await store.expired(model, new Date(now), AT_ONCE);
    if (pks.length === 0) return;
    await store.transaction((tx) => {
      for (const pk of pks) {
        const row = tx.get(model, pk);
        if (row !== undefined && row.expires !== null && Date.parse(row.expires) <= now) tx.delete(model, pk);
      }
    });
    if (pks.length < AT_ONCE) return;
  }
}
