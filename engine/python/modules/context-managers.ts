// `contextlib`: the abstract classes, `contextmanager` and the small managers.
import { deleteAttribute, getAttribute, getAttributeOr, setAttribute } from "../attribute.ts";
import type { PyDict } from "../dict.ts";
import {
  BaseExceptionGroup,
  isException,
  type PyException,
  pyError,
  RuntimeError,
  raise,
  StopIteration,
} from "../exceptions.ts";
import { call, call0, defineClassMethods, method0, method1 } from "../function.ts";
import { isSubclassOf } from "../instance-check.ts";
import { stepper } from "../iterator.ts";
import { type KwArgs, objectType, PyType, type PyValue, typeOf } from "../object.ts";
import { caught, closeManager, openManager } from "../raising.ts";
import type { PyTuple } from "../sequence.ts";
import { genericAlias } from "../types/generic-alias.ts";
import { abcMetaType, abstractClass, finishAbstract } from "./abc.ts";
import { recognise } from "./abstract-hook.ts";
import { keywordsOf } from "./partial.ts";
import { innerFunction, pythonClass, pythonMethods } from "./python-function.ts";
import { updateWrapper } from "./wraps.ts";

const MODULE = "contextlib";

/** Runs `body` in the manager, as `with manager:` does. */
export function within(manager: PyValue, body: (entered: PyValue) => PyValue): PyValue {
  const opened = openManager(manager);
  const entered = opened.enter();
  let result: PyValue;
  try {
    result = body(entered);
  } catch (error) {
    const exception = caught(error);
    if (!closeManager(opened, exception)) throw exception;
    return null;
  }
  closeManager(opened, null);
  return result;
}

// ---- abstract classes --------------------------------------------------------------------------------

export const abstractManagerType = abstractClass("AbstractContextManager", MODULE, [], {
  "__exit__(exc_type, exc_value, traceback)": () => null,
});
pythonMethods(abstractManagerType, { "__enter__()": (self: PyValue) => self });
defineClassMethods(abstractManagerType, { "__class_getitem__(item, /)": genericAlias });
recognise(abstractManagerType, "__enter__", "__exit__");
finishAbstract(abstractManagerType);

/** A manager of the library that is also an `AbstractContextManager`. */
export function managerClass(name: string, bases: PyType[]): PyType {
  const type = pythonClass(name, { bases, module: MODULE });
  type.cls = abcMetaType;
  for (const base of bases) if (base !== objectType) base.derived.push(type);
  return type;
}

export const decoratorType = pythonClass("ContextDecorator", { module: MODULE });
pythonMethods(decoratorType, {
  "_recreate_cm()": (self: PyValue) => self,
  "__call__(func)": (self: PyValue, func: PyValue) => {
    const inner = innerFunction(
      "inner(*args, **kwds)",
      (args: PyTuple, kwds: PyDict) =>
        within(method0(self, "_recreate_cm"), () => call(func, [...args.items], keywordsOf(kwds))),
      "ContextDecorator.__call__.<locals>.inner",
    );
    return updateWrapper(inner, func);
  },
});

// ---- contextmanager ----------------------------------------------------------------------------------

/** What `contextmanager` and its asynchronous sister keep of the call. */
function rememberCall(self: PyValue, func: PyValue, args: PyValue, kwds: PyValue): null {
  const keywords = keywordsOf(kwds as PyDict) as KwArgs | null;
  setAttribute(self, "gen", call(func, [...(args as PyTuple).items], keywords));
  setAttribute(self, "func", func);
  setAttribute(self, "args", args);
  setAttribute(self, "kwds", kwds);
  const doc = getAttributeOr(func, "__doc__", null);
  setAttribute(self, "__doc__", doc ?? getAttribute(typeOf(self), "__doc__"));
  return null;
}
/** Forgets them once the manager is entered, which can be done only once. */
export function forgetCall(self: PyValue): void {
  for (const name of ["args", "kwds", "func"]) deleteAttribute(self, name);
}
export const part = (self: PyValue, name: string): PyValue => getAttribute(self, name);
/** The exception that `__exit__` was told of. */
export function thrownInto(type: PyValue, value: PyValue): PyException {
  const exception = value ?? call0(type);
  if (isException(exception)) return exception;
  throw pyError(RuntimeError, "exceptions must derive from BaseException");
}
/** Is the escaped exception the one thrown in, so that the `with` statement goes on raising it? */
export function isThrown(escaped: PyException, thrown: PyException, ends: readonly PyType[]): boolean {
  if (escaped === thrown) return true;
  const wraps = escaped.cls.isSubtype(RuntimeError) && ends.some((end) => thrown.cls.isSubtype(end));
  return wraps && escaped.cause === thrown;
}

