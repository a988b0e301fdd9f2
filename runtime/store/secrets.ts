// Encryption of secret fields at rest: AES-256-GCM, bound to the field's place. Keyed hashes under the same key.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from "node:crypto";
import { drawnBytes } from "../../engine/entropy.ts";
import type { JsonValue } from "../../engine/types.ts";
import { StoreKeyError } from "./errors.ts";

/** The cipher's name, as the store file says it. */
export const CIPHER = "aes-256-gcm";

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Seals values with one key. A sealed value opens only in the place (`model`, pk, field) it was sealed for. */
export class SecretBox {
  readonly #key: KeyObject;
  /** Keys of keyed hashes, by purpose; there are a handful. */
  readonly #hashKeys = new Map<string, KeyObject>();

  /** @param key 32 bytes, or their spelling as 64 hexadecimal digits or as base64. Throws {@link StoreKeyError}. */
  constructor(key: Uint8Array | string) {
    const bytes =
      typeof key !== "string"
        ? Uint8Array.from(key)
        : Buffer.from(key.trim(), /^[0-9a-f]{64}$/i.test(key.trim()) ? "hex" : "base64");
    if (bytes.length !== 32) {
      throw new StoreKeyError(
        `the store's key must be 32 bytes (64 hexadecimal digits, or base64), not ${bytes.length}. Make one with: openssl rand -hex 32`,
      );
    }
    this.#key = createSecretKey(bytes);
  }

  /** See `KeyedHash` of the store's contract. */
  keyedHash(purpose: string, text: string): string {
    let key = this.#hashKeys.get(purpose);
    if (key === undefined) {
      key = createSecretKey(Buffer.from(hkdfSync("sha256", this.#key, "postern", purpose, 32)));
      this.#hashKeys.set(purpose, key);
    }
    return createHmac("sha256", key).update(text, "utf8").digest("hex");
  }

  /** The value, encrypted under a fresh nonce. */
  seal(place: readonly JsonValue[], value: JsonValue): string {
    return this.sealText(place, JSON.stringify(value));
  }

  /** As {@link seal}, of a value that is JSON already. */
  sealText(place: readonly JsonValue[], text: string): string {
    const iv = drawnBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(JSON.stringify(place)));
    const body = cipher.update(text, "utf8");
    // What is left to write at the end is the tag.
    cipher.final();
    return Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64");
  }

  /** The value again, or nothing where the text was not sealed with this key for this place. */
  open(place: readonly JsonValue[], sealed: string): { readonly value: JsonValue } | undefined {
    const text = this.openText(place, sealed);
    if (text === undefined) return undefined;
    try {
      return { value: JSON.parse(text) as JsonValue };
    } catch {
      return undefined;
    }
  }

  /** As {@link open}, the value as JSON. */
  openText(place: readonly JsonValue[], sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, "base64");
    if (bytes.length < IV_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(JSON.stringify(place)));
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    try {
      const body = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
      // Throws where the tag does not fit; only then is what was decrypted any good.
      decipher.final();
      return body.toString("utf8");
    } catch {
      return undefined;
    }
  }
}
