// Section 4 of the rules: patterns of an author's cost what they may cost, mean what they mean in Python, and never run in the host.
//
// What the answers are is compared with CPython's in tests/engine/regex; here is what an attack makes of patterns.
import { describe, expect, test } from "vitest";
import { checkExpression } from "../../engine/check/check.ts";
import { engineUnderTest } from "../engine/engine-under-test.ts";
import { linesWith } from "./sources.ts";

const under = engineUnderTest({ limits: { steps: 5_000_000, cpuMs: 5000, wallMs: 10_000 } });

describe("R1 catastrophic backtracking", () => {
  test.each([
    ["^(a+)+$", "'a' * 50_000 + '!'"],
    ["^(a|a)*$", "'a' * 50_000 + '!'"],
    ["^(a|aa)+$", "'a' * 50_000 + '!'"],
    ["^(.*a){12}$", "'a' * 5_000 + '!'"],
    ["(x+x+)+y", "'x' * 50_000"],
    [String.raw`^(\w+\s?)*$`, "'word ' * 10_000 + '!'"],
  ])(
    "%s is linear: a few steps for each character, and twice as many for twice the text",
    async (pattern, text) => {
      const run = (times: number) =>
        under.run(`import re\ntext = (${text}) * ${times}\nreturn bool(re.search(r"${pattern}", text))`);
      const [once, twice] = [await run(1), await run(2)];
      expect([once.repr, twice.repr]).toEqual(["False", "False"]);
      expect(once.steps).toBeLessThan(100_000);
      expect(twice.steps).toBeLessThan(once.steps * 2.2);
    },
  );

  test.each([
    ["look-ahead", "(?=(a+)+$)a", /^(WallTime|CpuTime|Step)LimitExceeded$/],
    ["look-behind", "(?<=a)(a+)+$", /^(WallTime|CpuTime|Step)LimitExceeded$/],
    ["back-reference", String.raw`(a+)+\1b`, /^(WallTime|CpuTime|Step)LimitExceeded$/],
    ["a loop over nothing", "((a*)*)*$b", /^(WallTime|CpuTime|Step)LimitExceeded$/],
    ["a conditional", "(a)?(a+)+(?(1)b|c)", /^(WallTime|CpuTime|Step)LimitExceeded$/],
  ])(
    "%s, which the linear engine cannot express, ends at a limit, and the next evaluation works",
    async (_name, pattern, limit) => {
      const source = `import re\nreturn re.search(r"${pattern}", "a" * 60 + "!")`;
      const outcome = await under.run(source, {}, "policy", { limits: { wallMs: 400 } });
      expect(outcome).toMatchObject({ ok: false, passing: false, error: { limit: true } });
      expect(outcome.error?.type).toMatch(limit);
      expect((await under.run("import re\nreturn re.findall('a+', 'aab')")).repr).toBe("['aa']");
    },
  );

  test("a check says so of such a pattern", () => {
    const found = checkExpression('import re\nreturn re.search(r"(?=(a+)+$)a", request.user.name)', {
      site: "policy",
    });
    expect(found.map(({ code, line, column }) => [code, line, column])).toEqual([
      ["backtracking-pattern", 2, 18],
    ]);
  });

  test("the host makes no pattern of anything that an expression says", () => {
    // Inside the isolate, and in the worker, these are the engines themselves.
    const isGuest = /^engine\/(regex|python)\/|^engine\/expressions\/(requests\/|display-width)/;
    const made = linesWith(/new RegExp\(|\bRegExp\(|new RE2\(/).filter((line) => !isGuest.test(line));
    // Each of these is made of what the person at the terminal typed (`--filter`), of the project's own constants, or escapes what it is given.
    expect(made.map((line) => line.slice(0, line.indexOf(":")))).toEqual([
      "cli/commands/test.ts",
      "providers/answer-text.ts",
      "runtime/events/cleanse.ts",
      "runtime/models/fields.ts",
    ]);
    expect(linesWith(/from "re2"/)).toEqual(['engine/regex/re2-host.ts: import RE2 from "re2";']);
  });
});

// The rule would refuse these with a position. CPython takes them, so they run, within the limits and without large programs.
describe("R2 counted repeats", () => {
  test.each([
    ["(a{500}){500}", 250_000],
    ["((a{100}){100}){20}", 200_000],
    ["(?:a{1,500}){1,500}", 100_000],
    ["(a{0,1000}){0,1000}$", 5000],
  ])("%s on %i characters is answered or ends at a limit, and small texts go on", async (pattern, length) => {
    const outcome = await under.run(
      `import re\nreturn bool(re.match("${pattern}", "a" * ${length}))`,
      {},
      "policy",
      {
        limits: { wallMs: 1500 },
      },
    );
    if (outcome.error === undefined) expect(outcome.repr).toBe("True");
    else expect(outcome.error.type).toMatch(/^(WallTime|CpuTime|Step|Memory)LimitExceeded$/);
    expect((await under.run("return 1")).repr).toBe("1");
  });

  test.each([
    [
      "a repeat beyond all bounds",
      "'a{99999999999999999999}'",
      /^OverflowError: the repetition number is too large/,
    ],
    [
      "groups nested ten thousand deep",
      "'(' * 10_000 + ')' * 10_000",
      /^(RecursionError|PatternError): |LimitExceeded: /,
    ],
    ["a pattern of ten million characters", "'a' * 10_000_000", /LimitExceeded: /],
  ])("%s", async (_name, pattern, error) => {
    expect(
      await under.error(`import re\nreturn re.compile(${pattern})`, {}, { limits: { wallMs: 3000 } }),
    ).toMatch(error);
    expect((await under.run("return 1")).repr).toBe("1");
  });
});

describe("R3 what decides about a phone number means what it means in Python", () => {
  test.each([
    // `$` is before a last line end, `\d` any script's digits: as CPython has them, and so as authentik's authors know them.
    [String.raw`regex_match("+123\n", r"^\+\d+$")`, "True"],
    [String.raw`regex_match("+\u0661\u0662", r"^\+\d+$")`, "True"],
    [String.raw`regex_match("+\uff11", r"^\+\d+$")`, "True"],
    // The strict ways, which are Python's too.
    [String.raw`regex_match("+123\n", r"^\+[0-9]+\Z")`, "False"],
    [String.raw`regex_match("+\u0661\u0662", r"(?a)^\+\d+\Z")`, "False"],
    [String.raw`regex_match("+123", r"(?a)^\+\d+\Z")`, "True"],
    [String.raw`regex_match("x\n+123", r"^\+\d+$")`, "False"],
    [String.raw`regex_match("x\n+123", r"(?m)^\+\d+$")`, "True"],
  ])("%s is %s", async (source, expected) => {
    expect(await under.repr(`return ${source}`)).toBe(expected);
  });
});

describe("R4 replacement templates", () => {
  test.each([
    ['regex_replace("a", "(a)", "$1 $& $$ $ {x} $<x>")', "'$1 $& $$ $ {x} $<x>'"],
    [String.raw`regex_replace("a", "(?P<x>a)", r"\g<x>\1\g<1>\g<0>")`, "'aaaa'"],
    [`regex_replace("a", "a", "$'$" + chr(96))`, '"$\'$`"'],
    [String.raw`regex_replace("ab", "(a)(b)", r"\2\1")`, "'ba'"],
    [String.raw`regex_replace("a", "a", r"\\1")`, String.raw`'\\1'`],
  ])("%s is %s", async (source, expected) => {
    expect(await under.repr(`return ${source}`)).toBe(expected);
  });

  test.each([
    [String.raw`regex_replace("a", "a", r"\1")`, "PatternError: invalid group reference 1 at position 1"],
    [String.raw`regex_replace("a", "a", r"\g<x>")`, "IndexError: unknown group name 'x'"],
    [String.raw`regex_replace("a", "a", r"\g<__class__>")`, "IndexError: unknown group name '__class__'"],
    [String.raw`regex_replace("a", "a", r"\g<constructor>")`, "IndexError: unknown group name 'constructor'"],
  ])("%s is %s", async (source, expected) => {
    expect(await under.error(`return ${source}`)).toBe(expected);
  });
});

describe("R5 a pattern that stands in the text is compiled when it is checked", () => {
  test.each([
    "regex_match(request.user.name, '(')",
    "regex_replace('a', '[z-a]', '')",
    "re.match('a**', 'a')",
  ])("%s is an error of the check", (source) => {
    const found = checkExpression(`import re\nreturn ${source}`, { site: "policy" });
    expect(found.map(({ code, severity }) => `${severity} ${code}`)).toEqual(["error invalid-pattern"]);
  });

  test("and at run time it denies", async () => {
    const outcome = await under.run(
      "return not regex_match(request.user.name, '(')",
      { request: { user: { name: "x" } } },
      "policy",
    );
    expect(outcome).toMatchObject({ ok: false, passing: false, error: { type: "PatternError" } });
  });
});
