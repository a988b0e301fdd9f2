// `requests` in an expression answers and sends what requests 2.34.2 does (recorded in fixtures/requests), and what is
// ours: errors without secrets, refusals, the session that authentik injects.
import { readFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import type { HttpAnswer, HttpCall } from "../../../engine/index.ts";
import { engineUnderTest } from "../engine-under-test.ts";

type Recorded = { case: string; answer: string; sent: [string, string, [string, string][], string | null][] };
type Answers = { [path: string]: [number, string, [string, string][], string] };
const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/requests/${name}`, import.meta.url), "utf8"));
const answers = fixture("answers.json") as Answers;
const recorded = fixture("cases.json") as Recorded[];

let sent: HttpCall[] = [];
beforeEach(() => {
  sent = [];
});
/** Answers by path, as the recorder's server does. */
async function http(call: HttpCall): Promise<HttpAnswer> {
  sent.push(call);
  const path = /^[^:]*:\/\/[^/]*([^?]*)/.exec(call.url)?.[1] ?? "";
  const [status, reason, headers, text] = answers[path] ?? [200, "OK", [], path];
  return {
    status,
    reason,
    headers: headers.map(([name, value]) => [name, Buffer.from(value).toString("latin1")] as const),
    body: Buffer.from(text).toString("base64"),
    elapsedMs: 1500,
  };
}
const body = (call: HttpCall): string | null =>
  call.body === null ? null : Buffer.from(call.body, "base64").toString("latin1");

const under = engineUnderTest({ capabilities: { http }, limits: { hostCalls: 200 } });
const clock = { now: 1_767_225_600_000 };

test.each(recorded)("$case", async ({ case: source, answer, sent: expected }) => {
  const outcome = await under.run(`import requests\n${source}`, {}, "policy", clock);
  const { error } = outcome;
  expect(error === undefined ? outcome.repr : `${error.type}: ${error.message}`).toBe(answer);
  expect(sent.map((call) => [call.method, call.url, call.headers, body(call)])).toEqual(expected);
});

const answer = async (source: string): Promise<string> => {
  const { error, repr } = await under.run(source, {}, "policy", clock);
  return error === undefined ? repr : `${error.type}: ${error.message}`;
};

test("the name `requests` is a session with authentik's user agent, the same throughout an evaluation and no longer", async () => {
  expect(
    await answer(
      "requests.headers['X'] = '1'\nr = requests.get('https://e.example/cookies')\nreturn r.request.headers['user-agent'], r.request.headers['x'], len(requests.cookies) > 0, type(requests).__name__",
    ),
  ).toBe("('authentik@2026.8.3', '1', True, 'TimeoutSession')");
  expect(await answer("return len(requests.cookies), 'X' in requests.headers")).toBe("(0, False)");
  expect(await answer("return requests.exceptions")).toBe(
    "AttributeError: 'TimeoutSession' object has no attribute 'exceptions'",
  );
});

test.each([
  [
    "a header's value",
    "requests.get('https://e.example/', headers={'Authorization': 'Bearer secret\\n'})",
    "InvalidHeader: Invalid leading whitespace, reserved character(s), or return character(s) in header value: of 'Authorization'",
  ],
  [
    "a header that is no text",
    "requests.get('https://e.example/', headers={'X': 5})",
    "InvalidHeader: Header part of 'X' must be of type str or bytes, not <class 'int'>",
  ],
  [
    "user and password before the host",
    "requests.get('https://user:secret@e.example/none').raise_for_status()",
    "HTTPError: 404 Client Error: Not Found for url: https://e.example/…",
  ],
  [
    "path and query of an answer with an error",
    "requests.get('https://e.example/broken', params={'key': 'secret'}).raise_for_status()",
    "HTTPError: 503 Server Error: Service Unavailable for url: https://e.example/…",
  ],
  [
    "the path of a URL without scheme",
    "requests.get('e.example/bot-secret')",
    "MissingSchema: Invalid URL 'e.example/…': No scheme supplied. Perhaps you meant https://e.example/…?",
  ],
  [
    "the query of a URL without scheme",
    "requests.get('user:secret@e.example?key=secret')",
    "InvalidSchema: No connection adapters were found for 'e.example/…'",
  ],
  [
    "a URL that cannot be taken apart",
    "requests.get('https://user:secret@[::1?key=secret')",
    "InvalidURL: Failed to parse: https://[::1/…",
  ],
])("an error's text does not show %s", async (_what, source, text) => {
  expect(await answer(source)).toBe(text);
});

test.each([
  ["verify=False", "certificates are always checked against the host's roots; leave verify out"],
  ["verify='/ca.pem'", "certificates are always checked against the host's roots; leave verify out"],
  ["cert='c.pem'", "client certificates are not available in an expression"],
  ["proxies={'https': 'http://p'}", "proxies are not available in an expression"],
  ["files={'f': b'x'}", "files cannot be sent from an expression; send bytes as data"],
  ["data=iter(['x'])", "streamed bodies are not available in an expression"],
  [
    "auth=HTTPDigestAuth('u', 'p')",
    "digest authentication is not available in an expression; use basic or a header",
  ],
])("%s is refused and nothing is sent", async (argument, text) => {
  const source = `from requests.auth import HTTPDigestAuth\nrequests.post('https://e.example/', ${argument})`;
  expect(await answer(source)).toBe(`NotImplementedError: requests: ${text}`);
  expect(sent).toEqual([]);
});

test.each([
  ["timeout=3", { connectTimeout: 3, readTimeout: 3 }],
  ["timeout=(0.5, None)", { connectTimeout: 0.5, readTimeout: null }],
  ["timeout=None, stream=True, verify=True, proxies={}", { connectTimeout: null, readTimeout: null }],
])("%s reaches the embedder", async (argument, expected) => {
  await answer(`requests.get('https://e.example/', ${argument})`);
  expect(sent).toMatchObject([expected]);
});

test.each([
  [
    "0",
    "Attempted to set connect timeout to 0, but the timeout cannot be set to a value less than or equal to 0.",
  ],
  ["True", "Timeout cannot be a boolean value. It must be an int, float or None."],
  ["'soon'", "Timeout value connect was soon, but it must be an int, float or None."],
  [
    "(1, 2, 3)",
    "Invalid timeout (1, 2, 3). Pass a (connect, read) timeout tuple, or a single float to set both timeouts to the same value.",
  ],
])("timeout=%s is refused as urllib3 refuses it", async (timeout, text) => {
  expect(await answer(`requests.get('https://e.example/', timeout=${timeout})`)).toBe(`ValueError: ${text}`);
});

test("text that states no encoding is read as UTF-8 or refused", async () => {
  const engine = under.engine.expression(
    "t",
    "r = requests.get('https://e.example/')\nreturn r.text, r.apparent_encoding",
  );
  const run = (bytes: number[]) =>
    engine.run(
      {},
      {
        capabilities: {
          http: async () => ({
            status: 200,
            reason: "OK",
            headers: [],
            body: Buffer.from(bytes).toString("base64"),
            elapsedMs: 0,
          }),
        },
      },
    );
  expect((await run([0x61])).repr).toBe("('a', 'ascii')");
  expect((await run([0xc3, 0xa4])).repr).toBe("('ä', 'utf-8')");
  expect((await run([0xff, 0xe4])).error?.message).toBe(
    "the answer does not state its encoding and is not UTF-8; set response.encoding before reading its text",
  );
});

test("an encoding that is not here is an error, not another text", async () => {
  expect(
    await answer("r = requests.get('https://e.example/text')\nr.encoding = 'shift_jis'\nreturn r.text"),
  ).toBe("LookupError: unknown encoding: shift_jis (not available in an expression)");
  expect(
    await answer("r = requests.get('https://e.example/text')\nr.encoding = 'nonsense'\nreturn r.text[:5]"),
  ).toBe("'grüße'");
});

test("an error of the embedder's is the exception it names, with the request", async () => {
  const source =
    "import requests as module\ntry:\n    requests.get('https://e.example/x')\nexcept module.exceptions.ConnectTimeout as e:\n    return str(e), e.request.url, e.response, isinstance(e, module.ConnectionError)";
  const fail = async (): Promise<never> => {
    throw Object.assign(new Error("too slow"), { name: "requests.exceptions.ConnectTimeout" });
  };
  const outcome = await under.run(source, {}, "policy", { capabilities: { http: fail } });
  expect(outcome.repr).toBe("('too slow', 'https://e.example/x', None, True)");
});

test("without the capability nothing is sent", async () => {
  const outcome = await under.run("requests.get('https://e.example/x')", {}, "mapping", {
    capabilities: { http: undefined },
  });
  expect(outcome.error).toMatchObject({
    type: "CapabilityError",
    message: 'requests needs the capability "http", which this evaluation was not granted',
  });
});
