// What only a `bytearray` can do: change.
import { allBytes, asBytes, bytearrayType, PyByteArray } from "../bytes.ts";
import { indexError, overflowError, type PyException, typeError, valueError } from "../exceptions.ts";
import { defineMethods } from "../function.ts";
import { asStr, type PyValue, typeName, typeOf } from "../object.ts";
import { index, indexSize } from "../operators.ts";
import { integral } from "../real.ts";
import { charge } from "../state.ts";
import { bytePosition, repeatBytes } from "./bytes.ts";
import { bytesFrom, byteValue, collectBytes, iterated } from "./bytes-source.ts";
import { PySlice, sliceIndices } from "./slice.ts";

const RANGE = "byte must be in range(0, 256)";

/** Replaces `count` bytes at `start`. */
function splice(self: PyByteArray, start: number, count: number, by: Uint8Array): void {
  // The new bytes may be this array's own.
  const inserted = by.buffer === self.bytes.buffer ? by.slice() : by;
  const tail = start + count;
  const size = self.bytes.length;
  charge((size - tail + inserted.length) >> 7);
  const grown = size - count + inserted.length;
  if (grown > size) self.resize(grown);
  self.bytes.copyWithin(start + inserted.length, tail, size);
  self.bytes.set(inserted, start);
  if (grown < size) self.resize(grown);
}

function assign(self: PyByteArray, key: PyValue, value: PyValue): PyValue {
  if (!(key instanceof PySlice)) {
    // The byte is looked at before it is known whether there is a place for it.
    const at = typeOf(key).lookup("__index__") === undefined ? key : indexSize(key);
    const byte = byteValue(value, RANGE);
    self.bytes[bytePosition(self, at)] = byte;
    return null;
  }
  if (asBytes(value) === undefined && (asStr(value) !== undefined || integral(value) !== undefined)) {
    throw typeError("can assign only bytes, buffers, or iterables of ints in range(0, 256)");
  }
  const bytes = bytesFrom(value, "bytearray", RANGE);
  const { start, step, count } = sliceIndices(key, self.bytes.length);
  if (step === 1) {
    splice(self, start, count, bytes);
    return null;
  }
  if (bytes.length === 0) return removeSlice(self, key);
  if (bytes.length !== count) {
    throw valueError(`attempt to assign bytes of size ${bytes.length} to extended slice of size ${count}`);
  }
  const source = bytes.buffer === self.bytes.buffer ? bytes.slice() : bytes;
  for (let i = 0; i < count; i++) self.bytes[start + i * step] = source[i] as number;
  return null;
}

const NOTHING = new Uint8Array(0);

function removeSlice(self: PyByteArray, key: PySlice): PyValue {
  const { start, step, count } = sliceIndices(key, self.bytes.length);
  if (step === 1) splice(self, start, count, NOTHING);
  else {
    const gone = new Set<number>();
    for (let i = 0; i < count; i++) gone.add(start + i * step);
    charge(self.bytes.length >> 4);
    let kept = 0;
    self.bytes.forEach((byte, i) => {
      if (!gone.has(i)) self.bytes[kept++] = byte;
    });
    self.resize(kept);
  }
  return null;
}

function extend(self: PyByteArray, iterable: PyValue): PyValue {
  splice(self, self.bytes.length, 0, asBytes(iterable) ?? bytesToAdd(iterable));
  return null;
}
function bytesToAdd(iterable: PyValue): Uint8Array {
  if (allBytes(iterable) !== undefined) {
    throw typeError(`can't set bytearray slice from ${typeName(iterable)}`);
  }
  if (asStr(iterable) !== undefined) throw typeError("expected iterable of integers; got: 'str'");
  const refusal = (): PyException => typeError(`can't extend bytearray with ${typeName(iterable)}`);
  return collectBytes(iterated(iterable, refusal, 32), RANGE);
}

function position(value: PyValue): number {
  const at = index(value);
  if (typeof at === "bigint" && BigInt.asIntN(64, at) !== at) {
    throw overflowError("Python int too large to convert to C ssize_t");
  }
  return Number(at);
}

defineMethods(bytearrayType, {
  "__setitem__(key, value, /)": assign,
  "__delitem__(key, /)": (self: PyByteArray, key: PyValue) => {
    if (key instanceof PySlice) return removeSlice(self, key);
    splice(self, bytePosition(self, key), 1, NOTHING);
    return null;
  },
  "__iadd__(value, /)": (self: PyByteArray, value: PyValue) => {
    const bytes = asBytes(value);
    if (bytes === undefined) throw typeError(`can't concat ${typeName(value)} to ${typeName(self)}`);
    splice(self, self.bytes.length, 0, bytes);
    return self;
  },
  "__imul__(value, /)": (self: PyByteArray, count: PyValue) => {
    if (integral(count) === undefined) {
      throw typeError(`can't multiply sequence by non-int of type '${typeName(count)}'`);
    }
    self.bytes = repeatBytes(self.bytes, count);
    return self;
  },
  // Our own buffer's size, with the byte that CPython keeps behind the last.
  "__alloc__()": (self: PyByteArray) =>
    self.bytes.buffer.byteLength === 0 ? 0 : self.bytes.buffer.byteLength + 1,
  "append(item, /)": (self: PyByteArray, item: PyValue) => {
    const byte = byteValue(item, RANGE);
    self.resize(self.bytes.length + 1);
    self.bytes[self.bytes.length - 1] = byte;
    return null;
  },
  "extend(iterable_of_ints, /)": extend,
  "insert(index, item, /)": (self: PyByteArray, at: PyValue, item: PyValue) => {
    const size = self.bytes.length;
    const given = position(at);
    const byte = byteValue(item, RANGE);
    splice(self, Math.min(size, given < 0 ? Math.max(0, given + size) : given), 0, Uint8Array.of(byte));
    return null;
  },
  "pop(index=-1, /)": (self: PyByteArray, at: PyValue = -1) => {
    const size = self.bytes.length;
    const given = position(at);
    if (size === 0) throw indexError("pop from empty bytearray");
    const real = given < 0 ? given + size : given;
    if (real < 0 || real >= size) throw indexError("pop index out of range");
    const byte = self.bytes[real] as number;
    splice(self, real, 1, NOTHING);
    return byte;
  },
  "remove(value, /)": (self: PyByteArray, value: PyValue) => {
    const at = self.bytes.indexOf(byteValue(value, RANGE));
    if (at < 0) throw valueError("value not found in bytearray");
    splice(self, at, 1, NOTHING);
    return null;
  },
  "reverse()": (self: PyByteArray) => {
    self.bytes.reverse();
    return null;
  },
  "clear()": (self: PyByteArray) => {
    self.resize(0);
    return null;
  },
  "copy()": (self: PyByteArray) => {
    const copy = new PyByteArray(NOTHING);
    copy.resize(self.bytes.length);
    copy.bytes.set(self.bytes);
    return copy;
  },
});