export const generatorBaseType = pythonClass("_GeneratorContextManagerBase", { module: MODULE });
pythonMethods(generatorBaseType, {
  "__init__(func, args, kwds)": rememberCall,
  "_recreate_cm()": (self: PyValue) =>
    call(typeOf(self), [part(self, "func"), part(self, "args"), part(self, "kwds")], null),
});
const generatorManagerType = managerClass("_GeneratorContextManager", [
  generatorBaseType,
  abstractManagerType,
  decoratorType,
]);
pythonMethods(generatorManagerType, {
  "__enter__()": (self: PyValue) => {
    forgetCall(self);
    const value = stepper(part(self, "gen")).next();
    if (value === undefined) throw pyError(RuntimeError, "generator didn't yield");
    return value;
  },
  "__exit__(typ, value, traceback)": (self: PyValue, type: PyValue, value: PyValue) => {
    const generator = part(self, "gen");
    if (type === null) {
      if (stepper(generator).next() === undefined) return false;
      return didNotStop(generator, "generator didn't stop");
    }
    const thrown = thrownInto(type, value);
    try {
      method1(generator, "throw", thrown);
    } catch (error) {
      const escaped = caught(error);
      if (escaped.cls.isSubtype(StopIteration)) return escaped !== thrown;
      if (isThrown(escaped, thrown, [StopIteration])) return false;
      throw escaped;
    }
    return didNotStop(generator, "generator didn't stop after throw()");
  },
});
finishAbstract(generatorManagerType);
function didNotStop(generator: PyValue, message: string): never {
  const error = pyError(RuntimeError, message);
  method0(generator, "close");
  throw error;
}

/** What a decorator makes of a generator function: each call of it gives a manager of that type. */
export function managerMaker(decorator: string, type: PyType, func: PyValue): PyValue {
  const helper = innerFunction(
    "helper(*args, **kwds)",
    (args: PyTuple, kwds: PyDict) => call(type, [func, args, kwds], null),
    `${decorator}.<locals>.helper`,
  );
  return updateWrapper(helper, func);
}
/** `contextmanager(func)`. */
export function contextmanager(func: PyValue): PyValue {
  return managerMaker("contextmanager", generatorManagerType, func);
}

// ---- closing, suppress, nullcontext ------------------------------------------------------------------

export const closingType = managerClass("closing", [abstractManagerType]);
pythonMethods(closingType, {
  "__init__(thing)": (self: PyValue, thing: PyValue) => {
    setAttribute(self, "thing", thing);
    return null;
  },
  "__enter__()": (self: PyValue) => part(self, "thing"),
  "__exit__(*exc_info)": (self: PyValue) => {
    method0(part(self, "thing"), "close");
    return null;
  },
});

export const suppressType = managerClass("suppress", [abstractManagerType]);
pythonMethods(suppressType, {
  "__init__(*exceptions)": (self: PyValue, exceptions: PyTuple) => {
    setAttribute(self, "_exceptions", exceptions);
    return null;
  },
  "__enter__()": () => null,
  "__exit__(exctype, excinst, exctb)": (self: PyValue, type: PyValue, exception: PyValue) => {
    if (type === null) return null;
    const exceptions = part(self, "_exceptions");
    if (isSubclassOf(type, exceptions)) return true;
    if (!(type instanceof PyType && type.isSubtype(BaseExceptionGroup))) return false;
    const [, rest] = (method1(exception, "split", exceptions) as PyTuple).items;
    if (rest === null) return true;
    throw raise(rest as PyException);
  },
});
for (const type of [closingType, suppressType]) finishAbstract(type);
