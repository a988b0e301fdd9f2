// Postern as its embedder uses it: an engine with one worker process, contexts in and verdicts out.
import { createEngine, type Engine, type JsonObject } from "../../engine/index.ts";
import { children } from "../../scripts/process-figures.ts";
import type { Answer } from "../workloads/workloads.ts";
import { cpuMs } from "./processes.ts";
import { type Subject, serve, type Task } from "./serve.ts";

/** Evaluations in flight at most, in the pipelined measurements. */
const IN_FLIGHT = 64;

/** All texts of a workload on one context. */
type Evaluate = (context: JsonObject) => Promise<Answer[]>;

function evaluator(engine: Engine, { kind, sources }: Task): Evaluate {
  if (kind === "mapping") {
    const mappings = sources.map(({ name, text }) => engine.mapping(name, text));
    return (context) =>
      Promise.all(
        mappings.map(async (mapping) => ({ result: await mapping.evaluate(context), messages: [] })),
      );
  }
  const policies = sources.map(({ name, text }) => engine.policy(name, text));
  const [only] = policies;
  return async (context) => {
    const verdicts =
      policies.length === 1 ? [await only.evaluate(context)] : await engine.evaluateAll(policies, context);
    return verdicts.map(({ rawResult, messages, error }) => {
      if (error !== undefined) throw new Error(error.traceback);
      return { result: rawResult, messages };
    });
  };
}

interface Prepared {
  readonly evaluate: Evaluate;
  readonly contexts: readonly JsonObject[];
}
const engine = await createEngine();
const prepared = new Map<string, Prepared>();

/** CPU time that this process and its workers have used, milliseconds. */
function cpuOfBoth(): number | undefined {
  let sum = 0;
  for (const pid of [process.pid, ...children()]) {
    const used = cpuMs(pid);
    if (used === undefined) return undefined;
    sum += used;
  }
  return sum;
}

const operations: Subject = {
  async prepare({ task }: { task: Task }) {
    const made: Prepared = {
      evaluate: evaluator(engine, task),
      contexts: task.contexts.map((text) => JSON.parse(text) as JsonObject),
    };
    prepared.set(task.name, made);
    return Promise.all(made.contexts.map(made.evaluate));
  },

  async time({ name, count }: { name: string; count: number }) {
    const { evaluate, contexts } = prepared.get(name) as Prepared;
    let next = 0;
    const lane = async () => {
      while (next < count) {
        const context = contexts[next % contexts.length];
        next += 1;
        await evaluate(context);
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
