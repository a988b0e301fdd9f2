// CPython's refusal of an expression, in the author's lines.
import { ExpressionSyntaxError } from "./errors.ts";
import { authorLines, MAX_SOURCE } from "./language/compile.ts";
import type { PySyntaxError } from "./language/diagnostics.ts";

/** The error that embedders get for one of the compiler's. */
export function syntaxError(error: PySyntaxError, name: string, source: string): ExpressionSyntaxError {
  // Nobody looks for a place in a text of megabytes.
  if (source.length > MAX_SOURCE) return new ExpressionSyntaxError(error.type, error.message, name, 1, 1, "");
  const lines = authorLines(source);
  const at = lines.position(error.start);
  const end = error.end > error.start ? lines.endPosition(error.end) : at;
  const text = lines.text(at.line);
  const indent = text.length - text.trimStart().length;
  const width =
    end.line === at.line ? Math.max(1, end.column - at.column) : Math.max(1, [...text].length - at.column);
  const caret = `    ${text.trim()}\n    ${" ".repeat(Math.max(0, at.column - indent))}${"^".repeat(width)}`;
  // Lines that the text itself names are the wrapped text's: one more than the author's.
  const message = error.message.replace(/\b(on|at) line (\d+)/g, (all, word: string, n: string) =>
    n === "1" ? all : `${word} line ${Number(n) - 1}`,
  );
  return new ExpressionSyntaxError(error.type, message, name, at.line, at.column + 1, caret);
}
