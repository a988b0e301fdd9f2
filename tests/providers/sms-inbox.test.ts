// The SMS inbox: what it keeps, what it refuses, and waiting for a message.

import { request as httpRequest } from "node:http";
import { describe, expect, test } from "vitest";
import { createSmsInbox, type SmsInbox } from "../../providers/index.ts";

function post(
  inbox: SmsInbox,
  path: string,
  body: string,
  headers: Record<string, string> = {},
  method = "POST",
): Promise<{ status: number; body: string; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${inbox.url}${path}`, { method, headers, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }),
      );
    });
    request.once("error", reject).end(body);
  });
}

const FORM = { "content-type": "application/x-www-form-urlencoded", authorization: "Basic QUMxOng=" };
const TWILIO = "/2010-04-01/Accounts/AC1/Messages.json";

describe("the gateway's interface", () => {
  test("keeps the default body as a message with its code", async () => {
    await using inbox = await createSmsInbox();
    const body = JSON.stringify({ From: "+1", To: "+49", Body: "047110", Message: "Your code: 047110" });
    const answer = await post(inbox, "/sms", body, { "content-type": "application/json" });
    expect(answer.status).toBe(200);
    expect(inbox.messages).toEqual([
      expect.objectContaining({
        id: 1,
        interface: "generic",
        to: "+49",
        from: "+1",
        text: "Your code: 047110",
        code: "047110",
        segments: { alphabet: "GSM-7", units: 17, segments: 1, beyond: [] },
      }),
    ]);
  });

  test("reads a mapped body by the usual names, and keeps one it cannot read", async () => {
    await using inbox = await createSmsInbox();
    await post(inbox, "/sms", '{"recipient":"+49","sender":"x","text":"code 4711"}');
    await post(inbox, "/sms", "not json");
    await post(inbox, "/sms", "");
    expect(inbox.messages.map(({ to, from, text, code }) => ({ to, from, text, code }))).toEqual([
      { to: "+49", from: "x", text: "code 4711", code: "4711" },
      { to: "", from: "", text: "", code: undefined },
      { to: "", from: "", text: "", code: undefined },
    ]);
    expect(inbox.requests.map(({ body }) => body)).toEqual([expect.anything(), "not json", undefined]);
  });

  test("records requests with credentials masked", async () => {
    await using inbox = await createSmsInbox({ credentials: { bearer: "tok-4711" } });
    await post(inbox, "/sms", "{}", { authorization: "Bearer tok-4711" });
    const denied = await post(inbox, "/sms", "{}", { authorization: "Bearer tok-4712" });
    expect(denied.status).toBe(401);
    expect(inbox.requests.map(({ authorized }) => authorized)).toEqual([true, false]);
    expect(inbox.messages).toHaveLength(1);
    expect(inbox.requests[0]?.headers.authorization).toBe("Bearer ********");
    expect(JSON.stringify(inbox.requests)).not.toContain("471");
  });
});

test("keeps a request as it came over the connection, credentials apart", async () => {
  await using inbox = await createSmsInbox();
  const body = '{"to": "+49",  "text": "Grüße 4711"}';
  await post(inbox, "/sms?a=b", body, { "Content-Type": "application/json", Authorization: "Bearer tok-1" });
  const [{ wire, bodyBytes }] = inbox.requests;
  const [head, sent] = wire.split("\r\n\r\n");
  expect(head.split("\r\n")).toEqual(
    expect.arrayContaining([
      "POST /sms?a=b HTTP/1.1",
      "Content-Type: application/json",
      "Authorization: Bearer ********",
    ]),
  );
  expect(sent).toBe(body);
  expect(bodyBytes).toBe(Buffer.byteLength(body));
});

test("fails until it is told otherwise, after what was ordered for single requests", async () => {
  await using inbox = await createSmsInbox();
  inbox.failAll({ status: 500 });
  inbox.failNext({ status: 429 });
  const send = async () => (await post(inbox, "/sms", '{"to":"+49","text":"4711"}')).status;
  expect([await send(), await send(), await send()]).toEqual([429, 500, 500]);
  inbox.failAll(undefined);
  expect(await send()).toBe(200);
  expect(inbox.messages).toHaveLength(1);
});

describe("Twilio's interface", () => {
  test("answers 201 with a message in Twilio's shape", async () => {
    await using inbox = await createSmsInbox();
    const answer = await post(inbox, TWILIO, "To=%2B49170&From=%2B1202&Body=Hi+4711", FORM);
    expect(answer.status).toBe(201);
    expect(JSON.parse(answer.body)).toEqual({
      account_sid: "AC1",
      api_version: "2010-04-01",
      body: "Hi 4711",
      date_created: expect.stringMatching(/^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} \+0000$/u),
      date_sent: null,
      date_updated: expect.any(String),
      direction: "outbound-api",
      error_code: null,
      error_message: null,
      from: "+1202",
      messaging_service_sid: null,
      num_media: "0",
      num_segments: "1",
      price: null,
      price_unit: "USD",
      sid: expect.stringMatching(/^SM[0-9a-f]{32}$/u),
      status: "queued",
      subresource_uris: {
        media: expect.stringMatching(/^\/2010-04-01\/Accounts\/AC1\/Messages\/SM\w+\/Media\.json$/u),
      },
      to: "+49170",
      uri: expect.stringMatching(/^\/2010-04-01\/Accounts\/AC1\/Messages\/SM\w+\.json$/u),
    });
    expect(inbox.messages[0]).toMatchObject({ to: "+49170", from: "+1202", text: "Hi 4711", code: "4711" });
  });

  test.each([
    ["From=%2B1&Body=x", FORM, 400, 21604],
    ["To=%2B49170&Body=x", FORM, 400, 21603],
    ["To=%2B49170&From=%2B1", FORM, 400, 21602],
    ["To=nobody&From=%2B1&Body=x", FORM, 400, 21211],
    ["To=%2B49170&From=whatsapp%3A%2B1202&Body=x", FORM, 400, 21910],
    ['{"To":"+49170","From":"+1","Body":"x"}', { ...FORM, "content-type": "application/json" }, 400, 21604],
    ["To=%2B49170&From=%2B1&Body=x", { "content-type": FORM["content-type"] }, 401, 20003],
  ])("refuses %j as Twilio does", async (body, headers, status, code) => {
    await using inbox = await createSmsInbox();
    const answer = await post(inbox, TWILIO, body, headers as Record<string, string>);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toEqual({
      code,
      message: expect.any(String),
      more_info: `https://www.twilio.com/docs/errors/${code}`,
      status,
    });
    expect(inbox.messages).toEqual([]);
  });
});

