// Tables of characters in runs: each run has one value and lasts until the next begins.

/** Which run a code point is in; `starts` are the first code points of all runs, the first of them 0. */
export function runAt(starts: Uint32Array, point: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= point) low = middle;
    else high = middle - 1;
  }
  return low;
}
