// The module `uuid`: the class UUID and the functions that make them.
//
// Clock and node of `uuid1` tell nothing of the host: the clock is the evaluation's, the node is drawn.
import { getAttribute } from "../attribute.ts";
import { asBytes, PyByteArray, PyBytes } from "../bytes.ts";
import { adopt } from "../classes.ts";
import { encode } from "../codecs.ts";
import { AssertionError, pyError, TypeError_, typeError, valueError } from "../exceptions.ts";
import { builtin, call, defineStatic, method, method1, PyProperty } from "../function.ts";
import { hashInt } from "../hash.ts";
import { type Int, narrow } from "../integer.ts";
import { unpack } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { asStr, intType, makeType, NotImplemented, PyObject, type PyType, type PyValue } from "../object.ts";
import { add, index, le, length, lt, truth } from "../operators.ts";
import { randomBytes, randomWord } from "../randomness.ts";
import { repr } from "../representation.ts";
import { tuple } from "../sequence.ts";
import { perEvaluation, S } from "../state.ts";
import { hexText } from "./binascii.ts";
import { enumBase } from "./enum.ts";
import { builtinEnum } from "./enum-class.ts";
import { enumTable } from "./enum-root.ts";
import { type Algorithm, findAlgorithm, hashBytes } from "./hash-functions.ts";
import { pythonFunctions, pythonMethods } from "./python-function.ts";

/** `uuid.SafeUUID`. */
const safeType: PyType = builtinEnum("SafeUUID", [enumBase], "uuid", (namespace) => {
  namespace.store("safe", 0);
  namespace.store("unsafe", -1);
  namespace.store("unknown", null);
});
const UNKNOWN = enumTable(safeType).members.get("unknown") as PyValue;

const RESERVED_NCS = "reserved for NCS compatibility";
const RFC_4122 = "specified in RFC 4122";
const RESERVED_MICROSOFT = "reserved for Microsoft compatibility";
const RESERVED_FUTURE = "reserved for future definition";

/** A `uuid.UUID`. */
export class PyUuid extends PyObject {
  value = 0n;
  isSafe: PyValue = UNKNOWN;

  /** The bits from `low` on, `count` of them. */
  bits(low: number, count: number): Int {
    return narrow(BigInt.asUintN(count, this.value >> BigInt(low)));
  }
  get hex(): string {
    return this.value.toString(16).padStart(32, "0");
  }
  get text(): string {
    return this.hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }
  get bytes(): Uint8Array {
    return Uint8Array.from({ length: 16 }, (_, i) => Number(this.bits(120 - 8 * i, 8)));
  }
}
/** `uuid.UUID`. */
export const uuidType = makeType("UUID", { of: PyUuid, module: "uuid" });
defineStatic(uuidType, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType) => adopt(new PyUuid(), cls),
});

/** The first three fields with their bytes reversed. */
function swapped(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15], (at) => bytes[at] as number);
}
function fromBytes(bytes: Uint8Array): bigint {
  return BigInt(`0x0${hexText(bytes)}`);
}
function fromHex(hex: PyValue): bigint {
  let text = hex;
  for (const prefix of ["urn:", "uuid:"]) text = method(text, "replace", [prefix, ""], null);
  text = method(method1(text, "strip", "{}"), "replace", ["-", ""], null);
  if (length(text) !== 32) throw valueError("badly formed hexadecimal UUID string");
  return BigInt(index(call(intType, [text, 16], null)));
}

/** Widths of the six fields, and where in the 128 bits they start. */
const FIELDS = [
  ["a 32", 32, 96],
  ["a 16", 16, 80],
  ["a 16", 16, 64],
  ["an 8", 8, 56],
  ["an 8", 8, 48],
  ["a 48", 48, 0],
] as const;
function within(value: PyValue, bits: number): boolean {
  return truth(le(0, value)) && truth(lt(value, narrow(1n << BigInt(bits))));
}
function fromFields(fields: PyValue): bigint {
  if (length(fields) !== 6) throw valueError("fields is not a 6-tuple");
  let value = 0n;
  for (const [i, field] of unpack(fields, 6).entries()) {
    const [words, bits, low] = FIELDS[i] as (typeof FIELDS)[number];
    if (!within(field, bits)) throw valueError(`field ${i + 1} out of range (need ${words}-bit value)`);
    value |= BigInt(index(field)) << BigInt(low);
  }
  return value;
}
function ofVersion(value: bigint, version: Int): bigint {
  const cleared = value & ~(0xc000n << 48n) & ~(0xf000n << 64n);
  return cleared | (0x8000n << 48n) | (BigInt(version) << 76n);
}

