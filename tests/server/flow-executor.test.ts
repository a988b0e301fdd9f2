// The flow executor over HTTP, driven by authentik's generated client and by plain requests.
import { FlowsApi } from "@goauthentik/api";
import { afterEach, expect, test } from "vitest";
import { dummies, dummy, ROOT } from "../runtime/flow/dummy-flow.ts";
import { type Client, type Running, startServer } from "./server-under-test.ts";

let running: Running | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

const EXECUTOR = "/api/v3/flows/executor/f/?query=";
const FORM = { "content-type": "application/x-www-form-urlencoded" };

/** A server on a flow "f" of dummy stages, and a browser in front of it. */
async function served(...given: Parameters<typeof dummies>) {
  const flow = await dummies(...given);
  running = await startServer({ on: flow.at });
  return { ...flow, running, browser: await running.browser("marie") };
}

async function answer(browser: Client, path = EXECUTOR, init: RequestInit = {}) {
  const response = await browser.once(path, init);
  const body = response.status === 302 ? {} : ((await response.json()) as { [key: string]: unknown });
  return { status: response.status, body };
}

const post = (body: unknown): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

test("authentik's own client walks a flow to its end", async () => {
  const { browser } = await served(["one", "two"]);
  const flows = new FlowsApi(browser.configuration());
  const first = await flows.flowsExecutorGet({ flowSlug: "f", query: "" });
  expect(first).toMatchObject({ component: "ak-stage-dummy", name: "one" });
  const response = {
    flowSlug: "f",
    query: "",
    flowChallengeResponseRequest: { component: "ak-stage-dummy" },
  } as const;
  expect(await flows.flowsExecutorSolve(response)).toMatchObject({
    component: "ak-stage-dummy",
    name: "two",
  });
  expect(await flows.flowsExecutorSolve(response)).toEqual(ROOT);
});

test("an accepted response with more to come is a 302 to the very same URL", async () => {
  const { browser } = await served(["one", "two"]);
  const path = "/api/v3/flows/executor/f/?query=next%3D%252Fif%252Fuser%252F";
  expect(await answer(browser, path)).toMatchObject({ status: 200, body: { name: "one" } });
  const response = await browser.once(path, post({ component: "ak-stage-dummy" }));
  expect(response.status).toBe(302);
  expect(response.headers.get("location")).toBe(path);
  expect(await answer(browser, path)).toMatchObject({ status: 200, body: { name: "two" } });
});

test("the last response is a 200 with the redirect challenge, and the flow's state is gone", async () => {
  const { browser, at } = await served(["one"]);
  await answer(browser);
  expect(await answer(browser, EXECUTOR, post({}))).toEqual({ status: 200, body: ROOT });
  expect(await at.rows("postern.flowsession")).toEqual([]);
});

test("a response before the first GET goes to the first stage", async () => {
  const { browser } = await served(["one", "two"]);
  expect((await answer(browser, EXECUTOR, post({}))).status).toBe(302);
  expect((await answer(browser)).body).toMatchObject({ name: "two" });
});

test.each([
  ["url-encoded", { headers: FORM, body: "component=ak-stage-dummy" }],
  ["multipart", { body: formData({ component: "ak-stage-dummy" }) }],
  ["without a body", {}],
  ["an empty JSON body", { headers: { "content-type": "application/json" }, body: "" }],
])("a response may come %s", async (_name, init) => {
  const { browser } = await served(["one"]);
  await answer(browser);
  expect((await answer(browser, EXECUTOR, { method: "POST", ...init })).body).toEqual(ROOT);
});

test.each([
  [[1], "Invalid data. Expected a dictionary, but got list.", "invalid"],
  ["text", "Invalid data. Expected a dictionary, but got str.", "invalid"],
  [7, "Invalid data. Expected a dictionary, but got int.", "invalid"],
  [null, "No data provided", "null"],
])("a response that is no object, %j, is refused under the same challenge", async (body, string, code) => {
  const { browser } = await served(["one"]);
  expect(await answer(browser, EXECUTOR, post(body))).toMatchObject({
    status: 200,
    body: { name: "one", response_errors: { non_field_errors: [{ string, code }] } },
  });
});

test("text that is not JSON is a 400", async () => {
  const { browser } = await served(["one"]);
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: "{" };
  expect(await answer(browser, EXECUTOR, init)).toEqual({
    status: 400,
    body: { detail: "JSON parse error - the body is not valid JSON." },
  });
});

test("an unknown slug is a 404 and leaves the browser's flow alone", async () => {
  const { browser, at } = await served(["one"]);
  await answer(browser);
  expect(await answer(browser, "/api/v3/flows/executor/none/?query=")).toEqual({
    status: 404,
    body: { detail: "No Flow matches the given query." },
  });
  expect(await at.rows("postern.flowsession")).toHaveLength(1);
});

test("a browser that asks for another flow gives its flow up", async () => {
  const { browser, at } = await served(["one", "two"]);
  await at.flow("g", [await dummy(at, "other")]);
  await answer(browser, EXECUTOR, post({}));
  expect((await answer(browser)).body).toMatchObject({ name: "two" });
  expect((await answer(browser, "/api/v3/flows/executor/g/?query=")).body).toMatchObject({ name: "other" });
  expect(await at.rows("postern.flowsession")).toHaveLength(1);
  expect((await answer(browser)).body).toMatchObject({ name: "one" });
});

