// Asynchronous generators (PEP 525), what awaiting their steps does, and the built-ins `aiter` and `anext`.
import { getAttribute } from "./attribute.ts";
import { builtins } from "./builtins.ts";
import { awaitableIterator, PyCoroutine } from "./coroutine.ts";
import {
  GeneratorExit,
  PyException,
  pyError,
  RuntimeError,
  raise,
  StopAsyncIteration,
  StopIteration,
  typeError,
} from "./exceptions.ts";
import { builtin, call, defineAttributes, defineMethods, special } from "./function.ts";
import {
  type Body,
  defineNames,
  Execution,
  exceptionFrom,
  ResumableIterator,
  resumableType,
} from "./generator.ts";
import { makeType, PyObject, type PyType, type PyValue, typeName, typeOf } from "./object.ts";
import { caught } from "./raising.ts";

/** A value that an asynchronous generator yields, told apart from what it awaits yields. */
class AsyncYield extends PyObject {
  readonly value: PyValue;
  constructor(value: PyValue) {
    super();
    this.value = value;
  }
}
makeType("async_generator_wrapped_value", { of: AsyncYield, subclassable: false });

/** What generated code yields for `yield value` in an asynchronous generator. */
export function asyncYield(value: PyValue): PyValue {
  return new AsyncYield(value);
}

/** An asynchronous generator. */
export class PyAsyncGenerator extends PyObject {
  name: string;
  qualname: string;
  readonly execution: Execution;
  /** Is a step of it being awaited? */
  stepping = false;
  finished = false;

  constructor(name: string, qualname: string, body: Body) {
    super();
    this.name = name;
    this.qualname = qualname;
    this.execution = new Execution("async generator", body);
  }
}
export const asyncGeneratorType = makeType("async_generator", { of: PyAsyncGenerator, subclassable: false });
defineNames(asyncGeneratorType);
defineMethods(asyncGeneratorType, {
  "__aiter__()": (self: PyAsyncGenerator) => self,
  "__anext__()": (self: PyAsyncGenerator) => new AsyncSend(self, null),
  "asend(object, /)": (self: PyAsyncGenerator, value: PyValue) => new AsyncSend(self, value),
  "athrow(typ, val=None, tb=None, /)": (
    self: PyAsyncGenerator,
    type: PyValue,
    value?: PyValue,
    traceback?: PyValue,
  ) => new AsyncThrow(self, () => exceptionFrom(type, value, traceback)),
  "aclose()": (self: PyAsyncGenerator) => new AsyncThrow(self, null),
});
defineAttributes<PyAsyncGenerator>(asyncGeneratorType, {
  ag_running: (self) => self.stepping,
  ag_suspended: (self) => self.execution.suspended,
  ag_await: (self) => self.execution.awaiting,
});

/** What generated code calls for `async def` with `yield`. */
export function makeAsyncGenerator(name: string, qualname: string, body: Body): PyAsyncGenerator {
  return new PyAsyncGenerator(name, qualname, body);
}

/** The end of an asynchronous iteration, or of a generator that was closed. */
function isEnd(exception: PyException): boolean {
  return exception.cls.isSubtype(StopAsyncIteration) || exception.cls.isSubtype(GeneratorExit);
}

/** An awaitable for one step of an asynchronous generator; it can be awaited once. */
abstract class AsyncStep extends ResumableIterator {
  protected readonly generator: PyAsyncGenerator;
  protected state: "created" | "awaited" | "closed" = "created";
  result: PyValue = null;
  /** How complaints name it. */
  protected abstract readonly title: string;
  /** How complaints name the method that made it. */
  protected abstract readonly method: string;

  constructor(generator: PyAsyncGenerator) {
    super();
    this.generator = generator;
  }
  next(): PyValue | undefined {
    return this.send(null);
  }
  close(): PyValue {
    if (this.state === "closed") return null;
    try {
      if (this.throwIn(new PyException(GeneratorExit, [])) === undefined) return null;
    } catch (error) {
      const exception = caught(error);
      if (isEnd(exception) || exception.cls.isSubtype(StopIteration)) return null;
      throw exception;
    }
    throw pyError(RuntimeError, "coroutine ignored GeneratorExit");
  }
  protected checkOpen(): void {
    if (this.state === "closed") throw pyError(RuntimeError, `cannot reuse already awaited ${this.title}`);
  }
  /** Begins the step unless another one is being awaited. */
  protected begin(): void {
    if (this.generator.stepping) {
      this.state = "closed";
      throw pyError(RuntimeError, `${this.method}(): asynchronous generator is already running`);
    }
    this.state = "awaited";
    this.generator.stepping = true;
  }
  /** Runs the generator on: gives what it awaits; ends the step with what it yields. */
  protected run(step: (execution: Execution) => PyValue | undefined): PyValue | undefined {
    const { generator } = this;
    try {
      const value = step(generator.execution);
      if (value === undefined) throw raise(new PyException(StopAsyncIteration, []));
      if (!(value instanceof AsyncYield)) return value;
      generator.stepping = false;
      this.state = "closed";
      this.result = value.value;
      return undefined;
    } catch (error) {
      const exception = caught(error);
      if (isEnd(exception)) generator.finished = true;
      generator.stepping = false;
      this.state = "closed";
      throw exception;
    }
  }
}

