// Randomness of the host, for evaluations: taken from the system in pages, since asking for 32 bytes costs as much.
import { randomFillSync } from "node:crypto";

/** Bytes of one evaluation: 256 bits. */
const BYTES = 32;
const page = Buffer.alloc(128 * BYTES);
let used = page.length;

/** 256 bits that nobody else gets, in hexadecimal. */
export function entropy(): string {
  if (used === page.length) {
    randomFillSync(page);
    used = 0;
  }
  const taken = page.subarray(used, used + BYTES);
  used += BYTES;
  const text = taken.toString("hex");
  taken.fill(0);
  return text;
}
