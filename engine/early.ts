// Starts the sandbox of an engine to come, so that its worker starts while the rest of a program is loaded.
import { dropEarly, startEarly } from "./sandbox/pool.ts";
import type { Artifacts } from "./sandbox/snapshot.ts";
import { defaultLimits, sandboxOptions } from "./sandbox-options.ts";

/**
 * Starts what the next `createEngine` with the default memory and one worker will use. `artifacts` are what the worker starts from, where
 * the caller knows them and makes sure that they are current before it asks for an engine.
 */
export function startEngineEarly(artifacts?: Omit<Artifacts, "sources" | "release">): void {
  startEarly(
    sandboxOptions(defaultLimits),
    artifacts === undefined ? artifacts : { ...artifacts, sources: [], release() {} },
  );
}

/** Lets it go where no engine came to use it. */
export async function dropEarlyEngine(): Promise<void> {
  await dropEarly();
}
