// Generators: JavaScript's, seen through Python's protocol. Coroutines run on the same mechanism.

import { findAttribute, getAttribute } from "./attribute.ts";
import {
  BaseException,
  GeneratorExit,
  isException,
  PyException,
  pyError,
  RecursionError,
  RuntimeError,
  raise,
  StopAsyncIteration,
  StopIteration,
  typeError,
  valueError,
} from "./exceptions.ts";
import { call, defineAttributes, defineClassMethods, defineMethods, special } from "./function.ts";
import { iteratorType, iterObject, PyIterator } from "./iterator.ts";
import { type PyObject, PyType, type PyValue, typeName } from "./object.ts";
import { caught, makeException } from "./raising.ts";
import { address } from "./representation.ts";
import { PyTuple } from "./sequence.ts";
import { allocate, charge, S } from "./state.ts";
import { genericAlias } from "./types/generic-alias.ts";

/** The JavaScript generator behind a Python body that can be suspended. */
export type Body = Generator<PyValue, PyValue, PyValue>;
/** What a generator expression with one `for` is made of: gives the next value, or undefined at the end. */
export type Step = () => PyValue | undefined;

/**
 * What a `yield from` or an `await` hands on to: each step gives what is yielded, or undefined at the end, the value
 * of the whole then being in `result`.
 */
export interface Resumable {
  readonly result: PyValue;
  next(): PyValue | undefined;
  send(value: PyValue): PyValue | undefined;
  throwIn(exception: PyException): PyValue | undefined;
  close(): PyValue;
}

/** The body that is being resumed innermost; `resume` puts back what it found. */
let running: Execution | null = null;

/** What a suspended body holds at least: its frame and the objects around it. */
const FRAME_BYTES = 512;

/** The suspended body of a generator, a coroutine or an asynchronous generator. */
export class Execution implements Resumable {
  private readonly noun: "generator" | "coroutine" | "async generator";
  private readonly body: Body | Step;
  private state: "created" | "suspended" | "running" | "closed" = "created";
  private handled: PyException | null = null;
  /** What `return` gave. */
  result: PyValue = null;
  /** What the body has handed on to. */
  awaiting: PyValue = null;

  constructor(noun: Execution["noun"], body: Body | Step) {
    allocate(FRAME_BYTES);
    this.noun = noun;
    this.body = body;
  }
  get running(): boolean {
    return this.state === "running";
  }
  get suspended(): boolean {
    return this.state === "suspended";
  }
  get closed(): boolean {
    return this.state === "closed";
  }

  next(): PyValue | undefined {
    const { body, state } = this;
    if (typeof body !== "function" || state === "running" || state === "closed" || S.depth >= S.maxDepth)
      return this.resume(null, null);
    return this.step(body);
  }
  /**
   * What `resume` does where the body is a function: it catches nothing, so that what it leaves of what is being handled is
   * what it found; and hands on to nobody, so that nothing asks which body is running.
   */
  private step(body: Step): PyValue | undefined {
    charge(1);
    this.state = "running";
    const { handled, depth } = S;
    S.depth = depth + 1;
    let value: PyValue | undefined;
    try {
      value = body();
    } catch (error) {
      this.state = "closed";
      try {
        throw this.escaping(caught(error));
      } finally {
        S.handled = handled;
        S.depth = depth;
      }
    }
    S.depth = depth;
    this.state = value === undefined ? "closed" : "suspended";
    return value;
  }
  /** Goes on with the body: with a value for it, or by throwing what is given. */
  private resume(sent: PyValue, thrown: PyException | null): PyValue | undefined {
    if (this.state === "running") throw valueError(`${this.noun} already executing`);
    if (this.state === "closed") {
      if (this.noun === "coroutine") throw pyError(RuntimeError, "cannot reuse already awaited coroutine");
      this.result = null;
      return undefined;
    }
    charge(1);
    const before = this.state;
    this.state = "running";
    const outer = S.handled;
    const depth = S.depth;
    const around = running;
    if (++S.depth > S.maxDepth) {
      S.depth = depth;
      this.state = before;
      throw pyError(RecursionError, "maximum recursion depth exceeded");
    }
    if (this.handled !== null) S.handled = this.handled;
    running = this;
    try {
      const { body } = this;
      let value: PyValue | undefined;
      if (typeof body === "function") {
        // It has no use for what it is sent, and nothing around its `yield` that could catch.
        if (thrown !== null) throw raise(thrown);
        value = body();
        if (value === undefined) {
          this.state = "closed";
          this.result = null;
          return undefined;
        }
      } else {
        const step = thrown === null ? body.next(sent) : body.throw(raise(thrown));
        if (step.done === true) {
          this.state = "closed";
          this.result = step.value;
          return undefined;
        }
        value = step.value;
      }
      this.state = "suspended";
      this.handled = S.handled === outer ? null : S.handled;
      return value;
    } catch (error) {
      this.state = "closed";
      throw this.escaping(caught(error));
    } finally {
      running = around;
      S.handled = outer;
      S.depth = depth;
    }
  }
  /** What leaves the body for an exception that does: the end of an iteration is none of its to signal (PEP 479). */
  private escaping(exception: PyException): PyException {
    const signal = [StopIteration, ...(this.noun === "async generator" ? [StopAsyncIteration] : [])].find(
      (type) => exception.cls.isSubtype(type),
    );
    if (signal === undefined) return exception;
    const wrapped = raise(new PyException(RuntimeError, [`${this.noun} raised ${signal.name}`]));
    wrapped.cause = exception;
    wrapped.context = exception;
    wrapped.suppressContext = true;
    return wrapped;
  }
  send(value: PyValue): PyValue | undefined {
    if (this.state === "created" && value !== null) {
      throw typeError(`can't send non-None value to a just-started ${this.noun}`);
    }
    return this.resume(value, null);
  }
  throwIn(exception: PyException): PyValue | undefined {
    if (this.state === "created" || (this.state === "closed" && this.noun !== "coroutine")) {
      // Nothing of the body runs, so what is thrown stays what it is, StopIteration too.
      this.state = "closed";
      throw raise(exception);
    }
    return this.resume(null, exception);
  }
  close(): PyValue {
    if (this.state === "created") this.state = "closed";
    if (this.state === "closed") return null;
    try {
      const value = this.resume(null, new PyException(GeneratorExit, []));
      if (value !== undefined) throw pyError(RuntimeError, `${this.noun} ignored GeneratorExit`);
      return this.result;
    } catch (error) {
      const exception = caught(error);
      if (exception.cls.isSubtype(GeneratorExit)) return null;
      throw exception;
    }
  }
}

