// `ast.NodeVisitor` and `ast.NodeTransformer`.
import { deleteAttribute, getAttribute, getAttributeOr, setAttribute } from "../../attribute.ts";
import { bytesType } from "../../bytes.ts";
import { call1, method1 } from "../../function.ts";
import { forEach } from "../../iterator.ts";
import {
  boolType,
  Ellipsis,
  floatType,
  intType,
  isInstance,
  noneType,
  type PyType,
  type PyValue,
  strType,
} from "../../object.ts";
import { str } from "../../representation.ts";
import { listType, type PyList } from "../../sequence.ts";
import { allocate, charge } from "../../state.ts";
import { complexType } from "../../types/complex.ts";
import { pythonClass, pythonMethods } from "../python-function.ts";
import { isAst, nested } from "./nodes.ts";
import { fieldsOf } from "./walk.ts";

/** `ast.NodeVisitor`. */
export const nodeVisitorType = pythonClass("NodeVisitor", { module: "ast" });
/** `ast.NodeTransformer`. */
export const nodeTransformerType = pythonClass("NodeTransformer", { module: "ast", base: nodeVisitorType });

// Counted twice, as a call of `visit` and one of the visitor: one level of the tree is two of calls.
const visit = (self: PyValue, node: PyValue): PyValue =>
  nested(() => nested(() => method1(self, "visit", node)));

/** What visitors of constants were called before there was one class for all of them. */
const OLD_NAMES: readonly (readonly [PyType, string])[] = [
  [boolType, "NameConstant"],
  [noneType, "NameConstant"],
  [intType, "Num"],
  [floatType, "Num"],
  [complexType, "Num"],
  [strType, "Str"],
  [bytesType, "Bytes"],
  [Ellipsis.cls, "Ellipsis"],
];

pythonMethods(nodeVisitorType, {
  "visit(node)": (self: PyValue, node: PyValue) => {
    const name = str(getAttribute(getAttribute(node, "__class__"), "__name__"));
    const generic = getAttribute(self, "generic_visit");
    return call1(getAttributeOr(self, `visit_${name}`, generic), node);
  },
  "generic_visit(node)": (self: PyValue, node: PyValue) => {
    for (const [, value] of fieldsOf(node)) {
      if (isAst(value)) visit(self, value);
      else if (isInstance(value, listType)) {
        const { items } = value as PyList;
        for (let i = 0; i < items.length; i++) {
          charge(1);
          const item = items[i] as PyValue;
          if (isAst(item)) visit(self, item);
        }
      }
    }
    return null;
  },
  "visit_Constant(node)": (self: PyValue, node: PyValue) => {
    const value = getAttribute(node, "value");
    const name = OLD_NAMES.find(([type]) => isInstance(value, type))?.[1];
    const old = name === undefined ? undefined : getAttributeOr(self, `visit_${name}`, undefined);
    return old === undefined ? method1(self, "generic_visit", node) : call1(old, node);
  },
});

function transformed(self: PyValue, old: PyList): PyValue[] {
  const items: PyValue[] = [];
  for (let i = 0; i < old.items.length; i++) {
    charge(1);
    allocate(8);
    const item = old.items[i] as PyValue;
    const value = isAst(item) ? visit(self, item) : item;
    if (!isAst(item) || isAst(value)) items.push(value);
    else if (value !== null) {
      forEach(value, (part) => {
        allocate(8);
        items.push(part);
      });
    }
  }
  return items;
}
pythonMethods(nodeTransformerType, {
  "generic_visit(node)": (self: PyValue, node: PyValue) => {
    for (const [field, value] of fieldsOf(node)) {
      if (isInstance(value, listType)) {
        const { items } = value as PyList;
        const now = transformed(self, value as PyList);
        items.length = 0;
        for (const item of now) items.push(item);
      } else if (isAst(value)) {
        const now = visit(self, value);
        if (now === null) deleteAttribute(node, field as string);
        else setAttribute(node, field as string, now);
      }
    }
    return node;
  },
});
