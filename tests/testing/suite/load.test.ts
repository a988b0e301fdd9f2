// Suites that cannot be used say where and what to do; those that can are spread out into cases.
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import { suiteJsonSchema } from "../../../scripts/schemas.ts";
import { loadSuite } from "../../../testing/suite/load.ts";
import { misfits, type Schema } from "../../../testing/suite/shape.ts";
import { suiteFolder } from "./suite-folder.ts";

const folder = suiteFolder();
const published = readFileSync(new URL("../../../schemas/suite.schema.json", import.meta.url), "utf8");
const ok = "cases: [{ name: a, expect: { passing: true } }]\n";
const files = { "p.py": "return True" };

describe("a broken suite", () => {
  test.each([
    [
      "an unknown key",
      `polcy: p.py\n${ok}`,
      [
        "a.suite.yaml:1:1: there is no polcy here",
        "  1 | polcy: p.py",
        "    | ^",
        "  hint: did you mean policy?",
      ],
    ],
    [
      "a wrong type",
      "policy: p.py\ncases:\n  - name: a\n    expect: { passing: yes }\n",
      [
        'a.suite.yaml:4:24: the text "yes" stands where true or false is expected',
        "  4 |     expect: { passing: yes }",
        "    |                        ^",
        "  hint: YAML 1.2 has true and false, not yes",
      ],
    ],
    [
      "a text that YAML takes for a number",
      "policy: p.py\ncases:\n  - name: 1\n    expect: {}\n",
      [
        "a.suite.yaml:3:11: the number 1 stands where a text is expected",
        "  3 |   - name: 1",
        "    |           ^",
        '  hint: put it in quotes: "1"',
      ],
    ],
    [
      "a missing key",
      "policy: p.py\ncases:\n  - name: a\n",
      [
        "a.suite.yaml:3:5: expect is missing",
        "  3 |   - name: a",
        "    |     ^",
        "  hint: expect: what has to hold",
      ],
    ],
    [
      "one of several forms, misspelt",
      "policy: p.py\ncases:\n  - name: a\n    expect: { messages: [{ patern: x }] }\n",
      [
        "a.suite.yaml:4:26: pattern is missing",
        "  4 |     expect: { messages: [{ patern: x }] }",
        "    |                          ^",
        "  hint: pattern: a regular expression that RE2 takes, found anywhere in the text",
        "a.suite.yaml:4:28: there is no patern here",
        "  4 |     expect: { messages: [{ patern: x }] }",
        "    |                            ^",
        "  hint: did you mean pattern?",
      ],
    ],
    [
      "a missing file",
      `policy: nowhere.py\n${ok}`,
      [
        "a.suite.yaml:1:9: nowhere.py cannot be read: there is no such file",
        "  1 | policy: nowhere.py",
        "    |         ^",
        "  hint: paths are relative to FOLDER",
      ],
    ],
    [
      "a name that stands twice",
      "policy: p.py\ncases:\n  - name: a\n    expect: {}\n  - name: a\n    expect: {}\n",
      [
        "a.suite.yaml:5:5: a case named a stands in line 3 already",
        "  5 |   - name: a",
        "    |     ^",
        "  hint: give each its own name",
      ],
    ],
    [
      "a key that stands twice",
      `policy: p.py\npolicy: p.py\n${ok}`,
      [
        "a.suite.yaml:2:1: the key stands here a second time",
        "  2 | policy: p.py",
        "    | ^",
        "  hint: leave one of them out",
      ],
    ],
    [
      "broken YAML",
      "policy: p.py\ncases:\n\t- name: a\n",
      [
        "a.suite.yaml:3:1: Tabs are not allowed as indentation",
        "  3 |  - name: a",
        "    | ^",
        "  hint: indent with spaces",
      ],
    ],
    [
      "no subject",
      ok,
      [
        "a.suite.yaml:1:1: the suite does not say what it is about",
        "  1 | cases: [{ name: a, expect: { passing: true } }]",
        "    | ^",
        "  hint: add policy:, mapping:, expression: or flow:",
      ],
    ],
    [
      "two subjects",
      `policy: p.py\nmapping: p.py\n${ok}`,
      [
        "a.suite.yaml:2:1: a suite is about one thing, and policy is given already",
        "  2 | mapping: p.py",
        "    | ^",
        "  hint: make a suite of each",
      ],
    ],
    [
      "a user that is not there",
      `policy: p.py\nusers: { marie: {} }\nuser: mary\n${ok}`,
      [
        "a.suite.yaml:3:7: there is no user mary",
        "  3 | user: mary",
        "    |       ^",
        "  hint: did you mean marie?",
      ],
    ],
    [
      "a group that is not there",
      `policy: p.py\nusers: { marie: { groups: [staff] } }\n${ok}`,
      [
        "a.suite.yaml:2:28: there is no group staff",
        "  2 | users: { marie: { groups: [staff] } }",
        "    |                            ^",
        "  hint: the suite has no groups",
      ],
    ],
    [
      "a row without a value",
      `policy: p.py\ncases:\n  - name: a\n    context: { x: "\${phone}" }\n    each: [{ phne: 1 }]\n    expect: {}\n`,
      [
        "a.suite.yaml:5:12: row 1 has no phone",
        "  5 |     each: [{ phne: 1 }]",
        "    |            ^",
        "  hint: it has phne",
      ],
    ],
    [
      "a pattern that is none",
      'policy: p.py\ncases:\n  - name: a\n    expect: { messages: { pattern: "(" } }\n',
      [
        "a.suite.yaml:4:36: ( is no pattern: missing ): (",
        '  4 |     expect: { messages: { pattern: "(" } }',
        "    |                                    ^",
        "  hint: RE2 reads it: it cannot look around or refer back",
      ],
    ],
    [
      "a row that makes a pattern which would look around",
      `policy: p.py\ncases:\n  - name: a\n    each: [{ p: "(?=a)" }]\n    expect: { messages: [{ pattern: "^\${p}" }] }\n`,
      [
        "a.suite.yaml:4:12: ^(?=a) is no pattern: invalid perl operator: (?=",
        '  4 |     each: [{ p: "(?=a)" }]',
        "    |            ^",
        "  hint: RE2 reads it: it cannot look around or refer back",
      ],
    ],
    [
      "a time that is none",
      `policy: p.py\nnow: tomorrow\n${ok}`,
      [
        "a.suite.yaml:2:6: tomorrow is no time",
        "  2 | now: tomorrow",
        "    |      ^",
        "  hint: write it like 2026-01-31T12:00:00Z",
      ],
    ],
    [
      "steps that are for flows",
      "policy: p.py\ncases:\n  - name: a\n    steps: [{ answer: {} }]\n",
      ["a.suite.yaml:4:5: steps are for flows", "  4 |     steps: [{ answer: {} }]", "    |     ^"],
    ],
  ])("%s", async (_what, text, expected) => {
    expect(await folder.problems(text, files)).toBe(expected.join("\n"));
  });

  test("a blueprint without the expression says which it has", async () => {
    const blueprint = readFileSync(
      new URL("../../../fixtures/blueprints/sms-enrollment.yaml", import.meta.url),
      "utf8",
    );
    const said = await folder.problems(`policy: { blueprint: b.yaml, name: phone-regoin }\n${ok}`, {
      "b.yaml": blueprint,
    });
    expect(said).toContain("a.suite.yaml:1:36: b.yaml has no policy named phone-regoin");
    expect(said).toContain("hint: did you mean phone-region?");
  });

  test("all problems of a suite are told at once, in the order of its lines", async () => {
    const said = await folder.problems(
      "polcy: p.py\ncases:\n  - nam: a\n    expect: { passing: 3 }\n",
      files,
    );
    expect(said.match(/^a\.suite\.yaml:\d+:\d+/gm)).toEqual([
      "a.suite.yaml:1:1",
      "a.suite.yaml:3:5",
      "a.suite.yaml:3:5",
      "a.suite.yaml:4:24",
    ]);
  });
});

