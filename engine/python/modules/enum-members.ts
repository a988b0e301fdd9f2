// Members of enumerations: how each is made, and bound on its class.
import { getAttribute, getAttributeOr, setAttribute } from "../attribute.ts";
import { allocateInstance, root } from "../classes.ts";
import { PyDict } from "../dict.ts";
import { Exception, NameError, PyException, pyError, TypeError_, typeError } from "../exceptions.ts";
import { call, defineMethods, method, PyProperty } from "../function.ts";
import { orInt, powInt, subInt } from "../integer.ts";
import { asInt, makeType, objectType, PyObject, type PyType, type PyValue } from "../object.ts";
import { equal } from "../operators.ts";
import { repr } from "../representation.ts";
import { list, PyList, PyTuple } from "../sequence.ts";
import { charge } from "../state.ts";
import { bitCount, isSingleBit } from "./enum-bits.ts";
import { isDescriptor } from "./enum-dict.ts";
import { PyEnumProperty } from "./enum-property.ts";
import { enumTable, valueOf } from "./enum-root.ts";
import { type EnumTable, setTable } from "./enum-table.ts";

// ---- members -------------------------------------------------------------------------------------

/** Stands in the class for a member until `__set_name__` tells its name. */
export class ProtoMember extends PyObject {
  readonly value: PyValue;
  readonly table: EnumTable;
  constructor(value: PyValue, table: EnumTable) {
    super();
    this.value = value;
    this.table = table;
  }
}
export const protoType = makeType("_proto_member", { of: ProtoMember, module: "enum", subclassable: false });
defineMethods(protoType, {
  "__set_name__(enum_class, member_name, /)": (self: ProtoMember, type: PyType, name: string) => {
    setTable(type, self.table);
    type.dict.delete(name);
    type.changed();
    makeMember(type, name, self.value, self.table);
    return null;
  },
});

function makeMember(type: PyType, name: string, given: PyValue, table: EnumTable): void {
  const single = !(given instanceof PyTuple) || table.memberType.name === "tuple";
  const args = single ? [given] : [...(given as PyTuple).items];
  let member: PyValue;
  if (table.useArguments) member = call(table.create, [type, ...args], null);
  else member = table.create === root.create ? allocateInstance(type) : call(table.create, [type], null);
  if (getAttributeOr(member, "_value_", undefined) === undefined) {
    setAttribute(member, "_value_", table.memberType === objectType ? given : converted(table, args));
  }
  const value = getAttribute(member, "_value_");
  setAttribute(member, "_name_", name);
  setAttribute(member, "__objclass__", type);
  method(member, "__init__", args, null);
  setAttribute(member, "_sort_order_", table.names.items.length);
  const bits = table.flag === null ? undefined : asInt(value);
  const single1 = bits !== undefined && isSingleBit(bits);
  if (table.flag !== null) {
    if (bits !== undefined) {
      table.flag.mask = orInt(table.flag.mask, bits);
      if (single1) table.flag.singles = orInt(table.flag.singles, bits);
    }
    table.flag.all = subInt(powInt(2, bitCount(table.flag.mask)), 1);
    publishFlags(type, table);
  }
  const known = withValue(table, value);
  if (known === undefined && (table.flag === null || single1)) table.names.items.push(name);
  addMember(type, name, known ?? member, table);
  if (hashable(value)) {
    if (!table.byValue.has(value)) table.byValue.set(value, known ?? member);
  } else addUnhashable(table, name, value);
}
function converted(table: EnumTable, args: PyValue[]): PyValue {
  try {
    return call(table.memberType, args, null);
  } catch (error) {
    if (!(error instanceof PyException && error.cls.isSubtype(Exception))) throw error;
    const refused = typeError("_value_ not set in __new__, unable to create it");
    refused.cause = error;
    throw refused;
  }
}
function publishFlags(type: PyType, table: EnumTable): void {
  const flag = table.flag;
  if (flag === null) return;
  type.dict.set("_flag_mask_", flag.mask);
  type.dict.set("_singles_mask_", flag.singles);
  type.dict.set("_all_bits_", flag.all);
  type.changed();
}
/** Can it be a key? */
export function hashable(value: PyValue): boolean {
  try {
    new PyDict().has(value);
    return true;
  } catch (error) {
    if (error instanceof PyException && error.cls.isSubtype(TypeError_)) return false;
    throw error;
  }
}
/** The member that has this value already. */
function withValue(table: EnumTable, value: PyValue): PyValue | undefined {
  if (hashable(value)) return table.byValue.get(value);
  for (const member of table.members.values()) {
    charge(1);
    if (equal(valueOf(member), value)) return member;
  }
  return undefined;
}
export function addUnhashable(table: EnumTable, name: string, value: PyValue): void {
  table.unhashable.items.push(value);
  const own = table.unhashableNames.get(name);
  if (own instanceof PyList) own.items.push(value);
  else table.unhashableNames.set(name, list([value]));
}

/** Binds a member's name on its class; `enum.property` keeps what the name meant for instances. */
export function addMember(type: PyType, name: string, member: PyValue, table = enumTable(type)): void {
  const bound = table.members.get(name);
  if (bound !== undefined) {
    if (bound === member) return;
    throw pyError(NameError, `${repr(name)} is already bound: ${repr(bound)}`);
  }
  let descriptor: PyValue | undefined;
  let kind: "attr" | "desc" | "enum" | undefined;
  let owner: PyType | undefined;
  for (const base of type.mro.slice(1)) {
    const found = base.dict.get(name);
    if (found === undefined || found === null) continue;
    if (found instanceof PyEnumProperty) {
      [descriptor, kind, owner] = [found, "enum", base];
      break;
    }
    if (isDescriptor(found)) {
      descriptor = found;
      kind ??= "desc";
      owner ??= base;
    } else [kind, owner] = ["attr", base];
  }
  if (descriptor === undefined) type.dict.set(name, member);
  else {
    const redirect = new PyEnumProperty();
    redirect.member = member;
    redirect.named(type, name);
    if (kind !== "attr" && (descriptor instanceof PyEnumProperty || descriptor instanceof PyProperty)) {
      redirect.fget = descriptor.fget;
      redirect.fset = descriptor.fset;
      redirect.fdel = descriptor.fdel;
    }
    redirect.before = kind;
    redirect.owner = owner;
    type.dict.set(name, redirect);
  }
  type.changed();
  table.members.set(name, member);
}
