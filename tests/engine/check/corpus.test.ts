// No false alarms: where CPython ran a recorded case to its end, the check finds no error in it.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkExpression } from "../../../engine/check/check.ts";

const folder = new URL("../../../fixtures/cpython/modules/", import.meta.url);
const ERROR = /^\w*(?:Error|Exception|Iteration|Exit|Interrupt|Warning|Invalid\w*|Zero|Overflow|Inexact): /;

test.each(readdirSync(folder).filter((name) => name.endsWith(".json")))("%s", (name) => {
  const cases = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as [source: string, answer: string][];
  const wrong = cases
    .filter(([, answer]) => !ERROR.test(answer))
    .flatMap(([source]) =>
      checkExpression(source, { site: "expression" })
        .filter(({ severity }) => severity === "error")
        .map(({ message }) => `${message} in ${source}`),
    );
  expect(wrong).toEqual([]);
});

test("expressions as people write them have no errors, and warnings only where they may end without an answer", () => {
  const expressions = new URL("../../../fixtures/expressions/", import.meta.url);
  const cases = JSON.parse(readFileSync(new URL("cases.json", expressions), "utf8")) as Record<
    string,
    { kind: "policy" | "mapping" | "expression" }
  >;
  for (const [name, { kind }] of Object.entries(cases)) {
    const source = readFileSync(new URL(`${name}.py`, expressions), "utf8");
    const found = checkExpression(source, { site: kind });
    expect(
      found.filter(({ code, severity }) => severity === "error" || code !== "missing-return"),
      name,
    ).toEqual([]);
  }
});
