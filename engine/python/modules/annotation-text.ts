// Evaluates the texts of annotations: names, attributes, brackets, calls, literals and operators.
import { getAttribute } from "../attribute.ts";
import { NotImplementedError, pyError } from "../exceptions.ts";
import { call } from "../function.ts";
import { collect } from "../iterator.ts";
import { type PyValue, typeName } from "../object.ts";
import { add, bitAnd, bitOr, bitXor, getItem, invert, mul, neg, pos, sub, truth } from "../operators.ts";
import { repr } from "../representation.ts";
import { list, tuple } from "../sequence.ts";
import { charge } from "../state.ts";
import { parsed } from "./forward-ref.ts";

/** What a name stands for; throws NameError. */
type Lookup = (name: string) => PyValue;

const BINARY: { readonly [op: string]: (a: PyValue, b: PyValue) => PyValue } = {
  BitOr: bitOr,
  BitAnd: bitAnd,
  BitXor: bitXor,
  Add: add,
  Sub: sub,
  Mult: mul,
};
const UNARY: { readonly [op: string]: (a: PyValue) => PyValue } = {
  USub: neg,
  UAdd: pos,
  Invert: invert,
  Not: (value) => !truth(value),
};

/** The value of an expression that is written in a text; NotImplementedError for kinds that no annotation needs. */
export function evaluateText(text: string, lookup: Lookup): PyValue {
  const field = (node: PyValue, name: string): PyValue => valueOf(getAttribute(node, name));
  const all = (nodes: PyValue): PyValue[] =>
    collect(nodes).flatMap((node) =>
      typeName(node) === "Starred" ? collect(field(node, "value")) : [valueOf(node)],
    );
  const called = (node: PyValue): PyValue => {
    const func = field(node, "func");
    const args = all(getAttribute(node, "args"));
    const named = collect(getAttribute(node, "keywords")).map(
      (each) => [getAttribute(each, "arg") ?? refuse(), field(each, "value")] as [string, PyValue],
    );
    return call(func, args, named.length === 0 ? null : new Map(named));
  };
  const refuse = (): never => {
    throw pyError(
      NotImplementedError,
      `the annotation ${repr(text)} cannot be evaluated in an expression: only names, attributes, brackets, calls, literals and operators can`,
    );
  };
  const kinds: { readonly [kind: string]: (node: PyValue) => PyValue } = {
    Constant: (node) => getAttribute(node, "value"),
    Name: (node) => lookup(getAttribute(node, "id") as string),
    Attribute: (node) => getAttribute(field(node, "value"), getAttribute(node, "attr") as string),
    Subscript: (node) => getItem(field(node, "value"), field(node, "slice")),
    Tuple: (node) => tuple(all(getAttribute(node, "elts"))),
    List: (node) => list(all(getAttribute(node, "elts"))),
    Call: called,
    BinOp: (node) => {
      const operator = BINARY[typeName(getAttribute(node, "op"))] ?? refuse();
      return operator(field(node, "left"), field(node, "right"));
    },
    UnaryOp: (node) => (UNARY[typeName(getAttribute(node, "op"))] ?? refuse())(field(node, "operand")),
  };
  const valueOf = (node: PyValue): PyValue => {
    charge(1);
    return (kinds[typeName(node)] ?? refuse)(node);
  };
  return valueOf(getAttribute(parsed(text), "body"));
}
