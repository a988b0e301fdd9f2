// How many values an iterable is expected to give: what CPython asks before it makes a list or a tuple of them.
import { TypeError_, typeError, valueError } from "./exceptions.ts";
import { special } from "./function.ts";
import { collect, collectSteps, iter } from "./iterator.ts";
import { asInt, NotImplemented, PyObject, type PyValue, typeName, typeOf } from "./object.ts";
import { length, sizeArgument } from "./operators.ts";
import { isRaised } from "./raising.ts";

/** `operator.length_hint`: the length, or what the object thinks it will be. */
export function lengthHint(object: PyValue, fallback: number): number {
  if (typeOf(object).lookup("__len__") !== undefined) {
    try {
      return length(object);
    } catch (error) {
      if (!isRaised(error, TypeError_)) throw error;
    }
  }
  let hint: PyValue | undefined;
  try {
    hint = special(object, "__length_hint__", []);
  } catch (error) {
    if (!isRaised(error, TypeError_)) throw error;
  }
  if (hint === undefined || hint === NotImplemented) return fallback;
  if (asInt(hint) === undefined) {
    throw typeError(`__length_hint__ must be an integer, not ${typeName(hint)}`);
  }
  const expected = sizeArgument(hint);
  if (expected < 0) throw valueError("__length_hint__() should return >= 0");
  return expected;
}

/**
 * All values of an iterable where CPython makes a list or a tuple of them: it asks how many there will be, once it has
 * the iterator. Only an author's methods can show that, and what they raise.
 */
export function collectCounted(value: PyValue): PyValue[] {
  const isCounted = value instanceof PyObject && (!value.cls.builtin || "hint" in value);
  if (!isCounted) return collect(value);
  const steps = iter(value);
  lengthHint(value, 0);
  return collectSteps(steps);
}
