// The module `hashlib`: hash objects and what makes them.
//
// An object keeps what it was fed and hashes it when it is asked: the hashes themselves are the worker's, which keeps
// nothing between two calls.
import { asBytes, newBytes, notBytesLike, PyByteArray, PyBytes } from "../bytes.ts";
import type { PyDict } from "../dict.ts";
import { NotImplementedError, overflowError, pyError, typeError, valueError } from "../exceptions.ts";
import { builtin, defineAttributes, defineMethods } from "../function.ts";
import { collect } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { asStr, makeType, PyObject, type PyType, type PyValue } from "../object.ts";
import { index, truth } from "../operators.ts";
import { address } from "../representation.ts";
import { list, tuple } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { defineConstructor } from "../types/construct.ts";
import { setFrom } from "../types/set.ts";
import { bytesArgument, hexText } from "./binascii.ts";
import { type Blake2Parameters, blake2 } from "./blake2.ts";
import { type Algorithm, availableNames, findAlgorithm, GUARANTEED, hashBytes } from "./hash-functions.ts";
import { derivationFunctions } from "./key-derivation.ts";
import { pythonFunctions } from "./python-function.ts";

/** What a hash is fed. */
function fed(value: PyValue): Uint8Array {
  const bytes = asBytes(value);
  if (bytes !== undefined) return bytes;
  if (asStr(value) !== undefined) throw typeError("Strings must be encoded before hashing");
  throw notBytesLike(value, "object supporting the buffer API required");
}

/** An object that hashes. */
abstract class PyHasher extends PyObject {
  private chunks: Uint8Array[] = [];
  private known: Uint8Array | undefined;

  abstract readonly name: string;
  abstract readonly blockSize: number;
  abstract readonly digestSize: number;
  protected abstract compute(data: Uint8Array): Uint8Array;
  /** An object of the same kind that has been fed nothing. */
  protected abstract empty(): PyHasher;

  update(value: PyValue): void {
    const bytes = fed(value);
    if (bytes.length === 0) return;
    charge(1);
    allocate(16);
    // A `bytes` never changes, a `bytearray` may.
    this.chunks.push(value instanceof PyByteArray ? copyOf(bytes) : bytes);
    this.known = undefined;
  }
  /** All it was fed, in one piece. */
  protected data(): Uint8Array {
    if (this.chunks.length === 1) return this.chunks[0] as Uint8Array;
    let size = 0;
    for (const chunk of this.chunks) size += chunk.length;
    const whole = newBytes(size);
    charge(size >> 6);
    let at = 0;
    for (const chunk of this.chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    this.chunks = [whole];
    return whole;
  }
  digest(): Uint8Array {
    this.known ??= this.compute(this.data());
    return this.known;
  }
  copy(): PyHasher {
    const copy = this.empty();
    charge(this.chunks.length);
    allocate(this.chunks.length * 8);
    copy.chunks = [...this.chunks];
    copy.known = this.known;
    return copy;
  }
}
function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = newBytes(bytes.length);
  copy.set(bytes);
  return copy;
}

/** A hash of OpenSSL's. */
export class PyHash extends PyHasher {
  readonly algorithm: Algorithm;
  constructor(algorithm: Algorithm) {
    super();
    this.algorithm = algorithm;
    if (algorithm.size === 0) this.cls = extendableType;
  }
  get name(): string {
    return this.algorithm.name;
  }
  get blockSize(): number {
    return this.algorithm.block;
  }
  get digestSize(): number {
    return this.algorithm.size;
  }
  protected compute(data: Uint8Array): Uint8Array {
    return hashBytes(this.algorithm, data);
  }
  /** The digest of an extendable hash. */
  extended(length: PyValue): Uint8Array {
    return hashBytes(this.algorithm, this.data(), Number(index(length)));
  }
  protected empty(): PyHasher {
    return new PyHash(this.algorithm);
  }
}
const hashType = makeType("_hashlib.HASH", { of: PyHash, subclassable: false });
const extendableType = makeType("_hashlib.HASHXOF", { base: hashType, subclassable: false });

