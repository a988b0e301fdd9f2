// A folder of files for one test file, and suites read and run from it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { Engine } from "../../../engine/types.ts";
import { loadSuite } from "../../../testing/suite/load.ts";
import { SuiteError } from "../../../testing/suite/problem.ts";
import type { CaseResult } from "../../../testing/suite/result.ts";
import { type RunOptions, runSuites } from "../../../testing/suite/run.ts";

/** Files of a test. */
export interface SuiteFolder {
  /** Writes a file and gives its path. */
  file(name: string, text: string): string;
  /** What is wrong with a suite, the folder's path left out; fails the test where nothing is. */
  problems(text: string, files?: Readonly<Record<string, string>>): Promise<string>;
  /** Runs a suite. */
  run(
    engine: Engine,
    text: string,
    options?: RunOptions,
    files?: Readonly<Record<string, string>>,
  ): Promise<CaseResult[]>;
}

export function suiteFolder(): SuiteFolder {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "postern-suite-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) file(name, text);
  };
  return {
    file,
    async problems(text, files = {}) {
      write(files);
      try {
        await loadSuite(file("a.suite.yaml", text));
      } catch (error) {
        if (error instanceof SuiteError)
          return error.message.replaceAll(`${folder}/`, "").replaceAll(folder, "FOLDER");
        throw error;
      }
      throw new Error("the suite is in order");
    },
    async run(engine, text, options = {}, files = {}) {
      write(files);
      return await Array.fromAsync(runSuites(engine, [await loadSuite(file("a.suite.yaml", text))], options));
    },
  };
}
