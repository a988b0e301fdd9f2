// Medians, quantiles and ratios: known values, and what must hold of any.
import fc from "fast-check";
import { expect, test } from "vitest";
import { digits, median, pairedRatio, quantile, spread } from "../../bench/statistics.ts";

test("the median is the middle value, or half-way between the two in the middle", () => {
  expect(median([5])).toBe(5);
  expect(median([9, 1, 5])).toBe(5);
  expect(median([1, 2, 4, 10])).toBe(3);
  expect(() => median([])).toThrow("no values");
});

test("a quantile lies between the two values that it falls between", () => {
  const values = [40, 10, 30, 20, 50];
  expect(quantile(values, 0)).toBe(10);
  expect(quantile(values, 1)).toBe(50);
  expect(quantile(values, 0.25)).toBe(20);
  expect(quantile(values, 0.9)).toBeCloseTo(46, 10);
  expect(values).toEqual([40, 10, 30, 20, 50]);
});

test("quantiles are within the values, rise with the fraction and do not depend on the order", () => {
  const numbers = fc.array(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 40 });
  const fraction = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(numbers, fraction, fraction, (values, a, b) => {
      const [low, high] = [quantile(values, Math.min(a, b)), quantile(values, Math.max(a, b))];
      // A hair of rounding between two equal values.
      expect(low).toBeLessThanOrEqual(high * (1 + 1e-12));
      expect(low).toBeGreaterThanOrEqual(Math.min(...values) * (1 - 1e-12));
      expect(high).toBeLessThanOrEqual(Math.max(...values) * (1 + 1e-12));
      expect(quantile(values.toReversed(), a)).toBe(quantile(values, a));
    }),
  );
});

test("the spread is the middle half's width in proportion to the median", () => {
  expect(spread([10, 10, 10])).toBe(0);
  expect(spread([10, 20, 30, 40, 50])).toBeCloseTo(20 / 30, 10);
});

test("a drift of the machine between rounds leaves the paired ratio as it is", () => {
  const drift = [1, 1.4, 0.8, 3, 1.1];
  const slow = drift.map((factor) => 60 * factor);
  const fast = drift.map((factor) => 15 * factor);
  expect(pairedRatio(slow, fast)).toBeCloseTo(4, 10);
  expect(() => pairedRatio([1, 2], [1])).toThrow("rounds of different number");
});

test("figures for readers have the three digits that count", () => {
  expect([0.012345, 2.34567, 99.95, 123.4, 45678.9, 4].map(digits)).toEqual([
    "0.0123",
    "2.35",
    "100",
    "123",
    "45679",
    "4",
  ]);
});
