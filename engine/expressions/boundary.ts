// From Python values to JSON, inside the isolate. The way in is `context-tree.ts`.
//
// JSON is the only thing that crosses, in both directions, so no JavaScript object of one side is ever seen by the
// other.

import { dictType, PyDict, PySet } from "../python/dict.ts";
import type { Row } from "../python/entries.ts";
import { isException, type PyException, pyError, TypeError_, ValueError } from "../python/exceptions.ts";
import { collect } from "../python/iterator.ts";
import {
  asInt,
  asStr,
  PyFloat,
  PyObject,
  type PyType,
  type PyValue,
  typeName,
  typeOf,
} from "../python/object.ts";
import { repr, str } from "../python/representation.ts";
import { PyList, PyTuple } from "../python/sequence.ts";
import { allocate, charge } from "../python/state.ts";
import { PyDictView } from "../python/types/dict.ts";
import { PyRange } from "../python/types/range.ts";
import { MAX_DEPTH } from "./context-tree.ts";

function number(value: number): string {
  if (!Number.isFinite(value)) {
    throw pyError(ValueError, "Out of range float values are not JSON compliant");
  }
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return Number.isInteger(value) && !text.includes("e") ? `${text}.0` : text;
}

/** How values that JSON does not have are written. */
export interface JsonStyle {
  /** authentik's `sanitize_item`: falsy list items dropped, UUIDs as 32 hex digits … */
  readonly sanitize: boolean;
  /** Refuse what JSON does not have instead of writing its text. */
  readonly strict: boolean;
}

/** JSON text of a Python value. Throws TypeError/ValueError for what `strict` does not allow. */
export function toJson(value: PyValue, style: JsonStyle): string {
  const writer = new JsonWriter(style);
  writer.write(value, 0);
  return writer.text;
}

/** One text that grows: to put together the texts of all parts, and those of their parts, takes longer than to write them. */
class JsonWriter {
  text = "";
  private readonly style: JsonStyle;
  constructor(style: JsonStyle) {
    this.style = style;
  }

  write(value: PyValue, depth: number): void {
    if (depth > MAX_DEPTH)
      throw pyError(ValueError, `the result is nested more than ${MAX_DEPTH} levels deep`);
    if (typeof value === "string") {
      allocate(value.length + 2);
      this.text += quote(value);
    } else if (value instanceof PyObject) this.object(value, depth);
    else this.text += String(value);
  }
  private object(value: PyObject, depth: number): void {
    charge(1);
    const { style } = this;
    if (value instanceof PyDict && (value.cls === dictType || exporterOf(value.cls) === undefined)) {
      const { row } = value;
      if (row === null) this.dict(value, depth);
      else this.row(row, depth);
      return;
    }
    if (value instanceof PyList || value instanceof PyTuple) {
      this.array(value.items, depth);
      return;
    }
    const text = asStr(value);
    const int = asInt(value);
    if (text !== undefined) this.text += JSON.stringify(text);
    else if (int !== undefined) this.text += String(int);
    else if (value instanceof PyFloat)
      this.text += !style.strict && !Number.isFinite(value.value) ? "null" : number(value.value);
    else {
      const custom = exporterOf(value.cls);
      if (custom !== undefined) this.write(custom(value, style), depth + 1);
      else if (value instanceof PySet || value instanceof PyRange || value instanceof PyDictView)
        this.array(collect(value), depth);
      else this.other(value, depth);
    }
  }
  /** What JSON does not have. */
  private other(value: PyObject, depth: number): void {
    const { style } = this;
    if (style.strict) throw notSerializable(value);
    const form = style.sanitize ? objectForms.sanitized(value) : undefined;
    if (form !== undefined) this.write(form, depth + 1);
    else this.text += JSON.stringify(isException(value) ? str(value) : repr(value));
  }
  /** The JSON of a part, not yet written. */
  private apart(value: PyValue, depth: number): string {
    const before = this.text;
    this.text = "";
    this.write(value, depth);
    const json = this.text;
    this.text = before;
    return json;
  }

  private array(items: readonly PyValue[], depth: number): void {
    if (this.style.sanitize) {
      this.sanitizedArray(items, depth);
      return;
    }
    const texts = textsJson(items);
    if (texts !== undefined) {
      this.text += texts;
      return;
    }
    let sign = "[";
    for (const item of items) {
      this.text += sign;
      sign = ",";
      const before = this.text.length;
      this.write(item, depth + 1);
      allocate(this.text.length - before + 16);
    }
    this.text += sign === "[" ? "[]" : "]";
  }
  private sanitizedArray(items: readonly PyValue[], depth: number): void {
    let sign = "[";
    for (const item of items) {
      const json = this.apart(item, depth + 1);
      if (FALSY.has(json)) continue;
      allocate(json.length + 16);
      this.text += sign + json;
      sign = ",";
    }
    this.text += sign === "[" ? "[]" : "]";
  }

