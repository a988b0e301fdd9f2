// What addresses and interfaces of the module `ipaddress` answer.
import { newBytes, PyBytes } from "../bytes.ts";
import { typeError } from "../exceptions.ts";
import { defineAttributes, defineMembers } from "../function.ts";
import { hash, hashTuple } from "../hash.ts";
import { narrow } from "../integer.ts";
import { asInt, asStr, NotImplemented, type PyValue } from "../object.ts";
import { equal, lt, truth } from "../operators.ts";
import { format, repr, str } from "../representation.ts";
import { tuple } from "../sequence.ts";
import {
  ADDRESS,
  addressLike,
  addressOf,
  baseAddress,
  INTERFACE,
  makeAddress,
  mapped,
  PyAddress,
  PyInterface,
  showAddress,
} from "./ipaddress-objects.ts";
import { addressTests, isSiteLocal, networkTests } from "./ipaddress-ranges.ts";
import { BITS, exploded, parse6, textOf, type Version } from "./ipaddress-text.ts";
import { pythonMethods } from "./python-function.ts";

function isSame(self: PyAddress, other: PyAddress): boolean {
  return self.version === other.version && self.value === other.value && self.scope === other.scope;
}
function isBefore(self: PyAddress, other: PyAddress): boolean {
  if (self.version !== other.version) {
    throw typeError(`${str(self)} and ${str(other)} are not of the same version`);
  }
  return self.value < other.value;
}
function packed(version: Version, value: bigint): PyBytes {
  const bytes = newBytes(BITS[version] / 8);
  for (let i = bytes.length - 1, rest = value; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 255n);
  return new PyBytes(bytes);
}

