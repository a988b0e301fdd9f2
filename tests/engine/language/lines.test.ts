// Offsets to lines and columns and back.

import { describe, expect, it } from "vitest";
import { LineMap } from "../../../engine/language/lines.ts";

describe("LineMap", () => {
  const text = "ab\r\nc😀d\re\n";
  const lines = new LineMap(text);

  it("ends lines at \\n, \\r\\n and \\r", () => {
    expect(lines.lineCount).toBe(4);
    expect([1, 2, 3, 4].map((line) => lines.lineText(line))).toEqual(["ab", "c😀d", "e", ""]);
    expect(lines.lineText(0)).toBe("");
    expect(lines.lineText(5)).toBe("");
  });

  it("counts columns in code points", () => {
    expect(lines.position(text.indexOf("d"))).toEqual({ line: 2, column: 2 });
    expect(lines.position(0)).toEqual({ line: 1, column: 0 });
    expect(lines.position(text.length)).toEqual({ line: 4, column: 0 });
    expect(new LineMap("a").position(2)).toEqual({ line: 1, column: 2 });
  });

  it("gives the end of a line break to the line that it ends", () => {
    expect(lines.endPosition(4)).toEqual({ line: 1, column: 3 });
    expect(lines.endPosition(9)).toEqual({ line: 2, column: 4 });
    expect(lines.endPosition(2)).toEqual({ line: 1, column: 2 });
  });

  it("finds offsets and holds them inside their line", () => {
    expect(lines.offset(2, 1)).toBe(5);
    expect(lines.offset(2, 99)).toBe(8);
    expect(lines.offset(99, 0)).toBe(text.length);
    expect(lines.offset(0, 1)).toBe(1);
  });
});
