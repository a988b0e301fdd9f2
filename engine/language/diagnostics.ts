// Syntax errors as data: what is wrong and where, in the text that was parsed; text is rendered last.

/** Classes of error that CPython's compiler raises before a program runs. */
export type SyntaxErrorType =
  | "SyntaxError"
  | "IndentationError"
  | "TabError"
  | "RecursionError"
  | "MemoryError";

/** Thrown by tokenizer, parser, scope analysis and code generation. */
export class PySyntaxError extends Error {
  override readonly name = "PySyntaxError";
  readonly type: SyntaxErrorType;
  /** UTF-16 offset where CPython puts the caret. */
  readonly start: number;
  /** End (exclusive) of the marked range; equal to `start` or `start + 1` for a single caret. */
  readonly end: number;
  constructor(message: string, start: number, end: number, type: SyntaxErrorType = "SyntaxError") {
    super(message);
    this.type = type;
    this.start = start;
    this.end = end;
  }
}
