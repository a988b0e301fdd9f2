// Records what CPython 3.13 answers to the workloads: `node bench/record-answers.ts [PATH of CPython]`, written to
// fixtures/cpython/workloads.json, which the tests compare with.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findPython } from "./peers.ts";
import { SubjectProcess } from "./subjects/process.ts";
import type { Answer } from "./workloads/workloads.ts";
import { workloads } from "./workloads/workloads.ts";

/** Contexts whose answers are kept; every branch of the texts is among them. */
const KEPT = 16;

const python = findPython(process.argv[2]);
if (python === undefined) throw new Error("no CPython 3.13 found; its path is the only argument");
const cpython = new SubjectProcess("CPython", [
  python,
  "-I",
  join(import.meta.dirname, "subjects", "cpython.py"),
]);
const lines: string[] = [];
for (const workload of workloads) {
  const contexts = workload.contexts.slice(0, KEPT).map((context) => JSON.stringify(context));
  const answers = await cpython.ask<Answer[][]>("prepare", { task: { ...workload, contexts } });
  const rows = answers.map((row) => `  ${JSON.stringify(row)}`);
  lines.push(`"${workload.name}": [\n${rows.join(",\n")}\n]`);
}
await cpython.close();
writeFileSync(
  join(import.meta.dirname, "..", "fixtures", "cpython", "workloads.json"),
  `{\n${lines.join(",\n")}\n}\n`,
);
