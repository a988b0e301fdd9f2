// `bytes` and `bytearray`.
//
// Methods work on the bytes as text of one character per byte: JavaScript's string search is then the search, and
// only ASCII letters have case, as in CPython.
import {
  asBytes,
  bytearrayType,
  bytesOf,
  bytesType,
  latin1Text,
  newBytes,
  PyByteArray,
  PyBytes,
} from "../bytes.ts";
import { adopt } from "../classes.ts";
import { decode, encode } from "../codecs.ts";
import { indexError, typeError, valueError } from "../exceptions.ts";
import { defineClassMethods, defineMethods, defineStatic, special } from "../function.ts";
import { hashString } from "../hash.ts";
import { collect, iteratorType, PyIterator } from "../iterator.ts";
import { asInt, asStr, NotImplemented, type PyType, type PyValue, typeName, typeOf } from "../object.ts";
import { index, indexSize, sequenceTypes, truth } from "../operators.ts";
import { repr } from "../representation.ts";
import { list, PyTuple, tuple } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { bytesFrom, byteValue } from "./bytes-source.ts";
import { defineConstructor } from "./construct.ts";
import { PySlice, sliceIndices } from "./slice.ts";

sequenceTypes.add(bytesType).add(bytearrayType);

type Self = PyBytes | PyByteArray;

/** A new object of the same kind as `self`. */
function like(self: Self, text: string): Self {
  const made = bytesOf(text);
  return self instanceof PyByteArray ? new PyByteArray(made.bytes) : made;
}
const text = (self: Self): string => latin1Text(self.bytes);

/** The bytes-like argument of a method, as text. */
function argument(value: PyValue): string {
  const bytes = asBytes(value);
  if (bytes === undefined) throw typeError(`a bytes-like object is required, not '${typeName(value)}'`);
  return latin1Text(bytes);
}
/** What may be searched for: bytes, or one byte as a number. */
function needle(value: PyValue): string {
  const bytes = asBytes(value);
  if (bytes !== undefined) return latin1Text(bytes);
  if (asInt(value) === undefined && special(value, "__index__", []) === undefined) {
    throw typeError(`argument should be integer or bytes-like object, not '${typeName(value)}'`);
  }
  return String.fromCharCode(byteValue(value, "byte must be in range(0, 256)"));
}

function construct(cls: PyType, source?: PyValue, encoding?: PyValue, errors?: PyValue): Uint8Array {
  if (encoding !== undefined || errors !== undefined) {
    const string = source === undefined ? undefined : asStr(source);
    if (string === undefined) {
      throw typeError(
        encoding !== undefined ? "encoding without a string argument" : "errors without a string argument",
      );
    }
    return encode(
      string,
      encoding === undefined ? undefined : asStr(encoding),
      errors === undefined ? undefined : asStr(errors),
    );
  }
  if (source === undefined) return new Uint8Array(0);
  if (asStr(source) !== undefined) throw typeError("string argument without an encoding");
  const own = asBytes(source);
  if (own === undefined && typeOf(source).lookup("__bytes__") === undefined) {
    if (asInt(source) !== undefined || special(source, "__index__", []) !== undefined) {
      const n = index(source);
      if (n < 0) throw valueError("negative count");
      return newBytes(Number(n));
    }
  }
  const outOfRange = cls.isSubtype(bytearrayType) ? "byte must be in range(0, 256)" : undefined;
  return bytesFrom(source, outOfRange).slice();
}
defineConstructor(
  bytesType,
  "(source=b'', encoding=None, errors=None)",
  (cls: PyType, source?: PyValue, encoding?: PyValue, errors?: PyValue) => {
    if (cls === bytesType && encoding === undefined && source instanceof PyBytes && source.cls === bytesType)
      return source;
    return adopt(new PyBytes(construct(cls, source, encoding, errors)), cls);
  },
);
defineConstructor(bytearrayType, "(*args, **kwargs)", (cls: PyType) =>
  adopt(new PyByteArray(new Uint8Array(0)), cls),
);
bytearrayType.dict.set("__hash__", null);

