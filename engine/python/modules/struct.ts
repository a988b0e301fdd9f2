// The module `struct`: values to packed bytes and back, by format.
import { isBytes, newBytes, PyByteArray, PyBytes } from "../bytes.ts";
import { adopt } from "../classes.ts";
import { encode } from "../codecs.ts";
import { Exception, overflowError, PyException, pyError, RuntimeError, typeError } from "../exceptions.ts";
import { defineAttributes, defineMethods, special } from "../function.ts";
import { hash } from "../hash.ts";
import { type Int, narrow } from "../integer.ts";
import { iteratorType, PyIterator } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { asInt, asStr, makeType, PyFloat, PyObject, type PyType, type PyValue, typeName } from "../object.ts";
import { index, truth } from "../operators.ts";
import { realNumber } from "../real.ts";
import { repr } from "../representation.ts";
import { type PyTuple, tuple } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { defineConstructor, defineInitializer } from "../types/construct.ts";
import { bytesArgument } from "./binascii.ts";
import { moduleFunctions } from "./python-function.ts";

const errorType = makeType("error", { base: Exception, module: "struct" });
errorType.hasDict = true;
const structError = (message: string): PyException => pyError(errorType, message);

/** Letters of whole numbers, with their size: that of C's types on Linux, and the fixed one (0: only C has it). */
const INTEGERS: { readonly [letter: string]: readonly [native: number, fixed: number] } = {
  b: [1, 1],
  B: [1, 1],
  h: [2, 2],
  H: [2, 2],
  i: [4, 4],
  I: [4, 4],
  l: [8, 4],
  L: [8, 4],
  q: [8, 8],
  Q: [8, 8],
  n: [8, 0],
  N: [8, 0],
  P: [8, 0],
};
const FLOATS: { readonly [letter: string]: number } = { e: 2, f: 4, d: 8 };
const BYTES = new Set(["c", "s", "p", "x", "?"]);

/** A stretch of equal items. */
interface Run {
  readonly letter: string;
  readonly count: number;
  readonly offset: number;
  /** Bytes of one item; `s` and `p` are one item of `count` bytes. */
  readonly size: number;
}
interface Layout {
  readonly runs: readonly Run[];
  readonly size: number;
  /** Values that it takes. */
  readonly values: number;
  readonly little: boolean;
  readonly native: boolean;
}

function sizeOf(letter: string, native: boolean): number {
  const whole = INTEGERS[letter];
  const size = whole === undefined ? (FLOATS[letter] ?? (BYTES.has(letter) ? 1 : 0)) : whole[native ? 0 : 1];
  if (size === 0) throw structError("bad char in struct format");
  return size;
}

function parse(format: string): Layout {
  if (format.includes("\0")) throw structError("embedded null character");
  charge(format.length);
  const order = /^[@=<>!]/.exec(format)?.[0] ?? "";
  const native = order === "" || order === "@";
  const runs: Run[] = [];
  let [offset, values] = [0, 0];
  for (const [, digits, letter = ""] of format
    .slice(order.length)
    .matchAll(/(\d*)([^\d\t-\r ])?[\t-\r ]*/g)) {
    if (letter === "") {
      if (digits === "") continue;
      const last = /\d$/.test(format);
      throw structError(last ? "repeat count given without format specifier" : "bad char in struct format");
    }
    const count = digits === "" ? 1 : Number(digits);
    const size = sizeOf(letter, native);
    // Numbers of C's own sizes stand where C would put them.
    if (native && !BYTES.has(letter)) offset = Math.ceil(offset / size) * size;
    const total = offset + count * size;
    if (total > Number.MAX_SAFE_INTEGER) throw structError("total struct size too long");
    const single = letter === "s" || letter === "p";
    if (single || letter === "x" || count > 0) {
      runs.push({ letter, count: single ? 1 : count, offset, size: single ? count : size });
    }
    if (letter !== "x") values += single ? 1 : count;
    offset = total;
  }
  return { runs, size: offset, values, little: order !== ">" && order !== "!", native };
}

// ---- packing -------------------------------------------------------------------------------------

