// The module `ipaddress`: addresses and networks of both versions.
//
// An address is a bigint and a version; a network its first address and a prefix length. Which ranges are private,
// reserved and so on is the IANA registries' (as CPython 3.13 has them).
import { bytesOf } from "../bytes.ts";
import { indexError, pyError, typeError, ValueError, valueError } from "../exceptions.ts";
import { defineAttributes, defineMethods, defineStatic } from "../function.ts";
import { hashTuple } from "../hash.ts";
import { narrow } from "../integer.ts";
import { collect, LazyIterator } from "../iterator.ts";
import { defineModule } from "../module.ts";
import {
  asInt,
  asStr,
  makeType,
  NotImplemented,
  PyObject,
  type PyType,
  type PyValue,
  typeName,
} from "../object.ts";
import { index, truth } from "../operators.ts";
import { format, repr, str } from "../representation.ts";
import { PyTuple, tuple } from "../sequence.ts";
import { charge } from "../state.ts";

type Version = 4 | 6;
const BITS: Record<Version, number> = { 4: 32, 6: 128 };
const ALL: Record<Version, bigint> = { 4: (1n << 32n) - 1n, 6: (1n << 128n) - 1n };

function errorType(name: string): PyType {
  const type = makeType(name, { base: ValueError, module: "ipaddress" });
  type.hasDict = true;
  return type;
}
const AddressValueError = errorType("AddressValueError");
const NetmaskValueError = errorType("NetmaskValueError");
const addressError = (text: string) => pyError(AddressValueError, text);

/** An address. */
export class PyAddress extends PyObject {
  readonly version: Version;
  readonly value: bigint;
  /** IPv6 zone. */
  readonly scope: string | null;
  constructor(version: Version, value: bigint, scope: string | null = null) {
    super();
    this.version = version;
    this.value = value;
    this.scope = scope;
    this.cls = version === 4 ? ipv4Address : ipv6Address;
  }
}
/** A network. */
export class PyNetwork extends PyObject {
  readonly version: Version;
  readonly first: bigint;
  readonly prefix: number;
  constructor(version: Version, first: bigint, prefix: number) {
    super();
    this.version = version;
    this.first = first;
    this.prefix = prefix;
    this.cls = version === 4 ? ipv4Network : ipv6Network;
  }
  get hostBits(): bigint {
    return BigInt(BITS[this.version] - this.prefix);
  }
  get last(): bigint {
    return this.first | ((1n << this.hostBits) - 1n);
  }
  has(version: Version, value: bigint): boolean {
    return version === this.version && value >= this.first && value <= this.last;
  }
}
const ipv4Address = makeType("IPv4Address", { module: "ipaddress", subclassable: false });
const ipv6Address = makeType("IPv6Address", { module: "ipaddress", subclassable: false });
const ipv4Network = makeType("IPv4Network", { module: "ipaddress", subclassable: false });
const ipv6Network = makeType("IPv6Network", { module: "ipaddress", subclassable: false });

// ---- text to address -----------------------------------------------------------------------------

