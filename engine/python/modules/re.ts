// The module `re`: patterns and matches over engine/regex.
//
// Offsets are UTF-16 units inside and code points outside; texts without surrogate pairs need no conversion.
import {
  type CompiledPattern,
  compilePattern,
  engineFor,
  escapePattern,
  Flag,
  lastIndex,
  type MatchMode,
  matchAt,
  PatternSyntaxError,
  PatternValueError,
  type RegexHost,
  RegexLimitError,
  re2Through,
  type Spans,
  scan,
} from "../../regex/regex.ts";
import { lookupUnicodeName } from "../../unicode/names.ts";
import { asBytes, bytesOf, latin1Text, PyBytes } from "../bytes.ts";
import { dictFromMap, PyDict } from "../dict.ts";
import {
  Exception,
  exceptionTypes,
  indexError,
  PyException,
  pyError,
  raise,
  typeError,
  ValueError,
} from "../exceptions.ts";
import { defineAttributes, defineClassMethods, defineMethods } from "../function.ts";
import { hash, hashTuple } from "../hash.ts";
import { LazyIterator } from "../iterator.ts";
import { defineModule } from "../module.ts";
import {
  asInt,
  asStr,
  makeType,
  NotImplemented,
  PyObject,
  type PyType,
  type PyValue,
  typeName,
  typeOf,
} from "../object.ts";
import { index, sizeArgument, truth } from "../operators.ts";
import { repr } from "../representation.ts";
import { list, type PyTuple, tuple } from "../sequence.ts";
import { allocate, charge, LimitExceeded, perEvaluation, S, host as worker } from "../state.ts";
import { isPlain, pointIndex, textLength, unitOffset } from "../text.ts";
import { genericAlias } from "../types/generic-alias.ts";
import { PyMappingProxy } from "../types/mapping-proxy.ts";
import { pythonFunctions } from "./python-function.ts";
import { regexFlags, regexFlagType } from "./regex-flag.ts";

/** `re.PatternError`, also known as `re.error`. */
export const PatternError = makeType("PatternError", { base: Exception, module: "re" });
PatternError.hasDict = true;

const engines: RegexHost = {
  re2: re2Through((...args) => worker.re2(...args)),
  // The worker looks after others that wait for it whenever it is asked something.
  uninterrupted: () => void worker.cpuMs(),
  step: (n) => charge(n),
};

/** What went wrong in engine/regex, as the exception Python raises. */
function failure(error: unknown, pattern: PyValue): unknown {
  if (error instanceof PatternSyntaxError) {
    const exception = new PyException(PatternError, [error.message]);
    exception.dict = new Map<string, PyValue>([
      ["msg", error.msg],
      ["pattern", error.pattern === undefined ? null : pattern],
      ["pos", error.pos ?? null],
      ["lineno", error.lineno ?? null],
      ["colno", error.colno ?? null],
    ]);
    return raise(exception);
  }
  if (error instanceof PatternValueError)
    return pyError(exceptionTypes.get(error.type) as PyType, error.message);
  if (error instanceof RegexLimitError) return new LimitExceeded("MemoryLimitExceeded", error.message);
  return error;
}
/** Runs what engine/regex does for a pattern or a template. */
export function guarded<T>(pattern: PyValue, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw failure(error, pattern);
  }
}

/** The characters of a text or of bytes (one per byte), as engine/regex takes them. */
export interface Subject {
  readonly text: string;
  readonly bytes: boolean;
  readonly value: PyValue;
}
function subject(value: PyValue): Subject {
  const text = asStr(value);
  if (text !== undefined) return { text, bytes: false, value };
  const bytes = asBytes(value);
  if (bytes !== undefined) return { text: latin1Text(bytes), bytes: true, value };
  throw typeError(`expected string or bytes-like object, got '${typeName(value)}'`);
}
/** A part of a subject as a value of its kind. */
export function back(text: string, bytes: boolean): PyValue {
  allocate(text.length);
  return bytes ? bytesOf(text) : text;
}

