// `mappingproxy`: a mapping that cannot be changed through it; what `cls.__dict__` gives.
import { findAttribute } from "../attribute.ts";
import { typeError } from "../exceptions.ts";
import { call, defineClassMethods, defineMethods, method } from "../function.ts";
import { hash } from "../hash.ts";
import { iterObject } from "../iterator.ts";
import { makeType, PyObject, type PyType, type PyValue, typeName, typeOf } from "../object.ts";
import { bitOr, contains, eq, getItem, length, ne } from "../operators.ts";
import { repr, str } from "../representation.ts";
import { PyList, PyTuple } from "../sequence.ts";
import { defineConstructor } from "./construct.ts";
import { genericAlias } from "./generic-alias.ts";

/** A read-only view of a mapping. */
export class PyMappingProxy extends PyObject {
  readonly mapping: PyValue;
  constructor(mapping: PyValue) {
    super();
    this.mapping = mapping;
  }
}
export const mappingProxyType = makeType("mappingproxy", { of: PyMappingProxy, subclassable: false });
const inner = (value: PyValue): PyValue => (value instanceof PyMappingProxy ? value.mapping : value);

defineConstructor(mappingProxyType, "(mapping)", (_cls: PyType, mapping: PyValue) => {
  const isMapping = typeOf(mapping).lookup("__getitem__") !== undefined;
  if (!isMapping || mapping instanceof PyList || mapping instanceof PyTuple) {
    throw typeError(`mappingproxy() argument must be a mapping, not ${typeName(mapping)}`);
  }
  return new PyMappingProxy(mapping);
});
defineMethods(mappingProxyType, {
  "__repr__()": (self: PyMappingProxy) => `mappingproxy(${repr(self.mapping)})`,
  "__str__()": (self: PyMappingProxy) => str(self.mapping),
  "__len__()": (self: PyMappingProxy) => length(self.mapping),
  "__iter__()": (self: PyMappingProxy) => iterObject(self.mapping),
  "__reversed__()": (self: PyMappingProxy) => method(self.mapping, "__reversed__", [], null),
  "__contains__(key, /)": (self: PyMappingProxy, key: PyValue) => contains(self.mapping, key),
  "__getitem__(key, /)": (self: PyMappingProxy, key: PyValue) => getItem(self.mapping, key),
  "__hash__()": (self: PyMappingProxy) => hash(self.mapping),
  "__eq__(value, /)": (self: PyMappingProxy, other: PyValue) => eq(self.mapping, other),
  "__ne__(value, /)": (self: PyMappingProxy, other: PyValue) => ne(self.mapping, other),
  "__or__(value, /)": (self: PyMappingProxy, other: PyValue) => bitOr(self.mapping, inner(other)),
  "__ror__(value, /)": (self: PyMappingProxy, other: PyValue) => bitOr(inner(other), self.mapping),
  "__ior__(value, /)": () => {
    throw typeError("'|=' is not supported by mappingproxy; use '|' instead");
  },
  "get(key, default=None, /)": (self: PyMappingProxy, key: PyValue, fallback: PyValue = null) =>
    method(self.mapping, "get", [key, fallback], null),
  "keys()": (self: PyMappingProxy) => method(self.mapping, "keys", [], null),
  "values()": (self: PyMappingProxy) => method(self.mapping, "values", [], null),
  "items()": (self: PyMappingProxy) => method(self.mapping, "items", [], null),
  "copy()": (self: PyMappingProxy) => call(findAttribute(self.mapping, "copy") ?? null, [], null),
});
defineClassMethods(mappingProxyType, { "__class_getitem__(item, /)": genericAlias });
