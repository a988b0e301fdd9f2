// What `bytes(…)` accepts as a source of bytes.

import { ByteSink } from "../byte-sink.ts";
import { allBytes, asBytes } from "../bytes.ts";
import { type PyException, TypeError_, typeError, valueError } from "../exceptions.ts";
import { callWithSelf } from "../function.ts";
import { iterObject, type Stepper, stepper } from "../iterator.ts";
import { lengthHint } from "../length-hint.ts";
import { asStr, type PyValue, typeName, typeOf } from "../object.ts";
import { index } from "../operators.ts";
import { isRaised } from "../raising.ts";
import { charge } from "../state.ts";

/** A byte's value; ValueError when it is out of range. `message` is the whole text. */
export function byteValue(value: PyValue, message = "bytes must be in range(0, 256)"): number {
  const n = index(value);
  if (n < 0 || n > 255) throw valueError(message);
  return Number(n);
}

/**
 * The steps of a source of numbers.
 *
 * @param refusal the TypeError for what cannot be gone through
 * @param expected how many there are likely to be, where the source is asked for that
 */
export function iterated(source: PyValue, refusal: () => PyException, expected?: number): Stepper {
  let it: PyValue;
  try {
    it = iterObject(source);
  } catch (error) {
    throw isRaised(error, TypeError_) ? refusal() : error;
  }
  // Only an author's methods can show that they are asked.
  if (expected !== undefined && !typeOf(source).builtin) lengthHint(source, expected);
  return stepper(it);
}
/** The bytes that numbers are; `outOfRange` is the ValueError's text for one that is no byte. */
export function collectBytes(numbers: Stepper, outOfRange?: string): Uint8Array {
  const sink = new ByteSink(16);
  for (let item = numbers.next(); item !== undefined; item = numbers.next()) {
    charge(1);
    sink.push(byteValue(item, outOfRange));
  }
  return sink.finish();
}
/** TypeError for what is no source of bytes. */
export function notConvertible(value: PyValue, target: string): PyException {
  return typeError(`cannot convert '${typeName(value)}' object to ${target}`);
}

/**
 * The bytes of an object that is not a number: bytes-like, with `__bytes__`, or an iterable of ints. The array may
 * be the source's own.
 *
 * @param target the type that is made, for the TypeError of what has no bytes
 * @param outOfRange the ValueError's text for an item that is no byte
 */
export function bytesFrom(source: PyValue, target = "bytes", outOfRange?: string): Uint8Array {
  const own = allBytes(source);
  if (own !== undefined && typeOf(source).builtin) return own;
  const convert = target === "bytes" ? typeOf(source).lookup("__bytes__") : undefined;
  if (convert !== undefined) {
    const converted = callWithSelf(convert, source, [], null);
    const bytes = asBytes(converted);
    if (bytes === undefined) throw typeError(`__bytes__ returned non-bytes (type ${typeName(converted)})`);
    return bytes;
  }
  if (own !== undefined) return own;
  const type = typeOf(source);
  const iterable = type.lookup("__iter__") !== undefined || type.lookup("__getitem__") !== undefined;
  const refusal = (): PyException => notConvertible(source, target);
  if (asStr(source) !== undefined || !iterable) throw refusal();
  return collectBytes(iterated(source, refusal, target === "bytes" ? 64 : undefined), outOfRange);
}
