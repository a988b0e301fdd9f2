// Section 5 of the rules: what leaves by HTTP, through every door there is: an SMS stage's gateway, Twilio's base URL, and
// `requests` of expressions.
//
// | rule | shown elsewhere as well |
// |---|---|
// | H1 | `tests/providers/http-policy.test.ts`: 70 spellings of a URL; `address-guard.test.ts`: every block of addresses, at its edges |
// | H2 | `tests/providers/http-client.test.ts` ("name resolution"), `guarded-connector.test.ts` |
// | H3 | `tests/providers/{http-client,generic-provider,twilio-provider}.test.ts`, `tests/runtime/capabilities/http.test.ts` |
// | H4 | `tests/providers/http-policy.test.ts` (schemes, ports), `http-client.test.ts` (proxies of the environment) |
// | H5 | `tests/providers/http-client.test.ts`: each refused header and method by name |
// | H6 | `tests/providers/http-client.test.ts` ("deadlines", "the cap on the body") |
// | H7 | `tests/providers/generic-provider.test.ts` ("the gateway's text"), `tests/runtime/stages/sms-failures.test.ts` |
// | H8 | `tests/providers/http-client-tls.test.ts` |
// | H10 | `tests/providers/sms-inbox.test.ts`: foreign `Host` and `Origin` |
import { once } from "node:events";
import { connect, getDefaultAutoSelectFamily, setDefaultAutoSelectFamily } from "node:net";
import { networkInterfaces } from "node:os";
import { brotliCompressSync, constants, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  createHttpClient,
  createSmsInbox,
  createSmsProvider,
  type HttpClient,
  HttpError,
  type SmsProviderConfig,
  SmsSendError,
} from "../../providers/index.ts";
import { createRuntime, httpCapability, memoryStore } from "../../runtime/index.ts";
import { engineUnderTest } from "../engine/engine-under-test.ts";
import { clientFor, failure, type LocalServer, serveHttp, serveSockets } from "../providers/local-server.ts";
import { MESSAGE, sendFailure } from "../providers/provider-setup.ts";
import { fakeEngine } from "../runtime/flow/fake-engine.ts";
import { installSms, SMS_STAGE } from "../runtime/stages/sms-installation.ts";
import { linesWith } from "./sources.ts";

const under = engineUnderTest();
afterEach(() => vi.unstubAllEnvs());

const GENERIC = {
  provider: "generic",
  from_number: "+12025550100",
  auth: "canary-user",
  auth_password: "canary-password",
} as const;
const TWILIO = {
  provider: "twilio",
  from_number: "+12340000",
  account_sid: "AC1",
  auth: "canary-token",
} as const;

/** What an expression answers: its value's repr, or its error. */
async function python(source: string, targets: readonly string[], policy = {}): Promise<string> {
  const capabilities = { http: httpCapability({ targets, policy }) };
  const { error, repr } = await under.run(`import requests\n${source}`, {}, "expression", { capabilities });
  return error === undefined ? repr : `${error.type}: ${error.message}`;
}

