// Blueprints as authentik writes them at the command line: `postern test` checks what they hold, `postern import` says what it leaves out.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { library as realLibrary } from "../../cli/library.ts";
import { engineUnderTest } from "../engine/engine-under-test.ts";
import { postern, withEngine } from "./command-line.ts";

// The first command loads the whole library, on machines that do other things too.
vi.setConfig({ testTimeout: 120_000 });

const under = engineUnderTest();
const library = withEngine(realLibrary, () => under.engine);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-blueprints-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const blueprint = (expression: string): string => {
  const path = join(folder, "b.yaml");
  writeFileSync(
    path,
    `version: 1
entries:
- model: authentik_policies_expression.expressionpolicy
  identifiers: {name: staff}
  attrs:
    expression: |
      ${expression}
- model: authentik_providers_oauth2.scopemapping
  identifiers: {name: quota}
  attrs:
    scope_name: quota
    expression: 'return {"quota": 3}'
`,
  );
  return path;
};

test("`test` checks every expression, of models that Postern has and has not", async () => {
  const path = blueprint("return True");
  const { code, out, err } = await postern(["test", path], { library });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toBe(
    `${path}: staff: ok\n${path}: quota: ok\n${path}: 2 expressions checked: 0 errors, 0 warnings\n`,
  );
});

test("`test` fails for an error, at its line of the blueprint", async () => {
  const path = blueprint("return nothing");
  const { code, out } = await postern(["test", path], { library });
  expect(code).toBe(1);
  expect(out).toContain(`${path}:7:14: error: name 'nothing' is not defined`);
  expect(out).toContain(`${path}: 2 expressions checked: 1 error, 0 warnings\n`);
});

test.each(["test", "check", "import", "eval"])("`%s` says where a blueprint is none", async (command) => {
  const path = join(folder, "none.yaml");
  writeFileSync(path, "version: 1\nentries:\n  - model: [\n");
  expect(await postern([command, path], { library })).toEqual({
    code: 2,
    out: "",
    err: `postern: ${path}:4:1: YAML: a bracket or quote is not closed, or its lines are not indented (look for the ], } or quote that is missing)\n`,
  });
});

test("`test` runs suites beside blueprints, and one that fails is enough", async () => {
  const path = blueprint("return nothing");
  const suite = join(folder, "s.suite.yaml");
  writeFileSync(
    suite,
    `suite: S\nmapping: { blueprint: b.yaml, name: quota }\ncases:\n  - name: is three\n    expect: { payload: { quota: 3 } }\n`,
  );
  const { code, out } = await postern(["test", path, suite, "--slowest", "0"], { library });
  expect(out).toContain("1 error, 0 warnings");
  expect(out).toContain("1 case: 1 passed");
  expect(code).toBe(1);
});

test("`test` has no document of a blueprint, and says what has", async () => {
  const { code, err } = await postern(["test", blueprint("return True"), "--reporter", "tap"], { library });
  expect(code).toBe(2);
  expect(err).toContain("--reporter tap is about suites; check blueprints with `postern check --json`");
});

test("`import` names what it leaves out, on stderr and in its JSON", async () => {
  const path = blueprint("return True");
  const store = join(folder, "store.json");
  const { code, out, err } = await postern(["import", path, "--store", store, "--json"], { library });
  expect(code).toBe(0);
  expect(err).toContain(`${path}:8:3: Postern has no model "authentik_providers_oauth2.scopemapping"`);
  expect(JSON.parse(out)).toMatchObject({
    entries: [
      { action: "created" },
      {
        model: "authentik_providers_oauth2.scopemapping",
        action: "unsupported",
        line: 8,
        why: 'Postern has no model "authentik_providers_oauth2.scopemapping"',
      },
    ],
  });
  const strict = await postern(["import", path, "--store", `${store}.strict`, "--strict"], { library });
  expect(strict).toMatchObject({ code: 2, out: "" });
  expect(strict.err).toContain(`${path}:8:10: `);
  const again = await postern(["import", path, "--store", store], { library });
  expect(again.out).toBe(`${path}: 2 entries (1 unchanged, 1 unsupported); kept in ${store}\n`);
});
