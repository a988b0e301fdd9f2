// The module `operator`.

import { getAttribute } from "../attribute.ts";
import type { PyDict } from "../dict.ts";
import { typeError, valueError } from "../exceptions.ts";
import { call, defineMethods, method, special } from "../function.ts";
import { iter } from "../iterator.ts";
import { lengthHint } from "../length-hint.ts";
import { defineModule } from "../module.ts";
import {
  asStr,
  type KwArgs,
  makeType,
  PyObject,
  type PyType,
  type PyValue,
  typeName,
  typeOf,
} from "../object.ts";
import * as operators from "../operators.ts";
import { repr } from "../representation.ts";
import { list, type PyTuple, tuple } from "../sequence.ts";
import { charge } from "../state.ts";
import { defineConstructor } from "../types/construct.ts";
import { sizeArgument } from "../types/str-methods.ts";
import { moduleFunctions } from "./python-function.ts";

const { truth, same, getItem, add, iadd } = operators;

/** Sequences are what has `__getitem__` and is no mapping. */
function sequence(value: PyValue): void {
  const type = typeOf(value);
  if (type.patternKind === "mapping" || type.lookup("__getitem__") === undefined) {
    throw typeError(`'${typeName(value)}' object can't be concatenated`);
  }
}
/** Steps what a search looks through. */
function searched(value: PyValue): { next(): PyValue | undefined } {
  const type = typeOf(value);
  if (typeof value !== "string" && !["__iter__", "__getitem__"].some((name) => type.lookup(name))) {
    throw typeError(`argument of type '${typeName(value)}' is not iterable`);
  }
  return iter(value);
}

// ---- functions -------------------------------------------------------------------------------------

const table: { [declaration: string]: (...args: PyValue[]) => PyValue } = {
  "truth(a, /)": (a) => truth(a as PyValue),
  "not_(a, /)": (a) => !truth(a as PyValue),
};
const unary: { [name: string]: (a: PyValue) => PyValue } = {
  abs: (a) => {
    const result = special(a, "__abs__", []);
    if (result === undefined) throw typeError(`bad operand type for abs(): '${typeName(a)}'`);
    return result;
  },
  index: (a) => operators.index(a),
  inv: operators.invert,
  invert: operators.invert,
  neg: operators.neg,
  pos: operators.pos,
};
const binary: { [name: string]: (a: PyValue, b: PyValue) => PyValue } = {
  add,
  and_: operators.bitAnd,
  concat: (a, b) => {
    sequence(a);
    return add(a, b);
  },
  contains: (a, b) => operators.contains(a, b),
  countOf: (a, b) => {
    let n = 0;
    const it = searched(a);
    for (let item = it.next(); item !== undefined; item = it.next()) {
      charge(1);
      if (same(item, b)) n += 1;
    }
    return n;
  },
  delitem: (a, b) => {
    operators.delItem(a, b);
    return null;
  },
  eq: operators.eq,
  floordiv: operators.floorDiv,
  ge: operators.ge,
  getitem: getItem,
  gt: operators.gt,
  iadd,
  iand: operators.ibitAnd,
  iconcat: (a, b) => {
    sequence(a);
    return iadd(a, b);
  },
  ifloordiv: operators.ifloorDiv,
  ilshift: operators.ilShift,
  imatmul: operators.imatMul,
  imod: operators.imod,
  imul: operators.imul,
  indexOf: (a, b) => {
    const it = searched(a);
    let i = 0;
    for (let item = it.next(); item !== undefined; item = it.next()) {
      charge(1);
      if (same(item, b)) return i;
      i += 1;
    }
    throw valueError("sequence.index(x): x not in sequence");
  },
  ior: operators.ibitOr,
  ipow: operators.ipow,
  irshift: operators.irShift,
  is_: (a, b) => operators.is(a, b),
  is_not: (a, b) => !operators.is(a, b),
  isub: operators.isub,
  itruediv: operators.idiv,
  ixor: operators.ibitXor,
  le: operators.le,
  lshift: operators.lShift,
  lt: operators.lt,
  matmul: operators.matMul,
  mod: operators.mod,
  mul: operators.mul,
  ne: operators.ne,
  or_: operators.bitOr,
  pow: operators.pow,
  rshift: operators.rShift,
  sub: operators.sub,
  truediv: operators.div,
  xor: operators.bitXor,
};
for (const [name, f] of Object.entries(unary)) table[`${name}(a, /)`] = f as (...args: PyValue[]) => PyValue;
for (const [name, f] of Object.entries(binary)) {
  table[`${name}(a, b, /)`] = f as (...args: PyValue[]) => PyValue;
}
const keywordsOf = (kw: PyDict): KwArgs | null =>
  kw.size === 0 ? null : new Map([...kw.entries()] as [string, PyValue][]);

const functions = moduleFunctions("_operator", {
  ...table,
  "setitem(a, b, c, /)": (a: PyValue, b: PyValue, c: PyValue) => {
    operators.setItem(a, b, c);
    return null;
  },
  "length_hint(obj, default=0, /)": (object: PyValue, fallback: PyValue = 0) => {
    const expected = operators.index(fallback);
    sizeArgument(expected);
    return lengthHint(object, expected);
  },
  "call(*args, **kwargs)": (args: PyTuple, kw: PyDict) => {
    const [f, ...rest] = args.items;
    if (f === undefined) throw typeError("call expected at least 1 argument, got 0");
    return call(f, rest, keywordsOf(kw));
  },
});

