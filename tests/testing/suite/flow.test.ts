// Cases of flows: each step holds the challenge and the messages against what is expected, and the end what is kept.
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { CaseResult } from "../../../testing/suite/result.ts";
import { engineUnderTest } from "../../engine/engine-under-test.ts";
import { suiteFolder } from "./suite-folder.ts";

const under = engineUnderTest();
const folder = suiteFolder();
const blueprint = fileURLToPath(new URL("../../../fixtures/blueprints/sms-enrollment.yaml", import.meta.url));

async function failures(steps: string, rest = ""): Promise<string[]> {
  const text = `flow: { blueprint: ${blueprint}, slug: enroll-generic }\nuser: marie\ncases:\n  - name: a\n    steps: [${steps}]\n    ${rest}\n`;
  const [result] = await folder.run(under.engine, text);
  return result?.failures.map(({ what, message }) => `${what}: ${message}`) ?? [];
}
const phone = "{ answer: { phone: +1234 567 890 } }";

describe("a flow", () => {
  test("is walked to its end", async () => {
    const steps = `{ challenge: { component: ak-stage-prompt } }, ${phone}, { sent: [{ to: { pattern: ^.1234 }, text: { contains: code } }], answer: { code: $code } }`;
    const expected =
      "expect: { ended: passed, sent: [{ provider: generic }], devices: [{ confirmed: true }] }";
    expect(await failures(steps, expected)).toEqual([]);
  });

  test.each([
    [
      "another challenge",
      "{ challenge: { component: ak-stage-deny } }",
      "",
      "steps[0].challenge: steps[0].challenge lacks what is expected",
    ],
    [
      "a message that was not sent",
      "{ sent: [{ to: x }] }",
      "",
      "steps[0].sent: expected 1 message, 0 were sent",
    ],
    [
      "a message that was sent",
      `${phone}, { sent: [] }`,
      "",
      "steps[1].sent: expected 0 messages, 1 was sent",
    ],
    [
      "another text",
      `${phone}, { sent: [{ to: "+1" }] }`,
      "",
      'steps[1].sent[0].to: expected "+1", it is "+1234 567 890"',
    ],
    [
      "a code that was never sent",
      "{ answer: { phone: $code } }",
      "",
      "steps: Error: the answer says $code, but no message with a code was sent",
    ],
    [
      "an open end",
      phone,
      "expect: { ended: passed }",
      "ended: expected the flow to be passed, but it is still open, at ak-stage-authenticator-sms",
    ],
    [
      "an answer after the end",
      `${phone}, { answer: { code: $code } }, { answer: {} }`,
      "",
      "steps[2].answer: the flow has ended with xak-flow-redirect: there is nothing to answer",
    ],
    [
      "a device that is not kept",
      phone,
      "expect: { devices: [{ confirmed: true }] }",
      "devices: devices lacks what is expected",
    ],
  ])("with %s fails and says so", async (_what, steps, rest, message) => {
    expect(await failures(steps, rest)).toEqual([message]);
  });

  test("finds people of the suite, and has a code that the seed decides", async () => {
    const text = `flow: { blueprint: ${blueprint}, slug: enroll-generic }\nusers: { jo: { groups: [staff] } }\ngroups: { staff: {} }\nuser: jo\nseed: 5\ncases:\n  - name: a\n    steps: [${phone}, { sent: [{ text: x }] }]\n  - name: b\n    steps: [${phone}, { sent: [{ text: x }] }]\n`;
    const [a, b] = await folder.run(under.engine, text);
    expect(a?.failures[0]?.message).toMatch(/it is ".*\d{6}.*"$/);
    expect(b?.failures[0]?.message).toBe(a?.failures[0]?.message);
  });

  test("whose gateway fails shows it and keeps nothing", async () => {
    const steps = `${phone}, { challenge: { component: ak-stage-authenticator-sms }, sent: [] }`;
    const rest = "stubs: { sms: unreachable }\n    expect: { ended: open, sent: [], devices: [] }";
    expect(await failures(steps, rest)).toEqual([]);
  });

  test("whose blueprint cannot be used is broken input", async () => {
    folder.file("broken.yaml", "version: 1\nentries: [{ model: nothing }]\n");
    const text = "flow: { blueprint: broken.yaml, slug: x }\ncases: [{ name: a, steps: [{}] }]\n";
    await expect(folder.run(under.engine, text)).rejects.toThrow(/broken\.yaml:2:/);
  });
});

describe("coverage of a flow", () => {
  const text = `flow: { blueprint: ${blueprint}, slug: enroll-generic }\nuser: marie\ncases:\n  - { name: a, steps: [${phone}] }\n`;
  const counted = (result: CaseResult | undefined) =>
    result?.coverage?.map(({ target, coverage }) => [target.name, coverage.lines.map(({ count }) => count)]);

  test("is of the policies and mappings that ran", async () => {
    const [result] = await folder.run(under.engine, text, { coverage: true });
    expect(counted(result)).toEqual([
      ["phone-region", [1, 1, 1, 0, 0]],
      ["sms-generic-payload", [1]],
    ]);
    const [policy] = result?.coverage ?? [];
    expect(policy?.target.place(1, 1)).toEqual({ line: 37, column: 9 });
  });

  test("is not counted unless it is asked for", async () => {
    const [result] = await folder.run(under.engine, text);
    expect(result).not.toHaveProperty("coverage");
  });
});
