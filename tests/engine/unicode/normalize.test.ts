// Normal forms: V8's, and quickly also where marks are piled up.
import fc from "fast-check";
import { expect, test } from "vitest";
import { normalize } from "../../../engine/unicode/normalize.ts";

const FORMS = ["NFC", "NFD", "NFKC", "NFKD"] as const;
/** Letters, marks of many classes, what decomposes into either, Hangul, halves of characters. */
const characters = fc.constantFrom(
  ...[
    "a",
    "\u0301",
    "\u0327",
    "\u0344",
    "\uff9e",
    "\uff9f",
    "\u3099",
    "\u304b",
    "\uff76",
    "\u1ea4",
    "\ufdfa",
    "\u0f73",
    "\u0f71",
    "\u0f72",
  ],
  ...[
    "\u1100",
    "\u1161",
    "\u11a8",
    "\u302e",
    "\u{1d165}",
    "\u{16ff0}",
    "\u0345",
    "\u03b1",
    "\ud800",
    "\u20dd",
    "\u05b0",
    "\ufb2c",
    "\u0308",
  ],
);

test("are V8's for any pile of marks", () => {
  const marks = fc.string({
    unit: fc.constantFrom("\u0301", "\u0327", "\u0345", "\u05b0", "\uff9e"),
    minLength: 30,
    maxLength: 60,
  });
  fc.assert(
    fc.property(
      fc.string({ unit: characters }),
      marks,
      fc.string({ unit: characters }),
      (before, run, after) => {
        for (const form of FORMS)
          expect(normalize(before + run + after, form)).toBe((before + run + after).normalize(form));
      },
    ),
    { numRuns: 500 },
  );
});

test("of a letter with two hundred thousand marks, which take V8 a minute", () => {
  const since = performance.now();
  for (const form of FORMS) {
    const normal = normalize(`a${"\u0301\u0327".repeat(100_000)}`, form);
    // In order, each class by itself.
    expect(normal).toMatch(/^[a\u00e1]\u0327{100000}\u0301{99999,100000}$/);
  }
  expect(performance.now() - since).toBeLessThan(10_000);
});
