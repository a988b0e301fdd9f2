// What operators rely on: health, metrics, log lines, and a stop that loses no request.
import { once } from "node:events";
import { createServer as createHttpServer, request as httpRequest } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { StoreOutcomeUnknown, StoreUnavailable, StoreWriteFailed } from "../../runtime/index.ts";
import { createLogger, runtimeLogger } from "../../server/index.ts";
import { dummies } from "../runtime/flow/dummy-flow.ts";
import { type Running, startServer } from "./server-under-test.ts";

let running: Running | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

/** A flow "f" whose policy says something whenever it is asked. */
const SPOKEN = `
version: 1
metadata: { name: spoken }
entries:
  - model: authentik_flows.flow
    id: flow
    identifiers: { slug: f }
    attrs: { name: F, title: F, designation: authentication }
  - model: authentik_stages_dummy.dummystage
    id: stage
    identifiers: { name: one }
  - model: authentik_flows.flowstagebinding
    id: binding
    identifiers: { target: !KeyOf flow, stage: !KeyOf stage, order: 0 }
  - model: authentik_policies_expression.expressionpolicy
    id: policy
    identifiers: { name: speaks }
    attrs: { expression: "ak_logger.info('seen')\\nreturn True" }
  - model: authentik_policies.policybinding
    identifiers: { target: !KeyOf binding, policy: !KeyOf policy, order: 0 }
`;

const EXECUTOR = "/api/v3/flows/executor/f/?query=";

/** A served flow "f" whose policy waits until it is let go. */
async function waiting(settings: object = {}) {
  const flow = await dummies(["one"]);
  const entered = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<boolean>();
  const policy = await flow.at.policy("wait", async () => {
    entered.resolve();
    return await gate.promise;
  });
  await flow.at.bind(flow.pk, { policy: policy.pk });
  running = await startServer({ on: flow.at, settings });
  return { ...flow, running, entered: entered.promise, letGo: () => gate.resolve(true) };
}

test("health is told to everybody: alive, and ready as long as the store answers", async () => {
  const { at } = await dummies(["one"]);
  let broken = false;
  const store = {
    ...at.store,
    read: (work: never) => (broken ? Promise.reject(new Error("disk on fire")) : at.store.read(work)),
    transaction: at.store.transaction.bind(at.store),
  } as typeof at.store;
  running = await startServer({ on: { ...at, store, runtime: { ...at.runtime, store } } });
  const status = async (path: string) =>
    (await fetch(new URL(path, running?.url), { headers: { authorization: "Bearer nonsense" } })).status;
  expect([await status("/-/health/live/"), await status("/-/health/ready/")]).toEqual([200, 200]);
  broken = true;
  expect([await status("/-/health/live/"), await status("/-/health/ready/")]).toEqual([200, 503]);
  const response = await fetch(new URL("/api/v3/core/users/me/", running.url));
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({
    detail: "Internal server error.",
    request_id: response.headers.get("x-authentik-id"),
  });
});

test.each([
  new StoreUnavailable("the database db:5432/postern cannot be used at the moment"),
  new StoreOutcomeUnknown("the connection to db:5432/postern broke during a commit"),
  new StoreWriteFailed("/data/postern.json", "the disk is full", undefined),
])("while the store is away requests are told to come back: %s", async (error) => {
  const { at } = await dummies(["one"]);
  let isAway = false;
  const store = {
    ...at.store,
    read: (work: never) => (isAway ? Promise.reject(error) : at.store.read(work)),
    transaction: (work: never) => (isAway ? Promise.reject(error) : at.store.transaction(work)),
  } as typeof at.store;
  running = await startServer({ on: { ...at, store, runtime: { ...at.runtime, store } } });
  isAway = true;
  const response = await fetch(new URL(EXECUTOR, running.url));
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({
    detail: "The server cannot get at its data at the moment. Please try again in a while.",
    request_id: response.headers.get("x-authentik-id"),
  });
});

test("metrics are for superusers and count by route and flow", async () => {
  const { at } = await dummies(["one"]);
  running = await startServer({ on: at });
  const browser = await running.browser("marie");
  expect((await browser.once("/-/metrics")).status).toBe(403);
  await browser.once(EXECUTOR);
  await browser.once("/api/v3/core/nothing/");
  const response = await running.client().once("/-/metrics");
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split("\n");
  expect(lines).toContain(
    'postern_http_requests_total{method="GET",route="/api/v3/flows/executor/:flow_slug/",status="200"} 1',
  );
  expect(lines).toContain('postern_http_requests_total{method="GET",route="(none)",status="404"} 1');
  expect(lines).toContain('postern_flow_answers_total{flow="f",component="ak-stage-dummy"} 1');
  expect(lines).toContain("postern_http_requests_in_flight 1");
});

