// What a caller of the sandbox hands in and gets back.

/** Limits the sandbox itself enforces. Steps, CPU time and recursion are counted by the guest and travel in `settings`. */
export interface SandboxLimits {
  /** Wall time from the moment the worker starts the request, milliseconds. The worker is killed shortly after it. */
  readonly wallMs: number;
  /** CPU time, milliseconds; enforced by the guest through `host.cpuMs()`. */
  readonly cpuMs: number;
  /** Memory, mebibytes; enforced by the guest through `host.heapUsed()`. The isolate's own limit is the sandbox's. */
  readonly memoryMb: number;
  /** Context accepted, bytes of UTF-8. */
  readonly contextBytes: number;
  /** Outcome accepted, bytes of UTF-8. */
  readonly outputBytes: number;
  /** Time the host may take for the evaluation's calls, all together, milliseconds; it does not count as `wallMs`. */
  readonly hostMs: number;
}

/** What the host answers to a call from inside, and a program the guest may need for what comes next. */
export interface CallReply {
  readonly json: string;
  readonly program?: { readonly id: string; readonly code: string };
}

/** One evaluation. */
export interface SandboxRequest {
  /** `id` names `code` for good (a content hash): the same id is never sent with other code. */
  readonly program: { readonly id: string; readonly code: string };
  /** What the program is about. A worker keeps the last one: requests in a row about the same text send it once. */
  readonly contextJson: string;
  /** The guest's, in a form of its own: what many requests have in common. Sent when it changes. */
  readonly settings: string;
  /** The guest's, in a form of its own: what only this request has, or this and others that `index` tells apart. */
  readonly options: string;
  /** The request's place among those with the same options. Default 0. */
  readonly index?: number;
  readonly limits: SandboxLimits;
  /**
   * Serves `host.call(operation, argumentJson)` of the guest, which waits; absent: the guest is told so. Must not
   * reject, and must settle within what is left of `hostMs`.
   */
  readonly onCall?: (operation: string, argumentJson: string) => Promise<CallReply>;
}

/** Why an evaluation has no outcome. Each fails closed. */
export type SandboxFailure =
  | "WallTimeLimitExceeded"
  | "MemoryLimitExceeded"
  | "OutputLimitExceeded"
  | "ContextLimitExceeded"
  | "WorkerCrashed"
  | "ProgramRejected"
  | "SandboxClosed";

/** The guest's outcome as it wrote it, or why there is none. `durationMs` is from request to answer. */
export type SandboxAnswer =
  | { readonly ok: true; readonly outcomeJson: string; readonly durationMs: number }
  | {
      readonly ok: false;
      readonly failure: SandboxFailure;
      readonly message: string;
      readonly durationMs: number;
    };

/** Counters of a sandbox since it was created. */
export interface SandboxStats {
  /** Worker processes serving requests now. */
  readonly workers: number;
  /** Warm processes waiting to replace one that dies. */
  readonly spares: number;
  /** Workers replaced, whatever the reason. */
  readonly restarts: number;
  /** Requests inside workers now. */
  readonly inFlight: number;
  /** Requests waiting for a worker now. */
  readonly queued: number;
  /** Process ids of all living workers, spares included. */
  readonly pids: readonly number[];
}

/** Settings of a sandbox. */
export interface SandboxOptions {
  /** Absolute path of the module that is bundled into the isolate (see `README.md` for what it must define). */
  readonly guestEntry: string;
  /** Worker processes. Default 1. */
  readonly workers?: number;
  /** Memory limit of each worker's isolate, mebibytes, at least 8. */
  readonly memoryMb: number;
  /** Programs kept compiled per worker. Default 1000. */
  readonly programs?: number;
  /** Where built artifacts are kept. Default: `node_modules/.cache/postern` of this installation. */
  readonly cacheDirectory?: string;
  /** Lets the guest's `host.log` write to the worker's stderr, which `onLog` receives. For tests. */
  readonly onLog?: (text: string) => void;
}

/** A set of supervised worker processes that evaluate programs. */
export interface Sandbox {
  /** Settles when the first worker serves; rejects with what prevented it. */
  readonly ready: Promise<void>;
  /** Never rejects: everything that can go wrong is an answer. */
  run(request: SandboxRequest): Promise<SandboxAnswer>;
  /** The answers to requests in a row, each as from {@link run}, at a lower cost. */
  runAll(requests: readonly SandboxRequest[]): Promise<SandboxAnswer[]>;
  /** Answers what is unfinished with `SandboxClosed` and settles when every process is gone. */
  close(): Promise<void>;
  readonly stats: SandboxStats;
}
