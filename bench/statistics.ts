// Medians, quantiles and ratios of what was measured.

/** The value below which the fraction `at` of the values lies, between two of them where it falls there. */
export function quantile(values: readonly number[], at: number): number {
  if (values.length === 0) throw new RangeError("no values");
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * at;
  const below = Math.floor(place);
  const above = sorted[Math.min(below + 1, sorted.length - 1)];
  return sorted[below] + (above - sorted[below]) * (place - below);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** How far the middle half of the values lies apart, in proportion to their median. */
export function spread(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);
}

/**
 * The median of the rounds' own ratios: what one round measured was measured under the same conditions, and a drift of the
 * machine between rounds divides out.
 */
export function pairedRatio(numerators: readonly number[], denominators: readonly number[]): number {
  if (numerators.length !== denominators.length) throw new RangeError("rounds of different number");
  return median(numerators.map((value, round) => value / denominators[round]));
}

/** A figure for readers: three digits that count. */
export function digits(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
