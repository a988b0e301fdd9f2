// Does what a document says, in a folder of its own, and compares what comes of it with what the document shows.
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import type { Engine } from "../../engine/index.ts";
import { DocumentError, type Edit, readSteps, type Step } from "./document.ts";
import { elsewhere } from "./elsewhere.ts";
import { type Ended, programEnvironment, Shell, wordsOf } from "./shell.ts";

const root = join(import.meta.dirname, "../..");
const runFile = promisify(execFile);

/** A command with what the document says it prints. */
interface Shown {
  readonly command: string;
  readonly out: string;
  readonly line: number;
}

/** Whether the text is as the document shows it: times and steps may differ, and `…` stands for anything of a line, alone in a line for lines. */
export function isAsShown(text: string, shown: string): boolean {
  const pattern = timeless(shown)
    .split("\n")
    .map((line) => (line.trim() === "…" ? "(?:.*\n)*?" : `${line.split("…").map(literally).join(".*")}\n`))
    .join("")
    .slice(0, -1);
  return new RegExp(`^${pattern}$`).test(timeless(text));
}

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** Times differ from run to run, steps from one engine to the next. */
export const timeless = (text: string): string =>
  text
    .replace(/, [\d.]+ ms/g, "")
    .replace(/[\d.]+ ms/g, "N ms")
    .replace(/\d+ steps?/g, "N steps");

/** One walk through a document. */
export class Walk {
  readonly #name: string;
  readonly #folder: string;
  readonly #shell: Shell;
  /** Files that the document has made, by whether something has used them since. */
  readonly #files = new Map<string, { line: number; used: boolean }>();
  #programs = 0;
  constructor(name: string, folder: string, engine: () => Engine) {
    this.#name = name;
    this.#folder = folder;
    this.#shell = new Shell(folder, engine);
  }

  async step(step: Step): Promise<void> {
    switch (step.kind) {
      case "picture":
        return;
      case "declaration":
        throw this.#error(step.line, "declarations stand in docs/api/ alone, where a script writes them");
      case "given":
        return await this.#give(step.path, step.from);
      case "of":
        return this.#same(step, await readFile(join(root, step.path), "utf8"), step.text, step.path);
      case "file":
      case "add to":
      case "change":
        return await this.#edit(step);
      case "program":
        return await this.#program(step);
      case "commands":
        return await this.#commands(commandsOf(step.text, step.line), false);
      case "session":
        return await this.#commands(sessionOf(step.text, step.line), true);
    }
  }

