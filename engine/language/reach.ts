// How far a program reaches into the objects that its names stand for: by which constant attributes and keys.
//
// `request.context["prompt_data"]["phone"]` reaches one value of a whole request, and nothing else of it can be seen by
// the program. A name that stands anywhere but at the head of such a path (an argument, an operand, the right side of an
// assignment) is reached as a whole.
import type { Constant, Expr, FunctionDef } from "./ast.ts";

/** What is reached of one object. */
export interface Reach {
  /** The object itself is used, so that anything of it may be. */
  whole: boolean;
  /** By attribute, `x.name`. */
  readonly attributes: Map<string, Reach>;
  /** By key, `x["name"]`, `x.get("name")` or `"name" in x`. */
  readonly items: Map<string, Reach>;
}
/** What is reached of each name that is read anywhere in a program. */
export type Reaches = ReadonlyMap<string, Reach>;

function nothing(): Reach {
  return { whole: false, attributes: new Map(), items: new Map() };
}
function step(map: Map<string, Reach>, name: string): Reach {
  const known = map.get(name);
  if (known !== undefined) return known;
  const reach = nothing();
  map.set(name, reach);
  return reach;
}

/** One step of a path, from the outside in; undefined where the expression is none. */
interface Step {
  readonly from: Expr;
  readonly attribute?: string;
  readonly item?: string;
  /** What else is evaluated at this step. */
  readonly beside?: Expr;
}
function textOf(node: Expr | undefined): string | undefined {
  return node?.kind === "Constant" && node.value.type === "str" ? node.value.value : undefined;
}
function stepOf(node: Expr): Step | undefined {
  if (node.kind === "Attribute" && node.ctx === "Load") return { from: node.value, attribute: node.attr };
  if (node.kind === "Subscript" && node.ctx === "Load") {
    const item = textOf(node.slice);
    return item === undefined ? undefined : { from: node.value, item };
  }
  if (node.kind !== "Call" || node.func.kind !== "Attribute" || node.func.attr !== "get") return undefined;
  if (node.keywords.length > 0 || node.args.length === 0 || node.args.length > 2) return undefined;
  const [key, beside] = node.args;
  const item = textOf(key);
  if (item === undefined || beside?.kind === "Starred") return undefined;
  return { from: node.func.value, item, ...(beside === undefined ? {} : { beside }) };
}

class Survey {
  readonly reaches: Map<string, Reach> = new Map();
  /** A stack of its own: a chain of operators may be longer than JavaScript's is deep. */
  private readonly open: unknown[] = [];

  run(handler: FunctionDef): Reaches {
    this.open.push(handler.body);
    while (this.open.length > 0) {
      const item = this.open.pop();
      if (typeof item !== "object" || item === null) continue;
      if (Array.isArray(item)) for (const each of item) this.open.push(each);
      else if (!this.isPath(item as Expr) && !this.isMembership(item as Expr)) this.look(item);
    }
    return this.reaches;
  }

  /** Opens the parts of a node, not what somebody has put on `Object.prototype`. */
  private look(node: object): void {
    for (const key in node) {
      if (!Object.hasOwn(node, key)) continue;
      const part = (node as Readonly<Record<string, unknown>>)[key];
      if (typeof part === "object") this.open.push(part);
    }
  }

  /** Notes the path that ends with this expression; false where it is none, and its parts are to be looked at. */
  private isPath(node: Expr): boolean {
    const end = this.endOf(node);
    if (end === undefined) return false;
    end.whole = true;
    return true;
  }

  /** `"key" in path`: whether there is such a key is all that is asked. */
  private isMembership(node: Expr): boolean {
    if (node.kind !== "Compare" || node.ops.length !== 1) return false;
    const key = textOf(node.left as Constant);
    if (key === undefined || (node.ops[0] !== "In" && node.ops[0] !== "NotIn")) return false;
    const end = this.endOf(node.comparators[0] as Expr);
    if (end === undefined) return false;
    step(end.items, key);
    return true;
  }

  private endOf(node: Expr): Reach | undefined {
    const steps: Step[] = [];
    let at = node;
    for (let next = stepOf(at); next !== undefined; next = stepOf(at)) {
      steps.push(next);
      at = next.from;
    }
    if (at.kind !== "Name" || at.ctx !== "Load") return undefined;
    let reach = step(this.reaches, at.id);
    for (const { attribute, item, beside } of steps.reverse()) {
      reach = attribute === undefined ? step(reach.items, item as string) : step(reach.attributes, attribute);
      this.open.push(beside);
    }
    return reach;
  }
}

/** Surveys a function's body, with all functions and classes in it. */
export function reachesOf(handler: FunctionDef): Reaches {
  return new Survey().run(handler);
}
