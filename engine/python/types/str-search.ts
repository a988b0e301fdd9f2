// Methods of `str` that look for text in text: find, count, replace, split, partition.
import { typeError, valueError } from "../exceptions.ts";
import { defineMethods } from "../function.ts";
import { asStr, type PyStr, type PyValue, strType, typeName } from "../object.ts";
import { index, truth } from "../operators.ts";
import { list, PyTuple, tuple } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import {
  allocateText,
  characters,
  isHigh,
  isLow,
  joinParts,
  pointIndex,
  textLength,
  unitOffset,
} from "../text.ts";
import { findLastText, findText } from "../text-search.ts";
import { isSpace } from "../unicode.ts";
import { sizeArgument } from "./str-methods.ts";
import { textArgument } from "./text-argument.ts";

/** Units of texts whose pieces are put together as they are found: nothing that they make is large. */
const SHORT = 256;
/** Bytes that a piece of a text takes, with its place in an array. */
const PIECE = 48;

function textOf(self: PyValue): string {
  return typeof self === "string" ? self : (self as PyStr).value;
}

/** A bound of a slice: None is the fallback, negative counts from the end, never below 0. */
export function sliceBound(value: PyValue, length: number, fallback: number): number {
  if (value === null) return fallback;
  const at = index(value, () => "slice indices must be integers or None or have an __index__ method");
  if (typeof at === "bigint") return at < 0n ? 0 : Number.POSITIVE_INFINITY;
  return at < 0 ? Math.max(0, at + length) : at;
}

/** `text[start:stop]` in units; `undefined` where the start lies beyond the end, where not even "" is found. */
function window(text: string, start: PyValue, stop: PyValue): { from: number; to: number } | undefined {
  if (start === null && stop === null) return { from: 0, to: text.length };
  const length = textLength(text);
  const from = sliceBound(start, length, 0);
  const to = Math.min(sliceBound(stop, length, length), length);
  if (from > length || from > to) return undefined;
  return { from: unitOffset(text, from), to: unitOffset(text, to) };
}

// A lone surrogate must not be found inside a character that takes two units.
function hasLoneEdge(part: string): boolean {
  return isLow(part.charCodeAt(0)) || isHigh(part.charCodeAt(part.length - 1));
}
function splitsCharacter(text: string, at: number, size: number): boolean {
  const splits = (i: number) =>
    i > 0 &&
    i < text.length &&
    /[\ud800-\udbff]/.test(text[i - 1] as string) &&
    /[\udc00-\udfff]/.test(text[i] as string);
  return splits(at) || splits(at + size);
}
function findUnit(text: string, part: string, from: number): number {
  let at = findText(text, part, from);
  if (at >= 0 && hasLoneEdge(part)) {
    while (at >= 0 && splitsCharacter(text, at, part.length)) at = findText(text, part, at + 1);
  }
  return at;
}
function findLastUnit(text: string, part: string, from: number): number {
  let at = findLastText(text, part, from);
  if (at >= 0 && hasLoneEdge(part)) {
    while (at >= 0 && splitsCharacter(text, at, part.length))
      at = at === 0 ? -1 : findLastText(text, part, at - 1);
  }
  return at;
}

function finder(name: string, last: boolean, missing: "-1" | "error") {
  return (self: PyValue, sub: PyValue, start: PyValue = null, end: PyValue = null): PyValue => {
    const text = textOf(self);
    const part = textArgument(sub, `${name}() argument 1`);
    charge(text.length >> 7);
    const range = window(text, start, end);
    let at = -1;
    if (range !== undefined) {
      const { from, to } = range;
      if (last) {
        at = to - part.length < 0 ? -1 : findLastUnit(text, part, to - part.length);
        if (at < from) at = -1;
      } else {
        at = findUnit(text, part, from);
        if (at + part.length > to) at = -1;
      }
    }
    if (at < 0 && missing === "error") throw valueError("substring not found");
    return at < 0 ? -1 : pointIndex(text, at);
  };
}

function count(self: PyValue, sub: PyValue, start: PyValue = null, end: PyValue = null): PyValue {
  const text = textOf(self);
  const part = textArgument(sub, "count() argument 1");
  charge(text.length >> 6);
  const range = window(text, start, end);
  if (range === undefined) return 0;
  if (part === "") return pointIndex(text, range.to) - pointIndex(text, range.from) + 1;
  let found = 0;
  for (let at = findUnit(text, part, range.from); at >= 0; at = findUnit(text, part, at + part.length)) {
    if (at + part.length > range.to) break;
    found += 1;
  }
  return found;
}

