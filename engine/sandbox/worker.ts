// The worker process: one isolate, one blocking loop that reads a request, evaluates it and writes the answer.
//
// It blocks on purpose (`readSync`): the worker has nothing else to do, and the event loop costs more than a small
// evaluation. It is bundled into one CommonJS file at build time, because removing types at start costs 25 ms.
//
// A call to the host blocks as well: the call's frame goes out, and frames are read until the reply is there. The parent
// has taken back every request that was waiting behind the running one, so `run` frames read before the reply are void.
//
// Arguments: path of the snapshot, memory limit of the isolate in MB, "log" or "quiet", folders of time zones.
// Environment: empty. Rights: reading this file, the snapshot, the two native libraries and those folders; see
// `worker-process.ts`.
import * as fs from "node:fs";
import ivm from "isolated-vm";
import type { Re2Callback } from "../regex/re2-channel.ts";
import type { digest as digestFunction } from "./digests.ts";
import {
  ANSWER,
  FAILURES,
  FrameBatch,
  type FrameBody,
  type FrameFailure,
  FrameSplitter,
  MESSAGE_BYTES,
  REQUEST,
  RUN_HEAD,
} from "./frames.ts";
import { zoneReader } from "./zone-files.ts";

/** The bundler's: it finds the module at build time and runs it at the call. */
declare const require: (path: string) => unknown;

const [snapshotPath, memoryMb, logging, ...zonePaths] = process.argv.slice(2);
/** The parent never sends a longer frame; it bounds contexts and programs itself. */
const LONGEST_REQUEST = 0x3fff_ffff;

const snapshotBytes = fs.readFileSync(snapshotPath);
// Megabytes that nobody else needs: handed over, where they are not part of a larger buffer.
const isWhole = snapshotBytes.byteLength === snapshotBytes.buffer.byteLength;
const snapshot = new ivm.ExternalCopy(
  isWhole ? snapshotBytes.buffer : Uint8Array.from(snapshotBytes).buffer,
  { transferOut: true },
);
const isolate = new ivm.Isolate({ memoryLimit: Number(memoryMb), snapshot });
const context = isolate.createContextSync();

/** When the running evaluation began, and the thread's CPU time then; looked at only when the guest first asks. */
let startedAt = 0;
let cpuAtStart: number | undefined;
/** What an evaluation may have used before it first asks, milliseconds; waiting for a busy machine is not counted. */
const FIRST_SLICE_MS = 20;
function cpuUsedMs(): number {
  const now = threadCpuMs();
  cpuAtStart ??= now - Math.min(performance.now() - startedAt, FIRST_SLICE_MS);
  return now - cpuAtStart;
}
function threadCpuMs(): number {
  const usage = process.threadCpuUsage();
  return (usage.user + usage.system) / 1000;
}

// Callbacks answer with plain numbers and texts and never throw: a host error would show its path and stack inside.
const heapUsed = new ivm.Callback(() => {
  flush();
  try {
    const statistics = isolate.getHeapStatisticsSync();
    return statistics.used_heap_size + statistics.externally_allocated_size;
  } catch {
    return Number.MAX_SAFE_INTEGER;
  }
});
const cpuMs = new ivm.Callback(() => {
  flush();
  return cpuUsedMs();
});
const re2 = new ivm.Callback((...args: unknown[]) => {
  flush();
  try {
    return callRe2(args);
  } catch (error) {
    return `!${error instanceof Error ? error.name : "Error"}: the regular expression engine failed`;
  }
});
const call = new ivm.Callback((...args: unknown[]) => {
  try {
    return callHost(String(args[0]), String(args[1]));
  } catch {
    return '{"ok":false,"error":{"type":"HostFailure","message":"the host did not answer"}}';
  }
});
const readZone = zoneReader(zonePaths);
const zone = new ivm.Callback((name: unknown) => {
  try {
    return readZone(String(name));
  } catch {
    return "";
  }
});
/** Loaded at the first use, like RE2. */
let runDigest: typeof digestFunction | undefined;
const digest = new ivm.Callback((...args: unknown[]) => {
  flush();
  // biome-ignore lint/correctness/useImportExtensions: `.ts` in a checkout, `.js` in a package; the bundler finds either.
  runDigest ??= (require("./digests") as typeof import("./digests.ts")).digest;
  return runDigest(String(args[0]), String(args[1]), String(args[2]));
});
const log = new ivm.Callback((text: unknown) => {
  if (logging === "log") fs.writeSync(2, `${String(text)}\n`);
});

