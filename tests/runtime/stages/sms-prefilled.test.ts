// A number that an earlier prompt collected is used instead of asking again.
import { expect, test } from "vitest";
import { rejection, sessionData } from "../flow/harness.ts";
import { installSms, nonField, SMS_DEVICE } from "./sms-installation.ts";

const known = { prompt_data: { phone: "+12025550173" } };

test("the number is sent to while the stage is first shown, once, however often it is reloaded", async () => {
  const { at, start } = await installSms({}, { codes: [1] });
  const flow = await start("marie", known);
  expect(flow.challenge.phone_number_required).toBe(false);
  expect(flow.challenge).not.toHaveProperty("response_errors");
  for (let reload = 0; reload < 20; reload += 1) await flow.refresh();
  expect(at.sent.map(({ to }) => to)).toEqual(["+12025550173"]);
  await flow.respond({ code: "000001" });
  expect(flow.finished).toBe(true);
});

test("reloads at the same time send once", async () => {
  const { at, start } = await installSms();
  const started = await at.runtime.executor.start("enroll", { user: "marie", context: known });
  const id = started.session as string;
  await Promise.all([1, 2, 3, 4].map(() => at.runtime.executor.request(id, { method: "GET" })));
  expect(at.sent).toHaveLength(1);
  expect((await start("marie", {})).challenge.phone_number_required).toBe(true);
});

test("a number that is taken is dropped, and the form says so", async () => {
  const { at, start, stage, paul } = await installSms();
  await at.add(SMS_DEVICE, { user: paul.pk, stage: stage.pk, phone_number: "+12025550173", name: "x" });
  const flow = await start("marie", known);
  expect(flow.challenge).toMatchObject({
    phone_number_required: true,
    response_errors: nonField("Invalid phone number"),
  });
  expect(at.sent).toEqual([]);
  const { plan } = await sessionData(at.store, flow.session);
  expect(plan.context.prompt_data).toEqual({});
  const reloaded = await flow.refresh();
  expect(reloaded.phone_number_required).toBe(true);
  expect(reloaded).not.toHaveProperty("response_errors");
});

test("a number that cannot be sent to is dropped, with the reason; another one can be given", async () => {
  const { at, start, devices } = await installSms({}, { codes: [1, 2] });
  at.provider.delivery = rejection(400, "not a mobile number");
  const flow = await start("marie", known);
  expect(flow.challenge).toMatchObject({
    phone_number_required: true,
    response_errors: nonField("not a mobile number"),
  });
  at.provider.delivery = "accept";
  await flow.refresh();
  expect(at.sent).toHaveLength(1);
  await flow.respond({ phone_number: "+3000" });
  await flow.respond({ code: "000002" });
  expect(await devices()).toMatchObject([{ phone_number: "+3000" }]);
});

test.each(["", "   "])("an empty number (%j) is asked for", async (phone) => {
  const { at, start } = await installSms();
  const flow = await start("marie", { prompt_data: { phone } });
  expect(flow.challenge.phone_number_required).toBe(true);
  expect(at.sent).toEqual([]);
});

test("other answers of the prompt stay when the number is dropped", async () => {
  const { at, start } = await installSms();
  at.provider.delivery = rejection(500, "");
  const flow = await start("marie", { prompt_data: { phone: "+1", color: "red" } });
  const data = await sessionData(at.store, flow.session);
  expect(data.plan.context.prompt_data).toEqual({ color: "red" });
  expect(JSON.stringify(data)).not.toContain('"+1"');
});
