import { describe, expect, it, test } from "vitest";
import { BLUEPRINT, CORE } from "../../yaml/schema.ts";
import { nodesOf, readYaml, valueIn, type YamlMapping, type YamlNode } from "../../yaml/tree.ts";

/** Kind, tag, what stands at its place, and what it spans. */
function described(text: string, node: YamlNode): string {
  const tag = node.tag === undefined ? "" : ` ${node.tag}`;
  return `${node.kind}${tag}: ${JSON.stringify(text.slice(node.start, node.end))}`;
}
const nodes = (text: string): string[] => {
  const { root, problems } = readYaml(text, CORE);
  expect(problems).toEqual([]);
  return root === null ? [] : [...nodesOf(root)].map((node) => described(text, node));
};
const problems = (text: string, schema = CORE): string[] => {
  const document = readYaml(text, schema);
  return document.problems.map(({ offset, what }) => {
    const { line, column } = document.place(offset);
    return `${line}:${column} ${what}`;
  });
};

describe("a node spans what is written", () => {
  it.each([
    ["a: 1", ['mapping: "a: 1"', 'scalar: "a"', 'scalar: "1"']],
    [
      "- 'it''s'\n- \"b\"",
      ["sequence: \"- 'it''s'\\n- \\\"b\\\"\"", `scalar: "'it''s'"`, 'scalar: "\\"b\\""'],
    ],
    [
      "[a, {b: c} ,]",
      ['sequence: "[a, {b: c} ,]"', 'scalar: "a"', 'mapping: "{b: c}"', 'scalar: "b"', 'scalar: "c"'],
    ],
    ["[a: b]", ['sequence: "[a: b]"', 'mapping: "a: b"', 'scalar: "a"', 'scalar: "b"']],
    [
      "a: # |\n  |- # no >\n  x\n",
      ['mapping: "a: # |\\n  |- # no >\\n  x\\n"', 'scalar: "a"', 'scalar: "|- # no >\\n  x\\n"'],
    ],
    [
      "- &x !Find\n  - 1\n- *x",
      ['sequence: "- &x !Find\\n  - 1\\n- *x"', 'sequence !Find: "- 1"', 'scalar: "1"', 'alias: "*x"'],
    ],
    ["", []],
  ])("%j", (text, expected) => {
    expect(nodes(text)).toEqual(expected);
  });

  it("and what was left out stands where it would", () => {
    const text = "a:\nb: {c, d: }\ne:\n  -\n  - x\nf: !Tag\n";
    const document = readYaml(text, CORE);
    const { root } = document;
    const left =
      root === null ? [] : [...nodesOf(root)].filter((node) => node.kind === "scalar" && node.source === "");
    expect(left.map((node) => document.place(node.start))).toEqual([
      { line: 1, column: 3 },
      { line: 2, column: 5 },
      { line: 2, column: 10 },
      { line: 4, column: 4 },
      { line: 6, column: 8 },
    ]);
  });
});

test.each([
  ["!Find", "!Find"],
  ["!!str", "tag:yaml.org,2002:str"],
  ["!<tag:a,2000:b%20c>", "tag:a,2000:b c"],
  ["!t!x", "tag:here:x"],
  ["!", "!"],
])("the tag %s is %s", (written, name) => {
  const { root } = readYaml(`%TAG !t! tag:here:\n---\n${written} 1\n`, BLUEPRINT);
  expect(root?.tag).toBe(name);
});

test("lines end with any of YAML's line breaks", () => {
  const document = readYaml("a: 1\rb: 2\r\nc: 3\nd: 4", CORE);
  const { pairs } = document.root as YamlMapping;
  expect(pairs.map(({ value }) => document.place(value.start))).toEqual(
    [1, 2, 3, 4].map((line) => ({ line, column: 4 })),
  );
});

test("an alias stands for the anchor that was last before it, also from within", () => {
  const { root } = readYaml("- &a 1\n- *a\n- &a [*a]\n- *b", CORE);
  const targets =
    root === null ? [] : [...nodesOf(root)].flatMap((node) => (node.kind === "alias" ? [node.target] : []));
  expect(targets.map((node) => node?.kind)).toEqual(["scalar", "sequence", undefined]);
});

test("a key is found by its value", () => {
  const { root } = readYaml("a: 1\n'1': 2\n1: 3", CORE);
  expect(valueIn(root as YamlMapping, "1")).toMatchObject({ value: 2 });
  expect(valueIn(root as YamlMapping, "b")).toBeUndefined();
});

test("keys stand once, but merge keys of YAML 1.1", () => {
  expect(problems("a: 1\nb: {c: 1, c: 2}\na: 1")).toEqual([
    "2:11 Map keys must be unique",
    "3:1 Map keys must be unique",
  ]);
  expect(problems("<<: {a: 1}\n<<: {b: 1}")).toEqual(["2:1 Map keys must be unique"]);
  expect(problems("<<: {a: 1}\n<<: {b: 1}\n'<<': 1\n'<<': 1", BLUEPRINT)).toEqual([
    "4:1 Map keys must be unique",
  ]);
});

test("one document is read", () => {
  expect(problems("a: 1\n# ---\n---\nb: 1")).toEqual(["3:1 a second document begins here, and one is read"]);
  expect(problems("--- a\n...\n")).toEqual([]);
});

test("YAML's own tags say what they can of what is tagged", () => {
  expect(problems("a: !!int x\nb: !!set {c}\nd: !!seq {}\ne: !!nothing 1\nf: !!str 1\ng: !!map {}")).toEqual([
    "1:4 Unresolved tag: tag:yaml.org,2002:int",
    "2:4 Unresolved tag: tag:yaml.org,2002:set",
    "3:4 Unresolved tag: tag:yaml.org,2002:seq",
    "4:4 Unresolved tag: tag:yaml.org,2002:nothing",
  ]);
});

test("nested without end, it is refused", () => {
  for (const open of ["[", "- ", "{a: ", "? "])
    expect(problems(open.repeat(50_000))[0]).toMatch(
      /lists and mappings are nested more than 1000 levels deep$/,
    );
});
