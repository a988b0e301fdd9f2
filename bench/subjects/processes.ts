// What Linux tells about an engine's worker processes: CPU time and memory.
import { readdirSync, readFileSync } from "node:fs";

/** CPU time of all threads of a process, milliseconds; undefined where the system does not tell it so finely. */
export function cpuMs(pid: number): number | undefined {
  try {
    let nanoseconds = 0;
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const [running] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ");
      nanoseconds += Number(running);
    }
    return nanoseconds / 1e6;
  } catch {
    return undefined;
  }
}

/** Resident memory of a process, bytes; undefined where the system does not tell it. */
export function residentBytes(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
