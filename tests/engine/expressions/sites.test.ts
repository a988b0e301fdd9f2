// The table of sites and what the guest gives are the same names, with the same parameters.
import { describe, expect, test } from "vitest";
import { namesAt, SITES, siteNames } from "../../../engine/expressions/sites.ts";
import { engineUnderTest } from "../engine-under-test.ts";

const under = engineUnderTest();
const request = {
  user: { pk: 1, username: "ann" },
  context: {},
  http_request: { META: { REMOTE_ADDR: "10.0.0.1" } },
};
const helpers = siteNames.filter(({ parameters, name }) => parameters !== undefined || !isVariable(name));
function isVariable(name: string): boolean {
  return !["requests", "ak_logger", "SkipObject"].includes(name);
}

describe.each([
  ["policy", "policy", { request }],
  ["mapping", "mapping", { request, user: { pk: 1, username: "ann" } }],
] as const)("at the site %s", (site, kind, context) => {
  const seen = namesAt(site);

  test.each(helpers.map(({ name }) => name))("%s is there where the table says so", async (name) => {
    const outcome = await under.run(`return callable(${name}) or ${name} is not None`, { ...context }, kind);
    expect(outcome.error?.message).toBe(seen.has(name) ? undefined : `name '${name}' is not defined`);
  });

  test("variables that are always there are there", async () => {
    for (const { name, parameters, optional } of seen.values()) {
      if (parameters !== undefined || optional === true || !isVariable(name)) continue;
      const outcome = await under.run(`return ${name} is not None`, { ...context }, kind);
      expect(outcome.error?.message, name).toBeUndefined();
    }
  });

  test("helpers take the parameters that the table names", async () => {
    for (const { name, parameters } of seen.values()) {
      if (parameters === undefined) continue;
      const outcome = await under.run(`return ${name}(*range(99))`, { ...context }, kind);
      const positional = parameters
        .slice(1, -1)
        .split(", ")
        .filter((part) => !part.startsWith("*"));
      const most = positional.length;
      const least = positional.filter((part) => !part.includes("=")).length;
      const takes = most === least ? `${most}` : `from ${least} to ${most}`;
      expect(outcome.error?.message, name).toBe(
        `${name}() takes ${takes} positional argument${most === 1 ? "" : "s"} but 99 were given`,
      );
    }
  });
});

test("each name has one entry, a type, and a sentence", () => {
  expect(new Set(siteNames.map(({ name }) => name)).size).toBe(siteNames.length);
  for (const { doc, type, sites, name } of siteNames) {
    expect(doc, name).toMatch(/^[A-Z`].*[.?]$/s);
    expect(type, name).not.toBe("");
    for (const site of sites) expect(SITES).toContain(site);
  }
});
