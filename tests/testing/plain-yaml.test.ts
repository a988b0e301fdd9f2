// The quick reader of YAML is held against the library: where it answers, both say the same, and of every value the same place.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isMap, isSeq, type Node, parseDocument, type Scalar } from "yaml";
import { type PlainNode, readPlainYaml } from "../../testing/plain-yaml.ts";

/** Offsets of all keys and values by their paths, as the library has them. */
function libraryOffsets(node: Node, path: string, into: Map<string, number>): Map<string, number> {
  into.set(path, node.range?.[0] ?? -1);
  if (isMap<Scalar<string>, Node>(node)) {
    for (const { key, value } of node.items) {
      into.set(`${path}/${key.value}?`, key.range?.[0] ?? -1);
      libraryOffsets(value as Node, `${path}/${key.value}`, into);
    }
  } else if (isSeq<Node>(node)) {
    for (const [i, item] of node.items.entries()) libraryOffsets(item, `${path}/${i}`, into);
  }
  return into;
}
function plainOffsets(node: PlainNode, path: string, into: Map<string, number>): Map<string, number> {
  into.set(path, node.offset);
  for (const [key, entry] of node.entries ?? []) {
    into.set(`${path}/${key}?`, entry.offset);
    plainOffsets(entry.node, `${path}/${key}`, into);
  }
  for (const [i, item] of (node.items ?? []).entries()) plainOffsets(item, `${path}/${i}`, into);
  return into;
}

/** Whether it was read; fails the test where it was read as something else. */
function reads(text: string): boolean {
  const plain = readPlainYaml(text);
  if (plain === undefined) return false;
  const document = parseDocument(text, { prettyErrors: false });
  const found = { text, problems: [...document.errors, ...document.warnings], value: document.toJS() };
  expect({ text, problems: [], value: plain.value }).toEqual(found);
  expect(JSON.stringify(plain.value)).toBe(JSON.stringify(found.value));
  expect(plainOffsets(plain, "", new Map())).toEqual(
    libraryOffsets(document.contents as Node, "", new Map()),
  );
  return true;
}

test("suites and contexts of the fixtures are read", () => {
  const fixtures = join(import.meta.dirname, "../../fixtures");
  const names = ["suites", "contexts", "faulty"].flatMap((folder) =>
    readdirSync(join(fixtures, folder)).map((name) => join(folder, name)),
  );
  const files = names.filter((name) => /\.(?:suite\.yaml|yaml|json)$/.test(name));
  expect(files.length).toBeGreaterThan(10);
  for (const name of files)
    expect([name, reads(readFileSync(join(fixtures, name), "utf8"))]).toEqual([name, true]);
});

test.each([
  "a: 1\nb: [x, 'it''s', \"\\u00e9\\n\", {c: d}] # comment\n# another\n\nlist:\n- a\n-  b: c\n   d: e\n- - 1\n  - 2\n",
  "a:\n  - +1234 555\n  - -x\n  - a:b#c\n  - ~\n  - True\n  - NULL\n  - 007x\n  - <<\n  - .x\n",
  '{"a": [1, -2, true, null, "x"],\n "b": {"c": {}}, d: [], \'e\': x y}\n',
  "  a: b\n  c d.e/f-g: h",
  '[{"a":1},\n{"a":2}]',
])("%j is read", (text) => {
  expect(reads(text)).toBe(true);
});

test.each([
  ...[
    "",
    "a",
    "# nothing",
    "--- \na: 1",
    "a: 1\n---\nb: 2",
    "%YAML 1.2\n---\na: 1",
    "a: 1\r\n",
    "a:\t1",
    "\ufeffa: 1",
  ],
  ...[
    "a: 1\na: 2",
    "{a: 1, a: 2}",
    "true: 1",
    "{null: 1}",
    "1: a",
    "? a\n: b",
    "<<: {a: 1}",
    "__proto__: 1",
    "a b : c",
  ],
  ...[
    "a: &x 1",
    "a: *x",
    "a: !!str 1",
    "a: |\n  b",
    "a: >\n  b",
    "a: @b",
    "a: `b`",
    "a: %b",
    "a: 'b",
    'a: "b',
    'a: "\\x41"',
  ],
  ...[
    "a: 1.0",
    "a: 0x1f",
    "a: 0o7",
    "a: 1e3",
    "a: .5",
    "a: .inf",
    "a: -.INF",
    "a: .nan",
    "a: +1",
    "a: 01",
    "a: -0",
  ],
  ...[
    "a: 1234567890123456",
    "a:",
    "a:\nb: 1",
    "- ",
    "- a\n-",
    "a: b: c",
    "a: b:",
    "a: - b",
    "- a\nb: c",
    "a: b\n- c",
  ],
  ...[
    "a: b\n  c",
    "a:\n    b: 1\n  c: 2",
    " a: 1\nb: 2",
    "a: [1, 2",
    "a: [1\n  , 2]",
    "[1, 2,]",
    "[a: 1]",
    "{a}",
    "[1] x",
  ],
  ...[
    "a: 'x' y",
    'a: "x"y',
    "{a: b}: c",
    "[a]: b",
    '"a": 1',
    "'a': 1",
    "a: [- b]",
    "a: {b: }",
    "a: #b",
    "[",
    "{",
    "]",
    `${"- ".repeat(60)}a`,
  ],
])("%j is left to the library", (text) => {
  expect(reads(text)).toBe(false);
});

test("any text of YAML's signs is read as the library reads it, or left to it", () => {
  const parts = [
    ...'\n,\n,\n  ,\n    ,- ,-,: ,:,? ,#, #, ,  ,[,],{,},{a: ,|,>,&a,*a,!t,~,a,b: ,c:\n,key: value,"x",\'y\',"a": ,\\,é,😀,'.split(
      ",",
    ),
    ...[
      "1",
      "-1",
      "0",
      "007",
      "1.5",
      "+1",
      "1e3",
      "true",
      "null",
      "No",
      ".",
      "-",
      "--- ",
      "...",
      ", ",
      ",",
      "<<",
      "=",
      "%",
      "@",
      "`",
    ],
  ];
  const text = fc.array(fc.constantFrom(...parts), { maxLength: 24 }).map((all) => all.join(""));
  let read = 0;
  fc.assert(
    fc.property(text, (given) => {
      if (reads(given)) read += 1;
    }),
    { numRuns: 20_000 },
  );
  expect(read).toBeGreaterThan(100);
});

test("any JSON value is read from its text, in a line or in many, unless it has numbers or keys of another kind", () => {
  const key = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/);
  const leaf = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const value = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: "small" }, leaf, tie("list"), tie("mapping")),
    list: fc.array(tie("value"), { maxLength: 4 }),
    mapping: fc.dictionary(key, tie("value"), { maxKeys: 4 }),
  })).mapping;
  let read = 0;
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 2), (given, indent) => {
      if (reads(JSON.stringify(given, null, indent))) read += 1;
    }),
    { numRuns: 2_000 },
  );
  expect(read).toBeGreaterThan(500);
});
