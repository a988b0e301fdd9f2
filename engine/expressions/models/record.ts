// Records: the objects of authentik's models and of a context, as attributes by name. Nothing secret is ever put in one.

import { defineMethods } from "../../python/function.ts";
import { makeType, NotImplemented, PyObject, type PyType, type PyValue } from "../../python/object.ts";
import { same } from "../../python/operators.ts";

/** An object that is nothing but its attributes. */
export class PyRecord extends PyObject {
  declare dict: Map<string, PyValue>;
  constructor(cls: PyType, attributes: Map<string, PyValue>) {
    super();
    this.cls = cls;
    this.dict = attributes;
  }
  get(name: string): PyValue {
    return this.dict.get(name) ?? null;
  }
}

/** A type of records; `display` is their `str()`. */
export function recordType(name: string, module: string, display: (self: PyRecord) => string): PyType {
  const type = makeType(name, { module, subclassable: false });
  type.hasDict = true;
  defineMethods(type, {
    "__repr__()": (self: PyRecord) => `<${name}: ${display(self)}>`,
    "__str__()": (self: PyRecord) => display(self),
    // Django models are equal when they are the same row.
    "__eq__(value, /)": (self: PyRecord, other: PyValue) => {
      if (self === other) return true;
      if (!(other instanceof PyRecord) || other.cls !== self.cls) return NotImplemented;
      const pk = self.get("pk");
      return pk !== null && same(pk, other.get("pk"));
    },
  });
  return type;
}
