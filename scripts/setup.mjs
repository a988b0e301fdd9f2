// Makes a fresh clone ready to run: packages, the pinned Node, native modules. Plain JavaScript for Node 18 and up.
//
// Postern needs Node 24, a machine often has an older one. So the system's Node only ever runs this file and npm.
// Three things must hold before anything else starts, and each is looked at, not remembered:
//
//   1. the packages of package-lock.json are installed                    else `npm ci`, without install scripts
//   2. there is a Node that the native modules support                    else `npm rebuild node` brings the pinned one
//   3. that Node loads `isolated-vm` and `re2`                            else `npm rebuild re2`
//
// `isolated-vm` ships binaries. `re2` downloads one where it can and is compiled where it cannot; the headers for that
// come with the pinned Node's own package. Once all three hold, a stamp in node_modules (lock file, platform, Node) makes
// the next start skip the looking. A lock outside the tree keeps two first runs from treading on each other, because
// `npm ci` empties node_modules.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, linkSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { delimiter, dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { joinSources } from "./joined-sources.mjs";

/** The checkout's own folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const modules = join(root, "node_modules");
const stampFile = join(modules, ".postern-setup.json");
const pinnedNode = join(modules, "node", "bin", "node");

/** A failure of the set-up that the user can act on: `message` says what, `advice` what to do. */
export class SetupError extends Error {
  constructor(message, advice) {
    super(message);
    this.name = "SetupError";
    this.advice = advice;
  }
}

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

function lockFileHash() {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

/** True where npm's scripts put the pinned Node first on PATH and so run this file with it. */
const runByPinnedNode = process.execPath.startsWith(`${realpathSync(root)}${sep}node_modules${sep}`);

/** True where this Node can run Postern itself: an even release from 24.15 on whose binaries `isolated-vm` ships. */
function runningNodeFits() {
  if (runByPinnedNode) return false;
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 24 || (major === 24 && minor < 15) || major % 2 === 1) return false;
  const folder = join(modules, "isolated-vm", "prebuilds", `${process.platform}-${process.arch}`);
  const names = ["", ".glibc", ".musl"].map(
    (libc) => `isolated-vm.abi${process.versions.modules}${libc}.node`,
  );
  return names.some((name) => existsSync(join(folder, name)));
}

/** The Node that runs Postern, once it is there. */
function chosenNode() {
  return runningNodeFits() ? process.execPath : pinnedNode;
}

function stampText(node) {
  // The running Node's version matters where it is the chosen one: its native modules belong to its ABI.
  const which = node === pinnedNode ? "pinned" : process.versions.node;
  return JSON.stringify({
    lock: lockFileHash(),
    platform: process.platform,
    arch: process.arch,
    node: which,
  });
}

function stamped(node) {
  try {
    return existsSync(node) && readFileSync(stampFile, "utf8") === stampText(node);
  } catch {
    return false;
  }
}

function writeStamp(node) {
  const draft = `${stampFile}.${process.pid}`;
  writeFileSync(draft, stampText(node));
  renameSync(draft, stampFile);
}

/** True where npm's own record of node_modules names every package of the lock file in the locked version. */
function packagesInstalled() {
  try {
    const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
    const present = JSON.parse(readFileSync(join(modules, ".package-lock.json"), "utf8")).packages;
    return Object.entries(wanted).every(([path, entry]) => {
      if (path === "" || entry.optional) return true;
      return present[path]?.version === entry.version && existsSync(join(root, path, "package.json"));
    });
  } catch {
    return false;
  }
}

function nativeModulesLoad(node) {
  const probe = 'require("isolated-vm"); new (require("re2"))("a").test("a")';
  return spawnSync(node, ["-e", probe], { cwd: root, stdio: "ignore" }).status === 0;
}