function parse4(text: string): bigint {
  if (text === "") throw addressError("Address cannot be empty");
  if (text.includes("/")) throw addressError(`Unexpected '/' in ${repr(text)}`);
  const octets = text.split(".");
  if (octets.length !== 4) throw addressError(`Expected 4 octets in ${repr(text)}`);
  return octets.reduce((value, octet) => (value << 8n) | BigInt(octetOf(octet, text)), 0n);
}
function octetOf(octet: string, text: string): number {
  const bad = (why: string) => addressError(`${why} in ${repr(text)}`);
  if (octet === "") throw bad("Empty octet not permitted");
  if (!/^[0-9]+$/.test(octet)) throw bad(`Only decimal digits permitted in ${repr(octet)}`);
  if (octet.length > 3) throw bad(`At most 3 characters permitted in ${repr(octet)}`);
  if (octet !== "0" && octet.startsWith("0")) throw bad(`Leading zeros are not permitted in ${repr(octet)}`);
  const value = Number(octet);
  if (value > 255) throw bad(`Octet ${value} (> 255) not permitted`);
  return value;
}
function parse6(text: string): bigint {
  if (text === "") throw addressError("Address cannot be empty");
  if (text.length > 45) throw addressError(`At most 45 characters expected in ${repr(text.slice(0, 14))}...`);
  const bad = (why: string) => addressError(`${why} in ${repr(text)}`);
  let parts = text.split(":");
  if (parts.length < 3) throw bad("At least 3 parts expected");
  if (parts.at(-1)?.includes(".")) {
    let embedded: bigint;
    try {
      embedded = parse4(parts.at(-1) as string);
    } catch (error) {
      throw addressError(`${str(error as PyValue)} in ${repr(text)}`);
    }
    parts = [...parts.slice(0, -1), (embedded >> 16n).toString(16), (embedded & 0xffffn).toString(16)];
  }
  if (parts.length > 9) throw bad("At most 8 colons permitted");
  const gaps = parts.slice(1, -1).flatMap((part, i) => (part === "" ? [i + 1] : []));
  if (gaps.length > 1) throw bad("At most one '::' permitted");
  let high: string[];
  let low: string[];
  if (gaps.length === 1) {
    const gap = gaps[0] as number;
    high = parts.slice(0, gap);
    low = parts.slice(gap + 1);
    if (high[0] === "") {
      high = high.slice(1);
      if (high.length > 0) throw bad("Leading ':' only permitted as part of '::'");
    }
    if (low.at(-1) === "") {
      low = low.slice(0, -1);
      if (low.length > 0) throw bad("Trailing ':' only permitted as part of '::'");
    }
    if (high.length + low.length > 7) throw bad("Expected at most 7 other parts with '::'");
  } else {
    if (parts.length !== 8) throw bad("Exactly 8 parts expected without '::'");
    if (parts[0] === "") throw bad("Leading ':' only permitted as part of '::'");
    if (parts[7] === "") throw bad("Trailing ':' only permitted as part of '::'");
    high = parts;
    low = [];
  }
  const middle = new Array<string>(8 - high.length - low.length).fill("0");
  return [...high, ...middle, ...low].reduce((value, part) => {
    if (!/^[0-9a-fA-F]+$/.test(part)) throw bad(`Only hex digits permitted in ${repr(part)}`);
    if (part.length > 4) throw bad(`At most 4 characters permitted in ${repr(part)}`);
    return (value << 16n) | BigInt(`0x${part}`);
  }, 0n);
}
function fromText(version: Version, text: string): PyAddress {
  if (version === 4) return new PyAddress(4, parse4(text));
  const at = text.indexOf("%");
  if (at < 0) return new PyAddress(6, parse6(text));
  const scope = text.slice(at + 1);
  if (scope === "" || scope.includes("%")) throw addressError(`Invalid IPv6 address: ${repr(text)}`);
  return new PyAddress(6, parse6(text.slice(0, at)), scope);
}
function makeAddress(version: Version, value: PyValue): PyAddress {
  const int = asInt(value);
  if (int !== undefined) {
    const n = BigInt(int);
    if (n < 0n) throw addressError(`${n} (< 0) is not permitted as an IPv${version} address`);
    if (n > ALL[version]) {
      throw addressError(`${n} (>= 2**${BITS[version]}) is not permitted as an IPv${version} address`);
    }
    return new PyAddress(version, n);
  }
  const text = value instanceof PyAddress ? show(value) : str(value);
  if (text.includes("/")) throw addressError(`Unexpected '/' in ${repr(text)}`);
  return fromText(version, text);
}
function makeNetwork(version: Version, value: PyValue, strict: boolean): PyNetwork {
  let address: PyAddress;
  let mask: PyValue = BITS[version];
  if (value instanceof PyTuple && value.items.length > 0 && value.items.length <= 2) {
    address = makeAddress(version, value.items[0] as PyValue);
    if (value.items.length === 2) mask = value.items[1] as PyValue;
  } else if (asInt(value) !== undefined) address = makeAddress(version, value);
  else {
    const parts = str(value).split("/");
    if (parts.length > 2) throw addressError(`Only one '/' permitted in ${repr(str(value))}`);
    address = fromText(version, parts[0] as string);
    if (parts.length === 2) mask = parts[1] as string;
  }
  const prefix = prefixOf(version, mask);
  const hostBits = BigInt(BITS[version] - prefix);
  const first = (address.value >> hostBits) << hostBits;
  if (strict && first !== address.value) throw valueError(`${show(address)}/${prefix} has host bits set`);
  return new PyNetwork(version, first, prefix);
}
function prefixOf(version: Version, mask: PyValue): number {
  const bad = () => pyError(NetmaskValueError, `${repr(mask).replace(/^'|'$/g, "")} is not a valid netmask`);
  const int = asInt(mask);
  if (int !== undefined) {
    if (int < 0 || int > BITS[version]) throw bad();
    return Number(int);
  }
  const text = str(mask);
  if (/^[0-9]+$/.test(text)) {
    if (Number(text) > BITS[version]) throw bad();
    return Number(text);
  }
  if (version === 6) throw bad();
  let value: bigint;
  try {
    value = parse4(text);
  } catch {
    throw bad();
  }
  for (const candidate of [value, value ^ ALL[4]]) {
    // A netmask is ones then zeros; a hostmask the reverse.
    const inverted = candidate ^ ALL[4];
    if ((inverted & (inverted + 1n)) === 0n) return 32 - inverted.toString(2).replace(/^0$/, "").length;
  }
  throw bad();
}

