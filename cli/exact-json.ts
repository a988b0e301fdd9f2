// JSON and YAML in without losing what JavaScript's numbers lose: integers beyond 2^53, and `1.0`, which is a float to Python.
//
// A number that JavaScript would change is kept as its own text (`JSON.rawJSON`), so that it leaves this process towards
// the sandbox exactly as it came in. Everything else is an ordinary value.
import { isMap, isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { JsonObject, JsonValue } from "../engine/types.ts";
import { UsageError } from "./io.ts";

declare global {
  interface JSON {
    /** A value that `JSON.stringify` writes as exactly this text. */
    rawJSON(text: string): JsonValue & object;
  }
}

/** Whether a JSON text may hold a number whose text matters. Cheap, and may be wrong towards yes. */
const mayHoldExactNumber = /\d{16}|\d[.eE]/;

function exactNumber(value: number, source: string): JsonValue {
  if (Number.isInteger(value)) {
    if (/[.eE]/.test(source)) return JSON.rawJSON(source);
    if (!Number.isSafeInteger(value)) return JSON.rawJSON(source);
  }
  return Number.isFinite(value) ? value : JSON.rawJSON(source);
}

/** Parses JSON text. Throws SyntaxError, as `JSON.parse`. */
export function parseExactJson(text: string): JsonValue {
  if (!mayHoldExactNumber.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value, context?: { source?: string }) =>
    typeof value === "number" && context?.source !== undefined ? exactNumber(value, context.source) : value,
  );
}

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

/** What kind of JSON value this is, for a message. */
export function described(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return typeof value === "string" ? "a text" : `a ${typeof value}`;
}
