// What is known of each enumeration: its members by name and by value, and how they are made.
import type { PyDict } from "../dict.ts";
import type { Int } from "../integer.ts";
import { objectType, type PyType, type PyValue } from "../object.ts";
import type { PyList } from "../sequence.ts";

/** The tables of one enumeration. */
export interface EnumTable {
  /** Names of the members proper, in order; aliases are only in `members`. */
  readonly names: PyList;
  readonly members: PyDict;
  readonly byValue: PyDict;
  /** Values that cannot be hashed, and the same by member's name. */
  readonly unhashable: PyList;
  readonly unhashableNames: PyDict;
  /** The data type mixed in; `object` for none. */
  readonly memberType: PyType;
  /** `__new__` for members, and whether it takes the value. */
  readonly create: PyValue;
  readonly useArguments: boolean;
  readonly valueRepr: PyValue;
  readonly flag: FlagTable | null;
}
/** What flags know besides: all bits of members, those of single-bit members, and a mask as wide as the first. */
export interface FlagTable {
  readonly boundary: PyValue;
  mask: Int;
  singles: Int;
  all: Int;
}

const tables = new WeakMap<PyType, EnumTable>();

/** Remembers the tables of a new enumeration. */
export function setTable(type: PyType, table: EnumTable): void {
  tables.set(type, table);
}
/** The tables of an enumeration, or of the nearest ancestor that is one. */
export function tableOf(type: PyType): EnumTable | undefined {
  const own = tables.get(type);
  if (own !== undefined) return own;
  for (const base of type.mro) {
    const table = base === objectType ? undefined : tables.get(base);
    if (table !== undefined) return table;
  }
  return undefined;
}
/** An enumeration's members by name, aliases among them. */
export function membersOf(type: PyType): PyDict | undefined {
  return tableOf(type)?.members;
}
