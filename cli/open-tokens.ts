// API tokens in a store, for `postern token`.
import { createToken } from "../server/tokens.ts";
import type { OpenedTokens, OpenStoreOptions } from "./host.ts";
import { UsageError } from "./io.ts";
import { openStore, telling } from "./open-runtime.ts";

const DAY = 24 * 60 * 60 * 1000;

/** Opens the tokens of a store. Throws {@link UsageError} when the store cannot be used. */
export async function openTokens({ storePlace, storeKey, notice }: OpenStoreOptions): Promise<OpenedTokens> {
  const store = await openStore(storePlace, { key: storeKey, notice });
  return {
    async create({ user, identifier, days }) {
      const expires = days === undefined ? null : new Date(Date.now() + days * DAY).toISOString();
      return await telling(() =>
        store.transaction((tx) => {
          const [owner] = tx.list("authentik_core.user", { username: user });
          if (owner === undefined) {
            const names = tx.list("authentik_core.user").map(({ username }) => JSON.stringify(username));
            const known =
              names.length === 0 ? "the store has no users" : `users: ${names.slice(0, 20).join(", ")}`;
            throw new UsageError(`there is no user ${JSON.stringify(user)}; ${known}`);
          }
          const made = createToken(tx, owner.pk, { identifier, expires });
          return { identifier: made.identifier, token: made.key, expires };
        }),
      );
    },
    list: () =>
      store.read((tx) =>
        tx.list("authentik_core.token").map(({ identifier, user, created, expires, expiring }) => ({
          identifier,
          user: tx.get("authentik_core.user", user)?.username ?? "",
          created,
          expires: expiring ? expires : null,
        })),
      ),
    async revoke(identifier) {
      await store.transaction((tx) => {
        const [token] = tx.list("authentik_core.token", { identifier });
        if (token === undefined) {
          throw new UsageError(
            `there is no token ${JSON.stringify(identifier)}; \`postern token list\` shows them`,
          );
        }
        tx.delete("authentik_core.token", token.pk);
      });
    },
    close: () => store.close(),
  };
}
