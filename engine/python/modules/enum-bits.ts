// Bits of flags: taking them apart and showing them.
import { valueError } from "../exceptions.ts";
import { andInt, type Int, negInt, xorInt } from "../integer.ts";
import type { PyValue } from "../object.ts";
import { repr } from "../representation.ts";
import { charge } from "../state.ts";

/** Number of bits of an int's absolute value. */
export function bitCount(value: Int): number {
  return value === 0 ? 0 : (value < 0 ? -BigInt(value) : BigInt(value)).toString(2).length;
}
/** Has it exactly one bit? */
export function isSingleBit(value: Int): boolean {
  return value > 0 && andInt(value, negInt(value)) === value;
}
/** The bits of a number, lowest first, each as a number. */
export function lsbBits(value: Int, shown: PyValue = value): Int[] {
  if (value < 0) throw valueError(`${repr(shown)} is not a positive integer`);
  const bits: Int[] = [];
  for (let rest = value; rest !== 0; ) {
    charge(1);
    const bit = andInt(rest, negInt(rest));
    bits.push(bit);
    rest = xorInt(rest, bit);
  }
  return bits;
}
/** `enum.bin`: the sign's bit apart, negative numbers as two's complement. */
export function binary(value: Int, least: number | null = null): string {
  const width = bitCount(value);
  const sign = value < 0 ? "1" : "0";
  const digits = width === 0 ? "" : BigInt.asUintN(width, BigInt(value)).toString(2).padStart(width, "0");
  return `0b${sign} ${least === null ? digits : digits.padStart(least, sign)}`;
}
