// The bundle that `postern eval` and `postern test` start from: used where it was made of the very files that are there, and nowhere else.
// In a checkout of the test's own, whose node_modules is made of links.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";

vi.setConfig({ hookTimeout: 240_000, testTimeout: 120_000 });

const root = join(import.meta.dirname, "../..");
const checkout = join(realpathSync(mkdtempSync(join(tmpdir(), "postern-bundle-"))), "checkout");
const cache = join(checkout, "node_modules/.cache/postern/command");
const policy = join(checkout, "policy.py");

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: checkout, encoding: "utf8" });
  return { status, stdout, stderr };
}
const evaluate = () => run("cli/bin.mjs", "eval", policy);
const fromBundle = { status: 0, stdout: "passed\n", stderr: "from the bundle\n" };
const fromSources = { ...fromBundle, stderr: "" };
const names = (ending: string): string[] => readdirSync(cache).filter((name) => name.endsWith(ending));
const manifest = (): string => join(cache, names(".manifest")[0] as string);
const folder = (): string =>
  join(cache, JSON.parse(readFileSync(manifest(), "utf8").split("\n")[0] as string).folder);

/** Makes a bundle that says that it is used. */
function bundle(): void {
  rmSync(cache, { recursive: true, force: true });
  expect(run("scripts/bundle-command.ts")).toEqual({ status: 0, stdout: "", stderr: "" });
  appendFileSync(join(folder(), "main.mjs"), 'process.stderr.write("from the bundle\\n");\n');
}

beforeAll(() => {
  mkdirSync(join(checkout, "node_modules"), { recursive: true });
  for (const name of [
    "cli",
    "engine",
    "runtime",
    "providers",
    "testing",
    "yaml",
    "server",
    "scripts",
    "package.json",
  ])
    cpSync(join(root, name), join(checkout, name), { recursive: true });
  for (const name of readdirSync(join(root, "node_modules")))
    if (!name.startsWith("."))
      symlinkSync(join(root, "node_modules", name), join(checkout, "node_modules", name));
  writeFileSync(policy, "return True\n");
});
beforeEach(() => {
  if (!existsSync(cache) || evaluate().stderr === "") bundle();
});
afterAll(() => rmSync(join(checkout, ".."), { recursive: true, force: true }));

test("it is used, for the two commands that it holds", () => {
  expect(evaluate()).toEqual(fromBundle);
  expect(run("cli/bin.mjs", "test", "nowhere")).toEqual({
    status: 2,
    stdout: "",
    stderr: "from the bundle\npostern: nowhere: there is no such file or folder\n",
  });
  expect(run("cli/bin.mjs", "check", policy)).toMatchObject({ status: 0, stderr: "" });
});

test("all that it was made of is noted: its own modules, the sandbox's, the libraries and Node", () => {
  const noted = readFileSync(manifest(), "utf8")
    .split("\n")
    .slice(1)
    .map((line) => line.replace(/^\d+ \S+ \S+ /, ""));
  for (const name of [
    "cli/main.ts",
    "cli/commands/test.ts",
    "engine/language/tokenizer.ts",
    "engine/python/modules/json.ts",
    "engine/sandbox/realm.ts",
    "runtime/blueprint/parse.ts",
    "package.json",
  ])
    expect(noted).toContain(join(checkout, name));
  expect(noted).toContain(process.execPath);
  for (const part of [
    /isolated-vm.*\.node$/,
    /re2\.node$/,
    /guest\.snapshot$/,
    /worker\.cjs$/,
    /zod\/.*\.js$/,
  ])
    expect(noted).toContainEqual(expect.stringMatching(part));
});

test("a change of as many characters is seen although the file's time is set back", () => {
  const file = join(checkout, "cli/outcome-text.ts");
  const before = readFileSync(file, "utf8");
  const { atimeMs, mtimeMs, size } = statSync(file);
  writeFileSync(file, before.replaceAll("passed", "PASSED"));
  utimesSync(file, atimeMs / 1000, mtimeMs / 1000);
  expect(statSync(file).size).toBe(size);
  expect(evaluate()).toEqual({ ...fromSources, stdout: "PASSED\n" });
  bundle();
  expect(evaluate()).toEqual({ ...fromBundle, stdout: "PASSED\n" });
  writeFileSync(file, before);
  expect(evaluate()).toEqual(fromSources);
});

test("without it, with half of it, and where others may write, the sources run", () => {
  const spoilings: (() => void)[] = [
    () => rmSync(join(folder(), "early.mjs")),
    () => rmSync(folder(), { recursive: true }),
    () => writeFileSync(manifest(), readFileSync(manifest(), "utf8").slice(0, 100)),
    () => rmSync(cache, { recursive: true }),
  ];
  if (process.platform !== "win32") spoilings.push(() => chmodSync(cache, 0o777));
  const kept = join(checkout, "kept");
  cpSync(cache, kept, { recursive: true });
  for (const spoil of spoilings) {
    rmSync(cache, { recursive: true, force: true });
    cpSync(kept, cache, { recursive: true });
    expect(evaluate()).toEqual(fromBundle);
    spoil();
    expect(evaluate()).toEqual(fromSources);
  }
});

test("who makes it at the same time leaves one that works, and the one that is current is not made again", async () => {
  rmSync(cache, { recursive: true });
  const make = () =>
    spawn(process.execPath, ["scripts/bundle-command.ts"], { cwd: checkout, stdio: "inherit" });
  const codes = await Promise.all([make(), make()].map(async (child) => (await once(child, "close"))[0]));
  expect(codes).toEqual([0, 0]);
  const made = readFileSync(manifest(), "utf8");
  expect(run("scripts/bundle-command.ts").status).toBe(0);
  expect(readFileSync(manifest(), "utf8")).toBe(made);
  expect(evaluate()).toEqual(fromSources);
});
