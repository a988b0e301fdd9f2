// Raising and catching: what `raise`, `except`, `with` and `assert` do at run time.
import {
  AssertionError,
  BaseException,
  isException,
  PyException,
  pyError,
  RecursionError,
  RuntimeError,
  raise,
  typeError,
} from "./exceptions.ts";
import { call, callWithSelf } from "./function.ts";
import { PyType, type PyValue, typeOf } from "./object.ts";
import { truth } from "./operators.ts";
import { repr } from "./representation.ts";
import { PyTuple } from "./sequence.ts";
import { charge, LimitExceeded, S } from "./state.ts";
import { tracebackOf } from "./traceback.ts";

/**
 * What was thrown, as a Python exception. Limits pass through: no handler of the expression sees them. V8's own
 * complaints become what CPython would raise, and anything else is a mistake of ours, which ends the evaluation.
 */
export function caught(error: unknown): PyException {
  if (error instanceof PyException) {
    error.outerFrames = S.depth;
    return error;
  }
  const reason = limit(error);
  if (!(reason instanceof PyException)) throw reason;
  // The stack of JavaScript ended before Python's limit: the expression may catch that, too.
  reason.outerFrames = S.depth;
  return reason;
}

/** Is what was thrown a Python exception of this type? For the `except` clauses of the library. */
export function isRaised(error: unknown, type: PyType): boolean {
  return caught(error).cls.isSubtype(type);
}

/** What it takes to find the end of the stack and to come back, in steps. */
const STACK_STEPS = 4096;

/** The limit that something other than a Python exception amounts to. */
export function limit(error: unknown): unknown {
  if (error instanceof LimitExceeded || error instanceof PyException) return error;
  if (isStackOverflow(error)) {
    charge(STACK_STEPS);
    return raise(new PyException(RecursionError, [`maximum recursion depth exceeded${nestedIn(error)}`]));
  }
  if (
    error instanceof RangeError &&
    /Invalid (?:string|array) length|BigInt|maximum size|Array buffer allocation/.test(error.message)
  ) {
    return new LimitExceeded("MemoryLimitExceeded", "the expression made a value that is too large");
  }
  return new LimitExceeded("InternalError", `internal error: ${describe(error)}`);
}
/** V8's own two complaints: of calls, and of a pattern that was to be compiled where little stack was left. */
function isStackOverflow(error: unknown): error is Error {
  if (error instanceof RangeError) return error.message.startsWith("Maximum call stack");
  return error instanceof SyntaxError && error.message.endsWith("Stack overflow");
}
/** What was nested too deeply, as CPython's message names it: comparisons and reprs nest without Python calls. */
function nestedIn(error: Error): string {
  // Without patterns, which need stack themselves.
  const innermost = (error.stack ?? "").split("\n", 30).join("\n");
  if (innermost.includes("at richCompare ")) return " in comparison";
  return innermost.includes("at repr ") ? " while getting the repr of an object" : "";
}
function describe(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
}

/** Does an `except` clause with this expression catch the exception? */
export function matches(exception: PyException, clause: PyValue): boolean {
  if (clause instanceof PyType && clause.isSubtype(BaseException)) return exception.cls.isSubtype(clause);
  const types = clause instanceof PyTuple ? clause.items : [clause];
  if (types.every((type) => type instanceof PyType && type.isSubtype(BaseException))) {
    return types.some((type) => exception.cls.isSubtype(type as PyType));
  }
  throw typeError("catching classes that do not inherit from BaseException is not allowed");
}

/** `raise exc from cause`: what to throw. */
export function raiseStatement(value: PyValue, cause: PyValue | undefined): PyException {
  const exception = instantiate(value, "exceptions must derive from BaseException");
  if (cause !== undefined) {
    exception.suppressContext = true;
    exception.cause =
      cause === null ? null : instantiate(cause, "exception causes must derive from BaseException");
  }
  return raise(exception);
}
function instantiate(value: PyValue, complaint: string): PyException {
  if (isException(value)) return value;
  if (value instanceof PyType && value.isSubtype(BaseException)) {
    return makeException(value, []);
  }
  throw typeError(complaint);
}
/** Calls a class of exceptions; TypeError where what comes of it is none. */
export function makeException(type: PyType, args: PyValue[]): PyException {
  const made = call(type, args, null);
  if (isException(made)) return made;
  throw typeError(
    `calling ${repr(type)} should have returned an instance of BaseException, not ${repr(typeOf(made))}`,
  );
}

/** A bare `raise`. */
export function reraise(): PyException {
  const handled = S.handled;
  if (handled === null) throw pyError(RuntimeError, "No active exception to reraise");
  return handled;
}

/** `assert` that failed. */
export function assertionFailed(message?: PyValue): PyException {
  return raise(new PyException(AssertionError, message === undefined ? [] : [message]));
}

/** A context manager, an asynchronous one too, that has been looked at: how to enter and leave it. */
export interface Manager {
  enter(): PyValue;
  exit(type: PyValue, value: PyValue, traceback: PyValue): PyValue;
}

/** `with` finds `__enter__` and `__exit__` on the type before it enters. */
export function openManager(object: PyValue): Manager {
  return managerOf(object, "context manager", "__enter__", "__exit__");
}
/** The manager that an object is by two methods of its type; TypeError names the protocol. */
export function managerOf(object: PyValue, protocol: string, entering: string, leaving: string): Manager {
  const type = typeOf(object);
  const enter = type.lookup(entering);
  const exit = type.lookup(leaving);
  const complaint = `'${type.name}' object does not support the ${protocol} protocol`;
  if (enter === undefined) throw typeError(complaint);
  if (exit === undefined) throw typeError(`${complaint} (missed ${leaving} method)`);
  return {
    enter: () => callWithSelf(enter, object, [], null),
    exit: (t, v, tb) => callWithSelf(exit, object, [t, v, tb], null),
  };
}

/** Leaves a context manager; true when it swallows the exception. */
export function closeManager(manager: Manager, exception: PyException | null): boolean {
  if (exception === null) {
    manager.exit(null, null, null);
    return false;
  }
  const outer = S.handled;
  S.handled = exception;
  try {
    return truth(manager.exit(exception.cls, exception, tracebackOf(exception)));
  } finally {
    S.handled = outer;
  }
}
