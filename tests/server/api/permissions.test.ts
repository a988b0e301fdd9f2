// Who may do what: every operation of authentik's description in the areas that Postern has, for nobody, a user and a superuser.
import { afterAll, beforeAll, expect, test } from "vitest";
import { createToken } from "../../../server/tokens.ts";
import { description } from "../judge.ts";
import type { Client } from "../server-under-test.ts";
import { closeSharedEngine, type Management, manage } from "./management.ts";

/** Areas of the management API. */
const AREAS = [
  "/authenticators/admin/all/",
  "/authenticators/admin/sms/",
  "/authenticators/all/",
  "/authenticators/sms/",
  "/core/brands/",
  "/core/groups/",
  "/core/tokens/",
  "/core/users/",
  "/events/events/",
  "/flows/bindings/",
  "/flows/instances/",
  "/managed/blueprints/",
  "/policies/all/",
  "/policies/bindings/",
  "/policies/expression/",
  "/propertymappings/all/",
  "/propertymappings/notification/",
  "/stages/all/",
  "/stages/authenticator/sms/",
  "/stages/authenticator/validate/",
  "/stages/deny/",
  "/stages/dummy/",
  "/stages/identification/",
  "/stages/password/",
  "/stages/prompt/",
  "/stages/user_login/",
  "/stages/user_logout/",
  "/stages/user_write/",
];

/** Operations for everybody, or for every user; they have tests of their own. */
const OPEN = ["GET /core/brands/current/", "GET /core/users/me/", "GET /stages/all/user_settings/"];

/** What Postern does not have. */
const NOT_OFFERED = [
  "POST /core/users/{id}/impersonate/",
  "GET /core/users/impersonate_end/",
  "POST /core/users/{id}/recovery/",
  "POST /core/users/{id}/recovery_email/",
  "POST /core/users/{id}/set_password_hash/",
  "POST /core/users/account_lockdown/",
  "POST /core/users/export/",
  "POST /core/users/service_account/",
  "POST /core/users/switch/",
  "POST /events/events/export/",
  "GET /events/events/stats/",
  "GET /events/events/top_per_user/",
  "GET /events/events/volume/",
];

/** Areas of a user's own. */
const OWN = ["/authenticators/all/", "/authenticators/sms/", "/core/tokens/"];

/** In these areas, what is for superusers. */
const NOT_THEIRS = ["POST /core/tokens/{identifier}/set_key/"];

const operations = Object.entries(description.paths)
  .filter(([path]) => AREAS.some((area) => path.startsWith(area)))
  .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
  .filter((operation) => /^(GET|POST|PUT|PATCH|DELETE) /.test(operation) && !OPEN.includes(operation));
const offered = operations.filter((operation) => !NOT_OFFERED.includes(operation));

/** An operation's method, and its path with keys that lead nowhere. */
function parts(operation: string): [string, string] {
  const [method, path] = operation.split(" ");
  const filled = path
    .replace("{id}", "999999")
    .replace("{slug}", "no-such-slug")
    .replace(/\{\w+\}/, "8c0e8f2e-6f0e-4f0c-9b39-5d6f7a3f1c11");
  return [method, filled];
}

let at: Management;
let user: Client;
beforeAll(async () => {
  at = await manage();
  const { pk } = await at.add("authentik_core.user", { username: "marie" });
  user = at.running.client(await at.running.store.transaction((tx) => createToken(tx, pk).key));
});
afterAll(async () => {
  await at.running.close();
  await closeSharedEngine();
});

test("there are operations to look at, and what is said to be missing is in the description", () => {
  expect(offered.length).toBeGreaterThan(150);
  expect(NOT_OFFERED.filter((operation) => !operations.includes(operation))).toEqual([]);
});

test.each(offered)("nobody may %s", async (operation) => {
  const [method, path] = parts(operation);
  const nobody = await at.running.browser();
  const body = method === "GET" ? undefined : {};
  expect(await at.ask(method, path, body, nobody)).toEqual({
    status: 403,
    body: { detail: "Authentication credentials were not provided." },
  });
});

test.each(offered)("a user may not %s, unless it is their own", async (operation) => {
  const [method, path] = parts(operation);
  const { status, body } = await at.ask(method, path, method === "GET" ? undefined : {}, user);
  if (OWN.some((own) => path.startsWith(own)) && !NOT_THEIRS.includes(operation)) {
    // Without a body there is nothing that can be made.
    expect(status).toBe(operation.includes("{") ? 404 : method === "POST" ? 400 : 200);
  } else
    expect({ status, body }).toEqual({
      status: 403,
      body: { detail: "You do not have permission to perform this action." },
    });
});

test.each(offered)("a superuser may %s", async (operation) => {
  const [method, path] = parts(operation);
  const { status, body } = await at.ask(method, path, method === "GET" ? undefined : {});
  const leadsNowhere = operation.includes("{");
  if (leadsNowhere) expect(body.detail).toMatch(/^No \w+ matches the given query\.$/);
  else expect([200, 201, 204, 400, 415]).toContain(status);
});

test.each(NOT_OFFERED)("a superuser is told that there is no %s", async (operation) => {
  const [method, path] = parts(operation);
  const { status } = await at.ask(method, path, method === "GET" ? undefined : {});
  expect([404, 405]).toContain(status);
});

test("a body is not looked at before the caller is", async () => {
  const nobody = await at.running.browser();
  const response = await nobody.once("/api/v3/stages/deny/", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{",
  });
  expect(response.status).toBe(403);
});

test("a superuser's own method is refused where there is no such operation", async () => {
  expect(await at.ask("PUT", "/stages/deny/", {})).toEqual({
    status: 405,
    body: { detail: 'Method "PUT" not allowed.' },
  });
});
