// The generic provider over real sockets, against the inbox.

import { describe, expect, test } from "vitest";
import {
  createHttpClient,
  createSmsProvider,
  type JsonValue,
  type SmsProviderConfig,
} from "../../providers/index.ts";
import { clientFor, serveHttp, serveSockets } from "./local-server.ts";
import { MESSAGE, sendFailure, setUp } from "./provider-setup.ts";

const BASIC = {
  provider: "generic",
  from_number: "+12025550100",
  auth: "gateway-user",
  auth_password: "s3cr3t-pass",
} as const;
const BEARER = {
  provider: "generic",
  from_number: "Postern",
  auth: "tok.en-4711",
  auth_type: "bearer",
} as const;

describe("the request", () => {
  test("posts the default body to the URL in account_sid", async () => {
    const bodies: string[] = [];
    await using server = await serveHttp(async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      bodies.push(`${request.method} ${request.url} ${request.headers["content-type"]} ${text}`);
      response.end();
    });
    const provider = createSmsProvider(
      { ...BASIC, account_sid: `${server.url}/v1/send?unit=7` },
      clientFor(server),
    );
    expect(await provider.send(MESSAGE)).toEqual({ provider: "generic", status: 200 });
    expect(bodies).toEqual([
      'POST /v1/send?unit=7 application/json {"From":"+12025550100","To":"+4915112345678","Body":"047110",' +
        '"Message":"Use this code to authenticate in authentik: 047110"}',
    ]);
  });

  test("authenticates with user and password", async () => {
    await using setup = await setUp(BASIC, { username: "gateway-user", password: "s3cr3t-pass" });
    await setup.provider.send(MESSAGE);
    expect(setup.inbox.requests[0]?.authorized).toBe(true);
  });

  test("authenticates with a bearer token", async () => {
    await using setup = await setUp(BEARER, { bearer: "tok.en-4711" });
    await setup.provider.send(MESSAGE);
    expect(setup.inbox.requests[0]?.authorized).toBe(true);
  });

  test("takes basic for granted when the stage does not say, with an empty password", async () => {
    await using setup = await setUp(
      { provider: "generic", from_number: "", auth: "only-user" },
      { username: "only-user", password: "" },
    );
    await setup.provider.send(MESSAGE);
    expect(setup.inbox.requests[0]?.authorized).toBe(true);
  });

  test("encodes credentials as UTF-8", async () => {
    await using setup = await setUp(
      { ...BASIC, auth: "benützer", auth_password: "пароль-🔑-密码" },
      { username: "benützer", password: "пароль-🔑-密码" },
    );
    await setup.provider.send(MESSAGE);
    expect(setup.inbox.requests[0]?.authorized).toBe(true);
  });

  test("carries text of any script", async () => {
    await using setup = await setUp(BASIC);
    const text = 'Ваш код: 047110 — "quoted" \\ \n 😀 你好';
    await setup.provider.send({ ...MESSAGE, text });
    expect(setup.inbox.messages[0]?.text).toBe(text);
  });

  test.each<[string, JsonValue]>([
    [
      "an object",
      { from: "a", to: "+1", body: "foo bar baz 047110", nested: { list: [1, 2.5, null, true] } },
    ],
    ["a list", [{ to: "+1" }]],
    ["text", "047110"],
    ["a number", 4711],
    ["false", false],
    ["an empty object", {}],
    [
      "keys that mean something elsewhere",
      JSON.parse('{"url":"http://evil/","headers":{},"__proto__":{"x":1}}'),
    ],
  ])("is replaced by a mapping's result: %s", async (_, payload) => {
    await using setup = await setUp(BASIC);
    await setup.provider.send({ ...MESSAGE, payload });
    const [request] = setup.inbox.requests;
    expect(request?.path).toBe("/sms");
    expect(request?.headers["content-type"]).toBe("application/json");
    expect(JSON.stringify(request?.body)).toBe(JSON.stringify(payload));
  });

  test("has no body when the mapping returns None", async () => {
    await using setup = await setUp(BASIC);
    await setup.provider.send({ ...MESSAGE, payload: null });
    const [request] = setup.inbox.requests;
    expect(request?.body).toBeUndefined();
    expect(request?.headers["content-type"]).toBeUndefined();
    expect(request?.headers["content-length"]).toBe("0");
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("is not made with %d in the payload", async (number) => {
    await using setup = await setUp(BASIC);
    const error = await sendFailure(setup.provider.send({ ...MESSAGE, payload: { rates: [1, number] } }));
    expect(error.kind).toBe("configuration");
    expect(error.message).toBe(
      `The message cannot be sent as JSON: the mapping's result["rates"]["1"] is ${number}.`,
    );
    expect(setup.inbox.requests).toEqual([]);
  });
});

describe("the encodings", () => {
  test("form: the default fields", async () => {
    await using setup = await setUp({ ...BASIC, encoding: "form" });
    await setup.provider.send(MESSAGE);
    const [request] = setup.inbox.requests;
    expect(request?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(request?.formFields).toEqual(["From", "To", "Body", "Message"]);
    expect(setup.inbox.messages[0]).toMatchObject({ to: MESSAGE.to, text: MESSAGE.text, code: "047110" });
  });

  test("form: a mapping's dictionary; a list is a field each, None is left out", async () => {
    const bodies: string[] = [];
    await using server = await serveHttp(async (request, response) => {
      for await (const chunk of request) bodies.push(String(chunk));
      response.end();
    });
    const config = { ...BASIC, encoding: "form", account_sid: server.url } as const;
    const payload = { to: "+49 1", n: 7, yes: true, list: ["a", 2], nothing: null, text: "ä&=\n" };
    await createSmsProvider(config, clientFor(server)).send({ ...MESSAGE, payload });
    expect(bodies).toEqual(["to=%2B49+1&n=7&yes=true&list=a&list=2&text=%C3%A4%26%3D%0A"]);
  });

  test("text: the message, or the text that a mapping returns", async () => {
    await using setup = await setUp({ ...BASIC, encoding: "text" });
    await setup.provider.send(MESSAGE);
    await setup.provider.send({ ...MESSAGE, payload: "Код 047110" });
    expect(setup.inbox.requests.map(({ body, headers }) => [body, headers["content-type"]])).toEqual([
      [MESSAGE.text, "text/plain; charset=utf-8"],
      ["Код 047110", "text/plain; charset=utf-8"],
    ]);
  });

  test.each<["form" | "text", JsonValue, string]>([
    ["form", "text", "as a form: the mapping's result is a text."],
    ["form", [1], "as a form: the mapping's result is a list."],
    ["form", { a: { b: 1 } }, `as a form: the mapping's result["a"] is a dictionary.`],
    ["form", { a: [[1]] }, `as a form: the mapping's result["a"] is a list.`],
    ["form", { a: Number.NaN }, `as a form: the mapping's result["a"] is NaN.`],
    ["text", { a: 1 }, "as plain text: the mapping's result is a dictionary."],
    ["text", 4711, "as plain text: the mapping's result is 4711."],
  ])("%s does not carry %j", async (encoding, payload, message) => {
    await using setup = await setUp({ ...BASIC, encoding });
    const error = await sendFailure(setup.provider.send({ ...MESSAGE, payload }));
    expect([error.kind, error.message]).toEqual(["configuration", `The message cannot be sent ${message}`]);
    expect(setup.inbox.requests).toEqual([]);
  });

  test.each(["form", "text"] as const)("%s has no body when the mapping returns None", async (encoding) => {
    await using setup = await setUp({ ...BASIC, encoding });
    await setup.provider.send({ ...MESSAGE, payload: null });
    expect(setup.inbox.requests[0]?.headers["content-type"]).toBeUndefined();
  });
});

describe("further headers", () => {
  test("go out, with the credentials in their places, and may take the place of our own", async () => {
    await using setup = await setUp({
      ...BASIC,
      authorization: "none",
      headers: { "X-API-Key": "{auth}", "X-Pair": "{auth}:{auth_password}:{other}", Accept: "text/csv" },
    });
    await setup.provider.send(MESSAGE);
    expect(setup.inbox.requests[0]?.headers).toMatchObject({
      "x-api-key": "gateway-user",
      "x-pair": "gateway-user:s3cr3t-pass:{other}",
      accept: "text/csv",
    });
    expect(setup.inbox.requests[0]?.headers).not.toHaveProperty("authorization");
  });

  test("may hold an Authorization of another scheme", async () => {
    await using server = await serveHttp((request, response) =>
      response.writeHead(400).end(`no ${request.headers.authorization}`),
    );
    const headers = { Authorization: "App {auth}" };
    const config = { ...BASIC, account_sid: server.url, authorization: "none", headers } as const;
    const { detail } = await sendFailure(createSmsProvider(config, clientFor(server)).send(MESSAGE));
    expect(detail).toBe("no App ********");
  });

  test("are shown in no refusal", async () => {
    await using server = await serveHttp((request, response) =>
      response.writeHead(400).end(`no ${request.headers["x-key"]}`),
    );
    const config = { ...BASIC, account_sid: server.url, headers: { "X-Key": "header-secret" } };
    const { detail } = await sendFailure(createSmsProvider(config, clientFor(server)).send(MESSAGE));
    expect(detail).toBe("no ********");
  });

  test.each([
    [{ authorization: "App x" }, undefined, "there are two Authorization headers"],
    [{ "x-a": "1", "X-A": "2" }, undefined, 'the header "x-a" stands twice'],
  ])("%j cannot be used", (headers, authorization, message) => {
    const config = { ...BASIC, account_sid: "https://sms.example/", headers, authorization };
    expect(() => createSmsProvider(config as SmsProviderConfig, createHttpClient())).toThrow(message);
  });

  test.each<Record<string, string>>([
    { Host: "evil" },
    { "Content-Length": "1" },
    { "X-A": "1\r\nX-B: 2" },
    { "a b": "c" },
  ])("%j is refused before anything is sent", async (headers) => {
    await using setup = await setUp({ ...BASIC, headers });
    const error = await sendFailure(setup.provider.send(MESSAGE));
    expect([error.kind, error.code]).toEqual(["configuration", "invalid_header"]);
    expect(setup.inbox.requests).toEqual([]);
  });
});

describe("the answer", () => {
  test.each([200, 201, 202, 204])("with status %i is success", async (status) => {
    await using setup = await setUp(BASIC);
    setup.inbox.failNext({ status, body: "" });
    expect(await setup.provider.send(MESSAGE)).toEqual({ provider: "generic", status });
  });

  test.each([
    [400, "Number not supported"],
    [401, "Who are you?"],
    [429, "Slow down"],
    [500, "Oops"],
    [503, ""],
  ])("with status %i is a rejection with the gateway's text", async (status, body) => {
    await using setup = await setUp(BASIC);
    setup.inbox.failNext({ status, body });
    const error = await sendFailure(setup.provider.send(MESSAGE));
    expect({ kind: error.kind, status: error.status, detail: error.detail }).toEqual({
      kind: "rejected",
      status,
      detail: body,
    });
    expect(error.message).toBe(`The SMS gateway did not accept the message (status ${status}).`);
    expect(setup.inbox.requests).toHaveLength(1);
  });

  test("with wrong credentials is a rejection", async () => {
    await using setup = await setUp(BASIC, { username: "gateway-user", password: "another" });
    const error = await sendFailure(setup.provider.send(MESSAGE));
    expect({ status: error.status, hint: error.hint }).toEqual({
      status: 401,
      hint: "Check the credentials of the stage.",
    });
    expect(setup.inbox.messages).toEqual([]);
  });

  test.each([301, 302, 307, 308])(
    "with a redirect (%i) is a rejection: credentials go nowhere else",
    async (status) => {
      await using elsewhere = await serveHttp((_, response) => response.end());
      await using setup = await setUp(BASIC);
      setup.inbox.failNext({ status, headers: { location: `${elsewhere.url}/steal` } });
      const error = await sendFailure(setup.provider.send(MESSAGE));
      expect({ kind: error.kind, status: error.status }).toEqual({ kind: "rejected", status });
      expect(error.detail).toBe(
        `The SMS gateway answered with a redirect (status ${status}), which is not followed.`,
      );
      expect(elsewhere.connections()).toBe(0);
    },
  );

  test("is judged by its status: garbage, a drip and a flood after a 200 are an accepted message", async () => {
    await using setup = await setUp(BASIC, undefined, { bodyTimeoutMs: 100 });
    for (const failure of ["garbage", "drip", "oversize"] as const) {
      setup.inbox.failNext(failure);
      expect(await setup.provider.send(MESSAGE)).toEqual({ provider: "generic", status: 200 });
    }
  });

  test("is judged by its status: a refusal whose text breaks off is a refusal", async () => {
    await using server = await serveSockets((socket) => {
      socket.once("data", () => socket.end("HTTP/1.1 503 No\r\ncontent-length: 100\r\n\r\nhalf"));
    });
    const provider = createSmsProvider({ ...BASIC, account_sid: server.url }, clientFor(server));
    const error = await sendFailure(provider.send(MESSAGE));
    expect({ kind: error.kind, status: error.status, detail: error.detail }).toEqual({
      kind: "rejected",
      status: 503,
      detail: "",
    });
  });
});

describe("the gateway's text", () => {
  test("is shown without credentials and without the code, however it echoes them", async () => {
    await using setup = await setUp(BASIC);
    const basic = Buffer.from("gateway-user:s3cr3t-pass").toString("base64");
    setup.inbox.failNext({
      status: 400,
      body: `got Basic ${basic} for gateway-user/s3cr3t-pass and "047110", 047 110, 0-4-7-1-1-0, 04\u200b7110, 0471101`,
    });
    const { detail } = await sendFailure(setup.provider.send(MESSAGE));
    expect(detail).toBe(
      'got Basic ******** for ********/******** and "********", ********, ********, ********, ********1',
    );
  });

  test("is shown without line breaks, control and direction characters, and at most 1000 characters long", async () => {
    await using setup = await setUp(BASIC);
    setup.inbox.failNext({
      status: 400,
      body: `\u001b[31mred\r\n\tnext\u0000line\u202eevil ${"😀".repeat(2000)}`,
    });
    const { detail } = await sendFailure(setup.provider.send(MESSAGE));
    expect(detail).toMatch(/^\[31mred next lineevil 😀+…$/u);
    expect(Array.from(detail)).toHaveLength(1000);
  });

  test("does not end in half a secret where an endless answer was cut", async () => {
    await using setup = await setUp(BASIC, undefined, { maxBodyBytes: 50 });
    setup.inbox.failNext({ status: 400, body: `${" ".repeat(44)}s3cr3t-pass` });
    const { detail } = await sendFailure(setup.provider.send(MESSAGE));
    expect(detail).toBe("");
  });

  test.each([
    ["/x?key=abcd-4711", "no /x?key=********"],
    ["/messages/T0000AB12CD34EF56/send", "no /messages/********/send"],
  ])("is shown without a key that stands in the URL: %s", async (path, shown) => {
    await using server = await serveHttp((request, response) =>
      response.writeHead(404).end(`no ${request.url}`),
    );
    const provider = createSmsProvider({ ...BASIC, account_sid: `${server.url}${path}` }, clientFor(server));
    const { detail } = await sendFailure(provider.send(MESSAGE));
    expect(detail).toBe(shown);
  });
});

describe("a gateway that cannot be reached", () => {
  test("because nothing listens", async () => {
    const { inbox, provider } = await setUp(BASIC);
    await inbox.close();
    const error = await sendFailure(provider.send(MESSAGE));
    expect({ kind: error.kind, code: error.code, sent: error.mayHaveBeenSent }).toEqual({
      kind: "unreachable",
      code: "connect_failed",
      sent: false,
    });
    expect(error.detail).toBe(error.message);
  });

  test("because it hangs", async () => {
    await using setup = await setUp(BASIC, undefined, { headersTimeoutMs: 100 });
    setup.inbox.failNext("hang");
    const error = await sendFailure(setup.provider.send(MESSAGE));
    expect({ kind: error.kind, sent: error.mayHaveBeenSent }).toEqual({ kind: "timeout", sent: true });
    expect(setup.inbox.requests).toHaveLength(1);
  });

  test("because it resets: the message is not sent again", async () => {
    await using setup = await setUp(BASIC);
    setup.inbox.failNext("reset");
    const error = await sendFailure(setup.provider.send(MESSAGE));
    expect({ kind: error.kind, sent: error.mayHaveBeenSent }).toEqual({ kind: "unreachable", sent: true });
    expect(setup.inbox.requests).toHaveLength(1);
    expect(setup.inbox.messages).toHaveLength(0);
  });

  test("because it does not speak HTTP", async () => {
    await using setup = await setUp(BASIC);
    setup.inbox.failNext("not_http");
    const error = await sendFailure(setup.provider.send(MESSAGE));
    expect(error.kind).toBe("invalid_answer");
  });

  test.each([
    ["https://127.0.0.1/sms", "unreachable", "blocked_address"],
    ["http://sms.example/send", "unreachable", "blocked_scheme"],
    ["https://sms.example:8443/send", "unreachable", "blocked_port"],
    ["https://user:pass@sms.example/send", "configuration", "invalid_url"],
  ])("because of its address: %s", async (account_sid, kind, code) => {
    const provider = createSmsProvider({ ...BASIC, account_sid }, createHttpClient());
    const error = await sendFailure(provider.send(MESSAGE));
    expect({ kind: error.kind, code: error.code }).toEqual({ kind, code });
  });
});

describe("fields that cannot be used", () => {
  const create = (fields: object) => () =>
    createSmsProvider(
      { ...BASIC, account_sid: "https://sms.example/", ...fields } as SmsProviderConfig,
      createHttpClient(),
    );

  test.each([
    [{ account_sid: "AC0123456789" }, "account_sid must be the URL of the gateway"],
    [{ account_sid: "" }, "account_sid must be the URL of the gateway"],
    [{ auth_type: "digest" }, 'auth_type must be "basic" or "bearer"'],
    [{ auth_type: "bearer", auth: "tok€n-4711" }, "auth field cannot be sent as a bearer token"],
    [{ auth_type: "bearer", auth: "token-4711\r\nX-Evil: 1" }, "auth field cannot be sent as a bearer token"],
    [{ auth_type: "bearer", auth: "" }, "auth field cannot be sent as a bearer token"],
    [{ provider: "pigeon" }, "names a provider that does not exist"],
  ])("%j", (fields, message) => {
    expect(create(fields)).toThrow(message);
    expect(create(fields)).toThrow(expect.objectContaining({ name: "SmsSendError", kind: "configuration" }));
    expect(create(fields)).not.toThrow("4711");
  });
});
