// The documentation's expressions through the real command line: real engine, real worker, real runtime and sockets.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { library } from "../../cli/library.ts";
import { type Ended, postern } from "./command-line.ts";

const fixtures = join(import.meta.dirname, "../../fixtures");
const fixture = (path: string) => join(fixtures, path);
const read = (path: string) => readFileSync(fixture(path), "utf8");
const message = "Invalid phone number or missing region code";

function cli(...args: string[]): Promise<Ended> {
  return postern(args, { library });
}

async function batch(requests: readonly object[]): Promise<Record<string, unknown>[]> {
  const stdin = requests.map((request) => `${JSON.stringify(request)}\n`).join("");
  const { code, out } = await postern(["eval", "--batch"], { library, stdin });
  expect(code).toBe(0);
  return out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("the phone policy", () => {
  const source = read("policies/phone-region.py");
  const asking = (phone: string) => ({
    id: phone,
    kind: "policy",
    source,
    context: { request: { user: { username: "marie" }, context: { prompt_data: { phone } } } },
  });

  test("answers as the document says, through a batch", async () => {
    const accepted = ["+1234", "+12345678", " +1 2 3 4 5", "+1234\u2003567"];
    const refused = ["", "1234", "+1243", "+49 170 1234567", "(+1234)"];
    const answers = await batch([...accepted, ...refused].map(asking));
    expect(answers.map(({ id, ok, passing, messages }) => ({ id, ok, passing, messages }))).toEqual([
      ...accepted.map((id) => ({ id, ok: true, passing: true, messages: [] })),
      ...refused.map((id) => ({ id, ok: true, passing: false, messages: [message] })),
    ]);
  });

  test("says what it misses where there is no number", async () => {
    const [answer] = await batch([
      { id: 1, kind: "policy", source, context: { request: { context: { prompt_data: {} } } } },
    ]);
    expect(answer).toMatchObject({
      ok: false,
      passing: false,
      messages: [],
      error: { type: "KeyError", message: "'phone'", line: 1 },
    });
  });

  test("through `postern eval`, with the fixtures' contexts", async () => {
    const policy = fixture("policies/phone-region.py");
    expect(await cli("eval", policy, "--context", fixture("contexts/accepted-phone.yaml"))).toEqual({
      code: 0,
      out: "passed\n",
      err: "",
    });
    expect(await cli("eval", policy, "--context", fixture("contexts/refused-phone.yaml"))).toEqual({
      code: 1,
      out: `denied\n  message: ${message}\n`,
      err: "",
    });
  });
});

describe("the mappings", () => {
  const context = fixture("contexts/sms-mapping.yaml");

  test("for Twilio names the brand and the code", async () => {
    const { code, out } = await cli(
      "eval",
      fixture("mappings/twilio-message.py"),
      "--kind",
      "mapping",
      "--context",
      context,
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      message: "This is a custom message for Example Inc. SMS authentication. The code is 042815.",
    });
  });

  test("for the generic provider makes the body", async () => {
    const { code, out } = await cli(
      "eval",
      fixture("mappings/generic-payload.py"),
      "--kind",
      "mapping",
      "--context",
      context,
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ from: "+12340000", to: "+1234567890", body: "foo bar baz 042815" });
  });
});

describe("numbers", () => {
  test("are exact from the request to the answer", async () => {
    const stdin =
      '{"id":1,"kind":"expression","source":"return [a + 1, b, type(b).__name__]","context":{"a":12345678901234567890,"b":1.0}}\n';
    const { out } = await postern(["eval", "--batch"], { library, stdin });
    expect(out).toContain(
      '"result":[12345678901234567891,1.0,"float"],"repr":"[12345678901234567891, 1.0, \'float\']"',
    );
  });
});

describe("hostile expressions", () => {
  test("each meet their own limit, and the next evaluation works", async () => {
    const run = (id: string, source: string, context: object = {}) => ({
      id,
      kind: "expression",
      source,
      context,
    });
    const answers = await batch([
      run("loop", "while True: pass"),
      run("dict", "d = {}\ni = 0\nwhile True:\n    d[i] = str(i) * 100\n    i += 1"),
      run("string", "return 'x' * 10**10"),
      run("power", "return 2 ** 10**9"),
      run("regex", "return regex_match('a' * 40 + '!', r'(a+)+$')"),
      run("nested", `return ${"(".repeat(10_000)}1${")".repeat(10_000)}`),
      run("context", "return 1", { text: "x".repeat(10 * 1024 * 1024) }),
      run("next", "return 1 + 1"),
    ]);
    const byId = Object.fromEntries(answers.map((answer) => [answer.id, answer]));
    for (const id of ["loop", "dict", "string", "power", "nested", "context"]) {
      expect(byId[id], id).toMatchObject({
        ok: false,
        error: { type: expect.any(String), message: expect.stringMatching(/./) },
      });
    }
    expect(byId.regex).toMatchObject({ ok: true, result: false });
    expect(byId.next).toMatchObject({ ok: true, result: 2 });
  });
});

describe("the flow", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "postern-documents-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const blueprint = fixture("blueprints/sms-enrollment.yaml");

  test("is walked by `postern run` with answers and an inbox, and keeps the device", async () => {
    const store = join(folder, "run.json");
    const ended = await cli(
      ...["run", "enroll-generic", "--blueprint", blueprint, "--user", "marie", "--store", store],
      ...["--inbox", "--answers", fixture("answers/enrollment.yaml")],
    );
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.out).toContain(`  ✗ ${message}\n`);
    expect(ended.err).toMatch(/^ {2}SMS to \+1234 567 890: foo bar baz \d{6}\n$/);
    const devices = JSON.parse(readFileSync(store, "utf8")).models[
      "authentik_stages_authenticator_sms.smsdevice"
    ];
    expect(devices).toMatchObject([{ phone_number: "+1234 567 890", confirmed: true }]);
  });

  test.each([
    ["version: 2\nentries: []\n", "version"],
    [
      "version: 1\nentries:\n  - model: authentik_flows.flow\n    identifiers: {slug: x}\n    state: gone\n",
      "gone",
    ],
    ["version: 1\nentries: [\n", ""],
  ])("is not loaded from a broken blueprint: %j", async (text, part) => {
    const { code, err } = await postern(["import", "-", "--store", join(folder, "broken.json")], {
      library,
      stdin: text,
    });
    expect(code).toBe(2);
    expect(err).toMatch(/^postern: stdin/);
    expect(err).toContain(part);
  });

  test("an unknown flow and an unknown user are told, with what there is", async () => {
    const rest = ["--blueprint", blueprint, "--store", join(folder, "unknown.json"), "--answers", "-"];
    const flow = await postern(["run", "enrol", ...rest], { library, stdin: "[]" });
    expect(flow.code).toBe(2);
    expect(flow.err).toContain('there is no flow "enrol"');
    expect(flow.err).toContain("enroll-generic");
    const user = await postern(["run", "enroll-generic", "--user", "paul", ...rest], {
      library,
      stdin: "[]",
    });
    expect(user.code).toBe(2);
    expect(user.err).toContain('there is no user "paul"');
  });
});
