// The object behind memoryview: a window on the bytes of a bytes or bytearray.
import { newBytes, PyByteArray, type PyBytes } from "./bytes.ts";
import { BufferError, pyError, valueError } from "./exceptions.ts";
import { makeType, PyObject } from "./object.ts";

/** How the bytes are read: items of one format, in rows. */
export interface Layout {
  /** A character of `struct`'s native formats, perhaps after `@`. */
  readonly format: string;
  readonly itemsize: number;
  readonly shape: readonly number[];
  /** Distance in bytes from one item to the next, for each dimension. */
  readonly strides: readonly number[];
  /** Where the first item begins. */
  readonly offset: number;
}

/** A `memoryview`. */
export class PyMemoryView extends PyObject {
  readonly source: PyBytes | PyByteArray;
  readonly layout: Layout;
  readonly readonly: boolean;
  private released = false;
  private readonly size: number;
  constructor(source: PyBytes | PyByteArray, layout: Layout, readonly: boolean) {
    super();
    this.source = source;
    this.layout = layout;
    this.readonly = readonly;
    this.size = source.bytes.length;
  }
  release(): void {
    this.released = true;
  }
  get isReleased(): boolean {
    return this.released;
  }
  /**
   * The bytes that it is a window on. CPython does not let a bytearray change its size under a view; views here are
   * not counted, since nothing says when one is dropped, so it is the view that can no longer be used.
   */
  get memory(): Uint8Array {
    if (this.released) throw valueError("operation forbidden on released memoryview object");
    const { bytes } = this.source;
    if (bytes.length !== this.size)
      throw pyError(BufferError, "the object of this memoryview has been re-sized");
    return bytes;
  }
  /** Number of items. */
  get count(): number {
    return this.layout.shape.reduce((product, n) => product * n, 1);
  }
  /** Where each item begins, in C's order. */
  *places(dimension = 0, at = this.layout.offset): IterableIterator<number> {
    const { shape, strides } = this.layout;
    if (dimension === shape.length) yield at;
    else {
      for (let i = 0; i < (shape[dimension] as number); i++)
        yield* this.places(dimension + 1, at + i * (strides[dimension] as number));
    }
  }
  /** Are the items one after the other? */
  get contiguous(): boolean {
    let expected = this.layout.itemsize;
    if (this.count === 0) return true;
    for (let i = this.layout.shape.length - 1; i >= 0; i--) {
      const n = this.layout.shape[i] as number;
      if (n > 1 && this.layout.strides[i] !== expected) return false;
      expected *= n;
    }
    return true;
  }
  /** The bytes of all items, in an array of their own unless nothing can change them. */
  get bytes(): Uint8Array {
    const { memory } = this;
    const { itemsize, offset } = this.layout;
    const length = this.count * itemsize;
    if (this.contiguous && !(this.source instanceof PyByteArray))
      return memory.subarray(offset, offset + length);
    const made = newBytes(length);
    let to = 0;
    for (const from of this.places()) {
      made.set(memory.subarray(from, from + itemsize), to);
      to += itemsize;
    }
    return made;
  }
}
export const memoryViewType = makeType("memoryview", { of: PyMemoryView, subclassable: false });
