// `enum.Flag` and `FlagBoundary`: members that are combined bit by bit.
import { getAttribute, getAttributeOr, setAttribute } from "../attribute.ts";
import { allocateInstance } from "../classes.ts";
import { PyDict } from "../dict.ts";
import { typeError, valueError } from "../exceptions.ts";
import { call, call1, method1, type PyBuiltin } from "../function.ts";
import { addInt, andInt, type Int, invertInt, powInt, xorInt } from "../integer.ts";
import { collect, LazyIterator } from "../iterator.ts";
import {
  asInt,
  isInstance,
  NotImplemented,
  objectType,
  type PyType,
  type PyValue,
  typeOf,
} from "../object.ts";
import { add, bitAnd, bitOr, bitXor, equal, gt, invert, same, truth } from "../operators.ts";
import { repr } from "../representation.ts";
import type { PyList } from "../sequence.ts";
import { charge, perEvaluation } from "../state.ts";
import { binary, bitCount, lsbBits } from "./enum-bits.ts";
import { builtinEnum } from "./enum-class.ts";
import type { PyEnumDict } from "./enum-dict.ts";
import { enumTable, nameOf, roots, valueOf } from "./enum-root.ts";
import type { EnumTable, FlagTable } from "./enum-table.ts";
import { pythonClassMethods, pythonMethods, pythonStatic } from "./python-function.ts";

/** Adds `KEY = auto()`-like members to a built-in enumeration. */
export function addMembers(namespace: PyEnumDict, members: { [name: string]: PyValue }): void {
  for (const [name, value] of Object.entries(members)) namespace.store(name, value);
}

let boundaries: { [name: string]: PyValue } = {};
/** Installs `FlagBoundary`'s members, once there are any. */
export function installBoundaries(members: { [name: string]: PyValue }): void {
  boundaries = members;
}

/** Combinations of the library's own flags: the classes are shared by all evaluations and keep none of them. */
const combined = perEvaluation(() => new Map<PyType, PyDict>());
/** Where a class keeps the combinations that were asked for. */
export function combinations(cls: PyType, table: EnumTable): PyDict {
  if (!cls.builtin) return table.byValue;
  let own = combined().get(cls);
  if (own === undefined) {
    own = new PyDict();
    combined().set(cls, own);
  }
  return own;
}

function flagTable(cls: PyType): FlagTable {
  return enumTable(cls).flag as FlagTable;
}
/** A value outside what the members cover, brought inside as the boundary says; undefined: it is no flag any more. */
function bounded(cls: PyType, value: PyValue, int: Int, flag: FlagTable): PyValue | undefined {
  const { mask, all, boundary } = flag;
  if (int >= invertInt(all) && int <= all && andInt(int, xorInt(all, mask)) === 0) return value;
  if (boundary === boundaries.STRICT) {
    const width = Math.max(bitCount(int), bitCount(mask));
    throw valueError(
      `${repr(cls)} invalid value ${repr(value)}\n    given ${binary(int, width)}\n  allowed ${binary(mask, width)}`,
    );
  }
  if (boundary === boundaries.CONFORM) return bitAnd(value, mask);
  if (boundary === boundaries.EJECT) return undefined;
  if (boundary !== boundaries.KEEP) {
    throw valueError(`${repr(cls)} unknown flag boundary ${repr(boundary)}`);
  }
  // Both are powers of two.
  return int >= 0 ? value : add(powInt(2, Math.max(bitCount(all), bitCount(int))), value);
}

/** `Flag._missing_`: the combination of members that a value is. The value may be a flag of another class. */
function combination(cls: PyType, given: PyValue): PyValue {
  const int = asInt(given);
  if (int === undefined) throw valueError(`${repr(given)} is not a valid ${cls.qualname}`);
  const table = enumTable(cls);
  const flag = flagTable(cls);
  const { boundary, mask, singles } = flag;
  let value = bounded(cls, given, int, flag);
  if (value === undefined) return given;
  let negative: PyValue | undefined;
  if ((asInt(value) as Int) < 0) {
    negative = value;
    value = add(addInt(flag.all, 1), value);
  }
  const strange = bitAnd(value, invertInt(mask));
  if (truth(strange) && boundary !== boundaries.KEEP) {
    throw valueError(
      `${cls.name}(${repr(value)}) -->  unknown values ${repr(strange)} [${binary(asInt(strange) as Int)}]`,
    );
  }
  const aliases = bitAnd(value, invertInt(singles));
  const bits = bitAnd(value, singles);
  const made =
    table.memberType === objectType
      ? allocateInstance(cls)
      : call(getAttribute(table.memberType, "__new__"), [cls, value], null);
  if (getAttributeOr(made, "_value_", undefined) === undefined) setAttribute(made, "_value_", value);
  setAttribute(made, "_name_", null);
  if (truth(bits) || truth(aliases)) {
    const members = collect(method1(cls, "_iter_member_", bits));
    let covered: PyValue = 0;
    for (const member of members) covered = bitOr(covered, valueOf(member));
    if (truth(aliases)) {
      value = bitOr(bits, aliases);
      for (const member of table.members.values()) {
        charge(1);
        const own = valueOf(member);
        if (members.some((known) => same(known, member)) || !truth(own)) continue;
        if (!equal(bitAnd(own, value), own)) continue;
        members.push(member);
        covered = bitOr(covered, own);
      }
    }
    const unknown = bitXor(value, covered);
    let name = members.map((member) => String(nameOf(member))).join("|");
    if (truth(covered) && truth(unknown)) {
      if (boundary === boundaries.STRICT)
        throw valueError(`${repr(cls)}: no members with value ${repr(unknown)}`);
      name += `|${String(call1(getAttribute(cls, "_numeric_repr_"), unknown))}`;
    }
    if (truth(covered)) setAttribute(made, "_name_", name);
  }
  const kept = combinations(cls, table);
  const known = kept.get(value) ?? table.byValue.get(value);
  if (known === undefined) kept.set(value, made);
  if (negative !== undefined) kept.set(negative, known ?? made);
  return known ?? made;
}

