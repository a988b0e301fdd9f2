// `__traceback__`: where an exception was raised, as an object that the program can hold but not look into.
import { attributeError, type PyException, type RaisePoint } from "./exceptions.ts";
import { defineAttributes } from "./function.ts";
import { makeType, PyObject, type PyValue } from "./object.ts";

/**
 * A traceback. Its lines are known outside the isolate only, where the text of an uncaught exception is made, and
 * its frames lead out of an expression: its attributes say so.
 */
export class PyTraceback extends PyObject {
  readonly raised: readonly RaisePoint[];
  constructor(raised: readonly RaisePoint[]) {
    super();
    this.raised = raised;
  }
}
export const tracebackType = makeType("traceback", { of: PyTraceback, subclassable: false });

for (const name of ["tb_frame", "tb_lasti", "tb_lineno", "tb_next"]) {
  defineAttributes<PyTraceback>(tracebackType, {
    [name]: (self) => {
      throw attributeError(
        self,
        name,
        `'traceback' object has no attribute '${name}' (not available in an expression)`,
      );
    },
  });
}

const tracebacks = new WeakMap<readonly RaisePoint[], PyTraceback>();

/** `exception.__traceback__`: None until it has been raised; the parts of a group have the group's. */
export function tracebackOf(exception: PyException): PyValue {
  const { raised } = exception;
  if (raised.length === 0) return null;
  let traceback = tracebacks.get(raised);
  if (traceback === undefined) {
    traceback = new PyTraceback(raised);
    tracebacks.set(raised, traceback);
  }
  return traceback;
}
