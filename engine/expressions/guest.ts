// The program that lives in the isolate: loads compiled expressions, runs one, writes its outcome as JSON.
//
// INVARIANT: nothing of one evaluation is left for the next. `begin` resets every piece of mutable state; values of
// the runtime (types, modules, helpers) refuse to be changed from Python.
import { abi as plainAbi } from "../python/abi.ts";
import { AttributeError, BaseExceptionGroup, isException, type PyException } from "../python/exceptions.ts";
import { PyGenerator } from "../python/generator.ts";
import "../python/isolate-library.ts";
import { collect } from "../python/iterator.ts";
import { requireWhole } from "../python/later.ts";
import { type PyValue, resetIds } from "../python/object.ts";
import { truth } from "../python/operators.ts";
import { output, resetOutput } from "../python/output.ts";
import { caught, limit } from "../python/raising.ts";
import { repr, resetRepr, str } from "../python/representation.ts";
import { list } from "../python/sequence.ts";
import {
  firstTick,
  forgetEvaluation,
  type Host,
  host,
  installHost,
  LimitExceeded,
  NO_TICK,
  S,
  uncounted,
} from "../python/state.ts";
import { resetText } from "../python/text.ts";
import { heldBy } from "../python/types/exception-group.ts";
import { type JsonStyle, toJson } from "./boundary.ts";
import { changes } from "./changes.ts";
import { type Context, parseContext } from "./context-tree.ts";
import { environment, variables } from "./environment.ts";
import "./library.ts";
import { PyRecord } from "./models/record.ts";
import { type Options, parseOptions, type Settings } from "./options.ts";
import { type Main, programs } from "./programs.ts";
import { recorder } from "./watching/recorder.ts";

/** What programs are given; only those that were compiled to be watched take the recorder from it. */
const abi = Object.freeze({ ...plainAbi, recorder });

/** Characters of programs loaded since their memory was last looked at, how many make it worth a look, and what one is at least. */
let loaded = 0;
const LOOK_AFTER = 1 << 17;
const LEAST_PROGRAM = LOOK_AFTER / 64;
/** The heap without programs, and as it was when it was last cleared for a look, bytes. */
let empty = 0;
let looked = 0;
const WORTH_CLEARING = 4 * 1024 * 1024;

/** Learns what of the heap is not the evaluations': else whoever comes when many programs are kept has no room left. */
function lookAtResidents(): void {
  loaded = 0;
  if (empty === 0) empty = looked = host.heapUsed();
  if (host.heapUsed() - looked < WORTH_CLEARING) return;
  // The last evaluation's context is dropped, too.
  contextText = undefined;
  context = undefined;
  host.collectGarbage();
  looked = host.heapUsed();
  S.resident = Math.max(0, looked - empty);
}

let settings: Settings;
let settingsText: string | undefined;
function begin(text: string, { now, seed, entropy }: Options, index: number): void {
  requireWhole();
  if (text !== settingsText) {
    settings = JSON.parse(text) as Settings;
    settingsText = text;
  }
  if (empty === 0 || loaded >= LOOK_AFTER) lookAtResidents();
  S.steps = 0;
  S.maxSteps = settings.steps;
  S.nextTick = firstTick();
  S.depth = 0;
  S.maxDepth = settings.recursion;
  S.allocated = 0;
  S.memoryLimit = settings.memoryMb * 1048576;
  S.cpuLimit = settings.cpuMs;
  S.live = true;
  S.handled = null;
  S.now = now;
  S.slept = 0;
  S.seed = seed;
  S.entropy = entropy;
  S.index = index;
  resetOutput(settings.outputBytes);
  resetIds();
  resetRepr();
  resetText();
  forgetEvaluation();
}

let context: Context | undefined;
let contextText: string | undefined;
/** The context's JSON, parsed once for all evaluations in a row about the same text. */
function contextOf(text: string): Context {
  if (context === undefined || text !== contextText) {
    contextText = undefined;
    context = parseContext(text);
    contextText = text;
  }
  return context;
}

// ---- outcome -------------------------------------------------------------------------------------

