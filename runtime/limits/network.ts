// Who shares an address for counting.
import { isIPv6 } from "node:net";

/** An address; an IPv4 one that came over a socket for IPv6 (`::ffff:192.0.2.1`) as itself. */
export function unmapped(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

/** An IPv4 address, or an IPv6 network of 64 bits, which is what one client has. */
export function networkOf(address: string | null): string | null {
  if (address === null) return null;
  const zoneless = address.replace(/%.*$/, "");
  const plain = unmapped(zoneless);
  if (plain !== zoneless) return plain;
  if (!isIPv6(plain)) return address;
  const [head = "", tail] = plain.toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? 0 : tail.split(":").length;
  const padded =
    tail === undefined ? groups : [...groups, ...Array(Math.max(0, 8 - groups.length - rest)).fill("0")];
  const full = tail === undefined || tail === "" ? padded : [...padded, ...tail.split(":")];
  return `${full
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}