// ---- what remembers what to get ----------------------------------------------------------------------

/** A callable that takes exactly one object. */
abstract class Getter extends PyObject {
  protected abstract get(object: PyValue): PyValue;
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    const name = this.kind;
    if (kw !== null && kw.size > 0 && name !== "methodcaller") {
      throw typeError(`${name}() takes no keyword arguments`);
    }
    if (args.length !== 1) throw typeError(`${name} expected 1 argument, got ${args.length}`);
    return this.get(args[0] as PyValue);
  }
  override call1(object: PyValue): PyValue {
    return this.get(object);
  }
  protected abstract get kind(): string;
}
class ItemGetter extends Getter {
  readonly items: readonly PyValue[];
  constructor(items: readonly PyValue[]) {
    super();
    this.items = items;
  }
  protected get kind(): string {
    return "itemgetter";
  }
  protected get(object: PyValue): PyValue {
    const { items } = this;
    if (items.length === 1) return getItem(object, items[0] as PyValue);
    charge(items.length);
    return tuple(items.map((item) => getItem(object, item)));
  }
}
class AttributeGetter extends Getter {
  readonly names: readonly string[];
  constructor(names: readonly string[]) {
    super();
    this.names = names;
  }
  protected get kind(): string {
    return "attrgetter";
  }
  protected get(object: PyValue): PyValue {
    const follow = (path: string): PyValue => path.split(".").reduce(getAttribute, object);
    const { names } = this;
    if (names.length === 1) return follow(names[0] as string);
    charge(names.length);
    return tuple(names.map(follow));
  }
}
class MethodCaller extends Getter {
  readonly name: string;
  readonly args: readonly PyValue[];
  readonly keywords: KwArgs | null;
  constructor(name: string, args: readonly PyValue[], keywords: KwArgs | null) {
    super();
    this.name = name;
    this.args = args;
    this.keywords = keywords;
  }
  protected get kind(): string {
    return "methodcaller";
  }
  protected get(object: PyValue): PyValue {
    return method(object, this.name, [...this.args], this.keywords === null ? null : new Map(this.keywords));
  }
}
const itemgetterType = makeType("operator.itemgetter", { of: ItemGetter, subclassable: false });
const attrgetterType = makeType("operator.attrgetter", { of: AttributeGetter, subclassable: false });
const methodcallerType = makeType("operator.methodcaller", { of: MethodCaller, subclassable: false });

const noKeywords = (name: string, kw: PyDict): void => {
  if (kw.size > 0) throw typeError(`${name}() takes no keyword arguments`);
};
defineConstructor(itemgetterType, "(*args, **kwargs)", (_cls: PyType, args: PyTuple, kw: PyDict) => {
  noKeywords("itemgetter", kw);
  if (args.items.length === 0) throw typeError("itemgetter expected 1 argument, got 0");
  return new ItemGetter(args.items);
});
defineConstructor(attrgetterType, "(*args, **kwargs)", (_cls: PyType, args: PyTuple, kw: PyDict) => {
  noKeywords("attrgetter", kw);
  if (args.items.length === 0) throw typeError("attrgetter expected 1 argument, got 0");
  const names = args.items.map((name) => {
    const text = asStr(name);
    if (text === undefined) throw typeError("attribute name must be a string");
    return text;
  });
  return new AttributeGetter(names);
});
defineConstructor(methodcallerType, "(*args, **kwargs)", (_cls: PyType, args: PyTuple, kw: PyDict) => {
  const [name, ...rest] = args.items;
  if (name === undefined) throw typeError("methodcaller needs at least one argument, the method name");
  const text = asStr(name);
  if (text === undefined) throw typeError("method name must be a string");
  return new MethodCaller(text, rest, keywordsOf(kw));
});
const nameOf = (self: PyObject): string => `${self.cls.module}.${self.cls.qualname}`;
defineMethods(itemgetterType, {
  "__repr__()": (self: ItemGetter) => `${nameOf(self)}(${self.items.map(repr).join(", ")})`,
});
defineMethods(attrgetterType, {
  "__repr__()": (self: AttributeGetter) => `${nameOf(self)}(${self.names.map(repr).join(", ")})`,
});
defineMethods(methodcallerType, {
  "__repr__()": (self: MethodCaller) => {
    const keywords = [...(self.keywords ?? [])].map(([key, value]) => `${key}=${repr(value)}`);
    return `${nameOf(self)}(${[repr(self.name), ...self.args.map(repr), ...keywords].join(", ")})`;
  },
});
for (const type of [itemgetterType, attrgetterType, methodcallerType]) {
  defineMethods(type, {
    "__call__(*args, **kwargs)": (self: Getter, args: PyTuple, kw: PyDict) =>
      self.call([...args.items], keywordsOf(kw)),
  });
}

/** `__add__` and its like are the same functions. */
const dunders: { [name: string]: PyValue } = {};
for (const [name, f] of Object.entries(functions)) {
  if (!["countOf", "indexOf", "length_hint", "is_", "is_not", "truth"].includes(name)) {
    dunders[`__${name.replace(/_$/, "")}__`] = f;
  }
}
const values = { ...functions, ...dunders };
const all = [...Object.keys(functions), "attrgetter", "itemgetter", "methodcaller"].sort();
defineModule("operator", {
  values,
  types: [attrgetterType, itemgetterType, methodcallerType],
  fresh: { __all__: () => list(all) },
});