/** A compiled pattern. */
export class PyPattern extends PyObject {
  readonly source: PyValue;
  readonly compiled: CompiledPattern;
  /** The evaluation that has paid for it last. */
  usedIn: object | undefined;
  constructor(source: PyValue, compiled: CompiledPattern) {
    super();
    this.source = source;
    this.compiled = compiled;
  }
  /** The subject, checked to be of the pattern's kind. */
  subject(value: PyValue): Subject {
    const s = subject(value);
    if (s.bytes !== this.compiled.bytes) {
      throw typeError(
        this.compiled.bytes
          ? "cannot use a bytes pattern on a string-like object"
          : "cannot use a string pattern on a bytes-like object",
      );
    }
    return s;
  }
  all(s: Subject, pos: number, endpos: number, limit: number): Spans[] {
    charge(1 + (s.text.length >> 5));
    if (S.watch !== null) this.tell(s);
    return guarded(this.source, () => scan(this.compiled, s.text, pos, endpos, limit, engines));
  }
  one(s: Subject, pos: number, endpos: number, mode: MatchMode): Spans | null {
    charge(1 + (s.text.length >> 5));
    if (S.watch !== null) this.tell(s);
    return guarded(this.source, () => matchAt(this.compiled, s.text, pos, endpos, mode, engines));
  }
  private tell({ text }: Subject): void {
    const { compiled } = this;
    const engine = engineFor(compiled, text);
    S.watch?.regex(compiled.pattern, engine, engine === "re2" ? undefined : compiled.reason);
  }
  /** A search of a subject, for what goes through it step by step. */
  over(value: PyValue, pos?: PyValue, endpos?: PyValue): Search {
    const s = this.subject(value);
    const [from, to] = range(s, pos, endpos);
    return { pattern: this, subject: s, from, to, match: (spans) => new PyMatch(this, s, spans, from, to) };
  }
}
/** A pattern on a subject, from one offset to another. */
export interface Search {
  readonly pattern: PyPattern;
  readonly subject: Subject;
  readonly from: number;
  readonly to: number;
  match(spans: Spans): PyMatch;
}
export const patternType = makeType("Pattern", { of: PyPattern, module: "re", subclassable: false });

/** A match. */
export class PyMatch extends PyObject {
  readonly pattern: PyPattern;
  readonly subject: Subject;
  readonly spans: Spans;
  readonly pos: number;
  readonly endpos: number;
  constructor(pattern: PyPattern, s: Subject, spans: Spans, pos: number, endpos: number) {
    super();
    this.pattern = pattern;
    this.subject = s;
    this.spans = spans;
    this.pos = pos;
    this.endpos = endpos;
  }
  group(n: number, missing: PyValue = null): PyValue {
    const start = this.spans[2 * n] as number;
    if (start < 0) return missing;
    // A match on bytes that can change shows what they are now.
    const { value } = this.subject;
    if (this.subject.bytes && !(value instanceof PyBytes)) {
      const bytes = asBytes(value) as Uint8Array;
      return new PyBytes(bytes.slice(start, Math.max(start, this.spans[2 * n + 1] as number)));
    }
    return back(this.subject.text.slice(start, this.spans[2 * n + 1]), this.subject.bytes);
  }
  /** A group's number, from a number or a name; IndexError for one that is not there. */
  number(key: PyValue): number {
    const name = asStr(key);
    if (name !== undefined) {
      const n = this.pattern.compiled.groupindex.get(name);
      if (n !== undefined) return n;
    } else {
      const n = asInt(key) ?? (typeOf(key).lookup("__index__") === undefined ? undefined : index(key));
      // Looked for among the names, when there are any.
      if (n === undefined && this.pattern.compiled.groupindex.size > 0) hash(key);
      if (n !== undefined && n >= 0 && n <= this.pattern.compiled.groups) return Number(n);
    }
    throw indexError("no such group");
  }
  /** An offset as Python counts: code points. */
  point(unit: number): number {
    return unit < 0 || this.subject.bytes ? unit : pointIndex(this.subject.text, unit);
  }
}
export const matchType = makeType("Match", { of: PyMatch, module: "re", subclassable: false });

const MAX_CACHE = 256;
const cache = new Map<string, PyPattern>();
/** Stands for this evaluation: its first use of a pattern costs what compiling it does, whoever has compiled it. */
const evaluation = perEvaluation(() => ({}));

