// `ip_address` and `ip_network`, which every kind of expression has.
import { expect, test } from "vitest";
import { engineUnderTest } from "../engine-under-test.ts";

const under = engineUnderTest();

test("an address is in its network", async () => {
  expect(await under.repr('return ip_address("10.1.2.3") in ip_network("10.0.0.0/8")')).toBe("True");
});
test("a text that is no address is a ValueError", async () => {
  expect(await under.error('return ip_address("x")')).toBe(
    "ValueError: 'x' does not appear to be an IPv4 or IPv6 address",
  );
});
