// `ast`: going through trees, and what is done to their places in the text.
import { getAttribute, getAttributeOr, setAttribute } from "../../attribute.ts";
import { PyBytes } from "../../bytes.ts";
import { decode, encode } from "../../codecs.ts";
import { typeError } from "../../exceptions.ts";
import { method0 } from "../../function.ts";
import { type Body, makeGenerator } from "../../generator.ts";
import { collect } from "../../iterator.ts";
import { asStr, isInstance, type PyValue, strType, typeName } from "../../object.ts";
import { add, contains, getItem, same, sub, truth } from "../../operators.ts";
import { repr, str } from "../../representation.ts";
import { list, listType, type PyList, tuple } from "../../sequence.ts";
import { allocate, charge } from "../../state.ts";
import { joinParts } from "../../text.ts";
import { PySlice } from "../../types/slice.ts";
import { fieldNames, isAst, isNode, nested } from "./nodes.ts";

/** The fields that a node has, one by one. */
export function* fieldsOf(node: PyValue): Generator<[name: PyValue, value: PyValue], void> {
  for (const name of fieldNames(node)) {
    charge(1);
    const value = getAttributeOr(node, attributeName(name), undefined);
    if (value !== undefined) yield [name, value];
  }
}
function attributeName(name: PyValue): string {
  const text = asStr(name);
  if (text === undefined) throw typeError(`attribute name must be string, not '${typeName(name)}'`);
  return text;
}

function* childrenOf(node: PyValue): Generator<PyValue, void> {
  for (const [, value] of fieldsOf(node)) {
    if (isAst(value)) yield value;
    else if (isInstance(value, listType)) {
      const { items } = value as PyList;
      for (let i = 0; i < items.length; i++) {
        charge(1);
        const item = items[i] as PyValue;
        if (isAst(item)) yield item;
      }
    }
  }
}

function* everyNode(root: PyValue): Generator<PyValue, void> {
  // A queue: what has been taken from its front is dropped now and then.
  let todo = [root];
  for (let at = 0; at < todo.length; at++) {
    if (at > 1024 && at * 2 > todo.length) {
      todo = todo.slice(at);
      at = 0;
    }
    const node = todo[at] as PyValue;
    for (const child of childrenOf(node)) {
      allocate(8);
      todo.push(child);
    }
    yield node;
  }
}

function generator(name: string, values: Generator<PyValue, void>): PyValue {
  const body = function* (): Body {
    yield* values;
    return null;
  };
  return makeGenerator(name, name, body());
}
function* pairs(node: PyValue): Generator<PyValue, void> {
  for (const pair of fieldsOf(node)) yield tuple(pair);
}
/** `ast.walk`. */
export const walk = (node: PyValue): PyValue => generator("walk", everyNode(node));
/** `ast.iter_fields`. */
export const iterFields = (node: PyValue): PyValue => generator("iter_fields", pairs(node));
/** `ast.iter_child_nodes`. */
export const iterChildNodes = (node: PyValue): PyValue => generator("iter_child_nodes", childrenOf(node));

// ---- places ----------------------------------------------------------------------------------------

const PLACE = ["lineno", "col_offset", "end_lineno", "end_col_offset"];
const hasAttribute = (node: PyValue, name: string): boolean =>
  contains(getAttribute(node, "_attributes"), name);

/** `ast.copy_location`. */
export function copyLocation(to: PyValue, from: PyValue): PyValue {
  for (const name of PLACE) {
    if (!hasAttribute(from, name) || !hasAttribute(to, name)) continue;
    const value = getAttributeOr(from, name, undefined);
    if (value !== undefined && (value !== null || name.startsWith("end_"))) setAttribute(to, name, value);
  }
  return to;
}

/** `ast.fix_missing_locations`. */
export function fixMissingLocations(root: PyValue): PyValue {
  const fix = (node: PyValue, inherited: readonly PyValue[]): void => {
    const place = [...inherited];
    for (const i of [0, 2, 1, 3]) {
      const name = PLACE[i] as string;
      if (!hasAttribute(node, name)) continue;
      const known = getAttributeOr(node, name, undefined);
      if (known === undefined || (known === null && i >= 2)) setAttribute(node, name, place[i] as PyValue);
      else place[i] = known;
    }
    for (const child of childrenOf(node)) nested(() => fix(child, place));
  };
  fix(root, [1, 0, 1, 0]);
  return root;
}

