// The module `reprlib`.
import { getAttribute, getAttributeOr, setAttribute } from "../attribute.ts";
import { PyDict } from "../dict.ts";
import { Exception, TypeError_, typeError, valueError } from "../exceptions.ts";
import { call, call2, method2 } from "../function.ts";
import { collect, iter } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { asInt, type PyValue, typeOf } from "../object.ts";
import { add, getItem, index, length, mul, sub } from "../operators.ts";
import { isRaised } from "../raising.ts";
import { address, repr, str } from "../representation.ts";
import { list, tuple } from "../sequence.ts";
import { charge, perEvaluation } from "../state.ts";
import { sortItems } from "../types/list.ts";
import { PySlice } from "../types/slice.ts";
import { innerFunction, pythonClass, pythonFunctions, pythonMethods } from "./python-function.ts";

const LIMITS = {
  maxlevel: 6,
  maxtuple: 6,
  maxlist: 6,
  maxarray: 5,
  maxdict: 4,
  maxset: 6,
  maxfrozenset: 6,
  maxdeque: 6,
  maxstring: 30,
  maxlong: 40,
  maxother: 30,
};
/** Where the types are from that have a method of their own. */
const HOMES: { readonly [name: string]: string } = {
  tuple: "builtins",
  list: "builtins",
  array: "array",
  set: "builtins",
  frozenset: "builtins",
  deque: "collections",
  dict: "builtins",
  str: "builtins",
  int: "builtins",
};

const reprType = pythonClass("Repr", { module: "reprlib" });
const limit = (self: PyValue, name: string): number => Number(index(getAttribute(self, name)));
const fillOf = (self: PyValue): string => str(getAttribute(self, "fillvalue"));
const shown = (self: PyValue, value: PyValue, level: PyValue): string =>
  str(method2(self, "repr1", value, level));

/** The pieces between commas, each on a line of its own when there is an indent. */
function join(self: PyValue, pieces: readonly string[], level: PyValue): string {
  const given = getAttribute(self, "indent");
  if (given === null) return pieces.join(", ");
  if (pieces.length === 0) return "";
  let indent: PyValue = given;
  const width = asInt(given);
  if (width !== undefined) {
    if (width < 0) throw valueError(`Repr.indent cannot be negative int (was ${repr(given)})`);
    indent = " ".repeat(Number(width));
  }
  let margin: PyValue;
  try {
    margin = add(",\n", mul(add(sub(getAttribute(self, "maxlevel"), level), 1), indent));
  } catch (error) {
    if (!isRaised(error, TypeError_)) throw error;
    throw typeError(`Repr.indent must be a str, int or None, not ${repr(typeOf(given))}`);
  }
  const text = ["", ...pieces, ""].join(str(margin));
  const step = length(indent);
  return step === 0 ? text.slice(1) : text.slice(1, -step);
}
function some(values: PyValue, most: number): PyValue[] {
  const items: PyValue[] = [];
  const it = iter(values);
  while (items.length < most) {
    const value = it.next();
    if (value === undefined) break;
    items.push(value);
  }
  return items;
}
function iterable(
  self: PyValue,
  x: PyValue,
  level: PyValue,
  [left, right]: readonly [string, string],
  most: number,
  trail = "",
): string {
  const n = length(x);
  if (Number(level) <= 0 && n > 0) return `${left}${fillOf(self)}${right}`;
  const inner = sub(level, 1);
  const pieces = some(x, most).map((item) => shown(self, item, inner));
  if (n > most) pieces.push(fillOf(self));
  const end = n === 1 && trail !== "" && getAttribute(self, "indent") === null ? trail + right : right;
  return `${left}${join(self, pieces, level)}${end}`;
}
/** Sorted where that can be done. */
function possiblySorted(x: PyValue): PyValue {
  const items = collect(x);
  try {
    return list(sortItems([...items], null, false));
  } catch (error) {
    if (!isRaised(error, Exception)) throw error;
    return list(items);
  }
}
/** How much of a text is kept at its start and at its end. */
function halves(self: PyValue, name: string): [number, number] {
  const room = limit(self, name) - Array.from(fillOf(self)).length;
  const before = Math.max(0, Math.floor(room / 2));
  return [before, Math.max(0, room - before)];
}
function shortened(self: PyValue, text: string, name: string): string {
  const characters = Array.from(text);
  if (characters.length <= limit(self, name)) return text;
  const [before, after] = halves(self, name);
  const start = characters.slice(0, before).join("");
  return start + fillOf(self) + characters.slice(characters.length - after).join("");
}
function instance(self: PyValue, x: PyValue): string {
  let text: string;
  try {
    text = repr(x);
  } catch (error) {
    if (!isRaised(error, Exception)) throw error;
    const name = str(getAttribute(getAttribute(x, "__class__"), "__name__"));
    return `<${name} instance at 0x${address(x).replace(/^0x0*/, "")}>`;
  }
  return shortened(self, text, "maxother");
}

