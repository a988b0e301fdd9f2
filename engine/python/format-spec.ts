// The format specification mini-language: what `format(value, spec)` does for str, int, float and complex.
//
//   [[fill]align][sign][z][#][0][width][grouping][.precision][type]
import { overflowError, valueError } from "./exceptions.ts";
import { layoutFloat } from "./float-text.ts";
import { type Int, toDouble } from "./integer.ts";
import { intText, radixDigits } from "./integer-text.ts";
import { allocate, charge } from "./state.ts";
import { allocateText, sliceText, textLength } from "./text.ts";
import { decimalValue } from "./unicode.ts";

/** A parsed format specification. */
export interface FormatSpec {
  readonly fill: string;
  readonly align: "<" | ">" | "=" | "^";
  readonly sign: "" | "+" | "-" | " ";
  /** `z`: a zero that comes out negative loses its sign. */
  readonly coerceZero: boolean;
  readonly alternate: boolean;
  /** -1 when not given. */
  readonly width: number;
  readonly grouping: "" | "," | "_";
  /** -1 when not given. */
  readonly precision: number;
  /** One character, or empty. */
  readonly type: string;
}

const MAX_SIZE = 9223372036854775807n;
const MAX_PRECISION = 0x7fffffff;

class SpecReader {
  readonly chars: readonly string[];
  at = 0;
  constructor(spec: string) {
    this.chars = Array.from(spec);
  }
  take(...wanted: string[]): string {
    const char = this.chars[this.at];
    if (char === undefined || !wanted.includes(char)) return "";
    this.at += 1;
    return char;
  }
  number(): number {
    let digits = "";
    for (; this.at < this.chars.length; this.at++) {
      const digit = decimalValue((this.chars[this.at] as string).codePointAt(0) as number);
      if (digit < 0) break;
      digits += digit;
    }
    if (digits === "") return -1;
    if (digits.length > 18 && BigInt(digits) > MAX_SIZE) {
      throw valueError("Too many decimal digits in format string");
    }
    return Number(digits);
  }
}

function codeText(char: string): string {
  const point = char.codePointAt(0) as number;
  return point > 32 && point < 128 ? char : `\\x${point.toString(16)}`;
}

function unknownCode(type: string, typeName: string): never {
  throw valueError(`Unknown format code '${codeText(type)}' for object of type '${typeName}'`);
}

/**
 * Reads a specification. ValueError where it is none.
 *
 * @param typeName of the value, for messages
 * @param align where the specification has none: `<` for text, `>` for numbers
 * @param defaultType what counts as the type when none is given, for the check of the grouping
 */
export function parseFormatSpec(
  spec: string,
  typeName: string,
  align: "<" | ">",
  defaultType: string,
): FormatSpec {
  const reader = new SpecReader(spec);
  const { chars } = reader;
  const isAlign = (c: string | undefined) => c === "<" || c === ">" || c === "=" || c === "^";
  let fill = " ";
  let fillGiven = false;
  let alignGiven = "";
  if (isAlign(chars[1])) {
    [fill, alignGiven] = chars as [string, string];
    fillGiven = true;
    reader.at = 2;
  } else alignGiven = reader.take("<", ">", "=", "^");
  const sign = reader.take(" ", "+", "-") as FormatSpec["sign"];
  const coerceZero = reader.take("z") !== "";
  const alternate = reader.take("#") !== "";
  if (!fillGiven && reader.take("0") !== "") {
    fill = "0";
    if (alignGiven === "" && align === ">") alignGiven = "=";
  }
  const width = reader.number();
  const grouping = (reader.take(",") || reader.take("_")) as FormatSpec["grouping"];
  if (grouping !== "") {
    const other = grouping === "," ? reader.take("_") : reader.take(",");
    if (other !== "") throw valueError("Cannot specify both ',' and '_'.");
  }
  let precision = -1;
  if (reader.take(".") !== "") {
    precision = reader.number();
    if (precision < 0) throw valueError("Format specifier missing precision");
  }
  if (chars.length - reader.at > 1) {
    throw valueError(`Invalid format specifier '${spec}' for object of type '${typeName}'`);
  }
  const given = chars[reader.at] ?? "";
  // A NUL is CPython's mark of "none given", and is taken for it where the type has no other default.
  const type = given === "\0" && defaultType === "" ? "" : given;
  if (grouping !== "") {
    const effective = type === "" ? defaultType : type;
    const fits = grouping === "," ? "defgEG%F" : "defgEG%FboxX";
    if (effective !== "" && !fits.includes(effective)) {
      throw valueError(`Cannot specify '${grouping}' with '${codeText(effective)}'.`);
    }
  }
  return {
    fill,
    align: (alignGiven || align) as FormatSpec["align"],
    sign,
    coerceZero,
    alternate,
    width,
    grouping,
    precision,
    type,
  };
}

