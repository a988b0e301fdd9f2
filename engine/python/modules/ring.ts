// The storage of a `deque`: a ring of slots that grows at either end without moving what is in it.
import type { PyValue } from "../object.ts";
import { allocate, charge } from "../state.ts";

const SMALLEST = 8;

/** A double-ended sequence of values. */
export class Ring {
  private slots: (PyValue | undefined)[] = new Array(SMALLEST);
  private head = 0;
  size = 0;

  private slot(index: number): number {
    return (this.head + index) & (this.slots.length - 1);
  }
  at(index: number): PyValue {
    return this.slots[this.slot(index)] as PyValue;
  }
  put(index: number, value: PyValue): void {
    this.slots[this.slot(index)] = value;
  }
  private room(): void {
    if (this.size < this.slots.length) return;
    allocate(16 * this.size);
    charge(this.size >> 4);
    const slots: (PyValue | undefined)[] = new Array(this.slots.length * 2);
    for (let i = 0; i < this.size; i++) slots[i] = this.at(i);
    this.slots = slots;
    this.head = 0;
  }
  append(value: PyValue): void {
    this.room();
    this.slots[this.slot(this.size)] = value;
    this.size += 1;
  }
  appendLeft(value: PyValue): void {
    this.room();
    this.head = this.slot(-1);
    this.slots[this.head] = value;
    this.size += 1;
  }
  /** Takes the last value; there must be one. */
  pop(): PyValue {
    const at = this.slot(this.size - 1);
    const value = this.slots[at] as PyValue;
    this.slots[at] = undefined;
    this.size -= 1;
    this.shrink();
    return value;
  }
  /** Takes the first value; there must be one. */
  popLeft(): PyValue {
    const value = this.slots[this.head] as PyValue;
    this.slots[this.head] = undefined;
    this.head = this.slot(1);
    this.size -= 1;
    this.shrink();
    return value;
  }
  private shrink(): void {
    if (this.size === 0) this.clear();
  }
  clear(): void {
    if (this.slots.length > SMALLEST) this.slots = new Array(SMALLEST);
    this.slots.fill(undefined);
    this.head = 0;
    this.size = 0;
  }
  /** Moves the last `n` values to the front (the first to the end when negative). */
  rotate(n: number): void {
    charge(Math.abs(n) >> 2);
    for (let i = 0; i < n; i++) this.appendLeft(this.pop());
    for (let i = 0; i > n; i--) this.append(this.popLeft());
  }
  insert(index: number, value: PyValue): void {
    this.rotate(-index);
    this.appendLeft(value);
    this.rotate(index);
  }
  remove(index: number): void {
    this.rotate(-index);
    this.popLeft();
    this.rotate(index);
  }
  reverse(): void {
    charge(this.size >> 3);
    for (let i = 0, j = this.size - 1; i < j; i++, j--) {
      const first = this.at(i);
      this.put(i, this.at(j));
      this.put(j, first);
    }
  }
}
