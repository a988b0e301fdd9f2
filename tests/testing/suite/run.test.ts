// Cases of expressions: every expectation passes where it holds, and says what came where it does not.
import { describe, expect, test } from "vitest";
import { engineUnderTest } from "../../engine/engine-under-test.ts";
import { suiteFolder } from "./suite-folder.ts";

const under = engineUnderTest();
const folder = suiteFolder();

/** Runs one case about an expression; the messages of its failures. */
async function failures(source: string, rest: string, kind = "policy"): Promise<string[]> {
  const text = `${kind}: p.py\ncases:\n  - name: a\n    ${rest}\n`;
  const [result] = await folder.run(under.engine, text, {}, { "p.py": source });
  expect(result?.status).toBe(result?.failures.length === 0 ? "passed" : "failed");
  return result?.failures.map(({ message }) => message) ?? [];
}

describe("an expectation", () => {
  test.each([
    ["passing", "return True", "passing: true", "passing: false", "expected to be denied, but it passed"],
    ["passing", "return 0", "passing: false", "passing: true", "expected to pass, but it was denied"],
    [
      "decided",
      "if 1:\n  return 1\nreturn 2",
      "decided: 2",
      "decided: 3",
      "expected line 3 to decide, but line 2 did",
    ],
    ["decided", "x = 1", "{}", "decided: 1", "expected line 1 to decide, but no return did"],
    ["messages", "ak_message('a')", "messages: [a]", "messages: []", 'expected none; there is "a"'],
    [
      "messages",
      "ak_message('abc')",
      "messages: { contains: b }",
      "messages: { contains: d }",
      'expected a text with "d"; there is "abc"',
    ],
    [
      "messages",
      "ak_message('abc')",
      "messages: [{ pattern: ^a.c$ }]",
      "messages: [{ pattern: ^b }]",
      'expected a text like /^b/; there is "abc"',
    ],
    [
      // Backtracking, this would take longer than the machine lasts.
      "messages",
      "ak_message('a' * 200 + 'b')",
      "messages: [{ pattern: ^(a+)+b$ }]",
      "messages: [{ pattern: ^(a|a)+$ }]",
      `expected a text like /^(a|a)+$/; there is "${"a".repeat(200)}b"`,
    ],
    ["messages", "return 1", "messages: []", "messages: a", 'expected "a"; there is none'],
    ["logs", "ak_logger.info('seen')", "logs: [seen]", "logs: [x]", 'expected "x"; there is "seen"'],
    ["result", "return [1, 2.0]", "result: [1, 2]", "result: [1]", "result is not what is expected"],
    [
      "result",
      "return {'a': 1, 'b': 2}",
      "result: { partial: { a: 1 } }",
      "result: { a: 1 }",
      "result is not what is expected",
    ],
    [
      "result",
      "return 12345678901234567890",
      "result: 12345678901234567890",
      "result: 12345678901234567891",
      "result is not what is expected",
    ],
    [
      "error",
      "return 1 / 0",
      "error: ZeroDivisionError",
      "error: KeyError",
      "expected KeyError, but it failed with ZeroDivisionError: division by zero",
    ],
    [
      "error",
      "return 1 / 0",
      "error: { type: ZeroDivisionError, line: 1, message: { contains: zero } }",
      "{}",
      "it failed: ZeroDivisionError: division by zero",
    ],
    ["error", "return 1", "error: null", "error: KeyError", "expected KeyError, but it did not fail"],
    [
      "error",
      "\nreturn 1 / 0",
      "error: { type: ZeroDivisionError, line: 2 }",
      "error: { type: ZeroDivisionError, line: 1 }",
      "expected ZeroDivisionError in line 1, it came in line 2",
    ],
    [
      "error",
      "while 1: pass",
      "error: StepLimitExceeded",
      "error: { type: StepLimitExceeded, message: x }",
      'expected "x", it is "the expression used more than 20000000 steps"',
    ],
    [
      "events",
      "ak_create_event('login', a=1)",
      "events: [{ action: login, a: 1 }]",
      "events: []",
      "events lacks what is expected",
    ],
    [
      "changes",
      "context['a'] = 1",
      "changes: [{ op: set, path: [context, a], value: 1 }]",
      "changes: []",
      "changes lacks what is expected",
    ],
    ["steps", "return 1", "steps: 10", "steps: 0", "expected 0 steps at most, it took"],
  ])("of %s on %j: %s holds, %s does not", async (_what, source, holds, not, message) => {
    expect(await failures(source, `expect: ${holds.startsWith("{") ? holds : `{ ${holds} }`}`)).toEqual([]);
    const [found, ...more] = await failures(source, `expect: ${not.startsWith("{") ? not : `{ ${not} }`}`);
    expect(found).toContain(message);
    expect(more).toEqual([]);
  });

  test("of a mapping's payload says where it differs", async () => {
    const text =
      "mapping: p.py\nvariables: { token: '1' }\ncases:\n  - name: a\n    expect:\n      payload: { to: { n: 1 }, list: [1] }\n";
    const source = "return {'to': {'n': 2}, 'list': [1, token]}";
    const [result] = await folder.run(under.engine, text, {}, { "p.py": source });
    const [failure] = result?.failures ?? [];
    expect(failure?.place).toEqual({ line: 6, column: 16 });
    expect(failure?.differences).toEqual([
      { path: ["to", "n"], expected: 1, actual: 2 },
      { path: ["list", 1], expected: undefined, actual: "1" },
    ]);
  });
});

