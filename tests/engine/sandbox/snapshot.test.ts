// The built artifacts: found again without building, built anew when anything they depend on has changed.
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { createSandbox } from "../../../engine/sandbox/pool.ts";
import { type Artifacts, buildArtifacts, findArtifacts } from "../../../engine/sandbox/snapshot.ts";
import { guestEntry, openSandbox, request } from "./open-sandbox.ts";

const scratch = mkdtempSync(join(tmpdir(), "postern-test-"));
afterAll(() => rmSync(scratch, { recursive: true }));
let count = 0;
const fresh = () => join(scratch, `cache-${count++}`);

const manifestIn = (directory: string): string =>
  join(directory, readdirSync(directory).find((name) => name.endsWith(".json")) as string);

let original: string | undefined;
/** What was built once, in a cache of its own. */
async function builtIn(directory: string): Promise<Artifacts> {
  if (original === undefined) {
    original = fresh();
    await buildArtifacts(guestEntry, original);
  }
  cpSync(original, directory, { recursive: true, preserveTimestamps: true });
  const manifest = manifestIn(directory);
  // It names its files by their whole paths.
  writeFileSync(manifest, readFileSync(manifest, "utf8").replaceAll(original, directory));
  return findArtifacts(guestEntry, directory) as Artifacts;
}

test("are built once and found afterwards, for the same guest only", async () => {
  const directory = fresh();
  expect(findArtifacts(guestEntry, directory)).toBeUndefined();
  const built = await buildArtifacts(guestEntry, directory);
  expect(findArtifacts(guestEntry, directory)).toMatchObject({
    worker: built.worker,
    snapshot: built.snapshot,
  });
  expect(findArtifacts(`${guestEntry}x`, directory)).toBeUndefined();
  expect(readdirSync(directory).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test.each<[string, (built: Artifacts) => void]>([
  ["a snapshot cut short", ({ snapshot }) => truncateSync(snapshot.path, 1000)],
  [
    "a snapshot with one byte changed",
    ({ snapshot }) => {
      const bytes = readFileSync(snapshot.path);
      bytes[bytes.length >> 1] ^= 1;
      writeFileSync(snapshot.path, bytes);
    },
  ],
  ["a worker program that was edited", ({ worker }) => writeFileSync(worker.path, "process.exit(1)")],
  ["a missing file", ({ worker }) => rmSync(worker.path)],
])("%s is found out and built anew", async (_name, damage) => {
  const cacheDirectory = fresh();
  damage(await builtIn(cacheDirectory));
  expect(findArtifacts(guestEntry, cacheDirectory, true)).toBeUndefined();
  const sandbox = await openSandbox({ cacheDirectory });
  expect(await sandbox.run(request("1"))).toMatchObject({ ok: true });
  await sandbox.close();
  expect(findArtifacts(guestEntry, cacheDirectory)).toBeDefined();
});

test("a damaged manifest is built anew", async () => {
  const cacheDirectory = fresh();
  await builtIn(cacheDirectory);
  const manifest = manifestIn(cacheDirectory);
  for (const text of ["", "{}", '{"sources":[]}', "null"]) {
    writeFileSync(manifest, text);
    expect(findArtifacts(guestEntry, cacheDirectory)).toBeUndefined();
  }
});

test("a changed source is built anew", async () => {
  const cacheDirectory = fresh();
  const entry = join(scratch, "changing.ts");
  const guest = (answer: number) => `
    globalThis.__postern = { boot() {}, load() {}, drop() {}, evaluate: () => "${answer}" };`;
  for (const answer of [1, 2]) {
    writeFileSync(entry, guest(answer));
    utimesSync(entry, answer, answer);
    const sandbox = await createSandbox({ guestEntry: entry, memoryMb: 16, cacheDirectory });
    expect(await sandbox.run(request("1"))).toMatchObject({ outcomeJson: String(answer) });
    await sandbox.close();
  }
});

test("a build leaves what it shares with an earlier one as it was written", async () => {
  const cacheDirectory = fresh();
  const { worker } = await builtIn(cacheDirectory);
  const { ctimeMs } = statSync(worker.path);
  const entry = join(scratch, "another.ts");
  writeFileSync(
    entry,
    'globalThis.__postern = { boot() {}, load() {}, drop() {}, evaluate: () => "another" };',
  );
  const other = await buildArtifacts(entry, cacheDirectory);
  expect(other.worker.path).toBe(worker.path);
  expect(statSync(worker.path).ctimeMs).toBe(ctimeMs);
});

test("a cache that is removed while workers run is built anew for their successors", async () => {
  const cacheDirectory = fresh();
  await builtIn(cacheDirectory);
  const sandbox = await openSandbox({ cacheDirectory });
  rmSync(cacheDirectory, { recursive: true });
  expect(await sandbox.run(request("(() => { throw 1; })()"))).toMatchObject({ ok: false });
  expect(await sandbox.run(request("1"))).toMatchObject({ ok: true, outcomeJson: "1" });
  await sandbox.close();
});

test("a cache that cannot be written is replaced by a private one that goes with the sandbox", async () => {
  const file = join(scratch, "file");
  writeFileSync(file, "");
  const before = new Set(readdirSync(tmpdir()));
  const sandbox = await openSandbox({ cacheDirectory: join(file, "cache") });
  const made = readdirSync(tmpdir()).filter((name) => name.startsWith("postern-") && !before.has(name));
  expect(await sandbox.run(request("1"))).toMatchObject({ ok: true });
  expect(made.some((name) => existsSync(join(tmpdir(), name, "manifest.json")))).toBe(true);
  await sandbox.close();
  expect(made.filter((name) => existsSync(join(tmpdir(), name, "manifest.json")))).toEqual([]);
});

test.each([
  ["is not there", undefined, /missing\.ts/],
  ["cannot be bundled", "import './nowhere.ts';", /nowhere/],
  ["fails when it is loaded", "throw new Error('no such luck');", /no such luck/],
  ["uses a global that is removed", "globalThis.x = WebAssembly.Module;", /WebAssembly is not defined/],
  ["defines no __postern", "globalThis.x = 1;", /the guest defines no __postern/],
  ["fails in boot", "globalThis.__postern = { boot() { throw new Error('boot fails'); } };", /boot fails/],
])("a guest that %s: the sandbox says so and leaves no process", async (name, text, message) => {
  const entry = join(scratch, text === undefined ? "missing.ts" : `guest-${name.length}.ts`);
  if (text !== undefined) writeFileSync(entry, text);
  await expect(createSandbox({ guestEntry: entry, memoryMb: 16, cacheDirectory: fresh() })).rejects.toThrow(
    message,
  );
});

test("a cache behind a link is used like any other: a worker may not follow the link itself", async () => {
  const [real, link] = [fresh(), fresh()];
  await builtIn(real);
  symlinkSync(real, link);
  const sandbox = await openSandbox({ cacheDirectory: link });
  onTestFinished(() => sandbox.close());
  expect(await sandbox.run(request("6 * 7"))).toMatchObject({ ok: true, outcomeJson: "42" });
});
