// What a process holds, as the system counts it: memory, open files, children.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const hasProc = process.platform === "linux";

/** Resident memory of a process, mebibytes; `undefined` once it is gone. */
export function residentMb(pid: number): number | undefined {
  try {
    const kilobytes = hasProc
      ? /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
      : execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}

/** Files, pipes and sockets that this process has open; `undefined` where the system does not say. */
export function openFiles(): number | undefined {
  // The folder itself is open while it is read.
  return hasProc ? readdirSync("/proc/self/fd").length - 1 : undefined;
}

/** Processes that this process has started and that are still there, those that are no more than an exit status included. */
export function children(): number[] {
  if (!hasProc) {
    const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,comm="], { encoding: "utf8" }).split("\n");
    return lines
      .map((line) => line.trim().split(/\s+/))
      .filter(([, parent, command]) => Number(parent) === process.pid && !command?.endsWith("ps"))
      .map(([pid]) => Number(pid));
  }
  return readdirSync("/proc/self/task").flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
}

/** Resident memory of this process after a collection of garbage, mebibytes. Needs `--expose-gc`. */
export function hostMb(): { resident: number; heap: number } {
  // The thorough kind, that gives memory back to the system.
  globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
  const { rss, heapUsed } = process.memoryUsage();
  return { resident: rss / 1048576, heap: heapUsed / 1048576 };
}