/** Outcomes of the batch under way, handed over in pieces by an evaluation that now asks for something. */
const deliver = new ivm.Callback((...pieces: unknown[]) => {
  settle(pieces.join(""));
});

/** Loaded at the first use: most programs have no pattern, and the library costs 3 ms of every start. */
let runRe2: Re2Callback | undefined;
function callRe2(args: readonly unknown[]): string {
  // biome-ignore lint/correctness/useImportExtensions: `.ts` in a checkout, `.js` in a package; the bundler finds either.
  runRe2 ??= (require("../regex/re2-host") as typeof import("../regex/re2-host.ts")).createRe2Callback();
  const [source, flags, text, start, limit, mode] = args as Parameters<Re2Callback>;
  return runRe2(source, flags, text, start, limit, mode);
}

/**
 * V8's `gc`, from a context of its own: with the flag on from the start every context would have it as a global that
 * cannot be deleted. The guest's realm hides it in a closure. Made at the first use: a context is a quarter of a start.
 */
let runCollector: ivm.Reference<() => void> | undefined;
function collectGuest(): void {
  if (runCollector === undefined) {
    // Loading it is a tenth of a start.
    const { setFlagsFromString } = process.getBuiltinModule("node:v8");
    setFlagsFromString("--expose-gc");
    const other = isolate.createContextSync();
    setFlagsFromString("--no-expose-gc");
    runCollector = other.evalSync("gc", { reference: true }) as ivm.Reference<() => void>;
  }
  runCollector.applySync(undefined, []);
}
const collectGarbage = new ivm.Callback(() => {
  flush();
  collectGuest();
});

/**
 * How a text crosses: as it is, one of a kilobyte and more becomes a text outside of V8's heap, at six times the cost, and only a
 * whole collection gives it back, of which none is due for that. In a list it is copied, which is dear for very long ones alone.
 */
const COPIED = 1 << 15;
const crossing = (text: string): string | [string] => (text.length <= COPIED ? [text] : text);
/** Characters that have gone in as they are. */
let crossedIn = 0;
const COLLECT_AFTER = 1 << 25;
/** Gives back the texts that have gone in; at a time when nobody waits. */
function releaseTexts(): void {
  if (crossedIn <= COLLECT_AFTER) return;
  crossedIn = 0;
  collectGuest();
}
function countCrossing(text: string | undefined): void {
  if (text !== undefined && text.length > COPIED) crossedIn += text.length;
}

const capabilities = [heapUsed, cpuMs, collectGarbage, re2, call, zone, digest, log, deliver];
const door = context.evalClosureSync(
  "const { seal } = __realm; return seal($0, $1, $2, $3, $4, $5, $6, $7, $8);",
  capabilities as never,
  {
    result: { reference: true },
  },
) as ivm.Reference<Record<string, (...args: never[]) => unknown>>;
const load = door.getSync("load", { reference: true });
const drop = door.getSync("drop", { reference: true });
const evaluate = door.getSync("evaluate", { reference: true });
const evaluateAll = door.getSync("evaluateAll", { reference: true });

/** Programs by the number that the parent gave them: why V8 or the guest refused one; the others are held by the guest. */
const programs = new Map<number, { rejected?: string }>();
/** Set when loading a program has damaged the isolate: the next request ends the worker. */
let broken: [FrameFailure, string] | undefined;
/** Time for a program's top level, milliseconds. It only makes functions; the parent's deadline may be shorter. */
const LOAD_MS = 1000;
/** V8's refusals of one too large value. The guest should have refused it before; it is a limit all the same. */
const TOO_LARGE =
  /allocation failed|Invalid (string|array|typed array|array buffer) length|Maximum BigInt size/i;

/**
 * Answers that wait to be written together. They are held no longer than small evaluations take: whatever reaches a tick of
 * the guest, a call, a large allocation or the end of what was read writes them first (`flush`).
 */
const held = new FrameBatch(1 << 16);
/** Bytes that are not held on to: the parent can work on them meanwhile. */
const HELD_BYTES = 1 << 13;

function flush(): void {
  if (held.size === 0) return;
  const bytes = held.drain();
  let at = 0;
  while (at < bytes.length) {
    try {
      at += fs.writeSync(1, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") process.exit(1);
    }
  }
}

function cut(text: string): string {
  return Buffer.from(text)
    .subarray(0, MESSAGE_BYTES - 8)
    .toString("utf8");
}

/** Text of whatever was thrown, without trusting it: it may come from inside. */
function describe(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return "an error without text";
  }
}

