// The product's own source texts, for rules about what must not be written anywhere in it.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Files of the folders that are shipped, by their path in the project. */
export const sources: ReadonlyMap<string, string> = new Map(
  ["cli", "engine", "providers", "runtime", "yaml"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path): [string, string] => [relative(root, path), readFileSync(path, "utf8")]),
  ),
);

/** Lines of code, comments left out, in which `pattern` is found, as `path: line`. */
export function linesWith(pattern: RegExp): string[] {
  return [...sources].flatMap(([path, text]) =>
    text
      .split("\n")
      .filter((line) => !/^\s*(\/\/|\*|\/\*)/.test(line) && pattern.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );
}
