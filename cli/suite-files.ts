// Finds the suites that a command line names: files, and folders with all that is in them.
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { UsageError } from "./io.ts";

const SUITE = /\.suite\.ya?ml$/i;

/** Files of suites, absolute, each once, in the order of the paths and then of names. Throws {@link UsageError}. */
export async function suiteFiles(paths: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const path of paths) {
    const at = resolve(path);
    let isFolder: boolean;
    try {
      isFolder = (await stat(at)).isDirectory();
    } catch {
      throw new UsageError(`${path}: there is no such file or folder`);
    }
    if (!isFolder) found.add(at);
    else for (const file of await inFolder(at)) found.add(file);
  }
  return [...found];
}

async function inFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const lists = await Promise.all(
    sorted.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory())
        return entry.name === "node_modules" || entry.name.startsWith(".") ? [] : await inFolder(path);
      return SUITE.test(entry.name) ? [path] : [];
    }),
  );
  return lists.flat();
}
