// API tokens: made once and shown once, kept as a hash.
import { createHash, randomBytes } from "node:crypto";
import type { Row, Snapshot, Transaction } from "../runtime/index.ts";

/** SHA-256 in hexadecimal digits; for secrets that are random themselves. */
export function secretHash(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Makes an API token of a user and answers its key, which is not kept. */
export function createToken(
  tx: Transaction,
  user: number,
  given: {
    readonly identifier?: string;
    readonly description?: string;
    readonly expires?: string | null;
  } = {},
): string {
  const key = randomBytes(32).toString("base64url");
  const {
    identifier = `postern-${randomBytes(6).toString("hex")}`,
    description = "",
    expires = null,
  } = given;
  tx.insert("authentik_core.token", {
    identifier,
    user,
    description,
    key_hash: secretHash(key),
    expiring: expires !== null,
    expires,
  });
  return key;
}

/** The user whose valid API token this is, or nothing. */
export function userOfToken(tx: Snapshot, key: string, now: number): Row<"authentik_core.user"> | undefined {
  const [token] = tx.list("authentik_core.token", { key_hash: secretHash(key), intent: "api" });
  if (token === undefined) return undefined;
  if (token.expiring && token.expires !== null && Date.parse(token.expires) <= now) return undefined;
  const user = tx.get("authentik_core.user", token.user);
  return user?.is_active === true ? user : undefined;
}
