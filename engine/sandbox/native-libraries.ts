// The compiled libraries that the worker loads. A bundle names them by what they are, so that it can be made on one machine and
// used on another; where they lie is put in where the worker is to run.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** The compiled library of isolated-vm for this Node, found once so that the worker need not look. */
export function isolatedVmLibrary(): string {
  const root = dirname(require.resolve("isolated-vm/package.json"));
  const find = createRequire(join(root, "package.json"))("node-gyp-build") as {
    path(directory: string): string;
  };
  return find.path(root);
}

const LIBRARIES = {
  "isolated-vm": isolatedVmLibrary,
  re2: () => join(dirname(require.resolve("re2/package.json")), "build/Release/re2.node"),
} as const satisfies { readonly [name: string]: () => string };

export type NativeLibrary = keyof typeof LIBRARIES;

/** What stands in a bundle for the path of a library. */
export function placeholder(library: NativeLibrary): string {
  return `postern:native/${library}`;
}

/** A worker's text with the paths that the libraries have here, and those paths. */
export function linkLibraries(worker: string): { readonly text: string; readonly paths: readonly string[] } {
  const paths: string[] = [];
  let text = worker;
  for (const library of Object.keys(LIBRARIES) as NativeLibrary[]) {
    const named = JSON.stringify(placeholder(library));
    if (!text.includes(named)) continue;
    const path = LIBRARIES[library]();
    text = text.replaceAll(named, () => JSON.stringify(path));
    paths.push(path);
  }
  return { text, paths };
}
