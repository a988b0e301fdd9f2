// `npm run bombs`: how soon each bomb of fixtures/bombs/ ends, and what a thousand of them in a row leave behind.
//
//   npm run bombs -- --rounds N --bombs N --seed S     rounds of timing (default 3), bombs in a row (default 1000)
//   npm run bombs -- --only memory,regex               these classes alone
//
// First every bomb alone, under clocks so short that what computes is ended by one: what it took beyond that is the excess.
// Then bombs without a pause, while other callers evaluate on the same engine, each of whose answers is known: it has to
// come, whatever happens to the worker. At the end there must be no process, no open file and no memory that was not there before.
// Exits with 1 where an excess at the median is above 50 ms, an answer is wrong, or something is left.
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { createEngine, type Engine, ExpressionSyntaxError } from "../engine/index.ts";
import { bombs as allBombs, type Bomb } from "../fixtures/bombs/read.ts";
import { children, hostMb, openFiles } from "./process-figures.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    bombs: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
  },
});

const kinds = [...new Set(allBombs.map(({ kind }) => kind))];
const only = values.only?.split(",") ?? kinds;
const unknown = only.filter((kind) => !kinds.includes(kind));
if (unknown.length > 0) {
  console.error(`bombs: --only: no ${unknown.join(", ")}; there are ${kinds.join(", ")}`);
  process.exit(2);
}
const bombs = allBombs.filter(({ kind }) => only.includes(kind));

/** Both clocks, milliseconds. */
const CLOCK_MS = 250;
const TARGET_MS = 50;
const limits = { cpuMs: CLOCK_MS, wallMs: CLOCK_MS };
const context = { request: { user: { pk: 1, username: "mallory" }, context: {} }, context: {} };

interface Ended {
  /** The error's name, or "answer". */
  readonly by: string;
  /** Time in the host's compiler, milliseconds; nobody else is served meanwhile. */
  readonly compiledMs: number;
  /** From the request to the answer, milliseconds. */
  readonly tookMs: number;
}

async function explode(engine: Engine, bomb: Bomb): Promise<Ended> {
  const since = performance.now();
  try {
    const expression = engine.expression(bomb.name, bomb.source, "policy");
    const compiledMs = performance.now() - since;
    const { error, durationMs } = await expression.run(context, { limits });
    return { by: error?.type.replace(/^.*\./, "") ?? "answer", compiledMs, tookMs: durationMs };
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError)) throw error;
    return { by: error.type, compiledMs: performance.now() - since, tookMs: 0 };
  }
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
const most = (numbers: readonly number[]): number => Math.max(0, ...numbers);
const row = (cells: readonly (string | number)[]): void =>
  console.log(
    cells.map((cell, at) => (at === 0 ? String(cell).padEnd(10) : String(cell).padStart(12))).join(""),
  );
const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

const wrong: string[] = [];

/** Every bomb alone, in a worker that serves, class by class. */
async function time(rounds: number): Promise<void> {
  const engine = await createEngine();
  const ready = engine.expression("ready", "return 1");
  await ready.run({});
  const all: { bomb: Bomb; ended: Ended }[] = [];
  const recoveries: number[] = [];
  const excesses: number[] = [];
  const isLate = ({ by, tookMs }: Ended) => /TimeLimitExceeded$/.test(by) || tookMs > CLOCK_MS;
  console.log(`each alone, ${rounds} rounds, clocks of ${CLOCK_MS} ms, load ${loadavg()[0]?.toFixed(1)}`);
  row(["class", "bombs", "compiled", "worst", "by itself", "median", "by a clock", "excess", "worst"]);
  for (const kind of only) {
    const ofKind = bombs.filter((bomb) => bomb.kind === kind);
    const ended: Ended[] = [];
    const compiled: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      for (const bomb of ofKind) {
        const one = await explode(engine, bomb);
        ended.push(one);
        all.push({ bomb, ended: one });
        // The engine keeps what it compiled.
        if (round === 0) compiled.push(one.compiledMs);
        // A worker that has died is not the next bomb's delay.
        recoveries.push((await ready.run({})).durationMs);
      }
    }
    const late = ended.filter(isLate).map(({ tookMs }) => tookMs - CLOCK_MS);
    const early = ended.filter((one) => !isLate(one)).map(({ tookMs }) => tookMs);
    excesses.push(...late);
    row([
      kind,
      ofKind.length,
      ms(median(compiled)),
      ms(most(compiled)),
      early.length,
      ms(median(early)),
      late.length,
      late.length === 0 ? "-" : ms(median(late)),
      late.length === 0 ? "-" : ms(most(late)),
    ]);
    if (median(late) > TARGET_MS) wrong.push(`${kind}: ${ms(median(late))} over the limit at the median`);
  }
  await engine.close();
  console.log(
    `all: ${excesses.length} ended by a clock, excess ${ms(median(excesses))} at the median, ${ms(most(excesses))} at worst`,
  );
  console.log(
    `the next evaluation was answered after ${ms(median(recoveries))} at the median, ${ms(most(recoveries))} at worst`,
  );
  const slowest = all
    .filter(({ ended }) => ended.tookMs > CLOCK_MS + TARGET_MS)
    .sort((x, y) => y.ended.tookMs - x.ended.tookMs);
  for (const { bomb, ended } of slowest.slice(0, 10))
    console.log(`  ${ms(ended.tookMs - CLOCK_MS)} over: ${bomb.kind}: ${bomb.name} (${ended.by})`);
  const longest = [...all].sort((x, y) => y.ended.compiledMs - x.ended.compiledMs);
  for (const { bomb, ended } of longest.slice(0, 5))
    console.log(`  ${ms(ended.compiledMs)} in the compiler: ${bomb.kind}: ${bomb.name} (${ended.by})`);
}