/** A generator, or another iterator of the runtime's that can be sent values and exceptions. */
export abstract class ResumableIterator extends PyIterator implements Resumable {
  abstract readonly result: PyValue;
  abstract send(value: PyValue): PyValue | undefined;
  abstract throwIn(exception: PyException): PyValue | undefined;
  abstract close(): PyValue;
}

/** An iterator over what a suspended body gives. */
export abstract class BodyIterator extends ResumableIterator {
  readonly execution: Execution;
  constructor(execution: Execution) {
    super();
    this.execution = execution;
  }
  get result(): PyValue {
    return this.execution.result;
  }
  next(): PyValue | undefined {
    return this.execution.next();
  }
  send(value: PyValue): PyValue | undefined {
    return this.execution.send(value);
  }
  throwIn(exception: PyException): PyValue | undefined {
    return this.execution.throwIn(exception);
  }
  close(): PyValue {
    return this.execution.close();
  }
}

/** The StopIteration that carries `value` out of a `__next__`. */
export function stopWith(value: PyValue): PyException {
  return raise(new PyException(StopIteration, value === null ? [] : [value]));
}
/** What a Python caller of `__next__`, `send` or `throw` gets of a step. */
export function orStop(resumable: Resumable, value: PyValue | undefined): PyValue {
  if (value !== undefined) return value;
  throw stopWith(resumable.result);
}

/** The exception that `throw(type, value, traceback)` means. */
export function exceptionFrom(type: PyValue, value: PyValue = null, traceback: PyValue = null): PyException {
  if (traceback !== null) throw typeError("throw() third argument must be a traceback object");
  if (isException(type)) {
    if (value !== null) throw typeError("instance exception may not have a separate value");
    return type;
  }
  if (type instanceof PyType && type.isSubtype(BaseException)) {
    if (isException(value) && value.cls.isSubtype(type)) return value;
    const args = value === null ? [] : value instanceof PyTuple ? [...value.items] : [value];
    // What goes wrong while it is made is thrown in its place.
    try {
      return makeException(type, args);
    } catch (error) {
      return caught(error);
    }
  }
  throw typeError(
    `exceptions must be classes or instances deriving from BaseException, not ${typeName(type)}`,
  );
}

/** Gives a type the methods `send`, `throw` and `close`, as what an object of it resumes has them. */
export function defineResumption<Self extends PyObject>(
  type: PyType,
  resumed: (self: Self) => Resumable,
): void {
  defineMethods(type, {
    "send(arg, /)": (self: Self, value: PyValue) => {
      const steps = resumed(self);
      return orStop(steps, steps.send(value));
    },
    "throw(typ, val=None, tb=None, /)": (self: Self, typ: PyValue, value?: PyValue, tb?: PyValue) => {
      const steps = resumed(self);
      return orStop(steps, steps.throwIn(exceptionFrom(typ, value, tb)));
    },
    "close()": (self: Self) => resumed(self).close(),
  });
}
/** Makes the type of an iterator that can be sent values and exceptions. */
export function resumableType(
  name: string,
  of: abstract new (...args: never[]) => ResumableIterator,
): PyType {
  const type = iteratorType(name, of);
  defineMethods(type, { "__next__()": (self: ResumableIterator) => orStop(self, self.next()) });
  defineResumption(type, (self: ResumableIterator) => self);
  return type;
}