/** Runs npm quietly; answers its whole output. Throws a SetupError where npm itself is missing. */
function npm(args, environment = {}) {
  // Under `npm start` npm names its own program file and Node. Those stay when `npm ci` empties node_modules,
  // which may hold the Node that runs this file.
  const { npm_execpath: cli, npm_node_execpath: itsNode } = process.env;
  const [command, first] = cli?.endsWith(".js") && itsNode ? [itsNode, [cli]] : ["npm", []];
  const options = [
    "--loglevel=error",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--engine-strict=false",
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, ...args, ...options], {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.on("error", () => {
      reject(
        new SetupError(
          "npm cannot be started",
          "Install npm (it comes with Node.js) and put it on PATH, then try again.",
        ),
      );
    });
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}

function tail(output) {
  return output.trimEnd().split("\n").slice(-25).join("\n");
}

async function timed(text, step) {
  const start = Date.now();
  say(`${text} …`);
  await step();
  say(`  done in ${((Date.now() - start) / 1000).toFixed(0)} s`);
}

async function installPackages() {
  const { ok, output } = await npm(["ci", "--ignore-scripts"]);
  if (ok) return;
  const offline = /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|network/i.test(output);
  throw new SetupError(
    `\`npm ci\` failed:\n${tail(output)}`,
    offline
      ? "The npm registry did not answer. Check the network, and `npm config get registry` and its proxy settings, then try again."
      : "Mend what npm names above, then try again. Deleting node_modules is safe.",
  );
}

async function bringPinnedNode() {
  const { output } = await npm(["rebuild", "node"]);
  if (spawnSync(pinnedNode, ["--version"], { stdio: "ignore" }).status === 0) return;
  throw new SetupError(
    `the pinned Node for ${process.platform}-${process.arch} could not be installed:\n${tail(output)}`,
    "If the registry did not answer, try again. If it has no Node for this machine, install Node 24 LTS (24.15 or later) yourself; it is used when it is there.",
  );
}

function missingBuildTools() {
  const found = (command) => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;
  const missing = [];
  if (!found("python3")) missing.push("python3");
  if (!found("make")) missing.push("make");
  if (!["c++", "g++", "clang++"].some(found)) missing.push("a C++ compiler");
  return missing;
}

async function buildRe2(node) {
  const headers = join(modules, "node", "node_modules", `node-${process.platform}-${process.arch}`);
  const useHeaders = node === pinnedNode && existsSync(join(headers, "include", "node", "node.h"));
  const path = `${dirname(node)}${delimiter}${process.env.PATH ?? ""}`;
  const rebuild = () =>
    npm(["rebuild", "re2", ...(useHeaders ? [`--nodedir=${headers}`] : [])], {
      PATH: path,
      // node-gyp compiles one file after the other unless told otherwise.
      JOBS: process.env.JOBS ?? "max",
      // The package asks for -O3 and debugging symbols; without them the matching is as fast and the compilation is not.
      CXXFLAGS: process.env.CXXFLAGS ?? "-O2 -g0",
    });
  const separate = joinSources(join(modules, "re2"));
  let { output } = await rebuild();
  separate?.();
  if (nativeModulesLoad(node)) return;
  const missing = missingBuildTools();
  if (separate !== undefined && missing.length === 0) {
    // A compiler that does not take the sources together gets them as the package has them.
    ({ output } = await rebuild());
    if (nativeModulesLoad(node)) return;
  }
  throw new SetupError(
    `re2 or isolated-vm does not load in ${node}:\n${tail(output)}`,
    missing.length > 0
      ? `No binary could be downloaded and ${missing.join(" and ")} to compile one ${missing.length > 1 ? "are" : "is"} missing. On Debian: apt-get install python3 make g++; on macOS: xcode-select --install.`
      : "Mend what the build names above, then try again. Deleting node_modules is safe.",
  );
}

async function makeReady() {
  if (!packagesInstalled()) {
    await timed("installing the packages of package-lock.json", installPackages);
  }
  const node = chosenNode();
  if (node === pinnedNode && spawnSync(node, ["--version"], { stdio: "ignore" }).status !== 0) {
    await timed(
      "bringing the pinned Node, because the machine's own cannot run the native modules",
      bringPinnedNode,
    );
  }
  if (!nativeModulesLoad(node)) {
    await timed("building re2 for it, once; about a minute where no binary can be downloaded", () =>
      buildRe2(node),
    );
  }
  writeStamp(node);
  return node;
}

function isAlive(pid) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

async function takeLock(draft, file) {
  for (let waited = false; ; waited = true) {
    try {
      linkSync(draft, file);
      return;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const holder = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
    if (!isAlive(holder)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!waited) say(`waiting for another set-up of this checkout (process ${holder}, lock ${file})`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Holds the set-up lock of this checkout while `work` runs; a lock whose holder has died is taken over. */
async function locked(work) {
  const id = createHash("sha256").update(root).digest("hex").slice(0, 16);
  const file = join(tmpdir(), `postern-setup-${userInfo().uid}-${id}.lock`);
  const draft = `${file}.${process.pid}`;
  // Written first and linked then, so that a lock never stands there without its holder's number.
  writeFileSync(draft, String(process.pid));
  try {
    await takeLock(draft, file);
    try {
      return await work();
    } finally {
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Makes sure that everything is installed and answers the Node to run Postern with (an absolute path).
 * Throws a SetupError that says what to do.
 */
export async function prepare() {
  const node = chosenNode();
  if (stamped(node)) return node;
  return await locked(async () => (stamped(chosenNode()) ? chosenNode() : await makeReady()));
}

/** Builds the playground's page where its files have changed since. */
function buildPage(node) {
  const { status, stderr } = spawnSync(node, ["scripts/build-playground.ts"], {
    cwd: root,
    encoding: "utf8",
  });
  if (status === 0) return;
  throw new SetupError(
    `the playground's page could not be built:\n${tail(stderr ?? "")}`,
    "Mend what the build names above, then try again.",
  );
}

/** Bundles the command where its files have changed since. Where it cannot be, it starts from its sources, slower. */
function bundleCommand(node) {
  const { status, stderr } = spawnSync(node, ["scripts/bundle-command.ts"], { cwd: root, encoding: "utf8" });
  if (status === 0) return;
  const reason = /^\w*Error.*?(?:[^:]$|:\n.*$)/m.exec(stderr ?? "")?.[0] ?? `exit ${status}`;
  say(`eval and test start from their sources, slower, because they could not be bundled: ${reason}`);
}

/**
 * Prepares the checkout, with `command` the command's bundle and with `page` the playground's page too, then runs `args` with the
 * chosen Node and ends with its exit code.
 */
export async function prepareAndRun(args, { command = true, page = false } = {}) {
  let node;
  try {
    node = await prepare();
    if (command) bundleCommand(node);
    if (page) buildPage(node);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`setup: ${error.message}\n\n${error.advice}\n`);
    process.exitCode = 2;
    return;
  }
  const child = spawn(node, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` },
  });
  // The terminal sends ^C to both; the child decides how to end, this process only follows.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`setup: cannot start ${node}: ${error.message}\n`);
    process.exitCode = 2;
  });
  child.on("close", (code, signal) => {
    process.exitCode = signal === null ? code : 130;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await prepareAndRun(["--version"], { command: false });