/** A `blake2b` or `blake2s`. */
class PyBlake2 extends PyHasher {
  readonly parameters: Blake2Parameters;
  constructor(parameters: Blake2Parameters) {
    super();
    this.parameters = parameters;
    this.cls = parameters.wide ? blake2bType : blake2sType;
  }
  get name(): string {
    return this.parameters.wide ? "blake2b" : "blake2s";
  }
  get blockSize(): number {
    return this.parameters.wide ? 128 : 64;
  }
  get digestSize(): number {
    return this.parameters.digestSize;
  }
  protected compute(data: Uint8Array): Uint8Array {
    return blake2(data, this.parameters);
  }
  protected empty(): PyHasher {
    return new PyBlake2(this.parameters);
  }
}
const blake2bType = makeType("_blake2.blake2b", { of: PyBlake2, subclassable: false });
const blake2sType = makeType("_blake2.blake2s", { of: PyBlake2, subclassable: false });

for (const type of [hashType, blake2bType, blake2sType]) {
  defineMethods(type, {
    "update(obj, /)": (self: PyHasher, value: PyValue) => {
      self.update(value);
      return null;
    },
    "digest()": (self: PyHasher) => new PyBytes(self.digest()),
    "hexdigest()": (self: PyHasher) => hexText(self.digest()),
    "copy()": (self: PyHasher) => self.copy(),
  });
  defineAttributes<PyHasher>(type, {
    name: (self) => self.name,
    block_size: (self) => self.blockSize,
    digest_size: (self) => self.digestSize,
  });
}
defineMethods(hashType, {
  "__repr__()": (self: PyHash) =>
    `<${self.name} ${self.cls.module}.${self.cls.qualname} object @ ${address(self)}>`,
});
defineMethods(extendableType, {
  "digest(length)": (self: PyHash, length: PyValue) => new PyBytes(self.extended(length)),
  "hexdigest(length)": (self: PyHash, length: PyValue) => hexText(self.extended(length)),
});
for (const type of [hashType, extendableType]) {
  defineConstructor(type, "(*args, **kwargs)", () => {
    throw typeError(`cannot create '${type.name}' instances`);
  });
}

// ---- blake2 --------------------------------------------------------------------------------------

/** An int between bounds. */
function bounded(value: PyValue, least: number, most: number, complaint: string): number {
  const int = index(value);
  if (int < least || int > most) throw valueError(complaint);
  return Number(int);
}
function unsigned(value: PyValue, bits: bigint, complaint: string): bigint {
  const int = BigInt(index(value));
  if (int < 0n) throw valueError("value must be positive");
  if (int >= 1n << 64n) throw overflowError("int too big to convert");
  if (int >= 1n << bits) throw overflowError(complaint);
  return int;
}
function limited(value: PyValue | undefined, most: number, what: string): Uint8Array {
  const bytes = value === undefined ? new Uint8Array() : bytesArgument(value);
  if (bytes.length > most) throw valueError(`maximum ${what} length is ${most} bytes`);
  return value instanceof PyByteArray ? copyOf(bytes) : bytes;
}

