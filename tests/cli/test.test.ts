// `postern test`: what it prints for people and for tools, its exit codes, its filters, its coverage.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { library as realLibrary } from "../../cli/library.ts";
import { engineUnderTest } from "../engine/engine-under-test.ts";
import { type Ended, postern, type Surroundings, withEngine } from "./command-line.ts";

const under = engineUnderTest();
const library = withEngine(realLibrary, () => under.engine);

let folder: string;
let cwd: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-test-"));
  cwd = process.cwd();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  vi.spyOn(process, "cwd").mockReturnValue(folder);
});
afterEach(() => {
  vi.restoreAllMocks();
  expect(process.cwd()).toBe(cwd);
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}
/** Runs, with times made equal. */
async function run(args: readonly string[], around: Surroundings = {}): Promise<Ended> {
  const { code, out, err } = await postern(["test", ...args], { library, ...around });
  const timeless = (text: string) =>
    text
      .replace(/(# [\d]+ steps?), [\d.]+ ms/g, "$1") // said of a slow line only, and a busy machine makes any slow
      .replace(/ +[\d.]+ ms/g, " T ms")
      .replace(/\(\d+ ms\)/g, "(T ms)")
      .replace(/\d+ steps?/g, "N steps")
      .replace(/time="[\d.]+"/g, 'time="T"')
      .replace(/duration_ms: [\d.]+/g, "duration_ms: T");
  return { code, out: timeless(out), err };
}

const POLICY = 'if request.context["n"] > 2:\n    return True\nak_message("too few")\nreturn False\n';
const SUITE = `suite: Numbers
policy: p.py
cases:
  - name: three pass
    context: { n: 3 }
    expect: { passing: true }
  - name: two do not
    tags: [small]
    context: { n: 2 }
    expect: { passing: false, messages: [too few] }
`;

function passing(): string {
  file("good/p.py", POLICY);
  return file("good/a.suite.yaml", SUITE);
}
function failing(): string {
  file("bad/p.py", POLICY);
  return file(
    "bad/b.suite.yaml",
    `${SUITE.replace("n: 3", "n: 1")}  - name: no number\n    expect: { passing: false }\n`,
  );
}

describe("for people", () => {
  test("a run that passes names its suites, the slowest cases and counts", async () => {
    const { code, out, err } = await run([passing(), "--slowest", "1"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(
      /^✓ Numbers good\/a\.suite\.yaml 2 passed\n\nslowest\n T ms +N steps {2}Numbers › .*\n\n2 cases: 2 passed \(T ms\)\n$/,
    );
  });

  test("a failure shows the suite's line, the difference, and the expression's line", async () => {
    expect(await run([failing(), "--slowest", "0"])).toEqual({
      code: 1,
      out: [
        "✗ Numbers bad/b.suite.yaml 2 failed, 1 passed",
        "",
        "✗ Numbers › three pass",
        "    expected to pass, but it was denied",
        "    bad/b.suite.yaml:6:24",
        "      6 |     expect: { passing: true }",
        "        |                        ^",
        "",
        "✗ Numbers › no number",
        "    it failed: KeyError: 'n'",
        "    bad/b.suite.yaml:12:13",
        "      12 |     expect: { passing: false }",
        "         |             ^",
        "    error in bad/p.py:1:4",
        '      1 | if request.context["n"] > 2:',
        "        |    ^",
        "",
        "3 cases: 2 failed, 1 passed (T ms)",
        "",
      ].join("\n"),
      err: "",
    });
  });

  test("differences of payloads are shown by place", async () => {
    file("m.py", "return {'to': {'n': 2, 'x': 'a\\x1b[31m'}}");
    const suite = file(
      "m.suite.yaml",
      "mapping: m.py\ncases: [{ name: a, expect: { payload: { to: { n: 1, y: [] } } } }]\n",
    );
    expect((await run([suite, "--slowest", "0"])).out).toContain(
      [
        "    differences (- expected, + came)",
        "      at to.n",
        "      - 1",
        "      + 2",
        "      at to.y",
        "      - []",
        "      at to.x",
        '      + "a\\u001b[31m"',
        "",
      ].join("\n"),
    );
  });

  test("--explain shows what happened in a case that failed", async () => {
    const { out } = await run([failing(), "--explain", "--filter", "three"]);
    expect(out).toContain(
      [
        "    what happened",
        '      1 | if request.context["n"] > 2:   # N steps',
        '        |     request.context["n"] is 1',
        '        |     request.context["n"] > 2 is False',
        "        |     → if: else",
      ].join("\n"),
    );
  });

  test("there is a progress line on a terminal only", async () => {
    passing();
    expect((await run([join(folder, "good")])).err).toBe("");
  });
});

describe("which suites and cases run", () => {
  test("a folder is searched, its node_modules and hidden folders are not", async () => {
    passing();
    file("good/node_modules/x.suite.yaml", "broken");
    file("good/.git/x.suite.yaml", "broken");
    expect((await run([join(folder, "good")])).code).toBe(0);
  });
  test("--filter and --tag choose cases", async () => {
    passing();
    expect((await run([join(folder, "good"), "--filter", "THREE"])).out).toContain("1 case: 1 passed");
    expect((await run([join(folder, "good"), "--tag", "small"])).out).toContain("1 case: 1 passed");
    expect((await run([join(folder, "good"), "--tag", "!small"])).out).toContain("1 case: 1 passed");
  });
  test.each([
    [["--filter", "nothing"], "postern: no case fits --filter and --tag\n"],
    [["--filter", "("], /Invalid regular expression/],
  ])("%j is refused", async (args, expected) => {
    const { code, err } = await run([passing(), ...args]);
    expect(code).toBe(2);
    expect(err).toMatch(expected);
  });
  test("a path that is not there, and a folder without suites, are refused", async () => {
    expect(await run([join(folder, "nowhere")])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/nowhere: there is no such file or folder\n$/),
    });
    mkdirSync(join(folder, "empty"), { recursive: true });
    expect(await run([join(folder, "empty")])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/there is no suite \(\*\.suite\.yaml\) in .*empty\n$/),
    });
  });
});

describe("broken input", () => {
  test("is told, does not keep the others from running, and ends with 2", async () => {
    const broken = file("broken.suite.yaml", "policy: p.py\ncases: []\n");
    const { code, out, err } = await run([broken, passing(), "--slowest", "0"]);
    expect(code).toBe(2);
    expect(err).toBe(`postern: broken.suite.yaml:2:8: the list is empty\n  2 | cases: []\n    |        ^\n`);
    expect(out).toBe("✓ Numbers good/a.suite.yaml 2 passed\n\n2 cases: 2 passed, 1 file broken (T ms)\n");
  });

  test("is an expression that does not compile, with its line where it stands", async () => {
    file(
      "bp.yaml",
      "version: 1\nentries:\n  - model: authentik_policies_expression.expressionpolicy\n    identifiers: { name: x }\n    attrs:\n      expression: |\n        a = 1\n        return (\n",
    );
    const suite = file(
      "syntax.suite.yaml",
      "policy: { blueprint: bp.yaml, name: x }\ncases: [{ name: a, expect: {} }]\n",
    );
    const { code, err } = await run([suite]);
    expect(code).toBe(2);
    expect(err).toContain("postern: syntax.suite.yaml: bp.yaml:8:16 cannot be compiled\n");
    expect(err).toContain("'(' was never closed");
  });

  test("is a blueprint that a flow cannot be loaded from", async () => {
    file("bp2.yaml", "version: 1\nentries: [{ model: nothing }]\n");
    const suite = file(
      "flow.suite.yaml",
      "flow: { blueprint: bp2.yaml, slug: x }\ncases: [{ name: a, steps: [{}] }]\n",
    );
    const { code, err } = await run([suite]);
    expect(code).toBe(2);
    expect(err).toMatch(/^postern: flow\.suite\.yaml: .*bp2\.yaml:2:\d+: /);
  });
});

describe("reports", () => {
  test("TAP", async () => {
    expect((await run([failing(), "--reporter", "tap"])).out).toBe(
      [
        "TAP version 14",
        "not ok 1 - Numbers - three pass",
        "  ---",
        "  duration_ms: T",
        "  failures:",
        '    - message: "expected to pass, but it was denied"',
        '      at: "bad/b.suite.yaml:6:24"',
        "      expected: true",
        "      actual: false",
        "  ...",
        "ok 2 - Numbers - two do not",
        "not ok 3 - Numbers - no number",
        "  ---",
        "  duration_ms: T",
        "  failures:",
        "    - message: \"it failed: KeyError: 'n'\"",
        '      at: "bad/b.suite.yaml:12:13"',
        "  ...",
        "1..3",
        "",
      ].join("\n"),
    );
  });

  test("JUnit", async () => {
    expect((await run([failing(), "--reporter", "junit"])).out).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<testsuites tests="3" failures="2" errors="0" skipped="0" time="T">',
        '  <testsuite name="Numbers" file="bad/b.suite.yaml" tests="3" failures="2" errors="0" skipped="0" time="T">',
        '    <testcase classname="Numbers" name="three pass" file="bad/b.suite.yaml" time="T">',
        '      <failure message="expected to pass, but it was denied">bad/b.suite.yaml:6:24: expected to pass, but it was denied</failure>',
        "    </testcase>",
        '    <testcase classname="Numbers" name="two do not" file="bad/b.suite.yaml" time="T"/>',
        '    <testcase classname="Numbers" name="no number" file="bad/b.suite.yaml" time="T">',
        '      <failure message="it failed: KeyError: &#39;n&#39;">bad/b.suite.yaml:12:13: it failed: KeyError: &#39;n&#39;</failure>',
        "    </testcase>",
        "  </testsuite>",
        "</testsuites>",
        "",
      ].join("\n"),
    );
  });

  test("JSON, one document also where something is broken", async () => {
    const broken = file("broken.suite.yaml", "policy: p.py\ncases: []\n");
    const { out } = await run([broken, failing(), "--reporter", "json", "--coverage"]);
    const report = JSON.parse(out);
    expect(report).toMatchObject({
      passed: 1,
      failed: 2,
      skipped: 0,
      broken: [{ file: "broken.suite.yaml" }],
    });
    expect(report.cases[0]).toMatchObject({
      suite: "Numbers",
      file: "bad/b.suite.yaml",
      name: "three pass",
      status: "failed",
      place: { line: 4, column: 5 },
      failures: [{ what: "passing", place: { line: 6, column: 24 }, expected: true, actual: false }],
    });
  });

  test("what a report cannot hold is escaped in it", async () => {
    file("odd.py", "return True");
    const suite = file(
      "odd.suite.yaml",
      'suite: "a\\u0001<b>"\npolicy: odd.py\ncases: [{ name: "x # y", skip: "&", expect: {} }]\n',
    );
    expect((await run([suite, "--reporter", "junit"])).out).toContain(
      '<testcase classname="a\ufffd&#60;b&#62;" name="x # y" file="odd.suite.yaml" time="T"><skipped message="&#38;"/></testcase>',
    );
    expect((await run([suite, "--reporter", "tap"])).out).toContain("x \\# y # SKIP &\n");
    expect((await run([suite])).out).toContain("- a\\x01<b> odd.suite.yaml 1 skipped\n");
  });
});

