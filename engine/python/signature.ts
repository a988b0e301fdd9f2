// Signatures: how the arguments of a call become the parameters of a function, with CPython's complaints.
//
// One binder serves the author's functions and the built-in ones. The JavaScript function behind a signature
// takes its parameters in this order: positional, `*args` (a PyTuple), keyword-only, `**kwargs` (a PyDict).
// Built-in signatures are declared as text in Python's own notation ("(sep=None, maxsplit=-1)"); the text of a
// default is only documentation there: an argument that was not given arrives as `undefined` and the JavaScript
// function applies its default.
import { typeError } from "./exceptions.ts";
import type { KwArgs, PyValue } from "./object.ts";

/** Parameters of a function. */
export interface Signature {
  /** Positional parameters, positional-only ones first. */
  readonly positional: readonly string[];
  readonly posonly: number;
  /** Number of positional parameters without a default. */
  readonly required: number;
  readonly varargs: string | null;
  readonly kwonly: readonly string[];
  /** Which keyword-only parameters must be given. */
  readonly kwonlyRequired: readonly boolean[];
  readonly varkw: string | null;
  /** For display and `inspect`-like errors; built-in signatures only. */
  readonly text?: string;
}

/** Parameters without defaults, all positional, and perhaps one for the keywords that are left. */
export function plainSignature(
  positional: readonly string[],
  posonly = 0,
  varkw: string | null = null,
): Signature {
  return {
    positional,
    posonly,
    required: positional.length,
    varargs: null,
    kwonly: [],
    kwonlyRequired: [],
    varkw,
  };
}

const signatures = new Map<string, Signature>();

/** Reads a built-in's signature, e.g. `"(iterable, /, *, key=None, reverse=False)"`. */
export function parseSignature(text: string): Signature {
  const known = signatures.get(text);
  if (known !== undefined) return known;
  const positional: string[] = [];
  const kwonly: string[] = [];
  const kwonlyRequired: boolean[] = [];
  let posonly = 0;
  let required = 0;
  let varargs: string | null = null;
  let varkw: string | null = null;
  let afterStar = false;
  for (const part of text.slice(1, -1).split(/,\s*/)) {
    if (part === "") continue;
    const [name = "", fallback] = part.split("=");
    if (part === "/") posonly = positional.length;
    else if (part === "*") afterStar = true;
    else if (part.startsWith("**")) varkw = part.slice(2);
    else if (part.startsWith("*")) {
      varargs = part.slice(1);
      afterStar = true;
    } else if (afterStar) {
      kwonly.push(name);
      kwonlyRequired.push(fallback === undefined);
    } else {
      positional.push(name);
      if (fallback === undefined) required = positional.length;
    }
  }
  const signature = { positional, posonly, required, varargs, kwonly, kwonlyRequired, varkw, text };
  signatures.set(text, signature);
  return signature;
}

/** Makes the containers that `*args` and `**kwargs` arrive in; set by the modules that define them. */
export const containers: {
  tuple: (items: PyValue[]) => PyValue;
  dict: (entries: KwArgs) => PyValue;
} = { tuple: () => null, dict: () => null };

/** Defaults of the author's functions, evaluated when `def` ran. */
export interface Defaults {
  /** Of the last positional parameters. */
  readonly positional: readonly PyValue[];
  readonly kwonly: ReadonlyMap<string, PyValue> | null;
}

function plural(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? "" : "s"}`;
}

function quotedList(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`);
  if (quoted.length === 1) return quoted[0] as string;
  if (quoted.length === 2) return `${quoted[0]} and ${quoted[1]}`;
  return `${quoted.slice(0, -1).join(", ")}, and ${quoted.at(-1)}`;
}