/** `re.compile(pattern, flags)`; patterns are cached by what they are made of, which no program can observe. */
export function compile(pattern: PyValue, flags: PyValue = 0): PyPattern {
  if (asInt(flags) === undefined) hash(flags);
  if (pattern instanceof PyPattern) {
    if (truth(flags)) throw pyError(ValueError, "cannot process flags argument with a compiled pattern");
    return pattern;
  }
  const text = asStr(pattern);
  const bytes = pattern instanceof PyBytes;
  if (text === undefined && !bytes) {
    // CPython looks into its cache first.
    hash(pattern);
    throw typeError("first argument must be string or compiled pattern");
  }
  const given = flagBits(flags);
  const source = text ?? latin1Text((pattern as PyBytes).bytes);
  const key = `${bytes ? "b" : "s"}${given}:${source}`;
  const known = cache.get(key);
  if (known?.usedIn === evaluation()) return known;
  const groups = source.split("(").length;
  charge(10 + source.length + Math.floor((groups * groups) / 64));
  if (known !== undefined) {
    known.usedIn = evaluation();
    return known;
  }
  const compiled = guarded(pattern, () =>
    compilePattern(source, given, { bytes, lookup: lookupUnicodeName }),
  );
  const made = new PyPattern(bytes ? bytesOf(source) : source, compiled);
  made.usedIn = evaluation();
  if (cache.size >= MAX_CACHE) cache.delete(cache.keys().next().value as string);
  cache.set(key, made);
  return made;
}
function flagBits(flags: PyValue): number {
  const int = asInt(flags);
  if (int === undefined) throw typeError(`unsupported operand type(s) for &: '${typeName(flags)}' and 'int'`);
  return Number(int);
}

/** `pos` and `endpos` as UTF-16 offsets. */
function range(s: Subject, pos: PyValue | undefined, endpos: PyValue | undefined): [number, number] {
  const size = s.bytes ? s.text.length : textLength(s.text);
  const clamp = (value: PyValue | undefined, fallback: number): number =>
    value === undefined ? fallback : Math.max(0, Math.min(size, sizeArgument(value)));
  const units = (n: number): number => (s.bytes || isPlain(s.text) ? n : unitOffset(s.text, n));
  return [units(clamp(pos, 0)), units(clamp(endpos, size))];
}
function match(
  pattern: PyPattern,
  value: PyValue,
  mode: MatchMode,
  pos?: PyValue,
  endpos?: PyValue,
): PyValue {
  const s = pattern.subject(value);
  const [from, to] = range(s, pos, endpos);
  const spans = pattern.one(s, from, to, mode);
  return spans === null ? null : new PyMatch(pattern, s, spans, from, to);
}
function found(pattern: PyPattern, s: Subject, spans: Spans): PyValue {
  const slice = (n: number): PyValue =>
    (spans[2 * n] as number) < 0
      ? back("", s.bytes)
      : back(s.text.slice(spans[2 * n], spans[2 * n + 1]), s.bytes);
  const { groups } = pattern.compiled;
  if (groups <= 1) return slice(groups);
  return tuple(Array.from({ length: groups }, (_, i) => slice(i + 1)));
}
function findall(pattern: PyPattern, value: PyValue, pos?: PyValue, endpos?: PyValue): PyValue {
  const s = pattern.subject(value);
  const [from, to] = range(s, pos, endpos);
  return list(pattern.all(s, from, to, Number.POSITIVE_INFINITY).map((spans) => found(pattern, s, spans)));
}
function finditer(pattern: PyPattern, value: PyValue, pos?: PyValue, endpos?: PyValue): PyValue {
  const s = pattern.subject(value);
  const [from, to] = range(s, pos, endpos);
  const all = pattern.all(s, from, to, Number.POSITIVE_INFINITY);
  let i = 0;
  return new LazyIterator(() => {
    const spans = all[i++];
    return spans === undefined ? undefined : new PyMatch(pattern, s, spans, from, to);
  });
}
/** How many matches are asked for, 0 meaning all; below 0 there are none. */
export function limitOf(count: PyValue): number {
  const n = sizeArgument(count);
  return n === 0 ? Number.POSITIVE_INFINITY : n;
}
function split(pattern: PyPattern, value: PyValue, maxsplit: PyValue = 0): PyValue {
  const s = pattern.subject(value);
  const limit = limitOf(maxsplit);
  const out: PyValue[] = [];
  let from = 0;
  for (const spans of limit < 0 ? [] : pattern.all(s, 0, s.text.length, limit)) {
    out.push(back(s.text.slice(from, spans[0]), s.bytes));
    for (let n = 1; n <= pattern.compiled.groups; n++) {
      out.push(
        (spans[2 * n] as number) < 0 ? null : back(s.text.slice(spans[2 * n], spans[2 * n + 1]), s.bytes),
      );
    }
    from = spans[1] as number;
  }
  out.push(back(s.text.slice(from), s.bytes));
  return list(out);
}
const flagNames: [string, number][] = [
  ["IGNORECASE", Flag.IGNORECASE],
  ["LOCALE", Flag.LOCALE],
  ["MULTILINE", Flag.MULTILINE],
  ["DOTALL", Flag.DOTALL],
  ["VERBOSE", Flag.VERBOSE],
  ["DEBUG", 128],
  ["ASCII", Flag.ASCII],
];
function showFlags(flags: number): string {
  const names = flagNames.filter(([, bit]) => (flags & bit) !== 0).map(([name]) => `re.${name}`);
  return names.join("|");
}

