// Trials as the page meets them: a flow that is walked with nothing real behind it, and all that happens in it told.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createEngine, type Engine } from "../../../engine/index.ts";
import { IDLE, MOST_TRIALS, Trials } from "../../../server/playground/trial/trials.ts";
import type { Happening, OpenAnswer, StepAnswer, TrialEntry } from "../../../server/playground/trial-api.ts";
import { type Running, startServer } from "../server-under-test.ts";

const folder = join(import.meta.dirname, "../../../fixtures/blueprints");
const blueprint = (name: string) => ({ name, text: readFileSync(join(folder, name), "utf8") });
const PHONE = "+1234 567 890";

let server: Running;
beforeAll(async () => {
  server = await startServer();
}, 120_000);
afterAll(async () => await server.close());

async function post(path: string, body: unknown): Promise<Response> {
  return await fetch(`${server.url}/api/postern/playground/trials/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
async function answered<T>(response: Response): Promise<T> {
  expect({ status: response.status, text: response.ok || (await response.text()) }).toMatchObject({
    status: 200,
  });
  return (await response.json()) as T;
}

/** A trial as the page holds it. */
class Held {
  readonly opened: OpenAnswer;
  entries: readonly TrialEntry[];
  constructor(opened: OpenAnswer) {
    this.opened = opened;
    this.entries = opened.entries;
  }
  static async open(...names: string[]): Promise<Held> {
    return new Held(await answered(await post("", { blueprints: names.map(blueprint) })));
  }
  async step(action: string, body: object = {}): Promise<readonly TrialEntry[]> {
    const asked = { after: this.entries.length, ...body };
    const { entries } = await answered<StepAnswer>(await post(`${this.opened.id}/${action}/`, asked));
    this.entries = [...this.entries, ...entries];
    return entries;
  }
  respond = (response: object) => this.step("respond", { response });
  all<K extends Happening["kind"]>(kind: K): readonly (TrialEntry & { kind: K })[] {
    return this.entries.filter((entry): entry is TrialEntry & { kind: K } => entry.kind === kind);
  }
  last<K extends Happening["kind"]>(kind: K): TrialEntry & { kind: K } {
    return this.all(kind).at(-1) as TrialEntry & { kind: K };
  }
  get challenge() {
    return this.last("answer").challenge;
  }
  get code(): string {
    return /\d{6}/.exec(this.last("provider").message?.text ?? "")?.[0] ?? "";
  }
}

describe("enrolling a phone", () => {
  let trial: Held;
  beforeEach(async () => {
    trial = await Held.open("sms-enrollment.yaml");
  });
  const start = () => trial.step("start", { slug: "enroll-generic", user: "marie" });

  test("a blueprint gives its flows and its rows, with secrets masked", () => {
    expect(trial.opened.flows).toContainEqual({
      slug: "enroll-generic",
      name: "Enrol a phone through a gateway",
      authentication: "require_authenticated",
    });
    const { changes } = trial.last("setup");
    const stages = changes.filter(({ model }) => model.endsWith("authenticatorsmsstage"));
    expect(stages).toHaveLength(3);
    for (const { row } of stages) expect(row).toMatchObject({ auth: "********", auth_password: "" });
    expect(JSON.stringify(trial.entries)).not.toContain("gateway-token");
  });

  test("a refused number comes back with the policy's words, and the policy is named", async () => {
    await start();
    expect(trial.challenge).toMatchObject({ component: "ak-stage-prompt", fields: [{ field_key: "phone" }] });
    await trial.respond({ phone: "+49 170 1234567" });
    expect(trial.last("policy")).toMatchObject({
      policy: { name: "phone-region" },
      binding: null,
      passing: false,
      messages: ["Invalid phone number or missing region code"],
    });
    expect(JSON.stringify(trial.challenge?.response_errors)).toContain("missing region code");
    expect(trial.all("provider")).toEqual([]);
  });

  test("the code goes to the trial's phone and nowhere else, and the device is in the trial's store alone", async () => {
    await start();
    await trial.respond({ phone: PHONE });
    const sent = trial.last("provider");
    expect(sent).toMatchObject({
      provider: "generic",
      url: "https://sms-gateway.example/messages",
      status: 200,
      message: { to: PHONE, alphabet: "GSM-7", segments: 1, beyond: [] },
    });
    expect(sent.wire).toMatch(/^POST \/sms HTTP\/1\.1\r\n/);
    expect(sent.wire).toContain('"body":"foo bar baz ');
    expect(sent.wire).not.toContain("gateway-token");
    await trial.respond({ code: trial.code });
    expect(trial.last("answer")).toMatchObject({
      ended: true,
      challenge: { component: "xak-flow-redirect" },
    });
    const devices = trial
      .all("store")
      .flatMap(({ changes }) => changes)
      .filter(({ model }) => model.endsWith(".smsdevice"));
    expect(devices).toMatchObject([{ row: { phone_number: PHONE, confirmed: true } }]);
    const real = await server.store.read((tx) => [
      ...tx.list("authentik_stages_authenticator_sms.smsdevice"),
      ...tx.list("authentik_stages_authenticator_sms.authenticatorsmsstage"),
    ]);
    expect(real).toEqual([]);
  });

  test("what happened stands in its order: the request, what was decided, what was sent and written, the answer", async () => {
    await start();
    const entries = await trial.respond({ phone: PHONE });
    expect(entries.map(({ id }) => id)).toEqual(entries.map((_, i) => (entries[0]?.id ?? 0) + i));
    const kinds = entries.map(({ kind }) => kind);
    expect(kinds[0]).toBe("request");
    expect(kinds.at(-1)).toBe("answer");
    expect(kinds.indexOf("policy")).toBeLessThan(kinds.indexOf("answer"));
    // The first answer leads on to the SMS stage, which sends.
    expect(kinds.indexOf("answer")).toBeLessThan(kinds.indexOf("provider"));
    expect(kinds.slice(kinds.indexOf("provider"))).toContain("store");
    expect(entries).toContainEqual(
      expect.objectContaining({ kind: "request", method: "GET", followed: true }),
    );
  });

  test("the diagram has the stages in order with what decides about them, and the plan says where the flow is", async () => {
    await start();
    const { diagram } = trial.last("start");
    expect(diagram.stages).toMatchObject([
      { name: "enrollment-ask-phone", kind: "Prompt Stage", validation: [{ name: "phone-region" }] },
      { name: "sms-generic", validation: [], policies: [] },
    ]);
    expect(trial.last("answer").plan).toEqual(diagram.stages.map(({ binding }) => binding));
    await trial.respond({ phone: PHONE });
    expect(trial.last("answer").plan).toEqual([diagram.stages[1]?.binding]);
  });

  test.each([
    ["429", 429, /The inbox was told to fail/],
    ["500", 500, /The inbox was told to fail/],
    ["timeout", null, /could not be sent/],
  ] as const)(
    "a provider that answers with %s is told of, and works again when told to",
    async (mode, status, text) => {
      await start();
      await trial.step("provider", { mode });
      await trial.respond({ phone: PHONE });
      expect(trial.last("provider")).toMatchObject({ status });
      expect(trial.last("provider").message).toBeUndefined();
      expect(JSON.stringify(trial.challenge?.response_errors)).toMatch(text);
      await trial.step("provider", { mode: "accepts" });
      await trial.respond({ phone_number: PHONE });
      expect(trial.last("provider")).toMatchObject({ status: 200, message: { to: PHONE } });
      expect(trial.code).toMatch(/^\d{6}$/);
    },
  );

  test("the clock can be moved on: what had to be waited for can be done", async () => {
    await start();
    await trial.respond({ phone: PHONE });
    const { code } = trial;
    await trial.respond({ phone_number: PHONE });
    expect(JSON.stringify(trial.challenge?.response_errors)).toContain("Please wait");
    await trial.step("wait", { seconds: 31 });
    await trial.respond({ phone_number: PHONE });
    expect(trial.all("provider")).toHaveLength(2);
    expect(trial.code).toBe(code);
  });

  test("through Twilio the form is told as it went out", async () => {
    await trial.step("start", { slug: "enroll-twilio", user: "marie" });
    await trial.respond({ phone: PHONE });
    const { wire, url, provider, message } = trial.last("provider");
    expect({ provider, url }).toEqual({
      provider: "twilio",
      url: "https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json",
    });
    expect(wire).toMatch(/authorization: Basic \*{8}/i);
    expect(wire).toContain("\r\n\r\nTo=%2B1234+567+890&From=%2B12340000&Body=This+is+a+custom+message");
    expect(message?.text).toContain("for Example Inc. SMS authentication");
  });

  test("a text beyond GSM-7 is told with what makes it so", async () => {
    const { name, text } = blueprint("sms-enrollment.yaml");
    const blueprints = [{ name, text: text.replace("foo bar baz", "Código 🙂") }];
    const own = new Held(await answered(await post("", { blueprints })));
    await own.step("start", { slug: "enroll-generic", user: "marie" });
    await own.respond({ phone: PHONE });
    const { message, wire, bodyBytes } = own.last("provider");
    expect(message).toMatchObject({ alphabet: "UCS-2", units: 16, segments: 1, beyond: ["ó", "🙂"] });
    expect(bodyBytes).toBe(Buffer.byteLength(wire?.split("\r\n\r\n")[1] ?? ""));
  });

  test("a user whom the blueprint does not have is made; a flow for nobody is denied", async () => {
    await trial.step("start", { slug: "enroll-generic", user: "jo" });
    expect(trial.challenge).toMatchObject({ component: "ak-stage-prompt" });
    await trial.step("start", { slug: "enroll-generic", user: null });
    expect(trial.last("answer")).toMatchObject({
      ended: true,
      challenge: { component: "ak-stage-access-denied" },
    });
    const response = await post(`${trial.opened.id}/respond/`, { after: 0, response: {} });
    expect(response.status).toBe(409);
  });
});

test("an account that one flow made logs in with another, and its browser is known", async () => {
  const trial = await Held.open("enrollment-with-phone.yaml", "login-with-sms.yaml");
  await trial.step("start", { slug: "enrollment-with-phone", user: null });
  const password = "correct horse battery";
  const account = { username: "jo", name: "Jo", email: "jo@example.com", phone: PHONE };
  await trial.respond({ ...account, password, password_repeat: password });
  expect(trial.all("request").at(-3)?.response).toMatchObject({ ...account, password: "********" });
  await trial.respond({ code: trial.code });
  const activated = trial.all("decision").at(-1);
  expect(activated).toMatchObject({ target: trial.last("start").diagram.stages[3]?.binding, passing: true });
  expect(trial.last("answer")).toMatchObject({ ended: true, user: "jo" });
  await trial.step("start", { slug: "login-with-sms", user: null });
  await trial.respond({ uid_field: "jo" });
  await trial.respond({ password });
  const [device] = (trial.challenge?.device_challenges ?? []) as object[];
  await trial.step("wait", { seconds: 60 });
  await trial.respond({ selected_challenge: device ?? null });
  await trial.respond({ code: trial.code });
  expect(trial.last("answer")).toMatchObject({ ended: true, user: "jo" });
  expect(JSON.stringify(trial.entries)).not.toContain(password);
});

test("a blueprint that is broken is refused with its line, and one with foreign models is taken without them", async () => {
  const response = await post("", { blueprints: [{ name: "b.yaml", text: "entries: [" }] });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain("b.yaml:1");
  const text = "version: 1\nmetadata: {name: x}\nentries: [{model: authentik_x.y, identifiers: {name: a}}]";
  const { entries } = await answered<OpenAnswer>(await post("", { blueprints: [{ name: "c.yaml", text }] }));
  expect(entries).toMatchObject([{ kind: "setup", warnings: [expect.stringContaining("authentik_x.y")] }]);
});

test("a policy that raises is told with its error", async () => {
  const text = `
version: 1
metadata: {name: x}
entries:
  - {model: authentik_flows.flow, id: flow, identifiers: {slug: f}, attrs: {name: f, title: f, designation: enrollment, policy_engine_mode: all}}
  - {model: authentik_policies_expression.expressionpolicy, id: policy, identifiers: {name: broken}, attrs: {expression: "return 1 / 0"}}
  - {model: authentik_policies.policybinding, identifiers: {target: !KeyOf flow, policy: !KeyOf policy, order: 0}}
`;
  const trial = new Held(await answered(await post("", { blueprints: [{ name: "x.yaml", text }] })));
  await trial.step("start", { slug: "f", user: null });
  expect(trial.last("policy")).toMatchObject({
    binding: trial.last("start").diagram.policies[0]?.key,
    passing: false,
    error: { type: "ZeroDivisionError", line: 1 },
  });
  const changes = trial.all("store").flatMap((entry) => entry.changes);
  expect(changes).toMatchObject([{ model: "authentik_events.event", row: { action: "policy_exception" } }]);
});

test("the examples are the fixtures' blueprints", async () => {
  const response = await fetch(`${server.url}/api/postern/playground/trials/examples/`);
  const { blueprints } = (await response.json()) as { blueprints: unknown[] };
  expect(blueprints).toContainEqual(blueprint("sms-enrollment.yaml"));
});

test("a step of no trial, and one that is none, are refused", async () => {
  expect((await post("nothing/look/", { after: 0 })).status).toBe(404);
  const trial = await Held.open("sms-enrollment.yaml");
  expect((await post(`${trial.opened.id}/start/`, { after: 0, slug: "no-flow", user: null })).status).toBe(
    404,
  );
  expect((await post(`${trial.opened.id}/wait/`, { after: 0, seconds: -1 })).status).toBe(400);
  const foreign = await fetch(`${server.url}/api/postern/playground/trials/examples/`, {
    headers: { "sec-fetch-site": "cross-site" },
  });
  expect(foreign.status).toBe(403);
});

describe("how many and how long", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine();
  }, 120_000);
  afterAll(async () => await engine.close());
  const request = { blueprints: [blueprint("phone-settings.yaml")] };

  test("the trial that was left alone the longest gives way", async () => {
    const trials = new Trials(async () => engine);
    try {
      const ids: string[] = [];
      for (let i = 0; i < MOST_TRIALS; i += 1) ids.push((await trials.open(request)).id);
      trials.find(ids[0]);
      await trials.open(request);
      expect(() => trials.find(ids[1])).toThrow(expect.objectContaining({ status: 404 }));
      expect(trials.find(ids[0]).id).toBe(ids[0]);
    } finally {
      await trials.close();
    }
  });

  test("a trial that nobody asks for ends, and its steps with it", async () => {
    let now = Date.now();
    const trials = new Trials(
      async () => engine,
      () => now,
    );
    try {
      const { id } = await trials.open(request);
      now += IDLE - 1;
      const trial = trials.find(id);
      now += IDLE;
      await trials.clean();
      expect(() => trials.find(id)).toThrow(expect.objectContaining({ status: 404 }));
      const start = trial.start({ after: 0, slug: "phone-settings", user: "marie" });
      await expect(start).rejects.toMatchObject({ status: 404 });
    } finally {
      await trials.close();
    }
  });

  test("a trial that has become too long takes no further step", { timeout: 60_000 }, async () => {
    const trials = new Trials(async () => engine);
    try {
      const trial = trials.find((await trials.open(request)).id);
      const { entries } = await trial.wait({ after: 0, seconds: 1 });
      for (let count = entries.length; count < 2_000; count += 1)
        await trial.wait({ after: count, seconds: 1 });
      await expect(trial.wait({ after: 0, seconds: 1 })).rejects.toMatchObject({ status: 409 });
    } finally {
      await trials.close();
    }
  });
});