/** The members whose bits are in the value, lowest first. */
function membersByValue(cls: PyType, value: PyValue): (PyValue | undefined)[] {
  const table = enumTable(cls);
  const bits = andInt(asInt(value) ?? 0, flagTable(cls).mask);
  return lsbBits(bits).map((bit) => table.byValue.get(bit));
}
function stepping(items: readonly (PyValue | undefined)[]): PyValue {
  let i = 0;
  return new LazyIterator(() => (i < items.length ? (items[i++] ?? null) : undefined));
}

/** What a value counts for beside this flag; undefined when it cannot be combined with it. */
function operand(self: PyValue, other: PyValue): PyValue | undefined {
  if (isInstance(other, typeOf(self))) return valueOf(other);
  const { memberType } = enumTable(typeOf(self));
  return memberType !== objectType && isInstance(other, memberType) ? other : undefined;
}
function operator(symbol: string, apply: (a: PyValue, b: PyValue) => PyValue) {
  return (self: PyValue, other: PyValue): PyValue => {
    const value = operand(self, other);
    if (value === undefined) return NotImplemented;
    for (const flag of [self, other]) {
      if (operand(self, flag) === null) {
        throw typeError(`'${text(flag)}' cannot be combined with other flags with ${symbol}`);
      }
    }
    return call(typeOf(self), [apply(valueOf(self), value)], null);
  };
}
function text(flag: PyValue): string {
  return String(method1(flag, "__format__", ""));
}

/** The greatest of the values, as `max` finds it. */
function greatest(values: readonly PyValue[]): PyValue {
  let best = values[0] as PyValue;
  for (const value of values.slice(1)) if (truth(gt(value, best))) best = value;
  return best;
}

/** Makes `Flag`, with a boundary that is there already. */
export function makeFlag(base: PyType, numericRepr: PyBuiltin): PyType {
  const flag = builtinEnum(
    "Flag",
    [base],
    "enum",
    (namespace) => {
      namespace.set("_numeric_repr_", numericRepr);
    },
    boundaries.STRICT,
  );
  roots.flag = flag;
  pythonStatic(flag, {
    "_generate_next_value_(name, start, count, last_values)": (
      _name: PyValue,
      start: PyValue,
      count: PyValue,
      last: PyList,
    ) => {
      if (!truth(count)) return start ?? 1;
      const value = greatest(last.items);
      const int = asInt(value);
      if (int === undefined) throw typeError(`invalid flag value ${repr(value)}`);
      return powInt(2, bitCount(int));
    },
  });
  const byDefinition = (cls: PyType, value: PyValue): PyValue => {
    const order = (member: PyValue | undefined): number =>
      Number(asInt(getAttribute(member ?? null, "_sort_order_")));
    return stepping(membersByValue(cls, value).sort((a, b) => order(a) - order(b)));
  };
  pythonClassMethods(flag, {
    "_iter_member_by_value_(value)": (cls: PyType, value: PyValue) => stepping(membersByValue(cls, value)),
    "_iter_member_by_def_(value)": byDefinition,
    "_missing_(value)": combination,
  });
  flag.dict.set("_iter_member_", flag.dict.get("_iter_member_by_value_") as PyValue);
  const [or, and, xor] = [operator("|", bitOr), operator("&", bitAnd), operator("^", bitXor)];
  pythonMethods(flag, {
    "__contains__(other)": (self: PyValue, other: PyValue) => {
      if (!isInstance(other, typeOf(self))) {
        throw typeError(
          `unsupported operand type(s) for 'in': ${repr(typeOf(other).qualname)} and ${repr(typeOf(self).qualname)}`,
        );
      }
      return same(bitAnd(valueOf(other), valueOf(self)), valueOf(other));
    },
    "__iter__()": (self: PyValue) => method1(self, "_iter_member_", valueOf(self)),
    "__len__()": (self: PyValue) => {
      const value = asInt(valueOf(self)) ?? 0;
      return lsbBits(value < 0 ? -BigInt(value) : value).length;
    },
    "__repr__()": (self: PyValue) => showMember(self),
    "__str__()": (self: PyValue) => {
      const name = nameOf(self);
      const cls = typeOf(self).name;
      return name === null ? `${cls}(${repr(valueOf(self))})` : `${cls}.${String(name)}`;
    },
    "__bool__()": (self: PyValue) => truth(valueOf(self)),
    "__or__(other)": or,
    "__and__(other)": and,
    "__xor__(other)": xor,
    "__ror__(other)": or,
    "__rand__(other)": and,
    "__rxor__(other)": xor,
    "__invert__()": (self: PyValue) => {
      const cls = typeOf(self);
      const value = valueOf(self);
      if (value === null) throw typeError(`'${text(self)}' cannot be inverted`);
      const { boundary, singles } = flagTable(cls);
      const open = boundary === boundaries.EJECT || boundary === boundaries.KEEP;
      const inverted = invert(value);
      return call(cls, [open ? inverted : bitAnd(singles, inverted)], null);
    },
  });
  flag.changed();
  return flag;
}

/** `<Color.RED: 1>`; a combination without a name shows its value only. */
export function showMember(self: PyValue): string {
  const cls = typeOf(self);
  const own = enumTable(cls).valueRepr;
  const value = valueOf(self);
  const shown = own === null ? repr(value) : String(call1(own, value));
  const name = nameOf(self);
  return name === null ? `<${cls.name}: ${shown}>` : `<${cls.name}.${String(name)}: ${shown}>`;
}
