// Methods of `str` that look at characters: case, predicates, padding, stripping, translation.
import { PyDict } from "../dict.ts";
import { LookupError, overflowError, PyException, typeError, valueError } from "../exceptions.ts";
import { defineMethods, defineStatic } from "../function.ts";
import { collect, iterObject } from "../iterator.ts";
import { collectCounted } from "../length-hint.ts";
import { asInt, asStr, PyObject, type PyStr, type PyValue, strType, typeName } from "../object.ts";
import { getItem, index } from "../operators.ts";
import { allocate, charge } from "../state.ts";
import { allocateText, characters, isPlain, joinParts, textLength } from "../text.ts";
import {
  capitalize,
  casefold,
  isAlnum,
  isAlpha,
  isAscii,
  isDecimal,
  isDigit,
  isIdentifier,
  isLower,
  isNumeric,
  isPrintable,
  isSpace,
  isTitle,
  isUpper,
  lower,
  swapcase,
  title,
  upper,
} from "../unicode.ts";
import { optionalText, textArgument } from "./text-argument.ts";

function textOf(self: PyValue): string {
  return typeof self === "string" ? self : (self as PyStr).value;
}

/** A method that makes text of about the same size. */
function mapping(map: (text: string) => string): (self: PyValue) => PyValue {
  return (self) => {
    const text = textOf(self);
    charge(text.length >> 4);
    allocate(text.length * 4);
    return map(text);
  };
}

/** True when there are characters and all satisfy `test`. */
function every(test: (point: number) => boolean, empty = false): (self: PyValue) => PyValue {
  return (self) => {
    const text = textOf(self);
    charge(text.length >> 4);
    if (text === "") return empty;
    for (let i = 0; i < text.length; i++) {
      const point = text.codePointAt(i) as number;
      if (point > 0xffff) i += 1;
      if (!test(point)) return false;
    }
    return true;
  };
}

/** `islower`, `isupper`: some character of the wanted case, none of the others. */
function allCase(
  wanted: (point: number) => boolean,
  other: (point: number) => boolean,
): (self: PyValue) => PyValue {
  return (self) => {
    const text = textOf(self);
    charge(text.length >> 4);
    let cased = false;
    for (const char of text) {
      const point = char.codePointAt(0) as number;
      if (other(point) || isTitle(point)) return false;
      if (wanted(point)) cased = true;
    }
    return cased;
  };
}

function isTitled(self: PyValue): PyValue {
  let cased = false;
  let inWord = false;
  const text = textOf(self);
  charge(text.length >> 4);
  for (const char of text) {
    const point = char.codePointAt(0) as number;
    if (isUpper(point) || isTitle(point)) {
      if (inWord) return false;
      inWord = cased = true;
    } else if (isLower(point)) {
      if (!inWord) return false;
    } else inWord = false;
  }
  return cased;
}

/** An int argument of C type `Py_ssize_t`. */
export function sizeArgument(value: PyValue): number {
  const n = index(value);
  if (typeof n === "bigint" && (n > 9223372036854775807n || n < -9223372036854775808n)) {
    throw overflowError("Python int too large to convert to C ssize_t");
  }
  return Number(n);
}

function fillArgument(value: PyValue): string {
  const fill = asStr(value);
  if (fill === undefined) {
    throw typeError(`The fill character must be a unicode character, not ${typeName(value)}`);
  }
  if (textLength(fill) !== 1) throw typeError("The fill character must be exactly one character long");
  return fill;
}

function filling(count: number, fill: string): string {
  allocateText(count * fill.length);
  charge(Math.ceil(count / 64));
  return fill.repeat(count);
}

function padding(left: (room: number, width: number) => number) {
  return (self: PyValue, width: PyValue, fillchar: PyValue = " "): PyValue => {
    const size = sizeArgument(width);
    const fill = fillArgument(fillchar);
    const text = textOf(self);
    const room = size - textLength(text);
    if (room <= 0) return text;
    return padText(text, left(room, size), room, fill);
  };
}

