// The module `ipaddress`: addresses, interfaces and networks of both versions.
import { getAttribute } from "../attribute.ts";
import { OverflowError, typeError, valueError } from "../exceptions.ts";
import { call1, method, method0 } from "../function.ts";
import { type Body, makeGenerator } from "../generator.ts";
import { forEach } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { NotImplemented, type PyObject, type PyValue } from "../object.ts";
import { isRaised } from "../raising.ts";
import { repr, str } from "../representation.ts";
import { list, tuple } from "../sequence.ts";
import { charge } from "../state.ts";
import "./ipaddress-address.ts";
import "./ipaddress-network.ts";
import { equal, gt, ne, truth } from "../operators.ts";
import {
  ADDRESS,
  abstractTypes,
  addressOf,
  INTERFACE,
  makeAddress,
  makeNetwork,
  NETWORK,
  networkOf,
  PyAddress,
  PyNetwork,
} from "./ipaddress-objects.ts";
import { AddressValueError, BITS, NetmaskValueError, type Version } from "./ipaddress-text.ts";
import { pythonFunctions } from "./python-function.ts";

/** The first of both versions that takes the value; ValueError when none does. */
function either<T>(value: PyValue, what: string, make: (version: Version) => T): T {
  for (const version of [4, 6] as const) {
    try {
      return make(version);
    } catch (error) {
      if (!isRaised(error, AddressValueError) && !isRaised(error, NetmaskValueError)) throw error;
    }
  }
  throw valueError(`${repr(value)} does not appear to be an IPv4 or IPv6 ${what}`);
}
/** `ipaddress.ip_address(value)`. */
export function ipAddress(value: PyValue): PyAddress {
  return either(value, "address", (version) => makeAddress(version, value));
}
/** `ipaddress.ip_network(value, strict)`. */
export function ipNetwork(value: PyValue, strict: PyValue = true): PyNetwork {
  return either(value, "network", (version) => makeNetwork(version, value, truth(strict)));
}

function packed(value: PyValue, version: Version): PyValue {
  try {
    return method(value, "to_bytes", [BITS[version] / 8], null);
  } catch (error) {
    if (!isRaised(error, OverflowError)) throw error;
    throw valueError(`Address negative or too large for IPv${version}`);
  }
}

// ---- fewest networks -----------------------------------------------------------------------------

/** The networks that cover all addresses from one to another. */
function* cover(version: Version, from: bigint, to: bigint): Generator<PyNetwork, null> {
  for (let first = from; first <= to; ) {
    charge(1);
    let bits = (to - first + 1n).toString(2).length - 1;
    while (first & ((1n << BigInt(bits)) - 1n)) bits -= 1;
    yield networkOf(version, first, BITS[version] - bits);
    first += 1n << BigInt(bits);
  }
  return null;
}
function* summarize(first: PyValue, last: PyValue): Body {
  if (!(first instanceof PyAddress && last instanceof PyAddress)) {
    throw typeError("first and last must be IP addresses, not networks");
  }
  // A derived class may answer for itself.
  const version = getAttribute(first, "version");
  if (truth(ne(version, getAttribute(last, "version")))) throw differ(first, last);
  if (truth(gt(first, last))) throw valueError("last IP address must be greater than first");
  if (!equal(version, 4) && !equal(version, 6)) throw valueError("unknown IP version");
  return yield* cover(first.version, first.value, last.value);
}
function differ(value: PyValue, other: PyValue): PyObject {
  return typeError(`${str(value)} and ${str(other)} are not of the same version`);
}
function sameVersion(value: PyAddress | PyNetwork, other: PyAddress | PyNetwork | undefined): void {
  if (other !== undefined && value.version !== other.version) throw differ(value, other);
}

function collapse(given: PyValue): PyValue {
  const addresses: PyAddress[] = [];
  const networks: PyNetwork[] = [];
  forEach(given, (value) => {
    if (value instanceof PyNetwork && value.prefix < BITS[value.version]) {
      sameVersion(value, networks.at(-1));
      networks.push(value);
    } else if (value instanceof PyAddress || value instanceof PyNetwork) {
      sameVersion(value, addresses.at(-1));
      addresses.push(value instanceof PyNetwork ? value.address : value);
    } else getAttribute(value, "_prefixlen");
  });
  const values = addresses.map((address) => address.value).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const version = addresses[0]?.version;
  const covering: PyNetwork[] = [];
  for (let i = 0; version !== undefined && i < values.length; ) {
    charge(1);
    const first = values[i] as bigint;
    let last = first;
    for (i += 1; i < values.length && (values[i] as bigint) <= last + 1n; i++) last = values[i] as bigint;
    covering.push(...cover(version, first, last));
  }
  return makeGenerator(
    "_collapse_addresses_internal",
    "_collapse_addresses_internal",
    merged([...covering, ...networks]),
  );
}
function supernetOf({ version, first, prefix }: PyNetwork): PyNetwork {
  const shorter = Math.max(0, prefix - 1);
  const bits = BigInt(BITS[version] - shorter);
  return networkOf(version, (first >> bits) << bits, shorter);
}
/** Networks of which no two make a larger one, and none lies in another. */
function* merged(networks: readonly PyNetwork[]): Body {
  const waiting = [...networks];
  const bySupernet = new Map<string, PyNetwork>();
  for (let net = waiting.pop(); net !== undefined; net = waiting.pop()) {
    charge(1);
    const supernet = supernetOf(net);
    const key = str(supernet);
    const known = bySupernet.get(key);
    if (known === undefined) bySupernet.set(key, net);
    else if (!equal(known, net)) {
      bySupernet.delete(key);
      waiting.push(supernet);
    }
  }
  const rest = list([...bySupernet.values()]);
  method0(rest, "sort");
  let last: PyNetwork | undefined;
  for (const net of rest.items as readonly PyValue[] as readonly PyNetwork[]) {
    if (last !== undefined && last.last >= net.last) continue;
    yield net;
    last = net;
  }
  return null;
}

/** A key by which addresses and networks can be sorted together. */
function mixedKey(value: PyValue): PyValue {
  if (value instanceof PyAddress) return tuple([value.version, value]);
  if (!(value instanceof PyNetwork)) return NotImplemented;
  return tuple([value.version, value.address, addressOf(value.version, value.netMask)]);
}

defineModule("ipaddress", {
  values: {
    IPV4LENGTH: BITS[4],
    IPV6LENGTH: BITS[6],
    ...pythonFunctions({
      "ip_address(address)": ipAddress,
      "ip_network(address, strict=True)": ipNetwork,
      "ip_interface(address)": (value: PyValue) =>
        either(value, "interface", (version) => call1(INTERFACE[version], value)),
      "v4_int_to_packed(address)": (value: PyValue) => packed(value, 4),
      "v6_int_to_packed(address)": (value: PyValue) => packed(value, 6),
      "summarize_address_range(first, last)": (first: PyValue, last: PyValue) =>
        makeGenerator("summarize_address_range", "summarize_address_range", summarize(first, last)),
      "collapse_addresses(addresses)": collapse,
      "get_mixed_type_key(obj)": mixedKey,
    }),
  },
  types: [
    ...abstractTypes,
    ...[ADDRESS, INTERFACE, NETWORK].flatMap((types) => [types[4], types[6]]),
    AddressValueError,
    NetmaskValueError,
  ],
});
