// How a class body becomes an enumeration: what it inherits, its tables, its order.
import { getAttribute, getAttributeOr } from "../attribute.ts";
import { defaultOrder } from "../class-layout.ts";
import { root } from "../classes.ts";
import { PyDict } from "../dict.ts";
import { Exception, PyException, typeError, valueError } from "../exceptions.ts";
import { call, callWithSelf, PyBuiltin, PyStaticMethod, special } from "../function.ts";
import { collect } from "../iterator.ts";
import { asInt, asStr, makeType, noneType, objectType, PyObject, PyType, type PyValue } from "../object.ts";
import { getItem, same, truth } from "../operators.ts";
import { repr } from "../representation.ts";
import { list } from "../sequence.ts";
import { plainSignature } from "../signature.ts";
import { isSingleBit } from "./enum-bits.ts";
import { PyEnumDict, words } from "./enum-dict.ts";
import { ProtoMember, protoType } from "./enum-members.ts";

import { enumTable, enumType, isFlag, roots, valueOf } from "./enum-root.ts";
import { type EnumTable, setTable, tableOf } from "./enum-table.ts";

// ---- what a new class inherits -------------------------------------------------------------------

export function checkExisting(name: string, bases: readonly PyValue[]): void {
  for (const chain of bases) {
    for (const base of chain instanceof PyType ? chain.mro : []) {
      if (base.cls.isSubtype(enumType) && enumTable(base).names.items.length > 0) {
        throw typeError(`<enum ${repr(name)}> cannot extend ${repr(base)}`);
      }
    }
  }
}

/** The data type of the members, and the enumeration that the new one derives from. */
export function mixins(name: string, bases: readonly PyValue[]): { data: PyType; first: PyType | undefined } {
  if (bases.length === 0) return { data: objectType, first: roots.enum };
  const first = bases.at(-1) as PyValue;
  if (!(first instanceof PyType) || !first.cls.isSubtype(enumType)) {
    throw typeError(
      "new enumerations should be created as `EnumName([mixin_type, ...] [data_type,] enum_type)`",
    );
  }
  const found = new Set<PyType>();
  for (const chain of bases as PyType[]) {
    let candidate: PyType | undefined;
    for (const base of chain.mro) {
      if (base === objectType) continue;
      if (base.cls.isSubtype(enumType)) {
        const data = enumTable(base).memberType;
        if (data === objectType) continue;
        found.add(data);
        break;
      }
      if (base.dict.has("__new__") || base.dict.has("__dataclass_fields__")) {
        found.add(candidate ?? base);
        break;
      }
      candidate ??= base;
    }
  }
  if (found.size > 1) {
    throw typeError(`too many data types for ${repr(name)}: {${[...found].map(repr).join(", ")}}`);
  }
  return { data: [...found][0] ?? objectType, first };
}

const dataclassRepr = new PyBuiltin(
  "_dataclass_repr",
  plainSignature(["self"]),
  (self: PyValue) => {
    const fields = getAttribute(self, "__dataclass_fields__");
    return collect(fields)
      .filter((name) => truth(getAttribute(getItem(fields, name), "repr")))
      .map((name) => `${name}=${repr(getAttribute(self, name as string))}`)
      .join(", ");
  },
  null,
);

/** How members show their values: as the data type does. */
function dataRepr(bases: readonly PyValue[]): PyValue {
  for (const chain of bases as PyType[]) {
    for (const base of chain.mro) {
      if (base === objectType) continue;
      if (base.cls.isSubtype(enumType)) return enumTable(base).valueRepr;
      const own = base.dict.get("__repr__");
      if (own === undefined) continue;
      const options = base.dict.has("__dataclass_fields__") && base.dict.get("__dataclass_params__");
      return options instanceof PyObject && truth(getAttribute(options, "repr")) ? dataclassRepr : own;
    }
  }
  return null;
}

/** The `__new__` that makes members. */
function creator(namespace: PyDict, data: PyType, first: PyType | undefined) {
  const own = namespace.get("__new__");
  const plain = (f: PyValue | undefined): boolean =>
    f === undefined ||
    f === null ||
    f === roots.create ||
    f === root.create ||
    f === noneType.dict.get("__new__");
  let create = own ?? undefined;
  for (const name of ["__new_member__", "__new__"]) {
    for (const possible of [data, first]) {
      if (create !== undefined || possible === undefined) continue;
      const target = getAttributeOr(possible, name, null);
      if (!plain(target)) create = target ?? undefined;
    }
  }
  const made = create instanceof PyStaticMethod ? create.func : (create ?? (root.create as PyValue));
  return {
    create: made,
    save: first !== undefined && own !== undefined,
    useArguments: first !== undefined && made !== root.create && made !== roots.create,
  };
}

