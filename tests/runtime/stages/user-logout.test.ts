// The user-logout stage: the one after which the browser is nobody's.
import { expect, test } from "vitest";
import { dummy, ROOT } from "../flow/dummy-flow.ts";
import { install } from "../flow/harness.ts";

async function installLogout() {
  const at = await install();
  const marie = await at.add("authentik_core.user", { username: "marie" });
  const stage = await at.add("authentik_stages_user_logout.userlogoutstage", { name: "logout" });
  const start = (user: string | null) => at.runtime.flow("logout").start({ user });
  return { at, marie, stage, start };
}

test("logs out whoever sends the request, and records it", async () => {
  const { at, stage, start } = await installLogout();
  await at.flow("logout", [stage], { designation: "invalidation" });
  const flow = await start("marie");
  expect(flow.challenge).toEqual(ROOT);
  expect([flow.loggedOut, flow.login]).toEqual([true, null]);
  expect(await at.events("logout")).toMatchObject([
    { user: { username: "marie" }, app: "authentik.stages.user_logout" },
  ]);
});

test("passes for somebody who is not logged in, and there is nothing to record", async () => {
  const { at, stage, start } = await installLogout();
  await at.flow("logout", [stage], { designation: "invalidation" });
  expect((await start(null)).challenge).toEqual(ROOT);
  expect(await at.events("logout")).toEqual([]);
});

test("later stages see nobody", async () => {
  const { at, stage, start } = await installLogout();
  const flow = await at.flow("logout", [stage, await dummy(at, "after")], { designation: "invalidation" });
  await at.bind(flow.bindings[1].pk, { policy: (await at.policy("look", () => true)).pk });
  expect((await start("marie")).challenge).toMatchObject({ component: "ak-stage-dummy" });
  const { user } = at.engine.calls.at(-1)?.variables.request.http_request ?? {};
  expect(user).not.toMatchObject({ username: "marie" });
});

test("who is logged in afterwards counts, and no longer the logout", async () => {
  const { at, marie, stage } = await installLogout();
  const login = await at.add("authentik_stages_user_login.userloginstage", { name: "login" });
  await at.flow("logout", [stage, login], { designation: "authentication" });
  const context = { pending_user: { pk: marie.pk } };
  const flow = await at.runtime.flow("logout").start({ user: "marie", context });
  expect(flow.login).toMatchObject({ user: marie.pk });
  expect(flow.loggedOut).toBe(false);
});
