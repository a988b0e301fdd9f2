// The addresses that lead into flows and out of them.
import { afterEach, expect, test } from "vitest";
import { dummy } from "../runtime/flow/dummy-flow.ts";
import { install } from "../runtime/flow/harness.ts";
import { installSms, SMS_STAGE } from "../runtime/stages/sms-installation.ts";
import { type Client, type Running, startServer } from "./server-under-test.ts";

let running: Running | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

const CONFIGURE = "/flows/-/configure/";
const LOGIN = "/flows/-/default/authentication/";
const LOGOUT = "/flows/-/default/invalidation/";

async function sms() {
  const installed = await installSms();
  const [flow] = await installed.at.rows("authentik_flows.flow");
  running = await startServer({ on: installed.at });
  const setStage = (fields: { configure_flow: string | null }) =>
    installed.at.store.transaction((tx) => tx.update(SMS_STAGE, installed.stage.pk, fields));
  return { ...installed, running, flow, setStage };
}

async function location(client: Client, path: string): Promise<string | number | null> {
  const response = await client.once(path);
  return response.status === 302 ? response.headers.get("location") : response.status;
}

test("configuring needs somebody logged in, and comes back after the login", async () => {
  const { running, stage, flow, setStage } = await sms();
  await setStage({ configure_flow: flow.pk });
  const path = `${CONFIGURE}${stage.pk}/`;
  expect(await location(await running.browser(), path)).toBe(`${LOGIN}?next=${path}`);
  expect(await location(await running.browser(), `${path}?a=b&c=d`)).toBe(
    `${LOGIN}?next=${path}%3Fa%3Db%26c%3Dd`,
  );
  // A plan is kept with a browser's session; a token has none.
  expect(await location(running.client(), path)).toBe(`${LOGIN}?next=${path}`);
});

test("a stage that is unknown, not configurable, without flow, or not for the user is a 404", async () => {
  const { running, at, stage, flow, setStage } = await sms();
  const browser = await running.browser("marie");
  const plain = await dummy(at, "plain");
  for (const pk of ["00000000-0000-4000-8000-000000000000", "nonsense", "..%2f..", plain.pk, stage.pk]) {
    expect(await location(browser, `${CONFIGURE}${pk}/`)).toBe(404);
  }
  await setStage({ configure_flow: flow.pk });
  expect(await location(browser, `${CONFIGURE}${stage.pk}/`)).toBe("/if/flow/enroll/");
  const policy = await at.policy("no", () => false);
  await at.bind(flow.pk, { policy: policy.pk });
  expect(await location(browser, `${CONFIGURE}${stage.pk}/`)).toBe(404);
});

test("configuring starts from scratch, for the logged-in user", async () => {
  const { running, at, stage, flow, setStage } = await sms();
  await setStage({ configure_flow: flow.pk });
  const browser = await running.browser("paul");
  await location(browser, `${CONFIGURE}${stage.pk}/`);
  const [first] = await at.rows("postern.flowsession");
  expect(await location(browser, `${CONFIGURE}${stage.pk}/?next=%2Fhome%2F`)).toBe(
    "/if/flow/enroll/?next=%2Fhome%2F",
  );
  const [second, ...more] = await at.rows("postern.flowsession");
  expect(more).toEqual([]);
  expect(second.pk).not.toBe(first.pk);
  const shown = await (await browser.once("/api/v3/flows/executor/enroll/?query=")).json();
  expect(shown).toMatchObject({ pending_user: "paul" });
});

test("the default flow is the brand's, else the first by slug that lets the user in", async () => {
  const at = await install();
  running = await startServer({ on: at });
  const browser = await running.browser();
  expect(await location(browser, LOGIN)).toBe(404);
  const stage = await dummy(at, "one");
  const closed = await at.flow("a", [stage], { designation: "authentication" });
  await at.flow("c", [stage], { designation: "authentication" });
  const branded = await at.flow("d", [stage], { designation: "authentication" });
  await at.flow("b", [stage], { designation: "authentication" });
  await at.flow("0", [stage], { designation: "enrollment" });
  const policy = await at.policy("no", () => false);
  await at.bind(closed.pk, { policy: policy.pk });
  expect(await location(browser, `${LOGIN}?next=%2Fhome%2F`)).toBe("/if/flow/b/?next=%2Fhome%2F");
  await at.add("authentik_brands.brand", { domain: "127.0.0.1", flow_authentication: branded.pk });
  expect(await location(browser, LOGIN)).toBe("/if/flow/d/");
  expect(await location(browser, LOGOUT)).toBe(404);
  await at.flow("out", [stage], { designation: "invalidation" });
  expect(await location(browser, LOGOUT)).toBe("/if/flow/out/");
});

test("the default flow takes the place of another one in progress", async () => {
  const { running, at } = await sms();
  await at.flow("login", [await dummy(at, "one")], { designation: "authentication" });
  const browser = await running.browser("marie");
  await browser.once("/api/v3/flows/executor/enroll/?query=");
  expect(await at.rows("postern.flowsession")).toHaveLength(1);
  await location(browser, LOGIN);
  expect(await at.rows("postern.flowsession")).toEqual([]);
});

test("cancelling gives the flow up and leads to next, if that is here, else to the log-out", async () => {
  const { running, at } = await sms();
  const browser = await running.browser("marie");
  await browser.once("/api/v3/flows/executor/enroll/?query=");
  expect(await location(browser, "/flows/-/cancel/")).toBe(LOGOUT);
  expect(await at.rows("postern.flowsession")).toEqual([]);
  expect(await location(browser, "/flows/-/cancel/?next=%2Fhome%2F")).toBe("/home/");
  for (const next of [
    "https%3A%2F%2Fevil.example",
    "%2F%2Fevil.example",
    "%5C%5Cevil.example",
    "javascript%3A1",
    "",
  ]) {
    expect(await location(browser, `/flows/-/cancel/?next=${next}`)).toBe(LOGOUT);
  }
});
