// `collections.abc`: what is awaited and stepped asynchronously.
import { awaitValue, makeCoroutine } from "../coroutine.ts";
import { GeneratorExit, pyError, RuntimeError, StopAsyncIteration } from "../exceptions.ts";
import { defineClassMethods, method1 } from "../function.ts";
import { type Body, exceptionFrom } from "../generator.ts";
import type { PyValue } from "../object.ts";
import { isRaised } from "../raising.ts";
import { genericAlias } from "../types/generic-alias.ts";
import { abstractClass } from "./abc.ts";
import { recognise } from "./abstract-hook.ts";
import { pythonMethods } from "./python-function.ts";

const MODULE = "collections.abc";

/** A method that is an `async def`. */
const coroutineOf =
  (qualname: string, body: (self: PyValue, ...args: (PyValue | undefined)[]) => Body) =>
  (self: PyValue, ...args: (PyValue | undefined)[]): PyValue =>
    makeCoroutine(qualname.slice(qualname.indexOf(".") + 1), qualname, body(self, ...args));
function* ended(): Body {
  yield* [];
  throw pyError(StopAsyncIteration);
}

export const asyncIterableType = abstractClass("AsyncIterable", MODULE, [], {
  "__aiter__()": (self: PyValue) => self,
});
recognise(asyncIterableType, "__aiter__");
defineClassMethods(asyncIterableType, { "__class_getitem__(item, /)": genericAlias });

export const asyncIteratorType = abstractClass("AsyncIterator", MODULE, [asyncIterableType], {
  "__anext__()": coroutineOf("AsyncIterator.__anext__", ended),
});
pythonMethods(asyncIteratorType, { "__aiter__()": (self: PyValue) => self });
recognise(asyncIteratorType, "__anext__", "__aiter__");

export const asyncGeneratorAbcType = abstractClass("AsyncGenerator", MODULE, [asyncIteratorType], {
  "asend(value)": coroutineOf("AsyncGenerator.asend", ended),
  "athrow(typ, val=None, tb=None)": coroutineOf("AsyncGenerator.athrow", function* (_self, type, value) {
    yield* [];
    throw exceptionFrom(type as PyValue, value ?? null);
  }),
});
pythonMethods(asyncGeneratorAbcType, {
  "__anext__()": coroutineOf("AsyncGenerator.__anext__", function* (self) {
    return yield* awaitValue(method1(self, "asend", null));
  }),
  "aclose()": coroutineOf("AsyncGenerator.aclose", function* (self) {
    try {
      yield* awaitValue(method1(self, "athrow", GeneratorExit));
    } catch (error) {
      if (isRaised(error, GeneratorExit) || isRaised(error, StopAsyncIteration)) return null;
      throw error;
    }
    throw pyError(RuntimeError, "asynchronous generator ignored GeneratorExit");
  }),
});
recognise(asyncGeneratorAbcType, "__aiter__", "__anext__", "asend", "athrow", "aclose");
