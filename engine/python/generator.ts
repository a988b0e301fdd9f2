// Generators: JavaScript's, seen through Python's protocol.

import { findAttribute, missing } from "./attribute.ts";
import {
  BaseException,
  GeneratorExit,
  isException,
  PyException,
  pyError,
  RecursionError,
  RuntimeError,
  raise,
  StopIteration,
  typeError,
  valueError,
} from "./exceptions.ts";
import { call, defineAttributes, defineMethods } from "./function.ts";
import { iteratorType, iterObject, PyIterator, stepper } from "./iterator.ts";
import { PyType, type PyValue, typeName } from "./object.ts";
import { caught } from "./raising.ts";
import { address } from "./representation.ts";
import { S } from "./state.ts";

type Body = Generator<PyValue, PyValue, PyValue>;

/** A generator. */
export class PyGenerator extends PyIterator {
  name: string;
  qualname: string;
  private readonly body: Body;
  private state: "created" | "suspended" | "running" | "closed" = "created";
  private handled: PyException | null = null;
  /** What `return` gave. */
  result: PyValue = null;

  constructor(name: string, qualname: string, body: Body) {
    super();
    this.name = name;
    this.qualname = qualname;
    this.body = body;
  }
  get running(): boolean {
    return this.state === "running";
  }
  get suspended(): boolean {
    return this.state === "suspended";
  }

  next(): PyValue | undefined {
    return this.resume((body) => body.next(null));
  }
  /** Runs to the next `yield`; undefined when the generator ends, its value then in `result`. */
  private resume(step: (body: Body) => IteratorResult<PyValue, PyValue>): PyValue | undefined {
    if (this.state === "running") throw valueError("generator already executing");
    if (this.state === "closed") {
      this.result = null;
      return undefined;
    }
    this.state = "running";
    const outer = S.handled;
    const depth = S.depth;
    if (++S.depth > S.maxDepth) {
      S.depth = depth;
      this.state = "suspended";
      throw pyError(RecursionError, "maximum recursion depth exceeded");
    }
    if (this.handled !== null) S.handled = this.handled;
    try {
      const { value, done } = step(this.body);
      if (done === true) {
        this.state = "closed";
        this.result = value;
        return undefined;
      }
      this.state = "suspended";
      this.handled = S.handled === outer ? null : S.handled;
      return value;
    } catch (error) {
      this.state = "closed";
      const exception = caught(error);
      if (exception.cls.isSubtype(StopIteration)) {
        // PEP 479: a StopIteration that escapes a generator is a mistake.
        const wrapped = new PyException(RuntimeError, ["generator raised StopIteration"]);
        wrapped.cause = exception;
        wrapped.context = exception;
        wrapped.suppressContext = true;
        throw raise(wrapped);
      }
      throw exception;
    } finally {
      S.handled = outer;
      S.depth = depth;
    }
  }
  send(value: PyValue): PyValue | undefined {
    if (this.state === "created" && value !== null) {
      throw typeError("can't send non-None value to a just-started generator");
    }
    return this.resume((body) => body.next(value));
  }
  throwIn(exception: PyException): PyValue | undefined {
    if (this.state === "created" || this.state === "closed") {
      this.state = "closed";
      throw raise(exception);
    }
    return this.resume((body) => body.throw(raise(exception)));
  }
  close(): PyValue {
    if (this.state === "created") this.state = "closed";
    if (this.state === "closed") return null;
    try {
      const value = this.resume((body) => body.throw(raise(new PyException(GeneratorExit, []))));
      if (value !== undefined) throw pyError(RuntimeError, "generator ignored GeneratorExit");
      return this.result;
    } catch (error) {
      const exception = caught(error);
      if (exception.cls.isSubtype(GeneratorExit) || exception.cls.isSubtype(StopIteration)) return null;
      throw exception;
    }
  }
}

export const generatorType = iteratorType("generator", PyGenerator);

