// The store file's text, read with nothing taken on trust.
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { Fault } from "../models/fields.ts";
import type { Pk } from "../models/model.ts";
import { isModelName, type ModelName, modelOf } from "../models/registry.ts";
import { shapePk, shapeRow, unknownFields, ValidationError } from "../models/validation.ts";
import { StoreDamaged, StoreKeyError } from "./errors.ts";
import { CHECK_PLACE, FORMAT_VERSION, KEY_CHECK } from "./file-writer.ts";
import { danglingReferences, uniqueKeys } from "./integrity.ts";
import { jsonFault, jsonPosition } from "./json-position.ts";
import { CIPHER, type SecretBox } from "./secrets.ts";
import { deepFreeze, type State } from "./state.ts";
import { type AnyRow, LayeredTable, type Table } from "./table.ts";

/** What a file held. */
export interface ReadState {
  readonly state: State;
  /** Secrets stand in it encrypted. */
  readonly encrypted: boolean;
  /** What was ignored, one sentence each. */
  readonly notices: readonly string[];
}

/**
 * The state in a file's bytes. Throws {@link StoreDamaged} for anything that a store has not written, and
 * {@link StoreKeyError} where the key is missing or another one.
 * @param todo what to do about damage: the last sentence of the error
 */
export function readState(
  file: string,
  bytes: Uint8Array,
  box: SecretBox | undefined,
  todo: string,
): ReadState {
  return new Reader(file, decodeText(file, bytes, todo), box, todo).read();
}

function decodeText(file: string, bytes: Uint8Array, todo: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new StoreDamaged(file, undefined, "the file is not UTF-8 text", todo);
  }
}

type Path = readonly (string | number)[];

class Reader {
  readonly #file: string;
  readonly #text: string;
  readonly #box: SecretBox | undefined;
  readonly #todo: string;
  readonly #notices: string[] = [];
  #encrypted = false;

  constructor(file: string, text: string, box: SecretBox | undefined, todo: string) {
    this.#file = file;
    this.#text = text;
    this.#box = box;
    this.#todo = todo;
  }

