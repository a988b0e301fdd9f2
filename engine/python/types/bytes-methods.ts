// Methods of `bytes` and `bytearray`. Most work on the bytes as Latin-1 text and share the algorithms of `str`.

import { ByteSink } from "../byte-sink.ts";
import {
  allBytes,
  asBytes,
  bytearrayType,
  bytesOf,
  bytesType,
  isBytes,
  latin1Text,
  newBytes,
  notBytesLike,
  PyByteArray,
  PyBytes,
} from "../bytes.ts";
import { decode } from "../codecs.ts";
import { overflowError, typeError, valueError } from "../exceptions.ts";
import { call1, defineClassMethods, defineMethods, defineStatic, special } from "../function.ts";
import { asStr, NotImplemented, type PyType, type PyValue, typeName } from "../object.ts";
import { index, length, truth } from "../operators.ts";
import { type PercentRules, percentFormat } from "../percent-format.ts";
import { integral } from "../real.ts";
import { list, PyTuple, tuple } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { findLastText, findText } from "../text-search.ts";
import { byteValue } from "./bytes-source.ts";
import { expandTabsIn, joinItems, padText, sizeArgument, zeroFill } from "./str-methods.ts";
import { replaceText, rsplitParts, sliceBound, splitParts } from "./str-search.ts";
import { codecName, givenType, textArgument } from "./text-argument.ts";

type Bytes = PyBytes | PyByteArray;

/** The bytes as text. */
function textOf(self: Bytes): string {
  charge(self.bytes.length >> 7);
  return latin1Text(self.bytes);
}
/** Text as an object of the same built-in type as `self`. */
function made(self: Bytes, text: string): Bytes {
  const made = bytesOf(text);
  return self instanceof PyByteArray ? new PyByteArray(made.bytes) : made;
}
/** A bytes-like argument as text. */
function likeBytes(value: PyValue): string {
  const bytes = asBytes(value);
  if (bytes === undefined) throw notBytesLike(value);
  return latin1Text(bytes);
}

