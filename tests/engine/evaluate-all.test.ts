// Policies evaluated together about one context answer as each does alone.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { EvaluateOptions, JsonObject } from "../../engine/types.ts";
import { engineUnderTest } from "./engine-under-test.ts";

const under = engineUnderTest();

const context: JsonObject = {
  request: { user: { pk: 1, username: "marie" }, context: { prompt_data: { phone: "+1" }, list: [1] } },
};
const sources = [
  "return True",
  "return request.context['prompt_data']['phone'] == '+1'",
  "ak_message(f'hello {request.user.username}')\nreturn False",
  "request.context['list'].append(2)\nreturn request.context['list']",
  "ak_logger.info('seen', who=request.user.username)",
  "return 1 / 0",
  "while True: pass",
  "return 'ü' * 3000",
  "return ak_user_by(username='x').name",
  "import re\nreturn bool(re.search(r'(a+)+$', 'a' * 40 + 'b'))",
];

async function verdicts(chosen: readonly number[], options: EvaluateOptions) {
  const policies = chosen.map((index) => under.engine.policy(`p${index}`, sources[index] as string));
  const together = await under.engine.evaluateAll(policies, context, options);
  const alone = await Promise.all(policies.map((policy) => policy.evaluate(context, options)));
  return [together, alone].map((all) => all.map(({ durationMs: _, ...verdict }) => verdict));
}

test("whatever they do, in any number and order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(sources.length - 1), { maxLength: 40 }), async (chosen) => {
      let asked = 0;
      const models = { query: async () => [{ pk: ++asked, username: "x", name: "a user" }] };
      const [together, alone] = await verdicts(chosen, {
        now: 1_784_000_000_000,
        limits: { steps: 20_000 },
        capabilities: { models },
      });
      expect(together).toEqual(alone);
    }),
    { numRuns: 40 },
  );
});

const guesses =
  "import secrets, uuid\nreturn [secrets.token_hex(), str(uuid.uuid4()), secrets.randbelow(10**9)]";
const policies = Array.from({ length: 12 }, (_, i) => `${guesses} + [${i}]`);

test("what must not be guessed is different in each, and each time", async () => {
  const all = policies.map((source, i) => under.engine.policy(`p${i}`, source));
  const runs = [await under.engine.evaluateAll(all, context), await under.engine.evaluateAll(all, context)];
  const values = runs.flat().flatMap(({ rawResult }) => (rawResult as unknown[]).slice(0, 3));
  expect(values).toHaveLength(72);
  expect(new Set(values).size).toBe(72);
});

test("a seed fixes it for each as it does alone", async () => {
  const all = policies.map((source, i) => under.engine.policy(`p${i}`, source));
  const together = await under.engine.evaluateAll(all, context, { seed: 7 });
  const alone = await Promise.all(all.map((policy) => policy.evaluate(context, { seed: 7 })));
  expect(together.map(({ rawResult }) => rawResult)).toEqual(alone.map(({ rawResult }) => rawResult));
});

test("each may call the host as often as its own limit says", async () => {
  const source = "return [len(list(resolve_dns('a.example')) or []) for _ in range(3)]";
  const all = Array.from({ length: 4 }, (_, i) => under.engine.policy(`p${i}`, `${source} # ${i}`));
  const options = { limits: { hostCalls: 2 } };
  const [together, alone] = await Promise.all([
    under.engine.evaluateAll(all, context, options),
    Promise.all(all.map((policy) => policy.evaluate(context, options))),
  ]);
  expect(together.map(({ error }) => error?.message)).toEqual(alone.map(({ error }) => error?.message));
});

test("watched, each says what was seen of it alone", async () => {
  const all = sources.slice(0, 3).map((source, i) => under.engine.policy(`p${i}`, source));
  const together = await under.engine.evaluateAll(all, context, { coverage: true });
  const alone = await Promise.all(all.map((policy) => policy.evaluate(context, { coverage: true })));
  expect(together.map(({ coverage }) => coverage)).toEqual(alone.map(({ coverage }) => coverage));
  expect(together.every(({ coverage }) => coverage !== undefined)).toBe(true);
});
