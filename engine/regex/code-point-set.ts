// Sets of code points as sorted, disjoint, inclusive ranges: [low, high, low, high, …].

/** Sorted, disjoint, non-adjacent inclusive ranges. */
export type CodePointSet = readonly number[];

export const LAST_CODE_POINT = 0x10ffff;
export const EMPTY: CodePointSet = [];
export const EVERYTHING: CodePointSet = [0, LAST_CODE_POINT];

/** The set of `ranges`, which may overlap and come in any order. */
export function setOf(ranges: readonly (readonly [low: number, high: number])[]): CodePointSet {
  const sorted = ranges.toSorted((one, other) => one[0] - other[0]);
  const out: number[] = [];
  for (const [low, high] of sorted) {
    const last = out.length - 1;
    if (last > 0 && low <= out[last] + 1) out[last] = Math.max(out[last], high);
    else out.push(low, high);
  }
  return out;
}

/** The ranges of `set` as pairs. */
export function pairsOf(set: CodePointSet): [number, number][] {
  const out: [number, number][] = [];
  for (let index = 0; index < set.length; index += 2) out.push([set[index], set[index + 1]]);
  return out;
}

export function union(...sets: readonly CodePointSet[]): CodePointSet {
  return setOf(sets.flatMap(pairsOf));
}

export function complement(set: CodePointSet): CodePointSet {
  const out: number[] = [];
  let next = 0;
  for (let index = 0; index < set.length; index += 2) {
    if (set[index] > next) out.push(next, set[index] - 1);
    next = set[index + 1] + 1;
  }
  if (next <= LAST_CODE_POINT) out.push(next, LAST_CODE_POINT);
  return out;
}

export function intersection(one: CodePointSet, other: CodePointSet): CodePointSet {
  const out: number[] = [];
  let left = 0;
  let right = 0;
  while (left < one.length && right < other.length) {
    const low = Math.max(one[left], other[right]);
    const high = Math.min(one[left + 1], other[right + 1]);
    if (low <= high) out.push(low, high);
    if (one[left + 1] < other[right + 1]) left += 2;
    else right += 2;
  }
  return out;
}

export function contains(set: CodePointSet, code: number): boolean {
  let low = 0;
  let high = set.length / 2 - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (code < set[2 * middle]) high = middle - 1;
    else if (code > set[2 * middle + 1]) low = middle + 1;
    else return true;
  }
  return false;
}

/** Reads alternating gaps and lengths in base 36, as character-tables.ts holds them. */
export function decodeRanges(text: string): CodePointSet {
  const out: number[] = [];
  let edge = 0;
  for (const number of text.split(" ")) {
    edge += Number.parseInt(number, 36);
    out.push(out.length % 2 === 0 ? edge : edge - 1);
  }
  return out;
}
