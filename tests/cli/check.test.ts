// `postern check`: findings as text and as JSON, exit codes, blueprints with their own lines.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { library } from "../../cli/library.ts";
import { postern } from "./command-line.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-check-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test("a file without findings is ok, and the command ends with 0", async () => {
  const good = file("good.py", "return True\n");
  expect(await postern(["check", good], { library })).toEqual({ code: 0, out: `${good}: ok\n`, err: "" });
});

test("an error shows its place, the line with carets, and a hint, and ends with 1", async () => {
  const bad = file("bad.py", "import re\nreturn re.serach('a', 'b')\n");
  expect(await postern(["check", bad], { library })).toEqual({
    code: 1,
    out: [
      `${bad}:2:8: error: module 're' has no attribute 'serach' [unknown-attribute]`,
      "  2 | return re.serach('a', 'b')",
      "    |        ^^^^^^^^^",
      "  hint: did you mean 'search'?",
      "",
    ].join("\n"),
    err: "",
  });
});

test("a syntax error is CPython's", async () => {
  const odd = file("odd.py", "x =\n");
  expect((await postern(["check", odd], { library })).out).toBe(
    `${odd}:1:4: error: SyntaxError: invalid syntax [syntax]\n  1 | x =\n    |    ^\n`,
  );
});

test("warnings alone end with 0, and with 1 under --strict", async () => {
  const source = "request.user.is_superuser\n";
  const run = (...args: string[]) => postern(["check", "-", ...args], { library, stdin: source });
  expect(await run()).toMatchObject({ code: 0, out: expect.stringContaining("stdin:1:1: warning:") });
  expect((await run("--strict")).code).toBe(1);
});

test("--kind says where the expression stands, --variable what its context adds", async () => {
  const run = (source: string, ...args: string[]) =>
    postern(["check", "-", ...args], { library, stdin: source });
  expect((await run("return user.email")).code).toBe(1);
  expect((await run("return user.email", "--kind", "mapping")).code).toBe(0);
  expect((await run("return tenant.name")).code).toBe(1);
  expect((await run("return tenant.name", "--variable", "tenant")).code).toBe(0);
});

test("--json prints the findings as data, a line for each expression", async () => {
  const good = file("good.py", "return True\n");
  const bad = file("worse.py", "return len()\n");
  const { out, code } = await postern(["check", "--json", good, bad], { library });
  expect(code).toBe(1);
  expect(
    out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { file: good, ok: true, diagnostics: [] },
    {
      file: bad,
      ok: false,
      diagnostics: [
        {
          code: "wrong-arguments",
          severity: "error",
          message: "len() takes exactly one argument (0 given)",
          line: 1,
          column: 8,
          endLine: 1,
          endColumn: 13,
          notes: ["it takes len(obj, /)"],
          place: expect.objectContaining({ line: 1, column: 8 }),
        },
      ],
    },
  ]);
});

test("every expression of a blueprint is checked at its site, with the YAML's lines", async () => {
  const blueprint = file(
    "flow.yaml",
    `version: 1
metadata:
  name: test
entries:
  - model: authentik_policies_expression.expressionpolicy
    id: policy
    identifiers:
      name: broken-policy
    attrs:
      expression: |
        if request.user.is_superuser:
            return Falsy
        return False
  - model: authentik_events.notificationwebhookmapping
    identifiers:
      name: fine-mapping
    attrs:
      expression: 'return {"message": token}'
  - model: authentik_stages_prompt.prompt
    identifiers:
      name: phone
    attrs:
      field_key: phone
      label: Phone
      type: text
      initial_value: return usr.name
      initial_value_expression: true
`,
  );
  const { out, code } = await postern(["check", blueprint], { library });
  expect(code).toBe(1);
  expect(out).toBe(
    [
      `${blueprint}:12:20: error: name 'Falsy' is not defined [unknown-name]`,
      "  2 |     return Falsy",
      "    |            ^^^^^",
      "  hint: did you mean 'False'?",
      `${blueprint}: fine-mapping: ok`,
      `${blueprint}:26:29: error: name 'usr' is not defined [unknown-name]`,
      "  1 | return usr.name",
      "    |        ^^^",
      "  hint: did you mean 'user'?",
      "",
    ].join("\n"),
  );
});

