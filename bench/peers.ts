// The peers: which CPython there is, and the packages of bench/package.json, installed when first wanted.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const folder = import.meta.dirname;

/** A command that starts CPython 3.13, found as the Python fuzzer finds it. */
export function findPython(wanted: string | undefined): string | undefined {
  return [wanted, "python3.13", "python3"].find((command) => {
    if (command === undefined) return false;
    const run = spawnSync(command, ["-c", "import sys; print(sys.version_info[:2])"], { encoding: "utf8" });
    return run.status === 0 && run.stdout.trim() === "(3, 13)";
  });
}

/** The packages of the peers, and the versions that are compared with. */
export function pinnedVersions(): Record<string, string> {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  return manifest.dependencies;
}

function isInstalled([name, version]: [string, string]): boolean {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8")) as {
      version: string;
    };
    return manifest.version === version;
  } catch {
    return false;
  }
}

/** Installs what is missing; says so, and why it could not. The names of the packages that are there. */
export function installPeers(say: (text: string) => void): ReadonlySet<string> {
  const pinned = Object.entries(pinnedVersions());
  if (!pinned.every(isInstalled)) {
    say("installing the packages that are compared with (bench/package.json) …");
    // Not `npm ci`: Monty's binaries for other platforms are not in every registry, and then not in the lock file.
    const options = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    const run = spawnSync("npm", ["install", ...options], { cwd: folder, encoding: "utf8" });
    if (run.status !== 0) {
      const reason = run.error?.message ?? run.stderr.trim().split("\n").slice(0, 3).join("\n");
      say(`they cannot be installed, the others are measured without them:\n${reason}`);
    }
  }
  return new Set(pinned.filter(isInstalled).map(([name]) => name));
}
