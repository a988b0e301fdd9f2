// `enum.EnumType`: how a class body becomes an enumeration, and what enumerations can do as classes.
import { getAttribute, getAttributeOr, plainSetAttribute, setAttribute } from "../attribute.ts";
import { defaultOrder } from "../class-layout.ts";
import { allocateInstance, root } from "../classes.ts";
import { dictFromMap, PyDict } from "../dict.ts";
import {
  attributeError,
  Exception,
  NameError,
  PyException,
  pyError,
  TypeError_,
  typeError,
  valueError,
} from "../exceptions.ts";
import {
  call,
  callWithSelf,
  defineAttributes,
  defineMethods,
  method,
  PyBuiltin,
  PyProperty,
  PyStaticMethod,
  special,
} from "../function.ts";
import { orInt, powInt, subInt } from "../integer.ts";
import { collect, LazyIterator } from "../iterator.ts";
import {
  asInt,
  asStr,
  isInstance,
  type KwArgs,
  makeType,
  noneType,
  objectType,
  PyObject,
  PyType,
  type PyValue,
  typeName,
  typeType,
} from "../object.ts";
import { contains, equal, getItem, same, truth } from "../operators.ts";
import { repr } from "../representation.ts";
import { list, PyList, PyTuple, tuple } from "../sequence.ts";
import { charge } from "../state.ts";
import { makeSuper } from "../super.ts";
import { PyMappingProxy } from "../types/mapping-proxy.ts";
import { bitCount, isSingleBit } from "./enum-bits.ts";
import { isDescriptor, PyEnumDict, words } from "./enum-dict.ts";
import { PyEnumProperty } from "./enum-property.ts";
import { type EnumTable, setTable, tableOf } from "./enum-table.ts";
import { pythonClassMethods, pythonMethods, pythonStatic } from "./python-function.ts";

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

// ---- what a new class inherits -------------------------------------------------------------------

function checkExisting(name: string, bases: readonly PyValue[]): void {
  for (const chain of bases) {
    for (const base of chain instanceof PyType ? chain.mro : []) {
      if (base.cls.isSubtype(enumType) && enumTable(base).names.items.length > 0) {
        throw typeError(`<enum ${repr(name)}> cannot extend ${repr(base)}`);
      }
    }
  }
}

