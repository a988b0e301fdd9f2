// How many values an iterable is expected to give: what CPython asks before it makes a list or a tuple of them.
import { TypeError_, typeError, valueError } from "./exceptions.ts";
import { special } from "./function.ts";
import type { Int } from "./integer.ts";
import { collect, collectSteps, iter } from "./iterator.ts";
import { asInt, NotImplemented, PyObject, type PyValue, typeName, typeOf } from "./object.ts";
import { size, sizeArgument } from "./operators.ts";
import { isRaised } from "./raising.ts";
import { allocate } from "./state.ts";

/** `operator.length_hint`: the length, or what the object thinks it will be. */
export function lengthHint(object: PyValue, fallback: Int): Int {
  if (typeOf(object).lookup("__len__") !== undefined) {
    try {
      return size(object);
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
  const expected = asInt(hint);
  if (expected === undefined) {
    throw typeError(`__length_hint__ must be an integer, not ${typeName(hint)}`);
  }
  sizeArgument(expected);
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
  const hint = lengthHint(value, 0);
  // What no memory could hold is refused at once, as CPython does.
  if (typeof hint === "bigint") allocate(8 * Number(hint));
  return collectSteps(steps);
}
