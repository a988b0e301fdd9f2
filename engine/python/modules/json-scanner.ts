// How JSON text is read: strings, numbers, containers, and where exactly a text is not JSON.
import { getAttribute } from "../attribute.ts";
import { PyDict } from "../dict.ts";
import {
  PyException,
  pyError,
  RecursionError,
  raise,
  StopIteration,
  typeError,
  ValueError,
  valueError,
} from "../exceptions.ts";
import { call1, defineAttributes, defineMethods, method } from "../function.ts";
import { parseIntText } from "../integer-text.ts";
import { asStr, floatType, intType, makeType, PyFloat, PyObject, type PyValue, typeName } from "../object.ts";
import { add, index, sub, truth } from "../operators.ts";
import { str } from "../representation.ts";
import { list, tuple } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { pointIndex, textLength, unitOffset } from "../text.ts";
import { pythonClass, pythonMethods } from "./python-function.ts";

// ---- JSONDecodeError -----------------------------------------------------------------------------

/** `json.JSONDecodeError`. */
export const decodeErrorType = pythonClass("JSONDecodeError", { base: ValueError, module: "json.decoder" });

function describe(
  error: PyException,
  msg: PyValue,
  doc: PyValue,
  pos: PyValue,
  line: PyValue,
  column: PyValue,
): void {
  error.args = [`${str(msg)}: line ${str(line)} column ${str(column)} (char ${str(pos)})`];
  error.dict ??= new Map();
  for (const [name, value] of Object.entries({ msg, doc, pos, lineno: line, colno: column })) {
    error.dict.set(name, value);
  }
}
pythonMethods(decodeErrorType, {
  "__init__(msg, doc, pos)": (self: PyException, msg: PyValue, doc: PyValue, pos: PyValue) => {
    const line = add(method(doc, "count", ["\n", 0, pos], null), 1);
    const column = sub(pos, method(doc, "rfind", ["\n", 0, pos], null));
    describe(self, msg, doc, pos, line, column);
    return null;
  },
});
/** The JSONDecodeError for what stands at a UTF-16 offset. */
export function decodeError(msg: string, doc: PyValue, text: string, unit: number): PyException {
  const before = text.slice(0, Math.max(0, unit));
  charge(before.length >> 5);
  const start = before.lastIndexOf("\n") + 1;
  const pos = unit < 0 ? unit : pointIndex(text, unit);
  const line = before.split("\n").length;
  const error = new PyException(decodeErrorType, []);
  describe(error, msg, doc, pos, line, pos - (start === 0 ? -1 : pointIndex(text, start - 1)));
  return raise(error);
}

// ---- strings -------------------------------------------------------------------------------------

// biome-ignore lint/suspicious/noControlCharactersInRegex: what a JSON string may not hold as it is.
const SPECIAL = /[\x00-\x1f\\]/;
const ESCAPES = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** A text that is being read. */
interface Source {
  readonly doc: PyValue;
  readonly text: string;
}

/** The string whose first character stands at `start`, and where it ends: behind the quote. */
export function scanString(
  { doc, text }: Source,
  start: number,
  strict: boolean,
): { value: string; end: number } {
  const quote = text.indexOf('"', start);
  const plain = quote < 0 ? undefined : text.slice(start, quote);
  if (plain !== undefined) {
    charge(plain.length >> 5);
    if (!SPECIAL.test(plain)) return { value: plain, end: quote + 1 };
  }
  const chunks: string[] = [];
  const unterminated = (): PyException =>
    decodeError("Unterminated string starting at", doc, text, start - 1);
  let from = start;
  let at = start;
  for (; ; at++) {
    charge((at & 31) === 0 ? 1 : 0);
    if (at >= text.length) throw unterminated();
    const char = text[at] as string;
    if (char === '"') break;
    if (char < " " && strict) throw decodeError("Invalid control character at", doc, text, at);
    if (char !== "\\") continue;
    allocate((at - from) * 2 + 48);
    chunks.push(text.slice(from, at));
    const letter = text[at + 1];
    if (letter === undefined) throw unterminated();
    if (letter === "u") {
      const hex = text.slice(at + 2, at + 6);
      // CPython wants something behind the digits too, the quote at least.
      if (!/^[0-9a-fA-F]{4}$/.test(hex) || at + 6 >= text.length) {
        throw decodeError("Invalid \\uXXXX escape", doc, text, at + 1);
      }
      chunks.push(String.fromCharCode(Number.parseInt(hex, 16)));
      at += 5;
    } else {
      const meant = ESCAPES.get(letter);
      if (meant === undefined) throw decodeError("Invalid \\escape", doc, text, at);
      chunks.push(meant);
      at += 1;
    }
    from = at + 1;
  }
  chunks.push(text.slice(from, at));
  return { value: chunks.join(""), end: at + 1 };
}

