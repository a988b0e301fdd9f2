// `typing.ForwardRef`: a type as a text, for what is not there yet when the annotation is written.
import { getAttribute } from "../attribute.ts";
import { pyError, SyntaxError_, typeError } from "../exceptions.ts";
import { call, defineAttributes, defineMethods, defineStatic } from "../function.ts";
import { hashTuple } from "../hash.ts";
import { importModule } from "../module.ts";
import { asStr, makeType, NotImplemented, PyObject, type PyType, type PyValue } from "../object.ts";
import { same, truth } from "../operators.ts";
import { isRaised } from "../raising.ts";
import { repr } from "../representation.ts";
import { typing } from "../types/base-alias.ts";

/** A text that stands for a type. */
export class PyForwardRef extends PyObject {
  readonly text: string;
  readonly module: PyValue;
  /** May it only be what an argument may be? A class's annotation may be `ClassVar[…]`, too. */
  readonly isArgument: boolean;
  readonly isClass: boolean;
  constructor(text: string, isArgument = true, module: PyValue = null, isClass = false) {
    super();
    this.text = text;
    this.isArgument = isArgument;
    this.module = module;
    this.isClass = isClass;
  }
}
export const forwardRefType = makeType("ForwardRef", {
  of: PyForwardRef,
  module: "typing",
  subclassable: false,
});

/** The tree of a text: `ast.Expression`. `*Ts` gives the one value that the star takes out. */
export function parsed(text: string): PyValue {
  // Only who has such a text needs a parser, and so the module is asked for when there is one.
  const parse = getAttribute(importModule("ast", true), "parse");
  return call(parse, [text.startsWith("*") ? `(${text},)[0]` : text, "<string>", "eval"], null);
}

/** A reference; SyntaxError for a text that is no expression. */
export function forwardRef(...made: ConstructorParameters<typeof PyForwardRef>): PyForwardRef {
  const [text] = made;
  if (/^[A-Z_a-z]\w*$/.test(text)) return new PyForwardRef(...made);
  try {
    parsed(text);
  } catch (error) {
    if (!isRaised(error, SyntaxError_)) throw error;
    throw pyError(SyntaxError_, `Forward reference must be an expression -- got ${repr(text)}`);
  }
  return new PyForwardRef(...made);
}
defineStatic(forwardRefType, {
  "__new__(cls, arg, is_argument=True, module=None, *, is_class=False)": (
    _cls: PyType,
    arg: PyValue,
    isArgument: PyValue = true,
    module: PyValue = null,
    isClass: PyValue = false,
  ) => {
    const text = asStr(arg);
    if (text === undefined) throw typeError(`Forward reference must be a string -- got ${repr(arg)}`);
    return forwardRef(text, truth(isArgument), module, truth(isClass));
  },
});
defineMethods(forwardRefType, {
  "__init__(*args, **kwargs)": () => null,
  "__repr__()": (self: PyForwardRef) => {
    const module = self.module === null ? "" : `, module=${repr(self.module)}`;
    return `ForwardRef(${repr(self.text)}${module})`;
  },
  "__eq__(other, /)": (self: PyForwardRef, other: PyValue) =>
    other instanceof PyForwardRef
      ? self.text === other.text && same(self.module, other.module)
      : NotImplemented,
  "__hash__()": (self: PyForwardRef) => hashTuple([self.text, self.module]),
  "__or__(other, /)": (self: PyForwardRef, other: PyValue) => typing.union(self, other),
  "__ror__(other, /)": (self: PyForwardRef, other: PyValue) => typing.union(other, self),
});
defineAttributes<PyForwardRef>(forwardRefType, {
  __forward_arg__: (self) => self.text,
  __forward_evaluated__: () => false,
  __forward_value__: () => null,
  __forward_module__: (self) => self.module,
  __forward_is_argument__: (self) => self.isArgument,
  __forward_is_class__: (self) => self.isClass,
});
