// `ast.literal_eval`.
import { getAttribute, getAttributeOr } from "../../attribute.ts";
import { PyDict, PySet } from "../../dict.ts";
import { type PyException, valueError } from "../../exceptions.ts";
import { collect } from "../../iterator.ts";
import { asStr, floatType, intType, isInstance, type PyValue, typeOf } from "../../object.ts";
import { add, eq, length, neg, pos, sub, truth } from "../../operators.ts";
import { repr, str } from "../../representation.ts";
import { list, tuple } from "../../sequence.ts";
import { charge } from "../../state.ts";
import { complexType } from "../../types/complex.ts";
import { isNode, nested } from "./nodes.ts";
import { parseText } from "./parse.ts";

function malformed(node: PyValue): PyException {
  const line = getAttributeOr(node, "lineno", null);
  const where = truth(line) ? ` on line ${str(line)}` : "";
  return valueError(`malformed node or string${where}: ${repr(node)}`);
}

function number(node: PyValue): PyValue {
  if (isNode(node, "Constant")) {
    const value = getAttribute(node, "value");
    const type = typeOf(value);
    if (type === intType || type === floatType || type === complexType) return value;
  }
  throw malformed(node);
}

function signedNumber(node: PyValue): PyValue {
  if (!isNode(node, "UnaryOp")) return number(node);
  const op = getAttribute(node, "op");
  const negative = isNode(op, "USub");
  if (!negative && !isNode(op, "UAdd")) return number(node);
  const operand = number(getAttribute(node, "operand"));
  return negative ? neg(operand) : pos(operand);
}

/** A complex number is a sum of two; anything else that is added is none. */
function sum(node: PyValue): PyValue | undefined {
  const op = getAttribute(node, "op");
  const minus = isNode(op, "Sub");
  if (!minus && !isNode(op, "Add")) return undefined;
  const left = signedNumber(getAttribute(node, "left"));
  const right = number(getAttribute(node, "right"));
  const real = isInstance(left, intType) || isInstance(left, floatType);
  if (!real || !isInstance(right, complexType)) return undefined;
  return minus ? sub(left, right) : add(left, right);
}

function isEmptySet(node: PyValue): boolean {
  if (!isNode(node, "Call")) return false;
  const func = getAttribute(node, "func");
  if (!isNode(func, "Name") || !truth(eq(getAttribute(func, "id"), "set"))) return false;
  const keywords = getAttribute(node, "keywords");
  return truth(eq(getAttribute(node, "args"), keywords)) && truth(eq(keywords, list([])));
}

function elements(node: PyValue, field: string): PyValue[] {
  return collect(getAttribute(node, field)).map((element) => nested(() => valueOf(element)));
}

function valueOf(node: PyValue): PyValue {
  charge(1);
  if (isNode(node, "Constant")) return getAttribute(node, "value");
  if (isNode(node, "Tuple")) return tuple(elements(node, "elts"));
  if (isNode(node, "List")) return list(elements(node, "elts"));
  if (isNode(node, "Set")) {
    const set = new PySet();
    for (const element of elements(node, "elts")) set.add(element);
    return set;
  }
  if (isEmptySet(node)) return new PySet();
  if (isNode(node, "Dict")) return dictOf(node);
  const complex = isNode(node, "BinOp") ? sum(node) : undefined;
  return complex ?? signedNumber(node);
}

function dictOf(node: PyValue): PyValue {
  const [keys, values] = [getAttribute(node, "keys"), getAttribute(node, "values")];
  if (length(keys) !== length(values)) throw malformed(node);
  const items = collect(values);
  const dict = new PyDict();
  collect(keys).forEach((key, i) => {
    const name = nested(() => valueOf(key));
    dict.set(
      name,
      nested(() => valueOf(items[i] as PyValue)),
    );
  });
  return dict;
}

/** `ast.literal_eval(node_or_string)`. */
export function literalEval(source: PyValue): PyValue {
  const text = asStr(source);
  const node = text === undefined ? source : parseText(text.replace(/^[ \t]+/, ""), "<unknown>", "eval");
  return valueOf(isNode(node, "Expression") ? getAttribute(node, "body") : node);
}
