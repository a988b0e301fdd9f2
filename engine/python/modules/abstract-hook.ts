// How abstract classes recognise others by their methods alone.
import { NotImplemented, PyType, type PyValue } from "../object.ts";
import { pythonClassMethods } from "./python-function.ts";

/** Has `cls` all these methods? NotImplemented when it lacks one, or says with `None` that it has not. */
function hasMethods(cls: PyValue, names: readonly string[]): PyValue {
  if (!(cls instanceof PyType)) return NotImplemented;
  for (const name of names) {
    const found = cls.lookup(name);
    if (found === undefined || found === null) return NotImplemented;
  }
  return true;
}

/** Makes whatever has these methods a subclass of `type`, but not of classes derived from it. */
export function recognise(type: PyType, ...names: string[]): void {
  pythonClassMethods(type, {
    "__subclasshook__(C)": (cls: PyType, other: PyValue) =>
      cls === type ? hasMethods(other, names) : NotImplemented,
  });
}
