// Section 9 of the rules: a flow cannot be talked, broken or steered past a stage.
//
// | rule | shown elsewhere as well |
// |---|---|
// | F1 | `tests/runtime/flow/flow-policies.test.ts`, `tests/runtime/stages/sms-failures.test.ts` |
// | F3 | `tests/runtime/flow/flow-policies.test.ts`: policies of a stage are asked on every request |
// | F4 | `tests/runtime/stages/{prompt,sms-setup}.test.ts`: what fields take |
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import type { SmsMessage } from "../../providers/index.ts";
import {
  createRuntime,
  type Execution,
  memoryStore,
  type NewRow,
  PolicyUndecided,
  type Runtime,
  SessionNotFound,
  type Store,
} from "../../runtime/index.ts";
import { engineUnderTest } from "../engine/engine-under-test.ts";
import { install, sessionData } from "../runtime/flow/harness.ts";
import { SMS_DEVICE, SMS_STAGE } from "../runtime/stages/sms-installation.ts";
import { startServer } from "../server/server-under-test.ts";

const BLUEPRINTS = join(import.meta.dirname, "../../fixtures/blueprints");
const POLICY = "authentik_policies_expression.expressionpolicy";
const MAPPING = "authentik_events.notificationwebhookmapping";
const BINDING = "authentik_flows.flowstagebinding";
const PHONE = "+1234 567 890";

const under = engineUnderTest({ limits: { steps: 100_000, memoryMb: 16, cpuMs: 300 } });

interface Site {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly sent: SmsMessage[];
  readonly logs: string[];
}
async function site(): Promise<Site> {
  const store = memoryStore();
  const sent: SmsMessage[] = [];
  const logs: string[] = [];
  const runtime = await createRuntime({
    engine: under.engine,
    store,
    logger: { log: (level, event) => void logs.push(`${level}: ${event}`) },
    smsProvider: ({ provider }) => ({
      kind: provider,
      async send(message) {
        sent.push(message);
        return { provider, status: 200 };
      },
    }),
  });
  return { store, runtime, sent, logs };
}

/** Ways in which a policy has no decision. */
const BROKEN: Readonly<Record<string, string>> = {
  raises: "raise RuntimeError('broken')",
  "raises a class of its own": "class Broken(BaseException): pass\nraise Broken()",
  "names what is not there": "return nothing_of_this_name",
  "is not Python": ";",
  "never ends": "while True: pass",
  "recurses for ever": "def f(): return f()\nreturn f()",
  "eats memory": "x = [0]\nwhile True: x = x + x",
  "asks for what is not granted": "import requests\nreturn requests.get('https://a.example').ok",
  "hides its own failure":
    "try:\n    while True: pass\nexcept BaseException:\n    return True\nfinally:\n    return True",
  exits: "raise SystemExit(0)",
};

