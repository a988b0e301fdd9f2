// S7 of the rules: messages that are sent for the money they cost. S1 to S4 and S6 are in tests/runtime and tests/providers.
import { expect, test } from "vitest";
import { DEFAULT_CODE_ALARM } from "../../runtime/sms/code-counts.ts";
import { installSms } from "../runtime/stages/sms-installation.ts";
import { startServer } from "../server/server-under-test.ts";

const MINUTE = 60_000;
/** Lines of the log that say that the alarm began. */
const ALARM = "few of the codes sent to a country come back";

/** An installation without limits, whose figures are read as a scraper does. */
async function watched() {
  const nobody = { user: null, device: null, number: null, address: null };
  const sms = await installSms({ postern_limits: { sends: nobody } });
  const { at, start } = sms;
  const running = await startServer({ on: at });
  const figures = async (name: string): Promise<Record<string, number>> => {
    const text = await (await running.client().once("/-/metrics")).text();
    expect(text).not.toMatch(/\+?1876555\d|\+?1202555\d/);
    const lines = text.matchAll(new RegExp(`^${name}\\{country="(\\w+)",purpose="(\\w+)"\\} (\\d+)$`, "gm"));
    return Object.fromEntries(
      [...lines].map(([, country, purpose, value]) => [`${country} ${purpose}`, Number(value)]),
    );
  };
  /** Asks for messages to numbers with this beginning; types in the first of the codes. */
  const ask = async (prefix: string, count: number, confirmed: number, first = 0): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      const flow = await start();
      await flow.respond({ phone_number: `${prefix}${String(first + n).padStart(4, "0")}` });
      if (n < confirmed) await flow.respond({ code: at.sent.at(-1)?.token as string });
    }
  };
  const alarms = () => at.logs.filter(({ event }) => event === ALARM);
  return { ...sms, ask, figures, alarms, [Symbol.asyncDispose]: () => running.close() };
}

test("S7 pumping: codes that nobody types in are counted by country and raise one alarm; others' do not", async () => {
  await using at = await watched();
  const { sent } = DEFAULT_CODE_ALARM;
  // People in one country, bots in another that shares its prefix, at the same time.
  await at.ask("+1202555", sent, Math.ceil(sent * DEFAULT_CODE_ALARM.confirmed));
  await at.ask("+1876555", sent - 1, 0);
  expect(at.alarms()).toEqual([]);
  expect(await at.figures("postern_codes_alarm")).toEqual({ "US setup": 0, "JM setup": 0 });
  await at.ask("+1876555", 5, 0, sent);
  expect(at.alarms()).toEqual([
    { level: "warning", event: ALARM, country: "JM", purpose: "setup", sent, confirmed: 0 },
  ]);
  expect(await at.figures("postern_codes_alarm")).toEqual({ "US setup": 0, "JM setup": 1 });
  expect(await at.figures("postern_codes_sent_total")).toEqual({ "US setup": sent, "JM setup": sent + 4 });
  expect(await at.figures("postern_codes_confirmed_total")).toMatchObject({ "US setup": 13 });
  at.at.time.now += 61 * MINUTE;
  expect(await at.figures("postern_codes_alarm")).toEqual({ "US setup": 0, "JM setup": 0 });
  // What was counted stays; the next hour's pumping is another alarm.
  await at.ask("+1876555", sent, 0, 1000);
  expect(at.alarms()).toHaveLength(2);
  expect(await at.figures("postern_codes_sent_total")).toMatchObject({ "JM setup": 2 * sent + 4 });
});

test("S7 only what was sent and what was right is counted, also where a number is of no country", async () => {
  await using at = await watched();
  const flow = await at.start();
  await flow.respond({ phone_number: "+18765550001" });
  await flow.respond({ code: "000000" });
  expect(await at.figures("postern_codes_confirmed_total")).toEqual({ "JM setup": 0 });
  at.at.provider.delivery = new Error("the line is down");
  const failing = await at.start();
  await failing.respond({ phone_number: "+18765550002" });
  at.at.provider.delivery = "accept";
  const odd = await at.start();
  await odd.respond({ phone_number: "not a number" });
  expect(await at.figures("postern_codes_sent_total")).toEqual({ "JM setup": 1, "none setup": 1 });
});
