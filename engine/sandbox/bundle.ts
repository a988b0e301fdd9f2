// Bundles the three texts the sandbox runs: the guest, the realm around it, and the worker. Build time only.
import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";

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
  /** CommonJS program of the worker. */
  readonly worker: string;
  readonly sources: readonly SourceStamp[];
  /** Native libraries that the worker loads, absolute paths. */
  readonly nativeLibraries: readonly string[];
}

const folder = dirname(fileURLToPath(import.meta.url));
const extension = extname(import.meta.url);

/** The compiled library of isolated-vm for this Node, found once so that the worker need not look. */
export function isolatedVmLibrary(): string {
  const require = createRequire(import.meta.url);
  const root = dirname(require.resolve("isolated-vm/package.json"));
  const find = createRequire(join(root, "package.json"))("node-gyp-build") as {
    path(directory: string): string;
  };
  return find.path(root);
}

/** Makes native libraries absolute `require`s of the bundle and notes them. */
function nativeLibraries(found: Set<string>): Plugin {
  return {
    name: "native-libraries",
    setup(bundler) {
      bundler.onResolve({ filter: /^isolated-vm$/ }, () => ({
        path: isolatedVmLibrary(),
        namespace: "isolated-vm",
      }));
      bundler.onLoad({ filter: /.*/, namespace: "isolated-vm" }, ({ path }) => {
        found.add(path);
        return { contents: `module.exports = require(${JSON.stringify(path)}).ivm;`, loader: "js" };
      });
      bundler.onResolve({ filter: /\.node$/ }, ({ path, resolveDir }) => {
        const library = resolve(resolveDir, path);
        found.add(library);
        return { path: library, external: true };
      });
    },
  };
}

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
    // Not the reader's tsconfig: class fields must be defined, not assigned, whatever an embedder's settings say.
    tsconfigRaw: { compilerOptions: { target: "es2024", useDefineForClassFields: true } },
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
  const found = new Set<string>();
  const isolated: BuildOptions = {
    format: "iife",
    platform: "neutral",
    mainFields: ["module", "main"],
    // V8 keeps the text; names stay, since stacks show them.
    minifyWhitespace: true,
    minifySyntax: true,
  };
  const [guest, realm, worker] = await Promise.all([
    bundle(guestEntry, isolated, stamps),
    bundle(join(folder, `realm${extension}`), isolated, stamps),
    bundle(
      join(folder, `worker${extension}`),
      { format: "cjs", platform: "node", plugins: [nativeLibraries(found)] },
      stamps,
    ),
  ]);
  // The build's own sources count as well: changed, they build something else.
  for (const name of ["bundle", "build"]) {
    const path = join(folder, name + extension);
    const { mtimeMs, size } = statSync(path);
    stamps.set(path, { path, mtimeMs, size });
  }
  return { guest, realm, worker, sources: [...stamps.values()], nativeLibraries: [...found] };
}
