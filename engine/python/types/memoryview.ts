// `memoryview`: formats, indexing, slices, casts.
import { bufferOf, PyByteArray, PyBytes } from "../bytes.ts";
import { indexError, NotImplementedError, pyError, typeError, valueError } from "../exceptions.ts";
import { defineAttributes, defineClassMethods, defineMethods, method } from "../function.ts";
import { hash } from "../hash.ts";
import { narrow } from "../integer.ts";
import { iteratorType, PyIterator } from "../iterator.ts";
import { type Layout, memoryViewType, PyMemoryView } from "../memoryview.ts";
import {
  asInt,
  asStr,
  NotImplemented,
  PyFloat,
  type PyType,
  type PyValue,
  typeName,
  typeOf,
} from "../object.ts";
import { asDouble, index, indexSize, same, sequenceTypes, truth } from "../operators.ts";
import { address } from "../representation.ts";
import { list, PyList, PyTuple, tuple } from "../sequence.ts";
import { charge } from "../state.ts";
import { defineConstructor } from "./construct.ts";
import { genericAlias } from "./generic-alias.ts";
import { PySlice, sliceIndices } from "./slice.ts";

// ---- formats -------------------------------------------------------------------------------------

/** Native integers: size in bytes, signed or not. */
const INTEGERS: { readonly [format: string]: readonly [size: number, signed: boolean] } = {
  b: [1, true],
  B: [1, false],
  h: [2, true],
  H: [2, false],
  i: [4, true],
  I: [4, false],
  l: [8, true],
  L: [8, false],
  q: [8, true],
  Q: [8, false],
  n: [8, true],
  N: [8, false],
};
const OTHERS: { readonly [format: string]: number } = { c: 1, "?": 1, f: 4, d: 8 };
const codeOf = (format: string): string => format.replace("@", "");
function sizeOf(format: string): number | undefined {
  if (!/^@?[bBhHiIlLqQnNc?fd]$/.test(format)) return undefined;
  const code = codeOf(format);
  return INTEGERS[code]?.[0] ?? OTHERS[code];
}
function window(memory: Uint8Array, at: number, size: number): DataView {
  return new DataView(memory.buffer, memory.byteOffset + at, size);
}
/** The item that begins at a place. */
function read(view: PyMemoryView, at: number): PyValue {
  const { memory } = view;
  const code = codeOf(view.layout.format);
  const integer = INTEGERS[code];
  if (integer !== undefined) {
    let n = 0n;
    for (let i = integer[0] - 1; i >= 0; i--) n = (n << 8n) | BigInt(memory[at + i] as number);
    return narrow(integer[1] ? BigInt.asIntN(8 * integer[0], n) : n);
  }
  if (code === "c") return new PyBytes(memory.slice(at, at + 1));
  if (code === "?") return memory[at] !== 0;
  const data = window(memory, at, view.layout.itemsize);
  return new PyFloat(code === "f" ? data.getFloat32(0, true) : data.getFloat64(0, true));
}
function write(view: PyMemoryView, at: number, value: PyValue): void {
  const { memory } = view;
  const { format, itemsize } = view.layout;
  const code = codeOf(format);
  const wrongType = () => typeError(`memoryview: invalid type for format '${code}'`);
  const wrongValue = () => valueError(`memoryview: invalid value for format '${code}'`);
  const integer = INTEGERS[code];
  if (integer !== undefined) {
    if (value instanceof PyFloat || asStr(value) !== undefined) throw wrongType();
    const n = BigInt(index(value, () => wrongType().args[0] as string));
    const bits = 8 * integer[0];
    if ((integer[1] ? BigInt.asIntN(bits, n) : BigInt.asUintN(bits, n)) !== n) throw wrongValue();
    for (let i = 0; i < integer[0]; i++) memory[at + i] = Number((n >> BigInt(8 * i)) & 0xffn);
  } else if (code === "c") {
    if (!(value instanceof PyBytes)) throw wrongType();
    if (value.bytes.length !== 1) throw wrongValue();
    memory[at] = value.bytes[0] as number;
  } else if (code === "?") memory[at] = truth(value) ? 1 : 0;
  else {
    const double = asDouble(value);
    if (double === undefined) throw wrongType();
    const data = window(memory, at, itemsize);
    if (code === "d") data.setFloat64(0, double, true);
    else data.setFloat32(0, double, true);
  }
}

