// The side of a subject's process: requests and replies are lines of JSON on stdin and stdout.
import { createInterface } from "node:readline";
import type { Answer, Source } from "../workloads/workloads.ts";

/** A workload as it crosses to a subject: contexts as JSON texts, for whoever wants them as text. */
export interface Task {
  readonly name: string;
  readonly kind: "policy" | "mapping";
  readonly sources: readonly Source[];
  readonly contexts: readonly string[];
}

/** What a subject can do; each operation gets the request and gives the reply. */
export type Operations = Readonly<Record<string, (request: never) => unknown>>;

/** The two operations that every subject has. */
export interface Subject extends Operations {
  /** Gets ready to run a workload, and answers each of its texts on each of its contexts. */
  prepare(request: { task: Task }): Promise<Answer[][]> | Answer[][];
  /** Runs a prepared workload `count` times, context after context. */
  time(request: { name: string; mode: string; count: number }): Promise<Timing> | Timing;
}

/** What some evaluations took, milliseconds: by the clock on the wall, and of processors. */
export interface Timing {
  readonly wallMs: number;
  /** Of every process and thread that took part; undefined where that is not known. */
  readonly cpuMs?: number;
}

/** A map or a list of another runtime as JSON has it. */
export function asJson(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, item: unknown) => {
      if (item instanceof Map) return Object.fromEntries(item);
      return typeof item === "bigint" ? Number(item) : item;
    }),
  );
}

/** Times `count` runs of which each is synchronous. */
export function timed(count: number, run: (index: number) => void): Timing {
  const used = process.cpuUsage();
  const since = performance.now();
  for (let index = 0; index < count; index += 1) run(index);
  const wallMs = performance.now() - since;
  const { user, system } = process.cpuUsage(used);
  return { wallMs, cpuMs: (user + system) / 1000 };
}

/** Serves until stdin ends. A failure is the reply to the request that met it. */
export async function serve(operations: Operations): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const { operation, ...request } = JSON.parse(line) as { operation: string };
    let reply: object;
    try {
      reply = { reply: (await operations[operation](request as never)) ?? null };
    } catch (error) {
      reply = { error: error instanceof Error ? error.message : String(error) };
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}
