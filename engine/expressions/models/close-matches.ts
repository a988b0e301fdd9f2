// Which known words a misspelt one may mean, by the measure of Python's difflib (`get_close_matches`).

/** Length of the longest common block of two texts, and where it begins in each. */
function longestBlock(a: string, b: string): [number, number, number] {
  let best: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    for (let j = 0; j < b.length; j += 1) {
      let k = 0;
      while (i + k < a.length && j + k < b.length && a[i + k] === b[j + k]) k += 1;
      if (k > best[2]) best = [i, j, k];
    }
  }
  return best;
}
function matched(a: string, b: string): number {
  if (a === "" || b === "") return 0;
  const [i, j, size] = longestBlock(a, b);
  if (size === 0) return 0;
  return size + matched(a.slice(0, i), b.slice(0, j)) + matched(a.slice(i + size), b.slice(j + size));
}

/** At most three words that are at least 60 % the same, the best first. Words of look-ups only: they are short. */
export function closeMatches(word: string, known: readonly string[]): string[] {
  if (word.length > 100) return [];
  return known
    .map((candidate): [number, string] => [
      (2 * matched(candidate, word)) / (candidate.length + word.length),
      candidate,
    ])
    .filter(([ratio]) => ratio >= 0.6)
    .sort(([a, x], [b, y]) => b - a || (x < y ? 1 : -1))
    .slice(0, 3)
    .map(([, candidate]) => candidate);
}
