// A list of records as it lies in the isolate: the sets of keys that they have, and one flat list of their values. How it is
// written, and why, is said in `table-text.ts`.
import type { Parsed, Tree } from "./context-tree.ts";

/** The keys that records have in common. */
export interface Shape {
  readonly keys: readonly string[];
  /** Which of their values are records again: the cell says where among the inner ones. */
  readonly isRecord: readonly boolean[];
}

export class Table {
  private readonly shapes: readonly Shape[];
  /** Each record: the number of its shape, and its values. */
  readonly cells: readonly Parsed[];
  /** The same of records inside of records. */
  readonly inner: readonly Parsed[];
  /** Where the records begin. */
  readonly starts: readonly number[];

  constructor(shapes: readonly Tree[], cells: readonly Parsed[], inner: readonly Parsed[]) {
    // Keys of an object are those that V8 keeps once, which are compared at a glance.
    this.shapes = shapes.map((shape) => {
      const keys = Object.keys(shape);
      return { keys, isRecord: keys.map((key) => shape[key] === 1) };
    });
    this.cells = cells;
    this.inner = inner;
    const starts: number[] = [];
    for (let at = 0; at < cells.length; at += 1 + this.shapeAt(cells, at).keys.length) starts.push(at);
    this.starts = starts;
  }
  shapeAt(cells: readonly Parsed[], at: number): Shape {
    return this.shapes[cells[at] as number] as Shape;
  }
  /** A value of a record as JSON has it, by its place. */
  value(cells: readonly Parsed[], at: number, place: number): Parsed {
    const cell = cells[at + 1 + place] as Parsed;
    const isRecord = this.shapeAt(cells, at).isRecord[place] === true;
    return isRecord ? this.record(this.inner, cell as number) : cell;
  }
  private record(cells: readonly Parsed[], at: number): Tree {
    const { keys } = this.shapeAt(cells, at);
    return Object.fromEntries(keys.map((key, place) => [key, this.value(cells, at, place)]));
  }
  /** The list as JSON has it. */
  records(): Tree[] {
    return this.starts.map((at) => this.record(this.cells, at));
  }
}
