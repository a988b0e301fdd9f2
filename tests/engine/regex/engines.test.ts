// Which engine answers, that all of them answer alike, and that none of them runs away.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRe2, createRe2Callback } from "../../../engine/regex/re2-host.ts";
import {
  compilePattern,
  engineFor,
  Flag,
  matchAt,
  PatternSyntaxError,
  RegexLimitError,
  re2Through,
  scan,
} from "../../../engine/regex/regex.ts";
import { answer } from "./answers.ts";
import { regexCases } from "./arbitraries.ts";

const re2 = createRe2();
const host = { re2, step: () => {} };
const compile = (pattern: string, flags = 0) => compilePattern(pattern, flags, { bytes: false });

function counted(limit: number) {
  let left = limit;
  return {
    re2,
    step: (count: number) => {
      left -= count;
      if (left < 0) throw new RegexLimitError("out of steps");
    },
  };
}

describe("the engine for a pattern", () => {
  test.each([
    [String.raw`^\+[1-9]\d{7,14}$`, "re2", undefined],
    ["(?:(a)|b)*", "re2", undefined],
    ["a(?=b)", "v8", "look-ahead"],
    [String.raw`(a)\1`, "v8", "back-reference"],
    ["(?>a+)b", "v8", "atomic group"],
    ["a++b", "v8", "possessive repeat"],
    ["(?:a{500}){500}", "v8", "repeats add up to more than 1000"],
    ["(?:(?=x)(a)|b)*", "own", "look-ahead; a capture that not every round of its loop sets"],
    ["(a)?(?(1)b|c)", "own", "conditional; conditional"],
    ["(a*)*", "own", "a loop whose body can match nothing; a loop whose body can match nothing"],
  ])("%s runs on %s", (pattern, engine, reason) => {
    const compiled = compile(pattern);
    expect(compiled.engine).toBe(engine);
    expect(compiled.reason).toBe(reason);
  });

  test.each([
    [String.raw`\bx`, "x", "re2"],
    [String.raw`\bx`, "é x", "v8"],
    ["x$", "x\n", "re2"],
    ["x$", "a\nx\n", "re2"],
    ["x$", "\u{fdd0}x\n", "v8"],
    ["x", "\ud800x", "v8"],
    [String.raw`\B`, "", "own"],
    [String.raw`\w{1,64}@`, "a@", "re2"],
  ])("%s on a long text and then %j runs on %s", (pattern, text, engine) => {
    expect(engineFor(compile(pattern), engine === "re2" ? `${"-".repeat(50_000)} ${text}` : text)).toBe(
      engine,
    );
  });

  test.each([
    [String.raw`\s+`, 100, "v8"],
    [String.raw`\s+`, 150, "re2"],
    ["^[a-z][a-z0-9._-]{2,31}$", 400, "v8"],
    ["^[a-z][a-z0-9._-]{2,31}$", 1000, "re2"],
    [String.raw`\d+-\d+-\d+`, 10, "v8"],
    [String.raw`\d+-\d+-\d+`, 12, "re2"],
    ["(a|ab)(c|cd)(e|ef)", 2000, "v8"],
    ["(a|ab)(c|cd)(e|ef)", 3000, "re2"],
    ["(?:a+)+", 0, "re2"],
    ["(?:ab|c)*", 0, "re2"],
    ["(?:a{1,9}){1,9}", 0, "re2"],
  ])(
    "%s on a text of %i characters runs on %s: only what cannot take long stays inside",
    (pattern, length, engine) => {
      expect(engineFor(compile(pattern), "x".repeat(length))).toBe(engine);
    },
  );

  test("a trace sees what RE2 is given", () => {
    expect(compile(String.raw`(?P<n>a)\d+$`).re2).toEqual({ source: "(a)(?:[0-9])+\\z", flags: "u" });
    expect(compile("(?=a)").re2).toBeUndefined();
  });
});

test("all engines answer alike", () => {
  fc.assert(
    fc.property(regexCases, (row) => {
      const run = (without: ("re2" | "v8")[]) => {
        try {
          return answer(row, counted(2_000_000), without);
        } catch (error) {
          if (error instanceof RegexLimitError) return "out of steps";
          throw error;
        }
      };
      const own = run(["re2", "v8"]);
      fc.pre(own !== "out of steps");
      expect(run([])).toEqual(own);
      expect(run(["re2"])).toEqual(own);
    }),
    { numRuns: 3000 },
  );
});

