// The Twilio provider over real sockets: Twilio's SDK, the guarded client, and the inbox in Twilio's place.

import { afterEach, describe, expect, test, vi } from "vitest";
import {
  createHttpClient,
  createSmsProvider,
  type HttpClient,
  type HttpRequest,
  type SmsProviderConfig,
} from "../../providers/index.ts";
import { clientFor, serveHttp } from "./local-server.ts";
import { MESSAGE, sendFailure, setUp } from "./provider-setup.ts";

const SID = "AC0123456789abcdef0123456789abcdef";
const STAGE = { provider: "twilio", from_number: "+12025550100", auth: "twilio-auth-4711" } as const;

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A client that records what would be sent, and answers as Twilio does. */
function recorder(): { readonly http: HttpClient; readonly requests: HttpRequest[] } {
  const requests: HttpRequest[] = [];
  const body = Buffer.from('{"sid":"SM1"}');
  const http: HttpClient = {
    request: async (request) => {
      requests.push(request);
      return {
        status: 201,
        statusText: "Created",
        headers: {},
        headerLines: [],
        body,
        truncated: false,
        text: () => body.toString(),
      };
    },
  };
  return { http, requests };
}

describe("the request", () => {
  test("goes to Twilio's API when nothing else is configured", async () => {
    const { http, requests } = recorder();
    const provider = createSmsProvider({ ...STAGE, account_sid: SID }, http);
    await provider.send(MESSAGE);
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST https://api.twilio.com/2010-04-01/Accounts/${SID}/Messages.json`,
    ]);
    const [request] = requests;
    expect(request?.body).toBe(
      "To=%2B4915112345678&From=%2B12025550100&Body=Use+this+code+to+authenticate+in+authentik%3A+047110",
    );
    expect(request?.headers?.authorization).toBe(
      `Basic ${Buffer.from(`${SID}:twilio-auth-4711`).toString("base64")}`,
    );
  });

  test("is exactly To, From and Body in this order, with the account's credentials", async () => {
    await using setup = await setUp(STAGE, { username: SID, password: "twilio-auth-4711" });
    const receipt = await setup.provider.send(MESSAGE);
    const [request] = setup.inbox.requests;
    expect(request).toMatchObject({
      interface: "twilio",
      method: "POST",
      path: `/2010-04-01/Accounts/${SID}/Messages.json`,
      authorized: true,
      formFields: ["To", "From", "Body"],
      body: { To: "+4915112345678", From: "+12025550100", Body: MESSAGE.text },
    });
    expect(receipt).toEqual({
      provider: "twilio",
      status: 201,
      messageId: expect.stringMatching(/^SM[0-9a-f]{32}$/u),
    });
    expect(setup.inbox.requests).toHaveLength(1);
  });

  test("carries text of any script, and credentials as UTF-8", async () => {
    await using setup = await setUp(
      { ...STAGE, auth: "gehéim-🔑" },
      { username: SID, password: "gehéim-🔑" },
    );
    const text = "Ваш код & so=weiter+mehr: 047110 😀";
    await setup.provider.send({ ...MESSAGE, text });
    expect(setup.inbox.messages[0]).toMatchObject({ text, code: "047110", to: MESSAGE.to });
  });

  test("names a messaging service in the place of the sender", async () => {
    await using setup = await setUp({ ...STAGE, from_number: "MG0123456789abcdef0123456789abcdef" });
    await setup.provider.send(MESSAGE);
    expect(setup.inbox.requests[0]?.body).toEqual({
      To: "+4915112345678",
      MessagingServiceSid: "MG0123456789abcdef0123456789abcdef",
      Body: MESSAGE.text,
    });
    expect(setup.inbox.messages[0]?.from).toBe("MG0123456789abcdef0123456789abcdef");
  });

  test.each(["Example Inc", "A&B_c-d+1 x", "12345", "+1 (202) 555-0100", "foo"])(
    "has the sender %j in From",
    async (from_number) => {
      await using setup = await setUp({ ...STAGE, from_number });
      await setup.provider.send(MESSAGE);
      expect(setup.inbox.requests[0]?.body).toEqual({
        To: "+4915112345678",
        From: from_number,
        Body: MESSAGE.text,
      });
    },
  );

  test("reaches the recipient by WhatsApp from a WhatsApp sender", async () => {
    await using setup = await setUp({ ...STAGE, from_number: "whatsapp:+14155238886" });
    await setup.provider.send(MESSAGE);
    await setup.provider.send({ ...MESSAGE, to: "whatsapp:+4915112345678" });
    for (const { body } of setup.inbox.requests)
      expect(body).toEqual({
        To: "whatsapp:+4915112345678",
        From: "whatsapp:+14155238886",
        Body: MESSAGE.text,
      });
    expect(setup.inbox.messages).toHaveLength(2);
  });

  test("takes an account SID that does not begin with AC, as authentik does", async () => {
    await using setup = await setUp({ ...STAGE, account_sid: "kV3pQ9wXz" });
    await setup.provider.send(MESSAGE);
    expect(setup.inbox.requests[0]?.path).toBe("/2010-04-01/Accounts/kV3pQ9wXz/Messages.json");
  });

  test("does not depend on Twilio's environment variables", async () => {
    vi.stubEnv("TWILIO_ACCOUNT_SID", "ACother");
    vi.stubEnv("TWILIO_AUTH_TOKEN", "other");
    vi.stubEnv("TWILIO_EDGE", "sydney");
    vi.stubEnv("TWILIO_REGION", "au1");
    const { http, requests } = recorder();
    await createSmsProvider({ ...STAGE, account_sid: SID }, http).send(MESSAGE);
    expect(requests[0]?.url).toBe(`https://api.twilio.com/2010-04-01/Accounts/${SID}/Messages.json`);
  });

  test("keeps a path before Twilio's, and a final slash of the base does no harm", async () => {
    const { http, requests } = recorder();
    const options = { twilioBaseUrl: "https://relay.example/twilio/" };
    await createSmsProvider({ ...STAGE, account_sid: SID }, http, options).send(MESSAGE);
    expect(requests[0]?.url).toBe(`https://relay.example/twilio/2010-04-01/Accounts/${SID}/Messages.json`);
  });

  test("is refused like any other when the endpoint is inside and not on the allow list", async () => {
    const options = { twilioBaseUrl: "https://127.0.0.1" };
    const provider = createSmsProvider({ ...STAGE, account_sid: SID }, createHttpClient(), options);
    const error = await sendFailure(provider.send(MESSAGE));
    expect({ kind: error.kind, code: error.code }).toEqual({ kind: "unreachable", code: "blocked_address" });
  });
});

