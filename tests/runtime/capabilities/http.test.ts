// `requests` in an expression, through the guarded client, to a server on this machine: what arrives there, and what of
// the server's answers comes back. Only named targets are reached, at every hop.
import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { httpCapability } from "../../../runtime/index.ts";
import { engineUnderTest } from "../../engine/engine-under-test.ts";
import { serveHttp, serveSockets } from "../../providers/local-server.ts";

const under = engineUnderTest();
const other = "http://localhost:9";

interface Seen {
  readonly line: string;
  readonly headers: readonly string[];
  readonly body: string;
}
/** A server that notes what arrives and answers with `handler`. */
async function noting(handler: (request: IncomingMessage, response: ServerResponse) => void) {
  const seen: Seen[] = [];
  const server = await serveHttp(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    seen.push({
      line: `${request.method} ${request.url}`,
      headers: request.rawHeaders,
      body: Buffer.concat(chunks).toString(),
    });
    handler(request, response);
  });
  return { server, seen };
}
async function run(source: string, targets: readonly string[], policy = {}): Promise<string> {
  const http = httpCapability({ targets, policy });
  const { error, repr } = await under.run(`import requests\n${source}`, {}, "expression", {
    capabilities: { http },
  });
  return error === undefined ? repr : `${error.type}: ${error.message}`;
}

test("what requests prepares is what the server gets", async () => {
  const { server, seen } = await noting((_request, response) => {
    response.writeHead(201, "Made", [
      ["X-Cased", "yes"],
      ["Set-Cookie", "a=1"],
      ["Set-Cookie", "b=2"],
    ]);
    response.end(JSON.stringify({ ok: true }));
  });
  await using _ = server;
  const source = `
r = requests.post("${server.url}/a/../b c/'q'?x=%7e|", params={"y": "ä'"}, json={"k": "ü"}, headers={"X-One": "1"}, auth=("u", "p"))
return r.status_code, r.reason, r.json(), r.headers["x-cased"], r.cookies.get_dict(), r.elapsed.total_seconds() > 0`;
  expect(await run(source, [server.url])).toBe(
    "(201, 'Made', {'ok': True}, 'yes', {'a': '1', 'b': '2'}, True)",
  );
  expect(seen.map(({ line, body }) => [line, body])).toEqual([
    ["POST /b%20c/'q'?x=~%7C&y=%C3%A4%27", '{"k": "\\u00fc"}'],
  ]);
  const headers = seen[0]?.headers ?? [];
  const pairs = headers.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), headers[i + 1]]] : []));
  expect(Object.fromEntries(pairs)).toMatchObject({
    "user-agent": "python-requests/2.34.2",
    "accept-encoding": "gzip, deflate",
    accept: "*/*",
    "x-one": "1",
    authorization: "Basic dTpw",
    "content-type": "application/json",
    "content-length": "15",
  });
});

test("an encoded answer is decoded, and its header stays", async () => {
  const { server } = await noting((_request, response) => {
    response.setHeader("Content-Encoding", "gzip");
    response.setHeader("Content-Type", "text/plain; charset=utf-8");
    response.end(gzipSync("grüße"));
  });
  await using _ = server;
  expect(
    await run(`r = requests.get("${server.url}/")\nreturn r.text, r.headers["content-encoding"]`, [
      server.url,
    ]),
  ).toBe("('grüße', 'gzip')");
});

test("each hop of a redirect is held to the targets", async () => {
  const { server, seen } = await noting((request, response) => {
    response.writeHead(302, { Location: request.url === "/out" ? `${other}/secret?key=1` : "/end" });
    response.end();
  });
  await using _ = server;
  const source = `
try:
    requests.get("${server.url}/out")
except requests.ConnectionError as e:
    return str(e)`;
  expect(await run(source, [server.url])).toBe(
    `'${other} is not among the targets that expressions may reach.'`,
  );
  expect(seen.map(({ line }) => line)).toEqual(["GET /out"]);
});

test.each([
  ["a host that is not named", "https://evil.example/", "https://evil.example"],
  ["another port of a named host", "https://api.example:8443/", "https://api.example:8443"],
  ["plain HTTP to a host named for https", "http://api.example/", "http://api.example"],
  [
    "a host that begins with a named one",
    "https://api.example.evil.example/",
    "https://api.example.evil.example",
  ],
  ["a named host as the user of another", "https://api.example@evil.example/", "https://evil.example"],
])("%s is refused before anything is resolved", async (_what, url, origin) => {
  const resolve = async () => {
    throw new Error("resolved");
  };
  expect(await run(`return requests.get("${url}")`, ["api.example"], { resolve })).toBe(
    `ConnectionError: ${origin} is not among the targets that expressions may reach.`,
  );
});

test("a host named without a port is not reached at a private address", async () => {
  const resolve = async () => [{ address: "127.0.0.1", family: 4 as const }];
  expect(await run('return requests.get("https://api.example/")', ["api.example"], { resolve })).toBe(
    "ConnectionError: api.example resolves to 127.0.0.1, an address of this machine: not reachable from here.",
  );
});

test("failures are requests' exceptions, without what was asked for", async () => {
  await using silent = await serveSockets(() => {});
  await using closing = await serveSockets((socket) => socket.end());
  const { server: big } = await noting((_request, response) => response.end("x".repeat(2000)));
  await using _big = big;
  const { server: wrong } = await noting((_request, response) => {
    response.setHeader("Content-Encoding", "gzip");
    response.end("no gzip");
  });
  await using _wrong = wrong;
  const names = async (url: string, rest = ""): Promise<string> =>
    run(`return requests.get("${url}/path?key=secret"${rest})`, [url], { maxBodyBytes: 1000 });
  expect(await names(silent.url, ", timeout=0.1")).toBe(
    `ReadTimeout: http://127.0.0.1:${silent.port} took the request but did not answer in time.`,
  );
  expect(await names(closing.url)).toBe(
    `ConnectionError: http://127.0.0.1:${closing.port} closed the connection before its answer was complete.`,
  );
  expect(await names(big.url)).toBe(
    `RequestException: The answer of http://127.0.0.1:${big.port} is larger than 1000 bytes.`,
  );
  expect(await names(wrong.url)).toBe(
    "ContentDecodingError: The answer's body does not decode as its headers say.",
  );
  expect(await names(other)).toBe(`ConnectionError: No connection to ${other} (ECONNREFUSED).`);
});

test("headers of the connection cannot be set, and methods are the common ones", async () => {
  const { server, seen } = await noting((_request, response) => response.end());
  await using _ = server;
  expect(await run(`return requests.get("${server.url}/", headers={"Host": "x"})`, [server.url])).toBe(
    'InvalidHeader: The header "host" is set by the client itself.',
  );
  expect(await run(`return requests.request("TRACE", "${server.url}/")`, [server.url])).toBe(
    "RequestException: The method of the request is not one that can be sent.",
  );
  expect(seen).toEqual([]);
});

test("a text that names no target is refused when the grant is made", () => {
  expect(() => httpCapability({ targets: ["https://a.example/path"] })).toThrow(
    new TypeError(
      '"https://a.example/path" does not name an allowed target. Write host:port, or http://host:port to allow plain HTTP.',
    ),
  );
});
