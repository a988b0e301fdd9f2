// The state of the evaluation that is running: what it may still use, and what it has said so far.
//
// There is one isolate per worker and one evaluation at a time in it, so this is one object. `begin` resets
// all of it; nothing else in the object model keeps anything from one evaluation to the next.
import type { PyException } from "./exceptions.ts";

/** Who watches an evaluation. Must change nothing about it. */
export interface Watch {
  /** A pattern is about to be looked for; `reason`: why not by RE2, which is meant for patterns of strangers. */
  regex(pattern: string, engine: string, reason: string | undefined): void;
  /** The embedder is about to be asked, and then, that it has answered. */
  hostCall(operation: string, argumentJson: string): void;
  hostAnswer(json: string): void;
}

/**
 * So many steps are never counted where nothing counts. The fields that are counted with every step hold small integers, in
 * this too: V8 keeps those as they are, and any other number in a place of its own.
 */
export const NO_TICK = 0x3fffffff;

/** What an evaluation may use, and where it stands. Generated code adds to `steps` and `depth` directly. */
export const S = {
  /** Statements executed and native iterations made. */
  steps: 0,
  /** Steps at which {@link tick} looks at the limits again; never while the modules are being made. */
  nextTick: NO_TICK,
  /** Steps from one look at the clock to the next: few while steps take long. */
  stride: 0,
  /** CPU time at the last look at the clock, milliseconds. */
  cpuSeen: 0,
  maxSteps: 0,
  /** Nested Python calls. */
  depth: 0,
  maxDepth: 1000,
  /** CPU time when the heap was last measured for the time that had passed, milliseconds. */
  heapSeen: 0,
  /** Bytes asked for since the heap was last measured. */
  allocated: 0,
  memoryLimit: 0,
  /** Bytes of the heap that are not this evaluation's: the programs that the worker keeps. */
  resident: 0,
  cpuLimit: 0,
  /** False once a limit has ended the evaluation: `finally` blocks look at it. */
  live: true,
  /** The exception that is being handled, as `sys.exception()`. */
  handled: null as PyException | null,
  /** The clock of this evaluation, milliseconds since the epoch: fixed at its start, moved on only by `time.sleep`. */
  now: 0,
  /** What `time.sleep` has moved the clock on, milliseconds. */
  slept: 0,
  /** Seed of this evaluation's randomness, where the embedder has fixed one. */
  seed: null as number | null,
  /** Else 256 secret bits for it, hexadecimal, and its place among the evaluations that share them. */
  entropy: "",
  index: 0,
  /** Told what traces show; null where nobody watches. */
  watch: null as Watch | null,
};

/** Runs `make` outside of the evaluation's accounts: nothing that it does counts against a limit. */
export function uncounted<T>(make: () => T): T {
  const { allocated, nextTick, steps, depth } = S;
  S.allocated = -NO_TICK;
  S.nextTick = NO_TICK;
  try {
    return make();
  } finally {
    S.allocated = allocated;
    S.nextTick = nextTick;
    S.steps = steps;
    S.depth = depth;
  }
}

/** What the running evaluation has made and the next must not see. */
let made: (() => void)[] = [];
/** Something that lives for one evaluation: made when it is first asked for, gone when the next one begins. */
export function perEvaluation<T>(make: () => T): () => T {
  let value: T | undefined;
  const forget = () => {
    value = undefined;
  };
  return () => {
    if (value === undefined) {
      value = make();
      made.push(forget);
    }
    return value;
  };
}
/** Forgets what {@link perEvaluation} kept. */
export function forgetEvaluation(): void {
  for (const forget of made) forget();
  if (made.length > 0) made = [];
}

/** What the isolate may ask of the worker process. */
export interface Host {
  heapUsed(): number;
  cpuMs(): number;
  collectGarbage(): void;
  re2(source: string, flags: string, text: string, start: number, limit: number, mode: string): string;
  /** Asks the embedder, and waits: `{"ok":true,"value":…}` or `{"ok":false,"error":{"type","message"}}`. */
  call(operation: string, argumentJson: string): string;
  /**
   * A time zone of the platform by name: its TZif file as Latin-1, `""` where there is none, `"!"` where the file is none
   * of time zones. For the name `""` all names, one a line.
   */
  zone(name: string): string;
  /**
   * Hashes `data`, or derives a key from it: bytes as Latin-1 text. `=` and the digest, or `!` and why there is none.
   * Operations and parameters are those of engine/sandbox/digests.ts.
   */
  digest(operation: string, parametersJson: string, data: string): string;
}

