// Randomness of the host, for evaluations, ids and tokens: drawn from the system many bytes at a time, since a call to it costs more than
// what is made of them.
import { randomFillSync } from "node:crypto";

const POOL = Buffer.alloc(4_096);
let used = POOL.length;

/**
 * Random bytes that nobody can guess, each given out once and then no longer in the pool. At most 4096.
 *
 * @throws RangeError for more
 */
export function drawnBytes(count: number): Buffer {
  if (count > POOL.length) throw new RangeError(`at most ${POOL.length} bytes are drawn at a time`);
  if (used + count > POOL.length) {
    randomFillSync(POOL);
    used = 0;
  }
  const drawn = Buffer.from(POOL.subarray(used, used + count));
  POOL.fill(0, used, used + count);
  used += count;
  return drawn;
}

/** 256 bits that nobody else gets, in hexadecimal. */
export function entropy(): string {
  const bytes = drawnBytes(32);
  const text = bytes.toString("hex");
  bytes.fill(0);
  return text;
}
