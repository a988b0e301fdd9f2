// The module `ipaddress` answers as CPython 3.13 (goldens: fixtures/cpython/record_ipaddress.py).
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { engineUnderTest } from "../../engine-under-test.ts";

const under = engineUnderTest();
const fixture = (name: string): string =>
  readFileSync(new URL(`../../../../fixtures/cpython/${name}`, import.meta.url), "utf8");

test("addresses and networks, item by item", async () => {
  const source = fixture("ipaddress_body.py").replace(/return r\s*$/, "return [repr(item) for item in r]");
  const outcome = await under.run(source);
  expect(outcome.error?.traceback).toBeUndefined();
  expect(outcome.result).toEqual(JSON.parse(fixture("ipaddress_body.json")));
});

test("the helpers every expression has", async () => {
  expect(await under.repr('return ip_address("10.1.2.3") in ip_network("10.0.0.0/8")')).toBe("True");
  expect(await under.error('return ip_address("x")')).toBe(
    "ValueError: 'x' does not appear to be an IPv4 or IPv6 address",
  );
});
