// The data boundary, inside the isolate: JSON text to Python values, and back.
//
// JSON is the only thing that crosses, in both directions, so no JavaScript object of one side is ever seen by the
// other. Integers keep every digit and `1.0` stays a float: where the text holds such a number it is parsed with the
// source of each number, otherwise (nearly always) by plain JSON.parse.

import { dictType, PyDict, PySet, type Row, UnreadEntries } from "../python/dict.ts";
import { isException, type PyException, pyError, TypeError_, ValueError } from "../python/exceptions.ts";
import { narrow } from "../python/integer.ts";
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
import { list, PyList, PyTuple } from "../python/sequence.ts";
import { allocate, charge } from "../python/state.ts";
import { PyDictView } from "../python/types/dict.ts";
import { PyRange } from "../python/types/range.ts";
import type { GuestJson } from "./capabilities.ts";

/** Deepest nesting that crosses, in either direction. */
export const MAX_DEPTH = 200;

/** What JSON.parse makes of a text, numbers exact. */
export type Parsed =
  | null
  | boolean
  | number
  | string
  | PyObject
  | bigint
  | Parsed[]
  | { [key: string]: Parsed };

/**
 * A number with a fraction or an exponent, which may be integral: known by how it ends, which is quick to look for. What stands
 * before it must be a number's beginning, or parts of addresses (`198.51.100.7, 10.0.0.1`) and headers (`q=0.9,`) would pass for one.
 */
const FRACTION = /\d[.eE][-+]?\d+\s*(?:[,\]}]|$)(?<=(?:^|[[:,\s])-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\s*[,\]}]?)/;
/** Digits of the shortest integer that JSON.parse may round. */
const LONG = 16;
const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39;
/** Does such an integer stand there? Of so many digits in a row one stands at a multiple of their number. */
function hasLongInteger(text: string): boolean {
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let [from, to] = [at, at + 1];
    while (isDigit(text.charCodeAt(from - 1))) from -= 1;
    while (isDigit(text.charCodeAt(to))) to += 1;
    if (to - from >= LONG && "[:,- \t\r\n".includes(text.charAt(from - 1))) return true;
    at = to - (to % LONG) - 1;
  }
  return false;
}
/**
 * Those whose value does not tell what they were: integral ones, and such as have more than fifteen digits, which may be rounded
 * to an integral one.
 */
const AMBIGUOUS =
  /(?:^|[[:,]\s*)-?(?:\d+(?:\.\d+)?[eE]|\d+\.0+\s*(?:[,\]}]|$)|(?=[\d.]{16})\d+(?:\.\d+)?\s*(?:[,\]}]|$))/;

function parse(text: string): Parsed {
  if (!FRACTION.test(text) && !hasLongInteger(text)) return JSON.parse(text) as Parsed;
  if (!AMBIGUOUS.test(text)) return withFloats(JSON.parse(text) as Parsed, 0);
  const withSource = JSON.parse as (
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ) => Parsed;
  return withSource(text, (_key, value, { source }) => {
    if (typeof value !== "number" || source === undefined) return value;
    return /[.eE]/.test(source) ? new PyFloat(value) : narrow(BigInt(source));
  });
}

/** Puts floats in the place of fractions. What is nested too deeply is refused elsewhere. */
function withFloats(value: Parsed, depth: number): Parsed {
  if (typeof value === "number") return Number.isInteger(value) ? value : new PyFloat(value);
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return value;
  const holder = value as { [key: string]: Parsed };
  for (const key of Object.keys(holder)) {
    const item = holder[key] as Parsed;
    const made = withFloats(item, depth + 1);
    if (made !== item) holder[key] = made;
  }
  return value;
}

/** The Python value of a JSON text. Throws what JSON.parse throws, or ValueError where it is nested too deeply. */
export function fromJson(text: string): PyValue {
  return convert(parse(text), 0);
}

/** Objects of a document that stand in several places. */
type Shared = Map<Parsed, PyValue | undefined> | null;

/** A context as JSON: values that evaluations about it have in common. */
export interface Context {
  readonly tree: Parsed;
  /** Objects in it that stand in several places. */
  readonly shared: readonly Parsed[];
}

