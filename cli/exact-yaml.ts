// YAML (of which JSON is a part) in, its numbers exact, as in `testing/exact-json.ts`. Loaded when a file is to be read: the library
// has seventy modules.
import { isMap, isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { JsonObject, JsonValue } from "../engine/types.ts";
import { described, exactNumber } from "../testing/exact-json.ts";
import { UsageError } from "./io.ts";

/**
 * Parses YAML 1.2 (JSON is part of it) into JSON values. Throws {@link UsageError} that names the file, line and column.
 */
export function parseYaml(text: string, file: string): JsonValue {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    maxAliasCount: 100,
  } as never);
  const fail = (offset: number, message: string): never => {
    const { line, col } = lines.linePos(offset);
    throw new UsageError(`${file}:${line}:${col}: ${message}`);
  };
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) fail(problem.pos[0], problem.message);
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value !== "number") return;
      const offset = node.range?.[0] ?? 0;
      if (!Number.isFinite(node.value)) fail(offset, `${node.source} is not a number that JSON can carry`);
      const source = node.source ?? String(node.value);
      if (!Number.isInteger(node.value)) return;
      if (/^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(source)) node.value = exactNumber(node.value, source);
      else if (/^-?0[xo]/.test(source)) node.value = exactNumber(node.value, String(BigInt(source)));
    },
    Pair(_key, pair) {
      if (!isScalar(pair.key)) fail(0, "a mapping's keys must be text");
    },
  });
  if (isMap(document.contents) || document.contents !== null) return document.toJS({ maxAliasCount: 100 });
  return null;
}

/** A context: a JSON object whose keys are the expression's variables. Throws {@link UsageError}. */
export function parseContext(text: string, file: string): JsonObject {
  const value = parseYaml(text, file);
  if (value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new UsageError(
      `${file}: a context is a mapping of variable names to values, not ${described(value)}`,
    );
  }
  return value;
}