/** ASCII whitespace, as `bytes` splits and strips at. */
function isBlank(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

function mapping(map: (text: string) => string): (self: Bytes) => PyValue {
  return (self) => made(self, map(textOf(self)));
}
const lowered = (text: string) => text.replace(/[A-Z]+/g, (part) => part.toLowerCase());
const raised = (text: string) => text.replace(/[a-z]+/g, (part) => part.toUpperCase());

function matching(pattern: RegExp, but?: RegExp): (self: Bytes) => PyValue {
  return (self) => {
    const text = textOf(self);
    return pattern.test(text) && !(but?.test(text) ?? false);
  };
}

// ---- searching -----------------------------------------------------------------------------------

function subArgument(value: PyValue): string {
  const bytes = asBytes(value);
  if (bytes !== undefined) return latin1Text(bytes);
  const byte = integral(value);
  if (byte === undefined) {
    throw notBytesLike(value, `argument should be integer or bytes-like object, not '${typeName(value)}'`);
  }
  return String.fromCharCode(byteValue(byte, "byte must be in range(0, 256)"));
}

function window(text: string, start: PyValue, end: PyValue): { from: number; to: number } | undefined {
  const from = sliceBound(start, text.length, 0);
  const to = Math.min(sliceBound(end, text.length, text.length), text.length);
  return from > text.length || from > to ? undefined : { from, to };
}

function finder(last: boolean, complain: boolean) {
  return (self: Bytes, sub: PyValue, start: PyValue = null, end: PyValue = null): PyValue => {
    const text = textOf(self);
    const range = window(text, start, end);
    const part = subArgument(sub);
    let at = -1;
    if (range !== undefined && part.length <= range.to - range.from) {
      at = last ? findLastText(text, part, range.to - part.length) : findText(text, part, range.from);
      if (at < range.from || at + part.length > range.to) at = -1;
    }
    if (at < 0 && complain) throw valueError("subsection not found");
    return at;
  };
}

function count(self: Bytes, sub: PyValue, start: PyValue = null, end: PyValue = null): PyValue {
  const text = textOf(self);
  const range = window(text, start, end);
  const part = subArgument(sub);
  if (range === undefined) return 0;
  if (part === "") return range.to - range.from + 1;
  let found = 0;
  for (let at = findText(text, part, range.from); at >= 0; at = findText(text, part, at + part.length)) {
    if (at + part.length > range.to) break;
    found += 1;
  }
  return found;
}

function affix(name: string, atEnd: boolean) {
  return (self: Bytes, prefix: PyValue, start: PyValue = null, end: PyValue = null): PyValue => {
    const text = textOf(self);
    const range = window(text, start, end);
    const fits = (part: string) =>
      range !== undefined &&
      part.length <= range.to - range.from &&
      text.startsWith(part, atEnd ? range.to - part.length : range.from);
    if (prefix instanceof PyTuple) return prefix.items.some((part) => fits(likeBytes(part)));
    if (allBytes(prefix) === undefined) {
      throw typeError(`${name} first arg must be bytes or a tuple of bytes, not ${typeName(prefix)}`);
    }
    return fits(likeBytes(prefix));
  };
}

// ---- taking apart and putting together -----------------------------------------------------------

function pieces(self: Bytes, parts: string[]): PyValue {
  allocate(parts.length * 100);
  return list(parts.map((part) => made(self, part)));
}

function splitter(parts: typeof splitParts): (self: Bytes, sep?: PyValue, maxsplit?: PyValue) => PyValue {
  return (self, sep = null, maxsplit = -1) => {
    const limit = sizeArgument(maxsplit);
    const by = sep === null ? undefined : likeBytes(sep);
    if (by === "") throw valueError("empty separator");
    return pieces(self, parts(textOf(self), by, limit, isBlank));
  };
}

function splitLines(self: Bytes, keepends: PyValue = false): PyValue {
  const keep = truth(keepends);
  const text = textOf(self);
  const lines: string[] = [];
  for (const [line, end = ""] of text.matchAll(/[^\r\n]*(\r\n|[\r\n])|[^\r\n]+/g)) {
    allocate(64);
    lines.push(keep ? line : line.slice(0, line.length - end.length));
  }
  return pieces(self, lines);
}

function partition(last: boolean) {
  return (self: Bytes, sep: PyValue): PyValue => {
    const by = likeBytes(sep);
    if (by === "") throw valueError("empty separator");
    const text = textOf(self);
    const at = last ? findLastText(text, by) : findText(text, by);
    const part = (from: number, to?: number): PyValue => made(self, text.slice(from, to));
    if (at < 0) return tuple(last ? [part(0, 0), part(0, 0), part(0)] : [part(0), part(0, 0), part(0, 0)]);
    // A bytes hands back the separator itself, whatever it is.
    const middle = self instanceof PyBytes ? sep : made(self, by);
    return tuple([part(0, at), middle, part(at + by.length)]);
  };
}

function join(self: Bytes, iterable: PyValue): PyValue {
  const items = joinItems(iterable);
  const parts = items.map((item, i) => {
    const bytes = asBytes(item);
    if (bytes === undefined) {
      throw typeError(`sequence item ${i}: expected a bytes-like object, ${typeName(item)} found`);
    }
    return bytes;
  });
  const size = parts.reduce(
    (sum, part) => sum + part.length,
    self.bytes.length * Math.max(0, parts.length - 1),
  );
  const sink = new ByteSink(size);
  parts.forEach((part, i) => {
    charge(1);
    if (i > 0) sink.append(self.bytes);
    sink.append(part);
  });
  const joined = sink.finish();
  return self instanceof PyByteArray ? new PyByteArray(joined) : new PyBytes(joined);
}

function stripping(atStart: boolean, atEnd: boolean) {
  return (self: Bytes, chars: PyValue = null): PyValue => {
    const set =
      chars === null
        ? undefined
        : new Set(
            likeBytes(chars)
              .split("")
              .map((c) => c.charCodeAt(0)),
          );
    const drop = set === undefined ? isBlank : (byte: number) => set.has(byte);
    const { bytes } = self;
    let [from, to] = [0, bytes.length];
    if (atStart) while (from < to && drop(bytes[from] as number)) from += 1;
    if (atEnd) while (to > from && drop(bytes[to - 1] as number)) to -= 1;
    return made(self, latin1Text(bytes.subarray(from, to)));
  };
}

function padding(name: string, left: (room: number, width: number) => number) {
  return (self: Bytes, width: PyValue, fillbyte?: PyValue): PyValue => {
    const size = sizeArgument(width);
    const fill = fillbyte === undefined ? " " : isBytes(fillbyte) ? latin1Text(fillbyte.bytes) : "";
    if (fill.length !== 1) {
      throw typeError(
        `${name}() argument 2 must be a byte string of length 1, not ${givenType(fillbyte as PyValue)}`,
      );
    }
    const text = textOf(self);
    const room = size - text.length;
    return made(self, room <= 0 ? text : padText(text, left(room, size), room, fill));
  };
}

function translate(self: Bytes, table: PyValue, drop: PyValue = new PyBytes(newBytes(0))): PyValue {
  const map = table === null ? undefined : likeBytes(table);
  if (map !== undefined && map.length !== 256)
    throw valueError("translation table must be 256 characters long");
  const dropped = new Set(likeBytes(drop));
  charge(self.bytes.length >> 4);
  const sink = new ByteSink(self.bytes.length);
  for (const byte of self.bytes) {
    if (!dropped.has(String.fromCharCode(byte))) sink.push(map === undefined ? byte : map.charCodeAt(byte));
  }
  const bytes = sink.finish();
  return self instanceof PyByteArray ? new PyByteArray(bytes) : new PyBytes(bytes);
}

function makeTable(from: PyValue, to: PyValue): PyValue {
  const [keys, values] = [likeBytes(from), likeBytes(to)];
  if (keys.length !== values.length) throw valueError("maketrans arguments must have same length");
  const table = Uint8Array.from({ length: 256 }, (_, i) => i);
  for (let i = 0; i < keys.length; i++) table[keys.charCodeAt(i)] = values.charCodeAt(i);
  return new PyBytes(table);
}

// ---- hexadecimal ---------------------------------------------------------------------------------

/** `bytes.hex(sep, group)`; groups are counted from the right, from the left when negative. */
export function hexText(bytes: Uint8Array, sep: PyValue | undefined, group: PyValue = 1): string {
  const given = index(group);
  if (given > 0x7fffffff || given < -0x80000000)
    throw overflowError("Python int too large to convert to C int");
  let separator = "";
  if (sep !== undefined) {
    const size = length(sep);
    if (size !== 1) throw valueError("sep must be length 1.");
    const like = asBytes(sep);
    separator = like === undefined ? (asStr(sep) ?? "") : latin1Text(like);
    if (separator === "") throw typeError("sep must be str or bytes.");
    if (separator > "\x7f") throw valueError("sep must be ASCII.");
  }
  const every = Number(given);
  allocate(bytes.length * 5);
  charge(bytes.length >> 4);
  const pairs: string[] = [];
  bytes.forEach((byte, i) => {
    const before = every > 0 ? (bytes.length - i) % every === 0 : i % every === 0;
    if (i > 0 && every !== 0 && separator !== "" && before) pairs.push(separator);
    pairs.push(byte < 16 ? `0${byte.toString(16)}` : byte.toString(16));
  });
  return pairs.join("");
}

function fromHex(cls: PyType, string: PyValue): PyValue {
  const text = textArgument(string, "fromhex() argument");
  const sink = new ByteSink(text.length >> 1);
  charge(text.length >> 5);
  const refuse = (at: number) =>
    valueError(`non-hexadecimal number found in fromhex() arg at position ${at}`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the ASCII range.
  const foreign = text.search(/[^\x00-\x7f]/);
  if (foreign >= 0) throw refuse(foreign);
  const digit = (at: number): number => {
    const value = /^[0-9a-fA-F]$/.test(text[at] ?? "") ? Number.parseInt(text[at] as string, 16) : -1;
    if (value < 0) throw refuse(at);
    return value;
  };
  for (let i = 0; i < text.length; ) {
    if (isBlank(text.charCodeAt(i))) i += 1;
    else {
      sink.push(digit(i) * 16 + digit(i + 1));
      i += 2;
    }
  }
  const bytes = new PyBytes(sink.finish());
  if (cls === bytesType) return bytes;
  return cls === bytearrayType ? new PyByteArray(bytes.bytes) : call1(cls, bytes);
}

// ---- formatting ----------------------------------------------------------------------------------

const byteRules: PercentRules = {
  kind: "bytes",
  key: (text) => bytesOf(text),
  text: (value) => {
    const bytes = allBytes(value) ?? asBytes(special(value, "__bytes__", []) ?? null);
    if (bytes === undefined) {
      throw typeError(
        `%b requires a bytes-like object, or an object that implements __bytes__, not '${typeName(value)}'`,
      );
    }
    return latin1Text(bytes);
  },
  char: (value) => {
    if (isBytes(value) && value.bytes.length === 1) return latin1Text(value.bytes);
    const byte = isBytes(value) ? undefined : integral(value);
    if (byte === undefined) throw typeError("%c requires an integer in range(256) or a single byte");
    if (byte < 0 || byte > 255) throw overflowError("%c arg not in range(256)");
    return String.fromCharCode(Number(byte));
  },
  notReal: (name) => `float argument required, not ${name}`,
  codes: "diuoxXeEfFgGcrsab",
  single: (args) => asBytes(args) !== undefined || asStr(args) !== undefined,
};

const caseless = /[A-Za-z]/;
for (const type of [bytesType, bytearrayType]) {
  defineMethods(type, {
    "lower()": mapping(lowered),
    "upper()": mapping(raised),
    "swapcase()": mapping((text) =>
      text.replace(/[A-Z]+|[a-z]+/g, (part) => (part < "a" ? part.toLowerCase() : part.toUpperCase())),
    ),
    "capitalize()": mapping((text) => raised(text.slice(0, 1)) + lowered(text.slice(1))),
    "title()": mapping((text) =>
      text.replace(/[A-Za-z]+/g, (word) => raised(word[0] as string) + lowered(word.slice(1))),
    ),
    "isalpha()": matching(/^[A-Za-z]+$/),
    "isalnum()": matching(/^[A-Za-z0-9]+$/),
    "isdigit()": matching(/^[0-9]+$/),
    "isspace()": matching(/^[ \t-\r]+$/),
    "islower()": matching(/[a-z]/, /[A-Z]/),
    "isupper()": matching(/[A-Z]/, /[a-z]/),
    "istitle()": matching(caseless, /[A-Za-z][A-Z]|(?:^|[^A-Za-z])[a-z]/),
    "isascii()": (self: Bytes) => self.bytes.every((byte) => byte < 128),
    "find(sub, start=None, end=None, /)": finder(false, false),
    "rfind(sub, start=None, end=None, /)": finder(true, false),
    "index(sub, start=None, end=None, /)": finder(false, true),
    "rindex(sub, start=None, end=None, /)": finder(true, true),
    "count(sub, start=None, end=None, /)": count,
    "startswith(prefix, start=None, end=None, /)": affix("startswith", false),
    "endswith(suffix, start=None, end=None, /)": affix("endswith", true),
    "split(sep=None, maxsplit=-1)": splitter(splitParts),
    "rsplit(sep=None, maxsplit=-1)": splitter(rsplitParts),
    "splitlines(keepends=False)": splitLines,
    "partition(sep, /)": partition(false),
    "rpartition(sep, /)": partition(true),
    "join(iterable_of_bytes, /)": join,
    "replace(old, new, count=-1, /)": (self: Bytes, old: PyValue, by: PyValue, limit: PyValue = -1) => {
      const [from, to] = [likeBytes(old), likeBytes(by)];
      return made(self, replaceText(textOf(self), from, to, sizeArgument(limit)));
    },
    "strip(bytes=None, /)": stripping(true, true),
    "lstrip(bytes=None, /)": stripping(true, false),
    "rstrip(bytes=None, /)": stripping(false, true),
    "center(width, fillchar=b' ', /)": padding(
      "center",
      (room, width) => Math.floor(room / 2) + ((room % 2) & (width % 2)),
    ),
    "ljust(width, fillchar=b' ', /)": padding("ljust", () => 0),
    "rjust(width, fillchar=b' ', /)": padding("rjust", (room) => room),
    "zfill(width, /)": (self: Bytes, width: PyValue) =>
      made(self, zeroFill(textOf(self), sizeArgument(width))),
    "expandtabs(tabsize=8)": (self: Bytes, tabsize: PyValue = 8) =>
      made(self, expandTabsIn(textOf(self), tabsize)),
    "removeprefix(prefix, /)": (self: Bytes, prefix: PyValue) => {
      const [part, text] = [likeBytes(prefix), textOf(self)];
      return made(self, text.startsWith(part) ? text.slice(part.length) : text);
    },
    "removesuffix(suffix, /)": (self: Bytes, suffix: PyValue) => {
      const [part, text] = [likeBytes(suffix), textOf(self)];
      return made(self, part !== "" && text.endsWith(part) ? text.slice(0, -part.length) : text);
    },
    "translate(table, /, delete=b'')": translate,
    "hex(sep=None, bytes_per_sep=1)": (self: Bytes, sep?: PyValue, group?: PyValue) =>
      hexText(self.bytes, sep, group),
    "decode(encoding='utf-8', errors='strict')": (self: Bytes, encoding?: PyValue, errors?: PyValue) =>
      decode(
        self.bytes,
        codecName(encoding, "decode() argument 'encoding'"),
        codecName(errors, "decode() argument 'errors'"),
      ),
    "__mod__(value, /)": (self: Bytes, args: PyValue) =>
      made(self, percentFormat(textOf(self), args, byteRules)),
    "__rmod__(value, /)": (self: Bytes, format: PyValue) => {
      if (!(format instanceof PyBytes || format instanceof PyByteArray)) return NotImplemented;
      return made(format, percentFormat(textOf(format), self, byteRules));
    },
  });
  defineClassMethods(type, { "fromhex(string, /)": fromHex });
  defineStatic(type, { "maketrans(frm, to, /)": makeTable });
}
