// How the iterators of `itertools` become types.
import { adopt } from "../classes.ts";
import { defineIteration, type PyIterator } from "../iterator.ts";
import { makeType, type PyType, type PyValue } from "../object.ts";
import { defineConstructor } from "../types/construct.ts";

/**
 * The type of an iterator of the module.
 *
 * @param signature of the call: `"(iterable, r)"`
 * @param make makes the iterator of the call's arguments
 */
export function tool(
  name: string,
  of: abstract new (...args: never[]) => PyIterator,
  signature: string,
  // biome-ignore lint/suspicious/noExplicitAny: as for `Native`, the binder fits the arguments.
  make: (...args: any[]) => PyIterator,
): PyType {
  const type = makeType(`itertools.${name}`, { of });
  defineIteration(type);
  defineConstructor(type, signature, (cls: PyType, ...args: PyValue[]) => adopt(make(...args), cls));
  return type;
}