test("each request is one log line, without query, cookie or token", async () => {
  const { at } = await dummies(["one"]);
  running = await startServer({ on: at });
  const browser = await running.browser("marie");
  const response = await browser.once(`${EXECUTOR}canary-query`, {
    headers: { "x-canary": "canary-header" },
  });
  await running.client().once("/api/v3/core/users/me/");
  expect(running.logs.filter(({ msg }) => msg === "request")).toMatchObject([
    {
      level: "info",
      request_id: response.headers.get("x-authentik-id"),
      method: "GET",
      route: "/api/v3/flows/executor/:flow_slug/",
      status: 200,
      user: "marie",
      client_ip: "127.0.0.1",
    },
    { route: "/api/v3/core/users/me/", status: 200, user: "akadmin" },
  ]);
  const text = JSON.stringify(running.logs);
  for (const secret of [
    "canary-query",
    "canary-header",
    running.token,
    browser.cookies.get("authentik_session"),
  ]) {
    expect(text).not.toContain(secret);
  }
});

test("what the runtime says of a request is a line with the request's id", async () => {
  const lines: { [key: string]: unknown }[] = [];
  const logger = createLogger("info", { write: (line) => void lines.push(JSON.parse(line)) });
  running = await startServer({ runtime: { logger: runtimeLogger(logger) }, blueprint: SPOKEN });
  const browser = await running.browser();
  const ids: (string | null)[] = [];
  for (const method of ["GET", "POST"]) {
    const json = { method, body: "{}", headers: { "content-type": "application/json" } };
    const response = await browser.once(EXECUTOR, method === "POST" ? json : {});
    ids.push(response.headers.get("x-authentik-id"));
  }
  expect(new Set(ids).size).toBe(2);
  const said = lines.filter(({ msg }) => msg === "seen");
  expect(said.map(({ request_id }) => request_id)).toEqual(ids);
});

test("a request that fails is a line with its id, too", async () => {
  const { at } = await dummies(["one"]);
  let isBroken = false;
  const store = {
    ...at.store,
    read: (work: never) => (isBroken ? Promise.reject(new Error("on fire")) : at.store.read(work)),
    transaction: at.store.transaction.bind(at.store),
  } as typeof at.store;
  running = await startServer({ on: { ...at, store, runtime: { ...at.runtime, store } } });
  isBroken = true;
  const response = await fetch(new URL(EXECUTOR, running.url));
  const request_id = response.headers.get("x-authentik-id");
  expect(running.logs.filter(({ level }) => level === "error")).toMatchObject([
    {
      msg: "request failed",
      request_id,
      err: { name: "Error", message: "on fire", stack: expect.any(String) },
    },
    { msg: "request", request_id, status: 500 },
  ]);
  expect(running.logs.find(({ msg }) => msg === "request failed")?.err).not.toHaveProperty("type");
});

test("closing answers what is in flight and takes nothing new", async () => {
  const { running, entered, letGo } = await waiting();
  const browser = await running.browser("marie");
  const answer = browser.once(EXECUTOR);
  await entered;
  const closed = running.server.close();
  let done = false;
  void closed.then(() => {
    done = true;
  });
  const refused = fetch(new URL("/-/health/live/", running.url)).then(
    ({ status }) => status === 503,
    () => true,
  );
  expect(await refused).toBe(true);
  expect(done).toBe(false);
  letGo();
  expect(await (await answer).json()).toMatchObject({ component: "ak-stage-dummy" });
  await closed;
});

test.each(["", "GET / HTTP/1.1\r\nhost: half\r\n"])(
  "closing does not wait for a connection that has sent no whole request: %j",
  async (sent) => {
    const { at } = await dummies(["one"]);
    running = await startServer({ on: at });
    const { hostname, port } = new URL(running.url);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    socket.write(sent);
    const cut = once(socket, "close");
    // Answered, so the server knows of the other connection by now.
    await fetch(new URL("/-/health/live/", running.url));
    await running.server.close();
    await cut;
    expect(running.logs.map(({ level }) => level)).not.toContain("warn");
  },
);

test("what takes longer than the shutdown may is cut off, and told", async () => {
  const { running, entered, letGo } = await waiting({ shutdownTimeout: 50 });
  const browser = await running.browser("marie");
  const answer = browser.once(EXECUTOR).catch((error: unknown) => error);
  await entered;
  await running.server.close();
  expect(await answer).toBeInstanceOf(Error);
  expect(running.logs.map(({ msg }) => msg)).toContain(
    "requests were cut off: they took longer than shutdownTimeout",
  );
  letGo();
});

test("mounted in another server it answers the same, and its closing waits too", async () => {
  const { running, entered, letGo } = await waiting();
  const host = createHttpServer((request, response) => running.server.handler(request, response));
  await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
  const { port } = host.address() as AddressInfo;
  const answered = Promise.withResolvers<string>();
  const request = httpRequest({ port, path: EXECUTOR }, (response) => {
    let text = "";
    response.on("data", (chunk) => {
      text += chunk;
    });
    response.on("end", () => answered.resolve(text));
  });
  request.end();
  await entered;
  let done = false;
  const closed = running.server.close().then(() => {
    done = true;
  });
  await new Promise(setImmediate);
  expect(done).toBe(false);
  letGo();
  expect(JSON.parse(await answered.promise)).toMatchObject({ component: "ak-stage-dummy" });
  await closed;
  await new Promise((resolve) => host.close(resolve));
});
