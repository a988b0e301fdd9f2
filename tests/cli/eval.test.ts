// `postern eval`: what it prints, which exit code it ends with, what it says about broken input.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { library as realLibrary } from "../../cli/library.ts";
import { ExpressionSyntaxError } from "../../engine/errors.ts";
import { failure, outcome, postern, scriptedEngine } from "./command-line.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-eval-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("a policy", () => {
  test("that passes says so and ends with 0", async () => {
    const library = scriptedEngine(() => outcome());
    const source = file("pass.py", "return True\n");
    expect(await postern(["eval", source], { library })).toEqual({ code: 0, out: "passed\n", err: "" });
    expect(library.asked).toEqual([
      { name: "pass.py", kind: "policy", source: "return True\n", context: {} },
    ]);
    expect(library.closed).toBe(true);
  });

  test("that is denied shows its messages and logs, with control characters escaped, and ends with 1", async () => {
    const library = scriptedEngine(() =>
      outcome({
        passing: false,
        messages: ["not you\u001b[31m\nsecond line"],
        logs: [{ level: "warning", event: "odd number", attributes: { phone: "+49" } }],
      }),
    );
    expect(await postern(["eval", "-"], { library, stdin: "return False" })).toEqual({
      code: 1,
      out: 'denied\n  message: not you\\x1b[31m\\nsecond line\n  log warning: odd number phone="+49"\n',
      err: "",
    });
  });

  test("that returns nothing is denied with a note, because a missing `return` is easily overlooked", async () => {
    const library = scriptedEngine(() => outcome({ passing: false, none: true, repr: "None" }));
    expect((await postern(["eval", "-"], { library, stdin: "True" })).out).toBe(
      "denied\n  note: nothing was returned; a policy passes only on `return` of a true value\n",
    );
  });

  test("that raises is denied and shows the source line with a caret", async () => {
    const library = scriptedEngine(() =>
      failure({
        type: "ZeroDivisionError",
        message: "division by zero",
        line: 2,
        column: 9,
        traceback: "…",
      }),
    );
    expect(await postern(["eval", "-"], { library, stdin: "a = 0\n\treturn 1/a\n" })).toEqual({
      code: 1,
      out: [
        "denied",
        "error: ZeroDivisionError: division by zero",
        "  in stdin, line 2",
        "  2 | \\treturn 1/a",
        "    |          ^",
        "",
      ].join("\n"),
      err: "",
    });
  });

  test("that does not parse is broken input: 2, with CPython's words and caret", async () => {
    const broken = new ExpressionSyntaxError(
      "SyntaxError",
      "invalid syntax",
      "bad.py",
      1,
      4,
      "    if :\n       ^",
    );
    const library = scriptedEngine(
      () => outcome(),
      () => {
        throw broken;
      },
    );
    const path = file("bad.py", "if :\n");
    expect(await postern(["eval", path], { library })).toEqual({
      code: 2,
      out: `denied\nerror: SyntaxError: invalid syntax\n  in ${path}, line 1\n  1 | if :\n    |    ^\n`,
      err: "",
    });
    const { out } = await postern(["eval", path, "--json"], { library });
    expect(JSON.parse(out)).toEqual({
      ok: false,
      passing: false,
      messages: [],
      error: {
        type: "SyntaxError",
        message: "invalid syntax",
        line: 1,
        column: 4,
        traceback: '  File "bad.py", line 1\n    if :\n       ^\nSyntaxError: invalid syntax\n',
      },
    });
  });
});

describe("a mapping and an expression", () => {
  test("a mapping's value is laid out, or left as the engine wrote it where a number would change", async () => {
    const small = scriptedEngine(() => outcome({ resultJson: '{"to":"+1"}' }));
    expect((await postern(["eval", "-", "--kind", "mapping"], { library: small, stdin: "x" })).out).toBe(
      '{\n  "to": "+1"\n}\n',
    );
    const big = scriptedEngine(() => outcome({ resultJson: '{"n":12345678901234567890}', passing: false }));
    const ended = await postern(["eval", "-", "--kind", "mapping"], { library: big, stdin: "x" });
    expect(ended).toEqual({ code: 0, out: '{"n":12345678901234567890}\n', err: "" });
  });

  test("an expression's value is shown as Python shows it; false is no failure", async () => {
    const library = scriptedEngine(() =>
      outcome({ repr: "{'a': 1.0}", resultJson: '{"a":1.0}', passing: false }),
    );
    expect(await postern(["eval", "-", "--kind", "expression"], { library, stdin: "x" })).toEqual({
      code: 0,
      out: "{'a': 1.0}\n",
      err: "",
    });
  });

  test("--json prints the whole outcome with the result as the engine wrote it", async () => {
    const library = scriptedEngine(() =>
      outcome({ repr: "2 ** 64", resultJson: "18446744073709551616", steps: 7 }),
    );
    const { out } = await postern(["eval", "-", "--kind", "expression", "--json"], { library, stdin: "x" });
    expect(out).toBe(
      '{"ok":true,"result":18446744073709551616,"repr":"2 ** 64","messages":[],"logs":[],"steps":7}\n',
    );
  });
});

