// Where a text stands in another, in time that grows with their lengths and not with their product.
//
// V8's own search is faster wherever it is not fooled, so it has all searches whose product is harmless. The others go through the
// text once (Knuth, Morris and Pratt), look at the limits on their way, and cost steps as such a walk does.
import { allocate, charge } from "./state.ts";

/** Comparisons that V8 may need at most in one go: some ten milliseconds. */
const HARMLESS = 1 << 26;
/** Units walked between two looks at the limits. */
const SLICE = 1 << 14;

/** `text.indexOf(part, from)`. */
export function findText(text: string, part: string, from = 0): number {
  if ((text.length - from) * part.length <= HARMLESS) return text.indexOf(part, from);
  return walk(
    part,
    from,
    text.length,
    (at) => text.charCodeAt(at),
    (at) => part.charCodeAt(at),
  );
}

/** `text.lastIndexOf(part, from)`. */
export function findLastText(text: string, part: string, from = text.length): number {
  if (Math.min(from, text.length) * part.length <= HARMLESS) return text.lastIndexOf(part, from);
  const end = Math.min(text.length, from + part.length);
  // The same, read backwards.
  const last = part.length - 1;
  const at = walk(
    part,
    0,
    end,
    (unit) => text.charCodeAt(end - 1 - unit),
    (unit) => part.charCodeAt(last - unit),
  );
  return at < 0 ? -1 : end - at - part.length;
}

/** `text.includes(part)`. */
export function includesText(text: string, part: string): boolean {
  return findText(text, part) >= 0;
}

function walk(
  part: string,
  from: number,
  end: number,
  unitOf: (at: number) => number,
  wanted: (at: number) => number,
): number {
  const size = part.length;
  allocate(size * 4);
  /** For each prefix of what is wanted the length of the longest other prefix that ends it. */
  const fallback = new Int32Array(size);
  for (let at = 1, length = 0; at < size; at += 1) {
    if (at % SLICE === 0) charge(SLICE >> 4);
    while (length > 0 && wanted(at) !== wanted(length)) length = fallback[length - 1] as number;
    if (wanted(at) === wanted(length)) length += 1;
    fallback[at] = length;
  }
  for (let at = from, length = 0; at < end; at += 1) {
    if (at % SLICE === 0) charge(SLICE >> 4);
    const unit = unitOf(at);
    while (length > 0 && unit !== wanted(length)) length = fallback[length - 1] as number;
    if (unit === wanted(length)) length += 1;
    if (length === size) return at + 1 - size;
  }
  return -1;
}
