// `bytes` and `bytearray`: construction, operators, indexing. Methods that both have are in bytes-methods.ts, what
// only a bytearray can do is in bytearray.ts.

import {
  allBytes,
  asBytes,
  bytearrayType,
  bytesType,
  latin1Text,
  newBytes,
  notBytesLike,
  PyByteArray,
  PyBytes,
} from "../bytes.ts";
import { adopt } from "../classes.ts";
import { encode } from "../codecs.ts";
import { comparisons, type OrderTest } from "../comparisons.ts";
import type { PyDict } from "../dict.ts";
import { indexError, overflowError, TypeError_, typeError, valueError } from "../exceptions.ts";
import { defineMethods } from "../function.ts";
import { hashString } from "../hash.ts";
import type { Int } from "../integer.ts";
import { isIterable, iteratorType, PyIterator } from "../iterator.ts";
import { PyMemoryView } from "../memoryview.ts";
import { asStr, isInstance, NotImplemented, type PyType, type PyValue, typeName, typeOf } from "../object.ts";
import { indexSize, repeatCount, sequenceTypes } from "../operators.ts";
import { isRaised } from "../raising.ts";
import { integral } from "../real.ts";
import { type PyTuple, tuple } from "../sequence.ts";
import { bindBuiltin, parseSignature } from "../signature.ts";
import { charge } from "../state.ts";
import { includesText } from "../text-search.ts";
import { bytesFrom, byteValue, iterated, notConvertible } from "./bytes-source.ts";
import { defineConstructor } from "./construct.ts";
import { PySlice, sliceIndices } from "./slice.ts";
import { codecName } from "./text-argument.ts";
import "./bytearray.ts";
import "./bytes-methods.ts";

type Bytes = PyBytes | PyByteArray;

sequenceTypes.add(bytesType).add(bytearrayType);

// ---- construction --------------------------------------------------------------------------------

/** The integer that stands for so many zeros; what `__index__` gives wrongly, CPython looks at as at any source. */
function countOf(source: PyValue): Int | undefined {
  try {
    return integral(source);
  } catch (error) {
    if (!isRaised(error, TypeError_)) throw error;
    return undefined;
  }
}

/** The array may be the source's own: a bytearray copies it. */
function makeBytes(type: PyType, source?: PyValue, encoding?: PyValue, errors?: PyValue): Uint8Array {
  const codec = codecName(encoding, `${type.name}() argument 'encoding'`);
  const handler = codecName(errors, `${type.name}() argument 'errors'`);
  const text = source === undefined ? undefined : asStr(source);
  if (text !== undefined) {
    if (codec === undefined) throw typeError("string argument without an encoding");
    return encode(text, codec, handler);
  }
  if (codec !== undefined) throw typeError("encoding without a string argument");
  if (handler !== undefined) throw typeError("errors without a string argument");
  if (source === undefined) return newBytes(0);
  const isBytes = type === bytesType;
  if (allBytes(source) === undefined && !(isBytes && typeOf(source).lookup("__bytes__") !== undefined)) {
    const count = countOf(source);
    if (count !== undefined) {
      if (typeof count === "bigint" && BigInt.asIntN(64, count) !== count) {
        throw overflowError(`cannot fit '${typeName(source)}' into an index-sized integer`);
      }
      if (count < 0) throw valueError("negative count");
      return newBytes(Number(count));
    }
  }
  return bytesFrom(source, type.name, isBytes ? undefined : "byte must be in range(0, 256)");
}

