// Requests that mean harm: too large, malformed, climbing out of paths, polluting objects, looking for internals.
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dummies } from "../runtime/flow/dummy-flow.ts";
import { type Running, startServer } from "./server-under-test.ts";

const EXECUTOR = "/api/v3/flows/executor/f/?query=";
let running: Running;
beforeAll(async () => {
  const { at } = await dummies(["one"]);
  running = await startServer({
    on: at,
    settings: { bodyLimit: 10_000, headerLimit: 8_192, headersTimeout: 500 },
  });
});
afterAll(async () => await running.close());

/** Sends bytes as they are and answers everything that comes back until the server hangs up. */
function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(running.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

const json = { "content-type": "application/json" };

test.each([
  ["JSON", () => ({ headers: json, body: JSON.stringify({ component: "x".repeat(10_000) }) })],
  [
    "url-encoded",
    () => ({
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: `component=${"x".repeat(10_000)}`,
    }),
  ],
  [
    "multipart",
    () => {
      const body = new FormData();
      body.append("component", "x".repeat(10_000));
      return { body };
    },
  ],
])("a %s body past the limit is a 413", async (_name, init) => {
  const browser = await running.browser();
  const response = await browser.once(EXECUTOR, { method: "POST", ...init() });
  expect(response.status).toBe(413);
  expect(await response.json()).toEqual({ detail: "The request's body is too large." });
});

test("a body that grows without saying so is cut off at the limit", async () => {
  const chunk = `${(1000).toString(16)}\r\n${"x".repeat(1000)}\r\n`;
  const head = (type: string) =>
    `POST ${EXECUTOR} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`;
  expect(await raw(`${head("application/json")}${chunk.repeat(11)}0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413 /);
  expect(await raw(`${head("multipart/form-data; boundary=b")}${chunk.repeat(11)}0\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 411 /,
  );
});

test.each([
  ["text/plain", "text"],
  ["application/xml", "<a/>"],
  ["application/json+evil", "{}"],
])("a body of type %s is a 415", async (type, body) => {
  const response = await (await running.browser()).once(EXECUTOR, {
    method: "POST",
    headers: { "content-type": type },
    body,
  });
  expect(response.status).toBe(415);
});

test.each([
  '{"__proto__": {"admin": true}}',
  '{"constructor": {"prototype": {"admin": true}}}',
  "{",
  "\u0000",
  "[1,",
])("the body %j pollutes nothing and is a 400", async (body) => {
  const response = await (await running.browser()).once(EXECUTOR, { method: "POST", headers: json, body });
  expect(response.status).toBe(400);
  expect({}).not.toHaveProperty("admin");
});

test("forms and queries with names of the prototype are fields like any other", async () => {
  const browser = await running.browser();
  const response = await browser.once(`${EXECUTOR}__proto__%3Dx&__proto__=y&constructor=z`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "__proto__=x&constructor=y&hasOwnProperty=z",
  });
  expect(await response.json()).toEqual({ component: "xak-flow-redirect", to: "/" });
  expect({}).not.toHaveProperty("x");
});

test("nesting that would exhaust the stack is refused or answered, and the server lives", async () => {
  const browser = await running.browser();
  const deep = { method: "POST", headers: json, body: `${"[".repeat(4_900)}${"]".repeat(4_900)}` };
  expect([200, 400]).toContain((await browser.once(EXECUTOR, deep)).status);
  expect((await browser.once("/-/health/live/")).status).toBe(200);
});

test.each([
  ["no boundary", "multipart/form-data", "x"],
  [
    "an end that is missing",
    "multipart/form-data; boundary=b",
    "--b\r\nContent-Disposition: form-data; name=a",
  ],
])("a multipart body with %s is a 400", async (_name, type, body) => {
  const browser = await running.browser();
  const response = await browser.once(EXECUTOR, { method: "POST", headers: { "content-type": type }, body });
  expect(response.status).toBe(400);
  expect(((await response.json()) as { detail: string }).detail).toMatch(/^Multipart form parse error - /);
});

test("a header past the limit is refused", async () => {
  const answer = await raw(`GET ${EXECUTOR} HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(9_000)}\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
});

test("a request whose header never ends is hung up on", async () => {
  expect(await raw(`GET ${EXECUTOR} HTTP/1.1\r\nHost: x\r\n`)).toMatch(/^HTTP\/1\.1 408 |^$/);
});

test.each([
  "GET / HTTP/1.1\r\n\r\n",
  "GET /x HTTP/9.9\r\nHost: x\r\n\r\n",
  "nonsense\r\n\r\n",
  "GET /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
  "GET /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
  "GET /x HTTP/1.1\r\nHost: x\r\nBad\u0001Name: y\r\n\r\n",
  "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
])("a malformed request %j is a 400 with nothing internal", async (request) => {
  const answer = await raw(request);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).not.toMatch(/at |node:|\.ts\b/);
});

test.each([
  "/api/v3/flows/executor/%0d%0aSet-Cookie:%20a=b/?query=",
  "/flows/-/cancel/?next=%2Fa%0d%0aSet-Cookie:%20a=b",
  "/flows/-/cancel/?next=%2Fa%E2%80%A8b",
  "/flows/-/default/authentication/?next=%0d%0aX-Evil:%20yes",
])("no header can be made with %s", async (path) => {
  const response = await (await running.browser()).once(path);
  expect(response.headers.get("x-evil")).toBeNull();
  expect(response.headers.getSetCookie().filter((line) => line.startsWith("a="))).toEqual([]);
});

test("a host header cannot lead elsewhere: what is sent to clients is paths", async () => {
  for (const path of ["/flows/-/cancel/", "/flows/-/configure/00000000-0000-4000-8000-000000000000/"]) {
    const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^location: \/flows\//im);
    expect(answer).not.toContain("evil.example");
  }
});

test.each([
  "/api/v3/flows/executor/../../../../etc/passwd/?query=",
  "/api/v3/flows/executor/..%2f..%2f..%2fetc%2fpasswd/?query=",
  "/api/v3/flows/executor/f%00/?query=",
  "/if/flow/..%2f..%2fetc%2fpasswd/",
  "/static/..%2f..%2fpackage.json",
  "//evil.example/%2e%2e",
  "/api/v3/flows/executor/%/?query=",
  "/api/v3//flows/executor/f/?query=",
])("the path %s leads to nothing", async (path) => {
  const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 (?:404|400) /);
  expect(answer).not.toMatch(/root:|"dependencies"|node:|\/server\//);
});

test("addresses that a client made up are not believed", async () => {
  const { at, pk } = await dummies(["one"]);
  const seen: unknown[] = [];
  const policy = await at.policy("look", ({ request }) => {
    seen.push(request.http_request.META.REMOTE_ADDR, request.http_request.host);
    return true;
  });
  await at.bind(pk, { policy: policy.pk });
  const own = await startServer({ on: at });
  try {
    await (await own.browser()).once(EXECUTOR, {
      headers: { "x-forwarded-for": "10.9.9.9", "x-real-ip": "10.9.9.9", "x-forwarded-host": "evil.example" },
    });
    expect(seen.slice(0, 2)).toEqual(["127.0.0.1", new URL(own.url).host]);
  } finally {
    await own.close();
  }
});

/** A flow that denies, and says the address that its policy sees. */
const TELLS_ADDRESS = `
version: 1
metadata: { name: address }
entries:
  - model: authentik_flows.flow
    id: flow
    identifiers: { slug: f }
    attrs: { name: F, title: F, designation: authentication }
  - model: authentik_policies_expression.expressionpolicy
    id: policy
    identifiers: { name: tells }
    attrs: { expression: "ak_message(str(ak_client_ip))\\nreturn False" }
  - model: authentik_policies.policybinding
    identifiers: { target: !KeyOf flow, policy: !KeyOf policy, order: 0 }
`;

test.each([
  [[], "10.9.9.9", "127.0.0.1"],
  [[], "10.9.9.9:80, 127.0.0.1", "127.0.0.1"],
  [["127.0.0.1"], "10.9.9.9, 203.0.113.9", "203.0.113.9"],
  [["127.0.0.1"], "10.9.9.9, 203.0.113.9:4711", "203.0.113.9"],
  [["127.0.0.1"], "[2001:db8::9]:4711", "2001:db8::9"],
  [["127.0.0.1"], "2001:db8::9", "2001:db8::9"],
  [["127.0.0.1"], "::ffff:203.0.113.9", "203.0.113.9"],
  [["127.0.0.1"], "unknown", "127.0.0.1"],
  [["127.0.0.1", "192.0.2.0/24"], "10.9.9.9, 203.0.113.9, 192.0.2.1", "203.0.113.9"],
])("with the proxies %j, %j is %s in a policy and the log", async (trustedProxies, forwarded, address) => {
  const own = await startServer({ settings: { trustedProxies }, blueprint: TELLS_ADDRESS });
  try {
    const answer = await (await own.browser()).once(EXECUTOR, { headers: { "x-forwarded-for": forwarded } });
    expect(await answer.json()).toMatchObject({ error_message: address });
    expect(own.logs.filter(({ msg }) => msg === "request")).toMatchObject([{ client_ip: address }]);
  } finally {
    await own.close();
  }
});

test("every answer forbids sniffing, framing and keeping", async () => {
  for (const path of [EXECUTOR, "/api/v3/none/", "/api/v3/core/users/me/", "/-/health/live/"]) {
    const { headers } = await (await running.browser()).once(path);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-powered-by")).toBeNull();
    expect(headers.get("server")).toBeNull();
  }
});
