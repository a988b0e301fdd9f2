// Addresses, interfaces and networks of the module `ipaddress`: what they hold, their classes, and how values become them.
import { getAttribute } from "../attribute.ts";
import { PyBytes } from "../bytes.ts";
import { adopt } from "../classes.ts";
import { pyError, typeError, valueError } from "../exceptions.ts";
import { call, defineStatic, method0, special } from "../function.ts";
import { hash } from "../hash.ts";
import { type Int, narrow } from "../integer.ts";
import { unpack } from "../iterator.ts";
import {
  asInt,
  asStr,
  intType,
  makeType,
  NotImplemented,
  PyObject,
  type PyType,
  type PyValue,
} from "../object.ts";
import { equal, getItem, ne, truth } from "../operators.ts";
import { repr, str } from "../representation.ts";
import { PyTuple, tuple } from "../sequence.ts";
import {
  ALL,
  addressError,
  BITS,
  NetmaskValueError,
  parse4,
  parse6,
  textOf,
  type Version,
} from "./ipaddress-text.ts";
import { pythonClass, pythonMethods } from "./python-function.ts";

/** An address. */
export class PyAddress extends PyObject {
  readonly version: Version;
  value = 0n;
  /** IPv6 zone. */
  scope: string | null = null;
  constructor(version: Version) {
    super();
    this.version = version;
    this.cls = ADDRESS[version];
  }
}
/** An address together with the network it is on. */
export class PyInterface extends PyAddress {
  network: PyNetwork;
  constructor(version: Version) {
    super(version);
    this.cls = INTERFACE[version];
    this.network = new PyNetwork(version);
  }
}
/** A network. */
export class PyNetwork extends PyObject {
  readonly version: Version;
  address: PyAddress;
  prefix: number;
  constructor(version: Version) {
    super();
    this.version = version;
    this.cls = NETWORK[version];
    this.address = new PyAddress(version);
    this.prefix = BITS[version];
  }
  get first(): bigint {
    return this.address.value;
  }
  get hostMask(): bigint {
    return (1n << BigInt(BITS[this.version] - this.prefix)) - 1n;
  }
  get netMask(): bigint {
    return ALL[this.version] ^ this.hostMask;
  }
  get last(): bigint {
    return this.first | this.hostMask;
  }
  has(address: PyAddress): boolean {
    return address.version === this.version && (address.value & this.netMask) === this.first;
  }
}

// ---- classes -------------------------------------------------------------------------------------

const module = "ipaddress";
const root = pythonClass("_IPAddressBase", { module });
const version4 = pythonClass("_BaseV4", { module, base: root });
const version6 = pythonClass("_BaseV6", { module, base: root });
export const baseAddress: PyType = pythonClass("_BaseAddress", { module, base: root });
export const baseNetwork: PyType = pythonClass("_BaseNetwork", { module, base: root });
for (const type of [root, version4, version6, baseAddress]) type.hasDict = false;
for (const [version, type] of [
  [4, version4],
  [6, version6],
] as const) {
  type.dict.set("_version", version);
  type.dict.set("_max_prefixlen", BITS[version]);
  type.dict.set("_ALL_ONES", narrow(ALL[version]));
}
export const ADDRESS: Record<Version, PyType> = {
  4: makeType("IPv4Address", { module, bases: [version4, baseAddress] }),
  6: makeType("IPv6Address", { module, bases: [version6, baseAddress] }),
};
export const INTERFACE: Record<Version, PyType> = {
  4: makeType("IPv4Interface", { module, base: ADDRESS[4] }),
  6: makeType("IPv6Interface", { module, base: ADDRESS[6] }),
};
export const NETWORK: Record<Version, PyType> = {
  4: makeType("IPv4Network", { module, bases: [version4, baseNetwork] }),
  6: makeType("IPv6Network", { module, bases: [version6, baseNetwork] }),
};
/** The classes that are never instances' own: theirs are the methods of both versions. */
export const abstractTypes: readonly PyType[] = [root, version4, version6, baseAddress, baseNetwork];