/** `startswith`, `endswith`: of a text or of any of a tuple's. */
function affix(name: string, atEnd: boolean) {
  return (self: PyValue, prefix: PyValue, start: PyValue = null, end: PyValue = null): PyValue => {
    const text = textOf(self);
    if (typeof prefix === "string" && start === null && end === null && !hasLoneEdge(prefix))
      return atEnd ? text.endsWith(prefix) : text.startsWith(prefix);
    const range = window(text, start, end);
    const fits = (part: string) => {
      if (range === undefined || part.length > range.to - range.from) return false;
      const at = atEnd ? range.to - part.length : range.from;
      return text.startsWith(part, at) && !(hasLoneEdge(part) && splitsCharacter(text, at, part.length));
    };
    if (prefix instanceof PyTuple) {
      for (const item of prefix.items) {
        const part = asStr(item);
        if (part === undefined)
          throw typeError(`tuple for ${name} must only contain str, not ${typeName(item)}`);
        if (fits(part)) return true;
      }
      return false;
    }
    const part = asStr(prefix);
    if (part === undefined) {
      throw typeError(`${name} first arg must be str or a tuple of str, not ${typeName(prefix)}`);
    }
    return fits(part);
  };
}

/** `text.replace(old, new, count)`; `limit` below zero is no limit. The size is asked for before. */
export function replaceText(text: string, old: string, by: string, limit: number): string {
  const most = limit < 0 ? Number.POSITIVE_INFINITY : limit;
  if (most === 0 || (old === "" && by === "")) return text;
  charge(text.length >> 6);
  if (old === "") {
    const chars = characters(text);
    const times = Math.min(most, chars.length + 1);
    allocateText(text.length + times * by.length);
    charge(chars.length >> 3);
    const parts: string[] = [];
    for (let i = 0; i < times; i++) parts.push(by, chars[i] ?? "");
    return parts.join("") + chars.slice(times).join("");
  }
  let at = findUnit(text, old, 0);
  if (at < 0) return text;
  let done = 0;
  if (text.length <= SHORT && by.length <= SHORT) {
    let count = 0;
    let replaced = "";
    for (; at >= 0 && count < most; at = findUnit(text, old, done)) {
      allocate(PIECE);
      replaced += text.slice(done, at) + by;
      done = at + old.length;
      count += 1;
    }
    replaced += text.slice(done);
    charge((count + 1) >> 2);
    allocateText(replaced.length);
    return replaced;
  }
  const parts: string[] = [];
  for (; at >= 0 && parts.length < most; at = findUnit(text, old, done)) {
    allocate(PIECE);
    parts.push(text.slice(done, at));
    done = at + old.length;
  }
  parts.push(text.slice(done));
  charge(parts.length >> 2);
  return joinParts(parts, by);
}

function replace(self: PyValue, old: PyValue, by: PyValue, countArgument: PyValue = -1): PyValue {
  const [from, to] = [textArgument(old, "replace() argument 1"), textArgument(by, "replace() argument 2")];
  return replaceText(textOf(self), from, to, sizeArgument(countArgument));
}

function separator(sep: PyValue): string | undefined {
  if (sep === null) return undefined;
  const text = asStr(sep);
  if (text === undefined) throw typeError(`must be str or None, not ${typeName(sep)}`);
  if (text === "") throw valueError("empty separator");
  return text;
}

type Space = (unit: number) => boolean;

/** `text.split(by, limit)`; `by` undefined: at runs of what `space` says. A limit below zero is none. */
export function splitParts(text: string, by: string | undefined, limit: number, space: Space): string[] {
  const most = limit < 0 ? Number.POSITIVE_INFINITY : limit;
  charge(text.length >> 6);
  const parts: string[] = [];
  let done = 0;
  if (by === undefined) {
    const skip = () => {
      while (done < text.length && space(text.charCodeAt(done))) done += 1;
    };
    for (skip(); done < text.length && parts.length < most; skip()) {
      const from = done;
      while (done < text.length && !space(text.charCodeAt(done))) done += 1;
      allocate(PIECE);
      parts.push(text.slice(from, done));
    }
    // Past the limit the rest is one part; only its leading whitespace has been dropped.
    if (done < text.length) parts.push(text.slice(done));
  } else {
    for (let at = findUnit(text, by, 0); at >= 0 && parts.length < most; at = findUnit(text, by, done)) {
      allocate(PIECE);
      parts.push(text.slice(done, at));
      done = at + by.length;
    }
    parts.push(text.slice(done));
  }
  charge(parts.length >> 2);
  return parts;
}

