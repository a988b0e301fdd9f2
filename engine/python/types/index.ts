// Loads every built-in type, in the order in which they need one another.
import { BaseExceptionGroup, exceptionTypes } from "../exceptions.ts";
import { PyBuiltin } from "../function.ts";
import "./object.ts";
import "./type.ts";
import "./function.ts";
import "./descriptor.ts";
import "./exception.ts";
import "./exception-fields.ts";
import "./os-error.ts";
import "./unicode-error.ts";
import "./exception-group.ts";
import "./str.ts";
import "./bytes.ts";
import "./memoryview.ts";
import "./int.ts";
import "./float.ts";
import "./bool.ts";
import "./complex.ts";
import "./list.ts";
import "./dict.ts";
import "./set.ts";
import "./range.ts";
import "./lazy.ts";
import "./generic-alias.ts";

// CPython fills this slot anew for every exception that it defines, except for the group, which is made at run time.
for (const type of exceptionTypes.values()) {
  const init = type.lookup("__init__") as PyBuiltin;
  if (init.owner === type || type.base === BaseExceptionGroup) continue;
  type.dict.set("__init__", new PyBuiltin("__init__", init.sig, init.js, type));
  type.changed();
}