// ---- construction --------------------------------------------------------------------------------

function whole(source: PyBytes | PyByteArray): PyMemoryView {
  const layout = { format: "B", itemsize: 1, shape: [source.bytes.length], strides: [1], offset: 0 };
  return new PyMemoryView(source, layout, source instanceof PyBytes);
}
/** A view of an object that has bytes; undefined for any other. */
function viewOf(value: PyValue): PyMemoryView | undefined {
  if (value instanceof PyMemoryView) return value;
  return value instanceof PyBytes || value instanceof PyByteArray ? whole(value) : undefined;
}
bufferOf.view = (value) => (value instanceof PyMemoryView ? value.bytes : undefined);
bufferOf.hasGaps = (value) => value instanceof PyMemoryView && !value.contiguous;

defineConstructor(memoryViewType, "(object)", (_cls: PyType, object: PyValue) => {
  const view = viewOf(object);
  if (view === undefined)
    throw typeError(`memoryview: a bytes-like object is required, not '${typeName(object)}'`);
  void view.memory;
  return object instanceof PyMemoryView ? new PyMemoryView(view.source, view.layout, view.readonly) : view;
});

function packed(format: string, itemsize: number, shape: readonly number[], offset: number): Layout {
  const strides: number[] = [];
  let step = itemsize;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides.unshift(step);
    step *= shape[i] as number;
  }
  return { format, itemsize, shape, strides, offset };
}

function cast(self: PyMemoryView, format: PyValue, given?: PyValue): PyValue {
  void self.memory;
  const text = asStr(format);
  if (text === undefined) throw typeError(`cast() argument 'format' must be str, not ${typeName(format)}`);
  const { layout } = self;
  if (!self.contiguous) throw typeError("memoryview: casts are restricted to C-contiguous views");
  if (layout.shape.length !== 1 && given !== undefined)
    throw typeError("memoryview: cast must be 1D -> ND or ND -> 1D");
  const itemsize = sizeOf(text);
  if (itemsize === undefined) {
    throw valueError(
      "memoryview: destination format must be a native single character format prefixed with an optional '@'",
    );
  }
  const isByte = (code: string): boolean => /^@?[bBc]$/.test(code);
  if (!isByte(layout.format) && !isByte(text))
    throw typeError("memoryview: cannot cast between two non-byte formats");
  const length = self.count * layout.itemsize;
  if (length % itemsize !== 0) throw typeError("memoryview: length is not a multiple of itemsize");
  if (given === undefined) {
    return new PyMemoryView(
      self.source,
      packed(text, itemsize, [length / itemsize], layout.offset),
      self.readonly,
    );
  }
  if (!(given instanceof PyList || given instanceof PyTuple))
    throw typeError("shape must be a list or a tuple");
  const shape = given.items.map((n) => {
    const size = asInt(n);
    if (size === undefined) throw typeError("memoryview.cast(): elements of shape must be integers");
    if (size <= 0) throw valueError("memoryview.cast(): elements of shape must be integers > 0");
    return Number(size);
  });
  if (shape.length > 64) throw valueError("memoryview: number of dimensions must not exceed 64");
  if (shape.reduce((a, b) => a * b, 1) * itemsize !== length)
    throw typeError("memoryview: product(shape) * itemsize != buffer size");
  return new PyMemoryView(self.source, packed(text, itemsize, shape, layout.offset), self.readonly);
}

// ---- items ---------------------------------------------------------------------------------------

