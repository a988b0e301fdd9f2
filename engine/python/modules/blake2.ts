// BLAKE2b and BLAKE2s (RFC 7693) with all their parameters, which the native library does not take.
import { charge } from "../state.ts";

/** What a hash of the family is made with. */
export interface Blake2Parameters {
  /** The wide one, `blake2b`, works on 64-bit words; `blake2s` on 32-bit ones. */
  readonly wide: boolean;
  readonly digestSize: number;
  readonly key: Uint8Array;
  readonly salt: Uint8Array;
  readonly person: Uint8Array;
  readonly fanout: number;
  readonly depth: number;
  readonly leafSize: number;
  readonly nodeOffset: bigint;
  readonly nodeDepth: number;
  readonly innerSize: number;
  readonly lastNode: boolean;
}

/** Square roots of the first primes: their first 64 bits, as pairs of words, the higher first. */
const ROOTS = [
  0x6a09e667, 0xf3bcc908, 0xbb67ae85, 0x84caa73b, 0x3c6ef372, 0xfe94f82b, 0xa54ff53a, 0x5f1d36f1, 0x510e527f,
  0xade682d1, 0x9b05688c, 0x2b3e6c1f, 0x1f83d9ab, 0xfb41bd6b, 0x5be0cd19, 0x137e2179,
];
/** Which words of the message each round mixes in. */
const ORDER = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];
/** The four columns, then the four diagonals of the state: four words each, one behind the other. */
const LANES = [
  0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15, 0, 5, 10, 15, 1, 6, 11, 12, 2, 7, 8, 13, 3, 4, 9, 14,
];

/** Little-endian bytes of the parameters: what the first state is made of. */
function parameterBlock(p: Blake2Parameters): Uint8Array {
  const block = new Uint8Array(p.wide ? 64 : 32);
  block.set([p.digestSize, p.key.length, p.fanout, p.depth]);
  for (let i = 0; i < 4; i++) block[4 + i] = Math.floor(p.leafSize / 256 ** i) % 256;
  const offsetSize = p.wide ? 8 : 6;
  for (let i = 0; i < offsetSize; i++) block[8 + i] = Number((p.nodeOffset >> BigInt(8 * i)) & 255n);
  block.set([p.nodeDepth, p.innerSize], 8 + offsetSize);
  block.set(p.salt, p.wide ? 32 : 16);
  block.set(p.person, p.wide ? 48 : 24);
  return block;
}
function word(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)) >>>
    0
  );
}

/** Mixes one block into a state; how wide the words are is what the two differ in. */
type Compress = (
  state: Uint32Array,
  block: Uint32Array,
  size: number,
  last: number,
  lastNode: number,
) => void;

const compressNarrow: Compress = (h, m, size, last, lastNode) => {
  const v = new Uint32Array(16);
  v.set(h);
  for (let i = 0; i < 8; i++) v[8 + i] = ROOTS[2 * i] as number;
  v[12] = (v[12] as number) ^ (size >>> 0);
  v[13] = (v[13] as number) ^ Math.floor(size / 2 ** 32);
  v[14] = (v[14] as number) ^ last;
  v[15] = (v[15] as number) ^ lastNode;
  const rotated = (x: number, bits: number): number => (x >>> bits) | (x << (32 - bits));
  for (const order of ORDER) {
    for (let lane = 0; lane < 8; lane++) {
      const a = LANES[4 * lane] as number;
      const b = LANES[4 * lane + 1] as number;
      const c = LANES[4 * lane + 2] as number;
      const d = LANES[4 * lane + 3] as number;
      v[a] = (v[a] as number) + (v[b] as number) + (m[order[2 * lane] as number] as number);
      v[d] = rotated((v[d] as number) ^ (v[a] as number), 16);
      v[c] = (v[c] as number) + (v[d] as number);
      v[b] = rotated((v[b] as number) ^ (v[c] as number), 12);
      v[a] = (v[a] as number) + (v[b] as number) + (m[order[2 * lane + 1] as number] as number);
      v[d] = rotated((v[d] as number) ^ (v[a] as number), 8);
      v[c] = (v[c] as number) + (v[d] as number);
      v[b] = rotated((v[b] as number) ^ (v[c] as number), 7);
    }
  }
  for (let i = 0; i < 8; i++) h[i] = (h[i] as number) ^ (v[i] as number) ^ (v[8 + i] as number);
};

