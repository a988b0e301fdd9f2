// What a compilation can add to the code so that it is watched: the interface, and what is known of each watched place.
//
// The code that decides about people has none of it (`Program.instrument` is null, and every place costs nothing). Two
// implementations are loaded when they are asked for: `tracing.ts` keeps values, `counting.ts` only counts.
import type { Call, Expr, Span, Stmt } from "./ast.ts";
import type { Frame } from "./emitter.ts";

/** What decides where control goes on. */
export type BranchKind = "if" | "while" | "for" | "assert" | "and" | "or" | "ternary" | "match" | "try";

/** A place that is watched; offsets count in the wrapped text, as those of the tree. */
export interface Probe extends Span {
  readonly kind: "line" | "value" | "stored" | "call" | "decision" | BranchKind;
  /** Of what is stored or called. */
  readonly name?: string;
  /** The ways out of a `try`: the types of its handlers, and words for the others. Other branches have two, true and false. */
  readonly ways?: readonly (Span | string)[];
  /** Counters: the first of this place. */
  readonly counter?: number;
}

/** Adds watching code; one object for one compilation. Code in, code of the same value out. */
export interface Instrument {
  /** Are values watched? Then no read of a variable is written twice. */
  readonly watchesValues: boolean;
  /** Every place, in the order of generation; the code names them by index. */
  readonly probes: readonly Probe[];
  /** Statements at the start of the whole body. */
  begin(f: Frame): string;
  /** Statements at the start of a block, whose `steps` have been counted. */
  block(f: Frame, steps: number): string;
  /** Statements before a statement. */
  statement(f: Frame, node: Stmt): string;
  value(f: Frame, node: Expr, make: () => string): string;
  /** A truth as JavaScript's boolean. */
  truth(f: Frame, node: Expr, code: string): string;
  stored(f: Frame, name: string, node: Span, code: string): string;
  /** The value of the expression's own `return`. */
  decision(f: Frame, node: Span, code: string): string;
  /** A truth that decides. */
  branch(f: Frame, node: Span, kind: BranchKind, code: string): string;
  /** Statements that say which way was taken, by index. */
  ways(f: Frame, node: Span, ways: readonly (Span | string)[]): (index: number) => string;
  /** A call as it is to be made; null where it is made as ever. `few`: up to three arguments by position. */
  call(f: Frame, node: Call, few: boolean): string | null;
}

/** `code`, the truth of a test that decides where control goes on. */
export function branched(f: Frame, node: Span, kind: BranchKind, code: string): string {
  return f.program.instrument?.branch(f, node, kind, code) ?? code;
}

const SECRET =
  /passw|passphrase|secret|token|credential|signature|cookie|authorization|(?:api|private|access)_?key|^auth$/i;
const HARMLESS = /password_change_date|^token_type$|^token_(?:count|limit)$/i;

/** Does a name say that its value is a secret? */
export function isSecretName(name: string): boolean {
  return SECRET.test(name) && !HARMLESS.test(name);
}
