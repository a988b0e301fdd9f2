// `last_auth_threshold`: a second factor that was given a while ago, proved by the cookie `authentik_mfa`.
import { createHash, createHmac } from "node:crypto";
import { expect, test } from "vitest";
import type { FlowAnswer } from "../../../runtime/index.ts";
import { mfaDevice, mfaToken } from "../../../runtime/stages/authenticator_validate/mfa-cookie.ts";
import { ROOT } from "../flow/dummy-flow.ts";
import {
  type Browser,
  installValidate,
  selection,
  VALIDATE,
  type ValidateInstallation,
} from "./validate-installation.ts";

/** A stage's id as the cookie names it. */
const STAGE_HEX = "0123456789ab4def8123456789abcdef";

const COOKIE = "authentik_mfa";

async function verified(fields: Parameters<typeof installValidate>[0]) {
  const given = await installValidate(fields);
  const { pk } = await given.device();
  const browser = await given.open();
  await browser.post(selection(pk));
  const answer = await browser.post({ code: given.lastSent().token });
  expect(answer.challenge).toEqual(ROOT);
  return { ...given, pk, browser, answer };
}

/** The same browser begins again. */
async function again(given: ValidateInstallation, before: Browser): Promise<FlowAnswer> {
  const { session } = await given.at.runtime.executor.start("login", {
    context: { pending_user: { pk: given.marie.pk } },
  });
  return given.at.runtime.executor.request(session ?? "", { method: "GET", cookies: before.cookies });
}

test("is off by default: no cookie, and none counts", async () => {
  const given = await verified({});
  expect(given.answer).not.toHaveProperty("cookies");
  given.browser.cookies[COOKIE] = mfaToken(
    { secret: given.at.runtime.services.secret, stage: given.validate.pk },
    given.pk,
    given.at.time.now,
    3600,
  );
  expect((await again(given, given.browser)).challenge).toHaveProperty("device_challenges");
});

test("lets the browser pass until the time is over", async () => {
  const given = await verified({ last_auth_threshold: "hours=1" });
  expect(given.answer.cookies).toEqual([{ name: COOKIE, value: expect.any(String), seconds: 3600 }]);
  given.at.time.now += 3_599_000;
  expect((await again(given, given.browser)).challenge).toEqual(ROOT);
  given.at.time.now += 1_000;
  expect((await again(given, given.browser)).challenge).toHaveProperty("device_challenges");
  expect(given.at.sent).toHaveLength(1);
});

test("less than a second is none", async () => {
  const given = await verified({ last_auth_threshold: "milliseconds=900" });
  expect(given.answer).not.toHaveProperty("cookies");
});

test("a threshold that was lowered counts for cookies of before", async () => {
  const given = await verified({ last_auth_threshold: "hours=1" });
  await given.at.store.transaction((tx) =>
    tx.update(VALIDATE, given.validate.pk, { last_auth_threshold: "minutes=10" }),
  );
  expect((await again(given, given.browser)).challenge).toHaveProperty("device_challenges");
});

test("does not count for another user, another stage, or without the device", async () => {
  const given = await verified({ last_auth_threshold: "hours=1" });
  const { at, browser, device, paul, pk } = given;
  await device({ user: paul.pk, phone_number: "+12025550199" });
  const theirs = await at.runtime.executor.start("login", { context: { pending_user: { pk: paul.pk } } });
  const answer = await at.runtime.executor.request(theirs.session ?? "", {
    method: "GET",
    cookies: browser.cookies,
  });
  expect(answer.challenge).toHaveProperty("device_challenges");

  const other = await at.add(VALIDATE, { name: "other", last_auth_threshold: "hours=1" });
  await at.flow("other", [other], { designation: "authentication" });
  const elsewhere = await at.runtime.executor.start("other", { context: { pending_user: "marie" } });
  const second = await at.runtime.executor.request(elsewhere.session ?? "", {
    method: "GET",
    cookies: browser.cookies,
  });
  expect(second.challenge).toHaveProperty("device_challenges");

  await device({ phone_number: "+12025550100" });
  await at.store.transaction((tx) => tx.delete("authentik_stages_authenticator_sms.smsdevice", pk));
  expect((await again(given, browser)).challenge).toHaveProperty("device_challenges");
});

test("the token is authentik's: HS256 over device, stage and exp, under a key of the stage", () => {
  const scope = { secret: "installation-secret", stage: "01234567-89ab-4def-8123-456789abcdef" };
  const token = mfaToken(scope, 7, 1_700_000_000_500, 60);
  const [header, payload, signature] = token.split(".");
  const read = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString());
  expect(read(header)).toEqual({ alg: "HS256", typ: "JWT" });
  expect(read(payload)).toEqual({
    device: 7,
    stage: STAGE_HEX,
    exp: 1_700_000_060,
  });
  const key = createHash("sha256").update(`installation-secret:${STAGE_HEX}`).digest("hex");
  expect(signature).toBe(createHmac("sha256", key).update(`${header}.${payload}`).digest("base64url"));
  expect(mfaDevice(scope, token, 1_700_000_000_500, 60)).toBe(7);
});

test("nothing else is a token", () => {
  const scope = { secret: "installation-secret", stage: "01234567-89ab-4def-8123-456789abcdef" };
  const now = 1_700_000_000_000;
  const token = mfaToken(scope, 7, now, 60);
  const [header, payload, signature] = token.split(".");
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const none = encode({ alg: "none", typ: "JWT" });
  const longer = encode({ device: 7, stage: STAGE_HEX, exp: 9_999_999_999 });
  for (const wrong of [
    "",
    "..",
    `${header}.${payload}`,
    `${header}.${payload}.`,
    `${header}.${payload}.${signature}.`,
    `${none}.${payload}.`,
    `${none}.${payload}.${signature}`,
    `${header}.${longer}.${signature}`,
    `${header}.${payload}.${signature.slice(0, -2)}AA`,
  ]) {
    expect([wrong, mfaDevice(scope, wrong, now, 60)]).toEqual([wrong, undefined]);
  }
  expect(mfaDevice({ ...scope, secret: "another" }, token, now, 60)).toBeUndefined();
  expect(mfaDevice(scope, token, now + 60_000, 60)).toBeUndefined();
});
