// One worker process under supervision: what it may do, what it is doing, and what its death means.
//
// This is the hardest file of the folder, for one reason: a worker can stop answering at any moment and in any way,
// and every request in it must still get exactly one answer, the right one, soon. What makes that tractable:
//
// 1. The worker answers in order and does one thing at a time. So of the requests in it only the oldest ("the head")
//    can be running, and only the head's deadline can pass. Requests behind it have not started; after a death
//    they can be handed to another worker without anybody seeing an evaluation twice.
// 2. There is exactly one way out: `#end`, entered once per worker, whether the process exited, was killed by the
//    deadline, sent nonsense, said that it retires, or the sandbox closed. It decides what the head gets and gives the
//    rest back to the pool. After it the worker is dead to us; late bytes and events are ignored.
// 3. A worker that retires by itself has answered its head in the same frame; nothing is running then, so all that
//    is left can be handed on.
//
// The death of a process is known later than the end of its output, and the reason is in stderr and the exit status.
// So an unexpected end waits for the `close` event (status known, all pipes drained); a kill of ours does not wait.
//
// A worker holds small answers for some hundred microseconds, to write several at once, and writes them before anything that
// may take long. Should it die in between all the same, finished evaluations pass for unstarted ones and run again elsewhere:
// only such as have called nobody, since a call writes what is held.
//
// The deadline runs from the moment the head became the head, and the worker has its own, earlier one in the isolate;
// ours ends what the isolate cannot interrupt (native code). One timer per worker is re-armed only when it fires too
// early, because arming one per request costs more than sending it. When the parent itself was busy, timers fire
// before the answers that already lie in the pipe are read: therefore a late timer first lets the loop read.
//
// A worker whose head has called the host waits for the reply, perhaps for seconds. So at the call everything behind the
// head goes back to the pool, and nothing is sent until the reply; the worker, for its part, forgets the `run` frames that
// it held. Neither side has to say which: both know that the reply is where they changed. Time in a call is the host's,
// not the head's: the deadline moves on by as much.
//
// A worker that has nothing to do must not keep the host alive: its handles are unreferenced whenever it is idle.
import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { ANSWER, FAILURES, type FrameBody, FrameError, FrameSplitter, MESSAGE_BYTES } from "./frames.ts";
import { Outbox, whole } from "./outbox.ts";
import type { Artifacts } from "./snapshot.ts";
import type { CallReply, SandboxFailure, SandboxRequest } from "./types.ts";
import { killAll, living, spawnWorker, type WorkerSettings } from "./worker-process.ts";

/** A request on its way through the sandbox. */
export interface Job {
  readonly request: SandboxRequest;
  succeed(outcomeJson: string): void;
  fail(failure: SandboxFailure, message: string): void;
}

/** What a worker tells its pool. */
export interface WorkerEvents {
  serves(worker: Worker): void;
  /** Room was made. */
  answered(worker: Worker): void;
  /** The running evaluation waits for the host. `unstarted` are the requests behind it, oldest first. */
  waits(worker: Worker, unstarted: readonly Job[]): void;
  /** The worker is gone. `unstarted` are requests it held and never began, oldest first. */
  ended(worker: Worker, unstarted: readonly Job[], message: string): void;
}

/** Longer than the isolate's own deadline by this much, milliseconds, before the process is killed: a busy host adds its own delay. */
export const GRACE_MS = 30;
/**
 * Requests inside a worker at most: two batches, so that it works on one while its host does on the other. More gain nothing
 * measurable and lengthen what a death disturbs.
 */
const MOST_INSIDE = 64;
/** And at least: one that runs, and the next. */
const LEAST_INSIDE = 2;
/** Work inside a worker at most, milliseconds: what waits there can go to no other one. */
const WORK_INSIDE_MS = 10;
/** A worker that is not serving after this long has failed to start, milliseconds. */
const START_MS = 15_000;
const STDERR_BYTES = 8_192;
/** Digits of an outcome's length at most. */
const LENGTH_DIGITS = 10;
/** Longest name of an operation that the guest asks of the host. */
const CALL_NAME_BYTES = 256;

