// What a watched evaluation tells: the trace of one run, and the counters that coverage is made of.

/** A part of the author's text: lines and columns from 1, columns in characters, the end exclusive. */
export interface TracePlace {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** What decides where control goes on. `for` is its next item, `match` one `case`. */
export type BranchKind = "if" | "while" | "for" | "assert" | "and" | "or" | "ternary" | "match" | "try";

/**
 * One thing that happened, in order. Values are Python's `repr`, at most 160 characters, cut with `…`; objects without one
 * that is safe to ask for are `<Name>`. Secrets of the context are `***`.
 */
export type TraceEvent =
  /** A statement begins. */
  | { readonly kind: "line"; readonly line: number }
  /** An expression was evaluated; `expression` is its text. */
  | ({ readonly kind: "value"; readonly expression: string; readonly value: string } & TracePlace)
  /** A name was bound. */
  | ({ readonly kind: "assignment"; readonly name: string; readonly value: string } & TracePlace)
  /** `taken`: `body`, `else`, `goes on`, `except ValueError` … */
  | ({ readonly kind: "branch"; readonly statement: BranchKind; readonly taken: string } & TracePlace)
  /** A helper or built-in was called by its name; the result is null where it raised. */
  | ({
      readonly kind: "call";
      readonly name: string;
      readonly arguments: readonly string[];
      readonly result: string | null;
    } & TracePlace)
  /** A pattern was looked for. `reason`: why not by RE2. */
  | {
      readonly kind: "regex";
      readonly line: number;
      readonly pattern: string;
      readonly engine: "RE2" | "V8" | "own";
      readonly reason?: string;
    }
  /** The embedder was asked; JSON texts, cut at 400 characters. */
  | {
      readonly kind: "host-call";
      readonly line: number;
      readonly operation: string;
      readonly argument: string;
      readonly answer: string;
      readonly durationMs: number;
    }
  /** The expression's own `return`. */
  | ({ readonly kind: "return"; readonly value: string } & TracePlace);

/** What a line took, all its runs together. */
export interface TraceLine {
  readonly line: number;
  /** How often it began. */
  readonly count: number;
  /** Steps of the line and of what it called. */
  readonly steps: number;
  /** CPU time, milliseconds, of the first 20,000 lines that ran. */
  readonly cpuMs: number;
}

/** One evaluation, step by step. */
export interface Trace {
  readonly events: readonly TraceEvent[];
  /** Events that were left out after the first 1000, before the last 1000; 0 where the trace is whole. */
  readonly omitted: number;
  /** Lines that ran, in the order of the text. */
  readonly lines: readonly TraceLine[];
  /** Line of the `return` that decided; null where none did. */
  readonly decided: number | null;
}

/** How often a way was taken. */
export interface CoveredWay {
  readonly name: string;
  readonly count: number;
}
/** How often lines and branches ran. Evaluations of the same text have the same lines and branches in the same order. */
export interface Coverage {
  readonly lines: readonly { readonly line: number; readonly count: number }[];
  readonly branches: readonly ({
    readonly kind: BranchKind;
    readonly ways: readonly CoveredWay[];
  } & TracePlace)[];
  /** Line of the `return` that decided; null where none did. */
  readonly decided: number | null;
}
