// Floats as text: `repr`, the digits behind `%e %f %g`, `round()`, and reading text back.
//
// CPython rounds the exact binary value once, half to even, to any number of digits. JavaScript's toFixed and
// toExponential are exact too, but round ties up and stop at 100 digits; they are used where there can be no tie,
// and integer arithmetic on the exact value elsewhere.
import { overflowError, valueError } from "./exceptions.ts";
import { allocate, charge } from "./state.ts";
import { decimalValue, isSpace } from "./unicode.ts";

/** No double has a digit other than zero beyond these many decimals. */
const MOST_DECIMALS = 1080;
/** No double has more significant digits. */
const MOST_DIGITS = 780;

const bits = new DataView(new ArrayBuffer(8));

/** A finite double as `mantissa * 2**exponent`, the sign left out. */
export function decompose(value: number): { mantissa: bigint; exponent: number } {
  bits.setFloat64(0, value);
  const word = bits.getBigUint64(0);
  const biased = Number((word >> 52n) & 0x7ffn);
  const fraction = word & 0xfffffffffffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | 0x10000000000000n, exponent: biased - 1075 };
}

/** `numerator / denominator` rounded to an integer, half to even; both positive. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  const up = twice > denominator || (twice === denominator && (quotient & 1n) === 1n);
  return up ? quotient + 1n : quotient;
}

/** `value * 10**power` rounded to an integer, half to even. */
function scaled(value: number, power: number): bigint {
  const { mantissa, exponent } = decompose(value);
  let numerator = mantissa;
  let denominator = 1n;
  if (power >= 0) numerator *= 10n ** BigInt(power);
  else denominator = 10n ** BigInt(-power);
  if (exponent >= 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  return divideHalfEven(numerator, denominator);
}

/** Zeros beyond those that a double can need; asked for before they are made. */
function zeros(count: number): string {
  if (count <= 0) return "";
  allocate(count > 2 ** 29 ? Number.POSITIVE_INFINITY : count * 3);
  charge(count >> 6);
  return "0".repeat(count);
}

/** A finite `value >= 0` with `precision` decimals, as `%.*f`. */
export function fixedDigits(value: number, precision: number): string {
  // A tie needs value = odd / 2**(precision+1) (times a power of five): then toFixed rounds the wrong way.
  if (precision <= 100 && value < 1e21 && !Number.isInteger(value * 2 ** (precision + 1))) {
    return value.toFixed(precision);
  }
  if (Number.isInteger(value) && value < 1e21) {
    return precision === 0 ? value.toFixed(0) : `${value.toFixed(0)}.${zeros(precision)}`;
  }
  const kept = Math.min(precision, MOST_DECIMALS);
  charge(32 + kept);
  const digits = scaled(value, kept)
    .toString()
    .padStart(kept + 1, "0");
  if (precision === 0) return digits;
  return `${digits.slice(0, -kept)}.${digits.slice(-kept)}${zeros(precision - kept)}`;
}

/** Significant digits of a finite `value >= 0`, and the power of ten of the first: 1234.0 is "1234", 3. */
export interface Digits {
  readonly digits: string;
  readonly exponent: number;
}

function splitExponential(text: string): Digits {
  const at = text.indexOf("e");
  return { digits: text.slice(0, at).replace(".", ""), exponent: Number(text.slice(at + 1)) };
}

/** The shortest digits that read back as `value` (finite, `>= 0`). */
export function shortestDigits(value: number): Digits {
  return splitExponential(value.toExponential());
}

/** `count` significant digits of `value` (finite, `>= 0`). */
export function significantDigits(value: number, count: number): Digits {
  if (value === 0) return { digits: `0${zeros(count - 1)}`, exponent: 0 };
  if (count <= 100) {
    const longer = value.toExponential(count);
    // A tie would show as an exact value that ends in 5 one digit further.
    if (!/5e/.test(longer) || Number(longer) !== value)
      return splitExponential(value.toExponential(count - 1));
  }
  const kept = Math.min(count, MOST_DIGITS);
  charge(32 + kept);
  let { exponent } = splitExponential(value.toExponential(30));
  let digits = scaled(value, kept - 1 - exponent).toString();
  if (digits.length > kept) {
    exponent += 1;
    digits = digits.slice(0, kept);
  }
  return { digits: digits + zeros(count - kept), exponent };
}

/** `e+05`: sign and at least two digits. */
export function exponentText(exponent: number): string {
  const size = Math.abs(exponent);
  return `e${exponent < 0 ? "-" : "+"}${size < 10 ? "0" : ""}${size}`;
}

/** Digits with the point where `exponent` puts it, no exponent written. */
export function placePoint(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${digits}`;
  if (exponent + 1 >= digits.length) return digits + "0".repeat(exponent + 1 - digits.length);
  return `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

/** `repr(value)`. */
export function reprFloat(value: number): string {
  const size = Math.abs(value);
  if (size < 1e16) {
    if (Number.isInteger(value)) return Object.is(value, -0) ? "-0.0" : `${value}.0`;
    if (size >= 1e-4) return String(value);
  } else if (value === Number.POSITIVE_INFINITY) return "inf";
  else if (value === Number.NEGATIVE_INFINITY) return "-inf";
  if (Number.isNaN(value)) return "nan";
  const text = value.toExponential();
  const at = text.indexOf("e");
  return text.slice(0, at) + exponentText(Number(text.slice(at + 1)));
}

/** `round(value, digits)` as a float. */
export function roundDouble(value: number, digits: number): number {
  if (value === 0 || !Number.isFinite(value) || digits > 323) return value;
  if (digits < -308) return value < 0 ? -0 : 0;
  const size = Math.abs(value);
  const rounded =
    digits >= 0 ? Number(fixedDigits(size, digits)) : Number(`${scaled(size, digits)}e${-digits}`);
  if (!Number.isFinite(rounded)) throw overflowError("rounded value too large to represent");
  return value < 0 ? -rounded : rounded;
}

/** `round(value)`: the nearest integer, half to even, as a double. */
export function roundToInteger(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** `text` stripped of whitespace, its digits of any script as ASCII ones; other characters stay as they are. */
export function asciiNumber(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charCodeAt(from))) from += 1;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to -= 1;
  const stripped = text.slice(from, to);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the ASCII range.
  if (/^[\x00-\x7f]*$/.test(stripped)) return stripped;
  let out = "";
  for (const char of stripped) {
    const digit = decimalValue(char.codePointAt(0) as number);
    if (digit >= 0) out += String(digit);
    else if (char <= "\x7f") out += char;
    else if (isSpace(char.codePointAt(0) as number)) out += " ";
    // CPython looks no further than a character that belongs to no number.
    else return `${out}?`;
  }
  return out;
}

const DECIMAL = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;
const SPECIAL = /^([+-]?)(inf|infinity|nan)$/i;

/** The double that `float(text)` gives; undefined when the text is not a number. */
export function parseFloatText(text: string): number | undefined {
  charge(text.length >> 4);
  const plain = asciiNumber(text);
  if (DECIMAL.test(plain)) return Number(plain.replaceAll("_", ""));
  const special = SPECIAL.exec(plain);
  if (special === null) return undefined;
  const size = (special[2] as string).toLowerCase() === "nan" ? Number.NaN : Number.POSITIVE_INFINITY;
  return special[1] === "-" ? -size : size;
}

/** `float.hex()`. */
export function hexFloat(value: number): string {
  if (!Number.isFinite(value)) return reprFloat(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (value === 0) return `${sign}0x0.0p+0`;
  const { mantissa, exponent } = decompose(value);
  const fraction = (mantissa & 0xfffffffffffffn).toString(16).padStart(13, "0");
  const power = exponent + 52;
  return `${sign}0x${mantissa >> 52n}.${fraction}p${power < 0 ? "-" : "+"}${Math.abs(power)}`;
}

const HEX = /^([+-]?)(?:0[xX])?([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?(?:[pP]([+-]?\d+))?$/;

/** `float.fromhex(text)`; throws ValueError and OverflowError. */
export function parseHexFloat(text: string): number {
  charge(text.length >> 4);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: C's isspace.
  const plain = text.replace(/^[\t-\r\x1c-\x1f ]+|[\t-\r\x1c-\x1f ]+$/g, "");
  const special = SPECIAL.exec(plain);
  if (special !== null) return parseFloatText(plain) as number;
  const match = HEX.exec(plain);
  const [, sign, whole = "", fraction = "", power = "0"] = match ?? [];
  if (match === null || whole + fraction === "") {
    throw valueError("invalid hexadecimal floating-point string");
  }
  const mantissa = BigInt(`0x${whole}${fraction}`);
  let value = 0;
  if (mantissa !== 0n) {
    const exponent = Number(power) - 4 * fraction.length;
    value = scaleHex(mantissa, exponent);
    if (value === Number.POSITIVE_INFINITY) {
      throw overflowError("hexadecimal value too large to represent as a float");
    }
  }
  return sign === "-" ? -value : value;
}

/** `mantissa * 2**exponent`, rounded once. */
function scaleHex(mantissa: bigint, exponent: number): number {
  const size = mantissa.toString(2).length;
  const top = size + exponent;
  if (top > 1024) return Number.POSITIVE_INFINITY;
  if (top < -1075) return 0;
  const precision = top < -1021 ? 53 + (top + 1021) : 53;
  const drop = size - precision;
  if (drop <= 0) return multiplyPower(Number(mantissa), exponent);
  return multiplyPower(Number(divideHalfEven(mantissa, 1n << BigInt(drop))), exponent + drop);
}
/** `value * 2**power` where the result is exact and `value` at least 1: in steps, as 2**power alone may underflow. */
function multiplyPower(value: number, power: number): number {
  return power < -1000 ? value * 2 ** -1000 * 2 ** (power + 1000) : value * 2 ** power;
}

/** How the digits of a float are laid out. */
export interface FloatLayout {
  /** `r` is the shortest text that reads back; the others are those of `%e %f %g`. */
  readonly kind: "e" | "f" | "g" | "r";
  readonly precision: number;
  /** Keep the point and trailing zeros (`#`). */
  readonly alternate: boolean;
  /** Show at least one decimal where there is no exponent. */
  readonly addDot: boolean;
}

/** A finite `value >= 0` laid out; lower case. */
export function layoutFloat(value: number, { kind, precision, alternate, addDot }: FloatLayout): string {
  if (kind === "f") {
    const text = fixedDigits(value, precision);
    return alternate && precision === 0 ? `${text}.` : text;
  }
  if (kind === "e") {
    const { digits, exponent } = significantDigits(value, precision + 1);
    return withExponent(digits, exponent, alternate);
  }
  const wanted = kind === "g" ? Math.max(precision, 1) : 0;
  let { digits, exponent } = kind === "g" ? significantDigits(value, wanted) : shortestDigits(value);
  if (kind === "g" && !alternate) digits = digits.replace(/(?!^)0+$/, "");
  const limit = kind === "g" ? wanted - (addDot ? 1 : 0) : 16;
  if (exponent < -4 || exponent >= limit) return withExponent(digits, exponent, alternate);
  const text = placePoint(digits, exponent);
  if (text.includes(".")) return text;
  return addDot ? `${text}.0` : alternate ? `${text}.` : text;
}

function withExponent(digits: string, exponent: number, alternate: boolean): string {
  const rest = digits.slice(1);
  return `${digits[0]}${rest !== "" || alternate ? "." : ""}${rest}${exponentText(exponent)}`;
}