class BytesIterator extends PyIterator {
  private readonly source: Self;
  private at = 0;
  constructor(source: Self) {
    super();
    this.source = source;
  }
  next(): PyValue | undefined {
    const value = this.source.bytes[this.at];
    this.at = value === undefined ? Number.POSITIVE_INFINITY : this.at + 1;
    return value;
  }
}
iteratorType("bytes_iterator", BytesIterator);

// ---- text helpers --------------------------------------------------------------------------------

const SPACE = " \t\n\r\v\f";
const upper = (s: string): string => s.replace(/[a-z]/g, (c) => c.toUpperCase());
const lower = (s: string): string => s.replace(/[A-Z]/g, (c) => c.toLowerCase());
function strip(s: string, chars: PyValue, left: boolean, right: boolean): string {
  const set = chars === null ? SPACE : argument(chars);
  let [from, to] = [0, s.length];
  while (left && from < to && set.includes(s[from] as string)) from += 1;
  while (right && to > from && set.includes(s[to - 1] as string)) to -= 1;
  return s.slice(from, to);
}
function window(
  s: string,
  start: PyValue | undefined,
  end: PyValue | undefined,
): { from: number; to: number } {
  const { start: from, stop } = sliceIndices(new PySlice(start ?? null, end ?? null, null), s.length);
  return { from, to: stop };
}
function search(
  self: Self,
  sub: PyValue,
  start: PyValue | undefined,
  end: PyValue | undefined,
  last: boolean,
): number {
  const s = text(self);
  const find = needle(sub);
  const asked = start === undefined || start === null ? 0 : indexSize(start);
  if (asked > s.length) return -1;
  const { from, to } = window(s, start, end);
  if (from > to) return -1;
  const part = s.slice(from, to);
  const at = last ? part.lastIndexOf(find) : part.indexOf(find);
  return at < 0 ? -1 : at + from;
}
function affix(
  self: Self,
  prefix: PyValue,
  start: PyValue | undefined,
  end: PyValue | undefined,
  name: "startswith" | "endswith",
): boolean {
  const s = text(self);
  const { from, to } = window(s, start, end);
  const part = from > to ? undefined : s.slice(from, to);
  const options = prefix instanceof PyTuple ? prefix.items : [prefix];
  return options.some((option) => {
    const bytes = asBytes(option);
    if (bytes === undefined) {
      throw typeError(
        prefix instanceof PyTuple
          ? `a bytes-like object is required, not '${typeName(option)}'`
          : `${name} first arg must be bytes or a tuple of bytes, not ${typeName(prefix)}`,
      );
    }
    const find = latin1Text(bytes);
    return part === undefined ? false : name === "startswith" ? part.startsWith(find) : part.endsWith(find);
  });
}

