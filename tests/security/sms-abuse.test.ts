// S5 and S7 of the rules, and D3: messages that carry what a stranger wants them to carry, or are sent for the money they cost.
// S1 to S4 and S6 are in tests/runtime and tests/providers.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { DEFAULT_CODE_ALARM } from "../../runtime/sms/code-counts.ts";
import { linksIn, plainText } from "../../runtime/sms/plain-texts.ts";
import { installSms, nonField, SMS_STAGE } from "../runtime/stages/sms-installation.ts";
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

const NUMBER = "+12025550173";
const NOT_SENT = "The SMS could not be sent. Please try again.";

/** Sends one message to marie, who has these fields, by a mapping; answers what went out and what is on record. */
async function sending(
  stage: Parameters<typeof installSms>[0],
  mapping: (variables: { user: JsonObject; request: JsonObject; token: string }) => JsonValue,
  marie: { readonly name?: string; readonly attributes?: JsonObject } = {},
) {
  const sms = await installSms(stage, {
    mapping: "m",
    expressions: { m: (variables) => mapping(variables as Parameters<typeof mapping>[0]) },
  });
  const { at } = sms;
  await at.store.transaction((tx) => tx.update("authentik_core.user", sms.marie.pk, marie));
  const http = { GET: { next: "https://evil.example/next" }, META: { REMOTE_ADDR: "192.0.2.7" } };
  const flow = await at.runtime.flow("enroll").start({ user: "marie", http });
  const shown = await flow.respond({ phone_number: NUMBER });
  return { ...sms, shown, sent: at.sent.map(({ text, payload }) => payload ?? text) };
}

