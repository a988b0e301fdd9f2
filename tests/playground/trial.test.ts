// The flow view's pure parts: a trial at any of its moments, and what a form sends.
import { expect, test } from "vitest";
import { trialExampleList } from "../../playground/examples/trials.ts";
import { stateAfter } from "../../playground/trial/replay.ts";
import { errorsOf, promptResponse } from "../../playground/views/flow/response.ts";
import type { PromptField } from "../../runtime/stages/prompt/prompt-field.ts";
import { trialExamples } from "../../server/playground/trial/examples.ts";
import type { DiagramStage, FlowDiagram, Happening, TrialEntry } from "../../server/playground/trial-api.ts";

const stage = (binding: string, order: number): DiagramStage => {
  return { binding, order, name: binding, kind: "Stage", mode: "any", policies: [], validation: [] };
};
const [ask, extra, send] = [stage("ask", 0), stage("extra", 1), stage("send", 2)];
const diagram: FlowDiagram = {
  pk: "flow",
  slug: "flow",
  name: "Flow",
  mode: "any",
  policies: [],
  stages: [ask, extra, send],
};
const start: Happening = { kind: "start", slug: "flow", user: "marie", diagram };
function answer(plan: readonly (string | null)[], component?: string): Happening {
  const challenge = component === undefined ? null : { component };
  const status = challenge === null ? 302 : 200;
  return { kind: "answer", status, challenge, plan, context: {}, ended: plan.length === 0 };
}
function policy(key: string, passing: boolean): Happening {
  const nothing = { policy: null, messages: [], steps: 1, durationMs: 1 };
  return { kind: "policy", binding: key, passing, ...nothing };
}
const decision = (target: string, passing: boolean): Happening => {
  return { kind: "decision", target, mode: "any", passing };
};
function timeline(...happenings: Happening[]): TrialEntry[] {
  return happenings.map((happening, id) => ({ ...happening, id, at: 0 }));
}
const statuses = (entries: readonly TrialEntry[], id = entries.length - 1) => {
  const { statusOf } = stateAfter(entries, id);
  return [ask, extra, send].map(statusOf);
};

test("a stage is to come, then the current one, then done; one that a decision took out is skipped", () => {
  const entries = timeline(
    start,
    answer(["ask", "extra", "send"], "ak-stage-prompt"),
    { kind: "request", method: "POST", followed: false },
    answer(["extra", "send"]),
    policy("on-extra", false),
    decision("extra", false),
    answer(["send"], "ak-stage-authenticator-sms"),
    answer([], "xak-flow-redirect"),
  );
  expect(statuses(entries, 0)).toEqual(["unreached", "unreached", "unreached"]);
  expect(statuses(entries, 1)).toEqual(["current", "ahead", "ahead"]);
  expect(statuses(entries, 6)).toEqual(["done", "skipped", "current"]);
  expect(statuses(entries, 7)).toEqual(["done", "skipped", "done"]);
});

test("a flow that is denied ends at its current stage", () => {
  const entries = timeline(start, answer(["ask", "extra", "send"]), answer([], "ak-stage-access-denied"));
  expect(statuses(entries)).toEqual(["denied", "unreached", "unreached"]);
});

test("the decision belongs to the moment of the policies before it", () => {
  const entries = timeline(start, policy("on-flow", false), decision("flow", false), answer([], "x"));
  expect(stateAfter(entries, 0).isApplicable).toBeUndefined();
  expect(stateAfter(entries, 1).isApplicable).toBe(false);
  expect(stateAfter(entries, 1).verdicts.get("on-flow")?.passing).toBe(false);
});

test("going back shows rows, messages, screen and gateway as they were", () => {
  const row = (pk: number, name: string) => ({ model: "device", pk, row: { pk, name }, fields: [] });
  const sent: Happening = {
    kind: "provider",
    provider: "generic",
    url: "https://sms.example.com/",
    wire: "POST …",
    bodyBytes: 1,
    status: 200,
    durationMs: 1,
  };
  const entries = timeline(
    { kind: "setup", files: [], changes: [row(1, "old")], warnings: [] },
    start,
    answer(["ask"], "ak-stage-prompt"),
    { kind: "mode", mode: "500" },
    sent,
    { kind: "store", changes: [row(1, "new"), row(2, "added")] },
    { kind: "store", changes: [{ model: "device", pk: 1, row: null, fields: [] }] },
    { ...answer([null], "ak-stage-dummy"), user: "jo" } as Happening,
  );
  const names = (id: number) => {
    return [...(stateAfter(entries, id).rows.get("device")?.values() ?? [])].map(({ name }) => name);
  };
  expect([4, 5, 6].map(names)).toEqual([["old"], ["new", "added"], ["added"]]);
  const before = stateAfter(entries, 2);
  expect(before).toMatchObject({ mode: "accepts", calls: [], user: "marie", isAtInserted: false });
  const after = stateAfter(entries, 7);
  expect(after).toMatchObject({ mode: "500", user: "jo", isAtInserted: true });
  expect(after.calls).toHaveLength(1);
  expect([before.screen?.component, after.screen?.component]).toEqual(["ak-stage-prompt", "ak-stage-dummy"]);
});

test("a new start forgets the run before, and keeps the rows and the messages", () => {
  const entries = timeline(
    { kind: "store", changes: [{ model: "user", pk: 1, row: { pk: 1 }, fields: [] }] },
    start,
    policy("on-extra", true),
    answer(["ask"], "ak-stage-prompt"),
    start,
  );
  const state = stateAfter(entries, 4);
  expect(state).toMatchObject({ screen: null, context: null, ended: false });
  expect(state.verdicts.size).toBe(0);
  expect(state.statusOf(ask)).toBe("unreached");
  expect(state.rows.get("user")?.size).toBe(1);
});

const field = (field_key: string, type: string): PromptField => {
  return {
    field_key,
    type,
    label: "",
    required: true,
    placeholder: "",
    initial_value: "",
    sub_text: "",
    choices: null,
  };
};

test("a prompt form's values have their fields' types; what is only shown is not sent", async () => {
  const form = new FormData();
  form.set("phone", " +1 ");
  form.set("age", "42");
  form.set("size", "tall");
  form.set("terms", "on");
  form.set("born", "");
  form.set("photo", new File(["Grüße"], "a.txt", { type: "text/plain" }));
  form.set("none", new File([], ""));
  const fields = [
    field("phone", "text"),
    field("age", "number"),
    field("size", "number"),
    field("terms", "checkbox"),
    field("news", "checkbox"),
    field("born", "date"),
    field("photo", "file"),
    field("none", "file"),
    field("note", "static"),
  ];
  expect(await promptResponse(fields, form)).toEqual({
    phone: " +1 ",
    age: 42,
    size: "tall",
    terms: true,
    news: false,
    photo: `data:text/plain;base64,${Buffer.from("Grüße").toString("base64")}`,
  });
});

test("errors stand by their fields; a challenge without any has none", () => {
  const response_errors = { phone: [{ string: "no", code: "invalid" }] };
  expect(errorsOf({ component: "x", response_errors })).toEqual(new Map([["phone", ["no"]]]));
  expect(errorsOf({ component: "x" })).toEqual(new Map());
});

test("the examples' blueprints and flows are there", async () => {
  const { blueprints } = await trialExamples();
  for (const { files, flow } of trialExampleList) {
    const texts = files.map((file) => blueprints.find(({ name }) => name === file)?.text ?? "");
    expect(texts.every((text) => text !== "")).toBe(true);
    expect(texts.join("\n")).toContain(`slug: ${flow}\n`);
  }
});