function split(self: Self, separator: PyValue, maxsplit: PyValue, last: boolean): PyValue {
  const s = text(self);
  const limit = indexSize(maxsplit);
  const parts: string[] = [];
  if (separator === null) {
    const words = s.split(/[ \t\n\r\v\f]+/).filter((word) => word !== "");
    if (limit < 0 || words.length <= limit + 1) parts.push(...words);
    else if (!last) {
      let rest = strip(s, null, true, false);
      for (let i = 0; i < limit; i++) {
        const word = /^[^ \t\n\r\v\f]+/.exec(rest)?.[0] ?? "";
        parts.push(word);
        rest = strip(rest.slice(word.length), null, true, false);
      }
      parts.push(rest);
    } else {
      let rest = strip(s, null, false, true);
      for (let i = 0; i < limit; i++) {
        const word = /[^ \t\n\r\v\f]+$/.exec(rest)?.[0] ?? "";
        parts.unshift(word);
        rest = strip(rest.slice(0, rest.length - word.length), null, false, true);
      }
      parts.unshift(rest);
    }
  } else {
    const sep = argument(separator);
    if (sep === "") throw valueError("empty separator");
    const all = s.split(sep);
    if (limit < 0 || all.length <= limit + 1) parts.push(...all);
    else if (!last) parts.push(...all.slice(0, limit), all.slice(limit).join(sep));
    else parts.push(all.slice(0, all.length - limit).join(sep), ...all.slice(all.length - limit));
  }
  charge(parts.length);
  return list(parts.map((part) => like(self, part)));
}
function partition(self: Self, separator: PyValue, last: boolean): PyValue {
  const s = text(self);
  const sep = argument(separator);
  if (sep === "") throw valueError("empty separator");
  const at = last ? s.lastIndexOf(sep) : s.indexOf(sep);
  const parts = at < 0 ? (last ? ["", "", s] : [s, "", ""]) : [s.slice(0, at), sep, s.slice(at + sep.length)];
  return tuple(parts.map((part) => like(self, part)));
}
function replace(s: string, old: string, with_: string, count: number): string {
  const pieces = old === "" ? ["", ...s, ""] : s.split(old);
  const times = Math.min(pieces.length - 1, count < 0 ? Number.POSITIVE_INFINITY : count);
  allocate(s.length + times * with_.length);
  if (old === "") {
    let out = "";
    const chars = [...s];
    for (let i = 0; i <= chars.length; i++) out += (i < times ? with_ : "") + (chars[i] ?? "");
    return out;
  }
  return (
    pieces.slice(0, times + 1).join(with_) +
    pieces
      .slice(times + 1)
      .map((piece) => old + piece)
      .join("")
  );
}
function pad(
  self: Self,
  width: PyValue,
  fill: PyValue | undefined,
  name: string,
  left: (missing: number, width: number) => number,
): Self {
  const s = text(self);
  const n = indexSize(width);
  const char = fill === undefined ? " " : argument(fill);
  if (char.length !== 1)
    throw typeError(`${name}() argument 2 must be a byte string of length 1, not ${typeName(fill ?? null)}`);
  const missing = n - s.length;
  if (missing <= 0) return like(self, s);
  allocate(n);
  const before = left(missing, n);
  return like(self, char.repeat(before) + s + char.repeat(missing - before));
}
function reprBytes(s: string): string {
  const quote = s.includes("'") && !s.includes('"') ? '"' : "'";
  let out = "";
  for (const c of s) {
    const code = c.charCodeAt(0);
    if (c === quote || c === "\\") out += `\\${c}`;
    else if (c === "\t") out += "\\t";
    else if (c === "\n") out += "\\n";
    else if (c === "\r") out += "\\r";
    else if (code < 0x20 || code > 0x7e) out += `\\x${code.toString(16).padStart(2, "0")}`;
    else out += c;
  }
  allocate(out.length);
  return `b${quote}${out}${quote}`;
}
function hex(self: Self, separator: PyValue | undefined, group: PyValue): string {
  const digits = [...self.bytes].map((byte) => byte.toString(16).padStart(2, "0"));
  allocate(digits.length * 3);
  if (separator === undefined) return digits.join("");
  const sep = asStr(separator) ?? latin1Text(asBytes(separator) ?? new Uint8Array(0));
  if (sep.length !== 1) throw valueError("sep must be length 1.");
  const n = Number(index(group));
  if (n === 0) return digits.join("");
  const size = Math.abs(n);
  const groups: string[] = [];
  if (n > 0)
    for (let to = digits.length; to > 0; to -= size)
      groups.unshift(digits.slice(Math.max(0, to - size), to).join(""));
  else
    for (let from = 0; from < digits.length; from += size)
      groups.push(digits.slice(from, from + size).join(""));
  return groups.join(sep);
}
function fromHex(cls: PyType, value: PyValue): PyValue {
  const string = asStr(value);
  if (string === undefined) throw typeError(`fromhex() argument must be str, not ${typeName(value)}`);
  let out = "";
  for (let i = 0; i < string.length; ) {
    if (SPACE.includes(string[i] as string)) {
      i += 1;
      continue;
    }
    for (const at of [i, i + 1]) {
      if (!/^[0-9a-fA-F]$/.test(string[at] ?? "")) {
        throw valueError(`non-hexadecimal number found in fromhex() arg at position ${at}`);
      }
    }
    out += String.fromCharCode(Number.parseInt(string.slice(i, i + 2), 16));
    i += 2;
  }
  const made = bytesOf(out);
  return cls.isSubtype(bytearrayType) ? adopt(new PyByteArray(made.bytes), cls) : adopt(made, cls);
}
const test =
  (pattern: RegExp) =>
  (self: Self): boolean =>
    pattern.test(text(self));

