// The three expressions of authentik's SMS set-up page, as printed there, answer as the page says.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { engineUnderTest } from "../engine-under-test.ts";

const under = engineUnderTest();
const fixture = (path: string): string =>
  readFileSync(new URL(`../../../fixtures/${path}`, import.meta.url), "utf8");
const policy = (phone: string) => ({
  request: { user: null, context: { prompt_data: { phone } }, http_request: null },
});

test("the phone policy accepts the region, blanks or not", async () => {
  const verdict = await under.engine
    .policy("phone", fixture("policies/phone-region.py"))
    .evaluate(policy("+12 34 5678"));
  expect(verdict).toMatchObject({ passing: true, messages: [] });
});

test("the phone policy refuses another region with its message", async () => {
  const verdict = await under.engine
    .policy("phone", fixture("policies/phone-region.py"))
    .evaluate(policy("+49 151 1234"));
  expect(verdict).toMatchObject({
    passing: false,
    messages: ["Invalid phone number or missing region code"],
  });
  expect(verdict.error).toBeUndefined();
});

test("the phone policy denies when the number is missing, and says where", async () => {
  const verdict = await under.engine
    .policy("phone", fixture("policies/phone-region.py"))
    .evaluate({ request: { user: null, context: { prompt_data: {} } } });
  expect(verdict.passing).toBe(false);
  expect(verdict.error).toMatchObject({ type: "KeyError", message: "'phone'", line: 1 });
  expect(verdict.error?.traceback).toContain('request.context["prompt_data"]["phone"]');
});

const mappingContext = {
  request: { http_request: { brand: { branding_title: "Example" } } },
  device: { phone_number: "+12345678" },
  stage: { from_number: "+1000" },
  token: "012345",
};

test("the Twilio mapping puts brand and token into the message", async () => {
  const payload = await under.engine
    .mapping("twilio", fixture("mappings/twilio-message.py"))
    .evaluate(mappingContext);
  expect(payload).toEqual({
    message: "This is a custom message for Example SMS authentication. The code is 012345.",
  });
});

test("the webhook mapping makes the payload", async () => {
  const payload = await under.engine
    .mapping("generic", fixture("mappings/generic-payload.py"))
    .evaluate(mappingContext);
  expect(payload).toEqual({ from: "+1000", to: "+12345678", body: "foo bar baz 012345" });
});