/** Binds the arguments of a call to one of the author's functions. `name` is its qualified name. */
export function bindFunction(
  name: string,
  sig: Signature,
  defaults: Defaults,
  args: readonly PyValue[],
  kw: KwArgs | null,
): (PyValue | undefined)[] {
  const { positional, posonly, kwonly } = sig;
  const count = positional.length;
  const given = args.length;
  const out: (PyValue | undefined)[] = given > count ? args.slice(0, count) : args.slice();
  while (out.length < count) out.push(undefined);
  let extra: KwArgs | null = sig.varkw === null ? null : new Map();
  const kwValues: (PyValue | undefined)[] = kwonly.map(() => undefined);
  if (kw !== null) {
    let positionalByName: string[] = [];
    for (const [key, value] of kw) {
      const index = positional.indexOf(key, posonly);
      if (index >= 0) {
        if (out[index] !== undefined) throw typeError(`${name}() got multiple values for argument '${key}'`);
        out[index] = value;
        continue;
      }
      const kwIndex = kwonly.indexOf(key);
      if (kwIndex >= 0) kwValues[kwIndex] = value;
      else if (extra !== null) extra.set(key, value);
      else if (positional.indexOf(key) >= 0) {
        positionalByName = positional.slice(0, posonly).filter((p) => kw.has(p));
        throw typeError(
          `${name}() got some positional-only arguments passed as keyword arguments: '${positionalByName.join(", ")}'`,
        );
      } else {
        const hint = suggestion(key, [...positional.slice(posonly), ...kwonly]);
        throw typeError(
          `${name}() got an unexpected keyword argument '${key}'${hint === undefined ? "" : `. Did you mean '${hint}'?`}`,
        );
      }
    }
  }
  if (given > count && sig.varargs === null) {
    tooManyPositional(name, sig, defaults, given, kwValues);
  }
  const firstDefault = count - defaults.positional.length;
  let missing: string[] | null = null;
  for (let i = 0; i < count; i++) {
    if (out[i] === undefined) {
      if (i >= firstDefault) out[i] = defaults.positional[i - firstDefault] as PyValue;
      else {
        missing ??= [];
        missing.push(positional[i] as string);
      }
    }
  }
  if (missing !== null) {
    throw typeError(
      `${name}() missing ${plural(missing.length, "required positional argument")}: ${quotedList(missing)}`,
    );
  }
  if (sig.varargs !== null) out.push(containers.tuple(given > count ? args.slice(count) : []));
  for (let i = 0; i < kwonly.length; i++) {
    if (kwValues[i] === undefined) {
      const fallback = defaults.kwonly?.get(kwonly[i] as string);
      if (fallback === undefined) {
        missing ??= [];
        missing.push(kwonly[i] as string);
      }
      kwValues[i] = fallback;
    }
  }
  if (missing !== null) {
    throw typeError(
      `${name}() missing ${plural(missing.length, "required keyword-only argument")}: ${quotedList(missing)}`,
    );
  }
  out.push(...kwValues);
  if (extra !== null) {
    out.push(containers.dict(extra));
    extra = null;
  }
  return out;
}

function tooManyPositional(
  name: string,
  sig: Signature,
  defaults: Defaults,
  given: number,
  kwValues: readonly (PyValue | undefined)[],
): never {
  const count = sig.positional.length;
  const least = count - defaults.positional.length;
  const takes =
    least === count ? plural(count, "positional argument") : `from ${least} to ${count} positional arguments`;
  const kwGiven = kwValues.filter((v) => v !== undefined).length;
  let were = `${given} ${given === 1 && kwGiven === 0 ? "was" : "were"}`;
  if (kwGiven > 0) {
    were = `${plural(given, "positional argument")} (and ${plural(kwGiven, "keyword-only argument")}) were`;
  }
  throw typeError(`${name}() takes ${takes} but ${were} given`);
}

/**
 * Binds the arguments of a call to a built-in. CPython's built-ins complain in several dialects (METH_NOARGS,
 * METH_O, argument clinic with and without keywords); the shape of the signature says which.
 *
 * @param display name with the type for methods: `list.append`, `len`
 */
