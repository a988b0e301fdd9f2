// Finds, or has built, what a worker process starts from: its program and the isolate's snapshot.
//
// A hit reads one small manifest, compares the size and time of the sources it names, and checks the program against its
// checksum: about 2 ms, without esbuild and isolated-vm. The snapshot is for V8 to check, in the worker, which reads its
// megabytes anyway: it does not start from a damaged one. The manifest's name holds everything else
// the artifacts depend on (guest, Node, architecture, isolated-vm, this installation). A snapshot is executable in
// effect, so it is only ever read from where this installation, or this process, has written it, and where nobody else can write.
import { spawn } from "node:child_process";
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourceStamp } from "./bundle.ts";
import { isPrivate } from "./private-folder.ts";

/** A built file and what it must contain. */
export interface Artifact {
  readonly path: string;
  readonly bytes: number;
  readonly crc32: number;
}

/** What a build leaves. */
export interface Manifest {
  readonly sources: readonly SourceStamp[];
  readonly nativeLibraries: readonly string[];
  readonly worker: Artifact;
  readonly snapshot: Artifact;
}

/** Artifacts ready to start workers from. */
export interface Artifacts extends Manifest {
  /** Removes what lives only as long as this process. */
  release(): void;
}

/** Loaded when it is used: a command that knows its artifacts starts its worker without. */
const crc32 = (content: Buffer | string): number => process.getBuiltinModule("node:zlib").crc32(content);

const folder = dirname(fileURLToPath(import.meta.url));
/** Sources are `.ts` in a checkout and `.js` in a package. */
const extension = extname(import.meta.url);

function defaultDirectory(): string {
  return join(folder, "..", "..", "node_modules", ".cache", "postern");
}

function manifestPath(directory: string, guestEntry: string): string {
  const isolatedVm = createRequire(import.meta.url)("isolated-vm/package.json") as { version: string };
  const key = [folder, guestEntry, process.version, process.platform, process.arch, isolatedVm.version].join(
    "\0",
  );
  return join(
    directory,
    `${crc32(key).toString(16)}-${process.version}-${process.arch}-${isolatedVm.version}.json`,
  );
}

function isWhole(artifact: Artifact): boolean {
  const content = readFileSync(artifact.path);
  return content.length === artifact.bytes && crc32(content) === artifact.crc32;
}

function readManifest(directory: string, path: string, isThorough: boolean): Manifest | undefined {
  try {
    if (!isPrivate(directory)) return undefined;
    const manifest = JSON.parse(readFileSync(path, "utf8")) as Manifest;
    for (const source of manifest.sources) {
      const { mtimeMs, size } = statSync(source.path);
      if (mtimeMs !== source.mtimeMs || size !== source.size) return undefined;
    }
    for (const library of manifest.nativeLibraries) accessSync(library);
    const { worker, snapshot } = manifest;
    const isThere = isThorough ? isWhole(snapshot) : statSync(snapshot.path).size === snapshot.bytes;
    return isThere && isWhole(worker) ? manifest : undefined;
  } catch {
    // Missing, damaged or of another shape: built anew.
    return undefined;
  }
}

function isWritable(directory: string): boolean {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.W_OK);
    return isPrivate(directory);
  } catch {
    return false;
  }
}

/** A builder that a signal ended. */
class BuildAborted extends Error {}

/** Builds; once more where V8 aborted, which creating a snapshot does now and then by a race of its own. */
async function build(guestEntry: string, directory: string, manifest: string): Promise<void> {
  try {
    await buildOnce(guestEntry, directory, manifest);
  } catch (error) {
    if (!(error instanceof BuildAborted)) throw error;
    await buildOnce(guestEntry, directory, manifest);
  }
}

function buildOnce(guestEntry: string, directory: string, manifest: string): Promise<void> {
  return new Promise((settle, refuse) => {
    const child = spawn(
      process.execPath,
      ["--no-node-snapshot", join(folder, `build${extension}`), guestEntry, directory, manifest],
      // Without prototype: Node passes inherited properties on as variables.
      { stdio: ["ignore", "ignore", "pipe"], env: Object.create(null) as NodeJS.ProcessEnv, cwd: folder },
    );
    let text = "";
    child.stderr.on("data", (chunk) => {
      if (text.length < 16_384) text += chunk;
    });
    child.on("error", refuse);
    child.on("close", (code, signal) => {
      if (code === 0) settle();
      else {
        const message = `the sandbox's guest ${guestEntry} cannot be built (${signal ?? `exit ${code}`}):\n${text.trim()}`;
        refuse(signal === null ? new Error(message) : new BuildAborted(message));
      }
    });
  });
}

/** The artifacts if they are built and up to date; `isThorough` looks at every byte of the snapshot, too. */
export function findArtifacts(
  guestEntry: string,
  directory = defaultDirectory(),
  isThorough = false,
): Artifacts | undefined {
  const manifest = readManifest(directory, manifestPath(directory, guestEntry), isThorough);
  return manifest === undefined ? undefined : { ...manifest, release() {} };
}

/**
 * Builds the artifacts; where `directory` cannot be written, into a private directory that `release` removes.
 * Throws an `Error` with the builder's text.
 */
export async function buildArtifacts(guestEntry: string, directory = defaultDirectory()): Promise<Artifacts> {
  if (isWritable(directory)) {
    const path = manifestPath(directory, guestEntry);
    await build(guestEntry, directory, path);
    const manifest = readManifest(directory, path, true);
    // Nothing when a source was saved during the build: once more with what is there now.
    if (manifest !== undefined) return { ...manifest, release() {} };
    await build(guestEntry, directory, path);
    const second = readManifest(directory, path, true);
    if (second === undefined)
      throw new Error(`the artifacts of the sandbox in ${directory} change while they are built`);
    return { ...second, release() {} };
  }
  const temporary = mkdtempSync(join(tmpdir(), "postern-"));
  const remove = () => rmSync(temporary, { recursive: true, force: true });
  try {
    const path = join(temporary, "manifest.json");
    await build(guestEntry, temporary, path);
    const manifest = readManifest(temporary, path, true);
    if (manifest === undefined) throw new Error("the sandbox's artifacts cannot be read back");
    process.once("exit", remove);
    return {
      ...manifest,
      release() {
        process.removeListener("exit", remove);
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
