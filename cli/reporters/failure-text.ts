// A failed case as a person reads it: where the suite says so, what differs, where the expression's error stands.
import type { ExpressionError } from "../../engine/types.ts";
import { type Difference, pathText } from "../../testing/suite/difference.ts";
import { excerpt } from "../../testing/suite/problem.ts";
import type { CaseResult, Failure } from "../../testing/suite/result.ts";
import { isFlowSuite, type Suite } from "../../testing/suite/suite.ts";
import { explainText } from "../explain-text.ts";
import { type Colors, printable, printableLines } from "../io.ts";
import { sourceExcerpt } from "../outcome-text.ts";

/** Differences that are listed at most. */
const DIFFERENCES = 20;

function differenceLines(all: readonly Difference[], color: Colors): string[] {
  const shown = all.slice(0, DIFFERENCES).flatMap(({ path, expected, actual }) => {
    const where = path.length === 0 ? [] : [`${color.dim("at")} ${printable(pathText(path))}`];
    return [
      ...where,
      ...(expected === undefined ? [] : [color.green(`- ${printable(JSON.stringify(expected))}`)]),
      ...(actual === undefined ? [] : [color.red(`+ ${printable(JSON.stringify(actual))}`)]),
    ];
  });
  if (all.length > DIFFERENCES) shown.push(`and ${all.length - DIFFERENCES} more`);
  return [
    `${color.dim("differences")} (${color.green("- expected")}, ${color.red("+ came")})`,
    ...shown.map((line) => `  ${line}`),
  ];
}

function errorLines(
  error: ExpressionError,
  suite: Suite,
  nameOf: (file: string) => string,
  color: Colors,
): string[] {
  if (isFlowSuite(suite) || error.line === undefined) return [];
  const { target } = suite;
  const place = target.place(error.line, error.column ?? 1);
  const at = place === null ? "" : `:${place.line}:${place.column}`;
  return [
    `${color.red(error.limit ? "stopped" : "error")} ${color.dim("in")} ${nameOf(target.file)}${at}`,
    ...sourceExcerpt(target.source, error, color),
  ];
}

function failureLines(
  { place, message, differences, error }: Failure,
  { suite }: CaseResult,
  nameOf: (file: string) => string,
  color: Colors,
): string[] {
  const { file, document } = suite;
  return [
    printableLines(message),
    `${color.dim(`${nameOf(file)}:${place.line}:${place.column}`)}`,
    ...excerpt(document.text, place)
      .map(printable)
      .map((line) => color.dim(line)),
    ...(differences === undefined ? [] : differenceLines(differences, color)),
    ...(error === undefined ? [] : errorLines(error, suite, nameOf, color)),
  ];
}

/** Everything about a failed case, its lines indented. */
export function failureText(result: CaseResult, nameOf: (file: string) => string, color: Colors): string {
  const { suite, name, failures, trace } = result;
  const lines = failures.flatMap((failure) => failureLines(failure, result, nameOf, color));
  if (trace !== undefined && !isFlowSuite(suite)) {
    lines.push(
      color.dim("what happened"),
      ...explainText(trace, suite.target.source, color).trimEnd().split("\n"),
    );
  }
  const title = `${color.red("✗")} ${printable(suite.name)} ${color.dim("›")} ${color.bold(printable(name))}`;
  return [title, ...lines.map((line) => (line === "" ? line : `    ${line}`))].join("\n");
}
