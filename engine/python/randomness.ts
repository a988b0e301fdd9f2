// The evaluation's randomness: one stream of bytes for everything that must not be guessed (`secrets`, `uuid4` …).
//
// ChaCha20 keyed with 256 bits from the host, or with the embedder's seed, which then fixes the whole stream.
import { newBytes } from "./bytes.ts";
import { charge, perEvaluation, S } from "./state.ts";

/** "expand 32-byte k". */
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];
/** Words of a block. */
const BLOCK = 16;

function quarter(x: Uint32Array, a: number, b: number, c: number, d: number): void {
  let p = x[a] as number;
  let q = x[b] as number;
  let r = x[c] as number;
  let s = x[d] as number;
  p = (p + q) | 0;
  s ^= p;
  s = (s << 16) | (s >>> 16);
  r = (r + s) | 0;
  q ^= r;
  q = (q << 12) | (q >>> 20);
  p = (p + q) | 0;
  s ^= p;
  s = (s << 8) | (s >>> 24);
  r = (r + s) | 0;
  q ^= r;
  q = (q << 7) | (q >>> 25);
  x[a] = p;
  x[b] = q;
  x[c] = r;
  x[d] = s;
}

/** The key stream of ChaCha20 (RFC 8439), word by word, with a nonce of zeros but for its last word. */
export class ChaCha {
  private readonly input: Uint32Array;
  private readonly block = new Uint32Array(BLOCK);
  private used = BLOCK;

  /** @param key 8 words; @param nonce one word: streams with other nonces cannot be told from this one */
  constructor(key: ArrayLike<number>, nonce = 0) {
    this.input = Uint32Array.from([...CONSTANTS, ...Array.from(key), 0, 0, 0, nonce]);
  }
  word(): number {
    if (this.used === BLOCK) this.refill();
    return this.block[this.used++] as number;
  }
  private refill(): void {
    charge(4);
    const { block: x, input } = this;
    x.set(input);
    for (let round = 0; round < 10; round++) {
      for (let i = 0; i < 4; i++) quarter(x, i, 4 + i, 8 + i, 12 + i);
      for (let i = 0; i < 4; i++) quarter(x, i, 4 + ((i + 1) & 3), 8 + ((i + 2) & 3), 12 + ((i + 3) & 3));
    }
    for (let i = 0; i < BLOCK; i++) x[i] = (x[i] as number) + (input[i] as number);
    // 64 bits of counter: more than any evaluation uses.
    input[12] = (input[12] as number) + 1;
    if (input[12] === 0) input[13] = (input[13] as number) + 1;
    this.used = 0;
  }
}

/** A big integer's lowest 256 bits as 8 words, the lowest first. */
function keyOf(value: bigint): number[] {
  return Array.from({ length: 8 }, (_, i) => Number(BigInt.asUintN(32, value >> BigInt(32 * i))));
}
/** Where the embedder has fixed a seed it fixes the stream of each evaluation, alone or among others. */
const stream = perEvaluation(() =>
  S.seed === null
    ? new ChaCha(keyOf(BigInt(`0x0${S.entropy}`)), S.index)
    : new ChaCha(keyOf(BigInt(Math.trunc(S.seed)))),
);

/** 32 random bits. */
export function randomWord(): number {
  return stream().word();
}
/** Random bytes; the memory is asked for first. */
export function randomBytes(size: number): Uint8Array {
  const bytes = newBytes(size);
  for (let i = 0; i < size; i += 4) {
    const word = randomWord();
    for (let k = 0; k < 4 && i + k < size; k++) bytes[i + k] = (word >>> (8 * k)) & 255;
  }
  return bytes;
}
