// The blueprints in the installation's folder, and the text of one.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { JsonObject } from "../engine/types.ts";
import { BlueprintError, parseBlueprint } from "../runtime/index.ts";

/** A file of the folder. */
export interface BlueprintFile {
  /** Relative to the folder, with slashes. */
  readonly path: string;
  readonly last_m: string;
  /** SHA-512 of the text, in hexadecimal digits. */
  readonly hash: string;
  readonly meta: { readonly name: string; readonly labels: JsonObject };
}

/** The folder's YAML files, by path; those in hidden folders and those that are no blueprints are left out. */
export function blueprintFiles(folder: string | undefined): BlueprintFile[] {
  return pathsIn(folder).flatMap((path) => describeFile(folder as string, path) ?? []);
}

/** The text of one of the folder's YAML files; nothing for any other path. */
export function blueprintText(folder: string | undefined, path: string): string | undefined {
  return pathsIn(folder).includes(path) ? readFileSync(join(folder as string, path), "utf8") : undefined;
}

/** Links are left out: they may lead out of the folder. */
function pathsIn(folder: string | undefined): string[] {
  if (folder === undefined) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => !path.split("/").some((part) => part.startsWith(".")))
    .sort();
}

/** SHA-512 of a text, in hexadecimal digits. */
export function textHash(text: string): string {
  return createHash("sha512").update(text).digest("hex");
}

function describeFile(folder: string, path: string): BlueprintFile | undefined {
  const file = join(folder, path);
  const text = readFileSync(file, "utf8");
  try {
    const { name, labels } = parseBlueprint(text, { file: path });
    const last_m = statSync(file).mtime.toISOString();
    return { path, last_m, hash: textHash(text), meta: { name, labels: Object.fromEntries(labels) } };
  } catch (error) {
    if (error instanceof BlueprintError) return undefined;
    throw error;
  }
}
