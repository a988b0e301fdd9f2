// `ast`: from the parser's tree, whose nodes count in UTF-16 offsets, to nodes that count as CPython's do.
import type { ConstantValue, ExpressionInput, Module, Span } from "../../../language/ast.ts";
import { PyBytes } from "../../bytes.ts";
import { pyError, RecursionError } from "../../exceptions.ts";
import { narrow } from "../../integer.ts";
import { Ellipsis, PyFloat, PyInstance, type PyValue } from "../../object.ts";
import { list } from "../../sequence.ts";
import { allocate } from "../../state.ts";
import { PyComplex } from "../../types/complex.ts";
import type { FieldSpec } from "./grammar.ts";
import { type NodeClass, nodeClasses, sharedNode } from "./nodes.ts";

/** A node of the parser, looked at field by field: its fields have CPython's names. */
type Tree = { readonly [field: string]: unknown };

/** Lines of a text, and columns in bytes of its UTF-8 form. */
class Places {
  readonly #starts: number[] = [0];
  /** Bytes before each unit; null where every character is one byte. */
  readonly #bytes: Uint32Array | null;
  /** Line of the last offset that was asked for: the next one is near. */
  #line = 0;

  constructor(text: string) {
    let ascii = true;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) ascii = false;
      if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) this.#starts.push(i + 1);
    }
    this.#bytes = ascii ? null : bytesBefore(text);
  }

  /** Line from 1 and column from 0. */
  at(offset: number): [line: number, column: number] {
    const starts = this.#starts;
    let line = this.#line;
    if ((starts[line] as number) > offset || (starts[line + 1] ?? Number.POSITIVE_INFINITY) <= offset) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((starts[middle] as number) <= offset) low = middle;
        else high = middle - 1;
      }
      line = low;
      this.#line = line;
    }
    const start = starts[line] as number;
    const bytes = this.#bytes;
    const column = bytes === null ? offset - start : (bytes[offset] as number) - (bytes[start] as number);
    return [line + 1, column];
  }
}

function bytesBefore(text: string): Uint32Array {
  allocate(4 * text.length);
  const before = new Uint32Array(text.length + 1);
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    before[i] = bytes;
    const code = text.charCodeAt(i);
    // The halves of a surrogate pair are two bytes each.
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3;
  }
  before[text.length] = bytes;
  return before;
}

function constantValue(value: ConstantValue | "None" | "True" | "False"): PyValue {
  const constant = typeof value === "string" ? { type: value } : value;
  switch (constant.type) {
    case "None":
      return null;
    case "True":
      return true;
    case "False":
      return false;
    case "Ellipsis":
      return Ellipsis;
    case "int":
      return narrow(constant.value);
    case "float":
      return new PyFloat(constant.value);
    case "complex":
      return new PyComplex(0, constant.value);
    case "str":
      return constant.value;
    case "bytes":
      return new PyBytes(constant.value);
  }
}

/** Deepest tree that CPython hands over. */
const MAX_DEPTH = 10_000;
/** Roughly what a node takes. */
const NODE_BYTES = 400;

class Conversion {
  readonly #places: Places;
  #depth = 0;
  constructor(text: string) {
    this.#places = new Places(text);
  }

  node(tree: Tree, name: string): PyInstance {
    allocate(NODE_BYTES);
    if (++this.#depth > MAX_DEPTH) throw tooDeep();
    const { type, fields, positioned } = nodeClasses.get(name) as NodeClass;
    const node = new PyInstance(type);
    const dict = node.dict as Map<string, PyValue>;
    for (const field of fields) dict.set(field.name, this.#field(tree, name, field));
    if (positioned) {
      const { start, end } = tree as unknown as Span;
      const [line, column] = this.#places.at(start);
      const [endLine, endColumn] = this.#places.at(end);
      dict.set("lineno", line).set("col_offset", column);
      dict.set("end_lineno", endLine).set("end_col_offset", endColumn);
    }
    this.#depth--;
    return node;
  }

  #field(tree: Tree, owner: string, { name, type, quantity }: FieldSpec): PyValue {
    const value = tree[name];
    if (quantity === "many") return list(((value ?? []) as unknown[]).map((item) => this.#value(item, type)));
    if (name === "kind") return tree.unicode === true ? "u" : null;
    if (owner === "FormattedValue" && name === "conversion") {
      return value === null ? -1 : (value as string).charCodeAt(0);
    }
    return this.#value(value ?? null, type);
  }

  #value(value: unknown, type: string): PyValue {
    switch (type) {
      case "identifier":
      case "string":
        return value as string | null;
      case "int":
        return Number(value);
      case "constant":
        return constantValue(value as ConstantValue);
    }
    if (value === null) return null;
    // Operators and contexts are names in the parser's tree.
    if (typeof value === "string") return sharedNode(value);
    const { kind } = value as Tree;
    return this.node(value as Tree, kind === "ExprStmt" ? "Expr" : ((kind as string | undefined) ?? type));
  }
}

function tooDeep(): Error | unknown {
  return pyError(RecursionError, "maximum recursion depth exceeded during ast construction");
}

/** The nodes of a tree that was parsed from `text`. */
export function fromTree(text: string, tree: Module | ExpressionInput): PyInstance {
  try {
    return new Conversion(text).node(tree as unknown as Tree, tree.kind);
  } catch (error) {
    // The stack of JavaScript may end before CPython's limit.
    throw error instanceof RangeError ? tooDeep() : error;
  }
}
