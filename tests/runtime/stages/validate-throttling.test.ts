// Wrong codes in the validation stage: how long they lock a device, and what concurrency cannot change about it.
import { expect, test } from "vitest";
import { ROOT } from "../flow/dummy-flow.ts";
import { secondRuntime } from "../flow/harness.ts";
import { INVALID_TOKEN, installValidate, selection } from "./validate-installation.ts";

async function awaiting(factor?: number, wrong = "000000") {
  const given = await installValidate(factor === undefined ? {} : { sms_otp_throttling_factor: factor });
  const { pk } = await given.device();
  const browser = await given.open();
  await browser.post(selection(pk));
  const { token } = given.lastSent();
  return {
    ...given,
    pk,
    browser,
    token,
    fail: async () => (await browser.post({ code: wrong })).challenge?.response_errors,
    wait: (ms: number) => {
      given.at.time.now += ms;
    },
  };
}

test("a right code right after a wrong one is refused, is still there, and counts nothing", async () => {
  const { browser, row, pk, token, fail } = await awaiting();
  expect(await fail()).toEqual(INVALID_TOKEN);
  expect((await browser.post({ code: token })).challenge?.response_errors).toEqual(INVALID_TOKEN);
  expect(await row(pk)).toMatchObject({ token, throttling_failure_count: 1 });
});

test("the lock is factor × 2^(failures - 1) seconds, open again when it has passed", async () => {
  for (const [factor, waits] of [
    [1, [1, 2, 4, 8]],
    [3, [3, 6, 12]],
    [0.5, [0.5, 1, 2]],
  ] as const) {
    const { browser, row, pk, token, fail, wait } = await awaiting(factor);
    for (const [index, seconds] of waits.entries()) {
      await fail();
      expect((await row(pk)).throttling_failure_count).toBe(index + 1);
      wait(seconds * 1000 - 1);
      await fail();
      expect((await row(pk)).throttling_failure_count).toBe(index + 1);
      wait(1);
    }
    expect((await browser.post({ code: token })).challenge).toEqual(ROOT);
    expect(await row(pk)).toMatchObject({
      token: null,
      throttling_failure_count: 0,
      throttling_failure_timestamp: null,
    });
  }
});

test("factor 0 locks nothing, though failures are counted", async () => {
  const { browser, row, pk, token, fail } = await awaiting(0);
  for (let i = 0; i < 10; i += 1) await fail();
  expect((await row(pk)).throttling_failure_count).toBe(10);
  expect((await browser.post({ code: token })).challenge).toEqual(ROOT);
});

test("a wrong code counts on every device, a right one on none of the others", async () => {
  const { browser, row, pk, device, fail, wait, lastSent, token } = await awaiting();
  const other = await device({ phone_number: "+12025550188", name: "other" });
  await fail();
  expect((await row(pk)).throttling_failure_count).toBe(1);
  expect((await row(other.pk)).throttling_failure_count).toBe(1);
  wait(31_000);
  await browser.post(selection(other.pk));
  expect((await browser.post({ code: lastSent().token })).challenge).toEqual(ROOT);
  expect(await row(other.pk)).toMatchObject({ token: null, throttling_failure_count: 0 });
  expect(await row(pk)).toMatchObject({ token, throttling_failure_count: 1 });
});

test("the code of any device counts, also of one that was not chosen last", async () => {
  const { browser, device, token, wait } = await awaiting();
  const other = await device({ phone_number: "+12025550188" });
  wait(31_000);
  await browser.post(selection(other.pk));
  expect((await browser.post({ code: token })).challenge).toEqual(ROOT);
});

test("choosing the device again neither unlocks it nor forgets its failures", async () => {
  const { browser, row, pk, fail, wait, lastSent } = await awaiting();
  for (let i = 0; i < 6; i += 1) {
    await fail();
    wait(2 ** i * 1000);
  }
  await fail();
  await browser.post(selection(pk));
  expect((await browser.post({ code: lastSent().token })).challenge?.response_errors).toEqual(INVALID_TOKEN);
  expect((await row(pk)).throttling_failure_count).toBe(7);
});

test("one code lets one of two browsers in, in one process and in two", async () => {
  for (const processes of [1, 2]) {
    const { at, browser, open, token } = await awaiting();
    const elsewhere = await open(undefined, processes === 1 ? at : await secondRuntime(at));
    const answers = await Promise.all([browser.post({ code: token }), elsewhere.post({ code: token })]);
    expect(answers.filter(({ challenge }) => challenge?.component === "xak-flow-redirect")).toHaveLength(1);
    expect(answers.filter(({ challenge }) => challenge?.response_errors !== undefined)).toMatchObject([
      { challenge: { response_errors: INVALID_TOKEN } },
    ]);
    expect(await at.events("login_failed")).toHaveLength(1);
  }
});

test("of many wrong codes at the same time one is looked at", async () => {
  const { at, open, row, pk } = await awaiting();
  const second = await secondRuntime(at);
  const browsers = await Promise.all([0, 1, 2, 3, 4, 5].map((i) => open(undefined, i % 2 ? at : second)));
  const answers = await Promise.all(browsers.map((browser, i) => browser.post({ code: `00000${i}` })));
  for (const { challenge } of answers) expect(challenge?.response_errors).toEqual(INVALID_TOKEN);
  expect((await row(pk)).throttling_failure_count).toBe(1);
});

test("a device that is deleted between the choice and the code lets nobody in", async () => {
  const { at, browser, pk, token, device } = await awaiting();
  await device({ phone_number: "+12025550188" });
  await at.store.transaction((tx) => tx.delete("authentik_stages_authenticator_sms.smsdevice", pk));
  expect((await browser.post({ code: token })).challenge?.response_errors).toEqual(INVALID_TOKEN);
});
