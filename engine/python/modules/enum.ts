// The module `enum`: `Enum` and its kin, `unique` and `verify`.
import { findAttribute, getAttribute } from "../attribute.ts";
import { builtins } from "../builtins.ts";
import { adopt } from "../classes.ts";
import {
  attributeError,
  Exception,
  NotImplementedError,
  PyException,
  pyError,
  raise,
  TypeError_,
  typeError,
  ValueError,
  valueError,
} from "../exceptions.ts";
import { formatText } from "../format-spec.ts";
import { builtin, call, method1, type PyBuiltin, PyStaticMethod } from "../function.ts";
import { hash } from "../hash.ts";
import { type Int, orInt, powInt } from "../integer.ts";
import { collect } from "../iterator.ts";
import { defineModule } from "../module.ts";
import {
  asInt,
  asStr,
  intType,
  isInstance,
  objectType,
  type PyObject,
  PyStr,
  PyType,
  type PyValue,
  strType,
  typeOf,
} from "../object.ts";
import { add, contains, equal, getItem, same } from "../operators.ts";
import { repr, str } from "../representation.ts";
import { list, type PyList, type PyTuple, tuple } from "../sequence.ts";
import { charge } from "../state.ts";
import { sortItems } from "../types/list.ts";
import { binary, bitCount, isSingleBit, lsbBits } from "./enum-bits.ts";
import { builtinEnum } from "./enum-class.ts";
import { autoType, enumDictType, memberType, nonmemberType } from "./enum-dict.ts";
import { addMembers, combinations, installBoundaries, makeFlag, showMember } from "./enum-flag.ts";
import { addMember, addUnhashable, hashable } from "./enum-members.ts";
import { enumPropertyType, PyEnumProperty } from "./enum-property.ts";
import { enumTable, enumType, isFlag, nameOf, roots, valueOf } from "./enum-root.ts";
import "./enum-type.ts";
import {
  pythonClass,
  pythonClassMethods,
  pythonFunctions,
  pythonMethods,
  pythonStatic,
} from "./python-function.ts";

// ---- Enum ----------------------------------------------------------------------------------------

export const enumBase = builtinEnum("Enum", [], "enum", () => undefined);

/** `Enum.__new__`: the member that has the value. */
function memberOf(cls: PyType, value: PyValue): PyValue {
  if (typeOf(value) === cls) return value;
  const table = enumTable(cls);
  if (hashable(value)) {
    const known = table.byValue.get(value) ?? combinations(cls, table).get(value);
    if (known !== undefined) return known;
  } else {
    for (const [name, values] of table.unhashableNames.entries()) {
      if (contains(values, value)) return getItem(table.members, name);
    }
  }
  if (table.members.size === 0) {
    if (findAttribute(cls, `_${cls.name}__in_progress`) === true) {
      throw typeError("do not use `super().__new__; call the appropriate __new__ directly");
    }
    throw typeError(`${repr(cls)} has no members defined`);
  }
  return missing(cls, value);
}

function missing(cls: PyType, value: PyValue): PyValue {
  let result: PyValue = null;
  let failure: PyException | undefined;
  try {
    result = method1(cls, "_missing_", value);
  } catch (error) {
    if (!(error instanceof PyException && error.cls.isSubtype(Exception))) throw error;
    failure = error;
  }
  if (failure === undefined && isInstance(result, cls)) return result;
  const { flag } = enumTable(cls);
  if (flag !== null && flag.boundary === boundaryNamed("EJECT") && asInt(result) !== undefined) return result;
  const invalid = new PyException(ValueError, [`${repr(value)} is not a valid ${cls.qualname}`]);
  if (failure === undefined && result === null) throw raise(invalid);
  failure ??= new PyException(TypeError_, [
    `error in ${cls.name}._missing_: returned ${repr(result)} instead of None or a valid member`,
  ]);
  const raised = raise(failure);
  if (!failure.cls.isSubtype(ValueError)) raised.context = invalid;
  throw raised;
}

/** The greatest value so far plus one. */
function nextValue(last: PyList, start: PyValue): PyValue {
  const { items } = last;
  if (items.length === 0) return start;
  let greatest = items.at(-1) as PyValue;
  if (items.every((value) => typeof value === "number")) greatest = Math.max(...(items as number[]));
  else {
    try {
      greatest = sortItems([...items], null, false).at(-1) as PyValue;
    } catch (error) {
      if (!(error instanceof PyException && error.cls.isSubtype(TypeError_))) throw error;
      throw typeError("unable to sort non-numeric values");
    }
  }
  try {
    return add(greatest, 1);
  } catch (error) {
    if (!(error instanceof PyException && error.cls.isSubtype(TypeError_))) throw error;
    throw typeError(`unable to increment ${repr(greatest)}`);
  }
}

