// Random expressions of a given type.
import {
  BOOL,
  BYTES,
  dictOf,
  FLOAT,
  INT,
  isSame,
  listOf,
  NONE,
  quote,
  STR,
  setOf,
  type Type,
  tupleOf,
  type Writer,
} from "./source.ts";

/** Types that values of variables have. */
export function anyType(w: Writer, depth = 2): Type {
  const simple = [INT, STR, BOOL, FLOAT, NONE, BYTES];
  if (depth <= 0 || w.chance(60)) return w.pick(simple);
  switch (w.below(4)) {
    case 0:
      return listOf(anyType(w, depth - 1));
    case 1:
      return dictOf(w.pick([STR, INT, tupleOf(INT, STR)]), anyType(w, depth - 1));
    case 2:
      return tupleOf(...Array.from({ length: w.below(4) }, () => anyType(w, depth - 1)));
    default:
      // Sets of texts iterate in an order that differs from run to run in CPython.
      return setOf(INT);
  }
}

type Make = (w: Writer, depth: number) => string;
const e = expression;
const int: Make = (w, d) => e(w, INT, d);
const str: Make = (w, d) => e(w, STR, d);
const float: Make = (w, d) => e(w, FLOAT, d);
const bool: Make = (w, d) => e(w, BOOL, d);
const any: Make = (w, d) => e(w, anyType(w, 1), d);
const small = (w: Writer, n = 6): string => String(w.below(n) - Math.floor(n / 3));
const slice = (w: Writer): string => {
  const part = (): string => (w.chance(50) ? small(w, 9) : "");
  return `[${part()}:${part()}${w.chance(30) ? `:${w.pick(["-1", "2", "-2", "1"])}` : ""}]`;
};
/** Numbers that multiplication in loops cannot grow without bound. */
const factor: Make = (w, d) => (w.nesting > 0 ? String(w.below(9)) : int(w, d));

