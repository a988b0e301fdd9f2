// What `unicodedata` says of every code point is what CPython's says, by digest.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import "../../../engine/python/library.ts";
import { getAttribute } from "../../../engine/python/attribute.ts";
import { call } from "../../../engine/python/function.ts";
import { importModule } from "../../../engine/python/module.ts";
import type { PyValue } from "../../../engine/python/object.ts";
import { repr, str } from "../../../engine/python/representation.ts";
import { lookupUnicodeName, unicodeName } from "../../../engine/unicode/names.ts";
import { unlimited } from "../python/in-process.ts";

const digests = JSON.parse(
  readFileSync(new URL("../../../fixtures/cpython/unicode-property-digests.json", import.meta.url), "utf8"),
) as { [name: string]: string };
const POINTS = 0x110000;

function answers(make: (point: number) => string | undefined): string {
  const parts: string[] = [];
  for (let point = 0; point < POINTS; point++) {
    const part = make(point);
    if (part !== undefined) parts.push(part);
  }
  return createHash("sha256").update(parts.join("|")).digest("hex");
}
const surrogate = (point: number): boolean => point >= 0xd800 && point < 0xe000;

describe("unicodedata over all code points", () => {
  unlimited();
  const module = importModule("unicodedata", true);
  const f = (name: string): PyValue => getAttribute(module, name);
  test.each(["category", "bidirectional", "combining", "east_asian_width", "mirrored", "decomposition"])(
    "%s",
    (name) => {
      const func = f(name);
      expect(answers((point) => str(call(func, [String.fromCodePoint(point)], null)))).toBe(digests[name]);
    },
  );
  test.each(["name", "numeric", "decimal", "digit"])("%s", (name) => {
    const func = f(name);
    expect(answers((point) => repr(call(func, [String.fromCodePoint(point), null], null)))).toBe(
      digests[name],
    );
  });
  test.each(["NFC", "NFD", "NFKC", "NFKD"])("%s", (form) => {
    const func = f("normalize");
    const text = (char: string): string => `a${char}\u0301\u0323${char}\u3099`;
    expect(
      answers((point) =>
        surrogate(point) ? undefined : str(call(func, [form, text(String.fromCodePoint(point))], null)),
      ),
    ).toBe(digests[form]);
  });
});

test("every name leads back to its character", () => {
  const lost: number[] = [];
  for (let point = 0; point < POINTS; point++) {
    const name = unicodeName(point);
    if (name !== undefined && lookupUnicodeName(name)?.codePointAt(0) !== point) lost.push(point);
  }
  expect(lost).toEqual([]);
});
