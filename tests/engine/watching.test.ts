// Watched evaluations: a trace or counters change nothing about the answer, and tell what happened.
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile } from "../../engine/language/compile.ts";
import { counting } from "../../engine/language/counting.ts";
import { tracing } from "../../engine/language/tracing.ts";
import type { TraceEvent } from "../../engine/trace.ts";
import type { EvaluateOptions, ExpressionKind, JsonObject, Outcome } from "../../engine/types.ts";
import { pythonProgram } from "../../testing/python-program/program.ts";
import { engineUnderTest } from "./engine-under-test.ts";
import { cases, filled, granted } from "./expressions/world.ts";

const under = engineUnderTest({ limits: { cpuMs: 10_000, wallMs: 20_000 } });
const fixtures = new URL("../../fixtures/", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, fixtures), "utf8");

const FIXED: EvaluateOptions = { now: 1_750_000_000_000, seed: 11 };
/** Few enough steps that these end a program before memory does: at which step that runs out is the collector's matter. */
const STEADY: EvaluateOptions = { ...FIXED, limits: { steps: 100_000 } };

/** Everything of an outcome but how long it took. */
function answerOf({ durationMs: _time, trace: _trace, coverage: _coverage, ...answer }: Outcome) {
  return answer;
}

/** Runs plainly, traced and counted; all three are the same. Gives the traced one. */
async function thrice(
  source: string,
  context: JsonObject = {},
  kind: ExpressionKind = "expression",
  options: () => EvaluateOptions = () => FIXED,
): Promise<Outcome> {
  const plain = await under.run(source, context, kind, options());
  const traced = await under.run(source, context, kind, { ...options(), trace: true });
  const counted = await under.run(source, context, kind, { ...options(), coverage: true });
  expect(answerOf(traced), source).toEqual(answerOf(plain));
  expect(answerOf(counted), source).toEqual(answerOf(plain));
  expect(plain.trace ?? plain.coverage).toBeUndefined();
  expect(traced.trace, source).toBeDefined();
  expect(counted.coverage, source).toBeDefined();
  expect(counted.coverage?.decided).toBe(traced.trace?.decided);
  return traced;
}

