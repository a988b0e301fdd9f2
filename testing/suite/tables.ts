// Tables of inputs: rows from the suite or a file, and the places in a case that they fill.
import type { JsonValue } from "../../engine/types.ts";
import { parseExactJson } from "../exact-json.ts";
import type { Row } from "./suite.ts";

/** What a text of a table's file is not. */
export class TableError extends Error {
  override readonly name = "TableError";
}

/** Reads a `.json` or `.csv` table. Throws {@link TableError}. */
export function readTable(text: string, file: string): Row[] {
  if (/\.csv$/i.test(file)) return readCsv(text);
  let value: JsonValue;
  try {
    value = parseExactJson(text);
  } catch (error) {
    throw new TableError(`it is not JSON: ${(error as Error).message}`);
  }
  const isRow = (row: JsonValue): boolean => typeof row === "object" && row !== null && !Array.isArray(row);
  if (!Array.isArray(value) || value.length === 0 || !value.every(isRow))
    throw new TableError("a table is a list of mappings, one for each row");
  return value as unknown as Row[];
}

/** Comma-separated values (RFC 4180) under a line of names. `true` and `false` are truths, all else is text. */
function readCsv(text: string): Row[] {
  const lines: string[][] = [];
  let fields: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;
  for (let at = 0; at < text.length; at = cell.lastIndex) {
    cell.lastIndex = at;
    const match = cell.exec(text);
    if (match === null) throw new TableError(`line ${lines.length + 1} has a quote that does not fit`);
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === ",") {
      if (cell.lastIndex === text.length) fields.push("");
      else continue;
    }
    if (fields.length > 1 || fields[0] !== "") lines.push(fields);
    fields = [];
  }
  const [names, ...rows] = lines;
  if (names === undefined || rows.length === 0)
    throw new TableError("a table has a line of names and a row at least");
  return rows.map((row, i) => {
    if (row.length !== names.length)
      throw new TableError(`row ${i + 1} has ${row.length} fields, the first line has ${names.length}`);
    return Object.fromEntries(names.map((name, j) => [name.trim(), truthOrText(row[j] as string)]));
  });
}
function truthOrText(text: string): JsonValue {
  return text === "true" ? true : text === "false" ? false : text;
}

const PLACEHOLDER = /\$\{(\w+)\}/g;

/** A copy of `value` with every `${name}` filled from a row. Names that the row lacks are told to `missing`. */
export function fill<T>(value: T, row: Row, missing: (name: string) => void): T {
  const cellOf = (name: string): JsonValue => {
    if (Object.hasOwn(row, name)) return row[name] as JsonValue;
    missing(name);
    return null;
  };
  const walk = (item: unknown): unknown => {
    if (typeof item === "string") {
      if (!item.includes("${")) return item;
      // Alone it is the row's value itself, a number or a list; in a text it is a text.
      const whole = /^\$\{(\w+)\}$/.exec(item)?.[1];
      if (whole !== undefined) return cellOf(whole);
      return item.replace(PLACEHOLDER, (_all, name: string) => asText(cellOf(name)));
    }
    if (Array.isArray(item)) return item.map(walk);
    if (typeof item === "object" && item !== null && Object.getPrototypeOf(item) !== null) {
      return Object.fromEntries(Object.entries(item).map(([key, member]) => [key, walk(member)]));
    }
    return item;
  };
  return walk(value) as T;
}

function asText(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
