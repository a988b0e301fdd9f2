// Every limit ends an evaluation with its own error, the host lives, and the next evaluation works.
import { expect, test } from "vitest";
import { ExpressionSyntaxError } from "../../engine/index.ts";
import { engineUnderTest } from "./engine-under-test.ts";

// Time enough that memory and steps are what ends these, also where fresh memory is slow to come by.
const under = engineUnderTest({ limits: { cpuMs: 5000, wallMs: 8000, memoryMb: 64, steps: 5_000_000 } });

const bombs: [name: string, source: string, expected: RegExp][] = [
  ["an endless loop", "while True: pass", /^StepLimitExceeded$/],
  [
    "a growing dict",
    "d = {}\ni = 0\nwhile True:\n    d[i] = str(i) * 10\n    i += 1",
    /^(?:MemoryLimitExceeded|StepLimitExceeded)$/,
  ],
  ["a growing list", "a = [1]\nwhile True: a += a", /^MemoryLimitExceeded$/],
  ["a long string", "return 'x' * 10**10", /^MemoryLimitExceeded$/],
  ["a doubling string", "s = 'x'\nwhile True: s += s", /^MemoryLimitExceeded$/],
  ["a large integer", "return 2 ** 10**9", /^MemoryLimitExceeded$/],
  ["a shifted integer", "return 1 << 10**10", /^MemoryLimitExceeded$/],
  ["a wide format", "return f'{1:>{10**10}}'", /^(?:MemoryLimitExceeded|ValueError)$/],
  ["a large range in a list", "return list(range(10**9))", /^(?:MemoryLimitExceeded|StepLimitExceeded)$/],
  ["a large sum", "return sum(range(10**12))", /^StepLimitExceeded$/],
  ["deep recursion", "def f(n): return f(n + 1)\nreturn f(0)", /^RecursionError$/],
  ["many messages", "while True: print('x' * 100)", /^OutputLimitExceeded$/],
  ["a large result", "return ['x' * 1000] * 10000", /^(?:OutputLimitExceeded|MemoryLimitExceeded)$/],
  [
    "a handler that catches all",
    "while True:\n    try:\n        while True: pass\n    except BaseException: pass\n    finally: ak_message('no')",
    /^StepLimitExceeded$/,
  ],
];

test.each(bombs)("%s ends with its own error", async (_name, source, expected) => {
  const outcome = await under.run(source, {}, "policy");
  expect(outcome.ok).toBe(false);
  expect(outcome.passing).toBe(false);
  expect(outcome.error?.type).toMatch(expected);
  expect(outcome.messages).toEqual([]);
  expect((await under.run("return 1 + 1")).repr).toBe("2");
});

test("a pattern that backtracks without end is linear here", async () => {
  const outcome = await under.run("return regex_match('a' * 40 + '!', r'(a+)+$')");
  expect(outcome.repr).toBe("False");
});

test("ten thousand parentheses are refused before anything runs", () => {
  expect(() =>
    under.engine.policy("nested", `return ${"(".repeat(10_000)}1${")".repeat(10_000)}`),
  ).toThrowError(ExpressionSyntaxError);
});

test("a context of ten megabytes is refused, read or not", async () => {
  for (const source of ["return 1", "return len(text)", "return locals"]) {
    const outcome = await under.run(source, { text: "x".repeat(10_000_000) });
    expect(outcome.error?.type, source).toBe("ContextLimitExceeded");
  }
  expect((await under.run("return 1")).repr).toBe("1");
});

test("the same program takes the same number of steps", async () => {
  const source = "total = 0\nfor i in range(1000):\n    total += i\nreturn total";
  const [first, second] = [await under.run(source), await under.run(source)];
  expect(second.steps).toBe(first.steps);
  expect(first.steps).toBeGreaterThan(1000);
});

test("a step limit names the line that was running", async () => {
  const outcome = await under.run("x = 1\nwhile True:\n    x += 1", {}, "policy", {
    limits: { steps: 1000 },
  });
  expect(outcome.error?.message).toBe("the expression used more than 1000 steps");
  expect(outcome.steps).toBe(1000);
});

test("an expression of more than 100,000 characters is refused before anybody reads it", async () => {
  const longest = `return 1 #${"x".repeat(99_990)}`;
  expect((await under.run(longest)).result).toBe(1);
  for (const source of [`${longest}x`, "\n".repeat(5_000_000)]) {
    await expect(async () => under.run(source)).rejects.toMatchObject({
      type: "MemoryError",
      message: `source of ${source.length} characters is longer than 100000 (test, line 1)`,
    });
  }
});
