// Long chains are no deep nesting: what generated Python is made of runs, whatever its length.
import { describe, expect, test } from "vitest";
import { engineUnderTest } from "../engine-under-test.ts";

const under = engineUnderTest();
const N = 2000;
const times = (n: number, make: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => make(i)).join("");

describe("runs", () => {
  test.each([
    ["additions", `a = 1\nreturn ${Array(N).fill("a").join(" + ")}`, String(N)],
    ["additions of texts", `return len(${Array(N).fill("'xy'").join(" + ")})`, String(2 * N)],
    ["mixed operators", `a = 3\nreturn a${times(N, (i) => ` ${"+-*"[i % 3]} a`)}`, "-3993"],
    ["attributes", `class A: pass\nx = A(); x.y = x\nreturn x${".y".repeat(N)} is x`, "True"],
    ["calls", `def f(): return f\nreturn f${"()".repeat(N)} is f`, "True"],
    ["subscripts", `x = []\nx.append(x)\nreturn x${"[0]".repeat(N)} is x`, "True"],
    ["methods", `return 'a'${".replace('b', str(1)).lower()".repeat(N / 2)}`, "'a'"],
    [
      "assignment to the end of a chain",
      `class A: pass\nx = A(); x.y = x\nx${".y".repeat(N)}.z = 3\nreturn x.z`,
      "3",
    ],
    ["conjunctions", `a = 1\nreturn ${Array(N).fill("a").join(" and ")} and 7`, "7"],
    ["disjunctions that end early", `a = 0\nreturn ${Array(N).fill("a").join(" or ")} or 8 or 1 / 0`, "8"],
    ["comparisons", `a = 1\nreturn ${Array(N).fill("a").join(" <= ")} < 1`, "False"],
    [
      "elif, the last one taken",
      `a = 999\nif a == -1: r = 0\n${times(1000, (i) => `elif a == ${i}: r = ${2 * i}\n`)}return r`,
      "1998",
    ],
    [
      "elif, none taken",
      `a = 5000\nif a == -1: r = 0\n${times(1000, (i) => `elif a == ${i}: r = ${i}\n`)}else: r = 'none'\nreturn r`,
      "'none'",
    ],
    [
      "an addition in a generator",
      `def g(): yield ${Array(N).fill("(yield)").join(" + ")}\nreturn next(g())`,
      "None",
    ],
    ["brackets", `return len(${"[".repeat(199)}${"]".repeat(199)})`, "1"],
  ])("%s", async (_name, source, repr) => {
    expect(await under.repr(source)).toBe(repr);
  });
});

test("a variable that elif may leave unbound is looked at", async () => {
  const source = `a = 5000\nif a == -1: r = 0\n${times(1000, (i) => `elif a == ${i}: r = ${i}\n`)}return r`;
  expect(await under.error(source)).toBe(
    "UnboundLocalError: cannot access local variable 'r' where it is not associated with a value",
  );
});

test("an error in a long chain is shown where it is", async () => {
  const { error } = await under.run(`a = 1\nreturn (${"a + ".repeat(100)}\n    a + '' +\n    a)`);
  expect(error?.message).toBe("unsupported operand type(s) for +: 'int' and 'str'");
  expect(error?.line).toBe(2);
});

describe("is refused in Python's words", () => {
  test.each([
    ["brackets", `return ${"[".repeat(201)}${"]".repeat(201)}`, "too many nested parentheses"],
    [
      "blocks",
      `${times(22, (i) => `${"    ".repeat(i)}for i in x:\n`)}${"    ".repeat(22)}pass`,
      "too many statically nested blocks",
    ],
    [
      "indentation",
      `${times(100, (i) => `${" ".repeat(i)}if 1:\n`)}${" ".repeat(100)}pass`,
      "too many levels of indentation",
    ],
    [
      "operators to the right",
      `return ${"2 ** ".repeat(450)}2`,
      "maximum recursion depth exceeded during compilation",
    ],
  ])("%s", (_name, source, text) => {
    expect(() => under.engine.expression("chain", source)).toThrow(text);
  });
});
