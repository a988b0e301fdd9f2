// What networks of the module `ipaddress` answer.
import { getAttribute } from "../attribute.ts";
import { AssertionError, AttributeError, indexError, pyError, typeError, valueError } from "../exceptions.ts";
import { defineAttributes } from "../function.ts";
import { type Body, makeGenerator } from "../generator.ts";
import { hashInt } from "../hash.ts";
import { narrow } from "../integer.ts";
import { asInt, NotImplemented, PyFloat, type PyValue } from "../object.ts";
import { add, contains, equal, ge, gt, lShift, lt, ne, rShift, sub, truth } from "../operators.ts";
import { isRaised } from "../raising.ts";
import { repr, str } from "../representation.ts";
import { list } from "../sequence.ts";
import { charge } from "../state.ts";
import {
  addressOf,
  baseNetwork,
  makeAddress,
  NETWORK,
  networkLike,
  PyAddress,
  PyNetwork,
  showAddress,
  versionOf,
} from "./ipaddress-objects.ts";
import { atBothEnds, isSiteLocal, networkTests } from "./ipaddress-ranges.ts";
import { BITS, exploded, parse6 } from "./ipaddress-text.ts";
import { pythonMethods } from "./python-function.ts";

/** Says that two things are not of the same version, when they are not. */
function checkVersions(self: PyValue, other: PyValue, what = "version"): void {
  if (versionOf(self) === versionOf(other)) return;
  throw typeError(`${str(self)} and ${str(other)} are not of the same ${what}`);
}
/** -1, 0 or 1, by address and then by mask; addresses that differ only in their zone are neither before nor behind. */
function isBefore(self: PyNetwork, other: PyNetwork): boolean {
  checkVersions(self, other);
  if (self.first !== other.first) return self.first < other.first;
  return self.address.scope === other.address.scope && self.prefix < other.prefix;
}
function isSame(self: PyNetwork, other: PyNetwork): boolean {
  return (
    self.version === other.version &&
    self.first === other.first &&
    self.address.scope === other.address.scope &&
    self.prefix === other.prefix
  );
}
/** Is all of `a` in `b`? Either may be anything that claims to be a network. */
export function isSubnet(a: PyValue, b: PyValue): boolean {
  try {
    checkVersions(a, b);
    if (!(a instanceof PyNetwork)) getAttribute(a, "network_address");
    if (!(b instanceof PyNetwork)) getAttribute(b, "network_address");
  } catch (error) {
    if (!isRaised(error, AttributeError)) throw error;
    throw typeError(`Unable to test subnet containment between ${str(a)} and ${str(b)}`);
  }
  const [inner, outer] = [a as PyNetwork, b as PyNetwork];
  const isFrom =
    outer.first < inner.first || (outer.first === inner.first && outer.address.scope === inner.address.scope);
  return isFrom && outer.last >= inner.last;
}
function overlaps(self: PyNetwork, other: PyValue): boolean {
  if (!(other instanceof PyNetwork)) return contains(other, self.address);
  return self.version === other.version && self.first <= other.last && other.first <= self.last;
}
const lastOf = (self: PyNetwork): PyAddress => addressOf(self.version, self.last);

// ---- generators ----------------------------------------------------------------------------------

function generator(name: string, body: Body): PyValue {
  return makeGenerator(name, `_BaseNetwork.${name}`, body);
}
function* addresses(self: PyNetwork, from: bigint, to: bigint): Body {
  for (let value = from; value <= to; value++) {
    charge(1);
    yield addressOf(self.version, value);
  }
  return null;
}
function hosts(self: PyNetwork): PyValue {
  const { version, first, last } = self;
  const room = BITS[version] - self.prefix;
  if (room === 0) return list([self.address]);
  if (room === 1) return generator("__iter__", addresses(self, first, last));
  if (version === 4) return generator("hosts", addresses(self, first + 1n, last - 1n));
  return makeGenerator("hosts", "IPv6Network.hosts", addresses(self, first + 1n, last));
}

