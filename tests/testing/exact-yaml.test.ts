import { expect, test } from "vitest";
import { readExactYaml } from "../../testing/exact-yaml.ts";

const json = (text: string, onlyTextKeys = false): string => {
  const { tree, value, problems } = readExactYaml(text, onlyTextKeys);
  if (problems.length === 0) return JSON.stringify(value);
  const told = problems.map(({ offset, what }) => ({ ...tree.place(offset), what }));
  return told.map(({ line, column, what }) => `${line}:${column} ${what}`).join("\n");
};

test.each([
  ["1", "1"],
  ["+1", "1"],
  ["007", "7"],
  ["-0", "0"],
  ["0x1F", "31"],
  ["0o17", "15"],
  ["!!int 0b11", "3"],
  ["!!int -0x10", "-16"],
  ["1.0", "1.0"],
  ["1.", "1.0"],
  ["-.5", "-0.5"],
  [".50", "0.5"],
  ["+1e3", "1e3"],
  ["1.e3", "1e3"],
  ["007.0", "7.0"],
  ["!!float 1", "1.0"],
  ["12345678901234567890", "12345678901234567890"],
  ["0012345678901234567890", "12345678901234567890"],
  ["0xFFFFFFFFFFFFFFFFFF", "4722366482869645213695"],
  ["1e400", "1e400"],
  ["'1.0'", '"1.0"'],
  ["! 1.0", '"1.0"'],
])("%s is %s", (yaml, expected) => {
  expect(json(yaml)).toBe(expected);
});

test("what JSON cannot carry is a problem with its place, each of them", () => {
  expect(json("a: .inf\nb: [-.Inf, .nan]\nc: !secret d\ne: *f")).toBe(
    [
      "1:4 .inf is not a number that JSON can carry",
      "2:5 -.Inf is not a number that JSON can carry",
      "2:12 .nan is not a number that JSON can carry",
      "3:4 Unresolved tag: !secret",
      "4:4 there is no anchor &f before this alias",
    ].join("\n"),
  );
});

test("keys are texts; where that is allowed, numbers and booleans become texts", () => {
  const keys = "1: a\n2.0: b\ntrue: c\n~: d\n__proto__: e\n<<: f";
  expect(json(keys)).toBe('{"1":"a","2.0":"b","true":"c","":"d","__proto__":"e","<<":"f"}');
  expect(json("1: a\ntrue: b\nc: d", true)).toBe("1:1 a key must be a text\n2:1 a key must be a text");
  for (const strict of [false, true]) expect(json("[a]: b", strict)).toBe("1:1 a key must be a text");
  expect(json("1: a\n'1': b")).toBe("2:1 Map keys must be unique");
});

test("an alias is what it stands for", () => {
  expect(json("a: &x {b: [1.0]}\nc: *x\nd: [*x]")).toBe(
    '{"a":{"b":[1.0]},"c":{"b":[1.0]},"d":[{"b":[1.0]}]}',
  );
  expect(json("a: &x [*x]")).toBe("1:8 the alias *x stands within what it stands for");
  expect(json("&x [&y [*x], *y]")).toBe("1:9 the alias *x stands within what it stands for");
  const many = `a: &x ${"y".repeat(1000)}\nb: [${"*x, ".repeat(1000)}]`;
  expect(JSON.parse(json(many)).b).toHaveLength(1000);
});

test("aliases of aliases are bounded by what they unfold to", () => {
  const levels = Array.from({ length: 12 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i}, `.repeat(10)}]`);
  expect(json(["l0: &l0 lol", ...levels].join("\n"))).toMatch(
    /^\d+:\d+ aliases unfold to more than 4194304 characters$/,
  );
  expect(json(`a: &x ${"y".repeat(1_000_000)}\nb: [${"*x, ".repeat(5)}]`)).toBe(
    "2:21 aliases unfold to more than 4194304 characters",
  );
});
