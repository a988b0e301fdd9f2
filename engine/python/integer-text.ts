// Integers as text: decimal with CPython's limit on digits, other bases, and `int(text, base)`.
import { valueError } from "./exceptions.ts";
import { asciiNumber } from "./float-text.ts";
import { bitLength, type Int, narrow } from "./integer.ts";
import { allocate, charge } from "./state.ts";

/** `sys.get_int_max_str_digits()`: conversions between decimal text and int that are longer are refused. */
export const MAX_STR_DIGITS = 4300;
/** Bits of the largest int that has so many digits, and a few more. */
const MAX_BITS = 14_290;

const TOO_LONG = `Exceeds the limit (${MAX_STR_DIGITS} digits) for integer string conversion`;

/** `str(value)`; ValueError beyond 4300 digits. */
export function intText(value: Int): string {
  if (typeof value === "number") return String(value);
  if (value > 1n << 1024n || value < -(1n << 1024n)) {
    const length = bitLength(value < 0n ? -value : value);
    const text = length > MAX_BITS ? undefined : value.toString();
    if (text === undefined || text.length - (value < 0n ? 1 : 0) > MAX_STR_DIGITS) {
      throw valueError(`${TOO_LONG}; use sys.set_int_max_str_digits() to increase the limit`);
    }
    charge(text.length >> 3);
    return text;
  }
  return value.toString();
}

/** Digits of `value >= 0` in base 2, 8 or 16. */
export function radixDigits(value: Int, radix: 2 | 8 | 16): string {
  if (typeof value === "bigint") {
    const size = Math.ceil(bitLength(value) / Math.log2(radix));
    allocate(size);
    charge(size >> 6);
  }
  return value.toString(radix);
}

const PREFIXES: { readonly [letter: string]: number } = { x: 16, o: 8, b: 2 };

/**
 * The int that `int(text, base)` gives; undefined when the text is not a number in that base. Bases are 0 and
 * 2 to 36. ValueError beyond 4300 digits, unless the base is a power of two.
 */
export function parseIntText(text: string, base: number): Int | undefined {
  charge(text.length >> 4);
  const plain = asciiNumber(text);
  if (base === 10 && plain.length < 16 && /^[+-]?\d+$/.test(plain)) return Number(plain) + 0;
  const match = /^([+-]?)(?:0([xXoObB])(?=_?[0-9a-zA-Z]))?_?([0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*)$/.exec(plain);
  if (match === null) return undefined;
  const [, sign = "", letter = ""] = match;
  let radix = base;
  let body = plain.slice(sign.length);
  const prefix = PREFIXES[letter.toLowerCase()];
  if (prefix !== undefined && (base === 0 || base === prefix)) {
    radix = prefix;
    body = body.slice(2);
    if (body.startsWith("_")) body = body.slice(1);
  } else if (base === 0) {
    // Like a literal: no leading zeros, except for zero itself.
    if (body.startsWith("0") && /[^0_]/.test(body)) return undefined;
    radix = 10;
  }
  if (body.startsWith("_")) return undefined;
  const digits = body.replaceAll("_", "").toLowerCase();
  for (let i = 0; i < digits.length; i++) {
    const code = digits.charCodeAt(i);
    if ((code < 0x3a ? code - 0x30 : code - 0x57) >= radix) return undefined;
  }
  const value = readDigits(digits, radix);
  return sign === "-" ? narrow(-value) : narrow(value);
}

function readDigits(digits: string, radix: number): bigint {
  const powerOfTwo = (radix & (radix - 1)) === 0;
  if (!powerOfTwo && digits.length > MAX_STR_DIGITS) {
    throw valueError(
      `${TOO_LONG}: value has ${digits.length} digits; use sys.set_int_max_str_digits() to increase the limit`,
    );
  }
  allocate(digits.length);
  if (radix === 10) return BigInt(digits);
  if (radix === 16) return BigInt(`0x${digits}`);
  if (radix === 8) return BigInt(`0o${digits}`);
  if (radix === 2) return BigInt(`0b${digits}`);
  if (powerOfTwo) {
    allocate(digits.length * 6);
    const width = Math.log2(radix);
    const binary = Array.from(digits, (d) => Number.parseInt(d, radix).toString(2).padStart(width, "0"));
    return BigInt(`0b${binary.join("")}`);
  }
  // Eight digits at a time: 36**8 is still a safe number.
  let value = 0n;
  const step = BigInt(radix ** 8);
  const head = digits.length % 8;
  if (head > 0) value = BigInt(Number.parseInt(digits.slice(0, head), radix));
  for (let i = head; i < digits.length; i += 8) {
    value = value * step + BigInt(Number.parseInt(digits.slice(i, i + 8), radix));
  }
  return value;
}
