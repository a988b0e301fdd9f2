// Walking a syntax tree with the scope that each node stands in.
import type { Comprehension, Expr, Span, Stmt, Try } from "../language/ast.ts";
import type { Scope, Scopes } from "../language/scope.ts";

/** Any node: `kind` tells which. */
export type Node = Expr | Stmt | (Span & { readonly kind: string });

/** Where a node stands. */
export interface Place {
  readonly scope: Scope;
  /** From the outermost to the parent. */
  readonly parents: readonly Node[];
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "kind" in value && "start" in value;
}

/** Every node in the order of the text, with its place. */
export function walk(root: readonly Node[], scopes: Scopes, visit: (node: Node, place: Place) => void): void {
  const parents: Node[] = [];
  const inside = (value: unknown, scope: Scope): void => {
    if (Array.isArray(value)) for (const item of value) inside(item, scope);
    else if (isNode(value)) enter(value, scope);
    else if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) {
      for (const part of Object.values(value)) inside(part, scope);
    }
  };
  const enter = (node: Node, scope: Scope): void => {
    visit(node, { scope, parents });
    parents.push(node);
    const own = scopes.byNode.get(node) ?? scope;
    const outer = outside(node);
    for (const [key, value] of Object.entries(node)) {
      if (key === "start" || key === "end" || key === "kind" || key === "value_type") continue;
      if (key === "generators") generators(value as Comprehension[], scope, own);
      else inside(value, outer.has(key) ? scope : own);
    }
    parents.pop();
  };
  /** The first iterable of a comprehension belongs to the scope around it. */
  const generators = (list: readonly Comprehension[], scope: Scope, own: Scope): void => {
    for (const [i, { target, iter, ifs }] of list.entries()) {
      inside(target, own);
      inside(iter, i === 0 ? scope : own);
      inside(ifs, own);
    }
  };
  for (const node of root) enter(node, scopes.root);
}

const OUTSIDE: Readonly<Record<string, ReadonlySet<string>>> = {
  FunctionDef: new Set(["decorator_list", "args", "returns"]),
  AsyncFunctionDef: new Set(["decorator_list", "args", "returns"]),
  Lambda: new Set(["args"]),
  ClassDef: new Set(["decorator_list", "bases", "keywords"]),
};
const NONE: ReadonlySet<string> = new Set();
/** Parts of a definition that are evaluated where it stands. */
function outside(node: Node): ReadonlySet<string> {
  return OUTSIDE[node.kind] ?? NONE;
}

/** Does a `try` around the place catch that exception? */
export function isCaught(parents: readonly Node[], ...exceptions: readonly string[]): boolean {
  const caught = new Set([...exceptions, "Exception", "BaseException"]);
  return parents.some((parent, i) => {
    if (parent.kind !== "Try") return false;
    const { body, handlers } = parent as Try;
    const inside = parents[i + 1];
    // The last parent is the place's own; what stands in the body directly has the `try` itself as its last one.
    if (inside !== undefined && !body.some((statement) => statement === inside)) return false;
    return handlers.some(({ type }) => {
      if (type === null) return true;
      const types = type.kind === "Tuple" ? type.elts : [type];
      return types.some((one) => caught.has(dotted(one) ?? ""));
    });
  });
}

/** The dotted text of `a.b.c`; undefined for anything else. */
export function dotted(node: Expr): string | undefined {
  if (node.kind === "Name") return node.id;
  if (node.kind !== "Attribute") return undefined;
  const owner = dotted(node.value);
  return owner === undefined ? undefined : `${owner}.${node.attr}`;
}
