// What a runtime's expressions may ask for, with the real engine: the store's policies by default, all else when granted.
import { expect, test } from "vitest";
import { createRuntime, type Grants, memoryStore } from "../../../runtime/index.ts";
import { engineUnderTest } from "../../engine/engine-under-test.ts";

// What the engine grants by itself does not reach a runtime that was not granted it.
const under = engineUnderTest({
  capabilities: {
    dns: { resolve: async () => ["192.0.2.66"], reverse: async () => null },
    http: async () => {
      throw new Error("sent");
    },
  },
});

/** Starts a flow that one policy guards, and gives the message it was denied with. */
async function denial(expression: string, capabilities?: Grants): Promise<string> {
  const store = memoryStore();
  const runtime = await createRuntime({ engine: under.engine, store, capabilities });
  await store.transaction((tx) => {
    const flow = tx.insert("authentik_flows.flow", {
      name: "f",
      slug: "f",
      title: "f",
      designation: "stage_configuration",
    });
    const policy = (name: string, source: string) =>
      tx.insert("authentik_policies_expression.expressionpolicy", { name, expression: source });
    policy("inner", "ak_message('inner')\nreturn context['n'] * 2");
    const outer = policy("outer", expression);
    tx.insert("authentik_policies.policybinding", { target: flow.pk, policy: outer.pk, order: 0 });
  });
  const flow = await runtime.flow("f").start();
  return String((flow.challenge as { error_message?: unknown }).error_message ?? "");
}

const missing = (name: string, capability: string): string =>
  `${name} needs the capability "${capability}", which this evaluation was not granted`;

test("policies of the store can be called by name", async () => {
  expect(
    await denial(
      "r = ak_call_policy('inner', n=21)\nak_message(f'{r.raw_result} {r.messages}')\nreturn False",
    ),
  ).toBe("42 ('inner',)");
  expect(await denial("return ak_call_policy('absent')")).toBe("Policy 'absent' not found.");
});

test.each([
  ["requests.get('https://e.example/')", missing("requests", "http")],
  ["resolve_dns('e.example')", missing("resolve_dns", "dns")],
  ["ak_send_email('a@e.example', 's', 'b')", missing("ak_send_email", "email")],
  ["ak_create_jwt_raw('p')", missing("ak_create_jwt_raw", "jwt")],
])("%s is closed until it is granted", async (call, message) => {
  expect(await denial(`return ${call}`)).toBe(message);
});

test("policies can be taken away", async () => {
  expect(await denial("return ak_call_policy('inner', n=1)", { policies: false })).toBe(
    missing("ak_call_policy", "policies"),
  );
});

test("what is granted answers", async () => {
  const grants: Grants = {
    http: { targets: ["e.example"] },
    dns: { resolve: async () => ["192.0.2.1"], reverse: async () => null },
    email: async ({ to }) => to.length === 1,
    jwt: async () => "a.b.c",
  };
  const source = `
ak_message(f"{resolve_dns('e.example')} {ak_send_email('a@e.example', 's', 'b')} {ak_create_jwt_raw('p')}")
try:
    requests.get("https://other.example/")
except Exception as e:
    ak_message(str(e))
return False`;
  expect(await denial(source, grants)).toBe(
    "['192.0.2.1'] True a.b.c\nhttps://other.example is not among the targets that expressions may reach.",
  );
});
