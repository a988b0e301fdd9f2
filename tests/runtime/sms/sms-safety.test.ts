// What an installation refuses to send, what it tells whom, and what it counts: through flows, on the stage's settings.
import { describe, expect, test } from "vitest";
import { SmsSendError } from "../../../providers/sms-provider.ts";
import { rejection, secondRuntime } from "../flow/harness.ts";
import { installSms, nonField, type SmsInstallation } from "../stages/sms-installation.ts";

const NUMBER = "+12025550173";
const TOO_MANY = "Too many messages were sent. Please try again later.";
const NOT_SUPPORTED = "This phone number is not supported. Please use another one, with its country code.";

/** Asks for a message in a flow of its own. */
async function ask(
  { at }: SmsInstallation,
  phone_number: string,
  from: { readonly user?: string; readonly address?: string } = {},
): Promise<string | undefined> {
  const http = { META: { REMOTE_ADDR: from.address ?? "192.0.2.7" } };
  const flow = await at.runtime.flow("enroll").start({ user: from.user ?? "marie", http });
  const { response_errors } = await flow.respond({ phone_number });
  return (response_errors as { non_field_errors?: { string: string }[] }).non_field_errors?.[0]?.string;
}

describe("countries", () => {
  test.each([
    [NUMBER, true],
    ["+1 (202) 555-0173", true],
    ["+4915112345678", true],
    ["+18765551234", false], //   Jamaica: the same +1
    ["+14165550123", false], //   Canada: the same +1
    ["+88213300655", false], //   a satellite's number: no country
    ["+1234567890", false], //    no number
    ["2025550173", false], //     no country
    ["foo", false],
  ])("of US and DE: %s may be used: %s", async (number, allowed) => {
    const sms = await installSms({ postern_allowed_countries: ["US", "DE"] });
    expect(await ask(sms, number)).toBe(allowed ? undefined : NOT_SUPPORTED);
    expect(sms.at.sent).toHaveLength(allowed ? 1 : 0);
  });

  test("a refusal leaves the phone form, an event with a masked number, and can be corrected", async () => {
    const { at, start, devices } = await installSms({ postern_allowed_countries: ["US"] }, { codes: [1] });
    const flow = await start();
    expect(await flow.respond({ phone_number: "+4915112345678" })).toMatchObject({
      phone_number_required: true,
      response_errors: nonField(NOT_SUPPORTED),
    });
    expect(await at.events("suspicious_request")).toMatchObject([
      {
        user: { username: "marie" },
        context: {
          message: "SMS refused",
          reason: "country",
          purpose: "setup",
          stage: { name: "sms" },
          phone_number: "+*********5678",
        },
      },
    ]);
    await flow.respond({ phone_number: NUMBER });
    await flow.respond({ code: "000001" });
    expect(await devices()).toHaveLength(1);
  });

  test("a number from an earlier prompt is refused like one that is typed in", async () => {
    const { at, start } = await installSms({ postern_allowed_countries: ["US"] });
    const flow = await start("marie", { prompt_data: { phone: "+4915112345678" } });
    expect(flow.challenge).toMatchObject({
      phone_number_required: true,
      response_errors: nonField(NOT_SUPPORTED),
    });
    expect(at.sent).toEqual([]);
  });
});

