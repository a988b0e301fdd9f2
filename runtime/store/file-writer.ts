// The store file's text, written: what a write costs is what changed since the last one.
//
// Each row is a line. The bytes of each model are kept, and each row's place in them. A state shares the rows that did
// not change with the state before, so the rows are compared by identity, where the tables do not say already that they
// share them: from the first that differs on, bytes are made anew, out of texts that are kept too. A new device is one
// row's text behind the others'.
import { writev, writevSync } from "node:fs";
import { promisify } from "node:util";
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { MODEL_NAMES, type ModelName, modelOf } from "../models/registry.ts";
import { CIPHER, type SecretBox } from "./secrets.ts";
import type { State } from "./state.ts";
import type { AnyRow, Table } from "./table.ts";

/** The format that is written, and the newest that is read. */
export const FORMAT_VERSION = 1;

/** What the file holds encrypted so that a wrong key shows. */
export const KEY_CHECK = "postern";
/** The place that {@link KEY_CHECK} is sealed for. */
export const CHECK_PLACE = ["encryption", "check"] as const;

/** Writes states. */
export class StateWriter {
  readonly #box: SecretBox | undefined;
  readonly #check: string | undefined;
  readonly #models = new Map<ModelName, ModelBytes>();

  constructor(box: SecretBox | undefined) {
    this.#box = box;
    this.#check = box?.seal(CHECK_PLACE, KEY_CHECK);
  }

  /** The file's content, JSON in UTF-8, in parts that are good until the next call. */
  parts(state: State): Uint8Array[] {
    const head = [`  "postern": ${FORMAT_VERSION},`];
    if (this.#check !== undefined) {
      head.push(`  "encryption": ${JSON.stringify({ cipher: CIPHER, check: this.#check })},`);
    }
    head.push(`  "sequences": ${JSON.stringify(Object.fromEntries(state.sequences))},`);
    const parts: Uint8Array[] = [Buffer.from(`{\n${head.join("\n")}\n  "models": {`)];
    for (const name of MODEL_NAMES) {
      const table = state.tables.get(name);
      if (table === undefined || table.size === 0) continue;
      if (parts.length > 1) parts.push(COMMA);
      parts.push(
        Buffer.from(`\n    ${JSON.stringify(name)}: [`),
        this.#bytesOf(name).update(table),
        END_OF_LIST,
      );
    }
    parts.push(Buffer.from(parts.length === 1 ? "}\n}\n" : "\n  }\n}\n"));
    return parts;
  }

  #bytesOf(name: ModelName): ModelBytes {
    let bytes = this.#models.get(name);
    if (bytes === undefined) {
      bytes = new ModelBytes((row) => this.#sealed(name, row));
      this.#models.set(name, bytes);
    }
    return bytes;
  }

  #sealed(name: ModelName, row: AnyRow): JsonObject {
    if (this.#box === undefined) return row;
    const sealed: JsonObject = { ...row };
    for (const field of modelOf(name).secrets) {
      const value = sealed[field] as JsonValue;
      if (value !== null) sealed[field] = this.#box.seal([name, row.pk, field], value);
    }
    return sealed;
  }
}

const COMMA = Buffer.from(",");
const END_OF_LIST = Buffer.from("\n    ]");

/** The rows of one model, as they stand in the file. */
class ModelBytes {
  readonly #shape: (row: AnyRow) => JsonObject;
  readonly #texts = new WeakMap<AnyRow, string>();
  /** What was written last. */
  #table: Table | undefined;
  readonly #rows: AnyRow[] = [];
  /** Where each row ends in the buffer. */
  readonly #ends: number[] = [];
  #buffer = Buffer.alloc(0);

  constructor(shape: (row: AnyRow) => JsonObject) {
    this.#shape = shape;
  }

  update(table: Table): Uint8Array {
    if (table !== this.#table) this.#rewrite(table);
    this.#table = table;
    return this.#buffer.subarray(0, this.#ends.at(-1) ?? 0);
  }

  #rewrite(table: Table): void {
    const shared = this.#table === undefined ? 0 : table.sharedWith(this.#table);
    const rows = table.after(shared);
    let same = 0;
    while (same < rows.length && rows[same] === this.#rows[shared + same]) same += 1;
    this.#keep(shared + same);
    for (const row of rows.slice(same)) this.#add(row);
  }

  #keep(count: number): void {
    this.#rows.length = count;
    this.#ends.length = count;
  }

  #add(row: AnyRow): void {
    const text = (this.#rows.length === 0 ? "" : ",") + this.#text(row);
    const start = this.#ends.at(-1) ?? 0;
    // UTF-8 has at most three bytes for a UTF-16 unit.
    const most = start + text.length * 3;
    if (most > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(most + (most >> 1));
      this.#buffer.copy(larger, 0, 0, start);
      this.#buffer = larger;
    }
    this.#rows.push(row);
    this.#ends.push(start + this.#buffer.write(text, start));
  }

  #text(row: AnyRow): string {
    let text = this.#texts.get(row);
    if (text === undefined) {
      text = `\n      ${JSON.stringify(this.#shape(row))}`;
      this.#texts.set(row, text);
    }
    return text;
  }
}

/** Bytes that are written while the process waits: the system takes them into its cache at once. */
const LITTLE = 262_144;
const written = promisify(writev);

/** Writes all parts to a new file, in one call unless the system takes less at a time. */
export async function writeParts(descriptor: number, parts: readonly Uint8Array[]): Promise<void> {
  const isLittle = parts.reduce((sum, { length }) => sum + length, 0) <= LITTLE;
  let left = [...parts];
  while (left.length > 0) {
    let count = isLittle ? writevSync(descriptor, left) : (await written(descriptor, left)).bytesWritten;
    while (left.length > 0 && count >= left[0].length) count -= (left.shift() as Uint8Array).length;
    if (count > 0) left = [left[0].subarray(count), ...left.slice(1)];
  }
}