function integer(value: PyValue): bigint {
  const int = asInt(value);
  if (int !== undefined) return BigInt(int);
  if (special(value, "__index__", []) === undefined) throw structError("required argument is not an integer");
  return BigInt(index(value));
}
function packInteger(letter: string, size: number, value: PyValue): bigint {
  const int = integer(value);
  const bits = BigInt(size * 8);
  if (letter === "P") {
    // A pointer is any 64 bits.
    if (int >= 1n << 64n || int < -(1n << 63n)) throw structError("int too large to convert");
    return BigInt.asUintN(64, int);
  }
  const signed = letter === letter.toLowerCase();
  const least = signed ? -(1n << (bits - 1n)) : 0n;
  const most = signed ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
  if (int < least || int > most) {
    throw structError(`'${letter}' format requires ${least} <= number <= ${most}`);
  }
  return BigInt.asUintN(size * 8, int);
}
function double(value: PyValue): number {
  try {
    return realNumber(value);
  } catch (error) {
    if (!(error instanceof PyException)) throw error;
    throw structError("required argument is not a float");
  }
}
function packFloat(view: DataView, at: number, { letter }: Run, item: PyValue, layout: Layout): void {
  const value = double(item);
  const given = asInt(item);
  if (letter === "d") view.setFloat64(at, value, layout.little);
  else {
    if (letter === "f") view.setFloat32(at, value, layout.little);
    else view.setFloat16(at, value, layout.little);
    const stored = letter === "f" ? view.getFloat32(at, layout.little) : view.getFloat16(at, layout.little);
    if (Number.isFinite(value) && !Number.isFinite(stored) && !(letter === "f" && layout.native)) {
      throw given === undefined
        ? overflowError(`float too large to pack with ${letter} format`)
        : structError("int too large to convert");
    }
  }
}
function packItem(view: DataView, at: number, run: Run, value: PyValue, layout: Layout): void {
  const { letter, size } = run;
  if (letter === "?") view.setUint8(at, truth(value) ? 1 : 0);
  else if (letter === "c") {
    if (!(value instanceof PyBytes) || value.bytes.length !== 1) {
      throw structError("char format requires a bytes object of length 1");
    }
    view.setUint8(at, value.bytes[0] as number);
  } else if (letter === "s" || letter === "p") {
    if (!isBytes(value)) throw structError(`argument for '${letter}' must be a bytes object`);
    const lead = letter === "p" ? 1 : 0;
    const kept = value.bytes.subarray(0, Math.max(0, size - lead));
    // Nothing of `0p` is written, not even how long it is.
    if (size === 0) return;
    new Uint8Array(view.buffer, view.byteOffset).set(kept, at + lead);
    if (lead === 1) view.setUint8(at, Math.min(255, kept.length));
  } else if (FLOATS[letter] !== undefined) packFloat(view, at, run, value, layout);
  else {
    const int = packInteger(letter, size, value);
    if (size === 8) view.setBigUint64(at, int, layout.little);
    else if (size === 4) view.setUint32(at, Number(int), layout.little);
    else if (size === 2) view.setUint16(at, Number(int), layout.little);
    else view.setUint8(at, Number(int));
  }
}
function packInto(layout: Layout, target: Uint8Array, start: number, values: readonly PyValue[]): void {
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  let next = 0;
  for (const run of layout.runs) {
    if (run.letter === "x") continue;
    for (let i = 0; i < run.count; i++) {
      charge(1);
      packItem(view, start + run.offset + i * run.size, run, values[next++] as PyValue, layout);
    }
  }
}
function checkCount(name: string, layout: Layout, given: number): void {
  if (given !== layout.values) {
    throw structError(`${name} expected ${layout.values} items for packing (got ${given})`);
  }
}
function pack(layout: Layout, values: readonly PyValue[]): PyValue {
  checkCount("pack", layout, values.length);
  const bytes = newBytes(layout.size);
  packInto(layout, bytes, 0, values);
  return new PyBytes(bytes);
}

