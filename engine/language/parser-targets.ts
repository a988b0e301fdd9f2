// Which expressions can be assigned to or deleted, and turning them into targets.

import type { Attribute, Expr, ExprContext, Name, Subscript } from "./ast.ts";

/** A node whose context the parser still settles: it reads `a, b` before it sees the `=`. */
interface Unsettled {
  ctx: ExprContext;
}

/** Marks a fresh node and the targets inside it. */
function settle(node: Expr, ctx: "Store" | "Del"): void {
  switch (node.kind) {
    case "Name":
    case "Attribute":
    case "Subscript":
      (node as Unsettled).ctx = ctx;
      break;
    case "Starred":
      (node as Unsettled).ctx = ctx;
      settle(node.value, ctx);
      break;
    case "Tuple":
    case "List":
      (node as Unsettled).ctx = ctx;
      for (const element of node.elts) settle(element, ctx);
      break;
  }
}

function isAssignable(node: Expr): boolean {
  switch (node.kind) {
    case "Name":
    case "Attribute":
    case "Subscript":
      return true;
    case "Starred":
      return node.value.kind !== "Starred" && isAssignable(node.value);
    case "Tuple":
    case "List":
      return node.elts.every(isAssignable);
    default:
      return false;
  }
}

function isDeletable(node: Expr): boolean {
  switch (node.kind) {
    case "Name":
    case "Attribute":
    case "Subscript":
      return true;
    case "Tuple":
    case "List":
      return node.elts.every(isDeletable);
    default:
      return false;
  }
}

/** Makes an expression a target of an assignment; false, and no change, if it cannot be one. */
export function makeStore(node: Expr): boolean {
  if (!isAssignable(node)) return false;
  settle(node, "Store");
  return true;
}

/** Makes an expression a target of `del`; false, and no change, if it cannot be one. */
export function makeDel(node: Expr): boolean {
  if (!isDeletable(node)) return false;
  settle(node, "Del");
  return true;
}

/** A target that stands alone, as augmented and annotated assignment need it. */
export function isSingleTarget(node: Expr): node is Name | Attribute | Subscript {
  return node.kind === "Name" || node.kind === "Attribute" || node.kind === "Subscript";
}
