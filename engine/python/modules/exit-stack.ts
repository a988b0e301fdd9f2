// `contextlib.ExitStack` and `AsyncExitStack`.
import { getAttribute, getAttributeOr, setAttribute } from "../attribute.ts";
import { awaitValue, makeCoroutine } from "../coroutine.ts";
import type { PyDict } from "../dict.ts";
import { PyException, raise, typeError } from "../exceptions.ts";
import { call, call0, call1, PyBoundMethod } from "../function.ts";
import type { Body } from "../generator.ts";
import { type PyObject, type PyValue, typeOf } from "../object.ts";
import { truth } from "../operators.ts";
import { caught } from "../raising.ts";
import { type PyTuple, tuple } from "../sequence.ts";
import { charge, S } from "../state.ts";
import { finishAbstract } from "./abc.ts";
import { abstractAsyncManagerType } from "./context-async.ts";
import { abstractManagerType, managerClass } from "./context-managers.ts";
import { dequeType, PyDeque } from "./deque.ts";
import { keywordsOf } from "./partial.ts";
import { innerFunction, pythonClass, pythonMethods } from "./python-function.ts";

const WRAPPER = "_BaseExitStack._create_cb_wrapper.<locals>._exit_wrapper";

/** What is called on the way out, last in first: pairs of whether it is synchronous, and the callback. */
function callbacks(self: PyValue): PyDeque {
  return getAttribute(self, "_exit_callbacks") as PyDeque;
}
function push(self: PyValue, callback: PyValue, synchronous = true): void {
  callbacks(self).append(tuple([synchronous, callback]));
}
/** A manager's method, found on its class as `with` finds it. */
function onClass(manager: PyValue, names: readonly string[], what: string): PyValue[] {
  const type = typeOf(manager);
  const found = names.map((name) => getAttributeOr(type, name, undefined));
  if (found.includes(undefined)) {
    throw typeError(
      `'${String(getAttribute(type, "__module__"))}.${type.qualname}' object does not support the ${what} protocol`,
    );
  }
  return found as PyValue[];
}
const bound = (exit: PyValue, manager: PyValue): PyValue => new PyBoundMethod(exit as PyObject, manager);
/** Ignores the exception it is told of and calls what it was given. */
function wrapped(run: () => PyValue, callback: PyValue, name: string): PyValue {
  const wrapper = innerFunction("_exit_wrapper(exc_type, exc, tb)", run, name);
  setAttribute(wrapper, "__wrapped__", callback);
  return wrapper;
}

const baseType = pythonClass("_BaseExitStack", { module: "contextlib" });
pythonMethods(baseType, {
  "__init__()": (self: PyValue) => {
    setAttribute(self, "_exit_callbacks", new PyDeque());
    return null;
  },
  "pop_all()": (self: PyValue) => {
    const moved = call0(typeOf(self));
    setAttribute(moved, "_exit_callbacks", callbacks(self));
    setAttribute(self, "_exit_callbacks", call0(dequeType));
    return moved;
  },
  "push(exit)": (self: PyValue, exit: PyValue) => {
    const method = getAttributeOr(typeOf(exit), "__exit__", undefined);
    push(self, method === undefined ? exit : bound(method, exit));
    return exit;
  },
  "enter_context(cm)": (self: PyValue, manager: PyValue) => {
    const [enter, exit] = onClass(manager, ["__enter__", "__exit__"], "context manager") as [
      PyValue,
      PyValue,
    ];
    const result = call1(enter, manager);
    push(self, bound(exit, manager));
    return result;
  },
  "callback(callback, /, *args, **kwds)": (self: PyValue, callback: PyValue, args: PyTuple, kwds: PyDict) => {
    const run = (): PyValue => {
      call(callback, [...args.items], keywordsOf(kwds));
      return null;
    };
    push(self, wrapped(run, callback, WRAPPER));
    return callback;
  },
});