/** Positions in the program's code, innermost first, from V8's text of a stack. */
function frames(stack: string, program: string): [number, number][] {
  const out: [number, number][] = [];
  for (const line of stack.split("\n")) {
    const at = line.lastIndexOf(program);
    if (at < 0) continue;
    const match = /^:(\d+):(\d+)\)?$/.exec(line.slice(at + program.length));
    if (match !== null) out.push([Number(match[1]), Number(match[2])]);
  }
  return out;
}

interface ChainLink {
  type: string;
  message: string;
  /** How it led to the next one. */
  link: "cause" | "context" | null;
  /** One list per time it was raised, oldest first. */
  frames: [number, number][][];
  outer: number;
  notes: string[];
  attribute?: string;
  exceptions?: ChainLink[][];
  more?: number;
  tooDeep?: boolean;
}

function safeText(make: () => string, fallback: string): string {
  try {
    return make();
  } catch (error) {
    caught(error);
    return fallback;
  }
}

/** How many exceptions of a group are shown, how deeply nested, and how many descriptions an outcome may hold. */
const MAX_WIDTH = 15;
const MAX_DEPTH = 10;
const MAX_DESCRIBED = 1000;

function describe(exception: PyException, program: string): ChainLink {
  const cls = exception.cls;
  const notes = exception.dict?.get("__notes__");
  const name = cls.isSubtype(AttributeError) ? exception.fields?.get("name") : undefined;
  return {
    type: cls.qualname,
    message: safeText(() => str(exception), "<exception str() failed>"),
    link: null,
    frames: exception.raised.map((point) => frames(point.stack, program)),
    outer: exception.outerFrames,
    notes: notes === undefined ? [] : safeText(() => collect(notes).map(str).join("\n"), "").split("\n"),
    ...(typeof name === "string" ? { attribute: name } : {}),
  };
}

/** What is left of an outcome's room for exceptions, and which of them it holds already. */
interface Described {
  left: number;
  readonly seen: Set<PyException>;
}

/** Adds the exceptions that a group holds to its description. */
function describeHeld(
  link: ChainLink,
  group: PyException,
  program: string,
  all: Described,
  depth: number,
): void {
  const held = heldBy(group);
  const shown = held.slice(0, Math.min(MAX_WIDTH, all.left));
  for (const exception of shown) all.seen.add(exception);
  // What two of them have in common is told with the last one.
  const chains = shown.toReversed().map((exception) => chain(exception, program, all, depth + 1));
  link.exceptions = chains.reverse();
  link.more = held.length - shown.length;
}

/** The exception and those that led to it, oldest first. */
function chain(
  exception: PyException,
  program: string,
  all: Described = { left: MAX_DESCRIBED, seen: new Set() },
  depth = 1,
): ChainLink[] {
  const links: ChainLink[] = [];
  let current: PyException | null = exception;
  let link: ChainLink["link"] = null;
  while (current !== null) {
    all.seen.add(current);
    all.left -= 1;
    const described = describe(current, program);
    described.link = link;
    links.unshift(described);
    if (current.cls.isSubtype(BaseExceptionGroup)) {
      if (depth > MAX_DEPTH) described.tooDeep = true;
      else describeHeld(described, current, program, all, depth);
    }
    const { cause, context, suppressContext }: PyException = current;
    link = cause !== null && !all.seen.has(cause) ? "cause" : "context";
    current = link === "cause" ? cause : suppressContext ? null : context;
    if (current !== null && (all.seen.has(current) || all.left <= 0)) current = null;
  }
  return links;
}

function said(): string {
  const { messages, logs, events } = output;
  // Most say nothing.
  const spoken =
    messages.length + logs.length + events.length === 0
      ? NOTHING_SAID
      : `"messages":${JSON.stringify(messages)},"logs":[${logs.join(",")}],"events":[${events.join(",")}]`;
  return `${spoken},"steps":${S.steps}`;
}
const NOTHING_SAID = '"messages":[],"logs":[],"events":[]';