/** How far a prefix moves: as given, or to a new one. */
function distance(
  diff: PyValue,
  given: PyValue,
  refused: (given: PyValue) => PyValue,
  by: (given: PyValue) => PyValue,
  how: string,
): PyValue {
  if (given === null) return diff;
  if (truth(refused(given))) throw valueError(`new prefix must be ${how}`);
  if (truth(ne(diff, 1))) throw valueError("cannot set prefixlen_diff and new_prefix");
  return by(given);
}
/** A number as `%d` shows it. */
const whole = (value: PyValue): string =>
  String(value instanceof PyFloat ? BigInt(Math.trunc(value.value)) : (asInt(value) ?? str(value)));

function* subnets(self: PyNetwork, diff: PyValue, given: PyValue): Body {
  const { prefix, version } = self;
  if (prefix === BITS[version]) {
    yield self;
    return null;
  }
  const by = distance(
    diff,
    given,
    (to) => lt(to, prefix),
    (to) => sub(to, prefix),
    "longer",
  );
  if (truth(lt(by, 0))) throw valueError("prefix length diff must be > 0");
  const longer = add(prefix, by);
  if (truth(gt(longer, BITS[version]))) {
    throw valueError(`prefix length diff ${whole(longer)} is invalid for netblock ${str(self)}`);
  }
  const step = BigInt(asInt(rShift(narrow(self.hostMask + 1n), by)) as number | bigint);
  for (let first = self.first; first <= self.last; first += step) {
    charge(1);
    yield networkLike(self, first, Number(asInt(longer)));
  }
  return null;
}
function supernet(self: PyNetwork, diff: PyValue, given: PyValue): PyValue {
  const { prefix } = self;
  if (prefix === 0) return self;
  const by = distance(
    diff,
    given,
    (to) => gt(to, prefix),
    (to) => sub(prefix, to),
    "shorter",
  );
  const shorter = sub(prefix, by);
  if (truth(lt(shorter, 0))) {
    throw valueError(`current prefixlen is ${prefix}, cannot have a prefixlen_diff of ${whole(by)}`);
  }
  const mask = BigInt(asInt(lShift(narrow(self.netMask), by)) as number | bigint);
  return networkLike(self, self.first & mask, Number(asInt(shorter)));
}

function halves(self: PyNetwork): [PyNetwork, PyNetwork] {
  const { prefix, first } = self;
  const half = (self.hostMask + 1n) >> 1n;
  return [
    networkLike(self, first, prefix + 1) as PyNetwork,
    networkLike(self, first + half, prefix + 1) as PyNetwork,
  ];
}
/** What is left of a network without another that lies in it. */
function* exclude(self: PyNetwork, other: PyValue): Body {
  checkVersions(self, other);
  if (!(other instanceof PyNetwork)) throw typeError(`${str(other)} is not a network object`);
  if (!isSubnet(other, self)) throw valueError(`${str(other)} not contained in ${str(self)}`);
  if (equal(other, self)) return null;
  let [low, high] = halves(self);
  while (!isSame(low, other) && !isSame(high, other)) {
    charge(1);
    const isLow = isSubnet(other, low);
    if (!isLow && !isSubnet(other, high)) {
      // The zone of the other is in none of the halves.
      const parts = `s1: ${str(low)} s2: ${str(high)} other: ${str(other)}`;
      throw pyError(AssertionError, `Error performing exclusion: ${parts}`);
    }
    yield isLow ? high : low;
    [low, high] = halves(isLow ? low : high);
  }
  yield isSame(low, other) ? high : low;
  return null;
}

// ---- the type ------------------------------------------------------------------------------------