/** `count` bombs without a pause, in an order that the seed decides, with others in flight. */
async function manyInARow(count: number, seed: number): Promise<void> {
  const startFiles = openFiles();
  const startMb = hostMb();
  const engine = await createEngine({ workers: 2 });
  const counts = { answered: 0, failedClosed: 0 };
  let isOver = false;
  const neighbour = async (name: string): Promise<void> => {
    const expression = engine.expression(name, "return [request.user.username, sum(range(n))]");
    for (let n = 0; !isOver; n += 1) {
      const username = `${name} ${n}`;
      const outcome = await expression.run(
        { request: { user: { username } }, n: n % 1000 },
        { limits: { wallMs: 20_000, cpuMs: 20_000 } },
      );
      const k = n % 1000;
      if (!outcome.ok && outcome.error?.limit === true && !outcome.passing) counts.failedClosed += 1;
      else if (outcome.resultJson === JSON.stringify([username, (k * (k - 1)) / 2])) counts.answered += 1;
      else wrong.push(`${username} was told ${outcome.error?.traceback ?? outcome.resultJson}`);
    }
  };
  const neighbours = ["anne", "berta", "cleo"].map(neighbour);
  const since = performance.now();
  let mostProcesses = 0;
  let state = seed >>> 0;
  const endings = new Map<string, number>();
  for (let i = 0; i < count; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const { by } = await explode(engine, bombs[(state >>> 8) % bombs.length] as Bomb);
    endings.set(by, (endings.get(by) ?? 0) + 1);
    if (i % 20 === 0) mostProcesses = Math.max(mostProcesses, children().length);
  }
  isOver = true;
  await Promise.all(neighbours);
  const seconds = (performance.now() - since) / 1000;
  const serving = children().length;
  await engine.close();
  const left = { processes: children().length, files: openFiles() };
  const endMb = hostMb();
  console.log(`\n${count} in a row (seed ${seed}) with three other callers, ${seconds.toFixed(0)} s`);
  for (const [by, times] of [...endings].sort((a, b) => b[1] - a[1]))
    console.log(`  ${String(times).padStart(5)} ${by}`);
  console.log(`others: ${counts.answered} answered, ${counts.failedClosed} failed closed`);
  console.log(`processes: ${mostProcesses} at most, ${serving} before closing, ${left.processes} after it`);
  console.log(`open files: ${startFiles} before, ${left.files} after`);
  console.log(
    `host: ${startMb.resident.toFixed(0)} MB resident before, ${endMb.resident.toFixed(0)} after (heap ${startMb.heap.toFixed(0)}, ${endMb.heap.toFixed(0)})`,
  );
  if (left.processes > 0) wrong.push(`${left.processes} processes are left`);
  // Workers, a spare, and those that are being replaced.
  if (mostProcesses > 8) wrong.push(`${mostProcesses} processes at one time`);
  if (left.files !== undefined && left.files > (startFiles ?? 0))
    wrong.push(`${left.files} open files are left`);
  if (endMb.heap > startMb.heap + 32) wrong.push(`the host's heap grew to ${endMb.heap.toFixed(0)} MB`);
}

await time(Number(values.rounds));
if (Number(values.bombs) > 0) await manyInARow(Number(values.bombs), Number(values.seed));
for (const what of wrong) console.log(`wrong: ${what}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
