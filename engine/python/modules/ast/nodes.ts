// `ast`: the classes of nodes, and how a node is made.
import { getAttribute, getAttributeOr, setAttribute } from "../../attribute.ts";
import { PyDict } from "../../dict.ts";
import { typeError } from "../../exceptions.ts";
import { defineMethods, recursionExceeded } from "../../function.ts";
import { unions } from "../../instance-check.ts";
import { collect } from "../../iterator.ts";
import {
  intType,
  makeType,
  objectType,
  PyInstance,
  PyObject,
  type PyType,
  type PyValue,
  strType,
  typeOf,
} from "../../object.ts";
import { is, same } from "../../operators.ts";
import { emptyTuple, list, listType, type PyTuple, tuple } from "../../sequence.ts";
import { charge, perEvaluation, S } from "../../state.ts";
import { genericAlias, genericAliasType } from "../../types/generic-alias.ts";
import { PyUnion } from "../../types/union.ts";
import { pythonClass } from "../python-function.ts";
import { type FieldSpec, type NodeSpec, nodeSpec, RULES } from "./grammar.ts";

/** `ast.AST`. */
export const astType: PyType = pythonClass("AST", { module: "ast" });
for (const name of ["_fields", "_attributes", "__match_args__"]) astType.dict.set(name, emptyTuple);

/** A class of nodes that a text can have. */
export interface NodeClass extends NodeSpec {
  readonly type: PyType;
  /** Do its nodes say where they stand? */
  readonly positioned: boolean;
}
/** Classes with fields (or none) of their own, by name. */
export const nodeClasses: Map<string, NodeClass> = new Map();
/** Every class by name, the abstract ones among them. */
export const nodeTypes: Map<string, PyType> = new Map([["AST", astType]]);

/** The class of that name. */
export function nodeType(name: string): PyType {
  return nodeTypes.get(name) as PyType;
}

/** A value on a class that all evaluations share: each reads its own. */
class PyOwnValue extends PyObject {
  readonly make: () => PyValue;
  constructor(make: () => PyValue) {
    super();
    this.make = make;
  }
}
defineMethods(makeType("class_value", { of: PyOwnValue, subclassable: false }), {
  "__get__(instance, owner=None, /)": (self: PyOwnValue) => self.make(),
});

const PRIMITIVES: ReadonlyMap<string, PyType> = new Map([
  ["identifier", strType],
  ["string", strType],
  ["int", intType],
  ["constant", objectType],
]);
function fieldType({ type, quantity }: FieldSpec): PyValue {
  const one = PRIMITIVES.get(type) ?? nodeType(type);
  if (quantity === "many") return genericAlias(listType, one);
  return quantity === "optional" ? unions.make(one, null) : one;
}
function fieldTypes(fields: readonly FieldSpec[]): () => PyValue {
  return perEvaluation(() => {
    const types = new PyDict();
    for (const field of fields) types.set(field.name, fieldType(field));
    return types;
  });
}

const POSITION = ["lineno", "col_offset", "end_lineno", "end_col_offset"];

function describeClass(type: PyType, text: string, positioned: boolean): void {
  const spec = nodeSpec(text);
  const names = tuple(spec.fields.map((field) => field.name));
  type.dict.set("_fields", names);
  type.dict.set("__match_args__", names);
  for (const { name, quantity } of spec.fields) if (quantity === "optional") type.dict.set(name, null);
  type.dict.set("_field_types", new PyOwnValue(fieldTypes(spec.fields)));
  type.dict.set("__annotations__", new PyOwnValue(fieldTypes(spec.fields)));
  nodeClasses.set(spec.name, { ...spec, type, positioned });
  nodeTypes.set(spec.name, type);
}

function ruleDoc(name: string, alternatives: readonly string[]): string {
  const plain = alternatives.every((text) => !text.includes("("));
  return `${name} = ${alternatives.join(plain ? " | " : `\n${" ".repeat(name.length + 1)}| `)}`;
}

