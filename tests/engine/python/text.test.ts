// Text, bytes and numbers as text answer as CPython 3.13 does (fixtures/cpython/record_text.py records the rows).
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { decode, encode } from "../../../engine/python/codecs.ts";
import {
  decompose,
  fixedDigits,
  hexFloat,
  parseFloatText,
  parseHexFloat,
  reprFloat,
  roundDouble,
  significantDigits,
} from "../../../engine/python/float-text.ts";
import { formatInt, formatText } from "../../../engine/python/format-spec.ts";
import { narrow } from "../../../engine/python/integer.ts";
import { intText, parseIntText } from "../../../engine/python/integer-text.ts";
import {
  charAt,
  pointIndex,
  reprString,
  sliceText,
  textLength,
  unitOffset,
} from "../../../engine/python/text.ts";
import * as unicode from "../../../engine/python/unicode.ts";
import { answer, evaluate, unlimited } from "./in-process.ts";

const fixtures = new URL("../../../fixtures/cpython/", import.meta.url);
beforeEach(() => unlimited());

/** Addresses differ from run to run. */
const withoutAddresses = (text: string) => text.replace(/0x[0-9a-f]{6,}/g, "0x…");

test("every recorded expression has CPython's value or its error, word for word", () => {
  const rows = readFileSync(new URL("text.ndjson", fixtures), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as [expression: string, answer: string]);
  expect(rows.length).toBeGreaterThan(10_000);
  const wrong = rows.flatMap(([expression, recorded]) => {
    const got = withoutAddresses(answer(expression));
    const wanted = withoutAddresses(recorded);
    return got === wanted ? [] : [{ expression, wanted, got }];
  });
  expect(wrong).toEqual([]);
});

describe("Unicode as CPython 3.13 has it (15.1), whatever V8 knows", () => {
  const digests = JSON.parse(readFileSync(new URL("unicode-digests.json", fixtures), "utf8"));
  function* everyPoint(): Generator<number> {
    for (let point = 0; point < 0x110000; point++) if (point < 0xd800 || point > 0xdfff) yield point;
  }
  const sha256 = (parts: string[], separator: string) =>
    createHash("sha256").update(parts.join(separator)).digest("hex");
  const predicates: { [name: string]: (point: number) => boolean } = {
    isalpha: unicode.isAlpha,
    isalnum: unicode.isAlnum,
    isdecimal: unicode.isDecimal,
    isdigit: unicode.isDigit,
    isnumeric: unicode.isNumeric,
    isspace: unicode.isSpace,
    isprintable: unicode.isPrintable,
    islower: unicode.isLower,
    isupper: unicode.isUpper,
    istitle: (point) => unicode.isTitle(point) || unicode.isUpper(point),
    isidentifier: (point) => unicode.isIdentifier(String.fromCodePoint(point)),
  };
  test.each(Object.keys(predicates))("%s of every character", (name) => {
    const holds = predicates[name];
    const bits = Array.from(everyPoint(), (point) => (holds?.(point) ? "1" : "0"));
    expect(sha256(bits, "")).toBe(digests[name]);
  });
  const { lower, upper, title, casefold, swapcase, capitalize } = unicode;
  const mappings = { lower, upper, title, casefold, swapcase, capitalize };
  test.each(Object.entries(mappings))("%s of every character", (name, map) => {
    const mapped = Array.from(everyPoint(), (point) => map(String.fromCodePoint(point)));
    expect(sha256(mapped, "|")).toBe(digests[name]);
  });
});

describe("what would be large is refused before it is made", () => {
  test.each([
    "'x' * 10**10",
    "10**10 * 'é'",
    "'x'.ljust(10**10)",
    "'x'.center(10**10, '😀')",
    "'x'.zfill(10**10)",
    "'\\t'.expandtabs(2**31 - 1)",
    "('a' * 10**6).replace('a', 'b' * 10**4)",
    "('a' * 10**6).replace('', 'b' * 10**4)",
    "('a' * 10**6).translate({97: 'b' * 10**4})",
    "('a' * 10**5).join(['b'] * 10**5)",
    "('a ' * 10**7).split()",
    "'{:10000000000}'.format(1)",
    "f'{1.5:.2000000000f}'",
    "f'{1:,}' + f'{1:020000000000,}'",
    "'%10000000000d' % 1",
    "'%*d' % (10**10, 1)",
    "'%.2000000000f' % 1.5",
    "'%.2000000000d' % 1",
    "b'x' * 10**10",
    "bytes(10**10)",
    "bytearray(10**10)",
    "b'x'.ljust(10**10)",
    "(b'a' * 10**6).replace(b'a', b'b' * 10**4)",
    "(b'a' * 10**5).join([b'b'] * 10**5)",
    "b'%10000000000d' % 1",
    "(1).to_bytes(10**10)",
    "('{0}' * 10**4).format('x' * 10**6)",
    "('%(a)s' * 10**4) % {'a': 'x' * 10**6}",
    "('\\t' * 10**5).expandtabs(10**5)",
  ])("%s", (expression) => {
    expect(answer(expression, 64)).toBe("!MemoryLimitExceeded");
  });
});

test("bytes of an endless iterator end at the limit", () => {
  expect(answer("bytes(iter(lambda: 1, 2))", 4)).toBe("!MemoryLimitExceeded");
});