for (const [type, wide] of [
  [blake2bType, true],
  [blake2sType, false],
] as const) {
  const most = wide ? 64 : 32;
  const extra = wide ? 16 : 8;
  defineConstructor(
    type,
    "(data=b'', /, *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True)",
    (
      _cls: PyType,
      data: PyValue | undefined,
      digestSize: PyValue = most,
      key?: PyValue,
      salt?: PyValue,
      person?: PyValue,
      fanout: PyValue = 1,
      depth: PyValue = 1,
      leafSize: PyValue = 0,
      nodeOffset: PyValue = 0,
      nodeDepth: PyValue = 0,
      innerSize: PyValue = 0,
      lastNode: PyValue = false,
    ) => {
      const made = new PyBlake2({
        wide,
        digestSize: bounded(digestSize, 1, most, `digest_size must be between 1 and ${most} bytes`),
        salt: limited(salt, extra, "salt"),
        person: limited(person, extra, "person"),
        fanout: bounded(fanout, 0, 255, "fanout must be between 0 and 255"),
        depth: bounded(depth, 1, 255, "depth must be between 1 and 255"),
        leafSize: Number(unsigned(leafSize, 32n, "leaf_size is too large")),
        nodeOffset: unsigned(nodeOffset, wide ? 64n : 48n, "node_offset is too large"),
        nodeDepth: bounded(nodeDepth, 0, 255, "node_depth must be between 0 and 255"),
        innerSize: bounded(innerSize, 0, most, `inner_size must be between 0 and is ${most}`),
        key: limited(key, most, "key"),
        lastNode: truth(lastNode),
      });
      if (data !== undefined) made.update(data);
      return made;
    },
  );
  for (const [name, value] of Object.entries({
    SALT_SIZE: extra,
    PERSON_SIZE: extra,
    MAX_KEY_SIZE: most,
    MAX_DIGEST_SIZE: most,
  })) {
    type.dict.set(name, value);
  }
}

// ---- constructors --------------------------------------------------------------------------------

/** A hash object, fed with `data`. */
export function makeHash(algorithm: Algorithm, data?: PyValue): PyHash {
  const made = new PyHash(algorithm);
  if (data !== undefined) made.update(data);
  return made;
}
/** The hashes that `hashlib.sha256` and its like make. */
export const constructors = new Map<PyValue, Algorithm>();
const constructorValues: { [name: string]: PyValue } = {};
for (const name of GUARANTEED) {
  if (name.startsWith("blake2")) continue;
  const algorithm = findAlgorithm(name) as Algorithm;
  const make = builtin(`openssl_${name}(string=b'', *, usedforsecurity=True)`, (data?: PyValue) =>
    makeHash(algorithm, data),
  );
  make.module = "_hashlib";
  constructors.set(make, algorithm);
  constructorValues[name] = make;
}

/** `hashlib.new(name, data)`. */
export function newHash(name: PyValue, data: PyValue | undefined): PyValue {
  const text = asStr(name);
  if (text === undefined) throw typeError("name must be a string");
  const algorithm = findAlgorithm(text);
  // What to hash is looked at first.
  if (data !== undefined) fed(data);
  if (algorithm === undefined) throw valueError(`unsupported hash type ${text}`);
  return makeHash(algorithm, data);
}

// ---- the module ----------------------------------------------------------------------------------

const nameSet = (names: readonly string[]) => (): PyValue => setFrom(collect(list([...names])));

const { __hash_new, ...functions } = pythonFunctions({
  "__hash_new(name, data=b'', **kwargs)": (name: PyValue, data: PyValue | undefined, kwargs: PyDict) => {
    const own = name === "blake2b" ? blake2bType : name === "blake2s" ? blake2sType : undefined;
    const keywords = new Map([...kwargs.entries()].map(([key, value]) => [key as string, value]));
    if (own !== undefined) return own.call(data === undefined ? [] : [data], keywords);
    keywords.delete("usedforsecurity");
    for (const key of keywords.keys()) throw typeError(`new() got an unexpected keyword argument '${key}'`);
    return newHash(name, data);
  },
  "file_digest(fileobj, digest, /, *, _bufsize=262144)": () => {
    throw pyError(
      NotImplementedError,
      "hashlib.file_digest is not available in an expression: there are no files",
    );
  },
});

defineModule("hashlib", {
  values: {
    __all__: tuple([
      ...GUARANTEED,
      "new",
      "algorithms_guaranteed",
      "algorithms_available",
      "file_digest",
      "pbkdf2_hmac",
    ]),
    ...constructorValues,
    blake2b: blake2bType,
    blake2s: blake2sType,
    new: __hash_new as PyValue,
    ...functions,
    ...derivationFunctions,
  },
  fresh: {
    algorithms_guaranteed: nameSet(GUARANTEED),
    algorithms_available: nameSet(availableNames()),
  },
});