  read(): ReadState {
    const root = this.#object([], this.#parse(), "the file's top level");
    this.#version(root);
    this.#encryption(root.encryption);
    for (const key of Object.keys(root)) {
      if (!["postern", "encryption", "sequences", "models"].includes(key)) {
        this.#notices.push(`${this.#file}: the unknown key ${JSON.stringify(key)} was ignored.`);
      }
    }
    const tables = this.#tables(this.#object(["models"], root.models, '"models"'));
    const state: State = { tables, sequences: this.#sequences(root.sequences ?? {}, tables) };
    this.#relations(state);
    return { state, encrypted: this.#encrypted, notices: this.#notices };
  }

  #parse(): unknown {
    if (this.#text.trim() === "") throw this.#damaged([], "the file is empty");
    let value: unknown;
    try {
      value = JSON.parse(this.#text);
    } catch {
      const { position, what } = jsonFault(this.#text);
      throw new StoreDamaged(this.#file, position, `the file is not JSON: ${what}`, this.#todo);
    }
    const path = protoPath(value);
    if (path !== undefined) throw this.#damaged(path, 'the key "__proto__" may not occur');
    return value;
  }

  #version(root: JsonObject): void {
    const version = root.postern;
    if (version === undefined)
      throw this.#damaged([], 'not a store of Postern: the key "postern" is missing');
    if (typeof version !== "number" || !Number.isInteger(version) || version < 1) {
      throw this.#damaged(["postern"], "the format's version has to be a whole number from 1");
    }
    if (version > FORMAT_VERSION) {
      throw new StoreDamaged(
        this.#file,
        jsonPosition(this.#text, ["postern"]),
        `a newer Postern wrote this file (format ${version}; this one reads up to ${FORMAT_VERSION})`,
        "Open it with that newer version.",
      );
    }
  }

  #encryption(value: unknown): void {
    if (value === undefined) return;
    const { cipher, check } = this.#object(["encryption"], value, '"encryption"');
    if (cipher !== CIPHER || typeof check !== "string") {
      throw this.#damaged(["encryption"], `"encryption" has to hold the cipher "${CIPHER}" and a check`);
    }
    this.#encrypted = true;
    if (this.#box === undefined) {
      throw new StoreKeyError(
        `${this.#file} holds encrypted secrets: open it with the key it was written with`,
      );
    }
    if (this.#box.open(CHECK_PLACE, check)?.value !== KEY_CHECK) {
      throw new StoreKeyError(`${this.#file} was written with another key: open it with that one`);
    }
  }

  #tables(models: JsonObject): Map<ModelName, Table> {
    const tables = new Map<ModelName, Table>();
    for (const [name, rows] of Object.entries(models)) {
      const path = ["models", name];
      if (!isModelName(name)) throw this.#damaged(path, `there is no model ${JSON.stringify(name)}`);
      if (!Array.isArray(rows)) throw this.#damaged(path, "a model's rows have to be a list");
      const table = new LayeredTable();
      for (const [index, value] of rows.entries()) {
        const row = this.#row(name, [...path, index], value);
        if (table.has(row.pk)) {
          throw this.#damaged([...path, index, "pk"], `the pk ${JSON.stringify(row.pk)} occurs twice`);
        }
        table.set(row);
      }
      tables.set(name, table);
    }
    return tables;
  }

  #row(name: ModelName, path: Path, value: unknown): AnyRow {
    const model = modelOf(name);
    const { pk: given, ...fields } = this.#object(path, value, "a row");
    const pk = shapePk(model, given);
    if (pk instanceof Fault) throw this.#damaged([...path, "pk"], `pk: ${pk.message}`);
    for (const { field } of unknownFields(model, Object.keys(fields))) {
      delete fields[field];
      this.#notices.push(`${this.#file}: ${name} has no field ${JSON.stringify(field)}; it was ignored.`);
    }
    if (this.#encrypted) this.#unseal(name, pk, fields, path);
    try {
      return deepFreeze({ pk, ...shapeRow(model, fields, pk) });
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      const issue = error.issues[0];
      throw this.#damaged([...path, issue.field, ...issue.path], `${issue.field}: ${issue.message}`);
    }
  }

  #unseal(name: ModelName, pk: Pk, fields: JsonObject, path: Path): void {
    for (const field of modelOf(name).secrets) {
      const sealed = fields[field];
      if (sealed === undefined || sealed === null) continue;
      const opened = typeof sealed === "string" ? this.#box?.open([name, pk, field], sealed) : undefined;
      if (opened === undefined) {
        throw this.#damaged([...path, field], `${field}: not encrypted with the store's key for this row`);
      }
      fields[field] = opened.value;
    }
  }

  #sequences(value: JsonValue, tables: ReadonlyMap<ModelName, Table>): Map<ModelName, number> {
    const given = this.#object(["sequences"], value, '"sequences"');
    const sequences = new Map<ModelName, number>();
    for (const [name, last] of Object.entries(given)) {
      if (!isModelName(name) || typeof last !== "number" || !Number.isSafeInteger(last) || last < 0) {
        throw this.#damaged(["sequences", name], "a sequence is a model's name and a whole number");
      }
      sequences.set(name, last);
    }
    for (const [name, table] of tables) {
      if (modelOf(name).key !== "integer") continue;
      let last = sequences.get(name) ?? 0;
      for (const { pk } of table.values()) last = Math.max(last, pk as number);
      sequences.set(name, last);
    }
    return sequences;
  }

  #relations(state: State): void {
    const seen = new Map<string, Pk>();
    for (const [name, table] of state.tables) {
      for (const [index, row] of table.values().entries()) {
        const path = ["models", name, index];
        const dangling = danglingReferences(state, name, row)[0];
        if (dangling !== undefined) {
          throw this.#damaged(
            [...path, dangling.field, ...dangling.path],
            `${dangling.field}: ${dangling.message}`,
          );
        }
        for (const { fields, key } of uniqueKeys(name, row)) {
          if (seen.has(key)) {
            const what = `${fields.join(", ")}: the same value as in the row with pk ${JSON.stringify(seen.get(key))}`;
            throw this.#damaged([...path, fields[0]], what);
          }
          seen.set(key, row.pk);
        }
      }
    }
  }

  #object(path: Path, value: unknown, what: string): JsonObject {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw this.#damaged(path, `${what} has to be an object`);
    }
    return value as JsonObject;
  }

  #damaged(path: Path, what: string): StoreDamaged {
    return new StoreDamaged(this.#file, jsonPosition(this.#text, path), what, this.#todo);
  }
}

/** The path of the first key named `__proto__`, without recursion: the file may be nested as deeply as it likes. */
function protoPath(root: unknown): Path | undefined {
  const waiting: { value: unknown; path: Path }[] = [{ value: root, path: [] }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, path } = next;
    if (typeof value !== "object" || value === null) continue;
    if (path.length > 256) continue;
    for (const [key, item] of Object.entries(value)) {
      const inner = [...path, Array.isArray(value) ? Number(key) : key];
      if (key === "__proto__") return inner;
      if (typeof item === "object") waiting.push({ value: item, path: inner });
    }
  }
  return undefined;
}