/** The data type of the members, and the enumeration that the new one derives from. */
function mixins(name: string, bases: readonly PyValue[]): { data: PyType; first: PyType | undefined } {
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
  {
    positional: ["self"],
    posonly: 0,
    required: 1,
    varargs: null,
    kwonly: [],
    kwonlyRequired: [],
    varkw: null,
  },
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

// ---- members -------------------------------------------------------------------------------------

/** Stands in the class for a member until `__set_name__` tells its name. */
class ProtoMember extends PyObject {
  readonly value: PyValue;
  readonly table: EnumTable;
  constructor(value: PyValue, table: EnumTable) {
    super();
    this.value = value;
    this.table = table;
  }
}
const protoType = makeType("_proto_member", { of: ProtoMember, module: "enum", subclassable: false });
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
function generatorOf(first: PyType): PyValue {
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

// ---- the metaclass's methods ---------------------------------------------------------------------

pythonClassMethods(enumType, {
  "__prepare__(cls, bases, **kwds)": (_meta: PyType, name: string, bases: PyTuple) => {
    checkExisting(name, bases.items);
    const namespace = new PyEnumDict();
    namespace.className = name;
    const { first } = mixins(name, bases.items);
    if (first !== undefined) namespace.store("_generate_next_value_", generatorOf(first));
    return namespace;
  },
});
pythonStatic(enumType, {
  "__new__(metacls, cls, bases, classdict, *, boundary=None, _simple=False, **kwds)": (
    meta: PyType,
    name: PyValue,
    bases: PyTuple,
    namespace: PyValue,
    boundary: PyValue = null,
    _simple: PyValue = false,
    kwds: PyDict = new PyDict(),
  ) => {
    if (!(namespace instanceof PyEnumDict)) {
      throw attributeError(
        namespace,
        "_member_names",
        `'${typeName(namespace)}' object has no attribute '_member_names'`,
      );
    }
    const kw: KwArgs = new Map([...kwds.entries()] as [string, PyValue][]);
    const create = getAttribute(makeSuper(enumType, meta), "__new__");
    return makeEnum(asStr(name) ?? "", bases.items, namespace, boundary, (entries) => {
      // As `dict(classdict)`: the metaclasses behind this one see an ordinary namespace.
      return call(create, [meta, name, bases, dictFromMap(entries)], kw.size === 0 ? null : kw) as PyType;
    });
  },
});

function membersIn(type: PyType, names: readonly PyValue[]): PyValue {
  const { members } = enumTable(type);
  let i = 0;
  return new LazyIterator(() => {
    const name = names[i++];
    return name === undefined ? undefined : members.get(name);
  });
}

/** `Enum("Name", names)`: a new enumeration without a class statement. */
function create(cls: PyType, name: PyValue, given: PyValue, options: FunctionalOptions): PyValue {
  const meta = cls.cls;
  const bases = tuple(options.type === null ? [cls] : [options.type, cls]);
  const { first } = mixins(asStr(name) ?? "", bases.items);
  const namespace = call(getAttribute(meta, "__prepare__"), [name, bases], null) as PyEnumDict;
  const put = (key: PyValue, value: PyValue): void => {
    special(namespace, "__setitem__", [key, value]);
  };
  const text = asStr(given);
  let names: PyValue = text === undefined ? given : list(words(text));
  if ((names instanceof PyTuple || names instanceof PyList) && asStr(names.items[0] ?? null) !== undefined) {
    const values: PyValue[] = [];
    const next = getAttribute(first as PyType, "_generate_next_value_");
    names = list(
      names.items.map((key, count) => {
        const value = call(next, [key, options.start, count, list([...values])], null);
        values.push(value);
        return tuple([key, value]);
      }),
    );
  }
  for (const item of names === null ? [] : collect(names)) {
    if (asStr(item) !== undefined) put(item, getItem(names, item));
    else {
      const [key, value] = unpack(item);
      put(key, value);
    }
  }
  // Without the name of a module that has it, a class cannot be pickled.
  namespace.set("__module__", options.module ?? "<unknown>");
  if (options.qualname !== null) namespace.set("__qualname__", options.qualname);
  const kw: KwArgs = new Map([["boundary", options.boundary]]);
  return call(getAttribute(meta, "__new__"), [meta, name, bases, namespace], kw);
}
function unpack(item: PyValue): [PyValue, PyValue] {
  const pair = collect(item);
  if (pair.length < 2) throw valueError(`not enough values to unpack (expected 2, got ${pair.length})`);
  if (pair.length > 2) throw valueError("too many values to unpack (expected 2)");
  return pair as [PyValue, PyValue];
}
interface FunctionalOptions {
  readonly module: PyValue;
  readonly qualname: PyValue;
  readonly type: PyValue;
  readonly start: PyValue;
  readonly boundary: PyValue;
}

pythonMethods(enumType, {
  "__call__(value, names=None, *values, module=None, qualname=None, type=None, start=1, boundary=None)": (
    self: PyType,
    value: PyValue,
    names: PyValue | undefined,
    values: PyTuple,
    module: PyValue = null,
    qualname: PyValue = null,
    type: PyValue = null,
    start: PyValue = 1,
    boundary: PyValue = null,
  ) => {
    if (enumTable(self).members.size > 0) {
      const wanted = names === undefined ? value : tuple([value, names, ...values.items]);
      return call(getAttribute(self, "__new__"), [self, wanted], null);
    }
    if (names === undefined && type === null) {
      throw typeError(
        `${repr(self)} has no members; specify \`names=()\` if you meant to create a new, empty, enum`,
      );
    }
    return create(self, value, names ?? null, { module, qualname, type, start, boundary });
  },
  "__bool__()": () => true,
  "__contains__(value)": (self: PyType, value: PyValue) => {
    if (isInstance(value, self)) return true;
    const table = enumTable(self);
    return hashable(value) ? table.byValue.has(value) : contains(table.unhashable, value);
  },
  "__delattr__(attr)": (self: PyType, name: PyValue) => {
    if (enumTable(self).members.has(name)) {
      throw attributeError(self, String(name), `${repr(self.name)} cannot delete member ${repr(name)}.`);
    }
    call(getAttribute(makeSuper(enumType, self), "__delattr__"), [name], null);
    return null;
  },
  "__setattr__(name, value)": (self: PyType, name: PyValue, value: PyValue) => {
    if (tableOf(self)?.members.has(name) === true && self.dict.has("_member_map_")) {
      throw attributeError(self, String(name), `cannot reassign member ${repr(name)}`);
    }
    plainSetAttribute(self, asStr(name) as string, value);
    return null;
  },
  "__dir__()": (self: PyType) => {
    const table = enumTable(self);
    const names = new Set<string>(
      (
        "__class__ __contains__ __doc__ __getitem__ __init_subclass__ __iter__ __len__ __members__ __module__ " +
        "__name__ __qualname__"
      ).split(" "),
    );
    for (const name of table.names.items) names.add(name as string);
    if (table.create !== root.create) names.add("__new__");
    if (table.memberType !== objectType)
      for (const name of collect(call(typeType.lookup("__dir__") as PyValue, [table.memberType], null)))
        names.add(name as string);
    return list([...names].sort());
  },
  "__getitem__(name)": (self: PyType, name: PyValue) => getItem(enumTable(self).members, name),
  "__iter__()": (self: PyType) => membersIn(self, enumTable(self).names.items),
  "__reversed__()": (self: PyType) => membersIn(self, [...enumTable(self).names.items].reverse()),
  "__len__()": (self: PyType) => enumTable(self).names.items.length,
  "__repr__()": (self: PyType) => `<${isFlag(self) ? "flag" : "enum"} ${repr(self.name)}>`,
  "_add_member_(name, member)": (self: PyType, name: string, member: PyValue) => {
    addMember(self, name, member);
    return null;
  },
});
defineAttributes<PyType>(enumType, {
  __members__: (self) => new PyMappingProxy(enumTable(self).members),
});