/** What generated code calls to make a generator of a JavaScript one. */
export function makeGenerator(name: string, qualname: string, body: Body): PyGenerator {
  return new PyGenerator(name, qualname, body);
}

function orStop(generator: PyGenerator, value: PyValue | undefined): PyValue {
  if (value !== undefined) return value;
  throw raise(new PyException(StopIteration, generator.result === null ? [] : [generator.result]));
}

/** The exception that `throw(type, value, traceback)` means. */
export function exceptionFrom(type: PyValue, value: PyValue | undefined): PyException {
  if (isException(type)) return type;
  if (type instanceof PyType && type.isSubtype(BaseException)) {
    if (value !== undefined && value !== null && isException(value)) return value;
    const made = call(type, value === undefined || value === null ? [] : [value], null);
    if (isException(made)) return made;
  }
  throw typeError(
    `exceptions must be classes or instances deriving from BaseException, not ${typeName(type)}`,
  );
}
defineMethods(generatorType, {
  "__next__()": (self: PyGenerator) => orStop(self, self.next()),
  "send(arg, /)": (self: PyGenerator, value: PyValue) => orStop(self, self.send(value)),
  "throw(typ, val=None, tb=None, /)": (self: PyGenerator, type: PyValue, value?: PyValue) =>
    orStop(self, self.throwIn(exceptionFrom(type, value))),
  "close()": (self: PyGenerator) => self.close(),
  "__repr__()": (self: PyGenerator) => `<generator object ${self.qualname} at ${address(self)}>`,
});
defineAttributes<PyGenerator>(generatorType, {
  __name__: [(self) => self.name, (self, value) => void (self.name = String(value))],
  __qualname__: [(self) => self.qualname, (self, value) => void (self.qualname = String(value))],
  gi_running: (self) => self.running,
  gi_suspended: (self) => self.suspended,
});

/** `yield from iterable` (PEP 380): passes values, sent values and exceptions through; its value is the result. */
export function* delegate(iterable: PyValue): Generator<PyValue, PyValue, PyValue> {
  const source = iterObject(iterable);
  if (source instanceof PyGenerator) {
    let value = source.next();
    while (value !== undefined) {
      let sent: PyValue;
      try {
        sent = yield value;
      } catch (error) {
        const exception = caught(error);
        if (exception.cls.isSubtype(GeneratorExit)) {
          source.close();
          throw exception;
        }
        value = source.throwIn(exception);
        continue;
      }
      value = source.send(sent);
    }
    return source.result;
  }
  const steps = stepper(source);
  let result: PyValue = null;
  let value = nextOf();
  function nextOf(): PyValue | undefined {
    if (source instanceof PyIterator) return steps.next();
    try {
      return call(findAttribute(source, "__next__") as PyValue, [], null);
    } catch (error) {
      const exception = caught(error);
      if (!exception.cls.isSubtype(StopIteration)) throw exception;
      result = exception.args[0] ?? null;
      return undefined;
    }
  }
  while (value !== undefined) {
    let sent: PyValue;
    try {
      sent = yield value;
    } catch (error) {
      const exception = caught(error);
      const close = exception.cls.isSubtype(GeneratorExit);
      const method = findAttribute(source, close ? "close" : "throw");
      if (method === undefined) throw exception;
      value = forward(() => call(method, close ? [] : [exception], null));
      if (close) throw exception;
      continue;
    }
    if (sent === null) value = nextOf();
    else {
      const send = findAttribute(source, "send");
      if (send === undefined) throw missing(source, "send");
      value = forward(() => call(send, [sent], null));
    }
  }
  function forward(step: () => PyValue): PyValue | undefined {
    try {
      return step();
    } catch (error) {
      const exception = caught(error);
      if (!exception.cls.isSubtype(StopIteration)) throw exception;
      result = exception.args[0] ?? null;
      return undefined;
    }
  }
  return result;
}