describe("the published schema", () => {
  test("is made of the one that the code has; `node scripts/schemas.ts` writes it", () => {
    expect(published).toBe(suiteJsonSchema());
  });

  const schema = JSON.parse(published) as Schema;
  const ajv = new Ajv2020({ strict: false });
  const validate = ajv.compile(schema as object);
  test.each([
    ok,
    `policy: p.py\n${ok}`,
    "policy: p.py\ncases: []\n",
    "policy: p.py\ncases: [{ name: '', expect: {} }]\n",
    "flow: { blueprint: [a, b], slug: x }\ncases: [{ name: a, steps: [{ answer: { a: 1 } }] }]\n",
    "policy: p.py\nlimits: { steps: -1 }\ncases: [{ name: a, expect: {} }]\n",
    "policy: p.py\nstubs: { requests: [{ url: x, error: Boom }] }\ncases: [{ name: a, expect: {} }]\n",
    "policy: p.py\nstubs: { policies: { a: true, b: { passing: false }, c: { file: x } } }\ncases: [{ name: a, expect: {} }]\n",
    `policy: p.py\ncases: [{ name: a, only: false, expect: { passing: '\${x}', error: null, steps: 1.5 } }]\n`,
    "policy: p.py\nusers: { a: { anything: [1], pk: x } }\ncases: [{ name: a, user: { groups: [1] }, expect: {} }]\n",
  ])("is understood by the runner as by ajv: %j", (text) => {
    const value: unknown = load(text);
    expect(misfits(value, schema).length === 0).toBe(validate(value));
  });
});

