// Every code block of every document: programs run, commands print what is shown, files are what programs and commands use.
import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createEngine, type Engine } from "../../engine/index.ts";
import { readSteps } from "./document.ts";
import { elsewhere } from "./elsewhere.ts";
import { wordsOf } from "./shell.ts";
import { isAsShown, walkDocument } from "./walk.ts";

// A walk starts many processes.
vi.setConfig({ testTimeout: 180_000 });

const root = join(import.meta.dirname, "../..");

function documents(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return entry.name === "node_modules" || entry.name === "dist" || entry.name.startsWith(".")
        ? []
        : documents(path);
    return entry.name.endsWith(".md") ? [relative(root, path)] : [];
  });
}

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine();
});
afterAll(() => engine.close());

test.each(documents(root).sort())("%s is as it says", async (name) => {
  await walkDocument(name, () => engine);
});

test("tests that run commands of documents are there", () => {
  for (const place of elsewhere.values())
    if ("test" in place) expect(existsSync(join(root, place.test)), place.test).toBe(true);
});

describe("the reader of documents", () => {
  const fenced = (language: string, text: string, marker = "") =>
    `${marker}\n\`\`\`${language}\n${text}\n\`\`\`\n`;

  test("refuses a block that nothing would run", () => {
    for (const language of ["python", "yaml", "json", "", "diff", "js"])
      expect(() => readSteps(fenced(language, "x"), "page.md")).toThrow(
        /^page\.md:2: nothing runs a block of/,
      );
    expect(() => readSteps(fenced("ts", "x", "<!-- fiel a.ts -->"), "page.md")).toThrow(
      "page.md:2: nothing runs <!-- fiel a.ts -->",
    );
    expect(() => readSteps("```sh\nls\n", "page.md")).toThrow("page.md:1: the block has no end");
  });

  test("knows each kind of block by its language or the comment before it", () => {
    const text = [
      "<!-- given a.yaml: fixtures/a.yaml -->",
      fenced("console", "$ postern --version"),
      fenced("sh", "postern --version"),
      fenced("ts", "run();", "<!-- with\nconst run = () => {};\n-->"),
      fenced("py", "x", "<!-- file x.py -->"),
      fenced("", "o", "<!-- picture -->"),
    ].join("\n");
    expect(readSteps(text, "page.md")).toEqual([
      { kind: "given", line: 1, path: "a.yaml", from: "fixtures/a.yaml" },
      { kind: "session", line: 3, text: "$ postern --version\n" },
      { kind: "commands", line: 8, text: "postern --version\n" },
      { kind: "program", line: 15, text: "run();\n", before: "const run = () => {};\n" },
      { kind: "file", line: 20, path: "x.py", text: "x\n" },
      { kind: "picture", line: 25 },
    ]);
  });

  test("compares what is printed with what is shown, times and omissions aside", () => {
    expect(isAsShown("4 cases (12 ms)\n", "4 cases (4828 ms)\n")).toBe(true);
    expect(isAsShown("5 cases\n", "4 cases\n")).toBe(false);
    expect(isAsShown("the key ab12 is new\n", "the key … is new\n")).toBe(true);
    expect(isAsShown("first\na\nb\nlast\n", "first\n…\nlast\n")).toBe(true);
    expect(isAsShown("first\na\nb\n", "first\n…\nlast\n")).toBe(false);
    expect(isAsShown("one\ntwo\n", "one\n")).toBe(false);
  });

  test("takes command lines apart as a shell does", () => {
    expect(wordsOf(`postern fuzz a.py --property 'a or b' --x "c d"e # why`)).toEqual([
      ..."postern fuzz a.py --property".split(" "),
      "a or b",
      "--x",
      "c de",
    ]);
  });
});