/** `text.rsplit(by, limit)`, as {@link splitParts}. */
export function rsplitParts(text: string, by: string | undefined, limit: number, space: Space): string[] {
  const most = limit < 0 ? Number.POSITIVE_INFINITY : limit;
  charge(text.length >> 6);
  const parts: string[] = [];
  let end = text.length;
  if (by === undefined) {
    const skip = () => {
      while (end > 0 && space(text.charCodeAt(end - 1))) end -= 1;
    };
    for (skip(); end > 0 && parts.length < most; skip()) {
      const to = end;
      while (end > 0 && !space(text.charCodeAt(end - 1))) end -= 1;
      allocate(PIECE);
      parts.push(text.slice(end, to));
    }
    if (end > 0) parts.push(text.slice(0, end));
  } else {
    while (parts.length < most && end >= by.length) {
      const at = findLastUnit(text, by, end - by.length);
      if (at < 0) break;
      allocate(PIECE);
      parts.push(text.slice(at + by.length, end));
      end = at;
    }
    parts.push(text.slice(0, end));
  }
  charge(parts.length >> 2);
  return parts.reverse();
}

function splitter(parts: typeof splitParts): (self: PyValue, sep?: PyValue, maxsplit?: PyValue) => PyValue {
  return (self, sep = null, maxsplit = -1) => {
    const limit = sizeArgument(maxsplit);
    return list(parts(textOf(self), separator(sep), limit, isSpace));
  };
}

/** The lines of a text by any of Unicode's line ends. */
export function splitLines(text: string, keepEnds: boolean): string[] {
  charge(text.length >> 5);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: CPython's line ends.
  const ends = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;
  const lines: string[] = [];
  let done = 0;
  for (let match = ends.exec(text); match !== null; match = ends.exec(text)) {
    const after = match.index + match[0].length;
    allocate(PIECE);
    lines.push(text.slice(done, keepEnds ? after : match.index));
    done = after;
  }
  if (done < text.length) lines.push(text.slice(done));
  return lines;
}

function partition(last: boolean) {
  return (self: PyValue, sep: PyValue): PyValue => {
    const text = textOf(self);
    const by = asStr(sep);
    if (by === undefined) throw typeError(`must be str, not ${typeName(sep)}`);
    if (by === "") throw valueError("empty separator");
    charge(text.length >> 7);
    const at = last ? findLastUnit(text, by, text.length) : findUnit(text, by, 0);
    if (at < 0) return tuple(last ? ["", "", text] : [text, "", ""]);
    return tuple([text.slice(0, at), by, text.slice(at + by.length)]);
  };
}

defineMethods(strType, {
  "find(sub, start=None, end=None, /)": finder("find", false, "-1"),
  "rfind(sub, start=None, end=None, /)": finder("rfind", true, "-1"),
  "index(sub, start=None, end=None, /)": finder("index", false, "error"),
  "rindex(sub, start=None, end=None, /)": finder("rindex", true, "error"),
  "count(sub, start=None, end=None, /)": count,
  "startswith(prefix, start=None, end=None, /)": affix("startswith", false),
  "endswith(suffix, start=None, end=None, /)": affix("endswith", true),
  "replace(old, new, /, count=-1)": replace,
  "split(sep=None, maxsplit=-1)": splitter(splitParts),
  "rsplit(sep=None, maxsplit=-1)": splitter(rsplitParts),
  "splitlines(keepends=False)": (self: PyValue, keepends: PyValue = false) =>
    list(splitLines(textOf(self), truth(keepends))),
  "partition(sep, /)": partition(false),
  "rpartition(sep, /)": partition(true),
  "removeprefix(prefix, /)": (self: PyValue, prefix: PyValue) => {
    const [text, part] = [textOf(self), textArgument(prefix, "removeprefix() argument")];
    return text.startsWith(part) ? text.slice(part.length) : text;
  },
  "removesuffix(suffix, /)": (self: PyValue, suffix: PyValue) => {
    const [text, part] = [textOf(self), textArgument(suffix, "removesuffix() argument")];
    return part !== "" && text.endsWith(part) ? text.slice(0, -part.length) : text;
  },
});
