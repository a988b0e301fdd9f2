// `hash()`: CPython's numeric and tuple hashes, a fixed one for strings.
import { typeError } from "./exceptions.ts";
import { callWithSelf } from "./function.ts";
import { chargeReading } from "./integer.ts";
import { asInt, objectId, PyFloat, PyObject, PyStr, type PyValue, typeName, typeOf } from "./object.ts";
import { charge } from "./state.ts";

const MODULUS = (1n << 61n) - 1n;

/** Hash of an integer (CPython's: modulo 2^61-1, and -1 becomes -2). */
export function hashInt(value: number | bigint): number | bigint {
  if (typeof value === "number") return value === -1 ? -2 : value;
  chargeReading(value);
  const magnitude = (value < 0n ? -value : value) % MODULUS;
  const hash = value < 0n ? -magnitude : magnitude;
  return narrow(hash === -1n ? -2n : hash);
}

/** Hash of a float: equal to that of the integer or fraction it equals. */
export function hashFloat(value: number): number | bigint {
  if (Number.isSafeInteger(value)) return value === -1 ? -2 : value + 0;
  if (value === Number.POSITIVE_INFINITY) return 314159;
  if (value === Number.NEGATIVE_INFINITY) return -314159;
  if (Number.isNaN(value)) return 0;
  if (Number.isInteger(value)) return hashInt(BigInt(value));
  // value = mantissa * 2^-exponent; 2^61 is 1 modulo 2^61-1, so dividing by 2^e is multiplying by 2^(61-e%61).
  let mantissa = Math.abs(value);
  let exponent = 0;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent += 1;
  }
  const shift = BigInt((61 - (exponent % 61)) % 61);
  const hash = (BigInt(mantissa) << shift) % MODULUS;
  const signed = value < 0 ? -hash : hash;
  return narrow(signed === -1n ? -2n : signed);
}

/** Hash of a string: the same on every run, unlike CPython's, whose seed is random. */
export function hashString(value: string): number {
  charge(value.length >> 5);
  let high = 0x9dc5;
  let low = 0x811c;
  for (let i = 0; i < value.length; i++) {
    low = Math.imul(low ^ value.charCodeAt(i), 0x01000193);
    high = Math.imul(high ^ low, 0x85ebca6b) ^ (low >>> 13);
  }
  return (high & 0xfffff) * 0x100000000 + (low >>> 0);
}

const P1 = 11400714785074694791n;
const P2 = 14029467366897019727n;
const P5 = 2870177450012600261n;
const M64 = (1n << 64n) - 1n;

/** Hash of a tuple from those of its items (CPython's xxHash variant). */
export function hashTuple(items: readonly PyValue[]): number | bigint {
  charge(items.length);
  let acc = P5;
  for (const item of items) {
    const lane = BigInt.asUintN(64, BigInt(hash(item)));
    acc = (acc + lane * P2) & M64;
    acc = ((acc << 31n) | (acc >> 33n)) & M64;
    acc = (acc * P1) & M64;
  }
  acc = (acc + (BigInt(items.length) ^ (P5 ^ 3527539n))) & M64;
  if (acc === M64) return 1546275796;
  return narrow(BigInt.asIntN(64, acc));
}

/**
 * Hash of a frozenset from those of its items: CPython's, the same whatever their order. 64-bit arithmetic in two
 * halves, because a bigint for each item costs ten times as much.
 */
export function hashSet(items: readonly PyValue[]): number | bigint {
  charge(items.length);
  let high = 0;
  let low = 0;
  for (const item of items) {
    const h = hash(item);
    const wide = typeof h === "bigint" ? BigInt.asUintN(64, h) : 0n;
    const itemHigh = typeof h === "number" ? Math.floor(h / 4294967296) | 0 : Number(wide >> 32n) | 0;
    const itemLow = typeof h === "number" ? (h % 4294967296) | 0 : Number(wide & 0xffffffffn) | 0;
    // (h ^ 89869747 ^ (h << 16)) * 3644798167
    const shuffledHigh = itemHigh ^ ((itemHigh << 16) | (itemLow >>> 16));
    const shuffledLow = itemLow ^ 89869747 ^ (itemLow << 16);
    const carry = highOfProduct(shuffledLow, 3644798167);
    high ^= (Math.imul(shuffledHigh, 3644798167) + carry) | 0;
    low ^= Math.imul(shuffledLow, 3644798167);
  }
  const count = items.length + 1;
  high ^= highOfProduct(count, 1927868237);
  low ^= Math.imul(count, 1927868237);
  // h ^= (h >> 11) ^ (h >> 25)
  const mixedHigh = high ^ (high >>> 11) ^ (high >>> 25);
  const mixedLow = low ^ ((low >>> 11) | (high << 21)) ^ ((low >>> 25) | (high << 7));
  // h * 69069 + 907133923
  const product = (Math.imul(mixedLow, 69069) >>> 0) + 907133923;
  const top =
    (Math.imul(mixedHigh, 69069) + highOfProduct(mixedLow, 69069) + (product > 0xffffffff ? 1 : 0)) | 0;
  const result = (BigInt(top) << 32n) | BigInt(product >>> 0);
  return result === -1n ? 590923713 : narrow(result);
}

/** Upper half of the product of two unsigned 32-bit numbers. */
function highOfProduct(a: number, b: number): number {
  const lower = (a & 0xffff) * b;
  const upper = (a >>> 16) * b + Math.floor(lower / 65536);
  return Math.floor(upper / 65536) | 0;
}

function narrow(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** `hash(value)`; throws TypeError for what cannot be hashed. */
export function hash(value: PyValue): number | bigint {
  switch (typeof value) {
    case "string":
      return hashString(value);
    case "number":
    case "bigint":
      return hashInt(value);
    case "boolean":
      return value ? 1 : 0;
    default:
      break;
  }
  if (value === null) return 0xfca86420;
  if (value.cls.builtin) {
    if (value instanceof PyFloat)
      return Number.isNaN(value.value) ? identityHash(value) : hashFloat(value.value);
    if (value instanceof PyStr) return hashString(value.value);
  }
  const own = value.cls.lookup("__hash__");
  if (own === undefined || own === null) throw typeError(`unhashable type: '${typeName(value)}'`);
  const int = asInt(callWithSelf(own, value, [], null));
  if (int === undefined) throw typeError("__hash__ method should return an integer");
  if (typeof int !== "bigint") return int === -1 ? -2 : int;
  return BigInt.asIntN(64, int) === int ? int : hashInt(int);
}

/** `object.__hash__`: by identity. */
export function identityHash(value: PyValue): number {
  return value instanceof PyObject ? objectId(value) / 16 : Number(hash(value));
}

/** Is `value` hashed and compared by identity alone? */
export function isIdentityKey(
  value: PyObject,
  objectHash: PyValue | undefined,
  objectEq: PyValue | undefined,
): boolean {
  const type = typeOf(value);
  return type.lookup("__hash__") === objectHash && type.lookup("__eq__") === objectEq;
}