for (const { name, alternatives, own, position } of RULES) {
  const doc = own ?? ruleDoc(name, alternatives);
  const type = pythonClass(name, { base: astType, module: "ast", doc });
  const positioned = position !== "none";
  type.dict.set("_attributes", positioned ? tuple(POSITION) : emptyTuple);
  for (const end of position === "endOptional" ? POSITION.slice(2) : []) type.dict.set(end, null);
  nodeTypes.set(name, type);
  if (own !== null) {
    describeClass(type, own, positioned);
    continue;
  }
  type.dict.set("_fields", emptyTuple);
  type.dict.set("__match_args__", emptyTuple);
  for (const text of alternatives) {
    const alternative = pythonClass(nodeSpec(text).name, { base: type, module: "ast", doc: text });
    describeClass(alternative, text, positioned);
  }
}

/** The one node of a class without fields that all trees of an evaluation share: `Load()`, `Add()` … */
const shared = perEvaluation(() => new Map<string, PyInstance>());
export function sharedNode(name: string): PyInstance {
  const known = shared();
  let node = known.get(name);
  if (node === undefined) {
    node = new PyInstance(nodeType(name));
    known.set(name, node);
  }
  return node;
}

/** What a field is that a call leaves out; undefined if it stays unset. */
function defaultOf(type: PyValue): PyValue | undefined {
  if (type instanceof PyUnion) return undefined;
  if (type instanceof PyObject && type.cls === genericAliasType) return list([]);
  return is(type, nodeType("expr_context")) ? sharedNode("Load") : undefined;
}

// What CPython only warns about here (a field that is left out, a keyword that is no field) goes unsaid.
defineMethods(astType, {
  "__init__(*args, **kwargs)": (self: PyInstance, args: PyTuple, kw: PyDict) => {
    const { cls } = self;
    const declared = getAttributeOr(cls, "_fields", undefined);
    const fields = declared === undefined ? [] : collect(declared);
    const given = args.items.length;
    charge(fields.length + given + kw.size);
    if (given > fields.length) {
      const s = fields.length === 1 ? "" : "s";
      throw typeError(`${cls.qualname} constructor takes at most ${fields.length} positional argument${s}`);
    }
    const set = new Set<PyValue>();
    const assign = (name: PyValue, value: PyValue): void => {
      if (typeof name !== "string") {
        throw typeError(`attribute name must be string, not '${typeOf(name).name}'`);
      }
      set.add(name);
      setAttribute(self, name, value);
    };
    args.items.forEach((value, i) => {
      assign(fields[i] as PyValue, value);
    });
    for (const [name, value] of kw.entries()) {
      if (set.has(name) && fields.some((field) => same(field, name))) {
        throw typeError(`${cls.qualname} got multiple values for argument '${name}'`);
      }
      assign(name, value);
    }
    const types = getAttributeOr(cls, "_field_types", undefined);
    if (!(types instanceof PyDict)) return null;
    for (const name of fields) {
      if (typeof name !== "string" || set.has(name)) continue;
      const type = types.get(name);
      const value = type === undefined ? undefined : defaultOf(type);
      if (value !== undefined) setAttribute(self, name, value);
    }
    return null;
  },
});

/** Counts a call of a function that CPython's library writes in Python and that calls itself. */
export function nested<T>(body: () => T): T {
  try {
    if (++S.depth > S.maxDepth) recursionExceeded();
    return body();
  } finally {
    S.depth--;
  }
}

/** Is it a node of that class? */
export function isNode(value: PyValue, name: string): boolean {
  return typeOf(value).isSubtype(nodeType(name));
}
/** Is it any node? */
export function isAst(value: PyValue): boolean {
  return typeOf(value).isSubtype(astType);
}
/** The names in `_fields` of a node. */
export function fieldNames(node: PyValue): PyValue[] {
  return collect(getAttribute(node, "_fields"));
}
