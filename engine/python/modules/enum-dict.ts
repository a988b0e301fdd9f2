// `enum.EnumDict`: the namespace in which the body of an enumeration runs, and what stands for values in it.
import { findAttribute, getAttribute, setAttribute } from "../attribute.ts";
import { adopt } from "../classes.ts";
import { dictType, PyDict } from "../dict.ts";
import { AttributeError, PyException, TypeError_, typeError, valueError } from "../exceptions.ts";
import { call, defineAttributes, defineStatic, PyBuiltin, PyStaticMethod } from "../function.ts";
import { collect } from "../iterator.ts";
import { asStr, makeType, PySingleton, PyType, type PyValue, typeOf } from "../object.ts";
import { getItem } from "../operators.ts";
import { repr } from "../representation.ts";
import { list, PyTuple, tuple } from "../sequence.ts";
import { splitParts } from "../types/str-search.ts";
import { isSpace } from "../unicode.ts";
import { isPythonFunction, pythonClass, pythonMethods } from "./python-function.ts";

/** Is it a name that only the language uses? */
export function isDunder(name: string): boolean {
  return name.length > 4 && /^__[^_](?:.*[^_])?__$/su.test(name);
}
/** Is it one of the names kept for `enum` itself? */
export function isSunder(name: string): boolean {
  return name.length > 2 && /^_[^_](?:.*[^_])?_$/su.test(name);
}
function isPrivate(className: string, name: string): boolean {
  const start = `_${className}__`;
  return name.length > start.length && name.startsWith(start) && !name.endsWith("__");
}
/** Would it act when it is read from a class? */
export function isDescriptor(value: PyValue): boolean {
  if (value instanceof PyBuiltin) return value.owner !== null || isPythonFunction(value);
  const type = typeOf(value);
  if (value instanceof PyType || value instanceof PyStaticMethod) {
    return value instanceof PyStaticMethod || findAttribute(value, "__get__") !== undefined;
  }
  return (
    ["__get__", "__set__", "__delete__"].some((name) => type.lookup(name) !== undefined) || hasGetter(type)
  );
}
/** Descriptors whose `__get__` the runtime does without a table entry. */
const DESCRIPTORS = new Set(["function", "method", "classmethod", "property", "getset_descriptor"]);
function hasGetter(type: PyType): boolean {
  return type.mro.some((base) => base.builtin && DESCRIPTORS.has(base.name));
}
function isInternalClass(className: string, value: PyValue): boolean {
  if (!(value instanceof PyType)) return false;
  const pattern = `${className}.${value.name}`;
  return value.qualname === pattern || value.qualname.endsWith(`.${pattern}`);
}

// ---- what stands for a value ---------------------------------------------------------------------

const autoNull = new PySingleton(
  "_auto_null",
  makeType("_auto_null", { module: "enum", subclassable: false }),
);
pythonMethods(autoNull.cls, { "__repr__()": () => autoNull.text });
export const autoType = pythonClass("auto", { module: "enum" });
export const memberType = pythonClass("member", { module: "enum" });
export const nonmemberType = pythonClass("nonmember", { module: "enum" });
pythonMethods(autoType, {
  "__init__(value=_auto_null)": (self: PyValue, value: PyValue = autoNull) => {
    setAttribute(self, "value", value);
    return null;
  },
  "__repr__()": (self: PyValue) => `auto(${repr(getAttribute(self, "value"))})`,
});
for (const type of [memberType, nonmemberType]) {
  pythonMethods(type, {
    "__init__(value)": (self: PyValue, value: PyValue) => {
      setAttribute(self, "value", value);
      return null;
    },
  });
}
const isAuto = (value: PyValue): boolean => typeOf(value).isSubtype(autoType);

// ---- the namespace -------------------------------------------------------------------------------

const SUNDERS = new Set(
  (
    "_order_ _generate_next_value_ _numeric_repr_ _missing_ _ignore_ " +
    "_iter_member_ _iter_member_by_value_ _iter_member_by_def_ _add_alias_ _add_value_alias_"
  ).split(" "),
);

/** Words of a text that separates them by white space or commas. */
export function words(text: string): string[] {
  return splitParts(text.replaceAll(",", " "), undefined, -1, isSpace);
}

/** An `EnumDict`: remembers which names are members, in order. */
export class PyEnumDict extends PyDict {
  className = "";
  readonly memberNames = new Set<string>();
  readonly lastValues: PyValue[] = [];
  ignored: PyValue[] = [];
  generate: PyValue = null;
  private automatic = false;

