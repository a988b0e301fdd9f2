// re.escape and the parts of a replacement template.
import fc from "fast-check";
import { expect, test } from "vitest";
import { createRe2 } from "../../../engine/regex/re2-host.ts";
import { compilePattern, escapePattern, matchAt, parseTemplate } from "../../../engine/regex/regex.ts";

const host = { re2: createRe2(), step: () => {} };

test("an escaped text matches itself and nothing else of its length", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), (text) => {
      const pattern = compilePattern(escapePattern(text), 0, { bytes: false });
      expect(matchAt(pattern, text, 0, text.length, "fullmatch", host)).toEqual([0, text.length]);
      const other = `${text}x`;
      expect(matchAt(pattern, other, 0, other.length, "fullmatch", host)).toBeNull();
    }),
  );
});

test("escapes the characters that CPython escapes", () => {
  expect(escapePattern("a.b-c~d é_1\n&#/")).toBe("a\\.b\\-c\\~d\\ é_1\\\n\\&\\#/");
});

test("a template falls apart into text and group numbers", () => {
  const pattern = compilePattern("(?P<n>a)(b)", 0, { bytes: false });
  const parts = (template: string) => parseTemplate(template, pattern, { bytes: false });
  expect(parts(String.raw`x\1\g<n>y\g<2>\0\.`)).toEqual(["x", 1, 1, "y", 2, "\0\\."]);
  expect(parts("")).toEqual([]);
  expect(() => parts(String.raw`\3`)).toThrow("invalid group reference 3 at position 1");
});
