// Interleaved rounds: every contestant does a little work in turn, so that what the machine does besides hits all alike.
import type { SubjectProcess } from "./subjects/process.ts";
import type { Timing } from "./subjects/serve.ts";

/** How long the parts of a measurement take. */
export interface Effort {
  /** Rounds; each contestant is timed once in each. */
  readonly rounds: number;
  /** Aimed-at length of one timing, milliseconds. */
  readonly batchMs: number;
  /** Untimed work of each before each of its timings, milliseconds: a core that has slept is slow for that long. */
  readonly leadMs: number;
  /** Work of each before the first round, milliseconds. */
  readonly warmUpMs: number;
  /** The same of those that V8 compiles while they run: thousands of evaluations until the last of it is compiled well. */
  readonly longWarmUpMs: number;
}

/** A subject in one of its modes, and under which names its times are kept: by the clock on the wall, of processors. */
export interface Contestant {
  readonly wall?: string;
  readonly cpu?: string;
  readonly subject: SubjectProcess;
  readonly mode: string;
  readonly needsLongWarmUp?: boolean;
}

/** Microseconds of one evaluation, by name, one value for each round. */
export type Times = Record<string, number[]>;

/** Runs until warm and until a timing has about its length; how many evaluations that takes. */
async function warmUp(contestant: Contestant, name: string, effort: Effort): Promise<number> {
  const { subject, mode, needsLongWarmUp } = contestant;
  const enough = needsLongWarmUp === true ? effort.longWarmUpMs : effort.warmUpMs;
  let count = 1;
  let spent = 0;
  let fastest = Number.POSITIVE_INFINITY;
  for (;;) {
    const { wallMs } = await subject.ask<Timing>("time", { name, mode, count });
    spent += wallMs;
    // By the fastest: one that the machine has kept waiting says nothing of how many would fit.
    fastest = Math.min(fastest, wallMs / count);
    const fitting = Math.max(1, Math.round(effort.batchMs / Math.max(fastest, 1e-6)));
    if (spent >= enough && count >= fitting / 2) return fitting;
    // Not more than ten times at once: the first runs are the slow ones, and a pipeline has to fill.
    count = Math.min(fitting, count * 10);
  }
}

/** Times a prepared workload. The order of the contestants turns with every round. */
export async function timeRounds(
  contestants: readonly Contestant[],
  name: string,
  effort: Effort,
): Promise<Times> {
  const counts = new Map<Contestant, number>();
  for (const contestant of contestants) counts.set(contestant, await warmUp(contestant, name, effort));
  const times: Times = {};
  const note = (kept: string | undefined, ms: number | undefined, count: number) => {
    if (kept === undefined || ms === undefined) return;
    if (ms <= 0) throw new Error(`${kept}, ${name}: ${count} evaluations took no time by the clock`);
    times[kept] ??= [];
    times[kept].push((ms * 1000) / count);
  };
  for (let round = 0; round < effort.rounds; round += 1) {
    for (let place = 0; place < contestants.length; place += 1) {
      const contestant = contestants[(round + place) % contestants.length];
      const count = counts.get(contestant) as number;
      const { mode } = contestant;
      const lead = Math.ceil((count * effort.leadMs) / effort.batchMs);
      await contestant.subject.ask<Timing>("time", { name, mode, count: lead });
      const { wallMs, cpuMs } = await contestant.subject.ask<Timing>("time", { name, mode, count });
      note(contestant.wall, wallMs, count);
      note(contestant.cpu, cpuMs, count);
    }
  }
  return times;
}