describe("limits on messages", () => {
  test("by number: over all flows, users and processes, until a unit comes back", async () => {
    const sms = await installSms({ postern_limits: { sends: { number: "2/hour" } } });
    const second = { ...sms, at: await secondRuntime(sms.at) };
    expect(await ask(sms, NUMBER)).toBeUndefined();
    expect(await ask(second, "+1 202 555 0173", { user: "paul", address: "198.51.100.1" })).toBeUndefined();
    expect(await ask(sms, NUMBER, { address: "203.0.113.5" })).toBe(TOO_MANY);
    expect(await ask(second, NUMBER, { user: "paul" })).toBe(TOO_MANY);
    expect(await ask(sms, "+4915112345678")).toBeUndefined();
    sms.at.time.now += 3_660_000;
    expect(await ask(sms, NUMBER)).toBeUndefined();
  });

  test.each([
    ["user", { address: "198.51.100.1" }, { user: "paul" }],
    ["address", { user: "paul" }, { address: "198.51.100.1" }],
  ])("by %s", async (scope, same, other) => {
    const sms = await installSms({ postern_limits: { sends: { [scope]: "1/hour" } } });
    expect(await ask(sms, "+4915112345671")).toBeUndefined();
    expect(await ask(sms, "+4915112345672", same)).toBe(TOO_MANY);
    expect(await ask(sms, "+4915112345673", other)).toBeUndefined();
  });

  test("by stage and day, whoever asks", async () => {
    const sms = await installSms({ postern_limits: { sends: { stage: "2/day" } } });
    expect(await ask(sms, "+4915112345671")).toBeUndefined();
    expect(await ask(sms, "+4915112345672", { user: "paul", address: "198.51.100.1" })).toBeUndefined();
    expect(await ask(sms, "+4915112345673", { user: "paul", address: "203.0.113.5" })).toBe(TOO_MANY);
  });

  test("by device: numbers one after the other in one flow", async () => {
    const { at, start } = await installSms({ postern_limits: { sends: { device: "2/hour" } } });
    const flow = await start();
    for (const phone_number of ["+1000", "+2000", "+3000"]) await flow.respond({ phone_number });
    expect(at.sent.map(({ to }) => to)).toEqual(["+1000", "+2000"]);
    expect(flow.challenge).toMatchObject({
      phone_number_required: true,
      response_errors: nonField(TOO_MANY),
    });
    // What was sent before is still good.
    expect((await flow.refresh()).phone_number_required).toBe(false);
    await flow.respond({ code: at.sent[1].token });
    expect(flow.finished).toBe(true);
  });

  test("of two requests at once in two processes one gets the last message", async () => {
    const sms = await installSms({ postern_limits: { sends: { number: "1/hour" } } });
    const second = { ...sms, at: await secondRuntime(sms.at) };
    const answers = await Promise.all([ask(sms, NUMBER), ask(second, NUMBER, { user: "paul" })]);
    expect(answers.sort()).toEqual([TOO_MANY, undefined]);
    expect(sms.at.sent).toHaveLength(1);
  });

  test("a refusal is an event and a log line; a flood of them is six events an hour", async () => {
    const sms = await installSms({ postern_limits: { sends: { number: "1/hour" } } });
    for (let attempt = 0; attempt < 12; attempt += 1) await ask(sms, NUMBER);
    const events = await sms.at.events("suspicious_request");
    expect(events).toHaveLength(6);
    expect(events[0]).toMatchObject({
      client_ip: "192.0.2.7",
      context: {
        reason: "limit",
        scope: "number",
        count: 1,
        span_seconds: 3600,
        phone_number: "+*******0173",
      },
    });
    const lines = sms.at.logs.filter(({ event }) => event === "an SMS was refused");
    expect(lines).toHaveLength(11);
    expect(JSON.stringify([lines, events])).not.toContain("2025550173");
  });

  test("what was certainly not sent is given back to the number, but counts for the user", async () => {
    const sms = await installSms({ postern_limits: { sends: { number: "1/hour", user: "3/hour" } } });
    sms.at.provider.delivery = rejection(400, "no");
    expect(await ask(sms, NUMBER)).toBe("no");
    expect(await ask(sms, NUMBER)).toBe("no");
    sms.at.provider.delivery = "accept";
    expect(await ask(sms, NUMBER)).toBeUndefined();
    expect(await ask(sms, "+4915112345678")).toBe(TOO_MANY);
  });

  test("what may have been sent stays counted", async () => {
    const sms = await installSms({ postern_limits: { sends: { number: "1/hour" } } });
    sms.at.provider.delivery = new SmsSendError("timeout", "late", { hint: "", mayHaveBeenSent: true });
    await ask(sms, NUMBER);
    sms.at.provider.delivery = "accept";
    expect(await ask(sms, NUMBER)).toBe(TOO_MANY);
  });
});

describe("limits on guessing", () => {
  /** Wrong codes in flows of their own, a message each; then the right one, in a last flow. */
  async function guess(sms: SmsInstallation, wrong: number, from: { user?: string } = {}): Promise<boolean> {
    for (let attempt = 0; attempt <= wrong; attempt += 1) {
      const http = { META: { REMOTE_ADDR: "192.0.2.7" } };
      const flow = await sms.at.runtime.flow("enroll").start({ user: from.user ?? "marie", http });
      await flow.respond({ phone_number: NUMBER });
      const code = attempt === wrong ? (sms.at.sent.at(-1)?.token as string) : "000000";
      const answer = await flow.respond({ code });
      if (!flow.finished) expect(answer.response_errors).toEqual(nonField("Code does not match"));
      if (attempt === wrong) return flow.finished;
    }
    return false;
  }

  test.each(["number", "user", "address"])("by %s: a new flow is no new try", async (scope) => {
    const settings = { guesses: { [scope]: "3/day" } };
    expect(await guess(await installSms({ postern_limits: settings }), 2)).toBe(true);
    expect(await guess(await installSms({ postern_limits: settings }), 3)).toBe(false);
  });

  test("another user may enrol their own number all the same", async () => {
    const sms = await installSms({ postern_limits: { guesses: { user: "1/day", number: null } } });
    expect(await guess(sms, 1)).toBe(false);
    expect(await guess(sms, 0, { user: "paul" })).toBe(true);
  });

  test("tries that are not looked at do not count: the day ends", async () => {
    const sms = await installSms({
      postern_limits: { guesses: { number: "1/hour" }, sends: { number: null } },
    });
    expect(await guess(sms, 4)).toBe(false);
    sms.at.time.now += 3_660_000;
    expect(await guess(sms, 0)).toBe(true);
  });

  test("a guesser with the defaults gets less than one in ten thousand a day", async () => {
    const { at, start } = await installSms();
    let looked = 0;
    for (let attempt = 0; attempt < 150; attempt += 1) {
      const flow = await start(attempt % 2 === 0 ? "marie" : "paul");
      const answer = await flow.respond({ phone_number: NUMBER });
      if (answer.phone_number_required === false) {
        const before = await at.rows("postern.smscounter");
        await flow.respond({ code: "x" });
        const after = await at.rows("postern.smscounter");
        if (JSON.stringify(before) !== JSON.stringify(after)) looked += 1;
      }
      at.time.now += 570_000;
    }
    expect(looked).toBeLessThanOrEqual(100);
    expect(looked).toBeGreaterThan(10);
  });
});
