// The objects behind `random.Random` and `random.SystemRandom`, and how everything of `random` draws from them.
import { getAttribute } from "../attribute.ts";
import { newBytes, PyBytes } from "../bytes.ts";
import { overflowError, valueError } from "../exceptions.ts";
import { call0, call1, method0, method1 } from "../function.ts";
import { bitLength, fromDouble, type Int, narrow } from "../integer.ts";
import { MersenneTwister } from "../mersenne-twister.ts";
import { makeType, PyFloat, PyObject, type PyValue } from "../object.ts";
import { asDouble, index, mul } from "../operators.ts";
import { randomBytes, randomWord } from "../randomness.ts";
import { allocate, charge } from "../state.ts";

/** Bits of a float that `random()` fills. */
const PRECISION = 2 ** 53;

/** A `random.Random`. */
export class PyRandom extends PyObject {
  readonly twister = new MersenneTwister();
  /** 32 random bits. */
  word(): number {
    return this.twister.word();
  }
  /** A float in [0, 1). */
  double(): number {
    charge(1);
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * 67108864 + low) / PRECISION;
  }
  /** An int of that many random bits. */
  bits(count: number): Int {
    charge(1);
    if (count <= 32) return count === 0 ? 0 : this.word() >>> (32 - count);
    return intOf(this.wordsFor(count));
  }
  /** Words of an int, the lowest first. */
  protected wordsFor(count: number): Uint32Array {
    const size = Math.ceil(count / 32);
    charge(size);
    allocate(size * 8);
    const words = new Uint32Array(size);
    for (let i = 0; i < size; i++) {
      const left = count - 32 * i;
      words[i] = left < 32 ? this.word() >>> (32 - left) : this.word();
    }
    return words;
  }
  bytes(count: number): PyValue {
    const made = newBytes(count);
    const words = this.wordsFor(count * 8);
    for (let i = 0; i < count; i++) made[i] = ((words[i >> 2] as number) >>> (8 * (i & 3))) & 255;
    return new PyBytes(made);
  }
}
/** A `random.SystemRandom`: drawn from what cannot be guessed. */
export class PySystemRandom extends PyRandom {
  override word(): number {
    return randomWord();
  }
  override bytes(count: number): PyValue {
    return new PyBytes(randomBytes(count));
  }
}

function intOf(words: Uint32Array): Int {
  let digits = "0x0";
  const parts: string[] = [];
  for (let i = words.length - 1; i >= 0; i--) parts.push((words[i] as number).toString(16).padStart(8, "0"));
  digits += parts.join("");
  return narrow(BigInt(digits));
}

/** `_random.Random`, which CPython writes in C, and `random.Random`, which it derives from it. */
export const coreType = makeType("_random.Random", { of: PyRandom });
export const randomType = makeType("Random", { base: coreType, module: "random", of: PyRandom });
export const systemRandomType = makeType("SystemRandom", {
  base: randomType,
  module: "random",
  of: PySystemRandom,
});
for (const type of [coreType, randomType, systemRandomType]) type.hasDict = true;

/** The bits that `getrandbits` was asked for. */
export function bitCount(value: PyValue): number {
  const count = index(value);
  if (typeof count === "bigint" || count > 0x7fffffff || count < -0x80000000) {
    throw overflowError("Python int too large to convert to C int");
  }
  if (count < 0) throw valueError("number of bits must be non-negative");
  return count;
}

/** Does the object draw as its built-in type does? The author's classes and attributes may stand before it. */
function plain(self: PyRandom, name: string): boolean {
  return self.cls.builtin && self.dict?.has(name) !== true;
}

/** `self.random()`. */
export function draw(self: PyRandom): PyValue {
  return plain(self, "random") ? new PyFloat(self.double()) : method0(self, "random");
}
/** `self.random()` as a double. */
export function drawDouble(self: PyRandom): number {
  if (plain(self, "random")) return self.double();
  const value = method0(self, "random");
  // What is no number says so where it is multiplied.
  return asDouble(value) ?? (asDouble(mul(value, new PyFloat(1))) as number);
}

/** A random int in [0, n), n > 0: `self._randbelow(n)`. */
export function below(self: PyRandom, n: Int): Int {
  if (plain(self, "_randbelow") && plain(self, "getrandbits")) return belowByBits((k) => self.bits(k), n);
  return index(method1(self, "_randbelow", n)) as Int;
}
function belowByBits(bits: (count: number) => Int, n: Int): Int {
  const count = n < 2 ** 32 ? 32 - Math.clz32(Number(n)) : bitLength(BigInt(n));
  for (;;) {
    charge(1);
    const value = bits(count);
    if (value < n) return value;
  }
}
/** `_randbelow` of the object's class: by what its classes define, the most derived first. */
export function belowOfClass(self: PyRandom, n: Int): Int {
  for (const type of self.cls.mro) {
    if (type.builtin || type.dict.has("getrandbits")) break;
    if (type.dict.has("random")) return belowByRandom(getAttribute(self, "random"), n);
  }
  if (plain(self, "getrandbits")) return belowByBits((k) => self.bits(k), n);
  const getrandbits = getAttribute(self, "getrandbits");
  return belowByBits((k) => index(call1(getrandbits, k)) as Int, n);
}
/** From floats alone: those beyond the last whole multiple of n are drawn again. */
function belowByRandom(random: PyValue, n: Int): Int {
  const double = (): number => asDouble(call0(random)) as number;
  if (n >= PRECISION) return fromDouble(Math.floor(double() * Number(n)));
  const limit = (PRECISION - (PRECISION % Number(n))) / PRECISION;
  let value = double();
  while (value >= limit) {
    charge(1);
    value = double();
  }
  return fromDouble(Math.floor(value * PRECISION) % Number(n));
}

/** The words of a seed's size, the lowest first. */
export function keyWords(seed: Int): number[] {
  const size = seed < 0 ? -BigInt(seed) : BigInt(seed);
  const hex = size.toString(16);
  charge(hex.length);
  const words: number[] = [];
  for (let end = hex.length; end > 0; end -= 8)
    words.push(Number.parseInt(hex.slice(Math.max(0, end - 8), end), 16));
  return words;
}
