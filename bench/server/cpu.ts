// CPU time of other processes, as Linux counts it; elsewhere nothing is known.
import { readdirSync, readFileSync } from "node:fs";

/** Microseconds of a tick: what /proc counts in, on every Linux there is. */
const TICK = 1_000_000 / 100;

interface Process {
  readonly parent: number;
  /** Ticks of the process and of its children that have ended. */
  readonly ticks: number;
}

/** Microseconds of CPU that each of these processes and all below it have used; nothing where the system does not say. */
export function cpuOfTrees(roots: readonly number[]): number[] | undefined {
  if (process.platform !== "linux") return undefined;
  const all = new Map<number, Process>();
  for (const name of readdirSync("/proc")) {
    const found = /^\d+$/.test(name) ? processOf(name) : undefined;
    if (found !== undefined) all.set(Number(name), found);
  }
  const sums = new Map(roots.map((root) => [root, 0]));
  for (const [pid, { ticks }] of all) {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = all.get(at)?.parent) {
      const sum = sums.get(at);
      if (sum !== undefined) sums.set(at, sum + ticks * TICK);
    }
  }
  return roots.map((root) => sums.get(root) ?? 0);
}

function processOf(pid: string): Process | undefined {
  try {
    // The name stands in brackets and may have anything in it.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\)\s/s, "")
      .split(" ");
    const [user, system, childUser, childSystem] = fields.slice(11, 15).map(Number);
    return { parent: Number(fields[1]), ticks: user + system + childUser + childSystem };
  } catch {
    // It has just ended.
    return undefined;
  }
}
