// What goes into events: made JSON by authentik's rules, secrets hidden, numbers masked.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanse, maskPhone, redact } from "../../../runtime/events/cleanse.ts";
import { sanitize } from "../../../runtime/events/sanitize.ts";

describe("sanitize", () => {
  test("lists lose falsy items, dictionaries keep falsy values", () => {
    expect(sanitize([0, "", null, 1, [], {}, [0], false])).toEqual([1]);
    expect(sanitize({ a: 0, b: "", c: null, d: [0] })).toEqual({ a: 0, b: "", c: null, d: [] });
  });

  test("HTTP requests are dropped, other objects get a JSON form", () => {
    expect(sanitize({ http_request: { a: 1 }, b: { http_request: 1, c: 1 } })).toEqual({ b: { c: 1 } });
    const when = new Date("2026-03-01T12:00:00Z");
    expect(
      sanitize({
        when,
        error: new Error("text"),
        set: new Set([1]),
        big: 10n,
        no: undefined,
        nan: Number.NaN,
      }),
    ).toEqual({
      when: "2026-03-01T12:00:00.000Z",
      error: "text",
      set: [1],
      big: "10",
      no: null,
      nan: "NaN",
    });
  });

  test("size is bounded, cycles end, prototypes stay untouched", () => {
    const cycle: { self?: object } = {};
    cycle.self = cycle;
    expect(JSON.stringify(sanitize(cycle)).length).toBeLessThan(1000);
    expect((sanitize("x".repeat(20_000)) as string).length).toBe(10_001);
    sanitize(JSON.parse('{"__proto__": {"polluted": true}}'));
    expect({}).not.toHaveProperty("polluted");
  });

  test("what comes out is JSON, whatever goes in", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const clean = sanitize(value);
        expect(JSON.parse(JSON.stringify(clean))).toEqual(JSON.parse(JSON.stringify(clean)));
        expect(sanitize(clean)).toEqual(clean);
      }),
    );
  });
});

describe("cleanse", () => {
  test("keys that name secrets are hidden at any depth, the known harmless ones are not", () => {
    const hidden = "********************";
    expect(
      cleanse({
        auth: "x",
        Api_Url: "x",
        token: 1,
        nested: [{ password: "x", note: "kept" }],
        passing: true,
        auth_method: "password",
        password_change_date: "2026",
      }),
    ).toEqual({
      auth: hidden,
      Api_Url: hidden,
      token: hidden,
      nested: [{ password: hidden, note: "kept" }],
      passing: true,
      auth_method: "password",
      password_change_date: "2026",
    });
  });

  test.each([
    ["+12025550173", "+*******0173"],
    ["12345", "*2345"],
    ["+1234", "+****"],
    ["", ""],
  ])("the number %j is masked as %j", (number, masked) => {
    expect(maskPhone(number)).toBe(masked);
    expect(cleanse({ a: { phone_number: number } })).toEqual({ a: { phone_number: masked } });
  });

  test("no value under a secret's key survives", () => {
    const key = fc.constantFrom("token", "AUTH", "api_key", "client_secret", "passphrase", "signature");
    fc.assert(
      fc.property(key, fc.jsonValue(), (name, value) => {
        expect(cleanse({ outer: [{ [name]: value as never }] })).toEqual({
          outer: [{ [name]: "********************" }],
        });
      }),
    );
  });
});

test("redact cuts secrets out wherever they stand, the longer one first", () => {
  expect(redact("a 123456 b 1234567", ["123456", "1234567", ""])).toBe("a *** b ***");
});
