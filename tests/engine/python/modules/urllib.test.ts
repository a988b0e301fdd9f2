// `urllib.parse` and `urllib.error` as CPython's; `urllib.request` says what to use instead.
import { expect, it } from "vitest";
import { evaluate } from "../in-process.ts";
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("urllib");

it.each(["urlopen", "Request", "build_opener"])("urllib.request.%s points to requests", (name) => {
  const body = [
    `from urllib.request import ${name}`,
    "try:",
    `    ${name}("http://h/")`,
    "except NotImplementedError as e:",
    "    return str(e)",
  ].join("\n");
  expect(evaluate(body)).toBe(
    `urllib.request.${name} is not available in an expression: use the module requests`,
  );
});
