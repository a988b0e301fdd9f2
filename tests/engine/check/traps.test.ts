// Traps: legal code that does something else than it seems to.
import { describe, expect, test } from "vitest";
import { findings } from "./findings.ts";

describe("ak_call_policy", () => {
  test.each([
    "return ak_call_policy('x')",
    "if ak_call_policy('x'):\n    return True\nreturn False",
    "return not ak_call_policy('x')",
    "return request.user.is_active and ak_call_policy('x')",
    "return 1 if ak_call_policy('x') else 0",
  ])("is always true: %s", (source) => {
    expect(findings(source)).toEqual([
      expect.stringMatching(
        /warning always-true: the result of ak_call_policy\(\) is always true \(it is an object with `\.passing`, `\.messages` and `\.raw_result`\) → use `\.passing`$/,
      ),
    ]);
  });
  test.each(["return ak_call_policy('x').passing", "r = ak_call_policy('x')\nreturn r.raw_result"])(
    "used as an object: %s",
    (source) => {
      expect(findings(source)).toEqual([]);
    },
  );
});

test("regex helpers take the value first", () => {
  expect(findings("return regex_match('^a.*', request.user.name)")).toEqual([
    "1:8-46 warning swapped-arguments: regex_match() takes the value first and the pattern second → exchange the first two arguments",
  ]);
  expect(findings("return regex_match(request.user.name, '^a.*')")).toEqual([]);
  expect(findings("return regex_match('plain', request.user.name)")).toEqual([]);
});

test("`is` with a literal, in CPython's words", () => {
  expect(findings("return request.user.pk is 1")).toEqual([
    `1:8-28 warning is-literal: "is" with 'int' literal. Did you mean "=="?`,
  ]);
  expect(findings("return request.user.name is not 'x'")).toEqual([
    `1:8-36 warning is-literal: "is not" with 'str' literal. Did you mean "!="?`,
  ]);
  expect(findings("return request.user is None or request.debug is True")).toEqual([]);
});

test("an assertion of a tuple", () => {
  expect(findings("assert (request, 'message')\nreturn True")).toEqual([
    "1:8-28 warning assert-tuple: assertion is always true, perhaps remove parentheses?",
  ]);
});

test("backslashes that begin no escape", () => {
  expect(findings("return regex_match(request.user.name, '^\\d+$')")).toEqual([
    "1:41-43 warning invalid-escape: invalid escape sequence '\\d' → write \\\\d, or put r before the string",
  ]);
  expect(findings("return regex_match(request.user.name, r'^\\d+$\\n')")).toEqual([]);
});

describe("writes into a policy's context", () => {
  test("at its top level are lost", () => {
    expect(findings("context['quota'] = 3\nreturn True")).toEqual([
      `1:1-17 warning lost-write: this changes the policy's own copy of the context, not the flow's → write to context["flow_plan"].context["quota"] to change the flow`,
    ]);
  });
  test.each([
    "context['prompt_data']['x'] = 1\nreturn True",
    "request.context['flow_plan'].context['x'] = 1\nreturn True",
    "context['n'] = 3\nreturn context['n'] > 2",
    "context = {}\ncontext['n'] = 3\nreturn True",
  ])("elsewhere are not: %s", (source) => {
    expect(findings(source)).toEqual([]);
  });
});