describe("S5 a message as carrier of a stranger's link", () => {
  const EVIL = { name: "Win at http://evil.example/x now", attributes: { nick: "evil\u200b.example" } };
  const quoting = ({ user, token }: { user: JsonObject; token: string }) => ({
    Message: `Hello ${user.name} (${(user.attributes as JsonObject).nick}), see https://us.example/help: ${token}`,
  });

  test("Postern's own message holds the code and nothing of the user's", async () => {
    const { at, start, marie } = await installSms();
    await at.store.transaction((tx) => tx.update("authentik_core.user", marie.pk, EVIL));
    await (await start()).respond({ phone_number: NUMBER });
    expect(at.sent.map(({ text }) => text)).toEqual(["Use this code to authenticate in authentik: 111111"]);
  });

  test("a mapping's is its own, as in authentik; a user's link in it is on record, without the link", async () => {
    const { at, sent } = await sending({}, quoting, EVIL);
    expect(JSON.stringify(sent)).toContain("http://evil.example/x");
    expect(at.logs).toContainEqual(
      expect.objectContaining({ level: "warning", event: "an SMS carries a link that a user chose" }),
    );
    const events = await at.events("suspicious_request");
    expect(events).toMatchObject([
      { context: { message: "SMS with a link that a user chose", reason: "link", purpose: "setup" } },
    ]);
    expect(JSON.stringify([events, at.logs])).not.toContain("evil");
  });

  test("with `plain` it sees no link and no control character of a user's; the author's own stay", async () => {
    const { at, sent } = await sending({ postern_user_texts: "plain" }, quoting, EVIL);
    expect(sent).toEqual([
      { Message: "Hello Win at http evil example/x now (evil example), see https://us.example/help: 111111" },
    ]);
    expect(await at.events("suspicious_request")).toEqual([]);
    const query = await sending(
      { postern_user_texts: "plain" },
      ({ request }) => {
        const { GET, user, brand } = request.http_request as {
          GET: JsonObject;
          user: JsonObject;
          brand: JsonObject;
        };
        return { text: GET.next, name: user.name, brand };
      },
      EVIL,
    );
    expect(query.sent).toMatchObject([{ text: "https evil example/next", name: plainText(EVIL.name) }]);
  });

  test.each([
    ["a name", { name: "J.R. Smith", attributes: {} }],
    ["an address of mail", { name: "marie.curie@example.com", attributes: {} }],
    ["a number", { name: "3.14", attributes: { nick: "1.2.3" } }],
  ])("nothing is on record for %s", async (_, marie) => {
    const { at, sent } = await sending({}, quoting, marie);
    expect(sent).toHaveLength(1);
    expect(await at.events("suspicious_request")).toEqual([]);
  });

  test("whatever a user is called, nothing of it is a link, however it is spelled", () => {
    const part = fc.constantFrom(
      ...[
        "http",
        "HTTPS",
        ":",
        "/",
        "//",
        "://",
        ".",
        "\u3002",
        "\uff0e",
        "\uff1a\uff0f\uff0f",
        "\u200b",
        "\u00ad",
        "\u202e",
      ],
      ...[
        "\r\n",
        "\u2028",
        "evil",
        "example",
        "com",
        "1",
        "\u0435",
        "@",
        "-",
        "_",
        " ",
        "\u2024",
        "\ud83d\ude00",
      ],
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const plain = plainText(parts.join(""));
        // What phones look for: a scheme, or a dot between letters or digits, also in spellings that NFKC makes one.
        expect(plain.normalize("NFKC")).not.toMatch(/:\/\/|[\p{L}\p{N}_-][.\u3002][\p{L}\p{N}]/u);
        expect(plain).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
        expect(plainText(plain)).toBe(plain);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("D3 a mapping that sends more to the gateway than was agreed", () => {
  const agreed = {
    from: "text/20",
    to: "text/20",
    "messages[].body": "text/160",
    "messages[].flash": "boolean",
  };
  const honest = ({ token }: { token: string }): JsonObject => ({
    from: "+1",
    to: NUMBER,
    messages: [{ body: `Code ${token}`, flash: false }],
  });

  test("what keeps the contract is sent", async () => {
    const { sent } = await sending({ postern_payload: agreed }, honest);
    expect(sent).toEqual([honest({ token: "111111" })]);
  });

  test.each<[string, JsonObject, string[]]>([
    ["a new field", { trace: "canary-name" }, ["+ trace: text, not in the contract"]],
    [
      "a whole user",
      { user: { name: "canary-name", groups: [{ name: "canary-name" }], pk: 7 } },
      [
        "+ user.groups[].name: text, not in the contract",
        "+ user.name: text, not in the contract",
        "+ user.pk: number, not in the contract",
      ],
    ],
    [
      "a text that is too long",
      { from: "canary-name-and-more-of-it" },
      ["~ from: 26 characters, agreed are 20"],
    ],
    ["another type", { to: 4915112345678 }, ["~ to: number, agreed is text"]],
    ["a list where a text was", { to: ["canary-name"] }, ["+ to[]: text, not in the contract"]],
    [
      "a key that looks like a path",
      { "messages[].body": "canary-name" },
      ['+ "messages[].body": text, not in the contract'],
    ],
    ["a key of JavaScript's", { constructor: "canary-name" }, ["+ constructor: text, not in the contract"]],
  ])("%s: nothing goes out, and paths, not values, say why", async (_, more, fields) => {
    const { at, shown, sent, devices } = await sending({ postern_payload: agreed }, (variables) => ({
      ...honest(variables),
      ...more,
    }));
    expect(sent).toEqual([]);
    expect(shown.response_errors).toEqual(nonField(NOT_SENT));
    const events = await at.events("configuration_error");
    expect(events).toMatchObject([
      { context: { stage: { name: "sms" }, mapping: { name: "sms-mapping" }, fields } },
    ]);
    expect(JSON.stringify([events, at.logs, shown])).not.toContain("canary-name");
    expect(await devices()).toEqual([]);
  });

  test("it holds for Twilio's text, and an empty contract lets nothing through", async () => {
    const long = { message: "x".repeat(200) };
    const twilio = { provider: "twilio", account_sid: "AC00000000000000000000000000000000" } as const;
    expect((await sending({ ...twilio, postern_payload: { message: "text/160" } }, () => long)).sent).toEqual(
      [],
    );
    expect((await sending({ postern_payload: {} }, honest)).sent).toEqual([]);
    expect((await sending({ postern_payload: {} }, () => null)).at.sent).toHaveLength(1);
    expect((await sending({}, () => long)).at.sent).toHaveLength(1);
  });

  test("the list of a report ends", async () => {
    const flood = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`${"k".repeat(500)}${n}`, n]));
    const { at } = await sending({ postern_payload: {} }, () => flood);
    const [event] = await at.events("configuration_error");
    const fields = event?.context.fields as string[];
    expect(fields.length).toBeLessThanOrEqual(21);
    for (const line of fields) expect(line.length).toBeLessThan(150);
  });

  test.each([
    [{ to: "string" }, "a type is text, text/160, number or boolean"],
    [{ "to..": "text" }, "is no path"],
    [["to"], "The contract is an object of paths and types."],
  ])("%j is no contract", async (postern_payload, problem) => {
    const { at, stage } = await installSms();
    const set = at.store.transaction((tx) =>
      tx.update(SMS_STAGE, stage.pk, { postern_payload: postern_payload as never }),
    );
    await expect(set).rejects.toThrow(problem);
  });
});

// Read from every place in them, these would take minutes.
test.each(["a", "a.", "a-", "a.b@", "://", "..", "。", "\u200b", "1."])(
  "a long text of %j is read once",
  (part) => {
    const text = part.repeat(400_000 / part.length);
    expect(linksIn([text]).length).toBeLessThanOrEqual(1);
    expect(plainText(`${text}!`)).not.toMatch(/:\/|\.a/);
  },
);