describe("Twilio's refusal", () => {
  test("reads as in authentik", async () => {
    await using setup = await setUp(STAGE);
    const error = await sendFailure(setup.provider.send({ ...MESSAGE, to: "not a number" }));
    expect({ kind: error.kind, status: error.status, detail: error.detail }).toEqual({
      kind: "rejected",
      status: 400,
      detail: "Unable to create record: Invalid 'To' Phone Number: not a number",
    });
  });

  test("of the credentials", async () => {
    await using setup = await setUp(STAGE, { username: SID, password: "another" });
    const error = await sendFailure(setup.provider.send(MESSAGE));
    expect({ status: error.status, detail: error.detail }).toEqual({
      status: 401,
      detail: "Unable to create record: Authenticate",
    });
    expect(setup.inbox.messages).toEqual([]);
  });

  test.each([
    [
      429,
      '{"code":20429,"message":"Too Many Requests","status":429}',
      "Unable to create record: Too Many Requests",
    ],
    [500, "<html>upstream</html>", "Unable to create record"],
    [502, "", "Unable to create record"],
    [503, "null", "Unable to create record"],
    [400, '{"message":17}', "Unable to create record"],
    [400, '{"message":""}', "Unable to create record: "],
    [400, '["a"]', "Unable to create record"],
    [
      400,
      '{"type":"about:blank","title":"Bad","status":400,"code":20001,"detail":"no"}',
      "Unable to create record",
    ],
  ])("with status %i and the body %s", async (status, body, detail) => {
    await using setup = await setUp(STAGE);
    setup.inbox.failNext({ status, body });
    const error = await sendFailure(setup.provider.send(MESSAGE));
    expect({ kind: error.kind, status: error.status, detail: error.detail }).toEqual({
      kind: "rejected",
      status,
      detail: detail.trim(),
    });
    expect(setup.inbox.requests).toHaveLength(1);
  });

  test("is shown without the auth token and without the code", async () => {
    await using setup = await setUp(STAGE);
    setup.inbox.failNext({ status: 400, body: '{"message":"twilio-auth-4711 may not send 047110"}' });
    const error = await sendFailure(setup.provider.send(MESSAGE));
    expect(error.detail).toBe("Unable to create record: ******** may not send ********");
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(/4711/u);
  });

  test("by redirect is not followed", async () => {
    await using elsewhere = await serveHttp((_, response) => response.end());
    await using setup = await setUp(STAGE);
    setup.inbox.failNext({ status: 307, headers: { location: elsewhere.url } });
    const error = await sendFailure(setup.provider.send(MESSAGE));
    expect({ kind: error.kind, status: error.status }).toEqual({ kind: "rejected", status: 307 });
    expect(elsewhere.connections()).toBe(0);
  });

  test("stays one when its text never ends", async () => {
    await using server = await serveHttp((_, response) => response.writeHead(500).write("x"));
    const provider = createSmsProvider(
      { ...STAGE, account_sid: SID },
      clientFor(server, { bodyTimeoutMs: 100 }),
      {
        twilioBaseUrl: server.url,
      },
    );
    const error = await sendFailure(provider.send(MESSAGE));
    expect({ kind: error.kind, status: error.status }).toEqual({ kind: "rejected", status: 500 });
  });
});

