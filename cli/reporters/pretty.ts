// The reporter for people: a line for each suite, every failure in full, the slowest cases.
import type { CaseResult } from "../../testing/suite/result.ts";
import { printable } from "../io.ts";
import { failureText } from "./failure-text.ts";
import { countsOf, type Reporter, type ReporterOptions, type RunSummary } from "./reporter.ts";

const plural = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

/** Makes the reporter. */
export function prettyReporter({ color, nameOf, slowest }: ReporterOptions): Reporter {
  let current: CaseResult[] = [];

  function finishSuite(): string {
    const [first] = current;
    if (first === undefined) return "";
    const { passed, failed, skipped } = countsOf(current);
    const mark = failed > 0 ? color.red("✗") : passed > 0 ? color.green("✓") : color.yellow("-");
    const parts = [
      ...(failed > 0 ? [color.red(`${failed} failed`)] : []),
      ...(passed > 0 ? [`${passed} passed`] : []),
      ...(skipped > 0 ? [color.yellow(`${skipped} skipped`)] : []),
    ];
    const head = `${mark} ${printable(first.suite.name)} ${color.dim(nameOf(first.suite.file))} ${parts.join(", ")}\n`;
    const failures = current
      .filter(({ status }) => status === "failed")
      .map((each) => `\n${failureText(each, nameOf, color)}\n`);
    current = [];
    return head + failures.join("");
  }

  return {
    start: () => "",
    result(result) {
      const isNext = current[0] !== undefined && current[0].suite !== result.suite;
      const isApart = isNext && current.some(({ status }) => status === "failed");
      const done = isNext ? finishSuite() : "";
      current.push(result);
      return isApart ? `${done}\n` : done;
    },
    end(summary) {
      return finishSuite() + summaryText(summary);
    },
  };

  function summaryText({ results, broken, durationMs }: RunSummary): string {
    const { passed, failed, skipped } = countsOf(results);
    const lines: string[] = [];
    const slow = results
      .filter(({ status }) => status !== "skipped")
      .toSorted((a, b) => b.durationMs - a.durationMs)
      .slice(0, slowest);
    if (slow.length > 0) {
      lines.push("", color.dim("slowest"));
      for (const { suite, name, durationMs: ms, steps } of slow)
        lines.push(
          `  ${ms.toFixed(1).padStart(7)} ms  ${String(steps).padStart(6)} steps  ${printable(suite.name)} ${color.dim("›")} ${printable(name)}`,
        );
    }
    const parts = [
      ...(failed > 0 ? [color.red(`${failed} failed`)] : []),
      color.green(`${passed} passed`),
      ...(skipped > 0 ? [color.yellow(`${skipped} skipped`)] : []),
      ...(broken.length > 0 ? [color.red(`${plural(broken.length, "file")} broken`)] : []),
    ];
    lines.push(
      "",
      `${plural(results.length, "case")}: ${parts.join(", ")} ${color.dim(`(${Math.round(durationMs)} ms)`)}`,
      "",
    );
    return lines.join("\n");
  }
}