  /** `self[key] = value`, with the rules for each kind of name. */
  store(key: string, given: PyValue): void {
    let value = given;
    let name = key;
    if (isPrivate(this.className, key)) {
      // A plain attribute.
    } else if (isSunder(key)) value = this.sunder(key, value);
    else if (isDunder(key)) name = key === "__order__" ? "_order_" : key;
    else if (this.memberNames.has(key)) throw this.taken(key);
    else if (this.ignored.includes(key)) {
      // Will be removed.
    } else if (typeOf(value).isSubtype(nonmemberType)) value = getAttribute(value, "value");
    else if (!isDescriptor(value) && !isInternalClass(this.className, value)) {
      if (this.has(key)) throw this.taken(key);
      if (typeOf(value).isSubtype(memberType)) value = getAttribute(value, "value");
      value = this.member(key, value);
    }
    this.set(name, value);
  }
  private taken(key: string): PyException {
    return typeError(`${repr(key)} already defined as ${repr(this.get(key) ?? null)}`);
  }
  private sunder(key: string, value: PyValue): PyValue {
    if (!SUNDERS.has(key) && !key.startsWith("_repr_")) {
      throw valueError(`_sunder_ names, such as ${repr(key)}, are reserved for future Enum use`);
    }
    if (key === "_generate_next_value_") {
      if (this.automatic) throw typeError("_generate_next_value_ must be defined before members");
      this.generate = value instanceof PyStaticMethod ? value.func : value;
    } else if (key === "_ignore_") {
      const text = asStr(value);
      this.ignored = text === undefined ? collect(value) : words(text);
      const already = this.ignored.filter((name) => this.memberNames.has(asStr(name) as string));
      if (already.length > 0) {
        throw valueError(`_ignore_ cannot specify already set names: {${already.map(repr).join(", ")}}`);
      }
      return list([...this.ignored]);
    }
    return value;
  }
  /** A member's value, with each `auto()` in it replaced. */
  private member(key: string, value: PyValue): PyValue {
    const alone = isAuto(value);
    const items = alone ? [value] : value instanceof PyTuple ? value.items : [];
    if (!items.some(isAuto)) {
      this.memberNames.add(key);
      this.lastValues.push(value);
      return value;
    }
    const made = items.map((item) => {
      if (!isAuto(item)) return item;
      if (getAttribute(item, "value") === autoNull) {
        const next = [key, 1, this.memberNames.size, list([...this.lastValues])];
        setAttribute(item, "value", call(this.generate, next, null));
        this.automatic = true;
      }
      const own = getAttribute(item, "value");
      this.lastValues.push(own);
      return own;
    });
    this.memberNames.add(key);
    if (alone) return made[0] as PyValue;
    const type = typeOf(value);
    if (type.builtin) return tuple(made);
    try {
      return call(type, [list(made)], null);
    } catch (error) {
      if (!(error instanceof PyException && error.cls.isSubtype(TypeError_))) throw error;
      return call(type, made, null);
    }
  }
}
export const enumDictType = makeType("EnumDict", { base: dictType, of: PyEnumDict, module: "enum" });
enumDictType.hasDict = true;
defineStatic(enumDictType, {
  "__new__(cls, *args, **kwargs)": (cls: PyType) => adopt(new PyEnumDict(), cls),
});
const keyOf = (key: PyValue): string => {
  const name = asStr(key);
  if (name === undefined) throw typeError(`enum member names must be str, not ${typeOf(key).name}`);
  return name;
};
pythonMethods(enumDictType, {
  "__init__()": () => null,
  "__setitem__(key, value)": (self: PyEnumDict, key: PyValue, value: PyValue) => {
    self.store(keyOf(key), value);
    return null;
  },
  "update(members, **more_members)": (self: PyEnumDict, members: PyValue, more: PyDict) => {
    let keys: PyValue | undefined;
    try {
      keys = call(getAttribute(members, "keys"), [], null);
    } catch (error) {
      if (!(error instanceof PyException && error.cls.isSubtype(AttributeError))) throw error;
    }
    if (keys !== undefined) for (const key of collect(keys)) self.store(keyOf(key), getItem(members, key));
    else {
      for (const pair of collect(members)) {
        const [key, value] = collect(pair) as [PyValue, PyValue];
        self.store(keyOf(key), value);
      }
    }
    for (const [key, value] of more.entries()) self.store(key as string, value);
    return null;
  },
});
defineAttributes<PyEnumDict>(enumDictType, {
  member_names: (self) => list([...self.memberNames]),
  _member_names: (self) => list([...self.memberNames]),
  _cls_name: [(self) => self.className, (self, value) => void (self.className = asStr(value) ?? "")],
  _last_values: (self) => list([...self.lastValues]),
});
