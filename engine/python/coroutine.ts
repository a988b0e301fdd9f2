// Coroutines (PEP 492): `async def`, `await`, `async for` and `async with`. There is no event loop: whoever has a
// coroutine drives it with `send`.
import {
  PyException,
  pyError,
  RuntimeError,
  raise,
  StopAsyncIteration,
  TypeError_,
  typeError,
} from "./exceptions.ts";
import { defineAttributes, defineMethods, special } from "./function.ts";
import {
  type Body,
  BodyIterator,
  coroutines,
  defineNames,
  defineResumption,
  delegateTo,
  Execution,
  resumableType,
} from "./generator.ts";
import { PyIterator } from "./iterator.ts";
import { makeType, PyObject, type PyValue, typeName, typeOf } from "./object.ts";
import { truth } from "./operators.ts";
import { caught, type Manager, managerOf } from "./raising.ts";
import { S } from "./state.ts";
import { tracebackOf } from "./traceback.ts";

/** A coroutine. To Python it is no iterator, only something to be awaited. */
export class PyCoroutine extends PyObject {
  name: string;
  qualname: string;
  readonly execution: Execution;

  constructor(name: string, qualname: string, body: Body) {
    super();
    this.name = name;
    this.qualname = qualname;
    this.execution = new Execution("coroutine", body);
  }
}
export const coroutineType = makeType("coroutine", { of: PyCoroutine, subclassable: false });
defineResumption(coroutineType, (self: PyCoroutine) => self.execution);
defineNames(coroutineType);
defineMethods(coroutineType, { "__await__()": (self: PyCoroutine) => new CoroutineWrapper(self.execution) });
defineAttributes<PyCoroutine>(coroutineType, {
  cr_running: (self) => self.execution.running,
  cr_suspended: (self) => self.execution.suspended,
  cr_await: (self) => self.execution.awaiting,
  cr_origin: () => null,
});
coroutines.bodyOf = (value) => (value instanceof PyCoroutine ? value.execution : undefined);

/** What generated code calls for `async def`. */
export function makeCoroutine(name: string, qualname: string, body: Body): PyCoroutine {
  return new PyCoroutine(name, qualname, body);
}

/** What `coroutine.__await__()` gives: the coroutine as an iterator. */
class CoroutineWrapper extends BodyIterator {}
resumableType("coroutine_wrapper", CoroutineWrapper);

function isIterator(value: PyValue): boolean {
  return value instanceof PyIterator || typeOf(value).lookup("__next__") !== undefined;
}

/** What is driven when `value` is awaited: itself for a coroutine, what `__await__` gives for others. */
export function awaitableIterator(value: PyValue): PyValue {
  if (value instanceof PyCoroutine) return value;
  const iterator = special(value, "__await__", []);
  if (iterator === undefined)
    throw typeError(`object ${typeName(value)} can't be used in 'await' expression`);
  if (iterator instanceof PyCoroutine) throw typeError("__await__() returned a coroutine");
  if (!isIterator(iterator)) {
    throw typeError(`__await__() returned non-iterator of type '${typeName(iterator)}'`);
  }
  return iterator;
}

/** `await value`. */
export function awaitValue(value: PyValue): Body {
  const source = awaitableIterator(value);
  if (source instanceof PyCoroutine && source.execution.suspended) {
    throw pyError(RuntimeError, "coroutine is being awaited already");
  }
  return delegateTo(source);
}

// ---- async with ----------------------------------------------------------------------------------

/** `async with` finds `__aenter__` and `__aexit__` on the type before it enters. */
export function openAsyncManager(object: PyValue): Manager {
  return managerOf(object, "asynchronous context manager", "__aenter__", "__aexit__");
}

function awaitedFrom(method: "__aenter__" | "__aexit__", value: PyValue): Body {
  if (!(value instanceof PyCoroutine) && typeOf(value).lookup("__await__") === undefined) {
    throw typeError(
      `'async with' received an object from ${method} that does not implement __await__: ${typeName(value)}`,
    );
  }
  return awaitValue(value);
}

/** Enters an asynchronous context manager. */
export function enterAsync(manager: Manager): Body {
  return awaitedFrom("__aenter__", manager.enter());
}

/** Leaves an asynchronous context manager; true when it swallows the exception. */
export function* exitAsync(
  manager: Manager,
  exception: PyException | null,
): Generator<PyValue, boolean, PyValue> {
  if (exception === null) {
    yield* awaitedFrom("__aexit__", manager.exit(null, null, null));
    return false;
  }
  const outer = S.handled;
  S.handled = exception;
  try {
    return truth(
      yield* awaitedFrom("__aexit__", manager.exit(exception.cls, exception, tracebackOf(exception))),
    );
  } finally {
    S.handled = outer;
  }
}

// ---- async for -----------------------------------------------------------------------------------

/** What `async for` steps: `__aiter__` of the object, looked at. */
export function asyncIter(value: PyValue): PyValue {
  const iterator = special(value, "__aiter__", []);
  if (iterator === undefined) {
    throw typeError(`'async for' requires an object with __aiter__ method, got ${typeName(value)}`);
  }
  if (typeOf(iterator).lookup("__anext__") === undefined) {
    throw typeError(
      `'async for' received an object from __aiter__ that does not implement __anext__: ${typeName(iterator)}`,
    );
  }
  return iterator;
}

/** The next value of an asynchronous iterator; undefined at its end. */
export function* asyncNext(iterator: PyValue): Generator<PyValue, PyValue | undefined, PyValue> {
  try {
    return yield* delegateTo(nextAwaitable(iterator));
  } catch (error) {
    const exception = caught(error);
    if (exception.cls.isSubtype(StopAsyncIteration)) return undefined;
    throw exception;
  }
}
function nextAwaitable(iterator: PyValue): PyValue {
  const next = special(iterator, "__anext__", []) as PyValue;
  try {
    return awaitableIterator(next);
  } catch (error) {
    const exception = new PyException(TypeError_, [
      `'async for' received an invalid object from __anext__: ${typeName(next)}`,
    ]);
    const cause = caught(error);
    exception.cause = cause;
    exception.suppressContext = true;
    raise(exception);
    exception.context = cause;
    throw exception;
  }
}