// ---- address to text -----------------------------------------------------------------------------

function groups(value: bigint): number[] {
  return Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(112 - 16 * i)) & 0xffffn));
}
function textOf(version: Version, value: bigint): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join(".");
  const hex = groups(value).map((group) => group.toString(16));
  let best = { at: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && hex[i + length] === "0") length += 1;
    if (length > best.length) best = { at: i, length };
  }
  if (best.at < 0) return hex.join(":");
  return `${hex.slice(0, best.at).join(":")}::${hex.slice(best.at + best.length).join(":")}`;
}
function show(address: PyAddress): string {
  const four = mapped(address);
  const text =
    four === null
      ? textOf(address.version, address.value)
      : `${textOf(6, address.value >> 32n)}:${textOf(4, four.value)}`;
  return address.scope === null ? text : `${text}%${address.scope}`;
}
/** An address in full; one that stands for an IPv4 address ends with that. */
function explodedAddress(address: PyAddress): string {
  // CPython explodes the text with its zone and so fails on one: the zone is not a hex digit.
  const full = exploded(address.version, address.scope === null ? address.value : parse6(show(address)));
  const four = mapped(address);
  return four === null ? full : full.slice(0, 30) + textOf(4, four.value);
}
function exploded(version: Version, value: bigint): string {
  if (version === 4) return textOf(4, value);
  return groups(value)
    .map((group) => group.toString(16).padStart(4, "0"))
    .join(":");
}
const showNetwork = (network: PyNetwork): string =>
  `${textOf(network.version, network.first)}/${network.prefix}`;

// ---- registries ----------------------------------------------------------------------------------

const nets = (version: Version, texts: string): PyNetwork[] =>
  texts.split(" ").map((text) => makeNetwork(version, text, true));
