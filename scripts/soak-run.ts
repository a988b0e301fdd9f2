// The soak itself: clients that ask one engine without a pause, every answer compared, memory looked at while all pause.
import { createEngine, type Engine, ExpressionSyntaxError } from "../engine/index.ts";
import { Chance } from "./chance.ts";
import { children, hostMb, residentMb } from "./process-figures.ts";
import { type Asked, capabilities, nextProgram } from "./soak-programs.ts";

/** How a soak is run. */
export interface SoakOptions {
  readonly seed: number;
  readonly milliseconds: number;
  readonly clients: number;
  /** From one look at the memory to the next, milliseconds. */
  readonly sampleMs: number;
  /** Hears of each look and each wrong answer. */
  readonly say: (line: string) => void;
}

/** One look at the memory, mebibytes, while nothing is evaluated and after collections of garbage. */
export interface Sample {
  /** Since the beginning, minutes. */
  readonly minute: number;
  readonly hostHeap: number;
  readonly host: number;
  /** The workers and the spare, by process id. */
  readonly workers: ReadonlyMap<number, number>;
}

/** What a soak has seen. */
export interface SoakReport {
  readonly answered: Readonly<Record<Asked["kind"], number>>;
  /** Each request that got another answer than the one known, with both. */
  readonly wrong: readonly string[];
  /** Requests that got no answer. */
  readonly lost: readonly string[];
  readonly samples: readonly Sample[];
  /** Worker processes seen beyond those that it began with. */
  readonly replaced: number;
  /** Processes that are left after the engine was closed. */
  readonly left: number;
}

/** A request that is not answered by then is lost, milliseconds: longer than all limits and queues together. */
const PATIENCE_MS = 120_000;
const WORKERS = 2;
const LOOK_FOR_WORKERS_MS = 100;

/** What is wrong with the answer to a request; `undefined` where nothing is. */
async function complaint(engine: Engine, asked: Asked): Promise<string | undefined> {
  const { kind, name, source, context, limits, answer, messages } = asked;
  const isBomb = kind === "bomb";
  let said: string;
  let told: readonly string[] = [];
  try {
    const outcome = await engine
      .expression(name, source, isBomb ? "policy" : "expression")
      .run(context, { limits });
    const { ok, repr, error, passing } = outcome;
    told = outcome.messages;
    if (!ok && passing) return "it passes in spite of its error";
    const type = error?.type.slice(error.type.lastIndexOf(".") + 1);
    if (isBomb) said = type ?? `= ${repr}`;
    else said = ok ? repr : `${type}: ${error?.message}`;
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError)) throw error;
    said = isBomb ? error.type : `${error.type}: ${error.message}`;
  }
  if (said !== answer) return `${said.slice(0, 300)} instead of ${answer.slice(0, 300)}`;
  if (messages !== undefined && JSON.stringify(told) !== JSON.stringify(messages))
    return `messages ${JSON.stringify(told)} instead of ${JSON.stringify(messages)}`;
  return undefined;
}

/** Makes a worker collect its garbage: what it asks for fits only where there is none. */
async function clear(engine: Engine): Promise<void> {
  const wide = engine.expression("clear", "return len(bytes(size))");
  const limits = { memoryMb: 16, wallMs: 30_000, cpuMs: 30_000 };
  await Promise.all(Array.from({ length: WORKERS }, () => wide.run({ size: 15 << 20 }, { limits })));
}

/** Runs the clients until the time is over and all are answered. Needs `--expose-gc` for figures that mean something. */
export async function soak({ seed, milliseconds, clients, sampleMs, say }: SoakOptions): Promise<SoakReport> {
  const engine = await createEngine({ workers: WORKERS, capabilities });
  const answered = { good: 0, bad: 0, bomb: 0 };
  const [wrong, lost]: [string[], string[]] = [[], []];
  const samples: Sample[] = [];
  const begun = performance.now();
  const seen = new Set<number>();
  const before = new Set<number>();
  const lookForWorkers = setInterval(() => {
    for (const pid of children()) seen.add(pid);
  }, LOOK_FOR_WORKERS_MS);
  for (const pid of children()) before.add(pid);

  /** Settles when the clients may go on. */
  let pause: Promise<void> = Promise.resolve();
  let isOver = false;
  const waiting: (string | undefined)[] = [];
  const client = async (id: number): Promise<void> => {
    const chance = new Chance(seed + id * 0x9e3779b1);
    for (let n = 0; !isOver; n += 1) {
      await pause;
      const asked = nextProgram(chance, `m${id}x${n}`);
      const title = `client ${id}, request ${n} (${asked.kind}: ${asked.name})`;
      waiting[id] = title;
      const what = await complaint(engine, asked);
      waiting[id] = undefined;
      answered[asked.kind] += 1;
      if (what === undefined) continue;
      wrong.push(`${title}: ${what}`);
      say(`wrong: ${title}: ${what}`);
    }
  };
  const idle = async (): Promise<boolean> => {
    const until = performance.now() + PATIENCE_MS;
    while (waiting.some((title) => title !== undefined)) {
      if (performance.now() > until) return false;
      await new Promise((settle) => setTimeout(settle, 5));
    }
    return true;
  };
  const look = async (): Promise<void> => {
    await clear(engine);
    const { heap, resident } = hostMb();
    const workers = new Map<number, number>();
    for (const pid of children()) {
      const size = residentMb(pid);
      if (size !== undefined) workers.set(pid, size);
    }
    const minute = (performance.now() - begun) / 60_000;
    samples.push({ minute, hostHeap: heap, host: resident, workers });
    const total = answered.good + answered.bad + answered.bomb;
    const sizes = [...workers.values()].map((size) => size.toFixed(0)).join(" ");
    say(
      `${minute.toFixed(2)} min: ${total} answered, ${answered.bomb} bombs; host ${resident.toFixed(0)} MB (heap ${heap.toFixed(0)}), workers ${sizes} MB`,
    );
  };

  const all = Promise.all(Array.from({ length: clients }, (_, id) => client(id)));
  while (!isOver) {
    const left = begun + milliseconds - performance.now();
    await new Promise((settle) => setTimeout(settle, Math.max(0, Math.min(left, sampleMs))));
    let goOn = (): void => {};
    pause = new Promise((settle) => {
      goOn = settle;
    });
    if (!(await idle())) {
      lost.push(...waiting.filter((title) => title !== undefined));
      break;
    }
    await look();
    isOver = performance.now() - begun >= milliseconds;
    goOn();
  }
  isOver = true;
  // Who is lost is not waited for.
  if (lost.length === 0) await all;
  clearInterval(lookForWorkers);
  await engine.close();
  const replaced = [...seen].filter((pid) => !before.has(pid)).length;
  return { answered, wrong, lost, samples, replaced, left: children().length };
}

/** Growth by least squares, units a minute; zero for fewer than three points. */
export function slope(points: readonly (readonly [minute: number, value: number])[]): number {
  if (points.length < 3) return 0;
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const spread = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) / spread;
}
