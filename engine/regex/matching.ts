// Runs a compiled pattern over a text: chooses the engine, and finds one match or all of them.
//
// The engine is chosen for pattern *and* text, because RE2's answer is CPython's only for some texts: its `\b` knows
// ASCII only, it has no "before the last newline" and it cannot read lone surrogates. And because RE2 is far away: where
// the pattern's loops and the text's length bound V8's backtracking to some microseconds, V8 is asked, which is inside.
import { BacktrackingMatcher } from "./backtracking-matcher.ts";
import type { CompiledPattern, Engine, V8Form } from "./compiled-pattern.ts";
import { NEWLINE_STAND_IN, type TextKind } from "./emit-pattern.ts";
import { RE2_MAX_SIZE, searchSteps } from "./engine-choice.ts";
import { MatchText, startsPair } from "./match-text.ts";
import { isAscii } from "./pattern-source.ts";
import type { MatchMode, Spans } from "./spans.ts";

/** What matching needs from outside. */
export interface RegexHost {
  /**
   * Runs RE2 outside the isolate: at most `limit` matches from `start`, one after another; after an empty match the
   * search goes on one character later. UTF-16 offsets.
   * @throws Error where RE2 refuses the pattern (too large); another engine is then used.
   */
  re2(source: string, flags: string, text: string, start: number, limit: number, mode: MatchMode): Spans[];
  /** Is told the steps a match takes; may throw to end it. */
  step(count: number): void;
  /** Is told that V8 now begins a search that may take as long as it likes. */
  uninterrupted?(): void;
}

/** Text length times program size that RE2 may be given: it cannot be interrupted. */
const RE2_MAX_WORK = 100_000_000;
/** Matches asked of RE2 in one call, so that a deadline is noticed between calls. */
const RE2_BATCH = 512;

/**
 * Steps up to which V8 is asked although RE2 could be: RE2 is outside the isolate, and getting there costs more than all
 * of them.
 */
const V8_FEW_STEPS = 20_000;

interface Plan {
  readonly engine: Engine;
  readonly kind: TextKind;
}

/** The engine that `matchAt` and `scan` use for a text that ends where it ends. */
export function engineFor(pattern: CompiledPattern, text: string): Engine {
  return planFor(pattern, text).engine;
}

function planFor(pattern: CompiledPattern, text: string): Plan {
  const { facts } = pattern;
  const ascii = isAscii(text);
  const newlineLast = facts.lastLineEnd && text.endsWith("\n");
  const kind: TextKind = { ascii, newlineLast };
  if (facts.noBoundary && text === "") return { engine: "own", kind };
  const v8Answers = facts.notV8 === undefined && (ascii || !facts.foldedReference);
  if (v8Answers && searchSteps(facts.backtracking, text.length) <= V8_FEW_STEPS)
    return { engine: "v8", kind };
  if (facts.notRe2 === undefined && re2Answers(pattern, text, kind)) return { engine: "re2", kind };
  if (v8Answers) return { engine: "v8", kind };
  return { engine: "own", kind };
}

function re2Answers(pattern: CompiledPattern, text: string, kind: TextKind): boolean {
  const { facts } = pattern;
  if (!kind.ascii) {
    // RE2 finds `\B` between the bytes of one character.
    if (facts.unicodeBoundary || facts.noBoundary) return false;
    if (!text.isWellFormed()) return false;
  }
  if (kind.newlineLast) {
    if (facts.lineAnchor || facts.noBoundary || text.includes(NEWLINE_STAND_IN)) return false;
  }
  const size = kind.ascii ? facts.asciiSize : facts.size;
  return size <= RE2_MAX_SIZE && text.length * size <= RE2_MAX_WORK;
}

/**
 * The first match, as Python's `Pattern.search`, `.match` and `.fullmatch` find it.
 * @param pos offset in UTF-16 units where matching begins; `^` still means the text's real start.
 * @param endpos offset where the text is taken to end.
 * @throws RegexLimitError where our own matcher needs too much memory; whatever `host.step` throws.
 */
export function matchAt(
  pattern: CompiledPattern,
  text: string,
  pos: number,
  endpos: number,
  mode: MatchMode,
  host: RegexHost,
): Spans | null {
  const seen = endpos < text.length ? text.slice(0, endpos) : text;
  if (pos > seen.length) return mode === "match" ? matchBeyond(pattern, text, pos, endpos, host) : null;
  return new Run(pattern, seen, host).first(pos, mode);
}

