// The module `textwrap`: `TextWrapper`, `wrap`, `fill`, `shorten`, `dedent`, `indent`.
import { compilePattern } from "../../regex/regex.ts";
import { getAttribute, setAttribute } from "../attribute.ts";
import { PyBytes } from "../bytes.ts";
import { PyDict } from "../dict.ts";
import { typeError, valueError } from "../exceptions.ts";
import { call, call1, method, method0, method1 } from "../function.ts";
import { collect } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { asStr, type KwArgs, type PyType, type PyValue, typeName } from "../object.ts";
import { add, asDouble, equal, gt, le, length, truth } from "../operators.ts";
import { repr } from "../representation.ts";
import { list, type PyList } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { textLength, unitOffset } from "../text.ts";
import { joinText } from "../types/str-methods.ts";
import { isSpace } from "../unicode.ts";
import { pythonClass, pythonFunctions, pythonMethods } from "./python-function.ts";
import { PyPattern } from "./re.ts";

/** What counts as white space between words: ASCII's, so that no-break spaces do not break. */
const WHITESPACE = "\t\n\v\f\r ";
const SPACE = "[\\t\\n\\v\\f\\r ]";
const LETTER = "[^\\d\\W]";
const BEFORE_DASHES = "(?<=[\\w!\"'&.,?])";

/** Not through `re`'s cache: it belongs to evaluations, and these are made before there is one. */
function pattern(source: string): PyPattern {
  return new PyPattern(source, compilePattern(source, 0, { bytes: false }));
}
/** Chunks that stay together: white space, an em-dash between words, a word or its part up to a hyphen. */
const wordSeparator = pattern(
  `(${SPACE}+|${BEFORE_DASHES}-{2,}(?=\\w)|[^${SPACE.slice(1)}+?(?:` +
    `-(?:(?<=${LETTER}{2}-)|(?<=${LETTER}-${LETTER}-))(?=${LETTER}-?${LETTER})` +
    `|(?=${SPACE}|\\Z)|${BEFORE_DASHES}(?=-{2,}\\w)))`,
);

export const textWrapperType: PyType = pythonClass("TextWrapper", { module: "textwrap" });
textWrapperType.dict.set("wordsep_re", wordSeparator);
textWrapperType.dict.set("wordsep_simple_re", pattern("([\\\t\\\n\\\v\\\f\\\r\\ ]+)"));
textWrapperType.dict.set("sentence_end_re", pattern("[a-z][.!?][\"']?\\Z"));
{
  const spaces = new PyDict();
  for (const char of WHITESPACE) spaces.set(char.charCodeAt(0), 32);
  textWrapperType.dict.set("unicode_whitespace_trans", spaces);
}

const OPTIONS: readonly [name: string, fallback: PyValue][] = [
  ["width", 70],
  ["initial_indent", ""],
  ["subsequent_indent", ""],
  ["expand_tabs", true],
  ["replace_whitespace", true],
  ["fix_sentence_endings", false],
  ["break_long_words", true],
  ["drop_whitespace", true],
  ["break_on_hyphens", true],
  ["tabsize", 8],
  ["max_lines", null],
  ["placeholder", " [...]"],
];

function blank(text: string): boolean {
  for (const char of text) if (!isSpace(char.codePointAt(0) as number)) return false;
  return true;
}
function number(value: PyValue): number {
  const n = asDouble(value);
  if (n === undefined) throw typeError(`unsupported operand type(s) for -: '${typeName(value)}' and 'int'`);
  return n;
}
function textOf(value: PyValue): string {
  const text = asStr(value);
  if (text === undefined) throw typeError(`sequence item 0: expected str instance, ${typeName(value)} found`);
  return text;
}

/** The options that decide where lines break. */
interface Layout {
  readonly width: number;
  readonly first: PyValue;
  readonly following: PyValue;
  readonly breakLong: boolean;
  readonly breakHyphens: boolean;
  readonly drop: boolean;
  readonly maxLines: number;
  readonly placeholder: PyValue;
}

