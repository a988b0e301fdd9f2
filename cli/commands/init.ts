// `postern init`: writes an example to start from, the one that our own tests run.
import { readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import type { CommandHost } from "../host.ts";
import { exit, UsageError, write } from "../io.ts";
import { makeFolder } from "../make-folder.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);
const SCHEMAS = fileURLToPath(new URL("../../schemas", import.meta.url));

/** A file that is written: its name there, the fixture that it is, and what it is about. */
interface ExampleFile {
  readonly name: string;
  readonly fixture: string;
  readonly what: string;
}

/** What is written. */
export const exampleFiles: readonly ExampleFile[] = [
  {
    name: "blueprints/sms-enrollment.yaml",
    fixture: "blueprints/sms-enrollment.yaml",
    what: "flows that enrol a phone by SMS",
  },
  {
    name: "suites/phone-region.suite.yaml",
    fixture: "suites/blueprint.suite.yaml",
    what: "cases of the blueprint's policy",
  },
  {
    name: "suites/enrollment.suite.yaml",
    fixture: "suites/enrollment.suite.yaml",
    what: "a whole enrolment, step by step",
  },
];

/** The first line, by which editors find the schema, as it has to be where the file stands. */
function withSchema(text: string, file: string): string {
  const schema = join(SCHEMAS, file.endsWith(".suite.yaml") ? "suite.schema.json" : "blueprint.schema.json");
  const path = relative(dirname(file), schema).split(sep).join("/");
  const line = `# yaml-language-server: $schema=${path}`;
  const marked = /^# yaml-language-server: \$schema=.*$/m;
  return marked.test(text) ? text.replace(marked, line) : `${line}\n${text}`;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

/** Adds `init` to the program. */
export function addInitCommand(program: Command, host: CommandHost): void {
  program
    .command("init")
    .summary("write an example blueprint and its suites")
    .description(
      "Writes a blueprint with a policy, mappings and flows, and suites about them, to start from. docs/testing.md goes on from there.",
    )
    .argument("[folder]", "where to; it is made where it is missing", ".")
    .option("--force", "write over files that are there")
    .addHelpText(
      "after",
      "\nExit code: 0 written, 2 files are there already, or the folder cannot be written.",
    )
    .action(async (folder: string, { force = false }: { force?: boolean }) => {
      const targets = exampleFiles.map((file) => ({ ...file, file: resolve(folder, file.name) }));
      const taken: string[] = [];
      for (const { name, file } of targets)
        if (!force && (await isThere(file))) taken.push(join(folder, name));
      if (taken.length > 0) {
        const verb = taken.length === 1 ? "is" : "are";
        throw new UsageError(
          `${taken.join(", ")} ${verb} there already; nothing was written (--force writes over them)`,
        );
      }
      for (const { file, fixture } of targets) {
        const text = await readFile(new URL(fixture, FIXTURES), "utf8");
        try {
          await makeFolder(dirname(file));
          await writeFile(file, withSchema(text, file));
        } catch (error) {
          throw new UsageError(`${file}: cannot be written: ${(error as Error).message}`);
        }
      }
      const width = Math.max(...targets.map(({ name }) => name.length));
      const lines = targets.map(({ name, what }) => `${name.padEnd(width)}  ${host.io.color.dim(what)}\n`);
      const go = folder === "." ? "" : `cd ${folder} && `;
      await write(host.io.stdout, `${lines.join("")}\nnext: ${go}postern test\n`);
      host.end(exit.pass);
    });
}
