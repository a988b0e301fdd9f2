// An empty project with Postern installed from what `npm pack` makes of a copy of this checkout.
//
// npm does the packing. Installing is done here as npm does it (unpack, place below node_modules, link the command), so that
// the test needs no registry and re2, which takes minutes to compile, not once more: the packages that package.json names as
// dependencies, and no others, are links to the checkout's own.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { buildPlayground } from "../../scripts/build-playground.ts";

const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A project with the package. */
export interface Project extends AsyncDisposable {
  /** Absolute path of the project. */
  readonly folder: string;
  /** Absolute path of the installed package. */
  readonly installed: string;
  /** Runs a program in the project, or in a folder of it. Never rejects for how the program ended. */
  run(program: string, args: readonly string[], folder?: string): Promise<Ended>;
  /** Starts a Node program in the project. It is killed with the project, if it is still there. */
  start(args: readonly string[], variables: Readonly<Record<string, string>>): Started;
}

/** A program that runs. */
export interface Started {
  /** Waits until it has printed this; resolves with the pattern's first group. */
  printed(pattern: RegExp): Promise<string>;
  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<{ readonly code: number | null; readonly err: string }>;
}

/** This Node first on PATH, and none of what an `npm test` around us tells its own children. */
const env: NodeJS.ProcessEnv = {
  PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
  NO_COLOR: "1",
  npm_config_offline: "true",
  npm_config_update_notifier: "false",
};

/** Copies what a clone would have, without what only tests need. */
async function copyCheckout(to: string): Promise<void> {
  const left = [
    "node_modules",
    ".git",
    "dist",
    "coverage",
    "tests",
    "bench",
    "fixtures/cpython",
    "fixtures/escapes",
  ];
  await cp(root, to, {
    recursive: true,
    filter: (path) => !left.includes(relative(root, path)) && !path.endsWith(".tgz"),
  });
  await symlink(join(root, "node_modules"), join(to, "node_modules"));
}

async function linkPackage(name: string, modules: string): Promise<void> {
  const link = join(modules, name);
  await mkdir(dirname(link), { recursive: true });
  await symlink(join(root, "node_modules", name), link);
}

function start(child: ChildProcess): Started {
  let [out, err] = ["", ""];
  const news = new EventEmitter();
  child.stdout?.on("data", (chunk) => {
    out += chunk;
    news.emit("news");
  });
  child.stderr?.on("data", (chunk) => {
    err += chunk;
  });
  const ended = once(child, "close") as Promise<[code: number | null]>;
  return {
    async printed(pattern) {
      for (;;) {
        const [, group] = pattern.exec(out) ?? [];
        if (group !== undefined) return group;
        const hasEnded = await Promise.race([once(news, "news").then(() => false), ended.then(() => true)]);
        if (hasEnded) throw new Error(`it ended without printing ${pattern}:\n${out}${err}`);
      }
    },
    async stop() {
      child.kill("SIGTERM");
      const [code] = await ended;
      return { code, err };
    },
  };
}

/** Packs and installs. `with` names packages that the project has beside Postern. */
export async function installPackage(beside: readonly string[]): Promise<Project> {
  const place = await mkdtemp(join(tmpdir(), "postern-package-"));
  const children: ChildProcess[] = [];
  const dispose = async (): Promise<void> => {
    for (const child of children) child.kill("SIGKILL");
    await rm(place, { recursive: true, force: true });
  };
  try {
    await buildPlayground();
    const checkout = join(place, "checkout");
    const folder = join(place, "project");
    const modules = join(folder, "node_modules");
    const installed = join(modules, "postern");
    env.npm_config_cache = join(place, "npm");
    await copyCheckout(checkout);
    const before = await readFile(join(checkout, "package.json"), "utf8");
    await mkdir(modules, { recursive: true });
    const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", place], {
      cwd: checkout,
      env,
    });
    const after = await readFile(join(checkout, "package.json"), "utf8");
    if (after !== before) throw new Error("npm pack has left another package.json behind");
    const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf("["))) as [{ filename: string }];
    await run("tar", ["-xzf", join(place, filename), "-C", modules]);
    await rename(join(modules, "package"), installed);
    const { bin, dependencies } = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
    for (const name of [...Object.keys(dependencies), ...beside]) await linkPackage(name, modules);
    await mkdir(join(modules, ".bin"));
    await symlink(join("../postern", bin.postern), join(modules, ".bin/postern"));
    await writeFile(
      join(folder, "package.json"),
      JSON.stringify({ name: "empty", private: true, type: "module" }),
    );
    return {
      folder,
      installed,
      async run(program, args, cwd = folder) {
        try {
          const { stdout: out, stderr: err } = await run(program, args, { cwd, env });
          return { code: 0, out, err };
        } catch (error) {
          const {
            code,
            stdout: out,
            stderr: err,
          } = error as Error & { code: number; stdout: string; stderr: string };
          return { code, out, err };
        }
      },
      start(args, variables) {
        const child = spawn(process.execPath, args, { cwd: folder, env: { ...env, ...variables } });
        children.push(child);
        return start(child);
      },
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}