for (const version of [4, 6] as const) {
  const made: [PyType, new (version: Version) => PyObject][] = [
    [ADDRESS[version], PyAddress],
    [INTERFACE[version], PyInterface],
    [NETWORK[version], PyNetwork],
  ];
  for (const [type, Made] of made) {
    type.hasDict = Made !== PyAddress;
    defineStatic(type, {
      "__new__(cls, /, *args, **kwargs)": (cls: PyType) => {
        const object = new Made(version);
        if (cls.hasDict) object.dict = new Map();
        return adopt(object, cls);
      },
    });
  }
  pythonMethods(ADDRESS[version], { "__init__(address)": setAddress });
  pythonMethods(INTERFACE[version], {
    "__init__(address)": (self: PyInterface, given: PyValue) => {
      const [address, mask] = splitPrefix(version, given) as readonly [PyValue, PyValue];
      setAddress(self, address);
      self.network = makeNetwork(version, tuple([address, mask]), false);
      return null;
    },
  });
  pythonMethods(NETWORK[version], {
    "__init__(address, strict=True)": (self: PyNetwork, given: PyValue, strict: PyValue = true) =>
      setNetwork(self, given, truth(strict)),
  });
}

/** The comparisons that follow from `__lt__` and `==`, as `functools.total_ordering` makes them. */
function orderFully(type: PyType): void {
  const from =
    (holds: (less: boolean, self: PyValue, other: PyValue) => boolean) => (self: PyValue, other: PyValue) => {
      const less = special(self, "__lt__", [other]) as PyValue;
      return less === NotImplemented ? less : holds(truth(less), self, other);
    };
  pythonMethods(type, {
    "__gt__(other)": from((less, self, other) => !less && truth(ne(self, other))),
    "__le__(other)": from((less, self, other) => less || equal(self, other)),
    "__ge__(other)": from((less) => !less),
  });
}
orderFully(baseAddress);
orderFully(baseNetwork);

// ---- from values ---------------------------------------------------------------------------------