defineMethods(patternType, {
  "search(string, pos=0, endpos=9223372036854775807)": (
    self: PyPattern,
    value: PyValue,
    pos?: PyValue,
    endpos?: PyValue,
  ) => match(self, value, "search", pos, endpos),
  "match(string, pos=0, endpos=9223372036854775807)": (
    self: PyPattern,
    value: PyValue,
    pos?: PyValue,
    endpos?: PyValue,
  ) => match(self, value, "match", pos, endpos),
  "fullmatch(string, pos=0, endpos=9223372036854775807)": (
    self: PyPattern,
    value: PyValue,
    pos?: PyValue,
    endpos?: PyValue,
  ) => match(self, value, "fullmatch", pos, endpos),
  "findall(string, pos=0, endpos=9223372036854775807)": findall,
  "finditer(string, pos=0, endpos=9223372036854775807)": finditer,
  "split(string, maxsplit=0)": split,
  "__repr__()": (self: PyPattern) => {
    const flags = showFlags(self.compiled.flags & (self.compiled.bytes ? ~0 : ~Flag.UNICODE));
    const text = repr(self.source).slice(0, 200);
    return `re.compile(${text}${flags === "" ? "" : `, ${flags}`})`;
  },
  "__eq__(value, /)": (self: PyPattern, other: PyValue) =>
    other instanceof PyPattern
      ? self.compiled.flags === other.compiled.flags &&
        self.compiled.bytes === other.compiled.bytes &&
        self.compiled.pattern === other.compiled.pattern
      : NotImplemented,
  "__hash__()": (self: PyPattern) => hashTuple([self.source, self.compiled.flags]),
  "__copy__()": (self: PyPattern) => self,
  "__deepcopy__(memo, /)": (self: PyPattern) => self,
});
defineClassMethods(patternType, { "__class_getitem__(item, /)": genericAlias });
defineAttributes<PyPattern>(patternType, {
  pattern: (self) => self.source,
  flags: (self) => self.compiled.flags,
  groups: (self) => self.compiled.groups,
  groupindex: (self) => {
    const names = dictFromMap(new Map(self.compiled.groupindex));
    return names.size === 0 ? names : new PyMappingProxy(names);
  },
});

defineMethods(matchType, {
  "group(*args)": (self: PyMatch, args: { items: readonly PyValue[] }) => {
    const { items } = args;
    if (items.length === 0) return self.group(0);
    if (items.length === 1) return self.group(self.number(items[0] as PyValue));
    return tuple(items.map((key) => self.group(self.number(key))));
  },
  "__getitem__(key, /)": (self: PyMatch, key: PyValue) => self.group(self.number(key)),
  "groups(default=None)": (self: PyMatch, missing: PyValue = null) =>
    tuple(Array.from({ length: self.pattern.compiled.groups }, (_, i) => self.group(i + 1, missing))),
  "groupdict(default=None)": (self: PyMatch, missing: PyValue = null) => {
    const dict = new PyDict();
    for (const [name, n] of self.pattern.compiled.groupindex) dict.set(name, self.group(n, missing));
    return dict;
  },
  "start(group=0, /)": (self: PyMatch, key: PyValue = 0) =>
    self.point(self.spans[2 * self.number(key)] as number),
  "end(group=0, /)": (self: PyMatch, key: PyValue = 0) =>
    self.point(self.spans[2 * self.number(key) + 1] as number),
  "span(group=0, /)": (self: PyMatch, key: PyValue = 0) => {
    const n = self.number(key);
    return tuple([self.point(self.spans[2 * n] as number), self.point(self.spans[2 * n + 1] as number)]);
  },
  "__repr__()": (self: PyMatch) =>
    `<re.Match object; span=(${self.point(self.spans[0] as number)}, ${self.point(self.spans[1] as number)}), match=${repr(self.group(0)).slice(0, 50)}>`,
  "__copy__()": (self: PyMatch) => self,
  "__deepcopy__(memo, /)": (self: PyMatch) => self,
});
defineClassMethods(matchType, { "__class_getitem__(item, /)": genericAlias });
const lastOf = (self: PyMatch): number | null =>
  lastIndex(self.pattern.compiled, self.subject.text, self.endpos, self.spans, engines) ?? null;
