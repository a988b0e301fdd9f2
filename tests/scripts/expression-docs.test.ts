// docs/expressions.md holds the tables that the code has.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { expressionPage } from "../../scripts/expression-docs.ts";

test("the page is up to date; `node scripts/expression-docs.ts` writes it", () => {
  const page = readFileSync(new URL("../../docs/expressions.md", import.meta.url), "utf8");
  expect(page === expressionPage()).toBe(true);
  expect(page).toContain("| `flow_plan` | `FlowPlan` | always | always | always | never |");
});