const parameters = Object.entries(LIMITS).map(([name, value]) => `${name}=${value}`);
pythonMethods(reprType, {
  [`__init__(*, ${parameters.join(", ")}, fillvalue='...', indent=None)`]: (
    self: PyValue,
    ...given: (PyValue | undefined)[]
  ) => {
    const names = [...Object.keys(LIMITS), "fillvalue", "indent"];
    const defaults: PyValue[] = [...Object.values(LIMITS), "...", null];
    for (const [i, name] of names.entries()) {
      const value = given[i];
      setAttribute(self, name, value === undefined ? (defaults[i] as PyValue) : value);
    }
    return null;
  },
  "repr(x)": (self: PyValue, x: PyValue) => method2(self, "repr1", x, getAttribute(self, "maxlevel")),
  "repr1(x, level)": (self: PyValue, x: PyValue, level: PyValue) => {
    charge(1);
    const cls = typeOf(x);
    const name = str(getAttribute(cls, "__name__")).trim().replace(/\s+/g, "_");
    const special = getAttributeOr(self, `repr_${name}`, undefined);
    if (special !== undefined && special !== null) {
      const home = HOMES[name];
      if (home === undefined || getAttributeOr(cls, "__module__", null) === home)
        return call2(special, x, level);
    }
    return method2(self, "repr_instance", x, level);
  },
  "_join(pieces, level)": (self: PyValue, pieces: PyValue, level: PyValue) =>
    join(self, collect(pieces).map(str), level),
  "repr_tuple(x, level)": (self: PyValue, x: PyValue, level: PyValue) =>
    iterable(self, x, level, ["(", ")"], limit(self, "maxtuple"), ","),
  "repr_list(x, level)": (self: PyValue, x: PyValue, level: PyValue) =>
    iterable(self, x, level, ["[", "]"], limit(self, "maxlist")),
  "repr_array(x, level)": (self: PyValue, x: PyValue, level: PyValue) => {
    const code = str(getAttribute(x, "typecode"));
    if (length(x) === 0) return `array('${code}')`;
    return iterable(self, x, level, [`array('${code}', [`, "])"], limit(self, "maxarray"));
  },
  "repr_set(x, level)": (self: PyValue, x: PyValue, level: PyValue) =>
    length(x) === 0 ? "set()" : iterable(self, possiblySorted(x), level, ["{", "}"], limit(self, "maxset")),
  "repr_frozenset(x, level)": (self: PyValue, x: PyValue, level: PyValue) =>
    length(x) === 0
      ? "frozenset()"
      : iterable(self, possiblySorted(x), level, ["frozenset({", "})"], limit(self, "maxfrozenset")),
  "repr_deque(x, level)": (self: PyValue, x: PyValue, level: PyValue) =>
    iterable(self, x, level, ["deque([", "])"], limit(self, "maxdeque")),
  "repr_dict(x, level)": (self: PyValue, x: PyValue, level: PyValue) => {
    const n = length(x);
    if (n === 0) return "{}";
    if (Number(level) <= 0) return `{${fillOf(self)}}`;
    const inner = sub(level, 1);
    const most = limit(self, "maxdict");
    const pieces = some(possiblySorted(x), most).map(
      (key) => `${shown(self, key, inner)}: ${shown(self, getItem(x, key), inner)}`,
    );
    if (n > most) pieces.push(fillOf(self));
    return `{${join(self, pieces, level)}}`;
  },
  "repr_str(x, level)": (self: PyValue, x: PyValue) => {
    const most = limit(self, "maxstring");
    const text = repr(getItem(x, new PySlice(null, most, null)));
    if (Array.from(text).length <= most) return text;
    const [before, after] = halves(self, "maxstring");
    const characters = Array.from(str(x));
    const kept = [...characters.slice(0, before), ...characters.slice(characters.length - after)].join("");
    const quoted = Array.from(repr(kept));
    const end = quoted.slice(quoted.length - after).join("");
    return `${quoted.slice(0, before).join("")}${fillOf(self)}${end}`;
  },
  "repr_int(x, level)": (self: PyValue, x: PyValue) => shortened(self, repr(x), "maxlong"),
  "repr_instance(x, level)": (self: PyValue, x: PyValue) => instance(self, x),
});

/** `recursive_repr(fillvalue)`: a method that is entered again for the same object gives the fill value. */
function recursiveRepr(fill: PyValue = "..."): PyValue {
  return innerFunction(
    "decorating_function(user_function)",
    (f: PyValue) => {
      const running = new Set<PyValue>();
      const wrapper = innerFunction(
        "wrapper(self)",
        (self: PyValue) => {
          if (running.has(self)) return fill;
          running.add(self);
          try {
            return call(f, [self], null);
          } finally {
            running.delete(self);
          }
        },
        "recursive_repr.<locals>.decorating_function.<locals>.wrapper",
      );
      for (const name of ["__module__", "__doc__", "__name__", "__qualname__"]) {
        setAttribute(wrapper, name, getAttribute(f, name));
      }
      setAttribute(wrapper, "__annotations__", getAttributeOr(f, "__annotations__", new PyDict()));
      setAttribute(wrapper, "__type_params__", getAttributeOr(f, "__type_params__", tuple([])));
      setAttribute(wrapper, "__wrapped__", f);
      return wrapper;
    },
    "recursive_repr.<locals>.decorating_function",
  );
}

/** `aRepr`, the one that `reprlib.repr` uses; its limits can be changed. */
const standard = perEvaluation(() => call(reprType, [], null));
defineModule("reprlib", {
  values: pythonFunctions({ "recursive_repr(fillvalue='...')": recursiveRepr }),
  types: [reprType],
  fresh: {
    aRepr: standard,
    repr: () => getAttribute(standard(), "repr"),
    __all__: () => list(["Repr", "repr", "recursive_repr"]),
  },
});
