// `enum.EnumType`: what enumerations can do as classes.
import { getAttribute, plainSetAttribute } from "../attribute.ts";
import { root } from "../classes.ts";
import { dictFromMap, PyDict } from "../dict.ts";
import { attributeError, typeError, valueError } from "../exceptions.ts";
import { call, defineAttributes, special } from "../function.ts";
import { collect, LazyIterator } from "../iterator.ts";
import {
  asStr,
  isInstance,
  type KwArgs,
  objectType,
  type PyType,
  type PyValue,
  typeName,
  typeType,
} from "../object.ts";
import { contains, getItem } from "../operators.ts";
import { repr } from "../representation.ts";
import { list, PyList, PyTuple, tuple } from "../sequence.ts";
import { makeSuper } from "../super.ts";
import { PyMappingProxy } from "../types/mapping-proxy.ts";
import { checkExisting, generatorOf, makeEnum, mixins } from "./enum-class.ts";
import { PyEnumDict, words } from "./enum-dict.ts";
import { addMember, hashable } from "./enum-members.ts";

import { enumTable, enumType, isFlag } from "./enum-root.ts";
import { tableOf } from "./enum-table.ts";
import { pythonClassMethods, pythonMethods, pythonStatic } from "./python-function.ts";

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
