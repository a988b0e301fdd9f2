// The set-up on a checkout of the test's own, with an npm of the test's own: what it runs, when, and what it says.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const scripts = join(import.meta.dirname, "../../scripts");

let root: string;
let tools: string;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "postern-setup-test-"));
  root = join(folder, "checkout");
  tools = join(folder, "tools");
  mkdirSync(join(root, "scripts"), { recursive: true });
  mkdirSync(tools);
  for (const name of ["setup.mjs", "joined-sources.mjs"])
    cpSync(join(scripts, name), join(root, "scripts", name));
  writeFileSync(join(root, "package-lock.json"), JSON.stringify({ packages: { "": {} } }));
});
afterEach(() => rmSync(dirname(root), { recursive: true, force: true }));

/** Puts an npm on PATH: a shell script that notes its arguments first. */
function npmIs(body: string): void {
  for (const name of ["sh", "cat", "mkdir", "cp", "sleep", "grep", "true"])
    symlinkSync(`/bin/${name}`, join(tools, name));
  const log = join(root, "npm.log");
  writeFileSync(join(tools, "npm"), `#!/bin/sh\necho "$1 $2" >> ${log}\n${body}\n`);
  chmodSync(join(tools, "npm"), 0o755);
}

/** What a build needs, as far as the set-up looks for it. */
function putCompilersOnPath(): void {
  for (const name of ["python3", "make", "c++"]) symlinkSync("/bin/true", join(tools, name));
}

function npmCalls(): string[] {
  try {
    return readFileSync(join(root, "npm.log"), "utf8").trim().split("\n");
  } catch {
    return [];
  }
}

/** Shell text that installs what the set-up looks for: npm's record, and native modules that load. */
function installing(): string {
  const libc = process.platform === "linux" ? ".glibc" : "";
  const prebuilt = `node_modules/isolated-vm/prebuilds/${process.platform}-${process.arch}`;
  return `
mkdir -p ${prebuilt} node_modules/re2
echo "" > node_modules/isolated-vm/index.js
echo "" > ${prebuilt}/isolated-vm.abi${process.versions.modules}${libc}.node
echo "module.exports = RegExp" > node_modules/re2/index.js
cp package-lock.json node_modules/.package-lock.json`;
}

function setup(file = "scripts/setup.mjs"): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    // Started by npm in this test's own process, so npm's variables must not reach it.
    const child = spawn(process.execPath, [join(root, file)], { env: { PATH: tools } });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

const ready = { code: 0, out: `${process.version}\n` };

test("installs, says so, and is silent the second time", async () => {
  npmIs(installing());
  expect(await setup()).toMatchObject({
    ...ready,
    err: expect.stringMatching(
      /^setup: installing the packages of package-lock\.json …\nsetup: {3}done in \d+ s\n$/,
    ),
  });
  expect(await setup()).toEqual({ ...ready, err: "" });
  expect(npmCalls()).toEqual(["ci --ignore-scripts"]);
});

test("installs again when the lock file changes", async () => {
  npmIs(installing());
  await setup();
  const packages = { "": {}, "node_modules/re2": { version: "2.0.0" } };
  writeFileSync(join(root, "package-lock.json"), JSON.stringify({ packages }));
  await setup();
  expect(npmCalls()).toEqual(["ci --ignore-scripts", "ci --ignore-scripts"]);
});

test("takes what is installed already, as after an `npm ci` by hand", async () => {
  npmIs("exit 1");
  await new Promise((resolve) => spawn("/bin/sh", ["-c", installing()], { cwd: root }).on("close", resolve));
  expect(await setup()).toEqual({ ...ready, err: "" });
  expect(npmCalls()).toEqual([]);
});

test("installs again after an `npm ci` that broke off", async () => {
  npmIs(installing());
  mkdirSync(join(root, "node_modules/re2"), { recursive: true });
  expect(await setup()).toMatchObject(ready);
  expect(npmCalls()).toEqual(["ci --ignore-scripts"]);
});

test("two at once install once", async () => {
  npmIs(`sleep 1\n${installing()}`);
  const both = await Promise.all([setup(), setup()]);
  expect(both).toMatchObject([ready, ready]);
  expect(both.map(({ err }) => err).join("")).toContain("setup: waiting for another set-up of this checkout");
  expect(npmCalls()).toEqual(["ci --ignore-scripts"]);
});

test("the lock of a process that died is taken over", async () => {
  npmIs(installing());
  const id = createHash("sha256").update(root).digest("hex").slice(0, 16);
  const lock = join(tmpdir(), `postern-setup-${userInfo().uid}-${id}.lock`);
  writeFileSync(lock, "999999999");
  expect(await setup()).toMatchObject(ready);
});

