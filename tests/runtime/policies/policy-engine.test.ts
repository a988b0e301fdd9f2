// The policy engine over bindings: order, negate, failure_result, modes, groups and users, records.
import { describe, expect, test } from "vitest";
import { EventLog } from "../../../runtime/events/event-log.ts";
import type { Observer, Row } from "../../../runtime/index.ts";
import { PolicyEngine } from "../../../runtime/policies/policy-engine.ts";
import { type FakeExpression, PythonError } from "../flow/fake-engine.ts";
import { type Installation, install } from "../flow/harness.ts";

type User = Row<"authentik_core.user">;

const EXPRESSIONS: { [source: string]: FakeExpression } = {
  yes: (_v, { message }) => {
    message("dummy");
    return true;
  },
  no: (_v, { message }) => {
    message("dummy");
    return false;
  },
  text: () => "test",
  nothing: () => undefined,
  messages: (_v, { message }) => {
    message("first");
    message("second");
    return true;
  },
  broken(_v, { message }) {
    message("lost");
    throw new PythonError("ZeroDivisionError", "division by zero");
  },
  slow: () => new Promise(() => {}),
};

interface Bench {
  readonly at: Installation;
  readonly target: string;
  readonly marie: User;
  evaluate(
    mode?: "all" | "any",
    options?: { user?: User | null; debug?: boolean },
  ): ReturnType<PolicyEngine["evaluateBindings"]>;
  bindPolicy(source: string, fields?: Parameters<Installation["bind"]>[2]): Promise<unknown>;
}

async function bench(observer?: Observer): Promise<Bench> {
  const at = await install({ expressions: EXPRESSIONS });
  const marie = await at.add("authentik_core.user", { username: "marie", email: "marie@example.com" });
  const { pk: target } = await at.flow("flow", []);
  const events = new EventLog(at.store, () => at.time.now);
  const engine = new PolicyEngine(at.store, at.engine, events, { log: () => {} }, () => ({}), observer);
  const known = new Map<string, string>();
  return {
    at,
    target,
    marie,
    evaluate: (mode = "any", { user = marie, debug } = {}) =>
      engine.evaluateBindings(target, mode, {
        user,
        http: null,
        httpUser: user,
        context: () => ({ prompt_data: { password: "canary", phone: "+12025550173" } }),
        debug,
      }),
    async bindPolicy(source, fields = {}) {
      if (!known.has(source)) known.set(source, (await at.policy(source)).pk);
      return at.bind(target, { policy: known.get(source) }, { order: known.size, ...fields });
    },
  };
}

test("nothing bound passes without a message", async () => {
  const { evaluate } = await bench();
  expect(await evaluate("all")).toEqual({ passing: true, messages: [], changes: [], failures: [] });
});

test.each([
  ["all", false],
  ["any", true],
] as const)(
  "a passing and a failing policy, mode %s: %s; each ran, each said its message",
  async (mode, passing) => {
    const { evaluate, bindPolicy } = await bench();
    await bindPolicy("no");
    await bindPolicy("yes");
    expect(await evaluate(mode)).toMatchObject({ passing, messages: ["dummy", "dummy"] });
  },
);

test.each([
  ["a truthy text passes", "text", true],
  ["no result fails", "nothing", false],
])("%s", async (_what, source, passing) => {
  const { evaluate, bindPolicy } = await bench();
  await bindPolicy(source);
  expect((await evaluate()).passing).toBe(passing);
});

test("messages stand in the order of the bindings", async () => {
  const { evaluate, bindPolicy } = await bench();
  await bindPolicy("messages", { order: 20 });
  await bindPolicy("no", { order: 10 });
  expect((await evaluate()).messages).toEqual(["dummy", "first", "second"]);
});

test("negate turns the result and keeps the message; disabled bindings are not looked at", async () => {
  const { at, evaluate, bindPolicy } = await bench();
  await bindPolicy("no", { negate: true });
  await bindPolicy("broken", { enabled: false });
  expect(await evaluate("all")).toMatchObject({ passing: true, messages: ["dummy"] });
  expect(at.engine.calls.map(({ source }) => source)).toEqual(["no"]);
});