function layoutOf(self: PyValue): Layout {
  const option = (name: string): PyValue => getAttribute(self, name);
  const width = option("width");
  if (truth(le(width, 0))) throw valueError(`invalid width ${repr(width)} (must be > 0)`);
  const maxLines = option("max_lines");
  if (maxLines !== null) {
    const indent = option(truth(gt(maxLines, 1)) ? "subsequent_indent" : "initial_indent");
    const placeholder = method0(option("placeholder"), "lstrip");
    if (length(indent) + length(placeholder) > number(width))
      throw valueError("placeholder too large for max width");
  }
  return {
    width: number(width),
    first: option("initial_indent"),
    following: option("subsequent_indent"),
    breakLong: truth(option("break_long_words")),
    breakHyphens: truth(option("break_on_hyphens")),
    drop: truth(option("drop_whitespace")),
    maxLines: maxLines === null ? Number.POSITIVE_INFINITY : number(maxLines),
    placeholder: option("placeholder"),
  };
}

/** Where a word longer than `room` is cut: in code points, behind a hyphen when there is one to use. */
function cutOf(word: string, room: number, hyphens: boolean): number {
  if (!hyphens || textLength(word) <= room) return room;
  const end = room < 0 ? Math.max(0, textLength(word) + room) : room;
  const hyphen = word.slice(0, unitOffset(word, end)).lastIndexOf("-");
  if (hyphen <= 0 || /^-*$/.test(word.slice(0, hyphen))) return room;
  return textLength(word.slice(0, hyphen)) + 1;
}

/** Lays chunks out in lines. */
function lay(chunks: readonly string[], layout: Layout): PyValue[] {
  const { width: limit, drop, placeholder, maxLines } = layout;
  const lines: PyValue[] = [];
  const rest = [...chunks].reverse();
  const last = (): string => rest[rest.length - 1] as string;
  while (rest.length > 0) {
    charge(1);
    const line: string[] = [];
    let used = 0;
    const indent = lines.length > 0 ? layout.following : layout.first;
    const width = limit - length(indent);
    if (drop && lines.length > 0 && blank(last())) rest.pop();
    while (rest.length > 0 && used + textLength(last()) <= width) {
      charge(1);
      used += textLength(last());
      line.push(rest.pop() as string);
    }
    if (rest.length > 0 && textLength(last()) > width) {
      const word = last();
      if (layout.breakLong) {
        const cut = cutOf(word, width < 1 ? 1 : width - used, layout.breakHyphens);
        const units = unitOffset(word, Math.min(cut, textLength(word)));
        line.push(word.slice(0, units));
        rest[rest.length - 1] = word.slice(units);
      } else if (line.length === 0) line.push(rest.pop() as string);
      used = line.reduce((sum, chunk) => sum + textLength(chunk), 0);
    }
    if (drop && line.length > 0 && blank(line.at(-1) as string)) used -= textLength(line.pop() as string);
    if (line.length === 0) continue;
    allocate(2 * (length(indent) + used));
    const atEnd = rest.length === 0 || (drop && rest.length === 1 && blank(rest[0] as string));
    if (lines.length + 1 < maxLines || (atEnd && used <= width)) {
      lines.push(add(indent, line.join("")));
      continue;
    }
    while (line.length > 0 && (blank(line.at(-1) as string) || used + length(placeholder) > width)) {
      used -= textLength(line.pop() as string);
    }
    if (line.length > 0) {
      lines.push(add(indent, joinText("", list([...line, placeholder]))));
      break;
    }
    const before = lines.length > 0 ? method0(lines.at(-1) as PyValue, "rstrip") : undefined;
    if (before !== undefined && length(before) + length(placeholder) <= limit)
      lines[lines.length - 1] = add(before, placeholder);
    else lines.push(add(indent, method0(placeholder, "lstrip")));
    break;
  }
  return lines;
}

