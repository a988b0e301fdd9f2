// Python's `text % tuple` for the values that a blueprint can hold.
import type { JsonValue } from "../../engine/types.ts";

/** The format or its arguments are wrong; the message is Python's. */
export class PercentFormatError extends Error {
  override readonly name = "PercentFormatError";
}

const CONVERSION = /%(?:\(([^)]*)\))?([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d*))?[hlL]?(.)?/gsu;
const WIDEST = 1000;

/** `format % tuple(values)`. Throws {@link PercentFormatError}. */
export function percentFormat(format: string, values: readonly JsonValue[]): string {
  let used = 0;
  const text = format.replace(CONVERSION, (whole, key, flags: string, width, precision, type) => {
    if (type === undefined) throw new PercentFormatError("incomplete format");
    if (type === "%" && whole === "%%") return "%";
    if (key !== undefined) throw new PercentFormatError("format requires a mapping");
    if (width === "*" || precision === "*") throw new PercentFormatError("* wants int");
    const wide = Number(width ?? 0);
    const precise = precision === undefined ? undefined : Number(precision);
    if (wide > WIDEST || (precise ?? 0) > WIDEST) {
      throw new PercentFormatError(`width and precision may be ${WIDEST} at most`);
    }
    if (used >= values.length) throw new PercentFormatError("not enough arguments for format string");
    const body = convert(type as string, values[used], flags, precise);
    used += 1;
    return pad(body, wide, flags, "diufFeEgGxXo".includes(type as string));
  });
  if (used < values.length) {
    throw new PercentFormatError("not all arguments converted during string formatting");
  }
  return text;
}

function convert(type: string, value: JsonValue, flags: string, precision: number | undefined): string {
  switch (type) {
    case "s":
    case "r":
    case "a": {
      const text = type === "s" ? pythonText(value) : pythonRepr(value);
      return precision === undefined ? text : [...text].slice(0, precision).join("");
    }
    case "c": {
      const single = typeof value === "number" ? String.fromCodePoint(value) : value;
      if (typeof single === "string" && [...single].length === 1) return single;
      throw new PercentFormatError("%c requires int or char");
    }
    case "d":
    case "i":
    case "u":
      return signed(Math.trunc(number(type, value)), flags, (size) =>
        size.toString().padStart(precision ?? 0, "0"),
      );
    case "x":
    case "X":
    case "o": {
      if (!Number.isInteger(number(type, value))) {
        throw new PercentFormatError(`%${type} format: an integer is required, not float`);
      }
      const radix = type === "o" ? 8 : 16;
      const prefix = flags.includes("#") ? `0${type}` : "";
      return signed(number(type, value), flags, (size) => {
        const digits = size.toString(radix).padStart(precision ?? 0, "0");
        return prefix + (type === "X" ? digits.toUpperCase() : digits);
      });
    }
    case "f":
    case "F":
      return signed(number(type, value), flags, (size) => size.toFixed(Math.min(precision ?? 6, 100)));
    case "e":
    case "E":
      return signed(number(type, value), flags, (size) => {
        const text = exponent(size.toExponential(Math.min(precision ?? 6, 100)));
        return type === "E" ? text.toUpperCase() : text;
      });
    case "g":
    case "G":
      return signed(number(type, value), flags, (size) => {
        const text = general(size, Math.min(precision || (precision === 0 ? 1 : 6), 100));
        return type === "G" ? text.toUpperCase() : text;
      });
    default:
      throw new PercentFormatError(`unsupported format character '${type}'`);
  }
}

function number(type: string, value: JsonValue): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  const wanted = "diu".includes(type) ? "a real number" : "xXo".includes(type) ? "an integer" : undefined;
  throw new PercentFormatError(
    wanted === undefined
      ? `must be real number, not ${pythonType(value)}`
      : `%${type} format: ${wanted} is required, not ${pythonType(value)}`,
  );
}

function signed(value: number, flags: string, digits: (size: number) => string): string {
  const negative = value < 0 || Object.is(value, -0);
  const sign = negative && value !== 0 ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  return sign + digits(Math.abs(value));
}

function pad(text: string, width: number, flags: string, numeric: boolean): string {
  const missing = width - [...text].length;
  if (missing <= 0) return text;
  if (flags.includes("-")) return text + " ".repeat(missing);
  if (!numeric || !flags.includes("0")) return " ".repeat(missing) + text;
  const head = /^[-+ ]?(?:0[xXo])?/.exec(text)?.[0] ?? "";
  return head + "0".repeat(missing) + text.slice(head.length);
}

/** JavaScript writes `1e+5`, Python `1e+05`. */
function exponent(text: string): string {
  return text.replace(/e([-+])(\d)$/, "e$10$2");
}

function general(size: number, precision: number): string {
  const power = size === 0 ? 0 : Number(size.toExponential(precision - 1).split("e")[1]);
  const scientific = power < -4 || power >= precision;
  const text = scientific ? size.toExponential(precision - 1) : size.toFixed(precision - 1 - power);
  return exponent(text.replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, ""));
}

/** Python's `str()` of a JSON value. */
export function pythonText(value: JsonValue): string {
  return typeof value === "string" ? value : pythonRepr(value);
}

/** Python's `repr()` of a JSON value. */
export function pythonRepr(value: JsonValue): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return exponent(String(value));
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(", ")}]`;
  const items = Object.entries(value).map(([key, item]) => `${quote(key)}: ${pythonRepr(item)}`);
  return `{${items.join(", ")}}`;
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(/[\\\n\r\t'"\p{Cc}]/gu, (character) => {
    if (character === "'" || character === '"') return character === mark ? `\\${character}` : character;
    const known = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" }[character];
    return known ?? `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}`;
  });
  return mark + body + mark;
}

function pythonType(value: JsonValue): string {
  if (value === null) return "NoneType";
  if (Array.isArray(value)) return "list";
  if (typeof value === "string") return "str";
  return typeof value === "object" ? "dict" : "float";
}
