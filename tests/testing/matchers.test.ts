// The matchers and the runtime in memory, used together as an embedder's test would use them.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEngine, type Engine } from "../../engine/index.ts";
import { createInMemoryRuntime, matchers, type PosternMatchers } from "../../testing/index.ts";

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: the parameter's default has to be vitest's own.
  interface Matchers<T = any> extends PosternMatchers<T> {}
}
expect.extend(matchers);

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine();
});
afterAll(() => engine.close());

const blueprint = readFileSync(
  new URL("../../fixtures/blueprints/sms-enrollment.yaml", import.meta.url),
  "utf8",
);
const source = readFileSync(new URL("../../fixtures/policies/phone-region.py", import.meta.url), "utf8");
const about = (prompt_data: Record<string, string>) =>
  engine.policy("phone-region", source).evaluate({ request: { context: { prompt_data } } });
/** The text of a matcher that is not content. */
function complaint(work: () => void): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing";
}

describe("verdicts", () => {
  test("pass, deny, and deny with a message", async () => {
    expect(await about({ phone: "+1234" })).toPass();
    const denied = await about({ phone: "+49" });
    expect(denied).toDeny();
    expect(denied).toDenyWithMessage("Invalid phone number or missing region code");
    expect(denied).toDenyWithMessage(/region/);
    expect(denied).not.toPass();
    await expect(about({ phone: "+1234" })).resolves.not.toDeny();
  });
  test("that failed neither pass nor deny, so that no test takes a mistake for a decision", async () => {
    const failed = await about({});
    expect(failed).not.toPass();
    expect(failed).not.toDeny();
    expect(complaint(() => expect(failed).toDeny())).toBe(
      "expected the policy to deny; it failed: KeyError: 'phone' in line 1",
    );
  });
  test("are told when they are not as expected", async () => {
    const denied = await about({ phone: "+49" });
    const said = '"Invalid phone number or missing region code"';
    expect(complaint(() => expect(denied).toPass())).toBe(
      `expected the policy to pass; it denied with ${said}`,
    );
    expect(complaint(() => expect(denied).toDenyWithMessage("no"))).toBe(
      `expected the policy to deny with "no"; it denied with ${said}`,
    );
    expect(complaint(() => expect(denied).not.toDeny())).toBe(
      `expected the policy not to deny; it denied with ${said}`,
    );
    expect(complaint(() => expect(about({})).toPass())).toBe(
      "expected a verdict, what policy.evaluate() answers; this is a promise: await it, or write expect(…).resolves",
    );
  });
});

describe("a runtime in memory", () => {
  test("keeps what is sent, and its clock moves only when told", async () => {
    await using made = await createInMemoryRuntime({ engine, blueprints: [blueprint] });
    const { runtime, inbox, clock } = made;
    expect(complaint(() => expect(inbox).toSend({ to: "+1234 567 890" }))).toBe(
      'expected a message with to "+1234 567 890"; nothing was sent',
    );
    const flow = await runtime.flow("enroll-generic").start({ user: "marie" });
    clock.advance(1000);
    await flow.respond({ phone: "+1234 567 890" });
    expect(inbox).toSend({ provider: "generic", to: "+1234 567 890" });
    expect(inbox).toSend({
      payload: { to: "+1234 567 890", from: "+12340000", body: `foo bar baz ${inbox.last.token}` },
    });
    expect(inbox).not.toSend({ to: /^\+49/ });
    expect(inbox.last.at).toBe(Date.UTC(2026, 0, 1, 0, 0, 1));
    const text = complaint(() => expect(inbox).toSend({ to: /^\+49/ }));
    expect(text).toMatch(
      /^expected a message with to \/\^\\\+49\/; sent were:\n {2}generic to \+1234 567 890: /,
    );
    expect(text).not.toContain(inbox.last.token);
    await flow.respond({ code: inbox.last.token });
    expect(flow.finished).toBe(true);
    inbox.clear();
    expect(() => inbox.last).toThrow(new Error("no message has been sent"));
    expect(() => clock.advance(-1)).toThrow(new RangeError("cannot advance by -1: give milliseconds from 0"));
  });
  test("that cannot be set up says why", async () => {
    await expect(
      createInMemoryRuntime({ engine, blueprints: ["version: 1\nentries: [{ model: x.y }]\n"] }),
    ).rejects.toThrow(/x\.y/);
  });
});
