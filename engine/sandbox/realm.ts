// Runs inside the isolate, around the guest: takes away what nobody needs, freezes the rest, and keeps the only door.
//
// Three moments. This file runs when the snapshot is built, before the guest's own code, and takes away most globals,
// so that a guest that needs a removed one fails at once. `survey` runs after the guest's code, still in the snapshot,
// and lists what there is to freeze. `seal` runs in every new context: V8 installs some globals and some members of
// intrinsics only then (and aborts where they are gone or frozen already, hence not all is done in the snapshot). It
// sweeps again, hands the host's functions to the guest, freezes everything, and returns the three functions that the
// worker keeps. A guest that changes an intrinsic (Error.stackTraceLimit) does so in `boot`.
import { KEPT_GLOBALS, REMOVED_MEMBERS } from "./removed-globals.ts";

interface Guest {
  boot(host: object): void;
  /** `length`: characters of its code. */
  load(id: string, factory: unknown, length: number): void;
  drop(id: string): void;
  /** `index` tells apart evaluations with the same options. */
  evaluate(id: string, contextJson: string, settings: string, options: string, index: number): string;
}

const { getOwnPropertyDescriptor, getPrototypeOf, defineProperty, freeze, isFrozen } = Object;
const { ownKeys, deleteProperty, apply } = Reflect;
const OriginalTypeError = TypeError;
const realm = globalThis as unknown as Record<string, unknown>;
const kept = new Set<PropertyKey>(KEPT_GLOBALS);
/** What stays until `seal`: two names of ours, and one that V8 aborts without when it makes a context of the snapshot. */
const own = ["__postern", "__realm", "Atomics"];

/** Deletes every global that is not kept; what cannot be deleted ends the start: fail closed. */
function sweep(spare: readonly string[]): void {
  for (const key of ownKeys(realm)) {
    if (kept.has(key) || spare.includes(key as string)) continue;
    if (!deleteProperty(realm, key)) throw new OriginalTypeError(`global ${String(key)} cannot be removed`);
  }
}

function restrict(): void {
  const noCode = (): never => {
    throw new OriginalTypeError("code from text is not available");
  };
  // The four constructors behind `function`, `async function`, `function*` and `async function*`.
  for (const sample of [() => {}, async () => {}, function* () {}, async function* () {}]) {
    const prototype = getPrototypeOf(sample) as object;
    defineProperty(prototype, "constructor", {
      value: noCode,
      writable: false,
      enumerable: false,
      configurable: false,
    });
  }
  for (const path of ownKeys(REMOVED_MEMBERS) as string[]) {
    const dot = path.lastIndexOf(".");
    let holder: object = realm;
    for (const step of path.slice(0, dot).split(".")) holder = (holder as Record<string, object>)[step];
    if (!deleteProperty(holder, path.slice(dot + 1)))
      throw new OriginalTypeError(`${path} cannot be removed`);
  }
  sweep(own);
}

/**
 * Lets objects have own properties with these names although the prototype is frozen: assignment through a frozen
 * data property of a prototype throws ("override mistake"), assignment through an accessor need not.
 */
function allowOverride(prototype: object, keys: readonly PropertyKey[]): void {
  for (const key of keys) {
    const descriptor = getOwnPropertyDescriptor(prototype, key);
    if (descriptor === undefined || !("value" in descriptor) || descriptor.configurable !== true) continue;
    const value: unknown = descriptor.value;
    hidden.push(value);
    defineProperty(prototype, key, {
      configurable: true,
      enumerable: descriptor.enumerable,
      get: () => value,
      set(this: object, next: unknown) {
        if (this === prototype)
          throw new OriginalTypeError(`${String(key)} of a frozen prototype cannot be set`);
        defineProperty(this, key, { value: next, writable: true, enumerable: true, configurable: true });
      },
    });
  }
}

/** Values that `allowOverride` has put behind getters, where a walk over properties does not see them. */
const hidden: unknown[] = [];

/** What is to be frozen, with the number of own keys that it had when it was looked at. */
const intrinsics = new Map<object, number>();

/** Adds to `intrinsics` everything reachable from the pending values. */
function explore(pending: unknown[]): void {
  while (pending.length > 0) {
    const value = pending.pop();
    if ((typeof value !== "object" && typeof value !== "function") || value === null || intrinsics.has(value))
      continue;
    const keys = ownKeys(value);
    intrinsics.set(value, keys.length);
    for (const key of keys) {
      const descriptor = getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
      pending.push(descriptor.value, descriptor.get, descriptor.set);
    }
    pending.push(getPrototypeOf(value));
  }
}