describe("limits", () => {
  test("a pattern that makes a backtracker explode is nothing to RE2, with a last newline too", () => {
    for (const text of [`${"a".repeat(40)}!`, `${"a".repeat(40)}!\n`, `\n${"a".repeat(40)}!\n`]) {
      expect(matchAt(compile("(a+)+$"), text, 0, text.length, "search", counted(1000))).toBeNull();
    }
  });

  test("our own matcher stops when the steps run out", () => {
    const pattern = compile("(a|a)*(?(1)b|c)");
    expect(pattern.engine).toBe("own");
    const text = "a".repeat(40);
    expect(() => matchAt(pattern, text, 0, text.length, "search", counted(100_000))).toThrow("out of steps");
  });

  test("our own matcher stops before it fills the memory", () => {
    const pattern = compilePattern("(?:ab|c)*", 0, { bytes: false, without: ["re2", "v8"] });
    const text = "ab".repeat(200_000);
    expect(() => matchAt(pattern, text, 0, text.length, "match", host)).toThrow(RegexLimitError);
  });

  test("repeats far beyond RE2's bound still answer", () => {
    const text = "a".repeat(250_001);
    expect(matchAt(compile("(a{500}){500}"), text, 0, text.length, "match", host)).toEqual([
      0, 250_000, 249_500, 250_000,
    ]);
    expect(matchAt(compile("(a{500}){500}"), "a".repeat(1000), 0, 1000, "match", host)).toBeNull();
  });

  test("an endless possessive repeat of nothing runs out of steps", () => {
    expect(() => matchAt(compile("(?:){4294967294}+"), "", 0, 0, "match", counted(100_000))).toThrow(
      "out of steps",
    );
  });

  test("nesting as deep as CPython allows compiles; deeper is refused", () => {
    const nested = (depth: number) => `${"(".repeat(depth)}a${")".repeat(depth)}`;
    expect(compile(nested(450)).groups).toBe(450);
    expect(() => compile(nested(10_000))).toThrow("maximum recursion depth exceeded");
  });

  test("a large program falls to V8 instead of holding up RE2", () => {
    const pattern = compile(`(?:${"a|".repeat(60_000)}bc)`);
    expect(pattern.engine).toBe("v8");
    expect(pattern.reason).toMatch(/program is too large/);
    expect(matchAt(pattern, "bc", 0, 2, "fullmatch", host)).toEqual([0, 2]);
  });
});

describe("offsets", () => {
  test("are UTF-16 units whichever engine answers", () => {
    const text = "\u{1f600}a\u{1f600}b";
    for (const without of [[], ["re2"], ["re2", "v8"]] as ("re2" | "v8")[][]) {
      const pattern = compilePattern("([ab])", 0, { bytes: false, without });
      expect(scan(pattern, text, 0, text.length, Number.POSITIVE_INFINITY, host)).toEqual([
        [2, 3, 2, 3],
        [5, 6, 5, 6],
      ]);
    }
  });

  test("an empty match never falls inside a character", () => {
    const text = "\u{1f600}é";
    expect(scan(compile("x*"), text, 0, text.length, Number.POSITIVE_INFINITY, host)).toEqual([
      [0, 0],
      [2, 2],
      [3, 3],
    ]);
  });

  test("V8 finds nothing inside a character", () => {
    const line = compilePattern("^", Flag.MULTILINE, { bytes: false, without: ["re2"] });
    expect(line.engine).toBe("v8");
    expect(scan(line, "a\u{10400}\nb", 0, 5, Number.POSITIVE_INFINITY, host)).toEqual([
      [0, 0],
      [4, 4],
    ]);
    expect(matchAt(compile(String.raw`\B`), "a\u{1f600}a", 1, 4, "search", host)).toBeNull();
  });

  test("a lone surrogate is one character", () => {
    expect(scan(compile("."), "\udc00\ud800", 0, 2, Number.POSITIVE_INFINITY, host)).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  test("a scan stops at its limit, and goes on beyond one batch", () => {
    const text = "a".repeat(2000);
    expect(scan(compile("a"), text, 0, text.length, 3, host)).toHaveLength(3);
    expect(scan(compile("a"), text, 0, text.length, Number.POSITIVE_INFINITY, host)).toHaveLength(2000);
  });
});

describe("the way to RE2 out of the isolate", () => {
  test("carries matches as one string and gives them back", () => {
    const callback = createRe2Callback();
    expect(callback("(a)|b", "u", "ab", 0, 10, "search")).toBe("0,1,0,1;1,2,-1,-1");
    expect(callback("x", "u", "ab", 0, 10, "search")).toBe("");
    expect(re2Through(callback)("(a)|b", "u", "ab", 0, 10, "search")).toEqual([
      [0, 1, 0, 1],
      [1, 2, -1, -1],
    ]);
  });

  test("a refusal of RE2 makes another engine answer", () => {
    let asked = 0;
    const refusing = {
      re2: re2Through(() => {
        asked++;
        return "!pattern too large - compile failed";
      }),
      step: () => {},
    };
    const pattern = compile("(a)(?:b|cc)+");
    expect(matchAt(pattern, "xab", 0, 3, "search", refusing)).toEqual([1, 3, 1, 2]);
    expect(matchAt(pattern, "xab", 0, 3, "search", refusing)).toEqual([1, 3, 1, 2]);
    expect(asked).toBe(1);
  });

  test("keeps few compiled patterns and still answers", () => {
    const small = createRe2({ patterns: 2, characters: 10 });
    for (const source of ["a", "b", "c", "a", "abcdefghijkl", "b"]) {
      expect(small(source, "u", "abcdefghijkl", 0, 1, "search")).toHaveLength(1);
    }
  });
});

test(String.raw`\N{…} asks the names it is given`, () => {
  const lookup = (name: string) => (name === "EM DASH" ? "—" : undefined);
  const pattern = compilePattern(String.raw`a\N{EM DASH}[\N{EM DASH}]`, 0, { bytes: false, lookup });
  expect(matchAt(pattern, "a——", 0, 3, "fullmatch", host)).toEqual([0, 3]);
  const unknown = () => compilePattern(String.raw`\N{NO}`, 0, { bytes: false, lookup });
  expect(unknown).toThrow(PatternSyntaxError);
  expect(unknown).toThrow("undefined character name 'NO' at position 0");
});
