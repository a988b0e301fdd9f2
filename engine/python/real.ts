// Conversions between kinds of numbers as CPython's C functions make them: what counts as a real number or integer.
import { overflowError, typeError, valueError } from "./exceptions.ts";
import { special } from "./function.ts";
import { fromDouble, type Int, toDouble } from "./integer.ts";
import { asInt, PyFloat, PyInt, type PyValue, typeName } from "./object.ts";
import { index } from "./operators.ts";

/**
 * A value as a double: floats, ints, and whatever has `__float__` or `__index__`.
 *
 * @param complaint the TypeError's text for anything else, from the type's name
 */
export function realNumber(
  value: PyValue,
  complaint: (name: string) => string = (name) => `must be real number, not ${name}`,
): number {
  if (value instanceof PyFloat && value.cls.builtin) return value.value;
  const int = asInt(value);
  if (int !== undefined && !(value instanceof PyInt)) return toDouble(int);
  const converted = special(value, "__float__", []);
  if (converted !== undefined) {
    if (!(converted instanceof PyFloat)) {
      throw typeError(`${typeName(value)}.__float__ returned non-float (type ${typeName(converted)})`);
    }
    return converted.value;
  }
  return toDouble(index(value, complaint));
}

/** `int(value)` of a double: towards zero. OverflowError and ValueError for what has no integer. */
export function truncate(value: number): Int {
  if (Number.isNaN(value)) throw valueError("cannot convert float NaN to integer");
  if (!Number.isFinite(value)) throw overflowError("cannot convert float infinity to integer");
  return fromDouble(Math.trunc(value));
}

/** The int of a number, cut towards zero where it is none; undefined for what is no real number. */
export function integerPart(value: PyValue): Int | undefined {
  const int = asInt(value);
  if (int !== undefined && !(value instanceof PyInt && !value.cls.builtin)) return int;
  if (value instanceof PyFloat && value.cls.builtin) return truncate(value.value);
  const converted = special(value, "__int__", []);
  if (converted !== undefined) {
    const result = asInt(converted);
    if (result === undefined) throw typeError(`__int__ returned non-int (type ${typeName(converted)})`);
    return result;
  }
  const indexed = special(value, "__index__", []);
  if (indexed === undefined) return undefined;
  const result = asInt(indexed);
  if (result === undefined) throw typeError(`__index__ returned non-int (type ${typeName(indexed)})`);
  return result;
}

/** The int of an integral number (`__index__`); undefined for anything else. */
export function integral(value: PyValue): Int | undefined {
  const int = asInt(value);
  if (int !== undefined) return int;
  const indexed = special(value, "__index__", []);
  if (indexed === undefined) return undefined;
  const result = asInt(indexed);
  if (result === undefined) throw typeError(`__index__ returned non-int (type ${typeName(indexed)})`);
  return result;
}
