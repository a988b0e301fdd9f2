// The host's half of matching: runs RE2 for the isolate. Node only; never bundled into the isolate.
import RE2 from "re2";
import { nextStart, Re2RefusedError, type RegexHost } from "./matching.ts";
import { REFUSED, type Re2Callback } from "./re2-channel.ts";
import { encodeMatches, type MatchMode, type Spans } from "./spans.ts";

export interface Re2HostOptions {
  /** Compiled patterns kept; each can hold some MB while RE2 caches its states. */
  readonly patterns?: number;
  /** Sum of the sources' lengths kept, in characters. */
  readonly characters?: number;
}

/** Compiled patterns, the least recently used dropped first. */
class Re2Cache {
  readonly #entries = new Map<string, RE2>();
  readonly #maxEntries: number;
  readonly #maxCharacters: number;
  #characters = 0;

  constructor(maxEntries: number, maxCharacters: number) {
    this.#maxEntries = maxEntries;
    this.#maxCharacters = maxCharacters;
  }

  /** @throws Re2RefusedError */
  get(source: string, flags: string): RE2 {
    const key = `${flags}/${source}`;
    const known = this.#entries.get(key);
    if (known !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known;
    }
    let made: RE2;
    try {
      made = new RE2(source, flags);
    } catch (error) {
      throw new Re2RefusedError(error instanceof Error ? error.message : String(error));
    }
    this.#entries.set(key, made);
    this.#characters += key.length;
    for (const oldest of this.#entries.keys()) {
      const fits = this.#entries.size <= this.#maxEntries && this.#characters <= this.#maxCharacters;
      if (fits || oldest === key) break;
      this.#entries.delete(oldest);
      this.#characters -= oldest.length;
    }
    return made;
  }
}

/**
 * RE2 behind `RegexHost["re2"]`, with its own cache.
 * The function throws `Re2RefusedError` where RE2 does not take the pattern.
 */
export function createRe2(options: Re2HostOptions = {}): RegexHost["re2"] {
  const cache = new Re2Cache(options.patterns ?? 64, options.characters ?? 1_000_000);
  return (source, flags, text, start, limit, mode) =>
    findMatches(cache.get(source, engineFlags(flags, mode)), text, start, limit);
}

/** The same as a callback for an isolate: strings and numbers only, and no exception crosses. */
export function createRe2Callback(options: Re2HostOptions = {}): Re2Callback {
  const re2 = createRe2(options);
  return (source, flags, text, start, limit, mode) => {
    try {
      return encodeMatches(re2(source, flags, text, start, limit, mode));
    } catch (error) {
      return `${REFUSED}${error instanceof Error ? error.message : String(error)}`;
    }
  };
}

/** `g` searches from `lastIndex`, `y` matches only there; `d` reports where the groups are. */
function engineFlags(flags: string, mode: MatchMode): string {
  return `${flags}d${mode === "search" ? "g" : "y"}`;
}

function findMatches(regexp: RE2, text: string, start: number, limit: number): Spans[] {
  const out: Spans[] = [];
  let from = start;
  while (out.length < limit && from <= text.length) {
    regexp.lastIndex = from;
    const found = regexp.exec(text);
    const indices = found?.indices;
    if (indices === undefined) break;
    const spans: Spans = [];
    for (const pair of indices) {
      if (pair === undefined) spans.push(-1, -1);
      else spans.push(pair[0], pair[1]);
    }
    out.push(spans);
    from = nextStart(text, spans);
  }
  return out;
}
