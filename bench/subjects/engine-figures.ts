// Figures of the engine that have no peer: one evaluation alone, compiling, memory, two workers.
import { createEngine, type Engine, type JsonObject } from "../../engine/index.ts";
import { children } from "../../scripts/process-figures.ts";
import { twentyLines, type Workload, workloads } from "../workloads/workloads.ts";
import { residentBytes } from "./processes.ts";
import { type Operations, serve } from "./serve.ts";

const [phonePolicy] = workloads;

const pause = (ms: number) => new Promise((settle) => setTimeout(settle, ms));

/** The text as a program of its own: another constant in its first line. */
function variant(index: number): string {
  return twentyLines.text.replace('"root"', `"root${index}"`);
}

async function pipelined(engine: Engine, workload: Workload, count: number): Promise<number> {
  const [{ name, text }] = workload.sources;
  const { contexts } = workload;
  const expression = engine.expression(name, text, workload.kind);
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const context = contexts[next % contexts.length];
      next += 1;
      const { error } = await expression.run(context);
      if (error !== undefined) throw new Error(error.traceback);
    }
  };
  const since = performance.now();
  await Promise.all(Array.from({ length: Math.min(64, count) }, lane));
  return performance.now() - since;
}

let idle: Engine | undefined;
const engines = new Map<number, Engine>();

const operations: Operations = {
  /** One evaluation after another with nothing else in flight; microseconds of each. */
  async alone({ count }: { count: number }) {
    idle ??= await createEngine();
    const [{ name, text }] = phonePolicy.sources;
    const policy = idle.policy(name, text);
    const micros: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const context = phonePolicy.contexts[index % phonePolicy.contexts.length];
      // Idle means idle: the worker has gone to sleep.
      await pause(1);
      const since = performance.now();
      await policy.evaluate(context);
      micros.push((performance.now() - since) * 1000);
    }
    return micros;
  },

  /** Compiling of texts that the engine has not seen; microseconds of each. */
  async compile({ from, count }: { from: number; count: number }) {
    idle ??= await createEngine();
    const micros: number[] = [];
    for (let index = from; index < from + count; index += 1) {
      const text = variant(index);
      const since = performance.now();
      idle.policy("twenty-lines", text);
      micros.push((performance.now() - since) * 1000);
    }
    return micros;
  },

  /** Bytes of a worker that each of `count` policies adds, all evaluated; and those of the worker before. */
  async memory({ count }: { count: number }) {
    const others = new Set(children());
    const engine = await createEngine();
    const [worker] = children().filter((pid) => !others.has(pid));
    const context: JsonObject = phonePolicy.contexts[0];
    try {
      await engine.policy("base", variant(-1)).evaluate(context);
      const base = residentBytes(worker);
      for (let index = 0; index < count; index += 1) {
        const { error } = await engine.policy("resident", variant(index)).evaluate(context);
        if (error !== undefined) throw new Error(error.traceback);
      }
      const after = residentBytes(worker);
      return base === undefined || after === undefined ? null : { base, each: (after - base) / count };
    } finally {
      await engine.close();
    }
  },

  /** Milliseconds for `count` evaluations with so many workers that have been at work before. */
  async workers({ name, workers, count }: { name: string; workers: number; count: number }) {
    const engine = engines.get(workers) ?? (await createEngine({ workers }));
    engines.set(workers, engine);
    const workload = workloads.find((other) => other.name === name) as Workload;
    // Untimed, as in the rounds: a core that has slept is slow at first.
    await pipelined(engine, workload, Math.ceil(count / 2));
    return pipelined(engine, workload, count);
  },
};

await serve(operations);
await idle?.close();
for (const engine of engines.values()) await engine.close();
