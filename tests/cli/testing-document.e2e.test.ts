// docs/testing.md: its commands are run in its order, in a folder of their own, and print what it says.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { library } from "../../cli/library.ts";
import { loadSuite } from "../../testing/suite/load.ts";
import { postern } from "./command-line.ts";

const document = readFileSync(new URL("../../docs/testing.md", import.meta.url), "utf8");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-walk-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A step of the walk: a command with what it prints, or a change of a file. */
type Step =
  | { readonly kind: "command"; readonly args: string[]; readonly out: string }
  | { readonly kind: "add" | "change"; readonly file: string; readonly text: string };

function steps(): Step[] {
  const walk = document.slice(document.indexOf("## A walk"), document.indexOf("## What a suite says"));
  const found: Step[] = [];
  const block = /(?:<!-- (add to|change) (\S+) -->\n)?```(\w+)\n([\s\S]*?)```/g;
  for (const [, how, file = "", language, text = ""] of walk.matchAll(block)) {
    if (how !== undefined) found.push({ kind: how === "change" ? "change" : "add", file, text });
    else if (language === "console") {
      for (const [, command = "", out = ""] of text.matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gm))
        found.push({ kind: "command", args: command.split(" "), out });
    }
  }
  return found;
}

/** Times differ from run to run, steps from one engine to the next. */
const timeless = (text: string): string =>
  text
    .replace(/, [\d.]+ ms/g, "")
    .replace(/\(\d+ ms\)/g, "(N ms)")
    .replace(/\d+ steps?/g, "N steps");

test("the walk is as it is written", async () => {
  let at = folder;
  const codes: number[] = [];
  const cwd = vi.spyOn(process, "cwd").mockImplementation(() => at);
  try {
    for (const step of steps()) {
      if (step.kind === "command") {
        const [program, ...args] = step.args;
        if (program === "cd") {
          at = join(at, args[0] as string);
          continue;
        }
        expect(program).toBe("postern");
        const given = args.map((arg) => (/\.yaml$/.test(arg) ? join(at, arg) : arg));
        if (args[0] === "init") given[1] = join(at, args[1] as string);
        if (args[0] === "test" && !given.some((arg) => arg.endsWith(".yaml"))) given.push(at);
        const { code, out, err } = await postern(given, { library });
        expect(err).toBe("");
        codes.push(code);
        expect(timeless(out.replaceAll(`${folder}/`, ""))).toBe(timeless(step.out));
        continue;
      }
      const path = join(at, step.file);
      const before = readFileSync(path, "utf8");
      if (step.kind === "add") writeFileSync(path, before + step.text);
      else {
        const [, removed = "", added = ""] = /^-(.*)\n\+(.*)\n$/.exec(step.text) ?? [];
        expect(before).toContain(removed);
        writeFileSync(path, before.replace(removed, added));
      }
    }
  } finally {
    cwd.mockRestore();
  }
  expect(codes).toEqual([0, 0, 1, 1, 0]);
});

test("init writes over nothing unless it is told to", async () => {
  const there = join(folder, "phones");
  const refused = await postern(["init", there], { library });
  expect(refused.code).toBe(2);
  expect(refused.err).toMatch(
    /^postern: .*sms-enrollment\.yaml, .* are there already; nothing was written \(--force writes over them\)\n$/,
  );
  expect((await postern(["init", there, "--force"], { library })).code).toBe(0);
});

test("the suites it shows are suites", async () => {
  const shown = [...document.matchAll(/```yaml\n([\s\S]*?)```/g)]
    .map(([, text]) => text as string)
    .filter((text) => /^(?:policy|flow):/m.test(text));
  expect(shown).toHaveLength(2);
  writeFileSync(join(folder, "phone-region.py"), "return True\n");
  for (const text of shown) {
    const file = join(folder, "shown.suite.yaml");
    writeFileSync(
      file,
      text.replace(/\.\.\/policies\//, "").replace(/\.\.\/blueprints/, "phones/blueprints"),
    );
    expect((await loadSuite(file)).cases.length).toBeGreaterThan(0);
  }
});
