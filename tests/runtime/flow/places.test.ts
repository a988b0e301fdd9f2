// What flows pass to policies is what the table of places says: its keys are there, always or never.
import { describe, expect, test } from "vitest";
import { contextKeys, type Place, presence } from "../../../engine/expressions/places.ts";
import type { JsonObject } from "../../../engine/types.ts";
import { form } from "../stages/prompt-form.ts";
import { dummies } from "./dummy-flow.ts";

/** The contexts that a policy is given at each place of a flow. */
async function seen(): Promise<Map<Place, JsonObject>> {
  const found = new Map<Place, JsonObject>();
  const { at, pk, bindings, start } = await dummies(["one", "two"]);
  const [first, second] = bindings;
  const watch = async (target: string, place: Place) => {
    const policy = await at.policy(place, ({ request }) => {
      found.set(place, request.context as JsonObject);
      return true;
    });
    await at.bind(target, { policy: policy.pk });
  };
  await watch(pk, "flow");
  await at.store.transaction((tx) =>
    tx.update("authentik_flows.flowstagebinding", first.pk, {
      evaluate_on_plan: true,
      re_evaluate_policies: false,
    }),
  );
  await watch(first.pk, "stage-plan");
  await watch(second.pk, "stage-run");
  await (await start()).respond({});

  const asked = await form([{ field_key: "phone", type: "text" }], {
    policies: ["validate"],
    expressions: {
      validate: ({ request }) => {
        found.set("prompt-validation", request.context as JsonObject);
        return true;
      },
    },
  });
  await asked.flow.respond({ phone: "1" });
  return found;
}

describe("the context of a policy", () => {
  test("holds what the table says is always there, and nothing that is never there", async () => {
    const contexts = await seen();
    expect([...contexts.keys()]).toEqual(["flow", "stage-plan", "stage-run", "prompt-validation"]);
    for (const [place, context] of contexts)
      for (const { key } of contextKeys) {
        const said = presence(key, place);
        if (said === "always") expect(Object.keys(context), place).toContain(key);
        if (said === "never" || said === "rarely") expect(Object.keys(context), place).not.toContain(key);
      }
  });
});