/** `room` fill characters around `text`, `before` of them on the left. */
export function padText(text: string, before: number, room: number, fill: string): string {
  return filling(before, fill) + text + filling(room - before, fill);
}

/** `text.zfill(size)`: the zeros go behind a sign. */
export function zeroFill(text: string, size: number): string {
  const room = size - textLength(text);
  if (room <= 0) return text;
  const zeros = filling(room, "0");
  return text[0] === "+" || text[0] === "-" ? text[0] + zeros + text.slice(1) : zeros + text;
}

/** `text.expandtabs(tabsize)`. */
export function expandTabsIn(text: string, tabsize: PyValue): string {
  const given = index(tabsize);
  if (given > 0x7fffffff || given < -0x80000000) {
    throw overflowError("Python int too large to convert to C int");
  }
  const size = Number(given);
  charge(text.length >> 3);
  allocate((text.match(/[\t\r\n]/g)?.length ?? 0) * 64);
  let column = 0;
  const parts: string[] = [];
  for (const piece of text.split(/(\t|[\r\n])/)) {
    if (piece === "\t") {
      const room = size > 0 ? size - (column % size) : 0;
      parts.push(filling(room, " "));
      column += room;
    } else {
      parts.push(piece);
      column = piece === "\n" || piece === "\r" ? 0 : column + textLength(piece);
    }
  }
  return joinParts(parts);
}

/** `strip` and its kin. `chars` undefined or None: whitespace. */
function stripping(name: string, atStart: boolean, atEnd: boolean) {
  return (self: PyValue, chars: PyValue = null): PyValue => {
    const text = textOf(self);
    const set = chars === null ? undefined : asStr(chars);
    if (set === undefined && chars !== null) throw typeError(`${name} arg must be None or str`);
    if (set === undefined) {
      let [from, to] = [0, text.length];
      if (atStart) while (from < to && isSpace(text.charCodeAt(from))) from += 1;
      if (atEnd) while (to > from && isSpace(text.charCodeAt(to - 1))) to -= 1;
      return text.slice(from, to);
    }
    charge(text.length >> 6);
    const members = new Set(characters(set));
    const items: string | string[] = isPlain(text) ? text : characters(text);
    let [from, to] = [0, items.length];
    if (atStart) while (from < to && members.has(items[from] as string)) from += 1;
    if (atEnd) while (to > from && members.has(items[to - 1] as string)) to -= 1;
    const kept = items.slice(from, to);
    return typeof kept === "string" ? kept : kept.join("");
  };
}

/** `sep.join(items)`. */
export function joinText(separator: string, iterable: PyValue): string {
  const items = joinItems(iterable);
  if (items.length === 1 && typeof items[0] === "string") return items[0];
  const texts: string[] = [];
  for (let i = 0; i < items.length; i++) {
    const text = asStr(items[i] as PyValue);
    if (text === undefined) {
      throw typeError(`sequence item ${i}: expected str instance, ${typeName(items[i] as PyValue)} found`);
    }
    texts.push(text);
  }
  charge(items.length >> 3);
  return joinParts(texts, separator);
}
/** The items of what is joined; an error inside the iteration stays its own, "not iterable" becomes join's. */
export function joinItems(iterable: PyValue): PyValue[] {
  try {
    // CPython makes a list of what the iterator gives.
    return iterable instanceof PyObject && !iterable.cls.builtin
      ? collectCounted(iterObject(iterable))
      : collect(iterable);
  } catch (error) {
    if (
      error instanceof PyException &&
      /^('.*' object is not iterable|iter\(\) returned non-iterator of type '.*')$/.test(
        String(error.args[0]),
      )
    ) {
      throw typeError("can only join an iterable");
    }
    throw error;
  }
}

