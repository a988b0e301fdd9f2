// Match offsets, and how a list of matches crosses from the host to the isolate: as one string.

/**
 * One match in UTF-16 offsets: start and end of the whole, then of each group; -1 and -1 for a group that took no
 * part. Group `n` is at `2 * n` and `2 * n + 1`.
 */
export type Spans = number[];

/** How a match must lie: anywhere from the start, exactly at it, or from it to the end of the text. */
export type MatchMode = "search" | "match" | "fullmatch";

/** `0,3,-1,-1;5,6,-1,-1`, empty for no match. */
export function encodeMatches(matches: readonly Spans[]): string {
  return matches.map((spans) => spans.join(",")).join(";");
}

/** Reads `encodeMatches`. */
export function decodeMatches(text: string): Spans[] {
  return text === "" ? [] : text.split(";").map((match) => match.split(",").map(Number));
}