describe("the context", () => {
  test("may be YAML or JSON, and its numbers arrive as they stand", async () => {
    const library = scriptedEngine(() => outcome());
    const yaml = file("c.yaml", "a: 1.0\nb: 12345678901234567890\nc: 5\nd: [0.5, 1e3]\ne: '1.0'\nf: 0x10\n");
    await postern(["eval", "-", "--context", yaml], { library, stdin: "x" });
    const json = file("c.json", '{"a":1.0,"b":12345678901234567890,"c":5,"d":[0.5,1e3],"e":"1.0","f":16}');
    await postern(["eval", "-", "--context", json], { library, stdin: "x" });
    const exact = '{"a":1.0,"b":12345678901234567890,"c":5,"d":[0.5,1e3],"e":"1.0","f":16}';
    expect(library.asked.map((asked) => JSON.stringify(asked.context))).toEqual([exact, exact]);
  });

  test.each([
    ["a: [1", /^postern: .*c\.yaml:1:6: a bracket or quote is not closed, .*\n$/],
    ["- 1\n", /^postern: .*c\.yaml: a context is a mapping of variable names to values, not a list\n$/],
    ["a: .inf\n", /^postern: .*c\.yaml:1:4: \.inf is not a number that JSON can carry\n$/],
    ["a: 1\na: 2\n", /^postern: .*c\.yaml:2:1: Map keys must be unique\n$/],
    ["a: !secret 1\n", /^postern: .*c\.yaml:1:4: Unresolved tag: !secret\n$/],
    [new Uint8Array([0x61, 0xff]), /^postern: .*c\.yaml: is not UTF-8 text\n$/],
  ])("that cannot be used (%j) is refused with its place", async (text, message) => {
    const ended = await postern(["eval", "-", "--context", file("c.yaml", text)], { stdin: "x" });
    expect(ended.err).toMatch(message);
    expect(ended).toMatchObject({ code: 2, out: "" });
  });
});

describe("usage", () => {
  test.each([
    [["eval"], "postern: name the expression's file, or - for stdin\n"],
    [["eval", "/nowhere/x.py"], "postern: /nowhere/x.py: there is no such file\n"],
    [["eval", "/"], "postern: /: is a folder, not a file\n"],
    [
      ["eval", "-", "--context", "-"],
      "postern: the expression and the context cannot both be stdin; give one of them as a file\n",
    ],
    [
      ["eval", "x.py", "--batch"],
      "postern: --batch reads its expressions and contexts from stdin; leave out the file, --context and --name\n",
    ],
    [
      ["eval", "-", "--limit-steps", "0"],
      "error: option '--limit-steps <n>' argument '0' is invalid. It must be a whole number from 1.\n(add --help for what there is)\n",
    ],
    [
      ["eval", "-", "--kind", "rule"],
      "error: option '--kind <kind>' argument 'rule' is invalid. Allowed choices are policy, mapping, expression.\n(add --help for what there is)\n",
    ],
    [["evil"], "error: unknown command 'evil'\n(Did you mean eval?)\n(add --help for what there is)\n"],
  ])("%j is refused with 2", async (args, message) => {
    expect(await postern(args)).toEqual({ code: 2, out: "", err: message });
  });

  test("limits are handed to the engine", async () => {
    const library = scriptedEngine(() => outcome());
    const limits = [
      "--limit-steps",
      "5_000",
      "--limit-cpu-ms",
      "7",
      "--limit-memory-mb",
      "8",
      "--limit-wall-ms",
      "9",
    ];
    await postern(["eval", "-", ...limits], { library, stdin: "x" });
    expect(library.options).toEqual({ limits: { steps: 5000, cpuMs: 7, memoryMb: 8, wallMs: 9 } });
  });

  test("help and version end with 0", async () => {
    expect(await postern(["--version"])).toMatchObject({ code: 0, out: "0.1.0\n" });
    for (const command of ["eval", "check", "run", "import"]) {
      const { code, out } = await postern([command, "--help"]);
      expect(code).toBe(0);
      expect(out).toContain(`Usage: postern ${command}`);
      expect(out).toContain("Exit code: 0");
    }
  });

  test("colour is there only where it is wanted", async () => {
    const library = scriptedEngine(() => outcome());
    expect((await postern(["eval", "-"], { library, stdin: "x", color: true })).out).toBe(
      "\u001b[32mpassed\u001b[39m\n",
    );
  });
});

describe("a name that another site has", () => {
  const undefinedName = (name: string) =>
    scriptedEngine(() =>
      failure({ type: "NameError", message: `name '${name}' is not defined`, traceback: "", line: 1 }),
    );
  test("is noted under CPython's error, which stays as it is", async () => {
    const library = { ...undefinedName("user"), expressionPlaces: realLibrary.expressionPlaces };
    expect((await postern(["eval", "-"], { library, stdin: "return user" })).out).toContain(
      "NameError: name 'user' is not defined\n  in stdin, line 1\n",
    );
    expect((await postern(["eval", "-"], { library, stdin: "return user" })).out).toContain(
      "  note: 'user' is not available at policies; it is at expressions of prompts, webhook mappings and property mappings\n",
    );
  });
  test("is not noted where no site has it", async () => {
    const library = { ...undefinedName("nonsense"), expressionPlaces: realLibrary.expressionPlaces };
    expect((await postern(["eval", "-"], { library, stdin: "return nonsense" })).out).not.toContain("note:");
  });
});
