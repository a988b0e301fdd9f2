// What the sandbox's tests share: a sandbox over the tests' guest, and requests with defaults.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createSandbox } from "../../../engine/sandbox/pool.ts";
import { type Artifacts, buildArtifacts, findArtifacts } from "../../../engine/sandbox/snapshot.ts";
import type {
  Sandbox,
  SandboxLimits,
  SandboxOptions,
  SandboxRequest,
} from "../../../engine/sandbox/types.ts";

export const guestEntry = fileURLToPath(new URL("guest.ts", import.meta.url));

export const limits: SandboxLimits = {
  wallMs: 5000,
  cpuMs: 100,
  memoryMb: 64,
  contextBytes: 1 << 20,
  outputBytes: 1 << 20,
  hostMs: 2000,
};

export function openSandbox(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  return createSandbox({ guestEntry, memoryMb: 64, ...options });
}

/** A request whose program is a JavaScript function of (context, options, host, index). */
export function request(
  body: string,
  change: Partial<SandboxRequest> & { limit?: Partial<SandboxLimits> } = {},
): SandboxRequest {
  const { limit, ...rest } = change;
  return {
    program: {
      id: `test:${body}`,
      code: `() => { "use strict"; return (context, options, host, index) => ${body}; }`,
    },
    contextJson: "{}",
    settings: "json",
    options: "{}",
    limits: { ...limits, ...limit },
    ...rest,
  };
}

export async function artifacts(): Promise<Artifacts> {
  return findArtifacts(guestEntry) ?? (await buildArtifacts(guestEntry));
}

/** True while the process exists and is not a zombie. */
export function isAlive(pid: number): boolean {
  try {
    const state = execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return state !== "" && !state.startsWith("Z");
  } catch {
    return false;
  }
}

/** Settles when `condition` holds; throws after `ms`. */
export async function until(condition: () => boolean, ms = 5000): Promise<void> {
  const end = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not so after ${ms} ms: ${condition}`);
    await new Promise((settle) => setTimeout(settle, 5));
  }
}