/**
 * Parses a context. What a policy's context and its plan's hold in common becomes one object, and so do the
 * request's user and the pending one: in authentik they are, and a change through the one is seen through the other.
 */
export function parseContext(text: string): Context {
  const tree = parse(text);
  const shared: Parsed[] = [];
  const request = member(tree, "request");
  const context = member(request, "context");
  const plan = member(member(context, "flow_plan"), "context");
  for (const key of Object.keys(plan ?? {}))
    share(context as Tree, key, (plan as Tree)[key] as Parsed, shared);
  if (context !== undefined && Object.hasOwn(context, "pending_user"))
    share(request as Tree, "user", context.pending_user as Parsed, shared);
  return { tree, shared };
}
/** Makes the Python values of one evaluation from a context: what stands in several places becomes one object. */
export class ContextReader {
  private readonly made: Map<Parsed, PyValue | undefined> | null;
  constructor({ shared }: Context) {
    this.made = shared.length === 0 ? null : new Map(shared.map((value) => [value, undefined]));
  }
  /** The value that JSON makes of it. */
  value(parsed: Parsed): PyValue {
    return convert(parsed, 0, this.made);
  }
  /** The object that `make` makes of it, the same one wherever it stands. */
  object<T extends PyValue>(tree: Tree, make: () => T): T {
    const known = this.made?.get(tree);
    if (known !== undefined) return known as T;
    const made = make();
    if (this.made?.has(tree) === true) this.made.set(tree, made);
    return made;
  }
}
/** An object of a JSON document. */
export type Tree = { [key: string]: Parsed };
/** Is it an object, and no number that keeps its digits? */
export const isTree = (value: Parsed | undefined): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof PyObject);
function member(value: Parsed | undefined, key: string): Tree | undefined {
  const own = isTree(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return isTree(own) ? own : undefined;
}
/** Puts `value` in the place of an equal object. */
function share(holder: Tree, key: string, value: Parsed, shared: Parsed[]): void {
  if (typeof value !== "object" || value === null || value instanceof PyObject) return;
  if (!Object.hasOwn(holder, key) || !equalTrees(holder[key] as Parsed, value)) return;
  holder[key] = value;
  shared.push(value);
}
function equalTrees(a: Parsed, b: Parsed): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof PyFloat && b instanceof PyFloat) return Object.is(a.value, b.value);
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => equalTrees(item, b[i] as Parsed));
  if (!isTree(a) || !isTree(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equalTrees(a[key] as Parsed, b[key] as Parsed))
  );
}

function convert(value: Parsed, depth: number, shared: Shared = null): PyValue {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof PyObject) return value;
  const known = shared?.get(value);
  if (known !== undefined) return known;
  const made = container(value, depth, shared);
  if (shared?.has(value) === true) shared.set(value, made);
  return made;
}

function container(value: Parsed[] | Tree, depth: number, shared: Shared): PyValue {
  if (depth > MAX_DEPTH)
    throw pyError(ValueError, `the context is nested more than ${MAX_DEPTH} levels deep`);
  if (Array.isArray(value)) {
    charge(1);
    return list(value.map((item) => convert(item, depth + 1, shared)));
  }
  // Most of a context is never looked at.
  return new PyDict(new Members(value, depth + 1, shared));
}
/** Members of an object that are made when they are asked for. */
class Members extends UnreadEntries {
  private readonly depth: number;
  private readonly shared: Shared;
  constructor(tree: Tree, depth: number, shared: Shared) {
    super(tree);
    this.depth = depth;
    this.shared = shared;
  }
  protected override make(key: string): PyValue {
    return convert(this.tree[key] as Parsed, this.depth, this.shared);
  }
}

/** The Python value of parsed JSON: whole numbers are integers, all others floats. */
export function fromParsed(value: GuestJson): PyValue {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value + 0 : new PyFloat(value);
  if (typeof value !== "object" || value === null) return value;
  charge(1);
  if (Array.isArray(value)) return list(value.map(fromParsed));
  const dict = new PyDict();
  for (const key of Object.keys(value)) dict.set(key, fromParsed(value[key] as GuestJson));
  return dict;
}

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