function item(self: PyNetwork, n: PyValue): PyValue {
  const isForward = truth(ge(n, 0));
  const at = isForward ? add(narrow(self.first), n) : add(narrow(self.last), add(n, 1));
  const isOutside = isForward ? gt(at, narrow(self.last)) : lt(at, narrow(self.first));
  if (truth(isOutside)) throw indexError("address out of range");
  return makeAddress(self.version, at);
}
function explodedText(self: PyNetwork): string {
  if (self.version === 4) return str(self);
  // As for an address: the zone is in the way.
  const value = self.address.scope === null ? self.first : parse6(showAddress(self.address));
  return `${exploded(value)}/${self.prefix}`;
}
function reversePointer(self: PyNetwork): string {
  if (self.version === 4) return `${str(self).split(".").reverse().join(".")}.in-addr.arpa`;
  return `${[...explodedText(self).replaceAll(":", "")].reverse().join(".")}.ip6.arpa`;
}
const withPrefix = (self: PyNetwork): string => `${showAddress(self.address)}/${self.prefix}`;
const withMask = (mask: (self: PyNetwork) => bigint) => (self: PyNetwork) =>
  `${showAddress(self.address)}/${showAddress(addressOf(self.version, mask(self)))}`;

pythonMethods(baseNetwork, {
  "__repr__()": (self: PyNetwork) => `${self.cls.name}(${repr(str(self))})`,
  "__str__()": withPrefix,
  "__eq__(other)": (self: PyNetwork, other: PyValue) =>
    other instanceof PyNetwork ? isSame(self, other) : NotImplemented,
  "__lt__(other)": (self: PyNetwork, other: PyValue) =>
    other instanceof PyNetwork ? isBefore(self, other) : NotImplemented,
  "__hash__()": (self: PyNetwork) => hashInt(narrow(self.first ^ self.netMask)),
  "__contains__(other)": (self: PyNetwork, other: PyValue) => {
    if (other instanceof PyAddress) return self.has(other);
    if (versionOf(other) !== self.version || other instanceof PyNetwork) return false;
    return self.has(addressOf(self.version, BigInt(asInt(getAttribute(other, "_ip")) ?? -1)));
  },
  "__iter__()": (self: PyNetwork) => generator("__iter__", addresses(self, self.first, self.last)),
  "__getitem__(n)": item,
  "hosts()": hosts,
  "overlaps(other)": overlaps,
  "subnet_of(other)": isSubnet,
  "supernet_of(other)": (self: PyNetwork, other: PyValue) => isSubnet(other, self),
  "subnets(prefixlen_diff=1, new_prefix=None)": (self: PyNetwork, diff: PyValue = 1, given: PyValue = null) =>
    generator("subnets", subnets(self, diff, given)),
  "supernet(prefixlen_diff=1, new_prefix=None)": (
    self: PyNetwork,
    diff: PyValue = 1,
    given: PyValue = null,
  ) => supernet(self, diff, given),
  "address_exclude(other)": (self: PyNetwork, other: PyValue) =>
    generator("address_exclude", exclude(self, other)),
  "compare_networks(other)": (self: PyNetwork, other: PyValue) => {
    checkVersions(self, other, "type");
    if (!(other instanceof PyNetwork)) return getAttribute(other, "network_address");
    if (self.first !== other.first) return self.first < other.first ? -1 : 1;
    if (self.address.scope !== other.address.scope) return 1;
    return Math.sign(self.prefix - other.prefix);
  },
});
defineAttributes<PyNetwork>(baseNetwork, {
  network_address: (self) => self.address,
  broadcast_address: lastOf,
  netmask: (self) => addressOf(self.version, self.netMask),
  hostmask: (self) => addressOf(self.version, self.hostMask),
  prefixlen: (self) => self.prefix,
  _prefixlen: (self) => self.prefix,
  num_addresses: (self) => narrow(self.hostMask + 1n),
  compressed: str,
  exploded: explodedText,
  reverse_pointer: reversePointer,
  with_prefixlen: withPrefix,
  with_netmask: withMask((self) => self.netMask),
  with_hostmask: withMask((self) => self.hostMask),
  version: (self) => self.version,
  max_prefixlen: (self) => BITS[self.version],
  ...networkTests,
});
defineAttributes<PyNetwork>(NETWORK[6], { is_site_local: atBothEnds(isSiteLocal) });
