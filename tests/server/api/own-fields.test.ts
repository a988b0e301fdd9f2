// What Postern adds to authentik's objects: taken by the API, kept, and not shown to clients that do not know it.
import { afterAll, afterEach, expect, test } from "vitest";
import { closeSharedEngine, type Management, manage } from "./management.ts";

let site: Management | undefined;
afterEach(async () => {
  await site?.running.close();
  site = undefined;
});
afterAll(closeSharedEngine);

test("a policy binding's behaviour on errors, and a password stage", async () => {
  site = await manage();
  const stage = await site.create("/stages/password/", {
    name: "ask",
    backends: ["authentik.core.auth.InbuiltBackend"],
  });
  expect(stage).toMatchObject({ component: "ak-stage-password-form", failed_attempts_before_cancel: 5 });
  const flow = await site.create("/flows/instances/", {
    name: "f",
    slug: "f",
    title: "F",
    designation: "authentication",
  });
  const bound = await site.create("/flows/bindings/", { target: flow.pk, stage: stage.pk, order: 0 });
  const policy = await site.create("/policies/expression/", { name: "p", expression: "return True" });
  const binding = await site.create("/policies/bindings/", {
    target: bound.pk,
    policy: policy.pk,
    order: 0,
    postern_compatibility: "authentik",
  });
  expect(binding).not.toHaveProperty("postern_compatibility");
  const path = `/policies/bindings/${binding.pk}/`;
  expect((await site.ask("PATCH", path, { order: 1 })).status).toBe(200);
  expect(await site.rows("authentik_policies.policybinding")).toMatchObject([
    { order: 1, postern_compatibility: "authentik" },
  ]);
  expect((await site.ask("PATCH", path, { postern_compatibility: "loose" })).body).toEqual({
    postern_compatibility: ['"loose" is not a valid choice.'],
  });
});
