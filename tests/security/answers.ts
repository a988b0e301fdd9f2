// What the tests of determinism and state compare: everything an evaluation says, but for the time it took.

import { createEngine, type Engine, ExpressionSyntaxError, type Limits } from "../../engine/index.ts";
import { bombs } from "../../fixtures/bombs/read.ts";

/** A program and the limits that it runs under. */
export interface Run {
  readonly source: string;
  readonly limits: Partial<Limits>;
}

/** Policies that `ak_call_policy` finds. */
const called: Readonly<Record<string, string>> = {
  changes: "import random\nrandom.seed(5)\ncontext['seen'] = random.random()\nreturn context['seen']",
  raises: "return 1 / 0",
  endless: "while True: pass",
};

export const context = {
  request: { user: { pk: 7, username: "marie", attributes: { x: [1] } }, context: { a: [1, { b: 2 }] } },
  context: { a: [1, { b: 2 }] },
};

/** An engine in whose answers no clock has a part. */
export function steadyEngine(): Promise<Engine> {
  return createEngine({
    limits: { cpuMs: 60_000, wallMs: 60_000, steps: 100_000 },
    capabilities: {
      async policies(name) {
        const source = called[name];
        return source === undefined ? null : { source };
      },
    },
  });
}

/** Everything that the program comes to, as text. */
export async function everything(engine: Engine, { source, limits }: Run): Promise<string> {
  try {
    const policy = engine.expression("steady", source, "policy");
    const outcome = await policy.run(context, { now: 1_700_000_000_000, seed: 42, limits });
    return JSON.stringify({ ...outcome, durationMs: 0 }, undefined, 1);
  } catch (error) {
    if (error instanceof ExpressionSyntaxError) return `${error.type}: ${error.message}\n${error.caret}`;
    throw error;
  }
}

/**
 * Where the runtime's own code nests too deeply, JavaScript's stack ends it, and how deep that is depends on what V8 has optimised:
 * the error is the same, the step is not.
 */
const ENDED_BY_THE_STACK = new Set([
  "lists that hold each other, compared",
  "deep dicts compared",
  "a deep union of types",
  "a deep namedtuple told",
  "filters, zips and enumerates around each other",
  "addresses taken apart",
]);
/** Bombs that end by their steps, their calls or their answer, on any machine, and soon. */
export const steadyBombs: readonly string[] = bombs
  .filter(
    ({ kind, name, ends }) =>
      !["memory", "texts"].includes(kind) &&
      !/^(?:Memory|WallTime|Output)/.test(ends) &&
      !ENDED_BY_THE_STACK.has(name),
  )
  .map(({ source }) => source);