describe("H1 reaching the inside", () => {
  /** Addresses that no request may reach, each block as often as the others. */
  const inside = fc
    .tuple(
      fc.constantFrom(
        ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
        ...["192.168.0.0/16", "168.63.129.16/32", "192.0.0.0/24", "198.18.0.0/15", "224.0.0.0/3"],
      ),
      fc.nat(2 ** 32 - 1),
    )
    .map(([block, random]) => {
      const [address = "", width] = block.split("/");
      const first = address.split(".").reduce((value, part) => value * 256 + Number(part), 0);
      return first + (random % 2 ** (32 - Number(width)));
    });
  const bytes = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
  const dotted = (value: number) => bytes(value).join(".");
  const hex = (value: number, width = 1) => value.toString(16).padStart(width, "0");
  const groups = (value: number) => `${hex(value >>> 16)}:${hex(value & 0xffff)}`;

  /** Spellings of an IPv4 address that URL parsers, resolvers or translators read as that address. */
  const spellings: readonly ((value: number) => string)[] = [
    dotted,
    (value) => `${dotted(value)}.`,
    (value) => String(value),
    (value) => `0x${hex(value)}`,
    (value) => `0${value.toString(8)}`,
    (value) =>
      bytes(value)
        .map((byte) => `0x${hex(byte, 2)}`)
        .join("."),
    (value) =>
      bytes(value)
        .map((byte) => `0${byte.toString(8)}`)
        .join("."),
    (value) => `${value >>> 24}.${value & 0xff_ffff}`,
    (value) => `${value >>> 24}.${(value >>> 16) & 255}.${value & 0xffff}`,
    (value) => dotted(value).replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    (value) => dotted(value).replace(/\d/g, (digit) => `%3${digit}`),
    (value) => dotted(value).replaceAll(".", "\u3002"),
    (value) => `[::ffff:${dotted(value)}]`,
    (value) => `[::ffff:${groups(value)}]`,
    (value) => `[::${groups(value)}]`,
    (value) => `[::ffff:0:${groups(value)}]`,
    (value) => `[64:ff9b::${groups(value)}]`,
    (value) => `[2002:${groups(value)}::1]`,
    (value) => `[2001:0:${groups(value)}::1]`,
    (value) => `[2001:0:808:808:0:0:${groups(~value >>> 0)}]`,
  ];

  test("an inside address in any spelling is refused before anything is connected", async () => {
    const http = createHttpClient();
    await fc.assert(
      fc.asyncProperty(inside, fc.constantFrom(...spellings), async (value, spell) => {
        const error = await failure(http.request({ method: "GET", url: `https://${spell(value)}/` }));
        expect({ code: error.code, sent: error.mayHaveBeenSent }).toEqual({
          code: "blocked_address",
          sent: false,
        });
      }),
      { numRuns: 400 },
    );
  });

  test("a name that leads to an inside address is refused, whichever of its answers does", async () => {
    const outside = { address: "2606:4700:4700::1111", family: 6 as const };
    await fc.assert(
      fc.asyncProperty(inside, fc.nat(3), fc.boolean(), async (value, before, mapped) => {
        const address = mapped ? `::ffff:${dotted(value)}` : dotted(value);
        const answers = [...Array(before).fill(outside), { address, family: mapped ? 6 : 4 }, outside];
        const http = createHttpClient({ resolve: async () => answers });
        const error = await failure(http.request({ method: "GET", url: "https://gateway.example/" }));
        expect(error.code).toBe("blocked_address");
      }),
    );
  });

  test("a stage, a Twilio endpoint and an expression that name this machine do not reach it", async () => {
    await using server = await serveHttp((_request, response) => response.end("inside"));
    const urls = [
      server.url,
      server.url.replace("http:", "https:"),
      "https://127.0.0.1",
      "https://localhost",
    ];
    for (const url of urls) {
      const generic = createSmsProvider({ ...GENERIC, account_sid: url }, createHttpClient());
      const twilio = createSmsProvider(TWILIO, createHttpClient(), { twilioBaseUrl: url });
      for (const provider of [generic, twilio]) {
        const { code, mayHaveBeenSent } = await sendFailure(provider.send(MESSAGE));
        expect([code, mayHaveBeenSent]).toEqual([expect.stringMatching(/^blocked_/), false]);
      }
      const host = new URL(url).hostname;
      expect(await python(`return requests.get("${url}/")`, ["api.example.com"])).toMatch(
        /^ConnectionError: /,
      );
      expect(await python(`return requests.get("https://${host}/")`, [host])).toMatch(
        /^ConnectionError: .*not reachable from here\.$/,
      );
    }
    expect(server.connections()).toBe(0);
  });

  test("a runtime without settings does not send to a stage's gateway on this machine", async () => {
    await using server = await serveHttp((_request, response) => response.end());
    const store = memoryStore();
    const runtime = await createRuntime({ engine: fakeEngine(), store });
    await store.transaction((tx) => {
      tx.insert("authentik_core.user", { username: "marie" });
      const stage = tx.insert(SMS_STAGE, { ...GENERIC, name: "sms", account_sid: server.url });
      const flow = tx.insert("authentik_flows.flow", {
        ...{ name: "f", slug: "f", title: "f", designation: "stage_configuration" },
      });
      tx.insert("authentik_flows.flowstagebinding", { target: flow.pk, stage: stage.pk, order: 0 });
    });
    const flow = await runtime.flow("f").start({ user: "marie" });
    const shown = await flow.respond({ phone_number: "+12025550173" });
    expect(JSON.stringify(shown.response_errors)).toContain("The SMS could not be sent");
    const [event] = await store.read((tx) => tx.list("authentik_events.event"));
    expect(event?.context).toMatchObject({ error_code: "blocked_scheme" });
    expect(server.connections()).toBe(0);
  });
});

