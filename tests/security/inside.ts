// JavaScript inside the isolate of the real guest, without the object model: what an author could do who got past it.
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { formatOptions } from "../../engine/expressions/options.ts";
import { readOutcome } from "../../engine/guest-outcome.ts";
import { createSandbox } from "../../engine/sandbox/pool.ts";
import type { Sandbox, SandboxAnswer, SandboxLimits } from "../../engine/sandbox/types.ts";

export const guestEntry = fileURLToPath(new URL("../../engine/expressions/guest.ts", import.meta.url));

/** Collects into `found` every value reachable from the array `roots` through own properties and prototypes. */
export const walk = `
  const found = new Set();
  let level = roots;
  for (let depth = 0; level.length > 0 && depth < 12; depth += 1) {
    const next = [];
    for (const value of level) {
      if (value === null || value === undefined || found.has(value)) continue;
      found.add(value);
      const object = Object(value);
      next.push(Object.getPrototypeOf(object));
      for (const key of Reflect.ownKeys(object)) {
        const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
        next.push(key, descriptor.value, descriptor.get, descriptor.set);
        try { next.push(value[key]); } catch (error) { next.push(error); }
      }
    }
    level = next;
  }
`;

const limits: SandboxLimits = {
  wallMs: 20_000,
  cpuMs: 20_000,
  memoryMb: 256,
  contextBytes: 1 << 20,
  outputBytes: 1 << 22,
  hostMs: 2000,
};
const settings = JSON.stringify({
  steps: 1e9,
  cpuMs: limits.cpuMs,
  memoryMb: limits.memoryMb,
  outputBytes: limits.outputBytes,
  recursion: 1000,
});
const options = formatOptions({
  kind: "expression",
  now: 0,
  seed: 1,
  entropy: "",
  sanitize: false,
  repr: false,
  track: false,
  watch: false,
});

export interface GuestUnderTest {
  /**
   * What the sandbox answers to a program that is a JavaScript function's body; it sees `abi`, all that compiled programs
   * are given, and `environment`, where their names come from.
   */
  answer(body: string): Promise<SandboxAnswer>;
  /** The value of such a body, as JSON. */
  inside(body: string): Promise<unknown>;
}

/** A sandbox around the engine's own guest: started before the tests of a file, closed after them. */
export function guestUnderTest(): GuestUnderTest {
  let sandbox: Sandbox | undefined;
  beforeAll(async () => {
    sandbox = await createSandbox({ guestEntry, memoryMb: 512 });
  });
  afterAll(() => sandbox?.close());
  let programs = 0;
  const answer: GuestUnderTest["answer"] = (body) => {
    if (sandbox === undefined) throw new Error("the sandbox has not started");
    programs += 1;
    const code = `(abi) => { "use strict"; return (environment) => JSON.stringify((() => { ${body} })() ?? null); }`;
    return sandbox.run({
      program: { id: `inside-${programs}`, code },
      contextJson:
        '{"request": {"user": {"pk": 1, "username": "mallory"}, "context": {"given": {"a": [1]}}}}',
      settings,
      options,
      limits,
    });
  };
  return {
    answer,
    async inside(body) {
      const given = await answer(body);
      if (!given.ok) throw new Error(`${given.failure}: ${given.message}`);
      const outcome = readOutcome(given.outcomeJson);
      if (!outcome.ok) throw new Error(`${outcome.error.type}: ${outcome.error.message}`);
      return JSON.parse(outcome.result as string);
    },
  };
}
