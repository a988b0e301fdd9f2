// Lists of records as tables, on their way into the isolate.
//
// JSON says every key again with every record, and V8 looks each of them up among all names that it knows: two thirds of the
// time that it takes to read a list of fifty groups. So such a list crosses as the sets of keys that its records have, and
// one flat list of their values.
//
//     [{"pk": 1, "name": "a"}, {"pk": 2, "name": "b", "attributes": {"role": "x"}}]
//
// has the shapes {"pk":0,"name":0}, {"pk":0,"name":0,"attributes":1} and {"role":0}. A record is the number of its shape
// and its values; where one of those is a record again, which is a 1 in the shape, its cell says where that begins among
// the inner ones. So the cells are [0,1,"a",1,2,"b",0], and the inner ones [2,"x"].
//
// A text with tables begins with a `T`, as no JSON does. A JSON list follows: the context, with null in a table's place, and of
// each table its path, its shapes, its cells and its inner cells. `table.ts` reads it.
import type { JsonObject, JsonValue } from "../types.ts";

/** A shorter list is written as soon as it is taken apart. */
const LEAST_RECORDS = 8;
/** Records of more kinds have too little in common. */
const MOST_SHAPES = 16;
/** Records inside of records inside of records: deeper ones, and what holds itself, are JSON's. */
const MOST_DEPTH = 4;
/** One bit each tells which of a record's values are records again. */
const MOST_KEYS = 30;

/** The keys that records begin with, from the first one on: where a record ends, it has a shape. */
class Shape {
  readonly key: string;
  readonly isRecord: boolean;
  private readonly before: Shape | null;
  /** Those that go on from here. */
  private readonly next: Shape[] = [];
  /** Its number; -1 as long as no record ends here. */
  number = -1;
  /** Characters that JSON has for such a record beside its values. */
  frame = 2;
  constructor(key: string, isRecord: boolean, before: Shape | null) {
    this.key = key;
    this.isRecord = isRecord;
    this.before = before;
    if (before !== null)
      this.frame = before.frame + JSON.stringify(key).length + (before.before === null ? 1 : 2);
  }
  /** The shape with one more key. */
  step(key: string, isRecord: boolean): Shape {
    const { next } = this;
    for (let at = 0; at < next.length; at += 1) {
      const shape = next[at];
      if (shape.key === key && shape.isRecord === isRecord) return shape;
    }
    const shape = new Shape(key, isRecord, this);
    next.push(shape);
    return shape;
  }
  /** Its keys, as JSON. */
  get json(): string {
    const keys: string[] = [];
    for (let at: Shape = this; at.before !== null; at = at.before)
      keys.push(`${JSON.stringify(at.key)}:${at.isRecord ? 1 : 0}`);
    return `{${keys.reverse().join(",")}}`;
  }
}

/** An object that JSON.stringify would write member by member. */
export function isPlain(value: JsonValue): value is JsonObject {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // What has no prototype may be a text that JSON.rawJSON has made.
  const isOwn = prototype === Object.prototype || (prototype === null && !isRawJson(value));
  return isOwn && !("toJSON" in value);
}
/** Has somebody put a member on `Object.prototype` that a loop over any object would find? */
export function isSomethingInherited(): boolean {
  for (const _ in Object.prototype) return true;
  return false;
}
const { isRawJSON: isRawJson } = JSON as unknown as { isRawJSON(value: unknown): boolean };

class Table {
  private readonly none: Shape = new Shape("", false, null);
  private readonly shapes: Shape[] = [];
  private readonly cells: JsonValue[] = [];
  private readonly inner: JsonValue[] = [];
  /** Characters that JSON has and cells have not, and those that cells have and JSON has not. */
  private frames = 0;
  private numbers = 0;
  private size = 0;

  /** Adds a record; false where it is none that a table can hold. */
  add(record: JsonValue): boolean {
    this.size += 1;
    return isPlain(record) && this.put(record, this.cells, 1);
  }
  private put(record: JsonObject, cells: JsonValue[], depth: number): boolean {
    if (depth > MOST_DEPTH) return false;
    const start = cells.length;
    let records = 0;
    let shape = this.none;
    cells.push(0);
    // Nothing is inherited that this would find (`isSomethingInherited`), and V8 knows where each value lies.
    for (const key in record) {
      const value: unknown = record[key];
      let isRecord = false;
      if (typeof value === "object" && value !== null) {
        isRecord = isPlain(value as JsonValue);
        if (isRecord) records |= 1 << (cells.length - start - 1);
        // JSON leaves out what an object of its own form may say of itself, a list of cells cannot.
        else if (!Array.isArray(value) || "toJSON" in value) return false;
      } else if (value === undefined || OUTSIDE.has(typeof value)) return false;
      shape = shape.step(key, isRecord);
      cells.push(value as JsonValue);
    }
    if (cells.length - start - 1 > MOST_KEYS) return false;
    if (shape.number < 0) {
      if (this.shapes.length === MOST_SHAPES) return false;
      shape.number = this.shapes.push(shape) - 1;
    }
    cells[start] = shape.number;
    this.frames += shape.frame;
    this.numbers += digits(shape.number);
    // All cells of a record lie in a row: those of the records in it come when its own are there.
    for (let i = 0; records >> i !== 0; i += 1) {
      if (((records >> i) & 1) === 0) continue;
      const value = cells[start + 1 + i] as JsonObject;
      cells[start + 1 + i] = this.inner.length;
      this.numbers += digits(this.inner.length);
      if (!this.put(value, this.inner, depth + 1)) return false;
    }
    return true;
  }
  /** How long the list's JSON is, and the table as JSON. */
  write(path: readonly string[]): { length: number; text: string } {
    const cells = JSON.stringify(this.cells);
    const inner = JSON.stringify(this.inner);
    const values = valuesLength(cells, this.cells) + valuesLength(inner, this.inner) - this.numbers;
    const shapes = this.shapes.map(({ json }) => json).join(",");
    return {
      length: 1 + this.size + this.frames + values,
      text: `,${JSON.stringify(path)},[${shapes}],${cells},${inner}`,
    };
  }
}
function digits(number: number): number {
  return number < 10 ? 1 : number < 100 ? 2 : String(number).length;
}
/** Characters of a list's JSON without brackets and commas. */
const valuesLength = (json: string, { length }: readonly unknown[]): number =>
  json.length - 2 - Math.max(0, length - 1);
/** Begins a text with tables. */
const TABLES = "T";
const OUTSIDE: ReadonlySet<string> = new Set(["function", "symbol", "bigint"]);

/** The tables of one context. */
export class Tables {
  private text = "";

  /** Takes a list at a path, where nothing is inherited; how many characters of JSON it stands for, undefined where it is none that a table can hold. */
  take(list: JsonValue, path: readonly string[]): number | undefined {
    if (!Array.isArray(list) || list.length < LEAST_RECORDS || "toJSON" in list) return undefined;
    const table = new Table();
    // A hole is undefined, too, which is no record.
    for (let i = 0; i < list.length; i += 1) if (!table.add(list[i])) return undefined;
    const { length, text } = table.write(path);
    this.text += text;
    return length;
  }
  /** The text that crosses, of that of the context without them. */
  around(context: string): string {
    return this.text === "" ? context : `${TABLES}[${context}${this.text}]`;
  }
}
