// examples/fastify-app: an enrolment over its routes, and Postern's server beside them.
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildApp } from "../../examples/fastify-app/app.ts";
import type { SmsMessage } from "../../providers/index.ts";

let app: FastifyInstance;
const sent: SmsMessage[] = [];
beforeAll(async () => {
  app = await buildApp({
    currentUser: ({ headers }) => headers["x-user"]?.toString(),
    send: (message) => sent.push(message),
    secret: "a secret for this test, and no other",
  });
});
afterAll(() => app?.close());

/** Starts an enrolment of marie's; answers how to answer it. */
async function start() {
  const started = await app.inject({ method: "POST", url: "/phone", headers: { "x-user": "marie" } });
  const [{ value, ...flags }] = started.cookies as [{ name: string; value: string }];
  expect(flags).toEqual({ name: "enrolment", path: "/phone", httpOnly: true, sameSite: "Strict" });
  const answer = async (payload: object) =>
    await app.inject({ method: "POST", url: "/phone/answer", cookies: { enrolment: value }, payload });
  return { first: started.json(), answer };
}

test("a refused number, an accepted one, and the code that was sent", async () => {
  const { first, answer } = await start();
  expect(first).toMatchObject({ component: "ak-stage-prompt", fields: [{ field_key: "phone" }] });
  expect((await answer({ phone: "+49 170 1234567" })).json()).toMatchObject({
    response_errors: { non_field_errors: [{ string: "Please give a number that begins with +1234." }] },
    finished: false,
  });
  expect((await answer({ phone: "+1234 567 890" })).json()).toMatchObject({
    component: "ak-stage-authenticator-sms",
  });
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({ to: "+1234 567 890" });
  const last = await answer({ code: sent[0]?.token });
  expect(last.json()).toMatchObject({ component: "xak-flow-redirect", finished: true });
  expect(last.cookies).toMatchObject([{ name: "enrolment", value: "" }]);
  expect((await answer({ code: sent[0]?.token })).statusCode).toBe(404);
});

test("nobody enrols without being logged in, and an answer needs an enrolment", async () => {
  expect((await app.inject({ method: "POST", url: "/phone" })).statusCode).toBe(401);
  const stray = await app.inject({ method: "POST", url: "/phone/answer", payload: { phone: "+1234 5" } });
  expect(stray.statusCode).toBe(404);
});

test("Postern's server answers beside them, bodies and all", async () => {
  const address = await app.listen({ port: 0 });
  const config = await fetch(`${address}/api/v3/root/config/`);
  expect(await config.json()).toHaveProperty("capabilities");
  const flow = `${address}/api/v3/flows/executor/enroll-phone/?query=`;
  const posted = await fetch(flow, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ phone: "+1234 5" }),
  });
  // The flow is for those who are logged in there.
  expect(await posted.json()).toMatchObject({ component: "ak-stage-access-denied" });
});