describe("F1 errors that let people through", () => {
  // The walk answers flows that ask for a number and send a code there. Whole accounts are walked over HTTP, in tests/server.
  const files = readdirSync(BLUEPRINTS).filter((name) => name.startsWith("sms-"));

  /** Walks a flow with the right answers; says how it ended. */
  async function walk({ runtime, sent }: Site, slug: string): Promise<string> {
    try {
      const flow = await runtime.flow(slug).start({ user: "marie" });
      for (let step = 0; step < 6 && !flow.finished; step += 1) {
        const { component, phone_number_required: asked } = flow.challenge;
        if (component === "ak-stage-flow-error") break;
        const code = sent.at(-1)?.token ?? "000000";
        await flow.respond(asked === true ? { phone_number: PHONE } : { phone: PHONE, code });
      }
      return flow.challenge.component;
    } catch (error) {
      expect(error).toBeInstanceOf(PolicyUndecided);
      return "undecided";
    }
  }
  async function loaded(file: string): Promise<{ at: Site; slugs: string[] }> {
    const at = await site();
    await at.runtime.apply(readFileSync(join(BLUEPRINTS, file), "utf8"));
    const slugs = await at.store.read((tx) => tx.list("authentik_flows.flow").map(({ slug }) => slug));
    return { at, slugs };
  }
  const devices = (store: Store) => store.read((tx) => tx.list(SMS_DEVICE).length);

  describe.each(files)("%s", (file) => {
    test("ends with a device as it stands: these tests can fail", async () => {
      const { at, slugs } = await loaded(file);
      for (const [index, slug] of slugs.entries()) {
        expect(await walk(at, slug)).toBe("xak-flow-redirect");
        expect(await devices(at.store)).toBe(index + 1);
        await at.store.transaction((tx) => {
          for (const { pk, phone_number } of tx.list(SMS_DEVICE))
            tx.update(SMS_DEVICE, pk, { phone_number: `${phone_number}${index}` });
        });
      }
      expect(slugs.length).toBeGreaterThan(0);
    });

    test.each(Object.entries(BROKEN))(
      "a policy of its own that %s ends in no device",
      async (_how, source) => {
        const { at, slugs } = await loaded(file);
        const policies = await at.store.read((tx) => tx.list(POLICY));
        expect(policies.length).toBeGreaterThan(0);
        for (const { pk, expression } of policies) {
          await at.store.transaction((tx) => tx.update(POLICY, pk, { expression: source }));
          for (const slug of slugs) expect(await walk(at, slug)).not.toBe("xak-flow-redirect");
          await at.store.transaction((tx) => tx.update(POLICY, pk, { expression }));
        }
        expect([await devices(at.store), at.sent]).toEqual([0, []]);
      },
    );

    test.each(Object.entries(BROKEN))(
      "a mapping of its own that %s ends in no device",
      async (_how, source) => {
        const { at, slugs } = await loaded(file);
        await at.store.transaction((tx) => {
          for (const { pk } of tx.list(MAPPING)) tx.update(MAPPING, pk, { expression: source });
          for (const { pk, mapping } of tx.list(SMS_STAGE))
            tx.update(SMS_STAGE, pk, { mapping: mapping ?? tx.list(MAPPING)[0]?.pk ?? null });
        });
        for (const slug of slugs) expect(await walk(at, slug)).not.toBe("xak-flow-redirect");
        expect([await devices(at.store), at.sent]).toEqual([0, []]);
      },
    );

    test.each(Object.entries(BROKEN))(
      "a policy that %s, bound to any stage in any way, skips none",
      async (_how, source) => {
        const { at, slugs } = await loaded(file);
        const policy = await at.store.transaction(
          (tx) => tx.insert(POLICY, { name: "x", expression: source }).pk,
        );
        const bindings = await at.store.read((tx) => tx.list(BINDING));
        const ways: Partial<NewRow<"authentik_policies.policybinding">>[] = [{}, { negate: true }];
        for (const { pk: target } of bindings) {
          for (const policy_engine_mode of ["any", "all"] as const) {
            for (const evaluate_on_plan of [true, false]) {
              for (const way of ways) {
                const bound = await at.store.transaction((tx) => {
                  tx.update(BINDING, target, { policy_engine_mode, evaluate_on_plan });
                  return tx.insert("authentik_policies.policybinding", { target, policy, order: 0, ...way })
                    .pk;
                });
                for (const slug of slugs) {
                  const flow = bindings.find(({ pk }) => pk === target)?.target;
                  const own = await at.store.read((tx) => tx.get("authentik_flows.flow", String(flow))?.slug);
                  if (slug === own) expect(await walk(at, slug)).toMatch(/^(undecided|ak-stage-flow-error)$/);
                }
                await at.store.transaction((tx) => tx.delete("authentik_policies.policybinding", bound));
              }
            }
          }
        }
        expect(await devices(at.store)).toBe(0);
      },
      120_000,
    );
  });

  test.each(Object.entries(BROKEN))("a deny stage whose policy %s is not passed by", async (_how, source) => {
    const { store, runtime } = await site();
    await store.transaction((tx) => {
      const deny = tx.insert("authentik_stages_deny.denystage", { name: "deny" });
      const flow = flowRow(tx, "f");
      const binding = tx.insert(BINDING, { target: flow.pk, stage: deny.pk, order: 0 });
      const policy = tx.insert(POLICY, { name: "p", expression: source });
      tx.insert("authentik_policies.policybinding", { target: binding.pk, policy: policy.pk, order: 0 });
    });
    const flow = await runtime.flow("f").start();
    expect(flow.challenge.component).toBe("ak-stage-flow-error");
    expect((await flow.respond({})).component).toBe("ak-stage-flow-error");
    expect(flow.finished).toBe(false);
  });

  test.each(Object.entries(BROKEN))("a flow whose policy %s lets nobody in", async (_how, source) => {
    const { store, runtime } = await site();
    await store.transaction((tx) => {
      const flow = flowRow(tx, "f");
      const dummy = tx.insert("authentik_stages_dummy.dummystage", { name: "d" });
      tx.insert(BINDING, { target: flow.pk, stage: dummy.pk, order: 0 });
      const policy = tx.insert(POLICY, { name: "p", expression: source });
      tx.insert("authentik_policies.policybinding", {
        target: flow.pk,
        policy: policy.pk,
        order: 0,
        negate: true,
      });
    });
    const flow = await runtime.flow("f").start();
    expect([flow.challenge.component, flow.finished]).toEqual(["ak-stage-access-denied", true]);
  });
});

