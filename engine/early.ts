// Starts the sandbox of an engine to come, so that its worker starts while the rest of a program is loaded.
import { dropEarly, startEarly } from "./sandbox/pool.ts";
import { defaultLimits, sandboxOptions } from "./sandbox-options.ts";

/** Starts what the next `createEngine` with the default memory and one worker will use. */
export function startEngineEarly(): void {
  startEarly(sandboxOptions(defaultLimits));
}

/** Lets it go where no engine came to use it. */
export async function dropEarlyEngine(): Promise<void> {
  await dropEarly();
}