pythonStatic(enumBase, {
  "__new__(cls, value)": memberOf,
  "_generate_next_value_(name, start, count, last_values)": (
    _name: PyValue,
    start: PyValue,
    _count: PyValue,
    last: PyList,
  ) => nextValue(last, start),
});
roots.enum = enumBase;
roots.create = enumBase.dict.get("__new__") as PyValue;
pythonClassMethods(enumBase, { "_missing_(value)": () => null });

/** `member._add_value_alias_(value)`: another value that finds the member. */
function addValueAlias(self: PyValue, value: PyValue): PyValue {
  const table = enumTable(typeOf(self));
  const bound = hashable(value)
    ? table.byValue.get(value)
    : [...table.members.values()].find((member) => equal(valueOf(member), value));
  if (bound !== undefined) {
    if (bound !== self) throw valueError(`${repr(value)} is already bound: ${repr(bound)}`);
    return null;
  }
  if (hashable(value)) table.byValue.set(value, self);
  else addUnhashable(table, String(nameOf(self)), value);
  return null;
}

pythonMethods(enumBase, {
  "__init__(*args, **kwds)": () => null,
  "_add_alias_(name)": (self: PyValue, name: string) => {
    addMember(typeOf(self), name, self);
    return null;
  },
  "_add_value_alias_(value)": addValueAlias,
  "__repr__()": showMember,
  "__str__()": (self: PyValue) => `${typeOf(self).name}.${String(nameOf(self))}`,
  "__dir__()": (self: PyValue) => {
    const cls = typeOf(self);
    const table = enumTable(cls);
    const names = new Set<string>();
    if (table.memberType !== objectType) {
      const plain = call(objectType.lookup("__dir__") as PyValue, [self], null);
      for (const name of collect(plain)) names.add(name as string);
    }
    const own = (self as PyObject).dict?.keys() ?? [];
    for (const name of own) if (!name.startsWith("_") && !table.members.has(name)) names.add(name);
    for (const base of cls.mro) {
      for (const [name, value] of base.dict) {
        if (name.startsWith("_")) continue;
        if (!(value instanceof PyEnumProperty)) {
          if (!table.members.has(name)) names.add(name);
        } else if (value.fget !== null || !table.members.has(name)) names.add(name);
        else names.delete(name);
      }
    }
    for (const name of ["__class__", "__doc__", "__eq__", "__hash__", "__module__"]) names.add(name);
    return list([...names].sort());
  },
  "__format__(format_spec)": (self: PyValue, spec: PyValue) => formatText(str(self), str(spec), "str"),
  "__hash__()": (self: PyValue) => hash(nameOf(self)),
  "__reduce_ex__(proto)": (self: PyValue) => tuple([typeOf(self), tuple([valueOf(self)])]),
  "__deepcopy__(memo)": (self: PyValue) => self,
  "__copy__()": (self: PyValue) => self,
});
for (const name of ["name", "value"]) {
  const read = builtin(`${name}(self)`, (self: PyValue) => (name === "name" ? nameOf(self) : valueOf(self)));
  const property = new PyEnumProperty(read, null, null, `The ${name} of the Enum member.`);
  property.named(enumBase, name);
  enumBase.dict.set(name, property);
}
enumBase.changed();

const reprEnum = builtinEnum("ReprEnum", [enumBase], "enum", () => undefined);
roots.reprEnum = reprEnum;
/** `enum.IntEnum`. */
export const intEnum = builtinEnum("IntEnum", [intType, reprEnum], "enum", () => undefined);

// ---- StrEnum -------------------------------------------------------------------------------------