describe("what a case sees", () => {
  test("is the same clock and randomness in every run, or those that it names", async () => {
    const source = "import time, random\nreturn [time.time(), random.random()]";
    const one = "expression: p.py\ncases: [{ name: a, expect: { result: 0 } }";
    const text = `${one}, { name: b, now: 2026-01-31T12:00:00Z, seed: 7, expect: { result: 0 } }]\n`;
    const seen = async () =>
      (await folder.run(under.engine, text, {}, { "p.py": source })).map(({ failures }) =>
        JSON.stringify(failures[0]?.actual),
      );
    const [a, b] = await seen();
    expect(a).toMatch(/^\[1767225600\.0,0\.\d+\]$/);
    expect(b).toMatch(/^\[1769860800\.0,0\.\d+\]$/);
    expect(await seen()).toEqual([a, b]);
  });

  test.each([
    ["users", "return ak_user_by(username='jo').email", "expect: { result: jo@x }"],
    ["groups", "return ak_is_group_member(request.user, name='staff')", "expect: { passing: true }"],
    [
      "a user who stands in the case",
      "return request.user.name",
      "user: { username: x, name: X }, expect: { result: X }",
    ],
    ["nobody", "return request.user.is_anonymous", "user: null, expect: { passing: true }"],
    [
      "the request",
      "return http_request.headers['X-A']",
      "http_request: { headers: { X-A: b } }, expect: { result: b }",
    ],
    [
      "an answer of a service",
      "return requests.get('http://a/').json()['x']",
      "stubs: { requests: [{ url: 'http://a/', json: { x: 5 } }] }, expect: { result: 5 }",
    ],
    [
      "a service's failure",
      "return requests.get('http://a/')",
      "stubs: { requests: [{ url: 'http://a/', error: ConnectionError }] }, expect: { error: ConnectionError }",
    ],
    [
      "a status",
      "return requests.post('http://a/').status_code",
      "stubs: { requests: [{ method: POST, url: 'http://a/', status: 503 }] }, expect: { result: 503 }",
    ],
    [
      "names",
      "return resolve_dns('a.b', 4)",
      "stubs: { dns: { names: { a.b: [192.0.2.1, '::1'] } } }, expect: { result: [192.0.2.1] }",
    ],
    [
      "another policy",
      "return ak_call_policy('o').passing",
      "stubs: { policies: { o: true } }, expect: { passing: true }",
    ],
    [
      "another policy's file",
      "return ak_call_policy('o').messages",
      "stubs: { policies: { o: { file: o.py } } }, expect: { result: [hi] }",
    ],
    ["a limit", "while 1: pass", "limits: { steps: 100 }, expect: { error: StepLimitExceeded }"],
  ])("%s", async (_what, source, rest) => {
    folder.file("o.py", "ak_message('hi')\nreturn True");
    const text = `policy: p.py\ngroups: { staff: {} }\nusers: { marie: { groups: [staff] }, jo: { email: jo@x } }\nuser: marie\ncases: [{ name: a, ${rest} }]\n`;
    const [result] = await folder.run(under.engine, text, {}, { "p.py": source });
    expect(result?.failures).toEqual([]);
  });

  test.each([
    [
      "return requests.get('http://a/?q').ok",
      "stubs: { requests: [] }",
      "it asked for GET http://a/?q: no entry of stubs.requests answers it",
    ],
    [
      "return ak_call_policy('o')",
      "stubs: {}",
      "it asked for the policy o: stubs.policies has none of this name",
    ],
  ])("is not guessed: %s", async (source, stubs, message) => {
    expect((await failures(source, `${stubs}\n    expect: {}`)).at(-1)).toBe(message);
  });

  test("is only what was given: without a stub there is no service", async () => {
    expect(await failures("return requests.get('http://a/')", "expect: { error: CapabilityError }")).toEqual(
      [],
    );
  });
});

describe("which cases run", () => {
  const text =
    "suite: s\npolicy: p.py\ntags: [all]\ncases:\n  - { name: one, tags: [x], expect: {} }\n  - { name: two, skip: not yet, expect: {} }\n  - { name: three, tags: [y], expect: {} }\n";
  const run = async (options: object, source = text) =>
    (await folder.run(under.engine, source, options, { "p.py": "return 1" })).map(
      ({ name, status, reason }) => `${name} ${status} ${reason}`.trim(),
    );

  test("all but those that are skipped", async () => {
    expect(await run({})).toEqual(["one passed", "two skipped not yet", "three passed"]);
  });
  test("those whose suite and name fit", async () => {
    expect(await run({ filter: /^s › t/ })).toEqual(["two skipped not yet", "three passed"]);
  });
  test("those with a tag, or without one", async () => {
    expect(await run({ tags: ["x"] })).toEqual(["one passed"]);
    expect(await run({ tags: ["all", "!x"] })).toEqual(["two skipped not yet", "three passed"]);
  });
  test("the one that says only", async () => {
    expect(await run({}, text.replace("tags: [y]", "only: true"))).toEqual([
      "one skipped another case says `only`",
      "two skipped another case says `only`",
      "three passed",
    ]);
  });
  test("many, each result in its place", async () => {
    const rows = Array.from({ length: 300 }, (_, i) => `{ i: ${i} }`).join(", ");
    const many = `expression: p.py\ncases:\n  - name: "\${i}"\n    variables: { i: "\${i}" }\n    each: [${rows}]\n    expect: { result: "\${i}" }\n`;
    const results = await folder.run(under.engine, many, {}, { "p.py": "return i" });
    expect(results.map(({ name, status }) => `${name} ${status}`)).toEqual(
      Array.from({ length: 300 }, (_, i) => `${i} passed`),
    );
  });
});