test.each([
  [{}, false],
  [{ failure_result: true }, true],
  [{ failure_result: false, negate: true }, false],
  [{ failure_result: true, negate: true }, true],
])("an exception gives failure_result, not negated: %j", async (fields, passing) => {
  const { at, evaluate, bindPolicy, marie } = await bench();
  await bindPolicy("broken", fields);
  expect(await evaluate()).toMatchObject({
    passing,
    messages: ["division by zero"],
    failures: [{ policy: "policy broken", error: { type: "ZeroDivisionError" } }],
  });
  expect(await at.events("policy_exception")).toMatchObject([
    {
      user: { pk: marie.pk, username: "marie" },
      context: {
        message: "Policy failed to execute",
        policy_uuid: expect.stringMatching(/^[0-9a-f]{32}$/),
        exception: { message: "division by zero" },
      },
    },
  ]);
});

test("the record of an undefined name says at which sites it is; the message is Python's own", async () => {
  const { at, evaluate, bindPolicy } = await bench();
  await bindPolicy("user");
  expect((await evaluate()).messages).toEqual(["name 'user' is not defined"]);
  const [event] = await at.events("policy_exception");
  expect(event?.context.exception).toEqual({
    type: "NameError",
    message: "name 'user' is not defined",
    line: 2,
    hint: "'user' is not available at policies; it is at expressions of prompts, webhook mappings and property mappings",
  });
});

test.each([
  ["text that is not Python", ";", {}, "invalid syntax (policy ;, line 2)"],
  ["an unknown name", "x", {}, "name 'x' is not defined"],
  ["a policy that takes too long", "slow", { timeout: 1 }, "no decision within 1 seconds"],
])("%s is an error, not a decision", async (_what, source, fields, message) => {
  const { evaluate, bindPolicy } = await bench();
  await bindPolicy(source, { ...fields, negate: true });
  const result = await evaluate();
  expect(result).toMatchObject({ passing: false, messages: [message] });
  expect(result.failures).toHaveLength(1);
});

test("execution_logging puts each run on record, with secrets hidden", async () => {
  const { at, target, evaluate, marie } = await bench();
  const policy = await at.policy("yes", undefined, { execution_logging: true });
  await at.bind(target, { policy: policy.pk });
  await evaluate();
  const events = await at.events("policy_execution");
  expect(events).toMatchObject([
    {
      user: { pk: marie.pk, username: "marie", email: "marie@example.com" },
      context: {
        message: "Policy Execution",
        result: { passing: true, messages: ["dummy"] },
        request: {
          user: { username: "marie" },
          context: { prompt_data: { password: "********************", phone: "+*******0173" } },
        },
      },
    },
  ]);
});

test("a trial leaves no record", async () => {
  const { at, target, evaluate, bindPolicy } = await bench();
  await bindPolicy("broken");
  await at.bind(target, { policy: (await at.policy("yes", undefined, { execution_logging: true })).pk });
  await evaluate("all", { debug: true });
  expect(await at.rows("authentik_events.event")).toEqual([]);
});

test("events an expression asks for are recorded as custom ones", async () => {
  const { at, target, evaluate } = await bench();
  const policy = await at.policy("event", (_v, { event }) => {
    event("custom_refused", { context: { api_key: "canary", why: "x" } });
    return true;
  });
  await at.bind(target, { policy: policy.pk });
  await evaluate();
  expect(await at.events("custom_refused")).toMatchObject([
    { context: { context: { api_key: "********************", why: "x" } } },
  ]);
});

test("events asked for before an exception are kept", async () => {
  const { at, target, evaluate } = await bench();
  const policy = await at.policy("event, then broken", (_v, { event }) => {
    event("custom_seen", {});
    throw new PythonError("KeyError", "'a'");
  });
  await at.bind(target, { policy: policy.pk });
  expect(await evaluate()).toMatchObject({ passing: false, messages: ["'a'"] });
  expect(await at.events("custom_seen")).toHaveLength(1);
});

