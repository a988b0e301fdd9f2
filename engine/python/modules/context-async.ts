// `contextlib`: the asynchronous managers.
import { getAttribute, setAttribute } from "../attribute.ts";
import {
  asyncNext,
  awaitValue,
  enterAsync,
  exitAsync,
  makeCoroutine,
  openAsyncManager,
} from "../coroutine.ts";
import type { PyDict } from "../dict.ts";
import { pyError, RuntimeError, StopAsyncIteration, StopIteration } from "../exceptions.ts";
import { call, defineClassMethods, method0, method1 } from "../function.ts";
import type { Body } from "../generator.ts";
import type { PyValue } from "../object.ts";
import { caught } from "../raising.ts";
import type { PyTuple } from "../sequence.ts";
import { genericAlias } from "../types/generic-alias.ts";
import { abstractClass, finishAbstract } from "./abc.ts";
import { recognise } from "./abstract-hook.ts";
import {
  abstractManagerType,
  forgetCall,
  generatorBaseType,
  isThrown,
  managerClass,
  managerMaker,
  part,
  thrownInto,
} from "./context-managers.ts";
import { keywordsOf } from "./partial.ts";
import { innerFunction, pythonClass, pythonMethods } from "./python-function.ts";
import { updateWrapper } from "./wraps.ts";

const MODULE = "contextlib";

/** A method that is an `async def`. */
const coroutineOf =
  (owner: string, name: string, body: (self: PyValue, ...args: PyValue[]) => Body) =>
  (self: PyValue, ...args: PyValue[]): PyValue =>
    makeCoroutine(name, `${owner}.${name}`, body(self, ...args));

export const abstractAsyncManagerType = abstractClass("AbstractAsyncContextManager", MODULE, [], {
  "__aexit__(exc_type, exc_value, traceback)": coroutineOf(
    "AbstractAsyncContextManager",
    "__aexit__",
    function* () {
      yield* [];
      return null;
    },
  ),
});
pythonMethods(abstractAsyncManagerType, {
  "__aenter__()": coroutineOf("AbstractAsyncContextManager", "__aenter__", function* (self) {
    yield* [];
    return self;
  }),
});
defineClassMethods(abstractAsyncManagerType, { "__class_getitem__(item, /)": genericAlias });
recognise(abstractAsyncManagerType, "__aenter__", "__aexit__");
finishAbstract(abstractAsyncManagerType);

export const asyncDecoratorType = pythonClass("AsyncContextDecorator", { module: MODULE });
pythonMethods(asyncDecoratorType, {
  "_recreate_cm()": (self: PyValue) => self,
  "__call__(func)": (self: PyValue, func: PyValue) => {
    const name = "AsyncContextDecorator.__call__.<locals>.inner";
    const inner = innerFunction(
      "inner(*args, **kwds)",
      (args: PyTuple, kwds: PyDict) =>
        makeCoroutine(
          "inner",
          name,
          around(self, () => call(func, [...args.items], keywordsOf(kwds))),
        ),
      name,
    );
    return updateWrapper(inner, func);
  },
});
/** `async with self._recreate_cm(): return await run()`. */
function* around(self: PyValue, run: () => PyValue): Body {
  const manager = openAsyncManager(method0(self, "_recreate_cm"));
  yield* enterAsync(manager);
  let result: PyValue;
  try {
    result = yield* awaitValue(run());
  } catch (error) {
    const exception = caught(error);
    if (!(yield* exitAsync(manager, exception))) throw exception;
    return null;
  }
  yield* exitAsync(manager, null);
  return result;
}

// ---- asynccontextmanager -----------------------------------------------------------------------------

const ASYNC = "_AsyncGeneratorContextManager";
const asyncGeneratorManagerType = managerClass(ASYNC, [
  generatorBaseType,
  abstractAsyncManagerType,
  asyncDecoratorType,
]);
pythonMethods(asyncGeneratorManagerType, {
  "__aenter__()": coroutineOf(ASYNC, "__aenter__", function* (self) {
    forgetCall(self);
    const value = yield* asyncNext(part(self, "gen"));
    if (value === undefined) throw pyError(RuntimeError, "generator didn't yield");
    return value;
  }),
  "__aexit__(typ, value, traceback)": coroutineOf(ASYNC, "__aexit__", function* (self, ...[type, value]) {
    const generator = part(self, "gen");
    if (type === null) {
      if ((yield* asyncNext(generator)) === undefined) return false;
      return yield* didNotStop(generator, "generator didn't stop");
    }
    const thrown = thrownInto(type as PyValue, value as PyValue);
    try {
      yield* awaitValue(method1(generator, "athrow", thrown));
    } catch (error) {
      const escaped = caught(error);
      if (escaped.cls.isSubtype(StopAsyncIteration)) return escaped !== thrown;
      if (isThrown(escaped, thrown, [StopIteration, StopAsyncIteration])) return false;
      throw escaped;
    }
    return yield* didNotStop(generator, "generator didn't stop after athrow()");
  }),
});
finishAbstract(asyncGeneratorManagerType);
function* didNotStop(generator: PyValue, message: string): Body {
  const error = pyError(RuntimeError, message);
  yield* awaitValue(method0(generator, "aclose"));
  throw error;
}

/** `asynccontextmanager(func)`. */
export function asynccontextmanager(func: PyValue): PyValue {
  return managerMaker("asynccontextmanager", asyncGeneratorManagerType, func);
}

// ---- aclosing, nullcontext ---------------------------------------------------------------------------

export const aclosingType = managerClass("aclosing", [abstractAsyncManagerType]);
pythonMethods(aclosingType, {
  "__init__(thing)": (self: PyValue, thing: PyValue) => {
    setAttribute(self, "thing", thing);
    return null;
  },
  "__aenter__()": coroutineOf("aclosing", "__aenter__", function* (self) {
    yield* [];
    return part(self, "thing");
  }),
  "__aexit__(*exc_info)": coroutineOf("aclosing", "__aexit__", function* (self) {
    yield* awaitValue(method0(part(self, "thing"), "aclose"));
    return null;
  }),
});

export const nullcontextType = managerClass("nullcontext", [abstractManagerType, abstractAsyncManagerType]);
pythonMethods(nullcontextType, {
  "__init__(enter_result=None)": (self: PyValue, result: PyValue = null) => {
    setAttribute(self, "enter_result", result);
    return null;
  },
  "__enter__()": (self: PyValue) => getAttribute(self, "enter_result"),
  "__exit__(*excinfo)": () => null,
  "__aenter__()": coroutineOf("nullcontext", "__aenter__", function* (self) {
    yield* [];
    return getAttribute(self, "enter_result");
  }),
  "__aexit__(*excinfo)": coroutineOf("nullcontext", "__aexit__", function* () {
    yield* [];
    return null;
  }),
});
for (const type of [aclosingType, nullcontextType]) finishAbstract(type);