/** Where in a buffer of `length` bytes an offset of the program's is; what does not fit there is complained of. */
function place(
  value: PyValue,
  length: number,
  size: number,
  texts: { name: string; verb: string; negative: string },
): number {
  const offset = Number(index(value));
  if (offset < 0) {
    if (offset + size > 0) throw structError(`${texts.negative} ${size} bytes at offset ${offset}`);
    if (offset + length < 0) throw structError(`offset ${offset} out of range for ${length}-byte buffer`);
  }
  const start = offset < 0 ? offset + length : offset;
  if (length - start < size) {
    throw structError(
      `${texts.name} requires a buffer of at least ${start + size} bytes for ${texts.verb} ${size} bytes at offset ${start} (actual buffer size is ${length})`,
    );
  }
  return start;
}
function packIntoBuffer(layout: Layout, args: readonly PyValue[]): PyValue {
  const [buffer, offset, ...values] = args;
  if (buffer === undefined) throw structError("pack_into expected buffer argument");
  if (offset === undefined) throw structError("pack_into expected offset argument");
  checkCount("pack_into", layout, values.length);
  if (!(buffer instanceof PyByteArray)) {
    throw typeError(`argument must be read-write bytes-like object, not ${typeName(buffer)}`);
  }
  const texts = { name: "pack_into", verb: "packing", negative: "no space to pack" };
  packInto(layout, buffer.bytes, place(offset, buffer.bytes.length, layout.size, texts), values);
  return null;
}

// ---- unpacking -----------------------------------------------------------------------------------

function unpackItem(view: DataView, at: number, run: Run, { little }: Layout): PyValue {
  const { letter, size } = run;
  const slice = (from: number, length: number): PyValue => {
    allocate(length + 64);
    return new PyBytes(new Uint8Array(view.buffer, view.byteOffset + from, length).slice());
  };
  switch (letter) {
    case "?":
      return view.getUint8(at) !== 0;
    case "c":
    case "s":
      return slice(at, size);
    case "p":
      return size === 0 ? slice(at, 0) : slice(at + 1, Math.min(size - 1, view.getUint8(at)));
    case "e":
      return new PyFloat(view.getFloat16(at, little));
    case "f":
      return new PyFloat(view.getFloat32(at, little));
    case "d":
      return new PyFloat(view.getFloat64(at, little));
    default: {
      const signed = letter !== "P" && letter === letter.toLowerCase();
      if (size === 8) return narrow(signed ? view.getBigInt64(at, little) : view.getBigUint64(at, little));
      if (size === 4) return signed ? view.getInt32(at, little) : view.getUint32(at, little);
      if (size === 2) return signed ? view.getInt16(at, little) : view.getUint16(at, little);
      return signed ? view.getInt8(at) : view.getUint8(at);
    }
  }
}
function unpackAt(layout: Layout, bytes: Uint8Array, start: number): PyTuple {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  allocate(layout.values * 16);
  const out: PyValue[] = [];
  for (const run of layout.runs) {
    if (run.letter === "x") continue;
    charge(run.count);
    for (let i = 0; i < run.count; i++)
      out.push(unpackItem(view, start + run.offset + i * run.size, run, layout));
  }
  return tuple(out);
}
function unpack(layout: Layout, buffer: PyValue): PyValue {
  const bytes = bytesArgument(buffer);
  if (bytes.length !== layout.size) throw structError(`unpack requires a buffer of ${layout.size} bytes`);
  return unpackAt(layout, bytes, 0);
}
function unpackFrom(layout: Layout, buffer: PyValue, offset: PyValue = 0): PyValue {
  const bytes = bytesArgument(buffer);
  const texts = { name: "unpack_from", verb: "unpacking", negative: "not enough data to unpack" };
  return unpackAt(layout, bytes, place(offset, bytes.length, layout.size, texts));
}

