// The generator behind `random`: MT19937, with exactly CPython's sequences for a seed.

const N = 624;
const M = 397;
const MATRIX = 0x9908b0df;
const UPPER = 0x80000000;
const LOWER = 0x7fffffff;

/** The 624 words of the state, and how many of them are used up. */
export class MersenneTwister {
  readonly words = new Uint32Array(N);
  used = N;

  private fill(seed: number): void {
    const { words } = this;
    words[0] = seed;
    for (let i = 1; i < N; i++) {
      const previous = words[i - 1] as number;
      words[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
    this.used = N;
  }

  /** Starts anew from a key of at least one 32-bit word. */
  seed(key: readonly number[]): void {
    const { words } = this;
    this.fill(19650218);
    let i = 1;
    let j = 0;
    const mixed = (factor: number): number => {
      const previous = words[i - 1] as number;
      return (words[i] as number) ^ Math.imul(previous ^ (previous >>> 30), factor);
    };
    const next = (): void => {
      i += 1;
      if (i < N) return;
      words[0] = words[N - 1] as number;
      i = 1;
    };
    for (let k = Math.max(N, key.length); k > 0; k--) {
      words[i] = mixed(1664525) + (key[j] as number) + j;
      next();
      j = (j + 1) % key.length;
    }
    for (let k = N - 1; k > 0; k--) {
      words[i] = mixed(1566083941) - i;
      next();
    }
    words[0] = UPPER;
  }

  private twist(): void {
    const { words } = this;
    for (let i = 0; i < N; i++) {
      const y = ((words[i] as number) & UPPER) | ((words[(i + 1) % N] as number) & LOWER);
      words[i] = (words[(i + M) % N] as number) ^ (y >>> 1) ^ ((y & 1) === 0 ? 0 : MATRIX);
    }
    this.used = 0;
  }

  /** 32 random bits. */
  word(): number {
    if (this.used >= N) this.twist();
    let y = this.words[this.used++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }
}
