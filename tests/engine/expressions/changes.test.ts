// What a policy changes of its context comes back as a list, as authentik's live objects would show it.
import { expect, test } from "vitest";
import type { Change, JsonObject } from "../../../engine/index.ts";
import { engineUnderTest } from "../engine-under-test.ts";

const under = engineUnderTest();
const marie = {
  pk: 7,
  username: "marie",
  email: "m@example.com",
  attributes: { a: 1, list: [1] },
  groups: [{ pk: "g", name: "g" }],
};
const planContext = {
  prompt_data: { username: "x", tags: ["a"], nested: { b: 1.5 } },
  pending_user: marie,
  is_sso: false,
};
const flow: JsonObject = {
  request: { user: marie, context: { ...planContext, flow_plan: { flow_pk: "f", context: planContext } } },
};
async function changed(source: string, context: JsonObject = flow): Promise<readonly Change[]> {
  return (await under.engine.policy("test", source).evaluate(context)).changes;
}
const set = (value: unknown, ...path: string[]): Change => ({ op: "set", path, value }) as Change;
const PLAN = ["flow_plan", "context"] as const;

test.each<[string, Change[]]>([
  ["return context['prompt_data']['username']", []],
  ["context['prompt_data'].get('x')\nreturn [*context, request.user.email]", []],
  ["context['prompt_data']['username'] = 'y'", [set("y", ...PLAN, "prompt_data", "username")]],
  ["context['prompt_data']['new'] = {'k': (1, 2)}", [set({ k: [1, 2] }, ...PLAN, "prompt_data", "new")]],
  ["context['x'] = 1", [set(1, "context", "x")]],
  ["request.context['x'] = 1", [set(1, "context", "x")]],
  ["context['flow_plan'].context['x'] = 1", [set(1, ...PLAN, "x")]],
  [
    "context['flow_plan'].context.update(x=1, is_sso=True)",
    [set(true, ...PLAN, "is_sso"), set(1, ...PLAN, "x")],
  ],
  ["context['flow_plan'].context.pop('is_sso')", [{ op: "delete", path: [...PLAN, "is_sso"] }]],
  [
    "del context['prompt_data']['nested']['b']",
    [{ op: "delete", path: [...PLAN, "prompt_data", "nested", "b"] }],
  ],
  ["context['prompt_data']['tags'].append('b')", [set(["a", "b"], ...PLAN, "prompt_data", "tags")]],
  ["context['prompt_data'].setdefault('username', 'z')", []],
  ["tags = context['prompt_data']['tags']\ntags += ['b']", [set(["a", "b"], ...PLAN, "prompt_data", "tags")]],
  [
    "context['prompt_data'] = {'only': 'the copy'}",
    [
      set("the copy", "context", "prompt_data", "only"),
      ...["username", "tags", "nested"].map(
        (key): Change => ({ op: "delete", path: ["context", "prompt_data", key] }),
      ),
    ],
  ],
  ["context['prompt_data']['nested']['b'] = 1.5", []],
  [
    "context['pending_user'].email = 'n@example.com'",
    [set("n@example.com", ...PLAN, "pending_user", "email")],
  ],
  ["request.user.attributes['a'] = 2", [set(2, ...PLAN, "pending_user", "attributes", "a")]],
  ["request.user.attributes['list'].append(2)", [set([1, 2], ...PLAN, "pending_user", "attributes", "list")]],
  ["request.user.nick = 'm'", [set("m", ...PLAN, "pending_user", "nick")]],
  [
    "context['flow_plan'].context['redirect'] = 'https://example.com'",
    [set("https://example.com", ...PLAN, "redirect")],
  ],
  [
    "context['flow_plan'].redirect('https://example.com/a')\nreturn False",
    [{ op: "redirect", url: "https://example.com/a" }],
  ],
  ["setattr(request.user, 'name', 'M')", [set("M", ...PLAN, "pending_user", "name")]],
  [
    "from datetime import date\ncontext['flow_plan'].context['day'] = date(2026, 1, 2)",
    [set("2026-01-02", ...PLAN, "day")],
  ],
  [
    "context['prompt_data']['username'] = 'y'\nraise ValueError('x')",
    [set("y", ...PLAN, "prompt_data", "username")],
  ],
  ["for context['prompt_data']['username'] in 'ab': pass", [set("b", ...PLAN, "prompt_data", "username")]],
  ["context['prompt_data'][1] = 2", [set({ ...planContext.prompt_data, 1: 2 }, ...PLAN, "prompt_data")]],
])("%s", async (source, expected) => {
  expect(await changed(source)).toEqual(expected);
});

test("a limit leaves no change behind", async () => {
  const verdict = await under.engine
    .policy("test", "context['x'] = 1\nwhile True: pass")
    .evaluate(flow, { limits: { steps: 1000 } });
  expect([verdict.error?.type, verdict.changes]).toEqual(["StepLimitExceeded", []]);
});

test("what cannot be kept as JSON is an error of the policy", async () => {
  const verdict = await under.engine
    .policy("test", "context['flow_plan'].context['f'] = lambda: 1\nreturn True")
    .evaluate(flow);
  expect([verdict.passing, verdict.error?.message]).toEqual([
    false,
    "Object of type function is not JSON serializable",
  ]);
});

test("without a plan, the context itself and the user are compared", async () => {
  const request = { user: marie, context: { prompt_data: { a: 1 } } };
  expect(await changed("context['prompt_data']['a'] = 2\nrequest.user.name = 'M'", { request })).toEqual([
    set(2, "context", "prompt_data", "a"),
    set("M", "request", "user", "name"),
  ]);
});

test("a policy that is called by another changes a copy", async () => {
  const outcome = await under.engine
    .policy("test", "return ak_call_policy('other', x=1).passing and context.get('x') is None")
    .evaluate(flow, {
      capabilities: {
        policies: async () => ({
          source: "context['prompt_data']['username'] = 'z'\ncontext['flow_plan'].redirect('/')\nreturn True",
        }),
      },
    });
  expect([outcome.passing, outcome.changes]).toEqual([true, []]);
});
