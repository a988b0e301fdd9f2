// The sandbox as its callers see it: requests spread over workers, dead workers replaced, everything answered.
//
// Requests wait here, not in workers, beyond a small depth: what waits here can go to any worker and is untouched by
// a death. A request that a dead worker never began goes to the front again, as often as it takes; each death
// answers one request (the one that ran), so that this ends. Workers that die before they serve are counted: the
// third in a row fails what is queued, since a fourth would not help.
import { type Artifacts, buildArtifacts, findArtifacts } from "./snapshot.ts";
import { type Job, Worker, type WorkerEvents } from "./supervisor.ts";
import type {
  Sandbox,
  SandboxAnswer,
  SandboxFailure,
  SandboxOptions,
  SandboxRequest,
  SandboxStats,
} from "./types.ts";
import type { WorkerSettings } from "./worker-process.ts";

/** Context characters inside one worker at most, unless a single request has more. */
const DEPTH_BYTES = 2 << 20;
const START_ATTEMPTS = 3;
/** Workers above the number asked for, while others wait for the host: nobody waits for another's slow call. */
const EXTRA_WORKERS = 4;
/** Longest program text, characters; V8 strings and frames could hold more, authors' programs never do. */
const PROGRAM_LENGTH = 32 << 20;

/** When the first worker began to serve. */
interface Start {
  at: number;
}

/** Requests that were made together, until all are answered. */
class Group {
  readonly #since: number = performance.now();
  readonly #start: Start;
  readonly #answers: SandboxAnswer[];
  readonly #settle: (answers: SandboxAnswer[]) => void;
  #left: number;

