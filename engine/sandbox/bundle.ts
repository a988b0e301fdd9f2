// Bundles the three texts the sandbox runs: the guest, the realm around it, and the worker. In a checkout when they are first needed,
// and when a package is packed.
import { existsSync, statSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type OnResolveResult, type Plugin } from "esbuild";
import { type NativeLibrary, placeholder } from "./native-libraries.ts";

/** A source file a bundle was made of, as it was then. */
export interface SourceStamp {
  readonly path: string;
  readonly mtimeMs: number;
  readonly size: number;
}

export interface Bundles {
  /** Script that leaves `__postern` on the global object. */
  readonly guest: string;
  /** Script that leaves `__realm` on the global object. */
  readonly realm: string;
  /** CommonJS program of the worker, before `linkLibraries`. */
  readonly worker: string;
  readonly sources: readonly SourceStamp[];
}

const folder = dirname(fileURLToPath(import.meta.url));
const extension = extname(import.meta.url);

/** Has the bundle name native libraries by what they are ({@link placeholder}). */
const nativeLibraries: Plugin = {
  name: "native-libraries",
  setup(bundler) {
    const named = (library: NativeLibrary): OnResolveResult => ({
      path: placeholder(library),
      external: true,
    });
    bundler.onResolve({ filter: /^isolated-vm$/ }, ({ path }) => ({ path, namespace: "isolated-vm" }));
    bundler.onLoad({ filter: /.*/, namespace: "isolated-vm" }, () => {
      const library = JSON.stringify(placeholder("isolated-vm"));
      return { contents: `module.exports = require(${library}).ivm;`, loader: "js" };
    });
    bundler.onResolve({ filter: /^postern:native\// }, ({ path }) => ({ path, external: true }));
    bundler.onResolve({ filter: /\.node$/ }, ({ path, importer }) =>
      /[\\/]re2[\\/]re2\.js$/.test(importer)
        ? named("re2")
        : { errors: [{ text: `${path} of ${importer} is no native library that the worker knows` }] },
    );
  },
};

async function bundle(entry: string, own: BuildOptions, stamps: Map<string, SourceStamp>): Promise<string> {
  const result = await build({
    ...own,
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    // One character beyond Latin-1 would make V8 keep the whole text with two bytes for each.
    charset: "ascii",
    target: "es2024",
    legalComments: "none",
    logLevel: "silent",
    absWorkingDir: folder,
    // Whatever an embedder's tsconfig says: V8 calls a function for the fields of each object where they are defined, not assigned.
    tsconfigRaw: { compilerOptions: { target: "es2024", useDefineForClassFields: false } },
  });
  for (const input of Object.keys(result.metafile.inputs)) {
    const path = resolve(folder, input);
    if (!existsSync(path)) continue;
    const { mtimeMs, size } = statSync(path);
    stamps.set(path, { path, mtimeMs, size });
  }
  return result.outputFiles[0].text;
}

/** Bundles a guest entry with the realm and the worker. Throws esbuild's error for sources that cannot be bundled. */
export async function bundleSandbox(guestEntry: string): Promise<Bundles> {
  const stamps = new Map<string, SourceStamp>();
  const isolated: BuildOptions = {
    format: "iife",
    platform: "neutral",
    mainFields: ["module", "main"],
    // V8 keeps the text; names stay, since a stack that overflowed is told by them (`raising.ts`).
    minifyWhitespace: true,
    minifySyntax: true,
  };
  const [guest, realm, worker] = await Promise.all([
    bundle(guestEntry, isolated, stamps),
    bundle(join(folder, `realm${extension}`), isolated, stamps),
    bundle(
      join(folder, `worker${extension}`),
      { format: "cjs", platform: "node", plugins: [nativeLibraries] },
      stamps,
    ),
  ]);
  // The build's own sources count as well: changed, they build something else.
  for (const name of ["bundle", "build", "native-libraries"]) {
    const path = join(folder, name + extension);
    const { mtimeMs, size } = statSync(path);
    stamps.set(path, { path, mtimeMs, size });
  }
  return { guest, realm, worker, sources: [...stamps.values()] };
}
