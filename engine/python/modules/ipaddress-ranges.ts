// Which addresses are private, reserved and so on: the registries of IANA, as CPython 3.13 has them.
import { addressOf, mapped, networkOf, type PyAddress, type PyNetwork } from "./ipaddress-objects.ts";
import { parse4, parse6, type Version } from "./ipaddress-text.ts";

function nets(version: Version, texts: string): PyNetwork[] {
  return texts.split(" ").map((text) => {
    const [address, prefix] = text.split("/") as [string, string];
    return networkOf(version, version === 4 ? parse4(address) : parse6(address), Number(prefix));
  });
}
const PRIVATE: Record<Version, PyNetwork[]> = {
  4: nets(
    4,
    "0.0.0.0/8 10.0.0.0/8 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.0.170/31 192.0.2.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 255.255.255.255/32",
  ),
  6: nets(
    6,
    "::1/128 ::/128 ::ffff:0:0/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 fc00::/7 fe80::/10",
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
const LINK_LOCAL = [...nets(4, "169.254.0.0/16"), ...nets(6, "fe80::/10")];
const LOOPBACK = [...nets(4, "127.0.0.0/8"), ...nets(6, "::1/128")];
const MULTICAST = [...nets(4, "224.0.0.0/4"), ...nets(6, "ff00::/8")];
const SHARED = nets(4, "100.64.0.0/10");
const SITE_LOCAL = nets(6, "fec0::/10");

type Test = (address: PyAddress) => boolean;
const within = (list: readonly PyNetwork[], address: PyAddress): boolean =>
  list.some((net) => net.has(address));
const isPrivate: Test = (address) => {
  // What stands for an IPv4 address is as private as that.
  const a = mapped(address) ?? address;
  return within(PRIVATE[a.version], a) && !within(NOT_PRIVATE[a.version], a);
};

/** What is asked of an address, by attribute. */
export const addressTests = {
  is_private: isPrivate,
  is_global: (a) => !isPrivate(a) && !within(SHARED, a),
  is_loopback: (a) => within(LOOPBACK, mapped(a) ?? a),
  is_multicast: (a) => within(MULTICAST, a),
  is_reserved: (a) => within(RESERVED[a.version], a),
  is_link_local: (a) => within(LINK_LOCAL, a),
  is_unspecified: (a) => a.value === 0n,
} satisfies { [attribute: string]: Test };
export const isSiteLocal: Test = (a) => within(SITE_LOCAL, a);

type NetworkTest = (network: PyNetwork) => boolean;
/** Does it hold for both ends of a network? */
export function atBothEnds(test: Test): NetworkTest {
  return (network) => test(network.address) && test(addressOf(network.version, network.last));
}
const isPrivateNetwork: NetworkTest = (network) =>
  PRIVATE[network.version].some((block) => atBothEnds((a) => block.has(a))(network)) &&
  NOT_PRIVATE[network.version].every((block) => atBothEnds((a) => !block.has(a))(network));

/** What is asked of a network, by attribute. */
export const networkTests = {
  is_private: isPrivateNetwork,
  is_global: (network) => !isPrivateNetwork(network) && !atBothEnds((a) => within(SHARED, a))(network),
  is_loopback: atBothEnds(addressTests.is_loopback),
  is_multicast: atBothEnds(addressTests.is_multicast),
  is_reserved: atBothEnds(addressTests.is_reserved),
  is_link_local: atBothEnds(addressTests.is_link_local),
  is_unspecified: atBothEnds(addressTests.is_unspecified),
} satisfies { [attribute: string]: NetworkTest };
