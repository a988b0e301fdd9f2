// `instance.__dict__`: the attributes of an instance, as a dict that is those attributes.

import { PyDict } from "./dict.ts";
import { attributeError, BaseException, typeError } from "./exceptions.ts";
import { PyGetSet } from "./function.ts";
import { asStr, PyObject, type PyType, type PyValue, protocol, typeName } from "./object.ts";

/** A dict over the instance's own attributes. */
export class PyNamespace extends PyDict {
  constructor(attributes: Map<string, PyValue>) {
    super();
    this.map = attributes as PyDict["map"];
  }
}

/** The dict of each instance that was asked for it: always the same one. */
const namespaces = new WeakMap<Map<string, PyValue>, PyDict>();

function attributesOf(self: PyValue): PyDict {
  if (!(self instanceof PyObject)) throw attributeError(self, "__dict__", `no __dict__ on ${typeName(self)}`);
  self.dict ??= new Map();
  const known = namespaces.get(self.dict);
  if (known !== undefined) return known;
  const made = new PyNamespace(self.dict);
  namespaces.set(self.dict, made);
  return made;
}

function replace(self: PyObject, value: PyValue): void {
  if (!(value instanceof PyDict)) {
    throw typeError(`__dict__ must be set to a dictionary, not a '${typeName(value)}'`);
  }
  for (const key of value.keys()) {
    if (asStr(key) === undefined) throw typeError(`attribute name must be string, not '${typeName(key)}'`);
  }
  self.dict = value.map as Map<string, PyValue>;
  namespaces.set(self.dict, value);
}

/** A `__dict__` that can be replaced but not deleted. */
export function lastingDict(
  refusal: string,
): [get: (self: PyObject) => PyValue, set: (self: PyObject, value: PyValue) => void, remove: () => void] {
  return [
    attributesOf,
    replace,
    () => {
      throw typeError(refusal);
    },
  ];
}

/** The `__dict__` descriptor of a class. */
export function dictDescriptor(type: PyType): PyGetSet {
  return new PyGetSet(type, "__dict__", {
    get: attributesOf,
    set: replace,
    remove: (self: PyObject) => {
      self.dict = undefined;
    },
  });
}
protocol.dictDescriptor = dictDescriptor;
const [get, set, remove] = lastingDict("cannot delete __dict__");
BaseException.dict.set("__dict__", new PyGetSet(BaseException, "__dict__", { get, set, remove }));
