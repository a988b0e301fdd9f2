// Expressions that stand in a blueprint: `eval`, `fuzz`, `diff` and `replay` find them by name, and say where they are wrong.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { library } from "../../cli/library.ts";
import { type Ended, postern } from "./command-line.ts";

vi.setConfig({ testTimeout: 60_000 });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-subject-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const run = (...args: string[]): Promise<Ended> => postern(args, { library });

const policy = (name: string, ...lines: string[]): string => `
  - model: authentik_policies_expression.expressionpolicy
    id: ${name}
    identifiers: { name: ${name} }
    attrs:
      expression: |
${lines.map((line) => `        ${line}\n`).join("")}`;
const blueprint = (...entries: string[]): string => `version: 1\nentries:\n${entries.join("")}`;
/** A prompt for a phone, which the policy `region` validates. */
const prompt = `
  - { model: authentik_stages_prompt.prompt, id: phone, identifiers: { name: phone }, attrs: { field_key: phone, label: Phone, type: text } }
  - { model: authentik_stages_prompt.promptstage, identifiers: { name: ask }, attrs: { fields: [!KeyOf phone], validation_policies: [!KeyOf region] } }
  - { model: authentik_stages_consent.consentstage, identifiers: { name: a model we do not have } }
`;
const REGION = 'return request.context["prompt_data"]["phone"].startswith("+41")';

describe("a blueprint's expression", () => {
  test("is evaluated by its name, and its errors are those of its own lines", async () => {
    const path = file(
      "eval.yaml",
      blueprint(policy("yes", "return True"), policy("no", "x = 1", "return x / 0")),
    );
    expect(await run("eval", path, "--name", "yes")).toEqual({ code: 0, out: "passed\n", err: "" });
    expect(await run("eval", path, "--name", "no")).toEqual({
      code: 1,
      out: `denied\nerror: ZeroDivisionError: division by zero\n  in no of ${path}, line 2\n  2 | return x / 0\n    |        ^\n`,
      err: "",
    });
  });

  test("needs no name where it is the only one, and is of the kind that its entry says", async () => {
    const path = file(
      "mapping.yaml",
      "version: 1\nentries:\n  - model: authentik_events.notificationwebhookmapping\n    identifiers: { name: m }\n    attrs: { expression: 'return {\"a\": 1}' }\n",
    );
    expect(await run("eval", path)).toEqual({ code: 0, out: '{\n  "a": 1\n}\n', err: "" });
  });

  test.each([
    ["without a name", [], "is a blueprint: say with --name which expression of it. There are yes, maybe"],
    [
      "with one that is nearly right",
      ["--name", "mayb"],
      "has no expression named mayb: did you mean maybe?",
    ],
    ["with one that is wrong", ["--name", "xyz"], "has no expression named xyz: there are yes, maybe"],
    ["of another kind", ["--name", "yes", "--kind", "mapping"], "is a blueprint without any mapping"],
  ])("that is not found %s ends with 2 and says what there is", async (_how, args, message) => {
    const path = file("two.yaml", blueprint(policy("yes", "return True"), policy("maybe", "return 1")));
    const { code, out, err } = await run("eval", path, ...args);
    expect({ code, out, err }).toEqual({ code: 2, out: "", err: `postern: ${path} ${message}\n` });
  });

  test("has no name in a file of its own", async () => {
    const path = file("alone.py", "return True");
    expect(await run("fuzz", path, "--name", "x")).toEqual({
      code: 2,
      out: "",
      err: `postern: ${path} is an expression by itself: leave out --name, or name a blueprint (.yaml)\n`,
    });
  });

  test("that does not compile is shown at its place in the blueprint", async () => {
    const path = file("broken.yaml", blueprint(policy("broken", "if True", "    return 1")));
    expect(await run("fuzz", path)).toEqual({
      code: 2,
      out: "",
      err: `postern: ${path}:9:16: SyntaxError: expected ':'\n`,
    });
  });

  test("that validates prompts is searched with what they collect, and what is found is a suite about the blueprint", async () => {
    const path = file("fuzz.yaml", blueprint(policy("region", REGION), prompt));
    // Elsewhere `prompt_data` may lack the phone: a KeyError.
    expect(await run("fuzz", path, "--seed", "1", "--runs", "100")).toEqual({
      code: 0,
      out: "holds never-raises: 100 runs\n",
      err: "",
    });
    const { code, out } = await run("fuzz", path, "--seed", "1", "--property", "not verdict.passing");
    expect(code).toBe(1);
    const suite = out.slice(out.indexOf("policy:"));
    expect(suite.startsWith(`policy:\n  blueprint: ${path}\n  name: region\ncases:\n`)).toBe(true);
    expect((await run("test", file("found.suite.yaml", suite))).code).toBe(0);
  });

  test("is compared with that of another version of the blueprint", async () => {
    const old = file("old.yaml", blueprint(policy("region", REGION), prompt));
    const young = file("young.yaml", blueprint(policy("region", REGION.replace("+41", "+4")), prompt));
    const { code, out } = await run("diff", old, young, "--name", "region", "--seed", "1");
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^region of ${old} denies\nregion of ${young} passes\n`));
  });

  test("takes the place of a recorded one", async () => {
    const path = file("against.yaml", blueprint(policy("yes", "return True"), policy("no", "return False")));
    const kept = join(folder, "kept.ndjson");
    await run("eval", path, "--name", "yes", "--record", kept);
    expect(await run("replay", kept, "--against", path, "--name", "no")).toEqual({
      code: 1,
      out: `${kept}, recording 1 (yes): was passed, would be denied\n1 recording: 1 decision would turn\n`,
      err: "",
    });
    expect((await run("replay", kept, "--name", "no")).code).toBe(2);
  });
});