pythonMethods(textWrapperType, {
  [`__init__(${OPTIONS.map(([name]) => `${name === "max_lines" ? "*, " : ""}${name}=None`).join(", ")})`]: (
    self: PyValue,
    ...given: (PyValue | undefined)[]
  ) => {
    OPTIONS.forEach(([name, fallback], i) => {
      const value = given[i];
      setAttribute(self, name, value === undefined ? fallback : value);
    });
    return null;
  },
  "_munge_whitespace(text)": (self: PyValue, given: PyValue) => {
    let text = given;
    if (truth(getAttribute(self, "expand_tabs")))
      text = method1(text, "expandtabs", getAttribute(self, "tabsize"));
    if (truth(getAttribute(self, "replace_whitespace")))
      text = method1(text, "translate", getAttribute(self, "unicode_whitespace_trans"));
    return text;
  },
  "_split(text)": (self: PyValue, text: PyValue) => {
    const separator = getAttribute(self, "break_on_hyphens") === true ? "wordsep_re" : "wordsep_simple_re";
    return list(collect(method1(getAttribute(self, separator), "split", text)).filter(truth));
  },
  "_split_chunks(text)": (self: PyValue, text: PyValue) =>
    method1(self, "_split", method1(self, "_munge_whitespace", text)),
  "_fix_sentence_endings(chunks)": (self: PyValue, chunks: PyList) => {
    const search = getAttribute(getAttribute(self, "sentence_end_re"), "search");
    const { items } = chunks;
    for (let i = 0; i + 1 < items.length; i++) {
      if (equal(items[i + 1] as PyValue, " ") && truth(call1(search, items[i] as PyValue))) items[++i] = "  ";
    }
    return null;
  },
  "_wrap_chunks(chunks)": (self: PyValue, chunks: PyValue) => {
    const layout = layoutOf(self);
    return list(lay(collect(chunks).map(textOf), layout));
  },
  "wrap(text)": (self: PyValue, text: PyValue) => {
    const chunks = method1(self, "_split_chunks", text);
    if (truth(getAttribute(self, "fix_sentence_endings"))) method1(self, "_fix_sentence_endings", chunks);
    return method1(self, "_wrap_chunks", chunks);
  },
  "fill(text)": (self: PyValue, text: PyValue) => joinText("\n", method1(self, "wrap", text)),
});

function wrapper(width: PyValue, options: PyDict, more: KwArgs = new Map()): PyValue {
  const kw: KwArgs = new Map([["width", width], ...more]);
  for (const [key, value] of options.entries()) {
    if (more.has(key as string)) {
      throw typeError(`textwrap.TextWrapper() got multiple values for keyword argument '${String(key)}'`);
    }
    kw.set(key as string, value);
  }
  return call(textWrapperType, [], kw);
}

function linesOf(text: PyValue): string[] {
  const source = asStr(text);
  if (source !== undefined) {
    allocate(source.length * 4);
    charge(source.length >> 3);
    return source.split("\n");
  }
  if (text instanceof PyBytes) throw typeError("cannot use a string pattern on a bytes-like object");
  throw typeError(`expected string or bytes-like object, got '${typeName(text)}'`);
}

function dedent(text: PyValue): PyValue {
  const lines = linesOf(text).map((line) => (/^[ \t]+$/.test(line) ? "" : line));
  let margin: string | undefined;
  for (const line of lines) {
    if (line === "") continue;
    const indent = /^[ \t]*/.exec(line)?.[0] as string;
    let shared = 0;
    while (shared < indent.length && (margin === undefined || indent[shared] === margin[shared])) shared++;
    margin = indent.slice(0, shared);
  }
  const width = margin?.length ?? 0;
  return lines.map((line) => line.slice(width)).join("\n");
}

function indent(text: PyValue, prefix: PyValue, predicate: PyValue = null): PyValue {
  const parts: PyValue[] = [];
  for (const line of collect(method(text, "splitlines", [true], null))) {
    const chosen = predicate === null ? !truth(method0(line, "isspace")) : truth(call1(predicate, line));
    if (chosen) parts.push(prefix);
    parts.push(line);
  }
  return joinText("", list(parts));
}

defineModule("textwrap", {
  values: pythonFunctions({
    "wrap(text, width=70, **kwargs)": (text: PyValue, width: PyValue = 70, options: PyDict) =>
      method1(wrapper(width, options), "wrap", text),
    "fill(text, width=70, **kwargs)": (text: PyValue, width: PyValue = 70, options: PyDict) =>
      method1(wrapper(width, options), "fill", text),
    "shorten(text, width, **kwargs)": (text: PyValue, width: PyValue, options: PyDict) =>
      method1(
        wrapper(width, options, new Map([["max_lines", 1]])),
        "fill",
        joinText(" ", method0(method0(text, "strip"), "split")),
      ),
    "dedent(text)": dedent,
    "indent(text, prefix, predicate=None)": indent,
  }),
  types: [textWrapperType],
});