defineAttributes<PyMatch>(matchType, {
  re: (self) => self.pattern,
  string: (self) => self.subject.value,
  pos: (self) => self.point(self.pos),
  endpos: (self) => self.point(self.endpos),
  lastindex: lastOf,
  lastgroup: (self) => {
    const n = lastOf(self);
    for (const [name, group] of self.pattern.compiled.groupindex) if (group === n) return name;
    return null;
  },
  regs: (self) =>
    tuple(
      Array.from({ length: self.pattern.compiled.groups + 1 }, (_, n) =>
        tuple([self.point(self.spans[2 * n] as number), self.point(self.spans[2 * n + 1] as number)]),
      ),
    ),
});

/** What a function of the module does with arguments that may be given by position, though they should be named. */
export function withOptions(
  name: string,
  required: number,
  option: string,
  rest: PyTuple,
  given: PyValue | undefined,
  flags: PyValue | undefined,
): [option: PyValue, flags: PyValue] {
  const twice = (what: string) => typeError(`${name}() got multiple values for argument '${what}'`);
  const [first, second] = rest.items;
  if (first !== undefined && given !== undefined) throw twice(option);
  if (second !== undefined && flags !== undefined) throw twice("flags");
  if (rest.items.length > 2) {
    throw typeError(
      `${name}() takes from ${required} to ${required + 2} positional arguments but ${required + rest.items.length} were given`,
    );
  }
  return [first ?? given ?? 0, second ?? flags ?? 0];
}

/** The module; `re-substitution.ts` and `re-scanner.ts` add to it. */
export const reModule = defineModule("re", {
  values: {
    ...regexFlags,
    RegexFlag: regexFlagType,
    error: PatternError,
    PatternError,
    Pattern: patternType,
    Match: matchType,
    ...pythonFunctions({
      "compile(pattern, flags=0)": compile,
      "search(pattern, string, flags=0)": (p: PyValue, value: PyValue, flags?: PyValue) =>
        match(compile(p, flags), value, "search"),
      "match(pattern, string, flags=0)": (p: PyValue, value: PyValue, flags?: PyValue) =>
        match(compile(p, flags), value, "match"),
      "fullmatch(pattern, string, flags=0)": (p: PyValue, value: PyValue, flags?: PyValue) =>
        match(compile(p, flags), value, "fullmatch"),
      "findall(pattern, string, flags=0)": (p: PyValue, value: PyValue, flags?: PyValue) =>
        findall(compile(p, flags), value),
      "finditer(pattern, string, flags=0)": (p: PyValue, value: PyValue, flags?: PyValue) =>
        finditer(compile(p, flags), value),
      "split(pattern, string, *args, maxsplit=0, flags=0)": (
        p: PyValue,
        value: PyValue,
        rest: PyTuple,
        maxsplit?: PyValue,
        flags?: PyValue,
      ) => {
        const [most, bits] = withOptions("split", 2, "maxsplit", rest, maxsplit, flags);
        return split(compile(p, bits), value, most);
      },
      "escape(pattern)": (pattern: PyValue) => {
        const text = asStr(pattern);
        if (text !== undefined) {
          charge(text.length);
          return back(escapePattern(text), false);
        }
        const bytes = asBytes(pattern);
        if (bytes === undefined) {
          throw typeError(`decoding to str: need a bytes-like object, ${typeName(pattern)} found`);
        }
        return back(escapePattern(latin1Text(bytes)), true);
      },
      "purge()": () => null,
    }),
  },
});

/** `bool(re.search(regex, value))`: authentik's `regex_match`. */
export function regexSearch(regex: PyValue, value: PyValue): boolean {
  return match(compile(regex), value, "search") !== null;
}
