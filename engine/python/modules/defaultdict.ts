// `collections.defaultdict`.
import { adopt } from "../classes.ts";
import { dictType, PyDict } from "../dict.ts";
import { keyError, typeError } from "../exceptions.ts";
import {
  call,
  call0,
  defineAttributes,
  defineMethods,
  defineStatic,
  isCallable,
  type Native,
  type PyBuiltin,
} from "../function.ts";
import { makeType, NotImplemented, PyObject, type PyType, type PyValue } from "../object.ts";
import { setItem } from "../operators.ts";
import { repr, reprOnce } from "../representation.ts";
import { type PyTuple, tuple } from "../sequence.ts";
import { mergeInto } from "../types/dict.ts";

/** A `defaultdict`. */
export class PyDefaultDict extends PyDict {
  factory: PyValue = null;
}
export const defaultdictType = makeType("collections.defaultdict", { of: PyDefaultDict, base: dictType });
defineStatic(defaultdictType, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType) => adopt(new PyDefaultDict(), cls),
});
defineAttributes<PyDefaultDict>(defaultdictType, {
  default_factory: [(self) => self.factory, (self, value) => void (self.factory = value)],
});

const method = (name: string): Native => (dictType.dict.get(name) as PyBuiltin).js;
const [initDict, reprDict] = [method("__init__"), method("__repr__")];

function copy(self: PyDefaultDict): PyValue {
  return call(self.cls, [self.factory, self], null);
}
function union(left: PyDict, right: PyDict, like: PyDefaultDict): PyValue {
  const made = call(like.cls, [like.factory, left], null);
  if (made instanceof PyDict) mergeInto(made, right);
  return made;
}
defineMethods(defaultdictType, {
  "__init__(*args, **kwargs)": (self: PyDefaultDict, args: PyTuple, kw: PyDict) => {
    const [factory = null, ...rest] = args.items;
    if (factory !== null && !isCallable(factory)) {
      throw typeError("first argument must be callable or None");
    }
    self.factory = factory;
    return initDict(self, tuple(rest), kw);
  },
  "__repr__()": (self: PyDefaultDict) => {
    const { factory: made } = self;
    const factory = made instanceof PyObject ? reprOnce(made, "...", () => repr(made)) : repr(made);
    return `${self.cls.builtin ? "defaultdict" : self.cls.name}(${factory}, ${reprDict(self)})`;
  },
  "__missing__(key, /)": (self: PyDefaultDict, key: PyValue) => {
    if (self.factory === null) throw keyError(key);
    const value = call0(self.factory);
    setItem(self, key, value);
    return value;
  },
  "copy()": copy,
  "__copy__()": copy,
  "__or__(value, /)": (self: PyDefaultDict, other: PyValue) =>
    other instanceof PyDict ? union(self, other, self) : NotImplemented,
  "__ror__(value, /)": (self: PyDefaultDict, other: PyValue) =>
    other instanceof PyDict ? union(other, self, self) : NotImplemented,
});
