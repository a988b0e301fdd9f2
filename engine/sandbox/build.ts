// The builder process: bundles a guest (where no package has it bundled), makes the isolate's snapshot and writes both where the parent asked.
//
// A process of its own, so that neither esbuild nor isolated-vm is ever loaded by the host. Arguments: guest entry,
// directory, path of the manifest. Files are named by content and every write is a rename, so that concurrent
// builders and readers never see half of one.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { isolatedVmLibrary, linkLibraries } from "./native-libraries.ts";
import { packedBundles } from "./packed-bundles.ts";
import type { Artifact, Manifest } from "./snapshot.ts";

/** Artifacts that no manifest names are kept this long, for processes that still start workers from them. */
const KEEP_MS = 86_400_000;

function replace(path: string, bytes: Buffer | string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, bytes, { mode: 0o600 });
  renameSync(temporary, path);
}

function holds(path: string, bytes: Buffer): boolean {
  try {
    return readFileSync(path).equals(bytes);
  } catch {
    return false;
  }
}

function store(directory: string, name: string, bytes: Buffer): Artifact {
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 24);
  const path = join(directory, `${digest}-${name}`);
  // Guests share a worker, and a bundle of the command notes when it was written.
  if (!holds(path, bytes)) replace(path, bytes);
  return { path, bytes: bytes.length, crc32: crc32(bytes) };
}

/** Removes what earlier builds left and no manifest names. */
function removeOld(directory: string): void {
  const named = new Set<string>();
  const names = readdirSync(directory);
  for (const name of names) {
    if (!name.endsWith(".json")) continue;
    const { worker, snapshot } = JSON.parse(readFileSync(join(directory, name), "utf8")) as Manifest;
    named.add(worker.path).add(snapshot.path);
  }
  for (const name of names) {
    const path = join(directory, name);
    if (!/^[0-9a-f]{24}-/.test(name)) continue;
    const isOld = Date.now() - statSync(path).mtimeMs > KEEP_MS;
    if (isOld && !named.has(path)) rmSync(path, { force: true });
  }
}

const [guestEntry, directory, manifestPath] = process.argv.slice(2);
try {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const bundles =
    packedBundles(guestEntry) ?? (await (await import("./bundle.ts")).bundleSandbox(guestEntry));
  const worker = linkLibraries(bundles.worker);
  const { ivm } = createRequire(import.meta.url)(isolatedVmLibrary()) as {
    ivm: typeof import("isolated-vm");
  };
  const snapshot = ivm.Isolate.createSnapshot([
    { code: bundles.realm, filename: "postern:realm" },
    { code: bundles.guest, filename: "postern:guest" },
    { code: "__realm.survey();", filename: "postern:survey" },
  ]);
  const manifest: Manifest = {
    sources: bundles.sources,
    nativeLibraries: worker.paths,
    worker: store(directory, "worker.cjs", Buffer.from(worker.text)),
    snapshot: store(directory, "guest.snapshot", Buffer.from(snapshot.copy())),
  };
  replace(manifestPath, JSON.stringify(manifest));
  try {
    removeOld(directory);
  } catch {
    // A damaged manifest, or another builder at the same work: nothing is lost by leaving old files.
  }
} catch (error) {
  // The parent shows this text; where in the build it happened helps nobody.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
