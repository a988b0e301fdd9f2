// `collections.UserString`.
import { setAttribute } from "../attribute.ts";
import type { PyDict } from "../dict.ts";
import { call1, method } from "../function.ts";
import { hash } from "../hash.ts";
import { floatType, intType, isInstance, type PyValue, strType } from "../object.ts";
import { add, contains, eq, ge, getItem, gt, le, length, lt, mod } from "../operators.ts";
import { repr, str } from "../representation.ts";
import { type PyTuple, tuple } from "../sequence.ts";
import { complexType } from "../types/complex.ts";
import { concreteClass } from "./abc.ts";
import { sequenceType } from "./abstract-sequences.ts";
import { pythonMethods } from "./python-function.ts";
import { comparison, dataOf, remade, repeat, unwrapped } from "./userdict.ts";

export const userStringType = concreteClass("UserString", "collections", sequenceType);

const textIn = (value: PyValue): PyValue => unwrapped(userStringType, value);
/** The other operand of `+`: its text, whatever it is. */
const addend = (other: PyValue): PyValue => {
  const its = textIn(other);
  return isInstance(its, strType) ? its : str(its);
};
const END = 9223372036854775807n;

pythonMethods(userStringType, {
  "__init__(seq)": (self: PyValue, source: PyValue) => {
    setAttribute(self, "data", addend(source));
    return null;
  },
  "__str__()": (self: PyValue) => str(dataOf(self)),
  "__repr__()": (self: PyValue) => repr(dataOf(self)),
  "__int__()": (self: PyValue) => call1(intType, dataOf(self)),
  "__float__()": (self: PyValue) => call1(floatType, dataOf(self)),
  "__complex__()": (self: PyValue) => call1(complexType, dataOf(self)),
  "__hash__()": (self: PyValue) => hash(dataOf(self)),
  "__getnewargs__()": (self: PyValue) => tuple([dataOf(self)]),
  "__eq__(string)": comparison(userStringType, eq),
  "__lt__(string)": comparison(userStringType, lt),
  "__le__(string)": comparison(userStringType, le),
  "__gt__(string)": comparison(userStringType, gt),
  "__ge__(string)": comparison(userStringType, ge),
  "__contains__(char)": (self: PyValue, char: PyValue) => contains(dataOf(self), textIn(char)),
  "__len__()": (self: PyValue) => length(dataOf(self)),
  "__getitem__(index)": (self: PyValue, index: PyValue) => remade(self, getItem(dataOf(self), index)),
  "__add__(other)": (self: PyValue, other: PyValue) => remade(self, add(dataOf(self), addend(other))),
  "__radd__(other)": (self: PyValue, other: PyValue) =>
    remade(self, add(isInstance(other, strType) ? other : str(other), dataOf(self))),
  "__mul__(n)": repeat,
  "__rmul__(n)": repeat,
  "__mod__(args)": (self: PyValue, args: PyValue) => remade(self, mod(dataOf(self), args)),
  "__rmod__(template)": (self: PyValue, template: PyValue) => remade(self, mod(str(template), self)),
  "encode(encoding='utf-8', errors='strict')": (self: PyValue, encoding?: PyValue, errors?: PyValue) =>
    method(dataOf(self), "encode", [encoding ?? "utf-8", errors ?? "strict"], null),
  "format(*args, **kwds)": (self: PyValue, args: PyTuple, kwds: PyDict) =>
    method(dataOf(self), "format", [...args.items], new Map([...kwds.entries()] as [string, PyValue][])),
  "replace(old, new, maxsplit=-1)": (self: PyValue, old: PyValue, by: PyValue, most: PyValue = -1) =>
    remade(self, method(dataOf(self), "replace", [textIn(old), textIn(by), most], null)),
});

/** Methods that hand on to the text, by the parameters they declare; `made` says that the answer is wrapped again. */
function hand(declarations: readonly string[], made: boolean, wrapped = false): void {
  for (const declaration of declarations) {
    const name = declaration.slice(0, declaration.indexOf("("));
    pythonMethods(userStringType, {
      [declaration]: (self: PyValue, ...given: (PyValue | PyTuple | undefined)[]) => {
        const args = given.flatMap((arg, i): PyValue[] => {
          if (declaration.includes("*args") && i === given.length - 1) return [...(arg as PyTuple).items];
          return [
            wrapped && i === 0
              ? textIn(arg as PyValue)
              : arg === undefined
                ? standIn(declaration, i)
                : (arg as PyValue),
          ];
        });
        const answer = method(dataOf(self), name, args, null);
        return made ? remade(self, answer) : answer;
      },
    });
  }
}
/** The default that a declaration names for its parameter number `i`. */
function standIn(declaration: string, i: number): PyValue {
  const parameter = declaration.slice(declaration.indexOf("(") + 1, -1).split(", ")[i] ?? "";
  const text = parameter.slice(parameter.indexOf("=") + 1);
  if (text === "None") return null;
  if (text === "False") return false;
  return text === "END" ? END : Number(text);
}
const words = (text: string): string[] => text.split(" ").map((name) => `${name}()`);
hand(words("capitalize casefold lower swapcase title upper"), true);
hand(
  words(
    "isalpha isalnum isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper",
  ),
  false,
);
hand(["center(width, *args)", "ljust(width, *args)", "rjust(width, *args)", "translate(*args)"], true);
hand(["expandtabs(tabsize=8)", "zfill(width)"], true);
hand(["lstrip(chars=None)", "rstrip(chars=None)", "strip(chars=None)"], true);
hand(["removeprefix(prefix, /)", "removesuffix(suffix, /)"], true, true);
hand(
  ["count(sub, start=0, end=END)", "find(sub, start=0, end=END)", "rfind(sub, start=0, end=END)"],
  false,
  true,
);
hand(["index(sub, start=0, end=END)", "rindex(sub, start=0, end=END)"], false);
hand(["startswith(prefix, start=0, end=END)", "endswith(suffix, start=0, end=END)"], false);
hand(
  ["join(seq)", "format_map(mapping)", "partition(sep)", "rpartition(sep)", "splitlines(keepends=False)"],
  false,
);
hand(["split(sep=None, maxsplit=-1)", "rsplit(sep=None, maxsplit=-1)"], false);
