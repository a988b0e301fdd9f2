// The builder process: bundles a guest, makes the isolate's snapshot and writes both where the parent asked.
//
// A process of its own, so that neither esbuild nor isolated-vm is ever loaded by the host. Arguments: guest entry,
// directory, path of the manifest. Files are named by content and every write is a rename, so that concurrent
// builders and readers never see half of one.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { bundleSandbox, isolatedVmLibrary } from "./bundle.ts";
import type { Artifact, Manifest } from "./snapshot.ts";

/** Artifacts nobody has built for this long are removed at the next build. */
const KEEP_DAYS = 14;

function replace(path: string, bytes: Buffer | string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, bytes, { mode: 0o600 });
  renameSync(temporary, path);
}

function store(directory: string, name: string, bytes: Buffer): Artifact {
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 24);
  const path = join(directory, `${digest}-${name}`);
  replace(path, bytes);
  return { path, bytes: bytes.length, crc32: crc32(bytes) };
}

function removeOld(directory: string): void {
  const oldest = Date.now() - KEEP_DAYS * 86_400_000;
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (statSync(path).mtimeMs < oldest) rmSync(path, { force: true });
  }
}

const [guestEntry, directory, manifestPath] = process.argv.slice(2);
try {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  removeOld(directory);
  const bundles = await bundleSandbox(guestEntry);
  const { ivm } = createRequire(import.meta.url)(isolatedVmLibrary()) as {
    ivm: typeof import("isolated-vm");
  };
  const snapshot = ivm.Isolate.createSnapshot([
    { code: bundles.realm, filename: "postern:realm" },
    { code: bundles.guest, filename: "postern:guest" },
  ]);
  const manifest: Manifest = {
    sources: bundles.sources,
    nativeLibraries: bundles.nativeLibraries,
    worker: store(directory, "worker.cjs", Buffer.from(bundles.worker)),
    snapshot: store(directory, "guest.snapshot", Buffer.from(snapshot.copy())),
  };
  replace(manifestPath, JSON.stringify(manifest));
} catch (error) {
  // The parent shows this text; where in the build it happened helps nobody.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
