// Where addresses point to, and what an allow list can open.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AddressCategory, classifyAddress, mayConnect } from "../../providers/address-guard.ts";

const ADDRESSES: readonly (readonly [address: string, category: AddressCategory])[] = [
  // IPv4: the edges of every block, and their public neighbours.
  ["0.0.0.0", "unspecified"],
  ["0.0.0.1", "reserved"],
  ["0.255.255.255", "reserved"],
  ["1.0.0.0", "public"],
  ["9.255.255.255", "public"],
  ["10.0.0.0", "private"],
  ["10.255.255.255", "private"],
  ["11.0.0.0", "public"],
  ["100.63.255.255", "public"],
  ["100.64.0.0", "carrier"],
  ["100.127.255.255", "carrier"],
  ["100.128.0.0", "public"],
  ["100.100.100.200", "metadata"],
  ["126.255.255.255", "public"],
  ["127.0.0.1", "loopback"],
  ["127.255.255.254", "loopback"],
  ["128.0.0.0", "public"],
  ["168.63.129.16", "metadata"],
  ["168.63.129.17", "public"],
  ["169.253.255.255", "public"],
  ["169.254.0.1", "link_local"],
  ["169.254.169.254", "metadata"],
  ["169.254.170.2", "metadata"],
  ["169.255.0.0", "public"],
  ["172.15.255.255", "public"],
  ["172.16.0.0", "private"],
  ["172.31.255.255", "private"],
  ["172.32.0.0", "public"],
  ["192.0.0.1", "reserved"],
  ["192.0.0.192", "metadata"],
  ["192.0.2.1", "reserved"],
  ["192.88.99.1", "transition"],
  ["192.167.255.255", "public"],
  ["192.168.0.1", "private"],
  ["192.169.0.0", "public"],
  ["198.17.255.255", "public"],
  ["198.18.0.1", "reserved"],
  ["198.19.255.255", "reserved"],
  ["198.20.0.0", "public"],
  ["198.51.100.7", "reserved"],
  ["203.0.113.9", "reserved"],
  ["223.255.255.255", "public"],
  ["224.0.0.1", "multicast"],
  ["239.255.255.250", "multicast"],
  ["240.0.0.1", "reserved"],
  ["255.255.255.255", "reserved"],
  ["8.8.8.8", "public"],
  // IPv6.
  ["::", "unspecified"],
  ["0:0:0:0:0:0:0:0", "unspecified"],
  ["::1", "loopback"],
  ["0000:0000:0000:0000:0000:0000:0000:0001", "loopback"],
  ["::2", "reserved"],
  ["fc00::1", "private"],
  ["fd12:3456:789a::1", "private"],
  ["fd00:ec2::254", "metadata"],
  ["fd20:ce::254", "metadata"],
  ["fe80::1", "link_local"],
  ["fe80::1%eth0", "link_local"],
  ["febf:ffff::1", "link_local"],
  ["fec0::1", "private"],
  ["ff02::1", "multicast"],
  ["2001:db8::1", "reserved"],
  ["2001:2::1", "reserved"],
  ["2001:20::1", "reserved"],
  ["3fff::1", "reserved"],
  ["5f00::1", "reserved"],
  ["100::1", "reserved"],
  ["2606:4700:4700::1111", "public"],
  ["2a00:1450:4001:82b::200e", "public"],
  ["4000::1", "reserved"],
  // An IPv4 address inside.
  ["::ffff:127.0.0.1", "loopback"],
  ["::ffff:7f00:1", "loopback"],
  ["0:0:0:0:0:ffff:7f00:0001", "loopback"],
  ["::ffff:10.0.0.1", "private"],
  ["::ffff:169.254.169.254", "metadata"],
  ["::ffff:8.8.8.8", "public"],
  ["::127.0.0.1", "loopback"],
  ["::8.8.8.8", "reserved"],
  ["::ffff:0:127.0.0.1", "loopback"],
  ["::ffff:0:8.8.8.8", "reserved"],
  ["64:ff9b::127.0.0.1", "loopback"],
  ["64:ff9b::a9fe:a9fe", "metadata"],
  ["64:ff9b::808:808", "public"],
  ["64:ff9b:1::808:808", "private"],
  ["2002:7f00:1::", "loopback"],
  ["2002:a9fe:a9fe::1", "metadata"],
  ["2002:808:808::1", "transition"],
  ["2001:0:7f00:1::1", "loopback"], // Teredo, server on loopback
  ["2001:0:808:808::80ff:fffe", "loopback"], // Teredo, client 127.0.0.1 with its bits inverted
  ["2001:0:808:808::f7f7:f7f7", "transition"],
  // Not addresses.
  ["", "reserved"],
  ["localhost", "reserved"],
  ["127.1", "reserved"],
  ["0x7f000001", "reserved"],
  ["8.8.8.8%eth0", "reserved"],
  ["[::1]", "reserved"],
  ["8.8.8.8:80", "reserved"],
];

describe("the category of an address", () => {
  test.each(ADDRESSES)("%j is %s", (address, category) => {
    expect(classifyAddress(address)).toBe(category);
  });

  test("an IPv4 address mapped into IPv6 is judged as itself, in both spellings", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a, b, c, d] = address.split(".").map(Number) as [number, number, number, number];
        const groups = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        const category = classifyAddress(address);
        expect(classifyAddress(`::ffff:${address}`)).toBe(category);
        expect(classifyAddress(`::ffff:${groups}`)).toBe(category);
        expect(classifyAddress(`64:ff9b::${groups}`)).toBe(category);
      }),
    );
  });

  test("nothing outside 2000::/3 is public unless it carries a public IPv4 address", () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        if (classifyAddress(address) !== "public") return;
        expect(address).toMatch(/^(?:[23][0-9a-f]{3}:|64:ff9b:|(?:0*:)+:?ffff:|::ffff:)/u);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("what may be connected to", () => {
  const all: readonly AddressCategory[] = [...new Set(ADDRESSES.map(([, category]) => category))];
  const open = (listed: "no" | "name" | "literal") =>
    all.filter((category) => mayConnect(category, listed)).sort();

  test("without an entry only public addresses", () => {
    expect(open("no")).toEqual(["public"]);
  });

  test("with an entry by name also what a gateway of one's own has", () => {
    expect(open("name")).toEqual(["carrier", "loopback", "private", "public"]);
  });

  test("with an entry by address everything but metadata, multicast and unspecified", () => {
    expect(open("literal")).toEqual([
      "carrier",
      "link_local",
      "loopback",
      "private",
      "public",
      "reserved",
      "transition",
    ]);
  });
});