function setAddress(self: PyAddress, given: PyValue): null {
  const { version } = self;
  self.scope = null;
  const int = asInt(given);
  if (int !== undefined) self.value = fromInt(version, int);
  else if (given instanceof PyBytes) self.value = fromPacked(version, given);
  else {
    const text = str(given);
    if (text.includes("/")) throw addressError(`Unexpected '/' in ${repr(given)}`);
    const zone = version === 4 ? -1 : text.indexOf("%");
    if (zone >= 0) {
      const scope = text.slice(zone + 1);
      if (scope === "" || scope.includes("%")) throw addressError(`Invalid IPv6 address: "${repr(text)}"`);
      self.scope = scope;
    }
    self.value = version === 4 ? parse4(text) : parse6(zone < 0 ? text : text.slice(0, zone));
  }
  return null;
}
function fromInt(version: Version, int: Int): bigint {
  const value = BigInt(int);
  const allowed = (why: string) =>
    addressError(`${value} (${why}) is not permitted as an IPv${version} address`);
  if (value < 0n) throw allowed("< 0");
  if (value > ALL[version]) throw allowed(`>= 2**${BITS[version]}`);
  return value;
}
function fromPacked(version: Version, packed: PyBytes): bigint {
  const { length } = packed.bytes;
  const size = BITS[version] / 8;
  if (length !== size) {
    throw addressError(
      `${repr(packed)} (len ${length} != ${size}) is not permitted as an IPv${version} address`,
    );
  }
  return packed.bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** The address and the mask that a value says, as what makes them. */
function splitPrefix(version: Version, given: PyValue): readonly PyValue[] {
  if (asInt(given) !== undefined || given instanceof PyBytes) return [given, BITS[version]];
  if (given instanceof PyTuple) {
    return given.items.length > 1 ? unpack(given, 2) : [getItem(given, 0), BITS[version]];
  }
  const parts = str(given).split("/");
  if (parts.length > 2) throw addressError(`Only one '/' permitted in ${repr(given)}`);
  return [parts[0] as string, parts[1] ?? BITS[version]];
}
function setNetwork(self: PyNetwork, given: PyValue, strict: boolean): null {
  const { version } = self;
  const [address, mask] = splitPrefix(version, given) as readonly [PyValue, PyValue];
  self.address = makeAddress(version, address);
  self.prefix = prefixOf(version, mask);
  const first = self.first & self.netMask;
  if (first !== self.first) {
    if (strict) throw valueError(`${str(self)} has host bits set`);
    self.address = addressOf(version, first);
  }
  return null;
}

/** The prefix length that a mask says. */
function prefixOf(version: Version, mask: PyValue): number {
  const bad = () => pyError(NetmaskValueError, `${repr(mask)} is not a valid netmask`);
  const text = asStr(mask);
  // CPython looks into its cache first.
  if (text === undefined) hash(mask);
  const int = asInt(mask) ?? prefixFromText(mask);
  if (int !== undefined && int >= 0 && int <= BITS[version]) return Number(int);
  if (asInt(mask) !== undefined || version === 6) throw bad();
  if (text === undefined) throw typeError("a bytes-like object is required, not 'str'");
  let value: bigint;
  try {
    value = parse4(text);
  } catch {
    throw bad();
  }
  for (const candidate of [value, value ^ ALL[4]]) {
    // A netmask is ones then zeros; a hostmask the reverse.
    const hosts = candidate ^ ALL[4];
    if ((hosts & (hosts + 1n)) === 0n) return hosts === 0n ? 32 : 32 - hosts.toString(2).length;
  }
  throw bad();
}
function prefixFromText(mask: PyValue): Int | undefined {
  if (!truth(method0(mask, "isascii")) || !truth(method0(mask, "isdigit"))) return undefined;
  const text = asStr(mask);
  if (text !== undefined) return Number(text);
  return asInt(call(intType, [mask], null));
}

/** The address of a number. */
export function addressOf(version: Version, value: bigint): PyAddress {
  const address = new PyAddress(version);
  address.value = value;
  return address;
}
/** `IPv4Address(value)` or `IPv6Address(value)`. */
export function makeAddress(version: Version, value: PyValue): PyAddress {
  const address = new PyAddress(version);
  setAddress(address, value);
  return address;
}
/** The network of an address without host bits and a prefix length. */
export function networkOf(version: Version, first: bigint, prefix: number): PyNetwork {
  const network = emptyNetwork(version);
  network.address = addressOf(version, first);
  network.prefix = prefix;
  return network;
}
/** `IPv4Network(value, strict)` or `IPv6Network(value, strict)`. */
export function makeNetwork(version: Version, value: PyValue, strict: boolean): PyNetwork {
  const network = emptyNetwork(version);
  setNetwork(network, value, strict);
  return network;
}
function emptyNetwork(version: Version): PyNetwork {
  const network = new PyNetwork(version);
  network.dict = new Map();
  return network;
}
/** A network of the same class as another, which may be the author's. */
export function networkLike(self: PyNetwork, first: bigint, prefix: number): PyValue {
  const { version, cls } = self;
  if (cls === NETWORK[version]) return networkOf(version, first, prefix);
  return call(cls, [tuple([narrow(first), prefix])], null);
}
/** An address of the same class as another. */
export function addressLike(self: PyAddress, value: PyValue): PyValue {
  return self.cls === ADDRESS[self.version]
    ? makeAddress(self.version, value)
    : call(self.cls, [value], null);
}

/** The version of an address or a network; AttributeError for anything that has none. */
export function versionOf(value: PyValue): PyValue {
  return value instanceof PyAddress || value instanceof PyNetwork
    ? value.version
    : getAttribute(value, "_version");
}
/** The IPv4 address that an IPv6 one stands for (`::ffff:a.b.c.d`). */
export function mapped(address: PyAddress): PyAddress | null {
  if (address.version !== 6 || address.value >> 32n !== 0xffffn) return null;
  return addressOf(4, address.value & 0xffffffffn);
}
/** An address as text, with its zone. */
export function showAddress(address: PyAddress): string {
  const four = mapped(address);
  const text =
    four === null
      ? textOf(address.version, address.value)
      : `${textOf(6, address.value >> 32n)}:${textOf(4, four.value)}`;
  return address.scope === null ? text : `${text}%${address.scope}`;
}