function newString(cls: PyType, values: PyTuple): PyValue {
  const [first, encoding, errors] = values.items;
  if (values.items.length > 3) throw typeError(`too many arguments for str(): ${repr(values)}`);
  if (values.items.length === 1 && asStr(first as PyValue) === undefined)
    throw typeError(`${repr(first as PyValue)} is not a string`);
  if (encoding !== undefined && asStr(encoding) === undefined)
    throw typeError(`encoding must be a string, not ${repr(encoding)}`);
  if (errors !== undefined && asStr(errors) === undefined)
    throw typeError(`errors must be a string, not ${repr(errors)}`);
  const value = call(strType, [...values.items], null);
  const member = adopt(new PyStr(asStr(value) as string), cls);
  member.dict?.set("_value_", value);
  return member;
}
const strEnum = builtinEnum("StrEnum", [strType, reprEnum], "enum", (namespace) => {
  namespace.set("__new__", new PyStaticMethod(builtin("__new__(cls, *values)", newString)));
});
pythonStatic(strEnum, {
  "_generate_next_value_(name, start, count, last_values)": (name: PyValue) =>
    asStr(name)?.toLowerCase() ?? null,
});
strEnum.changed();

// ---- Flag ----------------------------------------------------------------------------------------

const boundaryType = builtinEnum("FlagBoundary", [strEnum], "enum", (namespace) =>
  addMembers(namespace, { STRICT: "strict", CONFORM: "conform", EJECT: "eject", KEEP: "keep" }),
);
function boundaryNamed(name: string): PyValue {
  return enumTable(boundaryType).members.get(name) as PyValue;
}
export const [STRICT, CONFORM, EJECT, KEEP] = ["STRICT", "CONFORM", "EJECT", "KEEP"].map(boundaryNamed) as [
  PyValue,
  PyValue,
  PyValue,
  PyValue,
];
installBoundaries({ STRICT, CONFORM, EJECT, KEEP });
const flag = makeFlag(enumBase, builtins.get("repr") as PyBuiltin);
/** `enum.IntFlag`. */
export const intFlag = builtinEnum("IntFlag", [intType, reprEnum, flag], "enum", () => undefined, KEEP);
const enumCheck = builtinEnum("EnumCheck", [strEnum], "enum", (namespace) =>
  addMembers(namespace, {
    CONTINUOUS: "no skipped integer values",
    NAMED_FLAGS: "multi-flag aliases may not contain unnamed flags",
    UNIQUE: "one name per value",
  }),
);
const check = (name: string): PyValue => enumTable(enumCheck).members.get(name) as PyValue;

// ---- unique and verify ---------------------------------------------------------------------------

/** `alias -> name` of each alias. */
function aliases(enumeration: PyType): string {
  return [...enumTable(enumeration).members.entries()]
    .filter(([name, member]) => !same(name, nameOf(member)))
    .map(([name, member]) => `${String(name)} -> ${String(nameOf(member))}`)
    .join(", ");
}
function unique(enumeration: PyValue): PyValue {
  const found = aliases(enumClass(enumeration));
  if (found !== "") throw valueError(`duplicate values found in ${repr(enumeration)}: ${found}`);
  return enumeration;
}
function enumClass(value: PyValue): PyType {
  if (value instanceof PyType && value.cls.isSubtype(enumType)) return value;
  getAttribute(value, "__members__");
  throw attributeError(value, "__members__", `${repr(value)} is not an enumeration`);
}

function checkContinuous(enumeration: PyType): void {
  const table = enumTable(enumeration);
  const values = new Set(
    table.names.items.map((name) => asInt(valueOf(table.members.get(name) as PyValue)) as Int),
  );
  if (values.size < 2) return;
  const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const [low, high] = [sorted[0] as Int, sorted.at(-1) as Int];
  const missing: Int[] = [];
  const note = (value: Int): void => {
    charge(1);
    if (!values.has(value)) missing.push(value);
  };
  if (isFlag(enumeration)) {
    for (let bit = bitCount(low); bit < bitCount(high) - 1; bit++) note(powInt(2, bit));
  } else {
    // Numbers beyond what the message shows need not be listed.
    for (let i = Number(low) + 1; i < Number(high) && missing.length < 300; i++) note(i);
  }
  if (missing.length === 0) return;
  const kind = isFlag(enumeration) ? "flag" : "enum";
  throw valueError(
    `invalid ${kind} ${repr(enumeration.name)}: missing values ${missing.join(", ")}`.slice(0, 256),
  );
}

