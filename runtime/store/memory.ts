// A store that lives in memory only: for tests and for trying things out.
import type { Store } from "./contract.ts";
import { SerialStore } from "./serial-store.ts";
import { EMPTY_STATE } from "./state.ts";

/** An empty store that is gone when the process ends. Follows the same contract as the durable ones. */
export function memoryStore(): Store {
  return new SerialStore(EMPTY_STATE, { persist: async () => undefined, release: async () => undefined });
}
