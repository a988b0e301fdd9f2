// `.pyi` stubs: valid Python of both parsers, the names of the table, the attributes that the guest's objects have.
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { expressionStubs, RECORDS, USER } from "../../../engine/check/stubs.ts";
import { models } from "../../../engine/expressions/models/model.ts";
import { namesAtPlace, PLACES } from "../../../engine/expressions/places.ts";
import { parseBody } from "../../../engine/language/compile.ts";
import { engineUnderTest } from "../engine-under-test.ts";

const stubs = expressionStubs();
const isPython = spawnSync("python3.13", ["--version"]).status === 0;

describe.each(PLACES.map(({ place }) => place))("the stub of %s", (place) => {
  const text = stubs.get(place) as string;
  test("is Python, and declares every name of the place", () => {
    expect(() => parseBody(text)).not.toThrow();
    for (const { name, parameters } of namesAtPlace(place))
      expect(text).toContain(parameters === undefined ? `\n${name}: ` : `\ndef ${name}${parameters} -> `);
  });
});

test("they differ where the places do", () => {
  expect(stubs.get("prompt-validation")).not.toContain('Literal["flow_plan"]');
  expect(stubs.get("stage-run")).toContain('key: Literal["flow_plan"], /) -> FlowPlan: ...');
  expect(stubs.get("webhook-mapping")).not.toContain("def ak_message(");
});

test.runIf(isPython)("CPython's ast takes them, and every type that is named is declared", () => {
  const program = `import ast, builtins, json, sys
for place, text in json.load(sys.stdin).items():
    tree = ast.parse(text)
    known = set(dir(builtins))
    for node in tree.body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)): known.add(node.name)
        elif isinstance(node, ast.ImportFrom): known.update(a.name for a in node.names)
        elif isinstance(node, ast.Assign): known.update(t.id for t in node.targets)
        elif isinstance(node, ast.AnnAssign): known.add(node.target.id)
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign): types = [node.annotation]
        elif isinstance(node, ast.FunctionDef): types = [node.returns] if node.returns else []
        elif isinstance(node, ast.Assign): types = [node.value]
        else: continue
        for part in types:
            for name in ast.walk(part):
                if isinstance(name, ast.Name) and name.id not in known: print(place, name.id)
`;
  const input = JSON.stringify(Object.fromEntries(stubs));
  const { stdout, stderr, status } = spawnSync("python3.13", ["-c", program], { input, encoding: "utf8" });
  expect({ stdout, stderr, status }).toEqual({ stdout: "", stderr: "", status: 0 });
});

test("classes of rows have every field of the model", () => {
  const text = stubs.get("flow") as string;
  for (const { name, fields } of models.values()) {
    const start = text.indexOf(`\nclass ${name}:`);
    const own = text.slice(start, text.indexOf("\nclass ", start + 1));
    for (const field of fields.keys()) expect(own, name).toContain(`\n    ${field}: `);
  }
  expect(text).toMatch(/\nclass User:\n(?: {4}.*\n)*? {4}def all_groups\(self/);
});

const under = engineUnderTest();
test("the objects of a request have every attribute that is declared", async () => {
  const context = {
    request: {
      user: { pk: 1, username: "ann" },
      context: { flow_plan: { context: {} } },
      http_request: { META: { REMOTE_ADDR: "10.0.0.1" }, user: { pk: 1 } },
    },
  };
  const ask = (object: string, names: readonly string[]) =>
    under.run(`return [n for n in ${JSON.stringify(names)} if not hasattr(${object}, n)]`, context, "policy");
  const lists = [
    ["request", Object.keys(RECORDS.PolicyRequest as object)],
    [
      "request.http_request",
      [...Object.keys(RECORDS.HttpRequest as object), "get_host", "build_absolute_uri"],
    ],
    ["context['flow_plan']", [...Object.keys(RECORDS.FlowPlan as object), "redirect"]],
    ["request.user", Object.keys(USER)],
  ] as const;
  for (const [object, names] of lists) expect((await ask(object, names)).result, object).toEqual([]);
});