test("without npm it says where npm comes from", async () => {
  expect(await setup()).toMatchObject({
    code: 2,
    out: "",
    err: expect.stringMatching(
      /\nsetup: npm cannot be started\n\nInstall npm \(it comes with Node\.js\) and put it on PATH, then try again\.\n$/,
    ),
  });
});

test("a registry that does not answer is told from other failures", async () => {
  npmIs('echo "npm error code ENOTFOUND" >&2; exit 1');
  const { code, err } = await setup();
  expect(code).toBe(2);
  expect(err).toContain(
    "setup: `npm ci` failed:\nnpm error code ENOTFOUND\n\nThe npm registry did not answer.",
  );
});

test("a build that fails names the tools that are missing", async () => {
  npmIs(
    `[ "$1" = ci ] || { echo "gyp ERR!"; exit 1; }\n${installing()}\necho "throw 1" > node_modules/re2/index.js`,
  );
  const { code, err } = await setup();
  expect(code).toBe(2);
  expect(npmCalls()).toEqual(["ci --ignore-scripts", "rebuild re2"]);
  expect(err).toContain("gyp ERR!");
  expect(err).toContain(
    "python3 and make and a C++ compiler to compile one are missing. On Debian: apt-get install",
  );
});

const RECIPE =
  '{ "targets": [{ "sources": ["lib/a.cc", "lib/b.cc", "vendor/re2/re2/dfa.cc", "vendor/re2/c.cc"] }] }';

/** Shell text of a build that loads if `condition` holds where it is run, in re2's folder. */
function building(condition: string): string {
  return `
[ "$1" = ci ] && {${installing()}
  echo "throw 1" > node_modules/re2/index.js
  echo '${RECIPE}' > node_modules/re2/binding.gyp
  exit 0; }
cd node_modules/re2
cat binding.gyp >> ${root}/recipes
cat joined-0.cc >> ${root}/joined
${condition} && echo "module.exports = RegExp" > index.js`;
}

test("re2's sources are compiled together, those that stand in each other's way by themselves", async () => {
  npmIs(building("true"));
  putCompilersOnPath();
  expect(await setup()).toMatchObject(ready);
  expect(npmCalls()).toEqual(["ci --ignore-scripts", "rebuild re2"]);
  expect(readFileSync(join(root, "recipes"), "utf8")).toBe(
    '{ "targets": [{ "sources": ["joined-0.cc","joined-1.cc","vendor/re2/re2/dfa.cc"] }] }\n',
  );
  expect(readFileSync(join(root, "joined"), "utf8")).toBe('#include "lib/a.cc"\n#include "lib/b.cc"\n');
  expect(readFileSync(join(root, "node_modules/re2/binding.gyp"), "utf8")).toBe(`${RECIPE}\n`);
});

test("a build of joined sources that fails is followed by one of re2's own recipe", async () => {
  npmIs(building("grep -q lib/a binding.gyp"));
  putCompilersOnPath();
  expect(await setup()).toMatchObject(ready);
  expect(npmCalls()).toEqual(["ci --ignore-scripts", "rebuild re2", "rebuild re2"]);
});

test("a set-up that was broken off while it built re2 is taken up", async () => {
  npmIs(building("true"));
  putCompilersOnPath();
  const folder = join(root, "node_modules/re2");
  mkdirSync(folder, { recursive: true });
  await new Promise((resolve) =>
    spawn("/bin/sh", ["-c", `set -- ci; ${building("true")}`], { cwd: root }).on("close", resolve),
  );
  writeFileSync(join(folder, "binding.gyp.original"), `${RECIPE}\n`);
  writeFileSync(join(folder, "binding.gyp"), '{ "sources": ["joined-0.cc"] }');
  expect(await setup()).toMatchObject(ready);
  expect(npmCalls()).toEqual(["rebuild re2"]);
  expect(readFileSync(join(folder, "binding.gyp"), "utf8")).toBe(`${RECIPE}\n`);
});

test("a command that cannot be bundled starts from its sources, and the set-up says why", async () => {
  npmIs(installing());
  writeFileSync(
    join(root, "scripts/bundle-command.ts"),
    "throw new Error('1 error:\\nmain.ts:1:2: Unexpected \";\"');",
  );
  writeFileSync(
    join(root, "start.mjs"),
    'import { prepareAndRun } from "./scripts/setup.mjs";\nawait prepareAndRun(["-e", "console.log(7)"]);\n',
  );
  expect(await setup("start.mjs")).toMatchObject({
    code: 0,
    out: "7\n",
    err: expect.stringContaining(
      "setup: eval and test start from their sources, slower, because they could not be bundled: Error: 1 error:\nmain.ts:1:2: Unexpected",
    ),
  });
});