/** Where the item that a key names begins. */
function place(self: PyMemoryView, keys: readonly PyValue[]): number {
  const { shape, strides } = self.layout;
  let at = self.layout.offset;
  for (const [dimension, key] of keys.entries()) {
    const n = indexSize(key);
    const size = shape[dimension] as number;
    const real = n < 0 ? n + size : n;
    if (real < 0 || real >= size) throw indexError(`index out of bounds on dimension ${dimension + 1}`);
    at += real * (strides[dimension] as number);
  }
  return at;
}
function isIndex(key: PyValue): boolean {
  return asInt(key) !== undefined || typeOf(key).lookup("__index__") !== undefined;
}
/** The place that a key names, or the part; NotImplementedError and TypeError for what CPython has neither for. */
function resolve(self: PyMemoryView, key: PyValue): number | Layout {
  void self.memory;
  const { shape, strides, offset } = self.layout;
  if (shape.length === 0) {
    if (key instanceof PyTuple && key.items.length === 0) return offset;
    throw typeError("invalid indexing of 0-dim memory");
  }
  if (isIndex(key)) {
    if (shape.length > 1)
      throw pyError(NotImplementedError, "multi-dimensional sub-views are not implemented");
    return place(self, [key]);
  }
  if (key instanceof PySlice) {
    const { start, step, count } = sliceIndices(key, shape[0] as number);
    const stride = strides[0] as number;
    return {
      ...self.layout,
      shape: [count, ...shape.slice(1)],
      strides: [stride * step, ...strides.slice(1)],
      offset: offset + start * stride,
    };
  }
  if (key instanceof PyTuple && key.items.every(isIndex)) {
    const n = key.items.length;
    if (n > shape.length)
      throw typeError(`cannot index ${shape.length}-dimension view with ${n}-element tuple`);
    if (n < shape.length) throw pyError(NotImplementedError, "sub-views are not implemented");
    return place(self, key.items);
  }
  throw typeError("memoryview: invalid slice key");
}
function assign(self: PyMemoryView, key: PyValue, value: PyValue): PyValue {
  void self.memory;
  if (self.readonly) throw typeError("cannot modify read-only memory");
  const found = resolve(self, key);
  if (typeof found !== "number" && self.layout.shape.length > 1)
    throw pyError(NotImplementedError, "memoryview slice assignments are currently restricted to ndim = 1");
  if (typeof found === "number") {
    write(self, found, value);
    return null;
  }
  const from = viewOf(value);
  if (from === undefined) throw typeError(`a bytes-like object is required, not '${typeName(value)}'`);
  const to = new PyMemoryView(self.source, found, false);
  if (codeOf(from.layout.format) !== codeOf(found.format) || from.layout.shape.join() !== found.shape.join())
    throw valueError("memoryview assignment: lvalue and rvalue have different structures");
  // The two may be windows on the same bytes.
  const bytes = from.bytes;
  let i = 0;
  for (const at of to.places()) {
    to.memory.set(bytes.subarray(i, i + found.itemsize), at);
    i += found.itemsize;
  }
  return null;
}

function nested(self: PyMemoryView, dimension: number, at: number): PyValue {
  const { shape, strides } = self.layout;
  if (dimension === shape.length) return read(self, at);
  charge(shape[dimension] as number);
  return list(
    Array.from({ length: shape[dimension] as number }, (_, i) =>
      nested(self, dimension + 1, at + i * (strides[dimension] as number)),
    ),
  );
}

function equalViews(self: PyMemoryView, value: PyValue): PyValue {
  const other = viewOf(value);
  if (other === undefined) return NotImplemented;
  if (self === other) return true;
  if (self.isReleased || other.isReleased) return false;
  if (self.layout.shape.join() !== other.layout.shape.join()) return false;
  const [a, b] = [self.places(), other.places()];
  for (let at = a.next(); at.done !== true; at = a.next()) {
    charge(1);
    if (!same(read(self, at.value), read(other, b.next().value as number))) return false;
  }
  return true;
}

/** Over the items of a view. */
class MemoryIterator extends PyIterator {
  private readonly view: PyMemoryView;
  private at = 0;
  constructor(view: PyMemoryView) {
    super();
    this.view = view;
  }
  next(): PyValue | undefined {
    if (this.at >= (this.view.layout.shape[0] as number)) return undefined;
    return read(this.view, place(this.view, [this.at++]));
  }
}
iteratorType("memory_iterator", MemoryIterator);

