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
import ivm from "isolated-vm";
import { ANSWER, type FrameFailure, REQUEST } from "./frames.ts";
import { answer, damage, describe, fail, flush, HELD_BYTES, held, retire, stop } from "./worker-answers.ts";
import { collectGarbage, cpuMs, digest, heapUsed, log, re2, startClock, zone } from "./worker-functions.ts";
import { type Frame, inbox, read } from "./worker-inbox.ts";
import { COPIED, context, countCrossing, crossing, isolate } from "./worker-isolate.ts";

const call = new ivm.Callback((...args: unknown[]) => {
  try {
    return callHost(String(args[0]), String(args[1]));
  } catch {
    return '{"ok":false,"error":{"type":"HostFailure","message":"the host did not answer"}}';
  }
});
/** Outcomes of the batch under way, handed over in pieces by an evaluation that now asks for something. */
const deliver = new ivm.Callback((...pieces: unknown[]) => {
  settle(pieces.join(""));
});

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
  startClock();
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

/**
 * `read`, from inside the isolate. V8 compiles what runs often on threads of its own, and asks the isolate to install it; who
 * takes the isolate's lock clears what was asked and not yet done, and what was compiled last was then interpreted for
 * good. Most of a busy worker's time without the lock was waiting here. `stringify` looks at what was asked, as few other calls do.
 */
const readInside = context.evalClosureSync(
  "'use strict'; const { stringify } = JSON; return () => { const isMore = $0(); stringify(0); return isMore; };",
  [new ivm.Callback(read)],
  { result: { reference: true } },
) as ivm.Reference<() => boolean>;

/** A worker that waits for longer is not busy: then what a call into the isolate takes is the caller's time. Milliseconds. */
const SHORT_WAIT_MS = 0.5;
let isBusy = false;
/** Waits for what comes next; false at its end. */
function wait(): boolean {
  const since = performance.now();
  const isMore = isBusy ? readInside.applySync(undefined, []) : read();
  isBusy = performance.now() - since < SHORT_WAIT_MS;
  return isMore;
}

held.add(ANSWER.ready, [], []);
do {
  while (inbox.length > 0) {
    const given = takeBatch();
    if (given !== "") runBatch(given);
    else serve(inbox.shift() as Frame);
  }
} while (wait());
process.kill(process.pid, "SIGKILL");
