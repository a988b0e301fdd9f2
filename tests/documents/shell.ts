// The commands that documents show, as far as they show them: words, quotes, `echo`, `cat`, `cd`, one pipe.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { library } from "../../cli/library.ts";
import type { Engine } from "../../engine/index.ts";
import { gather, postern, withEngine } from "../cli/command-line.ts";

const root = join(import.meta.dirname, "../..");
const runFile = promisify(execFile);

/** What a program finds in its environment, besides PATH where it is a command: where Node keeps modules that it has loaded. */
export const programEnvironment: NodeJS.ProcessEnv = {
  NO_COLOR: "1",
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
};

/** How a command ended. `out` is what a terminal shows. */
export interface Ended {
  readonly code: number;
  readonly out: string;
}

/** The words of a command line, with the quotes taken off. A comment ends it. */
export function wordsOf(command: string): string[] {
  const words = command.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  const end = words.findIndex((word) => word.startsWith("#"));
  return words
    .slice(0, end < 0 ? words.length : end)
    .map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double));
}

/** A shell in a folder. */
export class Shell {
  readonly #engine: () => Engine;
  /** Where it is. */
  at: string;
  #code = 0;
  constructor(folder: string, engine: () => Engine) {
    this.at = folder;
    this.#engine = engine;
  }

  /** Runs one command line. Throws Error for a program that documents are not expected to show. */
  async run(command: string): Promise<Ended> {
    const [, text, piped] = /^echo '([^']*)' \| (.*)$/.exec(command) ?? [];
    const ended = piped === undefined ? await this.#one(command, "") : await this.#one(piped, `${text}\n`);
    this.#code = ended.code;
    return ended;
  }

  async #one(command: string, stdin: string): Promise<Ended> {
    const [program, ...args] = wordsOf(command);
    switch (program) {
      case "cd":
        this.at = join(this.at, args[0] ?? "");
        return { code: 0, out: "" };
      case "echo":
        return { code: 0, out: `${args.join(" ").replaceAll("$?", String(this.#code))}\n` };
      case "cat":
        return { code: 0, out: await readFile(join(this.at, args[0] ?? ""), "utf8") };
      case "postern":
        return await this.#postern(args, stdin);
      case "node":
        return await this.#program(args);
      case "npx": {
        const [name, ...rest] = args;
        if (name === "postern") return await this.#postern(rest, stdin);
        if (name === "vitest")
          return await this.#program([join(root, "node_modules/vitest/vitest.mjs"), ...rest]);
      }
    }
    throw new Error(
      `no test runs \`${command}\`; tests/documents/shell.ts and elsewhere.ts have what is run`,
    );
  }

  async #postern(given: readonly string[], stdin: string): Promise<Ended> {
    // A server's usual place is not ours to write to.
    const args = given.map((arg) => arg.replace(/^\/var\/lib\b/, join(this.at, "var/lib")));
    const before = process.cwd();
    process.chdir(this.at);
    try {
      const env = { POSTERN_PORT: "0", HOME: this.at };
      // Both, in their order, as a terminal shows them.
      const { stream, text } = gather();
      const outputs = { stdout: stream, stderr: stream };
      const { code } = await postern(args, {
        ...outputs,
        stdin,
        env,
        library: withEngine(library, this.#engine),
      });
      return { code, out: text() };
    } finally {
      process.chdir(before);
    }
  }

  async #program(args: readonly string[]): Promise<Ended> {
    const env = { ...programEnvironment, PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
    try {
      const { stdout, stderr } = await runFile(process.execPath, args, { cwd: this.at, env });
      return { code: 0, out: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as Error & { code: number; stdout: string; stderr: string };
      return { code, out: stdout + stderr };
    }
  }
}