describe("an answer that is not Twilio's", () => {
  test.each(["<html>Welcome to our hotel</html>", "", "null", "17", "[]", "{}", '{"sid":""}', '{"sid":5}'])(
    "with status 200 and the body %j is not taken for success",
    async (body) => {
      await using setup = await setUp(STAGE);
      setup.inbox.failNext({ status: 200, body });
      const error = await sendFailure(setup.provider.send(MESSAGE));
      expect({ kind: error.kind, status: error.status, sent: error.mayHaveBeenSent }).toEqual({
        kind: "invalid_answer",
        status: 200,
        sent: true,
      });
    },
  );

  test.each([
    ["hang", "timeout", true],
    ["drip", "timeout", true],
    ["reset", "unreachable", true],
    ["garbage", "invalid_answer", true],
    ["not_http", "invalid_answer", true],
    ["oversize", "invalid_answer", true],
  ] as const)("%s ends in %s, and the message is not sent again", async (failure, kind, sent) => {
    await using setup = await setUp(STAGE, undefined, { headersTimeoutMs: 100, bodyTimeoutMs: 100 });
    setup.inbox.failNext(failure);
    const error = await sendFailure(setup.provider.send(MESSAGE));
    expect({ kind: error.kind, sent: error.mayHaveBeenSent }).toEqual({ kind, sent });
    expect(setup.inbox.requests).toHaveLength(1);
  });

  test("nothing at all, because nothing listens", async () => {
    const { inbox, provider } = await setUp(STAGE);
    await inbox.close();
    const error = await sendFailure(provider.send(MESSAGE));
    expect({ kind: error.kind, sent: error.mayHaveBeenSent }).toEqual({ kind: "unreachable", sent: false });
  });
});

describe("fields that cannot be used", () => {
  const create = (fields: object) => () =>
    createSmsProvider({ ...STAGE, account_sid: SID, ...fields } as SmsProviderConfig, createHttpClient());

  test.each([
    [{ account_sid: "" }, "account_sid must be an account SID"],
    [{ account_sid: "https://gateway.example/" }, "account_sid must be an account SID"],
    [{ account_sid: "../../Keys" }, "account_sid must be an account SID"],
    [{ account_sid: "AC1/Messages.json?x=" }, "account_sid must be an account SID"],
    [{ auth: "" }, "auth must not be empty"],
    [{ from_number: "" }, "from_number must not be empty"],
    [{ from_number: "++12" }, "from_number is no phone number"],
    [{ from_number: "+1202-555-01002025550100202555010020255501002" }, "from_number is no phone number"],
    [{ from_number: "MG0123456789abcdef0123456789abcde" }, "from_number is no messaging service's SID"],
    [{ from_number: "MG0123456789abcdef0123456789abcdeg" }, "from_number is no messaging service's SID"],
    [{ from_number: "Twelve chars" }, "from_number is longer than a sender's name may be"],
    [{ from_number: "Zürich" }, "from_number is not a name that Twilio can show"],
    [{ from_number: "a@b.example" }, "from_number is not a name that Twilio can show"],
    [{ from_number: "+-&" }, "from_number is not a name that Twilio can show"],
    [{ from_number: "whatsapp:14155238886" }, "from_number is no WhatsApp sender"],
    [{ from_number: "WhatsApp:+14155238886" }, "from_number is no WhatsApp sender"],
  ])("%j", (fields, message) => {
    expect(create(fields)).toThrow(message);
    expect(create(fields)).toThrow(expect.objectContaining({ name: "SmsSendError", kind: "configuration" }));
  });
});

test("two stages can send at the same time without seeing each other's answers", async () => {
  await using first = await setUp(STAGE);
  await using second = await setUp({ ...STAGE, account_sid: "AC2" });
  second.inbox.failNext({ status: 400, body: '{"message":"no"}' });
  const [receipt, error] = await Promise.all([
    first.provider.send(MESSAGE),
    sendFailure(second.provider.send(MESSAGE)),
  ]);
  expect(receipt.status).toBe(201);
  expect(error.detail).toBe("Unable to create record: no");
});
