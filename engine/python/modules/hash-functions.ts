// Hashes by name, computed by the worker; the objects of `hashlib` are over these.
import { latin1Text, newBytes } from "../bytes.ts";
import { MemoryError, pyError, valueError } from "../exceptions.ts";
import { allocate, charge, host } from "../state.ts";

/** A hash of OpenSSL's: its name in Python, block and digest size (0: as long as asked for). */
export interface Algorithm {
  readonly name: string;
  readonly block: number;
  readonly size: number;
  /** Its name for the worker, where it is another one. */
  readonly native: string;
}

const algorithms = new Map<string, Algorithm>();
/** Declares a hash and how else OpenSSL calls it; names are looked up in lower case. */
function declare(name: string, block: number, size: number, aliases = "", native = name): void {
  const algorithm = { name, block, size, native };
  for (const alias of [name, ...aliases.split(" ")]) if (alias !== "") algorithms.set(alias, algorithm);
}
declare("md5", 64, 16, "ssl3-md5");
declare("sha1", 64, 20, "sha-1 ssl3-sha1");
for (const [bits, block] of [
  ["224", 64],
  ["256", 64],
  ["384", 128],
  ["512", 128],
] as const) {
  declare(`sha${bits}`, block, Number(bits) / 8, `sha-${bits} sha2-${bits}`);
  declare(`sha3_${bits}`, 200 - Number(bits) / 4, Number(bits) / 8, `sha3-${bits}`);
}
declare("sha512_224", 128, 28, "sha512-224 sha-512/224 sha2-512/224");
declare("sha512_256", 128, 32, "sha512-256 sha-512/256 sha2-512/256");
declare("shake_128", 168, 0, "shake128 shake-128");
declare("shake_256", 136, 0, "shake256 shake-256");
declare("ripemd160", 64, 20, "ripemd-160 ripemd rmd160");
declare("sm3", 64, 32);
declare("md5-sha1", 64, 36);
declare("blake2b", 128, 64, "blake2b512 blake2b-512", "blake2b512");
declare("blake2s", 64, 32, "blake2s256 blake2s-256", "blake2s256");

/** The hash that a name means; undefined for none. CPython's own names are in lower case, OpenSSL's in any. */
export function findAlgorithm(name: string): Algorithm | undefined {
  const own = algorithms.get(name);
  if (own !== undefined) return own;
  const other = algorithms.get(name.toLowerCase());
  return other === undefined || name.includes("_") || /^blake2[bs]$/i.test(name) ? undefined : other;
}
/** Every name in `hashlib.algorithms_available`. */
export function availableNames(): string[] {
  return [...new Set([...algorithms.values()].map(({ name }) => name))];
}
/** Names in `hashlib.algorithms_guaranteed`. */
export const GUARANTEED =
  "md5 sha1 sha224 sha256 sha384 sha512 blake2b blake2s sha3_224 sha3_256 sha3_384 sha3_512 shake_128 shake_256".split(
    " ",
  );

/** The bytes that the worker answers with; what it refuses becomes the error that `refused` makes. */
export function nativeDigest(
  operation: string,
  parameters: object,
  data: Uint8Array,
  refused: (reason: string) => unknown = (reason) => valueError(reason),
): Uint8Array {
  const answer = host.digest(operation, JSON.stringify(parameters), latin1Text(data));
  if (!answer.startsWith("=")) throw refused(answer.slice(1));
  const bytes = newBytes(answer.length - 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = answer.charCodeAt(i + 1);
  return bytes;
}

/** The digest of `data`; `length` is that of the extendable hashes. */
export function hashBytes(algorithm: Algorithm, data: Uint8Array, length?: number): Uint8Array {
  charge(1 + (data.length >> 6));
  if (length === 0) return new Uint8Array();
  if (length !== undefined) {
    if (length < 0 || length >= 2 ** 29) throw pyError(MemoryError);
    allocate(length * 3);
    charge(length >> 6);
  }
  return nativeDigest("hash", { algorithm: algorithm.native, length }, data);
}
/** SHA-512. */
export function sha512(data: Uint8Array): Uint8Array {
  return hashBytes(algorithms.get("sha512") as Algorithm, data);
}