const compared =
  (test: (a: bigint, b: bigint) => boolean) =>
  (self: PyUuid, other: PyValue): PyValue =>
    other instanceof PyUuid ? test(self.value, other.value) : NotImplemented;

pythonMethods(uuidType, {
  "__init__(hex=None, bytes=None, bytes_le=None, fields=None, int=None, version=None, *, is_safe=None)": (
    self: PyUuid,
    hex: PyValue = null,
    bytes: PyValue = null,
    bytesLe: PyValue = null,
    fields: PyValue = null,
    int: PyValue = null,
    version: PyValue = null,
    isSafe: PyValue = UNKNOWN,
  ) => {
    if ([hex, bytes, bytesLe, fields, int].filter((form) => form !== null).length !== 1) {
      throw typeError("one of the hex, bytes, bytes_le, fields, or int arguments must be given");
    }
    let value: bigint;
    if (hex !== null) value = fromHex(hex);
    else if (bytes !== null || bytesLe !== null) {
      const given = bytes ?? bytesLe;
      const what = bytes === null ? "bytes_le" : "bytes";
      if (length(given) !== 16) throw valueError(`${what} is not a 16-char string`);
      const raw = asBytes(given);
      if (raw === undefined) throw pyError(AssertionError, repr(given));
      const ordered = bytes === null ? swapped(raw) : raw;
      if (!(given instanceof PyBytes)) {
        throw pyError(AssertionError, repr(bytes === null ? new PyByteArray(ordered) : given));
      }
      value = fromBytes(ordered);
    } else if (fields !== null) value = fromFields(fields);
    else {
      if (!within(int, 128)) throw valueError("int is out of range (need a 128-bit value)");
      value = BigInt(index(int));
    }
    if (version !== null) {
      if (!truth(le(1, version)) || !truth(le(version, 5))) throw valueError("illegal version number");
      value = ofVersion(value, index(version));
    }
    self.value = value;
    self.isSafe = isSafe;
    return null;
  },
  "__eq__(other)": compared((a, b) => a === b),
  "__lt__(other)": compared((a, b) => a < b),
  "__gt__(other)": compared((a, b) => a > b),
  "__le__(other)": compared((a, b) => a <= b),
  "__ge__(other)": compared((a, b) => a >= b),
  "__hash__()": (self: PyUuid) => hashInt(narrow(self.value)),
  "__int__()": (self: PyUuid) => narrow(self.value),
  "__repr__()": (self: PyUuid) => `${self.cls.name}('${self.text}')`,
  "__str__()": (self: PyUuid) => self.text,
  "__setattr__(name, value)": () => {
    throw pyError(TypeError_, "UUID objects are immutable");
  },
});

const variant = (self: PyUuid): string => {
  const top = Number(self.bits(61, 3));
  return top < 4 ? RESERVED_NCS : top < 6 ? RFC_4122 : top === 6 ? RESERVED_MICROSOFT : RESERVED_FUTURE;
};
const field =
  (low: number, count: number) =>
  (self: PyUuid): PyValue =>
    self.bits(low, count);