describe("a suite that is in order", () => {
  test("has a case for each row, named after it, with values of the row's types", async () => {
    const suite = await loadSuite(
      folder.file(
        "rows.suite.yaml",
        `policy: p.py\ncases:\n  - name: "\${n} is \${what}"\n    context: { n: "\${n}", text: "<\${n}>" }\n    each: [{ n: 1.0, what: float }, { n: [1], what: list }]\n    expect: {}\n  - name: plain\n    each: [{ a: 1 }, { a: 2 }]\n    expect: {}\n`,
      ),
    );
    expect(suite.cases.map(({ name }) => name)).toEqual([
      "1.0 is float",
      "[1] is list",
      "plain (1)",
      "plain (2)",
    ]);
    const contexts = suite.cases.slice(0, 2).map((each) => JSON.stringify("context" in each && each.context));
    expect(contexts[0]).toBe('{"request":{"user":null,"context":{"n":1.0,"text":"<1.0>"}}}');
    expect(contexts[1]).toBe('{"request":{"user":null,"context":{"n":[1],"text":"<[1]>"}}}');
    expect(suite.cases[1]?.place).toEqual({ line: 5, column: 37 });
  });

  test("takes rows from JSON and CSV files", async () => {
    folder.file("rows.csv", 'phone,passing\r\n"+1, 2",true\r\n"say ""x""",false\n');
    folder.file("rows.json", '[{ "phone": 12345678901234567890, "passing": false }]');
    const suite = await loadSuite(
      folder.file(
        "tables.suite.yaml",
        `policy: p.py\ncases:\n  - { name: "c \${phone}", each: rows.csv, expect: { passing: "\${passing}" } }\n  - { name: "j \${phone}", each: rows.json, expect: { passing: "\${passing}" } }\n`,
      ),
    );
    expect(suite.cases.map(({ name, expect: { ...expected } }) => [name, expected])).toEqual([
      ["c +1, 2", { passing: true }],
      ['c say "x"', { passing: false }],
      ["j 12345678901234567890", { passing: false }],
    ]);
    expect(suite.files.map((file) => file.replace(/^.*\//, ""))).toEqual([
      "tables.suite.yaml",
      "p.py",
      "rows.csv",
      "rows.json",
    ]);
  });

  test.each([
    ["a.csv", "a,b\n1\n", "row 1 has 1 fields, the first line has 2"],
    ["a.csv", 'a\n"x\n', "line 2 has a quote that does not fit"],
    ["a.csv", "a\n", "a table has a line of names and a row at least"],
    ["a.json", "{}", "a table is a list of mappings, one for each row"],
    ["a.json", "[", "it is not JSON: "],
  ])("a table %s with %j is refused", async (name, text, expected) => {
    const said = await folder.problems(`policy: p.py\ncases: [{ name: a, each: ${name}, expect: {} }]\n`, {
      ...files,
      [name]: text,
    });
    expect(said).toContain(`a.suite.yaml:2:26: ${name} is no table: ${expected}`);
  });

  test("has people with their groups and the groups' ancestors", async () => {
    const suite = await loadSuite(
      folder.file(
        "people.suite.yaml",
        "policy: p.py\ngroups: { root: { is_superuser: true }, staff: { parents: [root] } }\nusers: { jo: {}, marie: { email: m@x.y, groups: [staff] } }\nuser: marie\ncases: [{ name: a, expect: {} }]\n",
      ),
    );
    const [, marie] = suite.users;
    expect(marie).toMatchObject({ pk: 2, username: "marie", email: "m@x.y", is_superuser: true });
    expect(marie?.groups).toMatchObject([{ name: "staff", parents: [{ name: "root" }] }]);
    expect(suite.cases[0]).toMatchObject({ context: { request: { user: marie } } });
  });
});
