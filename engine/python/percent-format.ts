// `text % arguments`: printf-style formatting, of `str` and (as Latin-1 text) of `bytes`.
import { PyDict } from "./dict.ts";
import { overflowError, TypeError_, typeError, valueError } from "./exceptions.ts";
import { layoutFloat } from "./float-text.ts";
import type { Int } from "./integer.ts";
import { intText, radixDigits } from "./integer-text.ts";
import { asInt, asStr, type PyValue, typeName, typeOf } from "./object.ts";
import { getItem } from "./operators.ts";
import { isRaised } from "./raising.ts";
import { integerPart, integral, realNumber } from "./real.ts";
import { ascii, repr, str } from "./representation.ts";
import { PyTuple } from "./sequence.ts";
import { allocate, charge } from "./state.ts";
import { allocateText, joinParts, pointIndex, sliceText, textLength } from "./text.ts";
import { decimalValue } from "./unicode.ts";

/** Where `str` and `bytes` differ. */
export interface PercentRules {
  /** `string` or `bytes`, for "not all arguments converted during … formatting". */
  readonly kind: "string" | "bytes";
  /** The mapping key that the text between parentheses stands for. */
  readonly key: (text: string) => PyValue;
  /** `%s`, and `%b` where it exists. */
  readonly text: (value: PyValue) => string;
  /** `%c`. */
  readonly char: (value: PyValue) => string;
  /** The TypeError's text for `%f` of what is no number. */
  readonly notReal: (name: string) => string;
  readonly codes: string;
  /** Is the right operand a single argument even though it can be subscripted? */
  readonly single: (args: PyValue) => boolean;
}

/** The rules of `str`. */
export const textRules: PercentRules = {
  kind: "string",
  key: (text) => text,
  text: str,
  char: (value) => {
    const text = asStr(value);
    if (text !== undefined) {
      if (textLength(text) !== 1) throw typeError("%c requires int or char");
      return text;
    }
    const point = integral(value);
    if (point === undefined) throw typeError("%c requires int or char");
    if (point < 0 || point > 0x10ffff) throw overflowError("%c arg not in range(0x110000)");
    return String.fromCodePoint(Number(point));
  },
  notReal: (name) => `must be real number, not ${name}`,
  codes: "diuoxXeEfFgGcrsa",
  single: (args) => asStr(args) !== undefined,
};

/** The arguments, taken one after the other. */
class Arguments {
  private readonly rules: PercentRules;
  private items: readonly PyValue[];
  private at = 0;
  readonly mapping: PyValue | undefined;
  constructor(args: PyValue, rules: PercentRules) {
    this.rules = rules;
    this.items = args instanceof PyTuple ? args.items : [args];
    const subscriptable = args instanceof PyDict || typeOf(args).lookup("__getitem__") !== undefined;
    this.mapping = subscriptable && !(args instanceof PyTuple) && !rules.single(args) ? args : undefined;
  }
  next(): PyValue {
    const value = this.items[this.at++];
    if (value === undefined) throw typeError("not enough arguments for format string");
    return value;
  }
  select(key: string): void {
    if (this.mapping === undefined) throw typeError("format requires a mapping");
    this.items = [getItem(this.mapping, this.rules.key(key))];
    this.at = 0;
  }
  finish(): void {
    if (this.at < this.items.length && this.mapping === undefined) {
      throw typeError(`not all arguments converted during ${this.rules.kind} formatting`);
    }
  }
}

interface Conversion {
  readonly left: boolean;
  readonly plus: boolean;
  readonly blank: boolean;
  readonly alternate: boolean;
  readonly zero: boolean;
  readonly width: number;
  /** -1 when not given. */
  readonly precision: number;
}

function pad(text: string, length: number, width: number, left: boolean, fill = " "): string {
  const room = width - length;
  if (room <= 0) return text;
  allocateText(width);
  charge(Math.ceil(room / 64));
  return left ? text + fill.repeat(room) : fill.repeat(room) + text;
}

/** Sign, prefix and digits, with the zeros or blanks between and around. */
function padNumber(negative: boolean, prefix: string, digits: string, c: Conversion): string {
  const head = (negative ? "-" : c.plus ? "+" : c.blank ? " " : "") + prefix;
  if (c.zero && !c.left) return head + pad(digits, digits.length, c.width - head.length, false, "0");
  const text = head + digits;
  return pad(text, text.length, c.width, c.left);
}

const RADIX: { readonly [code: string]: 8 | 16 } = { o: 8, x: 16, X: 16 };

/** The integer to be shown; whatever TypeError its conversion ends with, CPython says only what is required. */
function shownInteger(value: PyValue, code: string, kind: PercentRules["kind"]): Int {
  const int = asInt(value);
  if (int !== undefined) return int;
  const isExact = RADIX[code] !== undefined;
  try {
    const converted = isExact ? integral(value) : integerPart(value);
    if (converted !== undefined) return converted;
  } catch (error) {
    if (!isRaised(error, TypeError_)) throw error;
  }
  const shown = code === "i" && kind === "bytes" ? "d" : code;
  const what = isExact ? "an integer" : "a real number";
  throw typeError(`%${shown} format: ${what} is required, not ${typeName(value)}`);
}

function formatInteger(value: PyValue, code: string, c: Conversion, kind: PercentRules["kind"]): string {
  const radix = RADIX[code];
  const int = shownInteger(value, code, kind);
  const size = typeof int === "number" ? Math.abs(int) : int < 0n ? -int : int;
  let digits = radix === undefined ? intText(size) : radixDigits(size, radix);
  if (code === "X") digits = digits.toUpperCase();
  digits = pad(digits, digits.length, c.precision, false, "0");
  const prefix = c.alternate && radix !== undefined ? `0${code}` : "";
  return padNumber(int < 0, prefix, digits, c);
}

