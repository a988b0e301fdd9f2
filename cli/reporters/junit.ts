// JUnit's XML, which build servers read.
import type { CaseResult } from "../../testing/suite/result.ts";
import { countsOf, type Reporter, type ReporterOptions } from "./reporter.ts";

/** Text of XML 1.0: what it cannot hold at all becomes the replacement character. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replace(/[&<>"']|[\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}
const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** Makes the reporter. */
export function junitReporter({ nameOf }: ReporterOptions): Reporter {
  const oneCase = ({ suite, name, status, reason, failures, durationMs }: CaseResult): string => {
    const head = `    <testcase classname="${escaped(suite.name)}" name="${escaped(name)}" file="${escaped(nameOf(suite.file))}" time="${seconds(durationMs)}"`;
    if (status === "passed") return `${head}/>\n`;
    if (status === "skipped") return `${head}><skipped message="${escaped(reason)}"/></testcase>\n`;
    const inside = failures.map(({ message, place }) => {
      const at = `${nameOf(suite.file)}:${place.line}:${place.column}`;
      return `      <failure message="${escaped(message)}">${escaped(`${at}: ${message}`)}</failure>\n`;
    });
    return `${head}>\n${inside.join("")}    </testcase>\n`;
  };
  return {
    start: () => "",
    result: () => "",
    end({ results, broken, durationMs }) {
      const { failed, skipped } = countsOf(results);
      const suites = [...Map.groupBy(results, ({ suite }) => suite)].map(([suite, cases]) => {
        const counts = countsOf(cases);
        const time = cases.reduce((sum, each) => sum + each.durationMs, 0);
        return `  <testsuite name="${escaped(suite.name)}" file="${escaped(nameOf(suite.file))}" tests="${cases.length}" failures="${counts.failed}" errors="0" skipped="${counts.skipped}" time="${seconds(time)}">\n${cases.map(oneCase).join("")}  </testsuite>\n`;
      });
      const errors = broken.map(
        ({ file, text }) =>
          `  <testsuite name="${escaped(nameOf(file))}" tests="1" failures="0" errors="1" skipped="0" time="0.000">\n    <testcase classname="${escaped(nameOf(file))}" name="can be used" time="0.000"><error message="cannot be used">${escaped(text)}</error></testcase>\n  </testsuite>\n`,
      );
      const all = results.length + broken.length;
      return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites tests="${all}" failures="${failed}" errors="${broken.length}" skipped="${skipped}" time="${seconds(durationMs)}">\n${suites.join("")}${errors.join("")}</testsuites>\n`;
    },
  };
}
