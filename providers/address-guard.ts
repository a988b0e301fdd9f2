// Which network addresses the outside world may be reached at: classification of IPv4 and IPv6 addresses.
//
// A host name says nothing about where a connection ends: any name can resolve to 127.0.0.1, and a URL can write that
// address in a dozen ways. So the decision is taken on the numeric address alone, after resolution, and on the very
// address that the socket will use (http-client.ts connects to checked addresses only). IPv4 is a list of what is
// not public. IPv6 is the other way round: only the global unicast block is public, minus what is carved out of it.
// Forms that carry an IPv4 address inside (mapped, NAT64, 6to4, Teredo) are judged by that inner address, because a
// translator on the way would deliver there. Anything that cannot be parsed counts as reserved: it is refused.

import { isIPv4, isIPv6 } from "node:net";

/**
 * Where an address points to. `public` is the only category that needs no permission; `carrier` is the shared space
 * of carrier-grade NAT (RFC 6598), `transition` a tunnel form whose far end cannot be judged (6to4, Teredo).
 */
export type AddressCategory =
  | "public"
  | "unspecified"
  | "loopback"
  | "private"
  | "carrier"
  | "link_local"
  | "multicast"
  | "metadata"
  | "transition"
  | "reserved";

interface Block {
  readonly first: bigint;
  readonly last: bigint;
  readonly category: AddressCategory;
}

function block(cidr: string, category: AddressCategory): Block {
  const slash = cidr.indexOf("/");
  const text = slash < 0 ? cidr : cidr.slice(0, slash);
  const width = text.includes(":") ? 128 : 32;
  const prefix = slash < 0 ? width : Number(cidr.slice(slash + 1));
  const first = text.includes(":") ? parseIPv6(text) : parseIPv4(text);
  return { first, last: first + (1n << BigInt(width - prefix)) - 1n, category };
}

/** IANA IPv4 Special-Purpose Address Registry and the cloud metadata services; the first match decides. */
const IPV4_BLOCKS: readonly Block[] = [
  // The metadata services hand out machine credentials, so they are named: no allow list opens them.
  block("169.254.169.254", "metadata"), // AWS, Azure, Google Cloud, DigitalOcean, OpenStack
  block("169.254.170.2", "metadata"), // AWS container credentials
  block("169.254.170.23", "metadata"), // AWS EKS pod identity
  block("169.254.0.23", "metadata"), // Tencent Cloud
  block("168.63.129.16", "metadata"), // Azure host agent, inside otherwise public space
  block("100.100.100.200", "metadata"), // Alibaba Cloud
  block("192.0.0.192", "metadata"), // Oracle Cloud
  block("0.0.0.0", "unspecified"),
  block("0.0.0.0/8", "reserved"),
  block("10.0.0.0/8", "private"),
  block("100.64.0.0/10", "carrier"),
  block("127.0.0.0/8", "loopback"),
  block("169.254.0.0/16", "link_local"),
  block("172.16.0.0/12", "private"),
  block("192.0.0.0/24", "reserved"),
  block("192.0.2.0/24", "reserved"),
  block("192.88.99.0/24", "transition"),
  block("192.168.0.0/16", "private"),
  block("198.18.0.0/15", "reserved"),
  block("198.51.100.0/24", "reserved"),
  block("203.0.113.0/24", "reserved"),
  block("224.0.0.0/4", "multicast"),
  block("240.0.0.0/4", "reserved"),
];

/** IANA IPv6 Special-Purpose Address Registry; what no line names and 2000::/3 does not hold is reserved. */
const IPV6_BLOCKS: readonly Block[] = [
  block("fd00:ec2::254", "metadata"), // AWS
  block("fd00:ec2::23", "metadata"), // AWS EKS pod identity
  block("fd20:ce::254", "metadata"), // Google Cloud
  block("fd00:42::42", "metadata"), // Scaleway
  block("fd00:c1::a9fe:a9fe", "metadata"), // Oracle Cloud
  block("::", "unspecified"),
  block("::1", "loopback"),
  block("fc00::/7", "private"),
  block("fec0::/10", "private"), // site-local, deprecated by RFC 3879 and still routed inside
  block("64:ff9b:1::/48", "private"), // NAT64 with a local prefix, RFC 8215
  block("fe80::/10", "link_local"),
  block("ff00::/8", "multicast"),
  block("2001::/23", "reserved"), // IETF protocol assignments: benchmarking, ORCHID, AMT
  block("2001:db8::/32", "reserved"),
  block("3fff::/20", "reserved"),
  block("2000::/3", "public"),
];

