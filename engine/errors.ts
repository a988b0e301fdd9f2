// The errors the engine throws to its embedder.
import type { ExpressionError } from "./types.ts";

/** The source is not valid Python 3.13, or uses something an expression does not have. */
export class ExpressionSyntaxError extends Error {
  override readonly name = "ExpressionSyntaxError";
  /** `SyntaxError`, `IndentationError`, `TabError`, `RecursionError`, … as CPython names it. */
  readonly type: string;
  /** CPython's message, without position. */
  readonly text: string;
  /** Line of the author's text, from 1. */
  readonly line: number;
  /** Column of the author's text, from 1, in characters. */
  readonly column: number;
  /** The author's line and, under it, a line with the caret or carets. */
  readonly caret: string;
  constructor(type: string, text: string, file: string, line: number, column: number, caret: string) {
    super(`${text} (${file}, line ${line})`);
    this.type = type;
    this.text = text;
    this.line = line;
    this.column = column;
    this.caret = caret;
  }
}

/** This process runs on a release of Node that gets no fixes of V8, or lacks what Postern needs. */
export class UnsupportedNode extends Error {
  override readonly name = "UnsupportedNode";
  constructor(version: string, supported: string) {
    super(`Postern does not run on Node ${version}. It needs ${supported}; install Node 24 LTS.`);
  }
}

/** A mapping raised, or met a limit. */
export class ExpressionFailure extends Error {
  override readonly name = "ExpressionFailure";
  readonly error: ExpressionError;
  constructor(expression: string, error: ExpressionError) {
    super(
      `expression ${JSON.stringify(expression)} failed: ${error.type}${error.message === "" ? "" : `: ${error.message}`}`,
    );
    this.error = error;
  }
}