function fail(type: number, sequence: number, failure: FrameFailure, message: string): void {
  held.add(type, [sequence, FAILURES.indexOf(failure)], [cut(message)]);
}

/** Answers and ends the process at once: no exit handlers, since V8 may be beyond running any. */
function retire(sequence: number, failure: FrameFailure, message: string): never {
  fail(ANSWER.retired, sequence, failure, message);
  flush();
  process.kill(process.pid, "SIGKILL");
  throw new Error("unreachable");
}

/** What is wrong with the isolate as a whole after this error, if anything is. */
function damage(error: unknown): [FrameFailure, string] | undefined {
  if (isolate.isDisposed) return ["MemoryLimitExceeded", "the isolate passed its memory limit"];
  const text = describe(error);
  // A stopped guest is half-way through something, so that its state cannot be trusted any more.
  if (text.includes("Script execution timed out"))
    return ["WallTimeLimitExceeded", "stopped at its deadline"];
  return undefined;
}

function loadProgram(number: number, id: string, code: string): void {
  flush();
  const program: { rejected?: string } = {};
  programs.set(number, program);
  try {
    const script = isolate.compileScriptSync(`(${code}\n)`, { filename: id });
    const factory = script.runSync(context, { reference: true, timeout: LOAD_MS });
    script.release();
    if (factory.typeof !== "function") {
      program.rejected = `the program's code is not a function but ${factory.typeof}`;
      return;
    }
    const given = [number, id, factory.derefInto({ release: true }), code.length];
    load.applySync(undefined, given as never, { timeout: LOAD_MS });
  } catch (error) {
    broken = damage(error);
    program.rejected = describe(error);
  }
}

function dropProgram(number: number): void {
  const program = programs.get(number);
  programs.delete(number);
  if (program === undefined || program.rejected !== undefined || broken !== undefined) return;
  drop.applySync(undefined, [number] as never, { timeout: LOAD_MS });
}

/** What the next `run` frames are about; undefined once the guest has it. */
let contextJson: string | undefined = "";
let settings: string | undefined = "";
/** A context of this length takes long enough to read that answers should not wait for it. */
const LONG_CONTEXT = 1 << 16;

function run(frame: Frame): void {
  const { fields, texts } = frame;
  const [sequence, wallMs, outputBytes, hostMs, number, index] = fields;
  if (broken !== undefined) retire(sequence, ...broken);
  const program = programs.get(number);
  if (program === undefined) process.exit(2);
  if (program.rejected !== undefined) {
    fail(ANSWER.failed, sequence, "ProgramRejected", program.rejected);
    return;
  }
  if (held.size > HELD_BYTES || (contextJson !== undefined && contextJson.length > LONG_CONTEXT)) flush();
  begin(frame);
  // The timeout is the isolate's own; it also ends a loop whose host has died. isolated-vm keeps some 190 bytes for each
  // until it would have fired, so that a busy worker holds (evaluations per second) * (wall limit) of them, no more.
  let outcome: unknown;
  try {
    const text = contextJson === undefined ? contextJson : crossing(contextJson);
    const given = [number, index, text, settings, texts[0], outputBytes];
    countCrossing(contextJson);
    contextJson = undefined;
    settings = undefined;
    // The parent knows how long it took to answer, and keeps the exact deadline.
    outcome = evaluate.applySync(undefined, given as never, { ...COPYING, timeout: wallMs + hostMs });
  } catch (error) {
    stop(sequence, error);
  }
  answer(sequence, outputBytes, Array.isArray(outcome) ? outcome[0] : outcome);
}
const COPYING = { arguments: { copy: true }, result: { copy: true } } as const;

/** Ends the worker for what the guest has thrown. */
function stop(sequence: number, error: unknown): never {
  const damaged = damage(error);
  if (damaged !== undefined) retire(sequence, ...damaged);
  const text = describe(error);
  if (TOO_LARGE.test(text)) retire(sequence, "MemoryLimitExceeded", text);
  retire(sequence, "WorkerCrashed", `the guest failed: ${text}`);
}

/** Answers with an outcome as the realm gives it. */
function answer(sequence: number, outputBytes: number, outcome: unknown): void {
  if (typeof outcome === "string") {
    const { size } = held;
    const bytes = held.add(ANSWER.done, [sequence], [outcome]);
    if (bytes > outputBytes) {
      held.cut(size);
      const message = `the outcome has ${bytes} bytes, the limit is ${outputBytes}`;
      fail(ANSWER.failed, sequence, "OutputLimitExceeded", message);
    }
  } else if (outcome === -1) {
    retire(sequence, "WorkerCrashed", "the guest's outcome is no text");
  } else {
    fail(
      ANSWER.failed,
      sequence,
      "OutputLimitExceeded",
      `the outcome has at least ${outcome} bytes, the limit is ${outputBytes}`,
    );
  }
}

