// The call to RE2 across the isolate's wall: arguments and answer are plain strings and numbers.
import { Re2RefusedError, type RegexHost } from "./matching.ts";
import { decodeMatches, type MatchMode } from "./spans.ts";

/** Marks an answer that is a refusal; no encoded match begins so. */
export const REFUSED = "!";

/** What the host offers (re2-host.ts): matches as `encodeMatches` writes them, or `!` and a reason. */
export type Re2Callback = (
  source: string,
  flags: string,
  text: string,
  start: number,
  limit: number,
  mode: MatchMode,
) => string;

/** `RegexHost.re2` inside the isolate, over the host's callback. */
export function re2Through(callback: Re2Callback): RegexHost["re2"] {
  return (source, flags, text, start, limit, mode) => {
    const answer = callback(source, flags, text, start, limit, mode);
    if (answer.startsWith(REFUSED)) throw new Re2RefusedError(answer.slice(REFUSED.length));
    return decodeMatches(answer);
  };
}
