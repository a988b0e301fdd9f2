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
  /** Seals a value that is JSON text. */
  seal(version: number, text: string): SealedData;
  /** The JSON text again; nothing where the data was not sealed under this id, in this place, with this version. */
  open(data: JsonValue): { readonly version: number; readonly text: string } | undefined;
}

/** Rows whose keys are kept at hand: deriving them costs more than opening a row does. */
const AT_HAND = 500;
const known = new Map<string, HeldRow>();

/**
 * The row of an id that the client holds (its cookie) and the store does not. Without the id nothing of the row can
 * be read, whether the store has a key or not.
 *
 * @param id at least 128 bits that nobody can guess
 */
export function heldRow(model: string, id: string): HeldRow {
  const name = `${model} ${id}`;
  const row = known.get(name) ?? deriveRow(model, id);
  known.delete(name);
  known.set(name, row);
  if (known.size > AT_HAND) {
    const [oldest] = known.keys();
    known.delete(oldest);
  }
  return row;
}

function deriveRow(model: string, id: string): HeldRow {
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
    seal: (version, text) => ({ version, sealed: box().sealText([model, pk, version], text) }),
    open: (data) => {
      const { version, sealed } = (data ?? {}) as Partial<JsonObject>;
      if (typeof version !== "number" || typeof sealed !== "string") return undefined;
      const text = box().openText([model, pk, version], sealed);
      return text === undefined ? undefined : { version, text };
    },
  };
}