class UnpackIterator extends PyIterator {
  private readonly layout: Layout;
  private readonly buffer: PyBytes | PyByteArray;
  private at = 0;
  constructor(layout: Layout, buffer: PyBytes | PyByteArray) {
    super();
    this.layout = layout;
    this.buffer = buffer;
  }
  next(): PyValue | undefined {
    const { layout, buffer, at } = this;
    if (at + layout.size > buffer.bytes.length) return undefined;
    this.at += layout.size;
    return unpackAt(layout, buffer.bytes, at);
  }
  get remaining(): number {
    return Math.floor((this.buffer.bytes.length - this.at) / this.layout.size);
  }
}
iteratorType("unpack_iterator", UnpackIterator, "_struct");
function iterUnpack(layout: Layout, buffer: PyValue): PyValue {
  if (layout.size === 0) throw structError("cannot iteratively unpack with a struct of length 0");
  const bytes = bytesArgument(buffer);
  if (bytes.length % layout.size !== 0) {
    throw structError(`iterative unpacking requires a buffer of a multiple of ${layout.size} bytes`);
  }
  return new UnpackIterator(layout, buffer as PyBytes | PyByteArray);
}

// ---- Struct --------------------------------------------------------------------------------------

function formatOf(value: PyValue): string {
  const text = asStr(value) ?? (value instanceof PyBytes ? String.fromCharCode(...value.bytes) : undefined);
  if (text === undefined) {
    throw typeError(`Struct() argument 1 must be a str or bytes object, not ${typeName(value)}`);
  }
  if (!(value instanceof PyBytes)) encode(text, "ascii");
  return text;
}
/** The layout for a function of the module, which looks the format up first: so it has to be hashable. */
function layoutOf(format: PyValue): Layout {
  hash(format);
  return parse(formatOf(format));
}

/** A `struct.Struct`. */
class PyStruct extends PyObject {
  format: string | undefined;
  private parsed: Layout | undefined;
  start(format: string): void {
    this.parsed = parse(format);
    this.format = format;
  }
  get layout(): Layout {
    if (this.parsed === undefined) throw pyError(RuntimeError, "Struct object is not initialized");
    return this.parsed;
  }
}
const structType = makeType("_struct.Struct", { of: PyStruct });
defineConstructor(structType, "(*args, **kwargs)", (cls: PyType) => adopt(new PyStruct(), cls));
defineInitializer(structType, "(format)", (self: PyStruct, format: PyValue) => {
  self.start(formatOf(format));
  return null;
});
defineMethods(structType, {
  "pack(*args)": (self: PyStruct, values: PyTuple) => pack(self.layout, values.items),
  "pack_into(*args)": (self: PyStruct, args: PyTuple) => packIntoBuffer(self.layout, args.items),
  "unpack(buffer, /)": (self: PyStruct, buffer: PyValue) => unpack(self.layout, buffer),
  "unpack_from(buffer, offset=0)": (self: PyStruct, buffer: PyValue, offset?: PyValue) =>
    unpackFrom(self.layout, buffer, offset),
  "iter_unpack(buffer, /)": (self: PyStruct, buffer: PyValue) => iterUnpack(self.layout, buffer),
  "__repr__()": (self: PyStruct) => `${self.cls.qualname}(${repr(self.format ?? null)})`,
});
defineAttributes<PyStruct>(structType, {
  format: (self) => self.format ?? null,
  size: (self): Int => self.layout.size,
});

/** Functions whose first argument is the format: without one they say so. */
const withFormat =
  (run: (layout: Layout, args: readonly PyValue[]) => PyValue) =>
  (args: PyTuple): PyValue => {
    const [format, ...rest] = args.items;
    if (format === undefined) throw typeError("missing format argument");
    return run(layoutOf(format), rest);
  };

defineModule("struct", {
  values: {
    error: errorType,
    Struct: structType,
    ...moduleFunctions("_struct", {
      "pack(*args)": withFormat(pack),
      "pack_into(*args)": withFormat(packIntoBuffer),
      "unpack(format, buffer, /)": (format: PyValue, buffer: PyValue) => unpack(layoutOf(format), buffer),
      "unpack_from(format, /, buffer, offset=0)": (format: PyValue, buffer: PyValue, offset?: PyValue) =>
        unpackFrom(layoutOf(format), buffer, offset),
      "iter_unpack(format, buffer, /)": (format: PyValue, buffer: PyValue) =>
        iterUnpack(layoutOf(format), buffer),
      "calcsize(format, /)": (format: PyValue) => layoutOf(format).size,
    }),
  },
});
