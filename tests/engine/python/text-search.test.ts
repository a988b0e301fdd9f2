// Search in texts: the same answers as JavaScript's, also where it takes the other way.
import fc from "fast-check";
import { expect, test } from "vitest";
import { findLastText, findText } from "../../../engine/python/text-search.ts";
import { unlimited } from "./in-process.ts";

/** Long enough that the product of both is not left to V8. */
const long = fc
  .tuple(
    fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 6 }),
    fc.integer({ min: 9000, max: 12_000 }),
  )
  .map(([piece, times]) => piece.repeat(times));

test("long texts in longer ones", () => {
  unlimited();
  fc.assert(
    fc.property(long, long, fc.nat(3), fc.constantFrom("", "a", "b", "ab"), (first, second, cut, tail) => {
      const text = first + second + tail + first;
      const part = (first.slice(cut) + tail).slice(0, 20_000);
      expect(text.length * part.length).toBeGreaterThan(1 << 26);
      for (const from of [0, 1, first.length, text.length - part.length]) {
        expect(findText(text, part, from)).toBe(text.indexOf(part, from));
        expect(findLastText(text, part, from)).toBe(text.lastIndexOf(part, from));
      }
      expect(findLastText(text, part)).toBe(text.lastIndexOf(part));
      expect(findText(text, `${part}c`)).toBe(-1);
      expect(findLastText(text, `c${part}`)).toBe(-1);
    }),
    { numRuns: 30 },
  );
});

test("short ones", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "b") }),
      fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 3 }),
      (text, part) => {
        expect(findText(text, part)).toBe(text.indexOf(part));
        expect(findLastText(text, part)).toBe(text.lastIndexOf(part));
      },
    ),
  );
});