const INT_FORMS: readonly Make[] = [
  (w, d) => `(${int(w, d)} ${w.pick(["+", "-", "+", "-", "&", "|", "^"])} ${int(w, d)})`,
  (w, d) => `(${int(w, d)} * ${factor(w, d)})`,
  (w, d) => `(${int(w, d)} ${w.pick(["//", "%"])} ${int(w, d)})`,
  (w, d) => `(${w.pick(["-", "~", "+"])}${int(w, d)})`,
  (w, d) => `(${int(w, d)} ${w.pick(["<<", ">>"])} ${w.below(w.nesting > 0 ? 9 : 70)})`,
  (w, d) => `(${w.nesting > 0 ? String(w.below(9)) : int(w, d)} ** ${w.below(5)})`,
  (w, d) => `abs(${int(w, d)})`,
  (w, d) => `len(${e(w, w.pick([STR, listOf(INT), BYTES, dictOf(STR, INT), setOf(INT)]), d)})`,
  (w, d) => `int(${w.pick([float, bool, int])(w, d)})`,
  (w, d) => `int(str(${int(w, d)}))`,
  (w, d) => `sum(${e(w, listOf(INT), d)})`,
  (w, d) => `${w.pick(["min", "max"])}(${int(w, d)}, ${int(w, d)})`,
  (w, d) => `${w.pick(["min", "max"])}(${e(w, listOf(INT), d)}, default=${int(w, d)})`,
  (w, d) => `${int(w, d)}.bit_length()`.replace(/^(\d+)\./, "($1)."),
  (w, d) => `${str(w, d)}.${w.pick(["count", "find", "rfind", "count", "index"])}(${str(w, d)})`,
  (w, d) => `round(${float(w, d)})`,
  (w, d) => `round(${int(w, d)}, ${small(w)})`,
  (w, d) => `divmod(${int(w, d)}, ${int(w, d)})[${w.below(2)}]`,
  (w, d) => `pow(${int(w, d)}, ${small(w)}, ${int(w, d)})`,
  (w, d) => `ord((${str(w, d)} or 'é')[${w.pick(["0", "-1"])}])`,
  (w, d) => `int(${w.chance(50) ? "'z1f'" : str(w, d)}, ${w.pick(["36", "0", "2", "10", "16"])})`,
  (w, d) =>
    `int.from_bytes(${e(w, BYTES, d)}, ${w.pick(["'big'", "'little'"])}, signed=${w.pick(["True", "False"])})`,
  (w, d) => `hash(${w.pick([int, bool])(w, d)})`,
  (w, d) => `${e(w, listOf(INT), d)}.${w.pick(["count", "index"])}(${int(w, d)})`,
];
const FLOAT_FORMS: readonly Make[] = [
  (w, d) => `(${float(w, d)} ${w.pick(["+", "-", "*", "/"])} ${float(w, d)})`,
  (w, d) => `(${int(w, d)} / ${int(w, d)})`,
  (w, d) => `(${float(w, d)} ${w.pick(["//", "%"])} ${w.pick([float, int])(w, d)})`,
  (w, d) => `(${int(w, d)} ${w.pick(["+", "-", "*"])} ${float(w, d)})`,
  (w, d) => `float(${w.pick([int, str, bool])(w, d)})`,
  (w, d) => `round(${float(w, d)}, ${small(w)})`,
  (w, d) => `abs(${float(w, d)})`,
  (w, d) => `sum(${e(w, listOf(FLOAT), d)}, 0.0)`,
  (w, d) => `(${float(w, d)} ** ${w.pick(["2", "-1", "0.5", "3"])})`,
  (w, d) => `${w.pick(["min", "max"])}(${float(w, d)}, ${float(w, d)})`,
  (w, d) => `divmod(${float(w, d)}, ${float(w, d)})[${w.below(2)}]`,
];
const SPECS = [
  "",
  ">8",
  "<8",
  "^9",
  "*^7",
  "+",
  " ",
  "05",
  ",",
  "_",
  "x",
  "#x",
  "b",
  "o",
  "e",
  "f",
  ".2f",
  ".3g",
  "g",
  "%",
  ".1%",
  "n",
  "c",
  "d",
  "s",
  "10.3f",
  "=+8",
  "08.2f",
  ",.2f",
  "#.3g",
  "z.1f",
  ".3",
  "😀^5",
];
const STR_FORMS: readonly Make[] = [
  (w, d) => `(${str(w, d)} + ${str(w, d)})`,
  (w, d) => `(${str(w, d)} * ${w.below(4)})`,
  (w, d) => `${str(w, d)}${slice(w)}`,
  (w, d) => `(${str(w, d)} or 'x')[0]`,
  (w, d) =>
    `${str(w, d)}.${w.pick(["upper", "lower", "title", "capitalize", "swapcase", "casefold", "strip", "lstrip", "rstrip", "expandtabs"])}()`,
  (w, d) =>
    `${str(w, d)}.${w.pick(["strip", "lstrip", "rstrip", "removeprefix", "removesuffix"])}(${str(w, d)})`,
  (w, d) => `${str(w, d)}.replace(${str(w, d)}, ${str(w, d)}${w.chance(30) ? `, ${small(w)}` : ""})`,
  (w, d) =>
    `${str(w, d)}.${w.pick(["center", "ljust", "rjust"])}(${w.below(12)}, ${w.pick(["'*'", "' '", "'é'"])})`,
  (w, d) => `${str(w, d)}.zfill(${w.below(9)})`,
  (w, d) => `${str(w, d)}.join(${e(w, listOf(STR), d)})`,
  (w, d) => `${str(w, d)}.${w.pick(["partition", "rpartition"])}(${str(w, d)})[${w.below(3)}]`,
  (w, d) => `${w.pick(["repr", "str", "ascii"])}(${any(w, d)})`,
  (w, d) => `${w.pick(["hex", "bin", "oct"])}(${int(w, d)})`,
  (w, d) => `format(${w.pick([int, float, str])(w, d)}, ${quote(w.pick(SPECS))})`,
  (w, d) => `f"{${field(w, d)}${w.pick(["", "", "!r", "!s", "!a"])}}-{${field(w, d)}:${w.pick(SPECS)}}"`,
  (w, d) => `f"{${field(w, d)}=}"`,
  (w, d) => `'{0}|{1!r}|{0:>{2}}'.format(${any(w, d)}, ${any(w, d)}, ${w.below(12)})`,
  (w, d) =>
    `(${quote(`${w.pick(["%s", "%r", "%a"])} ${w.pick(["%5s", "%-6s", "%.2s"])}`)} % (${any(w, d)}, ${any(w, d)}))`,
  (w, d) =>
    `(${quote(w.pick(["%d", "%5d", "%05d", "%x", "%#o", "%+d", "%i", "% d"]))} % ${w.pick([int, bool])(w, d)})`,
  (w, d) =>
    `(${quote(w.pick(["%f", "%.1f", "%e", "%g", "%8.3f", "%+.2e", "%F"]))} % ${w.pick([float, int])(w, d)})`,
  (w, d) => `chr(${int(w, d)} % 0x2000)`,
  (w, d) => `${e(w, BYTES, d)}.hex()`,
  (w, d) =>
    `${e(w, BYTES, d)}.decode(${w.pick(["'latin-1'", "'utf-8'", "'utf-8', 'replace'", "'ascii', 'backslashreplace'"])})`,
  (w, d) => `${str(w, d)}.translate({97: 'X', 98: None, 32: ${str(w, d)}})`,
  (w, d) => `max(${e(w, listOf(STR), d)}, key=len, default='')`,
];
/** Inside an f-string the same quotes may nest, but `{` and `!=` at the start would read otherwise. */
const field: Make = (w, d) => `(${any(w, d)})`;
const PREDICATES =
  "isalpha isdigit isdecimal isnumeric isalnum isspace isupper islower istitle isidentifier isprintable isascii".split(
    " ",
  );