/** `count` times `char`; asks for the memory first. */
function filled(char: string, count: number): string {
  if (count <= 0) return "";
  allocateText(count * char.length);
  charge(Math.ceil(count / 64));
  return char.repeat(count);
}

/** What there is to do where a text is too short. */
type Padding = Pick<FormatSpec, "fill" | "align" | "width">;
function padText(text: string, length: number, spec: Padding): string {
  const room = spec.width - length;
  if (room <= 0) return text;
  if (spec.align === "<") return text + filled(spec.fill, room);
  if (spec.align === ">") return filled(spec.fill, room) + text;
  const left = Math.floor(room / 2);
  return filled(spec.fill, left) + text + filled(spec.fill, room - left);
}

/** What the commonest specifications for a text say, `>8` or `0^12`: a width of a few digits, and where the text stands; undefined for others. */
function paddingOf(spec: string): Padding | undefined {
  const isAlign = (char: string | undefined) => char === "<" || char === ">" || char === "^";
  const at = isAlign(spec[1]) ? 2 : isAlign(spec[0]) ? 1 : 0;
  if (spec.length === at || spec.length > at + 6) return undefined;
  let width = 0;
  for (let i = at; i < spec.length; i += 1) {
    const digit = spec.charCodeAt(i) - 0x30;
    // A zero at the front is no digit of the width.
    if (digit < 0 || digit > 9 || width + digit === 0) return undefined;
    width = width * 10 + digit;
  }
  return {
    fill: at === 2 ? (spec[0] as string) : " ",
    align: at === 0 ? "<" : (spec[at - 1] as Padding["align"]),
    width,
  };
}

/** `format(text, spec)` for a str. */
export function formatText(text: string, specText: string, typeName: string): string {
  const padding = paddingOf(specText);
  if (padding !== undefined) return padText(text, textLength(text), padding);
  const spec = parseFormatSpec(specText, typeName, "<", "s");
  if (spec.type !== "" && spec.type !== "s") unknownCode(spec.type, typeName);
  const refuse = (what: string) => {
    throw valueError(`${what} not allowed in string format specifier`);
  };
  if (spec.sign === " ") refuse("Space");
  if (spec.sign !== "") refuse("Sign");
  if (spec.coerceZero) refuse("Negative zero coercion (z)");
  if (spec.alternate) refuse("Alternate form (#)");
  if (spec.align === "=") refuse("'=' alignment");
  let length = textLength(text);
  if (spec.precision >= 0 && spec.precision < length) {
    text = sliceText(text, 0, spec.precision);
    length = spec.precision;
  }
  return padText(text, length, spec);
}

/** A number taken apart for layout: `-` `0x` `1234` `.5e+10`. */
interface NumberParts {
  readonly negative: boolean;
  readonly prefix: string;
  /** Digits before the point; empty for `inf` and `nan`. */
  readonly digits: string;
  /** Everything after them. */
  readonly rest: string;
}

/** `digits` in groups from the right, zeros put before them until that is `least` characters long. */
function group(digits: string, separator: string, size: number, least: number): string {
  if (separator === "") return filled("0", least - digits.length) + digits;
  let count = digits.length;
  const full = count + Math.floor((count - 1) / size);
  if (full < least) {
    // Zeros fill up; a separator is never first, so the text may become one longer than asked.
    count = Math.ceil((least * size) / (size + 1));
    while (count + Math.floor((count - 1) / size) < least) count += 1;
    digits = filled("0", count - digits.length) + digits;
  }
  if (count <= size) return digits;
  allocate(full * 2);
  charge(count >> 5);
  const head = count % size || size;
  const parts = [digits.slice(0, head)];
  for (let i = head; i < count; i += size) parts.push(digits.slice(i, i + size));
  return parts.join(separator);
}

function signOf(negative: boolean, sign: FormatSpec["sign"]): string {
  if (negative) return "-";
  return sign === "+" || sign === " " ? sign : "";
}

function layoutNumber(parts: NumberParts, spec: FormatSpec, groupSize: number): string {
  const sign = signOf(parts.negative, spec.sign);
  const head = sign + parts.prefix;
  const zeroFill = spec.fill === "0" && spec.align === "=";
  const least = zeroFill ? spec.width - head.length - parts.rest.length : 0;
  const digits = parts.digits === "" ? "" : group(parts.digits, spec.grouping, groupSize, least);
  const body = digits + parts.rest;
  if (spec.align === "=") {
    return head + filled(spec.fill, spec.width - head.length - body.length) + body;
  }
  return padText(head + body, head.length + body.length, spec);
}

const RADIX: { readonly [type: string]: 2 | 8 | 16 } = { b: 2, o: 8, x: 16, X: 16 };