function failure(error: unknown, program: string, changes: string): string {
  const reason = limit(error);
  if (reason instanceof LimitExceeded) {
    S.nextTick = NO_TICK;
    const where = JSON.stringify([frames(reason.stack, program)]);
    return `{"ok":false,${said()},"error":{"type":"${reason.limit}","message":${JSON.stringify(reason.message)},"limit":true,"frames":${where}}}`;
  }
  // What it says of itself is the program's doing, under the same limits.
  const links = chain(reason as PyException, program);
  const last = links[links.length - 1] as ChainLink;
  return `{"ok":false,${changes}${said()},"error":{"type":${JSON.stringify(last.type)},"message":${JSON.stringify(last.message)},"chain":${JSON.stringify(links)}}}`;
}

/** What became of the request, as the JSON of a member; nothing where nothing changed. */
function changed(contextJson: string, request: PyValue | undefined): string {
  if (!(request instanceof PyRecord)) return "";
  const { steps } = S;
  const before = variables("policy", contextOf(contextJson)).get("request");
  const found = before instanceof PyRecord ? changes(before, request) : [];
  S.steps = steps;
  return found.length === 0 ? "" : `"changes":[${found.join(",")}],`;
}

let options: Options;
let optionsText: string | undefined;
function evaluate(id: string, contextJson: string, settings: string, text: string, index: number): string {
  if (text !== optionsText) {
    options = parseOptions(text);
    optionsText = text;
  }
  if (!options.watch) return answer(id, contextJson, settings, options, index);
  try {
    // One line each: JSON has no line breaks here.
    return `${answer(id, contextJson, settings, options, index)}\n${recorder.json()}`;
  } finally {
    recorder.end();
  }
}

function answer(id: string, contextJson: string, settings: string, options: Options, index: number): string {
  const { kind } = options;
  begin(settings, options, index);
  let request: PyValue | undefined;
  try {
    const main = programs.get(id);
    if (main === undefined) throw new LimitExceeded("InternalError", "the program is not loaded");
    if (options.watch) recorder.begin(contextOf(contextJson).tree);
    const vars = variables(kind, contextOf(contextJson));
    if (options.track) request = vars.get("request");
    let value = main(environment(kind, vars));
    const shown = options.repr ? JSON.stringify(options.display ? str(value) : repr(value)) : '""';
    const none = value === null;
    const passing = truth(value);
    // A body with `yield` gives an iterable; its values are the result.
    if (value instanceof PyGenerator) value = list(collect(value));
    const style: JsonStyle = {
      sanitize: options.sanitize,
      strict: kind === "mapping" && !options.sanitize && !options.display,
    };
    const result = toJson(value, style);
    const difference = changed(contextJson, request);
    return `{"ok":true,"size":${result.length},"passing":${passing},"none":${none},"repr":${shown},${difference}${said()},"result":${result}}`;
  } catch (error) {
    try {
      const reason = error instanceof LimitExceeded || isExceptionLike(error) ? error : limit(error);
      // What an exception did before it was raised stays done; a limit leaves nothing behind.
      const changes = reason instanceof LimitExceeded ? "" : changed(contextJson, request);
      return failure(reason, id, changes);
    } catch (second) {
      // The exception's own text met a limit.
      return failure(second, id, "");
    }
  } finally {
    resetOutput(0);
    S.handled = null;
  }
}
function isExceptionLike(error: unknown): boolean {
  return typeof error === "object" && error !== null && isException(error as PyValue);
}

const guest = {
  boot(host: Host): void {
    installHost(host);
    // A Python call takes up to four frames here; a whole traceback is wanted also at the recursion limit.
    Error.stackTraceLimit = 4200;
  },
  load(id: string, factory: (abi: unknown) => Main, length: number): void {
    // It makes the program's constants: what the last evaluation has used up does not count against them. Where the
    // evaluation under way calls the program, it goes on from where it was.
    loaded += Math.max(length, LEAST_PROGRAM);
    programs.set(
      id,
      uncounted(() => factory(abi)),
    );
  },
  drop(id: string): void {
    programs.delete(id);
  },
  evaluate,
};
(globalThis as unknown as { __postern: typeof guest }).__postern = guest;