type Transaction = Parameters<Parameters<Store["transaction"]>[0]>[0];
function flowRow(tx: Transaction, slug: string) {
  return tx.insert("authentik_flows.flow", {
    ...{ name: slug, slug, title: slug, designation: "stage_configuration" },
  });
}

/** A policy that says everything it was asked about. */
const TELLING = `ak_message("|".join(str(part) for part in [
    request.user.username if request.user else "", ak_client_ip, request.http_request.GET.get("q"),
    request.http_request.META.get("HTTP_X_NOTE"), request.http_request.path, request.http_request.brand.branding_title,
    request.context.get("given"), request.context.get("prompt_data"), sorted(group.name for group in request.user.groups.all()),
    request.user.attributes]))
return False`;

describe("F2 answers of another request", () => {
  interface Asked {
    readonly user: "marie" | "paul";
    readonly ip: string;
    readonly q: string;
    readonly note: string;
    readonly path: string;
    readonly title: string;
    readonly given: number;
    readonly prompt: string;
    readonly group: boolean;
    readonly attribute: number;
  }
  const word = fc.stringMatching(/^[a-z]{1,4}$/);
  const asked: fc.Arbitrary<Asked> = fc.record({
    user: fc.constantFrom("marie", "paul"),
    ip: fc.ipV4(),
    q: word,
    note: word,
    path: word.map((text) => `/${text}`),
    title: word,
    given: fc.nat(9),
    prompt: word,
    group: fc.boolean(),
    attribute: fc.nat(9),
  });

  test("two requests that differ in one field are answered each for itself", async () => {
    const { store, runtime } = await site();
    await store.transaction((tx) => {
      const group = tx.insert("authentik_core.group", { name: "staff" });
      for (const username of ["marie", "paul"]) tx.insert("authentik_core.user", { username });
      const flow = flowRow(tx, "f");
      const policy = tx.insert(POLICY, { name: "p", expression: TELLING });
      tx.insert("authentik_policies.policybinding", { target: flow.pk, policy: policy.pk, order: 0 });
      expect(group.pk).toBeTypeOf("string");
    });
    const ask = async (request: Asked): Promise<JsonValue | undefined> => {
      await store.transaction((tx) => {
        const groups = tx.list("authentik_core.group").map(({ pk }) => pk);
        const [user] = tx.list("authentik_core.user", { username: request.user });
        tx.update("authentik_core.user", user?.pk as number, {
          groups: request.group ? groups : [],
          attributes: { n: request.attribute },
        });
      });
      const { challenge } = await runtime.flow("f").start({
        user: request.user,
        context: { given: request.given, prompt_data: { p: request.prompt } },
        http: {
          META: { REMOTE_ADDR: request.ip },
          headers: { "X-Note": request.note },
          query: { q: request.q },
          path: request.path,
          brand: { branding_title: request.title },
        },
      });
      return challenge.error_message;
    };
    const expected = (request: Asked): string =>
      [
        ...[request.user, request.ip, request.q, request.note, request.path, request.title, request.given],
        ...[`{'p': '${request.prompt}'}`, request.group ? "['staff']" : "[]", `{'n': ${request.attribute}}`],
      ].join("|");
    await fc.assert(
      fc.asyncProperty(asked, asked, fc.nat(9), async (first, other, field) => {
        const key = Object.keys(first)[field] as keyof Asked;
        const second = { ...first, [key]: other[key] };
        for (const request of [first, second, first]) expect(await ask(request)).toBe(expected(request));
      }),
      { numRuns: 60 },
    );
  });
});