export function bindBuiltin(
  display: string,
  sig: Signature,
  args: readonly PyValue[],
  kw: KwArgs | null,
): (PyValue | undefined)[] {
  const { positional, posonly, kwonly, required } = sig;
  const count = positional.length;
  const given = args.length;
  const short = display.slice(display.lastIndexOf(".") + 1);
  const keywords = kw === null ? 0 : kw.size;
  const takesKeywords = posonly < count || kwonly.length > 0 || sig.varkw !== null;
  if (keywords > 0 && !takesKeywords) throw typeError(`${display}() takes no keyword arguments`);
  if (!takesKeywords && sig.varargs === null && (given < required || given > count)) {
    if (count === 0) throw typeError(`${display}() takes no arguments (${given} given)`);
    if (count === 1 && required === 1) {
      throw typeError(`${display}() takes exactly one argument (${given} given)`);
    }
    const bound = given < required ? required : count;
    const word = required === count ? "" : given < required ? "at least " : "at most ";
    throw typeError(`${short} expected ${word}${plural(bound, "argument")}, got ${given}`);
  }
  if (given > count && sig.varargs === null) {
    const total = count + kwonly.length;
    if (count === 0 && given + keywords > total) {
      throw typeError(`${short}() takes at most ${plural(total, "argument")} (${given + keywords} given)`);
    }
    if (posonly === count) {
      const word = required === count ? "" : "at most ";
      if (kwonly.length === 0 || given > count) {
        const text =
          required === count && count === 0
            ? `${short}() takes no positional arguments`
            : `${short}() takes ${word === "" ? "exactly" : "at most"} ${plural(count, "positional argument")} (${given} given)`;
        throw typeError(
          kwonly.length > 0 && required === count && count > 0
            ? `${short} expected ${plural(count, "argument")}, got ${given}`
            : text,
        );
      }
    }
    if (given + keywords > total || kwonly.length === 0) {
      throw typeError(`${short}() takes at most ${plural(total, "argument")} (${given + keywords} given)`);
    }
    const word = required === count ? "exactly" : "at most";
    throw typeError(`${short}() takes ${word} ${plural(count, "positional argument")} (${given} given)`);
  }
  if (
    takesKeywords &&
    sig.varargs === null &&
    sig.varkw === null &&
    given + keywords > count + kwonly.length
  ) {
    const kind = given === 0 ? "keyword argument" : "argument";
    throw typeError(
      `${short}() takes at most ${plural(count + kwonly.length, kind)} (${given + keywords} given)`,
    );
  }
  const out: (PyValue | undefined)[] = given > count ? args.slice(0, count) : args.slice();
  while (out.length < count) out.push(undefined);
  const extra: KwArgs | null = sig.varkw === null ? null : new Map();
  const kwValues: (PyValue | undefined)[] = kwonly.map(() => undefined);
  // What is missing is complained of before what is too much.
  let unknown: string | undefined;
  if (kw !== null) {
    for (const [key, value] of kw) {
      const index = positional.indexOf(key, posonly);
      const kwIndex = index >= 0 ? -1 : kwonly.indexOf(key);
      if (index >= given) out[index] = value;
      else if (index >= 0) unknown ??= key;
      else if (kwIndex >= 0) kwValues[kwIndex] = value;
      else if (extra !== null) extra.set(key, value);
      else unknown ??= key;
    }
  }
  for (let i = 0; i < required; i++) {
    if (out[i] !== undefined) continue;
    if (i < posonly) {
      if (takesKeywords || sig.varargs !== null) {
        const word =
          required === count && sig.varargs === null && kwonly.length === 0 ? "exactly" : "at least";
        if (sig.varargs === null && posonly === count) {
          throw typeError(
            `${short} expected ${required === count ? "" : "at least "}${plural(required, "argument")}, got ${given}`,
          );
        }
        throw typeError(
          `${short}() takes ${word} ${plural(required, "positional argument")} (${given} given)`,
        );
      }
      throw typeError(`${short} expected at least ${plural(required, "argument")}, got ${given}`);
    }
    throw typeError(`${short}() missing required argument '${positional[i]}' (pos ${i + 1})`);
  }
  for (let i = 0; i < kwonly.length; i++) {
    if (kwValues[i] === undefined && sig.kwonlyRequired[i]) {
      throw typeError(`${short}() missing required keyword-only argument: '${kwonly[i]}'`);
    }
  }
  if (unknown !== undefined) {
    const twice = positional.findIndex((name, i) => i >= posonly && i < given && kw?.has(name) === true);
    if (twice >= 0) {
      throw typeError(
        `argument for ${short}() given by name ('${positional[twice]}') and position (${twice + 1})`,
      );
    }
    const hint = suggestion(unknown, [...positional.slice(posonly), ...kwonly]);
    throw typeError(
      `${short}() got an unexpected keyword argument '${unknown}'${hint === undefined ? "" : `. Did you mean '${hint}'?`}`,
    );
  }
  if (sig.varargs !== null) out.push(containers.tuple(given > count ? args.slice(count) : []));
  out.push(...kwValues);
  if (extra !== null) out.push(containers.dict(extra));
  return out;
}

/** The known name nearest to `name`, when it is near enough to be meant; CPython's "did you mean". */
export function suggestion(name: string, known: readonly string[]): string | undefined {
  if (known.length > 750 || name.length > 40) return undefined;
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    if (candidate === name) continue;
    // CPython accepts a change of at most a third of both names; moves cost 2, a change of case 1.
    let limit = Math.floor(((name.length + candidate.length + 3) * 2) / 6);
    limit = Math.min(limit, bestDistance - 1);
    const distance = editCost(name, candidate, limit);
    if (distance > limit) continue;
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function substitutionCost(a: string, b: string): number {
  if (a === b) return 0;
  return a.toLowerCase() === b.toLowerCase() ? 1 : 2;
}

function editCost(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) * 2 > limit) return limit + 1;
  const row = Array.from({ length: b.length + 1 }, (_, i) => i * 2);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0] as number;
    row[0] = i * 2;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j] as number;
      row[j] = Math.min(
        above + 2,
        (row[j - 1] as number) + 2,
        diagonal + substitutionCost(a[i - 1] as string, b[j - 1] as string),
      );
      diagonal = above;
    }
  }
  return row[b.length] as number;
}