const BOOL_FORMS: readonly Make[] = [
  (w, d) => {
    const type = w.pick([INT, STR, FLOAT, listOf(INT), tupleOf(INT, STR), BYTES, setOf(INT)]);
    return `(${e(w, type, d)} ${w.pick(["<", "<=", ">", ">=", "==", "!="])} ${e(w, type, d)})`;
  },
  (w, d) => `(${any(w, d)} ${w.pick(["==", "!="])} ${any(w, d)})`,
  (w, d) =>
    `(${int(w, d)} ${w.pick(["<", "<="])} ${w.pick([int, float])(w, d)} ${w.pick(["<", "!="])} ${int(w, d)})`,
  (w, d) => `(not ${any(w, d)})`,
  (w, d) => `bool(${any(w, d)})`,
  (w, d) => `(${bool(w, d)} ${w.pick(["and", "or"])} ${bool(w, d)})`,
  (w, d) =>
    `(${int(w, d)} ${w.pick(["in", "not in"])} ${e(w, w.pick([listOf(INT), setOf(INT), dictOf(INT, STR)]), d)})`,
  (w, d) => `(${str(w, d)} in ${w.pick([STR, listOf(STR)].map((type) => e(w, type, d)))})`,
  (w, d) => `${str(w, d)}.${w.pick(PREDICATES)}()`,
  (w, d) =>
    `${str(w, d)}.${w.pick(["startswith", "endswith"])}(${w.chance(30) ? `(${str(w, d)}, ${str(w, d)})` : str(w, d)})`,
  (w, d) =>
    `isinstance(${any(w, d)}, ${w.pick(["int", "str", "(int, str)", "float", "list", "object", "bool", "int | None"])})`,
  (w, d) => `(${any(w, d)} is ${w.pick(["None", "not None"])})`,
  (w, d) => `${w.pick(["all", "any"])}(${e(w, listOf(BOOL), d)})`,
  (w, d) =>
    `${e(w, setOf(INT), d)}.${w.pick(["issubset", "isdisjoint", "issuperset"])}(${e(w, listOf(INT), d)})`,
];
const BYTES_FORMS: readonly Make[] = [
  (w, d) => `(${e(w, BYTES, d)} + ${e(w, BYTES, d)})`,
  (w, d) =>
    `${str(w, d)}.encode(${w.pick(["", "'utf-16'", "'latin-1'", "'ascii', 'replace'", "'ascii', 'xmlcharrefreplace'"])})`,
  (w, d) => `${e(w, BYTES, d)}${slice(w)}`,
  (w, d) => `bytes([b % 256 for b in ${e(w, listOf(INT), d)}])`,
  (w, d) => `(${int(w, d)} & 0xffff).to_bytes(${2 + w.below(4)}, ${w.pick(["'big'", "'little'"])})`,
  (w, d) => `${e(w, BYTES, d)}.replace(${e(w, BYTES, d)}, ${e(w, BYTES, d)})`,
  (w, d) => `(b'%d-%s' % (${int(w, d)}, ${e(w, BYTES, d)}))`,
];

