// Rows that only the one who holds their id can read: the store keeps a hash of the id, and the content sealed under it.
import { hash } from "node:crypto";
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { Recent } from "./recent.ts";
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
  /** Gives up what is known of the row: it is over. */
  forget(): void;
}

/** Rows whose keys are kept at hand, twice as many at most: deriving them costs more than opening a row does. */
const AT_HAND = 250;
const known = new Recent<string, HeldRow>(AT_HAND);
/** Characters of a row's pk: 192 bits. */
const PLACE_LENGTH = 32;
/** Characters of a content that is kept beside its seal, which says that it is still the same. */
const LONGEST_KEPT = 8_192;

/**
 * The row of an id that the client holds (its cookie) and the store does not. Without the id nothing of the row can
 * be read, whether the store has a key or not.
 *
 * @param id at least 128 bits that nobody can guess
 */
export function heldRow(model: string, id: string): HeldRow {
  const name = `${model} ${id}`;
  const found = known.get(name);
  if (found !== undefined) return found;
  const row = deriveRow(model, id, name);
  known.set(name, row);
  return row;
}

function deriveRow(model: string, id: string, name: string): HeldRow {
  // An id is as hard to guess as a key, so a plain hash of it is as good a key; HKDF takes five times as long.
  const derived = (purpose: string): string => JSON.stringify([model, purpose, id]);
  const pk = hash("sha256", derived("place"), "base64url").slice(0, PLACE_LENGTH);
  let made: SecretBox | undefined;
  const box = (): SecretBox => {
    made ??= new SecretBox(hash("sha256", derived("seal"), "buffer"));
    return made;
  };
  let last: (SealedData & { text: string }) | undefined;
  const remember = (version: number, sealed: string, text: string): void => {
    last = text.length > LONGEST_KEPT ? undefined : { version, sealed, text };
  };
  return {
    pk,
    seal: (version, text) => {
      const sealed = box().sealText([model, pk, version], text);
      remember(version, sealed, text);
      return { version, sealed };
    },
    open: (data) => {
      const { version, sealed } = (data ?? {}) as Partial<JsonObject>;
      if (typeof version !== "number" || typeof sealed !== "string") return undefined;
      if (last?.version === version && last.sealed === sealed) return { version, text: last.text };
      const text = box().openText([model, pk, version], sealed);
      if (text === undefined) return undefined;
      remember(version, sealed, text);
      return { version, text };
    },
    forget: () => {
      last = undefined;
      known.delete(name);
    },
  };
}
