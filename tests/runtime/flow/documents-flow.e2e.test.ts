// The documents' flow with everything real but the network: engine, expressions, providers, store file.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEngine, type Engine } from "../../../engine/index.ts";
import {
  createHttpClient,
  createSmsInbox,
  createSmsProvider,
  type SmsInbox,
} from "../../../providers/index.ts";
import { createRuntime, lowdbStore, memoryStore, type Runtime } from "../../../runtime/index.ts";

const BLUEPRINT = join(import.meta.dirname, "../../../fixtures/blueprints/sms-enrollment.yaml");
const REFUSED = {
  non_field_errors: [{ string: "Invalid phone number or missing region code", code: "invalid" }],
};

let engine: Engine;
let inbox: SmsInbox;
beforeAll(async () => {
  engine = await createEngine();
  inbox = await createSmsInbox();
});
afterAll(async () => {
  await engine?.close();
  await inbox?.close();
});

async function runtimeOn(store: Parameters<typeof createRuntime>[0]["store"]): Promise<Runtime> {
  const http = createHttpClient({ allow: [{ host: "127.0.0.1", port: inbox.port, http: true }] });
  return createRuntime({
    engine,
    store,
    smsProvider: (config) => createSmsProvider(config, http, { twilioBaseUrl: inbox.url }),
  });
}

async function load(runtime: Runtime): Promise<void> {
  const report = await runtime.apply(await readFile(BLUEPRINT, "utf8"), {
    context: { gateway_url: inbox.gatewayUrl },
  });
  expect(report.warnings).toEqual([]);
}

describe.each([
  ["enroll-generic", (token: string) => `foo bar baz ${token}`],
  [
    "enroll-twilio",
    (token: string) => `This is a custom message for Example Inc. SMS authentication. The code is ${token}.`,
  ],
  ["enroll-verify-only", (token: string) => token],
])("%s", (slug, text) => {
  test("refuses a number by the policy, sends to an accepted one, keeps the device with the code", async () => {
    const folder = await mkdtemp(join(tmpdir(), "postern-flow-"));
    const file = join(folder, "store.json");
    const phone = `+1234 ${slug.length} 890`;
    try {
      const store = await lowdbStore(file);
      const runtime = await runtimeOn(store);
      await load(runtime);
      const before = inbox.requests.length;
      const flow = await runtime
        .flow(slug)
        .start({ user: "marie", http: { META: { REMOTE_ADDR: "192.0.2.7" } } });
      expect(flow.challenge).toMatchObject({
        component: "ak-stage-prompt",
        fields: [{ field_key: "phone" }],
      });
      expect((await flow.respond({ phone: "+49 170 1234567" })).response_errors).toEqual(REFUSED);
      expect(inbox.requests).toHaveLength(before);

      expect(await flow.respond({ phone })).toMatchObject({
        component: "ak-stage-authenticator-sms",
        phone_number_required: false,
      });
      const { code = "", request } = await inbox.waitForMessage({ after: before });
      expect(JSON.stringify(request.body)).toContain(text(code));
      const wrong = await flow.respond({ code: code === "000000" ? "000001" : "000000" });
      expect(wrong.response_errors).toEqual({
        non_field_errors: [{ string: "Code does not match", code: "invalid" }],
      });

      // Another process goes on with the file.
      const session = flow.session as string;
      await store.close();
      const reopened = await lowdbStore(file);
      const resumed = await (await runtimeOn(reopened)).resume(session);
      expect(resumed.challenge.phone_number_required).toBe(false);
      await expect
        .poll(() => resumed.respond({ code }), { timeout: 5_000, interval: 300 })
        .toEqual({ component: "xak-flow-redirect", to: "/" });
      await reopened.close();

      const kept = await readFile(file, "utf8");
      const devices = JSON.parse(kept).models["authentik_stages_authenticator_sms.smsdevice"];
      expect(devices).toHaveLength(1);
      expect(devices[0].confirmed).toBe(true);
      expect(inbox.requests).toHaveLength(before + 1);
      expect(kept.includes(phone)).toBe(slug !== "enroll-verify-only");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

test("an expression without end is refused with the limit's text, and the flow goes on", async () => {
  const store = memoryStore();
  const runtime = await runtimeOn(store);
  await load(runtime);
  await store.transaction((tx) => {
    const [policy] = tx.list("authentik_policies_expression.expressionpolicy");
    tx.update("authentik_policies_expression.expressionpolicy", policy.pk, {
      expression: "while True:\n    pass",
    });
  });
  const flow = await runtime.flow("enroll-generic").start({ user: "marie" });
  const challenge = await flow.respond({ phone: "+1234 567 890" });
  expect(challenge.component).toBe("ak-stage-prompt");
  expect(challenge.response_errors?.non_field_errors).toHaveLength(1);
  await store.transaction((tx) => {
    const [policy] = tx.list("authentik_policies_expression.expressionpolicy");
    tx.update("authentik_policies_expression.expressionpolicy", policy.pk, { expression: "return True" });
  });
  expect(await flow.respond({ phone: "+1234 567 890" })).toMatchObject({ phone_number_required: false });
});

/** What the messages of a flow's policy say, for a flow about paul that nobody logged in has started. */
async function messagesOf(source: string): Promise<string[]> {
  const store = memoryStore();
  const runtime = await runtimeOn(store);
  await store.transaction((tx) => {
    const group = tx.insert("authentik_core.group", { name: "admins", is_superuser: true });
    tx.insert("authentik_core.user", { username: "paul", groups: [group.pk] });
    const flow = tx.insert("authentik_flows.flow", {
      name: "f",
      slug: "f",
      title: "f",
      designation: "enrollment",
      denied_action: "message",
    });
    const policy = tx.insert("authentik_policies_expression.expressionpolicy", {
      name: "look",
      expression: source,
    });
    tx.insert("authentik_policies.policybinding", { target: flow.pk, policy: policy.pk, order: 0 });
  });
  const { challenge } = await runtime.flow("f").start({
    user: null,
    context: { pending_user: "paul" },
    http: { META: { REMOTE_ADDR: "192.0.2.7" }, query: { next: ["/a", "/b"] } },
  });
  return String(challenge.error_message).split("\n");
}

test("expressions see users, groups, the request and the plan as authentik's do", async () => {
  const source = `
ak_message(request.user.username)
ak_message(str([group.name for group in request.user.groups.all()]))
ak_message(str(request.user.is_superuser))
ak_message(str(request.http_request.user.is_authenticated))
ak_message(request.http_request.GET["next"])
ak_message(request.context["pending_user"].username)
ak_message(str(request.context["flow_plan"] is not None))
`;
  expect(await messagesOf(source)).toEqual(["paul", "['admins']", "True", "False", "/b", "paul", "True"]);
});

test("expressions know the client's address", async () => {
  expect(await messagesOf("ak_message(str(ak_client_ip))")).toEqual(["192.0.2.7"]);
});