const MAPPED = block("::ffff:0:0/96", "public");
const COMPATIBLE = block("::/96", "reserved");
const TRANSLATED = block("::ffff:0:0:0/96", "reserved");
const NAT64 = block("64:ff9b::/96", "public");
const SIX_TO_FOUR = block("2002::/16", "transition");
const TEREDO = block("2001::/32", "transition");

const LOW_32 = 0xffff_ffffn;

function holds(range: Block, value: bigint): boolean {
  return value >= range.first && value <= range.last;
}

function parseIPv4(text: string): bigint {
  return text.split(".").reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function parseIPv6(text: string): bigint {
  const halves = text.split("::").map((half) => (half === "" ? [] : half.split(":").flatMap(groupsOf)));
  const head = halves[0] ?? [];
  const tail = halves[1] ?? [];
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => 0n);
  return [...head, ...zeros, ...tail].reduce((value, group) => (value << 16n) | group, 0n);
}

function groupsOf(part: string): bigint[] {
  if (!part.includes(".")) return [BigInt(`0x${part}`)];
  const value = parseIPv4(part);
  return [value >> 16n, value & 0xffffn];
}

function classifyIPv4(value: bigint): AddressCategory {
  return IPV4_BLOCKS.find((range) => holds(range, value))?.category ?? "public";
}

/** The inner address decides; a public one inside gives the outer form's own category. */
function embedded(inner: readonly bigint[], outer: Block): AddressCategory {
  return inner.map(classifyIPv4).find((category) => category !== "public") ?? outer.category;
}

function classifyIPv6(value: bigint): AddressCategory {
  const named = IPV6_BLOCKS.find((range) => holds(range, value))?.category;
  if (named !== undefined && named !== "public" && !holds(TEREDO, value)) return named;
  const low = value & LOW_32;
  for (const outer of [MAPPED, NAT64, COMPATIBLE, TRANSLATED]) {
    if (holds(outer, value)) return embedded([low], outer);
  }
  if (holds(SIX_TO_FOUR, value)) return embedded([(value >> 80n) & LOW_32], SIX_TO_FOUR);
  // Teredo: the server's address stands plain, the client's with all bits inverted (RFC 4380 section 4).
  if (holds(TEREDO, value)) return embedded([(value >> 64n) & LOW_32, low ^ LOW_32], TEREDO);
  return named ?? "reserved";
}

/**
 * Says where a numeric address points to.
 *
 * @param address IPv4 in dotted form or IPv6 without brackets, with or without a zone id (`fe80::1%eth0`).
 * @returns the category; `reserved` for text that is not an address, so that a caller who only lets `public` pass
 *   fails closed.
 */
export function classifyAddress(address: string): AddressCategory {
  const percent = address.indexOf("%");
  const bare = percent < 0 ? address : address.slice(0, percent);
  if (isIPv4(bare)) return percent < 0 ? classifyIPv4(parseIPv4(bare)) : "reserved";
  if (!isIPv6(bare)) return "reserved";
  return classifyIPv6(parseIPv6(bare));
}

/** How a category reads in a sentence, after "resolves to 10.0.0.1, ". */
export const CATEGORY_TEXT: Readonly<Record<AddressCategory, string>> = {
  public: "a public address",
  unspecified: "the unspecified address",
  loopback: "an address of this machine",
  private: "a private address",
  carrier: "an address of carrier-grade NAT",
  link_local: "a link-local address",
  multicast: "a multicast address",
  metadata: "a cloud metadata service",
  transition: "a tunnel address (6to4 or Teredo)",
  reserved: "a reserved address",
};

/** What an allow-list entry can open when it names the host: addresses that a gateway of one's own may have. */
const OPEN_BY_NAME: ReadonlySet<AddressCategory> = new Set(["public", "loopback", "private", "carrier"]);

/** What it can open when it names the numeric address itself: no name resolution is involved. */
const OPEN_BY_LITERAL: ReadonlySet<AddressCategory> = new Set([
  ...OPEN_BY_NAME,
  "link_local",
  "transition",
  "reserved",
]);

/**
 * Whether an address may be connected to.
 *
 * @param category from {@link classifyAddress}.
 * @param listed how the allow list names the target: not at all, by host name, or by this very numeric address.
 *   Metadata services, multicast and the unspecified address stay closed in every case.
 */
export function mayConnect(category: AddressCategory, listed: "no" | "name" | "literal"): boolean {
  if (listed === "literal") return OPEN_BY_LITERAL.has(category);
  if (listed === "name") return OPEN_BY_NAME.has(category);
  return category === "public";
}