function survey(): void {
  for (const name of [
    "Error",
    "AggregateError",
    "EvalError",
    "RangeError",
    "ReferenceError",
    "SyntaxError",
    "TypeError",
    "URIError",
  ]) {
    const prototype = (realm[name] as { prototype: object }).prototype;
    allowOverride(prototype, ["name", "message", "constructor", "toString"]);
  }
  allowOverride(Object.prototype, ownKeys(Object.prototype));
  // Everything reachable from the kept globals and from the intrinsics that only syntax reaches.
  const pending: unknown[] = [
    ...hidden,
    getPrototypeOf(async () => {}),
    getPrototypeOf(function* () {}),
    getPrototypeOf(async function* () {}),
    getPrototypeOf([][Symbol.iterator]()),
    getPrototypeOf(new Map()[Symbol.iterator]()),
    getPrototypeOf(new Set()[Symbol.iterator]()),
    getPrototypeOf(""[Symbol.iterator]()),
    getPrototypeOf("".matchAll(/x/g)),
    getPrototypeOf(Int8Array),
    getPrototypeOf([].values().map((item) => item)),
    getPrototypeOf((async () => {})()),
  ];
  // An error's `stack` is an own accessor with functions that all errors share.
  const stack = getOwnPropertyDescriptor(new Error(), "stack");
  pending.push(stack?.get, stack?.set);
  for (const name of KEPT_GLOBALS) if (name !== "globalThis") pending.push(realm[name]);
  explore(pending);
}

/** Freezes what `survey` found, and what V8 has added to it since: 0.5 ms, where the survey takes 2 to 5. */
function freezeRealm(): void {
  for (const [value, count] of [...intrinsics]) {
    if (ownKeys(value).length === count) continue;
    intrinsics.delete(value);
    explore([value]);
  }
  explore(KEPT_GLOBALS.map((name) => (name === "globalThis" ? undefined : realm[name])));
  for (const value of intrinsics.keys()) {
    freeze(value);
    if (!isFrozen(value)) throw new OriginalTypeError("an intrinsic cannot be frozen");
  }
}

/** Characters of a text that crosses without being copied. */
const PIECE = 1000;
const SEMICOLON = 0x3b;
const ZERO = 0x30;
/** Letters of a batch's steps; options have the one that is left. */
const [CONTEXT, SETTINGS, LONGEST, PROGRAM, EVALUATE] = [0x63, 0x73, 0x6c, 0x70, 0x65];
/** Characters of outcomes after which a batch ends. */
const LONG_BATCH = 1 << 14;

/** A text, or a list of it alone: as the worker has it cross. */
type Text = string | readonly [string];

/** What the worker passes in: functions of the host, as plain functions of this realm that hold no other handle. */
type HostCallback = (...args: never[]) => unknown;