  constructor(size: number, start: Start, settle: (answers: SandboxAnswer[]) => void) {
    this.#answers = new Array<SandboxAnswer>(size);
    this.#start = start;
    this.#settle = settle;
    this.#left = size;
    if (size === 0) settle([]);
  }
  /** Milliseconds since they were asked for; to wait until the first worker serves is no part of it. */
  get durationMs(): number {
    return performance.now() - Math.max(this.#since, this.#start.at);
  }
  answer(index: number, answer: SandboxAnswer): void {
    this.#answers[index] = answer;
    this.#left -= 1;
    if (this.#left === 0) this.#settle(this.#answers);
  }
}

/** One request of a group, on its way. */
class Asked implements Job {
  readonly request: SandboxRequest;
  readonly #group: Group;
  readonly #index: number;

  constructor(request: SandboxRequest, group: Group, index: number) {
    this.request = request;
    this.#group = group;
    this.#index = index;
  }
  succeed(outcomeJson: string): void {
    this.#group.answer(this.#index, { ok: true, outcomeJson, durationMs: this.#group.durationMs });
  }
  fail(failure: SandboxFailure, message: string): void {
    this.#group.answer(this.#index, { ok: false, failure, message, durationMs: this.#group.durationMs });
  }
}

class WorkerPool implements Sandbox {
  readonly ready: Promise<void>;
  readonly #options: SandboxOptions;
  readonly #settings: WorkerSettings;
  #artifacts: Artifacts | undefined;
  #workers: Worker[] = [];
  #spare: Worker | undefined;
  /** Jobs waiting, from `#first` on. */
  #queue: Job[] = [];
  #first = 0;
  #restarts = 0;
  #failedStarts = 0;
  /** Set when a worker has died of what it ran: only then a spare is worth its memory. */
  #wantsSpare = false;
  #closed = false;
  #closing: Promise<void> | undefined;
  readonly #started: Start = { at: 0 };
  #settleReady: () => void = () => {};
  #refuseReady: (reason: Error) => void = () => {};
  /** Every process not yet gone. */
  readonly #processes = new Set<Worker>();
  /** Why nothing can be started, once that is known. */
  #broken: string | undefined;
  readonly #events: WorkerEvents = {
    serves: () => {
      this.#failedStarts = 0;
      if (this.#started.at === 0) this.#started.at = performance.now();
      this.#settleReady();
      this.#dispatch();
    },
    answered: (worker) => {
      if (this.#first < this.#queue.length) this.#dispatch();
      else if (worker.load === 0) this.#dismiss(worker);
    },
    waits: (_worker, unstarted) => {
      this.#queue.splice(0, this.#first, ...unstarted);
      this.#first = 0;
      this.#hire();
      this.#dispatch();
    },
    ended: (worker, unstarted, message) => this.#replace(worker, unstarted, message),
  };

  constructor(options: SandboxOptions, known?: Artifacts) {
    this.#options = options;
    this.#settings = {
      memoryMb: Math.max(8, options.memoryMb),
      programs: options.programs ?? 1000,
      onLog: options.onLog,
    };
    this.ready = new Promise((settle, refuse) => {
      this.#settleReady = settle;
      this.#refuseReady = refuse;
    });
    // Whoever does not await it learns the same from every answer.
    this.ready.catch(() => {});
    const artifacts = known ?? findArtifacts(options.guestEntry, options.cacheDirectory);
    if (artifacts === undefined) void this.#build();
    else this.#start(artifacts);
  }

  get stats(): SandboxStats {
    let inFlight = 0;
    for (const worker of this.#workers) inFlight += worker.load;
    return {
      workers: this.#workers.length,
      spares: this.#spare === undefined ? 0 : 1,
      restarts: this.#restarts,
      inFlight,
      queued: this.#queue.length - this.#first,
      pids: [...this.#processes].flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
    };
  }

  run(request: SandboxRequest): Promise<SandboxAnswer> {
    return new Promise((settle) => this.#ask([request], ([answer]) => settle(answer as SandboxAnswer)));
  }

  runAll(requests: readonly SandboxRequest[]): Promise<SandboxAnswer[]> {
    return new Promise((settle) => this.#ask(requests, settle));
  }

  #ask(requests: readonly SandboxRequest[], settle: (answers: SandboxAnswer[]) => void): void {
    const group = new Group(requests.length, this.#started, settle);
    for (let index = 0; index < requests.length; index += 1) {
      const request = requests[index] as SandboxRequest;
      const asked = new Asked(request, group, index);
      const refusal = this.#refusal(request);
      if (refusal === undefined) this.#queue.push(asked);
      else asked.fail(...refusal);
    }
    if (this.#first === this.#queue.length) return;
    if (this.#allWait) this.#hire();
    this.#dispatch();
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  #refusal({ program, contextJson, limits }: SandboxRequest): [SandboxFailure, string] | undefined {
    if (this.#closed) return ["SandboxClosed", "the sandbox is closed"];
    // A character takes at least one byte of UTF-8 and at most three.
    if (contextJson.length * 3 > limits.contextBytes) {
      const bytes =
        contextJson.length > limits.contextBytes ? contextJson.length : Buffer.byteLength(contextJson);
      if (bytes > limits.contextBytes) {
        return [
          "ContextLimitExceeded",
          `the context has ${bytes} bytes or more, the limit is ${limits.contextBytes}`,
        ];
      }
    }
    if (this.#broken !== undefined) return ["WorkerCrashed", this.#broken];
    if (program.code.length > PROGRAM_LENGTH)
      return ["ProgramRejected", `the program's code is longer than ${PROGRAM_LENGTH}`];
    if (!program.code.isWellFormed())
      return ["ProgramRejected", "the program's code has an unpaired surrogate"];
    return undefined;
  }

  async #build(): Promise<void> {
    try {
      const artifacts = await buildArtifacts(this.#options.guestEntry, this.#options.cacheDirectory);
      if (!this.#closed) this.#start(artifacts);
      else artifacts.release();
    } catch (error) {
      this.#broken = `the sandbox cannot start: ${error instanceof Error ? error.message : String(error)}`;
      this.#giveUp(this.#broken);
    }
  }

  #start(artifacts: Artifacts): void {
    this.#artifacts = artifacts;
    this.#hire();
  }

  /** Whether what workers start from is there, and whole. */
  #areArtifactsThere(): boolean {
    const found = findArtifacts(this.#options.guestEntry, this.#options.cacheDirectory, true);
    return (
      found?.worker.path === this.#artifacts?.worker.path &&
      found?.snapshot.path === this.#artifacts?.snapshot.path
    );
  }

  #hire(): void {
    if (this.#artifacts === undefined) return;
    const isQueueWaiting = this.#first < this.#queue.length && this.#allWait;
    const wanted = isQueueWaiting
      ? Math.min(this.#workers.length + 1, this.#asked + EXTRA_WORKERS)
      : this.#asked;
    while (this.#workers.length < wanted) {
      if (this.#spare !== undefined) {
        this.#workers.push(this.#spare);
        this.#spare = undefined;
      } else this.#workers.push(this.#spawn());
    }
    if (this.#wantsSpare) this.#spare ??= this.#spawn();
  }

  get #asked(): number {
    return Math.max(1, this.#options.workers ?? 1);
  }

  /** No worker can take a request, because each waits for the host. */
  get #allWait(): boolean {
    return this.#workers.every((worker) => worker.isWaiting);
  }

  /** Lets a worker go that was hired while others waited. */
  #dismiss(worker: Worker): void {
    if (this.#closed || this.#workers.length <= this.#asked) return;
    this.#workers = this.#workers.filter((other) => other !== worker);
    if (this.#spare === undefined) this.#spare = worker;
    else worker.kill("SandboxClosed", "");
  }

  #spawn(): Worker {
    const worker = new Worker(this.#artifacts as Artifacts, this.#settings, this.#events);
    this.#processes.add(worker);
    void worker.gone.then(() => this.#processes.delete(worker));
    return worker;
  }

  /** Hands waiting requests to the least loaded workers; among equals to one that holds the program. */
  #dispatch(): void {
    const hasChoice = this.#workers.length > 1;
    while (this.#first < this.#queue.length) {
      const job = this.#queue[this.#first];
      let best: Worker | undefined;
      for (const worker of this.#workers) {
        if (worker.isWaiting || worker.load >= worker.depth) continue;
        if (worker.load > 0 && worker.bytes > DEPTH_BYTES) continue;
        // Whichever answers first takes what would wait there.
        if (hasChoice && worker.isHeldUp) continue;
        if (best === undefined || this.#isBetter(worker, best, job)) best = worker;
      }
      if (best === undefined) break;
      this.#first += 1;
      best.send(job);
    }
    if (this.#first === this.#queue.length || this.#first > 1024) {
      this.#queue.splice(0, this.#first);
      this.#first = 0;
    }
  }

  #isBetter(worker: Worker, best: Worker, job: Job): boolean {
    if (worker.load !== best.load) return worker.load < best.load;
    if (worker.isReady !== best.isReady) return worker.isReady;
    return worker.holds(job.request.program.id) && !best.holds(job.request.program.id);
  }

  #replace(worker: Worker, unstarted: readonly Job[], message: string): void {
    if (this.#closed) {
      for (const job of unstarted)
        job.fail("SandboxClosed", "the sandbox was closed before the evaluation began");
      return;
    }
    // One that was let go.
    if (!this.#workers.includes(worker) && this.#spare !== worker) return;
    this.#restarts += 1;
    this.#workers = this.#workers.filter((other) => other !== worker);
    if (this.#spare === worker) this.#spare = undefined;
    this.#queue.splice(0, this.#first, ...unstarted);
    this.#first = 0;
    if (worker.isReady) this.#wantsSpare = true;
    else {
      this.#failedStarts += 1;
      if (this.#failedStarts >= START_ATTEMPTS) {
        // The next request tries once more.
        this.#failedStarts = START_ATTEMPTS - 1;
        this.#giveUp(`the sandbox cannot start: ${message}`);
        return;
      }
      if (this.#artifacts !== undefined && !this.#areArtifactsThere()) {
        // The cache was cleared, or its sources changed, under a running host.
        this.#artifacts.release();
        this.#artifacts = undefined;
        void this.#build();
        return;
      }
    }
    this.#hire();
    this.#dispatch();
  }

  #giveUp(reason: string): void {
    this.#refuseReady(new Error(reason));
    const waiting = this.#queue.slice(this.#first);
    this.#queue = [];
    this.#first = 0;
    for (const job of waiting) job.fail("WorkerCrashed", reason);
  }

  async #shutDown(): Promise<void> {
    const waiting = this.#queue.slice(this.#first);
    this.#queue = [];
    this.#first = 0;
    this.#refuseReady(new Error("the sandbox was closed before it started"));
    const processes = [...this.#processes];
    for (const worker of processes) {
      worker.kill("SandboxClosed", "the sandbox was closed during the evaluation");
      worker.hold();
    }
    this.#workers = [];
    this.#spare = undefined;
    for (const job of waiting)
      job.fail("SandboxClosed", "the sandbox was closed before the evaluation began");
    await Promise.all(processes.map(({ gone }) => gone));
    this.#artifacts?.release();
  }
}

/** A sandbox that nobody has asked for yet. */
let early: { readonly options: string; readonly pool: WorkerPool } | undefined;

/**
 * Starts a sandbox for the first who asks for one with the same options, from `artifacts` where the caller knows that they are current.
 * The caller drops it when nobody will ask.
 */
export function startEarly(options: SandboxOptions, artifacts?: Artifacts): void {
  early ??= { options: JSON.stringify(options), pool: new WorkerPool(options, artifacts) };
}

/** Ends the early sandbox, if nobody has asked for it. */
export async function dropEarly(): Promise<void> {
  const dropped = early;
  early = undefined;
  await dropped?.pool.close();
}

/**
 * Starts a sandbox at once: where its artifacts are built, the workers' processes are being spawned when this returns
 * and start while the caller loads the rest of itself. Requests wait until a worker serves.
 */
export function startSandbox(options: SandboxOptions): Sandbox {
  if (early === undefined || early.options !== JSON.stringify(options)) return new WorkerPool(options);
  const { pool } = early;
  early = undefined;
  return pool;
}

/** Starts a sandbox and waits until it serves. Rejects with what prevented it; no process is left then. */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const sandbox = new WorkerPool(options);
  try {
    await sandbox.ready;
  } catch (error) {
    await sandbox.close();
    throw error;
  }
  return sandbox;
}