// ---- the class -----------------------------------------------------------------------------------

/** Makes an enumeration from its namespace; `build` makes the class and names what is in it. */
export function makeEnum(
  name: string,
  bases: readonly PyValue[],
  namespace: PyEnumDict,
  boundary: PyValue,
  build: (entries: Map<string, PyValue>) => PyType,
): PyType {
  for (const ignored of [...namespace.ignored, "_ignore_"]) namespace.delete(ignored);
  const invalid = ["mro", ""].filter((bad) => namespace.memberNames.has(bad));
  if (invalid.length > 0) throw valueError(`invalid enum member name(s) ${invalid.map(repr).join(",")}`);
  const order = namespace.get("_order_");
  namespace.delete("_order_");
  const { data, first } = mixins(name, bases);
  const { create, save, useArguments } = creator(namespace, data, first);
  const inherited = first === undefined ? undefined : tableOf(first)?.flag?.boundary;
  const flags = bases.some((base) => base instanceof PyType && isFlag(base)) || name === "Flag";
  const table: EnumTable = {
    names: list([]),
    members: new PyDict(),
    byValue: new PyDict(),
    unhashable: list([]),
    unhashableNames: new PyDict(),
    memberType: data,
    create,
    useArguments,
    valueRepr: dataRepr(bases),
    flag: flags ? { boundary: boundary ?? inherited ?? null, mask: 0, singles: 0, all: 0 } : null,
  };
  const entries = new Map<string, PyValue>();
  for (const [key, value] of namespace.entries()) entries.set(key as string, value);
  const generate = entries.get("_generate_next_value_");
  if (generate !== undefined && generate !== null && !(generate instanceof PyStaticMethod)) {
    entries.set("_generate_next_value_", new PyStaticMethod(generate));
  }
  entries.set("_new_member_", new PyStaticMethod(create));
  entries.set("_use_args_", useArguments);
  for (const member of namespace.memberNames)
    entries.set(member, new ProtoMember(entries.get(member) as PyValue, table));
  for (const [key, value] of [
    ["_member_names_", table.names],
    ["_member_map_", table.members],
    ["_value2member_map_", table.byValue],
    ["_unhashable_values_", table.unhashable],
    ["_unhashable_values_map_", table.unhashableNames],
    ["_member_type_", data],
  ] as [string, PyValue][])
    entries.set(key, value);
  const shown = table.valueRepr;
  entries.set("_value_repr_", shown instanceof PyBuiltin ? new PyStaticMethod(shown) : shown);
  if (table.flag !== null) {
    entries.set("_boundary_", table.flag.boundary);
    for (const key of ["_flag_mask_", "_singles_mask_", "_all_bits_"]) entries.set(key, 0);
    entries.set("_inverted_", null);
  }
  entries.set(`_${name}__in_progress`, true);
  let type: PyType;
  try {
    type = build(entries);
  } catch (error) {
    throw renewed(error);
  }
  setTable(type, table);
  type.dict.delete(`_${name}__in_progress`);
  inheritText(type, bases, data, first);
  if (roots.flag !== undefined && isFlag(type)) {
    for (const operator of ["or", "and", "xor", "ror", "rand", "rxor", "invert"]) {
      const key = `__${operator}__`;
      if (!type.dict.has(key)) type.dict.set(key, roots.flag.lookup(key) as PyValue);
    }
  }
  if (roots.create !== undefined) {
    if (save) type.dict.set("__new_member__", new PyStaticMethod(create));
    type.dict.set("__new__", roots.create);
  }
  type.changed();
  finishOrder(type, table, order);
  return type;
}

/** CPython makes the exception anew, to be rid of the notes on it. */
function renewed(error: unknown): unknown {
  if (!(error instanceof PyException && error.cls.isSubtype(Exception))) return error;
  const text = special(error, "__str__", []) as PyValue;
  const made = call(error.cls, [text], null) as PyException;
  made.cause = error.cause;
  made.context = error.context;
  made.raised = error.raised;
  return made;
}