/**
 * All matches in Python's order (`finditer`, `findall`, `sub`, `split`): an empty match may follow another match
 * directly, but not an empty one at the same place.
 * @param limit at most this many; `Infinity` for all.
 */
export function scan(
  pattern: CompiledPattern,
  text: string,
  pos: number,
  endpos: number,
  limit: number,
  host: RegexHost,
): Spans[] {
  const seen = endpos < text.length ? text.slice(0, endpos) : text;
  if (pos > seen.length) return [];
  return new Run(pattern, seen, host).all(pos, limit);
}

/**
 * Python's `Match.lastindex`: the group that was closed last.
 * @param spans a match of `pattern` in `text`.
 * @returns null where no group took part.
 */
export function lastIndex(
  pattern: CompiledPattern,
  text: string,
  endpos: number,
  spans: Spans,
  host: RegexHost,
): number | null {
  const set: number[] = [];
  for (let group = 1; group <= pattern.groups; group++) if (spans[2 * group] >= 0) set.push(group);
  if (set.length <= 1) return set[0] ?? null;
  if (pattern.facts.simpleCaptures) {
    const { groupEnds } = pattern.facts;
    return set.reduce((last, group) => {
      const later = spans[2 * group + 1] - spans[2 * last + 1] || groupEnds[group] - groupEnds[last];
      return later > 0 ? group : last;
    });
  }
  const codes = new MatchText(text);
  const matcher = ownMatcher(pattern, codes, Math.min(endpos, text.length), host);
  const again = matcher.matchAt(codes.index(spans[0]), { end: codes.index(spans[1]) });
  return again?.at(-1) || null;
}

function ownMatcher(
  pattern: CompiledPattern,
  codes: MatchText,
  end: number,
  host: RegexHost,
): BacktrackingMatcher {
  return new BacktrackingMatcher(pattern.program(), codes, (count) => host.step(count), codes.index(end));
}

/** `match` where `pos` lies beyond `endpos`: CPython still lets a pattern match nothing there. */
function matchBeyond(
  pattern: CompiledPattern,
  text: string,
  pos: number,
  endpos: number,
  host: RegexHost,
): Spans | null {
  const codes = new MatchText(text);
  const found = ownMatcher(pattern, codes, endpos, host).matchAt(codes.index(Math.min(pos, text.length)), {});
  return found === undefined ? null : offsetsOf(codes, found);
}

/** The spans without their last entry, `lastindex`. */
function offsetsOf(codes: MatchText, spans: readonly number[]): Spans {
  return spans.slice(0, -1).map((index) => codes.offset(index));
}

/** One pattern over one text. */
class Run {
  readonly #pattern: CompiledPattern;
  readonly #text: string;
  readonly #host: RegexHost;
  readonly #plan: Plan;
  #own: { readonly codes: MatchText; readonly matcher: BacktrackingMatcher } | undefined;

  constructor(pattern: CompiledPattern, text: string, host: RegexHost) {
    this.#pattern = pattern;
    this.#text = text;
    this.#host = host;
    this.#plan = planFor(pattern, text);
  }

  first(pos: number, mode: MatchMode): Spans | null {
    if (this.#plan.engine === "re2") {
      const found = this.#re2(pos, 1, mode);
      if (found !== undefined) return found[0] ?? null;
    }
    if (this.#v8Allowed()) {
      const found = this.#v8(pos, 1, mode);
      if (found !== undefined) return found[0] ?? null;
    }
    return this.#ownFirst(pos, mode);
  }

  all(pos: number, limit: number): Spans[] {
    // Only our own matcher can look for a second, longer way to match where it has just matched nothing.
    if (this.#pattern.facts.emptyIsLast) {
      if (this.#plan.engine === "re2") {
        const found = this.#re2All(pos, limit);
        if (found !== undefined) return found;
      }
      if (this.#v8Allowed()) {
        const found = this.#v8(pos, limit, "search");
        if (found !== undefined) return found;
      }
    }
    return this.#ownAll(pos, limit);
  }