/** `format(value, spec)` for an int. */
export function formatInt(value: Int, specText: string, typeName: string): string {
  const spec = parseFormatSpec(specText, typeName, ">", "d");
  const { type } = spec;
  if (type !== "" && "eEfFgG%".includes(type)) return formatDouble(toDouble(value), spec, typeName);
  if (type !== "" && !"bcdoxXn".includes(type)) unknownCode(type, typeName);
  if (spec.precision >= 0) throw valueError("Precision not allowed in integer format specifier");
  if (spec.coerceZero) {
    throw valueError("Negative zero coercion (z) not allowed in integer format specifier");
  }
  if (type === "c") return formatChar(value, spec);
  const negative = value < 0;
  const size = typeof value === "number" ? Math.abs(value) : negative ? -value : value;
  const radix = RADIX[type];
  let digits = radix === undefined ? intText(size) : radixDigits(size, radix);
  if (type === "X") digits = digits.toUpperCase();
  const prefix = spec.alternate && radix !== undefined ? `0${type}` : "";
  return layoutNumber({ negative, prefix, digits, rest: "" }, spec, radix === undefined ? 3 : 4);
}

function formatChar(value: Int, spec: FormatSpec): string {
  if (spec.sign !== "") throw valueError("Sign not allowed with integer format specifier 'c'");
  if (spec.alternate) throw valueError("Alternate form (#) not allowed with integer format specifier 'c'");
  if (value < -MAX_SIZE - 1n || value > MAX_SIZE) {
    throw overflowError("Python int too large to convert to C long");
  }
  if (value < 0 || value > 0x10ffff) throw overflowError("%c arg not in range(0x110000)");
  const char = String.fromCodePoint(Number(value));
  if (spec.align !== "=") return padText(char, 1, spec);
  return filled(spec.fill, spec.width - 1) + char;
}

/** `format(value, spec)` for a float. */
export function formatFloat(value: number, specText: string, typeName: string): string {
  return formatDouble(value, parseFormatSpec(specText, typeName, ">", ""), typeName);
}

/** The float's text, unpadded and ungrouped. `defaultKind` is what an empty type means. */
function doubleParts(value: number, spec: FormatSpec, typeName: string, isComplex: boolean): NumberParts {
  const { type } = spec;
  if (type !== "" && !(isComplex ? "eEfFgGn" : "eEfFgGn%").includes(type)) unknownCode(type, typeName);
  if (spec.precision > MAX_PRECISION) throw valueError("precision too big");
  const scaled = type === "%" ? value * 100 : value;
  const shortest = type === "" && spec.precision < 0;
  const layout = {
    kind: shortest ? "r" : type === "" || type === "n" ? "g" : type === "%" ? "f" : type.toLowerCase(),
    precision: spec.precision < 0 ? 6 : spec.precision,
    alternate: spec.alternate,
    addDot: type === "" && !isComplex,
  } as const;
  const tail = type === "%" ? "%" : "";
  let text: string;
  let negative = scaled < 0 || Object.is(scaled, -0);
  if (Number.isFinite(scaled)) {
    text = layoutFloat(Math.abs(scaled), layout as Parameters<typeof layoutFloat>[1]);
    if (negative && spec.coerceZero && !/^[0.]*[1-9]/.test(text)) negative = false;
  } else text = Number.isNaN(scaled) ? "nan" : "inf";
  if (type === "E" || type === "F" || type === "G") text = text.toUpperCase();
  const digits = /^\d*/.exec(text)?.[0] ?? "";
  return { negative, prefix: "", digits, rest: text.slice(digits.length) + tail };
}

function formatDouble(value: number, spec: FormatSpec, typeName: string): string {
  return layoutNumber(doubleParts(value, spec, typeName, false), spec, 3);
}

/** `format(value, spec)` for a complex number. */
export function formatComplex(real: number, imag: number, specText: string, typeName: string): string {
  const spec = parseFormatSpec(specText, typeName, ">", "");
  if (spec.type !== "" && !"eEfFgGn".includes(spec.type)) unknownCode(spec.type, typeName);
  if (spec.fill === "0") throw valueError("Zero padding is not allowed in complex format specifier");
  if (spec.align === "=") throw valueError("'=' alignment flag is not allowed in complex format specifier");
  const bare = { ...spec, width: -1, fill: " ", align: ">" } as const;
  const plain = spec.type === "";
  const skipReal = plain && Object.is(real, 0);
  const realText = skipReal ? "" : layoutNumber(doubleParts(real, bare, typeName, true), bare, 3);
  const imagSpec = { ...bare, sign: skipReal ? spec.sign : "+" } as const;
  const imagText = layoutNumber(doubleParts(imag, imagSpec, typeName, true), imagSpec, 3);
  const text = plain && !skipReal ? `(${realText}${imagText}j)` : `${realText}${imagText}j`;
  return padText(text, text.length, spec);
}