describe("text counts code points", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", "😀", "\ud83d", "\ude00", "𝒳"), maxLength: 200 });

  test("length, index and slice agree with the list of characters", () => {
    fc.assert(
      fc.property(text, fc.nat(250), fc.nat(250), (value, a, b) => {
        const chars = Array.from(value);
        expect(textLength(value)).toBe(chars.length);
        const [from, to] = [Math.min(a, b, chars.length), Math.min(Math.max(a, b), chars.length)];
        expect(sliceText(value, from, to)).toBe(chars.slice(from, to).join(""));
        if (from < chars.length) {
          expect(charAt(value, from)).toBe(chars[from]);
          expect(pointIndex(value, unitOffset(value, from))).toBe(from);
        }
      }),
    );
  });

  test("a loop over the indexes of a long text is not quadratic", () => {
    const body =
      "s = 'a😀' * 100000\nn = 0\nfor i in range(len(s)):\n    if s[i] == 'a':\n        n += 1\nreturn n";
    const start = performance.now();
    expect(evaluate(body)).toBe(100_000);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test("repr is a literal of the same text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 30 }), (value) => {
        expect(evaluate(`return ${reprString(value)}`)).toBe(value);
      }),
    );
  });

  test("well-formed text survives every Unicode encoding", () => {
    const encodings = [
      "utf-8",
      "utf-8-sig",
      "utf-16",
      "utf-16-le",
      "utf-16-be",
      "utf-32",
      "utf-32-be",
      "unicode_escape",
    ];
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 40 }),
        fc.constantFrom(...encodings),
        (value, encoding) => {
          // A mark at the beginning is taken for the codec's own where it writes none.
          fc.pre(!value.startsWith("\ufeff"));
          expect(decode(encode(value, encoding), encoding)).toBe(value);
        },
      ),
    );
  });

  test("any bytes survive surrogateescape", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
        expect(encode(decode(bytes, "utf-8", "surrogateescape"), "utf-8", "surrogateescape")).toEqual(bytes);
      }),
    );
  });
});

describe("numbers and their text", () => {
  const doubles = fc.double();
  const finite = fc.double({ noDefaultInfinity: true, noNaN: true });

  test("a float reads back from its repr and its hex", () => {
    fc.assert(
      fc.property(doubles, (value) => {
        expect(parseFloatText(reprFloat(value))).toBe(value);
        if (!Number.isNaN(value)) expect(parseHexFloat(hexFloat(value))).toBe(value);
      }),
    );
  });

  /** The exact value, times a power of ten, rounded half to even: the definition itself. */
  function rounded(value: number, decimals: number): bigint {
    const { mantissa, exponent } = decompose(value);
    const top = mantissa * 10n ** BigInt(decimals) * (exponent > 0 ? 1n << BigInt(exponent) : 1n);
    const bottom = exponent < 0 ? 1n << BigInt(-exponent) : 1n;
    const quotient = top / bottom;
    const twice = (top % bottom) * 2n;
    return twice > bottom || (twice === bottom && quotient % 2n === 1n) ? quotient + 1n : quotient;
  }
  const size = fc.oneof(
    finite.map(Math.abs),
    fc.tuple(fc.nat(99_999), fc.nat(12)).map(([n, shift]) => n / 2 ** shift),
  );

  test("decimals are rounded once, from the exact value, half to even", () => {
    fc.assert(
      fc.property(size, fc.nat(120), (value, decimals) => {
        expect(
          fixedDigits(value, decimals)
            .replace(".", "")
            .replace(/^0+(?=\d)/, ""),
        ).toBe(rounded(value, decimals).toString());
      }),
      { numRuns: 500 },
    );
  });

  test("significant digits are those of the decimals", () => {
    fc.assert(
      fc.property(
        size.filter((value) => value > 1e-5),
        fc.integer({ min: 1, max: 40 }),
        (value, count) => {
          const { digits, exponent } = significantDigits(value, count);
          expect(digits).toHaveLength(count);
          const decimals = count - 1 - exponent;
          if (decimals >= 0) expect(rounded(value, decimals).toString()).toBe(digits);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("round gives the float nearest to the rounded decimal", () => {
    fc.assert(
      fc.property(finite, fc.integer({ min: 0, max: 25 }), (value, digits) => {
        const sign = Math.sign(value) < 0 ? -1 : 1;
        expect(Math.abs(roundDouble(value, digits))).toBe(Number(fixedDigits(value * sign, digits)));
      }),
    );
  });

  test("an int reads back from its text, grouped or not, in every base", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), (big) => {
        const value = narrow(big);
        expect(parseIntText(intText(value), 10)).toBe(value);
        for (const [spec, base] of [
          ["_d", 10],
          ["x", 16],
          ["#_b", 2],
          ["#o", 8],
        ] as const) {
          expect(parseIntText(formatInt(value, spec, "int"), base)).toBe(value);
        }
      }),
    );
  });

  test("padding makes exactly the width", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 12 }),
        fc.nat(30),
        fc.constantFrom("<", ">", "^"),
        (value, width, align) => {
          const padded = formatText(value, `😀${align}${width}`, "str");
          expect(textLength(padded)).toBe(Math.max(width, textLength(value)));
          expect(padded).toContain(value);
        },
      ),
    );
  });
});

test("bytes changed while they are used stay whole", () => {
  expect(
    answer(
      "[(x.extend(x), x.append(1), x.__setitem__(slice(0, 2), x), x)[-1] for x in [bytearray(b'abc')]][0]",
    ),
  ).toBe(String.raw`bytearray(b'abcabc\x01cabc\x01')`);
  expect(evaluate("x = bytearray()\nfor i in range(100000):\n    x.append(i % 256)\nreturn len(x)")).toBe(
    100_000,
  );
});
