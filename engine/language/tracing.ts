// Calls of the recorder in the code: what every line, name, call and branch came to. Loaded when a trace is asked for.
import type { Call, Expr, Span, Stmt } from "./ast.ts";
import { isDecided, isExecutable } from "./counting.ts";
import type { Frame } from "./emitter.ts";
import { argumentList, value } from "./expressions.ts";
import { type BranchKind, type Instrument, isSecretName, type Probe } from "./instrument.ts";

/** Expressions whose value says something that their text does not. */
const TELLING: ReadonlySet<Expr["kind"]> = new Set<Expr["kind"]>([
  "Attribute",
  "Await",
  "BinOp",
  "BoolOp",
  "Call",
  "Compare",
  "DictComp",
  "IfExp",
  "JoinedStr",
  "ListComp",
  "Name",
  "SetComp",
  "Subscript",
  "UnaryOp",
  "Yield",
]);

function isTelling(node: Expr): boolean {
  return TELLING.has(node.kind) && !(node.kind === "UnaryOp" && node.operand.kind === "Constant");
}

/** The name under which a value is found, where it says that the value is a secret. */
function isSecret(node: Expr): boolean {
  switch (node.kind) {
    case "Name":
      return isSecretName(node.id);
    case "Attribute":
      return isSecretName(node.attr);
    case "Subscript":
      return isSecretText(node.slice);
    case "Call": {
      const { func, args } = node;
      const first = args[0];
      return func.kind === "Attribute" && /^(?:get|pop)$/.test(func.attr) && first !== undefined
        ? isSecretText(first)
        : false;
    }
    default:
      return false;
  }
}
function isSecretText(node: Expr): boolean {
  return node.kind === "Constant" && node.value.type === "str" && isSecretName(node.value.value);
}

class Tracing implements Instrument {
  readonly watchesValues = true;
  readonly probes: Probe[] = [];
  /** Expressions of which another one reads a part: only what is no object of parts is told. */
  private readonly holders: WeakSet<Expr> = new WeakSet();
  /** Calls that tell of themselves. */
  private readonly told: WeakSet<Expr> = new WeakSet();

  private add(kind: Probe["kind"], { start, end }: Span, more: Partial<Probe> = {}): number {
    return this.probes.push({ kind, start, end, ...more }) - 1;
  }
  begin(): string {
    return "";
  }
  block(f: Frame, steps: number): string {
    return `${f.use("recorder")}.block(${steps});`;
  }
  statement(f: Frame, node: Stmt): string {
    return isExecutable(node) ? `${f.use("recorder")}.line(${this.add("line", node)});` : "";
  }
  value(f: Frame, node: Expr, make: () => string): string {
    if (node.kind === "Attribute" || node.kind === "Subscript") this.holders.add(node.value);
    if (node.kind === "Call" && node.func.kind === "Attribute") this.holders.add(node.func.value);
    const code = make();
    if (!isTelling(node) || this.told.has(node)) return code;
    const probe = this.add("value", node);
    const how = isSecret(node) ? "secret" : this.holders.has(node) ? "held" : "value";
    return `${f.use("recorder")}.${how}(${probe},${code})`;
  }
  truth(f: Frame, node: Expr, code: string): string {
    if (node.kind !== "Compare") return code;
    return `${f.use("recorder")}.value(${this.add("value", node)},${code})`;
  }
  stored(f: Frame, name: string, node: Span, code: string): string {
    const how = isSecretName(name) ? "secret" : "value";
    return `${f.use("recorder")}.${how}(${this.add("stored", node, { name })},${code})`;
  }
  decision(f: Frame, node: Span, code: string): string {
    return `${f.use("recorder")}.decision(${this.add("decision", node)},${code})`;
  }
  branch(f: Frame, node: Span, kind: BranchKind, code: string): string {
    if (isDecided(node)) return code;
    return `${f.use("recorder")}.branch(${this.add(kind, node)},${code})`;
  }
  ways(f: Frame, node: Span, ways: readonly (Span | string)[]): (index: number) => string {
    const probe = this.add("try", node, { ways });
    return (index) => (index < ways.length ? `${f.use("recorder")}.way(${probe},${index});` : "");
  }
  call(f: Frame, node: Call, few: boolean): string | null {
    const { func, args, keywords } = node;
    if (func.kind !== "Name") return null;
    if (f.program.scopes.resolve(f.scope, f.mangled(func.id)).where !== "global") return null;
    this.told.add(node);
    const name = func.id;
    const callee = value(f, func);
    return f.scoped(() => {
      const t = f.temp();
      const list = argumentList(f, t, args, keywords, node);
      const probe = this.add("call", node, { name });
      return f.mark(
        node,
        `(${t}=${callee},${f.use("recorder")}.${few ? "callFew" : "call"}(${probe},${t},${list}))`,
      );
    });
  }
}

/** Keeps what lines, names, calls and branches came to. */
export function tracing(): Instrument {
  return new Tracing();
}
