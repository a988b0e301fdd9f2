// A finding of `postern check` as a person reads it: where, what, the line with carets, notes and a hint.
import type { Diagnostic } from "../engine/index.ts";
import { type Colors, printable, printableLines } from "./io.ts";

/** The line with carets under the marked columns; empty for a line that is not there. */
function excerpt(source: string, { line, column, endLine, endColumn }: Diagnostic, color: Colors): string[] {
  const text = source.split(/\r\n|\r|\n/)[line - 1];
  if (text === undefined) return [];
  const gutter = String(line);
  const points = [...text];
  // Printed characters, since a tab or control character takes more than one.
  const width = (from: number, to: number): number => [...printable(points.slice(from, to).join(""))].length;
  const marked =
    endLine === line
      ? Math.max(1, width(column - 1, endColumn - 1))
      : Math.max(1, width(column - 1, points.length));
  return [
    `  ${color.dim(`${gutter} |`)} ${printable(text)}`,
    `  ${color.dim(`${" ".repeat(gutter.length)} |`)} ${" ".repeat(width(0, column - 1))}${color.red("^".repeat(marked))}`,
  ];
}

/** A finding in a file: `file:line:column: error: what [code]`, the line, notes, hint. `place` names where the file has it. */
export function diagnosticText(
  diagnostic: Diagnostic,
  source: string,
  file: string,
  color: Colors,
  place: { line: number; column: number } | null = diagnostic,
): string {
  const { severity, message, code, notes, hint } = diagnostic;
  const at = place === null ? file : `${file}:${place.line}:${place.column}`;
  const word = severity === "error" ? color.red("error") : color.yellow("warning");
  return [
    `${at}: ${word}: ${printableLines(message)} ${color.dim(`[${code}]`)}`,
    ...excerpt(source, diagnostic, color),
    ...notes.map((note) => `  ${color.dim("note:")} ${printable(note)}`),
    ...(hint === undefined ? [] : [`  ${color.dim("hint:")} ${printable(hint)}`]),
  ].join("\n");
}