  /** Throws for files that nothing has used: showing them proves nothing. */
  finish(): void {
    for (const [file, { line, used }] of this.#files)
      if (!used)
        throw this.#error(line, `no command or program after it uses ${relative(this.#folder, file)}`);
  }

  async #give(path: string, from: string): Promise<void> {
    const file = join(this.#shell.at, path);
    await mkdir(dirname(file), { recursive: true });
    await copyFile(join(root, from), file);
  }

  async #edit({ kind, path, text, line }: Edit): Promise<void> {
    const file = join(this.#shell.at, path);
    await mkdir(dirname(file), { recursive: true });
    this.#files.set(file, { line, used: false });
    if (kind === "file") return await writeFile(file, text);
    const before = await readFile(file, "utf8");
    if (kind === "add to") return await writeFile(file, before + text);
    let after = before;
    for (const [, removed = "", added = ""] of text.matchAll(/^-(.*)\n\+(.*)\n/gm)) {
      if (!after.includes(removed)) throw this.#error(line, `${path} has no line ${JSON.stringify(removed)}`);
      after = after.replace(removed, () => added);
    }
    if (after === before) throw this.#error(line, "the block changes nothing");
    await writeFile(file, after);
  }

  async #program({ text, before, line }: Step & { kind: "program" }): Promise<void> {
    this.#programs += 1;
    const file = join(this.#shell.at, `program-${this.#programs}.ts`);
    this.#use(before + text);
    await writeFile(file, programOf(before, text));
    try {
      await runFile(process.execPath, [file], { cwd: this.#shell.at, env: programEnvironment });
    } catch (error) {
      throw this.#error(line, `the program fails:\n${(error as { stderr: string }).stderr}`);
    }
  }

  async #commands(commands: readonly Shown[], printing: boolean): Promise<void> {
    for (const [i, { command, out, line }] of commands.entries()) {
      if ([...elsewhere.keys()].some((start) => command.startsWith(start))) {
        if (out !== "")
          throw this.#error(line, `what \`${command}\` prints is shown, but it is not run here`);
        continue;
      }
      this.#use(command);
      let ended: Ended;
      try {
        ended = await this.#shell.run(command);
      } catch (error) {
        throw this.#error(line, (error as Error).message);
      }
      const text = ended.out.replaceAll(`${this.#folder}/`, "");
      if (printing) this.#same({ line }, text, out, command);
      // That a command cannot do its work is shown on purpose only.
      const asked = commands[i + 1]?.command === "echo $?";
      if (!asked && (printing ? ended.code >= 2 : ended.code !== 0))
        throw this.#error(line, `\`${command}\` ends with ${ended.code}:\n${text}`);
    }
  }

  /** Notes the files that a text names, and all suites below the shell's folder where it is a `postern test` of none. */
  #use(text: string): void {
    const all =
      /^(?:npx )?postern test/.test(text) && !wordsOf(text).some((word) => /\.(?:ya?ml)$/.test(word));
    for (const [file, state] of this.#files)
      state.used ||=
        text.includes(basename(file)) || (all && !relative(this.#shell.at, file).startsWith(".."));
  }

  #same({ line }: { readonly line: number }, text: string, shown: string, what: string): void {
    if (isAsShown(text, shown)) return;
    throw this.#error(line, `${what} is shown as\n${timeless(shown)}\nbut is\n${timeless(text)}`);
  }

  #error(line: number, message: string): DocumentError {
    return new DocumentError(`${this.#name}:${line}: ${message}`);
  }
}

function commandsOf(text: string, line: number): Shown[] {
  return text.split("\n").flatMap((each, i) => {
    const command = each.replace(/\s+#.*$/, "").trim();
    return command === "" || command.startsWith("#") ? [] : [{ command, out: "", line: line + 1 + i }];
  });
}

function sessionOf(text: string, line: number): Shown[] {
  const found: { command: string; out: string; line: number }[] = [];
  for (const [i, each] of text.trimEnd().split("\n").entries()) {
    const [, command] = /^\$ (.*)$/.exec(each) ?? [];
    if (command !== undefined) found.push({ command, out: "", line: line + 1 + i });
    else if (found.length > 0) (found.at(-1) as Shown & { out: string }).out += `${each}\n`;
  }
  return found;
}

/** The program with its `// => value` made into checks, on the lines where they were. */
function programOf(before: string, text: string): string {
  const checked = text.replace(
    /^(\s*)(?:const (\w+) = )?(.+);\s*\/\/ => (.+)$/gm,
    (_, space, name, expression, value) =>
      name === undefined
        ? `${space}shows(${expression}, ${value});`
        : `${space}const ${name} = ${expression}; shows(${name}, ${value});`,
  );
  return `import { partialDeepStrictEqual as shows } from "node:assert/strict"; ${before}${checked}`;
}

/** Makes a folder in which a document's commands and programs find `postern`, and what the checkout's readers have. */
async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "postern-document-"));
  const modules = join(folder, "node_modules");
  const { dependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  for (const name of [...Object.keys(dependencies), "vitest"]) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(root, "node_modules", name), join(modules, name));
  }
  await symlink(root, join(modules, "postern"));
  for (const name of ["fixtures", "examples", "schemas"]) await symlink(join(root, name), join(folder, name));
  await writeFile(join(folder, "package.json"), '{ "type": "module", "private": true }\n');
  return folder;
}

/** Does everything that a document says. Throws {@link DocumentError} for the first thing that is not as it says. */
export async function walkDocument(name: string, engine: () => Engine): Promise<void> {
  const steps = readSteps(await readFile(join(root, name), "utf8"), name);
  // Another test has the script that writes these pages write them again.
  if (name.startsWith("docs/api/") && steps.every(({ kind }) => kind === "declaration")) return;
  if (steps.every(({ kind }) => kind === "picture")) return;
  const folder = await makeFolder();
  try {
    const walk = new Walk(name, folder, engine);
    for (const step of steps) await walk.step(step);
    walk.finish();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