test("two browsers walk the same flow without meeting", async () => {
  const { browser, running } = await served(["one", "two"]);
  const other = await running.browser();
  await answer(browser, EXECUTOR, post({}));
  expect((await answer(other)).body).toMatchObject({ name: "one" });
  expect((await answer(browser)).body).toMatchObject({ name: "two" });
});

test("a flow that is not for the user is denied with the policy's text", async () => {
  const { browser, at, pk } = await served(["one"]);
  const policy = await at.policy("no", (_variables, { message }) => {
    message("foo");
    return false;
  });
  await at.bind(pk, { policy: policy.pk });
  expect(await answer(browser)).toMatchObject({
    status: 200,
    body: { component: "ak-stage-access-denied", error_message: "foo", pending_user: "marie" },
  });
  // `next` of a denied flow is the request's own parameter.
  expect((await answer(browser, `${EXECUTOR}&next=%2Felsewhere%2F`)).body).toEqual({
    component: "xak-flow-redirect",
    to: "/elsewhere/",
  });
  expect((await answer(browser, `${EXECUTOR}&next=https%3A%2F%2Fevil.example%2F`)).body).toMatchObject({
    component: "ak-stage-access-denied",
  });
});

test("with denied_action continue it leads to the root", async () => {
  const { browser, at, pk } = await served(["one"], { denied_action: "continue" });
  const policy = await at.policy("no", () => false);
  await at.bind(pk, { policy: policy.pk });
  expect((await answer(browser)).body).toEqual(ROOT);
});

test("an empty flow ends at the root, a finished authentication at next of the query", async () => {
  const { browser } = await served([], { designation: "authentication" });
  expect((await answer(browser)).body).toEqual(ROOT);
  expect(
    (await answer(browser, "/api/v3/flows/executor/f/?query=next%3D%252Fif%252Fuser%252F")).body,
  ).toEqual({
    component: "xak-flow-redirect",
    to: "/if/user/",
  });
});

test("next of the query is taken from the last request, stands in cancel_url, and must stay here", async () => {
  const { browser } = await served(["one"]);
  await answer(browser);
  const shown = await answer(browser, "/api/v3/flows/executor/f/?query=next%3D%252Fa%252F");
  expect(shown.body.flow_info).toEqual({
    title: "Title of f",
    background: "/static/dist/assets/images/flow_background.jpg",
    background_themed_urls: null,
    cancel_url: "/flows/-/cancel/?next=%2Fa%2F",
    layout: "stacked",
  });
  const evil = "/api/v3/flows/executor/f/?query=next%3Dhttps%253A%252F%252Fevil.example";
  expect((await answer(browser, evil, post({}))).body).toMatchObject({
    component: "ak-stage-access-denied",
    error_message: "Invalid next URL",
  });
});

test("a stage that is dropped by its policy at its turn is not shown", async () => {
  const { browser, at, bindings } = await served(["one", "two", "three"]);
  const policy = await at.policy("no", () => false);
  await at.bind(bindings[1].pk, { policy: policy.pk });
  await answer(browser, EXECUTOR, post({}));
  expect((await answer(browser)).body).toMatchObject({ name: "three" });
});

test("an exception is the flow-error challenge with the request's id and nothing internal", async () => {
  const { at, running, browser } = await served(["one"]);
  await at.flow("broken", [await dummy(at, "broken", true)]);
  const response = await browser.once("/api/v3/flows/executor/broken/?query=");
  const body = (await response.json()) as { request_id: string };
  expect(body).toMatchObject({
    component: "ak-stage-flow-error",
    request_id: response.headers.get("x-authentik-id"),
    error: "Something went wrong in this flow. Please try again.",
  });
  expect(body).not.toHaveProperty("traceback");
  expect(await at.events("system_exception")).toMatchObject([{ context: { request_id: body.request_id } }]);
  expect(running.logs.filter(({ level }) => level === "error")).toEqual([]);
});

test("policies see the client's address, path and headers, not its credentials", async () => {
  const { browser, at, pk } = await served(["one"]);
  let seen: { [key: string]: unknown } = {};
  const policy = await at.policy("look", ({ request }) => {
    seen = request.http_request;
    return true;
  });
  await at.bind(pk, { policy: policy.pk });
  await browser.once(`${EXECUTOR}&plan=b`, { headers: { "X-Real": "yes" } });
  expect(seen).toMatchObject({
    META: { REMOTE_ADDR: "127.0.0.1", HTTP_X_REAL: "yes" },
    GET: { query: "", plan: "b" },
    path: "/api/v3/flows/executor/f/",
    method: "GET",
  });
  expect(JSON.stringify(seen)).not.toContain(browser.cookies.get("authentik_session"));
});

function formData(fields: { [name: string]: string }): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

test("a flow whose stage was deleted meanwhile fails once and then starts anew", async () => {
  const { at, bindings, browser } = await served(["one", "two"]);
  await browser.once(EXECUTOR);
  await at.store.transaction((tx) => tx.delete("authentik_flows.flowstagebinding", bindings[0].pk));
  expect((await answer(browser)).body).toMatchObject({ component: "ak-stage-flow-error" });
  expect((await answer(browser)).body).toMatchObject({ name: "two" });
});