describe("H2 rebinding", () => {
  test.each([true, false])(
    "both forms of Node's look-up go to the checked answers (racing: %s)",
    async (racing) => {
      const before = getDefaultAutoSelectFamily();
      setDefaultAutoSelectFamily(racing);
      try {
        await using server = await serveHttp((_request, response) => response.end("checked"));
        // Asked a second time, the name leads to where nobody may go.
        const resolve = vi.fn(async () =>
          resolve.mock.calls.length === 1
            ? [{ address: "127.0.0.1", family: 4 as const }]
            : [{ address: "169.254.169.254", family: 4 as const }],
        );
        const http = createHttpClient({
          allow: [{ host: "rebind.example", port: server.port, http: true }],
          resolve,
        });
        const answer = await http.request({ method: "GET", url: `http://rebind.example:${server.port}/` });
        expect(answer.text()).toBe("checked");
        expect(resolve).toHaveBeenCalledTimes(1);
      } finally {
        setDefaultAutoSelectFamily(before);
      }
    },
  );

  test("a name of expressions that turns to the inside between two requests is refused the second time", async () => {
    await using server = await serveHttp((_request, response) => response.end("outside"));
    const host = `api.example:${server.port}`;
    const answers = [[{ address: "127.0.0.1", family: 4 }], [{ address: "169.254.169.254", family: 4 }]];
    const source = `first = requests.get("http://${host}/").text
try:
    return first, requests.get("http://${host}/").text
except requests.ConnectionError as e:
    return first, str(e)`;
    const seen = await python(source, [`http://${host}`], { resolve: async () => answers.shift() });
    expect(seen).toContain("('outside', 'api.example resolves to 169.254.169.254, a cloud metadata service");
    expect(server.connections()).toBe(1);
  });
});

