// A suite's YAML: its values, and where each of them stands.
import type { JsonValue } from "../../engine/types.ts";
import type { JsonDocument } from "../../yaml/json.ts";
import { DUPLICATE } from "../../yaml/mistakes.ts";
import { readExactYaml } from "../exact-yaml.ts";
import { type Place, SuiteError } from "./problem.ts";

/** Steps from the document's root to a value: keys and indexes. */
export type Path = readonly (string | number)[];

/** A YAML file that was read. */
export class SuiteDocument {
  readonly file: string;
  readonly text: string;
  readonly value: JsonValue;
  readonly #document: JsonDocument;
  private constructor(file: string, text: string, document: JsonDocument) {
    this.file = file;
    this.text = text;
    this.value = document.value;
    this.#document = document;
  }

  /** Throws {@link SuiteError} for what is no YAML. */
  static read(text: string, file: string): SuiteDocument {
    const document = readExactYaml(text, true);
    if (document.problems.length === 0) return new SuiteDocument(file, text, document);
    const placed = document.problems.map(({ offset, what, hint }) => ({
      ...document.tree.place(offset),
      ...(what === DUPLICATE ? TWICE : { what, ...(hint === undefined ? {} : { hint }) }),
    }));
    throw new SuiteError(file, text, placed);
  }

  /** Where the value at a path stands, or the closest thing around it; with `key`, where its key does. */
  place(path: Path, key = false): Place {
    const { tree } = this.#document;
    let node = tree.root;
    let offset = node?.start ?? 0;
    for (const [i, step] of path.entries()) {
      if (node?.kind === "mapping") {
        const pair = node.pairs.find((each) => each.key.kind === "scalar" && each.key.value === step);
        if (pair === undefined) break;
        offset = (key && i === path.length - 1 ? pair.key : pair.value).start;
        node = pair.value;
      } else if (node?.kind === "sequence") {
        const item = node.items[Number(step)];
        if (item === undefined) break;
        offset = item.start;
        node = item;
      } else break;
    }
    return tree.place(offset);
  }
}

const TWICE = { what: "the key stands here a second time", hint: "leave one of them out" };
