// Rows as the database keeps them: their pks and JSON as text, secrets sealed; and read again with nothing taken on trust.
import { createHash } from "node:crypto";
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { Fault } from "../models/fields.ts";
import type { Pk } from "../models/model.ts";
import { isModelName, type ModelName, modelOf } from "../models/registry.ts";
import { shapePk, shapeRow, unknownFields, ValidationError } from "../models/validation.ts";
import { RowDamaged, StoreKeyError } from "./errors.ts";
import type { SecretBox } from "./secrets.ts";
import { deepFreeze } from "./state.ts";
import type { AnyRow } from "./table.ts";

/** A row of the database. */
export interface StoredRow {
  readonly model: ModelName;
  /** The pk as the database spells it. */
  readonly pk: string;
  readonly row: AnyRow;
  /** The number of the commit that wrote it: with model and pk it names this content and no other. */
  readonly version: string;
  /** The order of insertion. */
  readonly position: number;
  readonly ordinal: number;
}

/** A pk as the database spells it: JSON's spelling without quotes; a hash, behind a quote, where that is long. */
export function pkText(pk: Pk): string {
  if (typeof pk === "number") return String(pk);
  const text = JSON.stringify(pk).slice(1, -1);
  return text.length <= 200 ? text : `"${createHash("sha256").update(text).digest("hex")}`;
}

/** The pk that a text of the database stands for; of a long one the row's body tells it. */
export function pkOf(model: ModelName, text: string, body: string | null): Pk {
  const pk: unknown =
    body === null && !text.startsWith('"') ? JSON.parse(`"${text}"`) : objectOf(model, text, body ?? "").pk;
  const shaped = shapePk(modelOf(model), pk);
  if (shaped instanceof Fault || pkText(shaped) !== text)
    throw new RowDamaged(model, text, "its pk is another one");
  return shaped;
}

/** `expires` as the database keeps it beside the row: rounded up to the hour; null where the row does not end. */
export function expiryOf(row: AnyRow): string | null {
  const { expires } = row;
  if (typeof expires !== "string") return null;
  const hour = 3_600_000;
  return new Date(Math.ceil(Date.parse(expires) / hour) * hour).toISOString();
}

/** Turns rows into text and back. */
export class RowCodec {
  readonly #box: SecretBox | undefined;
  readonly #notice: (text: string) => void;
  readonly #noticed = new Set<string>();
  constructor(box: SecretBox | undefined, notice: (text: string) => void) {
    this.#box = box;
    this.#notice = notice;
  }

  /** Whether secrets are encrypted. */
  get sealing(): boolean {
    return this.#box !== undefined;
  }

  /** The row as JSON. */
  encode(model: ModelName, row: AnyRow): string {
    if (this.#box === undefined) return JSON.stringify(row);
    const sealed: JsonObject = { ...row };
    for (const field of modelOf(model).secrets) {
      const value = sealed[field] as JsonValue;
      if (value !== null) sealed[field] = this.#box.seal([model, row.pk, field], value);
    }
    return JSON.stringify(sealed);
  }

  /**
   * The row that a text of the database holds. Throws {@link RowDamaged} where no store has written it, and
   * {@link StoreKeyError} where it needs a key.
   */
  decode(name: string, pk: string, body: string, sealed: boolean): AnyRow {
    if (!isModelName(name)) throw new RowDamaged(name, pk, "there is no such model");
    const model = modelOf(name);
    const { pk: given, ...fields } = objectOf(name, pk, body);
    const own = shapePk(model, given);
    if (own instanceof Fault || pkText(own) !== pk) throw new RowDamaged(name, pk, "its pk is another one");
    for (const { field, message } of unknownFields(model, Object.keys(fields))) {
      delete fields[field];
      if (!this.#noticed.has(message)) this.#notice(`${message} The database has it; it is ignored.`);
      this.#noticed.add(message);
    }
    this.#unseal(name, own, fields, sealed);
    try {
      return deepFreeze({ pk: own, ...shapeRow(model, fields, own) });
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      throw new RowDamaged(name, pk, error.message);
    }
  }

  #unseal(name: ModelName, pk: Pk, fields: JsonObject, sealed: boolean): void {
    const { secrets } = modelOf(name);
    const held = secrets.filter((field) => fields[field] !== undefined && fields[field] !== null);
    if (held.length === 0) return;
    if (this.#box === undefined) {
      if (!sealed) return;
      throw new StoreKeyError(
        "the database holds encrypted secrets: open it with the key it was written with",
      );
    }
    for (const field of held) {
      const value = fields[field];
      const opened =
        sealed && typeof value === "string" ? this.#box.open([name, pk, field], value) : undefined;
      if (opened === undefined) {
        throw new RowDamaged(name, pkText(pk), `${field} is not encrypted with the store's key for this row`);
      }
      fields[field] = opened.value;
    }
  }
}

function objectOf(name: string, pk: string, body: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new RowDamaged(name, pk, "its body is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RowDamaged(name, pk, "its body is not an object");
  }
  return value as JsonObject;
}
