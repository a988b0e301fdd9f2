// Random bytes from the pool: as many as were asked for, and never the same ones twice.
import { expect, test } from "vitest";
import { drawnBytes } from "../../engine/entropy.ts";

test("each draw has its own bytes, also where the pool runs out", () => {
  const drawn = Array.from({ length: 2_000 }, (_, index) => drawnBytes(16 + (index % 20)));
  expect(drawn.every((bytes, index) => bytes.length === 16 + (index % 20))).toBe(true);
  expect(new Set(drawn.map((bytes) => bytes.toString("hex").slice(0, 32))).size).toBe(2_000);
});

test("what was drawn stays as it was", () => {
  const first = drawnBytes(16);
  const spelled = first.toString("hex");
  drawnBytes(4_096);
  expect(first.toString("hex")).toBe(spelled);
});

test("more than the pool holds is refused", () => {
  expect(() => drawnBytes(4_097)).toThrow(new RangeError("at most 4096 bytes are drawn at a time"));
});