function translate(self: PyValue, table: PyValue): PyValue {
  const text = textOf(self);
  const known = new Map<string, string>();
  const parts: string[] = [];
  for (const char of characters(text)) {
    charge(1);
    let mapped = known.get(char);
    if (mapped === undefined) {
      mapped = translated(char, table);
      known.set(char, mapped);
    }
    parts.push(mapped);
  }
  return joinParts(parts);
}
function translated(char: string, table: PyValue): string {
  let value: PyValue;
  try {
    value = getItem(table, char.codePointAt(0) as number);
  } catch (error) {
    if (error instanceof PyException && error.cls.isSubtype(LookupError)) return char;
    throw error;
  }
  if (value === null) return "";
  const text = asStr(value);
  if (text !== undefined) return text;
  const point = asInt(value);
  if (point === undefined) throw typeError("character mapping must return integer, None or str");
  if (point < 0 || point > 0x10ffff) throw valueError("character mapping must be in range(0x110000)");
  return String.fromCodePoint(Number(point));
}

function makeTable(x: PyValue, y?: PyValue, z?: PyValue): PyValue {
  const table = new PyDict();
  if (y === undefined) {
    if (!(x instanceof PyDict))
      throw typeError("if you give only one argument to maketrans it must be a dict");
    for (const [key, value] of x.entries()) table.set(tableKey(key), value);
    return table;
  }
  const to = textArgument(y, "maketrans() argument 2");
  const drop = optionalText(z, "maketrans() argument 3") ?? "";
  const from = asStr(x);
  if (from === undefined) {
    throw typeError("first maketrans argument must be a string if there is a second argument");
  }
  const [keys, values] = [characters(from), characters(to)];
  if (keys.length !== values.length) {
    throw valueError("the first two maketrans arguments must have equal length");
  }
  keys.forEach((key, i) => {
    table.set(key.codePointAt(0) as number, (values[i] as string).codePointAt(0) as number);
  });
  for (const key of characters(drop)) table.set(key.codePointAt(0) as number, null);
  return table;
}
function tableKey(key: PyValue): PyValue {
  const text = asStr(key);
  if (text !== undefined) {
    if (textLength(text) !== 1) throw valueError("string keys in translate table must be of length 1");
    return text.codePointAt(0) as number;
  }
  if (asInt(key) === undefined) throw typeError("keys in translate table must be strings or integers");
  return key;
}

defineMethods(strType, {
  "lower()": mapping(lower),
  "upper()": mapping(upper),
  "casefold()": mapping(casefold),
  "capitalize()": mapping(capitalize),
  "title()": mapping(title),
  "swapcase()": mapping(swapcase),
  "isalpha()": every(isAlpha),
  "isalnum()": every(isAlnum),
  "isdecimal()": every(isDecimal),
  "isdigit()": every(isDigit),
  "isnumeric()": every(isNumeric),
  "isspace()": every(isSpace),
  "isprintable()": every(isPrintable, true),
  "isascii()": (self: PyValue) => isAscii(textOf(self)),
  "isidentifier()": (self: PyValue) => isIdentifier(textOf(self)),
  "islower()": allCase(isLower, isUpper),
  "isupper()": allCase(isUpper, isLower),
  "istitle()": isTitled,
  "center(width, fillchar=' ', /)": padding(
    (room, width) => Math.floor(room / 2) + ((room % 2) & (width % 2)),
  ),
  "ljust(width, fillchar=' ', /)": padding(() => 0),
  "rjust(width, fillchar=' ', /)": padding((room) => room),
  "zfill(width, /)": (self: PyValue, width: PyValue) => zeroFill(textOf(self), sizeArgument(width)),
  "expandtabs(tabsize=8)": (self: PyValue, tabsize: PyValue = 8) => expandTabsIn(textOf(self), tabsize),
  "strip(chars=None, /)": stripping("strip", true, true),
  "lstrip(chars=None, /)": stripping("lstrip", true, false),
  "rstrip(chars=None, /)": stripping("rstrip", false, true),
  "join(iterable, /)": (self: PyValue, iterable: PyValue) => joinText(textOf(self), iterable),
  "translate(table, /)": translate,
});
defineStatic(strType, { "maketrans(x, y=None, z=None, /)": makeTable });
