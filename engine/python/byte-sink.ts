// Growing buffers for what is built piece by piece: bytes, and text by UTF-16 unit.
import { allocate, charge } from "./state.ts";

/** Bytes written one after the other. */
export class ByteSink {
  private bytes: Uint8Array;
  length = 0;
  constructor(expected: number) {
    allocate(expected + 64);
    this.bytes = new Uint8Array(expected);
  }
  private room(size: number): void {
    if (this.length + size <= this.bytes.length) return;
    const capacity = Math.max(64, this.bytes.length * 2, this.length + size);
    allocate(capacity);
    const grown = new Uint8Array(capacity);
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
  push(byte: number): void {
    if (this.length === this.bytes.length) this.room(1);
    this.bytes[this.length++] = byte;
  }
  append(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }
  /** What was written; the sink must not be used any more. */
  finish(): Uint8Array {
    if (this.length === this.bytes.length) return this.bytes;
    allocate(this.length);
    return this.bytes.slice(0, this.length);
  }
}

/** Text written by unit, code point or string. */
export class TextSink {
  private readonly units = new Uint16Array(4096);
  private used = 0;
  private readonly chunks: string[] = [];

  private flush(): void {
    charge(this.used >> 5);
    allocate(this.used * 2);
    this.chunks.push(
      String.fromCharCode.apply(null, this.units.subarray(0, this.used) as unknown as number[]),
    );
    this.used = 0;
  }
  unit(unit: number): void {
    if (this.used === 4096) this.flush();
    this.units[this.used++] = unit;
  }
  point(point: number): void {
    if (point < 0x10000) this.unit(point);
    else {
      this.unit(0xd7c0 + (point >> 10));
      this.unit(0xdc00 + (point & 0x3ff));
    }
  }
  text(text: string): void {
    this.flush();
    allocate(text.length * 2);
    this.chunks.push(text);
  }
  finish(): string {
    this.flush();
    return this.chunks.length === 1 ? (this.chunks[0] as string) : this.chunks.join("");
  }
}
