// Alphabet and segments of a text, at the borders of TS 23.038 and 23.040.
import fc from "fast-check";
import { expect, test } from "vitest";
import { smsSegments } from "../../providers/index.ts";

test.each([
  ["", "GSM-7", 0, 1],
  ["Use this code to authenticate in authentik: 047110", "GSM-7", 50, 1],
  ["a".repeat(160), "GSM-7", 160, 1],
  ["a".repeat(161), "GSM-7", 161, 2],
  ["a".repeat(306), "GSM-7", 306, 2],
  ["a".repeat(307), "GSM-7", 307, 3],
  ["äöüÄÖÜßñé@£$¥Δ\n", "GSM-7", 15, 1],
  ["€", "GSM-7", 2, 1],
  ["€".repeat(80), "GSM-7", 160, 1],
  ["€".repeat(81), "GSM-7", 162, 2],
  // The escape is not cut: 152 + a euro do not fit into 153.
  [`${"a".repeat(152)}€${"a".repeat(152)}`, "GSM-7", 306, 3],
  ["ç", "UCS-2", 1, 1], //  only the capital one is in GSM-7
  ["Ç", "GSM-7", 1, 1],
  ["`", "UCS-2", 1, 1],
  ["код".repeat(23), "UCS-2", 69, 1],
  ["я".repeat(70), "UCS-2", 70, 1],
  ["я".repeat(71), "UCS-2", 71, 2],
  ["я".repeat(134), "UCS-2", 134, 2],
  ["я".repeat(135), "UCS-2", 135, 3],
  ["🔑", "UCS-2", 2, 1],
  [`${"a".repeat(69)}🔑`, "UCS-2", 71, 2],
  // Nor is an emoji: 66 + 2 do not fit into 67.
  [`${"a".repeat(66)}🔑${"a".repeat(66)}`, "UCS-2", 134, 3],
] as const)("%j", (text, alphabet, units, segments) => {
  expect(smsSegments(text)).toMatchObject({ alphabet, units, segments });
});

test("names the characters that make a text UCS-2", () => {
  expect(smsSegments("Ваш код ’047110’ ок").beyond).toEqual(["В", "а", "ш", "к", "о", "д", "’"]);
  expect(smsSegments("code 047110").beyond).toEqual([]);
  expect(smsSegments([..."абвгдежзийклмн"].join("")).beyond).toHaveLength(10);
});

test("every segment holds what it may, and one segment less would not be enough", () => {
  const text = fc.array(fc.constantFrom("a", "€", "я", "🔑", "\n"), { maxLength: 700 });
  fc.assert(
    fc.property(text, (characters) => {
      const { alphabet, units, segments } = smsSegments(characters.join(""));
      const [lone, part] = alphabet === "GSM-7" ? [160, 153] : [70, 67];
      if (segments === 1) expect(units).toBeLessThanOrEqual(lone);
      else {
        expect(units).toBeGreaterThan(lone);
        expect(units).toBeLessThanOrEqual(segments * part);
        // A part stays one unit short at most.
        expect(units).toBeGreaterThan((segments - 1) * (part - 1));
      }
    }),
  );
});