/** The exceptions of the callbacks, as nested `with` statements would have chained them. */
class Unwinding {
  private readonly outer: PyException | null = S.handled;
  private readonly received: boolean;
  private exception: PyException | null;
  private suppressed = false;
  private pending = false;
  constructor(exception: PyException | null) {
    this.exception = exception;
    this.received = exception !== null;
  }
  get details(): PyValue[] {
    const { exception } = this;
    return exception === null ? [null, null, null] : [exception.cls, exception, null];
  }
  answered(swallow: PyValue): void {
    if (!truth(swallow)) return;
    this.suppressed = true;
    this.pending = false;
    this.exception = null;
  }
  failed(error: unknown): void {
    const raised = caught(error);
    this.chain(raised);
    this.pending = true;
    this.exception = raised;
  }
  private chain(raised: PyException): void {
    let last = raised;
    for (;;) {
      charge(1);
      const { context } = last;
      if (context === null || context === this.exception) return;
      if (context === this.outer) break;
      last = context as PyException;
    }
    last.context = this.exception;
  }
  finish(): boolean {
    if (this.pending && this.exception !== null) {
      const { context } = this.exception;
      const raised = raise(this.exception);
      raised.context = context;
      throw raised;
    }
    return this.received && this.suppressed;
  }
}

export const exitStackType = managerClass("ExitStack", [baseType, abstractManagerType]);
pythonMethods(exitStackType, {
  "__enter__()": (self: PyValue) => self,
  "__exit__(*exc_details)": (self: PyValue, details: PyTuple) => {
    const [, given = null] = details.items;
    const unwinding = new Unwinding(given instanceof PyException ? given : null);
    const entries = callbacks(self);
    while (entries.items.size > 0) {
      const [, callback] = (entries.items.pop() as PyTuple).items as [PyValue, PyValue];
      try {
        unwinding.answered(call(callback, unwinding.details, null));
      } catch (error) {
        unwinding.failed(error);
      }
    }
    return unwinding.finish();
  },
  "close()": (self: PyValue) => {
    call(getAttribute(self, "__exit__"), [null, null, null], null);
    return null;
  },
});

const asyncName = (name: string): string => `AsyncExitStack.${name}`;
const coroutine = (name: string, body: Body): PyValue => makeCoroutine(name, asyncName(name), body);
export const asyncExitStackType = managerClass("AsyncExitStack", [baseType, abstractAsyncManagerType]);
pythonMethods(asyncExitStackType, {
  "enter_async_context(cm)": (self: PyValue, manager: PyValue) =>
    coroutine(
      "enter_async_context",
      (function* (): Body {
        const found = onClass(manager, ["__aenter__", "__aexit__"], "asynchronous context manager");
        const [enter, exit] = found as [PyValue, PyValue];
        const result = yield* awaitValue(call1(enter, manager));
        push(self, bound(exit, manager), false);
        return result;
      })(),
    ),
  "push_async_exit(exit)": (self: PyValue, exit: PyValue) => {
    const method = getAttributeOr(typeOf(exit), "__aexit__", undefined);
    push(self, method === undefined ? exit : bound(method, exit), false);
    return exit;
  },
  "push_async_callback(callback, /, *args, **kwds)": (
    self: PyValue,
    callback: PyValue,
    args: PyTuple,
    kwds: PyDict,
  ) => {
    const name = "AsyncExitStack._create_async_cb_wrapper.<locals>._exit_wrapper";
    const run = (): PyValue =>
      makeCoroutine(
        "_exit_wrapper",
        name,
        (function* (): Body {
          yield* awaitValue(call(callback, [...args.items], keywordsOf(kwds)));
          return null;
        })(),
      );
    push(self, wrapped(run, callback, name), false);
    return callback;
  },
  "aclose()": (self: PyValue) =>
    coroutine(
      "aclose",
      (function* (): Body {
        yield* awaitValue(call(getAttribute(self, "__aexit__"), [null, null, null], null));
        return null;
      })(),
    ),
  "__aenter__()": (self: PyValue) =>
    coroutine(
      "__aenter__",
      (function* (): Body {
        yield* [];
        return self;
      })(),
    ),
  "__aexit__(*exc_details)": (self: PyValue, details: PyTuple) =>
    coroutine(
      "__aexit__",
      (function* (): Body {
        const [, given = null] = details.items;
        const unwinding = new Unwinding(given instanceof PyException ? given : null);
        const entries = callbacks(self);
        while (entries.items.size > 0) {
          const [synchronous, callback] = (entries.items.pop() as PyTuple).items as [PyValue, PyValue];
          try {
            const answer = call(callback, unwinding.details, null);
            unwinding.answered(synchronous === true ? answer : yield* awaitValue(answer));
          } catch (error) {
            unwinding.failed(error);
          }
        }
        return unwinding.finish();
      })(),
    ),
});
for (const type of [exitStackType, asyncExitStackType]) finishAbstract(type);