sequenceTypes.add(memoryViewType);
memoryViewType.pattern = "sequence";
defineMethods(memoryViewType, {
  "__repr__()": (self: PyMemoryView) => `<${self.isReleased ? "released " : ""}memory at ${address(self)}>`,
  "__len__()": (self: PyMemoryView) => {
    void self.memory;
    const [size] = self.layout.shape;
    if (size === undefined) throw typeError("0-dim memory has no length");
    return size;
  },
  "__getitem__(key, /)": (self: PyMemoryView, key: PyValue) => {
    const found = resolve(self, key);
    return typeof found === "number"
      ? read(self, found)
      : new PyMemoryView(self.source, found, self.readonly);
  },
  "__setitem__(key, value, /)": assign,
  "__delitem__(key, /)": (self: PyMemoryView) => {
    void self.memory;
    throw typeError(self.readonly ? "cannot modify read-only memory" : "cannot delete memory");
  },
  "__iter__()": (self: PyMemoryView) => {
    void self.memory;
    const { length } = self.layout.shape;
    if (length === 0) throw typeError("invalid indexing of 0-dim memory");
    if (length > 1) throw pyError(NotImplementedError, "multi-dimensional sub-views are not implemented");
    return new MemoryIterator(self);
  },
  "__eq__(value, /)": equalViews,
  "__ne__(value, /)": (self: PyMemoryView, value: PyValue) => {
    const result = equalViews(self, value);
    return typeof result === "boolean" ? !result : result;
  },
  "__hash__()": (self: PyMemoryView) => {
    void self.memory;
    if (!self.readonly) throw valueError("cannot hash writable memoryview object");
    if (!/^@?[bBc]$/.test(self.layout.format))
      throw valueError("memoryview: hashing is restricted to formats 'B', 'b' or 'c'");
    return hash(new PyBytes(self.bytes));
  },
  "__enter__()": (self: PyMemoryView) => {
    void self.memory;
    return self;
  },
  "__exit__(*args)": (self: PyMemoryView) => {
    self.release();
    return null;
  },
  "release()": (self: PyMemoryView) => {
    self.release();
    return null;
  },
  "tobytes(order='C')": (self: PyMemoryView, order: PyValue = "C") => {
    const text = order === null ? "C" : asStr(order);
    if (text !== "C" && text !== "A" && text !== "F") throw valueError("order must be 'C', 'F' or 'A'");
    if (text !== "F" || self.layout.shape.length < 2) return new PyBytes(self.bytes.slice());
    // Fortran's order is C's with the dimensions turned round.
    const { shape, strides } = self.layout;
    const turned = { ...self.layout, shape: [...shape].reverse(), strides: [...strides].reverse() };
    return new PyBytes(new PyMemoryView(self.source, turned, true).bytes.slice());
  },
  "tolist()": (self: PyMemoryView) => {
    void self.memory;
    return nested(self, 0, self.layout.offset);
  },
  "hex(sep=<unrepresentable>, bytes_per_sep=1)": (
    self: PyMemoryView,
    separator?: PyValue,
    every?: PyValue,
  ) => {
    const args = [separator, every].filter((value) => value !== undefined);
    return method(new PyBytes(self.bytes), "hex", args, null);
  },
  "toreadonly()": (self: PyMemoryView) => {
    void self.memory;
    return new PyMemoryView(self.source, self.layout, true);
  },
  "cast(format, shape=<unrepresentable>)": cast,
});
defineClassMethods(memoryViewType, { "__class_getitem__(item, /)": genericAlias });

/** An attribute that a released view no longer has. */
const alive =
  (get: (self: PyMemoryView) => PyValue) =>
  (self: PyMemoryView): PyValue => {
    void self.memory;
    return get(self);
  };
defineAttributes<PyMemoryView>(memoryViewType, {
  obj: alive((self) => self.source),
  nbytes: alive((self) => self.count * self.layout.itemsize),
  readonly: alive((self) => self.readonly),
  itemsize: alive((self) => self.layout.itemsize),
  format: alive((self) => self.layout.format),
  ndim: alive((self) => self.layout.shape.length),
  shape: alive((self) => tuple([...self.layout.shape])),
  strides: alive((self) => tuple([...self.layout.strides])),
  suboffsets: alive(() => tuple([])),
  c_contiguous: alive((self) => self.contiguous),
  f_contiguous: alive((self) => self.layout.shape.length < 2 && self.contiguous),
  contiguous: alive((self) => self.contiguous),
});