describe("H3 redirects", () => {
  /** A server that notes requests and answers them with `status` and `location`. */
  async function redirecting(status: number, location: (url: string) => string | undefined) {
    const seen: { line: string; headers: string }[] = [];
    const server = await serveHttp(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const line = `${request.method} ${request.url} ${body}`;
      seen.push({ line, headers: JSON.stringify(request.rawHeaders) });
      const to = location(request.url ?? "");
      if (to === undefined) response.end("end");
      else response.writeHead(status, { location: to }).end();
    });
    return { server, seen };
  }

  test.each([
    ["loopback", (server: LocalServer) => `http://127.0.0.1:${server.port}/`],
    ["loopback by name", (server: LocalServer) => `http://localhost:${server.port}/`],
    ["a metadata service", () => "http://169.254.169.254/latest/meta-data/"],
    ["plain http", () => "http://api.example.com/"],
    ["a file", () => "file:///etc/passwd"],
    ["another protocol", () => "gopher://127.0.0.1:6379/_FLUSHALL"],
    ["another host without scheme", () => "//evil.example/"],
  ])("an expression is not led to %s", async (_where, location) => {
    await using victim = await serveHttp((_request, response) => response.end("inside"));
    const { server, seen } = await redirecting(302, () => location(victim));
    await using _ = server;
    const source = `return requests.get("${server.url}/", headers={"Authorization": "Bearer canary"}).text`;
    const outcome = await python(source, [server.url]);
    expect(outcome).toMatch(/^(ConnectionError|InvalidSchema|InvalidURL|MissingSchema): /);
    expect(outcome).not.toContain("canary");
    expect(seen).toHaveLength(1);
    expect(victim.connections()).toBe(0);
  });

  test.each([301, 302, 303, 307, 308])("credentials do not follow to another origin (%i)", async (status) => {
    const target = await redirecting(status, () => undefined);
    await using _target = target.server;
    const source = await redirecting(status, () => `${target.server.url}/there`);
    await using _source = source.server;
    const targets = [source.server.url, target.server.url];
    const call = `requests.post("${source.server.url}/here", data="body", auth=("canary", "canary"))`;
    expect(await python(`return ${call}.text`, targets)).toBe("'end'");
    expect(source.seen[0]?.headers).toMatch(/authorization/i);
    expect(target.seen).toHaveLength(1);
    expect(target.seen[0]?.headers).not.toMatch(/authorization|cookie|canary|Y2FuYXJ5/i);
    // The method stays what HTTP says: only 307 and 308 repeat the POST with its body.
    expect(target.seen[0]?.line).toBe(status >= 307 ? "POST /there body" : "GET /there ");
  });

  test("a cookie of one host does not go to another", async () => {
    const seen: (string | undefined)[] = [];
    await using server = await serveHttp((request, response) => {
      seen.push(request.headers.cookie);
      const { port } = server;
      if (request.url === "/set") response.setHeader("set-cookie", "canary=1; Path=/");
      const next = { "/set": `http://127.0.0.1:${port}/back`, "/back": `http://localhost:${port}/end` };
      const location = next[request.url as keyof typeof next];
      response
        .writeHead(location === undefined ? 200 : 302, location === undefined ? {} : { location })
        .end();
    });
    const targets = [server.url, `http://localhost:${server.port}`];
    expect(await python(`return requests.get("${server.url}/set").status_code`, targets)).toBe("200");
    expect(seen).toEqual([undefined, "canary=1", undefined]);
  });

  test("a chain without end is cut off", async () => {
    const { server, seen } = await redirecting(302, (url) => `${url}a`);
    await using _ = server;
    expect(await python(`return requests.get("${server.url}/").text`, [server.url])).toMatch(
      /^(TooManyRedirects|CapabilityError|HostCallLimitExceeded): /,
    );
    expect(seen.length).toBeLessThanOrEqual(31);
  });
});

