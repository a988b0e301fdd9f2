// The objects behind bytes and bytearray.
import { BufferError, pyError, typeError } from "./exceptions.ts";
import { makeType, PyObject, type PyValue, typeName } from "./object.ts";
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

/** The bytes of a memoryview, which may have gaps between them; filled in by `types/memoryview.ts`. */
export const bufferOf: {
  view: (value: PyObject) => Uint8Array | undefined;
  hasGaps: (value: PyValue) => boolean;
} = { view: () => undefined, hasGaps: () => false };

/** Is it a `bytes` or a `bytearray`, or an instance of a derived class? */
export function isBytes(value: PyValue): value is PyBytes | PyByteArray {
  return value instanceof PyBytes || value instanceof PyByteArray;
}
/** The bytes of a `bytes`, `bytearray` or `memoryview`, one with gaps included; undefined for anything else. */
export function allBytes(value: PyValue): Uint8Array | undefined {
  if (isBytes(value)) return value.bytes;
  return value instanceof PyObject ? bufferOf.view(value) : undefined;
}
/** The bytes of a bytes-like object: what has them in one piece. Undefined for anything else. */
export function asBytes(value: PyValue): Uint8Array | undefined {
  if (isBytes(value)) return value.bytes;
  return bufferOf.hasGaps(value) ? undefined : allBytes(value);
}
/** What is said of an argument of which {@link asBytes} has none. */
export function notBytesLike(
  value: PyValue,
  complaint = `a bytes-like object is required, not '${typeName(value)}'`,
): PyObject {
  if (!bufferOf.hasGaps(value)) return typeError(complaint);
  return pyError(BufferError, "memoryview: underlying buffer is not C-contiguous");
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
