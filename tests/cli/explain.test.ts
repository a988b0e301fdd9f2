// `postern eval --explain` and `--record`, `postern replay`: what they show, keep and end with.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { library as realLibrary } from "../../cli/library.ts";
import { engineUnderTest } from "../engine/engine-under-test.ts";
import { postern, withEngine } from "./command-line.ts";

const fixtures = join(import.meta.dirname, "../../fixtures");
const policy = join(fixtures, "policies/phone-region.py");
const refused = join(fixtures, "contexts/refused-phone.yaml");

const under = engineUnderTest();
const library = withEngine(realLibrary, () => under.engine);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-explain-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
/** Without the times, which differ, and the numbers of steps, which the engine's own tests hold. */
const timeless = (text: string): string => text.replace(/, [\d.]+ ms/g, "").replace(/\d+ steps?/g, "N steps");

describe("eval --explain", () => {
  test("shows the lines with what they saw, the line that decided, and the lines that never ran", async () => {
    const { code, out } = await postern(["eval", policy, "--context", refused, "--explain"], { library });
    expect(code).toBe(1);
    expect(timeless(out)).toBe(
      [
        "denied",
        "  message: Invalid phone number or missing region code",
        "",
        '  1 | phone_number = regex_replace(request.context["prompt_data"]["phone"], r"\\s+", "")   # N steps',
        '    |     request.context["prompt_data"]["phone"] is \'+49 170 1234567\'',
        "    |     regex_replace('+49 170 1234567', '\\\\s+', '') is '+491701234567'",
        "    |     pattern '\\\\s+' by V8",
        "    |     phone_number = '+491701234567'",
        "  2 |",
        '  3 | if phone_number.startswith("+1234"):   # N steps',
        "    |     phone_number is '+491701234567'",
        '    |     phone_number.startswith("+1234") is False',
        "    |     → if: else",
        "  4 |     return True",
        '  5 | ak_message("Invalid phone number or missing region code")   # N steps',
        "    |     ak_message('Invalid phone number or missing region code') is None",
        "> 6 | return False   # N steps",
        "    |     return False",
        "",
      ].join("\n"),
    );
  });

  test("keeps a loop's first and last values, and says how often the rest came", async () => {
    const source = file("loop.py", "for i in range(30):\n    x = i\nreturn x");
    const { out } = await postern(["eval", source, "--explain", "--kind", "expression"], { library });
    expect(timeless(out)).toContain(
      [
        "  2 |     x = i   # 30 times, N steps",
        "    |     i is 0",
        "    |     x = 0",
        "    |     i is 1",
        "    |     x = 1",
        "    |     … 52 more …",
        "    |     i is 28",
        "    |     x = 28",
        "    |     i is 29",
        "    |     x = 29",
      ].join("\n"),
    );
  });

  test("says that the trace is cut", async () => {
    const source = file("long.py", "for i in range(3000):\n    pass\nreturn i");
    const { out } = await postern(["eval", source, "--explain"], { library });
    expect(out).toMatch(/^the trace is cut: \d+ events are left out before the last 1000\n$/m);
  });

  test("shows control characters of values escaped", async () => {
    const source = file("escape.py", "x = request.context['a\\x1b[31m']\nreturn x");
    const context = file("escape.yaml", '{request: {context: {"a\\e[31m": "\\e[2J"}}}');
    const { out } = await postern(["eval", source, "--context", context, "--explain"], { library });
    expect(out).toContain("x = '\\x1b[2J'");
    expect(out).not.toContain("\u001b");
  });

  test("gives the trace to tools with --json", async () => {
    const { out } = await postern(["eval", policy, "--context", refused, "--explain", "--json"], { library });
    const { passing, trace } = JSON.parse(out);
    expect(passing).toBe(false);
    expect(trace).toMatchObject({ decided: 6, omitted: 0 });
    expect(trace.events[0]).toEqual({ kind: "line", line: 1 });
    expect(trace.events[1]).toMatchObject({ kind: "value", line: 1, column: 30 });
  });

  test("is for one expression", async () => {
    expect(await postern(["eval", "--batch", "--explain"], { library })).toEqual({
      code: 2,
      out: "",
      err: "postern: --explain and --record are for one expression; leave out --batch\n",
    });
  });
});

describe("eval --record and replay", () => {
  test("repeat an evaluation to the bit: its time, its randomness, its context", async () => {
    const source = file(
      "random.py",
      "import random, time, uuid\nreturn [random.random(), time.time(), str(uuid.uuid4()), request.context['n']]",
    );
    const context = file("random.yaml", "{request: {context: {n: 12345678901234567890}}}");
    const recordings = join(folder, "random.ndjson");
    const command = ["eval", source, "--context", context, "--record", recordings, "--kind", "policy"];
    const first = await postern(command, { library });
    await postern(command, { library });
    expect(first.err).toBe(`postern: recorded in ${recordings}, with the whole context and its secrets\n`);
    expect(statSync(recordings).mode & 0o077).toBe(0);
    const kept = readFileSync(recordings, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(kept[0].outcome.resultJson).not.toBe(kept[1].outcome.resultJson);
    expect(kept[0].outcome.resultJson).toContain("12345678901234567890");
    expect(await postern(["replay", recordings], { library })).toEqual({
      code: 0,
      out: "2 recordings: the same\n",
      err: "",
    });
  });

  test("--against shows which decisions another expression would turn, and why", async () => {
    const recordings = join(folder, "phones.ndjson");
    for (const name of ["accepted-phone", "refused-phone"]) {
      await postern(
        ["eval", policy, "--context", join(fixtures, `contexts/${name}.yaml`), "--record", recordings],
        {
          library,
        },
      );
    }
    const other = file("other.py", "ak_message('closed')\nreturn False");
    expect(await postern(["replay", recordings, "--against", other], { library })).toEqual({
      code: 1,
      out: `${recordings}, recording 1 (phone-region.py): was passed, would be denied\n  message: closed\n2 recordings: 1 decision would turn\n`,
      err: "",
    });
    expect((await postern(["replay", recordings, "--against", policy], { library })).code).toBe(0);
    const broken = file("broken.py", "return (");
    const refusal = await postern(["replay", recordings, "--against", broken], { library });
    expect(refusal.code).toBe(2);
    expect(refusal.err).toContain("'(' was never closed");
  });

  test("a recording that was tampered with differs, field by field", async () => {
    const recordings = join(folder, "tampered.ndjson");
    await postern(["eval", policy, "--context", refused, "--record", recordings], { library });
    writeFileSync(recordings, readFileSync(recordings, "utf8").replace(/"steps":\d+/, '"steps":1'));
    const { code, out } = await postern(["replay", recordings], { library });
    expect(code).toBe(1);
    expect(out.replace(/is \d+$/m, "is N")).toBe(
      `${recordings}, recording 1 (phone-region.py): differs\n  steps: was 1, is N\n1 recording: 1 differs\n`,
    );
  });

  test.each([
    ["not json\n", /^postern: .*: line 1 is not JSON: /],
    ['{"a":1}\n', /line 1 is no recording; `postern eval --record` writes them\n$/],
    ['{"postern":"recording","version":2}\n', /line 1 has version 2; this reads version 1\n$/],
    ['{"postern":"recording","version":1}\n', /line 1 is a recording with parts missing\n$/],
    ["\n", /there is no recording in it\n$/],
  ])("a file with %j is refused", async (text, expected) => {
    const { code, err } = await postern(["replay", file("bad.ndjson", text)], { library });
    expect(code).toBe(2);
    expect(err).toMatch(expected);
  });
});
