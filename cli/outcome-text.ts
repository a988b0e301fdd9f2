// An answer as a person reads it: verdict, messages, logs, the value, and where an error stands in the source.
import type { ExpressionError, LogEntry } from "../engine/types.ts";
import type { Answer } from "./answer.ts";
import { type Colors, printable, printableJson, printableLines } from "./io.ts";

function logText(log: LogEntry, color: Colors): string {
  const attributes = Object.entries(log.attributes)
    .map(([key, value]) => ` ${printable(key)}=${printable(JSON.stringify(value))}`)
    .join("");
  return `  ${color.dim(`log ${log.level}:`)} ${printable(log.event)}${color.dim(attributes)}`;
}

/** The author's line with its number and, where a column is known, a caret under it. */
export function sourceExcerpt(
  source: string,
  place: { line?: number; column?: number },
  color: Colors,
): string[] {
  const { line, column } = place;
  const text = line === undefined ? undefined : source.split(/\r\n|\r|\n/)[line - 1];
  if (text === undefined) return [];
  const gutter = String(line);
  const shown = `  ${color.dim(`${gutter} |`)} ${printable(text)}`;
  if (column === undefined) return [shown];
  // Printed characters before the column, since a tab or control character takes more than one.
  const before = printable([...text].slice(0, column - 1).join(""));
  return [
    shown,
    `  ${color.dim(`${" ".repeat(gutter.length)} |`)} ${" ".repeat([...before].length)}${color.red("^")}`,
  ];
}

/** An error with its place in the source. `file` is what the author calls the source. */
export function errorText(error: ExpressionError, source: string, file: string, color: Colors): string {
  const what = error.message === "" ? error.type : `${error.type}: ${error.message}`;
  const place = error.line === undefined ? [] : [`  ${color.dim("in")} ${file}, line ${error.line}`];
  return [
    `${color.red(error.limit ? "stopped" : "error")}: ${printableLines(what)}`,
    ...place,
    ...sourceExcerpt(source, error, color),
  ].join("\n");
}

function valueText(json: string, repr: string, kind: Answer["kind"]): string {
  if (kind !== "mapping") return printable(repr);
  // Layout is a convenience; an integer that a second reading would change is worth more.
  return printableJson(/\d{16}|\d[.eE]/.test(json) ? json : JSON.stringify(JSON.parse(json), null, 2));
}

/** The whole answer. Ends with a line break. */
export function answerText(answer: Answer, source: string, file: string, color: Colors): string {
  const lines: string[] = [];
  if ("refused" in answer) {
    if (answer.kind === "policy") lines.push(color.red("denied"));
    lines.push(errorText(answer.refused, source, file, color));
    return `${lines.join("\n")}\n`;
  }
  const { outcome, kind } = answer;
  if (kind === "policy") lines.push(outcome.passing ? color.green("passed") : color.red("denied"));
  for (const message of outcome.messages) lines.push(`  ${color.dim("message:")} ${printable(message)}`);
  for (const log of outcome.logs) lines.push(logText(log, color));
  if (outcome.error !== undefined) lines.push(errorText(outcome.error, source, file, color));
  else if (kind !== "policy") lines.push(valueText(outcome.resultJson, outcome.repr, kind));
  else if (outcome.none)
    lines.push(
      `  ${color.dim("note:")} nothing was returned; a policy passes only on \`return\` of a true value`,
    );
  return `${lines.join("\n")}\n`;
}
