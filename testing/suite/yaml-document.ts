// A suite's YAML by the YAML library, for all that `plain-yaml.ts` leaves to it. Loaded when there is such a suite: the library has seventy
// modules.
import { isMap, isScalar, isSeq, type Node, type Pair, parseDocument, visit } from "yaml";
import type { JsonValue } from "../../engine/types.ts";
import { exactNumber } from "../exact-json.ts";
import { type OffsetOf, type Path, placesOf } from "./document.ts";
import { type Problem, SuiteError } from "./problem.ts";

/** Reads a YAML document. Throws {@link SuiteError} for what is none. */
export function readYaml(text: string, file: string): { value: JsonValue; offsetOf: OffsetOf } {
  const document = parseDocument(text, { prettyErrors: false });
  const at = placesOf(text);
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
  return { value, offsetOf: (path, isKey) => offsetIn(document.contents, path, isKey) };
}

function offsetIn(root: Node | null, path: Path, isKey: boolean): number {
  let node: Node | null = root;
  let offset = node?.range?.[0] ?? 0;
  for (const [i, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step) as
        | Pair<Node, Node | null>
        | undefined;
      if (pair === undefined) break;
      const wanted = isKey && i === path.length - 1 ? pair.key : (pair.value ?? pair.key);
      offset = wanted.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | undefined;
      if (item === undefined) break;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else break;
  }
  return offset;
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
