// How an engine's sandbox is started: the default limits, and the process that goes with some limits.
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { SandboxOptions } from "./sandbox/types.ts";
import type { Limits } from "./types.ts";

/** What an evaluation may use unless told otherwise. */
export const defaultLimits: Limits = {
  cpuMs: 1000,
  wallMs: 3000,
  memoryMb: 64,
  steps: 20_000_000,
  outputBytes: 1_048_576,
  contextBytes: 4_194_304,
  recursion: 1000,
  hostMs: 10_000,
  hostCalls: 50,
};

/** A `.ts` file in a checkout, a `.js` file in a package. */
const GUEST = fileURLToPath(new URL(`./expressions/guest${extname(import.meta.url)}`, import.meta.url));

/** The sandbox of an engine with these limits. */
export function sandboxOptions({ memoryMb }: Pick<Limits, "memoryMb">, workers = 1): SandboxOptions {
  // Room above the evaluation's own limit, so that the object model refuses before V8 gives up.
  return { guestEntry: GUEST, workers, memoryMb: memoryMb * 2 + 32 };
}