function checkNamedFlags(enumeration: PyType): void {
  const table = enumTable(enumeration);
  const known = table.names.items.map((name) => valueOf(table.members.get(name) as PyValue));
  const incomplete: string[] = [];
  let absent: Int = 0;
  for (const [name, member] of table.members.entries()) {
    const value = asInt(valueOf(member));
    if (value === undefined || value < 0 || table.names.items.some((own) => same(own, name))) continue;
    const missed = lsbBits(value).filter((bit) => !known.some((own) => same(own, bit)));
    if (missed.length > 0) incomplete.push(String(name));
    for (const bit of missed) absent = orInt(absent, bit);
  }
  if (incomplete.length === 0) return;
  const names =
    incomplete.length === 1
      ? `alias ${incomplete[0]} is missing`
      : `aliases ${incomplete.slice(0, -1).join(", ")} and ${incomplete.at(-1)} are missing`;
  const value = isSingleBit(absent) ? "value" : "combined values of";
  throw valueError(
    `invalid Flag ${repr(enumeration.name)}: ${names} ${value} 0x${absent.toString(16)} [use enum.show_flag_values(value) for details]`,
  );
}

const verifyType = pythonClass("verify", { module: "enum" });
pythonMethods(verifyType, {
  "__init__(*checks)": (self: PyObject, checks: PyTuple) => {
    self.dict?.set("checks", checks);
    return null;
  },
  "__call__(enumeration)": (self: PyObject, enumeration: PyValue) => {
    if (!(enumeration instanceof PyType) || !enumeration.isSubtype(enumBase)) {
      throw typeError("the 'verify' decorator only works with Enum and Flag");
    }
    for (const wanted of collect(getAttribute(self, "checks"))) {
      if (wanted === check("UNIQUE")) {
        const found = aliases(enumeration);
        if (found !== "") throw valueError(`aliases found in ${repr(enumeration)}: ${found}`);
      } else if (wanted === check("CONTINUOUS")) checkContinuous(enumeration);
      else if (wanted === check("NAMED_FLAGS")) checkNamedFlags(enumeration);
    }
    return enumeration;
  },
});

// ---- the module ----------------------------------------------------------------------------------

/** The last part of the name of the module that a member's class is in. */
function moduleOf(member: PyValue): string {
  const module = getAttribute(typeOf(member), "__module__");
  return str(module).split(".").at(-1) as string;
}
/** `enum.global_flag_repr`: `re.IGNORECASE|re.MULTILINE`. */
export function globalFlagRepr(self: PyValue): string {
  const module = moduleOf(self);
  const cls = typeOf(self);
  const name = nameOf(self);
  const value = valueOf(self);
  if (name === null) return `${module}.${cls.name}(${repr(value)})`;
  if (isSingleBit(asInt(value) ?? 0)) return `${module}.${String(name)}`;
  const bare = enumTable(cls).flag?.boundary === KEEP;
  return String(name)
    .split("|")
    .map((part) => (bare && /^\d/.test(part) ? part : `${module}.${part}`))
    .join("|");
}
const globalStr = (self: PyValue): string => {
  const name = nameOf(self);
  return name === null ? `${typeOf(self).name}(${repr(valueOf(self))})` : String(name);
};

defineModule("enum", {
  values: {
    EnumType: enumType,
    EnumMeta: enumType,
    property: enumPropertyType,
    STRICT,
    CONFORM,
    EJECT,
    KEEP,
    CONTINUOUS: check("CONTINUOUS"),
    NAMED_FLAGS: check("NAMED_FLAGS"),
    UNIQUE: check("UNIQUE"),
    ...pythonFunctions({
      "unique(enumeration)": unique,
      "global_flag_repr(self)": globalFlagRepr,
      "global_enum_repr(self)": (self: PyValue) => `${moduleOf(self)}.${String(nameOf(self))}`,
      "global_str(self)": globalStr,
      "global_enum(cls, update_str=False)": () => {
        throw pyError(
          NotImplementedError,
          "enum.global_enum() is not available in an expression: there is no module to put the members into",
        );
      },
      "pickle_by_global_name(self, proto)": (self: PyValue) => nameOf(self),
      "pickle_by_enum_name(self, proto)": (self: PyValue) =>
        tuple([builtins.get("getattr") as PyValue, tuple([typeOf(self), nameOf(self)])]),
      "show_flag_values(value)": (value: PyValue) => {
        const int = asInt(value) ?? asInt(getAttribute(value, "value"));
        return list(lsbBits(int ?? 0, value));
      },
      "bin(num, max_bits=None)": (value: PyValue, least: PyValue = null) =>
        binary(asInt(value) ?? 0, least === null ? null : Number(asInt(least))),
    }),
  },
  types: [
    enumBase,
    reprEnum,
    intEnum,
    strEnum,
    flag,
    intFlag,
    boundaryType,
    enumCheck,
    verifyType,
    autoType,
    memberType,
    nonmemberType,
    enumDictType,
  ],
});
