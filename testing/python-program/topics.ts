// Programs about one topic each: definitions and statements of its grammar, then expressions, and what each came to.
import { type Grammar, grow } from "./grammar.ts";
import type { Writer } from "./source.ts";
import { ADDRESSES } from "./topics/addresses.ts";
import { CALLS } from "./topics/calls.ts";
import { CLASSES } from "./topics/classes.ts";
import { CLOCKS } from "./topics/clocks.ts";
import { CONTROL } from "./topics/control.ts";
import { DATES } from "./topics/dates.ts";
import { DECLARATIONS } from "./topics/declarations.ts";
import { ENCODINGS } from "./topics/encodings.ts";
import { FORMAT } from "./topics/format.ts";
import { ITERATION } from "./topics/iteration.ts";
import { LIBRARY } from "./topics/library.ts";
import { MAPPINGS } from "./topics/mappings.ts";
import { NUMBERS } from "./topics/numbers.ts";
import { QUANTITIES } from "./topics/quantities.ts";
import { REGEX } from "./topics/regex.ts";
import { SEQUENCES } from "./topics/sequences.ts";
import { TEXT } from "./topics/text.ts";

/**
 * Grammars by the name of what they are about. Rules a program is made of: `imports` (one word each, all written),
 * `before` (once), `statement` and `probe` (an expression), any number of each.
 */
export const TOPICS: Readonly<Record<string, Grammar>> = {
  format: FORMAT,
  text: TEXT,
  numbers: NUMBERS,
  sequences: SEQUENCES,
  calls: CALLS,
  classes: CLASSES,
  control: CONTROL,
  regex: REGEX,
  encodings: ENCODINGS,
  addresses: ADDRESSES,
  dates: DATES,
  quantities: QUANTITIES,
  declarations: DECLARATIONS,
  iteration: ITERATION,
  mappings: MAPPINGS,
  clocks: CLOCKS,
  library: LIBRARY,
};

/** What programs keep of a value or an exception: never an address, nor the order of a set. */
const PRELUDE = `out = []
def text(v):
    t = repr(sorted(v, key=repr) if type(v) in (set, frozenset) else v)
    return t[:t.find(' at 0x')] if ' at 0x' in t else t
def note(x):
    try: out.append(type(x).__name__ + ('' if isinstance(x, RecursionError) else ': ' + text(str(x))))
    except BaseException as y: out.append(type(y).__name__)
def probe(f):
    try: out.append(text(f()))
    except BaseException as x: note(x)
def each(v): return sorted(v, key=repr) if isinstance(v, (set, frozenset)) else v
def about(v): return format(v, '.14g') if isinstance(v, (float, complex)) else v
def found(m): return m and (m.span(), m.groups(), m.lastindex, m.lastgroup)
def shape(e): return (type(e).__name__, str(e), list(map(shape, e.exceptions))) if isinstance(e, BaseExceptionGroup) else repr(e)
def chain(e, n=4): return n and e and (repr(e), chain(e.__cause__, n - 1), chain(e.__context__, n - 1), e.__suppress_context__)`;

const DEPTH = 5;
const indent = (text: string): string => `    ${text.replaceAll("\n", "\n    ")}`;
const guarded = (text: string): string => `try:\n${indent(text)}\nexcept BaseException as x: note(x)`;

/** A program about the topic. */
export function topicProgram(w: Writer, topic: Grammar): string {
  const times = (rule: string, most: number): string[] =>
    rule in topic ? Array.from({ length: 1 + w.below(most) }, () => grow(w, topic, rule, DEPTH)) : [];
  const parts = [PRELUDE, ...(topic.imports ?? []).map((name) => `import ${name}`)];
  if ("before" in topic) parts.push(guarded(grow(w, topic, "before", DEPTH)));
  parts.push(...times("statement", 3).map(guarded));
  parts.push(...times("probe", 6).map((text) => `probe(lambda: ${text.includes(",") ? `(${text})` : text})`));
  return `${parts.join("\n")}\nreturn list(map(text, out))`;
}
