// API tokens: made once and shown once, kept as a hash.
import { createHash, randomBytes } from "node:crypto";
import type { Row, Snapshot, Transaction } from "../runtime/index.ts";

/** SHA-256 in hexadecimal digits; for secrets that are random themselves. */
export function secretHash(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** A token that was made. */
export interface NewToken {
  readonly identifier: string;
  /** What programs show. It is not kept: who loses it makes another token. */
  readonly key: string;
}

/** Makes an API token of a user, by default valid until it is revoked. Throws UniqueViolation when its name is taken. */
export function createToken(
  tx: Transaction,
  user: number,
  given: { readonly identifier?: string; readonly expires?: string | null } = {},
): NewToken {
  const key = randomBytes(32).toString("base64url");
  const { identifier = `postern-${randomBytes(6).toString("hex")}`, expires = null } = given;
  const key_hash = secretHash(key);
  tx.insert("authentik_core.token", { identifier, user, key_hash, expiring: expires !== null, expires });
  return { identifier, key };
}

/** The user whose valid API token this is, or nothing. */
export function userOfToken(tx: Snapshot, key: string, now: number): Row<"authentik_core.user"> | undefined {
  const [token] = tx.list("authentik_core.token", { key_hash: secretHash(key), intent: "api" });
  if (token === undefined) return undefined;
  if (token.expiring && token.expires !== null && Date.parse(token.expires) <= now) return undefined;
  const user = tx.get("authentik_core.user", token.user);
  return user?.is_active === true ? user : undefined;
}