  private row({ names, values }: Row, depth: number): void {
    const { keys, openings } = names;
    for (let at = 0; at < keys.length; at += 1) {
      this.text += openings[at];
      const before = this.text.length;
      this.write(values[at] as PyValue, depth + 1);
      allocate((keys[at] as string).length + this.text.length - before + 32);
    }
    this.text += "}";
  }
  private dict(dict: PyDict, depth: number): void {
    const start = this.text;
    let sign = "{";
    for (const [key, value] of dict.map) {
      // Keys that are no texts may have the same text as others.
      if (typeof key !== "string") {
        this.text = start;
        this.mixedDict(dict.entries(), depth);
        return;
      }
      this.text += `${sign}${quote(key)}:`;
      sign = ",";
      const before = this.text.length;
      this.write(value, depth + 1);
      allocate(key.length + this.text.length - before + 32);
    }
    this.text += sign === "{" ? "{}" : "}";
  }
  private mixedDict(entries: Iterable<[PyValue, PyValue]>, depth: number): void {
    const parts = new Map<string, string>();
    for (const [key, value] of entries) {
      const name = keyText(key, this.style);
      const json = this.apart(value, depth + 1);
      allocate(name.length + json.length + 32);
      parts.set(name, json);
    }
    this.text += `{${[...parts].map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`;
  }
}
const FALSY = new Set(["null", "false", "0", "0.0", "-0.0", '""', "[]", "{}"]);

/** The JSON of a text. What is short and has nothing to escape, as most texts, is done before V8's writer is called. */
function quote(text: string): string {
  if (text.length > SHORT_TEXT) return JSON.stringify(text);
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || unit >= 0xd800) return JSON.stringify(text);
  }
  return `"${text}"`;
}
const SHORT_TEXT = 64;

/** The JSON of texts with nothing to escape, by one call of V8's writer; undefined where they are others, few, or very many. */
function textsJson(items: readonly PyValue[]): string | undefined {
  if (items.length < FEW_TEXTS) return undefined;
  let size = 1;
  for (const item of items) {
    if (typeof item !== "string" || size > LONG_TEXTS) return undefined;
    size += item.length + 3;
  }
  const json = JSON.stringify(items);
  if (json.length !== size) return undefined;
  for (const item of items as readonly string[]) {
    allocate(item.length + 2);
    allocate(item.length + 18);
  }
  return json;
}
const FEW_TEXTS = 4;
const LONG_TEXTS = 1 << 16;

/** What `json-forms.ts` knows of objects that have no type of their own to look for. */
export const objectForms: {
  /** What authentik's `sanitize_item` makes of classes, callables, members of enumerations and dataclasses. */
  sanitized: (value: PyObject) => PyValue | undefined;
} = { sanitized: () => undefined };

type Exporter = (value: PyObject, style: JsonStyle) => PyValue;
/** Types with a JSON form of their own: UUIDs, dates, records; the author's classes have that of what they derive from. */
export const exporters: Map<PyType, Exporter> = new Map();
/** The JSON form of a type, if it has one. */
export function exporterOf(type: PyType): Exporter | undefined {
  if (type.builtin) return exporters.get(type);
  const ancestor = type.mro.find((known) => exporters.has(known));
  return ancestor === undefined ? undefined : exporters.get(ancestor);
}

/** `json.dumps`'s complaint about a value. */
export function notSerializable(value: PyValue): PyException {
  const type = typeOf(value);
  const name = type.builtin ? type.qualname : type.name;
  return pyError(TypeError_, `Object of type ${name} is not JSON serializable`);
}

/** Keys as `json.dumps` writes them. */
function keyText(key: PyValue, style: JsonStyle): string {
  const text = asStr(key);
  if (text !== undefined) return text;
  if (key === null) return "null";
  if (typeof key === "boolean") return key ? "true" : "false";
  if (asInt(key) !== undefined || key instanceof PyFloat) return str(key);
  if (style.strict)
    throw pyError(TypeError_, `keys must be str, int, float, bool or None, not ${typeName(key)}`);
  return repr(key);
}
