// A worker's process: how it is started, and with which rights.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import type { Artifacts } from "./snapshot.ts";
import { zoneFolders } from "./zone-files.ts";

export interface WorkerSettings {
  readonly memoryMb: number;
  readonly programs: number;
  readonly onLog?: (text: string) => void;
}

/**
 * The deepest stack V8 may use, kilobytes: less than half of what the system gives the main thread, since native code
 * (and V8's own parser) uses stack beyond V8's check. Systems whose limit is not known keep V8's default.
 */
function stackKilobytes(): number {
  const fallback = 984;
  if (process.platform === "darwin") return 3900;
  if (process.platform !== "linux") return fallback;
  try {
    const soft = /^Max stack size\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    if (soft === "unlimited") return 3900;
    return Math.max(fallback, Math.min(3900, Math.floor((Number(soft) / 1024) * 0.48) || fallback));
  } catch {
    return fallback;
  }
}

/** A path without links: a worker may read its files, but not the links that lead to them. */
function withoutLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // It is gone; the worker's end will say so.
    return path;
  }
}

/** Node's command line for a worker: no right but to read four files and the platform's time zones. */
function workerArguments(artifacts: Artifacts, settings: WorkerSettings): string[] {
  const zones = zoneFolders();
  const program = withoutLinks(artifacts.worker.path);
  const snapshot = withoutLinks(artifacts.snapshot.path);
  const readable = [program, snapshot, ...artifacts.nativeLibraries, ...zones];
  return [
    "--permission",
    ...readable.map((path) => `--allow-fs-read=${path}`),
    "--allow-addons",
    // isolated-vm crashes where isolates of different start-up snapshots share a process.
    "--no-node-snapshot",
    // V8 would give an isolate a megabyte for new objects, collect it every few evaluations, and wake threads for each time.
    "--max-semi-space-size=4",
    "--no-parallel-scavenge",
    // V8 trusts what it starts from; of a damaged snapshot it ends the process, and the pool has it built anew.
    "--verify-snapshot-checksum",
    // SIGUSR1 would open a debugger.
    "--disable-sigusr1",
    "--disable-warning=SecurityWarning",
    `--stack-size=${stackKilobytes()}`,
    program,
    snapshot,
    String(settings.memoryMb),
    settings.onLog === undefined ? "quiet" : "log",
    ...zones,
  ];
}

/** Starts the process: no environment, no handles but the three pipes, no rights but the above. */
export function spawnWorker(artifacts: Artifacts, settings: WorkerSettings): ChildProcess {
  return spawn(process.execPath, workerArguments(artifacts, settings), {
    stdio: ["pipe", "pipe", "pipe"],
    // Node passes inherited properties on as variables: one that somebody left on Object.prototype would be among them.
    env: Object.create(null) as NodeJS.ProcessEnv,
    cwd: dirname(artifacts.worker.path),
    windowsHide: true,
  });
}

/** Workers alive, so that the host's end is theirs even where one is stuck in native code. */
export const living = new Set<ChildProcess>();
/** Ends them. */
export function killAll(): void {
  for (const child of living) child.kill("SIGKILL");
}
