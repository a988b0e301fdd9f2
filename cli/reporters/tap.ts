// The Test Anything Protocol, version 14.
import type { Reporter, ReporterOptions } from "./reporter.ts";

const escaped = (text: string): string => text.replace(/[\\#]/g, "\\$&").replace(/\s+/g, " ");

/** Makes the reporter. */
export function tapReporter({ nameOf }: ReporterOptions): Reporter {
  let count = 0;
  return {
    start: () => "TAP version 14\n",
    result({ suite, name, status, reason, failures, durationMs }) {
      count += 1;
      const title = `${escaped(suite.name)} - ${escaped(name)}`;
      if (status === "skipped") return `ok ${count} - ${title} # SKIP ${escaped(reason)}\n`;
      if (status === "passed") return `ok ${count} - ${title}\n`;
      // YAML takes JSON for what it is.
      const details = failures.flatMap(({ message, place, expected, actual }) => [
        `  - message: ${JSON.stringify(message)}`,
        `    at: ${JSON.stringify(`${nameOf(suite.file)}:${place.line}:${place.column}`)}`,
        ...(expected === undefined ? [] : [`    expected: ${JSON.stringify(expected)}`]),
        ...(actual === undefined ? [] : [`    actual: ${JSON.stringify(actual)}`]),
      ]);
      return [
        `not ok ${count} - ${title}`,
        "  ---",
        `  duration_ms: ${durationMs.toFixed(3)}`,
        "  failures:",
        ...details.map((line) => `  ${line}`),
        "  ...",
        "",
      ].join("\n");
    },
    end: ({ broken }) =>
      broken.length === 0
        ? `1..${count}\n`
        : `1..${count}\nBail out! ${escaped(broken.map(({ file }) => nameOf(file)).join(", "))} cannot be used\n`,
  };
}