describe("group and user bindings", () => {
  interface People {
    readonly in: User;
    readonly out: User;
    readonly child: string;
    readonly parent: string;
    readonly other: string;
  }
  async function people(at: Installation): Promise<People> {
    const group = async (name: string, parents: string[] = []) =>
      (await at.add("authentik_core.group", { name, parents })).pk;
    const parent = await group("parent");
    const child = await group("child", [parent]);
    const other = await group("other");
    return {
      parent,
      child,
      other,
      in: await at.add("authentik_core.user", { username: "in", groups: [child] }),
      out: await at.add("authentik_core.user", { username: "out", groups: [other] }),
    };
  }

  test("a member of a group is in its ancestors too, not in its descendants", async () => {
    const { at, target, evaluate } = await bench();
    const known = await people(at);
    await at.bind(target, { group: known.parent });
    expect((await evaluate("any", { user: known.in })).passing).toBe(true);
    expect((await evaluate("any", { user: known.out })).passing).toBe(false);
    const above = await at.add("authentik_core.user", { username: "above", groups: [known.parent] });
    const below = await bench();
    await below.at.bind(below.target, { group: (await people(below.at)).child });
    expect((await below.evaluate("any", { user: above })).passing).toBe(false);
  });

  test.each([
    ["any", "in", true],
    ["all", "in", false],
    ["any", "out", false],
  ] as const)("mode %s, user %s, one of two groups: %s", async (mode, who, passing) => {
    const { at, target, evaluate } = await bench();
    const known = await people(at);
    const third = await at.add("authentik_core.group", { name: "third" });
    await at.bind(target, { group: known.child });
    await at.bind(target, { group: third.pk }, { order: 1 });
    expect(await evaluate(mode, { user: known[who] })).toEqual({
      passing,
      messages: [],
      changes: [],
      failures: [],
    });
  });

  test("negated ones turn; nobody matches none of them", async () => {
    const { at, target, evaluate } = await bench();
    const known = await people(at);
    await at.bind(target, { user: known.out.pk }, { negate: true });
    expect((await evaluate("all", { user: known.in })).passing).toBe(true);
    expect((await evaluate("all", { user: known.out })).passing).toBe(false);
    expect((await evaluate("all", { user: null })).passing).toBe(false);
  });

  test("all of them are one result beside the policies'", async () => {
    const { at, target, evaluate, bindPolicy } = await bench();
    const known = await people(at);
    await bindPolicy("yes");
    await at.bind(target, { user: known.out.pk });
    expect(await evaluate("any", { user: known.in })).toMatchObject({ passing: true, messages: ["dummy"] });
    expect(await evaluate("all", { user: known.in })).toMatchObject({ passing: false, messages: ["dummy"] });
  });
});

test("an observer is told what each binding came to, as it counts, and then the decision", async () => {
  const told: object[] = [];
  const { at, target, marie, evaluate, bindPolicy } = await bench({
    policyAsked: (asked) => told.push(asked),
    bindingsDecided: (decided) => told.push(decided),
  });
  await evaluate("all");
  expect(told).toEqual([]);
  await bindPolicy("no", { negate: true, order: 1 });
  await bindPolicy("broken", { order: 2 });
  await at.bind(target, { user: marie.pk }, { order: 3 });
  await evaluate("all");
  expect(told).toEqual([
    expect.objectContaining({
      binding: expect.any(String),
      policy: { pk: expect.any(String), name: "policy no" },
      passing: true,
      messages: ["dummy"],
    }),
    expect.objectContaining({
      policy: { pk: expect.any(String), name: "policy broken" },
      passing: false,
      error: expect.objectContaining({ type: "ZeroDivisionError" }),
    }),
    expect.objectContaining({ policy: null, passing: true }),
    { target, mode: "all", passing: false },
  ]);
});
