// The native digests that the isolate may ask its worker for: hashes and key derivation by node:crypto.
//
// Bytes cross as Latin-1 text, a character for each. An answer that begins with `!` is a refusal with its reason.
import { createHash, getHashes, pbkdf2Sync, scryptSync } from "node:crypto";

/** What `parameters` may name; which of them, the operation decides. */
interface Parameters {
  readonly algorithm?: string;
  /** Bytes of the answer: of the extendable hashes and of derived keys. */
  readonly length?: number;
  /** Latin-1 text. */
  readonly salt?: string;
  readonly iterations?: number;
  readonly n?: number;
  readonly r?: number;
  readonly p?: number;
  readonly maxmem?: number;
}

const bytes = (latin1: string): Buffer => Buffer.from(latin1, "latin1");

/** OpenSSL's names of hashes whose own names differ. */
const OPENSSL: Readonly<Record<string, string>> = {
  sha3_224: "sha3-224",
  sha3_256: "sha3-256",
  sha3_384: "sha3-384",
  sha3_512: "sha3-512",
  shake_128: "shake128",
  shake_256: "shake256",
  sha512_224: "sha512-224",
  sha512_256: "sha512-256",
};
const known = new Set(getHashes());

function algorithmOf({ algorithm = "" }: Parameters): string {
  const name = OPENSSL[algorithm] ?? algorithm;
  if (!known.has(name)) throw new Error(`unknown hash ${algorithm}`);
  return name;
}

function run(operation: string, parameters: Parameters, data: string): Buffer {
  const { length, salt = "" } = parameters;
  switch (operation) {
    case "hash": {
      const options = length === undefined ? {} : { outputLength: length };
      return createHash(algorithmOf(parameters), options).update(data, "latin1").digest();
    }
    case "pbkdf2": {
      const { iterations = 1 } = parameters;
      return pbkdf2Sync(bytes(data), bytes(salt), iterations, length ?? 0, algorithmOf(parameters));
    }
    case "scrypt": {
      const { n = 2, r = 8, p = 1, maxmem = 0 } = parameters;
      return scryptSync(bytes(data), bytes(salt), length ?? 0, { N: n, r, p, maxmem });
    }
    default:
      throw new Error(`unknown operation ${operation}`);
  }
}

/** Answers the isolate; never throws. */
export function digest(operation: string, parametersJson: string, data: string): string {
  try {
    // A prefix keeps digests apart from refusals.
    return `=${run(operation, JSON.parse(parametersJson) as Parameters, data).toString("latin1")}`;
  } catch (error) {
    return `!${error instanceof Error ? error.message : "the digest failed"}`;
  }
}
