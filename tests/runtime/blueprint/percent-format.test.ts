// `!Format` formats as Python's `%` does; the expectations are CPython 3.13's.
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../engine/types.ts";
import { PercentFormatError, percentFormat } from "../../../runtime/blueprint/percent-format.ts";

const CASES: [string, JsonValue[], string][] = [
  ["plain", [], "plain"],
  ["%s-%s", ["a", 1], "a-1"],
  ["100%%", [], "100%"],
  ["%s %s %s", [null, true, false], "None True False"],
  ["%s", [[1, "a", null]], "[1, 'a', None]"],
  ["%s", [{ a: ["b'c"] }], "{'a': [\"b'c\"]}"],
  ["%r", ["it's"], '"it\'s"'],
  ["%r", ['a"b\n\t\\'], "'a\"b\\n\\t\\\\'"],
  ["%r", ["'\""], "'\\'\"'"],
  ["%d|%i", [3, -4.9], "3|-4"],
  ["%5d|%-5d|%05d|%+d|% d", [42, 42, -42, 42, 42], "   42|42   |-0042|+42| 42"],
  ["%.3d", [7], "007"],
  ["%x %X %#x %o %#o", [255, 255, 255, 8, 8], "ff FF 0xff 10 0o10"],
  ["%08.3f", [-2.5678], "-002.568"],
  ["%f", [1], "1.000000"],
  ["%e %E", [12345.678, 0.00012], "1.234568e+04 1.200000E-04"],
  ["%g %g %g %G", [0.0001, 1e-5, 1234567, 1e20], "0.0001 1e-05 1.23457e+06 1E+20"],
  ["%g", [100000], "100000"],
  ["%.3g", [0.00012345], "0.000123"],
  ["%c%c", ["x", 65], "xA"],
  ["%.2s|%5s|%-5s|", ["abc", "ab", "ab"], "ab|   ab|ab   |"],
  ["%s", [1.5], "1.5"],
  ["%s", ["é😀"], "é😀"],
  ["%a", ["x"], "'x'"],
];

describe("percent format", () => {
  for (const [format, values, expected] of CASES) {
    it(`${JSON.stringify(format)} % ${JSON.stringify(values)}`, () => {
      expect(percentFormat(format, values)).toBe(expected);
    });
  }

  const WRONG: [string, JsonValue[], string][] = [
    ["%s", [], "not enough arguments for format string"],
    ["x", [1], "not all arguments converted during string formatting"],
    ["100%", [], "incomplete format"],
    ["%(a)s", ["x"], "format requires a mapping"],
    ["%d", ["x"], "%d format: a real number is required, not str"],
    ["%f", ["x"], "must be real number, not str"],
    ["%x", [1.5], "%x format: an integer is required, not float"],
    ["%y", ["x"], "unsupported format character 'y'"],
    ["%9999999999s", ["x"], "width and precision may be 1000 at most"],
  ];
  for (const [format, values, message] of WRONG) {
    it(`refuses ${JSON.stringify(format)} % ${JSON.stringify(values)}`, () => {
      expect(() => percentFormat(format, values)).toThrow(new PercentFormatError(message));
    });
  }
});