describe("H4 schemes, ports, proxies", () => {
  test("each is refused with its own code, before the name is resolved", async () => {
    const resolve = vi.fn();
    const http = createHttpClient({ resolve });
    const codes: string[] = [];
    for (const url of ["http://a.example/", "https://a.example:8443/", "ftp://a.example/", "a.example"]) {
      codes.push((await failure(http.request({ method: "GET", url }))).code);
    }
    expect(codes).toEqual(["blocked_scheme", "blocked_port", "blocked_scheme", "invalid_url"]);
    expect(resolve).not.toHaveBeenCalled();
  });

  test("a proxy of the environment sees nothing of an expression's request", async () => {
    await using proxy = await serveSockets((socket) => socket.destroy());
    await using server = await serveHttp((_request, response) => response.end("direct"));
    for (const name of ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"]) vi.stubEnv(name, proxy.url);
    expect(await python(`return requests.get("${server.url}/").text`, [server.url])).toBe("'direct'");
    const asked = await python(
      `return requests.get("${server.url}/", proxies={"http": "${proxy.url}"}).text`,
      [server.url, proxy.url],
    );
    expect(asked).not.toContain("proxied");
    expect(proxy.connections()).toBe(0);
  });
});

describe("H5 splitting", () => {
  /** A server that keeps the bytes of each connection as they came. */
  async function bytesOf(send: (url: string, http: HttpClient) => Promise<unknown>): Promise<string[]> {
    const received: string[] = [];
    await using server = await serveSockets((socket) => {
      const index = received.push("") - 1;
      socket.on("data", (chunk) => {
        received[index] += chunk.toString("latin1");
        const [head = "", body] = (received[index] as string).split(/\r\n\r\n(.*)/s);
        if (body === undefined) return;
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        // Left open: what comes after the first request would be a second one.
        if (body.length >= length) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
      });
    });
    await send(server.url, clientFor(server)).catch((error: unknown) => {
      if (!(error instanceof HttpError) && !(error instanceof SmsSendError)) throw error;
    });
    return received;
  }

  const nasty = fc
    .array(
      fc.constantFrom(
        ...["\r\n", "\n", "\r", "\0", "\t", " ", ":", "x", "X-Evil: 1", "HTTP/1.1", "GET /evil HTTP/1.1"],
        ...[
          "\u010a",
          "\u560d\u560a",
          "é",
          "😀",
          "\u2028",
          "\x85",
          "\x7f",
          "%0d%0a",
          "\\r\\n",
          "Content-Length: 0",
        ],
        ...["Transfer-Encoding: chunked", "Host: inside", "\r\n\r\n"],
      ),
      { maxLength: 5 },
    )
    .map((parts) => parts.join(""));

  test("whatever stands in name, value, target, method or body: one request, with the lines that were meant", async () => {
    let sent = 0;
    const request = fc.record({
      method: fc.oneof({ weight: 4, arbitrary: fc.constant("POST") }, nasty),
      name: fc.oneof({ weight: 3, arbitrary: fc.constant("x-note") }, nasty),
      value: nasty,
      target: fc.oneof(
        { weight: 3, arbitrary: fc.constant("/ok") },
        nasty.map((text) => `/${text}`),
      ),
      path: fc.oneof({ weight: 3, arbitrary: fc.constant("") }, nasty),
      body: nasty,
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ method, name, value, target, path, body }) => {
        const received = await bytesOf((url, http) =>
          http.request({
            ...{ method, url: `${url}/${path}`, headers: { [name]: value }, body },
            ...(path === "" ? { requestTarget: target } : {}),
          }),
        );
        expect(received.length).toBeLessThanOrEqual(1);
        const [bytes] = received;
        if (bytes === undefined) return;
        sent += 1;
        const [head = "", rest] = bytes.split(/\r\n\r\n(.*)/s) as [string, string];
        expect(rest).toBe(Buffer.from(body).toString("latin1"));
        const [line, ...lines] = head.split("\r\n");
        expect(line).toMatch(/^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \/[!-~]* HTTP\/1\.1$/);
        expect(head.replaceAll("\r\n", "")).not.toMatch(/[\r\n\0]/);
        const names = lines.map((text) => text.split(":")[0]?.toLowerCase());
        const own = [
          "accept-encoding",
          "connection",
          "content-length",
          "host",
          "user-agent",
          name.toLowerCase(),
        ];
        expect(names.filter((header) => !own.includes(header ?? ""))).toEqual([]);
        expect(new Set(names).size).toBe(names.length);
      }),
      { numRuns: 300 },
    );
    // The property means nothing unless requests do go out.
    expect(sent).toBeGreaterThan(20);
  });

  test("credentials and senders of a stage cannot add lines either", async () => {
    await fc.assert(
      fc.asyncProperty(
        nasty,
        nasty,
        fc.constantFrom("basic", "bearer"),
        async (auth, password, auth_type) => {
          const received = await bytesOf((url, http) => {
            const config = { ...GENERIC, account_sid: url, auth, auth_password: password, auth_type };
            return Promise.resolve().then(() =>
              createSmsProvider(config as SmsProviderConfig, http).send(MESSAGE),
            );
          });
          const heads = received.map((bytes) => bytes.split("\r\n\r\n")[0] as string);
          for (const head of heads)
            expect(
              head.split("\r\n").filter((line) => /^(x-evil|host: inside|transfer-|get)/i.test(line)),
            ).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("H6 answers without measure", () => {
  test.each([
    ["brotli", "br", () => brotliCompressSync(zeros(), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ["gzip", "gzip", () => gzipSync(zeros())],
    ["deflate", "deflate", () => deflateSync(zeros())],
  ])("a small body that inflates to 64 MiB is stopped at the cap (%s)", async (_name, encoding, make) => {
    const bomb = make();
    expect(bomb.byteLength).toBeLessThan(80_000);
    await using server = await serveHttp((_request, response) => {
      response.writeHead(200, { "content-encoding": encoding }).end(bomb);
    });
    const http = clientFor(server);
    const answer = await http.request({ method: "GET", url: server.url, overflow: "truncate" });
    expect([answer.body.byteLength, answer.truncated]).toEqual([65_536, true]);
    const error = await failure(http.request({ method: "GET", url: server.url }));
    expect(error.code).toBe("too_large");
  });
  const zeros = () => Buffer.alloc(64 * 1024 * 1024);

  test.each([
    ["interim answers", "", "HTTP/1.1 102 Processing\r\n\r\n", "headers"],
    ["header lines", "HTTP/1.1 200 OK\r\n", "x: y\r\n", "headers"],
    ["chunk extensions", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "1;a=b\r\nx\r\n", "body"],
    ["trailers", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n", "x-trailer: y\r\n", "body"],
  ])(
    "%s without end meet their deadline or cap, and the connection is closed",
    async (_what, first, again, phase) => {
      const closed = Promise.withResolvers<void>();
      await using server = await serveSockets((socket) => {
        socket.write(first);
        const timer = setInterval(() => socket.write(again), 10);
        socket.once("close", () => {
          clearInterval(timer);
          closed.resolve();
        });
        socket.resume();
      });
      const http = clientFor(server, { headersTimeoutMs: 200, bodyTimeoutMs: 200 });
      const error = await failure(http.request({ method: "GET", url: server.url }));
      expect([error.code, error.phase]).toEqual(["timeout", phase]);
      await closed.promise;
    },
  );
});

describe("H7 the provider's words", () => {
  /** What a gateway may make of the code it was given. */
  const echoes: readonly ((code: string) => string)[] = [
    (code) => code,
    (code) => [...code].join(" "),
    (code) => [...code].join("\u200b"),
    (code) => `<b>${code}</b><script>alert(1)</script>`,
    (code) => JSON.stringify({ body: `Use this code ${code}` }),
    (code) => Buffer.from(code).toString("base64"),
    (code) => [...code].map((digit) => `&#${digit.charCodeAt(0)};`).join(""),
    (code) => [...code].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join(""),
    (code) => [...code].reverse().join(""),
  ];

  test.each(echoes.map((echo) => [echo("123456"), echo] as const))(
    "a gateway that answers %j hands nobody a code that is accepted",
    async (_shown, echo) => {
      await using inbox = await createSmsInbox();
      const http = clientFor(inbox);
      const sms = await installSms({ account_sid: inbox.gatewayUrl }, { codes: [424_242, 535_353] });
      sms.at.provider.delivery = async () => {
        const { config, ...message } = sms.at.sent.at(-1) as (typeof sms.at.sent)[number];
        inbox.failNext({ status: 400, body: echo(message.token) });
        await createSmsProvider(config, http).send(message);
      };
      const flow = await sms.start();
      const shown = JSON.stringify(await flow.respond({ phone_number: "+12025550173" }));
      expect(shown).not.toContain("424242");
      expect(await flow.respond({ code: "424242" })).toMatchObject({ phone_number_required: true });
      expect(await sms.devices()).toEqual([]);
    },
  );

  test("only a refusal's text is shown, cut and in one line; nothing else of an answer is", async () => {
    await using inbox = await createSmsInbox();
    const http = clientFor(inbox, { headersTimeoutMs: 200, bodyTimeoutMs: 200 });
    const twilio = createSmsProvider(TWILIO, http, { twilioBaseUrl: inbox.url });
    for (const failing of ["garbage", "not_http", "oversize", "reset", "drip"] as const) {
      inbox.failNext(failing);
      const error = await sendFailure(twilio.send(MESSAGE));
      expect(error.detail).toBe(error.message);
      expect(error.message).toMatch(/^[ -~]{1,200}$/);
    }
    const generic = createSmsProvider({ ...GENERIC, account_sid: inbox.gatewayUrl }, http);
    inbox.failNext({ status: 400, body: `<h1>\u001b[2J\r\nSet-Cookie: a\u202e${"x".repeat(100_000)}` });
    const { detail, message } = await sendFailure(generic.send(MESSAGE));
    expect(detail).toMatch(/^<h1> \[2J Set-Cookie: ax+…$/);
    expect(detail.length).toBeLessThanOrEqual(1000);
    expect(message).toBe("The SMS gateway did not accept the message (status 400).");
  });
});

describe("H8 unchecked certificates", () => {
  test.each(["rejectUnauthorized", "insecure", "verify", "checkServerIdentity", "ca", "servername"])(
    "there is no setting %j",
    (name) => {
      expect(() => createHttpClient({ [name]: false })).toThrow(name);
      expect(() => httpCapability({ targets: ["a.example"], policy: { [name]: false } as never })).toThrow(
        name,
      );
    },
  );

  test("nothing that is shipped switches the check off, or looks at who asks for that", () => {
    expect(linesWith(/rejectUnauthorized:(?! true)|NODE_TLS_REJECT|checkServerIdentity|--insecure/)).toEqual(
      [],
    );
  });

  test("an expression that asks for it is refused before anything is connected", async () => {
    await using server = await serveHttp((_request, response) => response.end("unchecked"));
    for (const value of ["False", "0", "''", "'/tmp/roots.pem'"]) {
      const source = `return requests.get("${server.url}/", verify=${value}).text`;
      expect(await python(source, [server.url])).toMatch(
        /^NotImplementedError: requests: certificates are always checked/,
      );
    }
    expect(server.connections()).toBe(0);
  });
});

describe("H9 sending twice", () => {
  test.each(["reset", "not_http", "garbage", "hang", "drip"] as const)(
    "a connection that ends in %s after the request was written: one request at the gateway, told as perhaps sent",
    async (failing) => {
      await using inbox = await createSmsInbox();
      const http = clientFor(inbox, { headersTimeoutMs: 150, bodyTimeoutMs: 150 });
      const twilio = createSmsProvider(TWILIO, http, { twilioBaseUrl: inbox.url });
      inbox.failNext(failing);
      expect((await sendFailure(twilio.send(MESSAGE))).mayHaveBeenSent).toBe(true);
      expect(inbox.requests).toHaveLength(1);
    },
  );

  test("an expression's request is not repeated by us either", async () => {
    await using server = await serveSockets((socket) => {
      socket.once("data", () => socket.resetAndDestroy());
    });
    const outcome = await python(`return requests.post("${server.url}/", data="once")`, [server.url]);
    expect(outcome).toMatch(/^ConnectionError: /);
    expect(server.connections()).toBe(1);
  });
});

describe("H10 the inbox as a target", () => {
  test("listens on loopback and nowhere else, on a port of the system's choice", async () => {
    await using one = await createSmsInbox();
    await using two = await createSmsInbox();
    expect(one.port).not.toBe(two.port);
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, address }) => !internal && !address.startsWith("fe80"))
      .map(({ address }) => address);
    for (const host of [...others, "127.0.0.2", "::1"]) {
      const socket = connect({ host, port: one.port });
      const [error] = await once(socket, "error").catch(() => [new Error("connected")]);
      expect([host, (error as NodeJS.ErrnoException).code]).toEqual([
        host,
        expect.stringMatching(/^E(CONNREFUSED|ADDRNOTAVAIL|NETUNREACH|AFNOSUPPORT)$/),
      ]);
    }
  });

  test("takes nothing from a page: no simple form post, no preflight, no socket upgrade", async () => {
    await using inbox = await createSmsInbox();
    const ask = (headers: Record<string, string>, method = "POST") =>
      fetch(inbox.gatewayUrl, {
        method,
        headers,
        ...(method === "POST" ? { body: "to=%2B1&message=1234" } : {}),
      });
    const origin = "https://evil.example";
    const form = { "content-type": "application/x-www-form-urlencoded", origin };
    for (const answer of [
      await ask(form),
      await ask({ "content-type": "text/plain", origin: "null" }),
      await ask({ origin, "access-control-request-method": "POST" }, "OPTIONS"),
    ]) {
      expect(answer.status).toBe(403);
      expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
    expect(inbox.requests).toEqual([]);
  });
});