/** 64-bit words are pairs: the lower half at `2 * i`, the higher behind it. */
const compressWide: Compress = (h, m, size, last, lastNode) => {
  const v = new Uint32Array(32);
  v.set(h);
  for (let i = 0; i < 8; i++) {
    v[16 + 2 * i] = ROOTS[2 * i + 1] as number;
    v[17 + 2 * i] = ROOTS[2 * i] as number;
  }
  v[24] = (v[24] as number) ^ (size >>> 0);
  v[25] = (v[25] as number) ^ Math.floor(size / 2 ** 32);
  for (const half of [28, 29]) v[half] = (v[half] as number) ^ last;
  for (const half of [30, 31]) v[half] = (v[half] as number) ^ lastNode;
  const add = (a: number, low: number, high: number): void => {
    const sum = (v[2 * a] as number) + low;
    v[2 * a] = sum;
    v[2 * a + 1] = (v[2 * a + 1] as number) + high + (sum > 0xffffffff ? 1 : 0);
  };
  /** `v[a] = rotate(v[a] ^ v[b], bits)`, to the right. */
  const mix = (a: number, b: number, bits: number): void => {
    const low = (v[2 * a] as number) ^ (v[2 * b] as number);
    const high = (v[2 * a + 1] as number) ^ (v[2 * b + 1] as number);
    if (bits === 32) {
      v[2 * a] = high;
      v[2 * a + 1] = low;
    } else if (bits < 32) {
      v[2 * a] = (low >>> bits) | (high << (32 - bits));
      v[2 * a + 1] = (high >>> bits) | (low << (32 - bits));
    } else {
      // By 63 to the right is by one to the left.
      v[2 * a] = (low << 1) | (high >>> 31);
      v[2 * a + 1] = (high << 1) | (low >>> 31);
    }
  };
  const addWord = (a: number, b: number): void => add(a, v[2 * b] as number, v[2 * b + 1] as number);
  for (let round = 0; round < 12; round++) {
    const order = ORDER[round % 10] as number[];
    for (let lane = 0; lane < 8; lane++) {
      const a = LANES[4 * lane] as number;
      const b = LANES[4 * lane + 1] as number;
      const c = LANES[4 * lane + 2] as number;
      const d = LANES[4 * lane + 3] as number;
      const x = order[2 * lane] as number;
      const y = order[2 * lane + 1] as number;
      addWord(a, b);
      add(a, m[2 * x] as number, m[2 * x + 1] as number);
      mix(d, a, 32);
      addWord(c, d);
      mix(b, c, 24);
      addWord(a, b);
      add(a, m[2 * y] as number, m[2 * y + 1] as number);
      mix(d, a, 16);
      addWord(c, d);
      mix(b, c, 63);
    }
  }
  for (let i = 0; i < 16; i++) h[i] = (h[i] as number) ^ (v[i] as number) ^ (v[16 + i] as number);
};

/** The digest of `data`. */
export function blake2(data: Uint8Array, parameters: Blake2Parameters): Uint8Array {
  const { wide, key, digestSize } = parameters;
  const blockSize = wide ? 128 : 64;
  const compress = wide ? compressWide : compressNarrow;
  const first = parameterBlock(parameters);
  const state = new Uint32Array(wide ? 16 : 8);
  for (let i = 0; i < state.length; i++) {
    // Halves of the wide roots stand the higher first, those of the state the lower first.
    state[i] = (ROOTS[wide ? i ^ 1 : 2 * i] as number) ^ word(first, 4 * i);
  }
  const block = new Uint32Array(blockSize / 4);
  const keyed = key.length > 0 ? blockSize : 0;
  const total = keyed + data.length;
  // An empty message has one block of zeros.
  for (let at = 0; at === 0 || at < total; at += blockSize) {
    charge(8);
    const from = at < keyed ? key : data;
    const offset = at < keyed ? at : at - keyed;
    for (let i = 0; i < block.length; i++) block[i] = word(from, offset + 4 * i);
    const last = at + blockSize >= total;
    const ones = 0xffffffff;
    compress(
      state,
      block,
      Math.min(at + blockSize, total),
      last ? ones : 0,
      last && parameters.lastNode ? ones : 0,
    );
  }
  return Uint8Array.from(
    { length: digestSize },
    (_, i) => ((state[i >> 2] as number) >>> (8 * (i & 3))) & 255,
  );
}