describe("F3 what changed since the plan was made", () => {
  const changes: Readonly<Record<string, (at: Site) => Promise<unknown> | unknown>> = {
    "an attribute of the user": ({ store }) =>
      store.transaction((tx) => tx.update("authentik_core.user", 1, { attributes: { bad: true } })),
    "the user's groups": ({ store }) =>
      store.transaction((tx) => {
        const group = tx.insert("authentik_core.group", { name: "bad" });
        tx.update("authentik_core.user", 1, { groups: [group.pk] });
      }),
    "the user being active": ({ store }) =>
      store.transaction((tx) => tx.update("authentik_core.user", 1, { is_active: false })),
    "the client's address": () => ({ META: { REMOTE_ADDR: "192.0.2.66" } }),
    "a header": () => ({ headers: { "X-Bad": "1" } }),
    "the query": () => ({ query: { bad: "1" } }),
    "what was typed": () => undefined,
  };
  const GOOD = `return not (request.user.attributes.get("bad") or not request.user.is_active
    or request.user.groups.filter(name="bad").exists() or str(ak_client_ip) == "192.0.2.66"
    or "HTTP_X_BAD" in request.http_request.META or "bad" in request.http_request.GET
    or request.context.get("prompt_data", {}).get("word") == "bad")`;

  test.each(Object.keys(changes))("%s: a stage that was planned is asked about again", async (what) => {
    const at = await site();
    await at.store.transaction((tx) => {
      tx.insert("authentik_core.user", { username: "marie" });
      const prompt = tx.insert("authentik_stages_prompt.prompt", {
        ...{ name: "w", field_key: "word", label: "w", type: "text", required: false },
      });
      const form = tx.insert("authentik_stages_prompt.promptstage", { name: "form", fields: [prompt.pk] });
      const reward = tx.insert("authentik_stages_dummy.dummystage", { name: "reward" });
      const flow = flowRow(tx, "f");
      tx.insert(BINDING, { target: flow.pk, stage: form.pk, order: 0 });
      const policy = tx.insert(POLICY, { name: "good", expression: GOOD });
      const binding = tx.insert(BINDING, {
        target: flow.pk,
        stage: reward.pk,
        order: 1,
        evaluate_on_plan: true,
      });
      tx.insert("authentik_policies.policybinding", { target: binding.pk, policy: policy.pk, order: 0 });
    });
    const start = () =>
      at.runtime.flow("f").start({ user: "marie", http: { META: { REMOTE_ADDR: "192.0.2.1" } } });
    const kept = await start();
    expect(await kept.respond({ word: "good" })).toMatchObject({ name: "reward" });
    const dropped = await start();
    const http = (await changes[what]?.(at)) as object | undefined;
    const given = { META: { REMOTE_ADDR: "192.0.2.1" }, ...(what.includes("user") ? {} : http) };
    const answer = { word: what === "what was typed" ? "bad" : "good" };
    expect(await dropped.respond(answer, { http: given })).toEqual({
      component: "xak-flow-redirect",
      to: "/",
    });
  });
});