/** What `__anext__()` and `asend(value)` give. */
class AsyncSend extends AsyncStep {
  private readonly value: PyValue;
  protected readonly title = "__anext__()/asend()";
  protected readonly method = "anext";
  constructor(generator: PyAsyncGenerator, value: PyValue) {
    super(generator);
    this.value = value;
  }
  send(value: PyValue): PyValue | undefined {
    this.checkOpen();
    let sent = value;
    if (this.state === "created") {
      this.begin();
      if (value === null) sent = this.value;
    }
    return this.run((execution) => execution.send(sent));
  }
  throwIn(exception: PyException): PyValue | undefined {
    this.checkOpen();
    if (this.state === "created") this.begin();
    return this.run((execution) => execution.throwIn(exception));
  }
}

/** What `athrow(…)` gives, and `aclose()`, for which there is no exception to be made. */
class AsyncThrow extends AsyncStep {
  private readonly exception: (() => PyException) | null;
  protected readonly title = "aclose()/athrow()";
  protected readonly method: string;
  constructor(generator: PyAsyncGenerator, exception: (() => PyException) | null) {
    super(generator);
    this.exception = exception;
    this.method = exception === null ? "aclose" : "athrow";
  }
  send(value: PyValue): PyValue | undefined {
    this.checkOpen();
    const { generator, exception } = this;
    if (generator.execution.closed) {
      this.state = "closed";
      this.result = null;
      return undefined;
    }
    if (this.state !== "created") {
      if (exception !== null) return this.run((execution) => execution.send(value));
      return this.runClosing((execution) => execution.send(value));
    }
    if (!generator.stepping && generator.finished) {
      this.state = "closed";
      throw raise(new PyException(StopAsyncIteration, []));
    }
    if (!generator.stepping && value !== null) {
      throw pyError(RuntimeError, "can't send non-None value to a just-started coroutine");
    }
    this.begin();
    if (exception !== null) return this.run((execution) => execution.throwIn(exception()));
    generator.finished = true;
    return this.runClosing((execution) => execution.throwIn(new PyException(GeneratorExit, [])));
  }
  throwIn(exception: PyException): PyValue | undefined {
    this.checkOpen();
    if (this.state === "created") this.begin();
    if (this.exception !== null) return this.run((execution) => execution.throwIn(exception));
    return this.runClosing((execution) => execution.throwIn(exception));
  }
  /** Runs a generator that is being closed: it may await, but not yield. */
  private runClosing(step: (execution: Execution) => PyValue | undefined): PyValue | undefined {
    const { generator } = this;
    try {
      const value = step(generator.execution);
      if (value instanceof AsyncYield) throw pyError(RuntimeError, "async generator ignored GeneratorExit");
      if (value !== undefined) return value;
      this.result = null;
    } catch (error) {
      const exception = caught(error);
      if (!isEnd(exception)) {
        generator.stepping = false;
        this.state = "closed";
        throw exception;
      }
    }
    generator.stepping = false;
    this.state = "closed";
    return undefined;
  }
}

for (const [name, of] of [
  ["async_generator_asend", AsyncSend],
  ["async_generator_athrow", AsyncThrow],
] as const) {
  awaitable(resumableType(name, of));
}
function awaitable(type: PyType): void {
  defineMethods(type, { "__await__()": (self: ResumableIterator) => self });
}

// ---- aiter and anext -----------------------------------------------------------------------------

/** `anext(iterator, default)`: ends with the default where the iteration has ended. */
class AnextAwaitable extends ResumableIterator {
  private readonly wrapped: PyValue;
  private readonly fallback: PyValue;
  result: PyValue = null;
  constructor(wrapped: PyValue, fallback: PyValue) {
    super();
    this.wrapped = wrapped;
    this.fallback = fallback;
  }
  next(): PyValue | undefined {
    return this.pass("__next__", []);
  }
  send(value: PyValue): PyValue | undefined {
    return this.pass("send", [value]);
  }
  throwIn(exception: PyException): PyValue | undefined {
    return this.pass("throw", [exception]);
  }
  close(): PyValue {
    return this.pass("close", []) ?? null;
  }
  private pass(name: string, args: PyValue[]): PyValue | undefined {
    let source = awaitableIterator(this.wrapped);
    if (source instanceof PyCoroutine) source = special(source, "__await__", []) as PyValue;
    try {
      return call(getAttribute(source, name), args, null);
    } catch (error) {
      const exception = caught(error);
      if (exception.cls.isSubtype(StopAsyncIteration)) this.result = this.fallback;
      else if (exception.cls.isSubtype(StopIteration)) this.result = exception.args[0] ?? null;
      else throw exception;
      return undefined;
    }
  }
}
awaitable(resumableType("anext_awaitable", AnextAwaitable));

for (const f of [
  builtin("aiter(async_iterable, /)", (object: PyValue) => {
    const iterator = special(object, "__aiter__", []);
    if (iterator === undefined) throw typeError(`'${typeName(object)}' object is not an async iterable`);
    if (typeOf(iterator).lookup("__anext__") === undefined) {
      throw typeError(`aiter() returned not an async iterator of type '${typeName(iterator)}'`);
    }
    return iterator;
  }),
  builtin("anext(async_iterator, default=None, /)", (iterator: PyValue, fallback?: PyValue) => {
    const next = special(iterator, "__anext__", []);
    if (next === undefined) throw typeError(`'${typeName(iterator)}' object is not an async iterator`);
    return fallback === undefined ? next : new AnextAwaitable(next, fallback);
  }),
]) {
  builtins.set(f.name, f);
}
