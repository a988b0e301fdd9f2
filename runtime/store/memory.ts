// A store that lives in memory only: for tests and for trying things out.
import type { Store } from "./contract.ts";
import { SecretBox } from "./secrets.ts";
import { SerialStore } from "./serial-store.ts";
import { EMPTY_STATE } from "./state.ts";

/**
 * An empty store that is gone when the process ends. Follows the same contract as the durable ones.
 *
 * @param options.key gives it keyed hashes, as the key of a durable store does; see `LowdbOptions`.
 */
export function memoryStore(options: { readonly key?: Uint8Array | string } = {}): Store {
  const box = options.key === undefined ? undefined : new SecretBox(options.key);
  const durability = { persist: async () => undefined, release: async () => undefined };
  return new SerialStore(EMPTY_STATE, durability, box && ((purpose, text) => box.keyedHash(purpose, text)));
}