describe("F4 tampered state", () => {
  async function enrolling() {
    const at = await site();
    await at.store.transaction((tx) => {
      tx.insert("authentik_core.user", { username: "marie" });
      tx.insert("authentik_core.user", { username: "paul" });
      const prompt = tx.insert("authentik_stages_prompt.prompt", {
        ...{ name: "w", field_key: "word", label: "w", type: "text", required: false },
      });
      const form = tx.insert("authentik_stages_prompt.promptstage", { name: "form", fields: [prompt.pk] });
      const sms = tx.insert(SMS_STAGE, {
        ...{
          name: "sms",
          provider: "generic",
          from_number: "1",
          account_sid: "https://a.example",
          auth: "x",
        },
      });
      const flow = flowRow(tx, "f");
      for (const [order, stage] of [form, sms].entries())
        tx.insert(BINDING, { target: flow.pk, stage: stage.pk, order });
    });
    const flow = await at.runtime.flow("f").start({ user: "marie" });
    return { at, flow };
  }
  const data = async ({ store }: Site, flow: Execution): Promise<JsonObject> =>
    (await sessionData(store, flow.session)) as JsonObject;

  test("a client's keys are the stage's fields and nothing else of the state", async () => {
    const { at, flow } = await enrolling();
    await flow.respond({ word: "x" });
    const before = await data(at, flow);
    const key = fc.constantFrom(
      ...["plan", "context", "user", "pending_user", "stages", "version", "session", "query", "http", "flow"],
      ...[
        "slug",
        "component",
        "confirmed",
        "token",
        "valid_until",
        "state",
        "throttling_failure_count",
        "stage",
      ],
      ...["__proto__", "constructor", "prototype", "goauthentik.io/stages/authenticator_sms/sms_device"],
      ...["phone_number_required", "response_errors", "prompt_data", "is_superuser"],
    );
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom<JsonValue>(
        { pk: 2 },
        { state: "sent", token: "123456" },
        { polluted: true },
        "sent",
        0,
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(key, value), { maxLength: 5 }), async (entries) => {
        // As JSON brings them: `__proto__` is then a key like any other.
        const members = entries.map(([name, given]) => `${JSON.stringify(name)}:${JSON.stringify(given)}`);
        await flow.respond(JSON.parse(`{${members.join(",")}}`));
        const now = await data(at, flow);
        expect({ ...now, version: 0 }).toEqual({ ...withDraft(before, now), version: 0 });
        expect({}).not.toHaveProperty("polluted");
      }),
    );
    expect([at.sent, await at.store.read((tx) => tx.list(SMS_DEVICE))]).toEqual([[], []]);
  });

  /** The state before, with the device in the making that the stage itself has put in. */
  function withDraft(before: JsonObject, now: JsonObject): JsonObject {
    const name = "goauthentik.io/stages/authenticator_sms/sms_device";
    const read = (session: JsonObject) => session.plan as { context: JsonObject } & JsonObject;
    const draft = read(now).context[name];
    if (draft === undefined) return before;
    expect(draft).toMatchObject({ user: 1, delivery: null, token: null, throttling_failure_count: 0 });
    const plan = read(before);
    return { ...before, plan: { ...plan, context: { ...plan.context, [name]: draft } } };
  }

  test("a session's id with any byte changed is nobody's session", async () => {
    const { at, flow } = await enrolling();
    const id = flow.session as string;
    const tampered = new Set([
      "",
      `${id}=`,
      ` ${id}`,
      `${id}\0`,
      "__proto__",
      "constructor",
      "toString",
      `${id}/..`,
    ]);
    for (const [index, char] of [...id].entries()) {
      for (const other of [String.fromCharCode(char.charCodeAt(0) ^ 1), char.toUpperCase(), "-", "\u0130"])
        if (other !== char) tampered.add(id.slice(0, index) + other + id.slice(index + 1));
    }
    expect(tampered.size).toBeGreaterThan(100);
    for (const other of tampered) {
      const requests = [{ method: "GET" }, { method: "POST", response: { data: {}, form: false } }] as const;
      for (const request of requests)
        await expect(at.runtime.executor.request(other, request)).rejects.toThrow(SessionNotFound);
    }
    expect((await flow.refresh()).component).toBe("ak-stage-prompt");
  });

  test("ids are 192 random bits: none of a thousand shares its half with another", async () => {
    const { at } = await enrolling();
    const ids = await Promise.all(
      Array.from(
        { length: 1000 },
        async () => (await at.runtime.executor.start("f", { user: "marie" })).session,
      ),
    );
    for (const id of ids) expect(id).toMatch(/^[\w-]{32}$/);
    expect(new Set(ids.map((id) => id?.slice(0, 16))).size).toBe(1000);
    expect(new Set(ids.map((id) => id?.slice(16))).size).toBe(1000);
  });
});