function formatReal(value: PyValue, code: string, c: Conversion, rules: PercentRules): string {
  const double = realNumber(value, rules.notReal);
  const precision = c.precision < 0 ? 6 : c.precision;
  const negative = double < 0 || Object.is(double, -0);
  const size = Math.abs(double);
  const kind = code.toLowerCase() as "e" | "f" | "g";
  let text = Number.isNaN(size)
    ? "nan"
    : size === Number.POSITIVE_INFINITY
      ? "inf"
      : layoutFloat(size, { kind, precision, alternate: c.alternate, addDot: false });
  if (code !== kind) text = text.toUpperCase();
  return padNumber(negative, "", text, c);
}

function formatOne(
  value: PyValue,
  code: string,
  c: Conversion,
  rules: PercentRules,
  position: number,
): string {
  if (!rules.codes.includes(code) || code === "") {
    const point = code.codePointAt(0) as number;
    const shown = point > 31 && point < 127 ? code : "?";
    throw valueError(
      `unsupported format character '${shown}' (0x${point.toString(16)}) at index ${position}`,
    );
  }
  if (code === "d" || code === "i" || code === "u" || RADIX[code] !== undefined) {
    return formatInteger(value, code, c, rules.kind);
  }
  if ("eEfFgG".includes(code)) return formatReal(value, code, c, rules);
  let text: string;
  if (code === "c") text = rules.char(value);
  else if (code === "r" && rules.kind === "string") text = repr(value);
  else if (code === "a" || code === "r") text = ascii(value);
  else text = rules.text(value);
  let length = textLength(text);
  if (code !== "c" && c.precision >= 0 && length > c.precision) {
    text = sliceText(text, 0, c.precision);
    length = c.precision;
  }
  return pad(text, length, c.width, c.left);
}

/** Reads the conversions of a format string. */
class PercentReader {
  readonly text: string;
  at = 0;
  constructor(text: string) {
    this.text = text;
  }
  /** The next character; ValueError at the end. */
  take(): string {
    const point = this.text.codePointAt(this.at);
    if (point === undefined) throw valueError("incomplete format");
    const char = String.fromCodePoint(point);
    this.at += char.length;
    return char;
  }
  peek(): string {
    return this.text[this.at] ?? "";
  }
  key(): string {
    const start = ++this.at;
    for (let depth = 1; this.at < this.text.length; this.at++) {
      if (this.text[this.at] === "(") depth += 1;
      else if (this.text[this.at] === ")" && --depth === 0) return this.text.slice(start, this.at++);
    }
    throw valueError("incomplete format key");
  }
  /** Digits, or `*` for an argument; undefined when there are none. */
  amount(args: Arguments, what: "width" | "precision"): number | undefined {
    if (this.peek() === "*") {
      this.at += 1;
      return starred(args.next(), what);
    }
    let digits = "";
    for (; this.at < this.text.length; this.at++) {
      const digit = this.peek() < "\x80" ? decimalValue(this.text.charCodeAt(this.at)) : -1;
      if (digit < 0) break;
      digits += digit;
    }
    if (digits === "") return undefined;
    const value = Number(digits);
    if (what === "width" ? value > 9223372036854775000 : value > 0x7fffffff) {
      throw valueError(`${what} too big`);
    }
    return value;
  }
}

function starred(value: PyValue, what: "width" | "precision"): number {
  const n = asInt(value);
  if (n === undefined) throw typeError("* wants int");
  const [limit, name] = what === "width" ? [9223372036854775807n, "C ssize_t"] : [0x7fffffffn, "C int"];
  if (n > limit || n < -limit - 1n) throw overflowError(`Python int too large to convert to ${name}`);
  return Number(n);
}

/** `text % args`. */
export function percentFormat(text: string, args: PyValue, rules: PercentRules): string {
  const source = new Arguments(args, rules);
  const reader = new PercentReader(text);
  const parts: string[] = [];
  charge(text.length >> 6);
  for (;;) {
    const percent = text.indexOf("%", reader.at);
    parts.push(text.slice(reader.at, percent < 0 ? text.length : percent));
    if (percent < 0) break;
    reader.at = percent + 1;
    if (reader.peek() === "%") {
      parts.push("%");
      reader.at += 1;
      continue;
    }
    const shown = convertOne(reader, source, rules);
    charge(1);
    allocate(32);
    parts.push(shown);
  }
  source.finish();
  return joinParts(parts);
}

function convertOne(reader: PercentReader, source: Arguments, rules: PercentRules): string {
  if (reader.peek() === "(") {
    if (source.mapping === undefined) throw typeError("format requires a mapping");
    source.select(reader.key());
  }
  let flags = "";
  while (reader.peek() !== "" && "-+ #0".includes(reader.peek())) flags += reader.take();
  // A negative width from an argument means: on the left.
  const width = reader.amount(source, "width") ?? 0;
  const left = flags.includes("-") || width < 0;
  let precision = -1;
  if (reader.peek() === ".") {
    reader.at += 1;
    precision = Math.max(0, reader.amount(source, "precision") ?? 0);
  }
  if (reader.peek() !== "" && "hlL".includes(reader.peek())) reader.at += 1;
  const start = reader.at;
  const code = reader.take();
  const conversion = {
    left,
    plus: flags.includes("+"),
    blank: flags.includes(" "),
    alternate: flags.includes("#"),
    zero: flags.includes("0"),
    width: Math.abs(width),
    precision,
  };
  return formatOne(source.next(), code, conversion, rules, pointIndex(reader.text, start));
}
