// What every enumeration is made with: the metaclass, the classes at the root, and what a member is.
import { getAttribute } from "../attribute.ts";
import { attributeError } from "../exceptions.ts";
import { makeType, type PyObject, type PyType, type PyValue, typeType } from "../object.ts";
import { type EnumTable, tableOf } from "./enum-table.ts";

/** The metaclass `enum.EnumType`, also known as `EnumMeta`. */
export const enumType: PyType = makeType("EnumType", { base: typeType, module: "enum" });

/** The classes that every enumeration is compared with, once they are there. */
export const roots: {
  enum: PyType | undefined;
  flag: PyType | undefined;
  reprEnum: PyType | undefined;
  /** `Enum.__new__`. */
  create: PyValue | undefined;
} = { enum: undefined, flag: undefined, reprEnum: undefined, create: undefined };

/** The tables of a class known to be an enumeration. */
export function enumTable(type: PyType): EnumTable {
  const table = tableOf(type);
  if (table === undefined) {
    throw attributeError(type, "_member_map_", `type object '${type.name}' has no attribute '_member_map_'`);
  }
  return table;
}
/** Is it an enumeration of flags? */
export function isFlag(type: PyType): boolean {
  return roots.flag !== undefined && type.isSubtype(roots.flag);
}
/** A member's value. */
export function valueOf(member: PyValue): PyValue {
  return (member as PyObject).dict?.get("_value_") ?? getAttribute(member, "_value_");
}
/** A member's name; null for combinations of flags that have none. */
export function nameOf(member: PyValue): PyValue {
  return (member as PyObject).dict?.get("_name_") ?? getAttribute(member, "_name_");
}
