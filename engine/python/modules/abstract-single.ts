// `collections.abc`: the classes of one ability (`Hashable`, `Iterable`, `Callable` …), and those of generators.
import {
  GeneratorExit,
  NotImplementedError,
  pyError,
  RuntimeError,
  raise,
  StopIteration,
} from "../exceptions.ts";
import { defineClassMethods, method1 } from "../function.ts";
import { exceptionFrom, makeGenerator } from "../generator.ts";
import type { PyValue } from "../object.ts";
import { isRaised } from "../raising.ts";
import { genericAlias } from "../types/generic-alias.ts";
import { abstractClass } from "./abc.ts";
import { recognise } from "./abstract-hook.ts";
import { callableAlias } from "./callable-alias.ts";
import { pythonMethods } from "./python-function.ts";

const MODULE = "collections.abc";

export const hashableType = abstractClass("Hashable", MODULE, [], { "__hash__()": () => 0 });
recognise(hashableType, "__hash__");
export const sizedType = abstractClass("Sized", MODULE, [], { "__len__()": () => 0 });
recognise(sizedType, "__len__");
export const containerType = abstractClass("Container", MODULE, [], { "__contains__(x)": () => false });
recognise(containerType, "__contains__");
export const bufferType = abstractClass("Buffer", MODULE, [], {
  "__buffer__(flags, /)": () => {
    throw pyError(NotImplementedError);
  },
});
recognise(bufferType, "__buffer__");
export const callableType = abstractClass("Callable", MODULE, [], { "__call__(*args, **kwds)": () => false });
recognise(callableType, "__call__");

defineClassMethods(callableType, { "__class_getitem__(item, /)": callableAlias });

export const iterableType = abstractClass("Iterable", MODULE, [], {
  "__iter__()": () => makeGenerator("__iter__", "Iterable.__iter__", nothing()),
});
function* nothing(): Generator<PyValue, PyValue, PyValue> {
  yield* [];
  return null;
}
recognise(iterableType, "__iter__");
export const iteratorType = abstractClass("Iterator", MODULE, [iterableType], {
  "__next__()": () => {
    throw pyError(StopIteration);
  },
});
pythonMethods(iteratorType, { "__iter__()": (self: PyValue) => self });
recognise(iteratorType, "__iter__", "__next__");
export const reversibleType = abstractClass("Reversible", MODULE, [iterableType], {
  "__reversed__()": () => makeGenerator("__reversed__", "Reversible.__reversed__", nothing()),
});
recognise(reversibleType, "__reversed__", "__iter__");
export const collectionType = abstractClass("Collection", MODULE, [sizedType, iterableType, containerType]);
recognise(collectionType, "__len__", "__iter__", "__contains__");

// ---- generators and what is awaited --------------------------------------------------------------

function throwInto(type: PyValue, value: PyValue = null): never {
  throw raise(exceptionFrom(type, value));
}
/** `close()`: throws GeneratorExit in, and wants it or StopIteration back. */
const close =
  (what: string) =>
  (self: PyValue): null => {
    try {
      method1(self, "throw", GeneratorExit);
    } catch (error) {
      if (isRaised(error, GeneratorExit) || isRaised(error, StopIteration)) return null;
      throw error;
    }
    throw pyError(RuntimeError, `${what} ignored GeneratorExit`);
  };
const stop = (): never => {
  throw pyError(StopIteration);
};

export const generatorAbcType = abstractClass("Generator", MODULE, [iteratorType], {
  "send(value)": stop,
  "throw(typ, val=None, tb=None)": (_self: PyValue, type: PyValue, value?: PyValue) => throwInto(type, value),
});
pythonMethods(generatorAbcType, {
  "__next__()": (self: PyValue) => method1(self, "send", null),
  "close()": close("generator"),
});
recognise(generatorAbcType, "__iter__", "__next__", "send", "throw", "close");

function* once(): Generator<PyValue, PyValue, PyValue> {
  yield null;
  return null;
}
export const awaitableType = abstractClass("Awaitable", MODULE, [], {
  "__await__()": () => makeGenerator("__await__", "Awaitable.__await__", once()),
});
recognise(awaitableType, "__await__");
export const coroutineAbcType = abstractClass("Coroutine", MODULE, [awaitableType], {
  "send(value)": stop,
  "throw(typ, val=None, tb=None)": (_self: PyValue, type: PyValue, value?: PyValue) => throwInto(type, value),
});
pythonMethods(coroutineAbcType, { "close()": close("coroutine") });
recognise(coroutineAbcType, "__await__", "send", "throw", "close");

for (const type of [containerType, iterableType, awaitableType]) {
  defineClassMethods(type, { "__class_getitem__(item, /)": genericAlias });
}
