// `enum.property`: an attribute of members that leaves its name to a member on the class.
import { getAttribute } from "../attribute.ts";
import { attributeError } from "../exceptions.ts";
import { call, defineAttributes, defineMethods, defineStatic } from "../function.ts";
import { makeType, PyObject, PyType, type PyValue, typeOf } from "../object.ts";
import { repr } from "../representation.ts";
import { membersOf } from "./enum-table.ts";

/** An `enum.property`. */
export class PyEnumProperty extends PyObject {
  fget: PyValue;
  fset: PyValue;
  fdel: PyValue;
  doc: PyValue;
  name = "";
  className = "";
  /** The member of that name, which reading from the class gives. */
  member: PyValue | undefined;
  /** What stood under that name before the member came: a plain attribute or a descriptor of the mixed-in type. */
  before: "attr" | "desc" | "enum" | undefined;
  owner: PyType | undefined;
  constructor(fget: PyValue = null, fset: PyValue = null, fdel: PyValue = null, doc: PyValue = null) {
    super();
    this.fget = fget;
    this.fset = fset;
    this.fdel = fdel;
    this.doc = doc ?? (fget === null ? null : getAttribute(fget, "__doc__"));
  }
  named(owner: PyType, name: string): void {
    this.name = name;
    this.className = owner.name;
  }
  private unknown(owner: PyValue): never {
    throw attributeError(owner, this.name, `${repr(owner)} has no attribute ${repr(this.name)}`);
  }
  read(instance: PyValue, owner: PyValue): PyValue {
    if (instance === null) return this.member ?? this.unknown(owner);
    if (this.fget !== null) return call(this.fget, [instance], null);
    if (this.before === "attr") return getAttribute(this.owner as PyType, this.name);
    if (this.before === "desc") return getAttribute(getAttribute(instance, "_value_"), this.name);
    const type = owner instanceof PyType ? owner : typeOf(instance);
    return membersOf(type)?.get(this.name) ?? this.unknown(type);
  }
}
export const enumPropertyType = makeType("property", { of: PyEnumProperty, module: "enum" });
defineStatic(enumPropertyType, {
  "__new__(cls, fget=None, fset=None, fdel=None, doc=None)": (
    _cls,
    fget: PyValue = null,
    fset: PyValue = null,
    fdel: PyValue = null,
    doc: PyValue = null,
  ) => new PyEnumProperty(fget, fset, fdel, doc),
});
function refuse(self: PyEnumProperty, instance: PyValue, what: string): never {
  throw attributeError(
    instance,
    self.name,
    `<enum ${repr(self.className)}> cannot ${what} attribute ${repr(self.name)}`,
  );
}
defineMethods(enumPropertyType, {
  "__init__(*args, **kwargs)": () => null,
  "__get__(instance, ownerclass=None)": (self: PyEnumProperty, instance: PyValue, owner: PyValue = null) =>
    self.read(instance, owner),
  "__set__(instance, value)": (self: PyEnumProperty, instance: PyValue, value: PyValue) =>
    self.fset === null ? refuse(self, instance, "set") : call(self.fset, [instance, value], null),
  "__delete__(instance)": (self: PyEnumProperty, instance: PyValue) =>
    self.fdel === null ? refuse(self, instance, "delete") : call(self.fdel, [instance], null),
  "__set_name__(ownerclass, name)": (self: PyEnumProperty, owner: PyType, name: string) => {
    self.named(owner, name);
    return null;
  },
  "getter(fget)": (self: PyEnumProperty, fget: PyValue) => new PyEnumProperty(fget, self.fset, self.fdel),
  "setter(fset)": (self: PyEnumProperty, fset: PyValue) =>
    new PyEnumProperty(self.fget, fset, self.fdel, self.doc),
  "deleter(fdel)": (self: PyEnumProperty, fdel: PyValue) =>
    new PyEnumProperty(self.fget, self.fset, fdel, self.doc),
});
defineAttributes<PyEnumProperty>(enumPropertyType, {
  fget: (self) => self.fget,
  fset: (self) => self.fset,
  fdel: (self) => self.fdel,
  name: (self) => self.name,
  member: (self) => self.member ?? null,
  __doc__: (self) => self.doc,
});
