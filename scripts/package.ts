// What `npm pack` packs: our TypeScript as JavaScript with its types, in dist/, and a package.json whose doors lead there.
//
// In a checkout the doors are the TypeScript files themselves, which Node runs; below node_modules it refuses to. So the
// package holds the same tree once more, compiled, with the files that are read at run time at their places in it: every
// path from a module to such a file is the same in both. npm packs the package.json that lies there, and has no other way
// to pack a different one than to put it there: `prepack` does, and `postpack` puts ours back.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { exampleFiles } from "../cli/commands/init.ts";
import { bundleSandbox } from "../engine/sandbox/bundle.ts";
import { PACKED_BUNDLES, packBundles } from "../engine/sandbox/packed-bundles.ts";
import { buildPlayground } from "./build-playground.ts";
import { bundleCommand } from "./bundle-command.ts";

const root = dirname(import.meta.dirname);
const dist = join(root, "dist");
const manifestFile = join(root, "package.json");
/** Where the checkout's own package.json waits for `postpack`. */
const keptFile = join(root, "package.json.checkout");

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** The doors' declarations, as paths below dist/. */
function doors({ exports }: Manifest): string[] {
  return Object.values(exports).filter((path) => path.endsWith(".ts"));
}

/** The package's own package.json: what concerns only a checkout is left out, and what leads to files leads into dist/. */
export function packedManifest(manifest: Manifest): object {
  const { scripts: _, devDependencies: __, bin, exports, ...rest } = manifest;
  return {
    ...rest,
    bin: Object.fromEntries(Object.entries(bin).map(([name, file]) => [name, `dist/${file}`])),
    exports: Object.fromEntries(
      Object.entries(exports).map(([door, file]) => {
        const path = `./dist/${file.slice(2)}`;
        const compiled = { types: path.replace(/\.ts$/, ".d.ts"), default: path.replace(/\.ts$/, ".js") };
        return [door, file.endsWith(".ts") ? compiled : file];
      }),
    ),
  };
}

/** Emits JavaScript and declarations. Types are not checked here: `npm run check` does. */
function compile({ bin }: Manifest): void {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.package.json"], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`tsc cannot emit the package:\n${stdout}${stderr}`);
  // Bundles in a checkout only, with esbuild, which the package does without.
  rmSync(join(dist, "engine/sandbox/bundle.js"));
  for (const file of Object.values(bin)) chmodSync(join(dist, file), 0o755);
}

/** Removes the declarations that no door leads to: nobody can import what they declare. */
function pruneDeclarations(manifest: Manifest): void {
  const reached = new Set<string>();
  const reach = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const [, target] of readFileSync(file, "utf8").matchAll(/(?:from |import\()"(\.[^"]+)\.ts"/g))
      reach(resolve(dirname(file), `${target}.d.ts`));
  };
  for (const door of doors(manifest)) reach(join(dist, door.replace(/\.ts$/, ".d.ts")));
  for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    const file = join(dist, name);
    if (/\.d\.m?ts$/.test(name) && !reached.has(file)) rmSync(file);
  }
}

/** Puts the files that are read at run time where the compiled modules look for them. */
async function addFiles({ version }: Manifest): Promise<void> {
  await buildPlayground();
  const page = "playground/dist";
  cpSync(join(root, page), join(dist, page), { recursive: true });
  cpSync(join(root, "schemas"), join(dist, "schemas"), { recursive: true });
  for (const { fixture } of exampleFiles) {
    const file = join("fixtures", fixture);
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    copyFileSync(join(root, file), join(dist, file));
  }
  // The playground offers them as examples.
  const blueprints = "fixtures/blueprints";
  cpSync(join(root, blueprints), join(dist, blueprints), { recursive: true });
  // Bundled here, so that a first start there need not, nor have what bundles.
  const bundles = await bundleSandbox(join(root, "engine/expressions/guest.ts"));
  writeFileSync(
    join(dist, "engine/sandbox", PACKED_BUNDLES),
    packBundles(bundles, "../expressions/guest.js"),
  );
  await bundleCommand(dist, ".js", join(dist, "cli/bundle"));
  writeFileSync(join(dist, "package.json"), `${JSON.stringify({ type: "module", version })}\n`);
}

function readManifest(): Manifest {
  return JSON.parse(readFileSync(manifestFile, "utf8")) as Manifest;
}

/** Puts the checkout's package.json back, where a packing has left its own. */
function restoreManifest(): void {
  if (existsSync(keptFile)) renameSync(keptFile, manifestFile);
}

/** Makes dist/ anew. */
async function build(): Promise<void> {
  restoreManifest();
  const manifest = readManifest();
  rmSync(dist, { recursive: true, force: true });
  compile(manifest);
  pruneDeclarations(manifest);
  await addFiles(manifest);
}

if (import.meta.main) {
  const [step] = process.argv.slice(2);
  if (step === "restore") restoreManifest();
  else {
    await build();
    if (step === "prepack") {
      const packed = packedManifest(readManifest());
      copyFileSync(manifestFile, keptFile);
      writeFileSync(manifestFile, `${JSON.stringify(packed, null, 2)}\n`);
    }
  }
}
