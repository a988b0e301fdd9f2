// Our answer to a case, in the shape in which fixtures/cpython/record_regex.py writes CPython's.
import {
  type CompiledPattern,
  type CompileOptions,
  compilePattern,
  type Engine,
  engineFor,
  lastIndex,
  matchAt,
  PatternSyntaxError,
  PatternValueError,
  parseTemplate,
  type RegexHost,
  type Spans,
  scan,
} from "../../../engine/regex/regex.ts";

export interface RegexCase {
  readonly pattern: string;
  readonly text: string;
  readonly flags?: number;
  readonly bytes?: boolean;
  readonly template?: string;
  /** In code points. */
  readonly pos?: number;
  readonly endpos?: number;
}

export type RegexAnswer = Record<string, unknown>;

/** The engine that answers a case; undefined for a pattern that is an error. */
export function engineOf(row: RegexCase): Engine | undefined {
  try {
    return engineFor(compilePattern(row.pattern, row.flags ?? 0, { bytes: row.bytes ?? false }), row.text);
  } catch {
    return undefined;
  }
}

function errorOf(error: unknown): RegexAnswer {
  if (error instanceof PatternSyntaxError) {
    return {
      type: "PatternError",
      message: error.message,
      msg: error.msg,
      pos: error.pos ?? null,
      lineno: error.lineno ?? null,
      colno: error.colno ?? null,
    };
  }
  if (error instanceof PatternValueError) return { type: error.type, message: error.message };
  throw error;
}

/** Offsets in code points, as Python counts. */
function inCodePoints(text: string, spans: Spans): number[] {
  return spans.map((offset) => (offset < 0 ? offset : Array.from(text.slice(0, offset)).length));
}

function inUtf16(text: string, index: number): number {
  return Array.from(text).slice(0, index).join("").length;
}

function expand(parts: readonly (string | number)[], text: string, spans: Spans): string {
  return parts
    .map((part) =>
      typeof part === "string"
        ? part
        : spans[2 * part] < 0
          ? ""
          : text.slice(spans[2 * part], spans[2 * part + 1]),
    )
    .join("");
}

/** Answers `row`, without the engines in `without`. */
export function answer(
  row: RegexCase,
  host: RegexHost,
  without: CompileOptions["without"] = [],
): RegexAnswer {
  const { text } = row;
  const bytes = row.bytes ?? false;
  let pattern: CompiledPattern;
  try {
    pattern = compilePattern(row.pattern, row.flags ?? 0, { bytes, without });
  } catch (error) {
    return { error: errorOf(error) };
  }
  const pos = inUtf16(text, row.pos ?? 0);
  const endpos = inUtf16(text, row.endpos ?? text.length);
  const shown = (spans: Spans | null): unknown =>
    spans === null ? null : [...inCodePoints(text, spans), lastIndex(pattern, text, endpos, spans, host)];
  const all = scan(pattern, text, 0, text.length, Number.POSITIVE_INFINITY, host);
  const out: RegexAnswer = {
    groups: pattern.groups,
    flags: pattern.flags,
    groupindex: Object.fromEntries(pattern.groupindex),
    search: shown(matchAt(pattern, text, pos, endpos, "search", host)),
    match: shown(matchAt(pattern, text, pos, endpos, "match", host)),
    fullmatch: shown(matchAt(pattern, text, pos, endpos, "fullmatch", host)),
    finditer: scan(pattern, text, pos, endpos, Number.POSITIVE_INFINITY, host).map(shown),
    split: split(text, all),
  };
  if (row.template === undefined) return out;
  try {
    const parts = parseTemplate(row.template, pattern, { bytes });
    let last = 0;
    let replaced = "";
    for (const spans of all) {
      replaced += text.slice(last, spans[0]) + expand(parts, text, spans);
      last = spans[1];
    }
    out.sub = replaced + text.slice(last);
  } catch (error) {
    out.sub = { error: errorOf(error) };
  }
  return out;
}

function split(text: string, matches: readonly Spans[]): (string | null)[] {
  const parts: (string | null)[] = [];
  let last = 0;
  for (const spans of matches) {
    parts.push(text.slice(last, spans[0]));
    for (let index = 2; index < spans.length; index += 2) {
      parts.push(spans[index] < 0 ? null : text.slice(spans[index], spans[index + 1]));
    }
    last = spans[1];
  }
  parts.push(text.slice(last));
  return parts;
}
