// `npm run soak`: good programs, bad ones and bombs from several clients against one engine, every answer compared.
//
//   npm run soak -- --minutes N --clients N --seed S     ten minutes and four clients unless told otherwise
//
// Each client's requests follow from the seed. Exits with 1 where an answer is wrong or missing, where memory grows, or where a
// process is left. Memory is judged after a first third, in which caches fill, where that leaves a minute or more.
import { parseArgs } from "node:util";
import { type SoakReport, slope, soak } from "./soak-run.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    clients: { type: "string", default: "4" },
    seed: { type: "string" },
  },
});
const minutes = Number(values.minutes);
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const clients = Number(values.clients);
if (!(minutes > 0) || !Number.isInteger(seed) || !(clients > 0)) {
  console.error("soak: --minutes and --clients are numbers above 0, --seed is a whole one");
  process.exit(2);
}

/** Mebibytes a minute that are noise; a leak of 1 KB in each evaluation is ten times as much. */
const HEAP_SLOPE = 2;
/** Resident memory moves in larger steps. */
const RESIDENT_SLOPE = 8;
/** What a worker's isolate may hold, its code, and V8's own. */
const WORKER_MB = 320;

/** The growth of what has the most samples: the worker that has lived longest. */
function workerSlope({ samples }: SoakReport): { slope: number; minutes: number } {
  const lives = new Map<number, [number, number][]>();
  for (const { minute, workers } of samples)
    for (const [pid, size] of workers) lives.set(pid, [...(lives.get(pid) ?? []), [minute, size]]);
  const longest = [...lives.values()].sort((a, b) => b.length - a.length)[0] ?? [];
  const settled = longest.slice(Math.floor(longest.length / 3));
  return { slope: slope(settled), minutes: (settled.at(-1)?.[0] ?? 0) - (settled[0]?.[0] ?? 0) };
}

console.log(`soak: seed ${seed}, ${minutes} minutes, ${clients} clients`);
const report = await soak({
  seed,
  milliseconds: minutes * 60_000,
  clients,
  sampleMs: Math.min(10_000, (minutes * 60_000) / 12),
  say: (line) => console.log(line),
});

const { answered, wrong, lost, samples, replaced, left } = report;
const settled = samples.slice(Math.floor(samples.length / 3));
const heap = slope(settled.map(({ minute, hostHeap }) => [minute, hostHeap]));
const resident = slope(settled.map(({ minute, host }) => [minute, host]));
const isSettled = (settled.at(-1)?.minute ?? 0) - (settled[0]?.minute ?? 0) >= 1;
const worker = workerSlope(report);
const largest = Math.max(0, ...samples.flatMap(({ workers }) => [...workers.values()]));
const signed = (value: number): string => `${value >= 0 ? "+" : ""}${value.toFixed(2)} MB a minute`;
console.log(
  `answered: ${answered.good} good, ${answered.bad} bad, ${answered.bomb} bombs; ${wrong.length} wrong, ${lost.length} lost`,
);
console.log(`host: heap ${signed(heap)}, resident ${signed(resident)}`);
console.log(
  `workers: ${replaced} replaced, the largest ${largest.toFixed(0)} MB; over ${worker.minutes.toFixed(1)} minutes of one's life ${signed(worker.slope)}`,
);
const faults = [
  ...wrong,
  ...lost.map((title) => `no answer: ${title}`),
  ...(left > 0 ? [`${left} processes are left`] : []),
  ...(isSettled && heap > HEAP_SLOPE ? ["the host's heap grows"] : []),
  ...(isSettled && resident > RESIDENT_SLOPE ? ["the host's resident memory grows"] : []),
  // A short life shows no more than how a worker fills.
  ...(worker.minutes >= 1 && worker.slope > RESIDENT_SLOPE ? ["a worker grows"] : []),
  ...(largest > WORKER_MB ? ["a worker is larger than it may be"] : []),
];
for (const fault of faults) console.log(`fault: ${fault}`);
console.log(faults.length === 0 ? `nothing wrong (seed ${seed})` : `${faults.length} faults (seed ${seed})`);
process.exitCode = faults.length === 0 ? 0 : 1;