/** `ast.increment_lineno`. */
export function incrementLineno(root: PyValue, n: PyValue = 1): PyValue {
  for (const node of everyNode(root)) {
    const isIgnore = isNode(node, "TypeIgnore");
    if (isIgnore || hasAttribute(node, "lineno")) {
      setAttribute(node, "lineno", add(getAttributeOr(node, "lineno", 0), n));
    }
    if (isIgnore || !hasAttribute(node, "end_lineno")) continue;
    const end = getAttributeOr(node, "end_lineno", 0);
    if (end !== null) setAttribute(node, "end_lineno", add(end, n));
  }
  return root;
}

// ---- texts -----------------------------------------------------------------------------------------

const leading = (line: string): number => line.length - line.replace(/^ +/, "").length;
/** Takes away the indentation that all lines but the first share, and empty lines around. */
function cleanDocstring(text: string): string {
  const lines = str(method0(text, "expandtabs")).split("\n");
  charge(lines.length);
  let margin = Number.POSITIVE_INFINITY;
  for (const line of lines.slice(1)) {
    const indent = leading(line);
    if (indent < line.length) margin = Math.min(margin, indent);
  }
  const whole = margin === Number.POSITIVE_INFINITY;
  const kept = lines.map((line, i) =>
    i === 0 ? line.slice(leading(line)) : whole ? line : line.slice(margin),
  );
  let [first, last] = [0, kept.length];
  while (last > first && kept[last - 1] === "") last -= 1;
  while (first < last && kept[first] === "") first += 1;
  return kept.slice(first, last).join("\n");
}

const DOCUMENTED = ["AsyncFunctionDef", "FunctionDef", "ClassDef", "Module"];
/** `ast.get_docstring`. */
export function getDocstring(node: PyValue, clean: PyValue = true): PyValue {
  if (!DOCUMENTED.some((name) => isNode(node, name))) {
    const name = getAttribute(getAttribute(node, "__class__"), "__name__");
    throw typeError(`${repr(name)} can't have docstrings`);
  }
  const body = getAttribute(node, "body");
  if (!truth(body)) return null;
  const first = getItem(body, 0);
  if (!isNode(first, "Expr")) return null;
  const constant = getAttribute(first, "value");
  if (!isNode(constant, "Constant")) return null;
  const text = getAttribute(constant, "value");
  if (!isInstance(text, strType)) return null;
  return truth(clean) ? cleanDocstring(asStr(text) as string) : text;
}

/** Lines as the parser splits them, and one more that is empty. */
function parserLines(source: string): PyList {
  charge(source.length);
  const lines = source.split(/(?<=\r\n|\n|\r(?!\n))/);
  return list([...lines.filter((line) => line !== ""), ""]);
}
/** Bytes `from` to `to` of a line, as text. */
function part(line: PyValue, from: PyValue, to: PyValue): string {
  const bytes = getItem(new PyBytes(encode(line as string)), new PySlice(from, to, null));
  return decode((bytes as PyBytes).bytes);
}

/** `ast.get_source_segment`. */
export function getSourceSegment(source: PyValue, node: PyValue, padded: PyValue = false): PyValue {
  const [first, column, last, end] = PLACE.map((name) => getAttributeOr(node, name, null));
  if (first == null || column == null || last == null || end == null) return null;
  const text = asStr(source);
  if (text === undefined) throw typeError(`expected string or bytes-like object, got '${typeName(source)}'`);
  const lines = parserLines(text);
  const [from, to] = [sub(first, 1), sub(last, 1)];
  const line = getItem(lines, from);
  if (same(from, to)) return part(line, column, end);
  const padding = truth(padded) ? part(line, null, column).replace(/[^\f\t]/gu, " ") : "";
  const between = collect(getItem(lines, new PySlice(add(from, 1), to, null)));
  return joinParts([
    padding,
    part(line, column, null),
    ...(between as string[]),
    part(getItem(lines, to), null, end),
  ]);
}
