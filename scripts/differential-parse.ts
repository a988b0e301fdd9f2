// Compares our parser with CPython's on files or on snippets; prints every difference and the share that agrees.
//
//   node scripts/differential-parse.ts FILE.py…            trees, kind by kind, with positions
//   node scripts/differential-parse.ts --snippets FILE.ndjson   one {"source": …} per line; trees or errors
//
// CPython 3.13 is `$PYTHON`, or `python3.13` on the path.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { PySyntaxError } from "../engine/language/diagnostics.ts";
import { parseModule } from "../engine/language/parser.ts";
import { errorDifference, errorShape, firstDifference, type Json, treeShape } from "./syntax-shape.ts";

interface Answer {
  readonly tree?: Json;
  readonly error?: { [key: string]: Json };
  readonly skipped?: string;
}

function compare(source: string, theirs: Answer): string | null {
  let ours: Answer;
  try {
    ours = { tree: treeShape(parseModule(source), source) };
  } catch (error) {
    if (!(error instanceof PySyntaxError))
      return `crash ${error instanceof Error ? error.stack : String(error)}`;
    ours = { error: errorShape(error, source) };
  }
  if (ours.tree !== undefined && theirs.tree !== undefined) return firstDifference(ours.tree, theirs.tree);
  if (ours.error === undefined || theirs.error === undefined) {
    return `ours ${JSON.stringify(ours.error ?? "accepts")} theirs ${JSON.stringify(theirs.error ?? "accepts")}`;
  }
  const difference = errorDifference(ours.error, theirs.error);
  return difference === null
    ? null
    : `${difference}: ours ${JSON.stringify(ours.error)} theirs ${JSON.stringify(theirs.error)}`;
}

const [first, ...rest] = process.argv.slice(2);
const sources: { name: string; source: string }[] =
  first === "--snippets"
    ? rest.flatMap((path) =>
        readFileSync(path, "utf8")
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => JSON.parse(line) as { source: string })
          .map(({ source }) => ({ name: JSON.stringify(source).slice(0, 300), source })),
      )
    : [first, ...rest].map((path) => ({ name: path, source: readFileSync(path, "utf8") }));

const python = spawn(process.env.PYTHON ?? "python3.13", ["fixtures/cpython/syntax_tree.py"], {
  stdio: ["pipe", "pipe", "inherit"],
});
python.stdin.end(sources.map(({ source }) => `${JSON.stringify({ source })}\n`).join(""));
let index = 0;
let agreed = 0;
for await (const line of createInterface({ input: python.stdout })) {
  const { name, source } = sources[index++];
  const difference = compare(source, JSON.parse(line) as Answer);
  if (difference === null) agreed++;
  else console.log(`${name}\n    ${difference}`);
}
console.log(`${agreed} of ${sources.length} agree`);