/** A named body: what generators, coroutines and asynchronous generators show of themselves. */
export interface Named {
  name: string;
  qualname: string;
}
/** Gives such a type its names, its repr and `type[…]`. */
export function defineNames(type: PyType): void {
  defineMethods(type, {
    "__repr__()": (self: Named & PyObject) => `<${type.name} object ${self.qualname} at ${address(self)}>`,
  });
  defineClassMethods(type, {
    "__class_getitem__(object, /)": (cls: PyType, item: PyValue) => genericAlias(cls, item),
  });
  const nameSetter = (attribute: "name" | "qualname") => (self: Named, value: PyValue) => {
    if (typeof value !== "string") throw typeError(`__${attribute}__ must be set to a string object`);
    self[attribute] = value;
  };
  defineAttributes<Named>(type, {
    __name__: [(self) => self.name, nameSetter("name")],
    __qualname__: [(self) => self.qualname, nameSetter("qualname")],
  });
}

/** A generator. */
export class PyGenerator extends BodyIterator {
  name: string;
  qualname: string;

  constructor(name: string, qualname: string, body: Body | Step) {
    super(new Execution("generator", body));
    this.name = name;
    this.qualname = qualname;
  }
}

export const generatorType = resumableType("generator", PyGenerator);
defineNames(generatorType);
defineAttributes<PyGenerator>(generatorType, {
  gi_running: (self) => self.execution.running,
  gi_suspended: (self) => self.execution.suspended,
  gi_yieldfrom: (self) => self.execution.awaiting,
});

/** What generated code calls to make a generator of a JavaScript one. */
export function makeGenerator(name: string, qualname: string, body: Body): PyGenerator {
  return new PyGenerator(name, qualname, body);
}

/** What generated code calls for a generator expression with one `for`. */
export function generatorExpression(qualname: string, step: Step): PyGenerator {
  return new PyGenerator("<genexpr>", qualname, step);
}

/** The body of a coroutine, which to Python is no iterator; `coroutine.ts` says which objects are. */
export const coroutines: { bodyOf: (value: PyValue) => Execution | undefined } = { bodyOf: () => undefined };

/** `yield from iterable` (PEP 380): passes values, sent values and exceptions through; its value is the result. */
export function delegate(iterable: PyValue): Body {
  if (coroutines.bodyOf(iterable) !== undefined) {
    throw typeError("cannot 'yield from' a coroutine object in a non-coroutine generator");
  }
  return delegateTo(iterObject(iterable));
}

/** Hands on to an iterator (or a coroutine) until it ends. */
export function* delegateTo(source: PyValue): Body {
  const own = running;
  const steps: Resumable =
    source instanceof ResumableIterator ? source : (coroutines.bodyOf(source) ?? new ForeignIterator(source));
  try {
    let value = steps.next();
    while (value !== undefined) {
      let sent: PyValue;
      if (own !== null) own.awaiting = source;
      try {
        sent = yield value;
      } catch (error) {
        const exception = caught(error);
        if (exception.cls.isSubtype(GeneratorExit)) {
          steps.close();
          throw exception;
        }
        try {
          value = steps.throwIn(exception);
        } catch (end) {
          // A StopIteration that comes back is the end of the iteration, even where it is the one thrown in.
          const stop = caught(end);
          if (!stop.cls.isSubtype(StopIteration)) throw stop;
          return valueOf(stop);
        }
        continue;
      }
      value = sent === null ? steps.next() : steps.send(sent);
    }
    return steps.result;
  } finally {
    if (own !== null) own.awaiting = null;
  }
}

/** The value that a StopIteration carries. */
function valueOf(stop: PyException): PyValue {
  const value = stop.fields?.get("value");
  return value === undefined ? (stop.args[0] ?? null) : value;
}

/** An iterator of the author's, or a built-in one that takes nothing. */
class ForeignIterator implements Resumable {
  private readonly source: PyValue;
  result: PyValue = null;
  constructor(source: PyValue) {
    this.source = source;
  }
  next(): PyValue | undefined {
    const { source } = this;
    if (source instanceof PyIterator && source.cls.builtin) return source.next();
    return this.step(() => special(source, "__next__", []));
  }
  send(value: PyValue): PyValue | undefined {
    const send = getAttribute(this.source, "send");
    return this.step(() => call(send, [value], null));
  }
  throwIn(exception: PyException): PyValue | undefined {
    const method = findAttribute(this.source, "throw");
    if (method === undefined) throw raise(exception);
    return this.step(() => call(method, [exception], null));
  }
  close(): PyValue {
    const close = findAttribute(this.source, "close");
    return close === undefined ? null : call(close, [], null);
  }
  /** Takes a step of the source; a StopIteration is its end. */
  private step(take: () => PyValue | undefined): PyValue | undefined {
    try {
      return take();
    } catch (error) {
      const exception = caught(error);
      if (!exception.cls.isSubtype(StopIteration)) throw exception;
      this.result = valueOf(exception);
      return undefined;
    }
  }
}