/** The only door to the worker process; set once, when the isolate starts. */
export let host: Host = {
  heapUsed: () => 0,
  cpuMs: () => 0,
  collectGarbage: () => undefined,
  re2: () => "!no RE2 in this process",
  zone: () => "",
  call: () => '{"ok":false,"error":{"type":"CapabilityError","message":""}}',
  digest: () => "!no digests in this process",
};

/** Installs the door to the worker process. */
export function installHost(installed: Host): void {
  host = installed;
}

/** The limits that end an evaluation. */
export type LimitName =
  | "StepLimitExceeded"
  | "CpuTimeLimitExceeded"
  | "MemoryLimitExceeded"
  | "OutputLimitExceeded"
  | "HostTimeLimitExceeded"
  | "HostCallLimitExceeded"
  | "UnsupportedError"
  | "InternalError";

/**
 * Ends the evaluation. Not a Python exception: no `except` and no `finally` of the expression sees it.
 */
export class LimitExceeded {
  readonly limit: LimitName;
  readonly message: string;
  readonly stack: string = "";
  constructor(limit: LimitName, message: string) {
    this.limit = limit;
    this.message = message;
    S.live = false;
    Error.captureStackTrace(this);
  }
}

/** Most steps between two looks at the clock. */
const LONGEST_STRIDE = 32_768;
const SHORTEST_STRIDE = 64;
/** What is to pass between two looks at the clock, milliseconds of CPU time. */
const LOOK_EVERY_MS = 2;
/** Many small objects nobody asks for: the heap is measured at least this often, milliseconds of CPU time. */
const MEASURE_EVERY_MS = 20;

/** Looks at the limits after as many steps as take next to no time, once `maxSteps` is set. */
export function firstTick(): number {
  S.stride = LONGEST_STRIDE >> 2;
  S.cpuSeen = 0;
  S.heapSeen = 0;
  return Math.min(S.maxSteps, S.stride);
}

/** Called when `S.steps` passes `S.nextTick`: ends the evaluation at its step, CPU or memory limit. */
export function tick(): void {
  if (S.steps > S.maxSteps) {
    S.steps = S.maxSteps;
    throw new LimitExceeded("StepLimitExceeded", `the expression used more than ${S.maxSteps} steps`);
  }
  if (S.cpuLimit > 0) {
    const used = host.cpuMs();
    if (used > S.cpuLimit) {
      throw new LimitExceeded(
        "CpuTimeLimitExceeded",
        `the expression used more than ${S.cpuLimit} ms of CPU time`,
      );
    }
    // A step is a comparison here and a thousand digits there: the clock says how many to let pass.
    const stride = (S.stride * LOOK_EVERY_MS) / (used - S.cpuSeen);
    S.stride = Math.max(SHORTEST_STRIDE, Math.min(LONGEST_STRIDE, S.stride * 2, Math.floor(stride)));
    S.cpuSeen = used;
    if (used - S.heapSeen > MEASURE_EVERY_MS) {
      S.heapSeen = used;
      requireMemory(0);
    }
  }
  S.nextTick = Math.min(S.maxSteps, S.steps + S.stride);
}

/** Counts `n` steps of native work. */
export function charge(n: number): void {
  if ((S.steps += n) > S.nextTick) tick();
}

const MEASURE_EVERY = 4 * 1024 * 1024;
const BYTES_PER_STEP = 256;

/**
 * Asks for `bytes` of memory before they are allocated. V8 aborts the whole process when a large table does not
 * fit, so what would pass the limit is refused here; small requests add up until the heap is measured.
 */
export function allocate(bytes: number): void {
  if ((S.allocated += bytes) > MEASURE_EVERY) measure(bytes);
}

function measure(bytes: number): void {
  const asked = S.allocated;
  requireMemory(bytes);
  S.allocated = bytes > MEASURE_EVERY ? MEASURE_EVERY - 1 : 0;
  // Filling it is work, whoever does it.
  charge(Math.ceil(asked / BYTES_PER_STEP));
}

/** What is allocated in many small pieces is measured, what comes in one piece is predicted. */
function requireMemory(bytes: number): void {
  if (bytes > S.memoryLimit) memoryExceeded();
  const room = S.memoryLimit + S.resident - bytes;
  if (host.heapUsed() <= room) return;
  host.collectGarbage();
  if (host.heapUsed() > room) memoryExceeded();
}

function memoryExceeded(): never {
  throw new LimitExceeded(
    "MemoryLimitExceeded",
    `the expression needs more than ${Math.round(S.memoryLimit / 1048576)} MiB of memory`,
  );
}