// ---- the scanner ---------------------------------------------------------------------------------

const NUMBER = /(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const SPACE = /[ \t\n\r]*/y;
/** Where the white space that starts at a UTF-16 offset ends. */
export function skipSpace(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code > 32) return at;
  SPACE.lastIndex = at;
  SPACE.exec(text);
  charge((SPACE.lastIndex - at) >> 5);
  return SPACE.lastIndex;
}
const CONSTANTS: readonly (readonly [string, PyValue])[] = [
  ["null", null],
  ["true", true],
  ["false", false],
];
/** What a decoder reads besides JSON. */
export const NUMBERS = new Map<string, number>([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** A container that is being read. */
type Level =
  | { readonly kind: "array"; readonly items: PyValue[] }
  | { readonly kind: "object"; readonly dict: PyDict; readonly pairs: PyValue[] | null; key: string };

/** Nested containers that CPython reads. */
const MAX_NESTING = 9998;

/** What reads values: `JSONDecoder.scan_once`. It keeps the options that its decoder had when it was made. */
export class PyScanner extends PyObject {
  readonly strict: boolean;
  readonly objectHook: PyValue;
  readonly pairsHook: PyValue;
  readonly parseFloat: PyValue;
  readonly parseInt: PyValue;
  readonly parseConstant: PyValue;
  constructor(decoder: PyValue) {
    super();
    this.strict = truth(getAttribute(decoder, "strict"));
    this.objectHook = getAttribute(decoder, "object_hook");
    this.pairsHook = getAttribute(decoder, "object_pairs_hook");
    this.parseFloat = getAttribute(decoder, "parse_float");
    this.parseInt = getAttribute(decoder, "parse_int");
    this.parseConstant = getAttribute(decoder, "parse_constant");
  }

  /** The value that starts at a UTF-16 offset, and where it ends. StopIteration where none starts. */
  scan(source: Source, start: number): { value: PyValue; end: number } {
    const { text, doc } = source;
    const levels: Level[] = [];
    let at = start;
    for (;;) {
      charge(1);
      let value: PyValue;
      const char = text[at];
      if (char === "{" || char === "[") {
        if (levels.length >= MAX_NESTING) {
          const what = char === "{" ? "object" : "array";
          throw pyError(
            RecursionError,
            `maximum recursion depth exceeded while decoding a JSON ${what} from a unicode string`,
          );
        }
        at = skipSpace(text, at + 1);
        const level = this.open(char);
        if (text[at] === (char === "{" ? "}" : "]")) {
          value = this.finish(level);
          at += 1;
        } else {
          levels.push(level);
          if (level.kind === "object") at = this.key(source, level, at);
          continue;
        }
      } else if (char === '"') {
        const scanned = scanString(source, at + 1, this.strict);
        value = scanned.value;
        at = scanned.end;
      } else {
        const scanned = this.atom(text, at);
        value = scanned.value;
        at = scanned.end;
      }
      // The value is whole; so may be the containers that it was the last of.
      for (;;) {
        const level = levels.at(-1);
        if (level === undefined) return { value, end: at };
        this.take(level, value);
        at = skipSpace(text, at);
        const next = text[at];
        const close = level.kind === "array" ? "]" : "}";
        if (next === close) {
          levels.pop();
          value = this.finish(level);
          at += 1;
          continue;
        }
        if (next !== ",") throw decodeError("Expecting ',' delimiter", doc, text, at);
        const comma = at;
        at = skipSpace(text, at + 1);
        if (text[at] === close) {
          throw decodeError(`Illegal trailing comma before end of ${level.kind}`, doc, text, comma);
        }
        if (level.kind === "object") at = this.key(source, level, at);
        break;
      }
    }
  }

  private open(char: string): Level {
    if (char === "[") return { kind: "array", items: [] };
    return { kind: "object", dict: new PyDict(), pairs: this.pairsHook === null ? null : [], key: "" };
  }
  private take(level: Level, value: PyValue): void {
    if (level.kind === "array") {
      allocate(16);
      level.items.push(value);
    } else if (level.pairs === null) level.dict.set(level.key, value);
    else level.pairs.push(tuple([level.key, value]));
  }
  private finish(level: Level): PyValue {
    if (level.kind === "array") return list(level.items);
    if (level.pairs !== null) return call1(this.pairsHook, list(level.pairs));
    return this.objectHook === null ? level.dict : call1(this.objectHook, level.dict);
  }
  /** Reads a name and the colon behind it; gives where the value starts. */
  private key(source: Source, level: Level & { kind: "object" }, start: number): number {
    const { doc, text } = source;
    if (text[start] !== '"') {
      throw decodeError("Expecting property name enclosed in double quotes", doc, text, start);
    }
    const { value, end } = scanString(source, start + 1, this.strict);
    level.key = value;
    const at = skipSpace(text, end);
    if (text[at] !== ":") throw decodeError("Expecting ':' delimiter", doc, text, at);
    return skipSpace(text, at + 1);
  }
  /** A number or a constant. */
  private atom(text: string, at: number): { value: PyValue; end: number } {
    for (const [word, value] of CONSTANTS)
      if (text.startsWith(word, at)) return { value, end: at + word.length };
    NUMBER.lastIndex = at;
    const match = NUMBER.exec(text);
    if (match !== null) {
      const [whole] = match;
      charge(whole.length >> 5);
      return { value: this.number(whole, match[2] ?? match[3]), end: at + whole.length };
    }
    for (const word of NUMBERS.keys()) {
      if (text.startsWith(word, at)) return { value: call1(this.parseConstant, word), end: at + word.length };
    }
    throw raise(new PyException(StopIteration, [pointIndex(text, at)]));
  }
  private number(text: string, fraction: string | undefined): PyValue {
    if (fraction !== undefined) {
      return this.parseFloat === floatType ? new PyFloat(Number(text)) : call1(this.parseFloat, text);
    }
    if (this.parseInt !== intType) return call1(this.parseInt, text);
    return text.length < 16 ? Number(text) + 0 : (parseIntText(text, 10) as PyValue);
  }
}
const scannerType = makeType("_json.Scanner", { of: PyScanner });
defineMethods(scannerType, {
  "__call__(string, idx)": (self: PyScanner, string: PyValue, idx: PyValue) => {
    const text = asStr(string);
    if (text === undefined) throw typeError(`first argument must be a string, not ${typeName(string)}`);
    const at = Number(index(idx));
    if (at < 0) throw valueError("idx cannot be negative");
    if (at > textLength(text)) throw raise(new PyException(StopIteration, [idx]));
    const { value, end } = self.scan({ doc: string, text }, unitOffset(text, at));
    return tuple([value, pointIndex(text, end)]);
  },
});
defineAttributes<PyScanner>(scannerType, {
  strict: (self) => self.strict,
  object_hook: (self) => self.objectHook,
  object_pairs_hook: (self) => self.pairsHook,
  parse_float: (self) => self.parseFloat,
  parse_int: (self) => self.parseInt,
  parse_constant: (self) => self.parseConstant,
});
