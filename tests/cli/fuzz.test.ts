// `postern fuzz` and `postern diff`: what they print, their exit codes, and that what they print runs in `postern test`.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { library } from "../../cli/library.ts";
import { type Ended, postern } from "./command-line.ts";

// Thousands of evaluations, on machines that do other things too.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-fuzz-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const run = (...args: string[]): Promise<Ended> => postern(args, { library });

test("a property that holds ends with 0 and says after how many runs", async () => {
  const policy = file("holds.py", "return True");
  expect(await run("fuzz", policy, "--runs", "20")).toEqual({
    code: 0,
    out: "holds never-raises: 20 runs\n",
    err: "",
  });
});

test("one that does not ends with 1 and prints a suite, which fails in `postern test` until it is mended", async () => {
  const policy = file("raises.py", 'return context["prompt_data"]["phone"].startswith("+1234")');
  const { code, out, err } = await run("fuzz", policy, "--seed", "1");
  expect({ code, err }).toEqual({ code: 1, err: "" });
  const [head, suite] = out.split("\n\n# a suite for `postern test`:\n") as [string, string];
  expect(head).toMatch(
    /^fails never-raises: it raised KeyError: 'phone' in line 1\n {2}after \d+ runs, made smaller \d+ times; --seed 1 repeats it$/,
  );
  const path = file("found.suite.yaml", suite);
  expect((await run("test", path)).code).toBe(1);
  file("raises.py", 'return context["prompt_data"].get("phone", "").startswith("+1234")');
  expect((await run("test", path)).code).toBe(0);
});

test("what is so today is a case that passes: users and groups come along", async () => {
  const policy = file("group.py", 'return "admins" in [group.name for group in request.user.groups.all()]');
  const { code, out } = await run("fuzz", policy, "--seed", "1", "--property", "not verdict.passing");
  expect(code).toBe(1);
  const path = file("group.suite.yaml", out.slice(out.indexOf("policy:")));
  expect((await run("test", path)).code).toBe(0);
});

test("--json is one line with the suite in it", async () => {
  const policy = file("json.py", 'return context["prompt_data"]["phone"] != ""');
  const { code, out } = await run(
    "fuzz",
    policy,
    "--seed",
    "1",
    "--json",
    "--property",
    "denies-when-empty:phone",
  );
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    file: "json.py",
    seed: 1,
    properties: [
      {
        property: "denies-when-empty:phone",
        ok: false,
        why: 'it passed although request.context.prompt_data.phone is " "',
        context: { request: { context: { prompt_data: { phone: " " } } } },
        expect: { passing: false },
      },
    ],
    suite: expect.stringContaining("policy: "),
  });
});

test("a prompt stage of a blueprint says what there is", async () => {
  const policy = "fixtures/policies/phone-region.py";
  const stage = ["--blueprint", "fixtures/blueprints/sms-enrollment.yaml", "--stage"];
  expect((await run("fuzz", policy, "--runs", "200", ...stage, "enrollment-ask-phone")).out).toBe(
    "holds never-raises: 200 runs\n",
  );
  expect(await run("fuzz", policy, ...stage, "ask-phone")).toEqual({
    code: 2,
    out: "",
    err: expect.stringMatching(
      /^postern: fixtures\/blueprints\/sms-enrollment\.yaml has no prompt stage ask-phone: there are .*enrollment-ask-phone/,
    ),
  });
});

test("broken input ends with 2 and says what to do", async () => {
  const policy = file("broken.py", "return (");
  expect(await run("fuzz", policy)).toEqual({
    code: 2,
    out: "",
    err: `postern: ${policy}:1:8: SyntaxError: '(' was never closed\n`,
  });
  const good = file("good.py", "import requests\nreturn requests.get('https://x.example').ok");
  expect(await run("fuzz", good, "--runs", "5")).toEqual({
    code: 2,
    out: "",
    err: `postern: ${good}: nothing could be tried, because every run asks for what a search has no answer to (requests needs the capability "http", which this evaluation was not granted); write cases with stubs for it (postern test)\n`,
  });
  expect((await run("fuzz", good, "--stage", "x")).err).toBe(
    "postern: --blueprint and --stage go together: the file, and the name of a prompt stage in it\n",
  );
  expect((await run("fuzz", good, "--property", "no-such")).code).toBe(2);
});

test("diff prints the smallest difference, or after how many runs there was none", async () => {
  const before = file("old.py", 'return context["prompt_data"]["phone"].startswith("+1234")');
  const after = file("new.py", 'return context["prompt_data"]["phone"].startswith("+123")');
  const { code, out, err } = await run("diff", before, after, "--seed", "5");
  expect({ code, err }).toEqual({ code: 1, err: "" });
  expect(out).toMatch(
    /^old\.py denies\nnew\.py passes\n {2}after \d+ runs, made smaller \d+ times; --seed 5 repeats it\n/,
  );
  expect(out).toContain('phone: "+123"');
  expect(await run("diff", before, before, "--runs", "30")).toEqual({
    code: 0,
    out: "no difference found in 30 runs; that is no proof that there is none\n",
    err: "",
  });
});
