// Recordings keep every answer of the embedder, and give the same ones again or none.
import { expect, test } from "vitest";
import type { Capabilities } from "../../engine/capabilities.ts";
import { parseRecordings, record, replay } from "../../testing/recording/recording.ts";
import { engineUnderTest } from "../engine/engine-under-test.ts";

const under = engineUnderTest();

const source = `
import json
found = requests.get("http://a.example/x").json()["n"]
try:
    requests.get("http://b.example/")
except OSError as error:
    why = str(error)
names = resolve_dns("b.example")
user = ak_user_by(username="marie")
passed = ak_call_policy("other").passing
return [found, why, names, user.username, passed, ip_address("192.0.2.1").is_private]
`;
function capabilities(): Capabilities {
  let n = 0;
  return {
    http: async ({ url }) => {
      if (url.includes("b.example"))
        throw Object.assign(new Error("refused"), { name: "requests.exceptions.ConnectionError" });
      n += 1;
      const body = Buffer.from(JSON.stringify({ n })).toString("base64");
      return { status: 200, reason: "OK", headers: [], body, elapsedMs: 1 };
    },
    dns: { resolve: async () => ["192.0.2.1"], reverse: async () => null },
    models: { query: async () => [{ pk: 1, username: "marie", groups: [] }] },
    policies: async () => ({ source: "return request.user is not None" }),
  };
}

test("an evaluation that asked for everything is repeated without its embedder", async () => {
  const subject = {
    name: "p",
    kind: "policy" as const,
    source,
    context: { request: { user: { username: "x" } } },
  };
  const { outcome, recording } = await record(under.engine, subject, { capabilities: capabilities() });
  expect(outcome.error?.traceback).toBeUndefined();
  expect(outcome.result).toEqual([1, "refused", ["192.0.2.1"], "marie", true, true]);
  expect(recording.calls.map(({ operation }) => operation)).toEqual([
    "http",
    "http",
    "dns.resolve",
    "models.query",
    "policies",
  ]);
  const [read] = parseRecordings(JSON.stringify(recording));
  const again = await replay(under.engine, read as typeof recording);
  expect(again.differences).toEqual([]);
  expect(again.mismatch).toBeNull();
});

test("what was not asked for then is not answered, and is told", async () => {
  const subject = {
    name: "p",
    kind: "policy" as const,
    source: "return requests.get('http://a.example/').ok",
    context: {},
  };
  const { recording } = await record(under.engine, subject, { capabilities: capabilities() });
  const other = await replay(under.engine, recording, "return requests.get('http://b.example/').ok");
  expect(other.outcome.passing).toBe(false);
  expect(other.mismatch).toMatch(
    /^call 1 is http \[\{.*b\.example.*; when recorded, it was http \[\{.*a\.example/,
  );
  const more = await replay(under.engine, recording, `${subject.source} and ${subject.source.slice(7)}`);
  expect(more.mismatch).toMatch(/^call 2 is http .*; when recorded, nothing more was asked$/);
});

test("what was not granted then is not granted", async () => {
  const subject = { name: "p", kind: "policy" as const, source: "return True", context: {} };
  const { recording } = await record(under.engine, subject);
  const { outcome } = await replay(under.engine, recording, "return resolve_dns('a.example')");
  expect(outcome.error?.type).toBe("CapabilityError");
});

test("limits are kept", async () => {
  const subject = { name: "p", kind: "policy" as const, source: "while True: pass", context: {} };
  const { recording } = await record(under.engine, subject, { limits: { steps: 500 } });
  expect(recording.outcome.error?.type).toBe("StepLimitExceeded");
  expect((await replay(under.engine, recording)).differences).toEqual([]);
});
