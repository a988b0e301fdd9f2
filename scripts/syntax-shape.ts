// Our syntax tree in the shape that `fixtures/cpython/syntax_tree.py` writes, for comparison.

import type { ConstantValue } from "../engine/language/ast.ts";
import type { PySyntaxError } from "../engine/language/diagnostics.ts";
import { LineMap } from "../engine/language/lines.ts";

/** Anything JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

function doubleHex(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
}

function constantShape(value: ConstantValue): Json {
  switch (value.type) {
    case "int":
      return ["int", `0x${value.value.toString(16)}`];
    case "float":
    case "complex":
      return [value.type, doubleHex(value.value)];
    case "bytes":
      return ["bytes", Buffer.from(value.value).toString("hex")];
    case "str":
      return ["str", value.value];
    default:
      return [value.type];
  }
}

/** Kinds that our tree leaves out where the place in the tree already says them. */
const UNNAMED: Readonly<Record<string, string>> = {
  args: "arguments",
  generators: "comprehension",
  keywords: "keyword",
  names: "alias",
  items: "withitem",
  cases: "match_case",
};

/** The tree as plain JSON, with positions in place of offsets. */
export function treeShape(root: object, text: string): Json {
  const lines = new LineMap(text);
  const walk = (value: unknown, field: string, parent: string): Json => {
    if (Array.isArray(value)) return value.map((item) => walk(item, field, parent));
    if (value === null || typeof value !== "object") return value as Json;
    const node = value as Record<string, unknown>;
    if (node.kind === "Constant") {
      return { kind: "Constant", at: at(node), value: constantShape(node.value as ConstantValue) };
    }
    const isParameter = parent === "arguments" && field.endsWith("arg");
    const isParameterList = parent === "arguments" && (field === "args" || field.endsWith("onlyargs"));
    let kind = node.kind as string | undefined;
    kind ??= isParameter || isParameterList ? "arg" : UNNAMED[field];
    const out: { [key: string]: Json } = { kind };
    if (typeof node.start === "number") out.at = at(node);
    for (const [key, item] of Object.entries(node)) {
      if (key === "kind" || key === "start" || key === "end") continue;
      // CPython gives a bound to type variables only.
      if (key === "bound" && kind !== "TypeVar") continue;
      out[key] = walk(item, key, kind);
    }
    return out;
  };
  const at = (node: Record<string, unknown>): Json => {
    const start = lines.position(node.start as number);
    const end = lines.position(node.end as number);
    return [start.line, start.column, end.line, end.column];
  };
  return walk(root, "", "");
}

/** Our error with the fields of CPython's `SyntaxError`. */
export function errorShape(error: PySyntaxError, text: string): { [key: string]: Json } {
  const lines = new LineMap(text);
  const start = lines.position(error.start);
  const end = error.end > error.start ? lines.endPosition(error.end) : start;
  return {
    type: error.type,
    message: error.message,
    line: start.line,
    offset: start.column + 1,
    endLine: end.line,
    endOffset: end.column + 1,
  };
}

/** Path of the first difference between two values, or `null` if they are equal. */
export function firstDifference(ours: Json, theirs: Json, path = ""): string | null {
  if (ours === theirs) return null;
  const shown = (): string =>
    `${path}: ours ${JSON.stringify(ours)?.slice(0, 160)} theirs ${JSON.stringify(theirs)?.slice(0, 160)}`;
  if (ours === null || theirs === null || typeof ours !== "object" || typeof theirs !== "object")
    return shown();
  if (Array.isArray(ours) !== Array.isArray(theirs)) return shown();
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    if (path.endsWith(".at")) return ours.every((item, index) => item === theirs[index]) ? null : shown();
    if (ours.length !== theirs.length) return shown();
    for (let index = 0; index < ours.length; index++) {
      const found = firstDifference(ours[index], theirs[index], `${path}[${index}]`);
      if (found !== null) return found;
    }
    return null;
  }
  const left = ours as { [key: string]: Json };
  const right = theirs as { [key: string]: Json };
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (!(key in left) || !(key in right)) return `${path}.${key}: only ${key in left ? "ours" : "theirs"}`;
    const found = firstDifference(left[key], right[key], `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

/** Do both errors say the same and point at the same place? An end that CPython leaves open fits anything short. */
export function errorDifference(
  ours: { [key: string]: Json },
  theirs: { [key: string]: Json },
): string | null {
  if (ours.type !== theirs.type || ours.message !== theirs.message) return "text";
  if (theirs.line == null) return null;
  // An offset of 0 means "no column".
  if (ours.line !== theirs.line || ours.offset !== Math.max(1, theirs.offset as number)) return "place";
  const open = (theirs.endOffset as number) <= (theirs.offset as number) && theirs.endLine === theirs.line;
  if (open)
    return ours.endLine === ours.line && (ours.endOffset as number) <= (ours.offset as number) + 1
      ? null
      : "end";
  // CPython measures the end column in the text of the first line, and stops at its end.
  if (theirs.endLine !== theirs.line) return ours.endLine === theirs.endLine ? null : "end";
  return ours.endLine === theirs.endLine && ours.endOffset === theirs.endOffset ? null : "end";
}
