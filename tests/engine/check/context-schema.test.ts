// The schema of contexts: the examples fit it, and what is of another type does not.
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { contextSchema } from "../../../engine/check/context-schema.ts";
import { SITES } from "../../../engine/expressions/sites.ts";
import { examples } from "../../../playground/examples/examples.ts";

const faultsOf = (site: (typeof SITES)[number], context: object): string[] => {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  const validate = ajv.compile(contextSchema(site));
  validate(context);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
};

describe.each(SITES)("at the site %s", (site) => {
  test("it is a JSON Schema without loose ends, and takes any member that it does not know", () => {
    expect(faultsOf(site, { mine: 1, request: { context: { mine: [] } } })).toEqual([]);
  });
});

test.each(examples.map((example) => [example.title.en, example] as const))(
  "the playground's example fits: %s",
  (_title, { kind, context }) => {
    expect(faultsOf(kind, context)).toEqual([]);
  },
);

test("a value of another type is found, in a row that a key holds too", () => {
  const context = {
    request: {
      user: { username: 1, groups: [{ name: true }] },
      context: { is_sso: "yes", pending_user: { email: {} } },
      http_request: { META: [] },
    },
  };
  expect(faultsOf("policy", context).sort()).toEqual([
    "/request/context/is_sso must be boolean",
    "/request/context/pending_user/email must be string",
    "/request/http_request/META must be object",
    "/request/user/groups/0/name must be string",
    "/request/user/username must be string",
  ]);
});

test("what a policy gets of its request is no member of the context by itself", () => {
  expect(Object.keys(contextSchema("policy").properties ?? {})).toEqual(["request"]);
  expect(Object.keys(contextSchema("webhook").properties ?? {})).toEqual([
    "request",
    "user",
    "device",
    "token",
    "stage",
    "notification",
  ]);
});