/** What V8 says before it aborts for want of memory. */
const OUT_OF_MEMORY =
  /is_heap_oom = 1|CALL_AND_RETRY_LAST|heap out of memory|Allocation failed|out of memory|invalid (size|array length|table size|string length)/i;

export class Worker {
  readonly #child: ChildProcess;
  readonly #events: WorkerEvents;
  readonly #settings: WorkerSettings;
  readonly #splitter = new FrameSplitter();
  /** Requests in the worker, oldest first, from `#head` on. */
  #jobs: Job[] = [];
  #head = 0;
  #sequence = 0;
  #headSince = 0;
  /** Milliseconds the host has taken for the head's calls, and when the one under way began. */
  #hostMs = 0;
  #callSince: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  readonly #outbox: Outbox;
  #stderr = "";
  #ended = false;
  #referenced = true;
  #bytes = 0;
  /** Milliseconds of an evaluation, of late. */
  #pace = 0;
  readonly #gone: Promise<void>;
  /** True once the worker serves. */
  isReady = false;

  constructor(artifacts: Artifacts, settings: WorkerSettings, events: WorkerEvents) {
    this.#events = events;
    this.#settings = settings;
    this.#outbox = new Outbox(settings.programs);
    const child = spawnWorker(artifacts, settings);
    this.#child = child;
    if (living.size === 0) process.on("exit", killAll);
    living.add(child);
    this.#gone = new Promise((settle) => {
      const gone = () => {
        if (living.delete(child) && living.size === 0) process.removeListener("exit", killAll);
        settle();
      };
      child.once("close", (code, signal) => {
        gone();
        this.#died(code, signal);
      });
      child.once("error", (error) => {
        if (child.pid === undefined) gone();
        this.#stderr += error.message;
        this.#died(null, null);
      });
    });
    // Writing to a worker that has died reports here; `close` says why it died.
    child.stdin?.on("error", () => {});
    child.stdout?.on("error", () => {});
    child.stderr?.on("error", () => {});
    child.stdout?.on("data", (chunk: Buffer) => this.#read(chunk));
    child.stderr?.on("data", (chunk: Buffer) => this.#readStderr(chunk));
    this.#armTimer(START_MS);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Requests in the worker. */
  get load(): number {
    return this.#jobs.length - this.#head;
  }

  /** True while the running evaluation waits for the host. */
  get isWaiting(): boolean {
    return this.#callSince !== undefined;
  }

  /** Bytes of the requests in the worker. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many requests it can hold: as many as it answers in a moment. */
  get depth(): number {
    return Math.max(LEAST_INSIDE, Math.min(MOST_INSIDE, WORK_INSIDE_MS / this.#pace));
  }

  /** True where the running evaluation takes longer than what a worker should hold: whatever comes behind it would wait. */
  get isHeldUp(): boolean {
    const since = this.#headSince + this.#hostMs;
    return this.isReady && this.load > 0 && performance.now() - since > WORK_INSIDE_MS;
  }

  /** Settles when the process is gone. */
  get gone(): Promise<void> {
    return this.#gone;
  }

  /** True if the worker holds the program. */
  holds(id: string): boolean {
    return this.#outbox.holds(id);
  }

  /** Sends a request. The caller has checked its size. */
  send(job: Job): void {
    // When all that came in this turn of the loop has been looked at: what several of the host's clients ask crosses together.
    if (this.#outbox.isEmpty) setImmediate(() => this.#write());
    this.#outbox.run(this.#sequence + this.load, job.request);
    this.#bytes += job.request.contextJson.length;
    this.#jobs.push(job);
    if (this.load === 1) this.#startHead();
    if (!this.#referenced) this.#reference(true);
  }

  /** Ends the worker now. The head gets `failure`; the rest is handed back. */
  kill(failure: SandboxFailure, message: string): void {
    this.#end(failure, message);
  }

  #write(): void {
    if (!this.#ended && !this.#outbox.isEmpty) this.#child.stdin?.write(this.#outbox.take());
  }

  #startHead(): void {
    if (!this.isReady) return;
    this.#headSince = performance.now();
    this.#hostMs = 0;
    this.#armTimer(this.#jobs[this.#head].request.limits.wallMs + GRACE_MS);
  }

  /** Makes sure that the timer fires no later than in `delay` milliseconds. */
  #armTimer(delay: number): void {
    const at = performance.now() + delay;
    if (this.#timer !== undefined && this.#timerAt <= at) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => this.#timerFired(), Math.min(delay, 0x7fff_ffff));
    // The pipes keep the host alive while there is work; the timer alone must not.
    this.#timer.unref();
  }

  #timerFired(): void {
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
    if (this.#ended) return;
    if (!this.isReady) {
      this.kill("WorkerCrashed", `the worker did not start within ${START_MS} ms`);
      return;
    }
    if (this.load === 0) return;
    const left = this.#left();
    if (left > 0 || this.isWaiting) {
      this.#armTimer(Math.max(1, left));
      return;
    }
    const sequence = this.#sequence;
    // After this turn's reading: the answer may have been waiting while the host was busy.
    setImmediate(() => {
      if (this.#ended || this.load === 0 || this.isWaiting) return;
      const { wallMs } = this.#jobs[this.#head].request.limits;
      if (this.#sequence === sequence)
        this.kill("WallTimeLimitExceeded", `no answer within ${wallMs} ms; the worker was killed`);
      else this.#armTimer(Math.max(1, this.#left()));
    });
  }

  #left(): number {
    const now = performance.now();
    const host = this.#hostMs + (this.#callSince === undefined ? 0 : now - this.#callSince);
    return this.#headSince + this.#jobs[this.#head].request.limits.wallMs + host + GRACE_MS - now;
  }

  #read(chunk: Buffer): void {
    if (this.#ended) return;
    const first = this.#sequence;
    const since = this.#headSince + this.#hostMs;
    try {
      this.#splitter.push(
        chunk,
        () => this.#longestAnswer(),
        (type, body) => {
          this.#receive(type, body);
          return !this.#ended;
        },
      );
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.kill("WorkerCrashed", `the worker's answer is not understood: ${error.message}`);
    }
    const answered = this.#sequence - first;
    if (this.#ended || answered === 0) return;
    this.#pace = (this.#pace + (performance.now() - since) / answered) / 2;
    this.#events.answered(this);
    if (this.load === 0) this.#reference(false);
  }

  #longestAnswer(): number {
    const output = this.load === 0 ? 0 : whole(this.#jobs[this.#head].request.limits.outputBytes);
    return Math.max(output, MESSAGE_BYTES) + CALL_NAME_BYTES + 64;
  }

  #receive(type: number, body: FrameBody): void {
    if (!this.isReady) {
      if (type !== ANSWER.ready) throw new FrameError(`frame ${type} before the worker is ready`);
      body.texts(0);
      this.isReady = true;
      if (this.load > 0) {
        clearTimeout(this.#timer);
        this.#timer = undefined;
        this.#startHead();
      } else this.#reference(false);
      this.#events.serves(this);
      return;
    }
    if (this.load === 0) throw new FrameError(`frame ${type} without a request`);
    const sequence = body.field();
    if (sequence !== this.#sequence)
      throw new FrameError(`answer ${sequence} where ${this.#sequence} is due`);
    if (this.isWaiting) throw new FrameError(`frame ${type} where the host is still to reply`);
    if (type === ANSWER.call) {
      const [operation, argumentJson] = body.texts(2);
      this.#call(operation, argumentJson);
      return;
    }
    if (type === ANSWER.done) {
      const [outcome] = body.texts(1);
      this.#shift().succeed(outcome);
    } else if (type === ANSWER.batch) {
      this.#receiveBatch(body.field(), body.texts(1)[0]);
    } else if (type === ANSWER.failed || type === ANSWER.retired) {
      const failure = FAILURES[body.field()];
      const [message] = body.texts(1);
      if (failure === undefined) throw new FrameError("unknown failure");
      this.#shift().fail(failure, message);
      if (type === ANSWER.retired) {
        this.#end(undefined, message);
        return;
      }
    } else throw new FrameError(`unknown frame ${type}`);
    if (this.load > 0) this.#startHead();
  }

  /** Answers the oldest requests with outcomes in a row, each with its length and a colon before it. */
  #receiveBatch(count: number, outcomes: string): void {
    if (count < 1 || count > this.load) throw new FrameError(`${count} outcomes for ${this.load} requests`);
    let at = 0;
    for (let left = count; left > 0; left -= 1) {
      let length = 0;
      let start = at;
      for (let digit = 0; digit >= 0 && digit <= 9 && start <= at + LENGTH_DIGITS; start += 1) {
        length = length * 10 + digit;
        digit = outcomes.charCodeAt(start) - 0x30;
      }
      at = start + length;
      if (outcomes[start - 1] !== ":" || at > outcomes.length)
        throw new FrameError("an outcome without its length");
      this.#shift().succeed(outcomes.slice(start, at));
    }
    if (at !== outcomes.length) throw new FrameError("more after the last outcome");
  }

  #call(operation: string, argumentJson: string): void {
    const job = this.#jobs[this.#head];
    const { onCall } = job.request;
    if (onCall === undefined) throw new FrameError("a call of an evaluation that may not call");
    this.#callSince = performance.now();
    const unstarted = this.#jobs.slice(this.#head + 1);
    this.#jobs = [job];
    this.#head = 0;
    this.#bytes = job.request.contextJson.length;
    const sequence = this.#sequence;
    onCall(operation, argumentJson).then(
      (reply) => this.#reply(sequence, reply),
      () => this.kill("WorkerCrashed", "the host failed to answer a call"),
    );
    this.#events.waits(this, unstarted);
  }

  #reply(sequence: number, reply: CallReply): void {
    if (this.#ended || sequence !== this.#sequence) return;
    this.#hostMs += performance.now() - (this.#callSince ?? performance.now());
    this.#callSince = undefined;
    this.#outbox.reply(sequence, reply);
    this.#write();
    this.#events.answered(this);
  }

  #shift(): Job {
    const job = this.#jobs[this.#head];
    this.#bytes -= job.request.contextJson.length;
    this.#head += 1;
    this.#sequence += 1;
    if (this.#head === this.#jobs.length || this.#head >= 256) {
      this.#jobs.splice(0, this.#head);
      this.#head = 0;
    }
    return job;
  }

  #readStderr(chunk: Buffer): void {
    const text = chunk.toString("utf8");
    this.#settings.onLog?.(text);
    if (this.#ended) return;
    // The end is kept: V8 writes its reason last.
    this.#stderr = (this.#stderr + text).slice(-STDERR_BYTES);
  }

  #died(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#ended) return;
    const status = signal ?? (code === null ? "not started" : `exit ${code}`);
    if (OUT_OF_MEMORY.test(this.#stderr))
      this.#end("MemoryLimitExceeded", `the worker ran out of memory (${status})`);
    else
      this.#end(
        "WorkerCrashed",
        `the worker died (${status})${this.isReady ? "" : ` before it served: ${this.#stderr.trim()}`}`,
      );
  }

  #end(failure: SandboxFailure | undefined, message: string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const rest = this.#jobs.slice(this.#head);
    this.#jobs = [];
    this.#head = 0;
    this.#child.kill("SIGKILL");
    this.#child.stdin?.destroy();
    this.#reference(false);
    // A worker that never served has started none of its requests.
    if (this.isReady && failure !== undefined) rest.shift()?.fail(failure, message);
    this.#events.ended(this, rest, message);
  }

  #reference(on: boolean): void {
    this.#referenced = on;
    const handles = [this.#child, this.#child.stdin, this.#child.stdout, this.#child.stderr] as (
      | ChildProcess
      | Socket
      | null
    )[];
    for (const handle of handles) {
      if (on) handle?.ref();
      else handle?.unref();
    }
  }

  /** Keeps the host's event loop alive until the process is gone. */
  hold(): void {
    this.#reference(true);
  }
}
