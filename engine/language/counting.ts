// Counters in the code: how often each statement ran and each branch was taken. Loaded when coverage is asked for.
import type { Expr, Span, Stmt } from "./ast.ts";
import type { Frame } from "./emitter.ts";
import type { BranchKind, Instrument, Probe } from "./instrument.ts";

/** Does nothing where it stands: nobody says that it ran. */
export function isExecutable(node: Stmt): boolean {
  if (node.kind === "Global" || node.kind === "Nonlocal") return false;
  return node.kind !== "ExprStmt" || node.value.kind !== "Constant";
}

/** Is it decided before anything runs (`while True`)? */
export function isDecided(node: Span): boolean {
  return "kind" in node && node.kind === "Constant";
}

class Counting implements Instrument {
  readonly watchesValues = false;
  readonly probes: Probe[] = [];
  /** The first counter is the index of the last decision, from 1. */
  private counters = 1;

  private add(probe: Probe, counters: number): number {
    const counter = this.counters;
    this.counters += counters;
    this.probes.push({ ...probe, counter });
    return counter;
  }
  begin(f: Frame): string {
    return `const $c=${f.use("recorder")}.counters(${this.counters});`;
  }
  block(): string {
    return "";
  }
  statement(_f: Frame, node: Stmt): string {
    if (!isExecutable(node)) return "";
    return `$c[${this.add({ kind: "line", start: node.start, end: node.end }, 1)}]++;`;
  }
  value(_f: Frame, _node: Expr, make: () => string): string {
    return make();
  }
  truth(_f: Frame, _node: Expr, code: string): string {
    return code;
  }
  stored(_f: Frame, _name: string, _node: Span, code: string): string {
    return code;
  }
  decision(f: Frame, node: Span, code: string): string {
    const probe = this.probes.push({ kind: "decision", start: node.start, end: node.end });
    const t = f.temp();
    return `(${t}=${code},$c[0]=${probe},${t})`;
  }
  branch(_f: Frame, node: Span, kind: BranchKind, code: string): string {
    if (isDecided(node)) return code;
    const counter = this.add({ kind, start: node.start, end: node.end }, 2);
    return `(${code}?(++$c[${counter}],true):(++$c[${counter + 1}],false))`;
  }
  ways(_f: Frame, node: Span, ways: readonly (Span | string)[]): (index: number) => string {
    const counter = this.add({ kind: "try", start: node.start, end: node.end, ways }, ways.length);
    return (index) => (index < ways.length ? `$c[${counter + index}]++;` : "");
  }
  call(): null {
    return null;
  }
}

/** Counts lines and branches. */
export function counting(): Instrument {
  return new Counting();
}
