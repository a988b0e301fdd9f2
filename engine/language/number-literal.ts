// The value of a number literal.

import type { ConstantValue } from "./ast.ts";

/** CPython's `sys.get_int_max_str_digits()`: reading a longer decimal would take quadratic time. */
const MAX_DECIMAL_DIGITS = 4300;

/** Text of the error for a decimal integer literal that is too long, or `null` if it is not. */
export function tooManyDigits(literal: string): string | null {
  if (literal.length <= MAX_DECIMAL_DIGITS || !/^[0-9_]+$/.test(literal)) return null;
  const digits = literal.replaceAll("_", "").length;
  if (digits <= MAX_DECIMAL_DIGITS) return null;
  return (
    `Exceeds the limit (${MAX_DECIMAL_DIGITS} digits) for integer string conversion: value has ${digits} digits; ` +
    "use sys.set_int_max_str_digits() to increase the limit - " +
    "Consider hexadecimal for huge integer literals to avoid decimal conversion limits."
  );
}

/** Value of a literal that the tokenizer accepted. */
export function numberValue(literal: string): ConstantValue {
  const text = literal.includes("_") ? literal.replaceAll("_", "") : literal;
  const last = text.charCodeAt(text.length - 1) | 32;
  const second = text.charCodeAt(1) | 32;
  const hasRadix = second === 120 || second === 111 || second === 98;
  if (!hasRadix) {
    if (last === 106) return { type: "complex", value: Number(text.slice(0, -1)) };
    if (/[.eE]/.test(text)) return { type: "float", value: Number(text) };
  }
  return { type: "int", value: BigInt(text) };
}