function seal(
  heapUsed: HostCallback,
  cpuMs: HostCallback,
  gc: HostCallback,
  re2: HostCallback,
  call: HostCallback,
  zone: HostCallback,
  digest: HostCallback,
  log: HostCallback,
  deliver: HostCallback,
): object {
  const guest = realm.__postern as Guest;
  sweep([]);
  if (typeof guest !== "object" || guest === null)
    throw new OriginalTypeError("the guest defines no __postern");
  const { boot, load, drop, evaluate } = guest;
  /** Outcomes of a batch that are still here, as one text; undefined outside of a batch, and once they were handed over. */
  let finished: string | undefined;
  /** Whoever asks the host may take long from here on: what is finished does not wait for it. */
  const handOver = (): void => {
    if (finished === undefined) return;
    // A text of a kilobyte would be one outside of V8's heap, which the worker would keep for long.
    const pieces: string[] = [];
    for (let at = 0; at < finished.length; at += PIECE) pieces.push(finished.slice(at, at + PIECE));
    finished = undefined;
    apply(deliver, undefined, pieces);
  };
  // Wrapped, so that what the guest holds are this realm's own frozen functions.
  const host = freeze({
    heapUsed: freeze(() => {
      handOver();
      return apply(heapUsed, undefined, []);
    }),
    cpuMs: freeze(() => {
      handOver();
      return apply(cpuMs, undefined, []);
    }),
    collectGarbage: freeze(() => {
      handOver();
      apply(gc, undefined, []);
    }),
    // Only texts and numbers cross, so that no error of the boundary itself can arise.
    re2: freeze(
      (source: unknown, flags: unknown, text: unknown, start: unknown, limit: unknown, mode: unknown) => {
        handOver();
        return apply(re2, undefined, [
          `${source}`,
          `${flags}`,
          `${text}`,
          +`${start}`,
          +`${limit}`,
          `${mode}`,
        ]);
      },
    ),
    call: freeze((operation: unknown, argument: unknown) => {
      handOver();
      return apply(call, undefined, [`${operation}`, `${argument}`]);
    }),
    zone: freeze((name: unknown) => {
      handOver();
      return apply(zone, undefined, [`${name}`]);
    }),
    digest: freeze((operation: unknown, parametersJson: unknown, data: unknown) => {
      handOver();
      return apply(digest, undefined, [`${operation}`, `${parametersJson}`, `${data}`]);
    }),
    log: freeze((text: unknown) => apply(log, undefined, [`${text}`])),
  });
  apply(boot, guest, [host]);
  freezeRealm();
  // Its names, too: a program could put a `Map` of its own there for those that come after it.
  freeze(realm);
  const ids = new Map<number, string>();
  let contextJson = "";
  let settings = "";
  const evaluateOne = (number: number, index: number, options: string, longest: number): string | number => {
    const outcome: unknown = apply(evaluate, guest, [ids.get(number), contextJson, settings, options, index]);
    if (typeof outcome !== "string") return -1;
    return outcome.length > longest ? outcome.length : outcome;
  };
  return {
    load: (number: number, id: string, factory: unknown, length: number) => {
      apply(load, guest, [id, factory, length]);
      ids.set(number, id);
    },
    drop: (number: number) => {
      apply(drop, guest, [ids.get(number)]);
      ids.delete(number);
    },
    /**
     * The outcome in a list, so that it is copied; or its length where it is longer than `longest`, or -1 where it is no text. A context or settings that
     * are not given are those of before.
     */
    evaluate: (
      number: number,
      index: number,
      nextContext: Text | undefined,
      nextSettings: string | undefined,
      options: string,
      longest: number,
    ): [string] | number => {
      if (nextContext !== undefined)
        contextJson = typeof nextContext === "string" ? nextContext : nextContext[0];
      if (nextSettings !== undefined) settings = nextSettings;
      const outcome = evaluateOne(number, index, options, longest);
      return typeof outcome === "string" ? [outcome] : outcome;
    },
    /**
     * Evaluations one after the other, for one crossing. `given` is a row of steps, each a letter, a number and a semicolon: a length and
     * then the text of a context (c), settings (s) or options (o), which hold for what follows; the `longest` outcome (l) and the program
     * (p), likewise; an evaluation with its index (e). Gives outcomes in a row, each with its length and a colon before it (what is no
     * text: nothing before it), and how many there are if all are texts, else 0. Ends early with an evaluation that has asked the host
     * for anything, whose outcome is then the only one, and where a text to send has grown large.
     */
    evaluateAll: (all: Text): [outcomes: string, count: number] => {
      const given = typeof all === "string" ? all : all[0];
      finished = "";
      let count = 0;
      let areTexts = true;
      let options = "";
      let longest = 0;
      let program = 0;
      try {
        for (let at = 0; at < given.length; ) {
          const step = given.charCodeAt(at);
          let number = 0;
          for (at += 1; given.charCodeAt(at) !== SEMICOLON; at += 1)
            number = number * 10 + given.charCodeAt(at) - ZERO;
          at += 1;
          if (step === EVALUATE) {
            const outcome = evaluateOne(program, number, options, longest);
            const isText = typeof outcome === "string";
            const text = isText ? `${outcome.length}:${outcome}` : `${outcome};`;
            if (finished === undefined) return [text, isText ? 1 : 0];
            finished += text;
            areTexts &&= isText;
            count += 1;
            if (finished.length > LONG_BATCH) break;
          } else if (step === PROGRAM) program = number;
          else if (step === LONGEST) longest = number;
          else {
            const text = given.slice(at, at + number);
            at += number;
            if (step === CONTEXT) contextJson = text;
            else if (step === SETTINGS) settings = text;
            else options = text;
          }
        }
        return [finished, areTexts ? count : 0];
      } catch (error) {
        handOver();
        throw error;
      } finally {
        finished = undefined;
      }
    },
  };
}

restrict();
realm.__realm = { survey, seal };