function listForms(item: Type): readonly Make[] {
  const self = listOf(item);
  const forms: Make[] = [
    (w, d) => `(${e(w, self, d)} + ${e(w, self, d)})`,
    (w, d) => `${e(w, self, d)}${slice(w)}`,
    (w, d) => `[${bound(w, item, (x) => `${x} for ${x} in ${e(w, self, d)} if ${bool(w, d)}`)}]`,
    (w, d) => {
      const from = w.pick([INT, STR, FLOAT]);
      const source = e(w, listOf(from), d);
      const x = w.fresh("c");
      return inScope(w, x, from, () => `[${e(w, item, d)} for ${x} in ${source}]`);
    },
    (w, d) => `list(reversed(${e(w, self, d)}))`,
    (w, d) => `(${e(w, self, d)} * ${w.below(3)})`,
    (w, d) => `[*${e(w, self, d)}, ${e(w, item, d)}]`,
  ];
  if (item.kind === "int") {
    forms.push(
      (w) =>
        `list(range(${small(w, 12)}, ${small(w, 12)}${w.chance(40) ? `, ${w.pick(["1", "2", "-1", "-3"])}` : ""}))`,
      (w, d) => `sorted(${e(w, setOf(INT), d)})`,
      (w, d) => `list(${e(w, setOf(INT), d)})`,
      (w, d) => `list(map(len, ${e(w, listOf(STR), d)}))`,
      (w, d) => `list(${e(w, BYTES, d)})`,
    );
  }
  if (item.kind === "str") {
    forms.push(
      (w, d) =>
        `${str(w, d)}.${w.pick(["split", "rsplit"])}(${w.chance(50) ? "" : `${str(w, d)}, ${small(w)}`})`,
      (w, d) => `${str(w, d)}.splitlines(${w.pick(["", "True"])})`,
      (w, d) => `list(${str(w, d)})`,
      (w, d) => `list(${e(w, dictOf(STR, INT), d)})`,
    );
  }
  if (item.kind === "bool") forms.push((w, d) => `list(map(bool, ${e(w, listOf(INT), d)}))`);
  if (["int", "str", "float"].includes(item.kind)) {
    forms.push(
      (w, d) =>
        `sorted(${e(w, self, d)}${w.chance(40) ? ", reverse=True" : ""}${w.chance(30) ? `, key=lambda k: ${item.kind === "str" ? "k.lower()" : "-k"}` : ""})`,
    );
  }
  if (item.kind === "tuple" && item.items.length === 2) {
    const [a, b] = item.items as [Type, Type];
    forms.push((w, d) => `list(zip(${e(w, listOf(a), d)}, ${e(w, listOf(b), d)}))`);
    if (a.kind === "int") forms.push((w, d) => `list(enumerate(${e(w, listOf(b), d)}, ${small(w)}))`);
    if (isSame(a, STR) || isSame(a, INT)) forms.push((w, d) => `list(${e(w, dictOf(a, b), d)}.items())`);
  }
  return forms;
}
function dictForms(key: Type, value: Type): readonly Make[] {
  const self = dictOf(key, value);
  return [
    (w, d) => `(${e(w, self, d)} | ${e(w, self, d)})`,
    (w, d) => `{**${e(w, self, d)}, ${e(w, key, d)}: ${e(w, value, d)}}`,
    (w, d) => `dict(zip(${e(w, listOf(key), d)}, ${e(w, listOf(value), d)}))`,
    (w, d) => `dict.fromkeys(${e(w, listOf(key), d)}, ${e(w, value, d)})`,
    (w, d) => {
      const x = w.fresh("k");
      const source = e(w, listOf(key), d);
      return inScope(w, x, key, () => `{${x}: ${e(w, value, d)} for ${x} in ${source}}`);
    },
  ];
}
const SET_FORMS: readonly Make[] = [
  (w, d) => `(${e(w, setOf(INT), d)} ${w.pick(["|", "&", "-", "^"])} ${e(w, setOf(INT), d)})`,
  (w, d) => `set(${e(w, listOf(INT), d)})`,
  (w, d) => `{${bound(w, INT, (x) => `${x} % 7 for ${x} in ${e(w, listOf(INT), d)}`)}}`,
];

