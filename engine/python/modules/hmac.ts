// The module `hmac`: keyed hashes, and comparison in constant time.
import { getAttribute, getAttributeOr } from "../attribute.ts";
import { allBytes, bytesOf, isBytes, latin1Text, newBytes, PyBytes } from "../bytes.ts";
import { adopt } from "../classes.ts";
import { typeError, valueError } from "../exceptions.ts";
import { call, defineAttributes, defineStatic, method0, method1 } from "../function.ts";
import { defineModule } from "../module.ts";
import { asInt, asStr, makeType, PyObject, type PyType, type PyValue, typeName, typeOf } from "../object.ts";
import { truth } from "../operators.ts";
import { repr, str } from "../representation.ts";
import { charge } from "../state.ts";
import { isAscii } from "../unicode.ts";
import { bytesArgument } from "./binascii.ts";
import { findAlgorithm } from "./hash-functions.ts";
import { constructors, makeHash } from "./hashlib.ts";
import { moduleFunctions, pythonFunctions, pythonMethods } from "./python-function.ts";

/** Makes a hash object, fed with bytes where there are some. */
type MakeHash = (data?: PyValue) => PyValue;

/** What `digestmod` stands for: a name, a constructor, or a module with `new`. */
function makerOf(digestmod: PyValue): MakeHash {
  const name = asStr(digestmod);
  const algorithm = name === undefined ? constructors.get(digestmod) : findAlgorithm(name);
  if (algorithm !== undefined) {
    if (algorithm.size === 0) throw valueError("no reason supplied");
    return (data) => makeHash(algorithm, data);
  }
  if (name !== undefined) throw valueError(`unsupported hash type ${name}`);
  if (digestmod instanceof PyObject && typeOf(digestmod).lookup("__call__") !== undefined) {
    return (data) => call(digestmod, data === undefined ? [] : [data], null);
  }
  return (data) => method1(digestmod, "new", data ?? bytesOf(""));
}

interface Keyed {
  readonly inner: PyValue;
  readonly outer: PyValue;
  readonly blockSize: number;
}
/** The two hashes of RFC 2104, fed with the padded key. */
function keyed(key: Uint8Array, make: MakeHash): Keyed {
  const outer = make();
  const inner = make();
  getAttribute(inner, "digest_size");
  const declared = asInt(getAttributeOr(inner, "block_size", 64));
  const blockSize = declared === undefined || declared < 16 ? 64 : Number(declared);
  let short = key;
  if (key.length > blockSize) short = bytesArgument(method0(make(new PyBytes(key)), "digest"));
  const padded = (mask: number): PyValue => {
    const block = newBytes(Math.max(blockSize, short.length)).fill(mask);
    for (let i = 0; i < short.length; i++) block[i] = (short[i] as number) ^ mask;
    return new PyBytes(block);
  };
  method1(outer, "update", padded(0x5c));
  method1(inner, "update", padded(0x36));
  return { inner, outer, blockSize };
}
/** The outer hash over the inner one, neither of which is changed. */
function combined(inner: PyValue, outer: PyValue): PyValue {
  const whole = method0(outer, "copy");
  method1(whole, "update", method0(inner, "digest"));
  return whole;
}

/** An `hmac.HMAC`. */
class PyHmac extends PyObject {
  keyed: Keyed | undefined;
  get parts(): Keyed {
    if (this.keyed === undefined) throw typeError("HMAC.__init__() has not been called");
    return this.keyed;
  }
}
const hmacType = makeType("HMAC", { of: PyHmac, module: "hmac" });
hmacType.dict.set("blocksize", 64);
defineStatic(hmacType, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType) => adopt(new PyHmac(), cls),
});
pythonMethods(hmacType, {
  "__init__(key, msg=None, digestmod='')": (
    self: PyHmac,
    key: PyValue,
    msg: PyValue = null,
    digestmod: PyValue = "",
  ) => {
    if (!isBytes(key)) {
      throw typeError(`key: expected bytes or bytearray, but got ${repr(typeName(key))}`);
    }
    if (!truth(digestmod)) throw typeError("Missing required argument 'digestmod'.");
    self.keyed = keyed(key.bytes, makerOf(digestmod));
    if (msg !== null) method1(self.keyed.inner, "update", msg);
    return null;
  },
  "update(msg)": (self: PyHmac, msg: PyValue) => {
    method1(self.parts.inner, "update", msg);
    return null;
  },
  "copy()": (self: PyHmac) => {
    const { inner, outer, blockSize } = self.parts;
    const copy = adopt(new PyHmac(), self.cls);
    copy.keyed = { inner: method0(inner, "copy"), outer: method0(outer, "copy"), blockSize };
    return copy;
  },
  "digest()": (self: PyHmac) => method0(combined(self.parts.inner, self.parts.outer), "digest"),
  "hexdigest()": (self: PyHmac) => method0(combined(self.parts.inner, self.parts.outer), "hexdigest"),
});
defineAttributes<PyHmac>(hmacType, {
  name: (self) => `hmac-${str(getAttribute(self.parts.inner, "name"))}`,
  digest_size: (self) => getAttribute(self.parts.inner, "digest_size"),
  block_size: (self) => self.parts.blockSize,
});

/** Equality that takes as long whatever the bytes are. */
function compareDigest(a: PyValue, b: PyValue): boolean {
  let [left, right] = [asStr(a), asStr(b)];
  if (left !== undefined && right !== undefined) {
    if (!isAscii(left) || !isAscii(right)) {
      throw typeError("comparing strings with non-ASCII characters is not supported");
    }
  } else {
    if (allBytes(a) === undefined && allBytes(b) === undefined) {
      const types = `'${typeName(a)}' and '${typeName(b)}'`;
      throw typeError(`unsupported operand types(s) or combination of types: ${types}`);
    }
    left = latin1Text(bytesArgument(a));
    right = latin1Text(bytesArgument(b));
  }
  charge(right.length >> 4);
  let difference = left.length ^ right.length;
  for (let i = 0; i < right.length; i++) {
    difference |= left.charCodeAt(i % Math.max(1, left.length)) ^ right.charCodeAt(i);
  }
  return difference === 0;
}
/** `compare_digest` of `hmac` and `secrets`. */
export const compareFunctions = moduleFunctions("_hashlib", { "compare_digest(a, b, /)": compareDigest });

const translation = (mask: number): PyValue =>
  new PyBytes(Uint8Array.from({ length: 256 }, (_, i) => i ^ mask));

defineModule("hmac", {
  values: {
    ...pythonFunctions({
      "new(key, msg=None, digestmod='')": (key: PyValue, msg: PyValue = null, digestmod: PyValue = "") =>
        hmacType.call([key, msg, digestmod], null),
      "digest(key, msg, digest)": (key: PyValue, msg: PyValue, digest: PyValue) => {
        const { inner, outer } = keyed(bytesArgument(key), makerOf(digest));
        method1(inner, "update", new PyBytes(bytesArgument(msg)));
        return method0(combined(inner, outer), "digest");
      },
    }),
    ...compareFunctions,
    trans_5C: translation(0x5c),
    trans_36: translation(0x36),
    digest_size: null,
  },
  types: [hmacType],
});
