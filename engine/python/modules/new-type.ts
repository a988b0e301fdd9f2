// `typing.NewType`: a name for a type that only checkers tell from it.
import { adopt } from "../classes.ts";
import { typeError } from "../exceptions.ts";
import { callWithSelf, defineAttributes } from "../function.ts";
import { asStr, type KwArgs, makeType, PyObject, type PyType, type PyValue } from "../object.ts";
import { repr, str } from "../representation.ts";
import { tuple } from "../sequence.ts";
import { typing } from "../types/base-alias.ts";
import { pythonClass, pythonClassMethods, pythonMethods, pythonStatic } from "./python-function.ts";

const MODULE = "typing";

/** What `NewType("Name", type)` makes: gives back what it is called with. */
export class PyNewType extends PyObject {
  name = "";
  qualname = "";
  supertype: PyValue = null;
  module: PyValue = "__main__";
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    if (args.length === 1 && kw === null) return args[0] as PyValue;
    return callWithSelf(newTypeType.lookup("__call__") as PyValue, this, args, kw);
  }
}
export const newTypeType: PyType = makeType("NewType", { of: PyNewType, module: MODULE });
newTypeType.hasDict = true;
pythonStatic(newTypeType, {
  "__new__(cls, *args, **kwargs)": (cls: PyType) => adopt(new PyNewType(), cls),
});
pythonMethods(newTypeType, {
  "__init__(name, tp)": (self: PyNewType, name: PyValue, supertype: PyValue) => {
    self.qualname = asStr(name) ?? "";
    self.name = self.qualname.split(".").at(-1) as string;
    self.supertype = supertype;
    return null;
  },
  "__call__(x)": (_self: PyNewType, value: PyValue) => value,
  "__repr__()": (self: PyNewType) => `${str(self.module)}.${self.qualname}`,
  // The complaint needs the name of the class, which is there only when it has been made.
  "__mro_entries__(bases)": (self: PyNewType) => {
    const dummy = pythonClass("Dummy", { module: MODULE });
    pythonClassMethods(dummy, {
      "__init_subclass__()": (cls: PyType) => {
        throw typeError(
          `Cannot subclass an instance of NewType. Perhaps you were looking for: \`${cls.name} = NewType(${repr(cls.name)}, ${self.name})\``,
        );
      },
    });
    return tuple([dummy]);
  },
  "__or__(other)": (self: PyObject, other: PyValue) => typing.union(self, other),
  "__ror__(other)": (self: PyObject, other: PyValue) => typing.union(other, self),
});
defineAttributes<PyNewType>(newTypeType, {
  __name__: (self) => self.name,
  __qualname__: (self) => self.qualname,
  __supertype__: (self) => self.supertype,
  __module__: [(self) => self.module, (self, value) => void (self.module = value)],
});