/** `make` with a name of a comprehension, which is in scope only there. */
function bound(w: Writer, type: Type, make: (name: string) => string): string {
  const name = w.fresh("c");
  return inScope(w, name, type, () => make(name));
}
function inScope(w: Writer, name: string, type: Type, make: () => string): string {
  w.scopes.push([{ name, type }]);
  w.nesting += 1;
  try {
    return make();
  } finally {
    w.nesting -= 1;
    w.scopes.pop();
  }
}

/** The simplest expressions of a type: a literal or a display. */
function leaf(w: Writer, type: Type): string {
  switch (type.kind) {
    case "int":
      return w.integer();
    case "float":
      return w.float();
    case "str":
      return w.text();
    case "bool":
      return w.pick(["True", "False"]);
    case "bytes":
      return w.bytes();
    case "none":
      return "None";
    case "list":
      return `[${Array.from({ length: w.below(4) }, () => leaf(w, type.item)).join(", ")}]`;
    case "set":
      return `{${Array.from({ length: 1 + w.below(5) }, () => leaf(w, type.item)).join(", ")}}`;
    case "dict":
      return `{${Array.from({ length: w.below(4) }, () => `${leaf(w, type.key)}: ${leaf(w, type.value)}`).join(", ")}}`;
    case "tuple":
      return `(${type.items.map((item) => `${leaf(w, item)}, `).join("")})`;
  }
}
function forms(type: Type): readonly Make[] {
  switch (type.kind) {
    case "int":
      return INT_FORMS;
    case "float":
      return FLOAT_FORMS;
    case "str":
      return STR_FORMS;
    case "bool":
      return BOOL_FORMS;
    case "bytes":
      return BYTES_FORMS;
    case "set":
      return SET_FORMS;
    case "list":
      return listForms(type.item);
    case "dict":
      return dictForms(type.key, type.value);
    case "tuple":
      return [(w, d) => `(${type.items.map((item) => `${e(w, item, d)}, `).join("")})`];
    case "none":
      return [(w, d) => `{}.get(${str(w, d)})`, (w, d) => `[].extend(${e(w, listOf(INT), d)})`];
  }
}
/** Forms that any type has. */
const COMMON: readonly ((w: Writer, type: Type, depth: number) => string)[] = [
  (w, type, d) => `(${e(w, type, d)} if ${any(w, d)} else ${e(w, type, d)})`,
  (w, type, d) => `(${e(w, listOf(type), d)} or [${e(w, type, d)}])[${w.pick(["0", "-1"])}]`,
  (w, type, d) => `${e(w, dictOf(INT, type), d)}.get(${int(w, d)}, ${e(w, type, d)})`,
  (w, type, d) => `(${e(w, type, d)} or ${e(w, type, d)})`,
  (w, type, d) => `(${e(w, type, d)}, ${any(w, d)})[0]`,
  (w, type, d) => {
    // These often raise.
    if (w.chance(75)) return expression(w, type, d);
    return w.chance(50)
      ? `${e(w, listOf(type), d)}[${small(w)}]`
      : `${e(w, dictOf(STR, type), d)}[${str(w, d)}]`;
  },
  (w, type, d) => `next(iter(${e(w, listOf(type), d)}), ${e(w, type, d)})`,
  (w, type, d) => `(lambda p, *q: ${bool(w, d)} and p or p)(${e(w, type, d)}, ${any(w, d)})`,
];

/** An expression of the type, nested at most `depth` deep. */
export function expression(w: Writer, type: Type, depth: number): string {
  const names = w.readable(type);
  if (depth <= 0) return names.length > 0 && w.chance(60) ? w.pick(names) : leaf(w, type);
  const choice = w.below(100);
  if (choice < 15) return leaf(w, type);
  if (choice < 40 && names.length > 0) return w.pick(names);
  const calls = w.functions.filter((f) => isSame(f.result, type));
  if (choice < 50 && calls.length > 0 && w.nesting < 2) {
    const f = w.pick(calls);
    return `${f.name}(${f.parameters.map((parameter) => e(w, parameter, depth - 1)).join(", ")})`;
  }
  if (choice < 62) return w.pick(COMMON)(w, type, depth - 1);
  return w.pick(forms(type))(w, depth - 1);
}