// ---- batches -------------------------------------------------------------------------------------
//
// Crossing into the isolate costs more than a small evaluation, so those that lie in the inbox in a row cross together. Nothing
// else changes for them. The realm hands over what is finished before the first thing that any of them asks of the host,
// and all that may take long asks first (see `flush`); so what runs then is the oldest without an answer, as the parent takes it
// to be. The batch ends with that evaluation, and the next one has its whole time.

/** Evaluations that cross together at most. */
const BATCH = 32;
/** Frames of the batch under way, from the oldest evaluation without an answer on. */
let batch: Frame[] = [];
/** The shortest output that one of them is allowed, bytes. */
let leastOutput = 0;

const isRun = ({ type }: Frame): boolean => type === REQUEST.run;

/** Answers the oldest evaluations of the batch with outcomes in a row. */
function settle(outcomes: string): void {
  for (let at = 0; at < outcomes.length; ) {
    let frame = batch.shift() as Frame;
    while (!isRun(frame)) frame = batch.shift() as Frame;
    const [sequence, , outputBytes] = frame.fields;
    const start = at;
    while (!isMark(outcomes.charCodeAt(at))) at += 1;
    const length = Number(outcomes.slice(start, at));
    const isText = outcomes[at] === ":";
    at += 1;
    answer(sequence, outputBytes, isText ? outcomes.slice(at, at + length) : length);
    if (isText) at += length;
  }
  const next = batch.find(isRun);
  if (next !== undefined) begin(next);
}
/** Answers the oldest evaluations of the batch with texts in a row, as they are. */
function answerAll(outcomes: string, count: number): void {
  let oldest: Frame | undefined;
  for (let left = count; left > 0; ) {
    const frame = batch.shift() as Frame;
    if (!isRun(frame)) continue;
    oldest ??= frame;
    left -= 1;
  }
  held.add(ANSWER.batch, [(oldest as Frame).fields[0], count], [outcomes]);
}
/** Is it the colon or the semicolon that ends a length? */
const isMark = (unit: number): boolean => unit === 0x3a || unit === 0x3b;

/** Notes what an evaluation may ask of the host, and that it begins now. */
function begin({ fields: [sequence, , , hostMs] }: Frame): void {
  startedAt = performance.now();
  cpuAtStart = undefined;
  running = hostMs > 0 ? sequence : undefined;
}

/**
 * Moves what can cross together from the inbox to the batch and answers it as the realm takes it: one text, since each that
 * crosses costs as much as a small evaluation. Nothing for fewer than two.
 */
function takeBatch(): string {
  let given = "";
  let context = contextJson;
  let told = settings;
  let lastOptions: string | undefined;
  let longest: number | undefined;
  let size = 0;
  let taken = 0;
  let count = 0;
  leastOutput = Number.POSITIVE_INFINITY;
  const first = inbox.find(isRun)?.fields ?? [];
  for (const { type, fields, texts } of inbox) {
    size += 1;
    if (type === REQUEST.context && texts[0].length <= LONG_CONTEXT) context = texts[0];
    else if (type === REQUEST.settings) told = texts[0];
    else if (type === REQUEST.run && fields[1] === first[1] && fields[3] === first[3]) {
      const [, , outputBytes, , number, index] = fields;
      const program = programs.get(number);
      if (program === undefined || program.rejected !== undefined) break;
      if (count > 0 && given.length + (context?.length ?? 0) > COPIED) break;
      const [options] = texts;
      if (context !== undefined) given += `c${context.length};${context}`;
      if (told !== undefined) given += `s${told.length};${told}`;
      if (options !== lastOptions) given += `o${options.length};${options}`;
      if (outputBytes !== longest) given += `l${outputBytes};`;
      given += `p${number};e${index};`;
      context = undefined;
      told = undefined;
      lastOptions = options;
      longest = outputBytes;
      leastOutput = Math.min(leastOutput, outputBytes);
      taken = size;
      count += 1;
      if (count === BATCH) break;
    } else break;
  }
  if (count < 2 || broken !== undefined) return "";
  batch = inbox.splice(0, taken);
  return given;
}