describe("the answer is the same", () => {
  test.each(Object.entries(cases))("of fixtures/expressions/%s.py", async (name, { kind, contexts }) => {
    for (const context of contexts) {
      await thrice(read(`expressions/${name}.py`), filled(context) as JsonObject, kind, () => ({
        ...FIXED,
        capabilities: granted([]),
      }));
    }
  });

  test.each(readdirSync(new URL("policies/", fixtures)))("of fixtures/policies/%s", async (name) => {
    const phones = fc.oneof(fc.string(), fc.stringMatching(/^\+1234[\d ]*$/), fc.constant(null));
    await fc.assert(
      fc.asyncProperty(phones, async (phone) => {
        await thrice(
          read(`policies/${name}`),
          { request: { context: { prompt_data: { phone } } } },
          "policy",
        );
      }),
      { numRuns: 30 },
    );
  });

  test.each(readdirSync(new URL("mappings/", fixtures)))("of fixtures/mappings/%s", async (name) => {
    const context = { token: "042815", device: { phone_number: "+12" }, stage: { from_number: "+1" } };
    await thrice(read(`mappings/${name}`), context, "mapping");
    await thrice(read(`mappings/${name}`), {}, "mapping");
  });

  const bodies = readdirSync(new URL("cpython/", fixtures)).filter((name) => name.endsWith("_body.py"));
  test.each(bodies)("of fixtures/cpython/%s", async (name) => {
    await thrice(read(`cpython/${name}`));
  });

  test("of the recorded random programs", async () => {
    const programs = JSON.parse(read("cpython/random_programs.json")) as [string, unknown][];
    for (const [source] of programs.filter((_, i) => i % 5 === 0)) await thrice(source);
  });

  test("of any program", async () => {
    await fc.assert(
      fc.asyncProperty(pythonProgram(), async (source) => {
        await thrice(source, {}, "expression", () => STEADY);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ["a recursion that has no end", "def f(n): return f(n + 1)\nreturn f(0)"],
    ["a recursion that is just allowed", "def f(n): return 0 if n == 0 else f(n - 1)\nreturn f(980)"],
    ["a loop that has no end", "n = 0\nwhile True: n += 1"],
    ["deep nesting", `return ${"(".repeat(90)}1${"+1)".repeat(90)}`],
    ["a long chain", `x = 1\nreturn ${Array.from({ length: 400 }, () => "x").join(" + ")}`],
    ["an object's address", "class A: pass\na = A()\nb = [a, A()]\nreturn [repr(a), repr(b), id(a)]"],
    [
      "an author's repr that has effects",
      "class A:\n  def __repr__(self): ak_message('seen'); return 'A'\na = A()\nb = [a]\nreturn len(b)",
    ],
    ["more output than is allowed", "return 'x' * 2_000_000"],
    ["more memory than is allowed", "return 'x' * 100_000_000"],
    ["a generator as the whole", "for i in range(3):\n  yield i"],
  ])("of %s", async (_what, source) => {
    await thrice(source, {}, "policy", () => STEADY);
  });
});

/** An event as a short text. */
function short(event: TraceEvent): string {
  switch (event.kind) {
    case "line":
      return `${event.line}`;
    case "value":
      return `${event.expression} = ${event.value}`;
    case "assignment":
      return `${event.name} := ${event.value}`;
    case "branch":
      return `${event.statement}: ${event.taken}`;
    case "call":
      return `${event.name}(${event.arguments.join(", ")}) -> ${event.result}`;
    case "regex":
      return `${event.engine} ${event.pattern}${event.reason === undefined ? "" : ` (${event.reason})`}`;
    case "host-call":
      return `${event.operation} ${event.argument} -> ${event.answer}`;
    case "return":
      return `return ${event.value}`;
  }
}

describe("a trace", () => {
  const traceOf = async (source: string, context: JsonObject = {}, options: EvaluateOptions = {}) => {
    const { trace } = await under.run(source, context, "policy", { ...FIXED, ...options, trace: true });
    if (trace === undefined) throw new Error("there is no trace");
    return trace;
  };
  const told = async (...args: Parameters<typeof traceOf>) => (await traceOf(...args)).events.map(short);

  test("tells lines, values, calls, branches and the decision in order", async () => {
    const context = { request: { context: { prompt_data: { phone: "+49 170" } } } };
    expect(await told(read("policies/phone-region.py"), context)).toEqual([
      "1",
      'request.context["prompt_data"]["phone"] = \'+49 170\'',
      "regex_replace('+49 170', '\\\\s+', '') -> '+49170'",
      "V8 '\\\\s+'",
      "phone_number := '+49170'",
      "3",
      "phone_number = '+49170'",
      'phone_number.startswith("+1234") = False',
      "if: else",
      "5",
      "ak_message('Invalid phone number or missing region code') -> None",
      "6",
      "return False",
    ]);
  });

  test.each([
    ["while", "n = 1\nwhile n: n = 0\nreturn n", ["while: body", "while: end"]],
    ["for", "for i in [1]: pass\nreturn 1", ["for: body", "for: end"]],
    ["match", "match 2:\n  case 1: pass\n  case 2: pass\nreturn 1", ["match: next", "match: case"]],
    ["try", "try: x = 1 / 0\nexcept ArithmeticError: pass\nreturn 1", ["try: except ArithmeticError"]],
    ["try without exception", "try: x = 1\nexcept: pass\nreturn 1", ["try: no exception"]],
    [
      "except*",
      "try: raise ExceptionGroup('', [ValueError()])\nexcept* ValueError: pass",
      ["try: except ValueError"],
    ],
    ["and", "a = 0\nreturn a and 1", ["and: stops"]],
    ["or in a test", "a = 0\nif a or 2: return 1", ["or: goes on", "if: body"]],
    ["ternary", "a = 0\nreturn 1 if a else 2", ["ternary: else"]],
    ["assert", "a = 0\nassert a", ["assert: fails"]],
    ["the condition of a comprehension", "return [i for i in [1, 2] if i > 1]", ["if: else", "if: body"]],
    ["elif", "a = 2\nif a == 1: pass\nelif a == 2: pass\nreturn 1", ["if: else", "if: body"]],
  ])("tells the branch at %s", async (_what, source, expected) => {
    const events = await told(source);
    expect(
      events.filter((event) => /^(?:while|for|match|try|and|or|ternary|assert|if): /.test(event)),
    ).toEqual(expected);
  });

  test("a condition that is known before is no branch", async () => {
    expect((await told("while True:\n  break\nreturn 1")).join()).not.toContain("while");
  });

  test("names the engine of a regular expression, and why it is not RE2", async () => {
    const events = await told("import re\nre.search('(?<=x)y', 'xy')\nre.search('(a|b)+c', 'ab' * 5000)");
    expect(events.filter((event) => /^(?:V8|RE2|own) /.test(event))).toEqual([
      "V8 '(?<=x)y' (look-behind)",
      "RE2 '(a|b)+c'",
    ]);
  });

  test("shows what the embedder was asked and what it answered, in order", async () => {
    const capabilities = { dns: { resolve: async () => ["192.0.2.1"], reverse: async () => null } };
    expect(await told("return resolve_dns('a.example')", {}, { capabilities })).toContain(
      'dns.resolve {"host":"a.example","version":null} -> {"ok":true,"value":["192.0.2.1"]}',
    );
  });

  test("masks secrets of the context wherever they go, and what is named as one", async () => {
    const context = {
      request: { context: { prompt_data: { password: "hunter22", api_token: 91827364 } }, user: {} },
    };
    const trace = await traceOf(
      [
        'data = request.context["prompt_data"]',
        'copy = "<" + data["password"] + ">"',
        "words = [copy.upper(), copy[1:9], str(data['api_token'])]",
        "secret = 'made here'",
        "long = 'x' * 155 + copy",
        "regex_replace(copy, copy, data['password'])",
        "requests.post('http://127.0.0.1/', json={'password': copy}, headers={'Authorization': secret})",
      ].join("\n"),
      context,
      {
        capabilities: {
          http: async () => ({ status: 200, reason: "OK", headers: [], body: "", elapsedMs: 0 }),
        },
      },
    );
    const text = JSON.stringify(trace);
    expect(text).toContain("<***>");
    for (const secret of ["hunter", "91827364", "made here", Buffer.from("hunter").toString("base64")])
      expect(text).not.toContain(secret);
    expect(text).toContain("HUNTER22");
  });

  test("keeps the first and the last thousand events and says how many are missing", async () => {
    const { events, omitted, lines, decided } = await traceOf(
      "n = 0\nfor i in range(5000):\n  n = i\nreturn n",
    );
    expect(events).toHaveLength(2000);
    expect(omitted).toBe(2 + 2 + 5000 * 5 + 1 + 3 - 2000);
    expect(events.at(-1)).toMatchObject({ kind: "return", value: "4999", line: 4 });
    expect(lines.map(({ line, count }) => [line, count])).toEqual([
      [1, 1],
      [2, 1],
      [3, 5000],
      [4, 1],
    ]);
    expect(decided).toBe(4);
  });

  test("shows dicts of the context that nobody has read yet, with nothing of them read", async () => {
    const source = "a = request.context['a']\nreturn a['b']['c']";
    const context = {
      request: { context: { a: { b: { c: 1.5, password: "hunter2" }, d: [1, { e: null }] } } },
    };
    expect(await told(source, context)).toContain(
      "a := {'b': {'c': 1.5, 'password': ***}, 'd': [1, {'e': None}]}",
    );
    await thrice(source, context, "policy");
  });

  test("cuts long values", async () => {
    const events = await told("x = 'ab' * 5000\ny = list(range(100))\nreturn 1");
    expect(events).toContain(`x := '${"ab".repeat(79)}…`);
    expect(events).toContain("y := [0, 1, 2, 3, 4, 5, 6, 7, …]");
  });

  test("reckons steps to the lines that took them", async () => {
    const { lines } = await traceOf("x = 1\nif x:\n  y = sorted(range(1000))\n  z = 2\nreturn 1");
    const steps = lines.map((line) => line.steps);
    expect(steps.toSpliced(2, 1)).toEqual([1, 1, 1, 1]);
    expect(steps[2]).toBeGreaterThan(1000);
  });

  test("is there although a limit has ended the evaluation", async () => {
    const { events } = await traceOf("x = 1\nwhile True: x += 1", {}, { limits: { steps: 10_000 } });
    expect(events[1]).toMatchObject({ kind: "assignment", name: "x", value: "1" });
  });

  test("cannot be asked for together with counters", async () => {
    await expect(under.run("return 1", {}, "policy", { trace: true, coverage: true })).rejects.toThrow(
      "an evaluation is either traced or counted: ask for trace or for coverage",
    );
  });

  test("comes with a verdict", async () => {
    const verdict = await under.engine.policy("p", "return True").evaluate({}, { trace: true });
    expect(verdict).toMatchObject({ passing: true, trace: { decided: 1, omitted: 0 } });
  });
});

test("the code that nobody watches has nothing of it", () => {
  const source = "x = 1\nfor i in [1]:\n  x = (x and i) if i else x\nreturn x";
  expect(compile(source).code).not.toMatch(/recorder|\$c/);
  expect(compile(source, counting()).code).toMatch(/recorder\.counters/);
  expect(compile(source, tracing()).code).toMatch(/recorder\.line/);
});

test("what was seen of a mapping is told apart from its value", async () => {
  const seen: object[] = [];
  const mapping = under.engine.mapping("m", "return {'n': 1}");
  const onWatched = (watched: object) => void seen.push(watched);
  expect(await mapping.evaluate({}, { coverage: true, onWatched })).toEqual({ n: 1 });
  expect(await mapping.evaluate({}, { trace: true, onWatched })).toEqual({ n: 1 });
  expect(await mapping.evaluate({}, { onWatched })).toEqual({ n: 1 });
  expect(seen).toMatchObject([{ coverage: { decided: 1 } }, { trace: { decided: 1 } }]);
});

describe("coverage", () => {
  test("counts lines and ways, those that never ran among them", async () => {
    const source = "def f(a):\n  return 1\nif request.context['x']:\n  return True\n'doc'\nreturn f(2) or 3";
    const { coverage } = await under.run(source, { request: { context: { x: 0 } } }, "policy", {
      coverage: true,
    });
    expect(coverage?.lines).toEqual([
      { line: 1, count: 1 },
      { line: 2, count: 1 },
      { line: 3, count: 1 },
      { line: 4, count: 0 },
      { line: 6, count: 1 },
    ]);
    expect(
      coverage?.branches.map(({ kind, line, ways }) => [kind, line, ways.map((way) => way.count)]),
    ).toEqual([
      ["if", 3, [0, 1]],
      ["or", 6, [1, 0]],
    ]);
    expect(coverage?.decided).toBe(6);
  });
});
