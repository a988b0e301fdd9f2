// Bundles what `postern eval` and `postern test` load: for a package when it is packed, for a checkout when it is set up and its
// files have changed since. The other commands take longer anyway, and run from the files that they are written in.
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";
import { type BundleHead, cache, findBundle, manifestFile, platform, root, stampOf } from "../cli/bundled.ts";
import { buildArtifacts, findArtifacts } from "../engine/sandbox/snapshot.ts";
import { defaultLimits, sandboxOptions } from "../engine/sandbox-options.ts";

/** Packages of many modules that these commands load. The others stay outside and are loaded as ever. */
const INSIDE = ["commander", "js-yaml", "picocolors", "zod"];
/** What the program loads for other commands alone. */
const isElsewhere = (path: string): boolean =>
  path.startsWith("./commands/")
    ? !/\/(?:eval|test)\.[jt]s$/.test(path)
    : /^\.\/(?:open-|examination)/.test(path);
/** How long a bundle that no manifest names is kept, for processes that still load from it, milliseconds. */
const KEEP_MS = 3_600_000;
/** How coarse a file system's clock is, milliseconds. */
const TICK_MS = 20;

const packageOf = (path: string): string => path.split("/", path.startsWith("@") ? 2 : 1).join("/");

/** Leaves packages and other commands outside, and has our modules find from the bundle what lies beside them. */
function command(from: string, to: string): Plugin {
  return {
    name: "command",
    setup(bundler) {
      bundler.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
        if (kind === "entry-point" || INSIDE.includes(packageOf(path))) return undefined;
        return isBuiltin(path) ? { path, namespace: "builtin" } : { path, external: true };
      });
      // Imported, one of Node's modules is filled with all its names first, which takes longer than its load.
      bundler.onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
        contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
      }));
      bundler.onResolve({ filter: /^\.\// }, ({ path, importer }) =>
        dirname(importer) === join(from, "cli") && isElsewhere(path)
          ? { path, namespace: "elsewhere" }
          : undefined,
      );
      bundler.onLoad({ filter: /.*/, namespace: "elsewhere" }, ({ path }) => ({
        contents: `throw new Error(${JSON.stringify(`${path} is not bundled with eval and test`)});`,
      }));
      bundler.onLoad({ filter: /\.[jt]s$/ }, ({ path }) => {
        const inside = relative(from, path).replaceAll("\\", "/");
        if (inside.startsWith("../") || inside.startsWith("node_modules/")) return undefined;
        // A package's files move together. A checkout's bundle is this checkout's, even where a link leads to it.
        const isBeside = !relative(from, to).startsWith("node_modules");
        const url = isBeside
          ? `new URL(${JSON.stringify(relative(to, path).replaceAll("\\", "/"))}, import.meta.url)`
          : `new URL(${JSON.stringify(pathToFileURL(path).href)})`;
        const file = `process.getBuiltinModule("node:url").fileURLToPath(${url})`;
        const forms: { readonly [name: string]: string } = {
          url: `${url}.href`,
          dirname: `process.getBuiltinModule("node:path").dirname(${file})`,
          main: "false",
        };
        const contents = readFileSync(path, "utf8").replaceAll(
          /\bimport\.meta\.(url|dirname|main)\b/g,
          (_all, name: string) => forms[name] as string,
        );
        return { contents, loader: path.endsWith(".ts") ? "ts" : "js" };
      });
    },
  };
}

/**
 * Bundles a tree of sources, or of compiled ones, into a folder: `main.mjs`, `early.mjs` and what they share. Answers the absolute paths
 * of the files that are in it. Throws esbuild's error where they cannot be bundled.
 */
export async function bundleCommand(from: string, extension: ".js" | ".ts", to: string): Promise<string[]> {
  const { build } = await import("esbuild");
  const { metafile } = await build({
    entryPoints: { main: join(from, `cli/main${extension}`), early: join(from, `engine/early${extension}`) },
    outdir: to,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    metafile: true,
    legalComments: "none",
    logLevel: "silent",
    absWorkingDir: from,
    plugins: [command(from, to)],
    // Packages that are CommonJS ask for Node's own modules.
    banner: {
      js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);',
    },
    tsconfigRaw: { compilerOptions: { target: "es2024", useDefineForClassFields: true } },
  });
  const licences = INSIDE.map((name) => [
    name,
    readFileSync(join(root, "node_modules", name, "LICENSE"), "utf8"),
  ]);
  writeFileSync(join(to, "LICENSES.txt"), licences.flat().join("\n\n"));
  return Object.keys(metafile.inputs)
    .filter((path) => !/^(?:builtin|elsewhere):/.test(path))
    .map((path) => resolve(from, path));
}

/** Removes bundles that no manifest names, and what a process that was stopped has left. */
function removeOld(): void {
  const names = readdirSync(cache);
  const named = names
    .filter((name) => name.endsWith(".manifest"))
    .map(
      (name) =>
        (JSON.parse(readFileSync(join(cache, name), "utf8").split("\n")[0] as string) as BundleHead).folder,
    );
  for (const name of names) {
    if (name.endsWith(".manifest") || named.includes(name)) continue;
    const path = join(cache, name);
    if (Date.now() - statSync(path).mtimeMs > KEEP_MS) rmSync(path, { recursive: true, force: true });
  }
}

/** Makes this checkout's bundle, unless what is there is current. Throws where it cannot be made. */
export async function makeBundle(): Promise<void> {
  if (findBundle()?.isCurrent()) return;
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  const { guestEntry } = sandboxOptions(defaultLimits);
  const { sources, nativeLibraries, worker, snapshot } =
    findArtifacts(guestEntry) ?? (await buildArtifacts(guestEntry));
  const folder = randomBytes(9).toString("hex");
  const since = Date.now() - TICK_MS;
  const inputs = await bundleCommand(root, ".ts", join(cache, folder));
  const others = [
    worker.path,
    snapshot.path,
    process.execPath,
    import.meta.filename,
    join(root, "package.json"),
  ];
  const made = [...inputs, ...sources.map(({ path }) => path)];
  const files = new Set([...made, ...nativeLibraries, ...others]);
  // What was saved meanwhile may be in it or not. What a worker starts from has just been built, perhaps, and is never changed.
  for (const file of made)
    if (statSync(file).ctimeMs >= since) throw new Error(`${file} was changed meanwhile; try again`);
  const head: BundleHead = { root, platform, folder, artifacts: { nativeLibraries, worker, snapshot } };
  const text = [JSON.stringify(head), ...[...files].sort().map(stampOf)].join("\n");
  const draft = join(cache, `${folder}.draft`);
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, manifestFile());
  removeOld();
}

if (import.meta.main) await makeBundle();
