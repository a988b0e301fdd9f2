// What a guest may ask of its worker's process: memory, CPU time, RE2, time zones, digests. A call to the host is `worker.ts`'s.
import * as fs from "node:fs";
import ivm from "isolated-vm";
import type { Re2Callback } from "../regex/re2-channel.ts";
import type { digest as digestFunction } from "./digests.ts";
import { flush } from "./worker-answers.ts";
import { collectGuest, isolate } from "./worker-isolate.ts";
import { zoneReader } from "./zone-files.ts";

/** The bundler's: it finds the module at build time and runs it at the call. */
declare const require: (path: string) => unknown;

const [, , logging, ...zonePaths] = process.argv.slice(2);

/** When the running evaluation began, and the thread's CPU time then; looked at only when the guest first asks. */
let startedAt = 0;
let cpuAtStart: number | undefined;
/** What an evaluation may have used before it first asks, milliseconds; waiting for a busy machine is not counted. */
const FIRST_SLICE_MS = 20;

/** Notes that an evaluation begins. */
export function startClock(): void {
  startedAt = performance.now();
  cpuAtStart = undefined;
}
function cpuUsedMs(): number {
  const now = threadCpuMs();
  cpuAtStart ??= now - Math.min(performance.now() - startedAt, FIRST_SLICE_MS);
  return now - cpuAtStart;
}
function threadCpuMs(): number {
  const usage = process.threadCpuUsage();
  return (usage.user + usage.system) / 1000;
}

// Callbacks answer with plain numbers and texts and never throw: a host error would show its path and stack inside.
export const heapUsed: ivm.Callback = new ivm.Callback(() => {
  flush();
  try {
    const statistics = isolate.getHeapStatisticsSync();
    return statistics.used_heap_size + statistics.externally_allocated_size;
  } catch {
    return Number.MAX_SAFE_INTEGER;
  }
});
export const cpuMs: ivm.Callback = new ivm.Callback(() => {
  flush();
  return cpuUsedMs();
});
export const re2: ivm.Callback = new ivm.Callback((...args: unknown[]) => {
  flush();
  try {
    return callRe2(args);
  } catch (error) {
    return `!${error instanceof Error ? error.name : "Error"}: the regular expression engine failed`;
  }
});
const readZone = zoneReader(zonePaths);
export const zone: ivm.Callback = new ivm.Callback((name: unknown) => {
  try {
    return readZone(String(name));
  } catch {
    return "";
  }
});
/** Loaded at the first use, like RE2. */
let runDigest: typeof digestFunction | undefined;
export const digest: ivm.Callback = new ivm.Callback((...args: unknown[]) => {
  flush();
  // biome-ignore lint/correctness/useImportExtensions: `.ts` in a checkout, `.js` in a package; the bundler finds either.
  runDigest ??= (require("./digests") as typeof import("./digests.ts")).digest;
  return runDigest(String(args[0]), String(args[1]), String(args[2]));
});
export const log: ivm.Callback = new ivm.Callback((text: unknown) => {
  if (logging === "log") fs.writeSync(2, `${String(text)}\n`);
});

/** Loaded at the first use: most programs have no pattern, and the library costs 3 ms of every start. */
let runRe2: Re2Callback | undefined;
function callRe2(args: readonly unknown[]): string {
  // biome-ignore lint/correctness/useImportExtensions: `.ts` in a checkout, `.js` in a package; the bundler finds either.
  runRe2 ??= (require("../regex/re2-host") as typeof import("../regex/re2-host.ts")).createRe2Callback();
  const [source, flags, text, start, limit, mode] = args as Parameters<Re2Callback>;
  return runRe2(source, flags, text, start, limit, mode);
}

export const collectGarbage: ivm.Callback = new ivm.Callback(() => {
  flush();
  collectGuest();
});
