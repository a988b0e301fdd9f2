// Characters by name.

import { describe, expect, it } from "vitest";
import { lookupUnicodeName } from "../../../engine/unicode/names.ts";

describe("lookupUnicodeName", () => {
  it.each([
    ["LATIN SMALL LETTER E WITH ACUTE", "é"],
    ["greek small letter omega", "ω"],
    ["Euro Sign", "€"],
    ["RIGHTWARDS ARROW", "→"],
    ["EM DASH", "—"],
    ["GRINNING FACE", "😀"],
    ["SNOWMAN", "☃"],
    ["HANGUL SYLLABLE GAG", "각"],
    ["HANGUL SYLLABLE A", "아"],
    ["CJK UNIFIED IDEOGRAPH-4E00", "一"],
    ["CJK UNIFIED IDEOGRAPH-20000", "𠀀"],
    ["NBSP", "\u00a0"],
    ["LINE FEED", "\n"],
    ["BYTE ORDER MARK", "\ufeff"],
    ["VARIATION SELECTOR-16", "\ufe0f"],
  ])("knows %s", (name, char) => {
    expect(lookupUnicodeName(name)).toBe(char);
  });

  it.each([
    "",
    "NO SUCH NAME",
    "HANGUL SYLLABLE X",
    "CJK UNIFIED IDEOGRAPH-0041",
    "cjk unified ideograph-4e00",
    "EURO  SIGN",
    "ſPACE",
  ])("does not know %j", (name) => {
    expect(lookupUnicodeName(name)).toBeUndefined();
  });
});