const SIGNATURE = "(source=b'', encoding='utf-8', errors='strict')";
defineConstructor(
  bytesType,
  SIGNATURE,
  (cls: PyType, source?: PyValue, encoding?: PyValue, errors?: PyValue) => {
    if (
      source instanceof PyBytes &&
      cls === bytesType &&
      source.cls === cls &&
      encoding === undefined &&
      errors === undefined
    ) {
      return source;
    }
    const bytes = makeBytes(bytesType, source, encoding, errors);
    // What a bytearray holds may change later.
    const own = source instanceof PyByteArray ? copy(bytes) : bytes;
    return adopt(new PyBytes(own), cls);
  },
);
defineConstructor(bytearrayType, "(*args, **kwargs)", (cls: PyType) =>
  adopt(new PyByteArray(newBytes(0)), cls),
);
const parameters = parseSignature(SIGNATURE);
defineMethods(bytearrayType, {
  "__init__(*args, **kwargs)": (self: PyByteArray, args: PyTuple, kw: PyDict) => {
    const keywords = new Map([...kw.entries()] as [string, PyValue][]);
    const bound = bindBuiltin("bytearray", parameters, args.items, keywords);
    const [source, encoding, errors] = bound;
    self.resize(0);
    // An iterable is taken byte by byte: what has come so far can be seen meanwhile.
    if (encoding === undefined && errors === undefined && isPlainIterable(source)) {
      const it = iterated(source, () => notConvertible(source, "bytearray"));
      for (let item = it.next(); item !== undefined; item = it.next()) {
        charge(1);
        const byte = byteValue(item, "byte must be in range(0, 256)");
        self.resize(self.bytes.length + 1);
        self.bytes[self.bytes.length - 1] = byte;
      }
      return null;
    }
    self.bytes = copy(makeBytes(bytearrayType, source, encoding, errors));
    return null;
  },
});
function isPlainIterable(source: PyValue | undefined): source is PyValue {
  return (
    source !== undefined &&
    asStr(source) === undefined &&
    allBytes(source) === undefined &&
    typeOf(source).lookup("__index__") === undefined &&
    isIterable(source)
  );
}

function copy(bytes: Uint8Array): Uint8Array {
  const made = newBytes(bytes.length);
  made.set(bytes);
  return made;
}

/** An object of the same built-in type as `self`. */
export function alike(self: Bytes, bytes: Uint8Array): Bytes {
  return self instanceof PyByteArray ? new PyByteArray(bytes) : new PyBytes(bytes);
}

// ---- representation ------------------------------------------------------------------------------

