// API tokens: made once and shown once, kept as a hash.
import { hash, hkdfSync, randomBytes } from "node:crypto";
import type { Row, Snapshot, Transaction } from "../runtime/index.ts";
import { SecretBox } from "../runtime/store/secrets.ts";

const TOKEN = "authentik_core.token";
/** How long the key of a token that was made over the API can be looked at, once. Milliseconds. */
const VIEWABLE = 600_000;

/** SHA-256 in hexadecimal digits; for secrets that are random themselves. */
export function secretHash(secret: string): string {
  return hash("sha256", secret, "hex");
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
  const key = drawKey();
  const { identifier = `postern-${randomBytes(6).toString("hex")}`, expires = null } = given;
  tx.insert(TOKEN, { identifier, user, ...keyFields(key), expiring: expires !== null, expires });
  return { identifier, key };
}

/** The user whose valid API token this is, or nothing. */
export function userOfToken(tx: Snapshot, key: string, now: number): Row<"authentik_core.user"> | undefined {
  const [token] = tx.list(TOKEN, { key_hash: secretHash(key), intent: "api" });
  if (token === undefined) return undefined;
  if (token.expiring && token.expires !== null && Date.parse(token.expires) <= now) return undefined;
  const user = tx.get("authentik_core.user", token.user);
  return user?.is_active === true ? user : undefined;
}

/** A token's fields for a key that nobody can look at. */
export function keyFields(
  key: string,
): Pick<Row<typeof TOKEN>, "key_hash" | "key_sealed" | "key_viewable_until"> {
  return { key_hash: secretHash(key), key_sealed: null, key_viewable_until: null };
}

/** A token's fields for a new key, which can be looked at once for a while: sealed under the server's secret key. */
export function newKey(secretKey: string, now: number): ReturnType<typeof keyFields> {
  const key = drawKey();
  const key_hash = secretHash(key);
  return {
    key_hash,
    key_sealed: keyBox(secretKey).seal([TOKEN, key_hash], key),
    key_viewable_until: new Date(now + VIEWABLE).toISOString(),
  };
}

/** The key of a token, as long as it can be looked at. */
export function openKey(
  secretKey: string,
  token: ReturnType<typeof keyFields>,
  now: number,
): string | undefined {
  const { key_hash, key_sealed, key_viewable_until: until } = token;
  if (key_sealed === null || until === null || Date.parse(until) <= now) return undefined;
  return keyBox(secretKey).open([TOKEN, key_hash], key_sealed)?.value as string | undefined;
}

/** Takes the keys out of the store that nobody looked at in time. */
export function forgetKeys(tx: Transaction, now: number): void {
  for (const { pk, key_viewable_until: until } of tx.list(TOKEN)) {
    if (until === null || Date.parse(until) > now) continue;
    tx.update(TOKEN, pk, { key_sealed: null, key_viewable_until: null });
  }
}

function drawKey(): string {
  return randomBytes(32).toString("base64url");
}

function keyBox(secretKey: string): SecretBox {
  return new SecretBox(Buffer.from(hkdfSync("sha256", secretKey, "postern", "token keys", 32)));
}
