// A suite's YAML: its values, and where each of them stands.
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, visit } from "yaml";
import type { JsonValue } from "../../engine/types.ts";
import { exactNumber } from "../exact-json.ts";
import { type Place, type Problem, SuiteError } from "./problem.ts";

/** Steps from the document's root to a value: keys and indexes. */
export type Path = readonly (string | number)[];

/** A YAML file that was read. */
export class SuiteDocument {
  readonly file: string;
  readonly text: string;
  readonly value: JsonValue;
  readonly #root: Node | null;
  readonly #lines: LineCounter;
  private constructor(file: string, text: string, value: JsonValue, root: Node | null, lines: LineCounter) {
    this.file = file;
    this.text = text;
    this.value = value;
    this.#root = root;
    this.#lines = lines;
  }

  /** Throws {@link SuiteError} for what is no YAML. */
  static read(text: string, file: string): SuiteDocument {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const at = (offset: number): Place => {
      const { line, col } = lines.linePos(offset);
      return { line, column: col };
    };
    const problems: Problem[] = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
      ...at(pos[0]),
      ...yamlProblem(message),
    }));
    if (problems.length === 0) {
      visit(document, {
        Scalar(_key, node) {
          if (typeof node.value !== "number") return;
          const source = node.source ?? String(node.value);
          // What JavaScript would change goes to the expression as it is written: 1.0 is no 1.
          if (/^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(source)) node.value = exactNumber(node.value, source);
          else if (!Number.isFinite(node.value))
            problems.push({
              ...at(node.range?.[0] ?? 0),
              what: `${source} is not a number that JSON can carry`,
            });
        },
        Pair(_key, pair) {
          if (isScalar(pair.key) && typeof pair.key.value === "string") return;
          const key = pair.key as Node | null;
          problems.push({
            ...at(key?.range?.[0] ?? 0),
            what: "a key must be a text",
            hint: "put it in quotes",
          });
        },
      });
    }
    if (problems.length > 0) throw new SuiteError(file, text, problems);
    let value: JsonValue;
    try {
      value = document.toJS({ maxAliasCount: 100 }) as JsonValue;
    } catch (error) {
      throw new SuiteError(file, text, [{ line: 1, column: 1, what: (error as Error).message }]);
    }
    return new SuiteDocument(file, text, value, document.contents, lines);
  }

  /** Where the value at a path stands, or the closest thing around it; with `key`, where its key does. */
  place(path: Path, key = false): Place {
    let node: Node | null = this.#root;
    let offset = node?.range?.[0] ?? 0;
    for (const [i, step] of path.entries()) {
      if (isMap(node)) {
        const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step) as
          | Pair<Node, Node | null>
          | undefined;
        if (pair === undefined) break;
        const wanted = key && i === path.length - 1 ? pair.key : (pair.value ?? pair.key);
        offset = wanted.range?.[0] ?? offset;
        node = pair.value;
      } else if (isSeq(node)) {
        const item = node.items[Number(step)] as Node | undefined;
        if (item === undefined) break;
        offset = item.range?.[0] ?? offset;
        node = item;
      } else break;
    }
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }
}

/** The YAML library's words, with what to do about the usual mistakes. */
function yamlProblem(message: string): Pick<Problem, "what" | "hint"> {
  const what = message.replace(/\s+at line \d+, column \d+[\s\S]*$/, "");
  if (/tab/i.test(what)) return { what, hint: "indent with spaces" };
  if (/unique/i.test(what))
    return { what: "the key stands here a second time", hint: "leave one of them out" };
  if (/Nested mappings|Implicit keys|multiline/i.test(what))
    return { what, hint: "put a text with a colon in quotes" };
  if (/alias/i.test(what)) return { what, hint: "a text that begins with * or & needs quotes" };
  return { what };
}
