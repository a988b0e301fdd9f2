// Postern as its embedder uses it: an engine with one worker process, contexts in and verdicts out.
import { createEngine, type Engine, type JsonObject } from "../../engine/index.ts";
import type { Answer } from "../workloads/workloads.ts";
import { cpuMs, workerPids } from "./processes.ts";
import { type Subject, serve, type Task } from "./serve.ts";

/** Evaluations in flight at most, in the pipelined measurements. */
const IN_FLIGHT = 64;

type Evaluate = (context: JsonObject) => Promise<Answer>;

function evaluators(engine: Engine, { kind, sources }: Task): Evaluate[] {
  return sources.map(({ name, text }) => {
    if (kind === "mapping") {
      const mapping = engine.mapping(name, text);
      return async (context) => ({ result: await mapping.evaluate(context), messages: [] });
    }
    const policy = engine.policy(name, text);
    return async (context) => {
      const { rawResult, messages, error } = await policy.evaluate(context);
      if (error !== undefined) throw new Error(`${name}: ${error.traceback}`);
      return { result: rawResult, messages };
    };
  });
}

interface Prepared {
  readonly programs: readonly Evaluate[];
  readonly contexts: readonly JsonObject[];
}
const engine = await createEngine();
const prepared = new Map<string, Prepared>();

/** CPU time that this process and its workers have used, milliseconds. */
function cpuOfBoth(): number | undefined {
  let sum = 0;
  for (const pid of [process.pid, ...workerPids(engine)]) {
    const used = cpuMs(pid);
    if (used === undefined) return undefined;
    sum += used;
  }
  return sum;
}

/** All texts on one context. */
async function evaluate({ programs, contexts }: Prepared, index: number): Promise<Answer[]> {
  const context = contexts[index % contexts.length];
  return programs.length === 1
    ? [await programs[0](context)]
    : Promise.all(programs.map((program) => program(context)));
}

const operations: Subject = {
  async prepare({ task }: { task: Task }) {
    const made: Prepared = {
      programs: evaluators(engine, task),
      contexts: task.contexts.map((text) => JSON.parse(text) as JsonObject),
    };
    prepared.set(task.name, made);
    return Promise.all(made.contexts.map((_context, index) => evaluate(made, index)));
  },

  async time({ name, count }: { name: string; count: number }) {
    const made = prepared.get(name) as Prepared;
    let next = 0;
    const lane = async () => {
      while (next < count) {
        const index = next;
        next += 1;
        await evaluate(made, index);
      }
    };
    const used = cpuOfBoth();
    const since = performance.now();
    await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, count) }, lane));
    const wallMs = performance.now() - since;
    const now = cpuOfBoth();
    return { wallMs, cpuMs: used === undefined || now === undefined ? undefined : now - used };
  },
};

await serve(operations);
await engine.close();
