// One JSON document about the whole run, for tools.
import { countsOf, type Reporter, type ReporterOptions } from "./reporter.ts";

/** Makes the reporter. */
export function jsonReporter({ nameOf }: ReporterOptions): Reporter {
  return {
    start: () => "",
    result: () => "",
    end({ results, broken, durationMs }) {
      const cases = results.map(({ suite, failures, coverage: _told, ...result }) => ({
        suite: suite.name,
        file: nameOf(suite.file),
        ...result,
        failures: failures.map(({ differences, ...failure }) => ({
          ...failure,
          differences: differences ?? [],
        })),
      }));
      const files = broken.map(({ file, text }) => ({ file: nameOf(file), text }));
      return `${JSON.stringify({ ...countsOf(results), durationMs, cases, broken: files })}\n`;
    },
  };
}