test("a binding by which an error would skip a login's stage is a warning, other bindings are not", async () => {
  const blueprint = (binding: string, stage = "authentik_stages_password.passwordstage") => `version: 1
entries:
  - {model: ${stage}, id: guard, identifiers: {name: "ask them"}}
  - {model: authentik_policies_expression.expressionpolicy, id: p, identifiers: {name: p}, attrs: {expression: return True}}
  - {model: authentik_flows.flowstagebinding, id: b, identifiers: {target: !Find [authentik_flows.flow, [slug, f]], stage: !KeyOf guard, order: 0}}
  - model: authentik_policies.policybinding
    identifiers: {target: !KeyOf b, policy: !KeyOf p, order: 0}
    attrs: {${binding}}
`;
  const check = (text: string, ...args: string[]) =>
    postern(["check", file("bindings.yaml", text), ...args], { library });
  const risky = "postern_compatibility: authentik";
  expect(await check(blueprint(risky))).toMatchObject({
    code: 0,
    out: [
      `${join(folder, "bindings.yaml")}: p: ok`,
      `${join(folder, "bindings.yaml")}:8:36: warning: an error in this policy would skip "ask them", and let people in without it [skipped-on-error]`,
      "  8 |     attrs: {postern_compatibility: authentik}",
      "    |                                    ^^^^^^^^^",
      '  note: "ask them" is an authentik_stages_password.passwordstage',
      "  hint: leave postern_compatibility out: the flow then stops on an error, and can be tried again",
      "",
    ].join("\n"),
  });
  expect((await check(blueprint(risky), "--strict")).code).toBe(1);
  for (const model of [
    "authentik_stages_identification.identificationstage",
    "authentik_stages_authenticator_validate.authenticatorvalidatestage",
    "authentik_stages_authenticator_sms.authenticatorsmsstage",
  ]) {
    expect((await check(blueprint(risky, model), "--json")).out).toContain('"skipped-on-error"');
  }
  for (const [binding, model] of [
    ["postern_compatibility: postern"],
    ["timeout: 3"],
    [`${risky}, failure_result: true`],
    [`${risky}, enabled: false`],
    [risky, "authentik_stages_dummy.dummystage"],
  ]) {
    expect((await check(blueprint(binding ?? "", model), "--strict")).code).toBe(0);
  }
  const found = blueprint(risky).replace(
    "stage: !KeyOf guard",
    "stage: !Find [authentik_stages_password.passwordstage, [name, elsewhere]]",
  );
  expect((await check(found)).out).toContain('would skip "elsewhere"');
});

test("a flow that adds an authenticator without a login is a warning, in the lines of the blueprint", async () => {
  const phones = join(import.meta.dirname, "../../fixtures/blueprints/phone-settings.yaml");
  const out = [
    `${phones}:34:48: warning: a browser that was left logged in is enough to add an authenticator by "sms" [setup-without-login]`,
    "  34 |     identifiers: { target: !KeyOf flow, stage: !KeyOf sms, order: 10 }",
    "     |                                                ^^^^^^^^^^",
    '  note: "sms" is an authentik_stages_authenticator_sms.authenticatorsmsstage',
    "  note: no stage before it in the flow asks for a login",
    "  hint: put a password stage before it, or a validation stage with `not_configured_action: deny`",
    "",
  ].join("\n");
  expect(await postern(["check", phones], { library })).toMatchObject({ code: 0, out });
  expect((await postern(["check", phones, "--strict"], { library })).code).toBe(1);
});

test("a file that is not there ends with 2", async () => {
  expect(await postern(["check", join(folder, "none.py")], { library })).toMatchObject({ code: 2, out: "" });
});