describe("coverage", () => {
  const partial = (): string => {
    file("part/p.py", POLICY);
    return file("part/c.suite.yaml", SUITE.slice(0, SUITE.indexOf("  - name: two")));
  };

  test("says which lines and branches never ran", async () => {
    const { code, out } = await run([partial(), "--coverage", "--slowest", "0"]);
    expect(code).toBe(0);
    expect(out).toContain(
      [
        "",
        "coverage    lines  branches  not run",
        "part/p.py  50.0 %    50.0 %  3-4, 1 if→else",
        "all        50.0 %    50.0 %",
        "",
      ].join("\n"),
    );
  });

  test("--coverage-threshold fails what is below it", async () => {
    const { code, err } = await run([partial(), "--coverage-threshold", "60"]);
    expect({ code, err }).toEqual({ code: 1, err: "postern: coverage is 50 %, less than 60 %\n" });
    expect((await run([partial(), "--coverage-threshold", "50"])).code).toBe(0);
    expect((await run([passing(), "--coverage-threshold", "100"])).code).toBe(0);
  });

  test("is written as lcov", async () => {
    const lcov = join(folder, "out/lcov.info");
    await run([partial(), "--coverage-lcov", lcov]);
    expect(readFileSync(lcov, "utf8")).toBe(
      [
        "TN:",
        "SF:part/p.py",
        "BRDA:1,0,0,1",
        "BRDA:1,0,1,0",
        "BRF:2",
        "BRH:1",
        "DA:1,1",
        "DA:2,1",
        "DA:3,0",
        "DA:4,0",
        "LF:4",
        "LH:2",
        "end_of_record",
        "",
      ].join("\n"),
    );
  });

  test("is written as a page that needs nothing else", async () => {
    const page = join(folder, "out/index.html");
    await run([partial(), "--coverage-html", page]);
    const html = readFileSync(page, "utf8");
    expect(html).toContain("2 of 4 lines ran, 1 of 2 ways of branches were taken.");
    expect(html).toContain(
      '<span class="line part"><i>1</i><i>1×</i>if request.context[&#34;n&#34;] &#62; 2:<span class="note">if: never else</span></span>',
    );
    expect(html).toContain('<span class="line not"><i>3</i><i>0×</i>ak_message(&#34;too few&#34;)</span>');
    expect(html).not.toMatch(/(?:src|href)="(?!#)/);
  });

  test("of a blueprint's expression stands at the blueprint's lines", async () => {
    file(
      "bp3.yaml",
      "version: 1\nentries:\n  - model: authentik_policies_expression.expressionpolicy\n    identifiers: { name: x }\n    attrs:\n      expression: |\n        if request.user.is_anonymous:\n            return False\n        return True\n",
    );
    const suite = file(
      "bp3.suite.yaml",
      "policy: { blueprint: bp3.yaml, name: x }\ncases: [{ name: a, expect: { passing: false } }]\n",
    );
    const { out } = await run([suite, "--coverage"]);
    expect(out).toMatch(/^bp3\.yaml +66\.7 % +50\.0 % {2}9, 7 if→else$/m);
  });
});

test("--watch runs again when a file that was read changes, until it is interrupted", async () => {
  const suite = passing();
  const outputs: string[] = [];
  let isWaiting: () => void = () => {};
  const { Writable } = await import("node:stream");
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      outputs.push(String(chunk));
      if (String(chunk).includes("waiting for changes")) isWaiting();
      done();
    },
  });
  const waiting = () =>
    new Promise<void>((settle) => {
      isWaiting = settle;
    });
  const first = waiting();
  let stop: () => void = () => {};
  const stopped = new Promise<void>((settle) => {
    stop = settle;
  });
  const ended = run([suite, "--watch"], { stdout, stopped: () => stopped });
  await first;
  const second = waiting();
  file("good/p.py", "return True\n");
  await second;
  stop();
  expect((await ended).code).toBe(1);
  expect(outputs.join("")).toMatch(/2 cases: 2 passed[\s\S]*2 cases: 1 failed, 1 passed/);
});