const PRIVATE: Record<Version, PyNetwork[]> = {
  4: nets(
    4,
    "0.0.0.0/8 10.0.0.0/8 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.0.170/31 192.0.2.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 255.255.255.255/32",
  ),
  6: nets(
    6,
    "::1/128 ::/128 ::ffff:0:0/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 fc00::/7 fe80::/10",
  ),
};
const NOT_PRIVATE: Record<Version, PyNetwork[]> = {
  4: nets(4, "192.0.0.9/32 192.0.0.10/32"),
  6: nets(6, "2001:1::1/128 2001:1::2/128 2001:3::/32 2001:4:112::/48 2001:20::/28 2001:30::/28"),
};
const RESERVED: Record<Version, PyNetwork[]> = {
  4: nets(4, "240.0.0.0/4"),
  6: nets(
    6,
    "::/8 100::/8 200::/7 400::/6 800::/5 1000::/4 4000::/3 6000::/3 8000::/3 a000::/3 c000::/3 e000::/4 f000::/5 f800::/6 fe00::/9",
  ),
};
const LINK_LOCAL: Record<Version, PyNetwork> = {
  4: makeNetwork(4, "169.254.0.0/16", true),
  6: makeNetwork(6, "fe80::/10", true),
};
const LOOPBACK: Record<Version, PyNetwork> = {
  4: makeNetwork(4, "127.0.0.0/8", true),
  6: makeNetwork(6, "::1/128", true),
};
const MULTICAST: Record<Version, PyNetwork> = {
  4: makeNetwork(4, "224.0.0.0/4", true),
  6: makeNetwork(6, "ff00::/8", true),
};
const SHARED = makeNetwork(4, "100.64.0.0/10", true);
const SITE_LOCAL = makeNetwork(6, "fec0::/10", true);

/** The IPv4 address that an IPv6 one stands for (`::ffff:a.b.c.d`). */
function mapped(a: PyAddress): PyAddress | null {
  return a.version === 6 && a.value >> 32n === 0xffffn ? new PyAddress(4, a.value & 0xffffffffn) : null;
}
const within = (list: readonly PyNetwork[], a: PyAddress): boolean =>
  list.some((net) => net.has(a.version, a.value));
function isPrivate(address: PyAddress): boolean {
  // What stands for an IPv4 address is as private as that.
  const a = mapped(address) ?? address;
  return within(PRIVATE[a.version], a) && !within(NOT_PRIVATE[a.version], a);
}
const predicates: { [name: string]: (a: PyAddress) => boolean } = {
  is_private: isPrivate,
  is_global: (a) => !isPrivate(a) && !SHARED.has(a.version, a.value),
  is_loopback: (address) => {
    const a = mapped(address) ?? address;
    return LOOPBACK[a.version].has(a.version, a.value);
  },
  is_multicast: (a) => MULTICAST[a.version].has(a.version, a.value),
  is_reserved: (a) => within(RESERVED[a.version], a),
  is_link_local: (a) => LINK_LOCAL[a.version].has(a.version, a.value),
  is_unspecified: (a) => a.value === 0n,
};

// ---- types ---------------------------------------------------------------------------------------

function orderError(a: PyValue, b: PyValue): never {
  throw typeError(`${str(a)} and ${str(b)} are not of the same version`);
}
type Pair = PyAddress | PyNetwork;
const keyOf = (x: Pair): [bigint, bigint] =>
  x instanceof PyAddress ? [x.value, 0n] : [x.first, BigInt(x.prefix)];
