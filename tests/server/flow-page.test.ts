// The plain page: a flow walked by a browser without scripts.
import { afterEach, expect, test } from "vitest";
import type { Challenge } from "../../runtime/index.ts";
import { challengeForm } from "../../server/pages/challenge-form.ts";
import { dummies } from "../runtime/flow/dummy-flow.ts";
import { installSms } from "../runtime/stages/sms-installation.ts";
import { type Client, type Running, startServer } from "./server-under-test.ts";

let running: Running | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

const form = (fields: { [name: string]: string }): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: new URLSearchParams(fields).toString(),
});

const html = async (client: Client, path: string, init?: RequestInit): Promise<string> =>
  (await client.once(path, init)).text();

test("an enrolment from number to device, with what was wrong shown beside it", async () => {
  const { at, devices } = await installSms({}, { codes: [42] });
  running = await startServer({ on: at });
  const browser = await running.browser("marie");
  const path = "/if/flow/enroll/?next=%2Fhome%2F";
  const first = await html(browser, path);
  expect(first).toContain("<h1>Title of enroll</h1>");
  expect(first).toContain("<p>marie <a href=");
  expect(first).toContain('<input name="phone_number" type="tel" autocomplete="tel">');
  expect(await html(browser, path, form({ phone_number: "+1234" }))).toContain('<input name="code"');
  expect(await html(browser, path, form({ code: "000000" }))).toContain(
    '<p class="error">Code does not match</p>',
  );
  // A wrong code locks the device for a second.
  at.time.now += 1_000;
  const end = await browser.once(path, form({ code: "000042" }));
  expect([end.status, end.headers.get("location")]).toEqual([303, "/home/"]);
  expect(await devices()).toMatchObject([{ phone_number: "+1234" }]);
});

test("the next stage is fetched anew, and a stage that passes by itself is followed", async () => {
  const { at } = await dummies(["one", "two"]);
  running = await startServer({ on: at });
  const browser = await running.browser("marie");
  expect(await html(browser, "/if/flow/f/")).toContain("<p>one</p>");
  const accepted = await browser.once("/if/flow/f/", form({ component: "ak-stage-dummy" }));
  expect([accepted.status, accepted.headers.get("location")]).toEqual([303, "/if/flow/f/"]);
  expect(await html(browser, "/if/flow/f/")).toContain("<p>two</p>");
});

test("the page and the API walk the same flow", async () => {
  const { at } = await dummies(["one", "two"]);
  running = await startServer({ on: at });
  const browser = await running.browser("marie");
  await browser.once("/if/flow/f/", form({}));
  expect(await (await browser.once("/api/v3/flows/executor/f/?query=")).json()).toMatchObject({
    name: "two",
  });
});

test("a form from another site is refused, an unknown flow is a 404", async () => {
  const { at } = await dummies(["one"]);
  running = await startServer({ on: at });
  const browser = await running.browser("marie");
  const { headers, ...init } = form({});
  const forged = { ...init, headers: { ...headers, origin: "https://evil.example" } };
  expect((await browser.once("/if/flow/f/", forged)).status).toBe(403);
  expect((await browser.once("/if/flow/none/")).status).toBe(404);
});

test("whatever gets into a page, no script runs", async () => {
  const evil = `"><script>alert('x')</script>`;
  const { at, pk } = await dummies([evil], { title: evil });
  running = await startServer({ on: at });
  const browser = await running.browser("marie");
  const shown = await browser.once("/if/flow/f/");
  expect(shown.headers.get("content-security-policy")).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; frame-ancestors 'none'$/,
  );
  expect(await shown.text()).not.toContain("<script");
  const policy = await at.policy("no", (_variables, { message }) => {
    message(evil);
    return false;
  });
  await at.bind(pk, { policy: policy.pk });
  const other = await running.browser("marie");
  expect(await html(other, "/if/flow/f/")).toContain("&quot;&gt;&lt;script&gt;");
});

test("the root says who is logged in", async () => {
  const { at } = await dummies([]);
  running = await startServer({ on: at });
  expect(await html(await running.browser("marie"), "/")).toContain("You are marie.");
  expect(await html(await running.browser(), "/")).toContain("Log in");
});

const EVIL = `"'><img src=x onerror=alert(1)>`;
const prompt = (type: string): object => ({
  field_key: EVIL,
  label: EVIL,
  type,
  required: true,
  placeholder: EVIL,
  initial_value: EVIL,
  order: 0,
  sub_text: EVIL,
  choices: [{ value: EVIL, label: EVIL }],
});

test.each([
  ...["text", "text_area", "text_read_only", "email", "password", "number", "checkbox", "date", "date-time"],
  ...["radio-button-group", "dropdown", "static", "hidden", "separator", "file", "alert_info", "what-else"],
])("a prompt of type %s shows texts as texts", (type) => {
  const challenge = {
    component: "ak-stage-prompt",
    fields: [prompt(type)],
    response_errors: { [EVIL]: [{ string: EVIL, code: "invalid" }] },
  };
  expect(challengeForm(challenge as unknown as Challenge)).not.toContain("<img");
});

test.each<[Challenge, string[]]>([
  [{ component: "ak-stage-identification", password_fields: true }, ['name="uid_field"', 'name="password"']],
  [{ component: "ak-stage-identification", password_fields: false }, ['name="uid_field"']],
  [{ component: "ak-stage-password" }, ['name="password"']],
  [{ component: "ak-stage-user-login" }, ['name="remember_me"']],
  [
    {
      component: "ak-stage-authenticator-validate",
      device_challenges: [{ device_class: "sms", device_uid: "1", challenge: {}, last_used: null }],
      configuration_stages: [{ pk: "7", name: "SMS" }],
    },
    [
      'name="selected_challenge" value="{&quot;device_class',
      'name="selected_stage" value="7"',
      'name="code"',
    ],
  ],
  [{ component: "ak-stage-captcha" }, ["This page cannot show ak-stage-captcha"]],
  [{ component: "ak-stage-flow-error", request_id: "abc", error: "Broken." }, ["Broken.", "Request abc"]],
])("the form of %j", (challenge, parts) => {
  for (const part of parts) expect(challengeForm(challenge)).toContain(part);
});
