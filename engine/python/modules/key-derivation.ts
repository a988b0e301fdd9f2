// `pbkdf2_hmac` and `scrypt` of `hashlib`, computed by the worker: their cost is reckoned before they start.
import { latin1Text, PyBytes } from "../bytes.ts";
import { overflowError, pyError, TypeError_, typeError, ValueError, valueError } from "../exceptions.ts";
import type { Int } from "../integer.ts";
import { asInt, asStr, makeType, type PyValue, typeName } from "../object.ts";
import { index } from "../operators.ts";
import { allocate, charge, LimitExceeded, S } from "../state.ts";
import { bytesArgument } from "./binascii.ts";
import { findAlgorithm, nativeDigest } from "./hash-functions.ts";
import { moduleFunctions } from "./python-function.ts";

const unsupportedType = makeType("_hashlib.UnsupportedDigestmodError", { base: ValueError });
unsupportedType.hasDict = true;

const STEPS_PER_MS = 5000;
/** Refuses beforehand what would outlast the evaluation: nothing can stop the worker half-way through it. */
function affordable(what: string, work: number, perMillisecond: number): void {
  if (S.cpuLimit > 0 && work > S.cpuLimit * perMillisecond) {
    throw new LimitExceeded("CpuTimeLimitExceeded", `${what} needs more than ${S.cpuLimit} ms of CPU time`);
  }
  charge(Math.ceil((work / perMillisecond) * STEPS_PER_MS));
}

function pbkdf2(
  name: PyValue,
  password: PyValue,
  salt: PyValue,
  iterations: PyValue,
  dklen: PyValue = null,
): PyValue {
  const text = asStr(name);
  if (text === undefined)
    throw typeError(`pbkdf2_hmac() argument 'hash_name' must be str, not ${typeName(name)}`);
  const [secret, salted] = [bytesArgument(password), bytesArgument(salt)];
  const rounds = index(iterations);
  if (rounds >= 2n ** 63n || rounds < -(2n ** 63n))
    throw overflowError("Python int too large to convert to C long");
  const algorithm = findAlgorithm(text);
  if (algorithm === undefined) throw pyError(unsupportedType, "[digital envelope routines] unsupported");
  if (rounds < 1) throw valueError("iteration value must be greater than 0.");
  if (rounds > 2 ** 31 - 1) throw overflowError("iteration value is too great.");
  const length: Int = dklen === null ? algorithm.size : index(dklen);
  if (dklen !== null && length < 1) throw valueError("key length must be greater than 0.");
  if (length > 2 ** 31 - 1) throw overflowError("key length is too great.");
  if (algorithm.size === 0) throw valueError("no reason supplied");
  const size = Number(length);
  allocate(size * 3);
  affordable("pbkdf2_hmac", Number(rounds) * Math.ceil(size / algorithm.size), 2500);
  const parameters = {
    algorithm: algorithm.native,
    salt: latin1Text(salted),
    iterations: Number(rounds),
    length: size,
  };
  return new PyBytes(nativeDigest("pbkdf2", parameters, secret));
}

const UNSIGNED = (name: string): string => `${name} is required and must be an unsigned int`;
/** A cost of `scrypt`. */
function cost(value: PyValue | undefined, name: string): Int {
  if (value === undefined || value === null) throw typeError(UNSIGNED(name));
  const int = asInt(value);
  if (int === undefined) throw typeError(`scrypt() argument '${name}' must be int, not ${typeName(value)}`);
  if (int < 0) throw pyError(TypeError_, UNSIGNED(name));
  return int;
}
function scrypt(
  password: PyValue,
  salt: PyValue = null,
  nValue?: PyValue,
  rValue?: PyValue,
  pValue?: PyValue,
  maxmem: PyValue = 0,
  dklen: PyValue = 64,
): PyValue {
  const secret = bytesArgument(password);
  if (salt === null) throw typeError("salt is required");
  const salted = bytesArgument(salt);
  const n = cost(nValue, "n");
  if (n < 2 || (BigInt(n) & (BigInt(n) - 1n)) !== 0n) throw valueError("n must be a power of 2.");
  const [r, p] = [cost(rValue, "r"), cost(pValue, "p")];
  const memory = index(maxmem);
  if (memory < 0 || memory > 2 ** 31 - 1) {
    throw valueError("maxmem must be positive and smaller than 2147483647");
  }
  const length = index(dklen);
  if (length < 1 || length > 2 ** 31 - 1) {
    throw valueError("dklen must be greater than 0 and smaller than 2147483647");
  }
  if (r < 1 || p < 1 || BigInt(r) * BigInt(p) >= 2n ** 30n) {
    throw valueError("Invalid parameter combination for n, r, p, maxmem.");
  }
  const [big, block] = [Number(n), Number(r)];
  const needed = 128 * block * (big + Number(p) + 2);
  if (needed > (memory === 0 ? 32 * 1024 * 1024 : Number(memory))) {
    throw valueError("[digital envelope routines] memory limit exceeded");
  }
  allocate(needed + Number(length) * 3);
  affordable("scrypt", big * block * Number(p), 8000);
  const parameters = {
    salt: latin1Text(salted),
    n: big,
    r: block,
    p: Number(p),
    maxmem: needed * 2,
    length: Number(length),
  };
  return new PyBytes(nativeDigest("scrypt", parameters, secret));
}
/** The functions of this file. */
export const derivationFunctions = moduleFunctions("hashlib", {
  "pbkdf2_hmac(hash_name, password, salt, iterations, dklen=None)": pbkdf2,
  "scrypt(password, *, salt=None, n=None, r=None, p=None, maxmem=0, dklen=64)": scrypt,
});