  #v8Allowed(): boolean {
    const { engine, kind } = this.#plan;
    const { facts } = this.#pattern;
    return engine !== "own" && facts.notV8 === undefined && (kind.ascii || !facts.foldedReference);
  }

  /** undefined where RE2 refuses the pattern. */
  #re2(pos: number, limit: number, mode: MatchMode): Spans[] | undefined {
    this.#host.step(1 + (this.#text.length >> 6));
    const { kind } = this.#plan;
    const source = this.#pattern.re2Source(kind, mode);
    if (this.#pattern.re2Refusals.has(source)) return undefined;
    const text = kind.newlineLast ? standInNewlines(this.#text) : this.#text;
    try {
      return this.#host.re2(source, "u", text, pos, limit, mode);
    } catch (error) {
      if (!(error instanceof Re2RefusedError)) throw error;
      this.#pattern.re2Refusals.add(source);
      return undefined;
    }
  }

  #re2All(pos: number, limit: number): Spans[] | undefined {
    const out: Spans[] = [];
    let start = pos;
    while (out.length < limit) {
      const wanted = Math.min(limit - out.length, RE2_BATCH);
      const found = this.#re2(start, wanted, "search");
      if (found === undefined) return undefined;
      for (const spans of found) out.push(spans);
      if (found.length < wanted) break;
      start = nextStart(this.#text, found[found.length - 1]);
      if (start > this.#text.length) break;
    }
    return out;
  }

  /** undefined where V8 refuses the pattern, or runs out of its own stack. */
  #v8(pos: number, limit: number, mode: MatchMode): Spans[] | undefined {
    const form = this.#pattern.v8Form(this.#plan.kind.ascii, mode);
    if (form === undefined) return undefined;
    if (searchSteps(this.#pattern.facts.backtracking, this.#text.length) > V8_FEW_STEPS)
      this.#host.uninterrupted?.();
    const out: Spans[] = [];
    let start = pos;
    while (out.length < limit && start <= this.#text.length) {
      form.regexp.lastIndex = start;
      let found: RegExpExecArray | null;
      try {
        found = form.regexp.exec(this.#text);
      } catch (error) {
        if (error instanceof RangeError || error instanceof SyntaxError) return undefined;
        throw error;
      }
      const seen = found === null ? this.#text.length : found.index + found[0].length;
      this.#host.step(1 + ((seen - start) >> 6));
      if (found === null) break;
      if (found.index > 0 && startsPair(this.#text, found.index - 1)) {
        // V8 tries a pattern that begins with a look-behind inside a surrogate pair; no character begins there.
        start = found.index + 1;
        continue;
      }
      const spans = v8Spans(form, found);
      out.push(spans);
      start = nextStart(this.#text, spans);
    }
    return out;
  }

  #matcher(): { readonly codes: MatchText; readonly matcher: BacktrackingMatcher } {
    if (this.#own === undefined) {
      this.#host.step(1 + (this.#text.length >> 6));
      const codes = new MatchText(this.#text);
      const matcher = new BacktrackingMatcher(this.#pattern.program(), codes, (count) =>
        this.#host.step(count),
      );
      this.#own = { codes, matcher };
    }
    return this.#own;
  }

  #ownFirst(pos: number, mode: MatchMode): Spans | null {
    const { codes, matcher } = this.#matcher();
    const start = codes.index(pos);
    const found =
      mode === "search"
        ? matcher.search(start, false)
        : matcher.matchAt(start, mode === "fullmatch" ? { end: codes.length } : {});
    return found === undefined ? null : offsetsOf(codes, found);
  }

  #ownAll(pos: number, limit: number): Spans[] {
    const { codes, matcher } = this.#matcher();
    const out: Spans[] = [];
    let start = codes.index(pos);
    let advance = false;
    while (out.length < limit) {
      const found = matcher.search(start, advance);
      if (found === undefined) break;
      out.push(offsetsOf(codes, found));
      advance = found[0] === found[1];
      start = found[1];
    }
    return out;
  }
}

/** RE2 would not compile the pattern. */
export class Re2RefusedError extends Error {
  override readonly name = "Re2RefusedError";
}

/** Where the search for the next match begins. */
export function nextStart(text: string, spans: Spans): number {
  const [start, end] = spans;
  if (start !== end) return end;
  return end + (startsPair(text, end) ? 2 : 1);
}

function standInNewlines(text: string): string {
  const last = text.length - 1;
  const first = text.indexOf("\n");
  return first === last ? text : `${text.slice(0, last).replaceAll("\n", NEWLINE_STAND_IN)}\n`;
}

function v8Spans(form: V8Form, found: RegExpExecArray): Spans {
  const spans = [found.index, found.index + found[0].length];
  const indices = found.indices;
  if (indices === undefined) return spans;
  for (let group = 1; group < form.groups.length; group++) {
    const pair = indices[form.groups[group]];
    if (pair === undefined) spans.push(-1, -1);
    else spans.push(pair[0], pair[1]);
  }
  return spans;
}
