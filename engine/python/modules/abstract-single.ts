// `collections.abc`: the classes of one ability (`Hashable`, `Iterable`, `Callable` …), and those of generators.
import {
  GeneratorExit,
  NotImplementedError,
  pyError,
  RuntimeError,
  raise,
  StopIteration,
  typeError,
} from "../exceptions.ts";
import { defineClassMethods, defineMethods, method1 } from "../function.ts";
import { exceptionFrom, makeGenerator } from "../generator.ts";
import { Ellipsis, makeType, type PyType, type PyValue } from "../object.ts";
import { isRaised } from "../raising.ts";
import { repr } from "../representation.ts";
import { PyList, PyTuple, tuple } from "../sequence.ts";
import {
  genericAlias,
  genericAliasType,
  PyGenericAlias,
  showType,
  unionable,
} from "../types/generic-alias.ts";
import { abstractClass } from "./abc.ts";
import { recognise } from "./abstract-hook.ts";
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

/** `Callable[[int], str]`: the parameters' types lie flat before the result's. */
class CallableAlias extends PyGenericAlias {}
const callableAliasType = makeType("_CallableGenericAlias", {
  of: CallableAlias,
  base: genericAliasType,
  module: MODULE,
});
unionable.add(callableAliasType);
defineMethods(callableAliasType, {
  "__repr__()": (self: CallableAlias) => {
    const types = self.args.items.slice(0, -1);
    const result = self.args.items.at(-1) as PyValue;
    const taken = types[0] === Ellipsis ? "..." : `[${types.map(showType).join(", ")}]`;
    return `${MODULE}.Callable[${taken}, ${showType(result)}]`;
  },
});
defineClassMethods(callableType, {
  "__class_getitem__(item, /)": (cls: PyType, item: PyValue) => {
    if (!(item instanceof PyTuple && item.items.length === 2)) {
      throw typeError("Callable must be used as Callable[[arg, ...], result].");
    }
    const [parameters, result] = item.items as [PyValue, PyValue];
    if (parameters !== Ellipsis && !(parameters instanceof PyList || parameters instanceof PyTuple)) {
      throw typeError(
        `Expected a list of types, an ellipsis, ParamSpec, or Concatenate. Got ${repr(parameters)}`,
      );
    }
    const types = parameters === Ellipsis ? [parameters] : (parameters as PyList).items;
    return new CallableAlias(cls, tuple([...types, result]));
  },
});

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