function runBatch(given: string): void {
  const first = batch.find(isRun) as Frame;
  // The parent works on the last batch's answers meanwhile.
  flush();
  begin(first);
  contextJson = undefined;
  settings = undefined;
  countCrossing(given);
  let outcomes: string;
  let count: number;
  try {
    [outcomes, count] = evaluateAll.applySync(undefined, [crossing(given)] as never, {
      ...COPYING,
      timeout: first.fields[1] + first.fields[3],
    }) as [string, number];
  } catch (error) {
    stop(batch.find(isRun)?.fields[0] ?? first.fields[0], error);
  }
  if (count > 0 && outcomes.length * 3 <= leastOutput) answerAll(outcomes, count);
  else settle(outcomes);
  inbox.unshift(...batch);
  batch = [];
}

/** A frame taken apart; of one that asks for several evaluations, one for each. */
interface Frame {
  readonly type: number;
  readonly fields: readonly number[];
  readonly texts: readonly string[];
}
/** How many fields and texts each frame has, of a `run` frame before those of its evaluations. */
const SHAPES: Readonly<Record<number, readonly [fields: number, texts: number]>> = {
  [REQUEST.run]: [RUN_HEAD, 1],
  [REQUEST.load]: [1, 2],
  [REQUEST.drop]: [1, 0],
  [REQUEST.reply]: [2, 3],
  [REQUEST.context]: [0, 1],
  [REQUEST.settings]: [0, 1],
};

/** Frames read and not yet served. */
const inbox: Frame[] = [];
const splitter = new FrameSplitter();
const buffer = Buffer.allocUnsafeSlow(1 << 18);

function receive(type: number, body: FrameBody): boolean {
  const shape = SHAPES[type];
  if (shape === undefined) process.exit(2);
  const fields: number[] = [];
  for (let count = shape[0]; count > 0; count -= 1) fields.push(body.field());
  if (type !== REQUEST.run) {
    inbox.push({ type, fields, texts: body.texts(shape[1]) });
    return true;
  }
  const [sequence, wallMs, outputBytes, hostMs, count] = fields;
  const asked: number[] = [];
  for (let left = 2 * count; left > 0; left -= 1) asked.push(body.field());
  const texts = body.texts(shape[1]);
  for (let i = 0; i < count; i += 1) {
    const own = [sequence + i, wallMs, outputBytes, hostMs, asked[2 * i], asked[2 * i + 1]];
    inbox.push({ type, fields: own, texts });
  }
  return true;
}

/** Reads what there is, waiting for something; false at the end of the input. */
function read(): boolean {
  flush();
  releaseTexts();
  for (;;) {
    try {
      const count = fs.readSync(0, buffer);
      if (count === 0) return false;
      splitter.push(buffer.subarray(0, count), () => LONGEST_REQUEST, receive);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF") return false;
      if (code !== "EAGAIN") process.exit(1);
    }
  }
}

/** The evaluation that may call the host. */
let running: number | undefined;

function callHost(operation: string, argumentJson: string): string {
  if (running === undefined) return '{"ok":false,"error":{"type":"CapabilityError","message":""}}';
  held.add(ANSWER.call, [running], [operation, argumentJson]);
  // The parent takes back what is behind it.
  inbox.unshift(...batch.splice(batch.findIndex(isRun) + 1));
  for (;;) {
    const at = inbox.findIndex(({ type }) => type === REQUEST.reply);
    if (at < 0) {
      if (!read()) process.exit(1);
      continue;
    }
    // What came after the reply in the same read is of the time after it: it stays.
    const frames = inbox.splice(0, at + 1);
    const reply = frames.pop() as Frame;
    for (const frame of frames) if (frame.type !== REQUEST.run) serve(frame);
    const [sequence, number] = reply.fields;
    if (sequence !== running) process.exit(2);
    const [json, id, code] = reply.texts;
    if (id !== "" && code !== "") loadProgram(number, id, code);
    return json;
  }
}

function serve(frame: Frame): void {
  const { type, fields, texts } = frame;
  if (type === REQUEST.run) run(frame);
  else if (type === REQUEST.context) contextJson = texts[0];
  else if (type === REQUEST.settings) settings = texts[0];
  else if (type === REQUEST.load) loadProgram(fields[0], texts[0], texts[1]);
  else if (type === REQUEST.drop) dropProgram(fields[0]);
  else process.exit(2);
}

held.add(ANSWER.ready, [], []);
do {
  while (inbox.length > 0) {
    const given = takeBatch();
    if (given !== "") runBatch(given);
    else serve(inbox.shift() as Frame);
  }
} while (read());
process.kill(process.pid, "SIGKILL");
