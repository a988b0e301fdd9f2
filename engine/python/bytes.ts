// The objects behind bytes and bytearray.
import { makeType, PyObject, type PyValue } from "./object.ts";
import { allocate } from "./state.ts";

/** A `bytes`: the array is never changed. */
export class PyBytes extends PyObject {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    super();
    this.bytes = bytes;
  }
}
export const bytesType = makeType("bytes", { of: PyBytes });

/** A `bytearray`: `bytes` is exactly its contents, another view whenever the length changes. It owns the array. */
export class PyByteArray extends PyObject {
  bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    super();
    this.bytes = bytes;
  }
  /** Changes the length; what is new is zero or stale, for the caller to write. */
  resize(length: number): void {
    const { buffer, byteOffset } = this.bytes;
    if (byteOffset === 0 && length <= buffer.byteLength) {
      this.bytes = new Uint8Array(buffer, 0, length);
      return;
    }
    // Room to grow: appending byte by byte must not copy every time.
    const grown = newBytes(length + (length >> 3) + 16);
    grown.set(this.bytes.subarray(0, length));
    this.bytes = grown.subarray(0, length);
  }
}
export const bytearrayType = makeType("bytearray", { of: PyByteArray });

/** The bytes of a memoryview; filled in by `types/memoryview.ts`. */
export const bufferOf: { view: (value: PyObject) => Uint8Array | undefined } = { view: () => undefined };

/**
 * The bytes of a `bytes`, `bytearray` (or of an instance of a derived class) or `memoryview`; undefined for anything
 * else.
 */
export function asBytes(value: PyValue): Uint8Array | undefined {
  if (value instanceof PyBytes || value instanceof PyByteArray) return value.bytes;
  return value instanceof PyObject ? bufferOf.view(value) : undefined;
}

/** An array of `size` zero bytes; the memory is asked for first. */
export function newBytes(size: number): Uint8Array {
  allocate(size + 64);
  return new Uint8Array(size);
}

/** A `bytes` from text whose characters stand for bytes (Latin-1). */
export function bytesOf(latin1: string): PyBytes {
  const bytes = newBytes(latin1.length);
  for (let i = 0; i < latin1.length; i++) bytes[i] = latin1.charCodeAt(i);
  return new PyBytes(bytes);
}

/** Bytes as text of the same length, a character for each (Latin-1). */
export function latin1Text(bytes: Uint8Array): string {
  allocate(bytes.length);
  const chunks: string[] = [];
  for (let i = 0; i < bytes.length; i += 4096) {
    chunks.push(String.fromCharCode.apply(null, bytes.subarray(i, i + 4096) as unknown as number[]));
  }
  return chunks.join("");
}
