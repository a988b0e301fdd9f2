// A suite's YAML: its values, and where each of them stands.
import type { JsonValue } from "../../engine/types.ts";
import { type PlainNode, readPlainYaml } from "../plain-yaml.ts";
import type { Place } from "./problem.ts";

/** Steps from the document's root to a value: keys and indexes. */
export type Path = readonly (string | number)[];

/** The offset of the value at a path, or of the closest thing around it; with `isKey`, of its key. */
export type OffsetOf = (path: Path, isKey: boolean) => number;

/** A YAML file that was read. */
export class SuiteDocument {
  readonly file: string;
  readonly text: string;
  readonly value: JsonValue;
  readonly #offsetOf: OffsetOf;
  readonly #placeAt: (offset: number) => Place;
  private constructor(file: string, text: string, value: JsonValue, offsetOf: OffsetOf) {
    this.file = file;
    this.text = text;
    this.value = value;
    this.#offsetOf = offsetOf;
    this.#placeAt = placesOf(text);
  }

  /** Throws {@link SuiteError} for what is no YAML. */
  static async read(text: string, file: string): Promise<SuiteDocument> {
    const plain = readPlainYaml(text);
    if (plain !== undefined)
      return new SuiteDocument(file, text, plain.value, (path, isKey) => offsetIn(plain, path, isKey));
    const { readYaml } = await import("./yaml-document.ts");
    const { value, offsetOf } = readYaml(text, file);
    return new SuiteDocument(file, text, value, offsetOf);
  }

  /** Where the value at a path stands, or the closest thing around it; with `isKey`, where its key does. */
  place(path: Path, isKey = false): Place {
    return this.#placeAt(this.#offsetOf(path, isKey));
  }
}

function offsetIn(root: PlainNode, path: Path, isKey: boolean): number {
  let node = root;
  for (const [i, step] of path.entries()) {
    const entry = typeof step === "string" ? node.entries?.get(step) : undefined;
    if (entry !== undefined && isKey && i === path.length - 1) return entry.offset;
    const next = entry?.node ?? node.items?.[Number(step)];
    if (next === undefined) break;
    node = next;
  }
  return node.offset;
}

/** Lines and columns of a text, from 1, by offset. */
export function placesOf(text: string): (offset: number) => Place {
  let starts: number[] | undefined;
  return (offset) => {
    if (starts === undefined) {
      starts = [0];
      for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    }
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] as number) + 1 };
  };
}