function compare(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  return a.length - b.length;
}
const ordering =
  (accept: (order: number) => boolean) =>
  (self: Self, other: PyValue): PyValue => {
    const bytes = asBytes(other);
    return bytes === undefined ? NotImplemented : accept(compare(self.bytes, bytes));
  };
function repeated(self: Self, count: PyValue): string {
  if (asInt(count) === undefined && special(count, "__index__", []) === undefined) {
    throw typeError(`can't multiply sequence by non-int of type '${typeName(count)}'`);
  }
  const n = index(count);
  const times = n < 0 ? 0 : Number(n);
  allocate(times * self.bytes.length);
  return text(self).repeat(times);
}

for (const type of [bytesType, bytearrayType]) {
  const kind = type.name;
  defineMethods(type, {
    "__len__()": (self: Self) => self.bytes.length,
    "__iter__()": (self: Self) => new BytesIterator(self),
    "__repr__()": (self: Self) =>
      kind === "bytes" ? reprBytes(text(self)) : `${self.cls.name}(${reprBytes(text(self))})`,
    "__str__()": (self: Self) => repr(self),
    "__contains__(key, /)": (self: Self, key: PyValue) => {
      if (
        asBytes(key) === undefined &&
        asInt(key) === undefined &&
        special(key, "__index__", []) === undefined
      ) {
        throw typeError(`a bytes-like object is required, not '${typeName(key)}'`);
      }
      return text(self).includes(needle(key));
    },
    "__getitem__(key, /)": (self: Self, key: PyValue) => {
      if (key instanceof PySlice) {
        const { start, step, count } = sliceIndices(key, self.bytes.length);
        const s = text(self);
        if (step === 1) return like(self, s.slice(start, start + count));
        return like(self, Array.from({ length: count }, (_, i) => s[start + i * step]).join(""));
      }
      if (asInt(key) === undefined && special(key, "__index__", []) === undefined) {
        throw typeError(
          `${kind === "bytes" ? "byte" : "bytearray"} indices must be integers or slices, not ${typeName(key)}`,
        );
      }
      const at = indexSize(key);
      const byte = self.bytes[at < 0 ? at + self.bytes.length : at];
      if (byte === undefined)
        throw indexError(kind === "bytes" ? "index out of range" : "bytearray index out of range");
      return byte;
    },
    "__add__(value, /)": (self: Self, other: PyValue) => {
      const bytes = asBytes(other);
      if (bytes === undefined) throw typeError(`can't concat ${typeName(other)} to ${typeName(self)}`);
      allocate(self.bytes.length + bytes.length);
      return like(self, text(self) + latin1Text(bytes));
    },
    "__mul__(value, /)": (self: Self, n: PyValue) => like(self, repeated(self, n)),
    "__rmul__(value, /)": (self: Self, n: PyValue) => like(self, repeated(self, n)),
    "__eq__(value, /)": ordering((order) => order === 0),
    "__ne__(value, /)": ordering((order) => order !== 0),
    "__lt__(value, /)": ordering((order) => order < 0),
    "__le__(value, /)": ordering((order) => order <= 0),
    "__gt__(value, /)": ordering((order) => order > 0),
    "__ge__(value, /)": ordering((order) => order >= 0),
    "decode(encoding='utf-8', errors='strict')": (self: Self, encoding?: PyValue, errors?: PyValue) =>
      decode(
        self.bytes,
        encoding === undefined ? undefined : nameOf(encoding, "encoding"),
        errors === undefined ? undefined : nameOf(errors, "errors"),
      ),
    "hex(sep=<unrepresentable>, bytes_per_sep=1)": (self: Self, sep?: PyValue, group: PyValue = 1) =>
      hex(self, sep, group),
    "find(sub, start=None, end=None, /)": (self: Self, sub: PyValue, a?: PyValue, b?: PyValue) =>
      search(self, sub, a, b, false),
    "rfind(sub, start=None, end=None, /)": (self: Self, sub: PyValue, a?: PyValue, b?: PyValue) =>
      search(self, sub, a, b, true),
    "index(sub, start=None, end=None, /)": (self: Self, sub: PyValue, a?: PyValue, b?: PyValue) =>
      found(search(self, sub, a, b, false)),
    "rindex(sub, start=None, end=None, /)": (self: Self, sub: PyValue, a?: PyValue, b?: PyValue) =>
      found(search(self, sub, a, b, true)),
    "count(sub, start=None, end=None, /)": (self: Self, sub: PyValue, a?: PyValue, b?: PyValue) => {
      const s = text(self);
      const find = needle(sub);
      const { from, to } = window(s, a, b);
      if (from > to) return 0;
      return find === "" ? to - from + 1 : s.slice(from, to).split(find).length - 1;
    },
    "startswith(prefix, start=None, end=None, /)": (self: Self, prefix: PyValue, a?: PyValue, b?: PyValue) =>
      affix(self, prefix, a, b, "startswith"),
    "endswith(suffix, start=None, end=None, /)": (self: Self, suffix: PyValue, a?: PyValue, b?: PyValue) =>
      affix(self, suffix, a, b, "endswith"),
    "split(sep=None, maxsplit=-1)": (self: Self, sep: PyValue = null, n: PyValue = -1) =>
      split(self, sep, n, false),
    "rsplit(sep=None, maxsplit=-1)": (self: Self, sep: PyValue = null, n: PyValue = -1) =>
      split(self, sep, n, true),
    "splitlines(keepends=False)": (self: Self, keep: PyValue = false) => {
      const lines = text(self).match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
      return list(lines.map((line) => like(self, truth(keep) ? line : line.replace(/\r?\n$|\r$/, ""))));
    },
    "partition(sep, /)": (self: Self, sep: PyValue) => partition(self, sep, false),
    "rpartition(sep, /)": (self: Self, sep: PyValue) => partition(self, sep, true),
    "replace(old, new, count=-1, /)": (self: Self, old: PyValue, with_: PyValue, count: PyValue = -1) =>
      like(self, replace(text(self), argument(old), argument(with_), indexSize(count))),
    "strip(bytes=None, /)": (self: Self, chars: PyValue = null) =>
      like(self, strip(text(self), chars, true, true)),
    "lstrip(bytes=None, /)": (self: Self, chars: PyValue = null) =>
      like(self, strip(text(self), chars, true, false)),
    "rstrip(bytes=None, /)": (self: Self, chars: PyValue = null) =>
      like(self, strip(text(self), chars, false, true)),
    "removeprefix(prefix, /)": (self: Self, prefix: PyValue) => {
      const [s, p] = [text(self), argument(prefix)];
      return like(self, s.startsWith(p) ? s.slice(p.length) : s);
    },
    "removesuffix(suffix, /)": (self: Self, suffix: PyValue) => {
      const [s, p] = [text(self), argument(suffix)];
      return like(self, p !== "" && s.endsWith(p) ? s.slice(0, -p.length) : s);
    },
    "join(iterable_of_bytes, /)": (self: Self, iterable: PyValue) => {
      const parts = collect(iterable).map((item, i) => {
        const bytes = asBytes(item);
        if (bytes === undefined)
          throw typeError(`sequence item ${i}: expected a bytes-like object, ${typeName(item)} found`);
        allocate(bytes.length);
        return latin1Text(bytes);
      });
      allocate(parts.length * self.bytes.length);
      return like(self, parts.join(text(self)));
    },
    "upper()": (self: Self) => like(self, upper(text(self))),
    "lower()": (self: Self) => like(self, lower(text(self))),
    "swapcase()": (self: Self) =>
      like(
        self,
        text(self).replace(/[a-zA-Z]/g, (c) => (c < "a" ? c.toLowerCase() : c.toUpperCase())),
      ),
    "capitalize()": (self: Self) => like(self, upper(text(self).slice(0, 1)) + lower(text(self).slice(1))),
    "title()": (self: Self) =>
      like(
        self,
        text(self).replace(/[a-zA-Z]+/g, (word) => upper(word.slice(0, 1)) + lower(word.slice(1))),
      ),
    "isalpha()": test(/^[a-zA-Z]+$/),
    "isdigit()": test(/^[0-9]+$/),
    "isalnum()": test(/^[a-zA-Z0-9]+$/),
    "isspace()": test(/^[ \t\n\r\v\f]+$/),
    "isascii()": (self: Self) => self.bytes.every((byte) => byte < 128),
    "islower()": (self: Self) => /[a-z]/.test(text(self)) && !/[A-Z]/.test(text(self)),
    "isupper()": (self: Self) => /[A-Z]/.test(text(self)) && !/[a-z]/.test(text(self)),
    "istitle()": (self: Self) =>
      /[a-zA-Z]/.test(text(self)) && !/[a-zA-Z][A-Z]|(?:^|[^a-zA-Z])[a-z]/.test(text(self)),
    "center(width, fillchar=b' ', /)": (self: Self, width: PyValue, fill?: PyValue) =>
      pad(self, width, fill, "center", (missing, n) => (missing >> 1) + (missing & n & 1)),
    "ljust(width, fillchar=b' ', /)": (self: Self, width: PyValue, fill?: PyValue) =>
      pad(self, width, fill, "ljust", () => 0),
    "rjust(width, fillchar=b' ', /)": (self: Self, width: PyValue, fill?: PyValue) =>
      pad(self, width, fill, "rjust", (missing) => missing),
    "zfill(width, /)": (self: Self, width: PyValue) => {
      const s = text(self);
      const missing = indexSize(width) - s.length;
      if (missing <= 0) return like(self, s);
      allocate(missing);
      const sign = /^[+-]/.test(s) ? (s[0] as string) : "";
      return like(self, sign + "0".repeat(missing) + s.slice(sign.length));
    },
    "expandtabs(tabsize=8)": (self: Self, size: PyValue = 8) => {
      const tab = indexSize(size);
      let column = 0;
      let out = "";
      for (const c of text(self)) {
        if (c === "\t") {
          const n = tab > 0 ? tab - (column % tab) : 0;
          allocate(n);
          out += " ".repeat(n);
          column += n;
        } else {
          out += c;
          column = c === "\n" || c === "\r" ? 0 : column + 1;
        }
      }
      return like(self, out);
    },
    "translate(table, /, delete=b'')": (self: Self, table: PyValue, gone?: PyValue) => {
      const map = table === null ? null : argument(table);
      if (map !== null && map.length !== 256)
        throw valueError("translation table must be 256 characters long");
      const drop = gone === undefined ? "" : argument(gone);
      let out = "";
      for (const c of text(self)) if (!drop.includes(c)) out += map === null ? c : map[c.charCodeAt(0)];
      return like(self, out);
    },
  });
  defineClassMethods(type, { "fromhex(string, /)": fromHex });
}
function nameOf(value: PyValue, what: string): string {
  const name = asStr(value);
  if (name === undefined) throw typeError(`decode() argument '${what}' must be str, not ${typeName(value)}`);
  return name;
}
function found(at: number): number {
  if (at < 0) throw valueError("subsection not found");
  return at;
}
const makeTrans = (from: PyValue, to: PyValue): PyValue => {
  const [f, t] = [argument(from), argument(to)];
  if (f.length !== t.length) throw valueError("maketrans arguments must have same length");
  const table = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i));
  for (let i = 0; i < f.length; i++) table[f.charCodeAt(i)] = t[i] as string;
  return bytesOf(table.join(""));
};
for (const type of [bytesType, bytearrayType]) defineStatic(type, { "maketrans(frm, to, /)": makeTrans });