test("--site says where exactly; places of another kind, and unknown ones, are wrong usage", async () => {
  const run = (source: string, ...args: string[]) =>
    postern(["check", "-", ...args], { library, stdin: source });
  const planned = 'return context["flow_plan"] is not None\n';
  expect((await run(planned)).code).toBe(0);
  expect((await run(planned, "--site", "stage-plan")).code).toBe(0);
  expect(await run(planned, "--site", "stage-plan", "--site", "prompt-validation")).toMatchObject({
    code: 1,
    out: expect.stringContaining(
      "stdin:1:16: error: 'flow_plan' is not available at prompt validation; it is at flow policies and stage policies [missing-context-key]",
    ),
  });
  expect((await run("return token", "--site", "webhook-mapping")).code).toBe(0);
  expect(await run(planned, "--site", "stage-plan", "--kind", "mapping")).toMatchObject({
    code: 2,
    err: expect.stringContaining("--site stage-plan is a policy's, and this is checked as a mapping"),
  });
  expect(await run(planned, "--site", "stage")).toMatchObject({
    code: 2,
    err: expect.stringContaining(
      "--site stage: there is no such site; there are flow, stage-plan, stage-run,",
    ),
  });
});

test("a blueprint's policies are checked where it binds them", async () => {
  const blueprint = (flags: string, extra = "") => `version: 1
entries:
  - {model: authentik_flows.flow, id: flow, identifiers: {slug: f}, attrs: {name: f, title: f, designation: enrollment}}
  - {model: authentik_stages_dummy.dummystage, id: stage, identifiers: {name: s}}
  - model: authentik_policies_expression.expressionpolicy
    id: policy
    identifiers: {name: shared}
    attrs:
      expression: |
        ak_message("no phone")
        return bool(context["prompt_data"]["phone"])
  - {model: authentik_flows.flowstagebinding, id: binding, identifiers: {target: !KeyOf flow, stage: !KeyOf stage, order: 0}, attrs: {${flags}}}
  - {model: authentik_policies.policybinding, identifiers: {target: !KeyOf binding, policy: !KeyOf policy, order: 0}}
${extra}`;
  const codes = async (text: string) => {
    const { out } = await postern(["check", "--json", file("bound.yaml", text)], { library });
    const [line = ""] = out.split("\n");
    return (JSON.parse(line).diagnostics as { code: string; place: { line: number } }[]).map(
      ({ code, place }) => `${place.line} ${code}`,
    );
  };
  expect(await codes(blueprint(""))).toEqual(["10 unseen-message"]);
  expect(await codes(blueprint("evaluate_on_plan: true"))).toEqual([
    "10 unseen-message",
    "11 missing-context-key",
  ]);
  expect(await codes(blueprint("evaluate_on_plan: false, re_evaluate_policies: false"))).toEqual([]);
  const validated =
    "  - {model: authentik_stages_prompt.promptstage, identifiers: {name: p}, attrs: {fields: [], validation_policies: [!Find [authentik_policies_expression.expressionpolicy, [name, shared]]]}}\n";
  expect(await codes(blueprint("", validated))).toEqual([]);
  const denied = blueprint("re_evaluate_policies: false")
    .replace("designation: enrollment", "designation: enrollment, denied_action: continue")
    .replace("target: !KeyOf binding, policy", "target: !KeyOf flow, policy");
  expect(await codes(denied)).toEqual(["10 unseen-message", "11 missing-context-key"]);
  const welcome = (flow: string): string =>
    blueprint("")
      .replace('ak_message("no phone")', 'ak_message("welcome")')
      .replace('return bool(context["prompt_data"]["phone"])', "return True")
      .replace("designation: enrollment", `designation: enrollment${flow}`)
      .replace("target: !KeyOf binding, policy", "target: !KeyOf flow, policy");
  expect(await codes(welcome(""))).toEqual(["10 unseen-message"]);
  expect(await codes(welcome(", policy_engine_mode: any"))).toEqual(["10 unseen-message"]);
  // Another policy may deny the flow, and then this message is shown with its own.
  expect(await codes(welcome(", policy_engine_mode: all"))).toEqual([]);
});