const FORMAT = /^(#?)(_?)([xbnX])$/;
function formatted(self: PyAddress, spec: PyValue): PyValue {
  const text = asStr(spec) ?? "";
  if (text === "" || text.endsWith("s")) return format(str(self), text);
  const match = FORMAT.exec(text);
  if (match === null) throw typeError(`unsupported format string passed to ${self.cls.name}.__format__`);
  const [, alternate, grouping, kind] = match;
  const base = kind === "n" ? (self.version === 4 ? "b" : "x") : kind;
  const digits = base === "b" ? BITS[self.version] : BITS[self.version] / 4;
  const width = digits + (grouping === "" ? 0 : digits / 4 - 1) + (alternate === "" ? 0 : 2);
  return format(narrow(self.value), `${alternate}0${width}${grouping}${base}`);
}

/** An address in full. CPython explodes the text with its zone, and so fails on one: the zone is not a hex digit. */
function explodedText(self: PyAddress): string {
  if (self.version === 4) return str(self);
  const four = mapped(self);
  const plain = self instanceof PyInterface || self.scope === null;
  const full = exploded(plain ? self.value : parse6(str(self)));
  if (four !== null) return full.slice(0, 30) + textOf(4, four.value);
  return self instanceof PyInterface ? `${full}/${self.network.prefix}` : full;
}
function reversePointer(self: PyAddress): string {
  if (self.version === 4) return `${str(self).split(".").reverse().join(".")}.in-addr.arpa`;
  const full = mapped(self) === null ? explodedText(self) : exploded(self.value);
  return `${[...full.replaceAll(":", "")].reverse().join(".")}.ip6.arpa`;
}

pythonMethods(baseAddress, {
  "__int__()": (self: PyAddress) => narrow(self.value),
  "__eq__(other)": (self: PyAddress, other: PyValue) =>
    other instanceof PyAddress ? isSame(self, other) : NotImplemented,
  "__lt__(other)": (self: PyAddress, other: PyValue) =>
    other instanceof PyAddress ? isBefore(self, other) : NotImplemented,
  "__add__(other)": (self: PyAddress, other: PyValue) => shifted(self, other, 1n),
  "__sub__(other)": (self: PyAddress, other: PyValue) => shifted(self, other, -1n),
  "__repr__()": (self: PyAddress) => `${self.cls.name}(${repr(str(self))})`,
  "__str__()": showAddress,
  "__hash__()": (self: PyAddress) =>
    self.version === 4 ? hash(`0x${self.value.toString(16)}`) : hashTuple([narrow(self.value), self.scope]),
  "__format__(fmt)": formatted,
});
function shifted(self: PyAddress, other: PyValue, sign: bigint): PyValue {
  const by = asInt(other);
  return by === undefined ? NotImplemented : addressLike(self, narrow(self.value + sign * BigInt(by)));
}
defineAttributes<PyAddress>(baseAddress, {
  compressed: str,
  exploded: explodedText,
  reverse_pointer: reversePointer,
  packed: (self) => packed(self.version, self.value),
  version: (self) => self.version,
  max_prefixlen: (self) => BITS[self.version],
  ...addressTests,
});
defineAttributes<PyAddress>(ADDRESS[4], {
  ipv6_mapped: (self) => makeAddress(6, `::ffff:${str(self)}`),
});
defineAttributes<PyAddress>(ADDRESS[6], {
  ipv4_mapped: mapped,
  scope_id: (self) => self.scope,
  _scope_id: (self) => self.scope,
  is_site_local: isSiteLocal,
  sixtofour: (self) =>
    self.value >> 112n === 0x2002n ? addressOf(4, (self.value >> 80n) & 0xffffffffn) : null,
  teredo: (self) =>
    self.value >> 96n === 0x20010000n
      ? tuple([addressOf(4, (self.value >> 64n) & 0xffffffffn), addressOf(4, ~self.value & 0xffffffffn)])
      : null,
});

for (const version of [4, 6] as const) {
  defineMembers<PyAddress>(ADDRESS[version], { _ip: (self) => narrow(self.value) });
  pythonMethods(INTERFACE[version], {
    "__str__()": (self: PyInterface) => `${showAddress(self)}/${self.network.prefix}`,
    "__eq__(other)": (self: PyInterface, other: PyValue) => {
      if (!(other instanceof PyAddress)) return NotImplemented;
      return other instanceof PyInterface && isSame(self, other) && equal(self.network, other.network);
    },
    "__lt__(other)": (self: PyInterface, other: PyValue) => {
      if (!(other instanceof PyAddress)) return NotImplemented;
      const isLess = isBefore(self, other);
      // An address alone and an interface can be sorted, but neither is less.
      if (!(other instanceof PyInterface)) return false;
      const [a, b] = [self.network, other.network];
      return truth(lt(a, b)) || (equal(a, b) && isLess);
    },
    "__hash__()": (self: PyInterface) =>
      hashTuple([narrow(self.value), self.network.prefix, narrow(self.network.first)]),
  });
  const alone = (self: PyInterface): string => textOf(version, self.value);
  defineAttributes<PyInterface>(INTERFACE[version], {
    _prefixlen: (self) => self.network.prefix,
    ip: (self) => addressOf(version, self.value),
    network: (self) => self.network,
    netmask: (self) => addressOf(version, self.network.netMask),
    hostmask: (self) => addressOf(version, self.network.hostMask),
    with_prefixlen: (self) => `${alone(self)}/${self.network.prefix}`,
    with_netmask: (self) => `${alone(self)}/${showAddress(addressOf(version, self.network.netMask))}`,
    with_hostmask: (self) => `${alone(self)}/${showAddress(addressOf(version, self.network.hostMask))}`,
  });
}
// It compares itself with an address, which no interface equals.
defineAttributes<PyInterface>(INTERFACE[4], { is_unspecified: () => false });
defineAttributes<PyInterface>(INTERFACE[6], {
  is_unspecified: (self) => addressTests.is_unspecified(self) && networkTests.is_unspecified(self.network),
  is_loopback: (self) => addressTests.is_loopback(self) && networkTests.is_loopback(self.network),
});