const ESCAPES: { readonly [char: string]: string } = { "\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\" };

function literal(bytes: Uint8Array, alwaysEscapeQuote: boolean): string {
  const text = latin1Text(bytes);
  charge(text.length >> 2);
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(/[^ -~]|[\\'"]/g, (char) => {
    if (char === '"') return char;
    if (char === "'") return quote === "'" || alwaysEscapeQuote ? "\\'" : char;
    return ESCAPES[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `b${quote}${body}${quote}`;
}
function reprBytes(self: Bytes): string {
  // CPython's bytearray escapes a single quote even between double ones.
  return self instanceof PyByteArray
    ? `${typeName(self)}(${literal(self.bytes, true)})`
    : literal(self.bytes, false);
}

// ---- operators -----------------------------------------------------------------------------------

/** Over the bytes of a bytes or bytearray, as ints. */
class BytesIterator extends PyIterator {
  private readonly source: Bytes;
  private at = 0;
  constructor(source: Bytes) {
    super();
    this.source = source;
  }
  next(): PyValue | undefined {
    const value = this.source.bytes[this.at];
    this.at = value === undefined ? Number.POSITIVE_INFINITY : this.at + 1;
    return value;
  }
  get remaining(): number {
    return Math.max(0, this.source.bytes.length - this.at);
  }
  seek(at: Int): void {
    if (this.at !== Number.POSITIVE_INFINITY) this.at = Math.max(0, Number(at));
  }
}
class ByteArrayIterator extends BytesIterator {}
iteratorType("bytes_iterator", BytesIterator);
iteratorType("bytearray_iterator", ByteArrayIterator);

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  charge(n >> 7);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  return a.length - b.length;
}
function comparison(holds: OrderTest): (self: Bytes, other: PyValue) => PyValue {
  return (self, other) => {
    // A view compares itself, by its own format.
    if (self instanceof PyBytes && other instanceof PyMemoryView) return NotImplemented;
    const bytes = allBytes(other);
    return bytes === undefined ? NotImplemented : holds(compareBytes(self.bytes, bytes));
  };
}

/** `bytes * count`; refused before it is made when it would be too large. */
export function repeatBytes(bytes: Uint8Array, count: PyValue): Uint8Array {
  const n = repeatCount(count);
  const times = bytes.length === 0 ? 0 : Math.max(0, n);
  const made = newBytes(bytes.length * times);
  charge(made.length >> 6);
  if (made.length > 0) {
    made.set(bytes);
    // What is filled doubles each time.
    for (let filled = bytes.length; filled < made.length; filled *= 2) made.copyWithin(filled, 0, filled);
  }
  return made;
}
function repeat(self: Bytes, count: PyValue): PyValue {
  if (count === 1 && self.cls === bytesType) return self;
  return alike(self, repeatBytes(self.bytes, count));
}

/** The position that a key names; IndexError and TypeError otherwise. */
export function bytePosition(self: Bytes, key: PyValue): number {
  const isArray = self instanceof PyByteArray;
  const int = integral(key);
  if (int === undefined) {
    throw typeError(
      `${isArray ? "bytearray" : "byte"} indices must be integers or slices, not ${typeName(key)}`,
    );
  }
  const at = typeof int === "number" ? int : indexSize(key);
  const real = at < 0 ? at + self.bytes.length : at;
  if (real < 0 || real >= self.bytes.length)
    throw indexError(isArray ? "bytearray index out of range" : "index out of range");
  return real;
}

function item(self: Bytes, key: PyValue): PyValue {
  if (!(key instanceof PySlice)) return self.bytes[bytePosition(self, key)] as number;
  const { start, step, count } = sliceIndices(key, self.bytes.length);
  const made = newBytes(count);
  charge(count >> 7);
  if (step === 1) made.set(self.bytes.subarray(start, start + count));
  else for (let i = 0; i < count; i++) made[i] = self.bytes[start + i * step] as number;
  return alike(self, made);
}

function includes(self: Bytes, value: PyValue): boolean {
  const part = asBytes(value);
  if (part !== undefined) {
    charge(self.bytes.length >> 6);
    return part.length === 1
      ? self.bytes.includes(part[0] as number)
      : includesText(latin1Text(self.bytes), latin1Text(part));
  }
  const byte = integral(value);
  if (byte === undefined) throw notBytesLike(value);
  return self.bytes.includes(byteValue(byte, "byte must be in range(0, 256)"));
}

/** Both one after the other. */
export function concatenate(a: Uint8Array, b: Uint8Array): Uint8Array {
  const made = newBytes(a.length + b.length);
  charge(made.length >> 7);
  made.set(a);
  made.set(b, a.length);
  return made;
}

for (const type of [bytesType, bytearrayType]) {
  defineMethods(type, {
    "__repr__()": reprBytes,
    "__str__()": reprBytes,
    "__len__()": (self: Bytes) => self.bytes.length,
    "__iter__()": (self: Bytes) =>
      self instanceof PyByteArray ? new ByteArrayIterator(self) : new BytesIterator(self),
    "__getitem__(key, /)": item,
    "__contains__(key, /)": includes,
    "__add__(value, /)": (self: Bytes, other: PyValue) => {
      const bytes = asBytes(other);
      if (bytes === undefined) throw typeError(`can't concat ${typeName(other)} to ${typeName(self)}`);
      return alike(self, concatenate(self.bytes, bytes));
    },
    "__mul__(value, /)": repeat,
    "__rmul__(value, /)": repeat,
    ...comparisons(comparison),
  });
}
defineMethods(bytesType, {
  "__hash__()": (self: PyBytes) => hashString(latin1Text(self.bytes)),
  "__getnewargs__()": (self: PyBytes) => tuple([new PyBytes(self.bytes)]),
  "__bytes__()": (self: PyBytes) =>
    isInstance(self, bytesType) && self.cls === bytesType ? self : new PyBytes(self.bytes),
});
bytearrayType.dict.set("__hash__", null);