/** The data type's ways to show itself do not hide those of the enumeration. */
function inheritText(type: PyType, bases: readonly PyValue[], data: PyType, first: PyType | undefined): void {
  if (roots.reprEnum !== undefined && bases.includes(roots.reprEnum)) {
    if (data === objectType) {
      throw typeError("ReprEnum subclasses must be mixed with a data type (i.e. int, str, float, etc.)");
    }
    if (!type.dict.has("__format__")) type.dict.set("__format__", data.lookup("__format__") as PyValue);
    if (!type.dict.has("__str__")) {
      const text = data.lookup("__str__") as PyValue;
      const plain = text === objectType.dict.get("__str__");
      type.dict.set("__str__", plain ? (data.lookup("__repr__") as PyValue) : text);
    }
    type.changed();
  }
  for (const name of ["__repr__", "__str__", "__format__"]) {
    if (type.dict.has(name) || first === undefined) continue;
    const found = type.lookup(name);
    if (found === data.lookup(name) || found === objectType.lookup(name))
      type.dict.set(name, first.lookup(name) as PyValue);
  }
  type.changed();
}

function finishOrder(type: PyType, table: EnumTable, declared: PyValue | undefined): void {
  const text = declared === undefined ? undefined : asStr(declared);
  let order = declared === undefined ? undefined : text === undefined ? collect(declared) : words(text);
  if (table.flag !== null && roots.flag !== undefined) {
    const values = table.names.items.map((name) => valueOf(table.members.get(name) as PyValue));
    if (values.some((value, i) => i > 0 && (value as number) < (values[i - 1] as number))) {
      type.dict.set("_iter_member_", type.lookup("_iter_member_by_def_") as PyValue);
      type.changed();
    }
    order = order?.filter((name) => {
      const member = table.members.get(name);
      const value = member === undefined ? undefined : asInt(valueOf(member));
      return value === undefined || isSingleBit(value);
    });
  }
  if (order === undefined || order.length === 0) return;
  order = order.filter(
    (name) => !table.members.has(name) || table.names.items.some((known) => same(known, name)),
  );
  if (!same(list(order), table.names)) {
    throw typeError(`member order does not match _order_:\n  ${repr(table.names)}\n  ${repr(list(order))}`);
  }
}

/** A built-in enumeration: shared by all evaluations, so nothing of it can be changed. */
export function builtinEnum(
  name: string,
  bases: PyType[],
  module: string,
  body: (namespace: PyEnumDict) => void,
  boundary: PyValue = null,
): PyType {
  const namespace = new PyEnumDict();
  namespace.className = name;
  const { first } = mixins(name, bases);
  if (first !== undefined) namespace.store("_generate_next_value_", generatorOf(first));
  body(namespace);
  const type = makeEnum(name, bases, namespace, boundary, (entries) => {
    const made = makeType(name, { bases: bases.length === 0 ? [objectType] : bases, module });
    made.cls = enumType;
    made.layout = bases.find((base) => base.layout !== objectType)?.layout ?? objectType;
    made.hasDict = true;
    made.mro = defaultOrder(made);
    for (const [key, value] of entries) made.dict.set(key, value);
    for (const [key, value] of entries) {
      if (value instanceof ProtoMember)
        callWithSelf(protoType.lookup("__set_name__") as PyValue, value, [made, key], null);
    }
    return made;
  });
  const table = enumTable(type);
  for (const member of table.members.values()) {
    const object = member as PyObject;
    object.dict = new SharedMap(object.dict);
  }
  for (const dict of [table.members, table.byValue, table.unhashableNames])
    dict.map = new SharedMap(dict.map) as typeof dict.map;
  for (const own of [table.names, table.unhashable]) own.items = Object.freeze(own.items) as PyValue[];
  return type;
}
export function generatorOf(first: PyType): PyValue {
  return getAttributeOr(first, "_generate_next_value_", null);
}
/** Attributes of an object that all evaluations share. */
class SharedMap<K, V> extends Map<K, V> {
  private readonly full: boolean;
  constructor(entries: Map<K, V> | undefined) {
    super(entries ?? []);
    this.full = true;
  }
  private refuse(): never {
    throw typeError("the enumerations of the library are shared and read-only in an expression");
  }
  override set(key: K, value: V): this {
    return this.full ? this.refuse() : super.set(key, value);
  }
  override delete(): boolean {
    return this.refuse();
  }
  override clear(): void {
    this.refuse();
  }
}