defineMethods(bytesType, {
  "__hash__()": (self: PyBytes) => hashString(text(self)),
  "__bytes__()": (self: PyBytes) => (self.cls === bytesType ? self : new PyBytes(self.bytes)),
});

// ---- bytearray -----------------------------------------------------------------------------------

function position(self: PyByteArray, key: PyValue, message = "bytearray index out of range"): number {
  const at = indexSize(key);
  const real = at < 0 ? at + self.bytes.length : at;
  if (real < 0 || real >= self.bytes.length) throw indexError(message);
  return real;
}
function put(self: PyByteArray, items: readonly number[]): void {
  allocate(items.length);
  self.bytes = Uint8Array.from(items);
}
defineMethods(bytearrayType, {
  "__init__(source=b'', encoding=None, errors=None)": (
    self: PyByteArray,
    source?: PyValue,
    encoding?: PyValue,
    errors?: PyValue,
  ) => {
    self.bytes = construct(bytearrayType, source, encoding, errors);
    return null;
  },
  "__setitem__(key, value, /)": (self: PyByteArray, key: PyValue, value: PyValue) => {
    const items = [...self.bytes];
    if (key instanceof PySlice) {
      const from =
        asInt(value) !== undefined ? undefined : [...bytesFrom(value, "byte must be in range(0, 256)")];
      if (from === undefined)
        throw typeError("can assign only bytes, buffers, or iterables of ints in range(0, 256)");
      const { start, stop, step, count } = sliceIndices(key, items.length);
      if (step === 1) items.splice(start, Math.max(0, stop - start), ...from);
      else {
        if (from.length !== count) {
          throw valueError(
            `attempt to assign bytes of size ${from.length} to extended slice of size ${count}`,
          );
        }
        for (let i = 0; i < count; i++) items[start + i * step] = from[i] as number;
      }
    } else items[position(self, key)] = byteValue(value, "byte must be in range(0, 256)");
    put(self, items);
    return null;
  },
  "__delitem__(key, /)": (self: PyByteArray, key: PyValue) => {
    const items = [...self.bytes];
    if (key instanceof PySlice) {
      const { start, step, count } = sliceIndices(key, items.length);
      const gone = new Set(Array.from({ length: count }, (_, i) => start + i * step));
      put(
        self,
        items.filter((_, i) => !gone.has(i)),
      );
    } else {
      items.splice(position(self, key), 1);
      put(self, items);
    }
    return null;
  },
  "__iadd__(value, /)": (self: PyByteArray, other: PyValue) => {
    const bytes = asBytes(other);
    if (bytes === undefined) throw typeError(`can't concat ${typeName(other)} to ${typeName(self)}`);
    put(self, [...self.bytes, ...bytes]);
    return self;
  },
  "__imul__(value, /)": (self: PyByteArray, n: PyValue) => {
    self.bytes = bytesOf(repeated(self, n)).bytes;
    return self;
  },
  "append(item, /)": (self: PyByteArray, item: PyValue) => {
    put(self, [...self.bytes, byteValue(item, "byte must be in range(0, 256)")]);
    return null;
  },
  "extend(iterable_of_ints, /)": (self: PyByteArray, items: PyValue) => {
    put(self, [...self.bytes, ...bytesFrom(items, "byte must be in range(0, 256)")]);
    return null;
  },
  "insert(index, item, /)": (self: PyByteArray, at: PyValue, item: PyValue) => {
    const items = [...self.bytes];
    const i = indexSize(at);
    items.splice(
      i < 0 ? Math.max(0, i + items.length) : i,
      0,
      byteValue(item, "byte must be in range(0, 256)"),
    );
    put(self, items);
    return null;
  },
  "pop(index=-1, /)": (self: PyByteArray, at: PyValue = -1) => {
    if (self.bytes.length === 0) throw indexError("pop from empty bytearray");
    const items = [...self.bytes];
    const [byte] = items.splice(position(self, at, "pop index out of range"), 1);
    put(self, items);
    return byte as number;
  },
  "remove(value, /)": (self: PyByteArray, value: PyValue) => {
    const items = [...self.bytes];
    const at = items.indexOf(byteValue(value, "byte must be in range(0, 256)"));
    if (at < 0) throw valueError("value not found in bytearray");
    items.splice(at, 1);
    put(self, items);
    return null;
  },
  "clear()": (self: PyByteArray) => {
    self.bytes = new Uint8Array(0);
    return null;
  },
  "copy()": (self: PyByteArray) => new PyByteArray(self.bytes.slice()),
  "reverse()": (self: PyByteArray) => {
    self.bytes = self.bytes.slice().reverse();
    return null;
  },
});
