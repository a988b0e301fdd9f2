// Rows that only the one who holds their id can read: the store keeps a hash of the id, and the content sealed under it.
import { hkdfSync } from "node:crypto";
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { SecretBox } from "./secrets.ts";

/** What a sealed row's JSON field holds. The version stands beside the seal so that writers can compare it. */
export type SealedData = { version: number; sealed: string };

/** A row's place and seal, made from its id. */
export interface HeldRow {
  /** Where the row stands. Says nothing about the id. */
  readonly pk: string;
  seal(version: number, value: JsonValue): SealedData;
  /** The value again; nothing where the data was not sealed under this id, in this place, with this version. */
  open(data: JsonValue): { readonly version: number; readonly value: JsonValue } | undefined;
}

/**
 * The row of an id that the client holds (its cookie) and the store does not. Without the id nothing of the row can
 * be read, whether the store has a key or not.
 *
 * @param id at least 128 bits that nobody can guess
 */
export function heldRow(model: string, id: string): HeldRow {
  const derived = (purpose: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync("sha256", id, model, purpose, bytes));
  const pk = derived("place", 24).toString("base64url");
  let made: SecretBox | undefined;
  const box = (): SecretBox => {
    made ??= new SecretBox(derived("seal", 32));
    return made;
  };
  return {
    pk,
    seal: (version, value) => ({ version, sealed: box().seal([model, pk, version], value) }),
    open: (data) => {
      const { version, sealed } = (data ?? {}) as Partial<JsonObject>;
      if (typeof version !== "number" || typeof sealed !== "string") return undefined;
      const opened = box().open([model, pk, version], sealed);
      return opened === undefined ? undefined : { version, value: opened.value };
    },
  };
}