describe("requests that a web page could make", () => {
  test.each([
    ["a foreign Host", { host: "evil.example" }],
    ["the right name with another port", { host: "localhost:1" }],
    ["an Origin", { origin: "https://evil.example" }],
    ["the Origin null", { origin: "null" }],
  ])("%s is refused and leaves no trace", async (_, headers) => {
    await using inbox = await createSmsInbox();
    const answer = await post(inbox, "/sms", '{"To":"+49"}', headers);
    expect(answer.status).toBe(403);
    expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
    expect(inbox.requests).toEqual([]);
  });

  test("there is nothing to read", async () => {
    await using inbox = await createSmsInbox();
    await post(inbox, "/sms", '{"To":"+49","Message":"4711"}');
    for (const path of ["/", "/sms", "/messages", TWILIO]) {
      const answer = await post(inbox, path, "", {}, "GET");
      expect([404, 405]).toContain(answer.status);
      expect(answer.body).not.toContain("4711");
    }
  });

  test("a body past 64 KiB is refused", async () => {
    await using inbox = await createSmsInbox();
    const answer = await post(inbox, "/sms", "x".repeat(64 * 1024 + 1));
    expect(answer.status).toBe(413);
    expect(inbox.requests).toEqual([]);
  });
});

describe("waiting for a message", () => {
  test("finds one that came already, and one that comes later", async () => {
    await using inbox = await createSmsInbox();
    await post(inbox, "/sms", '{"To":"+1","Message":"1111"}');
    const first = await inbox.waitForMessage();
    expect(first.code).toBe("1111");
    const later = inbox.waitForMessage({ to: "+2", after: first.id });
    await post(inbox, "/sms", '{"To":"+1","Message":"2222"}');
    await post(inbox, "/sms", '{"To":"+2","Message":"3333"}');
    expect((await later).code).toBe("3333");
  });

  test("says for whom it waited in vain", async () => {
    await using inbox = await createSmsInbox();
    await expect(inbox.waitForMessage({ to: "+3", timeoutMs: 20 })).rejects.toThrow(
      "No message to +3 reached the SMS inbox within 20 ms.",
    );
  });

  test("ends when the inbox is closed", async () => {
    const inbox = await createSmsInbox();
    const waiting = expect(inbox.waitForMessage()).rejects.toThrow("The SMS inbox was closed");
    await inbox.close();
    await waiting;
    await inbox.close();
  });
});

test("failures happen in the order in which they were told, then it works again", async () => {
  await using inbox = await createSmsInbox();
  inbox.failNext({ status: 500 }, 2);
  inbox.failNext({ status: 429, body: "slow" });
  const statuses: number[] = [];
  for (let count = 0; count < 4; count++) statuses.push((await post(inbox, "/sms", '{"To":"+1"}')).status);
  expect(statuses).toEqual([500, 500, 429, 200]);
  expect(inbox.requests).toHaveLength(4);
  expect(inbox.messages).toHaveLength(1);
  inbox.clear();
  expect([inbox.requests, inbox.messages]).toEqual([[], []]);
});

test("a port that is taken is an error, and port numbers are what was asked for", async () => {
  await using first = await createSmsInbox();
  await expect(createSmsInbox({ port: first.port })).rejects.toThrow("EADDRINUSE");
  expect(first.url).toBe(`http://127.0.0.1:${first.port}`);
  expect(first.gatewayUrl).toBe(`${first.url}/sms`);
});