const timeLow = field(96, 32);
const timeMid = field(80, 16);
const timeHigh = field(64, 16);
const clockHigh = field(56, 8);
const clockLow = field(48, 8);
const node = field(0, 48);
const properties: { [name: string]: (self: PyUuid) => PyValue } = {
  bytes: (self) => new PyBytes(self.bytes),
  bytes_le: (self) => new PyBytes(swapped(self.bytes)),
  fields: (self) => tuple([timeLow, timeMid, timeHigh, clockHigh, clockLow, node].map((get) => get(self))),
  time_low: timeLow,
  time_mid: timeMid,
  time_hi_version: timeHigh,
  clock_seq_hi_variant: clockHigh,
  clock_seq_low: clockLow,
  time: (self) =>
    narrow(
      (BigInt(self.bits(64, 12)) << 48n) | (BigInt(self.bits(80, 16)) << 32n) | BigInt(self.bits(96, 32)),
    ),
  clock_seq: field(48, 14),
  node,
  hex: (self) => self.hex,
  urn: (self) => `urn:uuid:${self.text}`,
  variant,
  version: (self) => (variant(self) === RFC_4122 ? self.bits(76, 4) : null),
  int: (self) => narrow(self.value),
  is_safe: (self) => self.isSafe,
};
for (const [name, get] of Object.entries(properties)) {
  const property = new PyProperty(builtin(`${name}(self, /)`, get), null, null, null);
  property.name = name;
  uuidType.dict.set(name, property);
}

// ---- making them ---------------------------------------------------------------------------------

/** A UUID of that value; with its version, where one is named. */
export function uuid(value: bigint, version?: number): PyUuid {
  const made = new PyUuid();
  made.value = version === undefined ? value : ofVersion(value, version);
  return made;
}

/** 48 random bits with the multicast bit set, which no network card has. */
const ownNode = perEvaluation(
  () => (BigInt(randomWord()) << 16n) | BigInt(randomWord() >>> 16) | (1n << 40n),
);
const lastTime = perEvaluation(() => ({ ticks: 0n }));
/** Ticks of 100 ns since the Gregorian calendar began; no two are alike. */
function timestamp(): bigint {
  const last = lastTime();
  const now = BigInt(Math.floor(S.now * 1000)) * 10n + 0x01b21dd213814000n;
  last.ticks = now <= last.ticks ? last.ticks + 1n : now;
  return last.ticks;
}
function uuid1(nodeValue: PyValue = null, clockSeq: PyValue = null): PyValue {
  const ticks = timestamp();
  const sequence = clockSeq === null ? BigInt(randomWord() >>> 18) : BigInt(index(clockSeq));
  if (nodeValue !== null && !within(nodeValue, 48)) {
    throw valueError("field 6 out of range (need a 48-bit value)");
  }
  const host = nodeValue === null ? ownNode() : BigInt(index(nodeValue));
  const time =
    (BigInt.asUintN(32, ticks) << 96n) |
    (BigInt.asUintN(16, ticks >> 32n) << 80n) |
    (BigInt.asUintN(12, ticks >> 48n) << 64n);
  return uuid(time | (BigInt.asUintN(14, sequence) << 48n) | host, 1);
}
/** A UUID of what a namespace and a name hash to. */
function named(hash: string, version: number): (namespace: PyValue, name: PyValue) => PyValue {
  const algorithm = findAlgorithm(hash) as Algorithm;
  return (namespace, name) => {
    const text = asStr(name);
    const bytes = text === undefined ? name : new PyBytes(encode(text));
    const whole = asBytes(add(getAttribute(namespace, "bytes"), bytes)) as Uint8Array;
    return uuid(fromBytes(hashBytes(algorithm, whole).subarray(0, 16)), version);
  };
}

const NAMESPACE = 0x6ba7b8109dad11d180b400c04fd430c8n;
const namespace = (i: number): PyUuid => uuid(NAMESPACE + (BigInt(i) << 96n));

defineModule("uuid", {
  values: {
    ...pythonFunctions({
      "getnode()": () => narrow(ownNode()),
      "uuid1(node=None, clock_seq=None)": uuid1,
      "uuid3(namespace, name)": named("md5", 3),
      "uuid4()": () => uuid(fromBytes(randomBytes(16)), 4),
      "uuid5(namespace, name)": named("sha1", 5),
    }),
    NAMESPACE_DNS: namespace(0),
    NAMESPACE_URL: namespace(1),
    NAMESPACE_OID: namespace(2),
    NAMESPACE_X500: namespace(4),
    RESERVED_NCS,
    RFC_4122,
    RESERVED_MICROSOFT,
    RESERVED_FUTURE,
  },
  types: [uuidType, safeType],
});