function comparison(test: (order: number) => boolean): (self: Pair, other: PyValue) => PyValue {
  return (self, other) => {
    if (!(other instanceof PyAddress || other instanceof PyNetwork)) return NotImplemented;
    if (self instanceof PyAddress !== other instanceof PyAddress) {
      throw typeError(`${str(self)} and ${str(other)} are not of the same type`);
    }
    if (self.version !== other.version) orderError(self, other);
    const [[a, p], [b, q]] = [keyOf(self), keyOf(other)];
    return test(a < b ? -1 : a > b ? 1 : p < q ? -1 : p > q ? 1 : 0);
  };
}
function same(self: Pair, other: PyValue): boolean | undefined {
  if (self instanceof PyAddress) {
    return other instanceof PyAddress
      ? self.version === other.version && self.value === other.value && self.scope === other.scope
      : undefined;
  }
  return other instanceof PyNetwork
    ? self.version === other.version && self.first === other.first && self.prefix === other.prefix
    : undefined;
}
for (const [version, addressType, networkType] of [
  [4, ipv4Address, ipv4Network],
  [6, ipv6Address, ipv6Network],
] as const) {
  for (const type of [addressType, networkType]) {
    defineMethods(type, {
      "__eq__(other, /)": (self: Pair, other: PyValue) => same(self, other) ?? NotImplemented,
      "__lt__(other, /)": comparison((order) => order < 0),
      "__le__(other, /)": comparison((order) => order <= 0),
      "__gt__(other, /)": comparison((order) => order > 0),
      "__ge__(other, /)": comparison((order) => order >= 0),
      "__hash__()": (self: Pair) => hashTuple([self.version, narrow(keyOf(self)[0]), narrow(keyOf(self)[1])]),
    });
    type.dict.set("version", version);
    type.dict.set("max_prefixlen", BITS[version]);
  }
  defineStatic(addressType, {
    "__new__(cls, address)": (_cls, value: PyValue) => makeAddress(version, value),
  });
  const shift = (sign: 1n | -1n) => (self: PyAddress, n: PyValue) => {
    const int = asInt(n);
    return int === undefined ? NotImplemented : makeAddress(version, narrow(self.value + sign * BigInt(int)));
  };
  defineMethods(addressType, {
    "__str__()": show,
    "__repr__()": (self: PyAddress) => `${addressType.name}(${repr(show(self))})`,
    "__int__()": (self: PyAddress) => narrow(self.value),
    "__add__(other, /)": shift(1n),
    "__sub__(other, /)": shift(-1n),
    "__format__(fmt, /)": (self: PyAddress, spec: PyValue) => {
      const text = asStr(spec) ?? "";
      const match = /^(#?)(_?)([xbnX])$/.exec(text);
      if (match === null) {
        if (text === "" || text.endsWith("s")) return format(show(self), text);
        throw typeError(`unsupported format string passed to ${addressType.name}.__format__`);
      }
      const base = match[3] === "n" ? (version === 4 ? "b" : "x") : (match[3] as string);
      const width =
        BITS[version] / (base === "b" ? 1 : 4) +
        (match[1] === "" ? 0 : 2) +
        (match[2] === "" ? 0 : BITS[version] / (base === "b" ? 4 : 16) - 1);
      return format(narrow(self.value), `${match[1]}0${width}${match[2]}${base}`);
    },
  });
  defineAttributes<PyAddress>(addressType, {
    ...predicates,
    compressed: show,
    exploded: explodedAddress,
    packed: (self) =>
      bytesOf(
        Array.from({ length: BITS[version] / 8 }, (_, i) =>
          String.fromCharCode(Number((self.value >> BigInt(BITS[version] - 8 - 8 * i)) & 255n)),
        ).join(""),
      ),
    reverse_pointer: (self) =>
      version === 4
        ? `${show(self).split(".").reverse().join(".")}.in-addr.arpa`
        : `${[...exploded(6, self.scope === null ? self.value : parse6(show(self))).replaceAll(":", "")].reverse().join(".")}.ip6.arpa`,
  });
  defineStatic(networkType, {
    "__new__(cls, address, strict=True)": (_cls, value: PyValue, strict: PyValue = true) =>
      makeNetwork(version, value, truth(strict)),
  });
  const address = (value: bigint) => new PyAddress(version, value);
  const hosts = (self: PyNetwork): [bigint, bigint] => {
    const short = self.prefix >= BITS[version] - 1;
    if (version === 4) return short ? [self.first, self.last] : [self.first + 1n, self.last - 1n];
    return short ? [self.first, self.last] : [self.first + 1n, self.last];
  };
  const over = (from: bigint, to: bigint): LazyIterator => {
    let next = from;
    return new LazyIterator(() => (next > to ? undefined : address(next++)));
  };
  const subnetOf = (a: PyNetwork, b: PyValue): boolean => {
    if (!(b instanceof PyNetwork))
      throw typeError(`Unable to test subnet containment between ${str(a)} and ${str(b)}`);
    if (a.version !== b.version) orderError(a, b);
    return b.first <= a.first && b.last >= a.last;
  };
  defineMethods(networkType, {
    "__str__()": showNetwork,
    "__repr__()": (self: PyNetwork) => `${networkType.name}(${repr(showNetwork(self))})`,
    "__contains__(other, /)": (self: PyNetwork, other: PyValue) =>
      other instanceof PyAddress && self.has(other.version, other.value),
    "__iter__()": (self: PyNetwork) => over(self.first, self.last),
    "__getitem__(n, /)": (self: PyNetwork, n: PyValue) => {
      const at = BigInt(index(n));
      const value = at >= 0n ? self.first + at : self.last + 1n + at;
      if (value < self.first || value > self.last) throw indexError("address out of range");
      return address(value);
    },
    "hosts()": (self: PyNetwork) => over(...hosts(self)),
    "overlaps(other)": (self: PyNetwork, other: PyNetwork) =>
      self.version === other.version && self.first <= other.last && other.first <= self.last,
    "subnet_of(other)": subnetOf,
    "supernet_of(other)": (self: PyNetwork, other: PyNetwork) => subnetOf(other, self),
    "subnets(prefixlen_diff=1, new_prefix=None)": (
      self: PyNetwork,
      diff: PyValue = 1,
      given: PyValue = null,
    ) => {
      if (self.prefix === BITS[version]) return each([self]);
      let by = Number(index(diff));
      if (given !== null) {
        const wanted = Number(index(given));
        if (wanted < self.prefix) throw valueError("new prefix must be longer");
        if (by !== 1) throw valueError("cannot set prefixlen_diff and new_prefix");
        by = wanted - self.prefix;
      }
      if (by < 0) throw valueError("prefix length diff must be > 0");
      const prefix = self.prefix + by;
      if (prefix > BITS[version])
        throw valueError(`prefix length diff ${prefix} is invalid for netblock ${showNetwork(self)}`);
      const size = 1n << BigInt(BITS[version] - prefix);
      let next = self.first;
      return new LazyIterator(() => {
        charge(1);
        if (next > self.last) return undefined;
        next += size;
        return new PyNetwork(version, next - size, prefix);
      });
    },
    "supernet(prefixlen_diff=1, new_prefix=None)": (
      self: PyNetwork,
      diff: PyValue = 1,
      given: PyValue = null,
    ) => {
      if (self.prefix === 0) return self;
      let by = Number(index(diff));
      if (given !== null) {
        const wanted = Number(index(given));
        if (wanted > self.prefix) throw valueError("new prefix must be shorter");
        if (by !== 1) throw valueError("cannot set prefixlen_diff and new_prefix");
        by = self.prefix - wanted;
      }
      const prefix = self.prefix - by;
      if (prefix < 0)
        throw valueError(`current prefixlen is ${self.prefix}, cannot have a prefixlen_diff of ${by}`);
      const bits = BigInt(BITS[version] - prefix);
      return new PyNetwork(version, (self.first >> bits) << bits, prefix);
    },
  });
  const both = (name: string) => (self: PyNetwork) => {
    const ask = predicates[name] as (a: PyAddress) => boolean;
    return ask(address(self.first)) && ask(address(self.last));
  };
  const privateBlock = (self: PyNetwork): boolean =>
    PRIVATE[version].some((net) => net.has(version, self.first) && net.has(version, self.last)) &&
    NOT_PRIVATE[version].every((net) => !(net.has(version, self.first) && net.has(version, self.last)));
  defineAttributes<PyNetwork>(networkType, {
    network_address: (self) => address(self.first),
    broadcast_address: (self) => address(self.last),
    netmask: (self) => address(ALL[version] ^ ((1n << self.hostBits) - 1n)),
    hostmask: (self) => address((1n << self.hostBits) - 1n),
    prefixlen: (self) => self.prefix,
    num_addresses: (self) => narrow(1n << self.hostBits),
    compressed: showNetwork,
    exploded: (self) => `${exploded(version, self.first)}/${self.prefix}`,
    with_prefixlen: showNetwork,
    with_netmask: (self) =>
      `${textOf(version, self.first)}/${textOf(version, ALL[version] ^ ((1n << self.hostBits) - 1n))}`,
    with_hostmask: (self) => `${textOf(version, self.first)}/${textOf(version, (1n << self.hostBits) - 1n)}`,
    ...Object.fromEntries(
      ["is_loopback", "is_multicast", "is_reserved", "is_link_local"].map((name) => [name, both(name)]),
    ),
    is_unspecified: (self) => self.first === 0n && self.last === 0n,
    is_private: privateBlock,
    is_global: (self) =>
      version === 4
        ? !(SHARED.has(4, self.first) && SHARED.has(4, self.last)) && !privateBlock(self)
        : !privateBlock(self),
  });
}
/** An iterator over networks that are known already. */
function each(networks: readonly PyNetwork[]): LazyIterator {
  let i = 0;
  return new LazyIterator(() => networks[i++]);
}
defineAttributes<PyAddress>(ipv6Address, {
  ipv4_mapped: mapped,
  scope_id: (self) => self.scope,
  is_site_local: (self) => SITE_LOCAL.has(6, self.value),
  sixtofour: (self) =>
    self.value >> 112n === 0x2002n ? new PyAddress(4, (self.value >> 80n) & 0xffffffffn) : null,
  teredo: (self) =>
    self.value >> 96n === 0x20010000n
      ? tuple([
          new PyAddress(4, (self.value >> 64n) & 0xffffffffn),
          new PyAddress(4, ~self.value & 0xffffffffn),
        ])
      : null,
});

// ---- functions -----------------------------------------------------------------------------------

/** The first of both versions that takes the value; ValueError when none does. */
function either<T>(value: PyValue, what: string, make: (version: Version) => T): T {
  for (const version of [4, 6] as const) {
    try {
      return make(version);
    } catch (error) {
      if (
        !(error instanceof PyObject) ||
        !(error.cls === AddressValueError || error.cls === NetmaskValueError)
      )
        throw error;
    }
  }
  throw valueError(`${repr(value)} does not appear to be an IPv4 or IPv6 ${what}`);
}
/** `ipaddress.ip_address(value)`. */
export function ipAddress(value: PyValue): PyValue {
  return either(value, "address", (version) => makeAddress(version, value));
}
/** `ipaddress.ip_network(value, strict)`. */
export function ipNetwork(value: PyValue, strict: PyValue = true): PyValue {
  return either(value, "network", (version) => makeNetwork(version, value, truth(strict)));
}

defineModule("ipaddress", {
  values: { IPV4LENGTH: 32, IPV6LENGTH: 128 },
  types: [ipv4Address, ipv6Address, ipv4Network, ipv6Network, AddressValueError, NetmaskValueError],
  functions: {
    "ip_address(address)": ipAddress,
    "ip_network(address, strict=True)": ipNetwork,
    "collapse_addresses(addresses)": (addresses: PyValue) => each(collapse(addresses)),
  },
});

/** Networks that together cover the same addresses, as few as can be. */
function collapse(value: PyValue): PyNetwork[] {
  const given = collect(value).map((item) => {
    if (item instanceof PyNetwork) return item;
    if (item instanceof PyAddress) return new PyNetwork(item.version, item.value, BITS[item.version]);
    throw typeError(`'${typeName(item)}' object is not an address or network`);
  });
  const sortedNets = given.sort((a, b) =>
    a.first < b.first ? -1 : a.first > b.first ? 1 : a.prefix - b.prefix,
  );
  const out: PyNetwork[] = [];
  for (const net of sortedNets) {
    let next = net;
    const last = out.at(-1);
    if (last !== undefined && last.version !== net.version) orderError(last, net);
    if (last?.has(next.version, next.first)) continue;
    for (;;) {
      const before = out.at(-1);
      if (before === undefined || before.prefix !== next.prefix || before.prefix === 0) break;
      const bits = next.hostBits + 1n;
      if (before.first >> bits !== next.first >> bits) break;
      out.pop();
      next = new PyNetwork(next.version, before.first, next.prefix - 1);
    }
    out.push(next);
  }
  return out;
}