describe("F6 what is returned", () => {
  /** An expression of every type, and its truth. */
  const VALUES: readonly (readonly [source: string, truth: boolean])[] = [
    ...([
      ["True", true],
      ["False", false],
      ["None", false],
      ["0", false],
      ["1", true],
      ["-1", true],
    ] as const),
    ...([
      ["0.0", false],
      ["float('nan')", true],
      ["0j", false],
      ["10**30", true],
      ["''", false],
    ] as const),
    ...([
      ["'False'", true],
      ["b''", false],
      ["b'x'", true],
      ["[]", false],
      ["[0]", true],
      ["()", false],
    ] as const),
    ...([
      ["(0,)", true],
      ["{}", false],
      ["{0: 0}", true],
      ["set()", false],
      ["{0}", true],
      ["range(0)", false],
    ] as const),
    ...([
      ["range(1)", true],
      ["lambda: False", true],
      ["int", true],
      ["len", true],
      ["object()", true],
    ] as const),
    ...([
      ["(x for x in [])", true],
      ["...", true],
      ["NotImplemented", true],
      ["request", true],
    ] as const),
    ...([["type('F', (), {'__bool__': lambda s: False})()", false]] as const),
    ...([
      ["type('E', (), {'__len__': lambda s: 0})()", false],
      ["Exception()", true],
      ["slice(0)", true],
    ] as const),
  ];

  test.each(VALUES)(
    "a policy that returns %s passes by Python's truth, and what is no bool is reported",
    async (source, truth) => {
      const { store, runtime, logs } = await site();
      await store.transaction((tx) => {
        const flow = flowRow(tx, "f");
        const dummy = tx.insert("authentik_stages_dummy.dummystage", { name: "d" });
        tx.insert(BINDING, { target: flow.pk, stage: dummy.pk, order: 0 });
        const policy = tx.insert(POLICY, { name: "p", expression: `return ${source}` });
        tx.insert("authentik_policies.policybinding", { target: flow.pk, policy: policy.pk, order: 0 });
      });
      const { challenge } = await runtime.flow("f").start();
      expect([source, challenge.component]).toEqual([
        source,
        truth ? "ak-stage-dummy" : "ak-stage-access-denied",
      ]);
      const reported = logs.filter((line) => line.includes("the policy returned"));
      expect(reported).toHaveLength(/^(True|False)$/.test(source) ? 0 : 1);
    },
  );

  test.each(["__bool__", "__len__"])(
    "a value whose %s raises, lies or never ends does not pass",
    async (name) => {
      for (const body of ["1 / 0", "'yes'", "-1", "[0 for _ in iter(int, 1)]"]) {
        const source = `return type('T', (), {'${name}': lambda s: ${body}})()`;
        const verdict = await under.engine.policy("p", source).evaluate({ request: { context: {} } });
        expect([source, verdict.passing, typeof verdict.error?.type]).toEqual([source, false, "string"]);
      }
    },
  );

  async function sentBy(provider: "generic" | "twilio", source: string) {
    const { store, runtime, sent } = await site();
    await store.transaction((tx) => {
      tx.insert("authentik_core.user", { username: "marie", password: "canary" });
      const mapping = tx.insert(MAPPING, { name: "m", expression: source });
      const sms = tx.insert(SMS_STAGE, {
        ...{ name: "sms", provider, from_number: "1", account_sid: "https://a.example", auth: "x" },
        mapping: mapping.pk,
      });
      const flow = flowRow(tx, "f");
      tx.insert(BINDING, { target: flow.pk, stage: sms.pk, order: 0 });
    });
    const flow = await runtime.flow("f").start({ user: "marie" });
    const { response_errors } = await flow.respond({ phone_number: PHONE });
    return { sent, refused: Object.keys(response_errors ?? {}).length > 0 };
  }

  test.each([
    ...VALUES.map(([source]) => source),
    "stage",
    "user",
    "device",
    "[stage, user]",
    "float('inf')",
    "{1: {2}}",
  ])("a mapping that returns %s sends data or nothing", async (source) => {
    const { sent, refused } = await sentBy("generic", `return ${source}`);
    expect(sent).toHaveLength(refused ? 0 : 1);
    if (refused) return;
    const payload = sent[0]?.payload;
    expect(payload).not.toBeUndefined();
    expect(JSON.parse(JSON.stringify(payload))).toEqual(payload);
    expect(JSON.stringify(payload)).not.toMatch(/canary|\[native|=>|function[ (*]/);
  });

  // Dictionaries, and what becomes one, may do without the key: then the standard text is sent.
  const isDictionary = (source: string): boolean => /^(?:\{|request$|int$|len$|lambda)/.test(source);
  test.each(VALUES.map(([source]) => source).filter((source) => !isDictionary(source)))(
    "a Twilio mapping that returns %s sends nothing",
    async (source) => {
      const { sent, refused } = await sentBy("twilio", `return ${source}`);
      expect([sent, refused]).toEqual([[], true]);
    },
  );
});

describe("F5 running is writing", () => {
  test("a route that runs a text or a policy without a flow asks for the right to edit them", async () => {
    const on = await install();
    await on.store.transaction((tx) => tx.insert("authentik_core.user", { username: "plain" }));
    const running = await startServer({ on });
    onTestFinished(() => running.close());
    const routes = running.server.routes.filter(({ url }) =>
      /^\/api\/.*(test|evaluat|execut(?!or\/)|preview|playground|debug)/i.test(url),
    );
    expect(routes.map(({ url }) => url)).toContain("/api/postern/playground/evaluate/");
    expect(routes.map(({ url }) => url)).toContain("/api/v3/policies/all/:policy_uuid/test/");
    const nobody = await fetch(`${running.url}/api/v3/policies/all/`);
    expect(nobody.status).toBe(403);
    const user = await running.browser("plain");
    for (const { url } of routes) {
      const address = `${running.url}${url.replaceAll(/:[a-z_]+/g, "00000000-0000-4000-8000-000000000000")}`;
      for (const method of ["GET", "POST"]) {
        // From another machine: the playground answers whoever sits at its own, in a sandbox that is given nothing.
        const headers = { "content-type": "application/json", "x-forwarded-for": "203.0.113.9" };
        const body = method === "POST" ? { body: "{}" } : {};
        const [anonymous, plain] = await Promise.all([
          fetch(address, { method, headers, ...body }),
          fetch(address, { method, headers: { ...headers, cookie: cookieOf(user.cookies) }, ...body }),
        ]);
        // 405: the route has another method.
        expect([
          url,
          method,
          [403, 405].includes(anonymous.status),
          [403, 405].includes(plain.status),
        ]).toEqual([url, method, true, true]);
      }
    }
  });
});

function cookieOf(cookies: ReadonlyMap<string, string>): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
}
